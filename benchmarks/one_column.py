"""The best rule that looks at one column: what every method has to beat.

Law: the rule is chosen in hindsight, with the labels in hand, which is more than any method is given. On
mixed sources such a rule may find everything and prove nothing ("the currency is RUB"): so test within one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Pair = tuple[str, str]
    Tables = Mapping[str, Sequence[Mapping[str, object]]]

CROWDS: Final = (2, 3, 5, 10, 20, 50, 200)
"""A value that more accounts hold is left out."""

COMMONEST: Final = 20
"""Of each column so many of the commonest values are tried as rules of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """A rule that looks at one column, and how well it does on the labelled pairs.

    Args:
        said: The rule in words.
        pairs: The labelled pairs that it says have one owner.
        true: How many of them have.
        all_true: How many labelled pairs have, in all.
    """

    said: str
    pairs: frozenset[Pair]
    true: int
    all_true: int

    @property
    def precision(self) -> float:
        """Return the share of pairs that are right, 0 where nothing is said."""
        return self.true / len(self.pairs) if self.pairs else 0.0

    @property
    def recall(self) -> float:
        """Return the share of true pairs that are found."""
        return self.true / self.all_true if self.all_true else 0.0

    @property
    def f(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def best_one_column_rule(tables: Tables, labels: Mapping[Pair, bool]) -> ColumnRule:
    """Return the rule with the best F over all columns.

    A rule is "equal in the column, and at most so many accounts hold the value", or "both hold this value".

    Args:
        tables: Name to rows; each row has an ``account_id`` and columns; empty values say nothing.
        labels: Pairs (smaller account id first) to whether both have one owner.

    Example:
        >>> ads = [{"account_id": account, "currency": "RUB"} for account in "ab"]
        >>> best_one_column_rule({"ads": ads}, {("a", "b"): True, ("a", "c"): False}).said
        'equal ads.currency, at most 2 hold it'
    """
    all_true = sum(labels.values())
    rules = (
        ColumnRule(said=said, pairs=pairs, true=sum(labels[pair] for pair in pairs), all_true=all_true)
        for said, pairs in _rules(tables, labels)
    )
    none = ColumnRule(said="none", pairs=frozenset(), true=0, all_true=all_true)
    return max((none, *rules), key=lambda rule: rule.f)


def _rules(tables: Tables, labels: Mapping[Pair, bool]) -> Iterator[tuple[str, frozenset[Pair]]]:
    for name, rows in tables.items():
        for column in sorted({column for row in rows for column in row} - {"account_id"}):
            holders: dict[object, set[str]] = defaultdict(set)
            for row in rows:
                if row.get(column) not in (None, ""):
                    holders[row[column]].add(str(row["account_id"]))
            yield from _column_rules(f"{name}.{column}", holders, labels)


def _column_rules(
    column: str, holders: Mapping[object, set[str]], labels: Mapping[Pair, bool]
) -> Iterator[tuple[str, frozenset[Pair]]]:
    least: dict[Pair, int] = {}
    for accounts in holders.values():
        if 2 <= len(accounts) <= CROWDS[-1]:
            for pair in combinations(sorted(accounts), 2):
                if pair in labels:
                    least[pair] = min(len(accounts), least.get(pair, len(accounts)))
    for crowd in CROWDS:
        said = frozenset(pair for pair, held in least.items() if held <= crowd)
        yield f"equal {column}, at most {crowd} hold it", said
    sizes = Counter({value: len(accounts) for value, accounts in holders.items()})
    for value, _ in sorted(sizes.most_common(COMMONEST), key=str):
        both = frozenset(p for p in labels if p[0] in holders[value] and p[1] in holders[value])
        yield f"{column} is {str(value)[:40]!r}", both
