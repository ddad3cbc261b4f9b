"""Who may enrol and approve, and who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.register.drafts import approval_draft, enrolment_draft
from debar.register.entries import EntryDraft
from debar.register.keyring import Keyring
from debar.register.signatures import approval_message, outcome_message, verify_approval, verify_signature
from registers import ANA, BEN, EVE, LOG, ORIGIN, PLAN_SHA256, enrolments, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.model.ports import Signer
    from debar.register.sqlite import SqliteRegister


def enrol_eve(signer: Signer, *, origin: str = ORIGIN) -> EntryDraft:
    """Return eve's enrolment as an approver, signed by somebody."""
    return enrolment_draft("eve", role="approver", public_key=EVE.public_key, origin=origin, signer=signer)


def test_the_founders_are_enrolled_by_the_log(register: SqliteRegister) -> None:
    """A new register must name its first keys, their roles, and the log's key as the one that enrolled them."""
    got = [(one.name, one.role, one.public_key, one.signed_by) for one in register.enrolments()]
    log = LOG.public_key.hex()
    expected = [
        ("ana", "proposer", ANA.public_key.hex(), log),
        ("ben", "approver", BEN.public_key.hex(), log),
    ]
    assert expected == got


def test_an_enrolled_key_enrols_another(register: SqliteRegister) -> None:
    """An approver must be able to enrol one more key."""
    record(register, enrol_eve(BEN))
    assert register.keyring().holds(EVE.public_key.hex(), "approver")
    assert not register.keyring().holds(EVE.public_key.hex(), "proposer")


def test_the_log_key_founds_and_then_no_more(register: SqliteRegister) -> None:
    """Whoever runs the log may enrol at first, and never once anything else was recorded."""
    record(register, enrol_eve(LOG))
    record(register, EntryDraft(type="case", by="ana", body={}))
    with pytest.raises(DebarError, match="DBR-R018"):
        record(register, enrol_eve(LOG))


def test_the_log_key_stops_when_others_have_begun(register: SqliteRegister) -> None:
    """Once an enrolled key has enrolled another, the log's key may enrol no more."""
    record(register, enrol_eve(BEN))
    with pytest.raises(DebarError, match="DBR-R018"):
        record(register, enrol_eve(LOG))


def test_a_proposer_enrols_nobody(register: SqliteRegister) -> None:
    """A proposer who could make an approver would need nobody else."""
    with pytest.raises(DebarError, match="only an approver"):
        record(register, enrol_eve(ANA))


def test_a_stranger_enrols_nobody(register: SqliteRegister) -> None:
    """A key that is not enrolled must not enrol itself."""
    with pytest.raises(DebarError, match="DBR-R018"):
        record(register, enrol_eve(EVE))


def test_an_enrolment_of_another_register_is_none_here(register: SqliteRegister) -> None:
    """The signature must be over this register's origin."""
    with pytest.raises(DebarError, match="DBR-R017"):
        record(register, enrol_eve(BEN, origin="ads.example.net/debar"))


def test_an_approval_is_kept_with_its_name(register: SqliteRegister) -> None:
    """An approver's signature over a plan must be found again by the plan's digest."""
    record(register, approval_draft(PLAN_SHA256, by="ben", signer=BEN))
    (approval,) = register.approvals(PLAN_SHA256)
    assert ("ben", BEN.public_key.hex()) == (approval.name, approval.public_key)
    assert verify_approval(
        PLAN_SHA256, public_key=BEN.public_key, signature=bytes.fromhex(approval.signature)
    )
    assert register.approvals("6" * 64) == ()


@pytest.mark.parametrize("signer", [ANA, EVE, LOG])
def test_only_approvers_approve(register: SqliteRegister, signer: Signer) -> None:
    """A proposer, a stranger and the log's own key must not approve."""
    with pytest.raises(DebarError, match="DBR-R018"):
        record(register, approval_draft(PLAN_SHA256, by="ben", signer=signer))


def test_an_approval_of_another_plan_is_none(register: SqliteRegister) -> None:
    """A signature over one plan must not count for another."""
    draft = approval_draft("6" * 64, by="ben", signer=BEN)
    moved = EntryDraft(
        type="approval", by="ben", body={}, public={**draft.public, "plan_sha256": PLAN_SHA256}
    )
    with pytest.raises(DebarError, match="DBR-R017"):
        record(register, moved)


@pytest.mark.parametrize("missing", ["plan_sha256", "public_key", "signature"])
def test_an_approval_must_be_public(register: SqliteRegister, missing: str) -> None:
    """What outsiders need to check an approval must stand in its leaf."""
    draft = approval_draft(PLAN_SHA256, by="ben", signer=BEN)
    public = {name: value for name, value in draft.public.items() if name != missing}
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register, EntryDraft(type="approval", by="ben", body={}, public=public))


def test_signatures_are_checked_before_anything_is_written(register: SqliteRegister) -> None:
    """A refused approval must take the entries beside it down with it."""
    with pytest.raises(DebarError):
        record(
            register,
            EntryDraft(type="case", by="ana", body={}),
            approval_draft(PLAN_SHA256, by="e", signer=EVE),
        )
    assert register.revision() == 2


def test_a_key_enrolled_in_the_same_append_may_sign_in_it(register: SqliteRegister) -> None:
    """Entries of one append must be judged in their order."""
    record(register, enrol_eve(BEN), approval_draft(PLAN_SHA256, by="eve", signer=EVE))
    assert [approval.name for approval in register.approvals(PLAN_SHA256)] == ["eve"]


def test_one_key_may_hold_two_roles() -> None:
    """Two enrolments of one key must add up."""
    keyring = Keyring(origin=ORIGIN, log_key=LOG.public_key.hex())
    both = enrolment_draft("ana", role="approver", public_key=ANA.public_key, origin=ORIGIN, signer=LOG)
    for draft in (enrolments()[0], both):
        keyring = keyring.after("enrol", draft.public)
    assert keyring.roles[ANA.public_key.hex()] == {"proposer", "approver"}


def test_the_signed_bytes() -> None:
    """The message of an approval is fixed for ever, and anything malformed is no signature."""
    assert approval_message("a" * 64) == b"debar approval v1\n" + b"a" * 64 + b"\n"
    assert not verify_signature(b"short", b"", b"")
    assert not verify_signature(ANA.public_key, b"other", ANA.sign(b"message"))


def outcome(
    signer: Signer, *, claimed: Signer | None = None, changed: Mapping[str, str] | None = None
) -> EntryDraft:
    """Return an outcome, signed by somebody, perhaps under another's name or over something else."""
    appeal_id, sha256 = "appeal-2017-11-02-0a1b2c3d4e5f", "7" * 64
    message = outcome_message(ORIGIN, appeal_id=appeal_id, outcome="upheld", outcome_sha256=sha256)
    public = {
        "appeal_id": appeal_id,
        "event": "decide",
        "outcome": "upheld",
        "outcome_sha256": sha256,
        "public_key": (claimed or signer).public_key.hex(),
        "signature": signer.sign(message).hex(),
        **(changed or {}),
    }
    return EntryDraft(type="outcome", by="eve", body={}, public=public)


def enrol_reviewer(register: SqliteRegister) -> None:
    """Enrol eve for appeals."""
    draft = enrolment_draft("eve", role="appeals", public_key=EVE.public_key, origin=ORIGIN, signer=BEN)
    record(register, draft)


def test_an_outcome_is_believed_under_an_enrolled_reviewers_key(register: SqliteRegister) -> None:
    """Signed by a key that is enrolled for appeals, it is recorded, and verifies again."""
    enrol_reviewer(register)
    record(register, outcome(EVE))
    assert register.verify() == ()


@pytest.mark.parametrize("signer", [ANA, BEN, EVE])
def test_an_outcome_by_anybody_else_is_refused(register: SqliteRegister, signer: Signer) -> None:
    """A proposer, an approver and a stranger decide no appeal."""
    with pytest.raises(DebarError, match="enrolled for appeals"):
        record(register, outcome(signer))


def test_an_outcome_that_was_changed_after_it_was_signed_is_refused(register: SqliteRegister) -> None:
    """Another outcome, appeal, digest or signer does not fit the signature; a missing one is no outcome."""
    enrol_reviewer(register)
    for changed in (
        {"outcome": "lifted"},
        {"appeal_id": "appeal-2017-11-02-ffffffffffff"},
        {"outcome_sha256": "8" * 64},
    ):
        with pytest.raises(DebarError, match="DBR-R017"):
            record(register, outcome(EVE, changed=changed))
    with pytest.raises(DebarError, match="DBR-R017"):
        record(register, outcome(BEN, claimed=EVE))
    unsigned = outcome(EVE)
    public = {name: value for name, value in unsigned.public.items() if name != "signature"}
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register, EntryDraft(type="outcome", by="eve", body={}, public=public))
