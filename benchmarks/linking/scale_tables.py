"""Normalised tables of any size, as intake would leave them: what linking is timed on.

Law: the same size makes the same tables, and every crowd keeps its size as the platform grows, so that work
need grow no faster than the platform does. Nothing here is meant to be linked well, only to be linked fast.

An account draws for each of its identifier rows whose value it holds: its own alone, its owner's (1 to 30
accounts), its agency's or freelancer's (2 to about 150), or that of a crowd (households of 3, offices of 40,
carriers of 1,200: above any cap). 13.7 rows an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from debar.evidence.keying import is_keyed
from debar.model.identifiers import FAMILY_OF_KIND

if TYPE_CHECKING:
    from pathlib import Path

OWNER_SIZES: Final = (*[1] * 72, *[2] * 12, *[3] * 6, *[5] * 6, *[10] * 3, 30)
"""Accounts of a hundred owners, which repeat."""

MANAGER_SIZES: Final = (160, 100, 60, 40, 30, 25, 20, *[12] * 4, *[8] * 6, *[4] * 10, *[2] * 23)
"""Owners managed by each of fifty agencies and freelancers; as many again are managed by nobody."""

KINDS: Final = {
    # rows an account (hundredths), then per cent of them that are: the owner's, the manager's, a crowd's
    "ip": (260, 55, 15, 25, 1200),
    "domain": (150, 70, 3, 2, 40),
    "device": (150, 70, 12, 2, 3),
    "admin": (150, 60, 25, 1, 3),
    "email": (130, 70, 3, 1, 3),
    "phone": (100, 70, 3, 2, 3),
    "card": (100, 60, 15, 1, 3),
    "address": (80, 70, 5, 10, 40),
    "legal_name": (80, 95, 0, 0, 3),
    "pixel": (65, 70, 8, 2, 40),
    "legal_id": (63, 97, 0, 1, 3),
    "tax_id": (30, 97, 0, 1, 3),
    "bank": (12, 80, 5, 0, 3),
}
"""Kind to how many rows and of whom; the last figure is the size of its crowds."""


def write_tables(folder: Path, accounts: int) -> None:
    """Write ``accounts.parquet`` and ``identifiers.parquet`` with the columns that intake leaves.

    Args:
        folder: Where to.
        accounts: How many.
    """
    with duckdb.connect(config={"memory_limit": "4GB", "threads": 2}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        _load_places(connection, "owner_places", OWNER_SIZES)
        _load_places(connection, "manager_places", MANAGER_SIZES)
        connection.execute(_PEOPLE.format(accounts=accounts))
        connection.execute(_ACCOUNTS.format(out=folder / "accounts.parquet"))
        rows = " UNION ALL ".join(_rows_of(kind) for kind in KINDS)
        connection.execute(_IDENTIFIERS.format(rows=rows, out=folder / "identifiers.parquet"))


def _load_places(connection: duckdb.DuckDBPyConnection, name: str, sizes: tuple[int, ...]) -> None:
    """Make a table of place to member: a place is one account (or owner) of a repeating block."""
    members = [(member,) for member, size in enumerate(sizes) for _ in range(size)]
    connection.execute(f"CREATE TABLE {name} (place INTEGER, member INTEGER)")
    connection.execute(
        f"INSERT INTO {name} SELECT unnest(range({len(members)})), unnest($members)",
        {"members": [member for (member,) in members]},
    )


_PEOPLE: Final = f"""
CREATE TABLE people AS
SELECT i, owner, owner % 2 = 0 AS managed,
  (owner // 2 // {sum(MANAGER_SIZES)}) * {len(MANAGER_SIZES)} + m.member AS manager
FROM (
  SELECT r.i, (r.i // {sum(OWNER_SIZES)}) * {len(OWNER_SIZES)} + p.member AS owner
  FROM range({{accounts}}) AS r (i) JOIN owner_places AS p ON p.place = r.i % {sum(OWNER_SIZES)}
) JOIN manager_places AS m ON m.place = (owner // 2) % {sum(MANAGER_SIZES)}
"""

_ACCOUNTS: Final = """
COPY (
  SELECT 'a' || lpad(CAST(i AS VARCHAR), 9, '0') AS account_id, 'Trader ' || owner AS name,
    CAST(NULL AS VARCHAR) AS legal_name, CAST(NULL AS VARCHAR) AS handle,
    ['US', 'GB', 'DE', 'FR', 'BR'][1 + CAST(owner % 5 AS INTEGER)] AS country, 'USD' AS currency,
    TIMESTAMP '2019-01-01 00:00:00' + to_days(CAST(hash(i) % 2000 AS INTEGER)) AS created_at,
    CAST(NULL AS VARCHAR) AS manager_id, FALSE AS declared_agency
  FROM people
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""

_IDENTIFIERS: Final = """
COPY (
  SELECT account_id, kind, family, value_key,
    CASE WHEN keyed THEN kind || ':' || value_key[1:16] ELSE kind || ':' || value_key END AS fact_id,
    CASE WHEN keyed THEN kind || ' ' || value_key[1:6] ELSE value_key END AS shown,
    CAST(NULL AS VARCHAR) AS role, first_seen,
    first_seen + CAST(hash(value_key) % 700 AS INTEGER) AS last_seen, 'given' AS source
  FROM ({rows})
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def _rows_of(kind: str) -> str:
    """Return the SELECT of one kind's rows."""
    rows, of_owner, of_manager, of_crowd, crowd = KINDS[kind]
    whole, part = divmod(rows, 100)
    draw = f"CAST(hash(i, '{kind}', slot) % 100 AS INTEGER)"
    own = 100 - of_owner - of_manager - of_crowd
    block = max(1, crowd * 100 // max(of_crowd, 1))
    text = (
        f"CASE WHEN draw < {of_owner} THEN 'o' || owner || '-' || slot"
        f" WHEN draw < {of_owner + of_manager} AND managed THEN 'm' || manager"
        f" WHEN draw >= {own + of_owner + of_manager} THEN 'c' || (i // {block})"
        " ELSE 's' || i || '-' || slot END"
    )
    keyed = is_keyed(kind)
    value = (
        f"md5('{kind}' || text) || md5('~{kind}' || text)" if keyed else f"'{kind}-' || text || '.example'"
    )
    return (
        f"SELECT 'a' || lpad(CAST(i AS VARCHAR), 9, '0') AS account_id, '{kind}' AS kind,"
        f" '{FAMILY_OF_KIND[kind]}' AS family, {value} AS value_key, {keyed} AS keyed,"
        f" DATE '2020-01-01' + CAST(hash(i, slot) % 1500 AS INTEGER) AS first_seen FROM ("
        f"SELECT *, {text} AS text FROM (SELECT i, owner, managed, manager, slot, {draw} AS draw FROM people,"
        f" range({whole + (part > 0)}) AS s (slot)"
        f" WHERE slot < {whole} OR hash(i, '{kind}') % 100 < {part}))"
    )
