"""Weigh one pair of accounts from frozen parameters: purely, and in whole thousandths of a bit.

Law: the contributions of a relation and its prior add up to its score; nothing outside the arguments matters.
Linking, a plan, a brief and a sign-up call this and nothing else, so they give one pair one number.
Source: Fellegi and Sunter (1969) for the match weight; the operator relation is what keeps an
agency's clients apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import (
    GRADES,
    OWNER_RELATIONS,
    RELATIONS,
    default_parameters,
    grade_of,
    read_code,
    shared_code,
)
from debar.model.identifiers import FAMILIES, carries_a_ban

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        """Return the order inside a family: stronger kind first, then rarer, then the better role."""
        return grade_of(self.kind, self.crowd, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one family adds to a pair's score.

    Args:
        family: Evidence family.
        level: ``unknown``, ``none`` or ``shared``.
        code: What was weighed (:data:`debar.evidence.parameters.CODES`).
        rarest: The shared value that sets the code's grade; None where nothing is shared.
        owner_millibits: For "same owner" against "unrelated", in the owner relation that fits the pair best.
        operator_millibits: For "same operator" against "unrelated".
    """

    family: str
    level: str
    code: int
    rarest: SharedValue | None
    owner_millibits: int
    operator_millibits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The score of a pair.

    Args:
        relation: The owner relation that fits the pair best, ``overt`` or ``covert``.
        owner_prior_millibits: What that relation's score starts from.
        operator_prior_millibits: What the score of "same operator" starts from.
        owner_millibits: Prior and contributions, for that relation.
        operator_millibits: The same for "same operator only".
        p_owner: Probability of one owner (of either relation), in millionths; calibrated where the
            parameters are.
        p_operator: Probability of one operator but different owners, in millionths; likewise.
        uncalibrated_p_owner: The same from the scores alone: what strata and the audit go by.
        uncalibrated_p_operator: Likewise.
        contributions: One a family, in the order of ``FAMILIES``.
        carries_a_ban: Something is shared that is neither access evidence nor plantable, and that speaks
            for one owner by itself (:func:`is_firm`); or two families bear each other out
            (:func:`bear_each_other_out`).
    """

    relation: str
    owner_prior_millibits: int
    operator_prior_millibits: int
    owner_millibits: int
    operator_millibits: int
    p_owner: int
    p_operator: int
    uncalibrated_p_owner: int
    uncalibrated_p_operator: int
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
    loudest: dict[str, SharedValue] = {}
    kinds: dict[str, set[str]] = {}
    for value in shared:
        kinds.setdefault(value.family, set()).add(value.kind)
        best = loudest.get(value.family)
        if best is None or (value.grade(), value.fact_id) < (best.grade(), best.fact_id):
            loudest[value.family] = value
    codes = {
        family: shared_code(loudest[family].grade(), len(kinds[family]))
        if family in loudest
        else int(family in known_to_both)
        for family in FAMILIES
    }
    return weigh_codes(
        codes, parameters, loudest=loudest, carries_a_ban=any(is_firm(value) for value in shared)
    )


def weigh_codes(
    codes: Mapping[str, int],
    parameters: Parameters,
    *,
    loudest: Mapping[str, SharedValue] | None = None,
    carries_a_ban: bool = False,
) -> Weighing:
    """Weigh what a pair was reduced to: one code a family.

    Args:
        codes: Family to code, for every family.
        parameters: The frozen tables.
        loudest: Family to the value that set its grade, for the reasons.
        carries_a_ban: Whether a shared value is firm by itself; the codes do not tell.
    """
    key = (*(codes[family] for family in FAMILIES), carries_a_ban)
    bare = parameters.weighed.get(key)
    if bare is None:
        bare = parameters.weighed[key] = _weigh_anew(codes, parameters, carries_a_ban=carries_a_ban)
    if not loudest:
        return bare
    return replace(
        bare,
        contributions=tuple(
            replace(each, rarest=loudest[each.family]) if each.family in loudest else each
            for each in bare.contributions
        ),
    )


def _weigh_anew(codes: Mapping[str, int], parameters: Parameters, *, carries_a_ban: bool) -> Weighing:
    scores = {
        relation: parameters.prior[relation]
        + sum(parameters.weight(family, relation, code) for family, code in codes.items())
        for relation in RELATIONS
    }
    relation = max(OWNER_RELATIONS, key=lambda name: scores[name])
    p_owner, p_operator = probabilities(scores)
    uncalibrated = Weighing(
        relation=relation,
        owner_prior_millibits=parameters.prior[relation],
        operator_prior_millibits=parameters.prior["operator"],
        owner_millibits=scores[relation],
        operator_millibits=scores["operator"],
        p_owner=p_owner,
        p_operator=p_operator,
        uncalibrated_p_owner=p_owner,
        uncalibrated_p_operator=p_operator,
        contributions=tuple(
            Contribution(
                family=family,
                level=("unknown", "none", "shared")[min(codes[family], 2)],
                code=codes[family],
                rarest=None,
                owner_millibits=parameters.weight(family, relation, codes[family]),
                operator_millibits=parameters.weight(family, "operator", codes[family]),
            )
            for family in FAMILIES
        ),
        carries_a_ban=carries_a_ban or bear_each_other_out(codes),
    )
    if parameters.calibration is None:
        return uncalibrated
    p_owner, p_operator = parameters.calibration.apply(uncalibrated)
    return replace(uncalibrated, p_owner=p_owner, p_operator=p_operator)


def is_firm(value: SharedValue) -> bool:
    """Tell whether a shared value may put an account into a ban.

    It must be neither access evidence nor plantable by an outsider, and by judgement (not by a fit, which may
    be borderline) two accounts that share it and nothing more must more likely have one owner than not: a
    telephone of a hundred coworkers licenses nothing, however much an outsider plants beside it. A mailbox or
    telephone of more than four accounts may be an agency's own, lent to its clients.
    """
    return carries_a_ban(value.kind) and value.grade() in FIRM_GRADES[value.family]


def bear_each_other_out(codes: Mapping[str, int]) -> bool:
    """Tell whether two families together may put an account into a ban, where neither does alone.

    An agency that lends its mailbox or telephone to clients does not lend it their names or sites: beside one
    of these, a mailbox of five accounts and more that speaks for one owner carries a ban after all. Access
    evidence beside a name never does: one client of an agency may take another's name.
    """
    return any(
        codes[one] >= 2
        and codes[other] >= 2
        and (codes[one] - 2) % GRADES in ones
        and (codes[other] - 2) % GRADES in others
        for one, ones, other, others in TOGETHER
    )


def _speaks_alone(family: str, grade: int) -> bool:
    """Tell whether a shared value of a grade makes one owner more likely than not, by the default tables."""
    code = shared_code(grade, 1)
    scores = {
        relation: _DEFAULTS.prior[relation] + _DEFAULTS.weight(family, relation, code)
        for relation in RELATIONS
    }
    return 2 * probabilities(scores)[0] > MILLION


def probabilities(scores: Mapping[str, int]) -> tuple[int, int]:
    """Turn log2 odds against "unrelated" into probabilities of one owner and of one operator, in millionths.

    Args:
        scores: Relation to its score in thousandths of a bit. What lies 60 bits below the largest, far beyond
            a millionth, counts as 60 bits below.

    Example:
        >>> probabilities({"overt": 0, "covert": -60_000, "operator": -60_000})
        (500000, 0)
    """
    most = max(0, *scores.values())
    odds = {relation: 2.0 ** (max(-60_000, score - most) / 1000) for relation, score in scores.items()}
    owner = odds["overt"] + odds["covert"]
    total = 2.0 ** (max(-60_000, -most) / 1000) + owner + odds["operator"]
    return round(MILLION * owner / total), round(MILLION * odds["operator"] / total)


_DEFAULTS: Final = default_parameters(1 << 20)
"""The size cancels out: what is expected of a relation and of chance both shrink with the platform."""

SPEAKING_GRADES: Final = {
    family: frozenset(grade for grade in range(GRADES) if _speaks_alone(family, grade)) for family in FAMILIES
}
"""Family to the grades at which a value speaks for one owner by itself, by judgement."""

LENT_BUCKETS_FROM: Final = 2
"""From this crowd bucket on (five accounts or more) a mailbox or telephone may be lent to clients."""


FIRM_GRADES: Final = {
    **SPEAKING_GRADES,
    "contact": frozenset(
        grade
        for grade in SPEAKING_GRADES["contact"]
        if read_code(shared_code(grade, 1))[2] < LENT_BUCKETS_FROM
    ),
}
"""Family to the grades at which a value that may carry a ban does so by itself."""

_STRONG: Final = frozenset(range(GRADES // 2))
"""Grades of strong kinds: of contacts, mailboxes and telephones."""

TOGETHER: Final = (
    ("contact", _STRONG & SPEAKING_GRADES["contact"], "name", frozenset(range(GRADES))),
    ("contact", _STRONG & SPEAKING_GRADES["contact"], "web", frozenset(range(GRADES))),
)
"""Two families and the grades at which what is shared in both carries a ban."""
