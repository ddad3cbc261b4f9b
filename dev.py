#!/usr/bin/env python3
"""The front door: the same verbs on a laptop and in CI, with nothing but Python 3.11 and git.

python3 dev.py demo     install into .venv and play October 2017 into ./october-2017
python3 dev.py test     install what the tests need and run the test tier (about two minutes)
python3 dev.py ci       the slower tier: browser, oracles, kills (up to twenty minutes)
python3 dev.py prove    everything, however long; dates the outcome in docs/proof.md
python3 dev.py lint     ruff, mypy --strict, import contracts
python3 dev.py linking  how well and how fast accounts are linked, beside peers (docs/benchmark-linking.md)
python3 dev.py pin      compile constraints.txt anew
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / "bin"
PYTEST = ("-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal")
SYSTEM_TOOLS = {
    "chromium": ("chromium",),
    "hledger": ("hledger",),
    "java": ("openjdk-17-jre-headless",),
    "go": ("golang-go", "golang-golang-x-mod-dev"),
    "gcc": ("gcc", "libc6-dev"),
    "spin": ("spin",),
    "nginx": ("nginx-light",),
    "pg_ctlcluster": ("postgresql",),
}

HEAD = """# Proof

The outcome of `python3 dev.py prove`, newest first.

| day | commit | minutes | outcome |
"""
RULE = "|---|---|---|---|\n"
"""Head of the table in docs/proof.md."""


def run(*command: str | Path, check: bool = True) -> int:
    """Run a command in the project's folder; stop with its exit code when it fails."""
    line = [str(part) for part in command]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    code = subprocess.run(line, cwd=HERE, check=False, env=environment).returncode  # noqa: S603 - our own commands
    if check and code != 0:
        raise SystemExit(code)
    return code


def install(*, tests: bool) -> None:
    """Make .venv and install debar with the pinned versions, unless that is already done."""
    wanted = "[test]" if tests else ""
    pins = HERE / "constraints.txt"
    state = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + pins.read_bytes()).hexdigest()
    stamp = VENV / f"installed{wanted}"
    if stamp.exists() and stamp.read_text() == state:
        return
    if not (BIN / "python").exists():
        run(sys.executable, "-m", "venv", VENV)
    run(BIN / "python", "-m", "pip", "install", "-q", "-c", pins, "-e", f".{wanted}")
    stamp.write_text(state)


def install_apart(name: str, program: str) -> None:
    """Make .venv-NAME with what constraints-NAME.txt pins: a program that must not reach the product.

    Beancount (``oracles``) for its licence; Splink (``peers``), which linking is measured against; Envoy
    (``envoy``), a proxy that asks the gate.
    """
    pins, python = HERE / f"constraints-{name}.txt", HERE / f".venv-{name}" / "bin" / "python"
    stamp = HERE / f".venv-{name}" / "installed"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return
    if not python.exists():
        run(sys.executable, "-m", "venv", HERE / f".venv-{name}")
    if run(python, "-m", "pip", "install", "-q", "-r", pins, check=False) == 0:
        stamp.write_text(pins.read_text())
    else:
        print(f"not installed: {program}; tests that need it are skipped and say so")


@contextlib.contextmanager
def no_services() -> Iterator[None]:
    """Keep Debian from starting what it installs (PostgreSQL, nginx): tests start their own."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def install_system_tools() -> None:
    """Install what tests use of Debian, where it is missing and we may; Beancount and Envoy apart."""
    install_apart("oracles", "Beancount")
    install_apart("envoy", "Envoy")
    absent = [packages for tool, packages in SYSTEM_TOOLS.items() if shutil.which(tool) is None]
    missing = [package for packages in absent for package in packages]
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"not installed: {', '.join(missing)}; tests that need them are skipped and say so")
        return
    run("apt-get", "update", "-qq")
    with no_services():
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, "fonts-inter")


def pytest(*arguments: str) -> int:
    """Run the tests on all cores."""
    return run(BIN / "python", *PYTEST, *arguments, check=False)


def lint() -> None:
    """Run the checks that need no tests."""
    install(tests=True)
    run(BIN / "ruff", "check")
    run(BIN / "ruff", "format", "--check")
    run(BIN / "mypy")
    run(BIN / "lint-imports")


def test() -> int:
    """Run the test tier."""
    install(tests=True)
    install_system_tools()
    return pytest("-m", "not ci and not prove")


def ci() -> int:
    """Run the ci tier, beyond the test tier."""
    install(tests=True)
    install_system_tools()
    return pytest("-m", "ci and not prove")


def prove() -> int:
    """Run every test and date the outcome in docs/proof.md."""
    install(tests=True)
    install_system_tools()
    log = HERE / "prove.log"
    began = time.time()
    with log.open("w") as out:
        command = [str(BIN / "python"), *PYTEST, "--timeout", "7200"]
        search = {**os.environ, "DEBAR_SEARCH": "1"}  # laws look for new cases here; elsewhere they repeat
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=HERE, check=False, stdout=out, stderr=subprocess.STDOUT, env=search
        )
    code = done.returncode
    text = log.read_text()
    print(text[-4000:])
    minutes = (time.time() - began) / 60
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, cwd=HERE, check=False, capture_output=True, text=True).stdout.strip()  # noqa: S603 - a fixed command
    summary = text.strip().splitlines()[-1].strip("= ") if text.strip() else "no output"
    page = HERE / "docs" / "proof.md"
    old = page.read_text().split(RULE, 1)[1] if page.exists() else ""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    page.write_text(f"{HEAD}{RULE}| {day} | {commit} | {minutes:.0f} | {summary} |\n{old}")
    return code


def demo(arguments: list[str]) -> int:
    """Install debar and play October 2017."""
    install(tests=False)
    return run(BIN / "debar", "demo", *arguments, check=False)


def linking(arguments: list[str]) -> int:
    """Install debar and, apart, Splink; run the linking benchmark."""
    install(tests=True)
    install_apart("peers", "Splink")
    return run(BIN / "python", "-m", "benchmarks.linking", *arguments, check=False)


def pin() -> None:
    """Compile the constraints, for every platform and Python, without an address."""
    run(BIN / "python", "-m", "pip", "install", "-q", "uv")
    options = "--universal --no-header --no-annotate --no-emit-index-url --python-version 3.11 --all-extras"
    run(BIN / "uv", "pip", "compile", "-q", *options.split(), "pyproject.toml", "-o", "constraints.txt")


def main() -> int:
    """Run one verb."""
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "demo":
        return demo(rest)
    if verb == "linking":
        return linking(rest)
    verbs = {"lint": lint, "test": test, "ci": ci, "prove": prove, "pin": pin}
    if verb not in verbs:
        print(__doc__)
        return 2
    return verbs[verb]() or 0


if __name__ == "__main__":
    raise SystemExit(main())
