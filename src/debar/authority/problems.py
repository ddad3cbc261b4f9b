"""What can be wrong with an authority list, in words.

Law: every finding is counted exactly; at most a fixed number of each code is carried as values.
``docs/problems/authority.md`` has a section for each code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.problem import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS_MAX: Final = 200
"""Problems of one code that are carried as values."""

VALUE_CHARACTERS_MAX: Final = 80

_TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "DBR-O010": ("line is no JSON object", "The line is not read.", "write one entity a line"),
    "DBR-O011": (
        "entity has no id, schema or properties",
        "The entity is not read.",
        "an entity is {id, schema, properties: {name: [texts]}}",
    ),
    "DBR-O012": (
        "value is no text",
        "A number is read as it is written; anything else is left out.",
        "write every value as a text",
    ),
    "DBR-O013": ("value stands outside a list", "It is read as a list of one.", "write [value]"),
    "DBR-O014": (
        "schema is unknown",
        "The entity is kept, and not compared with accounts.",
        "use the schemata of FollowTheMoney",
    ),
    "DBR-O015": (
        "id stands on two lines that say different things",
        "Both count: what either says is known of the entity.",
        "merge them at the source",
    ),
    "DBR-O016": (
        "link leads to an entity that is not on the list",
        "The link is kept; of the other end only the id is known.",
        "load the list whole",
    ),
    "DBR-O017": (
        "percentage cannot be read",
        "It counts as anything from 0 to 100.",
        "write 50, 50% or 25-50",
    ),
    "DBR-O018": (
        "shares of one company add up to more than 100",
        "Each counts as it stands; nothing is concluded from what others hold.",
        "check whether old stakes lack an end date",
    ),
    "DBR-O019": ("date cannot be read", "It is left empty.", "write 2014, 2014-11 or 2014-11-05"),
    "DBR-O020": (
        "delta's operation is unknown, or does not fit the list before it",
        "ADD and MOD leave the entity as they state it, DEL leaves none; another operation is not done.",
        "load the list whole",
    ),
    "DBR-O021": (
        "row has more or fewer cells than the header",
        "The cells that are there are read under the header's names, further ones are left out.",
        "quote cells that hold the delimiter",
    ),
    "DBR-O022": ("row names nobody", "The row is not read.", "fill the name"),
    "DBR-O023": (
        "text is not UTF-8",
        "It is read as Windows-1252; letters beyond ASCII may be wrong.",
        "write the file in UTF-8",
    ),
    "DBR-O024": (
        "listing is about nobody",
        "It is kept, and concerns no entity of the list.",
        "name the entity",
    ),
    "DBR-O026": (
        "quote is never closed",
        "The line is read as far as it can be; reading goes on with the next one.",
        "double a quote inside a quoted cell",
    ),
    "DBR-O027": (
        "entities are nested too deeply",
        "What lies deeper is not read.",
        "write one entity a line",
    ),
    "DBR-O025": (
        "matching service did not answer a query",
        "The account was not compared by the service.",
        "ask again, or look at the service's own log",
    ),
}
"""Code to what, effect and hint."""

CODES: Final = tuple(_TEXTS)


class Findings:
    """Collects the problems of one list."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.counts: dict[str, int] = {}
        self.problems: list[Problem] = []

    def add(self, code: str, place: Place) -> None:
        """Add a problem."""
        found = self.counts[code] = self.counts.get(code, 0) + 1
        if found <= PROBLEMS_MAX:
            what, effect, hint = _TEXTS[code]
            self.problems.append(Problem(code=code, what=what, place=place, effect=effect, hint=hint))


def place(file: str, line: int | None, *, column: str | None = None, value: object = None) -> Place:
    """Return a place in a list; a long value is shortened."""
    shown = None if value is None else str(value)[:VALUE_CHARACTERS_MAX]
    return Place(file=file, record=line, line=line, column=column, value=shown)
