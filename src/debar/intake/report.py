"""What a platform holds, in one page: the answer of ``debar read``.

Law: sums are one currency each, as decimal strings; what was not read stands beside what was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.intake.problems import what_of
from debar.model.money import Money, format_micros, show
from debar.model.problem import Place

if TYPE_CHECKING:
    from debar.intake.reading import Platform
    from debar.model.ports import Engine

_TIMES = (
    ("accounts", "created_at"),
    ("ads", "created_at"),
    ("spend", "from_day"),
    ("billing", "service_day"),
    ("contacts", '"at"'),
)
_PROBLEMS_SHOWN = 3


def describe(engine: Engine, platform: Platform) -> dict[str, Any]:
    """Return what is in a platform's tables and what was wrong with them, as a JSON object.

    Args:
        engine: Where :func:`debar.intake.reading.read_platform` made the tables.
        platform: What it returned.

    Returns:
        ``name``, ``files``, ``tables`` (rows, and what became of the rows read), ``dates`` (first and last
        day), ``money`` (billing by currency and kind, stated spend by currency, both as decimal strings, and
        amounts that could be read in rows that could not), ``kinds`` (identifier rows by kind), ``problems``
        (code, what, count, the first places).
    """
    return {
        "name": platform.name,
        "key_id": platform.key_id,
        "files": [
            {
                "name": file.name,
                "table": file.table,
                "rows": file.rows,
                "bytes": file.bytes_count,
                "sha256": file.sha256,
                "ignored": list(file.ignored),
            }
            for file in platform.files
        ],
        "tables": {name: {"rows": rows, **_tally(platform, name)} for name, rows in platform.tables.items()},
        "dates": _dates(engine),
        "money": _money(engine),
        "kinds": _kinds(engine, platform),
        "problems": _problems(platform),
    }


def _tally(platform: Platform, name: str) -> dict[str, int]:
    tally = platform.tallies.get(name)
    if tally is None:
        return {}
    return {"read": tally.read, "kept": tally.kept, "repeated": tally.repeated, "unread": tally.unread}


def _dates(engine: Engine) -> dict[str, dict[str, str]]:
    found = {}
    for table, column in _TIMES:
        ((first, last),) = engine.rows(
            f"SELECT CAST(CAST(min({column}) AS DATE) AS VARCHAR),"
            f" CAST(CAST(max({column}) AS DATE) AS VARCHAR)"
            f" FROM {table}"
        )
        if first is not None:
            found[f"{table}.{column.strip(chr(34))}"] = {"first": first, "last": last}
    return found


def _money(engine: Engine) -> dict[str, Any]:
    total = "CAST(SUM({}) AS DECIMAL(38, 0))"
    billing: dict[str, dict[str, str]] = {}
    for currency, kind, micros in engine.rows(
        f"SELECT currency, kind, {total.format('amount_micros')} FROM billing GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        billing.setdefault(currency, {})[kind] = format_micros(int(micros))
    spend = {
        currency: {
            "low": format_micros(int(low)),
            "high": None if is_open else format_micros(int(high)),
            "rows": rows,
        }
        for currency, low, high, is_open, rows in engine.rows(
            f"SELECT currency, {total.format('low_micros')}, {total.format('coalesce(high_micros, 0)')},"
            " bool_or(high_micros IS NULL), count(*) FROM spend GROUP BY 1 ORDER BY 1"
        )
    }
    apart: dict[str, list[dict[str, Any]]] = {}
    for series, currency, low, high, is_open, rows in engine.rows(
        f"SELECT series, currency, {total.format('low_micros')}, {total.format('coalesce(high_micros, 0)')},"
        " bool_or(high_micros IS NULL), count(*) FROM spend_apart GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        apart.setdefault(series, []).append(
            {
                "currency": currency,
                "low": format_micros(int(low)),
                "high": None if is_open else format_micros(int(high)),
                "rows": rows,
            }
        )
    unread = {
        currency or "unknown currency": format_micros(int(micros))
        for currency, micros in engine.rows(
            f"SELECT currency, {total.format('amount_micros')} FROM unread WHERE amount_micros IS NOT NULL"
            " GROUP BY 1 ORDER BY 1"
        )
    }
    return {"billing": billing, "stated_spend": spend, "stated_apart": apart, "unread": unread}


def _kinds(engine: Engine, platform: Platform) -> dict[str, dict[str, Any]]:
    rows = engine.rows(
        "SELECT kind, family, count(*), count(DISTINCT value_key) FROM identifiers GROUP BY 1, 2 ORDER BY 1"
    )
    return {
        kind: {
            "family": family,
            "rows": count,
            "values": values,
            "derived": platform.derived.get(kind, 0),
        }
        for kind, family, count, values in rows
    }


def _problems(platform: Platform) -> list[dict[str, Any]]:
    found = []
    for code, count in platform.problem_counts.items():
        first = [problem for problem in platform.problems if problem.code == code][:_PROBLEMS_SHOWN]
        found.append(
            {
                "code": code,
                "what": what_of(code),
                "count": count,
                "first": [problem.as_json() for problem in first],
            }
        )
    return found


def render_text(report: dict[str, Any]) -> str:
    """Return a report of :func:`describe` as text for a terminal."""
    lines = [report["name"], "", *_table_lines(report["tables"]), ""]
    lines += [f"  {name:<22} {day['first']} to {day['last']}" for name, day in report["dates"].items()]
    lines += _money_lines(report["money"])
    lines += _kind_lines(report["kinds"])
    ignored = [f"{file['name']}: {', '.join(file['ignored'])}" for file in report["files"] if file["ignored"]]
    if ignored:
        lines += ["", "  columns that debar does not read", *(f"    {line}" for line in ignored)]
    lines += ["", *_problem_lines(report["problems"])]
    return "\n".join(lines) + "\n"


def _table_lines(tables: dict[str, Any]) -> list[str]:
    lines = []
    for name, table in tables.items():
        if table["rows"] == 0 and not table.get("read"):
            continue
        said = f"  {name:<12} {table['rows']:>12,} rows"
        if table.get("repeated") or table.get("unread"):
            said += f"   of {table['read']:,} read,"
            said += f" {table['repeated']:,} repeated, {table['unread']:,} unread"
        lines.append(said)
    return lines


def _kind_lines(kinds: dict[str, Any]) -> list[str]:
    lines = ["", "  identifiers"] if kinds else []
    for kind, found in kinds.items():
        family = found["family"] or "no family: weighs nothing"
        derived = f", {found['derived']:,} derived" if found["derived"] else ""
        counts = f"{found['rows']:>10,} rows, {found['values']:,} values{derived}"
        lines.append(f"    {kind:<14} {counts} ({family})")
    return lines


def _money_lines(money: dict[str, Any]) -> list[str]:
    lines = []
    for currency, kinds in money["billing"].items():
        lines += ["", f"  billed in {currency}"]
        lines += [f"    {kind:<18} {_shown(amount, currency):>22}" for kind, amount in kinds.items()]
    for currency, spend in money["stated_spend"].items():
        lines += ["", f"  stated spend: {_stated(spend, currency)}"]
    for series, listed in money["stated_apart"].items():
        lines += ["", f"  the same money stated again, {series}: never to be added"]
        lines += [f"    {_stated(spend, spend['currency'])}" for spend in listed]
    for currency, amount in money["unread"].items():
        said = f"{amount} of unknown currency" if " " in currency else _shown(amount, currency)
        lines += ["", f"  not in the books, in rows that could not be read: {said}"]
    return lines


def _stated(spend: dict[str, Any], currency: str) -> str:
    low = _shown(spend["low"], currency)
    upper = "no upper bound" if spend["high"] is None else _shown(spend["high"], currency)
    said = low if spend["low"] == spend["high"] else f"{low} to {upper}"
    return f"{said} in {spend['rows']:,} rows"


def _shown(amount: str, currency: str) -> str:
    whole, _, decimals = amount.partition(".")
    micros = int(whole + decimals)
    return show(Money(amount_micros=micros, currency=currency))


def _problem_lines(problems: list[dict[str, Any]]) -> list[str]:
    if not problems:
        return ["  no problems"]
    lines = []
    for problem in problems:
        times = f"{problem['count']:,} times" if problem["count"] > 1 else "once"
        lines.append(f"  {problem['code']} {problem['what']}: {times}")
        lines += [f"    at {Place(**first['place'])}" for first in problem["first"]]
        first = problem["first"][0]
        lines.append(f"    {first['effect']}")
        if first["hint"]:
            lines.append(f"    hint: {first['hint']}")
    return lines
