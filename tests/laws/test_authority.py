"""The laws of outside authority: order says nothing, and blocking more frees nobody."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from authority_lists import entity, sanction, write_lines
from debar.authority.entities import Interest
from debar.authority.ownership import Derived, derive, holdings_of, rule_of
from debar.authority.problems import Findings
from debar.authority.reading.lists import read_lists

DAY = date(2026, 1, 1)
PARTIES = "ABCDEF"
SHARES = ("", "10", "25", "25-50", "34", "50", "51", "100", "nonsense")

TIES = st.lists(
    st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.sampled_from(SHARES)), max_size=12
)
RULES = st.sampled_from(["ofac", "eu", "uk"])

LINES = st.lists(
    st.sampled_from(
        [
            entity("a", "LegalEntity", name="Anna"),
            entity("a", "Company", name="Anna", alias="Annie"),
            entity("b", "Company", name="Beta", innCode="7704552473"),
            entity("o", "Ownership", owner="a", asset="b", percentage="60"),
            entity("o", "Ownership", owner="a", asset="b", percentage="60", role="owner"),
            sanction("a"),
            sanction("b", programId="GB-RUS", startDate="2022"),
            "{broken",
        ]
    ),
    max_size=8,
)


def interests(ties: list[tuple[str, str, str]]) -> list[Interest]:
    """Make ownerships of triples."""
    return [
        Interest(
            interest_id=str(number),
            schema="Ownership",
            source=owner,
            target=asset,
            role="",
            percentage=share,
            start=None,
            end=None,
        )
        for number, (owner, asset, share) in enumerate(ties)
    ]


def blocked(ties: list[tuple[str, str, str]], listed: set[str], rule: str) -> dict[str, Derived]:
    """Derive whom a rule blocks."""
    holdings = holdings_of(interests(ties), on=DAY, findings=Findings(), file="list")
    return derive(listed, holdings, rule_of(rule, DAY))


def reach(found: dict[str, Derived], listed: set[str], answers: tuple[str, ...]) -> set[str]:
    """Return who is blocked: the listed, and the derived of some answers."""
    return listed | {one for one, derived in found.items() if derived.answer in answers}


@given(ties=TIES, listed=st.sets(st.sampled_from(PARTIES)), more=st.sampled_from(PARTIES), rule=RULES)
def test_blocking_one_more_frees_nobody(
    ties: list[tuple[str, str, str]], listed: set[str], more: str, rule: str
) -> None:
    """Certainly and possibly blocked both only grow with the listed."""
    before, after = blocked(ties, listed, rule), blocked(ties, listed | {more}, rule)
    for answers in (("certainly",), ("certainly", "possibly")):
        assert reach(before, listed, answers) <= reach(after, listed | {more}, answers)


@given(ties=TIES, listed=st.sets(st.sampled_from(PARTIES)), rule=RULES)
def test_the_order_of_stakes_changes_nothing(
    ties: list[tuple[str, str, str]], listed: set[str], rule: str
) -> None:
    """Who is blocked, why and by what path does not hang on the order of records."""
    assert blocked(ties, listed, rule) == blocked(ties[::-1], listed, rule)


@given(ties=TIES, listed=st.sets(st.sampled_from(PARTIES)), rule=RULES)
def test_every_path_starts_with_a_listed_entity_and_every_step_is_a_stake(
    ties: list[tuple[str, str, str]], listed: set[str], rule: str
) -> None:
    """A reason can be followed: from somebody on the list, stake by stake."""
    held = {(owner, asset) for owner, asset, _ in ties}
    for derived in blocked(ties, listed, rule).values():
        assert derived.path[0] in listed
        assert derived.path[-1] == derived.entity_id
        assert set(zip(derived.path, derived.path[1:], strict=False)) <= held


@given(lines=LINES, seed=st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(lines: list[object], seed: object) -> None:
    """A list says the same in whatever order it says it, problems included."""
    shuffled = list(lines)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    read = []
    with tempfile.TemporaryDirectory() as folder:
        for number, order in enumerate((lines, shuffled)):
            first = entity("z", "Person", name="Z")
            path = write_lines(Path(folder) / f"{number}.jsonl", first, *order)
            (found,) = read_lists([path])
            read.append((found.entities, found.listings, found.interests))
    assert read[0] == read[1]


@given(
    ties=TIES,
    listed=st.sets(st.sampled_from(PARTIES), min_size=1),
    asset=st.sampled_from(PARTIES),
    rule=RULES,
)
def test_a_further_stake_of_a_listed_owner_frees_nobody(
    ties: list[tuple[str, str, str]], listed: set[str], asset: str, rule: str
) -> None:
    """What the listed hold more can only block more."""
    before = blocked(ties, listed, rule)
    after = blocked([*ties, (min(listed), asset, "100")], listed, rule)
    for answers in (("certainly",), ("certainly", "possibly")):
        assert reach(before, listed, answers) <= reach(after, listed, answers)
