"""The seam to the model: uncalibrated scores of candidate pairs, by pattern.

Law: everything in this room reads the model here and nowhere else: the view ``links`` with its ``pattern``
and ``firm``, and :func:`debar.linking.fitting.weights.weigh_pattern`. A pattern is weighed once, however many
pairs have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.assurance.audit import Audit
from debar.linking.assurance.strata import stratum_of
from debar.linking.counting.numbering import FAMILY_BITS
from debar.linking.fitting.weights import weigh_pattern
from debar.linking.steps import CODE_BASE
from debar.model.identifiers import FAMILIES
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.evidence.parameters import Parameters
    from debar.evidence.weigh import Weighing
    from debar.linking.assurance.labels import Label
    from debar.model.policy import Policy
    from debar.model.ports import Engine

HELD_OUT: Final = "legal"
"""The family that the audit holds out."""

OTHER_FAMILIES: Final = 2 * sum(bit for family, bit in FAMILY_BITS.items() if family != HELD_OUT)
"""The bits of a firm number that say that another family shares a kind that may carry a ban."""

_PLACE: Final = CODE_BASE ** FAMILIES.index(HELD_OUT)


def without_legal(pattern: int) -> tuple[int, bool | None]:
    """Return a pattern with the legal family unknown, and whether legal ids agree (None: unknown)."""
    code = pattern // _PLACE % CODE_BASE
    return pattern - code * _PLACE, None if code == 0 else code >= 2


def score_strata(engine: Engine, parameters: Parameters) -> None:
    """Make the table ``assurance_patterns``: pattern, firm, stratum, p_owner (millionths), rest and agrees.

    Args:
        engine: After :func:`debar.linking.links.link_platform`.
        parameters: The weights it was linked with.

    Columns:
        pattern, firm (BIGINT); stratum (VARCHAR) of its uncalibrated score; p_owner (INTEGER, millionths),
        uncalibrated; rest (INTEGER, millionths): the same without the legal family; agrees (BOOLEAN):
        whether a legal id is shared, null where it is not known to both.
    """
    rows = []
    for pattern, firm in engine.rows("SELECT DISTINCT pattern, firm FROM links ORDER BY pattern, firm"):
        weighing = weigh_pattern(pattern, firm, parameters)
        p_owner = weighing.uncalibrated_p_owner
        stripped, agrees = without_legal(pattern)
        stratum = stratum_of(p_owner, firm=weighing.carries_a_ban)
        rest = weigh_pattern(stripped, firm, parameters).uncalibrated_p_owner
        rows.append((pattern, firm, stratum, p_owner, rest, agrees))
    columns = {"pattern": "BIGINT", "firm": "BIGINT", "stratum": "VARCHAR", "p_owner": "INTEGER"}
    engine.load("assurance_patterns", {**columns, "rest": "INTEGER", "agrees": "BOOLEAN"}, rows)


def stratum_sizes(engine: Engine) -> dict[str, int]:
    """Return stratum to the number of candidate pairs in it; after :func:`score_strata`."""
    return {
        name: int(size)
        for name, size in engine.rows(
            "SELECT p.stratum, COUNT(*) FROM links AS l JOIN assurance_patterns AS p"
            " ON p.pattern = l.pattern AND p.firm = l.firm"
            " GROUP BY p.stratum ORDER BY p.stratum"
        )
    }


def scores_of(
    engine: Engine, labels: Iterable[Label], parameters: Parameters
) -> Mapping[tuple[str, str], Weighing]:
    """Return the uncalibrated scores of labelled pairs; a pair that shares nothing has none."""
    wanted = sorted({(label.account_a, label.account_b) for label in labels})
    engine.load("assurance_wanted", {"account_a": "VARCHAR", "account_b": "VARCHAR"}, wanted)
    known: dict[tuple[int, int], Weighing] = {}
    found = {}
    for a, b, pattern, firm in engine.rows(
        "SELECT l.account_a, l.account_b, l.pattern, l.firm FROM links AS l JOIN assurance_wanted AS w"
        " ON w.account_a = l.account_a AND w.account_b = l.account_b ORDER BY 1, 2"
    ):
        if (pattern, firm) not in known:
            known[pattern, firm] = weigh_pattern(pattern, firm, parameters)
        found[a, b] = known[pattern, firm]
    return found


def audit_platform(engine: Engine, policy: Policy) -> Audit:
    """Audit the links of a platform; after :func:`score_strata`.

    A pair would be linked without legal ids if the rest reaches ``propose_at`` and something firm that is no
    legal id is shared.
    """
    for step in audit_steps(policy.propose_at):
        engine.run(step)
    ((pairs, agreeing, apart, apart_agreeing),) = engine.rows(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE agrees), COUNT(*) FILTER (WHERE apart),"
        " COUNT(*) FILTER (WHERE apart AND agrees) FROM audit_pairs"
    )
    return Audit(pairs=pairs, agreeing=agreeing, apart=apart, apart_agreeing=apart_agreeing)


def audit_steps(propose_at: int) -> tuple[Step, ...]:
    """Return the steps of the audit.

    Returns:
        ``audit_linked``: a_no, b_no, agrees, lot (pairs linked without legal ids of which both state one);
        ``audit_pairs``: the same with ``apart`` (BOOLEAN): its lot is the least of both its accounts, so
        that no account is in two such pairs.
    """
    return (
        Step(
            name="audit_linked",
            sql=(
                "SELECT l.a_no, l.b_no, p.agrees, MD5(l.account_a || ' ' || l.account_b) AS lot"
                " FROM links AS l JOIN assurance_patterns AS p ON p.pattern = l.pattern AND p.firm = l.firm"
                " WHERE p.agrees IS NOT NULL AND p.rest >= $propose_at AND (l.firm & $other_families) <> 0"
            ),
            parameters={"propose_at": propose_at, "other_families": OTHER_FAMILIES},
        ),
        Step(
            name="audit_pairs",
            sql=(
                "SELECT x.a_no, x.b_no, x.agrees, x.lot = a.lot AND x.lot = b.lot AS apart"
                " FROM audit_linked AS x JOIN audit_least AS a ON a.account_no = x.a_no"
                " JOIN audit_least AS b ON b.account_no = x.b_no"
            ).replace(
                "audit_least",
                "(SELECT account_no, MIN(lot) AS lot FROM (SELECT a_no AS account_no, lot FROM audit_linked"
                " UNION ALL SELECT b_no, lot FROM audit_linked) AS ends GROUP BY account_no)",
            ),
        ),
    )
