"""Go's own transparency-log code as an oracle: a small program, built once where Go is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("oracles") / "record.go"
LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


def build(folder: Path) -> Path:
    """Build the program into a folder, or skip where Go or its library is missing."""
    go = shutil.which("go")
    if go is None or not LIBRARY.is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev: python3 dev.py ci installs them")
    out = folder / "check-record"
    settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")}
    command = [go, "build", "-o", str(out), str(SOURCE)]
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out


def ask(program: Path, *arguments: str | Path) -> tuple[bool, str]:
    """Run the program, and return whether it was convinced, and what it said."""
    command = [str(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr
