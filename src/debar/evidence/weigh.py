"""Weigh one pair of accounts from frozen parameters: purely, and in whole thousandths of a bit.

Law: the contributions add up to the score; nothing outside the arguments matters.
Source: Fellegi and Sunter (1969) for the match weight; the operator relation is what keeps an
agency's clients apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.evidence.parameters import ROLES, crowd_bucket
from debar.model.identifiers import FAMILIES, carries_a_ban

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.evidence.parameters import Parameters

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedValue:
    """A value that both accounts hold.

    Args:
        fact_id: Identifier of the value as a fact, ``kind:key``.
        kind: Identifier kind.
        family: Its family.
        crowd: How many accounts of the platform hold it.
        role: One of :data:`debar.evidence.parameters.ROLES`.
    """

    fact_id: str
    kind: str
    family: str
    crowd: int
    role: str

    def grade(self) -> int:
        """Return the order of strength inside a family: rarer first, then the more careful role."""
        return 3 * crowd_bucket(self.crowd) + ROLES.index(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one family adds to a pair's score.

    Args:
        family: Evidence family.
        level: ``unknown``, ``none`` or ``shared``.
        kinds_count: Kinds shared, 0 to 3 (more count as 3).
        rarest: The shared value that sets crowd and role; None where nothing is shared.
        owner_millibits: For "same owner" against "unrelated".
        operator_millibits: For "same operator" against "unrelated".
    """

    family: str
    level: str
    kinds_count: int
    rarest: SharedValue | None
    owner_millibits: int
    operator_millibits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The score of a pair.

    Args:
        owner_millibits: Prior and contributions, for "same owner".
        operator_millibits: The same for "same operator only".
        p_owner: Probability of one owner, in millionths.
        p_operator: Probability of one operator but different owners, in millionths.
        contributions: One a family, in the order of ``FAMILIES``.
        carries_a_ban: Something is shared that is neither access evidence nor plantable, and that speaks
            for one owner by itself (:func:`is_firm`).
    """

    owner_millibits: int
    operator_millibits: int
    p_owner: int
    p_operator: int
    contributions: tuple[Contribution, ...]
    carries_a_ban: bool


def weigh(shared: Sequence[SharedValue], known_to_both: frozenset[str], parameters: Parameters) -> Weighing:
    """Weigh one pair.

    Args:
        shared: Values that both hold; those above the crowd cap are left out by the caller.
        known_to_both: Families in which both accounts hold at least one value, shared or not.
        parameters: The frozen tables.

    Returns:
        Weights, probabilities and contributions.
    """
    prior = -parameters.accounts_log2
    contributions = tuple(
        _contribution(family, [v for v in shared if v.family == family], family in known_to_both, parameters)
        for family in FAMILIES
    )
    owner = prior + sum(c.owner_millibits for c in contributions)
    operator = prior + sum(c.operator_millibits for c in contributions)
    p_owner, p_operator = probabilities(owner, operator)
    return Weighing(
        owner_millibits=owner,
        operator_millibits=operator,
        p_owner=p_owner,
        p_operator=p_operator,
        contributions=contributions,
        carries_a_ban=any(is_firm(value, parameters) for value in shared),
    )


def is_firm(value: SharedValue, parameters: Parameters) -> bool:
    """Tell whether a shared value may put an account into a ban.

    It must be neither access evidence nor plantable by an outsider, and in its crowd and role the odds that
    its holders have one owner must be above even: a telephone of a hundred coworkers licenses nothing,
    however much an outsider plants beside it.
    """
    odds = parameters.owner_shared[value.family][crowd_bucket(value.crowd)]
    return carries_a_ban(value.kind) and odds + parameters.owner_role[ROLES.index(value.role)] > 0


def _contribution(
    family: str, shared: list[SharedValue], known: bool, parameters: Parameters
) -> Contribution:
    if not shared:
        level = "none" if known else "unknown"
        return Contribution(
            family=family,
            level=level,
            kinds_count=0,
            rarest=None,
            owner_millibits=parameters.owner_none[family] if known else 0,
            operator_millibits=parameters.operator_none[family] if known else 0,
        )
    rarest = min(shared, key=lambda value: (value.grade(), value.fact_id))
    kinds_count = min(len({value.kind for value in shared}), 3)
    bucket, role = crowd_bucket(rarest.crowd), ROLES.index(rarest.role)
    both = parameters.accounts_log2 + parameters.kinds[kinds_count - 1]
    return Contribution(
        family=family,
        level="shared",
        kinds_count=kinds_count,
        rarest=rarest,
        owner_millibits=both + parameters.owner_shared[family][bucket] + parameters.owner_role[role],
        operator_millibits=both + parameters.operator_shared[family][bucket] + parameters.operator_role[role],
    )


def probabilities(owner_millibits: int, operator_millibits: int) -> tuple[int, int]:
    """Turn two log2 odds against "unrelated" into probabilities, in millionths.

    The odds are capped at 60 bits either way, far beyond a millionth.
    """
    owner = 2.0 ** (max(-60_000, min(60_000, owner_millibits)) / 1000)
    operator = 2.0 ** (max(-60_000, min(60_000, operator_millibits)) / 1000)
    total = 1.0 + owner + operator
    return round(MILLION * owner / total), round(MILLION * operator / total)
