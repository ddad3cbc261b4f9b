"""The evidence of a whole platform as tables: who shares what, in how large a crowd, in which role.

Law: SQL only counts. Pairs are reduced to patterns of small integers, and a pattern is weighed by
:mod:`debar.evidence`; no weight is decided here. A value above the crowd cap is *unknown*, never
"disjoint".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import CROWD_BUCKETS, INDEPENDENT_MARGIN, OPERATOR_MARGIN
from debar.linking.words import noun, opening, other_families
from debar.model.identifiers import FAMILIES, carries_a_ban
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from debar.evidence.parameters import Parameters
    from debar.model.ports import Engine

KINDS_MAX: Final = 62
"""Kinds are bits of one 64-bit number."""

FAMILY_BITS: Final = {family: 1 << place for place, family in enumerate(FAMILIES)}
"""Family to its bit, in the order of ``FAMILIES``."""

ALL_FAMILIES: Final = (1 << len(FAMILIES)) - 1

CODE_BASE: Final = 64
"""A family's code in a pattern: 0 unknown, 1 none shared, else 2 + 18 x (kinds - 1) + grade."""

GRADES: Final = 3 * (len(CROWD_BUCKETS) + 1)
"""Grades of one shared value: crowd bucket, then role (:meth:`SharedValue.grade`)."""

CARRIES: Final = CODE_BASE ** len(FAMILIES)
"""Added to the pattern of a pair that shares something which may carry a ban."""


_KINDS: Final = {
    "kind_no": "INTEGER",
    "kind": "VARCHAR",
    "family": "VARCHAR",
    "kind_bit": "BIGINT",
    "family_bit": "BIGINT",
    "other_mask": "BIGINT",
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
        other_mask (INTEGER): families that are neither this one nor access: what a role is read from.
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
                ALL_FAMILIES & ~(FAMILY_BITS[family] | FAMILY_BITS["access"]),
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
        ``link_accounts`` (account_no in the order of account_id), ``link_values`` (one a value with a
        family: crowd, fact_id, shown, bucket), ``link_holds`` (value_no, account_no for crowds of 2 to
        the cap), ``link_over`` (the same above the cap) and ``link_presence`` (account_no, mask of the
        families in which the account holds a value that is not above the cap).
    """
    return (
        Step(
            name="link_accounts",
            sql=(
                "SELECT account_id, CAST(ROW_NUMBER() OVER (ORDER BY account_id) AS INTEGER) AS account_no"
                " FROM accounts WHERE account_id <> 'unattributed'"
            ),
        ),
        Step(
            name="link_values",
            sql=_VALUES,
        ),
        Step(
            name="link_held",
            sql=_HELD,
        ),
        Step(
            name="link_holds",
            sql=(
                "SELECT value_no, account_no, family_bit FROM link_held"
                " WHERE crowd >= 2 AND crowd <= $crowd_cap"
            ),
            parameters={"crowd_cap": crowd_cap},
        ),
        Step(
            name="link_over",
            sql="SELECT value_no, account_no, family_bit FROM link_held WHERE crowd > $crowd_cap",
            parameters={"crowd_cap": crowd_cap},
        ),
        Step(
            name="link_presence",
            sql=(
                "SELECT account_no, BIT_OR(family_bit) AS mask FROM link_held"
                " WHERE crowd <= $crowd_cap GROUP BY account_no"
            ),
            parameters={"crowd_cap": crowd_cap},
        ),
    )


_VALUES: Final = (
    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY w.kind, w.value_key) AS INTEGER) AS value_no, w.*,"
    " k.kind_bit, k.family_bit, k.other_mask, k.carries, CAST("
    + " + ".join(f"CASE WHEN crowd > {end} THEN 1 ELSE 0 END" for end in CROWD_BUCKETS)
    + " AS INTEGER) AS bucket"
    " FROM (SELECT i.kind, i.value_key, i.family, MIN(i.fact_id) AS fact_id,"
    " MIN(i.shown) AS shown, CAST(COUNT(DISTINCT i.account_id) AS INTEGER) AS crowd"
    " FROM identifiers AS i JOIN link_accounts AS a ON a.account_id = i.account_id"
    " WHERE i.family IS NOT NULL GROUP BY i.kind, i.value_key, i.family) AS w"
    " JOIN link_kinds AS k ON k.kind = w.kind AND k.family = w.family"
)

_HELD: Final = (
    "SELECT DISTINCT v.value_no, a.account_no, v.crowd, v.family_bit FROM identifiers AS i"
    " JOIN link_values AS v ON v.kind = i.kind AND v.value_key = i.value_key AND v.family = i.family"
    " JOIN link_accounts AS a ON a.account_id = i.account_id"
)


def pair_steps() -> tuple[Step, ...]:
    """Return the steps from shared values to candidate pairs and the role of each value for each pair.

    Returns:
        ``link_shared`` (a_no < b_no, value_no), ``link_judged`` (a_no < b_no, the latest judgement),
        ``link_candidates`` (a_no, b_no, shared_mask,
        known_mask, over_mask: families in which only a value above the cap is shared),
        ``link_votes`` (value_no, agreeing, with_data over all pairs on the value) and ``link_facts``
        (a_no, b_no, value_no, agreeing and with_data over the *other* pairs, role 0 to 2).
    """
    return (
        Step(
            name="link_shared",
            sql=(
                "SELECT a.account_no AS a_no, b.account_no AS b_no, a.value_no, a.family_bit"
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
        Step(
            name="link_crowded",
            sql=_CROWDED,
        ),
        Step(name="link_candidates", sql=_CANDIDATES),
        Step(
            name="link_votes",
            sql=_VOTES,
        ),
        Step(name="link_facts", sql=_FACTS),
    )


_CROWDED: Final = (
    "SELECT m.a_no, m.b_no, BIT_OR(a.family_bit) AS over_mask FROM link_masks AS m"
    " JOIN link_over AS a ON a.account_no = m.a_no"
    " JOIN link_over AS b ON b.account_no = m.b_no AND b.value_no = a.value_no"
    " GROUP BY m.a_no, m.b_no"
)

_VOTES: Final = (
    "SELECT s.value_no,"
    " CAST(SUM(CASE WHEN (c.shared_mask & v.other_mask) <> 0 THEN 1 ELSE 0 END) AS INTEGER) AS agreeing,"
    " CAST(SUM(CASE WHEN (c.known_mask & v.other_mask) <> 0 THEN 1 ELSE 0 END) AS INTEGER) AS with_data"
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
    " COALESCE(o.over_mask, 0) & ~m.shared_mask AS over_mask"
    " FROM link_masks AS m"
    " LEFT JOIN link_presence AS pa ON pa.account_no = m.a_no"
    " LEFT JOIN link_presence AS pb ON pb.account_no = m.b_no"
    " LEFT JOIN link_crowded AS o ON o.a_no = m.a_no AND o.b_no = m.b_no"
)

# The role is `evidence.role_of` in whole numbers, so that both floors decide alike to the last pair.
_FACTS: Final = (
    "SELECT a_no, b_no, value_no, agreeing, with_data,"
    f" CASE WHEN {OPERATOR_MARGIN[0]} * agreeing + {OPERATOR_MARGIN[2]} < {OPERATOR_MARGIN[1]} * with_data"
    " THEN 0"
    f" WHEN {INDEPENDENT_MARGIN[0]} * agreeing + {INDEPENDENT_MARGIN[2]}"
    f" >= {INDEPENDENT_MARGIN[1]} * with_data"
    " THEN 2 ELSE 1 END AS role FROM ("
    "SELECT s.a_no, s.b_no, s.value_no,"
    " t.agreeing - CASE WHEN (c.shared_mask & v.other_mask) <> 0 THEN 1 ELSE 0 END AS agreeing,"
    " t.with_data - CASE WHEN (c.known_mask & v.other_mask) <> 0 THEN 1 ELSE 0 END AS with_data"
    " FROM link_shared AS s JOIN link_candidates AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
    " JOIN link_values AS v ON v.value_no = s.value_no"
    " JOIN link_votes AS t ON t.value_no = s.value_no) AS votes"
)


def pattern_step(kind_masks: Mapping[str, int], parameters: Parameters) -> Step:
    """Return the step that reduces each candidate pair to a pattern and to its best case.

    Args:
        kind_masks: Family to the bits of its kinds.
        parameters: The tables; only the best case depends on them.

    Returns:
        ``link_patterns``: a_no, b_no, pattern (BIGINT: the families' codes in base 64, and
        ``CARRIES``), best_millibits (prior and what each family can add for "same owner" at most: no
        choice of struck facts can make the pair weigh more).
    """
    codes, best, grades = [], [], []
    for place, family in enumerate(FAMILIES):
        bit = FAMILY_BITS[family]
        kinds_count = f"LEAST(BIT_COUNT(kind_mask & {kind_masks.get(family, 0)}), 3)"
        codes.append(
            f"{CODE_BASE**place} * CASE"
            f" WHEN (shared_mask & {bit}) <> 0 THEN 2 + {GRADES} * ({kinds_count} - 1) + grade_{family}"
            f" WHEN (known_mask & {bit}) <> 0 THEN 1 ELSE 0 END"
        )
        one, two, three = (max(parameters.kinds[:count]) for count in (1, 2, 3))
        floor = max(0, parameters.owner_none[family])
        best.append(
            f"GREATEST({floor}, COALESCE(best_{family} + CASE {kinds_count}"
            f" WHEN 1 THEN {one} WHEN 2 THEN {two} ELSE {three} END, 0))"
        )
        ceilings = " ".join(
            f"WHEN {grade} THEN {ceiling}" for grade, ceiling in enumerate(_ceilings(family, parameters))
        )
        grades.append(
            f"MIN(CASE WHEN v.family = '{family}' THEN 3 * v.bucket + f.role END) AS grade_{family},"
            f" MAX(CASE WHEN v.family = '{family}' THEN CASE 3 * v.bucket + f.role {ceilings} END END)"
            f" AS best_{family}"
        )
    return Step(
        name="link_patterns",
        sql=(
            f"SELECT a_no, b_no, CAST({' + '.join(codes)}"
            f" + CASE WHEN carries = 1 THEN {CARRIES} ELSE 0 END AS BIGINT) AS pattern,"
            f" CAST({' + '.join(best)} - {parameters.accounts_log2} AS INTEGER) AS best_millibits FROM ("
            "SELECT c.a_no, c.b_no, c.shared_mask, c.known_mask,"
            " COALESCE(BIT_OR(v.kind_bit), 0) AS kind_mask,"
            f" MAX(CASE WHEN v.carries AND ({_firm(parameters)}) THEN 1 ELSE 0 END) AS carries,"
            f" {', '.join(grades)}"
            " FROM link_candidates AS c LEFT JOIN link_facts AS f ON f.a_no = c.a_no AND f.b_no = c.b_no"
            " LEFT JOIN link_values AS v ON v.value_no = f.value_no"
            " GROUP BY c.a_no, c.b_no, c.shared_mask, c.known_mask) AS graded"
        ),
    )


def _firm(parameters: Parameters) -> str:
    """Return the condition that a value speaks for one owner by itself, as :func:`is_firm` says."""
    parts = []
    for family in FAMILIES:
        odds = [weight + role for weight in parameters.owner_shared[family] for role in parameters.owner_role]
        grades = ", ".join(str(grade) for grade, odd in enumerate(odds) if odd > 0)
        if grades:
            parts.append(f"(v.family = '{family}' AND 3 * v.bucket + f.role IN ({grades}))")
    return " OR ".join(parts) or "FALSE"


def _ceilings(family: str, parameters: Parameters) -> Iterator[int]:
    """Yield what a shared value of each grade adds for "same owner", before the count of kinds."""
    for weight in parameters.owner_shared[family]:
        for role_weight in parameters.owner_role:
            yield parameters.accounts_log2 + weight + role_weight


def decode(pattern: int) -> tuple[dict[str, tuple[int, int]], frozenset[str], bool]:
    """Read a pattern back.

    Returns:
        Family to (kinds shared, grade) where something is shared; the families in which both are
        known; whether something that may carry a ban is shared.

    Example:
        >>> decode(3)
        ({'legal': (1, 1)}, frozenset({'legal'}), False)
    """
    carries, rest = divmod(pattern, CARRIES)
    shared, known = {}, set()
    for family, code in zip(FAMILIES, _digits(rest), strict=True):
        if code:
            known.add(family)
        if code >= 2:
            kinds_less_one, grade = divmod(code - 2, GRADES)
            shared[family] = (kinds_less_one + 1, grade)
    return shared, frozenset(known), bool(carries)


def _digits(number: int) -> Iterator[int]:
    for _ in FAMILIES:
        number, digit = divmod(number, CODE_BASE)
        yield digit
