"""A plan is a file with a digest; it never changes after it is made.

Law: ``plan_sha256`` is the SHA-256 of the document's RFC 8785 form without that field. A plan that does
not hash to its digest is refused before anything of it is believed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import digest
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.plans.consistency import SCOPES, contradictions, flaws_of_shape
from debar.plans.revision import BAN, kind_of, revision_flaws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION: Final = 1
__all__ = ["SCOPES", "DraftPlan", "Plan", "decision_id_of", "freeze", "read_plan"]

REQUIRED: Final = (
    "version",
    "plan_id",
    "platform",
    "platform_name",
    "proposed_by",
    "proposer_key",
    "proposed_at",
    "decision",
    "subjects",
    "members",
    "changes",
    "earned",
    "bound",
    "evidence",
    "base",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """A plan's document before it is frozen: complete, but without a digest."""

    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A frozen plan.

    Args:
        document: The whole JSON document, ``plan_sha256`` included.
        sha256: Its digest, checked.
    """

    document: Mapping[str, Any]
    sha256: str

    @property
    def plan_id(self) -> str:
        """The plan's readable id."""
        return str(self.document["plan_id"])

    @property
    def members(self) -> Sequence[Mapping[str, Any]]:
        """All members: in, ask and out."""
        members: Sequence[Mapping[str, Any]] = self.document["members"]
        return members

    @property
    def changes(self) -> Sequence[Mapping[str, Any]]:
        """All that applying the plan does."""
        changes: Sequence[Mapping[str, Any]] = self.document["changes"]
        return changes

    def text(self) -> str:
        """Return the file's text: indented JSON with a final newline."""
        return json.dumps(self.document, indent=1, ensure_ascii=False) + "\n"


def freeze(draft: DraftPlan) -> Plan:
    """Give a draft its digest."""
    assert "plan_sha256" not in draft.document, "a draft has no digest yet"
    missing = [name for name in REQUIRED if name not in draft.document]
    assert not missing, f"a draft is complete before it is frozen; it lacks {missing}"
    sha256 = digest(draft.document)
    return Plan(document={**draft.document, "plan_sha256": sha256}, sha256=sha256)


def read_plan(text: str, *, file: str = "plan.json") -> Plan:
    """Read a plan and check its digest.

    Raises:
        DebarError: DBR-P001 it is no JSON or no plan; DBR-P002 it was changed after it was frozen; DBR-P007
            its parts contradict each other.
    """
    place = Place(file=file)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DebarError(
            "DBR-P001", f"this is no plan: {error}", place=place, hint="make one with debar plan"
        ) from None
    missing = [
        name for name in (*REQUIRED, "plan_sha256") if not isinstance(document, dict) or name not in document
    ]
    if missing:
        raise DebarError(
            "DBR-P001",
            f"this is no plan: it lacks {', '.join(missing)}",
            place=place,
            hint="make one with debar plan",
        )
    if document["version"] != VERSION:
        raise DebarError("DBR-P001", f"plan version {document['version']} is unknown here", place=place)
    rest = {name: value for name, value in document.items() if name != "plan_sha256"}
    try:
        found = digest(rest)
    except (ValueError, TypeError) as error:
        raise DebarError("DBR-P001", f"this is no plan: {error}", place=place) from None
    if found != document["plan_sha256"]:
        raise DebarError(
            "DBR-P002",
            "the plan was changed after it was frozen",
            place=place,
            details=(f"stated plan_sha256 {document['plan_sha256']}", f"its content has   {found}"),
            hint="a plan never changes: make a new one with debar plan",
            exit_code=EXIT_REFUSED,
        )
    flaws = flaws_of_shape(document)
    if flaws:
        raise DebarError(
            "DBR-P001",
            "this is no plan: its parts are not of the form",
            place=place,
            details=tuple(flaws[:10]),
        )
    try:
        against = contradictions(document) if kind_of(document) == BAN else revision_flaws(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, AssertionError) as error:
        raise DebarError(
            "DBR-P001", "this is no plan: its parts are not of the form", place=place, details=(repr(error),)
        ) from None
    if against:
        raise DebarError(
            "DBR-P007",
            "the plan contradicts itself",
            place=place,
            details=tuple(against[:10]),
            hint="make a new one with debar plan; nobody should sign this one",
            exit_code=EXIT_REFUSED,
        )
    return Plan(document=document, sha256=found)


def decision_id_of(document: Mapping[str, Any]) -> str:
    """Return the id of the decision that applying a plan makes: its day and its own digest."""
    return f"decision-{document['proposed_at'][:10]}-{document['plan_sha256'][:12]}"
