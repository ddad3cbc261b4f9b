"""Two enrolled keys, or three, and never one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from debar.model.problem import DebarError
from debar.plans.approval import (
    EnrolledKey,
    Signature,
    enrolled,
    refuse_if_unapproved,
    refuse_self_approval,
    signatures_needed,
)
from debar.plans.plan import Plan
from debar.register.signatures import approval_message
from worlds import POLICY

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRETS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
    for n, name in enumerate(("ana", "ben", "cem", "eve"), 1)
}


def public(name: str) -> bytes:
    """Return somebody's public key."""
    return SECRETS[name].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


KEYS = (
    EnrolledKey(name="ana", public_key=public("ana"), roles=frozenset({"proposer"})),
    EnrolledKey(name="ben", public_key=public("ben"), roles=frozenset({"approver"})),
    EnrolledKey(name="cem", public_key=public("cem"), roles=frozenset({"approver", "proposer"})),
)


def signed(plan: Plan, name: str, sha256: str | None = None) -> Signature:
    """Return somebody's signature over a plan."""
    message = approval_message(sha256 or plan.sha256)
    return Signature(public_key=public(name), signature=SECRETS[name].sign(message))


@pytest.fixture
def by_ana(plan: Plan) -> Plan:
    """Return the plan as Ana's."""
    return Plan(document={**plan.document, "proposer_key": public("ana").hex()}, sha256=plan.sha256)


def names(plan: Plan, approvals: Sequence[Signature], applier: str, needed: int = 2) -> list[str]:
    """Return who signed, or raise."""
    found = refuse_if_unapproved(
        plan, approvals=approvals, applier=signed(plan, applier), keys=KEYS, needed=needed
    )
    return [key.name for key in found]


def test_an_approved_plan_may_be_applied_by_its_proposer(by_ana: Plan) -> None:
    """Ana proposes, Ben approves, Ana applies: two keys."""
    assert names(by_ana, [signed(by_ana, "ben")], "ana") == ["ben", "ana"]


@pytest.mark.parametrize(
    ("approvers", "applier"),
    [((), "ana"), (("ana",), "ana"), (("ben",), "ben"), (("eve",), "ana"), ((), "ben")],
)
def test_too_few_signatures_are_refused(by_ana: Plan, approvers: tuple[str, ...], applier: str) -> None:
    """Nobody, the proposer alone, one approver alone, or a stranger do not suffice."""
    with pytest.raises(DebarError, match="DBR-P006"):
        names(by_ana, [signed(by_ana, name) for name in approvers], applier)


def test_an_approval_of_another_plan_does_not_count(by_ana: Plan) -> None:
    """A signature over another digest is no approval of this plan."""
    with pytest.raises(DebarError, match="DBR-P006"):
        names(by_ana, [signed(by_ana, "ben", "0" * 64)], "ana")


def test_a_key_that_is_not_enrolled_cannot_apply(by_ana: Plan) -> None:
    """Eve's signature is valid, and worth nothing."""
    with pytest.raises(DebarError, match="DBR-P004"):
        names(by_ana, [signed(by_ana, "ben")], "eve")


def test_a_proposer_key_cannot_approve_as_an_approver() -> None:
    """Ana's key is enrolled as proposer only."""
    with pytest.raises(DebarError, match="DBR-P004"):
        enrolled(KEYS, public("ana"), role="approver")


def test_the_proposer_cannot_approve_the_own_plan(plan: Plan) -> None:
    """Also when the key is enrolled as an approver."""
    own = Plan(document={**plan.document, "proposer_key": public("cem").hex()}, sha256=plan.sha256)
    with pytest.raises(DebarError, match="DBR-P005"):
        refuse_self_approval(own, public("cem"))
    with pytest.raises(DebarError, match="DBR-P006"):
        names(own, [signed(own, "cem")], "ana")


def test_a_large_plan_needs_a_third_signature(by_ana: Plan) -> None:
    """Above the policy's share of revenue, two keys are too few."""
    assert signatures_needed(by_ana, POLICY, revenue_share=10_000) == 2
    assert signatures_needed(by_ana, POLICY, revenue_share=10_001) == 3
    with pytest.raises(DebarError, match="DBR-P006"):
        names(by_ana, [signed(by_ana, "ben")], "ana", needed=3)
    assert names(by_ana, [signed(by_ana, "ben"), signed(by_ana, "cem")], "ana", needed=3) == [
        "ben",
        "cem",
        "ana",
    ]
