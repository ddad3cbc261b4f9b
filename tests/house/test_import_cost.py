"""What is imported when, in fresh processes."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "duckdb",
    "numpy",
    "jinja2",
    "phonenumbers",
    "babel",
    "tldextract",
    "rich",
    "click",
    "sqlalchemy",
    "starlette",
)


def loaded_after(statement: str) -> set[str]:
    """Return the top-level packages that a fresh process has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_gate_loads_no_heavy_library() -> None:
    """The gate lives in somebody's ad server and brings nothing that it does not use."""
    assert loaded_after("import debar.gate") & set(HEAVY) == set()


def test_the_package_loads_its_verbs_lazily() -> None:
    """Importing debar costs nothing until a verb is used."""
    assert loaded_after("import debar") & set(HEAVY) == set()
