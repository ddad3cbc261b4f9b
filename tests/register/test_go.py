"""The published record and its proofs, checked by code that is not ours: Go's x/mod/sumdb."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from debar.register.published.proofs import disclosure, parse_proof
from debar.register.published.publishing import publish_tiles
from go_oracle import ask, build
from registers import BEN, debar, fill, record

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built program."""
    return build(tmp_path_factory.mktemp("go"))


def test_go_reads_the_record(program: Path, register: SqliteRegister, tmp_path: Path) -> None:
    """Go must derive our root from our tiles at every kind of size, and see that the log only grew."""
    kept = tmp_path / "kept"
    for size in (3, 255, 256, 257, 700):
        fill(register, size)
        publish_tiles(register, tmp_path / "public")
        more = [kept] if kept.exists() else []
        assert ask(program, "record", tmp_path / "public", str(register.key), *more) == (
            True,
            f"{size} entries\n",
        )
        kept.write_text(register.checkpoint())


def test_go_refuses_what_was_changed(program: Path, register: SqliteRegister, tmp_path: Path) -> None:
    """One changed byte of a tile, another key or another history must not convince Go."""
    fill(register, 300)
    public = tmp_path / "public"
    publish_tiles(register, public)
    other = str(replace(register.key, public_key=BEN.public_key))
    assert not ask(program, "record", public, other)[0]
    for name in ("tile/0/000", "tile/entries/001.p/44", "checkpoint"):
        content = (public / name).read_bytes()
        (public / name).write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        assert not ask(program, "record", public, str(register.key))[0], name
        (public / name).write_bytes(content)
    assert ask(program, "record", public, str(register.key))[0]


def test_go_accepts_a_partys_proof(program: Path, register: SqliteRegister, tmp_path: Path) -> None:
    """A proof that we hand out must convince Go, and a changed one must not."""
    fill(register, 20)
    record(register, debar("acct-1"))
    proof = replace(parse_proof(register.proof_text(20)), extra=disclosure(register.entry(20), ["subject 0"]))
    file = tmp_path / "acct-1.tlog-proof"
    file.write_text(str(proof))
    assert ask(program, "proof", file, str(register.key)) == (True, "entry 20 of 21\n")
    file.write_text(str(replace(proof, index=19)))
    assert not ask(program, "proof", file, str(register.key))[0]
    file.write_text(str(replace(proof, path=proof.path[:-1])))
    assert not ask(program, "proof", file, str(register.key))[0]
