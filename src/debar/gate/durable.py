"""What the protocol's register keeps, in a real register: SQLite or PostgreSQL.

Law: every write and every grant is refused where a later register has taken over. A decision is what one
append under a request key changed; until its certificate is kept it is unfinished, whoever appended it, and
is taken up again after a restart (R9).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from debar.gate.protocol.certificate import keys_digest, make_certificate, with_tails
from debar.gate.protocol.decisions import Decision
from debar.gate.protocol.messages import Tail
from debar.gate.protocol.register import Remembered
from debar.gate.protocol.roster import Line
from debar.register.debarments import GATE_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from debar.gate.protocol.certificate import Clocks
    from debar.gate.protocol.decisions import Outcome
    from debar.model.ports import Signer
    from debar.register.gates.tables import Request
    from debar.register.writing import Register


class DurableGates:
    """The durable port of a :class:`debar.gate.protocol.register.RegisterCore`.

    Args:
        register: Open for writing; it belongs to the thread that uses this.
        signer: The log's key: it signs certificates.
        clocks: Ties the boot clock to dates, at this moment.
        record: Appends a decision's entries under its request key, with ``guard=`` :meth:`still_in_charge`.
        tails: What goes on behind gates that read the register themselves; every certificate names it.
    """

    def __init__(
        self,
        register: Register,
        *,
        signer: Signer,
        clocks: Callable[[], Clocks],
        record: Callable[[Decision], None],
        tails: Sequence[Tail] = (),
    ) -> None:
        self.register = register
        self.epoch = 0
        self._signer = signer
        self._clocks = clocks
        self._record = record
        self._tails = tails

    def take_over(self, *, term_ns: int, wall: datetime) -> Remembered:
        """Put this register in charge, and return what it finds.

        Args:
            term_ns: The longest term, where none is kept yet.
            wall: The present instant.
        """
        gates = self.register.gates
        self.epoch = gates.take_over(epoch_at_least=int(wall.timestamp()), term_ns=term_ns)
        lines = tuple(line_of(document) for document in gates.lines().values())
        unfinished = self.unfinished()
        return Remembered(
            epoch=self.epoch,
            revision=self.register.revision(),
            term_max_ns=gates.term_max_ns(),
            lines=lines,
            unfinished=unfinished,
        )

    def unfinished(self, after: int = 0) -> tuple[tuple[Decision, int], ...]:
        """Return what was recorded from a place of the log on and is not certified, with its revision."""
        found = self.register.gates.uncertified(after)
        return tuple((self._decision(request), request.revision) for request in found)

    def still_in_charge(self) -> None:
        """Refuse, inside a write, when a later register has taken over."""
        self.register.gates.check(self.epoch)

    def confirm(self, epoch: int) -> None:
        """Make sure that a register of an epoch is in charge."""
        self.register.gates.confirm(epoch)

    def enlist(self, line: Line) -> None:
        """Write a roster line."""
        self.register.gates.put_line(self.epoch, line.gate, line_document(line))

    def strike(self, gate: str) -> None:
        """Remove a roster line."""
        self.register.gates.remove_line(self.epoch, gate)

    def keep_term(self, term_max_ns: int) -> None:
        """Write the longest term."""
        self.register.gates.keep_term(self.epoch, term_max_ns)

    def commit(self, decision: Decision) -> None:
        """Record a decision's entries."""
        self._record(decision)

    def certify(self, outcome: Outcome) -> None:
        """Sign and keep a decision's certificate."""
        document = self.signed(outcome)
        decision = outcome.decision
        self.register.gates.put_certificate(
            self.epoch, decision.request_key, decision_id=decision.decision_id, document=document
        )

    def signed(self, outcome: Outcome) -> dict[str, Any]:
        """Return the signed certificate of an outcome, and keep it nowhere."""
        return make_certificate(
            with_tails(outcome, self._tails),
            origin=self.register.origin,
            checkpoint=self.register.checkpoint(),
            clocks=self._clocks(),
            signer=self._signer,
        )

    def _decision(self, request: Request) -> Decision:
        """Read from the public leaves what an append decided."""
        leaves = self.register.leaves(request.first_seq, request.revision)
        changing = [
            (document, leaf)
            for document, leaf in ((json.loads(leaf), leaf) for leaf in leaves)
            if document["type"] in GATE_TYPES
        ]
        types = {document["type"] for document, _ in changing}
        return Decision(
            decision_id=changing[0][0]["decision_id"],
            request_key=request.request_key,
            op=next(iter(types)) if len(types) == 1 else "vary",
            keys_sha256=keys_digest(leaf for _, leaf in changing),
            key_count=len(changing),
        )


def line_document(line: Line) -> dict[str, Any]:
    """Return a roster line as a JSON object."""
    return {**asdict(line), "tails": [asdict(tail) for tail in line.tails], "ways": dict(line.ways)}


def line_of(document: Mapping[str, Any]) -> Line:
    """Read a roster line back."""
    return Line(**{**document, "tails": tuple(Tail(**tail) for tail in document["tails"])})
