"""Look at a file that nobody has described: its columns, what is here, who repeats, what stands out.

Law: nothing is decided here and nothing written; every finding stands beside what chance or habit would give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from debar.intake.archives.headers import documents, header_of
from debar.intake.archives.shapes import recognise, sign_of
from debar.intake.declared import TableDeclaration
from debar.intake.looking.guesses import Column, guess
from debar.intake.looking.shapes_of_values import shapes_of
from debar.intake.staging import stage_file
from debar.intake.tables import Column as TableColumn
from debar.intake.tables import Table
from debar.model.step import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.intake.archives.shapes import Shape
    from debar.intake.archives.sources import Member
    from debar.intake.looking.guesses import Guess
    from debar.model.ports import Engine

SAMPLE_VALUES: Final = 1_500
"""Different values of a column that are looked at one by one, chosen by their hash."""

SAMPLE_ROWS: Final = 1_000_000
"""In a longer file different values are counted on about so many rows, chosen by their hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that was looked at.

    Args:
        name: Of the file.
        sha256: Of its bytes.
        bytes_count: Its size.
        rows: Records.
        damaged: Records whose form is broken.
        headers_again: Records that repeat the header.
        shape: The archive's file it is; None if it is none that is known.
        sign: The columns by which it was recognised.
        columns: Its columns.
        guesses: What each is taken for, in the same order.
        table: The engine's table: ``record``, ``flaw`` and a column of text for each, ``c0``, ``c1`` ...
        sampled: Different values were counted on a sample of rows.
    """

    name: str
    sha256: str
    bytes_count: int
    rows: int
    damaged: int
    headers_again: int
    shape: Shape | None
    sign: tuple[str, ...]
    columns: tuple[Column, ...]
    guesses: tuple[Guess, ...]
    table: str
    sampled: bool
    roles: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def first(self, *roles: str) -> int | None:
        """Return the position of the first column with one of some roles, the best role first."""
        for role in roles:
            if self.roles.get(role):
                return self.roles[role][0]
        return None


def look_at(engine: Engine, member: Member, *, number: int) -> Looked:
    """Read a file as text and guess its columns.

    Args:
        engine: Where the table ``stage_look_<number>`` is made; the caller removes it.
        member: The file.
        number: Tells the files of one look apart.

    Raises:
        DebarError: DBR-I004, two columns have one name; DBR-I005, the file is damaged.
    """
    header = header_of(engine, member.path, member.ending, name=member.name)
    table, names = f"stage_look_{number}", list(header.names)
    if header.form == "document":
        names = _load_documents(engine, member, table)
    else:
        columns = tuple(TableColumn(name=f"c{at}") for at in range(len(names)))
        declared = TableDeclaration(columns={f"c{at}": name for at, name in enumerate(names)})
        kind = Table(name="look", columns=columns)
        stage_file(engine, member.path, kind, declared, name=member.name, number=number, form=header.form)
    rows, damaged = engine.rows(f"SELECT count(*), count(flaw) FROM {table}")[0]
    sampled = rows > SAMPLE_ROWS
    columns_found = tuple(
        _profile(engine, table, at, name, rows, sampled=sampled) for at, name in enumerate(names)
    )
    guesses = tuple(guess(column) for column in columns_found)
    shape = recognise(names)
    roles: dict[str, list[int]] = {}
    for column, one in zip(columns_found, guesses, strict=True):
        if one.role:
            roles.setdefault(one.role, []).append(column.at)
    return Looked(
        name=member.name,
        sha256=member.sha256,
        bytes_count=member.bytes_count,
        rows=rows,
        damaged=damaged,
        headers_again=_headers_again(engine, table, names),
        shape=shape,
        sign=sign_of(shape, names) if shape else (),
        columns=columns_found,
        guesses=guesses,
        table=table,
        sampled=sampled,
        roles={role: tuple(places) for role, places in roles.items()},
    )


def _load_documents(engine: Engine, member: Member, table: str) -> list[str]:
    """Load the rows of a JSON document as text, nested values as JSON."""
    import json

    rows = list(documents(member.path, name=member.name))
    names = list(dict.fromkeys(name for row in rows for name in row))

    def cell(value: Any) -> str | None:  # noqa: ANN401 - whatever JSON holds
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)

    columns = {"record": "BIGINT", "line": "BIGINT", "flaw": "VARCHAR"}
    columns |= {f"c{at}": "VARCHAR" for at in range(len(names))}
    cells = [(number, None, None, *(cell(row.get(n)) for n in names)) for number, row in enumerate(rows, 1)]
    engine.load(table, columns, cells)
    return names


def _profile(engine: Engine, table: str, at: int, name: str, rows: int, *, sampled: bool) -> Column:
    cell = f"trim(c{at})"
    every = -(-rows // SAMPLE_ROWS)
    chosen = f" AND hash(record) % {every} = 0" if sampled else ""
    values = "look_values"
    ((filled,),) = engine.rows(f"SELECT count(*) FROM {table} WHERE {cell} <> ''")
    sql = f"SELECT DISTINCT {cell} AS v FROM {table} WHERE {cell} <> ''{chosen}"
    ((distinct, length),) = engine.rows(
        f"SELECT count(*), CAST(coalesce(median(length(v)), 0) AS BIGINT) FROM ({sql})"
    )
    sample = engine.rows(f"SELECT left(v, 2000) FROM ({sql}) {values} ORDER BY hash(v) LIMIT {SAMPLE_VALUES}")
    return Column(
        at=at,
        header=name,
        rows=rows,
        filled=filled,
        distinct=distinct,
        shapes=shapes_of([value for (value,) in sample]),
        length=int(length),
    )


def _headers_again(engine: Engine, table: str, names: Sequence[str]) -> int:
    """Count the records that repeat the header, as files put one after the other do."""
    if len(names) < 2:
        return 0
    same = " AND ".join(f"trim(c{at}) = $n{at}" for at in range(min(len(names), 20)))
    values = {f"n{at}": name for at, name in enumerate(names[:20])}
    ((count,),) = engine.rows(f"SELECT count(*) FROM {quote_identifier(table)} WHERE {same}", values)
    return int(count)


def account_of(looked: Looked) -> int | None:
    """Return the column that tells accounts apart: an id, else a name, else who pays."""
    return looked.first("account_id", "name", "payer")


def text_of(at: int | None) -> str:
    """Return SQL of a column's trimmed text, NULL where it is empty or there is no column."""
    return "CAST(NULL AS VARCHAR)" if at is None else f"nullif(trim(c{at}), '')"
