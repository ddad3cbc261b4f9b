"""What a look at files found, as one self-contained page.

Law: the page says what the text says; every finding stands beside its null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.notices.pages import render_page
from debar.notices.pictures import bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DRAWN: Final = 15


def render_look_html(reports: Sequence[Mapping[str, Any]]) -> str:
    """Write what was found in files as one page.

    Args:
        reports: One a file, as ``debar look --json`` has them, and ``stated``: its money in words.
    """
    return render_page(
        "look.html.j2",
        language="en",
        title=reports[0]["name"] if len(reports) == 1 else f"{len(reports)} files",
        files=[{**report, "picture": _crowds(report), "filled": _filled(report)} for report in reports],
    )


def _crowds(report: Mapping[str, Any]) -> str:
    drawn = [one for one in report["repeated"] if one["role"] != "name"][:DRAWN]
    if not drawn:
        return ""
    return bars(
        [(f"{one['column']}: {one['value']}"[:60], one["accounts"]) for one in drawn],
        shown=[f"{one['accounts']:,} accounts" for one in drawn],
        title="Values that several accounts share",
    )


def _filled(report: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    rows = report["rows"] or 1
    return [(column, f"{100 * column['filled'] / rows:.0f} %") for column in report["columns"]]
