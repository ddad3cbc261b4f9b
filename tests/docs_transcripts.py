"""Transcripts of pages: their commands, and whether an output is what a page shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def transcripts(page: Path) -> list[tuple[str, list[str]]]:
    """Return the commands of a page's console blocks with the lines that follow each."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def shows(expected: list[str], got: str) -> str | None:
    """Return the first expected line that the output lacks in order, or None.

    A line of three dots stands for any lines, three dots inside a line for any text.
    """
    pattern = ""
    for line in expected:
        pattern += (
            r"(?:[^\n]*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + "\n"
        )
    if re.fullmatch(pattern + (r"(?:[^\n]*\n)*" if expected[-1] == "..." else ""), got):
        return None
    lines = iter(got.splitlines())
    for line in expected:
        if line == "...":
            continue
        matcher = re.compile(".*?".join(map(re.escape, line.split("..."))))
        if not any(matcher.fullmatch(candidate) for candidate in lines):
            return line
    return "the order or the lines between"
