"""A report as people read it: a reconciled waterfall, the bounds, and who brought what.

Law: nothing is printed that the report does not hold; an account that earned nothing prints 0.00; each
total stands under the lines that make it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.ledger.kinds import EARNED_SIGN, LABELS
from debar.model.money import Money, round_to_minor, show
from debar.model.problem import EXIT_USAGE, DebarError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from debar.ledger.report import AccountEarned, Bounds, EarnedReport, Share, Translation, Waterfall

_COLUMNS_MAX: Final = 4
_MARKETS_MAX: Final = 12

_TO_KEPT: Final = (
    ("invoiced, not paid", "receivable_micros", -1),
    ("not yet invoiced", "unbilled_micros", -1),
    ("in open disputes", "disputed_micros", -1),
    ("written off", "bad_debt_micros", -1),
    ("rebates not yet given", "rebate_owed_micros", 1),
    ("refunds not yet paid", "refund_owed_micros", 1),
)

_FROM_CASH: Final = (
    ("cash in less cash out", "cash_micros", 1),
    ("card scheme fees, not deducted", "chargeback_fee_micros", 1),
    ("prepaid, still the customer's", "prepaid_micros", -1),
    ("tax, owed to a state", "tax_micros", -1),
)


def render_text(report: EarnedReport) -> str:
    """Write a report for a terminal or a text file.

    Returns:
        Lines of at most 110 characters for names of usual length, with a final newline.
    """
    parts = [_head(report)]
    waterfalls = report.waterfalls
    starts = range(0, len(waterfalls), _COLUMNS_MAX)
    parts.extend(_waterfall(waterfalls[start : start + _COLUMNS_MAX]) for start in starts)
    if not waterfalls:
        parts.append([f"Nothing was ever billed to these accounts: {_zero(report.to or 'USD')}."])
    parts.append(_bounds(report))
    parts.append(_accounts(report))
    if report.years:
        parts.append(_shares("By year", report.years))
    if any(share.market != "unstated" for share in report.markets):
        parts.append(_shares("By market and year", report.markets))
    parts.append(_notes(report))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def render_by(report: EarnedReport, by: str) -> str:
    """Write one table of a report: by account, currency, year or market, whole.

    Raises:
        DebarError: DBR-B021, there is no such table.
    """
    nothing = [f"Nothing was ever billed to these accounts: {_zero(report.to or 'USD')}."]
    tables: dict[str, Callable[[], list[str]]] = {
        "account": lambda: _accounts(report),
        "currency": lambda: _bounds(report),
        "year": lambda: _shares("By year", report.years) if report.years else nothing,
        "market": lambda: (
            _shares("By market and year", report.markets, every=True) if report.markets else nothing
        ),
    }
    if by not in tables:
        raise DebarError(
            "DBR-B021", f"there is no table by {by!r}", hint=f"--by {'|'.join(tables)}", exit_code=EXIT_USAGE
        )
    parts = (_head(report), tables[by](), _notes(report))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(report: EarnedReport) -> list[str]:
    count = len(report.accounts)
    known = f"as known on {report.known_on}" if report.known_on else "with nothing booked"
    lines = [f"Earned from {count} account{'s' if count != 1 else ''}, {known}: {report.status}"]
    if report.final_on and report.status == "projected":
        lines.append(f"Final on {report.final_on}, when the last card charge can no longer be disputed.")
    if report.window:
        lines.append(f"Only the window {report.window}, by {report.basis}.")
    figure = "net revenue" if report.revenue_basis == "net" else "gross income, before givebacks"
    lines.append(f"The figure is {figure}, without tax. The waterfall is of the plan's accounts.")
    return lines


def _number(amount_micros: int, currency: str) -> str:
    return show(Money(amount_micros=amount_micros, currency=currency)).removesuffix(f" {currency}")


def _zero(currency: str) -> str:
    return show(Money(amount_micros=0, currency=currency))


def _waterfall(waterfalls: Sequence[Waterfall]) -> list[str]:
    rows: list[tuple[str, list[str]]] = [("", [w.currency for w in waterfalls])]
    for kind, sign in EARNED_SIGN.items():
        amounts = [sign * w.by_kind.get(kind, 0) for w in waterfalls]
        if kind == "delivered" or any(amounts):
            rows.append((("" if kind == "delivered" else "  ") + LABELS[kind], _cells(waterfalls, amounts)))
    rows.append(("earned", _cells(waterfalls, [w.earned_micros for w in waterfalls])))
    if all(w.kept is not None for w in waterfalls):
        rows.extend(_kept_rows(waterfalls, _TO_KEPT))
        kept = [w.kept.kept_micros for w in waterfalls if w.kept is not None]
        rows.append(("kept", _cells(waterfalls, kept)))
        rows.extend((f"  {label.strip()}", cells) for label, cells in _kept_rows(waterfalls, _FROM_CASH))
    return _table(rows, rule_before=("earned", "kept"))


def _kept_rows(
    waterfalls: Sequence[Waterfall], lines: Sequence[tuple[str, str, int]]
) -> list[tuple[str, list[str]]]:
    found = []
    for label, name, sign in lines:
        amounts = [sign * getattr(waterfall.kept, name) for waterfall in waterfalls]
        if any(amounts):
            found.append((f"  {label}", _cells(waterfalls, amounts)))
    return found


def _cells(waterfalls: Sequence[Waterfall], amounts: Sequence[int]) -> list[str]:
    return [_number(amount, w.currency) for amount, w in zip(amounts, waterfalls, strict=True)]


def _table(rows: Sequence[tuple[str, list[str]]], *, rule_before: tuple[str, ...] = ()) -> list[str]:
    """Lay rows out: labels to the left, numbers to the right, a rule above each total."""
    left = max(len(label) for label, _ in rows)
    count = max(len(cells) for _, cells in rows)
    widths = [max(len(cells[at]) for _, cells in rows if at < len(cells)) for at in range(count)]
    lines = []
    for label, cells in rows:
        if label in rule_before:
            lines.append(" " * left + "".join("  " + "-" * width for width in widths))
        numbers = "".join("  " + cell.rjust(widths[at]) for at, cell in enumerate(cells))
        lines.append((label.ljust(left) + numbers).rstrip())
    return lines


def _bounds(report: EarnedReport) -> list[str]:
    named = [(code, code, bounds) for code, bounds in report.by_currency.items()]
    if report.converted is not None and report.to is not None:
        named.append((f"in all, in {report.to}", report.to, report.converted))
    if not named:
        return ["low 0.00   likely 0.00   high 0.00"]
    with_expected = any(bounds.expected_micros is not None for _, _, bounds in named)
    head = ["low", "likely", "high"] + (["expected"] if with_expected else [])
    rows = [("", head), *((label, _bound_cells(code, bounds)) for label, code, bounds in named)]
    lines = _table(rows)
    lines.append("low: named and confirmed accounts. likely: the plan's. high: the undecided ones too.")
    if with_expected:
        lines.append("expected: the model's expectation, not the pledge.")
    return lines


def _bound_cells(currency: str, bounds: Bounds) -> list[str]:
    amounts = [bounds.low_micros, bounds.likely_micros, bounds.high_micros]
    if bounds.expected_micros is not None:
        amounts.append(round_to_minor(bounds.expected_micros, currency))
    return [_number(amount, currency) for amount in amounts]


def _accounts(report: EarnedReport) -> list[str]:
    rows = [
        (f"{a.standing:<9}  {a.name} ({a.account_id})", [_account_amounts(a, report)])
        for a in report.accounts
    ]
    return ["By account", *_table(rows)]


def _account_amounts(account: AccountEarned, report: EarnedReport) -> str:
    found = [
        show(Money(amount_micros=report.figure(w), currency=w.currency)) for w in account.waterfalls
    ] or [_zero(account.currency or report.to or "USD")]
    return " + ".join(found)


def _shares(title: str, shares: Sequence[Share], *, every: bool = False) -> list[str]:
    ranked = sorted(shares, key=lambda s: (-s.year, -(s.converted_micros or s.earned_micros), s.currency))
    shown = ranked if every or ranked[0].market is None else ranked[:_MARKETS_MAX]
    rows = []
    for share in shown:
        label = f"{share.year}" if share.market is None else f"{share.year} {share.market}"
        cells = [show(Money(amount_micros=share.earned_micros, currency=share.currency))]
        if share.ads is not None:
            cells.append(f"{share.ads:,} ad{'s' if share.ads != 1 else ''}")
        rows.append((label, cells))
    rest = len(ranked) - len(shown)
    return [f"{title} (the plan's accounts)", *_table(rows)] + (
        [f"and {rest} more, in the JSON form"] if rest else []
    )


def _notes(report: EarnedReport) -> list[str]:
    lines = []
    if report.to and report.policy == "service day":
        lines.append("Converted at each service day's rate; the exact sum was rounded once, half-even.")
    elif report.to:
        lines.append(f"Converted at the rate of {report.cut_off}; the exact sum was rounded once, half-even.")
    translations = [*([report.alternative] if report.alternative else []), *report.also]
    lines.extend(_translation(translation) for translation in translations)
    lines.extend(
        f"Look: {flag.account_id} was given back more than it brought in {flag.month} ({flag.currency})."
        for flag in report.over_credited
    )
    lines.append(f"Rates: {report.rates_source}, sha256 {report.rates_sha256}.")
    return lines


def _translation(translation: Translation) -> str:
    day = f" {translation.day}" if translation.day else ""
    start = f"{translation.method[0].upper()}{translation.method[1:]}{day}: "
    if translation.bounds is None:
        return f"{start}not stated; {translation.why_missing}."
    amount = Money(amount_micros=translation.bounds.likely_micros, currency=translation.currency)
    return f"{start}{show(amount)}."


def translation_sentence(total: Money, translated: Money, *, day: str) -> str:
    """Say a total that was translated once.

    Example:
        >>> translation_sentence(
        ...     Money(amount_micros=1_900_000_000_000, currency="USD"),
        ...     Money(amount_micros=1_438_943_250_000, currency="GBP"),
        ...     day="2017-10-26",
        ... )
        '1,900,000.00 USD = 1,438,943.25 GBP at the ECB cross rate of 2017-10-26'
    """
    return f"{show(total)} = {show(translated)} at the ECB cross rate of {day}"
