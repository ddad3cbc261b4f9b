from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from debar.linking.expand import Standing, expand
from debar.linking.neighbourhood import case_graph
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import OWNER, World, crowded_world, fact

if TYPE_CHECKING:
    from debar.linking.graph import CaseGraph

POLICY = Policy()


def graph_of(world: World, *named: str, policy: Policy = POLICY) -> CaseGraph:
    """Return the case graph of named accounts on a world."""
    return case_graph(world.load(DuckEngine(threads=1)), named, world.parameters(), policy)


def standings(world: World, *named: str, policy: Policy = POLICY) -> dict[str, Standing]:
    """Return everybody's standing by account id."""
    found = expand(graph_of(world, *named, policy=policy), world.parameters(), policy)
    return {standing.account_id: standing for standing in found}


@pytest.fixture(scope="module")
def crowded() -> dict[str, Standing]:
    """Return the standings on the crowded world when one account of the owner is named."""
    return standings(crowded_world(), "owner-0")


def test_all_accounts_of_the_owner_are_proposed(crowded: dict[str, Standing]) -> None:
    """Legal id, e-mail and cards carry the ban from one account to the other seven."""
    assert {a for a, s in crowded.items() if s.status in ("named", "in")} == {*OWNER, "front"}


def test_the_covert_front_is_found_over_a_card_and_a_telephone(crowded: dict[str, Standing]) -> None:
    """One card and one phone, against a legal id, a domain and a mailbox of its own: proposed, with the path."""
    front = crowded["front"]
    assert (front.status, [hop.end for hop in front.path]) == ("in", ["owner-4", "front"])


def test_no_innocent_is_proposed(crowded: dict[str, Standing]) -> None:
    """Agency, clients, freelancer's clients, coworkers and the namesake stay out; of the device's buyer one asks."""
    assert {a: s.why for a, s in crowded.items() if s.status == "ask"} == {"lone-50": "weak"}
    expected = {"agency": "agency", "client-7": "same_hands", "freelance-2": "same_hands"}
    assert expected == {account: crowded[account].why for account in expected}
    assert {"lone-3", "lone-50"} <= set(crowded)
    assert "namesake" not in crowded


def test_a_struck_fact_lets_go_of_what_hangs_on_it() -> None:
    """Without the card and the phone nobody asks about the front any more."""
    world = crowded_world(background=200)
    graph = graph_of(world, "owner-0")
    without = frozenset({fact("card", "aurora card 1"), fact("phone", "+15550100")})
    found = {s.account_id: s for s in expand(graph, world.parameters(), POLICY, without=without)}
    assert (found["front"].status, found["owner-4"].status) == ("out", "in")


def chain(*, shared: str = "legal_id") -> World:
    """Return accounts a to e, each sharing two rare things with the next."""
    world = World()
    for account in "abcde":
        world.account(account)
    for one, other in ("ab", "bc", "cd", "de"):
        for account in (one, other):
            world.hold(account, **{shared: f"{one}{other}", "phone": f"{one}{other}"})
    return world


def test_a_path_has_at_most_the_policys_hops() -> None:
    """The fourth account down a chain is reached in three hops, the fifth is not."""
    found = standings(chain(), "a", policy=replace(POLICY, behind_one_max=2))
    assert {account: s.status for account, s in found.items() if s.status != "out"} == {
        "a": "named",
        "b": "in",
        "c": "in",
        "d": "in",
    }
    assert [hop.end for hop in found["d"].path] == ["b", "c", "d"]


def test_those_who_hang_on_one_account_alone_are_asked_about() -> None:
    """Down a chain two hang on the second account: were that one sold, both would be innocent. One alone may."""
    found = standings(chain(), "a")
    told = {account: (found[account].status, found[account].why) for account in "bcd"}
    assert told == {"b": ("in", ""), "c": ("ask", "one_bridge"), "d": ("ask", "one_bridge")}
    assert [hop.end for hop in found["d"].path] == ["b", "c", "d"]
    assert "e" not in found, "nobody is asked about by way of one who is himself only asked about"
    assert standings(chain(), "a", policy=replace(POLICY, hops_max=2))["c"].status == "in"


def test_a_second_way_of_any_evidence_takes_the_weight_off_one_account() -> None:
    """Cards that the first of a chain shares with the last lead round all between; alone they carry no ban."""
    world, policy = chain(), replace(POLICY, propose_at=800_000)
    for account in "ad":
        world.hold(account, card="x", device="x", domain="x.example", text_hash="x")
    found = standings(world, "a", policy=policy)
    assert [found[account].status for account in "bcd"] == ["in", "in", "in"]
    alone = standings(world, "a", policy=replace(policy, hops_max=1))["d"]
    assert (alone.status, alone.why) == ("ask", "access_or_plantable")


def test_a_reviewers_yes_to_a_named_account_makes_a_start_of_its_own() -> None:
    """Whom a reviewer tied to a named account is no bridge that could be somebody else's."""
    world = chain()
    world.judge("a", "b", "positive")
    found = standings(world, "a")
    assert [found[account].status for account in "bcd"] == ["in", "in", "in"]


def test_a_declared_agency_is_no_bridge_and_never_swept_in() -> None:
    """By flag, by id or by name: what lies behind an agency is not reached."""
    by_flag = chain()
    by_flag.accounts["b"]["declared_agency"] = True
    named = chain()
    named.accounts["b"]["name"] = "Blue Media, LLC"
    for world, policy in (
        (by_flag, POLICY),
        (chain(), Policy(agencies=("b",))),
        (named, Policy(agencies=("BLUE MEDIA",))),
    ):
        found = standings(world, "a", policy=policy)
        assert (found["b"].status, found["b"].why) == ("out", "agency")
        assert "c" not in found or found["c"].status == "out"


def test_a_named_agency_is_followed_like_anybody() -> None:
    """Whom the decision names is not protected by a declaration."""
    world = chain()
    world.accounts["a"]["declared_agency"] = True
    assert standings(world, "a")["b"].status == "in"


def test_a_negative_judgement_blocks_the_pair_and_every_other_way() -> None:
    """An account that was told apart from a named one is not swept in around the corner."""
    world = World()
    for account in "abc":
        world.account(account, legal_id="X", phone="1", email="m")
    assert standings(world, "a")["c"].status == "in"
    world.judge("a", "c", "negative")
    found = standings(world, "a")
    assert (found["b"].status, found["c"].status, found["c"].why) == ("in", "ask", "judged")


def test_a_disputed_account_is_no_bridge() -> None:
    """What hangs on an account that was told apart from the named one is not reached through it."""
    world = chain()
    world.hold("b", email="kin")
    world.account("a2", legal_id="ab", phone="ab", email="kin")
    world.judge("a", "b", "negative")
    found = standings(world, "a")
    assert "c" not in found or found["c"].status == "out"
    assert found["a2"].status == "in"


def test_a_positive_judgement_is_certain_and_needs_no_evidence() -> None:
    """A reviewer's yes puts an account in though nothing is shared, and outlives recomputation."""
    world = chain()
    world.account("z")
    world.judge("a", "z", "negative")
    world.judge("a", "z", "positive")
    found = standings(world, "a")["z"]
    assert (found.status, found.p_owner) == ("in", 1_000_000)


def test_the_last_word_counts() -> None:
    """A later negative judgement takes an earlier positive one back."""
    world = chain()
    world.account("z")
    world.judge("a", "z", "positive")
    world.judge("a", "z", "negative")
    found = standings(world, "a")
    assert "z" not in found or found["z"].status == "out"


def test_what_a_reviewer_was_unsure_about_is_asked_again_never_proposed() -> None:
    """Strong numbers do not outvote a person who looked and could not tell."""
    world = chain()
    world.judge("a", "b", "unsure")
    found = standings(world, "a")["b"]
    assert (found.status, found.why) == ("ask", "judged")


@pytest.mark.parametrize("shared", ["card", "domain", "legal_name"])
def test_access_and_plantable_evidence_alone_is_put_to_a_reviewer(shared: str) -> None:
    """A card, a domain or a name may weigh as much as it likes: a person decides."""
    world = World()
    held: dict[str, Any] = {shared: "x", "text_hash": "t"}
    world.account("a", **held)
    world.account("b", **held)
    found = standings(world, "a", policy=replace(POLICY, propose_at=400_000))["b"]
    assert (found.status, found.why) == ("ask", "access_or_plantable")


def test_nobody_is_asked_about_by_way_of_one_who_is_only_asked_about() -> None:
    """A weak hop ends a path even if strong ones lie behind it; a reviewer's "yes" to the first opens the way."""
    world = World()
    world.account("a", card="shared")
    world.account("b", card="shared", legal_id="B", phone="B")
    world.account("c", legal_id="B", phone="B")
    world.hold("a", legal_id="A", domain="a", email="a")
    world.hold("b", domain="b", email="b")
    found = standings(world, "a")
    assert (found["b"].status, found["b"].why) == ("ask", "weak")
    assert "c" not in found or found["c"].path == ()
    world.judge("a", "b", "positive")
    assert standings(world, "a")["c"].status == "in"
