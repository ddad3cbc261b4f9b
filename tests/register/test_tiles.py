"""The static files of a log: names, contents, and what is new of a larger tree."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.register.published.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    bundle,
    hash_tile,
    tile_at,
    tiles_after,
    tiles_of,
    unbundle,
)
from debar.register.tree import leaf_hash, root_of
from registers import Stored, vectors


@pytest.mark.real
def test_the_shared_bundle_and_tile() -> None:
    """Five entries must give the shared bundle and the shared tile of hashes, byte for byte."""
    shared = vectors()["note"]
    entries = [entry.encode() for entry in shared["entries"]]
    stored = Stored(tuple(leaf_hash(entry) for entry in entries))
    assert shared["bundle_hex"] == bundle(entries).hex()
    assert shared["tile0_hex"] == hash_tile(Tile(0, 0, 5), stored.read).hex()
    assert entries == unbundle(bytes.fromhex(shared["bundle_hex"]))


@pytest.mark.real
def test_the_shared_files_of_seventy_thousand_entries() -> None:
    """The files of 70,000 entries must be the shared ones, by name and number, and lead to the shared root."""
    shared = vectors()["tiles_70000"]
    tiles = list(tiles_of(70_000))
    assert shared["files_total"] == len(tiles) + 1  # and the checkpoint
    level0 = [tile for tile in tiles if tile.level == 0]
    assert shared["full_level0"] == sum(tile.width == TILE_WIDTH for tile in level0)
    assert f"tile/0/{shared['partial_level0']}" == level0[-1].path
    for level, names in ((1, shared["level1"]), (2, shared["level2"])):
        assert [f"tile/{level}/{name}" for name in names] == [t.path for t in tiles if t.level == level]
    stored = Stored(tuple(leaf_hash(str(number).encode()) for number in range(70_000)))
    joined = b"".join(hash_tile(tile, stored.read) for tile in level0)
    got = root_of(joined[at : at + 32] for at in range(0, len(joined), 32))
    assert base64.b64decode(shared["root_b64"]) == got


@pytest.mark.real
def test_the_shared_names() -> None:
    """Places must be written in groups of three digits, as the shared vectors have them."""
    for place, name in vectors()["n_path"].items():
        assert f"tile/0/{name}" == Tile(0, int(place)).path


@given(
    st.builds(Tile, st.integers(-1, 63), st.integers(0, 10**10), st.integers(1, TILE_WIDTH)),
)
def test_a_tile_is_read_back_from_its_path(tile: Tile) -> None:
    """A path must name one tile, and that tile the path."""
    assert tile == tile_at(tile.path)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/256",
        "tile/0/x000/001",
        "tile/0/0",
        "tile/00/000",
        "tile/x/000",
        "checkpoint",
        "tile/0/000.p/07",
    ],
)
def test_other_paths_name_no_tile(path: str) -> None:
    """A path that the layout does not write must name nothing."""
    assert tile_at(path) is None


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_what_is_new_is_what_the_smaller_tree_has_not(one: int, other: int) -> None:
    """The tiles of a larger tree must be those of the smaller and the new ones, but for parts that grew."""
    old, new = sorted((one, other))
    before, after, fresh = set(tiles_of(old)), set(tiles_of(new)), set(tiles_after(old, new))
    assert fresh <= after
    assert after - before == fresh - before
    assert not fresh & {tile for tile in before if tile.width == TILE_WIDTH}


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_come_back_from_their_bundle(entries: list[bytes]) -> None:
    """A bundle must give its entries back, empty ones too."""
    assert entries == unbundle(bundle(entries))


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x02a", b"\x00\x01ab", b"\xff\xff"])
def test_a_bundle_that_is_cut_off_is_refused(content: bytes) -> None:
    """A bundle whose last entry is not whole must be refused."""
    with pytest.raises(ValueError, match="cut off"):
        unbundle(content)


def test_the_level_of_entries_is_no_level_of_hashes() -> None:
    """Entries and hashes must not share a name."""
    assert Tile(ENTRIES, 0).path != Tile(0, 0).path
