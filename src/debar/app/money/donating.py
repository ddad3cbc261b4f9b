"""Give away what was earned: pledge, allocate, pay with receipts, correct, undo, and show.

Law: each step is an entry of the register that holds the whole donation after it; a step is refused when
somebody else took one meanwhile. Nothing is filled in for the caller: a recipient comes with its purposes
and a note on conflicts of interest, or is refused. Nothing is ever taken back from a recipient.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import Decision, load_decision, open_for
from debar.app.registering import record
from debar.app.reversal.standing import due, left_the_promise
from debar.ledger.pledge import (
    Donation,
    Recipient,
    allocate,
    disburse,
    pledge,
    read_donation,
    reverse,
    true_up,
)
from debar.model.canonical import file_sha256
from debar.model.money import Money, format_micros, parse_micros, show
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.register.entries import EntryDraft
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.model.rates import Rates
    from debar.register.writing import Register
    from debar.stores.keys import Ed25519Signer

Shares = tuple[tuple[Recipient, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """Who takes a step, where and when.

    Args:
        setting: Names the register.
        decision: Whose money it is.
        key: Key file of an enrolled person.
        now: The present instant.
    """

    setting: Setting
    decision: str
    key: Path | Ed25519Signer
    now: datetime

    @property
    def at(self) -> str:
        """The instant as entries write it."""
        return instant(self.now)


def instant(now: datetime) -> str:
    """Write an instant as a donation's entries do."""
    return now.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def read_recipients(path: Path) -> Shares:
    """Read who may be given money: ``recipients.toml``.

    Args:
        path: A file of ``[[recipient]]`` tables with name, purposes, conflict, independence and share.

    Returns:
        Recipients with their shares, in the file's order.

    Raises:
        DebarError: DBR-A013, it is no such file, or a recipient lacks something.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["recipient"]
        found = tuple((_recipient(table), _share(table)) for table in tables)
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise DebarError(
            "DBR-A013",
            f"these are no recipients: {error}",
            place=Place(file=path.name),
            hint="[[recipient]] has name, purposes (a list), conflict, independence, share (a whole number)",
        ) from None
    return found


def _recipient(table: Mapping[str, Any]) -> Recipient:
    if not isinstance(table["purposes"], list):
        raise TypeError("purposes is a list")
    return Recipient(
        name=str(table["name"]),
        purposes=tuple(str(purpose) for purpose in table["purposes"]),
        conflict=str(table["conflict"]),
        independence=str(table["independence"]),
    )


def _share(table: Mapping[str, Any]) -> int:
    share = table["share"]
    if not isinstance(share, int) or isinstance(share, bool):
        raise TypeError(f"share is a whole number, not {share!r}")
    return share


def make_donation(
    plan: Mapping[str, Any],
    decision_id: str,
    *,
    purpose: str,
    recipients: Sequence[tuple[Recipient, int]],
    now: datetime,
    gone: frozenset[str] = frozenset(),
) -> Donation:
    """Return the pledge of what a plan's accounts brought, at the bound that the policy names.

    Args:
        plan: The plan's document.
        decision_id: The decision.
        purpose: What the money is for.
        recipients: Whom it is allocated to, with shares; none leaves it unallocated.
        now: The present instant.
        gone: Accounts against which the decision no longer stands: what they brought is not pledged.

    Raises:
        DebarError: As :func:`debar.ledger.pledge.pledge` and :func:`debar.ledger.pledge.allocate`.
    """
    block = plan["earned"]
    bound = plan["base"]["policy"]["pledge_at"]
    amount = Money(amount_micros=max(0, parse_micros(block[bound])), currency=block["currency"])
    rest = due(plan, gone) if gone else None
    amount = amount if rest is None else rest
    basis = {"bound": bound, "as_of": str(block["as_of"]), "plan_sha256": plan["plan_sha256"]}
    donation = pledge(decision_id, amount, purpose=purpose, at=instant(now), basis=basis)
    return allocate(donation, list(recipients), at=instant(now)) if recipients else donation


def donation_of(body: Mapping[str, Any]) -> Donation:
    """Read a donation back from the body of an entry."""
    return read_donation(body)


def donation_at(told: Decision) -> Donation | None:
    """Return a decision's donation as it stands; None where nothing was pledged."""
    bodies = [entry.body for entry in told.entries if entry.type in ("pledge", "payment") and entry.body]
    return donation_of(bodies[-1]) if bodies else None


def allocated_micros(donation: Donation, name: str) -> int:
    """Return what a recipient was given so far: owed and paid."""
    paid = -sum(
        line.amount_micros
        for entry in donation.entries
        if entry.recipient == name
        for line in entry.lines
        if line.ledger_account == "Assets:Cash"
    )
    return donation.owed_micros(name) + paid


def draft_of(donation: Donation, *, decision_id: str, by: str) -> EntryDraft:
    """Return the entry of a donation's last step."""
    last = donation.entries[-1]
    amount = format_micros(donation.pledged_micros)
    public: dict[str, Any] = {"decision_id": decision_id, "currency": donation.currency, "amount": amount}
    if last.kind == "disburse":
        paid = -sum(line.amount_micros for line in last.lines if line.ledger_account == "Assets:Cash")
        public |= {"amount": format_micros(paid), "receipt_sha256": last.receipt_sha256}
    allocations = [
        {"recipient": r.name, "amount": format_micros(allocated_micros(donation, r.name))}
        for r in donation.recipients
    ]
    return EntryDraft(
        type="payment" if last.kind == "disburse" else "pledge",
        by=by,
        body={**donation.as_json(), "amount": amount, "allocations": allocations},
        public=public,
    )


def record_pledge(
    register: Register,
    donation: Donation,
    *,
    decision_id: str,
    by: str,
    now: datetime,
    before: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Record a pledge in the register; return its entry.

    Raises:
        DebarError: DBR-A014, the decision's money was pledged already.
    """
    if before:
        raise DebarError("DBR-A014", "the money of this decision was pledged already", exit_code=EXIT_REFUSED)
    draft = draft_of(donation, decision_id=decision_id, by=by)
    done = record(register, [draft], now=now, request_key=f"pledge {decision_id}")
    return done.entries[0].seq


def donate_pledge(giving: Giving, *, purpose: str, recipients: Path | None) -> Answer:
    """Pledge what a decision's accounts brought, and divide it where recipients are named.

    Raises:
        DebarError: DBR-A014, it was pledged already; DBR-A016, the plan was not applied.
    """
    shares = read_recipients(recipients) if recipients else ()
    told = _applied(giving)

    def step(donation: Donation | None) -> Donation:
        if donation is not None:
            raise DebarError(
                "DBR-A014", "the money of this decision was pledged already", exit_code=EXIT_REFUSED
            )
        return make_donation(
            told.plan,
            told.decision_id,
            purpose=purpose,
            recipients=shares,
            now=giving.now,
            gone=left_the_promise(told),
        )

    return _take(giving, step)


def donate_allocate(giving: Giving, *, recipients: Path, amount: str | None) -> Answer:
    """Divide what is unallocated, or a part of it."""
    shares = read_recipients(recipients)
    part = None if amount is None else _amount(amount)
    return _take(giving, lambda was: allocate(_stands(was), shares, at=giving.at, amount_micros=part))


def donate_disburse(giving: Giving, *, recipient: str, amount: str, receipt: Path, reason: str) -> Answer:
    """Record that a recipient was paid, with the digest of its receipt.

    Raises:
        DebarError: DBR-A008, the receipt cannot be read; DBR-A017, it vouches for a payment already.
    """
    try:
        sha256 = file_sha256(receipt)
    except OSError as error:
        raise DebarError(
            "DBR-A008", f"the file cannot be read: {error.strerror}", place=Place(file=receipt.name)
        ) from None

    def step(was: Donation | None) -> Donation:
        donation = _stands(was)
        if any(entry.receipt_sha256 == sha256 for entry in donation.entries):
            raise DebarError(
                "DBR-A017",
                "this receipt vouches for a payment already",
                place=Place(file=receipt.name),
                hint="debar donate show lists the payments; each has a receipt of its own",
                exit_code=EXIT_REFUSED,
            )
        return disburse(
            donation, recipient, _amount(amount), at=giving.at, receipt_sha256=sha256, reason=reason
        )

    return _take(giving, step)


def donate_true_up(
    giving: Giving, *, reason: str, as_of: date | None, platform: Path | None, rates: Rates
) -> Answer:
    """Correct the promise to what the decision's accounts brought as it is known now."""
    from debar.app.money.earning import plan_money

    told = _applied(giving)
    opened = open_for(giving.setting, told.plan, platform)
    block, bound = told.plan["earned"], told.plan["base"]["policy"]["pledge_at"]
    gone = left_the_promise(told)
    report = plan_money(opened, told.plan, rates=rates, to=block["currency"], as_of=as_of, gone=gone)
    assert report.converted is not None, "a currency was asked for"
    owed = Money(amount_micros=max(0, report.converted.at(bound)), currency=block["currency"])
    return _take(giving, lambda was: true_up(_stands(was), owed, at=giving.at, reason=reason))


def donate_reverse(giving: Giving, *, reason: str) -> Answer:
    """Undo what is unpaid, because the ban was undone; what was paid is a gift."""
    return _take(giving, lambda was: reverse(_stands(was), at=giving.at, reason=reason))


def donate_show(setting: Setting, decision: str) -> Answer:
    """Tell a donation as it stands."""
    told = load_decision(setting, decision)
    donation = _stands(donation_at(told))
    return Answer(document=donation.as_json(), text=donation_text(donation))


def _applied(giving: Giving) -> Decision:
    told = load_decision(giving.setting, giving.decision)
    if told.applied_at is None:
        raise DebarError(
            "DBR-A016",
            "this plan was not applied: nobody was banned, and there is nothing to give away",
            hint="debar approve and debar apply come first",
            exit_code=EXIT_REFUSED,
        )
    return told


def _stands(donation: Donation | None) -> Donation:
    if donation is None:
        raise DebarError(
            "DBR-A015",
            "the money of this decision was not pledged",
            hint="debar donate pledge DECISION --purpose ... --key FILE",
            exit_code=EXIT_REFUSED,
        )
    return donation


def _amount(text: str) -> int:
    try:
        return parse_micros(text)
    except ValueError as error:
        raise DebarError("DBR-A018", f"{text!r} is no amount: {error}", hint="1881.40") from None


def _take(giving: Giving, step: Callable[[Donation | None], Donation]) -> Answer:
    """Take a step, and record it unless somebody else recorded anything meanwhile."""
    signer = load_signer(giving.key)
    with open_register(giving.setting.register_address()) as register:
        by = enrolled(enrolled_keys(register), signer.public_key).name
        revision = register.revision()
        told = _applied(giving)
        was = donation_at(told)
        donation = step(was)
        if was is not None and donation.entries == was.entries:
            return Answer(
                document={**was.as_json(), "entry": None}, text=f"nothing changes\n{donation_text(was)}"
            )
        draft = draft_of(donation, decision_id=told.decision_id, by=by)
        done = record(register, [draft], now=giving.now, expected_revision=revision)
    entry = done.entries[0].seq
    text = pledge_text(donation, entry=entry) if was is None else f"entry {entry}\n{donation_text(donation)}"
    return Answer(document={**donation.as_json(), "entry": entry}, text=text)


def pledge_text(donation: Donation, *, entry: int) -> str:
    """Tell a pledge."""
    total = _money(donation, donation.pledged_micros)
    lines = [f"pledged {total} for {donation.purpose}: entry {entry}"]
    for recipient in donation.recipients:
        part = _money(donation, donation.owed_micros(recipient.name))
        lines.append(f"  {part:>16}  {recipient.name}")
    if not donation.recipients:
        lines.append("  not allocated to anybody yet")
    return "\n".join(lines)


def donation_text(donation: Donation) -> str:
    """Tell a donation: what is promised, owed and paid, and every step."""
    lines = [f"{_money(donation, donation.pledged_micros)} promised for {donation.purpose}"]
    sums = [("unallocated", donation.unallocated_micros), ("paid", donation.disbursed_micros)]
    if donation.loss_micros:
        sums.append(("lost: paid out before a ban was undone", donation.loss_micros))
    lines.extend(f"  {_money(donation, amount):>16}  {name}" for name, amount in sums)
    for recipient in donation.recipients:
        owed, given = donation.owed_micros(recipient.name), allocated_micros(donation, recipient.name)
        lines.append(
            f"  {_money(donation, given):>16}  {recipient.name}, {_money(donation, owed)} of it owed"
        )
        lines.append(f"{'':20}conflict of interest: {recipient.conflict}")
        lines.append(f"{'':20}independence: {recipient.independence}")
    lines.append("Steps")
    for entry in donation.entries:
        receipt = f", receipt sha256 {entry.receipt_sha256[:16]}" if entry.receipt_sha256 else ""
        lines.append(f"  {entry.at}  {entry.kind.replace('_', '-')}: {entry.reason}{receipt}")
    return "\n".join(lines)


def _money(donation: Donation, amount_micros: int) -> str:
    return show(Money(amount_micros=amount_micros, currency=donation.currency), symbol=True)
