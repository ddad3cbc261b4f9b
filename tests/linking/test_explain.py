from __future__ import annotations

import json
from datetime import datetime

import pytest

from debar.linking.expand import expand
from debar.linking.explain import path_reasons, reasons, speaks_for
from debar.linking.neighbourhood import case_graph
from debar.linking.why import render_why_text, why
from debar.model.policy import Policy
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World, crowded_world, fact

POLICY = Policy()
WORLD = crowded_world(background=100)


@pytest.fixture(scope="module")
def engine() -> DuckEngine:
    """Return an engine that holds the crowded world."""
    return WORLD.load(DuckEngine(threads=1))


def test_reasons_and_prior_add_up_to_the_score(engine: DuckEngine) -> None:
    """Nothing is hidden: the weights that are told are the whole score, for both relations."""
    for one, other in (("owner-0", "owner-1"), ("owner-4", "front"), ("owner-3", "client-2")):
        answer = why(engine, one, other, WORLD.parameters(), POLICY)
        for told, prior, score in (
            (answer.owner, answer.prior_millibits, answer.weighing.owner_millibits),
            (answer.operator, answer.operator_prior_millibits, answer.weighing.operator_millibits),
        ):
            assert score == prior + sum(r.weight_millibits for r in told)


def test_a_hop_is_told_by_its_rarest_value_crowd_and_role(engine: DuckEngine) -> None:
    """Masked value, how many hold it, how it behaves elsewhere, and the facts that can be struck."""
    graph = case_graph(engine, ("owner-0",), WORLD.parameters(), POLICY)
    front = next(s for s in expand(graph, WORLD.parameters(), POLICY) if s.account_id == "front")
    assert path_reasons(front, graph)[-len(reasons(front.path[-1], graph)) :] == reasons(
        front.path[-1], graph
    )
    by_kind = {reason.kind: reason for reason in reasons(front.path[-1], graph)}
    card = by_kind["card"]
    assert (
        f"Both use card {fact('card', 'aurora card 1')[5:11]}; 4 accounts of 155 do. Of 5 other account pairs on"
        " this card, 3 also share a legal identifier, a site or a name: it behaves like one owner's"
        " card."
    ) == card.sentence
    assert (4, "independent", (fact("card", "aurora card 1"),)) == (card.shared_by, card.role, card.fact_ids)
    assert "Each has a legal identifier, and not one is shared." in {r.sentence for r in by_kind.values()} | {
        r.sentence for r in reasons(front.path[-1], graph)
    }


def test_no_sensitive_value_is_ever_shown(engine: DuckEngine) -> None:
    """Cards, phones and mailboxes appear by their mask only."""
    text = render_why_text(why(engine, "owner-4", "front", WORLD.parameters(), POLICY))
    for value in ("aurora card 1", "+15550100", "hello@meadow.example"):
        assert value not in text


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("owner-0", "owner-5", "Linked: owner-5 would be proposed together with owner-0, directly."),
        (
            "owner-3",
            "client-2",
            "Not linked: more likely the same hands run owner-3 and client-2 for different owners.",
        ),
        (
            "owner-3",
            "agency",
            "Not linked: agency is a declared agency or an account of two parties: never swept in.",
        ),
        (
            "owner-0",
            "front",
            "Linked: front would be proposed together with owner-0, over 2 hops.",
        ),
        (
            "owner-0",
            "namesake",
            "Nothing links namesake to owner-0: they share nothing that counts, and no path leads there.",
        ),
    ],
)
def test_any_two_accounts_get_an_answer(engine: DuckEngine, one: str, other: str, verdict: str) -> None:
    """Linked, not linked, or to be decided: one sentence, and the numbers are called uncalibrated."""
    answer = why(engine, one, other, WORLD.parameters(), POLICY)
    assert verdict == answer.verdict
    assert "(uncalibrated)" in render_why_text(answer)
    assert json.loads(json.dumps(answer.as_json()))["calibrated"] is False


def test_the_answer_says_what_would_change_it(engine: DuckEngine) -> None:
    """A link names the facts that it hangs on, a non-link the bits that are missing."""
    text = render_why_text(why(engine, "owner-4", "front", WORLD.parameters(), POLICY))
    assert f"({fact('phone', '+15550100')}) the two alone would no longer be enough" in text
    text = render_why_text(why(engine, "owner-0", "lone-9", WORLD.parameters(), POLICY))
    assert "bits more for one owner would make it a proposal" in text


def test_a_judgement_is_told_first() -> None:
    """A reviewer's word is the first reason and the verdict."""
    world = World()
    for account in "ab":
        world.account(account, legal_id="X", phone="1")
    world.judge("a", "b", "negative")
    answer = why(world.load(DuckEngine(threads=1)), "a", "b", world.parameters(), POLICY)
    assert answer.owner[0].sentence == "A reviewer decided that the two do not belong together."
    assert "no number changes that" in answer.verdict
    assert answer.would_change == ()


def test_a_path_is_shown_where_there_is_no_direct_link() -> None:
    """Accounts that hang together over others are linked by the path, which is printed."""
    world = World()
    for account, ids in (("a", ["1"]), ("b", ["1", "2"]), ("c", ["2"])):
        world.account(account, legal_id=ids, phone=ids)
    answer = why(world.load(DuckEngine(threads=1)), "a", "c", world.parameters(), POLICY)
    assert "path: a - b - c" in render_why_text(answer)
    assert answer.verdict.endswith("over 2 hops.")


def test_what_speaks_for_an_account_is_its_own_and_its_age() -> None:
    """Own identifiers that nobody else holds, and being older than the others."""
    world = World()
    old, new = datetime(2009, 5, 1), datetime(2012, 1, 1)  # noqa: DTZ001 - naive UTC, as tables hold it
    world.account("a", about={"created_at": old}, legal_id="A", domain="same.example")
    world.account("b", about={"created_at": new}, legal_id="B", domain="same.example")
    engine = world.load(DuckEngine(threads=1))
    assert [reason.sentence for reason in speaks_for(engine, "a", ("b",))] == [
        "It has a legal id of its own: A; nobody else uses it.",
        "It was opened on 2009-05-01, before any of the others (2012-01-01).",
    ]
    assert [reason.kind for reason in speaks_for(engine, "b", ("a",))] == ["legal_id"]


def test_an_unknown_account_is_refused_with_candidates(engine: DuckEngine) -> None:
    """DBR-L003 lists what the caller may have meant; DBR-L004 wants two accounts."""
    with pytest.raises(DebarError) as caught:
        why(engine, "owner-0", "Aurora 1", WORLD.parameters(), POLICY)
    assert (caught.value.code, caught.value.exit_code) == ("DBR-L003", EXIT_REFUSED)
    assert caught.value.details[0].startswith("account:owner-1")
    with pytest.raises(DebarError, match="one account") as caught:
        why(engine, "owner-0", "owner-0", WORLD.parameters(), POLICY)
    assert caught.value.code == "DBR-L004"
