"""The transparency report of a register.

Law: counted from the log alone; the platform's tables are not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.stating.statements import json_text
from debar.app.verbs import write_whole
from debar.notices.messages import LANGUAGES
from debar.notices.transparency.pages import report_html, report_text
from debar.notices.transparency.report import transparency_report
from debar.notices.transparency.spreadsheet import report_csv
from debar.register.address import open_register

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.model.window import Window


def report(
    setting: Setting, window: Window, *, form: str, language: str, platform: str, out: Path | None
) -> Answer:
    """Count a period, and tell it in one form, or write all of them into a folder."""
    with open_register(setting.register_address(), read_only=True) as register:
        made = transparency_report(register.entries(), window)
        document = {"register": register.origin, **made.as_json()}
    if out is not None:
        files = {"report.json": json_text(document) + "\n", "report.csv": report_csv(made)}
        for code in LANGUAGES:
            mark = "" if code == "en" else f".{code}"
            files[f"report{mark}.html"] = report_html(made, platform=platform, language=code)
        for name, text in files.items():
            write_whole(out / name, text)
        return Answer(document={**document, "files": list(files)}, text=f"{len(files)} files in {out}")
    if form == "html":
        return Answer(document=document, text=report_html(made, platform=platform, language=language))
    if form == "csv":
        return Answer(document=document, text=report_csv(made))
    text = json_text(document) if form == "json" else report_text(made, language=language)
    return Answer(document=document, text=text)
