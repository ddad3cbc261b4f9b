"""Who is in the harbour: owners, their accounts, who runs them, and when they change hands.

Law: everything here is truth; only what :mod:`.traces` makes of it can be seen by a platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.worlds.harbour.mint import NOTHING, Bools, Ints
from benchmarks.linking.worlds.harbour.rates import SIZES
from benchmarks.linking.worlds.harbour.words import COUNTRIES

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.rates import Rates

SPAN: Final = 1_600
"""Days from the platform's opening to the export."""

AGENCY_CLIENTS: Final = (8, 250)
FREELANCER_CLIENTS: Final = (2, 6)
FRANCHISEES: Final = (10, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """One row an owner.

    Args:
        size: Accounts at sign-up.
        hiding: Runs hidden accounts.
        thief: Each account under another stolen identity.
        country: Row of ``COUNTRIES``.
        agency, freelancer: Who manages them, or -1.
        franchise, household: Group, or -1.
    """

    size: Ints
    hiding: Bools
    thief: Bools
    country: Ints
    agency: Ints
    freelancer: Ints
    franchise: Ints
    household: Ints

    def __len__(self) -> int:
        return len(self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agencies:
    """One row an agency; its own account belongs to the owner in ``owner``."""

    owner: Ints
    clients: Ints
    country: Ints
    pays: Bools
    declared: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """One row an account and holder; the rows of sold accounts come twice, the buyers' at the end.

    Args:
        account, owner: Row numbers.
        agency, freelancer: Who runs it, or -1.
        hidden: The owner hides behind it.
        thief: It stands under a stolen identity.
        country: That the account states; evaders like to state another one.
        start, end: Days.
        bought: It is a buyer's.
    """

    account: Ints
    owner: Ints
    agency: Ints
    freelancer: Ints
    hidden: Bools
    thief: Bools
    country: Ints
    start: Ints
    end: Ints
    bought: Bools

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody. ``created`` is the day of sign-up of each account."""

    owners: Owners
    agencies: Agencies
    freelancers: Ints
    holdings: Holdings
    created: Ints
    agency_account: Ints

    @property
    def accounts(self) -> int:
        """Number of accounts."""
        return len(self.created)


def cast(rates: Rates, count: int, rng: np.random.Generator) -> Cast:
    """Draw everybody."""
    size = _sizes(rates, count, rng)
    many = size >= 4
    covert = many & (rng.random(count) < rates.covert)
    thief = (size >= 7) & ~covert & (rng.random(count) < rates.rings)
    hiding = covert | thief
    country = _countries(count, rng)
    willing = rng.permutation(np.flatnonzero(~hiding | (rng.random(count) < 0.25)))
    agency, agencies, left = _agencies(rates, willing, (size <= 3) & ~hiding, country, rng)
    freelancer, freelancer_country, left = _freelancers(rates, left, country, rng)
    household = _groups(left[(size[left] <= 2) & ~hiding[left]], rates.households, count, (2, 3), rng)
    fit = rng.permutation(np.flatnonzero((size <= 3) & ~hiding & (household == NOTHING)))
    fit = fit[~np.isin(fit, agencies.owner)]
    franchise = _groups(fit, rates.franchises * 25, count, FRANCHISEES, rng)
    for group in (household, franchise):
        _share_country(group, country, rng)
    owners = Owners(
        size=size, hiding=hiding, thief=thief, country=country, agency=agency, freelancer=freelancer,
        franchise=franchise, household=household,
    )  # fmt: skip
    first = _first_holdings(rates, owners, len(agencies.clients), rng)
    created = first.start.copy()
    owners, holdings = _sales(rates, owners, first, rng)
    agency_account = np.searchsorted(first.owner, agencies.owner)
    return Cast(
        owners=owners, agencies=agencies, freelancers=freelancer_country, holdings=holdings, created=created,
        agency_account=agency_account,
    )  # fmt: skip


def _sizes(rates: Rates, count: int, rng: np.random.Generator) -> Ints:
    low, high = np.array(SIZES).T
    chosen = rng.choice(len(SIZES), size=count, p=np.array(rates.sizes))
    sizes: Ints = rng.integers(low[chosen], high[chosen] + 1)
    return sizes


def _countries(count: int, rng: np.random.Generator) -> Ints:
    shares = np.array([country.share for country in COUNTRIES])
    return rng.choice(len(COUNTRIES), size=count, p=shares / shares.sum()).astype(np.int64)


def _agencies(
    rates: Rates, willing: Ints, small: Bools, country: Ints, rng: np.random.Generator
) -> tuple[Ints, Agencies, Ints]:
    """Give a share of the owners to agencies, whose clients are Pareto-distributed in number."""
    least, most = AGENCY_CLIENTS
    wanted = min(round(rates.managed * len(country)), int(len(willing) * 0.8))
    drawn = np.minimum(least * (1 - rng.random(wanted // least + 1)) ** (-1 / 1.15), most).astype(np.int64)
    clients = drawn[: int(np.searchsorted(np.cumsum(drawn), wanted))]
    rest = wanted - int(clients.sum())
    if rest >= least:
        clients = np.append(clients, rest)
    managed, left = np.split(willing, [int(clients.sum())])
    own = left[small[left]][: len(clients)]
    assert len(own) == len(clients), "every agency has an account of its own"
    agency = np.full(len(country), NOTHING)
    agency[managed] = np.repeat(np.arange(len(clients)), clients)
    near = managed[rng.random(len(managed)) < 0.85]
    country[near] = country[own][agency[near]]
    pays = rng.random(len(clients)) < rates.agency_pays
    declared = rng.random(len(clients)) < rates.agency_declared
    made = Agencies(owner=own, clients=clients, country=country[own], pays=pays, declared=declared)
    return agency, made, left[~np.isin(left, own)]


def _freelancers(
    rates: Rates, left: Ints, country: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    count = round(rates.freelancers * len(country))
    clients = rng.integers(FREELANCER_CLIENTS[0], FREELANCER_CLIENTS[1] + 1, size=count)
    clients = clients[np.cumsum(clients) <= len(left)]
    freelancer = np.full(len(country), NOTHING)
    taken, rest = np.split(left, [int(clients.sum())])
    freelancer[taken] = np.repeat(np.arange(len(clients)), clients)
    home = country[taken[np.cumsum(clients) - clients]] if len(clients) else np.empty(0, dtype=np.int64)
    near = taken[rng.random(len(taken)) < 0.85]
    country[near] = home[freelancer[near]] if len(near) else country[near]
    return freelancer, home, rest


def _groups(fit: Ints, share: float, count: int, sizes: tuple[int, int], rng: np.random.Generator) -> Ints:
    """Put a share of all owners into groups of a few each."""
    wanted = min(round(share * count), len(fit))
    members = rng.integers(sizes[0], sizes[1] + 1, size=wanted // sizes[0] + 1)
    members = members[np.cumsum(members) <= wanted]
    group = np.full(count, NOTHING)
    group[fit[: int(members.sum())]] = np.repeat(np.arange(len(members)), members)
    return group


def _share_country(group: Ints, country: Ints, rng: np.random.Generator) -> None:
    inside = group != NOTHING
    if inside.any():
        common = _countries(int(group.max()) + 1, rng)
        country[inside] = common[group[inside]]


def _first_holdings(rates: Rates, owners: Owners, agencies: int, rng: np.random.Generator) -> Holdings:
    owner = np.repeat(np.arange(len(owners)), owners.size)
    count = len(owner)
    start, end = _windows(rates, owners, owner, rng)
    hidden = owners.hiding[owner] & (owners.thief[owner] | (rng.random(count) >= rates.overt_face))
    handed = (owners.size[owner] < 4) | (rng.random(count) < 0.8)
    handed &= ~hidden | (rng.random(count) < 0.4)
    agency = np.where(handed, owners.agency[owner], NOTHING)
    if agencies:
        second = rng.integers(agencies, size=len(owners))
        torn = (owners.size >= 3) & (rng.random(len(owners)) < 0.25)
        moved = torn[owner] & (agency != NOTHING) & (rng.random(count) < 0.4)
        agency = np.where(moved, second[owner], agency)
    return Holdings(
        account=np.arange(count),
        owner=owner,
        agency=agency,
        freelancer=np.where(handed & (agency == NOTHING), owners.freelancer[owner], NOTHING),
        hidden=hidden,
        thief=owners.thief[owner],
        country=_stated(rates, owners.country[owner], hidden, rng),
        start=start,
        end=end,
        bought=np.zeros(count, dtype=np.bool_),
    )


def _stated(rates: Rates, country: Ints, hidden: Bools, rng: np.random.Generator) -> Ints:
    abroad = hidden & (rng.random(len(country)) < rates.foreign_shell)
    return np.where(abroad, _countries(len(country), rng), country)


def _windows(rates: Rates, owners: Owners, owner: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw the first and last day of every account; serial evaders open one when the last is gone."""
    count = len(owner)
    born = (rng.random(len(owners)) ** 0.8 * SPAN * 0.9)[owner]
    late = np.where(rng.random(count) < 0.3, rng.random(count) * 30, rng.random(count) ** 1.5 * (SPAN - born))
    rank = np.arange(count) - np.searchsorted(owner, owner)
    start = born + np.where(rank == 0, 0, late * 0.97)
    stays = rng.random(count) < 0.5
    end = np.where(stays, SPAN, np.minimum(SPAN, start + 3 + rng.lognormal(5.3, 1.0, count)))
    serial = (owners.hiding & (rng.random(len(owners)) < rates.serial))[owner]
    turn = (SPAN - born) / owners.size[owner]
    serial_start = born + (rank + rng.random(count) * 0.5) * turn
    start = np.where(serial, serial_start, start)
    end = np.where(serial, np.minimum(SPAN, serial_start + turn * rng.uniform(0.5, 1.3, count)), end)
    first = np.minimum(start, SPAN - 2).astype(np.int64)
    return first, np.maximum(end.astype(np.int64), first + 1)


def _sales(
    rates: Rates, owners: Owners, first: Holdings, rng: np.random.Generator
) -> tuple[Owners, Holdings]:
    """Sell some accounts; half the buyers are new here, the others known, evaders before all."""
    long = (first.end - first.start >= 90) & ~first.hidden & (first.agency == NOTHING)
    sold = np.flatnonzero(long & (rng.random(len(first)) < rates.sold / max(long.mean(), 0.1)))
    day = (first.start + (first.end - first.start) * rng.uniform(0.25, 0.75, len(first))).astype(np.int64)
    buyer = np.arange(len(owners), len(owners) + len(sold))
    known = np.flatnonzero(owners.size > 1)
    if len(known):
        evaders = np.flatnonzero(owners.hiding)
        chosen = rng.choice(known, size=len(sold))
        if len(evaders):
            chosen = np.where(rng.random(len(sold)) < 0.5, rng.choice(evaders, size=len(sold)), chosen)
        old = (rng.random(len(sold)) < 0.5) & (chosen != first.owner[sold])
        new = np.cumsum(~old) - 1 + len(owners)
        buyer = np.where(old, chosen, new)
    grown = _with_newcomers(owners, first.owner[sold][buyer >= len(owners)], rng)
    end = first.end.copy()
    end[sold] = day[sold]
    hidden = grown.hiding[buyer] & (rng.random(len(sold)) < 0.8)
    nobody = np.full(len(sold), NOTHING)
    return grown, Holdings(
        account=np.concatenate([first.account, sold]),
        owner=np.concatenate([first.owner, buyer]),
        agency=np.concatenate([first.agency, nobody]),
        freelancer=np.concatenate([first.freelancer, nobody]),
        hidden=np.concatenate([first.hidden, hidden]),
        thief=np.concatenate([first.thief, grown.thief[buyer] & hidden]),
        country=np.concatenate([first.country, _stated(rates, grown.country[buyer], hidden, rng)]),
        start=np.concatenate([first.start, day[sold]]),
        end=np.concatenate([end, first.end[sold]]),
        bought=np.concatenate([first.bought, np.ones(len(sold), dtype=np.bool_)]),
    )


def _with_newcomers(owners: Owners, sellers: Ints, rng: np.random.Generator) -> Owners:
    """Add one owner for each seller whose buyer nobody knows yet."""
    count = len(sellers)
    away = rng.random(count) < 0.3
    country = np.where(away, _countries(count, rng), owners.country[sellers])
    no, nobody = np.zeros(count, dtype=np.bool_), np.full(count, NOTHING)
    return Owners(
        size=np.concatenate([owners.size, np.ones(count, dtype=np.int64)]),
        hiding=np.concatenate([owners.hiding, no]),
        thief=np.concatenate([owners.thief, no]),
        country=np.concatenate([owners.country, country]),
        agency=np.concatenate([owners.agency, nobody]),
        freelancer=np.concatenate([owners.freelancer, nobody]),
        franchise=np.concatenate([owners.franchise, nobody]),
        household=np.concatenate([owners.household, nobody]),
    )
