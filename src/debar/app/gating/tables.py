"""Build a table of debarred keys from a register, and verify one.

Law: a table is put in its place only when it is whole, on disk, and every section was read back and verified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.model.problem import DebarError
from debar.register.address import open_register
from debar.stores.keys import random_salts

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.gate.table.layout import Header

_SEED: Final = re.compile(r"[0-9a-f]{16}")


def build(setting: Setting, out: Path, *, seed: str | None = None, epoch: int = 0) -> Answer:
    """Write what stands in the register as a table.

    Args:
        setting: Names the register.
        out: The table's file; an older one is replaced in one step.
        seed: 16 hex digits that key the hash; None for random ones.
        epoch: Grows when another register takes the log over.
    """
    from debar.gate.table.building import build_table
    from debar.gate.table.reading import open_table

    if seed is not None and not _SEED.fullmatch(seed):
        raise DebarError(
            "DBR-A070", "a table's seed is 16 hex digits", hint="leave --seed out for a random one"
        )
    number = int(seed, 16) if seed else int.from_bytes(random_salts(1)[0][:8])
    setting.say("reading what stands")
    with open_register(setting.register_address(), read_only=True) as register:
        origin = register.origin
        unverified = out.with_name(out.name + ".new")
        try:
            with register.standing_rows() as (revision, rows):
                build_table(unverified, rows, origin=origin, revision=revision, seed=number, epoch=epoch)
            setting.say("verifying what was written")
            header = open_table(unverified, verify=True).header
            unverified.replace(out)
        finally:
            unverified.unlink(missing_ok=True)
    return Answer(document=_document(header, out), text=f"built: {_text(header, out)}")


def verify(_setting: Setting, path: Path) -> Answer:
    """Check every section of a table against the digests in its header."""
    from debar.gate.table.reading import open_table

    header = open_table(path, verify=True).header
    return Answer(document=_document(header, path), text=f"verified: {_text(header, path)}")


def _document(header: Header, path: Path) -> dict[str, Any]:
    return {
        "file": str(path),
        "origin": header.origin,
        "revision": header.revision,
        "epoch": header.epoch,
        "keys": header.key_count,
        "debarments": header.debarment_count,
        "terms": header.terms_count,
        "file_bytes": header.file_bytes,
        "resident_bytes": header.resident_bytes,
        "sections": {name: section.sha256.hex() for name, section in header.sections.items()},
    }


def _text(header: Header, path: Path) -> str:
    return (
        f"{path}\n{header.origin} at revision {header.revision}, epoch {header.epoch}\n"
        f"{header.key_count:,} keys, {header.debarment_count:,} debarments, {header.terms_count:,} terms\n"
        f"{header.file_bytes:,} bytes on disk, {header.resident_bytes:,} of them in memory where gates check"
    )
