"""Turn billing in the shapes that platforms really have into a platform folder.

Law: what the source leaves open is said, at the end of the answer and in its document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.intake.billing_shapes import import_google_invoices, import_x_funding
from debar.model.money import Money, format_micros, show

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = {"google-invoices": import_google_invoices, "x-funding": import_x_funding}
"""What may stand after ``debar import``."""


def import_billing(shape: str, source: Path, out: Path) -> Answer:
    """Import billing of one of :data:`SHAPES`."""
    done = SHAPES[shape](source, out)
    document = {
        "folder": str(done.folder),
        "sources": dict(done.sources),
        "accounts": done.accounts,
        "events": done.events,
        "repeated": done.repeated,
        "sums": [
            {"kind": kind, "currency": currency, "amount": format_micros(amount)}
            for (kind, currency), amount in done.by_kind.items()
        ],
        "findings": [finding.as_json() for finding in done.findings],
    }
    lines = [f"{done.folder}: {done.events:,} billing events of {done.accounts:,} accounts"]
    for (kind, currency), amount in done.by_kind.items():
        lines.append(f"  {kind:<16}{show(Money(amount_micros=amount, currency=currency)):>24}")
    if done.repeated:
        lines.append(f"  {done.repeated:,} came again with the same content and count once")
    lines.extend(str(finding) for finding in done.findings)
    return Answer(document=document, text="\n".join(lines))
