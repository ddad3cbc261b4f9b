"""Which families of a pair are unknown because both accounts stand in one crowd above the cap there.

Law: the bits of a sign only save work; what counts is the value itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from debar.linking.counting.holdings import Bytes, Ints, Small

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """Values above the cap, by account.

    Args:
        begins (int64): account number to its first entry; one longer than there are account numbers.
        value (int32), family_bit (uint8): the entries.
        key (int64): account and value of each entry in one number, rising.
        sign (uint64): account number to a bit for each of its values: two that share one share a bit.
    """

    begins: Ints
    value: Small
    family_bit: Bytes
    key: Ints
    sign: NDArray[np.uint64]

    def masks(self, one: Small, other: Small) -> Bytes:
        """Return for each pair of accounts the families in which they share a value above the cap."""
        found = np.zeros(len(one), dtype=np.uint8)
        maybe = np.flatnonzero(self.sign[one] & self.sign[other])
        begins = self.begins[one[maybe]]
        counts = self.begins[one[maybe] + 1] - begins
        pair = np.repeat(maybe, counts)
        entry = np.arange(len(pair)) + np.repeat(begins - (np.cumsum(counts) - counts), counts)
        sought = (other[pair].astype(np.int64) << 32) | self.value[entry]
        place = np.minimum(np.searchsorted(self.key, sought), len(self.key) - 1)
        shared = np.flatnonzero(self.key[place] == sought) if len(self.key) else maybe[:0]
        np.bitwise_or.at(found, pair[shared], self.family_bit[entry[shared]])
        return found


def gather_crowded(rows: Mapping[str, NDArray[np.generic]], numbers: int) -> Crowded:
    """Gather the values above the cap.

    Args:
        rows: account_no, value_no, family_bit: one entry an account and value.
        numbers: Account numbers are smaller than this.
    """
    key = (rows["account_no"].astype(np.int64) << 32) | rows["value_no"].astype(np.int64)
    order = np.argsort(key)
    key = key[order]
    account, value = key >> 32, (key & 0xFFFFFFFF).astype(np.int32)
    sign = np.zeros(numbers, dtype=np.uint64)
    bits = np.uint64(1) << ((value.astype(np.uint64) * _MIX) >> np.uint64(58))
    np.bitwise_or.at(sign, account, bits)
    return Crowded(
        begins=np.searchsorted(account, np.arange(numbers + 1)),
        value=value,
        family_bit=rows["family_bit"].astype(np.uint8)[order],
        key=key,
        sign=sign,
    )
