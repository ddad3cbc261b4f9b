"""Make a register, enrol keys, back up and restore.

Law: a register begins with the keys that may sign in it; whoever is enrolled later is enrolled by one of
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.address import (
    create_register,
    home_of,
    migrate_register,
    open_register,
    restore_register,
)
from debar.register.drafts import enrolment_draft
from debar.stores.keys import (
    create_key,
    create_register_secrets,
    load_register_secrets,
    load_signer,
    random_salts,
    secrets_path,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from debar.register.address import RegisterAddress
    from debar.register.entries import EntryDraft
    from debar.register.writing import Appended, Register


def new_key(name: str, path: Path, *, now: datetime) -> Answer:
    """Make a person's signing key in a new file."""
    signer = create_key(name, path, now=now)
    document = {"name": name, "file": str(path), "public_key": signer.public_key.hex()}
    return Answer(document=document, text=f"{name}: public key {signer.public_key.hex()}\nkept in {path}")


def init_register(
    address: RegisterAddress,
    *,
    origin: str,
    proposers: Sequence[Path],
    approvers: Sequence[Path],
    now: datetime,
) -> Answer:
    """Make a register and its secrets, and enrol the first keys.

    Args:
        address: Where; there must be no register.
        origin: The log's name.
        proposers: Key files that may propose and apply.
        approvers: Key files that may approve.
        now: The present instant.

    Raises:
        DebarError: DBR-A005, fewer than two different keys; or a file exists already.
    """
    signers = {file: load_signer(file) for file in (*proposers, *approvers)}
    if len({signer.public_key for signer in signers.values()}) < 2:
        raise DebarError(
            "DBR-A005",
            "a register begins with at least two different keys: one proposes, another approves",
            hint="make keys with debar key new, then --proposer FILE --approver FILE",
        )
    if isinstance(address, Path) and address.exists():
        raise DebarError(
            "DBR-A006",
            "there is a register already",
            place=Place(file=str(address)),
            hint="choose another file; debar overwrites no register",
            exit_code=EXIT_REFUSED,
        )
    home = home_of(address)
    secrets = create_register_secrets(home, origin=origin, now=now)
    drafts = [
        enrolment_draft(
            signers[file].name,
            role=role,
            public_key=signers[file].public_key,
            origin=origin,
            signer=secrets.log_signer,
        )
        for role, files in (("proposer", proposers), ("approver", approvers))
        for file in files
    ]
    try:
        register = create_register(
            address,
            origin=origin,
            signer=secrets.log_signer,
            now=now,
            enrolments=drafts,
            salts=random_salts(len(drafts)),
        )
    except BaseException:
        secrets_path(home).unlink(missing_ok=True)
        raise
    with register:
        names = [f"{e.name} ({e.role})" for e in register.enrolments()]
        document = {
            "register": str(address),
            "secrets": str(secrets_path(home)),
            "origin": origin,
            "verifier_key": str(register.key),
            "enrolled": names,
            "revision": register.revision(),
        }
    text = (
        f"register {address}, secrets in {secrets_path(home)}"
        " (keep that file; without it nothing can be added)\n"
        f"enrolled: {', '.join(names)}\nwhoever checks the record needs this key: {document['verifier_key']}"
    )
    return Answer(document=document, text=text)


def enrol(address: RegisterAddress, *, key: Path, role: str, by: Path, now: datetime) -> Answer:
    """Enrol a key, signed by one that is enrolled."""
    signer, enroller = load_signer(key), load_signer(by)
    with open_register(address) as register:
        draft = enrolment_draft(
            signer.name, role=role, public_key=signer.public_key, origin=register.origin, signer=enroller
        )
        done = record(register, [draft], now=now)
    entry = done.entries[0]
    return Answer(
        document={"entry": entry.seq, "revision": done.revision, "name": signer.name, "role": role},
        text=f"{signer.name} is enrolled as {role}: entry {entry.seq}",
    )


def record(
    register: Register,
    drafts: Sequence[EntryDraft],
    *,
    now: datetime,
    request_key: str | None = None,
    expected_revision: int | None = None,
) -> Appended:
    """Record entries with the register's own secrets: all of them or none."""
    secrets = load_register_secrets(register.home)
    return register.append(
        drafts,
        salts=random_salts(len(drafts)),
        now=now,
        signer=secrets.log_signer,
        expected_revision=expected_revision,
        request_key=request_key,
    )


def backup(address: RegisterAddress, to: Path) -> Answer:
    """Copy a register while it is in use; its secrets are not copied."""
    with open_register(address, read_only=True) as register:
        register.backup(to)
        document: dict[str, Any] = {
            "from": str(address),
            "to": str(to),
            "revision": register.revision(),
        }
    text = f"backed up to {to} at revision {document['revision']}; keep the register's key file apart"
    return Answer(document=document, text=text)


def restore(backup_path: Path, to: RegisterAddress, *, checkpoint: str | None) -> Answer:
    """Restore a register from a backup that verifies, and that holds a known checkpoint."""
    with restore_register(backup_path, to, known_checkpoint=checkpoint) as register:
        document = {"from": str(backup_path), "to": str(to), "revision": register.revision()}
    return Answer(document=document, text=f"restored to {to} at revision {document['revision']}")


def migrate(address: RegisterAddress, backup_path: Path) -> Answer:
    """Bring a register to the tables of this version, after a backup."""
    steps = migrate_register(address, backup=backup_path)
    document = {"register": str(address), "steps": list(steps), "backup": str(backup_path) if steps else None}
    if not steps:
        return Answer(document=document, text=f"{address} is up to date; no backup was made")
    return Answer(
        document=document, text=f"migrated: {'; '.join(steps)}\nthe register as it was: {backup_path}"
    )


def verify_register(address: RegisterAddress) -> Answer:
    """Derive a register's tree and projections again and compare."""
    with open_register(address, read_only=True) as register:
        problems = register.verify()
        revision = register.revision()
        checkpoint = register.checkpoint()
    document = {
        "register": str(address),
        "revision": revision,
        "problems": [problem.as_json() for problem in problems],
        "checkpoint": checkpoint,
    }
    if problems:
        return Answer(document=document, text="\n".join(str(problem) for problem in problems), exit_code=1)
    return Answer(document=document, text=f"verified: {revision} entries\n{checkpoint.rstrip()}")
