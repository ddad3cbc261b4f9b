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
    INDEPENDENT_MARGIN,
    OPERATOR_MARGIN,
    ROLES,
)
from debar.linking.words import noun, opening, other_families
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, TELLING_FAMILIES, carries_a_ban, is_weak
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from debar.model.ports import Engine

KINDS_MAX: Final = 62
"""Kinds are bits of one 64-bit number."""

FAMILY_BITS: Final = {family: 1 << place for place, family in enumerate(FAMILIES)}
"""Family to its bit, in the order of ``FAMILIES``."""

CODE_BASE: Final = 256
"""A pattern holds each family's code (:data:`debar.evidence.parameters.CODES`) in this base."""

FIRM_FAMILIES: Final = tuple(
    family for family in FAMILIES if any(carries_a_ban(k) for k, f in FAMILY_OF_KIND.items() if f == family)
)
"""Families with kinds that may carry a ban."""

FIRM_BASE: Final = 64
"""A firm number holds, for each of ``FIRM_FAMILIES``, 0 or 1 + the loudest grade of such a kind."""

assert GRADES < FIRM_BASE, "a grade is a digit"

LEGAL_BIT: Final = FAMILY_BITS["legal"]


_KINDS: Final = {
    "kind_no": "INTEGER",
    "kind": "VARCHAR",
    "family": "VARCHAR",
    "kind_bit": "BIGINT",
    "family_bit": "BIGINT",
    "telling_mask": "BIGINT",
    "weak": "INTEGER",
    "carries": "BOOLEAN",
    "opening": "VARCHAR",
    "noun": "VARCHAR",
    "others": "VARCHAR",
}


def load_kinds(engine: Engine) -> None:
    """Make the table ``link_kinds`` of the kinds that this platform uses and that have a family.

    Columns:
        kind_no (INTEGER): position, so that kinds are bits of one number.
        kind, family (VARCHAR): as in ``identifiers``.
        kind_bit, family_bit (BIGINT): one bit each.
        telling_mask (BIGINT): the telling families but this one: what a role is read from.
        weak (INTEGER): 1 for what strangers have in common by their circumstances.
        carries (BOOLEAN): whether a shared value may put an account into a ban.
        opening, noun, others (VARCHAR): words for sentences.
    """
    found = engine.rows(
        "SELECT DISTINCT kind, family FROM identifiers WHERE family IS NOT NULL ORDER BY kind, family"
    )
    known = [(kind, family) for kind, family in found if family in FAMILY_BITS]
    assert len(known) <= KINDS_MAX, "kinds fit into one 64-bit mask"
    engine.load(
        "link_kinds",
        _KINDS,
        [
            (
                number,
                kind,
                family,
                1 << number,
                FAMILY_BITS[family],
                sum(FAMILY_BITS[name] for name in TELLING_FAMILIES if name != family),
                int(is_weak(kind)),
                carries_a_ban(kind),
                opening(kind),
                noun(kind),
                other_families(family),
            )
            for number, (kind, family) in enumerate(known)
        ],
    )


def value_steps(crowd_cap: int) -> tuple[Step, ...]:
    """Return the steps that number accounts and values and count crowds.

    Args:
        crowd_cap: A value that more accounts hold is no evidence.

    Returns:
        ``link_accounts`` (account_no in the order of account_id), ``link_identifiers`` (the rows of the
        present holders), ``link_values`` (one a value with a family: crowd, fact_id, shown, grade without
        role), ``link_held`` (value_no, account_no, crowd, family_bit, first_seen and last_seen: null where
        open), ``link_holds`` (the same for crowds of 2 to the cap), ``link_over`` (value_no, account_no,
        family_bit above the cap) and ``link_presence`` (account_no, mask of the families in which the
        account holds a value that is not above the cap).
    """
    cap = {"crowd_cap": crowd_cap}
    return (
        Step(
            name="link_accounts",
            sql=(
                "SELECT account_id, CAST(ROW_NUMBER() OVER (ORDER BY account_id) AS INTEGER) AS account_no"
                " FROM accounts WHERE account_id <> 'unattributed'"
            ),
        ),
        Step(name="link_identifiers", sql=_PRESENT),
        Step(name="link_values", sql=_VALUES),
        Step(name="link_held", sql=_HELD),
        Step(
            name="link_holds",
            sql=(
                "SELECT value_no, account_no, family_bit, first_seen, last_seen FROM link_held"
                " WHERE crowd >= 2 AND crowd <= $crowd_cap"
            ),
            parameters=cap,
        ),
        Step(
            name="link_over",
            sql="SELECT value_no, account_no, family_bit FROM link_held WHERE crowd > $crowd_cap",
            parameters=cap,
        ),
        Step(
            name="link_presence",
            sql=(
                "SELECT account_no, BIT_OR(family_bit) AS mask FROM link_held"
                " WHERE crowd <= $crowd_cap GROUP BY account_no"
            ),
            parameters=cap,
        ),
    )


# What began under a former holder says nothing about the present one; the export's own names are of today.
_PRESENT: Final = (
    "SELECT a.account_no, i.kind, i.family, i.value_key, i.fact_id, i.shown, i.first_seen, i.last_seen"
    " FROM identifiers AS i JOIN link_accounts AS a ON a.account_id = i.account_id"
    " LEFT JOIN (SELECT account_id, MAX(from_day) AS from_day FROM account_periods GROUP BY account_id) AS p"
    " ON p.account_id = i.account_id"
    " WHERE i.family IS NOT NULL AND (p.from_day IS NULL OR i.first_seen >= p.from_day"
    " OR i.source IN ('derived:name', 'derived:legal_name'))"
)

_VALUES: Final = (
    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY w.kind, w.value_key) AS INTEGER) AS value_no, w.*,"
    " k.kind_bit, k.family_bit, k.telling_mask, k.carries, CAST("
    f"{len(ROLES)} * ({len(CROWD_BUCKETS) + 1} * k.weak + "
    + " + ".join(f"CASE WHEN crowd > {end} THEN 1 ELSE 0 END" for end in CROWD_BUCKETS)
    + ") AS INTEGER) AS base_grade"
    " FROM (SELECT i.kind, i.value_key, i.family, MIN(i.fact_id) AS fact_id,"
    " MIN(i.shown) AS shown, CAST(COUNT(DISTINCT i.account_no) AS INTEGER) AS crowd"
    " FROM link_identifiers AS i GROUP BY i.kind, i.value_key, i.family) AS w"
    " JOIN link_kinds AS k ON k.kind = w.kind AND k.family = w.family"
)

# A day that one of an account's rows leaves open is open.
_HELD: Final = (
    "SELECT v.value_no, i.account_no, v.crowd, v.family_bit,"
    " CASE WHEN COUNT(i.first_seen) = COUNT(*) THEN MIN(i.first_seen) END AS first_seen,"
    " CASE WHEN COUNT(i.last_seen) = COUNT(*) THEN MAX(i.last_seen) END AS last_seen"
    " FROM link_identifiers AS i"
    " JOIN link_values AS v ON v.kind = i.kind AND v.value_key = i.value_key AND v.family = i.family"
    " GROUP BY v.value_no, i.account_no, v.crowd, v.family_bit"
)


def pair_steps() -> tuple[Step, ...]:
    """Return the steps from shared values to candidate pairs and the role of each value for each pair.

    Returns:
        ``link_shared`` (a_no < b_no, value_no, family_bit, passed_on: the one had ceased to hold it before
        the other began), ``link_judged`` (a_no < b_no, the latest judgement), ``link_candidates`` (a_no,
        b_no, shared_mask, known_mask, met_mask: families in which both hold something not above the cap),
        ``link_votes`` (value_no, agreeing, with_data over all pairs on the value) and ``link_facts``
        (a_no, b_no, value_no, agreeing and with_data over the *other* pairs, role, grade).
    """
    return (
        Step(
            name="link_shared",
            sql=(
                "SELECT a.account_no AS a_no, b.account_no AS b_no, a.value_no, a.family_bit,"
                " COALESCE(a.last_seen < b.first_seen OR b.last_seen < a.first_seen, FALSE) AS passed_on"
                " FROM link_holds AS a JOIN link_holds AS b"
                " ON b.value_no = a.value_no AND a.account_no < b.account_no"
            ),
        ),
        Step(name="link_judged", sql=_JUDGED),
        Step(
            name="link_masks",
            sql=(
                "SELECT a_no, b_no, BIT_OR(family_bit) AS shared_mask FROM ("
                "SELECT a_no, b_no, family_bit FROM link_shared"
                " UNION ALL SELECT a_no, b_no, CAST(0 AS BIGINT) FROM link_judged) AS met GROUP BY a_no, b_no"
            ),
        ),
        Step(name="link_crowded", sql=_CROWDED),
        Step(name="link_candidates", sql=_CANDIDATES),
        Step(name="link_votes", sql=_VOTES),
        Step(name="link_facts", sql=_FACTS),
    )


_CROWDED: Final = (
    "SELECT m.a_no, m.b_no, BIT_OR(a.family_bit) AS over_mask FROM link_masks AS m"
    " JOIN link_over AS a ON a.account_no = m.a_no"
    " JOIN link_over AS b ON b.account_no = m.b_no AND b.value_no = a.value_no"
    " GROUP BY m.a_no, m.b_no"
)

# Where both state a legal identifier it alone tells; else a site or a name does.
_AGREES: Final = (
    f"CASE WHEN v.family_bit <> {LEGAL_BIT} AND (c.known_mask & {LEGAL_BIT}) <> 0"
    f" THEN CASE WHEN (c.shared_mask & {LEGAL_BIT}) <> 0 THEN 1 ELSE 0 END"
    " WHEN (c.shared_mask & v.telling_mask) <> 0 THEN 1 ELSE 0 END"
)
_HAS_DATA: Final = "CASE WHEN (c.known_mask & v.telling_mask) <> 0 THEN 1 ELSE 0 END"

_VOTES: Final = (
    f"SELECT s.value_no, CAST(SUM({_AGREES}) AS INTEGER) AS agreeing,"
    f" CAST(SUM({_HAS_DATA}) AS INTEGER) AS with_data"
    " FROM link_shared AS s JOIN link_candidates AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
    " JOIN link_values AS v ON v.value_no = s.value_no GROUP BY s.value_no"
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

_CANDIDATES: Final = (
    "SELECT m.a_no, m.b_no, m.shared_mask,"
    " m.shared_mask | ((COALESCE(pa.mask, 0) & COALESCE(pb.mask, 0)) & ~COALESCE(o.over_mask, 0))"
    " AS known_mask,"
    " COALESCE(pa.mask, 0) & COALESCE(pb.mask, 0) AS met_mask"
    " FROM link_masks AS m"
    " LEFT JOIN link_presence AS pa ON pa.account_no = m.a_no"
    " LEFT JOIN link_presence AS pb ON pb.account_no = m.b_no"
    " LEFT JOIN link_crowded AS o ON o.a_no = m.a_no AND o.b_no = m.b_no"
)

# The role is `evidence.role_of` in whole numbers, so that both floors decide alike to the last pair.
_FACTS: Final = (
    "SELECT a_no, b_no, value_no, agreeing, with_data, role,"
    " CAST(base_grade + role AS INTEGER) AS grade FROM ("
    "SELECT a_no, b_no, value_no, agreeing, with_data, base_grade,"
    f" CASE WHEN passed_on THEN {ROLES.index('passed_on')}"
    f" WHEN {OPERATOR_MARGIN[0]} * agreeing + {OPERATOR_MARGIN[2]} < {OPERATOR_MARGIN[1]} * with_data"
    f" THEN {ROLES.index('operator')}"
    f" WHEN {INDEPENDENT_MARGIN[0]} * agreeing + {INDEPENDENT_MARGIN[2]}"
    f" >= {INDEPENDENT_MARGIN[1]} * with_data"
    f" THEN {ROLES.index('independent')} ELSE {ROLES.index('unclear')} END AS role FROM ("
    "SELECT s.a_no, s.b_no, s.value_no, s.passed_on, v.base_grade,"
    f" t.agreeing - {_AGREES} AS agreeing, t.with_data - {_HAS_DATA} AS with_data"
    " FROM link_shared AS s JOIN link_candidates AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
    " JOIN link_values AS v ON v.value_no = s.value_no"
    " JOIN link_votes AS t ON t.value_no = s.value_no) AS votes) AS told"
)


def pattern_step(kind_masks: Mapping[str, int]) -> Step:
    """Return the step that reduces each candidate pair to a pattern.

    Args:
        kind_masks: Family to the bits of its kinds.

    Returns:
        ``link_patterns``: a_no, b_no, met_mask, pattern (BIGINT: the families' codes in base 256), firm
        (BIGINT: the loudest grades of kinds that may carry a ban, in base 64).
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
    for place, family in enumerate(FIRM_FAMILIES):
        firm.append(f"{FIRM_BASE**place} * CAST(COALESCE(firm_{family} + 1, 0) AS BIGINT)")
        grades.append(
            f"MIN(CASE WHEN v.carries AND v.family_bit = {FAMILY_BITS[family]} THEN f.grade END)"
            f" AS firm_{family}"
        )
    return Step(
        name="link_patterns",
        sql=(
            f"SELECT a_no, b_no, met_mask, {' + '.join(codes)} AS pattern, {' + '.join(firm)} AS firm FROM ("
            "SELECT c.a_no, c.b_no, c.known_mask, c.met_mask,"
            f" COALESCE(BIT_OR(v.kind_bit), 0) AS kind_mask, {', '.join(grades)}"
            " FROM link_candidates AS c LEFT JOIN link_facts AS f ON f.a_no = c.a_no AND f.b_no = c.b_no"
            " LEFT JOIN link_values AS v ON v.value_no = f.value_no"
            " GROUP BY c.a_no, c.b_no, c.known_mask, c.met_mask) AS graded"
        ),
    )


def pattern_codes(pattern: int) -> dict[str, int]:
    """Read a pattern back: family to code.

    Example:
        >>> pattern_codes(3)["legal"]
        3
    """
    return dict(zip(FAMILIES, _digits(pattern, CODE_BASE, len(FAMILIES)), strict=True))


def firm_grades(firm: int) -> dict[str, int]:
    """Read a firm number back: family to the loudest grade of a shared kind that may carry a ban."""
    digits = _digits(firm, FIRM_BASE, len(FIRM_FAMILIES))
    return {family: digit - 1 for family, digit in zip(FIRM_FAMILIES, digits, strict=True) if digit}


def _digits(number: int, base: int, count: int) -> Iterator[int]:
    for _ in range(count):
        number, digit = divmod(number, base)
        yield digit
