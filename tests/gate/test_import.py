"""The gate lives in somebody's ad server: it brings nothing heavy with it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from registers import NOW, debar, record

if TYPE_CHECKING:
    from debar.register.sqlite import SqliteRegister

HEAVY = {
    "duckdb", "numpy", "jinja2", "phonenumbers", "babel", "tldextract", "rich", "click", "rapidfuzz", "cryptography",
    "currency_converter",
}  # fmt: skip
PROGRAM = """
import json, sys
from datetime import datetime
from pathlib import Path
from debar.gate import check
answer = check(Path(sys.argv[1]), "a1", now=datetime.fromisoformat(sys.argv[2]))
print(json.dumps([answer.allowed, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_a_fresh_process_loads_nothing_heavy(register: SqliteRegister) -> None:
    """Importing the gate and asking it must load no data, web, phone or terminal library."""
    record(register, debar("a1"))
    command = [sys.executable, "-c", PROGRAM, str(register.path), NOW.isoformat()]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    allowed, loaded = json.loads(run.stdout)
    assert allowed is False
    assert HEAVY & set(loaded) == set()
    assert "sqlite3" in loaded
