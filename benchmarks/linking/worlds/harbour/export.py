"""The platform's tables, as it would hand them over.

Law: ids and row order are drawn last and know nothing of owners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from benchmarks.linking.worlds.harbour.mint import KINDS, NOTHING, Bools, Ints
from benchmarks.linking.worlds.harbour.names import account_names, legal_names
from benchmarks.linking.worlds.harbour.sheet import ROLES, SOURCES, Rows
from benchmarks.linking.worlds.harbour.spellings import draw_styles, respell
from benchmarks.linking.worlds.harbour.texts import Texts, spread
from benchmarks.linking.worlds.harbour.words import COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.linking.worlds.harbour.traces import Scene

OPENING: Final = np.datetime64("2020-03-02", "D")
"""First day of the platform."""

_CODES: Final = np.array([land.code for land in COUNTRIES])
_CURRENCIES: Final = np.array([land.currency for land in COUNTRIES])


def merge(scene: Scene, rows: Rows) -> Rows:
    """Return one row for every account, kind and value, from its first to its last day."""
    account = scene.cast.holdings.account[rows.holding]
    order = np.lexsort((rows.code, rows.kind, account))
    rows, account = rows.take(order), account[order]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (np.diff(rows.code) != 0) | (np.diff(rows.kind) != 0) | (np.diff(account) != 0)
    starts = np.flatnonzero(new)
    if not len(starts):
        return rows
    merged = rows.take(starts)
    merged.first = np.minimum.reduceat(rows.first, starts)
    merged.last = np.maximum.reduceat(rows.last, starts)
    return merged


def cap_legal(scene: Scene, rows: Rows) -> Rows:
    """Drop legal and tax ids until at most the allowed share of accounts states any."""
    legal = np.isin(rows.kind, [KINDS.index("legal_id"), KINDS.index("tax_id")])
    account = scene.cast.holdings.account[rows.holding]
    stating = np.zeros(scene.cast.accounts, dtype=np.bool_)
    stating[account[legal]] = True
    allowed = scene.rates.legal_cap / max(float(stating.mean()), 1e-9)
    keeps = scene.rng.random(scene.cast.accounts) < allowed
    return rows.take(~legal | keeps[account])


def account_ids(count: int, rng: np.random.Generator) -> list[str]:
    """Draw ids."""
    return [f"{number:012d}" for number in (spread(rng.permutation(count), 10**11) + 10**11).tolist()]


def identifiers_table(scene: Scene, texts: Texts, rows: Rows, ids: list[str], lands: Ints) -> pa.Table:
    """Write the identifiers, in no order."""
    rng = scene.rng
    rows = rows.take(rng.permutation(len(rows)))
    account = scene.cast.holdings.account[rows.holding]
    value = np.empty(len(rows), dtype=object)
    for number, kind in enumerate(KINDS):
        here = np.flatnonzero(rows.kind == number)
        value[here] = _values(scene, texts, kind, rows.code[here], lands[account[here]])
    undated = rng.random(len(rows)) < scene.rates.no_dates
    open_ended = undated | (rng.random(len(rows)) < scene.rates.no_dates)
    roles = rng.random(len(rows)) < 0.35
    return pa.table({
        "account_id": _choose(account, ids),
        "kind": _choose(rows.kind, KINDS),
        "value": pa.array(value, pa.string()),
        "role": _choose(rows.role, ROLES, (rows.role == NOTHING) | roles),
        "first_seen": _days(rows.first, undated),
        "last_seen": _days(rows.last, open_ended),
        "source": _choose(rows.source, SOURCES),
    })  # fmt: skip


def _choose(numbers: Ints, words: Sequence[str], missing: Bools | None = None) -> pa.Array:
    indices = pa.array(numbers, pa.int32(), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, list(words)).cast(pa.string())


def _days(days: Ints, missing: Bools) -> pa.Array:
    return pa.array(OPENING + days.astype("timedelta64[D]"), pa.date32(), mask=missing)


def _values(scene: Scene, texts: Texts, kind: str, codes: Ints, lands: Ints) -> list[str]:
    used, where = np.unique(codes, return_inverse=True)
    if kind in ("domain", "email", "admin"):
        written = {"domain": texts.domain, "email": texts.email, "admin": texts.admin}[kind](used)
    else:
        written = texts.numbered(kind, used)
    styles = draw_styles(len(codes), scene.rng).tolist()
    shared = scene.mint.table("domain")[2][codes].tolist() if kind == "domain" else [NOTHING] * len(codes)
    draws = scene.rng.integers(10**9, size=len(codes)).tolist()
    found = []
    rows = zip(where.tolist(), styles, lands.tolist(), shared, draws, strict=True)
    for row, style, land, host, draw in rows:
        text = written[row]
        if host == 1:
            found.append(f"{_label(draw)}.{text}" if style % 2 else f"https://{_label(draw)}.{text}/")
        elif host == 2:
            found.append(f"https://{text}/{_label(draw)}")
        else:
            found.append(respell(kind, text, style, COUNTRIES[land].code))
    return found


def _label(draw: int) -> str:
    return np.base_repr(draw + 36**4, 36).lower()


def accounts_table(scene: Scene, texts: Texts, ids: list[str]) -> pa.Table:
    """Write the accounts in the order of their ids."""
    cast, rng = scene.cast, scene.rng
    h, count = cast.holdings, cast.accounts
    last = np.arange(count)
    last[h.account[h.bought]] = np.flatnonzero(h.bought)
    land = h.country[last]
    seconds = rng.integers(86_400, size=count)
    created = (OPENING + cast.created.astype("timedelta64[D]")).astype("datetime64[us]")
    created += seconds.astype("timedelta64[s]")
    declared = np.zeros(count, dtype=np.bool_)
    declared[cast.agency_account[cast.agencies.declared]] = True
    table = pa.table({
        "account_id": pa.array(ids),
        "name": pa.array(account_names(scene, texts, last), pa.string()),
        "legal_name": pa.array(legal_names(scene, texts, last), pa.string()),
        "country": pa.array(_CODES[land].tolist()),
        "currency": pa.array(_CURRENCIES[land].tolist()),
        "created_at": pa.array(created, pa.timestamp("us")),
        "manager_id": pa.array(_managers(scene, last, ids), pa.string()),
        "declared_agency": pa.array(declared),
    })  # fmt: skip
    return table.sort_by("account_id")


def _managers(scene: Scene, last: Ints, ids: list[str]) -> list[str | None]:
    """Name agencies' own accounts as managers: mostly of declared agencies, seldom of others."""
    cast, rng = scene.cast, scene.rng
    agency = cast.holdings.agency[last]
    if not len(cast.agencies.owner):
        return [None] * len(last)
    centre = rng.random(len(cast.agencies.owner)) < 0.15
    share = np.where(cast.agencies.declared, 0.9, np.where(centre, 0.7, 0.0))
    named = (agency != NOTHING) & (rng.random(len(last)) < share[agency])
    manager = cast.agency_account[agency]
    return [ids[m] if n else None for m, n in zip(manager.tolist(), named.tolist(), strict=True)]


def truth_table(scene: Scene, ids: list[str]) -> pa.Table:
    """Write who holds and who runs each account, one row a holder."""
    cast, rng = scene.cast, scene.rng
    h, owners = cast.holdings, len(cast.owners)
    labels = [f"p{number:011d}" for number in
              spread(rng.permutation(owners + len(cast.freelancers)), 10**11).tolist()]  # fmt: skip
    operator = h.owner.copy()
    run = h.agency != NOTHING
    operator[run] = cast.agencies.owner[h.agency[run]]
    solo = h.freelancer != NOTHING
    operator[solo] = owners + h.freelancer[solo]
    table = pa.table({
        "account_id": pa.array([ids[account] for account in h.account.tolist()]),
        "owner": pa.array([labels[party] for party in h.owner.tolist()]),
        "operator": pa.array([labels[party] for party in operator.tolist()]),
        "covert": pa.array(h.hidden),
        "from_day": _days(h.start, ~h.bought),
    })  # fmt: skip
    return table.sort_by([("account_id", "ascending"), ("from_day", "ascending")])
