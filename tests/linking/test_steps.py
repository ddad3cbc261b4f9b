from __future__ import annotations

import itertools

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from debar.evidence.parameters import ROLES, default_parameters, role_of
from debar.linking.links import link_platform, reason_steps
from debar.linking.steps import CARRIES, FAMILY_BITS, decode, pair_steps, pattern_step, value_steps
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World, crowded_world


@pytest.fixture(scope="module")
def linked() -> DuckEngine:
    """Return the crowded world, linked."""
    world = crowded_world(background=60)
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    return engine


def brute_force(world: World, cap: int) -> dict[tuple[str, str, str, str], tuple[int, int]]:
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
        telling = set(FAMILIES) - {FAMILY_OF_KIND[value[0]], "access"}
        pairs = list(itertools.combinations(sorted(found), 2))
        for pair in pairs:
            others = [other for other in pairs if other != pair]
            agreeing = sum(bool(shared[other] & telling) for other in others)
            with_data = sum(bool(known[other[0]] & known[other[1]] & telling) for other in others)
            counted[*pair, *value] = (agreeing, with_data)
    return counted


def test_votes_leave_the_pair_itself_out_and_roles_are_those_of_evidence(linked: DuckEngine) -> None:
    """For each pair and shared value, SQL counts what the other pairs show, and names the role alike."""
    world = crowded_world(background=60)
    found = linked.rows(
        "SELECT x.account_id, y.account_id, v.kind, v.shown, v.fact_id, f.agreeing, f.with_data, f.role"
        " FROM link_facts AS f JOIN link_values AS v USING (value_no)"
        " JOIN link_accounts AS x ON x.account_no = f.a_no JOIN link_accounts AS y ON y.account_no = f.b_no"
    )
    from linking_worlds import fact

    expected = {
        (a, b, fact(kind, value)): votes
        for (a, b, kind, value), votes in brute_force(world, Policy().crowd_cap).items()
    }
    assert expected == {(a, b, fact_id): (agree, data) for a, b, _, _, fact_id, agree, data, _ in found}
    assert all(role_of(agree, data) == ROLES[role] for *_, agree, data, role in found)
    assert {ROLES[row[-1]] for row in found} == set(ROLES)


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
    shared, known, carries = decode(rows[0][2])
    assert (["legal"], frozenset({"legal"}), True) == (list(shared), known, carries)
    link_platform(engine, world.parameters(), Policy(crowd_cap=5))
    ((pattern,),) = engine.rows("SELECT pattern FROM links WHERE account_a = 'a0' AND account_b = 'a1'")
    assert {"legal", "access"} == set(decode(pattern)[0])


def test_what_no_account_claims_links_nobody() -> None:
    """Rows of the account `unattributed` make neither crowds nor pairs."""
    world = World()
    world.account("a", card="c")
    world.account("unattributed", card="c")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    assert (engine.rows("SELECT * FROM links"), engine.rows("SELECT crowd FROM link_values")) == ([], [(1,)])


def test_kinds_without_a_family_weigh_nothing() -> None:
    """An unknown kind is kept out of every pattern until policy gives it a family."""
    world = World()
    world.account("a", shoe_size="42")
    world.account("b", shoe_size="42")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    assert engine.rows("SELECT * FROM links") == []


def test_a_pattern_can_be_read_back() -> None:
    """Codes hold kinds, grade, presence and whether a ban may rest on it."""
    pattern = (2 + 18 * 2 + 17) + 64 * 1 + 64**3 * 2 + CARRIES
    expected = ({"legal": (3, 17), "access": (1, 0)}, frozenset({"legal", "web", "access"}), True)
    assert expected == decode(pattern)


def test_every_step_translates_to_spark() -> None:
    """Each step is known to sqlglot on Spark, with no construct that it calls unsupported."""
    masks = dict.fromkeys(FAMILY_BITS, 1)
    steps = (
        *value_steps(200),
        *pair_steps(),
        pattern_step(masks, default_parameters(10_000)),
        *reason_steps(10_000, 0),
    )
    for step in steps:
        (sql,) = sqlglot.transpile(step.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        assert sql.startswith("SELECT")
