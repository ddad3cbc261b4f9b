"""What forms bring, read and refused in one place.

Law: a field that is not what it must be is refused by its own words; nothing is filled in.
"""

from __future__ import annotations

from datetime import date

from debar.model.problem import DebarError


def unfit(what: str, *, hint: str) -> DebarError:
    """Return the refusal of a form that is not filled in as it must be: DBR-K014."""
    return DebarError("DBR-K014", what, hint=hint)


def day_of(text: str, what: str = "") -> date | None:
    """Read a day; None where the field is empty.

    Args:
        text: As the form has it.
        what: The field's name, said where it is no day.

    Raises:
        DebarError: DBR-K014, it is no day.
    """
    text = text.strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        said = f"{what}: " if what else ""
        raise unfit(f"{said}{text[:20]!r} is no day", hint="write it as 2016-11-08") from None
