"""The tree against published vectors, and the proofs' refusals."""

from __future__ import annotations

import base64

import pytest

from debar.register.tree import (
    EMPTY_ROOT,
    CompactRange,
    Node,
    consistency_path,
    inclusion_path,
    leaf_hash,
    read_range,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from registers import Stored, vectors

LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
HASHES = tuple(leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    """The root over the first leaves must be the one that certificate transparency publishes."""
    expected = bytes.fromhex(ROOTS[size])
    assert expected == root_of(HASHES[:size])


def test_empty_root() -> None:
    """A tree without leaves must have the hash of nothing as its root."""
    assert EMPTY_ROOT.hex() == ROOTS[0]


def test_inclusion_path_of_the_published_tree() -> None:
    """The path of leaf 5 of 8 must be the published one, the leaf's sibling first."""
    expected = ["bc1a0643", "ca854ea1", "d37ee418"]
    got = [item.hex()[:8] for item in inclusion_path(5, 8, Stored(HASHES).read)]
    assert expected == got


def test_consistency_path_of_the_published_tree() -> None:
    """The proof from 6 to 8 leaves must be the published one."""
    expected = ["0ebc5d34", "ca854ea1", "d37ee418"]
    got = [item.hex()[:8] for item in consistency_path(6, 8, Stored(HASHES).read)]
    assert expected == got


@pytest.mark.real
def test_every_shared_vector() -> None:
    """Leaf hashes, paths and proofs must be those of the shared vectors, all of them."""
    shared = vectors()
    stored = Stored(HASHES)
    assert shared["leaf_hash"] == [item.hex() for item in HASHES]
    for case in shared["inclusion"]:
        path = inclusion_path(case["index"], case["size"], stored.read)
        assert case["path"] == [item.hex() for item in path]
    for case in shared["consistency"]:
        path = consistency_path(case["first"], case["second"], stored.read)
        assert case["path"] == [item.hex() for item in path]


@pytest.mark.real
def test_seventy_thousand_entries() -> None:
    """The root over the numbers to 69,999 must be the shared one."""
    shared = vectors()["tiles_70000"]
    got = root_of(leaf_hash(str(number).encode()) for number in range(70_000))
    assert base64.b64decode(shared["root_b64"]) == got


def test_appending_names_each_complete_subtree_once() -> None:
    """Appending three leaves must complete three leaves and one pair, in that order of places."""
    edge, nodes = CompactRange().extend(HASHES[:3])
    expected = [(0, 0), (0, 1), (1, 0), (0, 2)]
    assert expected == [(node.level, node.position) for node in nodes]
    assert isinstance(nodes[0], Node)
    assert edge.size == 3


@pytest.mark.parametrize("size", range(9))
def test_reading_the_edge_back(size: int) -> None:
    """The edge read from stored nodes must be the edge that appending left."""
    stored = Stored(HASHES[:size])
    assert stored.edge == read_range(size, stored.read)


def test_a_path_of_the_wrong_length_never_verifies() -> None:
    """A path with a hash too many or too few must be refused."""
    stored = Stored(HASHES)
    path = inclusion_path(2, 8, stored.read)
    root = stored.edge.root()
    assert verify_inclusion(HASHES[2], path, index=2, size=8, root=root)
    for wrong in ((), path[:-1], (*path, path[-1]), (path[0], *path)):
        assert not verify_inclusion(HASHES[2], wrong, index=2, size=8, root=root)


@pytest.mark.parametrize(
    ("index", "size", "width"), [(8, 8, 32), (-1, 8, 32), (0, 0, 32), (2, 8, 31), (2, 8, 33)]
)
def test_malformed_inclusion_is_refused(index: int, size: int, width: int) -> None:
    """Places outside the tree and hashes of another width must be refused, not crash."""
    stored = Stored(HASHES)
    path = tuple((item + b"\x00")[:width] for item in inclusion_path(2, 8, stored.read))
    assert not verify_inclusion(HASHES[2], path, index=index, size=size, root=stored.edge.root())


def test_malformed_consistency_is_refused() -> None:
    """Proofs that claim a smaller tree, another root, or carry a hash too many must be refused."""
    stored = Stored(HASHES)
    root, old = stored.edge.root(), bytes.fromhex(ROOTS[6])
    path = consistency_path(6, 8, stored.read)
    assert verify_consistency(path, old_size=6, old_root=old, new_size=8, new_root=root)
    assert verify_consistency((), old_size=0, old_root=EMPTY_ROOT, new_size=8, new_root=root)
    assert not verify_consistency((), old_size=0, old_root=old, new_size=8, new_root=root)
    assert not verify_consistency(path, old_size=8, old_root=root, new_size=6, new_root=old)
    assert not verify_consistency((), old_size=6, old_root=old, new_size=8, new_root=root)
    assert not verify_consistency((*path, old), old_size=6, old_root=old, new_size=8, new_root=root)
    assert not verify_consistency(path, old_size=8, old_root=root, new_size=8, new_root=root)
    assert not verify_consistency((), old_size=8, old_root=old, new_size=8, new_root=root)
    assert not verify_consistency((b"",), old_size=6, old_root=old, new_size=8, new_root=root)


def test_asking_for_what_is_not_there() -> None:
    """A proof about a leaf or a tree that does not exist must be refused by its maker."""
    stored = Stored(HASHES)
    with pytest.raises(ValueError, match="no leaf 8"):
        inclusion_path(8, 8, stored.read)
    with pytest.raises(ValueError, match="earlier tree"):
        consistency_path(9, 8, stored.read)
