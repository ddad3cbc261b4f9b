"""Score every candidate pair of a platform, and write the links down with their reasons.

Law: pairs are counted in SQL, distinct patterns are weighed once each by :func:`debar.evidence.weigh.weigh`,
and the weights are joined back: a pair weighs the same here, in a plan and in a brief. A reviewer's
word stands above the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import (
    CODES,
    GRADES,
    KINDS_MAX,
    OWNER_RELATIONS,
    ROLES,
    shared_code,
)
from debar.evidence.weigh import FIRM_GRADES, MILLION, Weighing, probabilities, weigh_codes
from debar.linking.handovers import PERIODS
from debar.linking.steps import (
    CODE_BASE,
    FAMILY_BITS,
    firm_grades,
    load_kinds,
    pair_steps,
    pattern_codes,
    pattern_step,
    value_steps,
)
from debar.linking.words import (
    fact_sentence_sql,
    judgement_sentence,
    none_sentence,
    role_sentence_sql,
)
from debar.model.identifiers import FAMILIES
from debar.model.step import Step

if TYPE_CHECKING:
    from pathlib import Path

    from debar.evidence.parameters import Parameters
    from debar.model.policy import Policy
    from debar.model.ports import Engine


def count_pairs(engine: Engine, policy: Policy) -> None:
    """Reduce every candidate pair of a platform to a pattern: all that linking counts, before any weight.

    Args:
        engine: Holds ``accounts``, ``identifiers``, ``judgements`` and, if accounts changed hands,
            ``account_periods``.
        policy: The crowd cap is read from it.
    """
    if not engine.columns("account_periods"):
        engine.load("account_periods", PERIODS, [])
    load_kinds(engine)
    for step in (*value_steps(policy.crowd_cap), *pair_steps()):
        engine.run(step)
    kind_masks = dict.fromkeys(FAMILIES, 0)
    for family, bit in engine.rows("SELECT family, kind_bit FROM link_kinds"):
        kind_masks[family] |= bit
    engine.run(pattern_step(kind_masks))
    engine.load("link_counted", {"crowd_cap": "INTEGER"}, [(policy.crowd_cap,)])


def ensure_counted(engine: Engine, policy: Policy) -> None:
    """Count the pairs unless that was done in this engine with the same crowd cap."""
    if engine.columns("link_counted") and engine.rows("SELECT crowd_cap FROM link_counted") == [
        (policy.crowd_cap,)
    ]:
        return
    count_pairs(engine, policy)


def link_platform(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Make the table ``links`` of all candidate pairs, and the counts that it rests on.

    Args:
        engine: As :func:`count_pairs` says.
        parameters: The frozen tables to weigh with.
        policy: The crowd cap is read from it.

    Columns of ``links``:
        account_a, account_b (VARCHAR): account_a < account_b.
        p_owner, p_operator (INTEGER, millionths): one owner; the same hands but different owners.
            A positive judgement makes p_owner a million, a negative one zero.
        owner_millibits, operator_millibits (INTEGER): the scores, before any judgement.
        calibrated (BOOLEAN): false: the probabilities order pairs, no more.
        carries_a_ban (BOOLEAN): something is shared that is neither access evidence nor plantable.
        pattern, firm (BIGINT): what was weighed, see :func:`debar.linking.steps.pattern_codes`.
        relation (VARCHAR): the owner relation that fits best.
        judgement (VARCHAR): a reviewer's word; null where there is none.
        best_p (INTEGER, millionths): no choice of struck facts can make the pair more probable.
        rest_overt, rest_covert (INTEGER): prior and what the families add in which nothing is shared.
        shares (BOOLEAN): something is shared.
    """
    count_pairs(engine, policy)
    weigh_links(engine, parameters, policy)


def weigh_links(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Weigh what :func:`count_pairs` counted: the table ``links``."""
    load_weights(engine, parameters)
    engine.run(Step(name="links", sql=_LINKS, parameters={"calibrated": parameters.calibrated}))
    engine.load(
        "link_run",
        {"parameters": "VARCHAR", "crowd_cap": "INTEGER"},
        [(_fingerprint(parameters), policy.crowd_cap)],
    )


def ensure_links(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Link the platform unless that was done in this engine with the same parameters and crowd cap.

    Whoever loads other rows into the engine links them with :func:`link_platform`.
    """
    if engine.columns("link_run"):
        done = engine.rows("SELECT parameters, crowd_cap FROM link_run")
        if done == [(_fingerprint(parameters), policy.crowd_cap)]:
            return
    ensure_counted(engine, policy)
    weigh_links(engine, parameters, policy)


def _fingerprint(parameters: Parameters) -> str:
    return f"{parameters.model_sha256()}:{parameters.accounts_log2}"


def weigh_pattern(pattern: int, firm: int, parameters: Parameters) -> Weighing:
    """Weigh a pattern: the same numbers as any pair that has it."""
    return weigh_codes(
        pattern_codes(pattern),
        parameters,
        carries_a_ban=any(grade in FIRM_GRADES[family] for family, grade in firm_grades(firm).items()),
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


_WEIGHTS: Final = {
    "pattern": "BIGINT",
    "firm": "BIGINT",
    "p_owner": "INTEGER",
    "p_operator": "INTEGER",
    "owner_millibits": "INTEGER",
    "operator_millibits": "INTEGER",
    "relation": "VARCHAR",
    "carries_a_ban": "BOOLEAN",
    "best_p": "INTEGER",
    "rest_overt": "INTEGER",
    "rest_covert": "INTEGER",
    "shares": "BOOLEAN",
}
_CEILINGS: Final = {"family_bit": "BIGINT", "grade": "INTEGER", "overt": "INTEGER", "covert": "INTEGER"}
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
        operator_millibits (INTEGER), relation (VARCHAR), carries_a_ban (BOOLEAN), best_p (INTEGER,
        millionths), rest_overt, rest_covert (INTEGER), shares (BOOLEAN).

    Columns of ``link_contributions``:
        relation (VARCHAR): of the owner; family (VARCHAR), code (INTEGER): a family's part of a pattern;
        owner_millibits, operator_millibits (INTEGER): what it adds.

    Columns of ``link_ceilings``:
        family_bit (BIGINT), grade (INTEGER): a shared fact; overt, covert (INTEGER): the most that its family
        adds where this fact speaks loudest, however many kinds are shared.
    """
    most = ceilings(parameters)
    distinct = engine.rows("SELECT DISTINCT pattern, firm FROM link_patterns ORDER BY pattern, firm")
    engine.load("link_weights", _WEIGHTS, [_weighed(p, f, parameters, most) for p, f in distinct])
    engine.load(
        "link_ceilings",
        _CEILINGS,
        [
            (
                FAMILY_BITS[family],
                grade,
                *(_loudest(family, name, grade, parameters) for name in OWNER_RELATIONS),
            )
            for family in FAMILIES
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


def _loudest(family: str, relation: str, grade: int, parameters: Parameters) -> int:
    kinds = range(1, KINDS_MAX + 1)
    shared = (parameters.weight(family, relation, shared_code(grade, count)) for count in kinds)
    return max(parameters.weight(family, relation, 1), *shared)


def _weighed(
    pattern: int, firm: int, parameters: Parameters, most: dict[str, dict[str, tuple[int, ...]]]
) -> tuple[object, ...]:
    weighing = weigh_pattern(pattern, firm, parameters)
    codes = pattern_codes(pattern)
    best = {
        relation: parameters.prior[relation]
        + sum(most[family][relation][code] for family, code in codes.items())
        for relation in OWNER_RELATIONS
    }
    best_p, _ = probabilities({**best, "operator": -60_000})
    return (
        pattern,
        firm,
        weighing.p_owner,
        weighing.p_operator,
        weighing.owner_millibits,
        weighing.operator_millibits,
        weighing.relation,
        weighing.carries_a_ban,
        best_p,
        *(
            parameters.prior[name]
            + sum(parameters.weight(family, name, 1) for family, code in codes.items() if code == 1)
            for name in OWNER_RELATIONS
        ),
        any(code >= 2 for code in codes.values()),
    )


_LINKS: Final = (
    "SELECT x.account_id AS account_a, y.account_id AS account_b,"
    f" CAST(CASE j.judgement WHEN 'positive' THEN {MILLION} WHEN 'negative' THEN 0 ELSE w.p_owner END"
    " AS INTEGER) AS p_owner,"
    " CAST(CASE j.judgement WHEN 'positive' THEN 0 ELSE w.p_operator END AS INTEGER) AS p_operator,"
    " w.owner_millibits, w.operator_millibits, CAST($calibrated AS BOOLEAN) AS calibrated, w.carries_a_ban,"
    " p.pattern, p.firm, w.relation, j.judgement, p.a_no, p.b_no, w.best_p,"
    " w.rest_overt, w.rest_covert, w.shares"
    " FROM link_patterns AS p JOIN link_weights AS w ON w.pattern = p.pattern AND w.firm = p.firm"
    " JOIN link_accounts AS x ON x.account_no = p.a_no JOIN link_accounts AS y ON y.account_no = p.b_no"
    " LEFT JOIN link_judged AS j ON j.a_no = p.a_no AND j.b_no = p.b_no"
)


_ROLE_NAMES: Final = " ".join(f"WHEN {number} THEN '{role}'" for number, role in enumerate(ROLES))

_LINKS_FACTS: Final = (
    "SELECT f.a_no, f.b_no, f.agreeing, f.with_data, f.role, v.fact_id, v.kind, v.family, v.shown, v.crowd,"
    f" CASE f.role {_ROLE_NAMES} END AS role_name, f.grade,"
    " k.opening, k.noun, k.others FROM link_facts AS f JOIN link_values AS v ON v.value_no = f.value_no"
    " JOIN link_kinds AS k ON k.kind = v.kind AND k.family = v.family"
    " JOIN links AS l ON l.a_no = f.a_no AND l.b_no = f.b_no WHERE l.p_owner >= $at_least"
)


def reason_steps(accounts_count: int, at_least: int) -> tuple[Step, ...]:
    """Return the steps that put facts and reasons to the links.

    Args:
        accounts_count: Accounts on the platform, for the sentences.
        at_least: Least p_owner in millionths of the pairs that are told.

    Returns:
        ``links_told``: account_a, account_b, p_owner, p_operator (DOUBLE), weight (DOUBLE, bits for
        "same owner"), operator_weight, calibrated, carries_a_ban, judgement, facts (list of struct
        fact_id, kind, family, shown, crowd, role) and reasons (list of struct weight, operator_weight,
        family, kind, shown, shared_by, role, sentence, fact_id), the strongest first.
    """
    at_least_bound = {"at_least": at_least}
    families = " UNION ALL ".join(
        f"SELECT a_no, b_no, relation, '{family}' AS family,"
        f" CAST(pattern // {CODE_BASE**place} % {CODE_BASE} AS INTEGER) AS code FROM links"
        " WHERE p_owner >= $at_least"
        for place, family in enumerate(FAMILIES)
    )
    sayings = " ".join(f"WHEN '{family}' THEN '{none_sentence(family)}'" for family in FAMILIES)
    words = " ".join(
        f"WHEN '{word}' THEN '{judgement_sentence(word)}'" for word in ("positive", "negative", "unsure")
    )
    return (
        Step(
            name="links_facts",
            sql=_LINKS_FACTS,
            parameters=at_least_bound,
        ),
        Step(
            name="links_rarest",
            sql=(
                "SELECT a_no, b_no, family, kind, shown, crowd, role_name, fact_id,"
                f" {fact_sentence_sql(accounts_count)} || {role_sentence_sql()} AS sentence FROM ("
                "SELECT *, ROW_NUMBER() OVER ("
                "PARTITION BY a_no, b_no, family ORDER BY grade, fact_id) AS place FROM links_facts) AS"
                " placed WHERE place = 1"
            ),
        ),
        Step(
            name="links_reasons",
            sql=(
                "SELECT c.a_no, c.b_no, d.owner_millibits, d.operator_millibits, c.family,"
                " COALESCE(r.kind, 'none') AS kind, COALESCE(r.shown, '') AS shown,"
                " COALESCE(r.crowd, 0) AS shared_by, COALESCE(r.role_name, '') AS role,"
                f" COALESCE(r.sentence, CASE c.family {sayings} END) AS sentence,"
                " COALESCE(r.fact_id, '') AS fact_id"
                f" FROM ({families}) AS c"
                " JOIN link_contributions AS d ON d.family = c.family AND d.code = c.code"
                " AND d.relation = c.relation"
                " LEFT JOIN links_rarest AS r ON r.a_no = c.a_no AND r.b_no = c.b_no AND r.family = c.family"
                " WHERE c.code > 0"
                " UNION ALL SELECT a_no, b_no, 0, 0, 'judgement', judgement, judgement, 0, '',"
                f" CASE judgement {words} END, '' FROM links"
                " WHERE judgement IS NOT NULL AND p_owner >= $at_least"
            ),
            parameters=at_least_bound,
        ),
        Step(name="links_told", sql=_TOLD, parameters=at_least_bound),
    )


_TOLD: Final = (
    "SELECT l.account_a, l.account_b, CAST(l.p_owner AS DOUBLE) / 1000000 AS p_owner,"
    " CAST(l.p_operator AS DOUBLE) / 1000000 AS p_operator,"
    " CAST(l.owner_millibits AS DOUBLE) / 1000 AS weight,"
    " CAST(l.operator_millibits AS DOUBLE) / 1000 AS operator_weight,"
    " l.calibrated, l.carries_a_ban, l.judgement, f.facts, r.reasons FROM links AS l"
    " LEFT JOIN (SELECT a_no, b_no, LIST_SORT(ARRAY_AGG({'fact_id': fact_id, 'kind': kind,"
    " 'family': family, 'shown': shown, 'crowd': crowd, 'role': role_name})) AS facts FROM links_facts"
    " GROUP BY a_no, b_no) AS f"
    " ON f.a_no = l.a_no AND f.b_no = l.b_no"
    " LEFT JOIN (SELECT a_no, b_no, LIST_REVERSE_SORT(ARRAY_AGG({"
    "'weight': CAST(owner_millibits AS DOUBLE) / 1000,"
    " 'operator_weight': CAST(operator_millibits AS DOUBLE) / 1000, 'family': family, 'kind': kind,"
    " 'shown': shown, 'shared_by': shared_by, 'role': role, 'sentence': sentence, 'fact_id': fact_id}))"
    " AS reasons FROM links_reasons GROUP BY a_no, b_no) AS r ON r.a_no = l.a_no AND r.b_no = l.b_no"
    " WHERE l.p_owner >= $at_least ORDER BY l.account_a, l.account_b"
)


def tell_links(engine: Engine, at_least: int = 0) -> None:
    """Make the table ``links_told``: the links with their facts and reasons.

    Args:
        engine: After :func:`link_platform`.
        at_least: Least p_owner, in millionths.
    """
    ((accounts_count,),) = engine.rows("SELECT COUNT(*) FROM link_accounts")
    for step in reason_steps(accounts_count, at_least):
        engine.run(step)


def write_links(engine: Engine, path: Path, at_least: int = 0) -> None:
    """Write the links to a Parquet file, one row a pair.

    Args:
        engine: After :func:`link_platform`.
        path: The file.
        at_least: Least p_owner, in millionths.

    Columns as in :func:`reason_steps`, ``links_told``.
    """
    tell_links(engine, at_least)
    engine.write_parquet("links_told", path)


assert set(FAMILY_BITS) == set(FAMILIES), "every family has its bit"
