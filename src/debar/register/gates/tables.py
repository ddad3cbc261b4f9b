"""The tables of the gate protocol, in whatever database the register is.

Law: one register is in charge at a time, the one of the highest epoch. Each write checks that under the write
lock, and so a register that was deposed changes nothing. Certificates are written once and never changed.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.model.problem import EXIT_STALE, DebarError, Place
from debar.register.debarments import GATE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from debar.register.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An append that was asked for under a key, by its place in the log.

    Args:
        request_key: The key.
        first_seq: Its first entry.
        entry_count: How many entries it has.
    """

    request_key: str
    first_seq: int
    entry_count: int

    @property
    def revision(self) -> int:
        """The log's revision that holds it whole."""
        return self.first_seq + self.entry_count


class GateTables:
    """Reads and writes the tables.

    Args:
        database: Of an open register.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_over(self, *, epoch_at_least: int, term_ns: int) -> int:
        """Put a new register in charge, durably, and return its epoch: higher than any before.

        Args:
            epoch_at_least: Seconds since 1970: epochs rise on where an older backup was restored.
            term_ns: The longest term, where none is kept yet.
        """
        with self._database.writing():
            rows = self._database.rows("SELECT epoch, term_max_ns FROM gate_register")
            if not rows:
                self._database.insert("gate_register", [(1, epoch_at_least, term_ns)])
                return epoch_at_least
            epoch = max(int(rows[0][0]) + 1, epoch_at_least)
            self._database.execute("UPDATE gate_register SET epoch = ?", (epoch,))
            return epoch

    def confirm(self, epoch: int) -> None:
        """Make sure, by what no deposed database can tell, that this register is in charge.

        Raises:
            DebarError: DBR-R058, another has taken over; or the database gives no answer.
        """
        if not self._database.confirm("gate_register", "epoch = ?", (epoch,)):
            raise self._deposed(epoch)

    def check(self, epoch: int) -> None:
        """Refuse, inside a write, a register that is not in charge any more.

        Raises:
            DebarError: DBR-R058, another has taken over.
        """
        if self._database.rows("SELECT epoch FROM gate_register") != [(epoch,)]:
            raise self._deposed(epoch)

    def term_max_ns(self) -> int:
        """Return the longest term that any lease may have."""
        rows = self._database.rows("SELECT term_max_ns FROM gate_register")
        return int(rows[0][0]) if rows else 0

    def keep_term(self, epoch: int, term_max_ns: int) -> None:
        """Write the longest term."""
        with self._in_charge(epoch):
            self._database.execute("UPDATE gate_register SET term_max_ns = ?", (term_max_ns,))

    def lines(self) -> dict[str, Any]:
        """Return the roster: each gate's line as a JSON object, by the gate's id."""
        rows = self._database.rows("SELECT gate, line FROM gate_roster ORDER BY gate")
        return {gate: json.loads(line) for gate, line in rows}

    def put_line(self, epoch: int, gate: str, line: Mapping[str, Any]) -> None:
        """Write a gate's line, replacing an older one."""
        with self._in_charge(epoch):
            self._database.execute("DELETE FROM gate_roster WHERE gate = ?", (gate,))
            self._database.insert("gate_roster", [(gate, json.dumps(dict(line), ensure_ascii=False))])

    def remove_line(self, epoch: int, gate: str) -> None:
        """Remove a gate's line."""
        with self._in_charge(epoch):
            self._database.execute("DELETE FROM gate_roster WHERE gate = ?", (gate,))

    def put_certificate(
        self, epoch: int, request_key: str, *, decision_id: str, document: Mapping[str, Any]
    ) -> None:
        """Keep a decision's certificate; where there is one already, that one stays."""
        with self._in_charge(epoch):
            if self.certificate(request_key) is None:
                text = json.dumps(dict(document), ensure_ascii=False)
                self._database.insert("gate_certificates", [(request_key, decision_id, text)])

    def certificate(self, request_key: str) -> dict[str, Any] | None:
        """Return the certificate of what was recorded under a request key; None where there is none yet."""
        rows = self._database.rows(
            "SELECT document FROM gate_certificates WHERE request_key = ?", (request_key,)
        )
        return json.loads(rows[0][0]) if rows else None

    def certificates_of(self, decision_id: str) -> list[dict[str, Any]]:
        """Return the certificates of a decision: of its ban, and of what varied or lifted it."""
        rows = self._database.rows(
            "SELECT document FROM gate_certificates WHERE decision_id = ? ORDER BY request_key",
            (decision_id,),
        )
        return [json.loads(document) for (document,) in rows]

    def uncertified(self, after: int = 0) -> tuple[Request, ...]:
        """Return what changed what stands from a place of the log on, and has no certificate, in order."""
        types = ", ".join(f"'{entry_type}'" for entry_type in GATE_TYPES)
        rows = self._database.rows(
            "SELECT request_key, first_seq, entry_count FROM requests WHERE first_seq >= ?"
            " AND NOT EXISTS (SELECT 1 FROM gate_certificates AS done"
            " WHERE done.request_key = requests.request_key)"
            f" AND EXISTS (SELECT 1 FROM log WHERE log.type IN ({types})"
            " AND log.seq >= first_seq AND log.seq < first_seq + entry_count)"
            " ORDER BY first_seq",
            (after,),
        )
        return tuple(
            Request(request_key=key, first_seq=first, entry_count=count) for key, first, count in rows
        )

    @contextmanager
    def _in_charge(self, epoch: int) -> Iterator[None]:
        with self._database.writing():
            self.check(epoch)
            yield

    def _deposed(self, epoch: int) -> DebarError:
        return DebarError(
            "DBR-R058",
            f"another register has taken over: this one, of epoch {epoch}, is not in charge any more",
            hint="let one debar gate serve run for a register; gates go to it by themselves",
            place=Place(file=self._database.name),
            exit_code=EXIT_STALE,
        )
