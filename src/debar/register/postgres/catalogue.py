"""Whether a register's tables and guards in PostgreSQL are still as they were made.

Law: what the server's catalogue says is compared with what this debar makes; a guard that was taken off,
switched off, given a condition or put another function under is found, and so is a table that a crash would
empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.register.postgres.tables import FUNCTIONS, GUARDS, PRIMARY_KEYS, column_names, since_of
from debar.register.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_TRIGGERS: Final = """
SELECT c.relname::text, t.tgname::text, p.proname::text, t.tgtype::int, t.tgdeferrable AND t.tginitdeferred
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'debar'::regnamespace AND NOT t.tgisinternal
  AND t.tgenabled = 'O' AND t.tgqual IS NULL AND t.tgattr::text = ''
  AND p.pronamespace = 'debar'::regnamespace
"""

_FUNCTIONS: Final = """
SELECT proname::text, prosrc FROM pg_catalog.pg_proc WHERE pronamespace = 'debar'::regnamespace
"""

_KEYS: Final = """
SELECT c.relname::text,
  ARRAY (
    SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS place (number, position)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = place.number
    ORDER BY place.position
  )
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
WHERE c.relnamespace = 'debar'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND NOT c.relhasrules AND NOT c.relrowsecurity
"""

_COLUMNS: Final = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'debar'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY c.relname
"""


def differences(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Say, each in a sentence, what is not as it was made."""
    row = connection.execute("SELECT max(version) FROM debar.schema_version").fetchone()
    version = SCHEMA_VERSION if row is None or row[0] is None else row[0]
    guards = {
        (guard.table, guard.name, guard.function, guard.type_bits, guard.at_commit): guard.name
        for guard in GUARDS
        if since_of(guard.table) <= version
    }
    triggers = set(connection.execute(_TRIGGERS).fetchall())
    names = {guards[key] for key in guards.keys() - triggers} | {row[1] for row in triggers - guards.keys()}
    functions = set(connection.execute(_FUNCTIONS).fetchall()) & set(FUNCTIONS.items())
    names |= FUNCTIONS.keys() - {name for name, _ in functions}
    keys = {(table, tuple(columns)) for table, columns in connection.execute(_KEYS).fetchall()}
    columns = {(table, tuple(found)) for table, found in connection.execute(_COLUMNS).fetchall()}
    for table, key in PRIMARY_KEYS.items():
        if since_of(table) > version:
            continue
        if (table, key) not in keys or (table, tuple(column_names(table))) not in columns:
            names.add(table)
    for name in sorted(names):
        yield f"table, index or guard {name} is not as it was made"
