"""Hits of the watch, what people said of them, and the values that link nobody.

Law: a hit waits until a person has spoken; an exclusion has an owner and an end, hides no hit for longer, and
is never deleted: it ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from debar.console.desk.database import DeskDatabase

WAITING: Final = "waiting"
RELEASED: Final = "released"
CONFIRMED: Final = "confirmed"
EXCLUDED: Final = "excluded"
"""Waiting, and resting on excluded values alone: for as long as the exclusions last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A value that links nobody, such as a coworking space's network.

    Args:
        exclusion_id: Its number.
        fact: The value as a fact.
        shown: The value for people.
        reason: Why.
        owner: Who answers for it.
        until: Last day on which it holds.
        at: When it was made.
    """

    exclusion_id: int
    fact: str
    shown: str
    reason: str
    owner: str
    until: date
    at: str

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHit:
    """A new account that resembles a debarred one, as the watch found it first.

    Args:
        hit_id: Its number.
        account_id: The new account.
        decision_id: The decision that it resembles somebody of.
        found_at: When it was found first.
        document: The hit as ``debar screen-signup --json`` tells it.
        word: ``waiting``, ``released`` or ``confirmed``.
        reason: Why, once somebody spoke.
        by: Who spoke.
        at: When.
        entry: The judgement's entry in the register.
    """

    hit_id: int
    account_id: str
    decision_id: str
    found_at: str
    document: Mapping[str, Any]
    word: str
    reason: str = ""
    by: str = ""
    at: str = ""
    entry: int | None = None

    @property
    def debarred_id(self) -> str:
        """The debarred account that it resembles most."""
        return str(self.document["resembles"]["account_id"])

    def word_on(self, day: date, exclusions: Iterable[Exclusion]) -> str:
        """Return where the hit stands on a day: as said, or excluded while all that it rests on is."""
        if self.word != WAITING:
            return self.word
        idle = {one.fact for one in exclusions if one.holds_on(day)}
        facts = {shared["fact"] for shared in self.document["shared"]}
        return EXCLUDED if facts and facts <= idle else WAITING


class Hits:
    """The hits and exclusions of a desk."""

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def take_in(self, found: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
        """Keep hits that are not known yet; return how many those were.

        A hit is known by its account and the decision: what somebody said of it stands.
        """
        added = 0
        with self._database.change() as change:
            for hit in found:
                added += change.execute(
                    "INSERT INTO hits (account_id, decision_id, found_at, document, word)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (account_id, decision_id) DO NOTHING",
                    (hit["account_id"], hit["decision"], now.isoformat(), json.dumps(dict(hit)), WAITING),
                ).rowcount
        return added

    def everything(self) -> list[KeptHit]:
        """Return all hits, the oldest first."""
        return [_hit(row) for row in self._database.rows("SELECT * FROM hits ORDER BY hit_id")]

    def get(self, hit_id: str) -> KeptHit:
        """Return a hit.

        Raises:
            DebarError: DBR-K070, there is none of that number.
        """
        number = int(hit_id) if hit_id.isascii() and hit_id.isdigit() and len(hit_id) < 10 else -1
        row = self._database.row("SELECT * FROM hits WHERE hit_id = ?", (number,))
        if row is None:
            raise DebarError(
                "DBR-K070", "there is no such hit", hint="the inbox lists them", exit_code=EXIT_REFUSED
            )
        return _hit(row)

    def refuse_decided(self, hit: KeptHit) -> None:
        """Refuse to speak twice.

        Raises:
            DebarError: DBR-K071, somebody has spoken.
        """
        if hit.word != WAITING:
            raise DebarError(
                "DBR-K071",
                f"{hit.by} has {hit.word} this hit already",
                details=(hit.reason,),
                hint="judge the two accounts again in a case, if that was wrong",
                exit_code=EXIT_REFUSED,
            )

    def say(self, hit: KeptHit, word: str, *, reason: str, by: str, entry: int, now: datetime) -> None:
        """Keep what somebody said of a hit."""
        assert word in (RELEASED, CONFIRMED), "a person releases or confirms"
        with self._database.change() as change:
            change.execute(
                "UPDATE hits SET word = ?, reason = ?, by = ?, at = ?, entry = ?"
                " WHERE hit_id = ? AND word = ?",
                (word, reason, by, now.isoformat(), entry, hit.hit_id, WAITING),
            )

    def exclude(self, *, fact: str, shown: str, reason: str, owner: str, until: date, now: datetime) -> None:
        """Say that a value links nobody, until a day."""
        with self._database.change() as change:
            change.execute(
                "INSERT INTO exclusions (fact, shown, reason, owner, until, at) VALUES (?, ?, ?, ?, ?, ?)",
                (fact, shown, reason, owner, until.isoformat(), now.isoformat()),
            )

    def exclusions(self) -> list[Exclusion]:
        """Return all exclusions, those that end first first."""
        rows = self._database.rows("SELECT * FROM exclusions ORDER BY until, exclusion_id")
        return [
            Exclusion(
                exclusion_id=row["exclusion_id"],
                fact=row["fact"],
                shown=row["shown"],
                reason=row["reason"],
                owner=row["owner"],
                until=date.fromisoformat(row["until"]),
                at=row["at"],
            )
            for row in rows
        ]

    def end(self, exclusion_id: str, *, on: date) -> None:
        """End an exclusion: its last day is a day.

        Raises:
            DebarError: DBR-K072, none of that number holds.
        """
        with self._database.change() as change:
            ended = change.execute(
                "UPDATE exclusions SET until = ? WHERE CAST(exclusion_id AS TEXT) = ? AND until > ?",
                (on.isoformat(), exclusion_id, on.isoformat()),
            ).rowcount
        if not ended:
            raise DebarError("DBR-K072", "no such exclusion holds", exit_code=EXIT_REFUSED)


def _hit(row: sqlite3.Row) -> KeptHit:
    return KeptHit(
        hit_id=row["hit_id"],
        account_id=row["account_id"],
        decision_id=row["decision_id"],
        found_at=row["found_at"],
        document=json.loads(row["document"]),
        word=row["word"],
        reason=row["reason"] or "",
        by=row["by"] or "",
        at=row["at"] or "",
        entry=row["entry"],
    )
