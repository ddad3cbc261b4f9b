"""What a decision says, as bytes: scopes, surfaces, territories, time, reason, statement.

Law: terms that equal each other stand once, however many keys they hold for; reading what was written gives
the same debarment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from debar.gate.table.layout import NO_END, TERMS_HEAD, TERMS_UNIT, TEXT_HEAD
from debar.register.debarments import Debarment

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SINGLE_TEXTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A debarment without its key and entry; fields as in :class:`~debar.register.debarments.Debarment`."""

    decision_id: str
    scopes: tuple[str, ...]
    surfaces: tuple[str, ...]
    territories: tuple[str, ...]
    starts_at: datetime
    lapses_at: datetime | None
    because: str
    reason: str
    statement: str

    @classmethod
    def of(cls, debarment: Debarment) -> Self:
        """Return the terms of a debarment."""
        return cls(**{name: getattr(debarment, name) for name in cls.__slots__})

    def against(self, kind: str, value: str, entry_seq: int) -> Debarment:
        """Return the debarment of a key under these terms."""
        return Debarment(
            key_kind=kind, key_value=value, entry_seq=entry_seq, decision_id=self.decision_id,
            scopes=self.scopes, surfaces=self.surfaces, territories=self.territories,
            starts_at=self.starts_at, lapses_at=self.lapses_at, because=self.because, reason=self.reason,
            statement=self.statement,
        )  # fmt: skip


def pack_terms(terms: Terms) -> bytes:
    """Return the bytes of terms, padded to a multiple of 8."""
    texts = (
        terms.decision_id, terms.because, terms.reason, terms.statement,
        *terms.scopes, *terms.surfaces, *terms.territories,
    )  # fmt: skip
    body = b"".join(TEXT_HEAD.pack(len(text)) + text for text in (text.encode() for text in texts))
    made = (
        TERMS_HEAD.pack(
            TERMS_HEAD.size + len(body), len(terms.scopes), len(terms.surfaces), len(terms.territories), 0,
            _micros(terms.starts_at), NO_END if terms.lapses_at is None else _micros(terms.lapses_at),
        )
        + body
    )  # fmt: skip
    return made + bytes(-len(made) % TERMS_UNIT)


def read_terms(data: memoryview | bytes, start: int) -> Terms:
    """Read the terms that start at a byte of their section.

    Raises:
        ValueError: The bytes are damaged.
    """
    size, scopes, surfaces, territories, zero, starts, lapses = TERMS_HEAD.unpack_from(data, start)
    place, end = start + TERMS_HEAD.size, start + size
    texts: list[str] = []
    for _ in range(_SINGLE_TEXTS + scopes + surfaces + territories):
        (length,) = TEXT_HEAD.unpack_from(data, place)
        place += TEXT_HEAD.size + length
        texts.append(bytes(data[place - length : place]).decode())
    if place != end or zero:
        raise ValueError("terms do not end where they say")
    after_scopes = _SINGLE_TEXTS + scopes
    return Terms(
        decision_id=texts[0], because=texts[1], reason=texts[2], statement=texts[3],
        scopes=tuple(texts[_SINGLE_TEXTS:after_scopes]),
        surfaces=tuple(texts[after_scopes : after_scopes + surfaces]),
        territories=tuple(texts[after_scopes + surfaces :]),
        starts_at=_EPOCH + starts * _MICROSECOND,
        lapses_at=None if lapses == NO_END else _EPOCH + lapses * _MICROSECOND,
    )  # fmt: skip


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
