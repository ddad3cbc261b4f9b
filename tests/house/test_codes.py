"""A problem code has one page and one meaning: whoever looks a code up finds what happened."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "debar"
PAGES = ROOT / "docs" / "problems"
CODE = re.compile(r"DBR-[A-Z]\d{3}")

SHARED = {
    "DBR-A002": {"app", "app/referrals"},
    "DBR-A004": {"app", "app/reversal"},
    "DBR-A008": {"app", "app/money", "app/record", "app/referrals"},
    "DBR-A009": {"app", "app/reversal"},
    "DBR-A010": {"app/hearing", "app/reversal", "app/stating"},
    "DBR-A011": {"app/hearing", "app/stating"},
    "DBR-H006": {"app/hearing", "appeals"},
    "DBR-I001": {"intake", "intake/archives"},
    "DBR-N006": {"app/stating", "notices/dsa"},
    "DBR-P004": {"app/hearing", "plans"},
    "DBR-R003": {"register/postgres", "register/sqlite"},
}
"""Codes that several folders raise: each was read and means the same in all of them."""


def told_twice(pages: Iterable[tuple[str, str]]) -> list[str]:
    """Return the codes with more than one heading, and those that stand on another letter's page."""
    headings = [
        (code, name)
        for name, text in pages
        for code in re.findall(r"^## (DBR-[A-Z]\d{3})", text, re.MULTILINE)
    ]
    often = Counter(code for code, _ in headings)
    page_of: dict[str, set[str]] = defaultdict(set)
    for code, name in headings:
        page_of[code[:5]].add(name)
    astray = {code for code, _ in headings if len(page_of[code[:5]]) > 1}
    return sorted({code for code, times in often.items() if times > 1} | astray)


def raised_in(sources: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the codes that a call makes a problem of, each with the folders where that is written."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, text in sources:
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            if (
                isinstance(first, ast.Constant)
                and isinstance(first.value, str)
                and CODE.fullmatch(first.value)
            ):
                found[first.value].add(path.rpartition("/")[0])
    return found


def test_a_code_has_one_heading_on_one_page() -> None:
    """Two headings are two meanings, or the same one told twice."""
    assert told_twice((page.name, page.read_text()) for page in PAGES.glob("*.md")) == []


def test_a_code_is_raised_in_one_folder_unless_somebody_looked() -> None:
    """Two folders that took the same free number mean two things by it."""
    sources = [(path.relative_to(SOURCE).as_posix(), path.read_text()) for path in SOURCE.rglob("*.py")]
    found = raised_in(sources)
    assert len(found) > 100
    assert {code: folders for code, folders in found.items() if len(folders) > 1} == SHARED


def test_a_second_meaning_is_seen() -> None:
    """Planted: a heading twice, a letter on two pages, and a number that two folders took."""
    page = "## DBR-A080 there is no record\n\ntext DBR-A080\n"
    assert told_twice([("app.md", page)]) == []
    assert told_twice([("app.md", page + "\n## DBR-A080 no name for a gate\n")]) == ["DBR-A080"]
    assert told_twice([("app.md", page), ("gate.md", "## DBR-A081 a gate\n")]) == ["DBR-A080", "DBR-A081"]
    raising = "raise DebarError('DBR-A080', 'no')"
    planted = raised_in(
        [("app/gates/a.py", raising), ("app/record/b.py", raising), ("app/record/c.py", raising)]
    )
    assert planted == {"DBR-A080": {"app/gates", "app/record"}}
