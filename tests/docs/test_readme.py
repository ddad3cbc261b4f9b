"""What the README shows is what debar prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from debar.cli.commands import debar
from docs_transcripts import shows, transcripts

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.ci
def test_the_readmes_transcript_is_what_debar_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the README runs, and prints what the README shows."""
    monkeypatch.chdir(tmp_path)
    commands = transcripts(ROOT / "README.md")
    assert len(commands) >= 4
    for command, expected in commands:
        words = shlex.split(command)
        assert words[0] == "debar"
        result = CliRunner().invoke(debar, words[1:])
        assert result.exit_code == 0, result.output
        assert shows(expected, result.stdout) is None, (command, result.stdout)


def test_a_transcript_that_differs_is_noticed() -> None:
    """The comparison is one that can fail."""
    assert shows(["a ... c", "...", "e"], "a b c\nd\ne\n") is None
    assert shows(["a ... x"], "a b c\n") is not None
    assert shows(["a b c"], "a b c\nd\n") is not None


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """No page is promised that is not there."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)
