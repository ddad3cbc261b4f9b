"""The worked page is what debar prints, on the real file."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from debar.cli.commands import debar
from docs_transcripts import shows, transcripts
from real_platforms import real_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Request

PAGE = Path(__file__).resolve().parents[2] / "docs" / "worked-ira.md"


@pytest.mark.ci
@pytest.mark.real
def test_the_worked_page_is_what_debar_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    """Every command of docs/worked-ira.md prints what the page shows, and its report leads to the rows."""
    shutil.copy(real_file("ira_ads.csv"), tmp_path / "ira_ads.csv")
    monkeypatch.chdir(tmp_path)
    commands = transcripts(PAGE)
    assert len(commands) == 5
    for command, expected in commands:
        words = shlex.split(command)
        assert words[0] == "debar"
        result = CliRunner().invoke(debar, words[1:])
        assert result.exit_code == 0, result.output
        assert shows(expected, result.stdout) is None, (command, result.stdout)
    _leads_to_rows(browser, tmp_path / "report.html")


def _leads_to_rows(browser: Browser, report: Path) -> None:
    for width in (1280, 390):
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked: list[str] = []
        page.on("request", _noting(asked))
        page.goto(report.as_uri())
        assert asked == [report.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("text=5,849,458.10 RUB")
        assert page.locator("th:visible", has_text="P(1)0002293").count() == 1
        assert page.evaluate(
            "[...document.querySelectorAll('a[href^=\"#\"]')]"
            ".every(a => document.getElementById(a.getAttribute('href').slice(1)))"
        )
        page.close()


def _noting(asked: list[str]) -> Callable[[Request], None]:
    return lambda request: asked.append(request.url)
