"""How often two unrelated accounts of a platform share a rare name, by chance.

Law: a limit from the platform's own words, not a fit. A public archive shows names and nothing else. There no
other evidence tells whether two accounts of one name met by chance, and expectation and maximisation would
explain each such pair as chance as readily as by an owner; but chance has a size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.naming.chance import count_chance

if TYPE_CHECKING:
    from debar.model.ports import Engine

TOGETHER: Final = 4.0
"""Some words go together oftener than chance has it: those of a trade, a surname of one language with its
given names. Up to so many times the chance of independent words is left to strangers."""


def rare_names_by_chance(engine: Engine, accounts_count: int) -> float:
    """Return how probable it is at most that two unrelated accounts share a rare name.

    Args:
        engine: Holds ``identifiers``.
        accounts_count: Accounts on the platform.
    """
    ((rows,),) = engine.rows("SELECT COUNT(*) FROM identifiers WHERE kind = 'rare_name'")
    names = engine.rows(
        "SELECT DISTINCT value_key FROM identifiers WHERE kind = 'rare_name' ORDER BY value_key"
    )
    if not names:
        return 1.0
    distinct: list[str] = [name for (name,) in names]
    chance = count_chance(distinct)
    bearers = sum(map(chance.bearers, distinct)) / len(distinct)
    met: float = (rows / accounts_count) ** 2
    return min(1.0, TOGETHER * met * bearers / len(distinct))
