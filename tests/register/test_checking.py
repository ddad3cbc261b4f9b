"""Checking a published record: any change is found, and a split view by whoever kept a checkpoint."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from debar.model.canonical import canonical_json
from debar.model.problem import DebarError
from debar.register.drafts import approval_draft
from debar.register.entries import EntryDraft, read_leaf
from debar.register.notes import Checkpoint, VerifierKey, sign_note
from debar.register.published.checking import check_published
from debar.register.published.publishing import publish_tiles
from debar.register.published.seal import opened, sealed
from debar.register.published.tiles import bundle, hash_tile, tiles_of
from debar.register.published.witnesses import Witness, WitnessPolicy
from debar.register.sqlite import SqliteRegister
from debar.register.tree import leaf_hash, root_of
from registers import BEN, LOG, NOW, ORIGIN, PLAN_SHA256, Stored, debar, new_register, record, salts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KEY = VerifierKey(name=ORIGIN, public_key=LOG.public_key)


def reader(files: Mapping[str, bytes]) -> Callable[[str], bytes | None]:
    """Read from a dictionary as from a folder."""
    return files.get


def made_of(*leaves: bytes, size: int | None = None) -> dict[str, bytes]:
    """Publish leaves as they are, under the log's real key: what a dishonest operator could do."""
    stored = Stored(tuple(map(leaf_hash, leaves)))
    files = {}
    for tile in tiles_of(len(leaves)):
        first = tile.place * 256
        files[tile.path] = (
            bundle(leaves[first : first + tile.width]) if tile.level < 0 else hash_tile(tile, stored.read)
        )
    root = root_of(map(leaf_hash, leaves))
    checkpoint = Checkpoint(origin=ORIGIN, size=len(leaves) if size is None else size, root=root)
    files["checkpoint"] = str(sign_note(str(checkpoint), name=ORIGIN, signer=LOG)).encode()
    return files


@pytest.fixture
def files(register: SqliteRegister, tmp_path: Path) -> dict[str, bytes]:
    """Return a small published record, as a dictionary."""
    record(register, approval_draft(PLAN_SHA256, by="ben", signer=BEN))
    record(register, debar("acct-1"), debar("acct-2", until="2017-11-25", because="linked"))
    publish_tiles(register, tmp_path / "public")
    folder = tmp_path / "public"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_honest_record_holds(files: dict[str, bytes]) -> None:
    """Everything that can be checked must hold, and each entry must be handed on, in order."""
    seen: list[str] = []
    report = check_published(reader(files), KEY, each=lambda leaf: seen.append(leaf["id"]))
    assert report.holds
    assert seen == ["enrol-0", "enrol-1", "approval-2", "debar-3", "debar-4"]
    assert any("2 enrolments and 1 approvals verify" in check.what for check in report.checks)


def flips_found(files: dict[str, bytes], *, every: int) -> int:
    """Flip one bit in every so manyth byte of every file, and count; each flip must be found."""
    count = 0
    for name in ("checkpoint", *(name for name in files if name.startswith("tile/"))):
        for place in range(0, len(files[name]), every):
            bit = hashlib.sha256(f"{name} {place}".encode()).digest()[0] % 8
            changed = bytearray(files[name])
            changed[place] ^= 1 << bit
            assert not check_published(reader({**files, name: bytes(changed)}), KEY).holds, (name, place, bit)
            count += 1
    return count


def test_a_flipped_bit_is_found(files: dict[str, bytes]) -> None:
    """A flipped bit in every seventh byte of the record must be found."""
    assert flips_found(files, every=7) > 300


@pytest.mark.ci
def test_a_flipped_bit_in_any_byte_is_found(files: dict[str, bytes]) -> None:
    """A flipped bit in any byte of any file must be found."""
    assert flips_found(files, every=1) > 2000


def test_a_missing_file_is_found(files: dict[str, bytes]) -> None:
    """Each file of the layout must be missed when it is not there."""
    for name in files:
        left = {other: content for other, content in files.items() if other != name}
        assert name == "log.pub" or not check_published(reader(left), KEY).holds, name


def test_a_split_view_is_found_by_whoever_kept_a_checkpoint(
    register: SqliteRegister, files: dict[str, bytes], tmp_path: Path
) -> None:
    """A second history under the same key must look sound by itself, and fail against a kept checkpoint."""
    kept = files["checkpoint"].decode()
    with new_register(tmp_path / "other.db") as other:
        other.append([debar("someone-else")], salts=salts(1, 70), now=NOW, signer=LOG)
        record(other, *(debar(f"b{number}") for number in range(9)))
        publish_tiles(other, tmp_path / "split")
    folder = tmp_path / "split"
    split = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert check_published(reader(split), KEY).holds
    found = check_published(reader(split), KEY, kept=[kept])
    assert any("ANOTHER HISTORY" in check.what for check in found.checks if check.ok is False)
    record(register, debar("acct-3"))
    publish_tiles(register, tmp_path / "public")
    folder = tmp_path / "public"
    grown = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert check_published(reader(grown), KEY, kept=[kept, register.checkpoint(0)]).holds
    back = check_published(reader(files), KEY, kept=[grown["checkpoint"].decode()])
    assert any("something was taken back" in check.what for check in back.checks if check.ok is False)
    assert not check_published(reader(grown), KEY, kept=["no checkpoint"]).holds


def test_what_the_log_should_never_have_signed_is_found(register: SqliteRegister) -> None:
    """Entries that are no entries, of another place, or signed by nobody must be found under a good signature."""
    good = [entry.leaf for entry in register.entries()]
    assert check_published(reader(made_of(*good)), KEY).holds
    other = EntryDraft(type="case", by="ana", body={})
    moved = record(register, other).entries[0].leaf
    typeless = canonical_json({**read_leaf(moved), "type": ["x"], "id": "['x']-2"})
    timeless = canonical_json({**read_leaf(moved), "at": 5})
    deep = b"[" * 30_000 + b"]" * 30_000
    for bad in (
        b"{}",
        b"not json",
        moved.replace(b"case-2", b"case-9"),
        b'{"v":1}',
        typeless,
        timeless,
        deep,
    ):
        report = check_published(reader(made_of(*good, bad)), KEY)
        assert [check.what for check in report.checks if check.ok is False], bad
    forged = dict(
        read_leaf(record(register, approval_draft(PLAN_SHA256, by="ben", signer=BEN)).entries[0].leaf)
    )
    for change in (
        {"signature": "00" * 64},
        {"public_key": "11" * 32},
        {"signature": "zz"},
        {"public_key": 5},
    ):
        leaf = canonical_json({**forged, "id": "approval-2", **change})
        report = check_published(reader(made_of(*good, leaf)), KEY)
        assert any(check.what.startswith("entry 2: ") for check in report.checks if check.ok is False), change


def test_a_bundle_of_another_length_is_found(register: SqliteRegister) -> None:
    """A bundle with an entry too many or too few, or cut off, must be found."""
    good = [entry.leaf for entry in register.entries()]
    files = made_of(*good)
    for content in (bundle([*good, good[0]]), bundle(good[:1]), bundle(good)[:-1], b""):
        assert not check_published(reader({**files, "tile/entries/000.p/2": content}), KEY).holds
    full = {
        **files,
        "tile/entries/000": bundle([*good, good[0]]),
        "tile/0/000": files["tile/0/000.p/2"] + b"x" * 32,
    }
    del full["tile/entries/000.p/2"], full["tile/0/000.p/2"]
    assert check_published(reader(full), KEY).holds, "the full tile stands for its beginning"


def test_an_empty_log_can_be_checked(tmp_path: Path) -> None:
    """A log without entries must hold: its root is that of nothing."""
    with SqliteRegister.create(tmp_path / "r.db", origin=ORIGIN, signer=LOG, now=NOW) as register:
        publish_tiles(register, tmp_path / "public")
        files = {"checkpoint": (tmp_path / "public" / "checkpoint").read_bytes()}
        assert check_published(reader(files), register.key, kept=[register.checkpoint()]).holds


def test_witnesses_that_are_asked_for_must_have_signed(files: dict[str, bytes]) -> None:
    """Where a policy asks for a witness, a record without its line must not hold."""
    key = VerifierKey(name="w.example", public_key=BEN.public_key, kind=4)
    policy = WitnessPolicy(witnesses=(Witness(key=key),), at_least=1)
    assert not check_published(reader(files), KEY, witnesses=policy).holds


def test_a_sealed_page_is_opened_and_any_flipped_bit_found() -> None:
    """A page must come back with its revision, and one changed bit anywhere must break the seal."""
    content = sealed("<p>é</p>\n", origin=ORIGIN, size=7, signer=LOG)
    assert opened(content, KEY) == ("<p>é</p>\n", 7)
    for place in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            with pytest.raises(DebarError, match=r"DBR-R02[01]"):
                opened(bytes(changed), KEY)


def test_a_seal_is_of_a_page_and_of_nothing_else(register: SqliteRegister) -> None:
    """A signed checkpoint must not pass for a page's seal."""
    for content in (b"", b"<p>", b"<p><!--\n" + register.checkpoint().encode() + b"-->\n"):
        with pytest.raises(DebarError, match=r"DBR-R02[01]"):
            opened(content, KEY)
