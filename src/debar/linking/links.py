"""Score every candidate pair of a platform, and write the links down with their reasons.

Law: pairs are counted in SQL, distinct patterns are weighed once each by :func:`debar.evidence.weigh.weigh`,
and the weights are joined back: a pair weighs the same here, in a plan and in a brief. A reviewer's
word stands above the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import ROLES
from debar.evidence.weigh import MILLION
from debar.linking.counting.facts import fact_steps, named_steps
from debar.linking.counting.numbering import FAMILY_BITS, number_rows, numbered_with
from debar.linking.counting.run import count_on_arrays
from debar.linking.counting.update import update_pairs, weigh_new_patterns
from debar.linking.fitting.weights import load_weights
from debar.linking.handovers import PERIODS
from debar.linking.steps import (
    CODE_BASE,
    judged_step,
    pair_steps,
    pattern_step,
    row_steps,
    value_steps,
)
from debar.linking.words import (
    fact_sentence_sql,
    judgement_sentence,
    none_sentence,
    role_sentence_sql,
)
from debar.model.identifiers import FAMILIES
from debar.model.ports import ArrayEngine
from debar.model.step import Step

if TYPE_CHECKING:
    from pathlib import Path

    from debar.evidence.parameters import Parameters
    from debar.model.policy import Policy
    from debar.model.ports import Engine


def count_pairs(engine: Engine, policy: Policy, *, keep_rows: bool = False) -> None:
    """Reduce every candidate pair of a platform to a pattern: all that linking counts, before any weight.

    Args:
        engine: Holds ``accounts``, ``identifiers``, ``judgements`` and, if accounts changed hands,
            ``account_periods``.
        policy: The crowd cap is read from it.
        keep_rows: Keep ``link_rows`` and ``link_ends``, so that :func:`update_links` can carry changes in.
    """
    if not engine.columns("account_periods"):
        engine.load("account_periods", PERIODS, [])
    salt = numbered_with(engine)
    if salt is None:
        salt = number_rows(engine)
    for step in (*row_steps(), *value_steps(policy.crowd_cap), judged_step()):
        engine.run(step)
    done_with = ("link_numbered", "link_numbers", "link_held")
    for done in done_with if keep_rows else (*done_with, "link_rows"):
        engine.drop(done)
    if isinstance(engine, ArrayEngine):
        count_on_arrays(engine, policy.crowd_cap, keep_ends=keep_rows)
    else:
        count_in_steps(engine)
    engine.load("link_counted", {"crowd_cap": "INTEGER", "salt": "VARCHAR"}, [(policy.crowd_cap, salt)])


def salt_of(engine: Engine) -> str:
    """Return the salt with which the values were numbered."""
    ((salt,),) = engine.rows("SELECT salt FROM link_counted")
    return str(salt)


def count_in_steps(engine: Engine) -> None:
    """Make ``link_votes`` and ``link_pairs`` by steps alone, wherever the tables lie."""
    for step in pair_steps():
        engine.run(step)
    kind_masks = dict.fromkeys(FAMILIES, 0)
    for family, bit in engine.rows("SELECT family, kind_bit FROM link_kinds"):
        kind_masks[family] |= bit
    engine.run(pattern_step(kind_masks))


def ensure_counted(engine: Engine, policy: Policy) -> None:
    """Count the pairs unless that was done in this engine with the same crowd cap."""
    if engine.columns("link_counted") and engine.rows("SELECT crowd_cap FROM link_counted") == [
        (policy.crowd_cap,)
    ]:
        return
    count_pairs(engine, policy)


def link_platform(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Make the view ``links`` of all candidate pairs, and the counts that it rests on.

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
        pattern, firm (BIGINT): what was weighed, see :func:`debar.linking.steps.pattern_step`.
        relation (VARCHAR): the owner relation that fits best.
        judgement (VARCHAR): a reviewer's word; null where there is none.
        best_p (INTEGER, millionths): no choice of struck facts can make the pair more probable.
        rest_overt, rest_covert, rest_operator (INTEGER): prior and what the families add in which nothing
            is shared.
        shares (BOOLEAN): something is shared.
    """
    count_pairs(engine, policy)
    weigh_links(engine, parameters, policy)


def update_links(engine: ArrayEngine, parameters: Parameters, policy: Policy) -> bool:
    """Carry a day's changes into the links, under frozen parameters: the answer is that of a full run.

    Args:
        engine: After :func:`count_pairs` with its rows kept and :func:`weigh_links`, and with what
            :func:`debar.linking.counting.update.update_pairs` reads.
        parameters: The frozen tables that the links were weighed with.
        policy: As the links were made with.

    Returns:
        Whether the changes alone were counted; false where all was counted anew (a new kind of identifier).
        Only then must ``identifiers`` hold the whole platform.
    """
    if update_pairs(engine, policy, salt_of(engine)):
        weigh_new_patterns(engine, parameters)
        return True
    count_pairs(engine, policy, keep_rows=True)
    weigh_links(engine, parameters, policy)
    return False


def weigh_links(engine: Engine, parameters: Parameters, policy: Policy) -> None:
    """Weigh what :func:`count_pairs` counted: the view ``links``."""
    load_weights(engine, parameters)
    engine.view(links_view(parameters))
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


def links_view(parameters: Parameters) -> Step:
    """Return the step ``links``, a view: see :func:`link_platform`."""
    return Step(name="links", sql=_LINKS.replace("$calibrated", str(parameters.calibrated).upper()))


_LINKS: Final = (
    "SELECT LEAST(x.account_id, y.account_id) AS account_a,"
    " GREATEST(x.account_id, y.account_id) AS account_b,"
    f" CAST(CASE j.judgement WHEN 'positive' THEN {MILLION} WHEN 'negative' THEN 0 ELSE w.p_owner END"
    " AS INTEGER) AS p_owner,"
    " CAST(CASE j.judgement WHEN 'positive' THEN 0 ELSE w.p_operator END AS INTEGER) AS p_operator,"
    " w.owner_millibits, w.operator_millibits, $calibrated AS calibrated, w.carries_a_ban, p.pattern, p.firm,"
    " CASE WHEN w.covert THEN 'covert' ELSE 'overt' END AS relation, j.judgement, p.a_no, p.b_no, w.best_p,"
    " w.rest_overt, w.rest_covert, w.rest_operator, w.shares"
    " FROM link_pairs AS p JOIN link_weights AS w ON w.pattern = p.pattern AND w.firm = p.firm"
    " JOIN link_accounts AS x ON x.account_no = p.a_no JOIN link_accounts AS y ON y.account_no = p.b_no"
    " LEFT JOIN link_judged AS j ON j.a_no = p.a_no AND j.b_no = p.b_no"
)


_ROLE_NAMES: Final = " ".join(f"WHEN {number} THEN '{role}'" for number, role in enumerate(ROLES))

_LINKS_FACTS: Final = (
    f"SELECT f.*, CASE f.role {_ROLE_NAMES} END AS role_name, k.opening, k.noun, k.others"
    " FROM links_named AS f JOIN link_kinds AS k ON k.kind_no = f.kind_no"
)


def reason_steps(accounts_count: int, at_least: int, salt: str = "") -> tuple[Step, ...]:
    """Return the steps that put facts and reasons to the links.

    Args:
        accounts_count: Accounts on the platform, for the sentences.
        at_least: Least p_owner in millionths of the pairs that are told.
        salt: With which the values were numbered.

    Returns:
        ``links_told``: account_a, account_b, p_owner, p_operator (DOUBLE), weight (DOUBLE, bits for
        "same owner"), operator_weight, calibrated, carries_a_ban, judgement, facts (list of struct
        fact_id, kind, family, shown, crowd, role) and reasons (list of struct weight, operator_weight,
        family, kind, shown, shared_by, role, sentence, fact_id), the strongest first.
    """
    families = " UNION ALL ".join(
        f"SELECT a_no, b_no, relation, '{family}' AS family,"
        f" CAST(pattern // {CODE_BASE**place} % {CODE_BASE} AS INTEGER) AS code FROM links_wanted"
        for place, family in enumerate(FAMILIES)
    )
    sayings = " ".join(f"WHEN '{family}' THEN '{none_sentence(family)}'" for family in FAMILIES)
    words = " ".join(
        f"WHEN '{word}' THEN '{judgement_sentence(word)}'" for word in ("positive", "negative", "unsure")
    )
    return (
        Step(
            name="links_wanted",
            sql="SELECT * FROM links WHERE p_owner >= $at_least",
            parameters={"at_least": at_least},
        ),
        *fact_steps("links_plain", "links_wanted"),
        *named_steps("links_named", "links_plain", salt),
        Step(name="links_facts", sql=_LINKS_FACTS),
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
                f" CASE judgement {words} END, '' FROM links_wanted WHERE judgement IS NOT NULL"
            ),
        ),
        Step(name="links_told", sql=_TOLD),
    )


_TOLD: Final = (
    "SELECT l.account_a, l.account_b, CAST(l.p_owner AS DOUBLE) / 1000000 AS p_owner,"
    " CAST(l.p_operator AS DOUBLE) / 1000000 AS p_operator,"
    " CAST(l.owner_millibits AS DOUBLE) / 1000 AS weight,"
    " CAST(l.operator_millibits AS DOUBLE) / 1000 AS operator_weight,"
    " l.calibrated, l.carries_a_ban, l.judgement, f.facts, r.reasons FROM links_wanted AS l"
    " LEFT JOIN (SELECT a_no, b_no, LIST_SORT(ARRAY_AGG({'fact_id': fact_id, 'kind': kind,"
    " 'family': family, 'shown': shown, 'crowd': crowd, 'role': role_name})) AS facts FROM links_facts"
    " GROUP BY a_no, b_no) AS f"
    " ON f.a_no = l.a_no AND f.b_no = l.b_no"
    " LEFT JOIN (SELECT a_no, b_no, LIST_REVERSE_SORT(ARRAY_AGG({"
    "'weight': CAST(owner_millibits AS DOUBLE) / 1000,"
    " 'operator_weight': CAST(operator_millibits AS DOUBLE) / 1000, 'family': family, 'kind': kind,"
    " 'shown': shown, 'shared_by': shared_by, 'role': role, 'sentence': sentence, 'fact_id': fact_id}))"
    " AS reasons FROM links_reasons GROUP BY a_no, b_no) AS r ON r.a_no = l.a_no AND r.b_no = l.b_no"
    " ORDER BY l.account_a, l.account_b"
)


def tell_links(engine: Engine, at_least: int = 0) -> None:
    """Make the table ``links_told``: the links with their facts and reasons.

    Args:
        engine: After :func:`link_platform`.
        at_least: Least p_owner, in millionths.
    """
    ((accounts_count,),) = engine.rows("SELECT COUNT(*) FROM link_accounts")
    for step in reason_steps(accounts_count, at_least, salt_of(engine)):
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
