"""Take one step of an appeal and record it.

Law: a step is checked against the appeal as the register has it at that revision, and recorded only if
nothing was recorded meanwhile.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import load_decision
from debar.app.hearing.contacts import salespeople_of
from debar.app.registering import record
from debar.appeals.appeal import APPEAL_TYPES, Appeal, appeals_of, draft_of
from debar.appeals.guards import Involved, Reviewer, refuse_reviewer
from debar.appeals.links import read_link
from debar.appeals.states import words_of
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError
from debar.notices.issue import references
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Setting
    from debar.appeals.links import AppealLink
    from debar.plans.approval import EnrolledKey
    from debar.register.entries import EntryDraft
    from debar.register.reading import RegisterReader
    from debar.register.writing import Register
    from debar.stores.keys import Ed25519Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Who takes a step, and when.

    Args:
        setting: Names the register.
        now: The present instant.
        key: Key file of somebody enrolled; None where a link is given.
        link: A signed link of the filer; None where a key is given.
    """

    setting: Setting
    now: datetime
    key: Path | Ed25519Signer | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An appeal as it lies on the desk.

    Args:
        register: Open for writing.
        revision: What was read.
        appeal: The appeal.
        by: Whose step it will be: a name as enrolled, or "the filer, by link".
        reviewer: The same with key and roles; None for a link.
    """

    register: Register
    revision: int
    appeal: Appeal
    by: str
    reviewer: Reviewer | None

    def record(self, draft: EntryDraft, *, now: datetime) -> Answer:
        """Record a step, and tell where the appeal stands then."""
        done = record(self.register, [draft], now=now, expected_revision=self.revision)
        return step_answer(self.register, self.appeal.appeal_id, entry=done.entries[0].seq)


def all_appeals(register: RegisterReader) -> dict[str, Appeal]:
    """Return every appeal of a register, in the order in which they were filed."""
    entries = [entry for kind in APPEAL_TYPES for entry in register.entries_of_type(kind)]
    return appeals_of(sorted(entries, key=lambda entry: entry.seq))


def find_appeal(register: RegisterReader, appeal_id: str) -> Appeal:
    """Return an appeal.

    Raises:
        DebarError: DBR-H009, the register has none with this id.
    """
    found = all_appeals(register).get(appeal_id)
    if found is None:
        raise DebarError(
            "DBR-H009",
            f"the register has no appeal {appeal_id!r}",
            hint="debar appeal list shows them",
            exit_code=EXIT_REFUSED,
        )
    return found


@contextmanager
def at_desk(clerk: Clerk, appeal_id: str) -> Iterator[Desk]:
    """Open an appeal for one step, by a key or by the filer's own link.

    Raises:
        DebarError: DBR-A051, neither a key nor a link, or both; DBR-H006, the link is to another appeal.
    """
    with open_register(clerk.setting.register_address()) as register:
        revision = register.revision()
        appeal = find_appeal(register, appeal_id)
        if clerk.key is not None and clerk.link is None:
            reviewer = reviewer_of(register, clerk.key)
            yield Desk(
                register=register, revision=revision, appeal=appeal, by=reviewer.name, reviewer=reviewer
            )
            return
        link = open_link(clerk, register)
        reference = references(appeal.decision_id, appeal.account_id)[1]
        if (link.decision_id, link.reference) != (appeal.decision_id, reference):
            raise DebarError("DBR-H006", "this link is to another appeal", exit_code=EXIT_REFUSED)
        yield Desk(register=register, revision=revision, appeal=appeal, by=BY_LINK, reviewer=None)


BY_LINK = "the filer, by link"
"""Who takes a step where nobody logs in."""


def open_link(clerk: Clerk, register: RegisterReader) -> AppealLink:
    """Check the clerk's link.

    Raises:
        DebarError: DBR-A051, there is none, or a key too; DBR-H006 and DBR-H007, it does not hold.
    """
    if clerk.link is None or clerk.key is not None:
        raise DebarError(
            "DBR-A051",
            "this step is taken either with a key or with the filer's link",
            hint="--key FILE for staff, --link TOKEN for the filer",
            exit_code=EXIT_USAGE,
        )
    key = register.key
    return read_link(clerk.link, origin=key.name, public_key=key.public_key, now=clerk.now)


def link_of(clerk: Clerk) -> AppealLink:
    """Return what a filer's link is bound to.

    Raises:
        DebarError: As :func:`open_link`.
    """
    with open_register(clerk.setting.register_address(), read_only=True) as register:
        return open_link(clerk, register)


def reviewer_of(register: RegisterReader, key: Path | Ed25519Signer) -> Reviewer:
    """Return whose key it is, with its roles.

    Raises:
        DebarError: DBR-P004, it is not enrolled.
    """
    signer = load_signer(key)
    found = enrolled(enrolled_keys(register), signer.public_key)
    return Reviewer(name=found.name, public_key=found.public_key.hex(), roles=found.roles)


def involved_in(told: Decision, account_id: str) -> Involved:
    """Return who took part in a decision, and who sold to one of its accounts.

    Every plan of the decision counts: who confirmed a suspension decided on it too.
    """
    keys, names = set[str](), set[str]()
    for plan in told.plans():
        keys.add(plan["proposer_key"])
        names.add(plan["proposed_by"])
    for entry in told.entries:
        if entry.type == "approval":
            keys.add(entry.public["public_key"])
        if entry.type in ("approval", "plan", "debar", "vary"):
            names.add(entry.by or "")
    return Involved(
        keys=frozenset(keys), names=frozenset(names), salespeople=salespeople_of(told, account_id)
    )


def refusal_of(key: EnrolledKey, involved: Involved) -> str | None:
    """Return why somebody may not hear an appeal; None where they may."""
    try:
        refuse_reviewer(Reviewer(name=key.name, public_key=key.public_key.hex(), roles=key.roles), involved)
    except DebarError as error:
        return error.what
    return None


def take(clerk: Clerk, appeal_id: str, event: str, said: Mapping[str, Any]) -> Answer:
    """Take a step that needs nothing but an enrolled key or the filer's link."""
    with at_desk(clerk, appeal_id) as desk:
        draft = draft_of(desk.appeal, event, by=desk.by, account_id=desk.appeal.account_id, said=said)
        return desk.record(draft, now=clerk.now)


def told_of(clerk: Clerk, appeal: Appeal) -> Decision:
    """Return the decision that an appeal is about."""
    return load_decision(clerk.setting, appeal.decision_id)


def step_answer(register: RegisterReader, appeal_id: str, *, entry: int) -> Answer:
    """Tell a step that was just recorded."""
    appeal = find_appeal(register, appeal_id)
    due = appeal.due()
    until = f"; due on {due}" if due else ""
    step = appeal.steps[-1]
    return Answer(
        document={**appeal.as_json(), "entry": entry},
        text=f"{appeal_id}: {words_of(step.event)}, entry {entry}; it is now {words_of(appeal.state)}{until}",
    )
