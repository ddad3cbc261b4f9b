from __future__ import annotations

import itertools
from datetime import date
from typing import NamedTuple

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from debar.evidence.parameters import GRADES, ROLES, role_between, shared_code
from debar.linking.counting.facts import fact_steps, held_step, named_steps
from debar.linking.counting.numbering import FAMILY_BITS, number_steps
from debar.linking.handovers import PERIODS, handover_steps, words_step
from debar.linking.links import link_platform, reason_steps
from debar.linking.steps import (
    CODE_BASE,
    judged_step,
    pair_steps,
    pattern_codes,
    pattern_step,
    row_steps,
    value_steps,
)
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, TELLING_FAMILIES
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import IDENTIFIERS, World, crowded_world


@pytest.fixture(scope="module")
def linked() -> DuckEngine:
    """Return the crowded world, linked."""
    world = crowded_world(background=60)
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    facts_of_all(engine)
    return engine


def facts_of_all(engine: DuckEngine) -> None:
    """Make ``named_facts`` of all pairs."""
    for step in (*fact_steps("all_facts", "link_pairs"), *named_steps("named_facts", "all_facts")):
        engine.run(step)


class Votes(NamedTuple):
    """What the other pairs on a value say: all of them, and those of either account."""

    others: tuple[int, int]
    one: tuple[int, int]
    other: tuple[int, int]


def brute_force(world: World, cap: int) -> dict[tuple[str, str, str, str], Votes]:
    """Count votes for (a, b, kind, value) the slow and obvious way."""
    holders: dict[tuple[str, str], set[str]] = {}
    for account, kind, text in world.held:
        holders.setdefault((kind, text), set()).add(account)
    usable = {value: found for value, found in holders.items() if 2 <= len(found) <= cap}
    known: dict[str, set[str]] = {}
    for value, found in holders.items():
        if len(found) <= cap:
            for account in found:
                known.setdefault(account, set()).add(FAMILY_OF_KIND[value[0]])
    shared: dict[tuple[str, str], set[str]] = {}
    for value, found in usable.items():
        for pair in itertools.combinations(sorted(found), 2):
            shared.setdefault(pair, set()).add(FAMILY_OF_KIND[value[0]])
    counted = {}
    for value, found in usable.items():
        own = FAMILY_OF_KIND[value[0]]
        telling = set(TELLING_FAMILIES) - {own}
        pairs = list(itertools.combinations(sorted(found), 2))
        for pair in pairs:
            others = [other for other in pairs if other != pair]
            papers = [own != "legal" and "legal" in known[a] & known[b] for a, b in others]
            agrees = [
                "legal" in shared[other] if both else bool(shared[other] & telling)
                for other, both in zip(others, papers, strict=True)
            ]
            data = [bool(known[a] & known[b] & telling) for a, b in others]
            counted[*pair, *value] = Votes(
                (sum(agrees), sum(data)),
                *(
                    (sum(itertools.compress(agrees, of_end)), sum(itertools.compress(data, of_end)))
                    for of_end in ([end in other for other in others] for end in pair)
                ),
            )
    return counted


def test_votes_leave_the_pair_itself_out_and_roles_are_those_of_evidence(linked: DuckEngine) -> None:
    """For each pair and shared value, SQL counts what the other pairs show, and names the role alike."""
    world = crowded_world(background=60)
    found = linked.rows(
        "SELECT x.account_id, y.account_id, f.kind, f.shown, f.fact_id, f.agreeing, f.with_data, f.role"
        " FROM named_facts AS f"
        " JOIN link_accounts AS x ON x.account_no = f.a_no JOIN link_accounts AS y ON y.account_no = f.b_no"
    )
    from linking_worlds import fact

    expected = {
        (a, b, fact(kind, value)): votes
        for (a, b, kind, value), votes in brute_force(world, Policy().crowd_cap).items()
    }
    assert {key: votes.others for key, votes in expected.items()} == {
        (a, b, fact_id): (agree, data) for a, b, _, _, fact_id, agree, data, _ in found
    }
    assert {key: role_between(*votes) for key, votes in expected.items()} == {
        (a, b, fact_id): ROLES[role] for a, b, _, _, fact_id, _, _, role in found
    }
    assert {ROLES[row[-1]] for row in found} == set(ROLES) - {"passed_on"}


def test_a_value_above_the_cap_makes_no_pair_and_is_never_disjoint() -> None:
    """Two accounts on a carrier's address, each with another of its own, are unknown there: no minus."""
    world = World()
    for n in range(5):
        world.account(f"a{n}", ip=["carrier", f"home {n}"])
    world.hold("a0", legal_id="X")
    world.hold("a1", legal_id="X")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy(crowd_cap=4))
    rows = engine.rows("SELECT account_a, account_b, pattern FROM links")
    assert [row[:2] for row in rows] == [("a0", "a1")]
    codes = pattern_codes(rows[0][2])
    assert {"legal"} == {family for family, code in codes.items() if code}
    link_platform(engine, world.parameters(), Policy(crowd_cap=5))
    ((pattern,),) = engine.rows("SELECT pattern FROM links WHERE account_a = 'a0' AND account_b = 'a1'")
    assert {"legal", "access"} == {family for family, code in pattern_codes(pattern).items() if code > 1}


def test_what_no_account_claims_links_nobody() -> None:
    """Rows of the account `unattributed` make neither crowds nor pairs."""
    world = World()
    world.account("a", card="c")
    world.account("unattributed", card="c")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    assert (engine.rows("SELECT * FROM links"), engine.rows("SELECT crowd FROM link_values")) == ([], [])


def test_kinds_without_a_family_weigh_nothing() -> None:
    """An unknown kind is kept out of every pattern until policy gives it a family."""
    world = World()
    world.account("a", shoe_size="42")
    world.account("b", shoe_size="42")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    assert engine.rows("SELECT * FROM links") == []


def test_a_pattern_can_be_read_back() -> None:
    """Digits hold each family's code."""
    loud = shared_code(GRADES - 1, 3)
    pattern = loud + CODE_BASE * 1 + CODE_BASE**3 * 2
    assert {**dict.fromkeys(FAMILIES, 0), "legal": loud, "web": 1, "access": 2} == pattern_codes(pattern)


def test_a_value_that_changed_hands_is_passed_on() -> None:
    """Where the one had ceased to hold it before the other began; an open end is no end."""
    world = World()
    for account in ("first", "later", "open"):
        world.account(account, device="d")
    engine = world.load(DuckEngine(threads=1))
    days = {
        "first": ("2015-01-01", "2015-06-01"),
        "later": ("2015-06-02", "2016-01-01"),
        "open": (None, None),
    }
    rows = [
        (*row[:7], *(date.fromisoformat(day) if day else None for day in days[row[0]]), row[9])
        for row in engine.rows("SELECT * FROM identifiers")
    ]
    engine.load("identifiers", IDENTIFIERS, rows)
    link_platform(engine, world.parameters(), Policy())
    facts_of_all(engine)
    found = engine.rows(
        "SELECT x.account_id, y.account_id, f.role FROM named_facts AS f"
        " JOIN link_accounts AS x ON x.account_no = f.a_no JOIN link_accounts AS y ON y.account_no = f.b_no"
    )
    assert {("first", "later"): "passed_on", ("first", "open"): "unclear", ("later", "open"): "unclear"} == {
        (a, b): ROLES[role] for a, b, role in found
    }


def test_what_a_former_holder_left_is_no_evidence_about_the_present_one() -> None:
    """An account that changed hands meets others by what began under its present holder alone."""
    world = World()
    world.account("sold", card="old", email="new@x.example")
    world.account("seller", card="old")
    world.account("buyer", email="new@x.example")
    engine = world.load(DuckEngine(threads=1))
    began = {"card": date(2014, 1, 1), "email": date(2016, 1, 1)}
    rows = [(*row[:7], began[row[1]], None, row[9]) for row in engine.rows("SELECT * FROM identifiers")]
    engine.load("identifiers", IDENTIFIERS, rows)
    link_platform(engine, world.parameters(), Policy())
    pairs = "SELECT account_a, account_b FROM links ORDER BY 1, 2"
    assert [("buyer", "sold"), ("seller", "sold")] == engine.rows(pairs)
    engine.load("account_periods", PERIODS, [("sold", 2, date(2016, 1, 1), None, "sold")])
    link_platform(engine, world.parameters(), Policy())
    assert [("buyer", "sold")] == engine.rows(pairs)


def test_every_step_translates_to_spark() -> None:
    """Each step is known to sqlglot on Spark, with no construct that it calls unsupported."""
    masks = dict.fromkeys(FAMILY_BITS, 1)
    steps = (
        *number_steps("salt "),
        *handover_steps(),
        words_step("salt "),
        *row_steps(),
        *value_steps(200),
        judged_step(),
        *pair_steps(),
        *fact_steps("asked", "link_pairs"),
        held_step("held", "wanted"),
        pattern_step(masks),
        *reason_steps(10_000, 0),
    )
    for step in steps:
        (sql,) = sqlglot.transpile(step.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        assert sql.startswith("SELECT")
