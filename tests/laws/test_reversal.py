"""Law: debar then lift equals never, at the gate, in the promise and in the watch list; the record keeps both."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.app.decisions import recorded_decision
from debar.app.money.donating import donation_at, draft_of, make_donation
from debar.app.opening import Setting
from debar.app.registering import record
from debar.app.reversal.planning import Asked, Lift, lift
from debar.app.reversal.standing import before_of, due, gone_from, left_the_promise
from debar.app.verbs import apply, approve
from debar.app.watching import watch_lists
from debar.gate import check
from debar.ledger.pledge import Recipient, allocate, disburse, pledge, reverse_part
from debar.model.money import Money
from debar.plans.revision import hanging_on
from debar.register.sqlite import SqliteRegister
from desks import CHAIN_ACCOUNTS, CHAIN_BILLING, CHAIN_IDENTIFIERS, Decided, set_up

ACCOUNTS = ("N1", "N2", "N3", "N4")
PURPOSE = "election research"
LAB = Recipient(name="Lab", purposes=(PURPOSE,), conflict="none found", independence="its own")
AT = "2017-11-02T09:00:00Z"


@dataclass(frozen=True)
class World(Decided):
    """A decided desk and the register as it was before anybody was debarred."""

    never: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Decide once; keep the register of the moment before."""
    desk = set_up(tmp_path_factory.mktemp("law"))
    for table, more in (
        ("accounts", CHAIN_ACCOUNTS),
        ("identifiers", CHAIN_IDENTIFIERS),
        ("billing", CHAIN_BILLING),
    ):
        path = desk.folder / "export" / f"{table}.csv"
        path.write_text(path.read_text() + more)
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    never = desk.folder / "never.register"
    shutil.copy(desk.folder / "debar.register", never)
    decision = str(desk.json("apply", plan, "--key", desk.path("ana.key"))["decision_id"])
    return World(folder=desk.folder, decision=decision, never=never)


def lift_some(world: World, register: Path, accounts: tuple[str, ...], now: datetime) -> None:
    """Lift what of some accounts still stands, with all that hangs on it, through plan, approval and apply."""
    setting = Setting(register=register)
    with SqliteRegister.open(register, read_only=True) as opened:
        told = recorded_decision(opened, world.decision)
    assert told is not None
    before = before_of(told, now)
    chosen = frozenset(accounts) - before.gone
    if not chosen:
        return
    also = hanging_on(told.plan, before, lifted=chosen, struck=frozenset())
    out = register.parent / "change.json"
    asked = Asked(
        decision=world.decision,
        accounts=sorted(chosen),
        reason="law",
        key=world.folder / "ana.key",
        out=out,
        now=now,
    )
    lift(setting, asked, Lift(also=also))
    approve(setting, out, key=world.folder / "ben.key", now=now)
    assert apply(setting, out, key=world.folder / "ana.key", platform=None, now=now).exit_code == 0


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=3), min_size=1, max_size=3),
    pledged_first=st.booleans(),
    paid_percent=st.integers(0, 100),
)
def test_debar_then_lift_equals_never(
    world: World, steps: list[list[str]], *, pledged_first: bool, paid_percent: int
) -> None:
    """Whoever was lifted, in whatever steps: as if never debarred; whoever was not: as if alone debarred."""
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "debar.register"
        for suffix in ("", ".key"):
            shutil.copy(world.folder / f"debar.register{suffix}", f"{register}{suffix}")
        now = datetime.now(UTC)
        paid = _pledge(world, register, now, paid_percent) if pledged_first else 0
        for place, accounts in enumerate(steps, start=1):
            lift_some(world, register, tuple(accounts), now + timedelta(seconds=place))
        _compare(world, register, now + timedelta(hours=1), paid)


def _pledge(world: World, register: Path, now: datetime, percent: int) -> int:
    """Pledge, allocate and pay a part; return what was paid, in micros."""
    with SqliteRegister.open(register) as opened:
        told = recorded_decision(opened, world.decision)
        assert told is not None
        donation = make_donation(
            told.plan,
            world.decision,
            purpose=PURPOSE,
            recipients=[(LAB, 1)],
            now=now,
            gone=left_the_promise(told),
        )
        record(opened, [draft_of(donation, decision_id=world.decision, by="ana")], now=now)
        amount = donation.pledged_micros * percent // 100
        if amount:
            donation = disburse(donation, "Lab", amount, at=AT, receipt_sha256="ab" * 32, reason="x")
            record(opened, [draft_of(donation, decision_id=world.decision, by="ana")], now=now)
        return donation.disbursed_micros


def _compare(world: World, register: Path, now: datetime, paid: int) -> None:
    with SqliteRegister.open(register, read_only=True) as opened:
        assert opened.verify() == ()
        told = recorded_decision(opened, world.decision)
        assert told is not None
        gone = gone_from(told, now)
        for account in gone:
            assert check(register, account, now=now).allowed == check(world.never, account, now=now).allowed
        for account in set(ACCOUNTS) - gone:
            assert not check(register, account, now=now).allowed
        watched = {one.account_id for _, accounts in watch_lists(opened, now=now) for one in accounts}
        assert watched == set(ACCOUNTS) - gone
        donation = donation_at(told)
        if donation is not None:
            owed = due(told.plan, gone)
            assert owed is not None
            assert owed.amount_micros == donation.pledged_micros
            assert paid == donation.disbursed_micros, "nothing is taken back"
            assert donation.loss_micros == max(0, paid - donation.pledged_micros)
        kinds = [entry.type for entry in opened.entries()]
        assert kinds.count("debar") == len(ACCOUNTS)
        assert kinds.count("lift") == len(gone)


@given(
    amount=st.integers(0, 10**12),
    paid=st.integers(0, 100),
    parts=st.lists(st.integers(0, 10**12), max_size=6),
)
def test_a_promise_less_its_parts_is_never_negative_and_always_balances(
    amount: int, paid: int, parts: list[int]
) -> None:
    """Unpaid and paid are what is pledged and what was lost, whatever is reversed in whatever order."""
    donation = pledge("c", Money(amount_micros=amount, currency="USD"), purpose=PURPOSE, at=AT)
    donation = allocate(donation, [(LAB, 1)], at=AT)
    if amount * paid // 100:
        donation = disburse(
            donation, "Lab", amount * paid // 100, at=AT, receipt_sha256="ab" * 32, reason="x"
        )
    whole = donation.disbursed_micros
    for part in parts:
        donation = reverse_part(donation, part, at=AT, reason="x")
        unpaid = donation.unallocated_micros + donation.owed_micros("Lab")
        assert unpaid + donation.disbursed_micros == donation.pledged_micros + donation.loss_micros
        assert min(unpaid, donation.pledged_micros, donation.loss_micros) >= 0
        assert whole == donation.disbursed_micros
    assert donation.pledged_micros == max(0, amount - sum(parts)) or sum(parts) > amount
