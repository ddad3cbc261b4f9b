"""From shared values to votes, roles and patterns, a range of accounts at a time.

Law: the same whole numbers as the steps ``link_votes``, ``link_facts`` and ``link_pairs`` of
:mod:`debar.linking.steps`, which say what is meant; a test holds the two equal on any platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.evidence.parameters import (
    GRADES,
    INDEPENDENT_MARGIN,
    KINDS_MAX,
    ONE_OWNERS,
    OPERATOR_MARGIN,
    ROLES,
)
from debar.evidence.weigh import FIRM_GRADES
from debar.linking.counting.numbering import FAMILY_BITS
from debar.linking.steps import CODE_BASE, FIRM_BIT, LEGAL_BIT
from debar.model.identifiers import FAMILIES, TELLING_FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from debar.linking.counting.crowded import Crowded
    from debar.linking.counting.holdings import Bytes, Holdings, Ints, Small

MASKS: Final = 1 << len(FAMILIES)
"""Masks of families are smaller than this."""

AGREES: Final = 1
HAS_DATA: Final = 2
PASSED_ON: Final = 4

ROLE_BITS: Final = 2
ROLE_MASK: Final = (1 << ROLE_BITS) - 1
assert len(ROLES) <= 1 << ROLE_BITS, "four roles, one for each vote of a pair, fit into a byte"

ROWS_AT_ONCE: Final = 1 << 20


def _votes_of_masks() -> Bytes:
    """Return what a pair says about a value: by the value's family, the pair's shared and known masks."""
    told = np.zeros((len(FAMILIES), MASKS, MASKS), dtype=np.uint8)
    for place, family in enumerate(FAMILIES):
        telling = sum(FAMILY_BITS[name] for name in TELLING_FAMILIES if name != family)
        for shared in range(MASKS):
            for known in range(MASKS):
                alone = family != "legal" and known & LEGAL_BIT
                agrees = shared & (LEGAL_BIT if alone else telling)
                told[place, shared, known] = (AGREES if agrees else 0) + (HAS_DATA if known & telling else 0)
    return told


def _patterns_of_masks() -> Ints:
    """Return the pattern of a mask of families in which nothing is shared though both are known."""
    return np.array(
        [
            sum(CODE_BASE**place for place, family in enumerate(FAMILIES) if mask & FAMILY_BITS[family])
            for mask in range(MASKS)
        ],
        dtype=np.int64,
    )


VOTES: Final = _votes_of_masks()
NOTHING_SHARED: Final = _patterns_of_masks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What is known of each value number, and of each kind number.

    Args:
        base_grade (uint8): value number to the grade without role.
        agreeing, with_data (int32): value number to its votes, which :func:`settle_votes` adds up.
        end_agreeing, end_with_data (int32): row number to the votes of the account's own pairs on the
            value, which :func:`count_votes` adds up.
        end_roles (uint8): row number to the roles that it shows, two bits for each vote of a pair (AGREES,
            HAS_DATA), which :func:`settle_votes` makes.
        kind_bit (uint64): kind number to its bit.
        firm (uint8): kind number and grade to the bits of a firm number.
    """

    base_grade: Bytes
    agreeing: Small
    with_data: Small
    end_agreeing: Small
    end_with_data: Small
    end_roles: Bytes
    kind_bit: NDArray[np.uint64]
    firm: Bytes


def firm_bits(families: Bytes, carries: NDArray[np.bool_]) -> Bytes:
    """Return kind number and grade to the bits of a firm number (:data:`debar.linking.steps.FIRM_BIT`)."""
    told = np.zeros((len(families), GRADES), dtype=np.uint8)
    for kind in np.flatnonzero(carries):
        family = FAMILIES[families[kind]]
        told[kind] = 2 * FAMILY_BITS[family]
        told[kind, sorted(FIRM_GRADES[family])] |= FIRM_BIT
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The pairs of a range of accounts, and what each says about the values that it shares.

    Args:
        row, other_row (int32): of the smaller and the larger account, one entry a pair and value shared, by
            pair and family.
        said (uint8): AGREES, HAS_DATA, PASSED_ON.
        begins (int64): where each pair begins in these.
        a_no, b_no (int32), shared, known, met (uint8): the pairs.
    """

    row: Small
    other_row: Small
    said: Bytes
    begins: Ints
    a_no: Small
    b_no: Small
    shared: Bytes
    known: Bytes
    met: Bytes


def sweep(holdings: Holdings, crowded: Crowded, start: int, end: int) -> Sweep:
    """Make the pairs of the accounts whose rows lie in a range."""
    left, right, key = holdings.pairs_between(start, end)
    begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else key
    family = holdings.family[left]
    shared = np.bitwise_or.reduceat(np.uint8(1) << family, begins) if len(key) else family
    a_no, b_no = holdings.account[left[begins]], holdings.account[right[begins]]
    known, met = known_masks(holdings, crowded, a_no, b_no)
    known |= shared
    lengths = np.diff(begins, append=len(key))
    of_pair = (shared.astype(np.int32) * MASKS) | known
    said = VOTES.reshape(-1)[family.astype(np.int32) * MASKS**2 + np.repeat(of_pair, lengths)]
    passed = (holdings.last[left] < holdings.first[right]) | (holdings.last[right] < holdings.first[left])
    passed &= family != FAMILIES.index("legal")  # a register's number is never passed on to somebody else
    said |= passed.astype(np.uint8) * np.uint8(PASSED_ON)
    return Sweep(
        row=left,
        other_row=right,
        said=said,
        begins=begins,
        a_no=a_no,
        b_no=b_no,
        shared=shared,
        known=known,
        met=met,
    )


def known_masks(holdings: Holdings, crowded: Crowded, one: Small, other: Small) -> tuple[Bytes, Bytes]:
    """Return the families in which both are known, without those of a common crowd, and with them."""
    met = holdings.presence[one] & holdings.presence[other]
    return met & ~crowded.masks(one, other), met


def count_votes(pairs: Sweep, values: Values) -> None:
    """Add what the pairs of a range say to the votes of either account's own pairs."""
    for rows in (pairs.row, pairs.other_row):
        np.add.at(values.end_agreeing, rows[(pairs.said & AGREES) != 0], np.int32(1))
        np.add.at(values.end_with_data, rows[(pairs.said & HAS_DATA) != 0], np.int32(1))


def settle_votes(holdings: Holdings, values: Values) -> None:
    """Add up the votes of the values, each pair stands with both of its accounts; and make the roles."""
    for votes, ends in ((values.agreeing, values.end_agreeing), (values.with_data, values.end_with_data)):
        votes[:] = np.bincount(holdings.value, weights=ends, minlength=len(votes)).astype(np.int64) // 2
    _roles_of_ends(holdings, values)


def patterns(pairs: Sweep, holdings: Holdings, values: Values) -> tuple[Ints, Bytes]:
    """Return the pattern and the firm number of each pair, after all votes were counted."""
    if not len(pairs.row):
        return pairs.begins, pairs.shared
    kind, family = holdings.kind[pairs.row], holdings.family[pairs.row]
    grade = values.base_grade[holdings.value[pairs.row]] + _roles(pairs, values)
    new_pair = np.zeros(len(family), dtype=np.bool_)
    new_pair[pairs.begins] = True
    cut = np.flatnonzero(new_pair | np.append(True, family[1:] != family[:-1]))
    loudest = np.minimum.reduceat(grade, cut).astype(np.int64)
    kinds = np.bitwise_count(np.bitwise_or.reduceat(values.kind_bit[kind], cut)).astype(np.int64)
    code = 2 + GRADES * (np.minimum(kinds, KINDS_MAX) - 1) + loudest
    part = code << ((CODE_BASE.bit_length() - 1) * family[cut].astype(np.int64))
    pattern = np.add.reduceat(part, np.flatnonzero(new_pair[cut]))
    firm = np.bitwise_or.reduceat(values.firm[kind, grade], pairs.begins)
    return pattern + NOTHING_SHARED[pairs.known & ~pairs.shared], firm


def _roles(pairs: Sweep, values: Values) -> Bytes:
    """Return the place of each shared value's role for its pair, as ``role_between`` names it."""
    own_vote = (pairs.said & np.uint8(AGREES | HAS_DATA)) * np.uint8(ROLE_BITS)
    one, other = (values.end_roles[rows] >> own_vote & ROLE_MASK for rows in (pairs.row, pairs.other_row))
    role: Bytes = np.maximum(one, other)
    role[(pairs.said & PASSED_ON) != 0] = ROLES.index("passed_on")
    return role


def _roles_of_ends(holdings: Holdings, values: Values) -> None:
    """Note the role that each account shows of each value to a pair, for any vote of the pair itself."""
    for start in range(0, len(holdings.value), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        value = holdings.value[rows]
        agreeing, with_data = values.agreeing[value], values.with_data[value]
        own, own_data = values.end_agreeing[rows], values.end_with_data[rows]
        whole = (with_data > own_data) & (
            ONE_OWNERS[0] * (agreeing - own) >= ONE_OWNERS[1] * (with_data - own_data)
        )
        told, told_data = np.where(whole, agreeing, own), np.where(whole, with_data, own_data)
        roles = np.zeros(len(value), dtype=np.uint8)
        for vote in range(AGREES | HAS_DATA, -1, -1):
            roles <<= ROLE_BITS
            roles |= _role_of(told - bool(vote & AGREES), told_data - bool(vote & HAS_DATA))
        values.end_roles[rows] = roles


def _role_of(agreeing: Small, with_data: Small) -> Bytes:
    """Return the places of :func:`debar.evidence.parameters.role_of`."""
    times, data_times, plus = INDEPENDENT_MARGIN
    independent = times * agreeing + plus >= data_times * with_data
    role = np.where(independent, np.uint8(ROLES.index("independent")), np.uint8(ROLES.index("unclear")))
    times, data_times, plus = OPERATOR_MARGIN
    role[times * agreeing + plus < data_times * with_data] = ROLES.index("operator")
    return role
