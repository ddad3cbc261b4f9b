"""What is asked of a matching service that speaks yente's protocol, and what its answers say.

Law: pure. Only names, countries, public numbers and domains are asked about: what is sensitive never leaves
the house. A service's score is shown as its own, and is none of ours.
Source: yente 5, ``POST /match/{dataset}`` and ``GET /entities/{id}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.authority.problems import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from debar.authority.hits import Account
    from debar.authority.problems import Findings

BATCH: Final = 100
"""Most queries that one call may hold."""

PROPERTIES: Final = {"legal_id": "registrationNumber", "vat_id": "vatCode", "domain": "website"}
"""Public identifier kind to the property under which it is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One entity that a service finds for an account.

    Args:
        account_id: The account.
        entity_id: The entity.
        score: As the service writes it, a fraction of one.
        match: Whether the service calls it a match.
        explanation: What it says for it.
        entity: The entity as it came, without its listings.
    """

    account_id: str
    entity_id: str
    score: str
    match: bool
    explanation: str
    entity: Mapping[str, Any]


def queries_of(
    accounts: Iterable[Account], public: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[dict[str, Any]]:
    """Yield the bodies of calls, each with at most a hundred queries, every one under its own id.

    Args:
        accounts: Whom to ask about.
        public: Account id to its public identifiers, as (kind, value).
    """
    queries: dict[str, Any] = {}
    for account in accounts:
        names = list(dict.fromkeys(name for name in (account.legal_name, account.name) if name))
        if not names:
            continue
        properties: dict[str, list[str]] = {"name": names}
        if account.country:
            properties["country"] = [account.country.lower()]
        for kind, value in public.get(account.account_id, ()):
            if kind in PROPERTIES:
                properties.setdefault(PROPERTIES[kind], []).append(value)
        queries[account.account_id] = {
            "id": account.account_id,
            "schema": "LegalEntity",
            "properties": properties,
        }
        if len(queries) == BATCH:
            yield {"queries": queries}
            queries = {}
    if queries:
        yield {"queries": queries}


def answers_of(document: Mapping[str, Any], service: str, findings: Findings) -> Iterator[Answered]:
    """Yield what a service's answer says; a query that it could not answer becomes a problem."""
    responses = document.get("responses")
    for account_id, response in sorted(responses.items() if isinstance(responses, dict) else ()):
        results = response.get("results") if isinstance(response, dict) else None
        if not isinstance(results, list) or response.get("status") != 200:
            findings.add("DBR-O025", place(service, None, column=account_id, value=response))
            continue
        for result in results:
            if not isinstance(result, dict) or not isinstance(result.get("id"), str):
                findings.add("DBR-O025", place(service, None, column=account_id, value=result))
                continue
            yield Answered(
                account_id=account_id,
                entity_id=result["id"],
                score=f"{_fraction(result.get('score')):.3f}",
                match=result.get("match") is True,
                explanation=_explained(result),
                entity=result,
            )


def _explained(result: Mapping[str, Any]) -> str:
    """Say in a line what the service gives as its reasons."""
    explanations = result.get("explanations") or {}
    if not isinstance(explanations, dict):
        return ""
    return ", ".join(
        f"{name} {_fraction(one.get('score')):.2f}"
        for name, one in sorted(explanations.items())
        if isinstance(one, dict) and _fraction(one.get("score"))
    )


def _fraction(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
