"""The weights of the distinct patterns of a platform, each weighed once, all of them at one go.

Law: the numbers are those of :func:`debar.evidence.weigh.weigh_codes`, to the last bit: whole thousandths are
added, and powers of two come from one table that Python made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from debar.evidence.parameters import CODES, GRADES, KINDS_MAX, OWNER_RELATIONS, RELATIONS, shared_code
from debar.evidence.weigh import MILLION, TOGETHER, weigh_codes
from debar.linking.counting.numbering import FAMILY_BITS
from debar.linking.steps import CODE_BASE, FIRM_BIT, pattern_codes
from debar.model.identifiers import FAMILIES
from debar.model.ports import ArrayEngine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from debar.evidence.parameters import Parameters
    from debar.evidence.weigh import Weighing
    from debar.model.ports import Engine

    Ints = NDArray[np.int64]

FLOOR: Final = 60_000
"""What lies so many thousandths of a bit below the largest score counts as that."""

_POWERS: Final = np.array([2.0 ** (-below / 1000) for below in range(FLOOR + 1)])

WEIGHTS: Final = {
    "pattern": "BIGINT",
    "firm": "BIGINT",
    "p_owner": "INTEGER",
    "p_operator": "INTEGER",
    "owner_millibits": "INTEGER",
    "operator_millibits": "INTEGER",
    "covert": "BOOLEAN",
    "carries_a_ban": "BOOLEAN",
    "best_p": "INTEGER",
    "rest_overt": "INTEGER",
    "rest_covert": "INTEGER",
    "rest_operator": "INTEGER",
    "shares": "BOOLEAN",
}
_CEILINGS: Final = {
    "family_bit": "TINYINT",
    "grade": "INTEGER",
    "overt": "INTEGER",
    "covert": "INTEGER",
    "overt_lead": "INTEGER",
    "covert_lead": "INTEGER",
}
_CONTRIBUTIONS: Final = {
    "relation": "VARCHAR",
    "family": "VARCHAR",
    "code": "INTEGER",
    "owner_millibits": "INTEGER",
    "operator_millibits": "INTEGER",
}


def load_weights(engine: Engine, parameters: Parameters) -> None:
    """Weigh each distinct pattern once: tables ``link_weights`` and ``link_contributions``.

    Columns of ``link_weights``:
        pattern, firm (BIGINT), p_owner, p_operator (INTEGER, millionths), owner_millibits,
        operator_millibits (INTEGER), covert (BOOLEAN: of the two owner relations this one fits best),
        carries_a_ban (BOOLEAN), best_p (INTEGER, millionths), rest_overt, rest_covert, rest_operator
        (INTEGER), shares (BOOLEAN).

    Columns of ``link_contributions``:
        relation (VARCHAR): of the owner; family (VARCHAR), code (INTEGER): a family's part of a pattern;
        owner_millibits, operator_millibits (INTEGER): what it adds.

    Columns of ``link_ceilings``:
        family_bit (TINYINT), grade (INTEGER): a shared fact; overt, covert (INTEGER): the most that its
        family adds where this fact speaks loudest, however many kinds are shared; overt_lead, covert_lead
        (INTEGER): the most that it adds to them beyond what it adds to the operator.
    """
    distinct = engine.rows("SELECT DISTINCT pattern, firm FROM link_pairs ORDER BY pattern, firm")
    pattern, firm = np.array(distinct, dtype=np.int64).reshape(-1, 2).T
    weighed = weigh_patterns(pattern, firm, parameters)
    if isinstance(engine, ArrayEngine):
        engine.load("link_weights", WEIGHTS, [])
        engine.append_arrays("link_weights", weighed)
    else:
        columns = (column.tolist() for column in weighed.values())
        engine.load("link_weights", WEIGHTS, list(zip(*columns, strict=True)))
    _load_parts(engine, parameters)


def _load_parts(engine: Engine, parameters: Parameters) -> None:
    engine.load(
        "link_ceilings",
        _CEILINGS,
        [
            (
                bit,
                grade,
                *(_loudest(family, name, grade, parameters) for name in OWNER_RELATIONS),
                *(_loudest(family, name, grade, parameters, over="operator") for name in OWNER_RELATIONS),
            )
            for family, bit in FAMILY_BITS.items()
            for grade in range(GRADES)
        ],
    )
    engine.load(
        "link_contributions",
        _CONTRIBUTIONS,
        [
            (
                relation,
                family,
                code,
                parameters.weight(family, relation, code),
                parameters.weight(family, "operator", code),
            )
            for relation in OWNER_RELATIONS
            for family in FAMILIES
            for code in range(CODES)
        ],
    )


def _loudest(family: str, relation: str, grade: int, parameters: Parameters, *, over: str = "") -> int:
    """Return the most that a family adds to a relation, or to its lead over another, shared or not."""
    codes = (1, *(shared_code(grade, count) for count in range(1, KINDS_MAX + 1)))
    return max(
        parameters.weight(family, relation, code) - (parameters.weight(family, over, code) if over else 0)
        for code in codes
    )


def weigh_patterns(pattern: Ints, firm: Ints, parameters: Parameters) -> dict[str, NDArray[Any]]:
    """Weigh patterns.

    Args:
        pattern: Patterns.
        firm: A firm number each.
        parameters: The frozen tables.

    Returns:
        The columns of ``link_weights``.
    """
    codes = pattern_code_rows(pattern)
    scores = {name: _added(codes, _table(parameters, name), parameters.prior[name]) for name in RELATIONS}
    most = ceilings(parameters)
    best = {
        name: _added(codes, [most[family][name] for family in FAMILIES], parameters.prior[name])
        for name in OWNER_RELATIONS
    }
    rest = {
        name: _added(np.where(codes == 1, 1, 0), _table(parameters, name), parameters.prior[name])
        for name in RELATIONS
    }
    p_owner, p_operator = probabilities_of(scores)
    if parameters.calibration is not None:
        told = (weigh_pattern(*one, parameters) for one in zip(pattern.tolist(), firm.tolist(), strict=True))
        corrected = [(weighing.p_owner, weighing.p_operator) for weighing in told]
        p_owner, p_operator = np.array(corrected, dtype=np.int64).reshape(-1, 2).T
    best_p, _ = probabilities_of({**best, "operator": np.full(len(pattern), -FLOOR)})
    return {
        "pattern": pattern,
        "firm": firm,
        "p_owner": p_owner,
        "p_operator": p_operator,
        "owner_millibits": np.maximum(scores["overt"], scores["covert"]),
        "operator_millibits": scores["operator"],
        "covert": scores["covert"] > scores["overt"],
        "carries_a_ban": ((firm & FIRM_BIT) != 0) | _together(codes),
        "best_p": best_p,
        "rest_overt": rest["overt"],
        "rest_covert": rest["covert"],
        "rest_operator": rest["operator"],
        "shares": (codes >= 2).any(axis=1),
    }


def _together(codes: Ints) -> NDArray[np.bool_]:
    """Return what :func:`debar.evidence.weigh.bear_each_other_out` returns, for rows of codes."""
    found = np.zeros(len(codes), dtype=np.bool_)
    for one, ones, other, others in TOGETHER:
        both = np.ones(len(codes), dtype=np.bool_)
        for family, grades in ((one, ones), (other, others)):
            code = codes[:, FAMILIES.index(family)]
            both &= (code >= 2) & np.isin((code - 2) % GRADES, sorted(grades))
        found |= both
    return found


def weigh_pattern(pattern: int, firm: int, parameters: Parameters) -> Weighing:
    """Weigh a pattern: the same numbers as any pair that has it."""
    return weigh_codes(pattern_codes(pattern), parameters, carries_a_ban=bool(firm & FIRM_BIT))


def pattern_code_rows(pattern: Ints) -> Ints:
    """Return the codes of patterns, of shape (patterns, families)."""
    codes: Ints = pattern[:, None] >> np.arange(len(FAMILIES)) * (CODE_BASE.bit_length() - 1) & CODE_BASE - 1
    return codes


def _table(parameters: Parameters, relation: str) -> list[tuple[int, ...]]:
    return [(0, *parameters.weights[family][relation]) for family in FAMILIES]


def _added(codes: Ints, tables: list[tuple[int, ...]], prior: int) -> Ints:
    """Return prior and weights, added up over the families."""
    total = np.full(len(codes), prior, dtype=np.int64)
    for place, table in enumerate(tables):
        total += np.array(table, dtype=np.int64)[codes[:, place]]
    return total


def probabilities_of(scores: Mapping[str, Ints]) -> tuple[Ints, Ints]:
    """Return what :func:`debar.evidence.weigh.probabilities` returns, for many scores at one time."""
    most = np.maximum(0, np.maximum.reduce(list(scores.values())))
    odds = {name: _POWERS[np.minimum(FLOOR, most - score)] for name, score in scores.items()}
    owner = odds["overt"] + odds["covert"]
    total = _POWERS[np.minimum(FLOOR, most)] + owner + odds["operator"]
    return (
        np.rint(MILLION * owner / total).astype(np.int64),
        np.rint(MILLION * odds["operator"] / total).astype(np.int64),
    )


def ceilings(parameters: Parameters) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return the most that a family can add when some of its shared facts are struck.

    Striking can only leave fewer kinds and a softer grade, or nothing shared.

    Returns:
        Family to owner relation to one ceiling a code, code 0 first.
    """
    return {
        family: {relation: _ceiling(family, relation, parameters) for relation in OWNER_RELATIONS}
        for family in FAMILIES
    }


def _ceiling(family: str, relation: str, parameters: Parameters) -> tuple[int, ...]:
    rows = [0, parameters.weight(family, relation, 1)]
    for kinds_count in range(1, KINDS_MAX + 1):
        softer, most = [], rows[1]
        for grade in reversed(range(GRADES)):
            codes = (shared_code(grade, fewer) for fewer in range(1, kinds_count + 1))
            most = max(most, *(parameters.weight(family, relation, code) for code in codes), most)
            softer.append(most)
        rows += reversed(softer)
    return tuple(rows)
