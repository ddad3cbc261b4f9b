"""What intake can find wrong with data, in words, and where each finding stands.

Law: every finding is counted exactly; at most a fixed number of each code is carried as values, the
first ones by file and record. ``docs/problems/intake.md`` has a section for each code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.intake.checking import FLAWS_THAT_REFUSE, flaw_codes
from debar.intake.files import LINE_BYTES_LONG, careful_records
from debar.model.problem import Place, Problem
from debar.model.step import quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from debar.intake.staging import Staged
    from debar.intake.tables import Table
    from debar.model.ports import Engine

PROBLEMS_MAX: Final = 1_000
"""Problems of one code that are carried as values."""

_TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "DBR-I010": (
        "row has more cells than the header",
        "The row is not read, since nobody can tell which cell moved.",
        "quote cells that hold the delimiter",
    ),
    "DBR-I011": (
        "row has fewer cells than the header",
        "The cells that are there are read; the others are empty.",
        "write every cell, also an empty one",
    ),
    "DBR-I012": (
        "text is not in the declared encoding",
        "The line is read as Windows-1252 and kept; letters beyond ASCII may be wrong.",
        'write the file in UTF-8, or declare encoding = "cp1251" or the like in platform.toml',
    ),
    "DBR-I013": ("text holds NUL bytes", "They are removed and the row is kept.", "export the file again"),
    "DBR-I014": (
        "amount is not a number",
        "It is not counted as money.",
        'write 1234.50, or declare decimal, thousands or null = ["n/a"] in platform.toml',
    ),
    "DBR-I015": (
        "amount is written with separators",
        "It has both marks, so it can be read only one way, and is counted.",
        'declare decimal = "," or thousands = "," in platform.toml',
    ),
    "DBR-I016": (
        "amount cannot be kept exactly",
        "It has more than six decimals or is beyond a million million units, and is not counted.",
        "round at the source, as the billing system did",
    ),
    "DBR-I017": (
        "amount is negative",
        "It is not counted: the billing kind carries the sign.",
        "write the positive amount under a kind such as refund or correction",
    ),
    "DBR-I018": (
        "currency is unknown",
        "An amount without a currency is not counted.",
        "use the three letters of ISO 4217",
    ),
    "DBR-I019": (
        "value is not one of those allowed",
        "Where the row needs it, the row is not read; else the cell is left empty.",
        "docs/platform.md lists the allowed values",
    ),
    "DBR-I020": (
        "row repeats another one",
        "Both say the same; it counts once.",
        "",
    ),
    "DBR-I021": (
        "two rows have one id and say different things",
        "The first one counts; this one does not.",
        "find out which is right, and remove the other",
    ),
    "DBR-I022": (
        "date lies before 1970 or after 2100",
        "It is left empty.",
        "check the year",
    ),
    "DBR-I023": (
        "date or time cannot be read",
        "It is left empty.",
        "write 2016-11-08 or 2016-11-08T09:30:00Z, or declare day_format in platform.toml",
    ),
    "DBR-I024": (
        "end lies before the start",
        "Both are kept as they are.",
        "check which of the two is wrong",
    ),
    "DBR-I025": (
        "time has no zone",
        "It is read as UTC; the day may be wrong by one.",
        'declare time_zone = "Europe/Moscow" or the like in platform.toml',
    ),
    "DBR-I026": (
        "required value is missing",
        "Where the row cannot do without it, the row is not read.",
        "fill the cell",
    ),
    "DBR-I027": (
        "no account claims the row",
        "Money, ads and contacts count under unattributed; identifiers and judgements are not read.",
        "hand over the account, or correct the account id",
    ),
    "DBR-I028": (
        "id was rounded to a floating-point number",
        "It is kept as it is written, but its last digits are lost.",
        "export ids as text",
    ),
    "DBR-I029": (
        "cell begins like a spreadsheet formula",
        "It is kept as text and never run; a spreadsheet that opens the file may run it.",
        "ask where the value came from",
    ),
    "DBR-I030": (
        "identifier value identifies nobody",
        "It is not used.",
        "",
    ),
    "DBR-I032": (
        "card number in clear",
        "It is not stored and not used.",
        "hand over the payment provider's card fingerprint, and erase the number from the export",
    ),
    "DBR-I033": (
        "quote is never closed",
        "The line is not read; reading goes on with the next line.",
        "double a quote inside a quoted cell",
    ),
    "DBR-I034": (
        "line is very long",
        "It is read whole.",
        "check that no quote or line end is missing before it",
    ),
    "DBR-I035": ("line is no JSON object", "The line is not read.", "write one object a line"),
    "DBR-I036": (
        "country is not two letters",
        "It is left empty.",
        "use ISO 3166 alpha-2, such as GB",
    ),
    "DBR-I037": ("count is not a whole number", "It is left empty.", "write digits only"),
    "DBR-I038": (
        "quote stands in the middle of a cell",
        "The cell is read as far as it can be; compare it with the source.",
        "double a quote inside a quoted cell",
    ),
    "DBR-I039": (
        "lower bound lies above the upper one",
        "The two are exchanged.",
        "check which of the two is wrong",
    ),
    "DBR-I040": (
        "judgement is about one account",
        "It is not read.",
        "name two accounts",
    ),
    "DBR-I054": (
        "reports cover the same days",
        "Its money stands apart, as an account of its own, and is not added.",
        "import periods that do not overlap, if you want one sum",
    ),
    "DBR-I057": ("file is there twice", "It is read once.", ""),
    "DBR-I042": ("table has no rows", "It counts as empty.", ""),
}
"""Code to what, effect and hint."""

CODES: Final = tuple(_TEXTS)


def what_of(code: str) -> str:
    """Return what a code is about, in a few words."""
    return _TEXTS[code][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A kind of flaw that the engine can look for.

    Args:
        column: Our name of the column, None for the whole row.
        relation: SQL relation with ``row_id, file, record, line`` and the columns used here.
        where: Condition of the flaw.
        code_sql: SQL of the code in the relation.
        value_sql: SQL of the value to show.
        note_sql: SQL of a further sentence, NULL for none.
    """

    column: str | None
    relation: str
    where: str
    code_sql: str
    value_sql: str = "CAST(NULL AS VARCHAR)"
    note_sql: str = "CAST(NULL AS VARCHAR)"


class Findings:
    """Collects problems: exact counts of all, values of the first ones."""

    def __init__(self, engine: Engine, *, shown: Callable[[str, str | None, str], str]) -> None:
        """Start with nothing found.

        Args:
            engine: Where the checked tables are.
            shown: Turns (table, kind of identifier, value) into what may be shown.
        """
        self._engine = engine
        self._shown = shown
        self.counts: dict[str, int] = {}
        self.problems: list[Problem] = []

    def add(self, code: str, place: Place, *, note: str = "", count: int = 1) -> None:
        """Add problems that were found in Python; only one of them is carried."""
        self.counts[code] = self.counts.get(code, 0) + count
        what, effect, hint = _TEXTS[code]
        self.problems.append(
            Problem(code=code, what=what, place=place, effect=f"{note} {effect}".strip(), hint=hint)
        )

    def search(self, table: Table, staged: Sequence[Staged], findings: Iterable[Finding]) -> None:
        """Look for flaws in a table's checked rows, all in one query."""
        listed = list(findings)
        counted = " UNION ALL ".join(
            f"(SELECT {number} AS number, {finding.code_sql} AS code, count(*) AS found"
            f" FROM {finding.relation} WHERE {finding.where} GROUP BY code HAVING count(*) > 0)"
            for number, finding in enumerate(listed)
        )
        if not listed or not staged:
            return
        for number, code, count in self._engine.rows(f"{counted} ORDER BY number, code"):
            before = self.counts.get(code, 0)
            self.counts[code] = before + count
            if before < PROBLEMS_MAX:
                self._carry(table, staged, listed[number], code=code, limit=PROBLEMS_MAX - before)

    def _carry(
        self, table: Table, staged: Sequence[Staged], finding: Finding, *, code: str, limit: int
    ) -> None:
        is_value = table.name == "identifiers" and finding.column == "value"
        kind = "coalesce(r_kind, 'value')" if is_value else "NULL"
        rows = self._engine.rows(
            f"SELECT file, record, line, {finding.value_sql}, {finding.note_sql}, {kind}"
            f" FROM {finding.relation} WHERE {finding.where} AND {finding.code_sql} = {quote_text(code)}"
            f" ORDER BY row_id LIMIT {limit}"
        )
        wanted: dict[str, set[int]] = {}
        for file, record, line, *_ in rows:
            if line is None:
                wanted.setdefault(file, set()).add(record)
        lines = {one.file.name: lines_of_records(one, wanted.get(one.file.name, set())) for one in staged}
        for file, record, line, value, note, value_kind in rows:
            place = Place(
                file=file,
                record=record,
                line=line if line is not None else lines.get(file, {}).get(record),
                column=finding.column,
                value=None if value is None else self._shown(table.name, value_kind, value),
            )
            what, effect, hint = _TEXTS[code]
            self.problems.append(
                Problem(
                    code=code,
                    what=what,
                    place=place,
                    effect=f"{note} {effect}".strip() if note else effect,
                    hint=hint,
                )
            )


def lines_of_records(staged: Staged, records: set[int]) -> dict[int, int]:
    """Find the lines on which records begin; empty where a source has no lines.

    Where every record is one line that is known without looking; else the file is read once more, up to
    the last record asked for.
    """
    if not records or staged.text is None or staged.delimiter is None:
        return {}
    if staged.text.lines_count == staged.file.rows + 1:
        return {record: record + 1 for record in records}
    found = {}
    last = max(records)
    for record in careful_records(staged.text, staged.delimiter):
        if record.record in records:
            found[record.record] = record.line
        if record.record >= last:
            break
    return found


def form_findings(table: Table) -> Iterable[Finding]:
    """Yield what is looked for in every table: flaws of form, and each column's own codes."""
    relation = quote_identifier(f"checked_{table.name}")
    for flaw, code in flaw_codes().items():
        yield Finding(
            column=None, relation=relation, where=f"flaw LIKE '%{flaw}%'", code_sql=quote_text(code)
        )
    whole = " AND ".join(f"coalesce(flaw, '') NOT LIKE '%{flaw}%'" for flaw in FLAWS_THAT_REFUSE)
    for column in table.columns:
        problem = quote_identifier("p_" + column.name)
        yield Finding(
            column=column.name,
            relation=relation,
            where=f"{problem} IS NOT NULL AND {whole}",
            code_sql=problem,
            value_sql=quote_identifier("r_" + column.name),
        )


def repeat_findings(table: Table) -> Iterable[Finding]:
    """Yield what is looked for among rows that have the key of an earlier one."""
    later, first = quote_identifier(f"checked_{table.name}"), quote_identifier(f"checked_{table.name}")
    relation = (
        f"(SELECT c.row_id, c.file, c.record, c.line, c.r_{table.key} AS said, r.is_same, "
        f"'It is a second version of ' || f.file || ', record ' || f.record || '.' AS note "
        f"FROM repeated_{table.name} r JOIN {later} c ON c.row_id = r.row_id"
        f" JOIN {first} f ON f.row_id = r.first_id)"
    )
    for where, code in (("is_same", "DBR-I020"), ("NOT is_same", "DBR-I021")):
        yield Finding(
            column=table.key,
            relation=relation,
            where=where,
            code_sql=quote_text(code),
            value_sql="said",
            note_sql="note",
        )


def long_lines(findings: Findings, staged: Staged) -> None:
    """Report a text file with a line longer than the reader's usual buffer."""
    if staged.text is not None and staged.text.line_bytes_max > LINE_BYTES_LONG:
        findings.add(
            "DBR-I034",
            Place(file=staged.file.name),
            note=f"The longest line has {staged.text.line_bytes_max:,} bytes.",
        )
