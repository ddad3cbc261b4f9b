"""Long work: one thread that makes versions, one after the other, and says how far it is.

Law: what was asked for is kept before it is begun; a job that a crash cut off is begun again when the console
starts, and what it had not finished left nothing behind.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.model.problem import DebarError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from debar.console.desk.database import DeskDatabase
    from debar.model.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work.

    Args:
        job_id: Its number.
        case_id: The case that it works on.
        asked: What was asked: kind and arguments.
        state: ``waiting``, ``running``, ``done`` or ``failed``.
        progress: How far it is, in words.
        problem: Why it failed, as the problem's JSON; None where it did not.
        asked_by: Who asked.
        asked_at: When, ISO 8601.
    """

    job_id: int
    case_id: str
    asked: Mapping[str, Any]
    state: str
    progress: str
    problem: Mapping[str, Any] | None
    asked_by: str
    asked_at: str

    def as_json(self) -> dict[str, Any]:
        """Return how far it is, as pages tell it."""
        return {"state": self.state, "progress": self.progress, "problem": self.problem}


class Jobs:
    """The jobs of a desk, and the thread that does them.

    Args:
        database: The desk's file.
        clock: Tells when.
        do: Does a job; is given the job and a place to say how far it is.
    """

    def __init__(
        self, database: DeskDatabase, clock: Clock, do: Callable[[Job, Callable[[str], None]], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._do = do
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def ask(self, case_id: str, asked: Mapping[str, Any], *, by: str) -> int:
        """Ask for a job.

        Raises:
            DebarError: DBR-K012, another job of the case is not done yet.
        """
        with self._database.change() as change:
            _refuse_second(change, case_id)
            number = change.execute(
                "INSERT INTO jobs (case_id, asked, state, progress, asked_by, asked_at)"
                " VALUES (?, ?, 'waiting', 'waiting', ?, ?)",
                (case_id, json.dumps(dict(asked)), by, self._clock.now().isoformat()),
            ).lastrowid
        self._wake.set()
        assert number is not None, "an inserted row has a number"
        return number

    def refuse_while_working(self, case_id: str) -> None:
        """Refuse what would not see the version that is being made.

        Raises:
            DebarError: DBR-K012.
        """
        with self._database.change() as change:
            _refuse_second(change, case_id)

    def of_case(self, case_id: str) -> Job | None:
        """Return a case's newest job."""
        row = self._database.row(
            "SELECT * FROM jobs WHERE case_id = ? ORDER BY job_id DESC LIMIT 1", (case_id,)
        )
        return None if row is None else _job(row)

    def start(self) -> None:
        """Begin to work; what a crash cut off waits again."""
        with self._database.change() as change:
            change.execute(
                "UPDATE jobs SET state = 'waiting', progress = 'begun again' WHERE state = 'running'"
            )
        self._thread = threading.Thread(target=self._work, name="desk jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take up no further job; one that runs is begun again at the next start."""
        self._stopping = True
        self._wake.set()

    def work_off(self) -> None:
        """Do all that waits, in this thread."""
        while (job := self._take()) is not None:
            self._run(job)

    def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self.work_off()
            self._wake.wait(timeout=5)
        self._database.close()

    def _take(self) -> Job | None:
        if self._stopping:
            return None
        with self._database.change() as change:
            row = change.execute(
                "SELECT * FROM jobs WHERE state = 'waiting' ORDER BY job_id LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            change.execute(
                "UPDATE jobs SET state = 'running', progress = 'begun' WHERE job_id = ?", (row["job_id"],)
            )
        return _job(row)

    def _run(self, job: Job) -> None:
        try:
            self._do(job, lambda text: self._say(job, "running", text))
        except DebarError as error:
            self._say(job, "failed", "refused", problem=error.as_json())
        except Exception:
            logging.getLogger("debar.console").exception("job %s failed", job.job_id)
            flaw = DebarError(
                "DBR-K013", "this could not be done: it is our mistake", hint="the log says where"
            )
            self._say(job, "failed", "failed", problem=flaw.as_json())
        else:
            self._say(job, "done", "done")

    def _say(self, job: Job, state: str, progress: str, *, problem: Mapping[str, Any] | None = None) -> None:
        over = None if state == "running" else self._clock.now().isoformat()
        with self._database.change() as change:
            change.execute(
                "UPDATE jobs SET state = ?, progress = ?, problem = ?, ended_at = ? WHERE job_id = ?",
                (state, progress, None if problem is None else json.dumps(problem), over, job.job_id),
            )


def _refuse_second(connection: sqlite3.Connection, case_id: str) -> None:
    busy = "SELECT 1 FROM jobs WHERE case_id = ? AND state IN ('waiting', 'running')"
    if connection.execute(busy, (case_id,)).fetchone():
        raise DebarError(
            "DBR-K012",
            "a new version of this case is being made",
            hint="wait until it is there, look at it, then decide again",
        )


def _job(row: sqlite3.Row) -> Job:
    return Job(
        job_id=row["job_id"],
        case_id=row["case_id"],
        asked=json.loads(row["asked"]),
        state=row["state"],
        progress=row["progress"],
        problem=None if row["problem"] is None else json.loads(row["problem"]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
    )
