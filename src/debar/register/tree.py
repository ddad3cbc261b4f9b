"""The Merkle tree of RFC 6962 over the log's leaves: roots, proofs, and how outsiders check them.

Law: pure. The tree of ``size`` leaves is a function of those leaves in their order; a proof that verifies
shows one leaf in one place of one tree, and a path of the wrong length never verifies.

Source: RFC 6962 section 2; the verification steps of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree by level (0 for leaves) and position within the level."""


class Node(NamedTuple):
    """A complete subtree: ``2 ** level`` leaves from leaf ``position << level``."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf's bytes.

    Example:
        >>> leaf_hash(b"").hex()[:16]
        '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactRange:
    """The right edge of a tree: all that is needed to append to it.

    Args:
        size: How many leaves the tree has.
        peaks: Roots of its complete subtrees, largest first; one for each set bit of ``size``.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extend(self, leaf_hashes: Iterable[bytes]) -> tuple[CompactRange, list[Node]]:
        """Append leaves, and return the new edge and every subtree that became complete, in order."""
        size, peaks, nodes = self.size, list(self.peaks), list[Node]()
        for leaf in leaf_hashes:
            level, position, current = 0, size, leaf
            nodes.append(Node(0, size, leaf))
            while position & 1:
                current = node_hash(peaks.pop(), current)
                level, position = level + 1, position >> 1
                nodes.append(Node(level, position, current))
            peaks.append(current)
            size += 1
        return CompactRange(size=size, peaks=tuple(peaks)), nodes

    def root(self) -> bytes:
        """Return the root of the tree."""
        return _fold(self.peaks)


def read_range(size: int, read: NodeReader) -> CompactRange:
    """Return the right edge of a stored tree, in as many reads as ``size`` has set bits."""
    return CompactRange(size=size, peaks=tuple(_peaks(0, size, read)))


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes, without storing anything."""
    return CompactRange().extend(leaf_hashes)[0].root()


def inclusion_path(index: int, size: int, read: NodeReader) -> tuple[bytes, ...]:
    """Return the audit path of a leaf: its sibling first, the root's child last.

    Args:
        index: Zero-based leaf, below ``size``.
        size: Leaves of the tree that the proof is about.
        read: Reader of complete subtrees.

    Raises:
        ValueError: There is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, width = 0, size
    while width > 1:
        left = _split(width)
        if index - start < left:
            path.append(_fold(_peaks(start + left, width - left, read)))
            width = left
        else:
            path.append(_fold(_peaks(start, left, read)))
            start, width = start + left, width - left
    return tuple(reversed(path))


def consistency_path(old_size: int, new_size: int, read: NodeReader) -> tuple[bytes, ...]:
    """Return the proof that the first ``old_size`` leaves of the newer tree are those of the older one.

    Empty when the sizes are equal or the older tree is empty.

    Raises:
        ValueError: The older tree is larger than the newer.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"{old_size} is not the size of an earlier tree of {new_size}")
    if old_size in {0, new_size}:
        return ()
    path: list[bytes] = []
    start, width, whole = 0, new_size, True
    while old_size - start != width:
        left = _split(width)
        if old_size - start <= left:
            path.append(_fold(_peaks(start + left, width - left, read)))
            width = left
        else:
            path.append(_fold(_peaks(start, left, read)))
            start, width, whole = start + left, width - left, False
    if not whole:
        path.append(_fold(_peaks(start, width, read)))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, path: Sequence[bytes], *, index: int, size: int, root: bytes) -> bool:
    """Tell whether the path leads from a leaf's hash, at its place, to the root.

    Args:
        leaf: Hash of the leaf, 32 bytes.
        path: Audit path, the leaf's sibling first.
        index: Zero-based leaf.
        size: Leaves of the tree.
        root: Root of the tree, 32 bytes.
    """
    if not 0 <= index < size or any(len(item) != HASH_BYTES for item in (leaf, root, *path)):
        return False
    place, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            current = node_hash(sibling, current)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(
    path: Sequence[bytes], *, old_size: int, old_root: bytes, new_size: int, new_root: bytes
) -> bool:
    """Tell whether the newer tree begins with the older one, unchanged."""
    if not 0 <= old_size <= new_size or any(len(item) != HASH_BYTES for item in (old_root, new_root, *path)):
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    steps = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old, new = steps[0], steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _split(width: int) -> int:
    """Return the largest power of two that is strictly less than ``width`` (at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def _peaks(start: int, width: int, read: NodeReader) -> list[bytes]:
    """Read the complete subtrees that make up ``width`` leaves from an aligned ``start``, largest first."""
    peaks: list[bytes] = []
    for level in reversed(range(width.bit_length())):
        if width >> level & 1:
            peaks.append(read(level, start >> level))
            start += 1 << level
    return peaks


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Hash subtrees of falling size into one root."""
    if not peaks:
        return EMPTY_ROOT
    current = peaks[-1]
    for peak in reversed(peaks[:-1]):
        current = node_hash(peak, current)
    return current
