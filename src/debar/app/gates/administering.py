"""Tokens, fences and the state of the gates.

Law: a token is shown once and kept as a digest. A fence is an operator's word that a gate does not sell: it
is recorded with a name and a reason, and the certificate repeats both.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError
from debar.register.address import home_of, open_register
from debar.register.entries import instant_text
from debar.stores.doorbell import Doorbell
from debar.stores.keys import random_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.app.opening import Setting

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SILENT: Final = timedelta(seconds=15)
"""Whoever serves the register writes down its gates' state at least this often, or does not run."""


def make_token(setting: Setting, name: str, *, kind: str) -> Answer:
    """Make a token for a gate or a relay.

    Raises:
        DebarError: DBR-A084, the name is none.
    """
    if _NAME.fullmatch(name) is None:
        raise DebarError(
            "DBR-A084",
            f"{name!r} is no name for a gate",
            hint="letters, digits, dots, dashes and underscores, at most 64: such as ads-7",
        )
    token = random_token()
    with open_register(setting.register_address()) as register:
        digest = hashlib.sha256(token.encode()).hexdigest()
        register.gate_book().put_token(name, kind=kind, sha256=digest)
    text = f"{token}\n{kind} {name} shows this. It is not kept here, and an earlier one is worth nothing now."
    return Answer(document={"name": name, "kind": kind, "token": token}, text=text)


def fence(setting: Setting, gate: str, *, by: str, reason: str, now: datetime) -> Answer:
    """Record that a gate does not sell any more: decisions do not wait for it.

    Raises:
        DebarError: DBR-A085, there is no such gate on the roster.
    """
    address = setting.register_address()
    with open_register(address) as register:
        book = register.gate_book()
        known = list(register.gates.lines())
        found = [one for one in known if one == gate or one.startswith(f"{gate}/")]
        if not found:
            raise DebarError(
                "DBR-A085",
                f"there is no gate {gate!r} on the roster",
                details=tuple(known[:20]),
                hint="see them with debar gate status",
                exit_code=EXIT_REFUSED,
            )
        for one in found:
            book.fence(one, by=f"{by} ({reason})", at=instant_text(now))
    with Doorbell(home_of(address)) as bell:
        bell.ring()
    text = "\n".join(f"fenced: {one}. Make sure that it does not run: debar takes your word" for one in found)
    return Answer(document={"fenced": found, "by": by, "reason": reason}, text=text)


def status(setting: Setting, *, now: datetime) -> Answer:
    """Tell every gate, its mode, revision, lease and lag, as last written down."""
    with open_register(setting.register_address()) as register:
        known, revision = register.gate_book().state(), register.revision()
        roster = register.gates.lines().values()
    document: dict[str, Any] = {"serving": False, "gates": [], "waiting": [], **(known or {})}
    document["revision"] = revision
    document["serving"] = known is not None and now - datetime.fromisoformat(known["at"]) < SILENT
    if known is None:
        document["gates"] = [
            {"gate": line["gate"], "kind": line["kind"], "mode": line["mode"], "state": line["state"]}
            for line in roster
        ]
    code = 0 if document["serving"] or not document["gates"] else EXIT_STALE
    return Answer(document=document, text=_status_text(document, now), exit_code=code)


def _status_text(document: Mapping[str, Any], now: datetime) -> str:
    revision = document["revision"]
    if document["serving"]:
        lines = [f"served, epoch {document['epoch']}, at revision {revision}"]
    else:
        lines = [f"nobody serves this register; it is at revision {revision}"]
    lines += [
        f"  {gate['gate']:<30} {gate['kind']:<6} {gate['mode']:<12} {gate['state']:<8}"
        f" revision {gate.get('revision', '?')} (lag {gate.get('lag', '?')}),"
        f" lease {_left(gate.get('lease_until'), now)}, seen {_ago(gate.get('last_seen'), now)}"
        for gate in document["gates"]
    ]
    if not document["gates"]:
        lines.append("  no gates with leases: a decision is in force with its commit")
    lines += [
        f"waiting: {one['decision_id']} for {', '.join(one['gates'])}, at most until {one['ends_at']}"
        for one in document["waiting"]
    ]
    return "\n".join(lines)


def _left(until: str | None, now: datetime) -> str:
    if until is None:
        return "none"
    left = (datetime.fromisoformat(until) - now).total_seconds()
    return f"{left:.0f} s" if left > 0 else "over"


def _ago(seen: str | None, now: datetime) -> str:
    if seen is None:
        return "never"
    return f"{max(0.0, (now - datetime.fromisoformat(seen)).total_seconds()):.0f} s ago"
