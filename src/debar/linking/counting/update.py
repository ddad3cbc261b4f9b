"""A day's changes carried into counted pairs, without counting the rest again.

Law: afterwards all tables hold what counting the whole platform anew would give, numbers of accounts and
values apart. What a changed account takes away from the votes of its values, and what it adds, is counted; a
pair of unchanged accounts is weighed again only where the grade or role of something that it shares moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from debar.linking.counting.numbering import rows_sql
from debar.linking.fitting.weights import weigh_patterns
from debar.linking.steps import (
    AGREES,
    CANDIDATES,
    CROWDED,
    HAS_DATA,
    HELD,
    PASSED_ON,
    PRESENCE,
    PRESENT_NUMBERED,
    VALUES,
    end_role_sql,
    facts_sql,
    judged_step,
    pattern_step,
)
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.evidence.parameters import Parameters
    from debar.model.policy import Policy
    from debar.model.ports import ArrayEngine


def _renamed(sql: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        sql = sql.replace(f"{old} ", f"{new} ")
    return sql


_MOVED: Final = (
    "SELECT account_no FROM day_changed UNION SELECT h.account_no FROM day_held AS h"
    " JOIN day_crossed AS c ON c.value_no = h.value_no UNION SELECT o.account_no FROM link_over AS o"
    " JOIN day_crossed AS c ON c.value_no = o.value_no UNION SELECT UNNEST([a_no, b_no]) FROM ("
    "(SELECT a_no, b_no FROM link_judged EXCEPT SELECT a_no, b_no FROM day_former_judged)"
    " UNION (SELECT a_no, b_no FROM day_former_judged EXCEPT SELECT a_no, b_no FROM link_judged)) AS judged"
)

_CROSSED: Final = (
    "SELECT t.value_no FROM day_touched AS t LEFT JOIN link_values AS o ON o.value_no = t.value_no"
    " LEFT JOIN day_values AS n ON n.value_no = t.value_no"
    " WHERE (COALESCE(o.crowd, 0) > $crowd_cap) <> (COALESCE(n.crowd, 0) > $crowd_cap)"
)

_GONE: Final = (
    "SELECT p.a_no, p.b_no, p.shared_mask, p.known_mask FROM link_pairs AS p"
    " LEFT JOIN day_moved AS x ON x.account_no = p.a_no LEFT JOIN day_moved AS y ON y.account_no = p.b_no"
    " WHERE x.account_no IS NOT NULL OR y.account_no IS NOT NULL"
)

_WITH_MASKS: Final = (
    "SELECT c.a_no, c.b_no, c.shared_mask, c.known_mask, s.value_no, s.family_bit, s.passed_on"
    " FROM {shared} AS s JOIN {pairs} AS c ON c.a_no = s.a_no AND c.b_no = s.b_no"
)

_SHARED_BY: Final = (
    "SELECT c.a_no, c.b_no, c.shared_mask, c.known_mask, a.value_no, a.family_bit, {passed_on}"
    " FROM {pairs} AS c JOIN {holds} AS a ON a.account_no = c.a_no"
    " JOIN {holds} AS b ON b.account_no = c.b_no AND b.value_no = a.value_no"
)

_ENDS: Final = (
    "SELECT h.* FROM link_holds AS h JOIN (SELECT a_no AS account_no FROM day_restless"
    " UNION SELECT b_no FROM day_restless) AS r ON r.account_no = h.account_no"
)

_SAID: Final = (
    f"SELECT c.value_no, SUM({AGREES}) AS agreeing, SUM({HAS_DATA}) AS with_data"
    " FROM {shared} AS c JOIN link_values AS v ON v.value_no = c.value_no GROUP BY c.value_no"
)

_MET: Final = (
    "SELECT LEAST(a.account_no, b.account_no) AS a_no, GREATEST(a.account_no, b.account_no) AS b_no,"
    f" a.value_no, a.family_bit, {PASSED_ON} FROM link_holds AS a"
    " JOIN day_moved AS m ON m.account_no = a.account_no"
    " JOIN link_holds AS b ON b.value_no = a.value_no AND b.account_no <> a.account_no"
    " LEFT JOIN day_moved AS n ON n.account_no = b.account_no"
    " WHERE n.account_no IS NULL OR a.account_no < b.account_no"
)

_MASKS: Final = (
    "SELECT a_no, b_no, BIT_OR(family_bit) AS shared_mask FROM (SELECT a_no, b_no, family_bit FROM day_met"
    " UNION ALL SELECT j.a_no, j.b_no, CAST(0 AS TINYINT) FROM link_judged AS j"
    " WHERE j.a_no IN (SELECT account_no FROM day_moved) OR j.b_no IN (SELECT account_no FROM day_moved))"
    " AS met GROUP BY a_no, b_no"
)

_VOTES: Final = (
    "SELECT v.value_no, CAST(COALESCE(o.agreeing, 0) - COALESCE(l.agreeing, 0) + COALESCE(w.agreeing, 0)"
    " AS INTEGER) AS agreeing, CAST(COALESCE(o.with_data, 0) - COALESCE(l.with_data, 0)"
    " + COALESCE(w.with_data, 0) AS INTEGER) AS with_data"
    " FROM (SELECT value_no FROM day_touched UNION SELECT value_no FROM day_lost"
    " UNION SELECT value_no FROM day_won) AS t JOIN link_values AS v ON v.value_no = t.value_no"
    " LEFT JOIN link_votes AS o ON o.value_no = v.value_no LEFT JOIN day_lost AS l ON l.value_no = v.value_no"
    " LEFT JOIN day_won AS w ON w.value_no = v.value_no WHERE v.crowd <= $crowd_cap"
)


_END_SAID: Final = (
    "SELECT value_no, account_no, SUM(agrees) AS agreeing, SUM(has_data) AS with_data FROM ("
    + " UNION ALL ".join(
        f"SELECT c.value_no, c.{end} AS account_no, {AGREES} AS agrees, {HAS_DATA} AS has_data"
        " FROM {shared} AS c JOIN link_values AS v ON v.value_no = c.value_no"
        for end in ("a_no", "b_no")
    )
    + ") AS ends GROUP BY value_no, account_no"
)

_ENDS_NOW: Final = (
    "SELECT h.value_no, h.account_no,"
    + ", ".join(
        f" CAST(COALESCE(o.{vote}, 0) - COALESCE(l.{vote}, 0) + COALESCE(w.{vote}, 0) AS INTEGER) AS {vote}"
        for vote in ("agreeing", "with_data")
    )
    + " FROM link_holds AS h JOIN day_votes AS t ON t.value_no = h.value_no"
    + "".join(
        f" LEFT JOIN {table} AS {name} ON {name}.value_no = h.value_no AND {name}.account_no = h.account_no"
        for name, table in (("o", "link_ends"), ("l", "day_lost_ends"), ("w", "day_won_ends"))
    )
)


def _shown(votes: str, own: str, agrees: int, has_data: int) -> str:
    """Return the SQL of the role that an account shows to a pair that votes so itself."""
    return end_role_sql(
        (f"({votes}.agreeing - {agrees})", f"({votes}.with_data - {has_data})"),
        (f"({own}.agreeing - {agrees})", f"({own}.with_data - {has_data})"),
    )


_RESTLESS_ENDS: Final = (
    "SELECT n.value_no, n.account_no FROM day_ends AS n JOIN day_votes AS t ON t.value_no = n.value_no"
    " JOIN link_votes AS u ON u.value_no = n.value_no"
    " JOIN link_ends AS o ON o.value_no = n.value_no AND o.account_no = n.account_no"
    " JOIN link_values AS v ON v.value_no = n.value_no LEFT JOIN day_former AS f ON f.value_no = n.value_no"
    " WHERE COALESCE(f.base_grade, v.base_grade) <> v.base_grade OR "
    + " OR ".join(
        f"{_shown('t', 'n', a, d)} <> {_shown('u', 'o', a, d)}" for a, d in ((0, 0), (0, 1), (1, 1))
    )
)

_RESTLESS: Final = (
    "SELECT p.a_no, p.b_no, p.shared_mask, p.known_mask, p.met_mask FROM link_pairs AS p JOIN ("
    "SELECT DISTINCT LEAST(r.account_no, b.account_no) AS a_no, GREATEST(r.account_no, b.account_no) AS b_no"
    " FROM day_restless_ends AS r JOIN link_holds AS b"
    " ON b.value_no = r.value_no AND b.account_no <> r.account_no"
    " WHERE r.account_no NOT IN (SELECT account_no FROM day_moved)"
    " AND b.account_no NOT IN (SELECT account_no FROM day_moved)) AS r"
    " ON r.a_no = p.a_no AND r.b_no = p.b_no"
)


def update_pairs(engine: ArrayEngine, policy: Policy, salt: str) -> bool:
    """Carry changed accounts into the counted pairs.

    Args:
        engine: After :func:`debar.linking.links.link_platform` with its rows kept. Holds ``accounts``,
            ``judgements`` and ``account_periods`` as they are now, ``changed_accounts`` (account_id: new
            ones, those with any change, and those that are gone) and ``changed_identifiers`` (their rows).
        policy: The crowd cap is read from it.
        salt: With which the values were numbered.

    Returns:
        Whether it could be done; not where a kind is new, or two values have one hash: then the platform
        must be counted anew.
    """
    if not _number(engine, salt):
        return False
    cap = {"crowd_cap": policy.crowd_cap}
    for step in (
        Step(name="day_held", sql=_renamed(HELD, {"link_rows": "day_rows"})),
        Step(name="day_values", sql=_renamed(VALUES, {"link_held": "day_held"})),
        Step(name="day_crossed", sql=_CROSSED, parameters=cap),
        Step(name="day_moved", sql=_MOVED),
        Step(name="day_gone", sql=_GONE),
        Step(name="day_met", sql=_MET),
        Step(name="day_gone_shared", sql=_WITH_MASKS.format(shared="day_met", pairs="day_gone")),
        Step(name="day_lost", sql=_SAID.format(shared="day_gone_shared")),
        Step(name="day_lost_ends", sql=_END_SAID.format(shared="day_gone_shared")),
        Step(
            name="day_former",
            sql="SELECT v.* FROM link_values AS v JOIN day_touched AS t ON t.value_no = v.value_no",
        ),
    ):
        engine.run(step)
    _replace_holdings(engine, policy.crowd_cap)
    names = {"link_masks": "day_masks", "link_crowded": "day_crowded"}
    for step in (
        Step(name="day_met", sql=_MET),
        Step(name="day_masks", sql=_MASKS),
        Step(name="day_crowded", sql=_renamed(CROWDED, names)),
        Step(name="day_candidates", sql=_renamed(CANDIDATES, names)),
        Step(name="day_shared", sql=_WITH_MASKS.format(shared="day_met", pairs="day_candidates")),
        Step(name="day_won", sql=_SAID.format(shared="day_shared")),
        Step(name="day_won_ends", sql=_END_SAID.format(shared="day_shared")),
        Step(name="day_votes", sql=_VOTES, parameters=cap),
        Step(name="day_ends", sql=_ENDS_NOW),
        Step(name="day_restless_ends", sql=_RESTLESS_ENDS),
        Step(name="day_restless", sql=_RESTLESS),
    ):
        engine.run(step)
    _replace_pairs(engine)
    return True


def _number(engine: ArrayEngine, salt: str) -> bool:
    """Number the changed accounts and their rows, and gather all rows on the values that they touch."""
    engine.run(Step(name="day_former_judged", sql="SELECT a_no, b_no FROM link_judged"))
    known = dict(engine.rows("SELECT kind, family FROM link_kinds"))
    kinds = engine.rows("SELECT DISTINCT kind, family FROM changed_identifiers WHERE family IS NOT NULL")
    if any(known.get(kind) != family for kind, family in kinds):
        return False
    engine.run(
        Step(
            name="day_former_accounts",
            sql=(
                "SELECT a.* FROM link_accounts AS a JOIN changed_accounts AS c ON c.account_id = a.account_id"
            ),
        )
    )
    engine.run(Step(name="day_accounts", sql=_NUMBERED))
    engine.change("DELETE FROM link_accounts WHERE account_id IN (SELECT account_id FROM changed_accounts)")
    engine.change("INSERT INTO link_accounts SELECT * FROM day_accounts")
    engine.run(judged_step())
    engine.run(
        Step(
            name="day_changed",
            sql="SELECT account_no FROM day_former_accounts UNION SELECT account_no FROM day_accounts",
        )
    )
    every_row = rows_sql("changed_identifiers", "day_accounts", salt)
    engine.run(
        Step(
            name="day_new_rows",
            sql=(
                f"SELECT w.* FROM ({every_row}) AS w JOIN day_accounts AS a ON a.account_no = w.account_no"
                f" WHERE {PRESENT_NUMBERED}"
            ),
        )
    )
    engine.run(
        Step(
            name="day_hashes",
            sql=(
                "SELECT r.value_hash FROM link_rows AS r JOIN day_changed AS c ON c.account_no = r.account_no"
                " UNION SELECT value_hash FROM day_new_rows"
            ),
        )
    )
    engine.change("DELETE FROM link_rows WHERE account_no IN (SELECT account_no FROM day_changed)")
    engine.change("INSERT INTO link_rows SELECT * FROM day_new_rows")
    engine.run(
        Step(
            name="day_rows",
            sql="SELECT r.* FROM link_rows AS r JOIN day_hashes AS h ON h.value_hash = r.value_hash",
        )
    )
    engine.change(_NEW_REPEATS)
    engine.run(
        Step(
            name="day_touched",
            sql=(
                "SELECT r.value_no FROM link_repeats AS r JOIN day_hashes AS h ON h.value_hash = r.value_hash"
            ),
        )
    )
    mixed = "SELECT 1 FROM day_rows GROUP BY value_hash HAVING MIN(value_check) <> MAX(value_check) LIMIT 1"
    return not engine.rows(mixed)


_NUMBERED: Final = (
    "SELECT a.account_id, CAST(COALESCE(f.account_no, m.most + ROW_NUMBER() OVER (ORDER BY a.account_id))"
    " AS INTEGER) AS account_no, p.from_day FROM accounts AS a"
    " JOIN (SELECT DISTINCT account_id FROM changed_accounts) AS c ON c.account_id = a.account_id"
    " CROSS JOIN (SELECT COALESCE(MAX(account_no), 0) AS most FROM link_accounts) AS m"
    " LEFT JOIN day_former_accounts AS f ON f.account_id = a.account_id"
    " LEFT JOIN (SELECT account_id, MAX(from_day) AS from_day FROM account_periods GROUP BY account_id) AS p"
    " ON p.account_id = a.account_id WHERE a.account_id <> 'unattributed'"
)

_NEW_REPEATS: Final = (
    "INSERT INTO link_repeats SELECT CAST(m.most + ROW_NUMBER() OVER (ORDER BY n.value_hash) AS INTEGER),"
    " n.value_hash, FALSE, n.rows_count FROM (SELECT value_hash, CAST(COUNT(*) AS INTEGER) AS rows_count"
    " FROM day_rows GROUP BY value_hash HAVING COUNT(*) > 1) AS n"
    " CROSS JOIN (SELECT COALESCE(MAX(value_no), 0) AS most FROM link_repeats) AS m"
    " WHERE n.value_hash NOT IN (SELECT value_hash FROM link_repeats)"
)


def _replace_holdings(engine: ArrayEngine, crowd_cap: int) -> None:
    """Put the touched values and the presence of moved accounts as they are now."""
    cap = {"crowd_cap": crowd_cap}
    for table in ("link_values", "link_holds", "link_over"):
        engine.change(f"DELETE FROM {table} WHERE value_no IN (SELECT value_no FROM day_touched)")
    engine.change("INSERT INTO link_values SELECT * FROM day_values")
    held = "FROM day_held AS h JOIN day_values AS v ON v.value_no = h.value_no WHERE v.crowd"
    columns = "h.value_no, h.account_no, h.kind_no, v.family_bit, h.first_seen, h.last_seen"
    engine.change(f"INSERT INTO link_holds SELECT {columns} {held} <= $crowd_cap", cap)
    over = "h.value_no, h.account_no, v.family_bit"
    engine.change(f"INSERT INTO link_over SELECT {over} {held} > $crowd_cap", cap)
    engine.run(
        Step(
            name="day_moved_rows",
            sql="SELECT r.* FROM link_rows AS r JOIN day_moved AS m ON m.account_no = r.account_no",
        )
    )
    engine.change("DELETE FROM link_presence WHERE account_no IN (SELECT account_no FROM day_moved)")
    presence = _renamed(PRESENCE, {"link_rows": "day_moved_rows"})
    engine.change(f"INSERT INTO link_presence {presence}", cap)


def _replace_pairs(engine: ArrayEngine) -> None:
    """Reduce the pairs of moved accounts and the restless ones anew, and put them in place."""
    touched = "SELECT value_no FROM day_touched UNION SELECT value_no FROM day_votes"
    for table in ("link_votes", "link_ends"):
        engine.change(f"DELETE FROM {table} WHERE value_no IN ({touched})")
    engine.change("INSERT INTO link_ends SELECT * FROM day_ends")
    engine.change("INSERT INTO link_votes SELECT value_no, agreeing, with_data FROM day_votes")
    columns = "a_no, b_no, shared_mask, known_mask, met_mask"
    asked = f"SELECT {columns} FROM day_candidates UNION ALL SELECT {columns} FROM day_restless"
    kinds: dict[str, int] = {}
    for family, bit in engine.rows("SELECT family, kind_bit FROM link_kinds"):
        kinds[family] = kinds.get(family, 0) | bit
    pattern = _renamed(pattern_step(kinds).sql, {"link_candidates": "day_asked", "link_facts": "day_facts"})
    for step in (
        Step(name="day_asked", sql=asked),
        Step(name="day_restless_holds", sql=_ENDS),
        Step(
            name="day_asked_shared",
            sql=f"SELECT * FROM day_shared UNION ALL {_SHARED_BY}".format(
                pairs="day_restless", holds="day_restless_holds", passed_on=PASSED_ON
            ),
        ),
        Step(name="day_facts", sql=facts_sql("day_asked_shared", "link_ends")),
        Step(name="day_pairs", sql=pattern),
    ):
        engine.run(step)
    engine.change(
        "DELETE FROM link_pairs USING (SELECT a_no, b_no FROM day_gone"
        " UNION ALL SELECT a_no, b_no FROM day_restless) AS g"
        " WHERE link_pairs.a_no = g.a_no AND link_pairs.b_no = g.b_no"
    )
    engine.change("INSERT INTO link_pairs SELECT * FROM day_pairs")


def weigh_new_patterns(engine: ArrayEngine, parameters: Parameters) -> None:
    """Add the weights of patterns that no pair had before."""
    found = engine.arrays(
        "SELECT DISTINCT p.pattern, p.firm FROM day_pairs AS p LEFT JOIN link_weights AS w"
        " ON w.pattern = p.pattern AND w.firm = p.firm WHERE w.pattern IS NULL"
    )
    pattern, firm = (found[name].astype(np.int64) for name in ("pattern", "firm"))
    engine.append_arrays("link_weights", weigh_patterns(pattern, firm, parameters))
