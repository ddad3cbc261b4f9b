"""What was earned is given away: pledged, allocated, paid with receipts, corrected, undone.

Law: a donation is its entries, in order; none is changed or removed, and what is unpaid plus what is
paid is always what is pledged plus what was lost to a reversal. Nothing is ever clawed back from a
recipient: what was paid stays paid, and an excess over what is owed is a gift. Every entry balances, in one
currency.
Source: the project's reference sheet on money, sections 3 and 7.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from debar.ledger.convert import minor_unit
from debar.model.money import Money, format_micros, parse_micros, show, split_largest_remainder
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


EntryKind = Literal["pledge", "allocate", "disburse", "true_up", "reverse"]

_EXPENSE: Final = "Expenses:Donation"
_LOSS: Final = "Expenses:DonationLoss"
_PAYABLE: Final = "Liabilities:Donation"
_UNALLOCATED: Final = "Unallocated"
_CASH: Final = "Assets:Cash"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is given money, and what speaks about conflicts.

    Args:
        name: As published.
        purposes: The purposes that the recipient works for, in the pledge's own words.
        conflict: What was found about a conflict of interest; "none found" where none was. Never empty.
        independence: The terms that keep the recipient's findings its own.
    """

    name: str
    purposes: tuple[str, ...]
    conflict: str
    independence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DonationLine:
    """One line of a donation's entry: debit positive, credit negative, in micros."""

    ledger_account: str
    amount_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DonationEntry:
    """One step of a donation's life.

    Args:
        entry_id: Unique within the case; the donation numbers them.
        kind: What happened.
        at: When it was booked: ISO 8601, UTC, ending in Z.
        reason: Why, in words; for a disbursement, what the payment was for.
        lines: The double entry.
        answers: Entry that this one corrects or undoes; empty for none.
        receipt_sha256: Digest of the recipient's receipt; only for a disbursement.
        recipient: Who was paid; only for a disbursement.
    """

    entry_id: str
    kind: EntryKind
    at: str
    reason: str
    lines: tuple[DonationLine, ...]
    answers: str = ""
    receipt_sha256: str = ""
    recipient: str = ""

    def __post_init__(self) -> None:
        assert sum(line.amount_micros for line in self.lines) == 0, "a donation's entry balances"

    def as_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        document = asdict(self)
        document["lines"] = [
            {"ledger_account": line.ledger_account, "amount": format_micros(line.amount_micros)}
            for line in self.lines
        ]
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation:
    """A case's donation: what was promised, to whom, and what became of it.

    Args:
        case: The case or plan that the money belongs to.
        currency: ISO 4217; one for the whole donation.
        purpose: What the money is for.
        basis: Where the amount comes from: bound, as-of day, digest of the plan.
        recipients: Those it was allocated to.
        entries: What happened, oldest first.
    """

    case: str
    currency: str
    purpose: str
    basis: Mapping[str, str]
    recipients: tuple[Recipient, ...] = ()
    entries: tuple[DonationEntry, ...] = ()

    def balance(self, ledger_account: str) -> int:
        """Return a ledger account's balance in micros, debit positive."""
        return sum(
            line.amount_micros
            for entry in self.entries
            for line in entry.lines
            if line.ledger_account == ledger_account
        )

    @property
    def pledged_micros(self) -> int:
        """What the promise amounts to now: corrections and gifts included."""
        return self.balance(self.expense)

    @property
    def unallocated_micros(self) -> int:
        """Promised, but to nobody in particular yet."""
        return -self.balance(self.payable(_UNALLOCATED))

    @property
    def disbursed_micros(self) -> int:
        """Paid."""
        return -self.balance(_CASH)

    @property
    def expense(self) -> str:
        """The ledger account of the promise."""
        return f"{_EXPENSE}:{self.case}"

    @property
    def loss(self) -> str:
        """The ledger account of what was paid out before the ban behind it was undone."""
        return f"{_LOSS}:{self.case}"

    @property
    def loss_micros(self) -> int:
        """Paid to recipients out of what a reversed account had brought: our loss, never theirs."""
        return self.balance(self.loss)

    def payable(self, name: str) -> str:
        """Return the ledger account of what is owed to a recipient."""
        return f"{_PAYABLE}:{self.case}:{name}"

    def owed_micros(self, name: str) -> int:
        """Return what is owed to a recipient."""
        return -self.balance(self.payable(name))

    def gift_micros(self, due_micros: int) -> int:
        """Return what was paid beyond what is due: kept by the recipients as a gift."""
        return max(self.disbursed_micros - self.loss_micros - due_micros, 0)

    def as_json(self) -> dict[str, Any]:
        """Return the donation as a JSON object, entries and all."""
        return {
            "case": self.case,
            "currency": self.currency,
            "purpose": self.purpose,
            "basis": dict(self.basis),
            "recipients": [asdict(r) | {"purposes": list(r.purposes)} for r in self.recipients],
            "entries": [entry.as_json() for entry in self.entries],
            "pledged": format_micros(self.pledged_micros),
            "unallocated": format_micros(self.unallocated_micros),
            "disbursed": format_micros(self.disbursed_micros),
            "loss": format_micros(self.loss_micros),
        }


def pledge(
    case: str,
    amount: Money,
    *,
    purpose: str,
    at: str,
    basis: Mapping[str, str] | None = None,
) -> Donation:
    """Promise an amount for a purpose: an expense and a debt from that moment on.

    Args:
        case: The case or plan that the money belongs to.
        amount: What is promised; zero is allowed (a subject that earned nothing), negative is not.
        purpose: What the money is for; never empty.
        at: When: ISO 8601, UTC, ending in Z.
        basis: Where the amount comes from.

    Returns:
        The donation with its first entry.

    Raises:
        DebarError: DBR-B010, no purpose or a negative amount.
    """
    if not purpose.strip():
        raise DebarError("DBR-B010", "a pledge needs a purpose", hint="say what the money is for")
    if amount.amount_micros < 0:
        raise DebarError("DBR-B010", f"a pledge cannot be negative: {show(amount)}")
    donation = Donation(case=case, currency=amount.currency, purpose=purpose, basis=dict(basis or {}))
    lines = _lines(
        {donation.expense: amount.amount_micros, donation.payable(_UNALLOCATED): -amount.amount_micros}
    )
    return _with(donation, kind="pledge", at=at, reason=f"pledged for {purpose}", lines=lines)


def allocate(
    donation: Donation, shares: Sequence[tuple[Recipient, int]], *, at: str, amount_micros: int | None = None
) -> Donation:
    """Divide what is unallocated among recipients, by largest remainder, so that no unit is lost.

    Args:
        donation: The donation.
        shares: Recipients with their non-negative weights (50, 30, 20).
        at: When: ISO 8601, UTC, ending in Z.
        amount_micros: How much of it; None for all.

    Returns:
        The donation with what it owes to each.

    Raises:
        DebarError: DBR-B012 a recipient does not work for the purpose, has no conflict note, or is named
            twice; DBR-B013 more than is unallocated; DBR-B014 the shares are no shares.
    """
    amount = donation.unallocated_micros if amount_micros is None else amount_micros
    if not 0 <= amount <= donation.unallocated_micros:
        raise DebarError(
            "DBR-B013",
            f"only {format_micros(donation.unallocated_micros)} {donation.currency} is unallocated",
            exit_code=EXIT_REFUSED,
        )
    for recipient, _ in shares:
        _check_recipient(donation, recipient)
    names = [recipient.name for recipient, _ in shares]
    if len(set(names)) != len(names):
        raise DebarError("DBR-B012", "a recipient is named twice", hint="give each one share")
    try:
        weights = tuple(weight for _, weight in shares)
        parts = split_largest_remainder(amount, weights, unit_micros=minor_unit(donation.currency))
    except ValueError as error:
        raise DebarError("DBR-B014", f"these are no shares: {error}") from None
    amounts = {donation.payable(_UNALLOCATED): amount}
    amounts |= {donation.payable(name): -part for name, part in zip(names, parts, strict=True)}
    known = {recipient.name: recipient for recipient in (*donation.recipients, *(r for r, _ in shares))}
    chosen = replace(donation, recipients=tuple(known.values()))
    reason = "allocated to " + ", ".join(names)
    return _with(chosen, kind="allocate", at=at, reason=reason, lines=_lines(amounts))


def _check_recipient(donation: Donation, recipient: Recipient) -> None:
    if recipient.name in ("", _UNALLOCATED):
        raise DebarError("DBR-B012", "a recipient needs a name of its own")
    if donation.purpose not in recipient.purposes:
        raise DebarError(
            "DBR-B012",
            f"{recipient.name} is not known to work for {donation.purpose!r}",
            details=tuple(f"its purposes: {purpose}" for purpose in recipient.purposes),
            hint="choose another recipient, or record that it works for this purpose",
            exit_code=EXIT_REFUSED,
        )
    if not recipient.conflict.strip():
        raise DebarError(
            "DBR-B012",
            f"nobody noted whether {recipient.name} has a conflict of interest",
            hint='say what was found, or "none found"',
            exit_code=EXIT_REFUSED,
        )


def disburse(
    donation: Donation, recipient: str, amount_micros: int, *, at: str, receipt_sha256: str, reason: str
) -> Donation:
    """Pay a recipient what it is owed, or part of it, with its receipt.

    Raises:
        DebarError: DBR-B013 more than is owed, or not positive; DBR-B015 no receipt.
    """
    owed = donation.owed_micros(recipient)
    if not 0 < amount_micros <= owed:
        raise DebarError(
            "DBR-B013",
            f"{recipient} is owed {format_micros(owed)} {donation.currency}",
            details=(f"asked to pay {format_micros(amount_micros)}",),
            exit_code=EXIT_REFUSED,
        )
    if not _SHA256.fullmatch(receipt_sha256):
        raise DebarError(
            "DBR-B015",
            "a payment needs the digest of its receipt",
            hint="attach the receipt: its SHA-256, 64 hex digits",
            exit_code=EXIT_REFUSED,
        )
    lines = _lines({donation.payable(recipient): amount_micros, _CASH: -amount_micros})
    receipt = {"recipient": recipient, "receipt_sha256": receipt_sha256}
    return _with(donation, kind="disburse", at=at, reason=reason, lines=lines, **receipt)


def true_up(donation: Donation, due: Money, *, at: str, reason: str) -> Donation:
    """Correct the promise to what is due now: the difference of two rounded totals.

    Why: while a figure is projected, refunds and late credits move it. A rise is promised on top. A fall
    lowers what nobody has been given yet: first what is unallocated, then what is owed, in proportion.
    What was paid stays paid; an excess is a gift.

    Args:
        donation: The donation.
        due: What it should amount to now; zero or more.
        at: When: ISO 8601, UTC, ending in Z.
        reason: Why, in words.

    Returns:
        The donation; the same one where nothing changes.

    Raises:
        DebarError: DBR-B016, another currency or a negative amount.
    """
    if due.currency != donation.currency or due.amount_micros < 0:
        raise DebarError("DBR-B016", f"a donation in {donation.currency} cannot be corrected to {show(due)}")
    difference = due.amount_micros - donation.pledged_micros
    if difference > 0:
        amounts = {donation.expense: difference, donation.payable(_UNALLOCATED): -difference}
    else:
        amounts = _reduction(donation, -difference)
    if not any(amounts.values()):
        return donation
    first = donation.entries[0].entry_id
    return _with(donation, kind="true_up", at=at, reason=reason, lines=_lines(amounts), answers=first)


def reverse(donation: Donation, *, at: str, reason: str) -> Donation:
    """Undo the promise because the ban was undone: what is unpaid is void, what was paid is a gift.

    Returns:
        The donation with nothing owed to anybody; the same one where nothing was.
    """
    unpaid = donation.pledged_micros + donation.loss_micros - donation.disbursed_micros
    amounts = _reduction(donation, unpaid)
    if not any(amounts.values()):
        return donation
    first = donation.entries[0].entry_id
    return _with(donation, kind="reverse", at=at, reason=reason, lines=_lines(amounts), answers=first)


def reverse_part(donation: Donation, amount_micros: int, *, at: str, reason: str) -> Donation:
    """Undo a part of the promise because the ban of some accounts was undone.

    What is unpaid of it is void. What was paid already is booked as a loss: it is taken back from nobody.

    Args:
        donation: The donation.
        amount_micros: What those accounts had added to the promise; more than is pledged counts as all.
        at: When: ISO 8601, UTC, ending in Z.
        reason: Why, in words.
    """
    assert amount_micros >= 0, "a reversal never adds to a promise"
    amount = min(amount_micros, donation.pledged_micros)
    amounts = _reduction(donation, amount)
    amounts |= {donation.loss: amount + amounts[donation.expense], donation.expense: -amount}
    if not any(amounts.values()):
        return donation
    first = donation.entries[0].entry_id
    return _with(donation, kind="reverse", at=at, reason=reason, lines=_lines(amounts), answers=first)


def _reduction(donation: Donation, wanted_micros: int) -> dict[str, int]:
    """Lower the debts by an amount, or as far as they reach."""
    from_unallocated = min(wanted_micros, donation.unallocated_micros)
    owed = {recipient.name: donation.owed_micros(recipient.name) for recipient in donation.recipients}
    rest = min(wanted_micros - from_unallocated, sum(owed.values()))
    amounts = {donation.payable(_UNALLOCATED): from_unallocated}
    if rest:
        unit = minor_unit(donation.currency)
        if any(amount % unit for amount in (rest, *owed.values())):
            unit = 1
        parts = split_largest_remainder(rest, tuple(owed.values()), unit_micros=unit)
        amounts |= {donation.payable(name): part for name, part in zip(owed, parts, strict=True)}
    amounts[donation.expense] = -(from_unallocated + rest)
    return amounts


def _lines(amounts: Mapping[str, int]) -> tuple[DonationLine, ...]:
    return tuple(
        DonationLine(ledger_account=ledger_account, amount_micros=amount)
        for ledger_account, amount in amounts.items()
        if amount
    )


def _with(
    donation: Donation,
    *,
    kind: EntryKind,
    at: str,
    reason: str,
    lines: tuple[DonationLine, ...],
    **more: str,
) -> Donation:
    entry_id = f"{donation.case}-donation-{len(donation.entries) + 1}"
    entry = DonationEntry(entry_id=entry_id, kind=kind, at=at, reason=reason, lines=lines, **more)
    return replace(donation, entries=(*donation.entries, entry))


def read_donation(document: Mapping[str, Any]) -> Donation:
    """Read a donation back from its JSON form.

    Raises:
        DebarError: DBR-B017, it is no donation, or its stated sums are not those of its entries.
    """
    try:
        donation = Donation(
            case=document["case"],
            currency=document["currency"],
            purpose=document["purpose"],
            basis=dict(document["basis"]),
            recipients=tuple(
                Recipient(**{**one, "purposes": tuple(one["purposes"])}) for one in document["recipients"]
            ),
            entries=tuple(_read_entry(one) for one in document["entries"]),
        )
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        raise DebarError("DBR-B017", f"this is no donation: {error}", exit_code=EXIT_REFUSED) from None
    sums = donation.as_json()
    if any(document.get(name) != sums[name] for name in ("pledged", "unallocated", "disbursed")):
        raise DebarError(
            "DBR-B017",
            "the donation's stated sums are not those of its entries",
            hint="it was changed after it was written: use the register's own copy",
            exit_code=EXIT_REFUSED,
        )
    return donation


def _read_entry(document: Mapping[str, Any]) -> DonationEntry:
    lines = tuple(
        DonationLine(ledger_account=line["ledger_account"], amount_micros=parse_micros(line["amount"]))
        for line in document["lines"]
    )
    return DonationEntry(**{**document, "lines": lines})
