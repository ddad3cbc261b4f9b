"""Read a platform: from a folder or a database file to the normalised tables, with every flaw found.

Law: rows read = rows kept + rows repeated + rows unread, for every table; a bad row never stops a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debar.evidence.keying import is_keyed, keyed, mask
from debar.intake import finishing, identifiers
from debar.intake.checking import REPEATED_COLUMNS, checked, empty_columns, repeated
from debar.intake.declared import FILE_NAME, read_declaration
from debar.intake.problems import (
    Finding,
    Findings,
    form_findings,
    long_lines,
    repeat_findings,
)
from debar.intake.staging import ENDINGS, ReadFile, Staged, stage_file, stage_relation
from debar.intake.tables import TABLES, UNATTRIBUTED
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.problem import EXIT_PROBLEMS, EXIT_USAGE, DebarError, Place
from debar.model.step import quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.evidence.keying import HashKey
    from debar.intake.declared import Declaration, TableDeclaration
    from debar.intake.tables import Table
    from debar.model.ports import Engine
    from debar.model.problem import Problem

DATABASE_ENDINGS = (".duckdb", ".ddb", ".db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of a table's rows.

    Args:
        read: Rows of its files.
        kept: Rows that the normalised table rests on.
        repeated: Rows with the id of an earlier one.
        unread: Rows that could not be used; they stand in the table ``unread``.
    """

    read: int
    kept: int
    repeated: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform that was read: what is in the engine, and what was wrong with it.

    Args:
        name: Of the platform, for people.
        source: Where it was read from.
        tables: Normalised table to its number of rows.
        problems: The first thousand problems of each code.
        problem_counts: Code to the exact number of problems.
        files: What was read.
        derived: Identifier kind to the rows that other tables imply.
        unknown_kinds: Kinds that belong to no family, to their rows.
        tallies: Table to what became of its rows.
        key_id: Name of the key that sensitive values are hashed with.
    """

    name: str
    source: Path
    tables: Mapping[str, int]
    problems: tuple[Problem, ...]
    problem_counts: Mapping[str, int]
    files: tuple[ReadFile, ...]
    derived: Mapping[str, int]
    unknown_kinds: Mapping[str, int]
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    key_id: str = ""


def read_platform(
    engine: Engine,
    source: Path,
    *,
    key: HashKey,
    families: Mapping[str, str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Platform:
    """Read what a platform hands over into the engine's normalised tables.

    The tables are accounts, identifiers, ads, spend, billing, contacts and judgements, each always there;
    beside them near_keys (weaker keys of identifiers) and unread (rows that could not be used).

    Args:
        engine: Where the tables are made, replacing older ones.
        source: A folder with CSV, Parquet or JSON Lines files, or a DuckDB file.
        key: Key for sensitive values.
        families: Identifier kinds that the operator adds, to their evidence family.
        progress: Called with a line now and then.

    Returns:
        What was read, with all problems.

    Raises:
        DebarError: DBR-I001, there is nothing to read; DBR-I002, a required column is missing; DBR-I003,
            ``platform.toml`` is wrong; DBR-I004, a table or column is there twice; DBR-I005, a file is
            damaged; DBR-I006, no account could be read.
    """
    say = progress or (lambda _: None)
    folder = source if source.is_dir() else source.parent
    declaration = read_declaration(folder)
    staged = _stage(engine, source, declaration, say)
    findings = Findings(engine, shown=lambda table, kind, value: _shown(table, kind, value, key))
    _load_files(engine, staged)
    for table in TABLES:
        say(f"checking {table.name}")
        _check(engine, table, staged[table.name], declaration.tables[table.name], findings)
        if table.name in finishing.FINISHED:
            kept = finishing.kept(table.name)
            engine.run(kept)
            engine.run(finishing.FINISHED[table.name]())
            if table.name == "spend":
                engine.run(finishing.spend_apart())
            engine.drop(kept.name)
        if table.name == "accounts":
            _refuse_empty(engine, source, findings)
    say("identifiers")
    _identify(engine, key=key, families=families or {}, declaration=declaration, progress=progress)
    for table in TABLES:
        findings.search(table, staged[table.name], _cross_findings(table))
    engine.run(finishing.unread(tuple(table.name for table in TABLES)))
    tallies = {table.name: _tally(engine, table) for table in TABLES}
    platform = _describe(engine, source, declaration, staged, findings, tallies=tallies, key=key)
    _clear(engine, staged)
    return platform


def _stage(
    engine: Engine, source: Path, declaration: Declaration, say: Callable[[str], None]
) -> dict[str, list[Staged]]:
    if source.is_file() and source.suffix.lower() in DATABASE_ENDINGS:
        return _stage_database(engine, source, declaration)
    if not source.is_dir():
        raise _nothing(source, "there is no such folder or DuckDB file")
    staged: dict[str, list[Staged]] = {}
    for table in TABLES:
        declared = declaration.tables[table.name]
        staged[table.name] = []
        for number, path in enumerate(_find_files(source, table, declared), start=1):
            name = path.relative_to(source).as_posix()
            say(f"reading {name}")
            staged[table.name].append(stage_file(engine, path, table, declared, name=name, number=number))
    if not staged["accounts"]:
        present = sorted(path.name for path in source.iterdir())[:20]
        what = f"the folder has: {', '.join(present)}" if present else "the folder is empty"
        raise _nothing(source, f"no accounts.csv, accounts.parquet or accounts.jsonl; {what}")
    return staged


def _find_files(folder: Path, table: Table, declared: TableDeclaration) -> list[Path]:
    if declared.file is not None:
        files = sorted(path for path in folder.glob(declared.file) if path.suffix.lower() in ENDINGS)
        if not files:
            raise DebarError(
                "DBR-I003",
                f"platform.toml declares {declared.file} for {table.name}, and no such file is there",
                place=Place(file=FILE_NAME),
                hint="the pattern is relative to the folder; files end in .csv, .tsv, .jsonl or .parquet",
                exit_code=EXIT_USAGE,
            )
        return files
    files = [path for ending in ENDINGS if (path := folder / f"{table.name}{ending}").is_file()]
    if len(files) > 1:
        raise DebarError(
            "DBR-I004",
            f"{table.name} is there twice: {', '.join(path.name for path in files)}",
            place=Place(file=files[1].name),
            hint=f'keep one, or declare [files] {table.name} = "{files[0].name}" in platform.toml',
            exit_code=EXIT_PROBLEMS,
        )
    return files


def _stage_database(engine: Engine, source: Path, declaration: Declaration) -> dict[str, list[Staged]]:
    alias = "platform_source"
    try:
        found = engine.attach(source, alias)
    except Exception:  # noqa: BLE001 - the driver's own error, whichever it is, never reaches a user
        raise DebarError(
            "DBR-I005",
            "the file cannot be read: not a DuckDB database, or one of a newer version",
            place=Place(file=source.name),
            hint="write it again from its source",
            exit_code=EXIT_PROBLEMS,
        ) from None
    staged: dict[str, list[Staged]] = {table.name: [] for table in TABLES}
    try:
        for table in TABLES:
            declared = declaration.tables[table.name]
            theirs = declared.file or table.name
            if theirs not in found:
                continue
            relation = f"{quote_identifier(alias)}.main.{quote_identifier(theirs)}"
            staged[table.name].append(
                stage_relation(
                    engine,
                    relation,
                    found[theirs],
                    table,
                    declared,
                    name=f"{source.name}/{theirs}",
                    target=f"stage_{table.name}_1",
                )
            )
    finally:
        engine.detach(alias)
    if not staged["accounts"]:
        raise _nothing(
            source, f"no table accounts; the database has: {', '.join(sorted(found)) or 'no tables'}"
        )
    return staged


def _nothing(source: Path, what: str) -> DebarError:
    return DebarError(
        "DBR-I001",
        f"nothing to read: {what}",
        place=Place(file=source.name),
        hint="hand over at least accounts with account_id and name; docs/platform.md shows a folder",
        exit_code=EXIT_USAGE,
    )


def _load_files(engine: Engine, staged: Mapping[str, list[Staged]]) -> None:
    columns = {"table_name": "VARCHAR", "name": "VARCHAR", "sha256": "VARCHAR"}
    rows = [(one.file.table, one.file.name, one.file.sha256) for part in staged.values() for one in part]
    engine.load("intake_files", columns, rows)


def _check(
    engine: Engine, table: Table, staged: list[Staged], declared: TableDeclaration, findings: Findings
) -> None:
    """Make checked, repeated and late rows of a table, and collect what is wrong with single rows."""
    if staged:
        engine.run(checked(table, staged, declared))
    else:
        engine.load(f"checked_{table.name}", empty_columns(table, declared), [])
    if table.key is None:
        engine.load(f"repeated_{table.name}", REPEATED_COLUMNS, [])
    else:
        content = [name[2:] for name in engine.columns(f"checked_{table.name}") if name.startswith("v_")]
        engine.run(repeated(table, key_sql=finishing.name_of(table.key), content=content))
    engine.run(finishing.late(table.name))
    for one in staged:
        long_lines(findings, one)
        if one.file.rows == 0 and table.name != "accounts":
            findings.add("DBR-I042", Place(file=one.file.name))
    findings.search(table, staged, form_findings(table))
    if table.key is not None:
        findings.search(table, staged, repeat_findings(table))


def _refuse_empty(engine: Engine, source: Path, findings: Findings) -> None:
    ((count,),) = engine.rows("SELECT count(*) FROM accounts")
    if count == 0:
        raise DebarError(
            "DBR-I006",
            "no account could be read",
            place=Place(file=source.name),
            details=tuple(str(problem) for problem in findings.problems[:3]),
            hint="a platform has at least one account with an account_id",
            exit_code=EXIT_PROBLEMS,
        )


def _identify(
    engine: Engine,
    *,
    key: HashKey,
    families: Mapping[str, str],
    declaration: Declaration,
    progress: Callable[[str], None] | None,
) -> None:
    identifiers.load_families(engine, families)
    engine.run(identifiers.launches())
    engine.run(identifiers.observed())
    engine.run(identifiers.distinct_values())
    identifiers.normalise_values(engine, key=key, country=declaration.country, progress=progress)
    identifiers.find_common_names(engine)
    engine.run(identifiers.identifiers())
    engine.run(identifiers.near_keys())
    engine.run(finishing.late_identifiers())


def _cross_findings(table: Table) -> list[Finding]:
    """Return what is looked for once the other tables are known."""
    name = table.name
    if name in ("identifiers", "judgements"):
        return _late_findings(name)
    found = []
    if name != "accounts":
        claimed = (
            f"v_account_id = {quote_text(UNATTRIBUTED)} OR v_account_id IN (SELECT account_id FROM accounts)"
        )
        found.append(_alive(name, f"NOT ({claimed})", "DBR-I027", "account_id"))
    if name == "ads":
        found.append(
            _alive(name, "v_ended_at < coalesce(v_started_at, v_created_at)", "DBR-I024", "ended_at")
        )
        found.append(_alive(name, "v_spend_high < v_spend_low", "DBR-I039", "spend_high"))
        found.append(_alive(name, "v_impressions_high < v_impressions_low", "DBR-I039", "impressions_high"))
    if name == "spend":
        found.append(_alive(name, "v_to < v_from", "DBR-I024", "to"))
        found.append(_alive(name, "v_high < v_low", "DBR-I039", "high"))
    return found


def _late_findings(name: str) -> list[Finding]:
    """Return the findings of rows that other tables show to be unusable."""
    said, kind = "c.r_account_a", ""
    if name == "identifiers":
        said, kind = "CASE l.column_name WHEN 'value' THEN c.r_value ELSE c.r_account_id END", ", c.r_kind"
    joined = (
        f"(SELECT c.row_id, c.file, c.record, c.line, l.code, l.column_name{kind}, {said} AS said,"
        f" CASE WHEN l.reason <> '' THEN 'Reason: ' || l.reason || '.' END AS note"
        f" FROM late_{name} l JOIN checked_{name} c ON c.row_id = l.row_id)"
    )
    found = [
        Finding(
            column=column,
            relation=joined,
            where=f"column_name = {quote_text(column)}",
            code_sql="code",
            value_sql="said",
            note_sql="note",
        )
        for column in ("account_id", "value", "account_a", "account_b")
    ]
    if name == "identifiers":
        found.append(_alive(name, "v_last_seen < v_first_seen", "DBR-I024", "last_seen"))
    return found


def _alive(name: str, where: str, code: str, column: str) -> Finding:
    """Return a finding among rows that are neither refused nor a repetition."""
    alive = f"refused IS NULL AND row_id NOT IN (SELECT row_id FROM repeated_{name})"
    return _plain(f"checked_{name}", f"{alive} AND {where}", code, column)


def _plain(relation: str, where: str, code: str, column: str) -> Finding:
    return Finding(
        column=column,
        relation=relation,
        where=where,
        code_sql=quote_text(code),
        value_sql=quote_identifier("r_" + column),
    )


def _shown(table: str, kind: str | None, value: str, key: HashKey) -> str:
    """Return a value as a message may carry it: masked if it is sensitive, short, on one line."""
    if table == "identifiers" and kind is not None and is_keyed(kind.lower()):
        return mask(kind.lower(), keyed(kind.lower(), value, key))
    plain = "".join(c if c.isprintable() else " " for c in value)
    return plain if len(plain) <= 80 else plain[:79] + "…"


def _tally(engine: Engine, table: Table) -> Tally:
    counts = [
        engine.rows(f"SELECT count(*) FROM {relation}")[0][0]
        for relation in (
            f"checked_{table.name}",
            f"({finishing.kept(table.name).sql})",
            f"repeated_{table.name} WHERE row_id NOT IN (SELECT row_id FROM late_{table.name})",
            f"unread WHERE table_name = {quote_text(table.name)}",
        )
    ]
    return Tally(read=counts[0], kept=counts[1], repeated=counts[2], unread=counts[3])


def _describe(
    engine: Engine,
    source: Path,
    declaration: Declaration,
    staged: Mapping[str, list[Staged]],
    findings: Findings,
    *,
    tallies: Mapping[str, Tally],
    key: HashKey,
) -> Platform:
    names = (*(table.name for table in TABLES), "near_keys", "spend_apart", "unread")
    derived = engine.rows(
        "SELECT kind, count(*) FROM identifiers WHERE source LIKE 'derived:%' GROUP BY kind ORDER BY kind"
    )
    unknown = engine.rows(
        "SELECT kind, count(*) FROM identifiers WHERE family IS NULL GROUP BY kind ORDER BY kind"
    )
    assert not {kind for kind, _ in unknown} & set(FAMILY_OF_KIND), "a known kind has a family"
    problems = sorted(findings.problems, key=lambda p: (p.code, p.place.file, p.place.record or 0))
    return Platform(
        name=declaration.name or source.stem,
        source=source,
        tables={name: engine.rows(f"SELECT count(*) FROM {name}")[0][0] for name in names},
        problems=tuple(problems),
        problem_counts=dict(sorted(findings.counts.items())),
        files=tuple(one.file for part in staged.values() for one in part),
        derived=dict(derived),
        unknown_kinds=dict(unknown),
        tallies=dict(tallies),
        key_id=key.key_id,
    )


def _clear(engine: Engine, staged: Mapping[str, list[Staged]]) -> None:
    """Remove the tables that hold text in clear."""
    for part in staged.values():
        for one in part:
            engine.drop(one.table)
    for table in TABLES:
        for prefix in ("checked", "repeated", "late"):
            engine.drop(f"{prefix}_{table.name}")
    for name in (*identifiers.MADE, "intake_files"):
        engine.drop(name)
