from __future__ import annotations

import re
from pathlib import Path

import pytest

from debar.intake.declared import read_declaration
from debar.intake.problems import CODES, what_of
from debar.intake.tables import BILLING_KINDS, TABLES
from debar.model.identifiers import FAMILY_OF_KIND

ROOT = Path(__file__).resolve().parents[2]
RAISED = (
    *("DBR-I001", "DBR-I002", "DBR-I003", "DBR-I004", "DBR-I005", "DBR-I006", "DBR-I050", "DBR-I051"),
    *("DBR-I053", "DBR-I055", "DBR-I056"),
)
IMPORTED = tuple(f"DBR-I06{digit}" for digit in range(10))


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    text = (ROOT / "docs" / "problems" / "intake.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (DBR-I\d{3}) ", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_code_has_a_page(sections: dict[str, str]) -> None:
    """Each code that intake can give is documented, once, in four paragraphs; nothing else is."""
    assert sorted(sections) == sorted({*CODES, *RAISED, *IMPORTED})
    for text in sections.values():
        marks = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", text, flags=re.MULTILINE)
        assert marks == ["What", "Why it matters", "Wrong", "Right"]


def test_a_page_has_the_words_of_the_message(sections: dict[str, str]) -> None:
    """The heading of a data problem is what the message says."""
    assert {code: sections[code].partition("\n")[0] for code in CODES} == {
        code: what_of(code) for code in CODES
    }


def test_every_code_is_tested() -> None:
    """Each code stands in a test of this room."""
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    assert [
        code for code in (*CODES, *RAISED, *IMPORTED) if tests.count(code) < (2 if code in RAISED else 1)
    ] == []


def test_every_column_and_kind_is_documented() -> None:
    """docs/platform.md lists each table's columns in order, bold where required, and every kind."""
    page = (ROOT / "docs" / "platform.md").read_text(encoding="utf-8")
    for table in TABLES:
        section = page.split(f"\n### {table.name}\n", 1)[1].split("\n#", 1)[0]
        names = re.findall(r"^\| (\*{0,2}\w+\*{0,2}) \|", section, flags=re.MULTILINE)
        written = [f"**{c.name}**" if c.required else c.name for c in table.columns]
        assert [name for name in names if name != "column"] == written
    for kind in (*BILLING_KINDS, *FAMILY_OF_KIND):
        assert re.search(rf"\b{kind}\b", page)


def test_the_documented_declaration_is_right(tmp_path: Path) -> None:
    """The platform.toml of the page is accepted as it stands."""
    page = (ROOT / "docs" / "platform.md").read_text(encoding="utf-8")
    (tmp_path / "platform.toml").write_text(page.split("```toml\n", 1)[1].split("```", 1)[0])
    declaration = read_declaration(tmp_path)
    assert (declaration.name, declaration.tables["billing"].decimal) == ("Harbour Ads", ",")
