"""What a gate knows to stand: the debarments by key, and the revision up to which they are known.

Law: (R5) entries are applied strictly in order and without gaps; the revision moves after all of them are
applied. The shell may bring another store with the same three members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from debar.register.debarments import changed, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from debar.register.debarments import Debarment, DebarmentKey
    from debar.register.entries import Entry

Key: TypeAlias = tuple[str, str]
"""Kind of key (``account``, or an identifier kind) and its value."""

BODY_FIELDS: Final = (
    "key", "decision_id", "scopes", "surfaces", "territories", "from", "until", "because", "reason",
    "statement",
)  # fmt: skip
"""What a gate is told of an entry's body: what it needs to judge, and nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One debar, lift or vary entry, as gates receive it.

    Args:
        seq: Its place in the log.
        op: ``debar``, ``lift`` or ``vary``.
        at: When it was recorded, by the register's wall clock.
        body: Out of :data:`BODY_FIELDS`, as :func:`debar.register.debarments.changed` reads them.
    """

    seq: int
    op: str
    at: datetime
    body: Mapping[str, Any]

    @property
    def key(self) -> Key:
        """Kind and value of the key that it is about."""
        return (self.body["key"]["kind"], self.body["key"]["value"])


class Standing(Protocol):
    """What a gate asks, and what it is told."""

    @property
    def revision(self) -> int:
        """Up to which revision of the register everything is applied."""
        ...

    def lookup(self, kind: str, value: str) -> Sequence[Debarment]:
        """Return what stands against one key, lapsed debarments too; empty where nothing does."""
        ...

    def apply(self, entries: Sequence[LogEntry], *, through: int) -> None:
        """Apply entries in order, then set the revision to ``through``."""
        ...


class DictStanding:
    """Debarments in a dictionary: for small gates, for relays' tests, and as the measure of other stores.

    Args:
        debarments: What stands at the revision.
        revision: Up to which everything is applied.
    """

    def __init__(self, debarments: Iterable[Debarment] = (), *, revision: int = 0) -> None:
        self.revision = revision
        self._by_key: dict[Key, tuple[Debarment, ...]] = {}
        for debarment in debarments:
            self._put((debarment.key_kind, debarment.key_value), debarment.key, debarment)

    def lookup(self, kind: str, value: str) -> Sequence[Debarment]:
        """Return what stands against one key."""
        return self._by_key.get((kind, value), ())

    def apply(self, entries: Sequence[LogEntry], *, through: int) -> None:
        """Apply entries in order; one that was applied already is left out."""
        assert through >= self.revision, "a revision never goes back"
        for entry in entries:
            if entry.seq >= self.revision:
                self._apply(entry)
        self.revision = through

    def debarments(self) -> tuple[Debarment, ...]:
        """Return all that stands, by kind, value and decision."""
        found = [debarment for standing in self._by_key.values() for debarment in standing]
        return tuple(sorted(found, key=lambda debarment: debarment.key))

    def _apply(self, entry: LogEntry) -> None:
        named = key_of(entry.op, entry.body)
        current = next((d for d in self.lookup(*entry.key) if d.key == named), None)
        after = changed(current, entry_type=entry.op, body=entry.body, seq=entry.seq, at=entry.at)
        self._put(entry.key, named, after)

    def _put(self, key: Key, named: DebarmentKey, after: Debarment | None) -> None:
        """Replace one decision's debarment; the tuple is exchanged whole, so a reader never sees half."""
        others = tuple(d for d in self._by_key.get(key, ()) if d.key != named)
        standing = others if after is None else (*others, after)
        if standing:
            self._by_key[key] = standing
        else:
            self._by_key.pop(key, None)


def log_entry(entry: Entry) -> LogEntry:
    """Return what gates are told of a register's entry: no names, nothing that the watch keeps.

    Args:
        entry: A debar, lift or vary entry whose private side is there (what stands is never erased).
    """
    assert entry.body is not None, "an entry that stands cannot be erased"
    body = {name: entry.body[name] for name in BODY_FIELDS if name in entry.body}
    return LogEntry(seq=entry.seq, op=entry.type, at=entry.at, body=body)
