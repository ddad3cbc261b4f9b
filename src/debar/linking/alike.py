"""Pairs of accounts by name: names meet by their keys in SQL, and those that meet are compared once.

Law: what is compared is distinct names, by how rare their words are on this very platform. A pair by name
is a candidate and, from ``NEAR`` on, a graded piece of evidence that anybody can plant; it never bans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.evidence.naming.comparing import NameLevel, compare_names
from debar.evidence.naming.keys import name_keys
from debar.evidence.naming.rarity import platform_rarity
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from debar.model.ports import Engine

KEY_CROWD_MAX: Final = 20
"""A key that more distinct names bear is not followed, unless told otherwise."""

BATCH: Final = 50_000
"""Names, or pairs of names, that are in Python at one time."""

_KEYS: Final = {"name_no": "BIGINT", "name_key": "VARCHAR"}
_ALIKE: Final = {
    "a_no": "BIGINT",
    "b_no": "BIGINT",
    "level": "INTEGER",
    "why": "VARCHAR",
    "likeness": "INTEGER",
    "agreeing_millibits": "INTEGER",
}

_NAMES: Final = (
    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY name) AS BIGINT) AS name_no, name FROM ("
    "SELECT DISTINCT COALESCE(legal_name, name) AS name FROM accounts"
    " WHERE account_id <> 'unattributed' AND COALESCE(legal_name, name) IS NOT NULL) AS stated"
)

_BEARERS: Final = (
    "SELECT a.account_id, n.name_no FROM accounts AS a"
    " JOIN alike_names AS n ON n.name = COALESCE(a.legal_name, a.name)"
    " WHERE a.account_id <> 'unattributed'"
)

_MET: Final = (
    "SELECT DISTINCT x.name_no AS a_no, y.name_no AS b_no FROM alike_keys AS x"
    " JOIN alike_keys AS y ON y.name_key = x.name_key AND x.name_no < y.name_no"
    " JOIN (SELECT name_key FROM alike_keys GROUP BY name_key"
    " HAVING COUNT(*) BETWEEN 2 AND $crowd_max) AS c ON c.name_key = x.name_key"
)

_ORDERED: Final = (
    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY m.a_no, m.b_no) AS BIGINT) AS pair_no,"
    " m.a_no, m.b_no, a.name AS a_name, b.name AS b_name FROM alike_met AS m"
    " JOIN alike_names AS a ON a.name_no = m.a_no JOIN alike_names AS b ON b.name_no = m.b_no"
)

_PAIRS: Final = (
    "SELECT LEAST(a.account_id, b.account_id) AS account_a,"
    " GREATEST(a.account_id, b.account_id) AS account_b,"
    " p.level, p.why, p.likeness, p.agreeing_millibits FROM alike AS p"
    " JOIN alike_bearers AS a ON a.name_no = p.a_no JOIN alike_bearers AS b ON b.name_no = p.b_no"
    " JOIN (SELECT name_no FROM alike_bearers GROUP BY name_no HAVING COUNT(*) <= $bearers_max) AS x"
    " ON x.name_no = p.a_no"
    " JOIN (SELECT name_no FROM alike_bearers GROUP BY name_no HAVING COUNT(*) <= $bearers_max) AS y"
    " ON y.name_no = p.b_no"
)


def pair_by_name(
    engine: Engine,
    *,
    at_least: NameLevel = NameLevel.NEAR,
    key_crowd_max: int = KEY_CROWD_MAX,
    bearers_max: int = KEY_CROWD_MAX,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Make the table ``alike_pairs`` of accounts whose names are not equal, and near.

    Accounts of one name share a legal name and meet by it; they are not repeated here.

    Args:
        engine: Holds ``accounts``.
        at_least: Least level that is kept.
        key_crowd_max: A key that more distinct names bear is not followed.
        bearers_max: A name that more accounts bear makes no pairs.
        progress: Is told how far it is.

    Columns of ``alike_pairs``:
        account_a, account_b (VARCHAR): account_a < account_b.
        level (INTEGER), why (VARCHAR), likeness (INTEGER, millionths), agreeing_millibits (INTEGER): as in
            :class:`debar.evidence.naming.comparing.NameComparison`.
    """
    engine.run(Step(name="alike_names", sql=_NAMES))
    engine.run(Step(name="alike_bearers", sql=_BEARERS))
    rarity = platform_rarity(name for (name,) in engine.rows("SELECT name FROM alike_names"))
    engine.load("alike_keys", _KEYS, [])
    for rows in _batches(engine, "alike_names", "name_no", "name_no, name"):
        engine.append("alike_keys", [(no, key) for no, name in rows for key in name_keys(name, rarity)])
    engine.run(Step(name="alike_met", sql=_MET, parameters={"crowd_max": key_crowd_max}))
    engine.run(Step(name="alike_ordered", sql=_ORDERED))
    engine.load("alike", _ALIKE, [])
    done = 0
    for rows in _batches(engine, "alike_ordered", "pair_no", "a_no, b_no, a_name, b_name"):
        compared = [(a, b, compare_names(one, other, rarity)) for a, b, one, other in rows]
        engine.append(
            "alike",
            [
                (a, b, int(c.level), c.why, c.likeness, c.agreeing_millibits)
                for a, b, c in compared
                if c.level >= at_least
            ],
        )
        done += len(rows)
        if progress is not None:
            progress(f"names: {done:,} pairs compared")
    engine.run(Step(name="alike_pairs", sql=_PAIRS, parameters={"bearers_max": bearers_max}))


def _batches(engine: Engine, table: str, number: str, columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a numbered table, some at a time, in the order of their numbers."""
    ((count,),) = engine.rows(f"SELECT COUNT(*) FROM {table}")
    for start in range(0, count, BATCH):
        yield engine.rows(
            f"SELECT {columns} FROM {table} WHERE {number} > $start AND {number} <= $end ORDER BY {number}",
            {"start": start, "end": start + BATCH},
        )
