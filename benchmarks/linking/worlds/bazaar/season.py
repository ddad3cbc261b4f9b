"""The months of the bazaar: staff move, farms raise, businesses and accounts are sold; and the calendar.

Law: the calendar is settled before the first day; owners differ in size and style, not in who they know.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from benchmarks.linking.worlds.bazaar.life import SIZE_MAX, Life
from benchmarks.linking.worlds.bazaar.parties import Agency, Office, Owner, entity, person, team
from benchmarks.linking.worlds.bazaar.rates import rates_of
from benchmarks.linking.worlds.bazaar.sheet import DAYS, Holding
from benchmarks.linking.worlds.bazaar.usage import HABITS, farm_use

if TYPE_CHECKING:
    from benchmarks.linking.world import World
    from benchmarks.linking.worlds.bazaar.rates import Rates

CLIENTS_MAX: Final = 370
"""Clients of the largest agency."""

_MONTH: Final = 30


def make(variant: str, seed: int, *, owners: int = 10_000) -> World:
    """Make a bazaar.

    Args:
        variant: One of :data:`benchmarks.linking.world.VARIANTS`.
        seed: The same seed gives the same tables.
        owners: Owners of accounts, agencies and farms among them.
    """
    rng = random.Random(f"bazaar/{variant}/{seed}/{owners}")
    rates = rates_of(variant, rng)
    life = Life(rng, rates, owners=owners)
    agencies = max(6, round(owners * 0.014)) if rates.engaged > 0 else 0
    farms = 0 if rates.singletons else max(2, round(owners * 0.008))
    houses = _owners(life, rates, owners - agencies - farms)
    calendar = [event for owner in houses for event in _campaigns(rng, rates, owner)]
    for number in range(agencies):
        agency, own = _agency(life, owners + number, number, owners)
        life.agencies.append(agency)
        calendar.extend(_campaigns(rng, rates, own))
    calendar.sort(key=lambda event: (event[0], event[1].number))
    growers = [
        Owner(number=2 * owners + n, style="sloppy", country=life.market.country(), size=0)
        for n in range(farms)
    ]
    _run(life, calendar, growers, owners)
    return life.sheet.world(variant, seed)


def _run(life: Life, calendar: list[tuple[int, Owner, int]], growers: list[Owner], owners: int) -> None:
    place = 0
    expected = sum(count for _, _, count in calendar)
    for month in range(0, DAYS, _MONTH):
        _staff_moves(life, month)
        if growers:
            _raise(life, growers, month, expected)
        while place < len(calendar) and calendar[place][0] < month + _MONTH:
            day, owner, count = calendar[place]
            life.campaign(owner, day, count)
            place += 1
        _sales(life, month + _MONTH, 3 * owners + month)


def _owners(life: Life, rates: Rates, count: int) -> list[Owner]:
    rng = life.rng
    found = []
    for number in range(count):
        style = "plain"
        if rng.random() < rates.covert:
            style = "careful" if rng.random() < rates.disciplined else "sloppy"
            style = "ring" if rng.random() < rates.ring else style
        size = _size(rng, rates, count, covert=style != "plain")
        found.append(Owner(number=number, style=style, country=life.market.country(), size=size))
    if not rates.singletons and count >= 5_000:
        max(found, key=lambda owner: (not owner.covert, owner.size)).size = SIZE_MAX
    return found


def _size(rng: random.Random, rates: Rates, count: int, *, covert: bool) -> int:
    if rates.singletons:
        return 1
    drawn = rng.random()
    if covert:
        drawn *= 0.2
    if drawn >= rates.several:
        return 1
    if drawn >= rates.large:
        return 2 if rng.random() < 0.65 else 3
    most = min(110 if covert else SIZE_MAX, max(8, count // 12))
    low, high = 4.0**-rates.tail, float(most) ** -rates.tail
    return int((low - rng.random() * (low - high)) ** (-1 / rates.tail))


def _campaigns(rng: random.Random, rates: Rates, owner: Owner) -> list[tuple[int, Owner, int]]:
    """Return when an owner opens how many accounts."""
    left, counts = owner.size, []
    middle = rates.campaign * (1 + owner.size / 120)
    while left > 0:
        count = min(left, 1 + int(rng.expovariate(1 / max(0.2, middle - 1))))
        counts.append(count)
        left -= count
    start = rng.randrange(DAYS - 120)
    span = min(DAYS - 60 - start, 90 + int(rng.expovariate(1 / (60 * len(counts)))))
    days = sorted(start + rng.randrange(span) for _ in counts)
    return list(zip(days, [owner] * len(counts), counts, strict=True))


def _agency(life: Life, number: int, rank: int, owners: int) -> tuple[Agency, Owner]:
    """Found an agency, and the owner that it is itself."""
    rng, market, rates = life.rng, life.market, life.rates
    country = market.country()
    own = team(market, country, 0)
    room = max(2, round(min(CLIENTS_MAX, CLIENTS_MAX * owners / 10_000) / (rank + 1) ** 0.68))
    hands = 1 + room // 14
    hall = rng.choice(market.halls)
    habit = HABITS[rank % len(HABITS)] if rank < len(HABITS) else rng.choice(HABITS)
    agency = Agency(
        number=number,
        habit=habit,
        country=country,
        name=own.brand.name,
        staff=[person(market, country, 0, host=own.brand.domain) for _ in range(hands)],
        desks=[market.device(0) for _ in range(1 + hands // 2)],
        office=Office(address=hall[0], ip=hall[1]) if habit == "collective" else own.office,
        card=own.card,
        host=own.brand.domain,
        pixel=own.brand.pixel,
        centre=market.opaque("7###########"),
        entity=entity(market, country, own.brand.name),
        hosts=rng.random() < rates.hosts,
        room=room,
    )
    own.staff = agency.staff
    own.entity = agency.entity
    size = 1 if rates.singletons else rng.choice((1, 1, 2, 3, 6))
    owner = Owner(number=number, style="plain", country=country, size=size, teams=[own])
    owner.centre, owner.declared = agency.centre, rng.random() < 0.6
    return agency, owner


def _staff_moves(life: Life, day: int) -> None:
    """Let agency people change their house, with their login, often with their device and a client."""
    rng, market = life.rng, life.market
    for agency in life.agencies:
        for who in [who for who in agency.staff if rng.random() < life.rates.moves]:
            if len(agency.staff) == 1:
                break
            agency.staff.remove(who)
            other = rng.choice(life.agencies)
            other.staff.append(who)
            if rng.random() < 0.4:
                who.device = market.device(day)
            if rng.random() < 0.4:
                life.follow(agency, other)
            agency.staff.append(person(market, agency.country, day, host=agency.host))
        if rng.random() < 0.03:
            agency.card = market.card()
        if rng.random() < 0.05:
            place = rng.randrange(len(agency.desks))
            market.give_up("device", agency.desks[place], day)
            agency.desks[place] = market.device(day)
        if rng.random() < 0.01:
            agency.office = Office(address=market.address(agency.country), ip=market.ip())


def _raise(life: Life, growers: list[Owner], day: int, expected: int) -> None:
    """Let farms raise accounts for sale, a rack of devices and a prepaid card at a time."""
    rng, market = life.rng, life.market
    left = round(life.rates.farmed * expected * _MONTH / DAYS)
    while left > 0:
        grower = rng.choice(growers)
        batch = min(left, rng.randint(3, 14), max(0, SIZE_MAX - len(grower.accounts)))
        left -= max(1, batch)
        rack, card = _rack(life, grower, day)
        for _ in range(batch):
            opened = min(DAYS - 1, day + rng.randrange(_MONTH))
            holding = Holding(owner=grower.number, operator=grower.number, covert=True, from_day=None)
            name = market.brand_name(grower.country)
            title = market.title(name, grower.country)
            account = life.sheet.open(title, grower.country, opened, holding, life=120)
            if rng.random() < 0.6:
                account.legal_name = entity(market, grower.country, name).name
            life.sheet.write(account, farm_use(market, rack, card, grower, opened), opened, account.ends)
            grower.accounts.append(account)
            life.stock.append((opened + rng.randint(20, 120), account, grower))


def _rack(life: Life, grower: Owner, day: int) -> tuple[list[str], str]:
    """Return the devices and the card of a batch: some new, some of the batches before."""
    rng, market = life.rng, life.market
    new = [market.device(day) for _ in range(1 if grower.past and rng.random() < 0.6 else 3)]
    racks = [value for kind, value in grower.past if kind == "device"][-5:] + new
    cards = [value for kind, value in grower.past if kind == "card"]
    card = cards[-1] if cards and rng.random() < 0.75 else market.card()
    grower.past.extend([*(("device", device) for device in new), ("card", card)])
    return racks, card


def _sales(life: Life, day: int, number: int) -> None:
    """Sell single accounts, and now and then a whole small business with its domain and its company."""
    rng, rates = life.rng, life.rates
    sellers = [owner for owner in life.settled if owner.accounts and not owner.covert and not owner.gone]
    if len(sellers) < 2 or day >= DAYS:
        return
    for place in range(_round(rng, rates.sold * len(life.sheet.accounts) * _MONTH / DAYS * 1.5)):
        seller = rng.choice(sellers)
        account = rng.choice(seller.accounts)
        buyer = rng.choice(sellers)
        if account.opened >= day or len(account.holders) > 1 or buyer is seller:
            continue
        if rates.singletons:
            buyer = Owner(number=number * 100 + place, style="plain", country=account.country, size=1)
            buyer.teams.append(team(life.market, buyer.country, day))
        account.ends = max(account.ends, min(DAYS, day + 60))
        keeps = ("domain", "pixel", "legal_id", "tax_id") if rng.random() < 0.4 else ()
        life.hand_over(account, buyer, rng.choice(buyer.teams), day, keeps)
    if not rates.singletons and rng.random() < min(1.0, len(sellers) / 800):
        _acquire(life, rng.choice(sellers), rng.choice(sellers), day)


def _acquire(life: Life, seller: Owner, buyer: Owner, day: int) -> None:
    if seller is buyer or len(seller.accounts) > 6 or seller.number >= 10**9:
        return
    seller.gone = True
    for account in list(seller.accounts):
        if account.opened < day and len(account.holders) == 1:
            account.ends = max(account.ends, min(DAYS, day + 60))
            keeps = ("domain", "pixel", "legal_id", "tax_id", "email", "phone")
            life.hand_over(account, buyer, buyer.teams[-1], day, keeps)


def _round(rng: random.Random, number: float) -> int:
    return int(number) + (rng.random() < number % 1)
