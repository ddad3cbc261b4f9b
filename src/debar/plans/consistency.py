"""Does a plan say one thing? Its changes, members, evidence and base must agree.

Law: a digest only proves that a document was not changed; that its parts agree is checked before anybody
signs it and before anything of it is done.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.evidence.parameters import Parameters
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph
from debar.model.canonical import digest
from debar.model.policy import Policy
from debar.plans.bounding import bound_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INTERIM_DAYS_MAX: Final = 30
SCOPES: Final = ("create", "buy", "serve", "charge")

_SHAPES: Final[dict[str, type | tuple[type, ...]]] = {
    "plan_id": str,
    "platform": str,
    "platform_name": str,
    "proposed_by": str,
    "proposer_key": str,
    "proposed_at": str,
    "decision": dict,
    "subjects": list,
    "members": list,
    "changes": list,
    "earned": dict,
    "bound": dict,
    "evidence": dict,
    "base": dict,
}
_DECISION: Final = {
    "ground": str,
    "rule": dict,
    "facts": str,
    "surfaces": list,
    "territories": list,
    "authorities": list,
    "from": str,
}
_MEMBER: Final = (
    "account_id",
    "name",
    "basis",
    "status",
    "p_owner",
    "path",
    "reasons",
    "earned",
    "review_on",
)
_BASE: Final = {
    "read_set": list,
    "policy": dict,
    "read_set_sha256": str,
    "model_sha256": str,
    "policy_sha256": str,
}


def flaws_of_shape(document: Mapping[str, Any]) -> list[str]:
    """Return what a reader would stumble over: fields of the wrong kind, or missing inside."""
    found = [
        f"{name} is no {kind}" for name, kind in _SHAPES.items() if not isinstance(document.get(name), kind)
    ]
    if found:
        return found
    found += [
        f"decision.{n} is no {k.__name__}"
        for n, k in _DECISION.items()
        if not isinstance(document["decision"].get(n), k)
    ]
    found += [
        f"base.{n} is no {k.__name__}" for n, k in _BASE.items() if not isinstance(document["base"].get(n), k)
    ]
    rule = document["decision"].get("rule")
    if isinstance(rule, dict):
        found += [f"decision.rule.{name} is missing" for name in ("id", "version", "url") if name not in rule]
    for place, member in enumerate(document["members"]):
        missing = [n for n in _MEMBER if n not in member] if isinstance(member, dict) else ["everything"]
        found += [f"members[{place}].{name} is missing" for name in missing]
    for place, change in enumerate(document["changes"]):
        if (
            not isinstance(change, dict)
            or not isinstance(change.get("key"), dict)
            or "value" not in change["key"]
        ):
            found.append(f"changes[{place}] names no account")
    return found


def contradictions(document: Mapping[str, Any]) -> list[str]:
    """Return where a plan of good shape contradicts itself, in sentences; empty where it does not."""
    return [*_changes(document), *_digests(document), *_evidence(document)]


def _changes(document: Mapping[str, Any]) -> Iterator[str]:
    inside = {m["account_id"]: m for m in document["members"] if m["status"] == "in"}
    changed = [change["key"]["value"] for change in document["changes"]]
    for account in sorted({a for a in changed if changed.count(a) > 1}):
        yield f"account {account} is changed twice"
    for account in sorted(set(changed) - set(inside)):
        yield f"account {account} is changed, and is no member that is in"
    for account in sorted(set(inside) - set(changed)):
        yield f"account {account} is in, and nothing is done about it"
    latest = date.fromisoformat(document["decision"]["from"][:10]) + timedelta(days=INTERIM_DAYS_MAX)
    for change in document["changes"]:
        member = inside.get(change["key"]["value"])
        if member is not None:
            yield from (
                f"the change of account {member['account_id']} {flaw}" for flaw in _of(change, member, latest)
            )


def _of(change: Mapping[str, Any], member: Mapping[str, Any], latest: date) -> Iterator[str]:
    """Yield what is wrong with the change of one member."""
    if change.get("action") != "debar" or change["key"].get("kind") != "account":
        yield "is none that this debar applies"
    if not set(change.get("scopes") or ("",)) <= set(SCOPES):
        yield f"has other scopes than {', '.join(SCOPES)}"
    if change.get("because") != member["basis"] or change.get("until") != member["review_on"]:
        yield f"is not that of a {member['basis']} account"
    if (member["basis"] == "linked") != (member["review_on"] is not None):
        yield "must have a day of review exactly where the account is linked"
    elif member["review_on"] is not None and date.fromisoformat(member["review_on"]) > latest:
        yield f"is reviewed later than {INTERIM_DAYS_MAX} days from the start"


def _digests(document: Mapping[str, Any]) -> Iterator[str]:
    base = document["base"]
    if digest(base["read_set"]) != base["read_set_sha256"]:
        yield "the read set does not have the digest that the base states"
    if digest(base["policy"]) != base["policy_sha256"]:
        yield "the policy does not have the digest that the base states"


def _evidence(document: Mapping[str, Any]) -> Iterator[str]:
    """Expand the plan's own evidence again: the members must be what follows from it."""
    parameters = Parameters.from_json(document["evidence"]["parameters"])
    graph = CaseGraph.from_json(document["evidence"]["graph"])
    policy = Policy.from_json(document["base"]["policy"])
    if parameters.model_sha256() != document["base"]["model_sha256"]:
        yield "the weights do not have the digest that the base states"
    standings = expand(graph, parameters, policy, without=frozenset(document.get("without", ())))
    if document["bound"] != bound_block(standings, parameters):
        yield "the bound does not follow from the plan's evidence"
    told = {m["account_id"]: (m["basis"], m["status"]) for m in document["members"]}
    for standing in standings:
        named = standing.status == "named"
        follows = ("named" if named else "linked", "in" if named else standing.status)
        if told.pop(standing.account_id, None) != follows:
            yield f"account {standing.account_id} should be {' and '.join(follows)} by the plan's evidence"
    for account in sorted(told):
        yield f"account {account} does not stand in the plan's evidence"
    subjects = {account for subject in document["subjects"] for account in subject["account_ids"]}
    if subjects != set(graph.named):
        yield "the subjects are not the accounts that the evidence starts from"
    changed = {row["key"] for row in document["base"]["read_set"] if row["table"] == "decisions"}
    rested = {row["key"] for row in document["base"]["read_set"] if row["table"] == "authorities"}
    cited = {a["rests_on"] for a in document["decision"]["authorities"] if "rests_on" in a}
    for name in sorted(cited ^ rested):
        yield f"the base and the decision do not both rest on {name}"
    for account in sorted({c["key"]["value"] for c in document["changes"]} - changed):
        yield f"the base does not rest on what was decided about account {account}"
