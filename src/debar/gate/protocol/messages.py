"""The messages between gates, relays and the register, and their one JSON form each.

Law: a message is read strictly: the version, the kind, every field and no other, each of its type. What does
not fit is refused whole; whoever sent it tries again or is repaired. Instants of a sender's clock are never
read as our own.

| message | from, to | says |
|---|---|---|
| ``join`` | gate, relay to register | put me on the roster, in this mode, with these tails behind me |
| ``joined`` | register to gate, relay | you are on it, durably; what you are granted has at least this head |
| ``renew`` | gate, relay to register or relay | give me a lease; I have applied and may repeat this much |
| ``grant`` | register, relay to gate | a lease of this term, counted from when you sent that nonce |
| ``refused`` | register, relay to gate | no lease: join first, or you are fenced |
| ``entries`` | register, relay to gate | the gate entries after revision ``after``, up to ``through`` |
| ``offer`` | register, relay to gate | a snapshot: take it over, the log before it is not kept for you |
| ``ack`` | gate to register, also through its relay | I answer from at least this revision for good |
| ``leave`` | gate to register | I have stopped answering; my last answers run out |
| ``fence`` | register to gate | an operator has fenced you: stop answering |
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from debar.gate.protocol.standing import BODY_FIELDS, LogEntry
from debar.model.problem import DebarError
from debar.register.debarments import GATE_TYPES, key_of
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = 1
MODES: Final = ("strict", "best_effort", "shadow")
KINDS: Final = ("gate", "relay")
WHYS: Final = ("join", "fenced")
_INTEGER_MAX: Final = 2**63 - 1
_TEXT_MAX: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Something behind a gate that goes on for a while: a CDN, a client's cache, a prefetched video.

    Args:
        name: As the certificate names it.
        lasts_ns: How long it may go on after the gate denies.
    """

    name: str
    lasts_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Ask for a line on the roster.

    Args:
        gate: Its id: one a process start, never used again.
        kind: ``gate`` or ``relay``.
        mode: ``strict``, ``best_effort`` or ``shadow``; a relay is strict.
        valid_ns: How long its allowing answers may be used.
        tails: What goes on behind it.
        replaces: The gate that surely does not run any more because this one holds its lock; empty if none.
        via: The relay that forwards this; empty where the gate speaks for itself.
        stay: The relay's number for this joining, growing; 0 where the gate speaks for itself.
    """

    gate: str
    kind: str = "gate"
    mode: str = "strict"
    valid_ns: int = 0
    tails: tuple[Tail, ...] = ()
    replaces: str = ""
    via: str = ""
    stay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A line is durably on the roster; leases by way of ``via`` have at least this head."""

    gate: str
    epoch: int
    head: int
    via: str = ""
    stay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A gate that a relay may give sub-leases: its number there, and what it has acknowledged."""

    gate: str
    stay: int
    acked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """Ask for a lease.

    Args:
        gate: Who asks.
        nonce: Fresh; the grant repeats it.
        applied: The revision up to which it has applied.
        acked: The revision that it may acknowledge now.
        stay_last: A relay's highest number of a stay; 0 for a gate.
        stays: Every gate behind a relay; one with a number up to ``stay_last`` that is missing has no
            sub-lease and will get none before it joins again.
    """

    gate: str
    nonce: str
    applied: int
    acked: int
    stay_last: int = 0
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A lease.

    Args:
        gate: Whose.
        nonce: Of the request that it answers.
        epoch: Of the register: grows whenever another takes over.
        head: The register's revision; the lease is usable from there on only.
        term_ns: How long, on the gate's clock, from its sending of the request.
        clock_ns: The register's clock when it granted; only differences of it mean anything.
        wall: The register's wall clock at that moment, aware UTC: debarments begin and lapse by it.
        wall_spread_ns: By how much that may be too early: a relay knows it between two bounds only.
    """

    gate: str
    nonce: str
    epoch: int
    head: int
    term_ns: int
    clock_ns: int
    wall: datetime
    wall_spread_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No lease, and why: ``join`` or ``fenced``."""

    gate: str
    nonce: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """All gate entries of the revisions after ``after`` and up to ``through``."""

    epoch: int
    after: int
    through: int
    entries: tuple[LogEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A snapshot of all that stands at a revision: digest and length of its bytes, and where they are."""

    epoch: int
    revision: int
    sha256: str
    length: int
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What a gate has applied, and from which revision on all of its usable answers are.

    Args:
        gate: Which.
        applied: The log is wanted from here on.
        revision: No answer of an older revision can be used any more, now or later.
    """

    gate: str
    applied: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The gate has stopped answering for good."""

    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """An operator has fenced the gate."""

    gate: str


Message: TypeAlias = Join | Joined | Renew | Grant | Refused | Entries | Offer | Ack | Leave | Fence
_CLASSES: Final[dict[str, type[Any]]] = {
    made.__name__.lower(): made
    for made in (Join, Joined, Renew, Grant, Refused, Entries, Offer, Ack, Leave, Fence)
}


def to_json(message: Message) -> bytes:
    """Return the message's line: compact JSON in UTF-8, fields in their order, without a line end.

    Example:
        >>> to_json(Ack(gate="ads-7/3f", applied=19, revision=18))
        b'{"v":1,"type":"ack","gate":"ads-7/3f","applied":19,"revision":18}'
    """
    document = {"v": VERSION, "type": type(message).__name__.lower(), **_plain(message)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(line: bytes | str) -> Message:
    """Read a message.

    Raises:
        DebarError: DBR-G011, it does not fit.
    """
    try:
        document = json.loads(line, object_pairs_hook=_once)
    except ValueError:
        raise unfit_message("it is not JSON") from None
    version = document.pop("v", None) if isinstance(document, dict) else None
    if type(version) is not int or version != VERSION:
        raise unfit_message(f"it is not of version {VERSION}")
    made = _CLASSES.get(str(document.pop("type", None)))
    if made is None:
        raise unfit_message("it is of no known type")
    message: Message = _read(made, document)
    return message


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one with a name twice could be read in two ways."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise unfit_message("a name stands twice in an object")
    return made


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field
    """Return a field's JSON value."""
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, LogEntry):
        return {"seq": value.seq, "op": value.op, "at": instant_text(value.at), "body": dict(value.body)}
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {name: _plain(getattr(value, name)) for name in _readers(type(value))}


def _read(made: type[Any], document: Any) -> Any:  # noqa: ANN401 - the class is a value
    if not isinstance(document, dict):
        raise unfit_message(f"a {made.__name__.lower()} is an object")
    readers = _readers(made)
    if document.keys() != readers.keys():
        odd = sorted(document.keys() ^ readers.keys())
        raise unfit_message(
            f"a {made.__name__.lower()} has other fields than these: {', '.join(map(str, odd))}"
        )
    return made(**{name: readers[name](value, name) for name, value in document.items()})


def _readers(made: type[Any]) -> dict[str, Callable[[object, str], Any]]:
    """Return the reader of each field of a class, worked out once: there is a message for each gate."""
    found = _READERS_OF.get(made)
    if found is None:
        found = {field.name: _READERS[_reader(made, field.name)] for field in fields(made)}
        _READERS_OF[made] = found
    return found


def _reader(made: type[Any], name: str) -> str:
    """Return which reader reads a field: by its own name for words, else by its type."""
    return name if name in _READERS else str(made.__dataclass_fields__[name].type)


def _number(value: object, name: str) -> int:
    if type(value) is not int or not 0 <= value <= _INTEGER_MAX:
        raise unfit_message(f"{name} is a whole number from 0")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_MAX or (not value and name not in _MAY_BE_EMPTY):
        raise unfit_message(f"{name} is a text")
    return value


def _instant(value: object, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(_text(value, name))
    except ValueError:
        raise unfit_message(f"{name} is an instant") from None
    if at.tzinfo is None or instant_text(at) != value:
        raise unfit_message(f"{name} is an instant in UTC")
    return at


def _word(*words: str) -> Callable[[object, str], str]:
    def read(value: object, name: str) -> str:
        if value not in words:
            raise unfit_message(f"{name} is one of {', '.join(words)}")
        return str(value)

    return read


def _list_of(made: type[Any]) -> Callable[[object, str], tuple[Any, ...]]:
    def read(value: object, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise unfit_message(f"{name} is a list")
        return tuple(_read(made, item) for item in value)

    return read


def _body(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(BODY_FIELDS):
        raise unfit_message(f"{name} holds {', '.join(BODY_FIELDS)} and nothing else")
    key_of("entry", value)
    return value


_READERS_OF: Final[dict[type[Any], dict[str, Callable[[object, str], Any]]]] = {}
_MAY_BE_EMPTY: Final = frozenset({"replaces", "via", "where"})
_READERS: Final[dict[str, Callable[[object, str], Any]]] = {
    "int": _number,
    "str": _text,
    "datetime": _instant,
    "mode": _word(*MODES),
    "kind": _word(*KINDS),
    "why": _word(*WHYS),
    "op": _word(*GATE_TYPES),
    "body": _body,
    "tails": _list_of(Tail),
    "stays": _list_of(Stay),
    "entries": _list_of(LogEntry),
}


def unfit_message(why: str) -> DebarError:
    """Return the error of bytes that are no message."""
    return DebarError(
        "DBR-G011",
        "this is not a message of the gate protocol",
        details=(why,),
        hint="both sides must speak the same version of debar's gate protocol",
    )
