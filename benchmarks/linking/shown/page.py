"""Everything that a run measured, on one page that needs nothing else.

Law: the page shows the document's figures and says which command made them.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from benchmarks.linking.scale import scale_table
from benchmarks.linking.shown.plots import PLOT_STYLE, STYLES, frontier_plot, reliability_plot
from benchmarks.linking.shown.report import labels_table, quality_tables

if TYPE_CHECKING:
    from benchmarks.linking.shown.report import Table

STYLE: Final = f"""{PLOT_STYLE}
body {{ font: 15px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper);
  max-width: 1500px; margin: 2rem auto; padding: 0 1.2rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.1rem; margin: 2.2rem 0 .4rem; }}
code {{ font-size: .85em; color: var(--soft); }}
p.note {{ color: var(--soft); max-width: 75ch; font-size: .9em; }}
.plots {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(390px, 1fr)); gap: 1rem; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .84em; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .2rem .6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--rule); }}
th {{ color: var(--soft); font-weight: 500; }} td.word, th.word {{ text-align: left; }}
svg {{ width: 100%; height: auto; }}
.legend {{ display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .85em; }}
.legend svg {{ width: 34px; height: 10px; vertical-align: middle; margin-right: .4rem; }}
"""


def render_page(document: dict[str, Any]) -> str:
    """Return the page of a run.

    Args:
        document: What ``--json`` holds: asked, and any of quality, labels, scale.
    """
    parts = ["<h1>How well accounts are linked</h1>", f"<p><code>{escape(_asked(document))}</code></p>"]
    if document.get("quality"):
        parts += _quality(document["quality"])
    if document.get("labels"):
        parts.append(_table(labels_table(document["labels"])))
    if document.get("scale"):
        parts.append(_table(scale_table(document["scale"])))
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Linking benchmark</title>'
    return f"{head}<style>{STYLE}</style><body>{''.join(parts)}</body></html>\n"


def _asked(document: dict[str, Any]) -> str:
    asked = document["asked"]
    options = [
        f"--{name.replace('_', '-')}" + ("" if value == "True" else f" {value}")
        for name, value in asked.items()
        if name != "task" and value not in ("None", "False")
    ]
    return f"python -m benchmarks.linking {asked['task']} {' '.join(options)}"


def _quality(results: list[dict[str, Any]]) -> list[str]:
    panels: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in results:
        panels.setdefault((one["world"], one["variant"]), []).append(one)
    frontiers = [
        frontier_plot(f"{world}, {variant}", group)
        for (world, variant), group in panels.items()
        if any(one["ban"]["bans"] for one in group)
    ]
    honest = [reliability_plot(f"{world}, {variant}", group) for (world, variant), group in panels.items()]
    note = (
        "How much of a named owner's other accounts is found, against foreign accounts swept in, over all"
        " thresholds; a dot is the method's own threshold. Fewer than one innocent in a hundred bans stands"
        " at the left end."
    )
    return [
        "<h2>Found against innocents</h2>",
        f'<p class="note">{note}</p>',
        _legend(results),
        f'<div class="plots">{"".join(frontiers)}</div>',
        "<h2>Stated against true</h2>",
        f'<div class="plots">{"".join(honest)}</div>',
        *(_table(table) for table in quality_tables(results)),
    ]


def _legend(results: list[dict[str, Any]]) -> str:
    methods = {one["method"] for one in results}
    entries = [
        f'<span><svg viewBox="0 0 34 10"><line class="line {style}" x1="0" x2="34" y1="5" y2="5"/></svg>'
        f"{escape(name)}</span>"
        for name, style in STYLES.items()
        if name.removesuffix(", asked as well") in methods
    ]
    return f'<div class="legend">{"".join(entries)}</div>'


def _table(table: Table) -> str:
    words = [
        all(not any(c.isdigit() for c in row[i][:2]) for row in table.rows) for i in range(len(table.head))
    ]
    kinds = ['class="word"' if word else "" for word in words]
    head = "".join(f"<th {kind}>{escape(name)}</th>" for name, kind in zip(table.head, kinds, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(f"<td {kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in table.rows
    )
    return (
        f"<h2>{escape(table.title)}</h2>"
        f'<div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'
        f'<p class="note">{escape(table.note)}</p>'
    )
