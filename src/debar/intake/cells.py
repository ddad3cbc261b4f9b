"""A cell of text becomes a typed value, or a code that says why it cannot.

Law: every rule is SQL over the text of one cell; a value that cannot be read exactly is NULL with a
code, never a guess, and never a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from debar.model.currencies import MINOR_DIGITS
from debar.model.step import quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.intake.declared import TableDeclaration
    from debar.intake.tables import Column

_INTEGER: Final = "[+-]?[0-9]+"
_NUMBER: Final = r"[+-]?[0-9]+(\.[0-9]+)?"
_GROUPED_POINT: Final = r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,6}"
_GROUPED_COMMA: Final = r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,6}"
_ROUNDED_ID: Final = r"[+-]?[0-9](\.[0-9]+)?[eE]\+?[0-9]+|[0-9]{16,}\.0+"
_DAY: Final = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_ZONE: Final = r"\s*(Z|z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)"
_TIME: Final = rf"{_DAY}[T ][0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?"
_FORMULA: Final = r"^\s*(=|[+@-]\s*[A-Za-z_.]+[(|])"
_AT_MOST: Final = r"(≤|<=|<)\s*([0-9.]+)"
_AT_LEAST: Final = r"(≥|>=|>)\s*([0-9.]+)|([0-9.]+)\s*\+"
_BETWEEN: Final = r"([0-9.]+)\s*(-|–|—|\.\.)\s*([0-9.]+)"

TOO_LARGE: Final = 10**18
"""Micros: the largest single amount, as in :mod:`debar.model.money`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How one column is read.

    Args:
        values: Name of each typed value to its SQL over the alias of the text.
        problem: SQL of the problem code, NULL where there is none.
        first: Names that the others rest on, to their SQL over the text: worked out once for all of them.
        then: Names that rest on those of ``first``.
    """

    values: dict[str, str]
    problem: str
    first: dict[str, str] = field(default_factory=dict)
    then: dict[str, str] = field(default_factory=dict)


def cell(column: Column, text: str, declared: TableDeclaration) -> Cell:
    """Return how a column's text is read.

    Args:
        column: What the cell must be.
        text: SQL of the trimmed text; NULL where the cell is empty.
        declared: Marks, zones and formats of ``platform.toml``.
    """
    name, form = column.name, column.form
    if form in ("money", "bounds"):
        return _money(name, text, declared, bounds=form == "bounds")
    if form in ("count", "count_bounds"):
        return _count(name, text, bounds=form == "count_bounds")
    if form in ("time", "day"):
        return (_time if form == "time" else _day)(name, text, declared)
    if form == "choice":
        allowed = ", ".join(quote_text(choice) for choice in column.choices)
        return _only_if(name, f"lower({text}) IN ({allowed})", f"lower({text})", text, "DBR-I019")
    return _BY_FORM[form](name, text)


def _id(name: str, text: str) -> Cell:
    whole = f"regexp_full_match({text}, '[0-9]{{1,15}}[.]0+')"
    value = f"CASE WHEN {whole} THEN split_part({text}, '.', 1) ELSE {text} END"
    rounded = f"regexp_full_match({text}, {quote_text(_ROUNDED_ID)})"
    return Cell(values={name: value}, problem=_when(rounded, "DBR-I028"))


def _country(name: str, text: str) -> Cell:
    value = f"CASE upper({text}) WHEN 'UK' THEN 'GB' ELSE upper({text}) END"
    return _only_if(name, f"regexp_full_match({text}, '[A-Za-z]{{2}}')", value, text, "DBR-I036")


def _currency(name: str, text: str) -> Cell:
    known = ", ".join(quote_text(code) for code in MINOR_DIGITS)
    return _only_if(name, f"upper({text}) IN ({known})", f"upper({text})", text, "DBR-I018")


def _text(name: str, text: str) -> Cell:
    formula = f"regexp_matches({text}, {quote_text(_FORMULA)})"
    return Cell(values={name: text}, problem=_when(formula, "DBR-I029"))


def _kind(name: str, text: str) -> Cell:
    return Cell(values={name: f"lower({text})"}, problem="NULL")


def _when(*cases: str) -> str:
    """Return a CASE of condition, code, condition, code ...; NULL when none holds."""
    pairs = zip(cases[::2], cases[1::2], strict=True)
    return (
        "CASE " + " ".join(f"WHEN {condition} THEN {quote_text(code)}" for condition, code in pairs) + " END"
    )


def _only_if(name: str, condition: str, value: str, text: str, code: str) -> Cell:
    return Cell(
        values={name: f"CASE WHEN {condition} THEN {value} END"},
        problem=_when(f"{text} IS NOT NULL AND NOT ({condition})", code),
    )


def _plain_number(text: str, declared: TableDeclaration) -> str:
    """Return SQL of the number with a point and no grouping; what is undeclared is left as it is."""
    if declared.thousands is None and declared.decimal is None:
        return (
            f"CASE WHEN regexp_full_match({text}, {quote_text(_GROUPED_POINT)}) THEN replace({text}, ',', '')"
            f" WHEN regexp_full_match({text}, {quote_text(_GROUPED_COMMA)})"
            f" THEN replace(replace({text}, '.', ''), ',', '.') ELSE {text} END"
        )
    decimal = declared.decimal or "."
    sql = text
    if declared.thousands is not None:
        mark = "[\\s\u00a0\u202f]" if declared.thousands.isspace() else f"[{declared.thousands}]"
        grouped = rf"[+-]?[0-9]{{1,3}}({mark}[0-9]{{3}})+([{decimal}][0-9]+)?"
        removed = f"regexp_replace({text}, {quote_text(mark)}, '', 'g')"
        sql = f"CASE WHEN regexp_full_match({text}, {quote_text(grouped)}) THEN {removed} ELSE {text} END"
    if decimal == ",":
        plain = r"[+-]?[0-9]+(,[0-9]+)?"
        sql = (
            f"CASE WHEN regexp_full_match({sql}, {quote_text(plain)}) THEN replace({sql}, ',', '.')"
            f" WHEN regexp_full_match({sql}, '[+-]?[0-9]+') THEN {sql}"
            f" WHEN {sql} IS NOT NULL THEN 'not a number: ' || {sql} END"
        )
    return sql


def _micros(number: str) -> str:
    """Return SQL of the micros of a plain number; NULL where it is none, or not exact."""
    fits = (
        f"regexp_full_match({number}, {quote_text(_NUMBER)})"
        f" AND length(ltrim(split_part(ltrim({number}, '+-'), '.', 1), '0')) <= 12"
        f" AND length(rtrim(split_part({number}, '.', 2), '0')) <= 6"
    )
    # rtrim of the whole would eat the zeros of 1200: only what follows the point is cut to six digits.
    cut = f"split_part({number}, '.', 1) || '.' || rpad(left(split_part({number}, '.', 2), 6), 6, '0')"
    return f"CASE WHEN {fits} THEN CAST(CAST({cut} AS DECIMAL(38, 6)) * 1000000 AS BIGINT) END"


def _money(name: str, text: str, declared: TableDeclaration, *, bounds: bool) -> Cell:
    first = {f"n_{name}": _plain_number(text, declared)}
    number = quote_identifier(f"n_{name}")
    then = {f"m_{name}": _micros(number)}
    micros = quote_identifier(f"m_{name}")
    is_number = f"regexp_full_match({number}, {quote_text(_NUMBER)})"
    unmarked = declared.thousands is None and declared.decimal is None
    grouped = f"{_GROUPED_POINT}|{_GROUPED_COMMA}"
    cases = [
        f"{text} IS NOT NULL AND NOT {is_number}", "DBR-I014",
        f"{is_number} AND {micros} IS NULL", "DBR-I016",
        f"{micros} < 0", "DBR-I017",
    ]  # fmt: skip
    if unmarked:
        cases += [f"regexp_full_match({text}, {quote_text(grouped)})", "DBR-I015"]
    exact = f"CASE WHEN {micros} >= 0 THEN {micros} END"
    if not bounds:
        return Cell(values={name: exact}, problem=_when(*cases), first=first, then=then)
    low, high, is_range = _range(text, _micros)
    cases = [f"{is_range}", "", *cases]
    problem = _when(*cases).replace("THEN ''", "THEN NULL")
    return Cell(
        values={
            f"{name}_from": f"CASE WHEN {is_range} THEN {low} ELSE {exact} END",
            f"{name}_to": f"CASE WHEN {is_range} THEN {high} ELSE {exact} END",
        },
        problem=problem,
        first=first,
        then=then,
    )


def _range(text: str, convert: Callable[[str], str]) -> tuple[str, str, str]:
    """Return SQL of the lower end, the upper end (NULL = open) and whether a text is a range."""
    plain = f"replace({text}, ',', '')"
    most, least, between = (quote_text(pattern) for pattern in (_AT_MOST, _AT_LEAST, _BETWEEN))
    is_most, is_least, is_between = (
        f"regexp_full_match({plain}, {pattern})" for pattern in (most, least, between)
    )
    ends = {
        "most": convert(f"regexp_extract({plain}, {most}, 2)"),
        "least": convert(f"(regexp_extract({plain}, {least}, 2) || regexp_extract({plain}, {least}, 3))"),
        "from": convert(f"regexp_extract({plain}, {between}, 1)"),
        "to": convert(f"regexp_extract({plain}, {between}, 3)"),
    }
    low = f"CASE WHEN {is_most} THEN 0 WHEN {is_least} THEN {ends['least']} ELSE {ends['from']} END"
    high = f"CASE WHEN {is_most} THEN {ends['most']} WHEN {is_between} THEN {ends['to']} END"
    is_range = f"coalesce({is_most} OR {is_least} OR {is_between}, false)"
    return low, high, is_range


def _whole(number: str) -> str:
    fits = f"regexp_full_match({number}, '[0-9]{{1,18}}([.]0+)?')"
    return f"CASE WHEN {fits} THEN CAST(split_part({number}, '.', 1) AS BIGINT) END"


def _written_out(text: str) -> str:
    """Return SQL of a text in which ``10k`` is 10000 and ``1M`` 1000000."""
    for mark, zeros in (("kK", "000"), ("mM", "000000")):
        pattern = rf"(^|[^0-9.])([0-9]+) ?[{mark}]\b"
        text = f"regexp_replace({text}, {quote_text(pattern)}, '\\1\\2{zeros}', 'g')"
    return text


def _count(name: str, text: str, *, bounds: bool) -> Cell:
    first = {}
    if bounds:
        first = {f"q_{name}": _written_out(text)}
        text = quote_identifier(f"q_{name}")
    whole = _whole(text)
    bad = f"{text} IS NOT NULL AND ({whole}) IS NULL"
    if not bounds:
        return Cell(values={name: whole}, problem=_when(bad, "DBR-I037"))
    low, high, is_range = _range(text, _whole)
    return Cell(
        values={
            f"{name}_from": f"CASE WHEN {is_range} THEN {low} ELSE {whole} END",
            f"{name}_to": f"CASE WHEN {is_range} THEN {high} ELSE {whole} END",
        },
        problem=_when(f"{bad} AND NOT {is_range}", "DBR-I037"),
        first=first,
    )


def _time(name: str, text: str, declared: TableDeclaration) -> Cell:
    """A bare day is its midnight in UTC, so that it stays the same day; a zone in the text always wins."""
    instant, is_local = _instant(text, declared)
    ranged, cases = _in_range(quote_identifier(f"t_{name}"), text, "TIMESTAMP")
    if is_local:
        cases += [is_local, "DBR-I025"]
    return Cell(values={name: ranged}, problem=_when(*cases), first={f"t_{name}": instant})


def _instant(text: str, declared: TableDeclaration) -> tuple[str, str]:
    """Return SQL of a text's instant, and of whether it lacks a zone that nothing declares; else nothing."""
    is_zoned = f"regexp_full_match({text}, {quote_text(_TIME + _ZONE)})"
    is_day = f"regexp_full_match({text}, {quote_text(_DAY)})"
    has_zone = is_bare = False
    if declared.time_format is None:
        is_local = f"regexp_full_match({text}, {quote_text(_TIME)})"
        local = f"CASE WHEN {is_local} THEN TRY_CAST({text} AS TIMESTAMP) END"
    else:
        has_zone = "%z" in declared.time_format.lower()
        is_bare = not re.search("%[HIcXTsf]", declared.time_format)  # a day stays the day it is
        local = f"try_strptime({text}, {quote_text(declared.time_format)})"
        is_local = f"{text} IS NOT NULL AND NOT {is_zoned} AND NOT {is_day}"
    if has_zone:
        local = f"timezone('UTC', {local})"
    elif declared.time_zone is not None and not is_bare:
        local = f"timezone('UTC', timezone({quote_text(declared.time_zone)}, {local}))"
    value = (
        f"CASE WHEN {is_zoned} THEN timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ))"
        f" WHEN {is_day} THEN CAST(TRY_CAST({text} AS DATE) AS TIMESTAMP) ELSE {local} END"
    )
    return value, "" if declared.time_zone is not None or has_zone or is_bare else is_local


def _day(name: str, text: str, declared: TableDeclaration) -> Cell:
    """A time given for a day counts as the UTC day in which it falls."""
    instant = quote_identifier(f"t_{name}")
    is_day = f"regexp_full_match({text}, {quote_text(_DAY)})"
    value = f"CASE WHEN {is_day} THEN TRY_CAST({text} AS DATE) ELSE CAST({instant} AS DATE) END"
    if declared.day_format is not None:
        formatted = f"CAST(try_strptime({text}, {quote_text(declared.day_format)}) AS DATE)"
        value = f"coalesce({formatted}, {value})"
    ranged, cases = _in_range(quote_identifier(f"d_{name}"), text, "DATE")
    if declared.time_zone is None:
        cases += [f"regexp_full_match({text}, {quote_text(_TIME)})", "DBR-I025"]
    return Cell(
        values={name: ranged},
        problem=_when(*cases),
        first={f"t_{name}": _instant(text, declared)[0]},
        then={f"d_{name}": value},
    )


def _in_range(value: str, text: str, kind: str) -> tuple[str, list[str]]:
    first, last = f"CAST('1970-01-01' AS {kind})", f"CAST('2100-12-31' AS {kind})"
    fits = f"({value}) BETWEEN {first} AND {last}"
    year = f"regexp_full_match({text}, {quote_text(_DAY + '.*')})"
    outside = f"{year} AND CAST(left({text}, 4) AS INTEGER) NOT BETWEEN 1970 AND 2100"
    cases = [
        f"{outside} OR NOT ({fits})", "DBR-I022",
        f"{text} IS NOT NULL AND ({value}) IS NULL", "DBR-I023",
    ]  # fmt: skip
    return f"CASE WHEN {fits} THEN ({value}) END", cases


def _bool(name: str, text: str) -> Cell:
    yes, no = "('true', 't', '1', 'yes', 'y')", "('false', 'f', '0', 'no', 'n')"
    value = f"CASE WHEN lower({text}) IN {yes} THEN true WHEN lower({text}) IN {no} THEN false END"
    return Cell(values={name: value}, problem=_when(f"{text} IS NOT NULL AND ({value}) IS NULL", "DBR-I019"))


def _list(name: str, text: str) -> Cell:
    """A list is a JSON array, or words between ``;``, ``,``, ``|`` or spaces."""
    is_json = f"json_valid({text}) AND left({text}, 1) = '['"
    value = (
        f"CASE WHEN {is_json} THEN CAST(CAST({text} AS JSON) AS VARCHAR[])"
        f" ELSE list_filter(regexp_split_to_array({text}, '[;,|\\s]+'), lambda x: x <> '') END"
    )
    return Cell(values={name: value}, problem="NULL")


_BY_FORM: Final[Mapping[str, Callable[[str, str], Cell]]] = {
    "id": _id,
    "text": _text,
    "kind": _kind,
    "country": _country,
    "currency": _currency,
    "bool": _bool,
    "list": _list,
}
