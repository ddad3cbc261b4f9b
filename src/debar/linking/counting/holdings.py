"""Who holds which value, laid out so that all pairs of a range of accounts come in order.

Law: rows lie by account, then family; a value's rows lie by account. So the pairs of an account range are
made in one sweep, and within a pair what is shared comes family by family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Small = NDArray[np.int32]
    Bytes = NDArray[np.uint8]

SWEEP_PAIRS: Final = 1 << 21
"""Pairs on values that are in memory at one time, a worker; more where one account alone has more."""

KEY_BITS: Final = 63
"""Bits of a sort key: account of the range, other account, place."""

OPEN: Final = np.iinfo(np.int32)
"""An open first day is before all days, an open last day after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What each account holds with others, as arrays with one entry a row.

    Args:
        account, value (int32), kind, family (uint8: places), first, last (int32: days): the rows, by account
            and family.
        by_value (int32): row numbers by value, then account.
        after, end (int32): where in ``by_value`` the row's partners with a larger account begin and end.
        presence (uint8): account number to the mask of the families in which it holds something.
    """

    account: Small
    value: Small
    kind: Bytes
    family: Bytes
    first: Small
    last: Small
    by_value: Small
    after: Small
    end: Small
    presence: Bytes

    def sweeps(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of rows, whole accounts each, whose pairs fit into memory together."""
        rows = len(self.account)
        if not rows:
            return
        pairs = np.concatenate([[0], np.cumsum(self.end - self.after, dtype=np.int64)])
        widest = 1 << max(0, KEY_BITS - _bits(len(self.presence)) - _bits(SWEEP_PAIRS))
        start = 0
        while start < rows:
            most = int(np.searchsorted(pairs, pairs[start] + SWEEP_PAIRS, side="right")) - 1
            last = min(int(self.account[min(max(most, start), rows - 1)]), int(self.account[start]) + widest)
            end = int(np.searchsorted(self.account, last, side="left")) if most < rows else rows
            if end <= start or most >= rows:
                end = int(np.searchsorted(self.account, max(last, int(self.account[start])), side="right"))
            yield start, end
            start = end

    def pairs_between(self, start: int, end: int) -> tuple[Small, Small, Ints]:
        """Return all pairs on values whose smaller account has its rows in a range.

        Returns:
            The rows of the smaller account, those of the larger one, and the key of the pair of accounts
            (larger for larger pairs); ordered by pair, then family.
        """
        counts = self.end[start:end] - self.after[start:end]
        total = int(counts.sum(dtype=np.int64))
        left = np.repeat(np.arange(start, end, dtype=np.int32), counts)
        begins = np.repeat(self.after[start:end] - (np.cumsum(counts, dtype=np.int64) - counts), counts)
        begins += np.arange(total)
        right = self.by_value[begins]
        place_bits, other_bits = _bits(total), _bits(len(self.presence))
        key = (self.account[left] - self.account[start]).astype(np.int64)
        assert total == 0 or int(key[-1]).bit_length() + other_bits + place_bits <= KEY_BITS, "the key fits"
        key <<= other_bits
        key |= self.account[right]
        key <<= place_bits
        key |= np.arange(total)
        key.sort()
        place = key & ((1 << place_bits) - 1)
        key >>= place_bits
        return left[place], right[place], key


def _bits(count: int) -> int:
    return max(1, count).bit_length()


def lay_out(rows: Mapping[str, NDArray[np.generic]], presence: Bytes, families: Bytes) -> Holdings:
    """Lay rows out.

    Args:
        rows: account_no, value_no, kind_no, first_day, last_day: one entry an account and value.
        presence: Account number to its mask.
        families: Kind number to the place of its family.
    """
    account = rows["account_no"].astype(np.int32)
    kind = rows["kind_no"].astype(np.uint8)
    order = _sorted_places((account.astype(np.int64) << 3) | families[kind])
    account, kind = account[order], kind[order]
    value = rows["value_no"].astype(np.int32)[order]
    by_value = _sorted_places(value.astype(np.int64)).astype(np.int32)
    of_value = value[by_value]
    place = np.empty(len(value), dtype=np.int32)
    place[by_value] = np.arange(len(value), dtype=np.int32)
    ends = np.flatnonzero(np.append(of_value[1:] != of_value[:-1], True)).astype(np.int32) + 1
    end = np.empty(len(value), dtype=np.int32)
    end[by_value] = np.repeat(ends, np.diff(ends, prepend=0)) if len(value) else ends[:0]
    return Holdings(
        account=account,
        value=value,
        kind=kind,
        family=families[kind],
        first=rows["first_day"].astype(np.int32)[order],
        last=rows["last_day"].astype(np.int32)[order],
        by_value=by_value,
        after=place + 1,
        end=end,
        presence=presence,
    )


def _sorted_places(keys: Ints) -> Ints:
    """Return the places of keys in their order, equal ones as they came; many times faster than argsort."""
    bits = _bits(len(keys))
    assert not len(keys) or int(keys.max()).bit_length() + bits <= KEY_BITS, "the key fits"
    packed = (keys << bits) | np.arange(len(keys))
    packed.sort()
    return packed & ((1 << bits) - 1)
