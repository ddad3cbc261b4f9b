"""Check a published record from its files alone, wherever they are.

Law: the root is derived anew from every entry; nothing that a file says of itself is believed but what the
log's key signed. A checkpoint that somebody kept must be one of the same history, or the split is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from debar.model.problem import DebarError
from debar.register.entries import is_public, public_part, read_leaf
from debar.register.keyring import Keyring
from debar.register.notes import open_checkpoint
from debar.register.published.publishing import CHECKPOINT
from debar.register.published.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    tiles_of,
    unbundle,
)
from debar.register.published.witnesses import WitnessPolicy, refuse_too_few
from debar.register.tree import CompactRange, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.register.notes import Checkpoint, VerifierKey

Fetch: TypeAlias = Callable[[str], bytes | None]
"""Gives the content of a published path; None where there is no such file."""

_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked.

    Args:
        what: What was looked at, and what was found.
        ok: Whether it holds; None where it could not be checked.
    """

    what: str
    ok: bool | None


@dataclass(slots=True, kw_only=True)
class Report:
    """What checking a published record found.

    Args:
        checks: Everything that was looked at.
        checkpoint: The record's checkpoint; None where it is not believed.
        note: The checkpoint's text with its signatures.
    """

    checks: list[Check] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked failed."""
        return all(check.ok is not False for check in self.checks)

    def add(self, what: str, *, ok: bool | None) -> None:
        """Note a check."""
        self.checks.append(Check(what=what, ok=ok))


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The state while the tiles are read, from the first entry to the last."""

    report: Report
    keyring: Keyring
    each: Callable[[Mapping[str, Any]], object]
    sizes: frozenset[int]
    edge: CompactRange = field(default_factory=CompactRange)
    roots: dict[int, bytes] = field(default_factory=dict)
    hashes: dict[int, list[bytes]] = field(default_factory=lambda: {0: []})
    signed: dict[str, int] = field(default_factory=lambda: {"enrol": 0, "approval": 0})


def check_published(
    fetch: Fetch,
    key: VerifierKey,
    *,
    kept: Sequence[str] = (),
    witnesses: WitnessPolicy | None = None,
    each: Callable[[Mapping[str, Any]], object] = lambda _: None,
) -> Report:
    """Check a published record.

    Args:
        fetch: Reads a file of it.
        key: The log's verifier key, had by another way than the record.
        kept: Checkpoints that somebody kept from earlier, or got elsewhere.
        witnesses: Whose cosignatures are asked for.
        each: Is given every entry's leaf, in order.
    """
    report = Report(note=(fetch(CHECKPOINT) or b"").decode(errors="replace"))
    try:
        report.checkpoint = open_checkpoint(report.note, (key,))
    except DebarError as error:
        report.add(f"checkpoint: {_reason(error)}", ok=False)
        return report
    report.add(f"checkpoint: {report.checkpoint.size} entries, signed by {report.checkpoint.origin}", ok=True)
    _check_witnesses(report, witnesses or WitnessPolicy())
    known = _opened(report, kept, key)
    keyring = Keyring(origin=key.name, log_key=key.public_key.hex())
    sizes = frozenset(checkpoint.size for checkpoint in known)
    walk = _Walk(report=report, keyring=keyring, each=each, sizes=sizes)
    _check_tiles(walk, fetch, report.checkpoint)
    for checkpoint in known:
        _check_kept(report, checkpoint, walk.roots, shown=report.checkpoint.size)
    return report


def _reason(error: DebarError) -> str:
    return "; ".join((error.what, *error.details))


def _check_witnesses(report: Report, policy: WitnessPolicy) -> None:
    try:
        found = refuse_too_few(report.note, policy)
    except DebarError as error:
        report.add(f"witnesses: {_reason(error)}", ok=False)
        return
    if policy.at_least:
        report.add(
            f"witnesses: {', '.join(sorted(found))} signed it; {policy.at_least} are asked for", ok=True
        )
    else:
        report.add("witnesses: none is asked for; only who kept a checkpoint would see a split", ok=None)


def _opened(report: Report, kept: Sequence[str], key: VerifierKey) -> list[Checkpoint]:
    """Read the checkpoints that were kept."""
    found = []
    for text in kept:
        try:
            found.append(open_checkpoint(text, (key,)))
        except DebarError as error:
            report.add(f"kept checkpoint: {_reason(error)}", ok=False)
    return found


def _check_tiles(walk: _Walk, fetch: Fetch, checkpoint: Checkpoint) -> None:
    """Read every tile and derive the tree from the entries."""
    report, before = walk.report, len(walk.report.checks)
    walk.roots[0] = walk.edge.root()
    count = 0
    for tile in tiles_of(checkpoint.size):
        count += 1
        content = _fetch_tile(fetch, tile)
        if content is None:
            report.add(f"{tile.path}: there is no such file", ok=False)
        elif tile.level == ENTRIES:
            _read_entries(walk, tile, content)
        else:
            _read_hashes(walk, tile, content)
    if walk.edge.size != checkpoint.size or walk.edge.root() != checkpoint.root:
        report.add("the entries are not those that the checkpoint was signed over", ok=False)
    if len(report.checks) == before:
        report.add(f"{count} files: every entry and every hash leads to the checkpoint's root", ok=True)
        told = f"{walk.signed['enrol']} enrolments and {walk.signed['approval']} approvals"
        report.add(f"signatures: {told} verify under enrolled keys", ok=True)


def _fetch_tile(fetch: Fetch, tile: Tile) -> bytes | None:
    """Read a tile; of one that has become full since, its beginning."""
    content = fetch(tile.path)
    if content is not None or tile.width == TILE_WIDTH:
        return content
    full = fetch(tile.full.path)
    if full is None:
        return None
    if tile.level == ENTRIES:
        return _first_entries(full, tile.width)
    return full[: tile.width * _HASH_BYTES]


def _first_entries(content: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at += 2 + int.from_bytes(content[at : at + 2])
    return content[:at]


def _read_hashes(walk: _Walk, tile: Tile, content: bytes) -> None:
    first = tile.place * TILE_WIDTH
    derived = walk.hashes.get(tile.level, [])[first : first + tile.width]
    if content != b"".join(derived):
        walk.report.add(f"{tile.path}: its hashes do not follow from the entries", ok=False)
    if tile.width == TILE_WIDTH:
        walk.hashes.setdefault(tile.level + 1, []).append(root_of(derived))


def _read_entries(walk: _Walk, tile: Tile, content: bytes) -> None:
    try:
        leaves = unbundle(content)
    except ValueError as error:
        walk.report.add(f"{tile.path}: {error}", ok=False)
        return
    if len(leaves) != tile.width:
        walk.report.add(f"{tile.path}: it holds {len(leaves)} entries, not {tile.width}", ok=False)
    fresh = [leaf_hash(leaf) for leaf in leaves]
    walk.hashes[0] += fresh
    first, last = walk.edge.size, walk.edge.size + len(fresh)
    for stop in sorted({last, *(size for size in walk.sizes if first < size < last)}):
        walk.edge, _ = walk.edge.extend(fresh[walk.edge.size - first : stop - first])
        walk.roots[stop] = walk.edge.root()
    for seq, leaf in enumerate(leaves, start=first):
        _read_entry(walk, seq, leaf)


def _read_entry(walk: _Walk, seq: int, leaf: bytes) -> None:
    """Check one entry: its form, its place, and its signature where its type carries one."""
    try:
        document = _leaf_at(leaf, seq)
        walk.keyring = walk.keyring.after(document["type"], public_part(document))
    except (DebarError, ValueError) as error:
        why = _reason(error) if isinstance(error, DebarError) else f"it is malformed: {error}"
        walk.report.add(f"entry {seq}: {why}", ok=False)
        return
    if document["type"] in walk.signed:
        walk.signed[document["type"]] += 1
    walk.each(document)


def _leaf_at(leaf: bytes, seq: int) -> dict[str, Any]:
    try:
        document = read_leaf(leaf)
    except RecursionError:
        raise ValueError("not a leaf of version 1") from None
    if not isinstance(document["type"], str) or document["id"] != f"{document['type']}-{seq}":
        raise ValueError(f"it says that it is {document['id']}")
    if not is_public("from", document["at"]):
        raise ValueError("it does not say when it was recorded")
    return document


def _check_kept(report: Report, kept: Checkpoint, roots: Mapping[int, bytes], *, shown: int) -> None:
    told = f"kept checkpoint of {kept.size} entries: the record"
    if kept.size > shown:
        report.add(f"{told} shows {shown}: something was taken back, or this is another history", ok=False)
    elif roots.get(kept.size) != kept.root:
        report.add(
            f"{told} shows ANOTHER HISTORY, and the log's key signed both; keep both, they prove it", ok=False
        )
    else:
        report.add(f"{told} continues it", ok=True)
