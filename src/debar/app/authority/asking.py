"""Ask a matching service, and judge its answers as those of any list.

Law: what the service returns is a list of candidates. debar compares them itself; where it does not agree,
the service's word is shown as the service's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from debar.authority.hits import Setting, Signs, make_hit
from debar.authority.problems import Findings
from debar.authority.reading.follow_the_money import entities_of
from debar.authority.reading.lists import collect, made
from debar.authority.screening import read_accounts, screen
from debar.authority.service import PROPERTIES, answers_of, queries_of
from debar.authority.standing import Standing, standings_of
from debar.model.canonical import digest
from debar.stores.yente import Yente

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from debar.authority.entities import AuthorityList
    from debar.authority.hits import Hit
    from debar.authority.screening import Accounts
    from debar.authority.service import Answered


def ask_service(
    accounts: Accounts, address: str, *, on: date, findings: Findings
) -> tuple[AuthorityList, Mapping[str, Standing], list[Hit]]:
    """Ask a service about every account.

    Args:
        accounts: The platform.
        address: Where the service is.
        on: The day whose law counts.
        findings: Takes what is wrong with stakes.

    Returns:
        What it returned as a list, what of it stands on the day, and the hits.

    Raises:
        DebarError: DBR-S060 or DBR-S062, the service cannot be reached, or answers with something else.
    """
    service, flaws = Yente(address), Findings()
    known = read_accounts(accounts.engine)
    answered: list[Answered] = []
    for number, body in enumerate(queries_of(known.values(), _public(accounts)), start=1):
        answered += answers_of(service.match(body), address, flaws)
        accounts.progress(f"asked about {number * 100:,} of {len(known):,} accounts")
    matched = [one for one in answered if one.match]
    wanted = sorted({one.entity_id for one in matched})
    whole = [entity for one in wanted for entity in entities_of(service.entity(one), address, flaws)]
    entities = collect(whole, address, flaws, quietly=True)
    one = made(address, "matching service", digest([_plain(e.entity) for e in matched]), entities, flaws)
    standings = standings_of(one, on, findings)
    hits = {(h.account.account_id, h.standing.entity.entity_id): h for h in screen(accounts, one, standings)}
    for found in matched:
        key = (found.account_id, found.entity_id)
        entity = entities.get(found.entity_id)
        if entity is None:
            continue
        standing = standings.get(found.entity_id) or Standing(entity=entity)
        alone = make_hit(
            known[found.account_id],
            standing,
            Signs(met=None, shared=()),
            Setting(platform_name=accounts.name, crowd_cap=accounts.crowd_cap),
            list_name=address,
        )
        hit = hits.get(key) or replace(alone, grade="service")
        agrees = "" if key in hits else "; debar's own comparison does not find it"
        says = f"the service scores it {found.score} ({found.explanation or 'without a reason'}){agrees}"
        hits[key] = replace(hit, outside_score=found.score, evidence=(*hit.evidence, says))
    return one, standings, list(hits.values())


def _public(accounts: Accounts) -> dict[str, list[tuple[str, str]]]:
    """Return the public identifiers of accounts: none that is stored under a key."""
    found: dict[str, list[tuple[str, str]]] = {}
    for account_id, kind, value in accounts.engine.rows(
        "SELECT DISTINCT account_id, kind, value_key FROM identifiers"
        " WHERE kind IN (SELECT unnest($kinds)) ORDER BY ALL",
        {"kinds": sorted(PROPERTIES)},
    ):
        found.setdefault(account_id, []).append((kind, value))
    return found


def _plain(entity: Mapping[str, Any]) -> list[Any]:
    return [entity["id"], entity.get("schema"), entity.get("properties")]
