"""Plans that change a decision: a reversal lifts it for some accounts, a variation confirms or shortens it.

Law: such a plan carries the decision's own evidence, so that anybody can work out again who hangs on a lifted
account. Whoever does is reversed too or argued anew: nobody stays banned through a link that was retracted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.evidence.parameters import Parameters
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph
from debar.model.canonical import digest
from debar.model.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BAN: Final = "ban"
REVERSAL: Final = "reversal"
VARIATION: Final = "variation"
_ACTIONS: Final = {REVERSAL: ("lift", "vary"), VARIATION: ("vary",)}
CHOICES: Final = ("reverse", "reargue")


def kind_of(document: Mapping[str, Any]) -> str:
    """Return what a plan does: ``ban``, ``reversal`` or ``variation``."""
    return str(document.get("kind", BAN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Where a decision stands before it is changed.

    Args:
        gone: Accounts against which it no longer stands.
        reargued: Accounts that an earlier reversal argued anew: they hang on nobody.
        struck: Facts that earlier reversals struck out.
    """

    gone: frozenset[str] = frozenset()
    reargued: frozenset[str] = frozenset()
    struck: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, list[str]]:
        """Return it as a JSON object."""
        return {
            "gone": sorted(self.gone),
            "reargued": sorted(self.reargued),
            "struck": sorted(self.struck),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Sequence[str]]) -> Before:
        """Read it back from the form of :meth:`as_json`."""
        return cls(**{name: frozenset(document[name]) for name in ("gone", "reargued", "struck")})


def hanging_on(
    plan: Mapping[str, Any], before: Before, *, lifted: frozenset[str], struck: frozenset[str]
) -> tuple[str, ...]:
    """Return the accounts that stay in only through a lifted account or a struck fact.

    Args:
        plan: A plan with the decision's evidence.
        before: Where the decision stands.
        lifted: Accounts that are lifted now.
        struck: Facts that are struck out now.

    Returns:
        Account ids, sorted; none of them is lifted already, or argued anew.
    """
    stood = _inside(plan, before, gone=before.gone, struck=before.struck) - before.gone
    stand = _inside(plan, before, gone=before.gone | lifted, struck=before.struck | struck)
    return tuple(sorted(stood - stand - lifted - before.reargued))


def _inside(
    plan: Mapping[str, Any], before: Before, *, gone: frozenset[str], struck: frozenset[str]
) -> set[str]:
    """Expand the evidence again without some accounts and facts; return who is in."""
    graph = CaseGraph.from_json(plan["evidence"]["graph"])
    kept = replace(
        graph,
        named=tuple(sorted((set(graph.named) | before.reargued) - gone)),
        accounts=tuple(a for a in graph.accounts if a not in gone),
        pairs=tuple(p for p in graph.pairs if p.account_a not in gone and p.account_b not in gone),
    )
    standings = expand(
        kept,
        Parameters.from_json(plan["evidence"]["parameters"]),
        Policy.from_json(plan["base"]["policy"]),
        without=frozenset(plan.get("without", ())) | struck,
    )
    return {standing.account_id for standing in standings if standing.status in ("named", "in")}


def retracted_links(
    plan: Mapping[str, Any], *, lifted: frozenset[str], struck: frozenset[str]
) -> list[dict[str, Any]]:
    """Return the links that a reversal retracts, each with what it rested on.

    A link is retracted where it led to an account that was found not to belong, from one that stays; not
    where both go, and not between that account and whoever hung on it: they may well belong together.

    Args:
        plan: The plan that made the decision.
        lifted: Accounts that were found not to belong.
        struck: Facts that are found wrong.

    Returns:
        Objects with from, to, p_owner, judgement, facts (id, kind, shown, crowd) and plan_sha256; each once.
    """
    facts = {fact["id"]: fact for fact in plan["evidence"]["graph"]["facts"]}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for member in plan["members"]:
        for hop in member["path"] if member["status"] == "in" else ():
            is_wrong = hop["to"] in lifted and hop["from"] not in lifted
            if not is_wrong and not struck & set(hop["facts"]):
                continue
            found[hop["from"], hop["to"]] = {
                "from": hop["from"],
                "to": hop["to"],
                "p_owner": hop["p_owner"],
                "judgement": hop["judgement"],
                "facts": [
                    {name: facts[fact][name] for name in ("id", "kind", "shown", "crowd")}
                    for fact in hop["facts"]
                    if fact in facts
                ],
                "plan_sha256": plan["plan_sha256"],
            }
    return [found[ends] for ends in sorted(found)]


def revision_flaws(document: Mapping[str, Any]) -> list[str]:
    """Return where a plan that changes a decision contradicts itself; empty where it does not."""
    return [*_changes(document), *_rests(document), *_hanging(document)]


def _changes(document: Mapping[str, Any]) -> Iterator[str]:
    kind = kind_of(document)
    if kind not in _ACTIONS:
        yield f"there is no plan of the kind {kind!r}"
        return
    members = {member["account_id"]: member for member in document["members"]}
    changed = [change["key"]["value"] for change in document["changes"]]
    if not changed:
        yield "nothing is changed"
    for account in sorted({a for a in changed if changed.count(a) > 1}):
        yield f"account {account} is changed twice"
    if sorted(set(changed)) != sorted(members):
        yield "the members are not the accounts that are changed"
    for change in document["changes"]:
        account = change["key"]["value"]
        if change.get("action") not in _ACTIONS[kind] or change["key"].get("kind") != "account":
            yield f"the change of account {account} is none of a {kind}"
        if change.get("until") is not None:
            date.fromisoformat(change["until"][:10])
    if not str(document.get("reason", "")).strip():
        yield "it gives no reason"


def _rests(document: Mapping[str, Any]) -> Iterator[str]:
    base = document["base"]
    if digest(base["read_set"]) != base["read_set_sha256"]:
        yield "the read set does not have the digest that the base states"
    if digest(base["policy"]) != base["policy_sha256"]:
        yield "the policy does not have the digest that the base states"
    rests = {row["key"] for row in base["read_set"] if row["table"] == "standing"}
    for account in sorted({change["key"]["value"] for change in document["changes"]} - rests):
        yield f"the base does not rest on how the decision stands against account {account}"


def _hanging(document: Mapping[str, Any]) -> Iterator[str]:
    """Work out again who hangs on what is lifted: each must be reversed or argued anew, and nobody else."""
    if kind_of(document) != REVERSAL:
        return
    actions = {change["key"]["value"]: change["action"] for change in document["changes"]}
    chosen = {one["account_id"]: one["choice"] for one in document["hanging"]}
    for account, choice in chosen.items():
        if choice not in CHOICES or actions.get(account) != {"reverse": "lift", "reargue": "vary"}[choice]:
            yield f"what is chosen for account {account} is not what is done"
        if choice == "reargue" and not str(_argument(document, account)).strip():
            yield f"account {account} is argued anew without an argument"
    before = Before.from_json(document["before"])
    reargued = frozenset(account for account, choice in chosen.items() if choice == "reargue")
    lifted = frozenset(account for account, action in actions.items() if action == "lift")
    after = replace(before, reargued=before.reargued | reargued)
    left = hanging_on(document, after, lifted=lifted, struck=frozenset(document["struck"]))
    for account in left:
        yield f"account {account} hangs on what is lifted, and nothing is chosen for it"
    for account in sorted({a for a, action in actions.items() if action == "vary"} - reargued):
        yield f"account {account} is varied, and hangs on nothing"


def _argument(document: Mapping[str, Any], account: str) -> str:
    return next((c.get("reason") or "" for c in document["changes"] if c["key"]["value"] == account), "")
