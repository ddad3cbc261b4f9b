"""Publish the register's public side, cosigned by whom the policy asks for.

Law: what is published is a function of the public leaves; where too few witnesses sign, nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.record.page import PAGE, PublicDecisions
from debar.model.problem import DebarError
from debar.register.address import open_register
from debar.register.entries import read_leaf
from debar.register.notes import open_checkpoint
from debar.register.published.publishing import publish_tiles
from debar.register.published.seal import sealed
from debar.register.published.witnesses import ask_witness, cosigners, refuse_too_few, with_cosignatures
from debar.stores.keys import load_register_secrets
from debar.stores.web import post

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.register.writing import Register

LEAVES_AT_ONCE = 4_096
_TOLERATED = ("DBR-R041", "DBR-S060")
"""A witness that declines, or cannot be reached: others may be enough."""


def publish(setting: Setting, folder: Path) -> Answer:
    """Bring a folder of static files to the register's newest revision.

    Args:
        setting: Names the register and the policy.
        folder: What a web server hands out; made where there is none.

    Raises:
        DebarError: DBR-R042, the folder holds another history; DBR-R040, too few witnesses signed; DBR-R043,
            a witness has seen another history. The folder then still holds what it held.
    """
    missing = list[str]()
    with open_register(setting.register_address(), read_only=True) as register:
        done = publish_tiles(
            register,
            folder,
            cosign=lambda note, old_size: _cosigned(
                setting, register, note, old_size=old_size, missing=missing
            ),
            pages=lambda note: {PAGE: front_page(register, note)},
        )
        key = str(register.key)
    signed = sorted(cosigners(done.checkpoint, setting.witnesses()))
    document = {
        "folder": str(folder),
        "size_before": done.size_before,
        "size": done.size,
        "files_written": len(done.files),
        "cosigned_by": signed,
        "witnesses_missing": missing,
        "verifier_key": key,
        "checkpoint": done.checkpoint,
    }
    news = (
        f"{done.size - done.size_before} new entries, {len(done.files)} files"
        if done.files
        else "nothing is new"
    )
    lines = [
        f"{folder}: {done.size} entries; {news}",
        f"signed by {' and '.join([register.origin, *signed])}",
        *(f"no signature of {reason}" for reason in missing),
        f"whoever checks it needs this key: {key}",
    ]
    return Answer(document=document, text="\n".join(lines))


def _cosigned(setting: Setting, register: Register, note: str, *, old_size: int, missing: list[str]) -> str:
    """Ask the witnesses that have not signed yet, and refuse where too few do.

    A witness that is away, or declines, is named in ``missing``: others may be enough. One that has seen
    another history stops everything.
    """
    policy = setting.witnesses()
    signed = cosigners(note, policy)
    for witness in policy.witnesses:
        if not witness.url or witness.key.name in signed:
            continue
        try:
            lines = ask_witness(
                witness, note, known_size=old_size, continuation=register.consistency, post=post
            )
        except DebarError as error:
            if error.code not in _TOLERATED:
                raise
            missing.append(f"{witness.key.name}: {'; '.join((error.what, *error.details))}")
            continue
        note = with_cosignatures(note, lines, policy)
    refuse_too_few(note, policy)
    return note


def front_page(register: Register, note: str) -> bytes:
    """Return the record's page, sealed by the log's key."""
    checkpoint = open_checkpoint(note, (register.key,))
    decisions = PublicDecisions()
    for start in range(0, checkpoint.size, LEAVES_AT_ONCE):
        for leaf in register.leaves(start, min(start + LEAVES_AT_ONCE, checkpoint.size)):
            decisions.add(read_leaf(leaf))
    signer = load_register_secrets(register.home).log_signer
    page = decisions.page(checkpoint, register.key)
    return sealed(page, origin=register.origin, size=checkpoint.size, signer=signer)
