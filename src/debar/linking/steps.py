"""The evidence of a whole platform as tables: who shares what, in how large a crowd, in which role.

Law: SQL only counts. Pairs are reduced to patterns of small integers, and a pattern is weighed by
:mod:`debar.evidence`; no weight is decided here. A value above the crowd cap is *unknown*, never
"disjoint". What an account held under a former holder is not evidence about the present one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import (
    CROWD_BUCKETS,
    GRADES,
    ONE_OWNERS,
    ROLES,
)
from debar.evidence.weigh import FIRM_GRADES
from debar.linking.counting.numbering import FAMILY_BITS, GIVEN
from debar.linking.words import role_of_sql
from debar.model.identifiers import FAMILIES
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE_BASE: Final = 256
"""A pattern holds each family's code (:data:`debar.evidence.parameters.CODES`) in this base."""

FIRM_BIT: Final = 1
"""Bit of a firm number: something is shared that may carry a ban and speaks for one owner by itself. The bits
above it, in the order of ``FAMILIES``, are the families in which a kind that may carry a ban is shared."""

LEGAL_BIT: Final = FAMILY_BITS["legal"]


def row_steps() -> tuple[Step, ...]:
    """Return the steps that keep the rows of the present holders only.

    They come after :func:`debar.linking.counting.numbering.number_rows`.

    Returns:
        ``link_accounts`` (account_id, account_no, from_day of the present holder) and ``link_rows`` without
        what former holders left.
    """
    return (Step(name="link_accounts", sql=_ACCOUNTS), Step(name="link_rows", sql=_PRESENT_ROWS))


def value_steps(crowd_cap: int) -> tuple[Step, ...]:
    """Return the steps that count crowds; after :func:`row_steps`.

    Args:
        crowd_cap: A value that more accounts hold is no evidence.

    Returns:
        ``link_held`` (value_no, account_no, kind_no, first_seen and last_seen: null where open),
        ``link_values`` (one a value that two accounts hold: crowd, grade without role, and of its kind),
        ``link_holds`` (as ``link_held``, for crowds of 2 to the cap), ``link_over`` (value_no, account_no,
        family_bit above the cap) and ``link_presence`` (account_no, mask of the families in which the
        account holds a value that is not above the cap).
    """
    cap = {"crowd_cap": crowd_cap}
    return (
        Step(name="link_held", sql=HELD),
        Step(name="link_values", sql=VALUES),
        Step(
            name="link_holds",
            sql=(
                "SELECT h.value_no, h.account_no, h.kind_no, v.family_bit, h.first_seen, h.last_seen"
                " FROM link_held AS h JOIN link_values AS v ON v.value_no = h.value_no"
                " WHERE v.crowd <= $crowd_cap"
            ),
            parameters=cap,
        ),
        Step(
            name="link_over",
            sql=(
                "SELECT h.value_no, h.account_no, v.family_bit"
                " FROM link_held AS h JOIN link_values AS v ON v.value_no = h.value_no"
                " WHERE v.crowd > $crowd_cap"
            ),
            parameters=cap,
        ),
        Step(name="link_presence", sql=PRESENCE, parameters=cap),
    )


_ACCOUNTS: Final = (
    "SELECT n.account_id, n.account_no, p.from_day FROM link_numbers AS n"
    " LEFT JOIN (SELECT account_id, MAX(from_day) AS from_day FROM account_periods GROUP BY account_id) AS p"
    " ON p.account_id = n.account_id"
)

# What began under a former holder says nothing about the present one; the export's own names are of today.
PRESENT: Final = (
    "(a.from_day IS NULL OR i.first_seen >= a.from_day OR i.source IN ('derived:name', 'derived:legal_name'))"
)
PRESENT_NUMBERED: Final = f"(a.from_day IS NULL OR w.first_seen >= a.from_day OR w.source_no <> {GIVEN})"

_PRESENT_ROWS: Final = (
    "SELECT w.* FROM link_rows AS w LEFT JOIN (SELECT account_no, from_day FROM link_accounts"
    f" WHERE from_day IS NOT NULL) AS a ON a.account_no = w.account_no WHERE {PRESENT_NUMBERED}"
)

# A day that one of an account's rows leaves open is open.
HELD: Final = (
    "SELECT r.value_no, w.account_no, MIN(w.kind_no) AS kind_no,"
    " CASE WHEN COUNT(w.first_seen) = COUNT(*) THEN MIN(w.first_seen) END AS first_seen,"
    " CASE WHEN COUNT(w.last_seen) = COUNT(*) THEN MAX(w.last_seen) END AS last_seen"
    " FROM link_rows AS w JOIN link_repeats AS r ON r.value_hash = w.value_hash"
    " GROUP BY r.value_no, w.account_no"
)

VALUES: Final = (
    "SELECT c.value_no, r.value_hash, c.crowd, c.kind_no, k.kind_bit, k.family_bit, k.telling_mask,"
    f" k.carries, CAST({len(ROLES)} * ({len(CROWD_BUCKETS) + 1} * k.weak + "
    + " + ".join(f"CASE WHEN c.crowd > {end} THEN 1 ELSE 0 END" for end in CROWD_BUCKETS)
    + ") AS INTEGER) AS base_grade"
    " FROM (SELECT value_no, CAST(COUNT(*) AS INTEGER) AS crowd, MIN(kind_no) AS kind_no FROM link_held"
    " GROUP BY value_no HAVING COUNT(*) > 1) AS c JOIN link_repeats AS r ON r.value_no = c.value_no"
    " JOIN link_kinds AS k ON k.kind_no = c.kind_no"
)

PRESENCE: Final = (
    "SELECT w.account_no, BIT_OR(w.family_bit) AS mask FROM link_rows AS w"
    " LEFT JOIN (SELECT value_hash FROM link_values WHERE crowd > $crowd_cap) AS o"
    " ON o.value_hash = w.value_hash WHERE o.value_hash IS NULL GROUP BY w.account_no"
)


def judged_step() -> Step:
    """Return the step ``link_judged``: a_no < b_no, the latest judgement."""
    return Step(name="link_judged", sql=_JUDGED)


def pair_steps() -> tuple[Step, ...]:
    """Return the steps from shared values to candidate pairs and the role of each value for each pair.

    On one machine :mod:`debar.linking.counting` does the same on arrays.

    Returns:
        ``link_shared`` (a_no < b_no, value_no, family_bit, passed_on: the one had ceased to hold it before
        the other began), ``link_candidates`` (a_no, b_no, shared_mask, known_mask, met_mask: families in
        which both hold something not above the cap), ``link_votes`` (value_no, agreeing, with_data over all
        pairs on the value), ``link_ends`` (the same over one account's pairs on it) and ``link_facts`` (a_no,
        b_no, value_no, agreeing and with_data over the *other* pairs, role, grade).
    """
    return (
        Step(
            name="link_shared",
            sql=(
                f"SELECT a.account_no AS a_no, b.account_no AS b_no, a.value_no, a.family_bit, {PASSED_ON}"
                " FROM link_holds AS a JOIN link_holds AS b"
                " ON b.value_no = a.value_no AND a.account_no < b.account_no"
            ),
        ),
        Step(
            name="link_masks",
            sql=(
                "SELECT a_no, b_no, BIT_OR(family_bit) AS shared_mask FROM ("
                "SELECT a_no, b_no, family_bit FROM link_shared"
                " UNION ALL SELECT a_no, b_no, CAST(0 AS TINYINT) FROM link_judged) AS met"
                " GROUP BY a_no, b_no"
            ),
        ),
        Step(name="link_crowded", sql=CROWDED),
        Step(name="link_candidates", sql=CANDIDATES),
        Step(name="link_votes", sql=_VOTES),
        Step(name="link_ends", sql=_ENDS),
        Step(name="link_facts", sql=facts_sql("link_shared", "link_ends", "link_candidates")),
    )


PASSED_ON: Final = "COALESCE(a.last_seen < b.first_seen OR b.last_seen < a.first_seen, FALSE) AS passed_on"

CROWDED: Final = (
    "SELECT m.a_no, m.b_no, BIT_OR(a.family_bit) AS over_mask FROM link_masks AS m"
    " JOIN link_over AS a ON a.account_no = m.a_no"
    " JOIN link_over AS b ON b.account_no = m.b_no AND b.value_no = a.value_no"
    " GROUP BY m.a_no, m.b_no"
)

# Where both state a legal identifier it alone tells; else a site or a name does.
AGREES: Final = (
    f"CASE WHEN v.family_bit <> {LEGAL_BIT} AND (c.known_mask & {LEGAL_BIT}) <> 0"
    f" THEN CASE WHEN (c.shared_mask & {LEGAL_BIT}) <> 0 THEN 1 ELSE 0 END"
    " WHEN (c.shared_mask & v.telling_mask) <> 0 THEN 1 ELSE 0 END"
)
HAS_DATA: Final = "CASE WHEN (c.known_mask & v.telling_mask) <> 0 THEN 1 ELSE 0 END"

_VOTES: Final = (
    f"SELECT s.value_no, CAST(SUM({AGREES}) AS INTEGER) AS agreeing,"
    f" CAST(SUM({HAS_DATA}) AS INTEGER) AS with_data"
    " FROM link_shared AS s JOIN link_candidates AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
    " JOIN link_values AS v ON v.value_no = s.value_no GROUP BY s.value_no"
)

_ENDS: Final = (
    "SELECT value_no, account_no, CAST(SUM(agrees) AS INTEGER) AS agreeing,"
    " CAST(SUM(has_data) AS INTEGER) AS with_data FROM ("
    + " UNION ALL ".join(
        f"SELECT s.value_no, s.{end} AS account_no, {AGREES} AS agrees, {HAS_DATA} AS has_data"
        " FROM link_shared AS s JOIN link_candidates AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
        " JOIN link_values AS v ON v.value_no = s.value_no"
        for end in ("a_no", "b_no")
    )
    + ") AS ends GROUP BY value_no, account_no"
)

# The latest word counts; of two at one instant, the one that spares.
_JUDGED: Final = (
    "SELECT a_no, b_no, judgement FROM ("
    "SELECT LEAST(a.account_no, b.account_no) AS a_no, GREATEST(a.account_no, b.account_no) AS b_no,"
    " j.judgement, ROW_NUMBER() OVER ("
    "PARTITION BY LEAST(a.account_no, b.account_no), GREATEST(a.account_no, b.account_no)"
    " ORDER BY j.at DESC NULLS LAST, j.judgement) AS place"
    " FROM judgements AS j JOIN link_accounts AS a ON a.account_id = j.account_a"
    " JOIN link_accounts AS b ON b.account_id = j.account_b"
    " WHERE a.account_no <> b.account_no) AS words WHERE place = 1"
)

CANDIDATES: Final = (
    "SELECT m.a_no, m.b_no, m.shared_mask,"
    " m.shared_mask | ((COALESCE(pa.mask, 0) & COALESCE(pb.mask, 0)) & ~COALESCE(o.over_mask, 0))"
    " AS known_mask,"
    " COALESCE(pa.mask, 0) & COALESCE(pb.mask, 0) AS met_mask"
    " FROM link_masks AS m"
    " LEFT JOIN link_presence AS pa ON pa.account_no = m.a_no"
    " LEFT JOIN link_presence AS pb ON pb.account_no = m.b_no"
    " LEFT JOIN link_crowded AS o ON o.a_no = m.a_no AND o.b_no = m.b_no"
)


def facts_sql(shared: str, ends: str, candidates: str | None = None) -> str:
    """Return the SELECT of facts from shared values, with the masks of their pairs.

    The role is `evidence.role_between` in whole numbers, so that both floors decide alike to the last pair; a
    register's number is never passed on to somebody else.

    Args:
        shared: Shared values.
        ends: The votes of each account's own pairs, as :func:`ends_sql` gives them.
        candidates: A table with the masks; without it ``shared`` has them.
    """
    masks = f" JOIN {candidates} AS c ON c.a_no = s.a_no AND c.b_no = s.b_no" if candidates else ""
    agrees, has_data = (text if candidates else text.replace("c.", "s.") for text in (AGREES, HAS_DATA))
    return (
        "SELECT a_no, b_no, value_no, agreeing, with_data, role,"
        " CAST(base_grade + role AS INTEGER) AS grade FROM ("
        "SELECT a_no, b_no, value_no, agreeing, with_data, base_grade,"
        f" CASE WHEN passed_on AND family_bit <> {LEGAL_BIT} THEN {ROLES.index('passed_on')}"
        f" ELSE GREATEST({_end_sql('x')}, {_end_sql('y')}) END AS role FROM ("
        "SELECT s.a_no, s.b_no, s.value_no, s.passed_on, v.base_grade, v.family_bit,"
        f" t.agreeing - {agrees} AS agreeing, t.with_data - {has_data} AS with_data,"
        f" x.agreeing - {agrees} AS x_agreeing, x.with_data - {has_data} AS x_with_data,"
        f" y.agreeing - {agrees} AS y_agreeing, y.with_data - {has_data} AS y_with_data"
        f" FROM {shared} AS s{masks} JOIN link_values AS v ON v.value_no = s.value_no"
        " JOIN link_votes AS t ON t.value_no = s.value_no"
        f" JOIN {ends} AS x ON x.value_no = s.value_no AND x.account_no = s.a_no"
        f" JOIN {ends} AS y ON y.value_no = s.value_no AND y.account_no = s.b_no) AS votes) AS told"
    )


def _end_sql(end: str) -> str:
    """Return what one account of a pair shows of a value, the pair's own vote left out everywhere."""
    return end_role_sql(("agreeing", "with_data"), (f"{end}_agreeing", f"{end}_with_data"))


def end_role_sql(votes: tuple[str, str], own: tuple[str, str]) -> str:
    """Return the role of a value as one account shows it.

    Args:
        votes: The SQL of agreeing and with_data over all pairs on the value.
        own: The same over the account's own pairs on it.
    """
    (agreeing, with_data), (own_agreeing, own_data) = votes, own
    return (
        f"CASE WHEN {with_data} > {own_data}"
        f" AND {ONE_OWNERS[0]} * ({agreeing} - {own_agreeing})"
        f" >= {ONE_OWNERS[1]} * ({with_data} - {own_data})"
        f" THEN {role_of_sql(agreeing, with_data)} ELSE {role_of_sql(own_agreeing, own_data)} END"
    )


def ends_sql(wanted: str) -> str:
    """Return the SELECT of what an account's own pairs on a value say: value_no, account_no and votes.

    Args:
        wanted: A table of value_no and account_no.
    """
    return (
        f"SELECT w.value_no, w.account_no, CAST(SUM({AGREES}) AS INTEGER) AS agreeing,"
        f" CAST(SUM({HAS_DATA}) AS INTEGER) AS with_data FROM {wanted} AS w"
        " JOIN link_holds AS h ON h.value_no = w.value_no AND h.account_no <> w.account_no"
        " JOIN link_pairs AS c ON c.a_no = LEAST(h.account_no, w.account_no)"
        " AND c.b_no = GREATEST(h.account_no, w.account_no)"
        " JOIN link_values AS v ON v.value_no = w.value_no GROUP BY w.value_no, w.account_no"
    )


def pattern_step(kind_masks: Mapping[str, int]) -> Step:
    """Return the step that reduces each candidate pair to a pattern.

    Args:
        kind_masks: Family to the bits of its kinds.

    Returns:
        ``link_pairs``: a_no, b_no, shared_mask, known_mask, met_mask, pattern (BIGINT: the families' codes in
        base 256), firm (BIGINT, see :data:`FIRM_BIT`).
    """
    codes, grades, firm = [], [], []
    for place, family in enumerate(FAMILIES):
        bit = FAMILY_BITS[family]
        kinds_count = f"LEAST(BIT_COUNT(kind_mask & {kind_masks.get(family, 0)}), 3)"
        codes.append(
            f"{CODE_BASE**place} * CAST(CASE"
            f" WHEN grade_{family} IS NOT NULL THEN 2 + {GRADES} * ({kinds_count} - 1) + grade_{family}"
            f" WHEN (known_mask & {bit}) <> 0 THEN 1 ELSE 0 END AS BIGINT)"
        )
        grades.append(f"MIN(CASE WHEN v.family_bit = {bit} THEN f.grade END) AS grade_{family}")
        speaking = ", ".join(str(grade) for grade in sorted(FIRM_GRADES[family])) or "-1"
        firm.append(f"WHEN v.family_bit = {bit} AND f.grade IN ({speaking}) THEN {2 * bit + FIRM_BIT}")
    firm_bits = f"CASE WHEN NOT v.carries THEN 0 {' '.join(firm)} ELSE 2 * v.family_bit END"
    masks = "c.a_no, c.b_no, c.shared_mask, c.known_mask, c.met_mask"
    return Step(
        name="link_pairs",
        sql=(
            f"SELECT a_no, b_no, shared_mask, known_mask, met_mask, {' + '.join(codes)} AS pattern, firm"
            f" FROM (SELECT {masks}, COALESCE(BIT_OR(v.kind_bit), 0) AS kind_mask,"
            f" COALESCE(BIT_OR(CAST({firm_bits} AS BIGINT)), 0) AS firm, {', '.join(grades)}"
            " FROM link_candidates AS c LEFT JOIN link_facts AS f ON f.a_no = c.a_no AND f.b_no = c.b_no"
            f" LEFT JOIN link_values AS v ON v.value_no = f.value_no GROUP BY {masks}) AS graded"
        ),
    )


def pattern_codes(pattern: int) -> dict[str, int]:
    """Read a pattern back: family to code.

    Example:
        >>> pattern_codes(3)["legal"]
        3
    """
    return {family: pattern // CODE_BASE**place % CODE_BASE for place, family in enumerate(FAMILIES)}
