"""Who hangs on whom, worked out again from a plan's own evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.canonical import digest
from debar.model.problem import DebarError
from debar.plans.base import ReadRow
from debar.plans.plan import Plan, freeze, read_plan
from debar.plans.revising import Revision, build_revision
from debar.plans.revision import Before, hanging_on, kind_of, retracted_links, revision_flaws

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: frozenset[str] = frozenset()
AT = datetime(2017, 11, 2, 9, tzinfo=UTC)


def revised(plan: Plan, **changed: Any) -> Plan:
    """Freeze a reversal of a plan's decision for A3."""
    fields: dict[str, Any] = {
        "kind": "reversal",
        "decision_id": "decision-2017-10-26-0a1b2c3d",
        "decision_entry": 3,
        "proposed_by": "ana",
        "proposer_key": "11" * 32,
        "proposed_at": AT,
        "reason": "the page was sold",
        "lifted": ("A3",),
        "retracted": retracted_links(plan.document, lifted=frozenset({"A3"}), struck=NONE),
        **changed,
    }
    rows = [ReadRow(table="standing", key=a, sha256=digest(a)) for a in ("A1", "A2", "A3")]
    return freeze(build_revision(plan.document, Revision(**fields), rows))


def flaws_of(plan: Plan, **changed: Any) -> list[str]:
    """Return what contradicts itself in a reversal with some of its fields changed by hand."""
    return revision_flaws({**revised(plan).document, **changed})


def test_nobody_hangs_on_a_leaf(plan: Plan) -> None:
    """A3 is linked to A1, and nobody is linked through A3."""
    assert () == hanging_on(plan.document, Before(), lifted=frozenset({"A3"}), struck=NONE)


def test_whoever_is_linked_hangs_on_the_named(plan: Plan) -> None:
    """Without A1 nothing ties A3; an argument of its own makes it stand by itself."""
    named = frozenset({"A1", "A2"})
    assert ("A3",) == hanging_on(plan.document, Before(), lifted=named, struck=NONE)
    argued = Before(reargued=frozenset({"A3"}))
    assert () == hanging_on(plan.document, argued, lifted=named, struck=NONE)
    assert () == hanging_on(plan.document, Before(gone=frozenset({"A3"})), lifted=named, struck=NONE)


def test_a_struck_fact_drops_whoever_stood_on_it_once(plan: Plan) -> None:
    """Without the page A3's link is no longer firm; what an earlier reversal struck drops nobody again."""
    facts = frozenset({"page:nw-page", "email:aa11"})
    assert ("A3",) == hanging_on(plan.document, Before(), lifted=NONE, struck=facts)
    assert () == hanging_on(plan.document, Before(struck=facts), lifted=NONE, struck=facts)


def test_a_retracted_link_says_what_it_rested_on(plan: Plan) -> None:
    """Ends, probability, facts with their crowds, and the plan; by account or by fact."""
    (link,) = retracted_links(plan.document, lifted=frozenset({"A3"}), struck=NONE)
    assert ("A1", "A3", plan.sha256) == (link["from"], link["to"], link["plan_sha256"])
    assert {"email:aa11", "page:nw-page"} == {fact["id"] for fact in link["facts"]}
    assert [link] == retracted_links(plan.document, lifted=NONE, struck=frozenset({"email:aa11"}))
    both = frozenset({"A1", "A2", "A3"})
    assert [] == retracted_links(plan.document, lifted=both, struck=NONE), (
        "nobody says that they are strangers"
    )
    assert [] == retracted_links(plan.document, lifted=NONE, struck=frozenset({"card:ag01"}))


def test_a_reversal_reads_back_and_is_a_plan_of_its_own_kind(plan: Plan) -> None:
    """Written, read, the same; its member has no path any more; a ban stays a ban."""
    made = revised(plan)
    assert made == read_plan(made.text())
    assert ("reversal", "ban") == (kind_of(made.document), kind_of(plan.document))
    assert [] == made.document["members"][0]["path"]
    assert Before() == Before.from_json(made.document["before"])


def test_a_variation_confirms(plan: Plan) -> None:
    """No end, no day of review, confirmed by the proposer; the path stays, because the link stands."""
    made = revised(plan, kind="variation", lifted=(), retracted=(), varied={"A3": (None, "it paid")})
    assert made == read_plan(made.text())
    (member,) = made.document["members"]
    assert ("ana", None) == (member["confirmed_by"], member["review_on"])
    assert member["path"]


def _changes(plan: Plan, **changed: Any) -> list[Mapping[str, Any]]:
    return [{**revised(plan).document["changes"][0], **changed}]


def test_each_contradiction_is_named(plan: Plan) -> None:
    """Twice changed, another action, a base that rests on nothing, a hanging account without a choice."""
    document = revised(plan).document
    assert [] == revision_flaws(document)
    twice = flaws_of(plan, changes=[*document["changes"], *document["changes"]])
    assert "account A3 is changed twice" in twice
    assert "is none of a reversal" in flaws_of(plan, changes=_changes(plan, action="debar"))[0]
    base = document["base"]
    assert "the read set does not have" in flaws_of(plan, base={**base, "read_set": []})[0]
    assert "the policy does not have" in flaws_of(plan, base={**base, "policy_sha256": "0" * 64})[0]
    empty = {**base, "read_set": [], "read_set_sha256": digest([])}
    assert "does not rest on how the decision stands against account A3" in flaws_of(plan, base=empty)[0]
    chosen = [{"account_id": "A3", "choice": "reargue", "argument": ""}]
    assert "what is chosen for account A3 is not what is done" in flaws_of(plan, hanging=chosen)[0]
    argued = flaws_of(plan, hanging=chosen, changes=_changes(plan, action="vary", reason=" "))
    assert "account A3 is argued anew without an argument" in argued
    varied = flaws_of(plan, changes=_changes(plan, action="vary", reason="x"))
    assert ["account A3 is varied, and hangs on nothing"] == varied
    assert "the changes" not in " ".join(flaws_of(plan, changes=_changes(plan, until="2017-11-24")))


def test_a_hanging_account_without_a_choice_is_found_by_every_reader(plan: Plan) -> None:
    """Lifting the named alone, hashed and all, is no plan: A3 would stay banned through nobody."""
    made = revised(plan, lifted=("A1", "A2"), retracted=())
    with pytest.raises(DebarError, match="DBR-P007") as refused:
        read_plan(made.text())
    assert ("account A3 hangs on what is lifted, and nothing is chosen for it",) == refused.value.details
