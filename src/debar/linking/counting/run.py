"""Count all pairs of a platform in an engine that hands out arrays.

Law: two rounds over the pairs, a range of accounts at a time: the first counts what all pairs say about each
value, the second reduces each pair to its pattern. Memory holds the rows, never all pairs at once.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from debar.linking.counting.crowded import gather_crowded
from debar.linking.counting.holdings import OPEN, lay_out
from debar.linking.counting.patterns import (
    NOTHING_SHARED,
    Values,
    count_votes,
    firm_bits,
    known_masks,
    patterns,
    settle_votes,
    sweep,
)
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from debar.linking.counting.crowded import Crowded
    from debar.linking.counting.holdings import Bytes, Holdings, Ints, Small
    from debar.linking.counting.patterns import Sweep
    from debar.model.ports import ArrayEngine

    Reduced = dict[str, NDArray[Any]]

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS: Final = 2
"""Ranges that are worked on at one time."""

KEPT_MAX: Final = 50_000_000
"""Up to so many pairs on values the first round is kept for the second, instead of being made again."""

PAIRS: Final = {
    "a_no": "INTEGER",
    "b_no": "INTEGER",
    "shared_mask": "TINYINT",
    "known_mask": "TINYINT",
    "met_mask": "TINYINT",
    "pattern": "BIGINT",
    "firm": "BIGINT",
}
"""Columns of ``link_pairs``, as :func:`debar.linking.steps.pattern_step` says."""

ENDS: Final = {
    "value_no": "INTEGER",
    "account_no": "INTEGER",
    "agreeing": "INTEGER",
    "with_data": "INTEGER",
}
VOTES: Final = {"value_no": "INTEGER", "agreeing": "INTEGER", "with_data": "INTEGER"}

_HOLDS: Final = (
    "SELECT account_no, value_no, kind_no,"
    f" CAST(COALESCE(DATE_DIFF('day', DATE '1970-01-01', first_seen), {OPEN.min}) AS INTEGER) AS first_day,"
    f" CAST(COALESCE(DATE_DIFF('day', DATE '1970-01-01', last_seen), {OPEN.max}) AS INTEGER) AS last_day"
    " FROM link_holds"
)


def count_on_arrays(engine: ArrayEngine, crowd_cap: int, *, keep_ends: bool = False) -> None:
    """Make ``link_votes`` and ``link_pairs``, as the pair steps would.

    Args:
        engine: After the value steps and ``link_judged``.
        crowd_cap: As there.
        keep_ends: Make ``link_ends`` as well.
    """
    counted = _read(engine, crowd_cap)
    engine.load("link_pairs", PAIRS, [])
    with ThreadPoolExecutor(WORKERS) as pool:
        kept: list[Sweep] = []
        for pairs in _in_order(pool, counted.sweep, counted.holdings.sweeps()):
            count_votes(pairs, counted.values)
            if counted.is_kept:
                kept.append(pairs)
        settle_votes(counted.holdings, counted.values)
        rounds: Iterator[Reduced] = (
            _in_order(pool, counted.reduce, iter(kept))
            if counted.is_kept
            else _in_order(pool, counted.sweep_and_reduce, counted.holdings.sweeps())
        )
        for reduced in rounds:
            engine.append_arrays("link_pairs", reduced)
    values = counted.values
    engine.load("link_votes", VOTES, [])
    numbers = counted.numbers
    engine.append_arrays(
        "link_votes",
        {
            "value_no": numbers,
            "agreeing": values.agreeing[numbers],
            "with_data": values.with_data[numbers],
        },
    )
    if keep_ends:
        holdings = counted.holdings
        engine.load("link_ends", ENDS, [])
        engine.append_arrays(
            "link_ends",
            {
                "value_no": holdings.value,
                "account_no": holdings.account,
                "agreeing": values.end_agreeing,
                "with_data": values.end_with_data,
            },
        )
    _add_judged(engine, counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What one run works on.

    Args:
        holdings, crowded, values: As their classes say.
        numbers: The values with candidate pairs.
    """

    holdings: Holdings
    crowded: Crowded
    values: Values
    numbers: Small

    @property
    def is_kept(self) -> bool:
        """Whether the pairs of the first round are few enough to be kept for the second."""
        return int((self.holdings.end - self.holdings.after).sum(dtype=np.int64)) <= KEPT_MAX

    def sweep(self, rows: tuple[int, int]) -> Sweep:
        """Make the pairs of a range."""
        return sweep(self.holdings, self.crowded, *rows)

    def reduce(self, pairs: Sweep) -> Reduced:
        """Reduce the pairs of a range to rows of ``link_pairs``."""
        pattern, firm = patterns(pairs, self.holdings, self.values)
        return _rows(pairs.a_no, pairs.b_no, (pairs.shared, pairs.known, pairs.met), pattern, firm)

    def sweep_and_reduce(self, rows: tuple[int, int]) -> Reduced:
        """Do both."""
        return self.reduce(self.sweep(rows))


def _rows(a_no: Small, b_no: Small, masks: tuple[Bytes, Bytes, Bytes], pattern: Ints, firm: Bytes) -> Reduced:
    shared, known, met = (mask.view(np.int8) for mask in masks)
    return {
        "a_no": a_no,
        "b_no": b_no,
        "shared_mask": shared,
        "known_mask": known,
        "met_mask": met,
        "pattern": pattern,
        "firm": firm.astype(np.int64),
    }


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[Given], Made], things: Iterator[Given]
) -> Iterator[Made]:
    """Yield the results of some work in the order of the things, a few of them under way at one time."""
    waiting = deque(pool.submit(work, thing) for thing in islice(things, WORKERS + 1))
    while waiting:
        done = waiting.popleft().result()
        waiting.extend(pool.submit(work, thing) for thing in islice(things, 1))
        yield done


def _read(engine: ArrayEngine, crowd_cap: int) -> _Counted:
    """Read what the value steps made."""
    ((accounts_count,),) = engine.rows("SELECT COUNT(*) FROM link_accounts")
    ((most,),) = engine.rows("SELECT COALESCE(MAX(value_no), 0) FROM link_repeats")
    kinds = engine.rows("SELECT kind_no, family, kind_bit, carries FROM link_kinds ORDER BY kind_no")
    families = np.array([FAMILIES.index(family) for _, family, _, _ in kinds], dtype=np.uint8)
    held = engine.arrays("SELECT account_no, mask FROM link_presence")
    presence = np.zeros(accounts_count + 1, dtype=np.uint8)
    presence[held["account_no"]] = held["mask"]
    graded = engine.arrays(
        "SELECT value_no, base_grade FROM link_values WHERE crowd <= $crowd_cap ORDER BY value_no",
        {"crowd_cap": crowd_cap},
    )
    base_grade = np.zeros(most + 1, dtype=np.uint8)
    base_grade[graded["value_no"]] = graded["base_grade"]
    holdings = lay_out(engine.arrays(_HOLDS), presence, families)
    return _Counted(
        holdings=holdings,
        crowded=gather_crowded(
            engine.arrays("SELECT account_no, value_no, family_bit FROM link_over"), accounts_count + 1
        ),
        values=Values(
            base_grade=base_grade,
            agreeing=np.zeros(most + 1, dtype=np.int32),
            with_data=np.zeros(most + 1, dtype=np.int32),
            end_agreeing=np.zeros(len(holdings.value), dtype=np.int32),
            end_with_data=np.zeros(len(holdings.value), dtype=np.int32),
            end_roles=np.zeros(len(holdings.value), dtype=np.uint8),
            kind_bit=np.array([bit for _, _, bit, _ in kinds], dtype=np.uint64),
            firm=firm_bits(families, np.array([carries for *_, carries in kinds], dtype=np.bool_)),
        ),
        numbers=graded["value_no"].astype(np.int32),
    )


def _add_judged(engine: ArrayEngine, counted: _Counted) -> None:
    """Add the pairs that were judged though they share nothing."""
    found = engine.arrays(
        "SELECT j.a_no, j.b_no FROM link_judged AS j"
        " LEFT JOIN link_pairs AS p ON p.a_no = j.a_no AND p.b_no = j.b_no WHERE p.a_no IS NULL"
    )
    one, other = (found[name].astype(np.int32) for name in ("a_no", "b_no"))
    known, met = known_masks(counted.holdings, counted.crowded, one, other)
    nothing = np.zeros(len(one), dtype=np.uint8)
    engine.append_arrays(
        "link_pairs", _rows(one, other, (nothing, known, met), NOTHING_SHARED[known], nothing)
    )
