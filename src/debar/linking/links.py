"""Score every candidate pair of a platform, and write the links down with their reasons.

Law: pairs are counted in SQL, distinct patterns are weighed once each by :func:`debar.evidence.weigh.weigh`,
and the weights are joined back: a pair weighs the same here, in a plan and in a brief. A reviewer's
word stands above the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import CROWD_BUCKETS, ROLES
from debar.evidence.weigh import MILLION, SharedValue, Weighing, weigh
from debar.linking.steps import (
    CODE_BASE,
    FAMILY_BITS,
    decode,
    load_kinds,
    pair_steps,
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

CROWD_OF_BUCKET: Final = (*CROWD_BUCKETS, CROWD_BUCKETS[-1] + 1)
"""A crowd that stands for each bucket."""


def link_platform(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Make the table ``links`` of all candidate pairs, and the counts that it rests on.

    Args:
        engine: Holds ``accounts``, ``identifiers`` and ``judgements``.
        parameters: The frozen tables to weigh with.
        policy: The crowd cap is read from it.

    Columns of ``links``:
        account_a, account_b (VARCHAR): account_a < account_b.
        p_owner, p_operator (INTEGER, millionths): one owner; the same hands but different owners.
            A positive judgement makes p_owner a million, a negative one zero.
        owner_millibits, operator_millibits (INTEGER): the scores, before any judgement.
        calibrated (BOOLEAN): false: the probabilities order pairs, no more.
        carries_a_ban (BOOLEAN): something is shared that is neither access evidence nor plantable.
        pattern (BIGINT): what was weighed, see :func:`debar.linking.steps.decode`.
        judgement (VARCHAR): a reviewer's word; null where there is none.
    """
    load_kinds(engine)
    for step in (*value_steps(policy.crowd_cap), *pair_steps()):
        engine.run(step)
    kind_masks = dict.fromkeys(FAMILIES, 0)
    for family, bit in engine.rows("SELECT family, kind_bit FROM link_kinds"):
        kind_masks[family] |= bit
    engine.run(pattern_step(kind_masks, parameters))
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
    link_platform(engine, parameters, policy)


def _fingerprint(parameters: Parameters) -> str:
    return f"{parameters.model_sha256()}:{parameters.accounts_log2}"


def weigh_pattern(pattern: int, parameters: Parameters) -> Weighing:
    """Weigh a pattern: the same numbers as any pair that has it.

    The crowd of a bucket and a role stand for the rarest value; further kinds are as common as it.
    ``carries_a_ban`` is not told here, the pattern itself carries it.
    """
    shared, known, _ = decode(pattern)
    values = [
        SharedValue(
            fact_id=f"{family}:{number}",
            kind=f"{family}_{number}",
            family=family,
            crowd=CROWD_OF_BUCKET[grade // len(ROLES)],
            role=ROLES[grade % len(ROLES)],
        )
        for family, (kinds_count, grade) in shared.items()
        for number in range(kinds_count)
    ]
    return weigh(values, known, parameters)


_WEIGHTS: Final = {
    "pattern": "BIGINT",
    "p_owner": "INTEGER",
    "p_operator": "INTEGER",
    "owner_millibits": "INTEGER",
    "operator_millibits": "INTEGER",
    "carries_a_ban": "BOOLEAN",
}
_CONTRIBUTIONS: Final = {
    "family": "VARCHAR",
    "code": "INTEGER",
    "owner_millibits": "INTEGER",
    "operator_millibits": "INTEGER",
}


def load_weights(engine: Engine, parameters: Parameters) -> None:
    """Weigh each distinct pattern once: tables ``link_weights`` and ``link_contributions``.

    Columns of ``link_weights``:
        pattern (BIGINT), p_owner, p_operator (INTEGER, millionths), owner_millibits,
        operator_millibits (INTEGER), carries_a_ban (BOOLEAN).

    Columns of ``link_contributions``:
        family (VARCHAR), code (INTEGER): a family's part of a pattern; owner_millibits,
        operator_millibits (INTEGER): what it adds.
    """
    weights, contributions = [], {}
    for (pattern,) in engine.rows("SELECT DISTINCT pattern FROM link_patterns ORDER BY pattern"):
        weighing = weigh_pattern(pattern, parameters)
        _, _, carries = decode(pattern)
        weights.append(
            (
                pattern,
                weighing.p_owner,
                weighing.p_operator,
                weighing.owner_millibits,
                weighing.operator_millibits,
                carries,
            )
        )
        for place, part in enumerate(weighing.contributions):
            code = pattern // CODE_BASE**place % CODE_BASE
            contributions[part.family, code] = (part.owner_millibits, part.operator_millibits)
    engine.load(
        "link_weights",
        _WEIGHTS,
        weights,
    )
    engine.load(
        "link_contributions",
        _CONTRIBUTIONS,
        [(*key, *added) for key, added in sorted(contributions.items())],
    )


_LINKS: Final = (
    "SELECT x.account_id AS account_a, y.account_id AS account_b,"
    f" CAST(CASE j.judgement WHEN 'positive' THEN {MILLION} WHEN 'negative' THEN 0 ELSE w.p_owner END"
    " AS INTEGER) AS p_owner,"
    " CAST(CASE j.judgement WHEN 'positive' THEN 0 ELSE w.p_operator END AS INTEGER) AS p_operator,"
    " w.owner_millibits, w.operator_millibits, CAST($calibrated AS BOOLEAN) AS calibrated, w.carries_a_ban,"
    " p.pattern, j.judgement, p.a_no, p.b_no, p.best_millibits"
    " FROM link_patterns AS p JOIN link_weights AS w ON w.pattern = p.pattern"
    " JOIN link_accounts AS x ON x.account_no = p.a_no JOIN link_accounts AS y ON y.account_no = p.b_no"
    " LEFT JOIN link_judged AS j ON j.a_no = p.a_no AND j.b_no = p.b_no"
)


_ROLE_NAMES: Final = " ".join(f"WHEN {number} THEN '{role}'" for number, role in enumerate(ROLES))

_LINKS_FACTS: Final = (
    "SELECT f.a_no, f.b_no, f.agreeing, f.with_data, f.role, v.fact_id, v.kind, v.family, v.shown, v.crowd,"
    f" CASE f.role {_ROLE_NAMES} END AS role_name, 3 * v.bucket + f.role AS grade,"
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
        f"SELECT a_no, b_no, '{family}' AS family,"
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
