"""A table is built whole, in order, and the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.gate.table import building
from debar.gate.table.building import build_table
from debar.gate.table.reading import open_table
from debar.model.problem import DebarError
from debar.register.schema import standing_row
from tables import ORIGIN, SEED, debarment, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.debarments import Debarment

MANY = [debarment(f"a{number:05d}", entry_seq=number) for number in range(3_000)]


def build(path: Path, debarments: list[Debarment], *, seed: int = SEED) -> None:
    """Build a table from debarments in the order given."""
    rows = (standing_row(one) for one in debarments)
    build_table(path, rows, origin=ORIGIN, revision=10, seed=seed)


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    """Two builds must agree to the byte; another seed must not."""
    for name, seed in (("one", SEED), ("two", SEED), ("three", SEED + 1)):
        build(tmp_path / name, MANY, seed=seed)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "three").read_bytes()


@pytest.mark.parametrize("wrong", [[MANY[1], MANY[0]], [MANY[0], MANY[1], MANY[0]], [debarment("x", kind="b"), debarment("x", kind="a")]])  # fmt: skip
def test_rows_out_of_order_are_refused(tmp_path: Path, wrong: list[Debarment]) -> None:
    """A key that comes twice would be found once: the build must stop, and leave the old table and no part."""
    build(tmp_path / "t", MANY[:5])
    before = (tmp_path / "t").read_bytes()
    with pytest.raises(DebarError, match="not in the order of their keys"):
        build(tmp_path / "t", wrong)
    assert (tmp_path / "t").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["t"]


def test_it_is_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is written at once must not show in the bytes."""
    build(tmp_path / "one", MANY)
    monkeypatch.setattr(building, "_FLUSH", 100)
    build(tmp_path / "two", MANY)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts that 16 and 32 bits cannot hold must stop the build, not wrap around."""
    with pytest.raises(DebarError, match="kinds of 65,535 bytes"):
        build(tmp_path / "t", [debarment("x", kind="k" * 65_536)])
    monkeypatch.setattr(building, "_PLACE_MAX", 100)
    with pytest.raises(DebarError, match="16 GiB of keys"):
        build(tmp_path / "t", MANY)
    monkeypatch.setattr(building, "_SHORT_MAX", 10)
    decisions = [debarment("x", decision_id=f"decision-{number:08d}") for number in range(11)]
    with pytest.raises(DebarError, match="more decisions"):
        build(tmp_path / "t", decisions)


def test_an_empty_table(tmp_path: Path) -> None:
    """Where nothing stands, the table must say so at its revision, and allow."""
    table = made_table(tmp_path / "t", [], revision=3, epoch=2)
    assert (table.header.key_count, table.header.revision, table.header.epoch) == (0, 3, 2)
    assert table.lookup("account", "a1") == ()


def test_about_one_key_in_twenty_passes_the_filter(tmp_path: Path) -> None:
    """The filter must let all debarred keys through, and few others: it is what makes a check fast."""
    build(tmp_path / "t", MANY)
    table = open_table(tmp_path / "t")
    from debar.gate.table.hashing import key_hash

    passed = sum(table.may_hold(key_hash("account", f"b{number}", SEED)) for number in range(20_000))
    density = len(MANY) / 2**table.header.filter_bits
    assert 0.8 * density < passed / 20_000 < 1.2 * density
    assert density <= 1 / 16
