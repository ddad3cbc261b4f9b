"""Where the parts of a JSON text stand, so that some can be cut out and the others stay as they were written.

Law: a text is taken only if every reader would take it for the same: UTF-8, strict JSON, no name twice in an
object.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # CPython's and PyPy's; not in typeshed
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPACE: Final = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Span:
    """From a character up to, and without, another."""

    start: int
    end: int

    def text(self, text: str) -> str:
        """Return what stands there."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Members:
    """An object: its place, and of each member the place and the value."""

    span: Span
    members: dict[str, tuple[Span, Any]]

    def value(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a member's value; None where there is none."""
        return self.members[name][1] if name in self.members else None

    def array(self, name: str) -> Span | None:
        """Return where an array is; None where there is none.

        Raises:
            DebarError: The member is something else.
        """
        if self.value(name) is None:
            return None
        span, value = self.members[name]
        if not isinstance(value, list):
            raise refuse_response(f"{name} is no array")
        return span


def read_json(body: bytes) -> tuple[str, Members]:
    """Read a JSON object and its members' places.

    Raises:
        DebarError: It is no such text.
    """
    try:
        text = body.decode()
        json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise refuse_response(f"it is not strict JSON: {type(error).__name__}") from None
    start = _after_space(text, 0)
    if text[start] != "{":
        raise refuse_response("it is no JSON object")
    return text, Members(Span(0, len(text)), object_spans(text, Span(start, len(text))).members)


def object_spans(text: str, span: Span) -> Members:
    """Return the members of an object that was read before.

    Raises:
        DebarError: What stands there is no object.
    """
    if text[span.start] != "{":
        raise refuse_response("an array that holds objects holds something else")
    members: dict[str, tuple[Span, Any]] = {}
    at = _after_space(text, span.start + 1)
    while text[at] != "}":
        name, at = scanstring(text, at + 1, True)  # noqa: FBT003 - strict; it takes no names
        value = _value_at(text, _after_space(text, at) + 1)
        members[name] = value
        at = _after_space(text, value[0].end)
        at = _after_space(text, at + 1) if text[at] == "," else at
    return Members(Span(span.start, at + 1), members)


def array_spans(text: str, span: Span | None) -> Iterator[Span]:
    """Yield the places of the elements of an array that was read before; none where there is none."""
    at = None if span is None else _after_space(text, span.start + 1)
    while at is not None and text[at] != "]":
        found, _ = _value_at(text, at)
        yield found
        at = _after_space(text, found.end)
        at = _after_space(text, at + 1) if text[at] == "," else at


def spliced(text: str, outer: Span, array: Span | None, elements: Sequence[str]) -> str:
    """Return what stands in a place, with other elements in an array inside it."""
    assert array is not None, "what was taken out stood in an array"
    return f"{text[outer.start : array.start]}[{','.join(elements)}]{text[array.end : outer.end]}"


def refuse_response(why: str) -> DebarError:
    """Return the error for a response that cannot be filtered."""
    return DebarError(
        "DBR-G024",
        "this bid response cannot be read",
        details=(why,),
        hint="drop it whole: no bid of it was checked",
    )


def _value_at(text: str, at: int) -> tuple[Span, Any]:
    start = _after_space(text, at)
    value, end = _DECODER.raw_decode(text, start)
    return Span(start, end), value


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("an object names a member twice")
    return made


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder()
