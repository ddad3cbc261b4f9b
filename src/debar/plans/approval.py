"""Two keys, or three: who must have signed a plan before it may be applied.

Law: a signature counts once a key, only from an enrolled key, only over this plan's digest. The proposer
cannot approve; nobody alone can propose, approve and apply. Above the policy's number of accounts or share
of revenue one more signature is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.revision import BAN, kind_of
from debar.register.signatures import APPEALS, APPROVER, PROPOSER, verify_approval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.model.policy import Policy
    from debar.plans.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKey:
    """A key that the register knows.

    Args:
        name: Whose it is.
        public_key: 32 bytes.
        roles: ``proposer``, ``approver`` or both.
    """

    name: str
    public_key: bytes
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature over a plan's digest.

    Args:
        public_key: 32 bytes.
        signature: 64 bytes over :func:`debar.register.signatures.approval_message`.
    """

    public_key: bytes
    signature: bytes


def signatures_needed(plan: Plan, policy: Policy, *, revenue_share: int | None = None) -> int:
    """Return how many distinct enrolled keys must have signed: two, or three for a large plan.

    Args:
        plan: The plan.
        policy: The operator's policy now, which sets the limits: never what the plan says of it.
        revenue_share: Share of the platform's revenue that the plan touches, in millionths, if known.
    """
    large = len(plan.changes) > policy.third_signature_accounts
    rich = revenue_share is not None and revenue_share > policy.third_signature_share
    return 3 if large or rich else 2


def enrolled(keys: Iterable[EnrolledKey], public_key: bytes, *, role: str | None = None) -> EnrolledKey:
    """Return the enrolled key with these bytes.

    Raises:
        DebarError: DBR-P004, it is not enrolled, or not in this role.
    """
    for key in keys:
        if key.public_key == public_key:
            if role is not None and role not in key.roles:
                raise DebarError(
                    "DBR-P004",
                    f"the key of {key.name} is enrolled, but not as {role}",
                    hint=f"enrol it: debar register enrol --key FILE --role {role} --by FILE",
                    exit_code=EXIT_REFUSED,
                )
            return key
    raise DebarError(
        "DBR-P004",
        "this key is not enrolled in the register: a name proves nothing, a key does",
        hint="enrol it: debar register enrol --key FILE --role proposer|approver --by FILE",
        exit_code=EXIT_REFUSED,
    )


def refuse_without_proposer(plan: Plan, keys: Iterable[EnrolledKey]) -> None:
    """Refuse a plan that no enrolled proposer stands behind, or that states no ground.

    A reviewer of appeals may propose to change a decision, and nothing else.

    Raises:
        DebarError: DBR-P008.
    """
    roles = {PROPOSER} if kind_of(plan.document) == BAN else {PROPOSER, APPEALS}
    proposers = {key.public_key.hex() for key in keys if roles & key.roles}
    if plan.document["proposer_key"] not in proposers:
        raise DebarError(
            "DBR-P008",
            f"no enrolled proposer stands behind this plan; it says {plan.document['proposed_by']!r}",
            hint="make it with debar plan --key FILE, under an enrolled proposer's key",
            exit_code=EXIT_REFUSED,
        )
    if plan.document["decision"]["ground"] in ("", "not stated"):
        raise DebarError(
            "DBR-P008",
            "the plan states no ground: whoever is banned must be told why",
            hint="make it with debar plan --decision FILE; docs/plan.md has an example",
            exit_code=EXIT_REFUSED,
        )


def refuse_self_approval(plan: Plan, public_key: bytes) -> None:
    """Refuse an approval by the key that proposed the plan.

    Raises:
        DebarError: DBR-P005.
    """
    if plan.document["proposer_key"] == public_key.hex():
        raise DebarError(
            "DBR-P005",
            "the proposer cannot approve the own plan",
            hint="have another enrolled approver sign it",
            exit_code=EXIT_REFUSED,
        )


def refuse_if_unapproved(
    plan: Plan,
    *,
    approvals: Iterable[Signature],
    applier: Signature,
    keys: Iterable[EnrolledKey],
    needed: int,
) -> tuple[EnrolledKey, ...]:
    """Refuse a plan that too few enrolled keys have signed.

    Args:
        plan: The plan.
        approvals: Signatures that the register holds for its digest.
        applier: The signature of whoever applies it now.
        keys: All enrolled keys.
        needed: Distinct signers that are needed, the applier included.

    Returns:
        The distinct signers, the applier last.

    Raises:
        DebarError: DBR-P004 the applier's key is not enrolled; DBR-P006 too few signed.
    """
    known = tuple(keys)
    signers = _approvers(plan, approvals, known)
    approvers_count = len(signers)
    own = enrolled(known, applier.public_key)
    assert verify_approval(plan.sha256, public_key=applier.public_key, signature=applier.signature), (
        "whoever applies has just signed"
    )
    signers.pop(own.public_key, None)
    signers[own.public_key] = own
    if approvers_count == 0 or len(signers) < needed:
        names = ", ".join(key.name for key in signers.values() if key is not own) or "nobody"
        raise DebarError(
            "DBR-P006",
            f"the plan needs {needed} different enrolled keys, the applier's among them"
            + (": it is above the policy's limit for two" if needed > 2 else ""),
            details=(f"approved by: {names}; applied by: {own.name}",),
            hint="debar approve plan.json --key FILE, with a key that is not the proposer's",
            exit_code=EXIT_REFUSED,
        )
    return tuple(signers.values())


def _approvers(
    plan: Plan, approvals: Iterable[Signature], keys: Iterable[EnrolledKey]
) -> dict[bytes, EnrolledKey]:
    """Return whose approvals hold, by public key: enrolled for it, not the proposer, over this digest."""
    by_key = {key.public_key: key for key in keys}
    proposer = plan.document["proposer_key"]
    approvers: dict[bytes, EnrolledKey] = {}
    for approval in approvals:
        key = by_key.get(approval.public_key)
        if key is None or APPROVER not in key.roles or key.public_key.hex() == proposer:
            continue
        if verify_approval(plan.sha256, public_key=approval.public_key, signature=approval.signature):
            approvers[key.public_key] = key
    return approvers
