"""What a linking method is given, and what it must give back, to be measured.

Law: every method reads the same normalised tables, as the product's own intake made them; no method sees the
truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow.parquet as pq

from debar.app.opening import Setting, open_platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from benchmarks.linking.metrics import ScoredPairs
    from benchmarks.linking.truth import Truth
    from debar.app.opening import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A platform that was read, ready for any method.

    Args:
        name: For people.
        folder: Holds ``normalised_accounts.parquet`` and ``normalised_identifiers.parquet`` for the peers.
        opened: The platform in the product's engine.
        truth: Its owners: methods use nothing of it but the numbers of the accounts.
    """

    name: str
    folder: Path
    opened: Opened
    truth: Truth

    @property
    def accounts_file(self) -> Path:
        """Return the file of the normalised accounts."""
        return self.folder / "normalised_accounts.parquet"

    @property
    def identifiers_file(self) -> Path:
        """Return the file of the normalised identifiers: account_id, kind, family, value_key and dates."""
        return self.folder / "normalised_identifiers.parquet"


def prepare(
    name: str,
    folder: Path,
    *,
    accounts: pa.Table,
    identifiers: pa.Table,
    truth: Truth,
    policy: str = "",
) -> Prepared:
    """Write a platform folder, read it with the product's intake, and keep what that made.

    Args:
        name: For people.
        folder: An empty folder.
        accounts: As a platform exports them.
        identifiers: As a platform exports them.
        truth: The owners.
        policy: The text of the ``debar.toml`` to read it with.
    """
    source = folder / "platform"
    source.mkdir()
    pq.write_table(accounts, source / "accounts.parquet")
    pq.write_table(identifiers, source / "identifiers.parquet")
    policy_file = folder / "debar.toml"
    policy_file.write_text(policy, encoding="utf-8")
    opened = open_platform(source, Setting(policy_file=policy_file))
    prepared = Prepared(name=name, folder=folder, opened=opened, truth=truth)
    opened.engine.write_parquet("accounts", prepared.accounts_file)
    opened.engine.write_parquet("identifiers", prepared.identifiers_file)
    return prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a method made of a platform.

    Args:
        method: Its name.
        pairs: The pairs that it scored.
        standings: Named account to everybody who could join it, at whatever probability.
        threshold: Where the method itself would draw the line, from its documents or its authors' habit.
        review: The same as ``standings`` with those who would only be asked about; None where the method
            knows no such list.
        probabilities: Whether the scores claim to be probabilities.
        seconds: What it took from the normalised tables to scored pairs.
    """

    method: str
    pairs: ScoredPairs
    standings: Callable[[int], Mapping[int, float]]
    threshold: float
    review: Callable[[int], Mapping[int, float]] | None = None
    probabilities: bool = True
    seconds: float = 0.0


class Method(Protocol):
    """Links a platform."""

    def __call__(self, prepared: Prepared, /) -> Outcome:
        """Score pairs, and say how a named account expands."""
        ...


def numbered(
    rows: Iterable[tuple[str, str, float]], truth: Truth
) -> tuple[list[int], list[int], list[float]]:
    """Turn account ids into numbers; pairs with an account whose owner nobody knows are left out."""
    numbers = truth.numbers()
    known = [(numbers[a], numbers[b], p) for a, b, p in rows if a in numbers and b in numbers]
    return [a for a, _, _ in known], [b for _, b, _ in known], [p for *_, p in known]
