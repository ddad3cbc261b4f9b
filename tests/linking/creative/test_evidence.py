from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_worlds import ad_world, plant
from debar.evidence.parameters import default_parameters
from debar.linking.creative.evidence import KIND_OF_SIGNAL, SOURCE, cliques, derive_evidence, validated_pairs
from debar.linking.creative.pairs import LEADS_ONLY, SIGNALS
from debar.linking.links import link_platform
from debar.model.identifiers import DERIVED_KINDS, FAMILY_OF_KIND, carries_a_ban
from debar.model.policy import Policy

MEMBERS = ("account-0003", "account-0014", "account-0059", "account-0102")
names = st.sampled_from("abcdefg")


@given(st.lists(st.tuples(names, names).filter(lambda pair: pair[0] < pair[1]), unique=True, max_size=21))
def test_two_share_a_group_if_and_only_if_they_are_a_pair(pairs: list[tuple[str, str]]) -> None:
    """The groups cover every pair, and put nobody together who is no pair."""
    together = {pair for group in cliques(pairs) for pair in combinations(group, 2)}
    assert set(pairs) == together


def test_a_group_is_one_value_and_a_chain_is_two() -> None:
    """Four that are all paired are one group; a chain of three is two groups."""
    assert [("a", "b", "c", "d")] == cliques(list(combinations("abcd", 2)))
    assert [("a", "b"), ("b", "c")] == cliques([("a", "b"), ("b", "c")])


def test_validated_pairs_become_identifiers_that_linking_counts() -> None:
    """The planted four hold one value of crowd four; linking sees their six pairs and says the kind."""
    world = ad_world(2)
    plant(world, MEMBERS, "copy", times=12)
    with world.load() as engine:
        derive_evidence(engine)
        rows = engine.rows(
            "SELECT account_id, kind, family, count(*) OVER (PARTITION BY value_key) FROM identifiers"
            " WHERE source = $source AND kind = 'copied_text' ORDER BY account_id",
            {"source": SOURCE},
        )
        assert [(member, "copied_text", "creative", 4) for member in MEMBERS] == rows
        link_platform(engine, default_parameters(120), Policy())
        facts = engine.rows(
            "SELECT CAST(sum(v.crowd * (v.crowd - 1) // 2) AS INTEGER) FROM link_values AS v"
            " JOIN link_kinds AS k ON k.kind_no = v.kind_no WHERE k.kind = 'copied_text'"
        )
        carrying = engine.rows("SELECT count(*) FROM links WHERE carries_a_ban")
    assert [(6,)] == facts
    assert [(0,)] == carrying


def test_twice_is_once() -> None:
    """A second run replaces what the first one added, and nothing else."""
    world = ad_world(2)
    plant(world, MEMBERS, "copy", times=12)
    with world.load() as engine:
        before = engine.rows("SELECT count(*) FROM identifiers")
        added = derive_evidence(engine)
        once = engine.rows("SELECT * FROM identifiers ORDER BY ALL")
        derive_evidence(engine)
        assert once == engine.rows("SELECT * FROM identifiers ORDER BY ALL")
        assert [(before[0][0] + added,)] == engine.rows("SELECT count(*) FROM identifiers")


def test_where_nothing_is_planted_no_identifier_is_made() -> None:
    """A clean platform stays as it is."""
    with ad_world(1).load() as engine:
        assert 0 == derive_evidence(engine)
        assert {} == validated_pairs(engine)


@pytest.mark.parametrize("kind", sorted(DERIVED_KINDS))
def test_derived_kinds_are_creative_and_carry_no_ban(kind: str) -> None:
    """Anybody can copy a text: none of it puts an account into a ban."""
    assert "creative" == FAMILY_OF_KIND[kind]
    assert not carries_a_ban(kind)


def test_every_signal_becomes_a_known_kind() -> None:
    """Each signal but that of timetables has a kind, and each derived kind a signal."""
    assert set(SIGNALS) - {LEADS_ONLY} == set(KIND_OF_SIGNAL)
    assert DERIVED_KINDS == set(KIND_OF_SIGNAL.values())
