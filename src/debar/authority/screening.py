"""Accounts against a list: identifiers first, names second.

Law: each distinct identifier is compared in the engine, each distinct name once in Python. What is found is a
hit, and a hit bans nobody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from debar.authority.hits import Account, Setting, Shared, Signs, make_hit, ranked
from debar.authority.identifying import HANDLE, LABELLED_SQL, LEGAL_KINDS, belongings, order_of, values_of
from debar.authority.names_met import NameIndex, names_of
from debar.evidence.naming.rarity import platform_rarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from debar.authority.entities import AuthorityList
    from debar.authority.hits import Hit
    from debar.authority.identifying import Value
    from debar.authority.names_met import NameMet
    from debar.authority.standing import Standing
    from debar.evidence.keying import HashKey
    from debar.model.ports import Engine


NAMES_COUNTED: Final = 100_000
"""How rare words are is counted over about so many names, evenly drawn from a larger platform's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """A platform as screening sees it.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.
        key: The key under which its sensitive values are stored.
        name: What people call the platform.
        crowd_cap: A value that more accounts hold says little.
        progress: Is told what is being done.
    """

    engine: Engine
    key: HashKey
    name: str = ""
    crowd_cap: int = 200
    progress: Callable[[str], None] = field(default=lambda _: None)


@dataclass(slots=True, kw_only=True)
class _Found:
    met: NameMet | None = None
    shared: list[Shared] = field(default_factory=list)


def screen(accounts: Accounts, one: AuthorityList, standings: Mapping[str, Standing]) -> tuple[Hit, ...]:
    """Compare a platform's accounts with the listed entities of a list.

    Args:
        accounts: The platform.
        one: The list.
        standings: Who of it is listed, and how.

    Returns:
        Hits, ranked: the firmest grade first, then the weight of the name, then the gravest measure.
    """
    held = belongings(one)
    values = {
        entity_id: values_of(standing.entity, held.get(entity_id, ()), accounts.key)
        for entity_id, standing in standings.items()
    }
    known = read_accounts(accounts.engine)
    found: dict[tuple[str, str], _Found] = defaultdict(_Found)
    for account_id, entity_id, shared in _shared(accounts, known, values):
        found[account_id, entity_id].shared.append(shared)
    for account_id, met in _met(accounts, known, standings):
        before = found[account_id, met.entity_id]
        if before.met is None or before.met.weight < met.weight:
            before.met = met
    numbers = _numbers(accounts.engine, {account_id for account_id, _ in found})
    setting = Setting(platform_name=accounts.name, crowd_cap=accounts.crowd_cap)
    return ranked(
        make_hit(
            known[account_id],
            standings[entity_id],
            Signs(met=what.met, shared=what.shared, has_number=account_id in numbers),
            setting,
            list_name=one.name,
        )
        for (account_id, entity_id), what in found.items()
    )


def read_accounts(engine: Engine) -> dict[str, Account]:
    """Return every account of a platform by its id."""
    rows = engine.rows(
        "SELECT account_id, name, legal_name, handle, country FROM accounts"
        " WHERE account_id <> 'unattributed' ORDER BY account_id"
    )
    return {
        row[0]: Account(
            account_id=row[0],
            name=row[1] or "",
            legal_name=row[2] or "",
            handle=row[3] or "",
            country=row[4] or "",
        )
        for row in rows
    }


def _shared(
    accounts: Accounts, known: Mapping[str, Account], values: Mapping[str, Sequence[Value]]
) -> Iterable[tuple[str, str, Shared]]:
    """Yield identifiers that accounts and entities both hold: one join in the engine."""
    bearers: dict[Value, list[str]] = defaultdict(list)
    for entity_id, held in values.items():
        for value in held:
            bearers[value].append(entity_id)
    listed = sorted(bearers, key=order_of)
    rows = [(number, value.kind, value.value_key) for number, value in enumerate(listed)]
    columns = {"number": "BIGINT", "kind": "VARCHAR", "value_key": "VARCHAR"}
    accounts.engine.load("authority_values", columns, rows)
    kinds = ", ".join(f"'{kind}'" for kind in LEGAL_KINDS if kind != "tax_id")
    matches = accounts.engine.rows(
        "WITH held AS (SELECT account_id, kind, value_key, min(source) AS source FROM ("
        " SELECT account_id, kind, value_key, source FROM identifiers"
        f" UNION ALL SELECT account_id, kind, {LABELLED_SQL}, source FROM identifiers WHERE kind IN ({kinds})"
        ") WHERE account_id <> 'unattributed' GROUP BY account_id, kind, value_key)"
        " SELECT h.account_id, v.number, h.source, count(*) OVER (PARTITION BY h.kind, h.value_key, v.number)"
        " FROM held h JOIN authority_values v ON v.kind = h.kind AND v.value_key = h.value_key"
        " ORDER BY h.account_id, v.number"
    )
    accounts.engine.drop("authority_values")
    for account_id, number, source, holders in matches:
        for entity_id in bearers[listed[number]]:
            yield account_id, entity_id, Shared(value=listed[number], holders=holders, source=source or "")
    by_handle: dict[str, list[Value]] = defaultdict(list)
    for value in listed:
        if value.kind == HANDLE:
            by_handle[value.value_key].append(value)
    for account in known.values():
        for value in by_handle.get(account.handle.strip().removeprefix("@").casefold(), ()):
            for entity_id in bearers[value]:
                yield account.account_id, entity_id, Shared(value=value, holders=1, source="handle")


def _met(
    accounts: Accounts, known: Mapping[str, Account], standings: Mapping[str, Standing]
) -> Iterable[tuple[str, NameMet]]:
    """Yield names that are the same, each distinct name of the platform looked at once."""
    bearing: dict[str, list[str]] = defaultdict(list)
    for account in known.values():
        for name in {account.name, account.legal_name} - {""}:
            bearing[name].append(account.account_id)
    step = max(1, len(bearing) // NAMES_COUNTED)
    rarity = platform_rarity(islice(sorted(bearing), 0, None, step))
    index = NameIndex(
        ((one, name) for one, standing in sorted(standings.items()) for name in names_of(standing.entity)),
        rarity,
    )
    for number, (name, account_ids) in enumerate(bearing.items(), start=1):
        for met in index.meet(name, accounts=len(known), bearers=len(account_ids)):
            for account_id in account_ids:
                yield account_id, met
        if number % 50_000 == 0:
            accounts.progress(f"names: {number:,} of {len(bearing):,}")


def _numbers(engine: Engine, account_ids: set[str]) -> set[str]:
    """Return which accounts state a legal number."""
    rows = engine.rows(
        "SELECT DISTINCT account_id FROM identifiers WHERE kind IN (SELECT unnest($kinds))"
        " AND account_id IN (SELECT unnest($accounts))",
        {"kinds": list(LEGAL_KINDS), "accounts": sorted(account_ids)},
    )
    return {row[0] for row in rows}
