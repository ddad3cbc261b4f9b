"""The neighbourhood of a named advertiser, small enough to carry in a file and weigh again anywhere.

Law: a case graph holds everything that a decision rests on. Expanding it in Python, in a plan
``--without`` a fact, and in a brief's browser gives the same members.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One identifier value that accounts of the graph share; the unit that can be struck out.

    Args:
        fact_id: ``kind:key``: for public kinds the value itself, else the first 16 hex digits of its
            keyed hash. What a person types after ``--without``.
        kind: Identifier kind.
        family: Its family.
        shown: The value for people, masked if sensitive.
        crowd: How many accounts of the whole platform hold it.
        agreeing: Pairs of accounts on it, over the whole platform, that also share a value of another
            family than it and than access.
        with_data: Pairs on it for which that could be seen.
    """

    fact_id: str
    kind: str
    family: str
    shown: str
    crowd: int
    agreeing: int = 0
    with_data: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPair:
    """Two accounts that share at least one fact, or were judged by a reviewer.

    Args:
        account_a: The smaller account id.
        account_b: The larger one.
        shared: Fact id to the fact's role for this pair, ordered by fact id.
        known_to_both: Families in which both hold a value; struck facts do not change it.
        judgement: ``positive``, ``negative``, ``unsure``, or None.
    """

    account_a: str
    account_b: str
    shared: Mapping[str, str]
    known_to_both: tuple[str, ...]
    judgement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGraph:
    """Named accounts, the accounts around them, and the evidence between them.

    Evidence between two accounts that no path can reach, whatever is struck, is left out: it could not
    change anybody's standing, and an agency's two hundred clients would fill the file with it.

    Args:
        named: Accounts that the decision names, sorted.
        accounts: All accounts of the graph, sorted; the named ones are among them.
        agencies: Those that are declared agencies: never a bridge, never swept in.
        facts: By fact id.
        pairs: Ordered by (account_a, account_b).
        accounts_count: Accounts on the whole platform, for sentences; 0 where unknown.
    """

    named: tuple[str, ...]
    accounts: tuple[str, ...]
    agencies: frozenset[str]
    facts: Mapping[str, Fact]
    pairs: tuple[GraphPair, ...]
    accounts_count: int = 0

    def pair(self, one: str, other: str) -> GraphPair | None:
        """Return what is known between two accounts, in either order; None where nothing is."""
        key = (one, other) if one < other else (other, one)
        at = bisect_left(self.pairs, key, key=lambda pair: (pair.account_a, pair.account_b))
        found = self.pairs[at] if at < len(self.pairs) else None
        return found if found and (found.account_a, found.account_b) == key else None

    def as_json(self) -> dict[str, Any]:
        """Return the graph as a JSON object, as briefs carry it."""
        return {
            "named": list(self.named),
            "accounts": list(self.accounts),
            "agencies": sorted(self.agencies),
            "facts": [
                {
                    "id": f.fact_id,
                    "kind": f.kind,
                    "family": f.family,
                    "shown": f.shown,
                    "crowd": f.crowd,
                    "agreeing": f.agreeing,
                    "with_data": f.with_data,
                }
                for f in self.facts.values()
            ],
            "pairs": [
                {
                    "a": p.account_a,
                    "b": p.account_b,
                    "shared": dict(p.shared),
                    "known": list(p.known_to_both),
                    "judgement": p.judgement,
                }
                for p in self.pairs
            ],
            "accounts_count": self.accounts_count,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> CaseGraph:
        """Read a graph back from the form of :meth:`as_json`."""
        facts = [
            Fact(
                fact_id=f["id"],
                kind=f["kind"],
                family=f["family"],
                shown=f["shown"],
                crowd=f["crowd"],
                agreeing=f.get("agreeing", 0),
                with_data=f.get("with_data", 0),
            )
            for f in document["facts"]
        ]
        return cls(
            named=tuple(document["named"]),
            accounts=tuple(document["accounts"]),
            agencies=frozenset(document["agencies"]),
            facts={fact.fact_id: fact for fact in facts},
            pairs=tuple(
                GraphPair(
                    account_a=pair["a"],
                    account_b=pair["b"],
                    shared=dict(pair["shared"]),
                    known_to_both=tuple(pair["known"]),
                    judgement=pair["judgement"],
                )
                for pair in document["pairs"]
            ),
            accounts_count=document.get("accounts_count", 0),
        )
