"""Google Ads invoices, as billing events.

Law: each customer's events of an invoice add up to what the invoice states for it; invalid activity goes
to its original month; a credit memo takes back what it corrects, and a replacing invoice bills again
without delivering again.
Source: the resource ``Invoice`` of the Google Ads API, in either spelling of its JSON names.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.intake.billing_shapes.rows import (
    BillingAccount,
    BillingRow,
    Gathering,
    ImportedBilling,
    came_before,
    day_of,
    micros_of,
    read_documents,
    share_rebates,
    unreadable,
    write_platform,
)
from debar.intake.files import refuse_full
from debar.intake.tables import UNATTRIBUTED
from debar.model.money import format_micros
from debar.model.problem import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME: Final = "Google Ads invoices"

_MONTHS: Final = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip

_ADJUSTMENTS: Final = (
    ("coupon_adjustment", "promo", "correction_up", "coupon"),
    ("billing_correction", "correction", "correction_up", "billing correction"),
    ("excess_credit_adjustment", "correction", "correction_up", "excess credit adjustment"),
    ("regulatory_costs", "refund", "fee", "regulatory costs"),
    ("export_charge", "refund", "fee", "export charge"),
)
"""Parts of an account's summary: prefix, kind where negative, kind where positive, words."""

_LEVEL: Final = ("adjustments", "regulatory_costs", "export_charge")
"""Parts that the invoice states for all its accounts together."""


def import_google_invoices(source: Path, out: Path) -> ImportedBilling:
    """Write Google Ads invoices as a platform folder.

    Args:
        source: A JSON file, or a folder of them: invoices alone, in a list, or as the API wraps them.
            ``rebates.csv`` beside them is shared among the accounts of its payer.
        out: Folder to write; it must not exist, or be empty.

    Returns:
        What was written, with what the invoices leave open.

    Raises:
        DebarError: DBR-I051, the folder is not empty; DBR-I060, these are no invoices; DBR-I061, one id has
            two contents; DBR-I063, an amount is no whole number of micros.
    """
    refuse_full(out)
    gathering = Gathering()
    seen: dict[str, Mapping[str, Any]] = {}
    invoices: list[_Invoice] = []
    paths = []
    for path, document in read_documents(source):
        paths.append(path)
        for one in _invoices_in(document, path):
            content = {key: value for key, value in one.items() if key != "resource_name"}
            if came_before(seen, str(one["id"]), content, noun="invoice"):
                gathering.repeated += 1
            else:
                invoices.append(_Invoice.read(one, place=Place(file=path.name, value=str(one["id"]))))
    invoices.sort(key=lambda invoice: (invoice.issued_on, invoice.invoice_id))
    known = {invoice.invoice_id: invoice for invoice in invoices}
    for invoice in invoices:
        _gather(gathering, invoice, known)
    _check_replaced(gathering, invoices)
    share_rebates(gathering, source)
    return write_platform(gathering, out, name=NAME, command="google-invoices", sources=paths)


def _invoices_in(document: Any, path: Path) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    """Find the invoices of a document: alone, listed, or wrapped by the API."""
    if isinstance(document, list):
        for one in document:
            yield from _invoices_in(one, path)
    elif isinstance(document, dict) and isinstance(document.get("invoice"), dict):
        yield from _invoices_in(document["invoice"], path)
    elif isinstance(document, dict) and ("invoices" in document or "results" in document):
        yield from _invoices_in(document.get("invoices") or document.get("results") or [], path)
    elif isinstance(document, dict) and document.get("id") and document.get("issue_date"):
        yield document
    else:
        raise unreadable(path, "an invoice has at least id, issueDate and currencyCode")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Invoice:
    """What all parts of an invoice share."""

    invoice_id: str
    currency: str
    issued_on: date
    period_end: date
    payer: str
    is_memo: bool
    corrects: str
    replaces: tuple[str, ...]
    document: Mapping[str, Any]
    place: Place

    @classmethod
    def read(cls, document: Mapping[str, Any], *, place: Place) -> _Invoice:
        issued_on = day_of(document["issue_date"], place=place)
        period = document.get("service_date_range") or {}
        end = period.get("end_date")
        return cls(
            invoice_id=str(document["id"]),
            currency=str(document.get("currency_code") or ""),
            issued_on=issued_on,
            period_end=day_of(end, place=place) if end else issued_on,
            payer=str(document.get("payments_account_id") or ""),
            is_memo=document.get("type") == "CREDIT_MEMO",
            corrects=_last(document.get("corrected_invoice")),
            replaces=tuple(_last(name) for name in document.get("replaced_invoices") or ()),
            document=document,
            place=place,
        )

    def event_id(self, customer: str, step: int, what: str) -> str:
        """Name an event; of one customer and invoice they sort in the order in which they are booked."""
        return f"{self.invoice_id}:{customer}:{step}:{what}"

    def row(self, customer: str, step: int, what: str, *, kind: str, amount: int, **more: Any) -> BillingRow:  # noqa: ANN401 - the event's other fields
        fixed = {"currency": self.currency, "payer_account_id": self.payer, "amount_micros": abs(amount)}
        values = {"service_day": self.period_end, "tax_micros": 0, **fixed, **more}
        name = self.event_id(customer, step, what)
        booked_at = self.issued_on.isoformat()
        return BillingRow(event_id=name, account_id=customer, kind=kind, booked_at=booked_at, **values)


def _last(resource_name: object) -> str:
    return str(resource_name or "").rpartition("/")[2]


@dataclass(slots=True, kw_only=True)
class _Bill:
    """What one customer is billed on an invoice.

    Args:
        net_micros: All of it without tax, credits for invalid activity apart.
        tax_micros: Its tax.
        credit_micros: Credits for invalid activity, positive.
        credit_tax_micros: The tax in them.
        adjusted: Part of the summary to its sum.
    """

    net_micros: int = 0
    tax_micros: int = 0
    credit_micros: int = 0
    credit_tax_micros: int = 0
    adjusted: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def _gather(gathering: Gathering, invoice: _Invoice, known: Mapping[str, _Invoice]) -> None:
    """Turn an invoice into events, and compare them with its own total."""
    bills: dict[str, _Bill] = defaultdict(_Bill)
    for number, summary in enumerate(invoice.document.get("account_budget_summaries") or (), start=1):
        customer = _last(summary.get("customer")) or UNATTRIBUTED
        _name(gathering, customer, summary.get("customer_descriptive_name"), invoice.currency)
        _budget(gathering, invoice, known, bills[customer], customer=customer, summary=summary, number=number)
    for summary in invoice.document.get("account_summaries") or ():
        customer = _last(summary.get("customer")) or UNATTRIBUTED
        _name(gathering, customer, None, invoice.currency)
        _adjust(gathering, invoice, bills[customer], customer=customer, summary=summary)
    _rest(gathering, invoice, bills)
    for customer, bill in sorted(bills.items()):
        _bill(gathering, invoice, known, customer, bill)
    _check_total(gathering, invoice, bills)


def _name(gathering: Gathering, customer: str, name: object, currency: str) -> None:
    known = gathering.accounts.get(customer)
    if customer != UNATTRIBUTED and (known is None or (name and known.name == customer)):
        gathering.accounts[customer] = BillingAccount(
            account_id=customer, name=str(name or customer), currency=currency
        )


def _budget(
    gathering: Gathering,
    invoice: _Invoice,
    known: Mapping[str, _Invoice],
    bill: _Bill,
    *,
    customer: str,
    summary: Mapping[str, Any],
    number: int,
) -> None:
    """Add one account budget: served, overdelivery, what else separates served from billed, and credits."""
    place = invoice.place
    over = micros_of(summary, "overdelivery_amount_micros", place=place)
    served = micros_of(summary, "served_amount_micros", place=place)
    billed = micros_of(summary, "billed_amount_micros", place=place)
    if summary.get("billed_amount_micros") is None:
        billed = served + over
    elif summary.get("served_amount_micros") is None:
        served = billed - over
    invalid = micros_of(summary, "invalid_activity_amount_micros", place=place)
    tax = micros_of(summary, "tax_amount_micros", place=place)
    if invoice.is_memo:
        bill.net_micros += micros_of(summary, "subtotal_amount_micros", place=place) or billed + invalid
        bill.tax_micros += tax
        return
    days = summary.get("billable_activity_date_range") or {}
    day = day_of(days["end_date"], place=place) if days.get("end_date") else invoice.period_end
    parts = [("billed again", "correction", "correction_up", billed)]
    if not invoice.replaces:
        parts = [
            ("served", "correction", "delivered", served),
            ("overdelivery", "overdelivery", "correction_up", over),
            ("billed and served differ", "correction", "correction_up", billed - served - over),
        ]
    for what, minus, plus, amount in parts:
        kind = plus if amount > 0 else minus
        gathering.add(
            invoice.row(
                customer,
                1,
                f"{number}:{what}",
                kind=kind,
                amount=amount,
                service_day=day,
                note=_note(summary),
            )
        )
    credit_tax = 0 if billed + invalid == 0 else round(tax * -invalid / (billed + invalid))
    bill.net_micros += billed
    bill.tax_micros += tax + credit_tax
    bill.credit_micros -= invalid
    bill.credit_tax_micros += credit_tax
    _credits(
        gathering,
        invoice,
        known,
        customer=customer,
        summary=summary,
        number=number,
        whole=(-invalid, credit_tax),
    )


def _note(summary: Mapping[str, Any]) -> str:
    """Say which budget and purchase order a row belongs to."""
    budget, order = summary.get("account_budget_name"), summary.get("purchase_order_number")
    return ", ".join(
        f"{word} {text}" for word, text in (("budget", budget), ("purchase order", order)) if text
    )


def _credits(
    gathering: Gathering,
    invoice: _Invoice,
    known: Mapping[str, _Invoice],
    *,
    customer: str,
    summary: Mapping[str, Any],
    number: int,
    whole: tuple[int, int],
) -> None:
    """Add credits for invalid activity, each in its original month; the tax goes with the first ones."""
    left, tax_left = whole
    found = summary.get("invalid_activity_summaries") or ()
    for at, one in enumerate(found, start=1):
        amount = -micros_of(one, "amount_micros", place=invoice.place)
        tax = tax_left if at == len(found) or left == 0 else tax_left * amount // left
        left, tax_left = left - amount, tax_left - tax
        original = str(one.get("original_invoice_id") or "")
        gathering.add(
            invoice.row(
                customer,
                4,
                f"{number}:invalid activity {at}",
                kind="invalid_traffic" if amount > 0 else "correction_up",
                amount=amount,
                tax_micros=abs(tax),
                service_day=_month_end(one) or _before(invoice),
                reverses=known[original].event_id(customer, 3, "invoice") if original in known else "",
                note=f"of invoice {original}" if original else "",
            )
        )
    if left:
        gathering.find(
            "DBR-I062",
            "the parts of an invoice are not its total",
            place=invoice.place,
            effect=f"{format_micros(left)} {invoice.currency} of invalid activity of {customer} names no"
            " original month; it stands in the month before the invoice's.",
        )
        kind = "invalid_traffic" if left > 0 else "correction_up"
        gathering.add(
            invoice.row(
                customer,
                4,
                f"{number}:invalid activity",
                kind=kind,
                amount=left,
                tax_micros=abs(tax_left),
                service_day=_before(invoice),
            )
        )


def _month_end(summary: Mapping[str, Any]) -> date | None:
    month, year = summary.get("original_month_of_service"), str(summary.get("original_year_of_service") or "")
    if month not in _MONTHS or not year.isdigit():
        return None
    number = _MONTHS.index(month) + 1
    following = date(int(year) + number // 12, number % 12 + 1, 1)
    return following - timedelta(days=1)


def _before(invoice: _Invoice) -> date:
    return invoice.period_end.replace(day=1) - timedelta(days=1)


def _adjust(
    gathering: Gathering, invoice: _Invoice, bill: _Bill, *, customer: str, summary: Mapping[str, Any]
) -> None:
    """Add what the invoice adjusts for an account: coupons, corrections, fees."""
    for prefix, minus, plus, words in _ADJUSTMENTS:
        amount = micros_of(summary, f"{prefix}_subtotal_amount_micros", place=invoice.place)
        tax = micros_of(summary, f"{prefix}_tax_amount_micros", place=invoice.place)
        level = prefix if prefix in _LEVEL else "adjustments"
        bill.adjusted[level] += amount
        bill.net_micros += amount
        bill.tax_micros += tax
        if not invoice.is_memo:
            kind = plus if amount > 0 else minus
            gathering.add(invoice.row(customer, 2, words, kind=kind, amount=amount, note=words))


def _rest(gathering: Gathering, invoice: _Invoice, bills: dict[str, _Bill]) -> None:
    """Keep what the invoice states for all its accounts together, and no account's summary explains."""
    for level in _LEVEL:
        name = f"{level}_subtotal_amount_micros"
        stated = micros_of(invoice.document, name, place=invoice.place)
        left = stated - sum(bill.adjusted[level] for bill in bills.values())
        if not left or invoice.document.get(name) is None:
            continue
        gathering.find(
            "DBR-I064",
            "an amount names no account",
            place=invoice.place,
            effect=f"{format_micros(left)} {invoice.currency} of {level.replace('_', ' ')} stand with the"
            f" account {UNATTRIBUTED}.",
        )
        bills[UNATTRIBUTED].net_micros += left
        if not invoice.is_memo:
            plus = "correction_up" if level == "adjustments" else "fee"
            kind = plus if left > 0 else "correction"
            words = level.replace("_", " ")
            gathering.add(invoice.row(UNATTRIBUTED, 2, words, kind=kind, amount=left, note=words))
    stated_tax = micros_of(invoice.document, "tax_amount_micros", place=invoice.place)
    left = stated_tax - sum(bill.tax_micros - bill.credit_tax_micros for bill in bills.values())
    if stated_tax and left:
        bills[UNATTRIBUTED].tax_micros += left


def _bill(
    gathering: Gathering, invoice: _Invoice, known: Mapping[str, _Invoice], customer: str, bill: _Bill
) -> None:
    """Add the row that bills it: an invoice, or what a credit memo takes back."""
    net, tax = bill.net_micros, bill.tax_micros
    if not invoice.is_memo:
        if net < 0 or tax < 0:
            gathering.find(
                "DBR-I065",
                "an invoice is below zero",
                place=invoice.place,
                effect=f"{format_micros(net)} {invoice.currency} of {customer} stay open as not yet billed.",
                hint="a credit that is larger than the month's bill is used up by the next ones",
            )
            return
        gathering.add(invoice.row(customer, 3, "invoice", kind="invoice", amount=net, tax_micros=tax))
        return
    corrected = known.get(invoice.corrects)
    gathering.add(
        invoice.row(
            customer,
            4,
            "credit memo",
            kind="correction" if net + tax <= 0 else "correction_up",
            amount=net,
            tax_micros=abs(tax),
            service_day=corrected.period_end if corrected else invoice.period_end,
            reverses=corrected.event_id(customer, 3, "invoice") if corrected else "",
            note=f"corrects invoice {invoice.corrects}" if invoice.corrects else "",
        )
    )


def _check_total(gathering: Gathering, invoice: _Invoice, bills: Mapping[str, _Bill]) -> None:
    """Compare what was read with what the invoice asks for."""
    stated = micros_of(invoice.document, "total_amount_micros", place=invoice.place)
    read = sum(
        bill.net_micros + bill.tax_micros - bill.credit_micros - bill.credit_tax_micros
        for bill in bills.values()
    )
    if invoice.document.get("total_amount_micros") is not None and stated != read:
        gathering.find(
            "DBR-I062",
            "the parts of an invoice are not its total",
            place=invoice.place,
            effect=f"It states {format_micros(stated)} {invoice.currency}, its parts are"
            f" {format_micros(read)}: the parts are counted.",
            hint="ask for the invoice with all its account and budget summaries",
        )


def _check_replaced(gathering: Gathering, invoices: list[_Invoice]) -> None:
    """Find invoices that replace others which no credit memo takes back: they would count twice."""
    corrected = {invoice.corrects for invoice in invoices if invoice.is_memo}
    for invoice in invoices:
        for name in invoice.replaces:
            if name not in corrected:
                gathering.find(
                    "DBR-I066",
                    "an invoice is replaced, and no credit memo takes it back",
                    place=invoice.place,
                    effect=f"Invoice {name} and its replacement both count.",
                    hint="add the credit memo that corrects it",
                )
