"""Who bought what, when: one strip an account, a month a cell.

Law: every month between the first and the last has a cell; a cell's shade is its share of the account's best
month, and the figures stand in the table beneath.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from debar.briefs.network import fitted
from debar.briefs.view import money_text
from debar.model.legible import legible
from debar.model.money import format_micros, parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.console.case.sheet import Sheet

SHADES: Final = 4
CELL: Final = 10
ROW: Final = 22
NAMES: Final = 168
TOP: Final = 22
MONTHS_MAX: Final = 240


def strip_of(sheet: Sheet) -> dict[str, Any]:
    """Return the timeline: rows with their amounts, and the picture."""
    rows = _rows(sheet)
    months = _months(rows)
    window = sheet.case.asked.get("window")
    return {
        "rows": rows,
        "months": len(months),
        "strip": _drawn(rows, months, window) if months else "",
    }


def _rows(sheet: Sheet) -> list[dict[str, Any]]:
    found: dict[str, dict[tuple[str, str], int]] = {}
    for one in sheet.document["bought"]:
        amounts = found.setdefault(one["account_id"], {})
        key = (one["month"], one["currency"])
        amounts[key] = amounts.get(key, 0) + parse_micros(one["amount"])
    rows = []
    for account_id in sheet.document["order"]:
        status = sheet.statuses.get(account_id, "out")
        if status == "out":
            continue
        amounts = found.get(account_id, {})
        ads = sheet.document["ads"].get(account_id)
        rows.append(
            {
                "account_id": account_id,
                "name": sheet.name(account_id),
                "status": status,
                "first": min((month for month, _ in amounts), default=""),
                "last": max((month for month, _ in amounts), default=""),
                "totals": _totals(amounts),
                "cells": {month: _share(amounts, month) for month, _ in amounts},
                "ads": ads or {"count": 0, "first": "", "last": "", "largest": []},
            }
        )
    return sorted(rows, key=lambda row: (row["first"] or "9999", row["name"]))


def _totals(amounts: Mapping[tuple[str, str], int]) -> list[dict[str, str]]:
    totals: dict[str, int] = {}
    for (_, currency), micros in amounts.items():
        totals[currency] = totals.get(currency, 0) + micros
    return [
        {"currency": currency, "amount": format_micros(micros), "shown": money_text(micros, currency)}
        for currency, micros in sorted(totals.items())
    ]


def _share(amounts: Mapping[tuple[str, str], int], month: str) -> int:
    """Return a month's shade, 1 to :data:`SHADES`: its share of the account's best month, per currency."""
    shade = 1
    for (at, currency), micros in amounts.items():
        if at == month:
            most = max(value for (_, code), value in amounts.items() if code == currency)
            shade = max(shade, 1 + (SHADES - 1) * micros // most if most > 0 else 1)
    return shade


def _months(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    bought = [month for row in rows for month in row["cells"]]
    if not bought:
        return []
    first, last = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (min(bought), max(bought)))
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(max(first, last - MONTHS_MAX + 1), last + 1)]


def _drawn(rows: Sequence[Mapping[str, Any]], months: Sequence[str], window: Mapping[str, str] | None) -> str:
    column = {month: NAMES + CELL * i for i, month in enumerate(months)}
    width, height = NAMES + CELL * len(months) + 4, TOP + ROW * len(rows) + 4
    parts = [
        (
            f'<svg class="strip" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
            f' aria-label="Advertising bought by {len(rows)} accounts, {months[0]} to {months[-1]}. The table'
            ' beneath has the figures.">'
        )
    ]
    inside = [m for m in months if window and window["start"][:7] <= m <= window["end"][:7]]
    if inside:
        x, wide = column[inside[0]], CELL * len(inside)
        parts.append(f'<rect class="window" x="{x}" y="{TOP - 4}" width="{wide}" height="{height - TOP}"/>')
    for month in months:
        if month.endswith("-01"):
            parts.append(f'<text class="axis" x="{column[month]}" y="12">{month[:4]}</text>')
            parts.append(
                f'<line class="year" x1="{column[month]}" y1="{TOP - 6}" x2="{column[month]}" y2="{height}"/>'
            )
    for i, row in enumerate(rows):
        y = TOP + ROW * i
        name = escape(fitted(legible(row["name"]), NAMES - 6))
        parts.append(f'<text class="name" x="0" y="{y + 13}">{name}</text>')
        parts.extend(
            f'<rect class="cell {row["status"]} shade{shade}" x="{column[month] + 1}" y="{y + 3}"'
            f' width="{CELL - 2}" height="{ROW - 8}"/>'
            for month, shade in sorted(row["cells"].items())
            if month in column
        )
    return "\n".join((*parts, "</svg>"))
