"""What stands: the debarments that are in force because of the log, and how an entry changes them.

Law: what stands is a fold over the log, ``fold(a + b) = fold(fold(a), b)``; debar then lift leaves what
stood before. One decision about one key stands once; another decision about the same key stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.entries import SCOPES

if TYPE_CHECKING:
    from collections.abc import Mapping

GATE_TYPES: Final = ("debar", "lift", "vary")
"""The entry types that change what stands."""

EVERYWHERE: Final = "worldwide"
EVERY_SURFACE: Final = "all"
_SCOPES: Final = frozenset(SCOPES)
_FRESH: Final = {
    "surfaces": (EVERY_SURFACE,), "territories": (EVERYWHERE,), "lapses_at": None, "because": "named",
    "reason": "debarred from advertising", "statement": "",
}  # fmt: skip
"""What a debar entry need not say."""

DebarmentKey = tuple[str, str, str]
"""Kind of key, its value, and the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debarment:
    """One key that is kept from advertising by one decision.

    Args:
        key_kind: ``account``, or an identifier kind.
        key_value: The account id, or the (keyed) value.
        decision_id: Which decision.
        entry_seq: The debar or vary entry that it rests on now.
        scopes: What is refused: out of create, buy, serve, charge.
        surfaces: Where on the platform; ``all`` for everywhere.
        territories: Country codes; ``worldwide`` for everywhere.
        starts_at: From when, aware UTC.
        lapses_at: The first instant at which it no longer holds; None while it has no end.
        because: ``named`` or ``linked``.
        reason: What the gate says, in a sentence.
        statement: Where the statement of reasons is: an address or an id; empty where there is none.
    """

    key_kind: str
    key_value: str
    decision_id: str
    entry_seq: int
    scopes: tuple[str, ...]
    surfaces: tuple[str, ...]
    territories: tuple[str, ...]
    starts_at: datetime
    lapses_at: datetime | None
    because: str
    reason: str
    statement: str

    @property
    def key(self) -> DebarmentKey:
        """Kind, value and decision."""
        return (self.key_kind, self.key_value, self.decision_id)

    def covers(self, action: str, *, surface: str | None, territory: str | None, now: datetime) -> bool:
        """Tell whether this refuses an action at an instant.

        Where the caller does not say the surface or the territory, any restricted one counts: the safe side.
        """
        return (
            action in self.scopes
            and (surface is None or EVERY_SURFACE in self.surfaces or surface in self.surfaces)
            and (territory is None or EVERYWHERE in self.territories or territory in self.territories)
            and self.starts_at <= now
            and (self.lapses_at is None or now < self.lapses_at)
        )


def key_of(entry_type: str, body: Mapping[str, Any]) -> DebarmentKey:
    """Return which debarment a debar, lift or vary entry is about.

    Raises:
        DebarError: The body names no key or no decision.
    """
    key = body.get("key")
    if not isinstance(key, dict) or not _is_text(key.get("kind")) or not _is_text(key.get("value")):
        raise _unfit(entry_type, "key", 'it needs {"kind": "account", "value": "<account id>"}')
    if not _is_text(body.get("decision_id")):
        raise _unfit(entry_type, "decision_id", "it needs the decision's id")
    return (key["kind"], key["value"], body["decision_id"])


def changed(
    current: Debarment | None, *, entry_type: str, body: Mapping[str, Any], seq: int, at: datetime
) -> Debarment | None:
    """Return what stands for a key after an entry; None where nothing does.

    Args:
        current: What stands for the same key and decision before it.
        entry_type: ``debar``, ``lift`` or ``vary``.
        body: The entry's body. Debar: ``key``, ``decision_id``, ``scopes``, and optionally ``surfaces``,
            ``territories``, ``from``, ``until`` (a day is included whole), ``because``, ``reason``,
            ``statement``. Vary: the same, and what it leaves out stays. Lift: ``key``, ``decision_id``.
        seq: The entry's place in the log.
        at: When the entry was recorded; the start where ``from`` is not given.

    Raises:
        DebarError: The body does not fit, there is nothing to lift or vary, or it stands already.
    """
    kind, value, decision_id = key_of(entry_type, body)
    if entry_type == "debar":
        if current is not None:
            raise _refused(
                "DBR-R016", f"decision {decision_id} already stands against this {kind}",
                "to change its scope or its end, vary it",
            )  # fmt: skip
        fields = {**_FRESH, "starts_at": at, **_fields(entry_type, {"scopes": None, **body})}
        return _checked(
            Debarment(key_kind=kind, key_value=value, decision_id=decision_id, entry_seq=seq, **fields),
            entry_type,
        )
    if current is None:
        raise _refused(
            "DBR-R015", f"decision {decision_id} does not stand against this {kind}: nothing to {entry_type}",
            "see what stands with `debar check`",
        )  # fmt: skip
    if entry_type == "lift":
        return None
    return _checked(replace(current, **_fields(entry_type, body), entry_seq=seq), entry_type)


def _fields(entry_type: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a body says of a debarment's fields."""
    fields: dict[str, Any] = {}
    for name in ("scopes", "surfaces", "territories"):
        if name in body:
            fields[name] = _texts(entry_type, name, body[name])
    for name in ("because", "reason", "statement"):
        if body.get(name) is not None:
            fields[name] = _text(entry_type, name, body[name])
    if body.get("from") is not None:
        fields["starts_at"] = _instant(entry_type, "from", body["from"])
    if "until" in body:
        fields["lapses_at"] = _lapse(entry_type, body["until"])
    return fields


def _checked(made: Debarment, entry_type: str) -> Debarment:
    if not _SCOPES.issuperset(made.scopes):
        raise _unfit(entry_type, "scopes", f"they are out of {', '.join(SCOPES)}")
    if made.lapses_at is not None and made.lapses_at <= made.starts_at:
        raise _unfit(entry_type, "until", "it ends before it starts")
    return made


def _texts(entry_type: str, name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or not all(_is_text(item) for item in value):
        raise _unfit(entry_type, name, "it needs a list of one text or more")
    return tuple(value)


def _text(entry_type: str, name: str, value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise _unfit(entry_type, name, "it needs a text without the character NUL")
    return value


def _instant(entry_type: str, name: str, value: object) -> datetime:
    text = _text(entry_type, name, value)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _unfit(entry_type, name, "it needs a day or an instant such as 2017-10-26T12:00:00Z") from None
    if at.tzinfo is None and len(text) > 10:
        raise _unfit(entry_type, name, "an instant needs its zone")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _lapse(entry_type: str, value: object) -> datetime | None:
    if value is None:
        return None
    at = _instant(entry_type, "until", value)
    if len(str(value)) == 10:  # a day is included whole
        return datetime.combine(date.fromisoformat(str(value)) + timedelta(days=1), time(), UTC)
    return at


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _unfit(entry_type: str, name: str, why: str) -> DebarError:
    return DebarError(
        "DBR-R014", "the entry's body does not fit its type", details=(f"{entry_type}.{name}: {why}",)
    )


def _refused(code: str, what: str, hint: str) -> DebarError:
    return DebarError(code, what, hint=hint, exit_code=EXIT_REFUSED)
