"""debar links --engine spark, as a person types it."""

from __future__ import annotations

import csv
import json
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from debar.cli.commands import debar
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from pathlib import Path


def write_platform(folder: Path) -> Path:
    """Write eight owners with three accounts each."""
    folder.mkdir()
    accounts = [(f"{n}{side}", f"Shop {n}") for n in range(8) for side in "abc"]
    held = [
        (account, kind, value)
        for account, _ in accounts
        for kind, value in (
            ("legal_id", f"L{account[0]}"),
            ("email", f"box@shop{account[0]}.example"),
            ("card", f"fp_{int(account[0]) // 2}"),
        )
    ]
    for name, header, rows in (
        ("accounts", ("account_id", "name"), accounts),
        ("identifiers", ("account_id", "kind", "value"), held),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


def run(*words: str) -> tuple[int, str]:
    """Run debar links."""
    found = CliRunner().invoke(debar, ["links", *words, "--json"])
    return found.exit_code, found.output


@pytest.mark.ci
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")
def test_the_command_makes_the_same_links_on_both_engines(tmp_path: Path) -> None:
    """Probabilities and weights agree to 1e-9, pair by pair."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    platform = str(write_platform(tmp_path / "export"))
    here, there = tmp_path / "here.parquet", tmp_path / "there"
    assert 0 == run(platform, "--out", str(here))[0]
    code, text = run(platform, "--out", str(there), "--engine", "spark", "--master", "local[1]")
    assert 0 == code, text
    told = json.loads(text[text.index("{") :])
    with DuckEngine(threads=1) as engine:
        ours, theirs = (
            engine.rows(
                "SELECT account_a, account_b, p_owner, p_operator, weight, LEN(reasons)"
                f" FROM read_parquet('{path}') ORDER BY 1, 2"
            )
            for path in (here, there / "*.parquet")
        )
    assert told["pairs"] == len(ours) > 24
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert one[2:] == pytest.approx(other[2:], abs=1e-9)


def test_spark_without_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DBR-S042 before any work on Spark."""
    if find_spec("pyspark") is None:
        pytest.skip("needs pyspark")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    code, text = run(
        str(write_platform(tmp_path / "export")), "--out", str(tmp_path / "there"), "--engine", "spark"
    )
    assert (2, "DBR-S042") == (code, json.loads(text)["error"]["code"])


@pytest.mark.parametrize("option", ["--keep", "--labels"])
def test_what_spark_cannot_do_is_refused(option: str, tmp_path: Path) -> None:
    """An option that would be left out is wrong use."""
    words = (str(tmp_path), "--out", str(tmp_path / "o"), "--engine", "spark", option, str(tmp_path))
    code, text = run(*words)
    assert 2 == code
    assert f"{option} does not go with --engine spark" in text
    assert 2 == run(str(tmp_path), "--out", str(tmp_path / "o"), "--master", "local[2]")[0]
