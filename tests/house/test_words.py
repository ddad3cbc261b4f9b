"""The house keeps its words, its sizes, and its documents in step with its code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import debar

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
REFUSED_NAMES = {"utils", "util", "core", "common", "helpers", "manager", "base_classes", "misc"}


def test_every_module_states_its_law() -> None:
    """A room and each of its modules open with a docstring; modules with code state their law."""
    missing = []
    for path in SOURCES:
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        if not docstring or (path.name != "__init__.py" and "Law:" not in docstring):
            missing.append(str(path.relative_to(ROOT)))
    assert missing == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    """There is no utils, core, common, helpers or manager."""
    assert [p.name for p in SOURCES if p.stem in REFUSED_NAMES] == []


def test_functions_stay_short() -> None:
    """Nine functions in ten have at most 34 lines, and under two in a hundred pass 70."""
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None
    )
    assert lengths[int(len(lengths) * 0.9)] <= 34
    assert sum(length > 70 for length in lengths) / len(lengths) < 0.02


def test_files_and_rooms_stay_small() -> None:
    """A file has at most 450 lines and a room about a dozen files."""
    assert [str(p) for p in SOURCES if len(p.read_text().splitlines()) > 450] == []
    rooms = [p for p in (ROOT / "src" / "debar").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    assert [room.name for room in rooms if len(list(room.glob("*.py"))) > 14] == []


def test_every_problem_code_has_a_page_and_belongs_to_one_room() -> None:
    """A code that the source can print is documented, and a documented code can be printed."""
    used: dict[str, set[str]] = {}
    for path in SOURCES:
        for code in re.findall(r"DBR-[A-Z]\d{3}", path.read_text()):
            used.setdefault(code, set()).add(path.relative_to(ROOT / "src" / "debar").parts[0])
    documented = set()
    for page in (ROOT / "docs" / "problems").glob("*.md"):
        documented |= set(re.findall(r"^## (DBR-[A-Z]\d{3})", page.read_text(), re.MULTILINE))
    assert sorted(set(used) - documented) == []
    assert sorted(documented - set(used)) == []


def test_every_problem_code_has_a_test() -> None:
    """A code that no test provokes may be wrong unseen."""
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    codes = {code for path in SOURCES for code in re.findall(r"DBR-[A-Z]\d{3}", path.read_text())}
    assert sorted(code for code in codes if code not in tests) == []


def test_the_changelog_names_the_version() -> None:
    """The newest entry of the changelog is the package's version."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    found = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert found is not None
    assert debar.__version__ == found.group(1)


def test_constraints_name_no_address() -> None:
    """The pinned versions can be had from any registry."""
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "index-url" not in text
