"""What went wrong, with its place: problems in data are values, wrong use is an error.

Law: one shape for the command line, JSON and pages: code, what, place, effect, hint. Identifiers in
``value`` are masked by whoever makes the problem. Our own bugs are assertions, never these.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_PROBLEMS: Final = 3
EXIT_STALE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem stands.

    Args:
        file: Name of the file or table, relative to the platform's folder.
        record: One-based data record, without the header; None where it cannot be known.
        line: One-based line of the file, where it can be known.
        column: Name of the column as the file calls it.
        value: The offending value as read, shortened to 80 characters, masked if sensitive.
    """

    file: str
    record: int | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.record is not None:
            parts.append(f"record {self.record}" + (f" (line {self.line})" if self.line is not None else ""))
        if self.column is not None:
            parts.append(f"column {self.column}")
        if self.value is not None:
            parts.append(f'value "{self.value}"')
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One flaw in the data: collected, never raised, never lost.

    Args:
        code: ``DBR-`` and the room's letter and three digits; documented in ``docs/problems.md``.
        what: What is wrong, in a few words, the same for every problem of the code.
        place: Where.
        effect: What debar did about it and what it means, as a sentence.
        hint: What the reader can do.
    """

    code: str
    what: str
    place: Place
    effect: str
    hint: str = ""

    def __str__(self) -> str:
        lines = [f"{self.code} {self.what}", f"  at {self.place}", f"  {self.effect}"]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the problem as a JSON object."""
        return asdict(self)


class DebarError(Exception):
    """Debar was used wrongly, or refuses; carries the same fields as a problem and an exit code.

    Args:
        code: As in :class:`Problem`.
        what: What is refused and why, one line.
        hint: What the reader can do.
        place: Where, if a file is the matter.
        exit_code: 1 refused, 2 wrong use, 3 problems, 4 stale.
        details: Further lines, such as candidates or stale rows.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        hint: str = "",
        place: Place | None = None,
        exit_code: int = EXIT_USAGE,
        details: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.hint = hint
        self.place = place
        self.exit_code = exit_code
        self.details = details

    def __str__(self) -> str:
        lines = [f"{self.code} {self.what}"]
        if self.place is not None:
            lines.append(f"  at {self.place}")
        lines.extend(f"  {detail}" for detail in self.details)
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the error as a JSON object of the same shape as a problem."""
        return {
            "code": self.code,
            "what": self.what,
            "place": asdict(self.place) if self.place else None,
            "details": list(self.details),
            "hint": self.hint,
        }
