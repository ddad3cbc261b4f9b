"""Validated pairs as identifiers, so that linking counts them like any other value.

Law: two accounts hold a derived value together if and only if their pair is validated. Accounts that are all
validated with one another hold one value, so that its crowd and its role can be seen.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from debar.evidence.keying import fact_id
from debar.linking.creative.pairs import VALIDATED, find_pairs
from debar.model.canonical import digest
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from debar.model.ports import Engine

KIND_OF_SIGNAL: Final = {
    "copy": "copied_text",
    "word": "wording",
    "phrase": "wording",
    "landing": "shared_landing",
    "template": "template",
    "audience": "audience",
    "launch": "joint_launch",
}
"""Signal to the kind of the identifiers that it becomes; words and phrases are one kind, timetables none."""

SOURCE: Final = "derived:creative"
"""Source of the identifiers that are made here."""


def derive_evidence(engine: Engine) -> int:
    """Find the pairs of a platform and add them to ``identifiers``; return how many rows were added.

    Twice is once: identifiers from an earlier run are replaced.

    Args:
        engine: Holds ``accounts``, ``ads`` and ``identifiers``.
    """
    if engine.rows("SELECT 1 FROM identifiers WHERE source = $source LIMIT 1", {"source": SOURCE}):
        engine.run(
            Step(
                name="identifiers",
                sql="SELECT * FROM identifiers WHERE source IS NULL OR source <> $source",
                parameters={"source": SOURCE},
            )
        )
    if not engine.rows("SELECT 1 FROM ads LIMIT 1"):
        return 0
    find_pairs(engine)
    columns = engine.columns("identifiers")
    added = list(evidence_rows(validated_pairs(engine)))
    engine.append("identifiers", [tuple(row.get(column) for column in columns) for row in added])
    return len(added)


def validated_pairs(engine: Engine) -> dict[str, list[tuple[str, str]]]:
    """Return kind to its validated pairs, the most surprising first."""
    rows = engine.rows(
        "SELECT account_a, account_b, signal FROM creative_pairs WHERE level >= $level"
        " ORDER BY p_value, account_a, account_b, signal",
        {"level": VALIDATED},
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one, other, signal in rows:
        found[KIND_OF_SIGNAL[signal]].append((one, other))
    return dict(found)


def evidence_rows(pairs: dict[str, list[tuple[str, str]]]) -> Iterator[dict[str, Any]]:
    """Yield the identifiers, one an account and value."""
    for kind in sorted(pairs):
        for members in cliques(pairs[kind]):
            key = digest({"kind": kind, "accounts": list(members)})
            for account_id in members:
                yield {
                    "account_id": account_id,
                    "kind": kind,
                    "family": "creative",
                    "value_key": key,
                    "fact_id": fact_id(kind, key),
                    "shown": f"{key[:6]} of {len(members)} accounts",
                    "source": SOURCE,
                }


def cliques(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Cover pairs by groups in which everybody is paired with everybody, greedily, in the order given.

    Example:
        >>> cliques([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")])
        [('a', 'b', 'c'), ('c', 'd')]
    """
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        partners[one].add(other)
        partners[other].add(one)
    covered: set[tuple[str, str]] = set()
    groups = []
    for one, other in pairs:
        if (min(one, other), max(one, other)) in covered:
            continue
        members = [one, other]
        for candidate in sorted(partners[one] & partners[other]):
            if all(candidate in partners[member] for member in members):
                members.append(candidate)
        members.sort()
        covered |= {(a, b) for at, a in enumerate(members) for b in members[at + 1 :]}
        groups.append(tuple(members))
    return groups
