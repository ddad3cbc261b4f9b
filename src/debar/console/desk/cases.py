"""Cases and their versions: each version is a plan's own document, kept as a file that never changes.

Law: a version is numbered when its file is whole; a page reads versions and never makes one.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.app.verbs import load_plan, write_whole
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.plan import decision_id_of
from debar.plans.revision import BAN, kind_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from debar.console.desk.database import DeskDatabase
    from debar.plans.plan import Plan

WORDS: Final = ("clear", "add", "ask", "strike", "restore", "note")
PLANS_KEPT: Final = 16
_CASE_ID: Final = re.compile(r"case-[0-9]{4}-[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCase:
    """One case on the desk.

    Args:
        case_id: ``case-YEAR-NUMBER``.
        title: Its subjects, as asked.
        asked: What was asked: subjects, window, decision, currency, as_of.
        opened_by: Who opened it.
        opened_at: When, ISO 8601.
    """

    case_id: str
    title: str
    asked: Mapping[str, Any]
    opened_by: str
    opened_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a case.

    Args:
        case_id: The case.
        number: 1 for the first.
        kind: ``ban`` for a state of the case; ``reversal`` or ``variation`` for what changes its decision.
        plan_sha256: Digest of its plan.
        proposed: Whether its plan names a proposer's key, so that it can be approved.
        made_by: Who asked for it.
        made_at: When, ISO 8601.
        why: What was changed, in words.
        summary: What lists ask of its plan: plan_id, changes; of a ban also decision_id, due_on (the soonest
            review of a suspension), counts and money: in, ask, out, low, likely, high, currency.
    """

    case_id: str
    number: int
    kind: str
    plan_sha256: str
    proposed: bool
    made_by: str
    made_at: str
    why: str
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody said in a case.

    Args:
        seq: Its place.
        account_id: The account that it is about; None for the case.
        word: One of :data:`WORDS`.
        reason: Why, in their words.
        by: Who.
        at: When, ISO 8601.
        details: What else belongs to it: the fact that was struck, the register's entry.
    """

    seq: int
    account_id: str | None
    word: str
    reason: str
    by: str
    at: str
    details: Mapping[str, Any]


class Cases:
    """The cases of a desk.

    Args:
        database: The desk's file.
        folder: Where the versions' files are.
    """

    def __init__(self, database: DeskDatabase, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def open(self, asked: Mapping[str, Any], *, by: str, now: datetime) -> KeptCase:
        """Open a case."""
        with self._database.change() as change:
            year = f"case-{now:%Y}-"
            count = change.execute(
                "SELECT COUNT(*) FROM cases WHERE case_id LIKE ?", (f"{year}%",)
            ).fetchone()[0]
            case_id = f"{year}{count + 1:04d}"
            title = ", ".join(asked["subjects"])
            change.execute(
                "INSERT INTO cases VALUES (?, ?, ?, ?, ?)",
                (case_id, title, json.dumps(asked, ensure_ascii=False), by, now.isoformat()),
            )
        return self.get(case_id)

    def everything(self) -> list[KeptCase]:
        """Return all cases, the newest first."""
        return [
            _case(row)
            for row in self._database.rows("SELECT * FROM cases ORDER BY opened_at DESC, case_id DESC")
        ]

    def get(self, case_id: str) -> KeptCase:
        """Return a case.

        Raises:
            DebarError: DBR-K010, there is none of that id.
        """
        row = None
        if _CASE_ID.fullmatch(case_id):
            row = self._database.row("SELECT * FROM cases WHERE case_id = ?", (case_id,))
        if row is None:
            raise DebarError("DBR-K010", "there is no such case", hint="the cases of this desk are at /cases")
        return _case(row)

    def versions(self, case_id: str) -> list[Version]:
        """Return the versions of a case, the oldest first; plans that change its decision are left out."""
        return [version for version in self.all_plans(case_id) if version.kind == BAN]

    def revisions(self, case_id: str) -> list[Version]:
        """Return the plans that change a case's decision, the oldest first."""
        return [version for version in self.all_plans(case_id) if version.kind != BAN]

    def all_plans(self, case_id: str) -> list[Version]:
        """Return everything that has a number, the oldest first."""
        rows = self._database.rows("SELECT * FROM versions WHERE case_id = ? ORDER BY number", (case_id,))
        return [_version(row) for row in rows]

    def latest(self) -> dict[str, Version]:
        """Return each case's newest version, by case id."""
        rows = self._database.rows(
            "SELECT v.* FROM versions AS v JOIN (SELECT case_id, MAX(number) AS number FROM versions"
            f" WHERE kind = '{BAN}' GROUP BY case_id) AS m ON m.case_id = v.case_id AND m.number = v.number"
        )
        return {row["case_id"]: _version(row) for row in rows}

    def version(self, case_id: str, number: int | None = None) -> Version | None:
        """Return a version, by default the newest; None where there is none yet.

        Raises:
            DebarError: DBR-K011, the case has no version of that number.
        """
        self.get(case_id)
        if number is None:
            found = self.versions(case_id)
            return found[-1] if found else None
        found = self.all_plans(case_id)
        for version in found:
            if version.number == number:
                return version
        raise DebarError("DBR-K011", f"the case has no version {number}", hint=f"it has {len(found)}")

    def case_of(self, plan_sha256: str) -> str | None:
        """Return the case that a plan is a version of, the newest of several; None where it is none."""
        row = self._database.row(
            "SELECT v.case_id FROM versions AS v JOIN cases AS c ON c.case_id = v.case_id"
            " WHERE v.plan_sha256 = ? AND v.kind = ? ORDER BY c.opened_at DESC, c.case_id DESC",
            (plan_sha256, BAN),
        )
        return None if row is None else str(row["case_id"])

    def plan(self, version: Version) -> Plan:
        """Read a version's plan; its digest is checked when it is read, and the newest few are kept."""
        return plan_of(self.plan_file(version.case_id, version.number), version.plan_sha256)

    def plan_file(self, case_id: str, number: int) -> Path:
        """Return where a version's plan is."""
        return self._folder / case_id / f"v{number:04d}.plan.json"

    def artefact(self, case_id: str, number: int, name: str) -> Path:
        """Return where something made with a version is, such as ``network.json``."""
        return self._folder / case_id / f"v{number:04d}.{name}"

    def read_artefact(self, version: Version, name: str) -> Any:  # noqa: ANN401 - a JSON document
        """Read what was made with a version, as JSON; None where nothing was."""
        path = self.artefact(version.case_id, version.number, name)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def keep(
        self,
        case_id: str,
        plan: Plan,
        *,
        proposed: bool,
        by: str,
        why: str,
        artefacts: Mapping[str, str],
        now: datetime,
    ) -> Version:
        """Keep a new version: its files first, then its number."""
        number = len(self.all_plans(case_id)) + 1
        write_whole(self.plan_file(case_id, number), plan.text())
        for name, text in artefacts.items():
            write_whole(self.artefact(case_id, number, name), text)
        with self._database.change() as change:
            change.execute(
                "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    case_id,
                    number,
                    kind_of(plan.document),
                    plan.sha256,
                    int(proposed),
                    by,
                    now.isoformat(),
                    why,
                    json.dumps(summary_of(plan)),
                ),
            )
        found = self.version(case_id, number)
        assert found is not None, "it was just kept"
        return found

    def say(
        self,
        case_id: str,
        word: str,
        *,
        reason: str,
        by: str,
        now: datetime,
        account_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep what somebody said."""
        assert word in WORDS, "a word is one that pages know"
        with self._database.change() as change:
            change.execute(
                "INSERT INTO words (case_id, account_id, word, reason, by, at, details)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (case_id, account_id, word, reason, by, now.isoformat(), json.dumps(dict(details or {}))),
            )

    def words(self, case_id: str) -> list[Word]:
        """Return what was said in a case, the oldest first."""
        rows = self._database.rows("SELECT * FROM words WHERE case_id = ? ORDER BY seq", (case_id,))
        return [
            Word(
                seq=row["seq"],
                account_id=row["account_id"],
                word=row["word"],
                reason=row["reason"],
                by=row["by"],
                at=row["at"],
                details=json.loads(row["details"]),
            )
            for row in rows
        ]

    def struck(self, case_id: str) -> frozenset[str]:
        """Return the facts that are struck out of a case now."""
        found: set[str] = set()
        for word in self.words(case_id):
            if word.word == "strike":
                found.add(word.details["fact"])
            elif word.word == "restore":
                found.discard(word.details["fact"])
        return frozenset(found)


@functools.lru_cache(maxsize=PLANS_KEPT)
def plan_of(file: Path, sha256: str) -> Plan:
    """Read a plan once: a version's file never changes.

    Raises:
        DebarError: DBR-K017, the file is another plan than the version's.
    """
    plan = load_plan(file)
    if plan.sha256 != sha256:
        raise DebarError(
            "DBR-K017",
            "the file of this version is another plan",
            hint="restore the desk's folder from its backup",
            exit_code=EXIT_REFUSED,
        )
    return plan


def summary_of(plan: Plan) -> dict[str, Any]:
    """Return what a list of cases shows of a plan."""
    said = {"plan_id": plan.plan_id, "changes": len(plan.changes)}
    if kind_of(plan.document) != BAN:
        return said
    counts = {status: sum(m["status"] == status for m in plan.members) for status in ("in", "ask", "out")}
    earned = plan.document["earned"]
    money = {name: earned.get(name) for name in ("low", "likely", "high", "currency")}
    until = sorted(change["until"][:10] for change in plan.changes if change["until"])
    due_on = until[0] if until else None
    return {**said, **counts, **money, "decision_id": decision_id_of(plan.document), "due_on": due_on}


def _case(row: sqlite3.Row) -> KeptCase:
    return KeptCase(
        case_id=row["case_id"],
        title=row["title"],
        asked=json.loads(row["asked"]),
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
    )


def _version(row: sqlite3.Row) -> Version:
    return Version(
        case_id=row["case_id"],
        number=row["number"],
        kind=row["kind"],
        plan_sha256=row["plan_sha256"],
        proposed=bool(row["proposed"]),
        made_by=row["made_by"],
        made_at=row["made_at"],
        why=row["why"],
        summary=json.loads(row["summary"]),
    )
