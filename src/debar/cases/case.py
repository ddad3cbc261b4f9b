"""A case joins the expansion with names, reviewers' words and contacts.

Law: the same graph, parameters, policy and judgements make the same case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from debar.linking.expand import expand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.evidence.parameters import Parameters
    from debar.linking.expand import Standing
    from debar.linking.graph import CaseGraph
    from debar.model.policy import Policy
    from debar.model.ports import Engine

MoneyStanding = Literal["named", "confirmed", "likely", "possible", "cleared"]
"""How sure it is that an account's money is in question."""
MONEY_STANDINGS: Final[dict[str, MoneyStanding]] = {"in": "likely", "ask": "possible", "out": "cleared"}
"""How a member's status counts for the money, where no reviewer has confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMember:
    """One account of a case.

    Args:
        account_id: The account.
        name: Its display name.
        handle: Its handle, empty where it has none.
        legal_name: The legal entity it states, empty where it states none.
        basis: ``named`` or ``linked``.
        status: ``in``, ``ask`` or ``out``.
        confirmed_by: The reviewer whose positive judgement stands behind the last hop, or None.
        standing: Path, probabilities and the reason for being asked or left out.
    """

    account_id: str
    name: str
    handle: str
    legal_name: str
    basis: str
    status: str
    confirmed_by: str | None
    standing: Standing

    def money_standing(self) -> MoneyStanding:
        """Return ``named``, ``confirmed``, ``likely``, ``possible`` or ``cleared``."""
        if self.basis == "named":
            return "named"
        if self.status == "in" and self.confirmed_by is not None:
            return "confirmed"
        return MONEY_STANDINGS[self.status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A named advertiser, everyone around it, and where each of them stands.

    Args:
        subjects: Query to the account ids that it named, in the order asked.
        graph: All evidence.
        parameters: The weights.
        policy: The thresholds.
        without: Facts struck out.
        members: Named and in first, then ask, then out; inside a group by account id.
    """

    subjects: tuple[tuple[str, tuple[str, ...]], ...]
    graph: CaseGraph
    parameters: Parameters
    policy: Policy
    without: frozenset[str]
    members: tuple[CaseMember, ...]

    def standings(self) -> dict[str, MoneyStanding]:
        """Return each member's standing for the money."""
        return {member.account_id: member.money_standing() for member in self.members}


def assemble(
    *,
    subjects: Sequence[tuple[str, tuple[str, ...]]],
    graph: CaseGraph,
    parameters: Parameters,
    policy: Policy,
    accounts: Mapping[str, Mapping[str, Any]],
    judges: Mapping[tuple[str, str], str],
    without: frozenset[str] = frozenset(),
) -> Case:
    """Assemble a case.

    Args:
        subjects: The queries and the accounts that they named.
        graph: The neighbourhood of those accounts.
        parameters: Frozen weights.
        policy: Thresholds.
        accounts: Account id to its row: name, handle, legal_name.
        judges: Judged pair (smaller id first) to who judged it.
        without: Facts struck out, parameters held fixed.

    Returns:
        The case, every account of the graph in it once.
    """
    standings = expand(graph, parameters, policy, without=without)
    members = [_member(standing, accounts[standing.account_id], judges) for standing in standings]
    order = {"in": 0, "ask": 1, "out": 2}
    members.sort(key=lambda m: (order[m.status], m.basis != "named", -m.standing.p_owner, m.account_id))
    assert {m.account_id for m in members} == set(graph.accounts), "every account of the graph has a standing"
    return Case(
        subjects=tuple(subjects),
        graph=graph,
        parameters=parameters,
        policy=policy,
        without=without,
        members=tuple(members),
    )


def _member(standing: Standing, row: Mapping[str, Any], judges: Mapping[tuple[str, str], str]) -> CaseMember:
    confirmed_by = None
    if standing.path and standing.path[-1].judgement == "positive":
        hop = standing.path[-1]
        confirmed_by = judges.get((min(hop.start, hop.end), max(hop.start, hop.end)))
    return CaseMember(
        account_id=standing.account_id,
        name=row["name"] or standing.account_id,
        handle=row["handle"] or "",
        legal_name=row["legal_name"] or "",
        basis="named" if standing.status == "named" else "linked",
        status="in" if standing.status == "named" else standing.status,
        confirmed_by=confirmed_by,
        standing=standing,
    )


def account_rows(engine: Engine, account_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of some accounts, by account id."""
    names = (
        "account_id",
        "name",
        "legal_name",
        "handle",
        "country",
        "currency",
        "created_at",
        "declared_agency",
    )
    rows = engine.rows(
        f"SELECT {', '.join(names)} FROM accounts WHERE account_id IN (SELECT unnest($ids))",
        {"ids": list(account_ids)},
    )
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
