"""Who may sign in, in which roles, and with which key of the register.

Law: nobody is deleted; whoever is disabled can do nothing from that moment on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from debar.console.desk.passwords import digest_of, fits, seal, unseal
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

    from debar.console.desk.database import DeskDatabase
    from debar.stores.keys import Ed25519Signer

ROLES: Final = ("proposer", "approver", "reviewer", "appeals", "auditor")
"""What people are here for; an auditor looks and changes nothing."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in.

    Args:
        name: As in the register, where their key is enrolled under it.
        roles: Some of :data:`ROLES`.
        public_key: Their signing key in hex; None where the desk keeps none.
        disabled: Whether they may not sign in any more.
        added_at: When, ISO 8601.
    """

    name: str
    roles: frozenset[str]
    public_key: str | None
    disabled: bool
    added_at: str
    sealed_key: bytes | None = field(default=None, repr=False)


class People:
    """The people of a desk.

    Args:
        database: The desk's file.
    """

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def add(
        self, name: str, *, roles: Iterable[str], password: str, signer: Ed25519Signer | None, now: datetime
    ) -> Person:
        """Add somebody.

        Raises:
            DebarError: DBR-K004, the name or a role is none; DBR-K005, there is somebody of that name;
                DBR-K002, the password is too short.
        """
        _refuse_names(name, roles)
        if self.find(name) is not None:
            raise DebarError("DBR-K005", f"there is a person called {name} already", exit_code=EXIT_REFUSED)
        if signer is not None and signer.name != name:
            raise DebarError(
                "DBR-K004",
                f"the key is {signer.name}'s, not {name}'s",
                hint="a person is called here as their key is in the register",
            )
        with self._database.change() as change:
            change.execute(
                "INSERT INTO people (name, roles, password, public_key, sealed_key, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    name,
                    json.dumps(sorted(set(roles))),
                    digest_of(password),
                    signer.public_key.hex() if signer else None,
                    seal(signer, password) if signer else None,
                    now.isoformat(),
                ),
            )
        return self.get(name)

    def everybody(self) -> list[Person]:
        """Return all people, by name."""
        return [_person(row) for row in self._database.rows("SELECT * FROM people ORDER BY name")]

    def find(self, name: str) -> Person | None:
        """Return a person, or None."""
        row = self._database.row("SELECT * FROM people WHERE name = ?", (name,))
        return None if row is None else _person(row)

    def get(self, name: str) -> Person:
        """Return a person.

        Raises:
            DebarError: DBR-K006, there is nobody of that name.
        """
        found = self.find(name)
        if found is None:
            raise DebarError("DBR-K006", f"there is nobody called {name}", hint="debar desk people DESK")
        return found

    def recognised(self, name: str, password: str) -> Person | None:
        """Return the person whose name and password these are and who may sign in, else None."""
        row = self._database.row("SELECT * FROM people WHERE name = ?", (name,))
        held = fits(password, None if row is None else row["password"])
        person = None if row is None else _person(row)
        return person if held and person is not None and not person.disabled else None

    def signer(self, person: Person, password: str) -> Ed25519Signer:
        """Open a person's signing key, for one signature.

        Raises:
            DebarError: DBR-K007, the desk keeps no key of theirs; DBR-K003, the password does not open it.
        """
        if person.sealed_key is None:
            raise DebarError(
                "DBR-K007",
                f"this desk keeps no signing key of {person.name}",
                hint="sign with the command line instead: debar approve PLAN --key FILE",
                exit_code=EXIT_REFUSED,
            )
        return unseal(person.sealed_key, name=person.name, password=password)

    def change_roles(self, name: str, roles: Iterable[str]) -> Person:
        """Give somebody other roles, and end their sessions."""
        _refuse_names(name, roles)
        self.get(name)
        with self._database.change() as change:
            change.execute(
                "UPDATE people SET roles = ? WHERE name = ?", (json.dumps(sorted(set(roles))), name)
            )
            change.execute("DELETE FROM sessions WHERE name = ?", (name,))
        return self.get(name)

    def disable(self, name: str, *, now: datetime) -> Person:
        """Let somebody sign in no more, and end their sessions; their sealed key goes."""
        self.get(name)
        with self._database.change() as change:
            change.execute(
                "UPDATE people SET disabled_at = ?, sealed_key = NULL WHERE name = ?", (now.isoformat(), name)
            )
            change.execute("DELETE FROM sessions WHERE name = ?", (name,))
        return self.get(name)


def _refuse_names(name: str, roles: Iterable[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if _NAME.fullmatch(name) is None or unknown or not set(roles):
        raise DebarError(
            "DBR-K004",
            f"there is no role {', '.join(unknown)}" if unknown else "a person has a name and a role",
            hint=f"a name of a-z, 0-9, dots and dashes; roles: {', '.join(ROLES)}",
        )


def _person(row: sqlite3.Row) -> Person:
    return Person(
        name=row["name"],
        roles=frozenset(json.loads(row["roles"])),
        public_key=row["public_key"],
        disabled=row["disabled_at"] is not None,
        added_at=row["added_at"],
        sealed_key=row["sealed_key"],
    )
