"""Staged text becomes checked rows: typed values, a code for each flaw, and a verdict on the row.

Law: of every staged row either the row is kept, or it repeats a kept one, or it stands in ``unread``
with its code and, where it could be read, its money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.intake.cells import cell
from debar.model.step import Step, quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.intake.declared import TableDeclaration
    from debar.intake.staging import Staged
    from debar.intake.tables import Column, Table

FILE_STRIDE = 10**12
"""Row ids are file number times this, plus the record."""

_SPACES = "chr(9) || chr(10) || chr(13) || chr(32) || chr(160) || chr(65279)"
_HAS_SPACES = quote_text(r"^[\s\x{A0}\x{FEFF}]|[\s\x{A0}\x{FEFF}]$")
"""A pattern costs a third of trimming by a list of characters, and hardly any cell needs it."""

_FLAWS = {
    "wide": "DBR-I010",
    "unclosed": "DBR-I033",
    "json": "DBR-I035",
    "short": "DBR-I011",
    "encoding": "DBR-I012",
    "nul": "DBR-I013",
    "quote": "DBR-I038",
}
"""A flaw of a record's form to its code; the first three refuse the row."""

FLAWS_THAT_REFUSE = ("wide", "unclosed", "json")


def checked(table: Table, staged: Sequence[Staged], declared: TableDeclaration) -> Step:
    """Return the step ``checked_<table>``.

    Columns:
        row_id (BIGINT): file number and record, unique in the table.
        file (VARCHAR), record (BIGINT), line (BIGINT, NULL where not known), flaw (VARCHAR).
        r_<column>: the trimmed text; v_<value>: the typed value; p_<column>: the problem's code, or NULL.
        refused (VARCHAR): code that keeps the row out of the table, or NULL.
    """
    cells = [(column, cell(column, f"r_{column.name}", declared)) for column in table.columns]
    parts = []
    for column, read in cells:
        for name, sql in read.values.items():
            parts.append(f"{sql} AS {quote_identifier('v_' + name)}")
        parts.append(f"{_with_missing(column, read.problem)} AS {quote_identifier('p_' + column.name)}")
    rows = " UNION ALL ".join(
        _texts(table, one, declared, number=number) for number, one in enumerate(staged, start=1)
    )
    made: list[str] = []
    for level in ("first", "then"):
        named = {name: sql for _, read in cells for name, sql in getattr(read, level).items()}
        if named:
            listed = ", ".join(f"{sql} AS {quote_identifier(name)}" for name, sql in named.items())
            rows = f"SELECT *, {listed} FROM ({rows})"
            made += map(quote_identifier, named)
    left_out = f" EXCLUDE ({', '.join(made)})" if made else ""
    sql = (
        f"SELECT *, {_refused(table)} AS refused FROM (SELECT *{left_out}, {', '.join(parts)} FROM ({rows}))"
    )
    return Step(name=f"checked_{table.name}", sql=sql)


_TYPES = {
    "money": "BIGINT",
    "bounds": "BIGINT",
    "count": "BIGINT",
    "count_bounds": "BIGINT",
    "time": "TIMESTAMP",
    "day": "DATE",
    "bool": "BOOLEAN",
    "list": "VARCHAR[]",
}


def empty_columns(table: Table, declared: TableDeclaration) -> dict[str, str]:
    """Return the columns of ``checked_<table>`` for a table that the platform does not have."""
    columns = {"row_id": "BIGINT", "file": "VARCHAR", "record": "BIGINT", "line": "BIGINT", "flaw": "VARCHAR"}
    columns |= {f"r_{column.name}": "VARCHAR" for column in table.columns}
    for column in table.columns:
        for name in cell(column, "NULL", declared).values:
            columns[f"v_{name}"] = _TYPES.get(column.form, "VARCHAR")
        columns[f"p_{column.name}"] = "VARCHAR"
    return columns | {"refused": "VARCHAR"}


def _texts(table: Table, staged: Staged, declared: TableDeclaration, *, number: int) -> str:
    """Return SQL of one staged file's rows, trimmed, with declared nulls as NULL."""
    cells = []
    for column in table.columns:
        if column.name not in staged.columns:
            cells.append(f"CAST(NULL AS VARCHAR) AS {quote_identifier('r_' + column.name)}")
            continue
        name = quote_identifier(column.name)
        trimmed = (
            f"CASE WHEN regexp_matches({name}, {_HAS_SPACES}) THEN trim({name}, {_SPACES}) ELSE {name} END"
        )
        nulls = ("", *declared.null, *declared.column_null.get(column.name, ()))
        listed = ", ".join(quote_text(text) for text in nulls)
        cells.append(
            f"CASE WHEN ({trimmed}) IN ({listed}) THEN NULL ELSE {trimmed} END"
            f" AS {quote_identifier('r_' + column.name)}"
        )
    return (
        f"SELECT {number * FILE_STRIDE} + record AS row_id, {quote_text(staged.file.name)} AS file, "
        f"record, line, flaw, {', '.join(cells)} FROM {quote_identifier(staged.table)}"
    )


def _with_missing(column: Column, problem: str) -> str:
    """Return SQL of a column's code; a needed cell that is empty has one too, unless the row is broken."""
    if not column.required:
        return problem
    broken = " OR ".join(f"flaw LIKE '%{flaw}%'" for flaw in FLAWS_THAT_REFUSE)
    missing = f"r_{column.name} IS NULL AND NOT coalesce({broken}, false)"
    code = "DBR-I027" if column.name == "account_id" and not column.refuses else "DBR-I026"
    return f"CASE WHEN {missing} THEN '{code}' ELSE {problem} END"


SOFT = ("DBR-I015", "DBR-I025", "DBR-I028", "DBR-I029")
"""Codes of cells that were read all the same."""


def _refused(table: Table) -> str:
    cases = [f"WHEN flaw LIKE '%{flaw}%' THEN '{_FLAWS[flaw]}'" for flaw in FLAWS_THAT_REFUSE]
    soft = ", ".join(f"'{code}'" for code in SOFT)
    for column in table.columns:
        if column.refuses:
            problem = quote_identifier("p_" + column.name)
            spared = f" AND {quote_identifier('v_' + column.instead)} IS NULL" if column.instead else ""
            cases.append(f"WHEN {problem} NOT IN ({soft}){spared} THEN {problem}")
    return f"CASE {' '.join(cases)} END"


def flaw_codes() -> dict[str, str]:
    """Return the codes of flaws in a record's form."""
    return dict(_FLAWS)


REPEATED_COLUMNS = {"row_id": "BIGINT", "first_id": "BIGINT", "is_same": "BOOLEAN"}
"""Columns of ``repeated_<table>``."""


def repeated(table: Table, *, key_sql: str, content: Sequence[str]) -> Step:
    """Return the step ``repeated_<table>``: rows whose key an earlier row has.

    Only keys that occur twice are sorted, so that a large clean table costs one aggregation.

    Columns:
        row_id (BIGINT): the later row. first_id (BIGINT): the row that is kept.
        is_same (BOOLEAN): both say the same.
    """
    said = ", ".join(f"coalesce(CAST({quote_identifier('v_' + name)} AS VARCHAR), '')" for name in content)
    source = quote_identifier(f"checked_{table.name}")
    sql = f"""
        SELECT row_id, first_id, said = first_said AS is_same FROM (
            SELECT row_id, said,
                first_value(row_id) OVER (PARTITION BY key ORDER BY row_id) AS first_id,
                first_value(said) OVER (PARTITION BY key ORDER BY row_id) AS first_said
            FROM (
                SELECT row_id, {key_sql} AS key, md5(concat_ws(chr(31), {said})) AS said
                FROM {source}
                WHERE refused IS NULL AND {key_sql} IN (
                    SELECT {key_sql} FROM {source} WHERE refused IS NULL GROUP BY 1 HAVING count(*) > 1
                )
            )
        ) WHERE row_id <> first_id"""
    return Step(name=f"repeated_{table.name}", sql=sql)
