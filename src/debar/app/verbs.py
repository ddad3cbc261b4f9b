"""The verbs that a person types, with files and clocks joined in.

Law: each opens what it needs, does one thing, and closes it.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.applying import apply_plan
from debar.app.applying import approve as approve_plan
from debar.app.applying import check as check_account
from debar.app.authority.citing import cite
from debar.app.gates.putting import put_in_force
from debar.app.hearing.case_opened import record_case
from debar.app.money.rates_added import rates_of
from debar.app.opening import open_platform
from debar.app.planning import Wish, make_plan, plan_answer, read_decision
from debar.app.watching import screen_signups
from debar.model.problem import DebarError, Place
from debar.plans.plan import read_plan
from debar.plans.revision import BAN, kind_of
from debar.register.address import open_register
from debar.stores.clock import FixedClock
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from debar.app.opening import Setting
    from debar.model.ports import Clock
    from debar.model.window import Window
    from debar.plans.plan import Plan
    from debar.register.writing import Register
    from debar.stores.keys import Ed25519Signer


def load_plan(path: Path) -> Plan:
    """Read a plan's file.

    Raises:
        DebarError: DBR-A008, there is no such file; or it is no plan, or was changed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DebarError(
            "DBR-A008",
            f"the file cannot be read: {error.strerror or error}"
            if isinstance(error, OSError)
            else "the file is no UTF-8 text",
            place=Place(file=str(path)),
            hint="name a file that debar wrote, such as plan.json",
        ) from None
    return read_plan(text, file=path.name)


def read_subjects(path: Path | None) -> tuple[str, ...]:
    """Read a file of subjects, one a line; a line that begins with ``#`` is a remark.

    Raises:
        DebarError: DBR-A008, the file cannot be read.
    """
    if path is None:
        return ()
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError:
        raise DebarError("DBR-A008", "the file is no UTF-8 text", place=Place(file=str(path))) from None
    return tuple(line for line in lines if line and not line.startswith("#"))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What may be said about a plan beside the platform and its subjects.

    Args:
        out: Where to write the plan, if anywhere.
        key: The proposer's key file; without it the plan is only to look at.
        decision: File with ground, rule, facts and authorities.
        window: The retrospective's window.
        without: Facts to strike out, by id.
        as_of: Last booked day that counts.
        currency: Currency of the totals.
        rates: File of signed rates beside the published ones.
        authorities: Findings on record and entities of lists that the decision cites.
    """

    out: Path | None = None
    key: Path | None = None
    decision: Path | None = None
    window: Window | None = None
    without: frozenset[str] = frozenset()
    as_of: date | None = None
    currency: str = "USD"
    rates: Path | None = None
    authorities: Sequence[str] = ()


def plan(
    setting: Setting, platform: Path, subjects: Sequence[str], options: PlanOptions, *, now: datetime
) -> Answer:
    """Make a plan and write it."""
    signer = load_signer(options.key) if options.key is not None else None
    if signer is not None:
        setting.register_address()  # what is to be approved is hashed under the register's key
    with _register_or_none(setting if options.authorities else None) as register:
        cited = cite(options.authorities, register, on=now.date())
    wish = Wish(
        platform=str(platform.resolve()),
        subjects=subjects,
        decision=read_decision(options.decision),
        proposed_by=signer.name if signer else "nobody",
        proposer_key=signer.public_key.hex() if signer else "",
        now=now.replace(microsecond=0),
        window=options.window,
        without=options.without,
        as_of=options.as_of,
        to=options.currency,
        cited=cited,
    )
    chosen = rates_of(setting, options.rates)
    opened = open_platform(platform, setting)
    with _register_or_none(setting) as register:
        made = make_plan(opened, wish, rates=chosen, register=register)
    if options.out is not None:
        write_whole(options.out, made.text())
    answer = plan_answer(made)
    written = f"\nwritten to {options.out}" if options.out else ""
    if options.out is not None and signer is not None:
        with open_register(setting.register_address()) as register:
            entry = record_case(made, register, opened, by=signer.name, now=now)
        written += f"\nthe case is opened: entry {entry} holds the digests of its contacts"
    return Answer(document=answer.document, text=answer.text + written)


def _register_or_none(setting: Setting | None) -> AbstractContextManager[Register | None]:
    """Open the register that a setting names, to be read; nothing where none is named."""
    if setting is None or setting.register is None:
        return nullcontext()
    return open_register(setting.register, read_only=True)


def approve(setting: Setting, plan_file: Path, *, key: Path | Ed25519Signer, now: datetime) -> Answer:
    """Approve a plan."""
    signer = load_signer(key)
    with open_register(setting.register_address()) as register:
        return approve_plan(load_plan(plan_file), register, signer=signer, now=now)


def apply(
    setting: Setting,
    plan_file: Path,
    *,
    key: Path,
    platform: Path | None,
    now: datetime,
    lists: Sequence[Path] = (),
    clock: Clock | None = None,
    certificate: Path | None = None,
) -> Answer:
    """Apply a plan to the platform, and to the authority lists that it cites, as they are now.

    Returns when it is in force at every gate. The certificate is dated by the clock; where none is given, by
    ``now``.
    """
    answer = _record(setting, plan_file, key=key, platform=platform, now=now, lists=lists)
    dates = clock or FixedClock(now)
    return put_in_force(setting, load_plan(plan_file), answer, clock=dates, file=certificate)


def _record(
    setting: Setting,
    plan_file: Path,
    *,
    key: Path,
    platform: Path | None,
    now: datetime,
    lists: Sequence[Path],
) -> Answer:
    """Record what a plan says."""
    signer = load_signer(key)
    made = load_plan(plan_file)
    address = setting.register_address()
    if kind_of(made.document) != BAN:
        from debar.app.reversal.carrying_out import apply_revision

        with open_register(address) as register:
            return apply_revision(made, register, policy=setting.policy(), signer=signer, now=now)
    opened = open_platform(platform or Path(str(made.document["platform"])), setting)
    with open_register(address) as register:
        answer, _ = apply_plan(made, register, opened, signer=signer, now=now, lists=lists)
    return answer


def check(
    setting: Setting,
    account_id: str,
    *,
    action: str,
    surface: str | None,
    territory: str | None,
    at_least: int | None,
    now: datetime,
) -> Answer:
    """Ask the gate."""
    return check_account(
        setting.register_address(),
        account_id,
        action=action,
        surface=surface,
        territory=territory,
        at_least=at_least,
        now=now,
    )


def screen_signup(setting: Setting, signups: Path, *, now: datetime) -> Answer:
    """Screen a folder of sign-ups."""
    address = setting.register_address()
    opened = open_platform(signups, setting)
    with open_register(address, read_only=True) as register:
        return screen_signups(opened, register, now=now)
