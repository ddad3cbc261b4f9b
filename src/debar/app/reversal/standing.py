"""How a decision stands against each of its accounts, as the record has it.

Law: a fold over the decision's entries; what has lapsed has lapsed, whether or not somebody recorded it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import digest
from debar.model.money import Money, parse_micros, round_to_minor
from debar.plans.base import ReadRow
from debar.plans.revision import REVERSAL, Before, kind_of
from debar.register.debarments import GATE_TYPES, Debarment, changed, key_of
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from debar.app.decisions import Decision
    from debar.register.entries import Entry

IN_FORCE: Final = "in force"
INTERIM: Final = "interim"
LAPSED: Final = "lapsed"
LIFTED: Final = "lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStanding:
    """How a decision stands against one account.

    Args:
        account_id: The account.
        word: ``in force``, ``interim`` (until a day), ``lapsed`` or ``lifted``.
        entry: The entry that it rests on.
        until: Last day, inclusive; None without an end.
        at: When it was lifted or its lapse was recorded; None otherwise.
        lift_reason: ``reversed``, ``appeal`` or ``lapsed``; empty where nothing was recorded.
    """

    account_id: str
    word: str
    entry: int
    until: date | None = None
    at: datetime | None = None
    lift_reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the account may not advertise because of the decision."""
        return self.word in (IN_FORCE, INTERIM)

    def sentence(self) -> str:
        """Say it in a few words."""
        if self.word == INTERIM:
            return f"suspended until {self.until}, unless it is confirmed"
        if self.word == LAPSED:
            recorded = f", recorded in entry {self.entry}" if self.at else ", not recorded yet"
            return f"lapsed after {self.until}{recorded}"
        if self.word == LIFTED:
            return f"lifted (entry {self.entry})"
        return f"in force (entry {self.entry})" + (f" until {self.until}" if self.until else "")

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "account_id": self.account_id,
            "standing": self.word,
            "entry": self.entry,
            "until": None if self.until is None else self.until.isoformat(),
            "at": None if self.at is None else instant_text(self.at),
            "lift_reason": self.lift_reason,
        }


def standings_of(told: Decision, now: datetime) -> dict[str, AccountStanding]:
    """Return how a decision stands against each account that it ever touched, by account id."""
    stands: dict[str, Debarment] = {}
    ended: dict[str, AccountStanding] = {}
    for entry in told.entries:
        if entry.type not in GATE_TYPES or entry.body is None:
            continue
        account = key_of(entry.type, entry.body)[1]
        was = stands.pop(account, None)
        after = changed(was, entry_type=entry.type, body=entry.body, seq=entry.seq, at=entry.at)
        if after is None:
            assert was is not None, "only what stood is lifted"
            ended[account] = _ended(was, entry)
        else:
            stands[account] = after
    found = {**ended, **{account: _stands(one, now) for account, one in stands.items()}}
    return {account: found[account] for account in sorted(found)}


def _ended(was: Debarment, entry: Entry) -> AccountStanding:
    reason = str(entry.public.get("lift_reason", ""))
    return AccountStanding(
        account_id=was.key_value,
        word=LAPSED if reason == LAPSED else LIFTED,
        entry=entry.seq,
        until=_last_day(was),
        at=entry.at,
        lift_reason=reason,
    )


def _stands(one: Debarment, now: datetime) -> AccountStanding:
    lapsed = one.lapses_at is not None and one.lapses_at <= now
    interim = one.lapses_at is not None and one.because == "linked"
    word = LAPSED if lapsed else INTERIM if interim else IN_FORCE
    return AccountStanding(account_id=one.key_value, word=word, entry=one.entry_seq, until=_last_day(one))


def _last_day(one: Debarment) -> date | None:
    return None if one.lapses_at is None else (one.lapses_at - timedelta(microseconds=1)).date()


def gone_from(told: Decision, now: datetime) -> frozenset[str]:
    """Return the accounts against which a decision no longer stands."""
    return frozenset(a for a, one in standings_of(told, now).items() if not one.holds)


def left_the_promise(told: Decision) -> frozenset[str]:
    """Return the accounts that the record has let go: what they brought is promised to nobody any more.

    A lapse that is not recorded yet changes no promise: the account leaves it with the record.
    """
    assert told.applied_at is not None, "only an applied decision stands"
    return frozenset(a for a, one in standings_of(told, told.applied_at).items() if one.at is not None)


def before_of(told: Decision, now: datetime) -> Before:
    """Return where a decision stands before it is changed once more."""
    reversals = [plan for plan in told.plans() if kind_of(plan) == REVERSAL]
    return Before(
        gone=gone_from(told, now),
        reargued=frozenset(
            one["account_id"] for plan in reversals for one in plan["hanging"] if one["choice"] == "reargue"
        ),
        struck=frozenset(fact for plan in reversals for fact in plan["struck"]),
    )


def rests_on(
    told: Decision, *, appeal: tuple[str, str] | None, responses: Iterable[str] = ()
) -> list[ReadRow]:
    """Digest what a plan that changes a decision rests on, as the record has it.

    Why: whoever hangs on whom depends on who still stands, so each account's standing is a row of its own,
    and the message of a stale plan names the account that changed. A lapse that nobody recorded is no change.

    Args:
        told: The decision.
        appeal: The appeal's id and its state and outcome, in a word; None without one.
        responses: Accounts whose words the plan rests on.
    """
    rows = []
    latest: dict[str, Any] = {}
    for entry in told.entries:
        if entry.type in GATE_TYPES and entry.body is not None:
            latest[key_of(entry.type, entry.body)[1]] = [entry.type, entry.seq]
    rows += [ReadRow(table="standing", key=a, sha256=digest(value)) for a, value in latest.items()]
    said: dict[str, list[int]] = {account: [] for account in responses}
    for entry in told.entries:
        account = entry.body.get("account_id") if entry.type == "denial" and entry.body else None
        if account in said:
            said[account].append(entry.seq)
    rows += [ReadRow(table="responses", key=a, sha256=digest(seqs)) for a, seqs in said.items()]
    if appeal is not None:
        rows.append(ReadRow(table="appeals", key=appeal[0], sha256=digest(appeal[1])))
    return sorted(rows)


def due(plan: Mapping[str, Any], gone: frozenset[str]) -> Money | None:
    """Return what a decision's promise comes to without some accounts, at the bound that the policy names.

    Members' amounts keep all their decimals, so their sum is rounded once, as the plan's total was. Where
    nobody is left, nothing is due; None where the plan has no currency.
    """
    block = plan["earned"]
    if not block["currency"]:
        return None
    bound = plan["base"]["policy"]["pledge_at"]
    inside = [m for m in plan["members"] if m["status"] == "in" and m["account_id"] not in gone]
    if not inside:
        return Money(amount_micros=0, currency=block["currency"])
    if bound == "high":
        sure = {m["account_id"] for m in inside if m["basis"] == "named" or m["confirmed_by"]}
        inside += [m for m in plan["members"] if m["status"] == "ask"]
        inside = [m for m in inside if m["account_id"] in sure or _brought(m) >= 0]
    total = round_to_minor(sum(_brought(member) for member in inside), block["currency"])
    return Money(amount_micros=max(0, total), currency=block["currency"])


def _brought(member: Mapping[str, Any]) -> int:
    converted = member["earned"]["converted"]
    return parse_micros(converted["amount"]) if converted else 0


def reduction_micros(plan: Mapping[str, Any], *, gone: frozenset[str], lifted: frozenset[str]) -> int:
    """Return by how much a promise falls when some more accounts go: two rounded totals, subtracted."""
    before, after = due(plan, gone), due(plan, gone | lifted)
    if before is None or after is None:
        return 0
    return max(0, before.amount_micros - after.amount_micros)
