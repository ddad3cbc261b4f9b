"""Wait until what was recorded is in force at every gate, and hand out the certificate that says so.

Law: what is recorded stays recorded, whatever becomes of the wait. The wait ends with the
certificate of whoever serves the register; or, where nobody serves it, when no lease of before the commit can
be left; or at once, where there are no gates with leases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.gate.durable import DurableGates, line_of
from debar.gate.protocol.certificate import Clocks, direct_outcome
from debar.gate.protocol.decisions import NOT_GUARANTEED, GateEnd, Outcome
from debar.gate.protocol.timing import Timing
from debar.gate.remote.gate import boot_clock
from debar.stores.doorbell import Doorbell
from debar.stores.keys import load_register_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debar.gate.protocol.decisions import Decision, End
    from debar.gate.protocol.messages import Tail
    from debar.gate.protocol.roster import Line
    from debar.model.ports import Clock
    from debar.register.writing import Register

POLL_SECONDS: Final = 0.25
SAY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How to wait.

    Args:
        clock: The wall clock, for the certificate.
        say: Is told who is waited for.
        tails: What goes on behind gates that read the register themselves, for the certificate.
    """

    clock: Clock
    say: Callable[[str], None] = lambda _: None
    tails: Sequence[Tail] = ()


def await_effect(register: Register, request_key: str, waits: Waits) -> dict[str, Any] | None:
    """Return the certificate of what was recorded under a request key, once it is in force everywhere.

    Args:
        register: What it is recorded in, durably.
        request_key: Under which it was appended.
        waits: How to wait.

    Returns:
        The certificate that is kept; or, where nobody serves the register, one made here and now. None where
        nothing was recorded that concerns gates.
    """
    committed_at = boot_clock()  # after the commit is durable, before the roster is read
    gates = register.gates
    kept = gates.certificate(request_key)
    asked = next((one for one in gates.uncertified() if one.request_key == request_key), None)
    if kept is not None or asked is None:
        return kept
    lines = [line_of(document) for document in gates.lines().values()]
    if any(line.state != "left" for line in lines):
        until = committed_at + Timing().wait_ns(gates.term_max_ns())
        kept = _wait(register, request_key, waits, until=until)
    if kept is not None:
        return kept
    durable = DurableGates(
        register,
        signer=load_register_secrets(register.home).log_signer,
        clocks=lambda: Clocks(boot_ns=boot_clock(), wall=waits.clock.now()),
        record=_never,
        tails=waits.tails,
    )
    decision, revision = next(one for one in durable.unfinished() if one[0].request_key == request_key)
    return durable.signed(_outcome(decision, lines, revision=revision, committed_at=committed_at))


def _never(decision: Decision) -> None:
    raise AssertionError(f"{decision.decision_id} is recorded already")


def _wait(register: Register, request_key: str, waits: Waits, *, until: int) -> dict[str, Any] | None:
    """Wait for the certificate of whoever serves the register; None when the last lease has ended first."""
    say_at = boot_clock() + int(SAY_SECONDS * 1e9) // 4
    unnamed_at = boot_clock() + int(SAY_SECONDS * 1e9)
    with Doorbell(register.home) as bell:
        bell.ring()
        while True:
            kept = register.gates.certificate(request_key)
            if kept is not None or boot_clock() >= until:
                return kept
            if boot_clock() >= say_at:
                who = _who(register.gate_book().state() or {}, request_key)
                if who or boot_clock() >= unnamed_at:  # the service tells within a second whom it waits for
                    say_at = boot_clock() + int(SAY_SECONDS * 1e9)
                    seconds = (until - boot_clock()) // 1_000_000_000
                    waits.say(who or _nobody_serves(seconds))
            bell.wait(POLL_SECONDS)


def _who(state: Mapping[str, Any], request_key: str) -> str:
    """Say whom the decision still waits for; nothing where that is not known."""
    for waiting in state.get("waiting", ()):
        if waiting["request_key"] == request_key:
            gates = ", ".join(waiting["gates"][:5])
            more = f" and {len(waiting['gates']) - 5} more" if len(waiting["gates"]) > 5 else ""
            return (
                f"recorded; waiting for {gates}{more}, at most until {waiting['ends_at']};"
                " debar gate fence GATE --reason ... finishes earlier"
            )
    return ""


def _nobody_serves(seconds: int) -> str:
    return f"recorded; waiting for the register's service, or {seconds} s until every lease has ended"


def _outcome(decision: Decision, lines: Sequence[Line], *, revision: int, committed_at: int) -> Outcome:
    """Return the outcome where nobody served the register: every lease of before the commit has ended."""
    gates = [line for line in lines if line.kind == "gate" and line.state != "left"]
    if not gates:
        return direct_outcome(decision, revision=revision, committed_at=committed_at)
    now = boot_clock()
    ends = tuple(
        GateEnd.of(line, _why_over(line), at=now, revision=0)
        for line in sorted(gates, key=lambda line: line.gate)
    )
    guaranteed = [end.at for end in ends if end.end != "not_guaranteed"]
    return Outcome(
        decision=decision,
        revision=revision,
        committed_at=committed_at,
        effective_at=committed_at if decision.op == "lift" else max([committed_at, *guaranteed]),
        restarted=False,
        gates=ends,
    )


def _why_over(line: Line) -> End:
    """Say why a gate is not waited for, where no lease of before the commit can be left."""
    if line.mode in NOT_GUARANTEED:
        return "not_guaranteed"
    return "fenced" if line.state == "fenced" else "lease_ended"
