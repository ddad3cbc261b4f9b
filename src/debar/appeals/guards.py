"""Who may hear an appeal: somebody enrolled for it, who had no part in the decision and does not sell.

Law: a key and a name are both compared, so that a second key does not make a second person.
Source: Regulation (EU) 2022/2065, Article 20(6); Santa Clara Principles 2.0, a reviewer who was not involved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.signatures import APPEALS

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Somebody who may be asked to hear an appeal.

    Args:
        name: As enrolled.
        public_key: 64 hex digits.
        roles: Under which the key is enrolled.
    """

    name: str
    public_key: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Who took part in a decision on an account, and who sells to it.

    Args:
        keys: Public keys of its proposer, approvers and whoever applied it, as far as the record has them.
        names: Their names.
        salespeople: Who had sales contacts with the account, as the contacts name them.
    """

    keys: frozenset[str]
    names: frozenset[str]
    salespeople: frozenset[str]


def named(names: Iterable[str]) -> frozenset[str]:
    """Return names as they are compared: without case and outer spaces; empty ones are nobody."""
    return frozenset(name.strip().casefold() for name in names) - {""}


def refuse_reviewer(reviewer: Reviewer, involved: Involved) -> None:
    """Refuse a reviewer who may not hear an appeal.

    Raises:
        DebarError: DBR-H002 took part in the decision; DBR-H003 sells to the account; DBR-H004 is not
            enrolled for appeals.
    """
    if APPEALS not in reviewer.roles:
        raise DebarError(
            "DBR-H004",
            f"the key of {reviewer.name} is not enrolled for appeals",
            hint="enrol it: debar register enrol --key FILE --role appeals --by FILE",
            exit_code=EXIT_REFUSED,
        )
    name = named([reviewer.name])
    if reviewer.public_key in involved.keys or name & named(involved.names):
        raise DebarError(
            "DBR-H002",
            f"{reviewer.name} took part in the decision, and cannot hear an appeal against it",
            hint="somebody who neither proposed, approved nor applied the plan hears it",
            exit_code=EXIT_REFUSED,
        )
    if name & named(involved.salespeople):
        raise DebarError(
            "DBR-H003",
            f"{reviewer.name} had sales contacts with this account, and cannot hear its appeal",
            hint="debar contacts DECISION lists who had",
            exit_code=EXIT_REFUSED,
        )


def refuse_other(reviewer: Reviewer, *, assigned_key: str, assigned_name: str) -> None:
    """Refuse a step by somebody else than the assigned reviewer.

    Raises:
        DebarError: DBR-H005.
    """
    if reviewer.public_key != assigned_key:
        raise DebarError(
            "DBR-H005",
            f"this appeal is with {assigned_name or 'another reviewer'}, not with {reviewer.name}",
            hint="debar appeal assign APPEAL gives it to somebody else",
            exit_code=EXIT_REFUSED,
        )
