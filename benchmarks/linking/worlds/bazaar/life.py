"""The bazaar day by day: owners launch campaigns, teams renew their things, accounts change hands.

Law: one clock for everybody; what happens on a day sees only what happened before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from benchmarks.linking.worlds.bazaar import usage
from benchmarks.linking.worlds.bazaar.market import Market
from benchmarks.linking.worlds.bazaar.parties import (
    Brand,
    Entity,
    Office,
    Owner,
    Team,
    brand,
    entity,
    person,
    team,
)
from benchmarks.linking.worlds.bazaar.sheet import DAYS, Account, Holding, Sheet, Use

if TYPE_CHECKING:
    import random

    from benchmarks.linking.worlds.bazaar.parties import Agency, Person
    from benchmarks.linking.worlds.bazaar.rates import Rates

SIZE_MAX: Final = 260
"""Accounts of the largest owner."""

_RENEW: Final = {
    "plain": {"card": 0.2, "device": 0.15, "staff": 0.16, "brand": 0.14, "entity": 0.08, "office": 0.08},
    "sloppy": {"card": 0.2, "device": 0.14, "staff": 0.14, "brand": 0.4, "entity": 0.4, "office": 0.25},
    "careful": {"card": 0.6, "device": 0.5, "staff": 0.5, "brand": 0.9, "entity": 0.85, "office": 0.7},
    "ring": {"card": 0.7, "device": 0.35, "staff": 0.4, "brand": 0.6, "entity": 1.0, "office": 0.6},
}
"""Style to how likely a team has replaced a thing by its next campaign."""


class Life:
    """Everybody, and what they do."""

    def __init__(self, rng: random.Random, rates: Rates, *, owners: int) -> None:
        self.rng = rng
        self.rates = rates
        self.market = Market(rng, rates, owners=owners)
        self.sheet = Sheet(rng, rates, self.market.lines)
        self.agencies: list[Agency] = []
        self.settled: list[Owner] = []
        self.heads: list[Brand] = [
            brand(self.market, self.market.country(), 0) for _ in range(max(2, owners // 150))
        ]
        self.stock: list[tuple[int, Account, Owner]] = []
        self._victims: list[tuple[Entity, str]] = []
        self._leavers: list[Person] = []
        self._by_number: dict[int, Owner] = {}

    def campaign(self, owner: Owner, day: int, count: int) -> None:
        """Let an owner open some accounts, with the team and the things of the moment."""
        if owner.gone:
            return
        rng = self.rng
        if owner.teams:
            acting = self._team(owner, day)
            self._renew(owner, acting, day)
        else:
            acting = self._settle(owner, day)
        self._engage(owner)
        slip = owner.style == "careful" and owner.past and rng.random() < self.rates.slip
        for place in range(count):
            self._launch(owner, acting, min(DAYS - 1, day + rng.randrange(45)), slip=bool(slip) and place < 3)

    # ---- teams

    def _settle(self, owner: Owner, day: int) -> Team:
        rng, rates, market = self.rng, self.rates, self.market
        first = team(market, owner.country, day)
        owner.teams.append(first)
        if owner.style == "plain" and owner.size <= 3:
            if rng.random() < rates.household and self.settled:
                self._move_in(first, rng.choice(self.settled[-400:]))
            if rng.random() < rates.franchise:
                first.brand = self.heads[int(len(self.heads) * rng.random() ** 2)]
                first.staff[0].mail = market.mail(first.staff[0].name, first.brand.domain)
            if rng.random() < rates.coworking:
                address, line = market.halls[int(len(market.halls) * rng.random() ** 2)]
                first.office = Office(address=address, ip=line)
        self.settled.append(owner)
        self._by_number[owner.number] = owner
        return first

    def _move_in(self, first: Team, other: Owner) -> None:
        """Share a household: a line and an address, often a device, sometimes a card."""
        rng = self.rng
        there = other.teams[0]
        first.office = replace(there.office)
        first.staff[0].home = there.staff[0].home
        if rng.random() < 0.4:
            first.staff[0].device = there.staff[0].device
        if rng.random() < 0.25:
            first.card = there.card

    def _team(self, owner: Owner, day: int) -> Team:
        """Return the team that acts: the last one for a while, sooner or later a new one."""
        rng = self.rng
        wanted = 1 + len(owner.accounts) / 20
        if len(owner.teams) < wanted and rng.random() < 0.7:
            owner.teams.append(self._branch(owner, day))
            return owner.teams[-1]
        return owner.teams[-1] if rng.random() < 0.5 else rng.choice(owner.teams)

    def _branch(self, owner: Owner, day: int) -> Team:
        """Start a team that takes one or two things from an older one."""
        rng = self.rng
        old = rng.choice(owner.teams)
        new = team(self.market, owner.country, day)
        for thing in rng.sample(("staff", "card", "brand", "entity", "office"), rng.choice((1, 1, 2))):
            if thing == "staff":
                new.staff = [rng.choice(old.staff)]
            else:
                setattr(new, thing, getattr(old, thing))
        return new

    def _renew(self, owner: Owner, acting: Team, day: int) -> None:
        """Replace what wore out, was banned or was left behind since the last campaign."""
        rng = self.rng
        due = [
            thing
            for thing, rate in _RENEW[owner.style].items()
            if rng.random() < min(0.98, rate * self.rates.renew)
        ]
        if len(due) == 6 and owner.style != "careful":
            due.remove(rng.choice(due))
        acting.alive = [account for account in acting.alive if account.holders[-1].owner == owner.number]
        if owner.covert and rng.random() < 0.3:
            for account in acting.alive:
                account.ends = min(account.ends, max(account.since, day))
        for thing in due:
            self._replace(owner, acting, thing, day)
        acting.alive = [account for account in acting.alive if account.ends > day][-25:]
        use = usage.team_use(self.market, acting)
        for account in acting.alive:
            if account.since <= day and not owner.covert and rng.random() < self.rates.touch:
                kinds = rng.sample(sorted(use), 3)
                self.sheet.write(account, {kind: use[kind][:1] for kind in kinds}, day, account.ends)

    def _replace(self, owner: Owner, acting: Team, thing: str, day: int) -> None:
        market, rng = self.market, self.rng
        who = acting.staff[0]
        if thing == "card":
            owner.past.append(("card", acting.card))
            acting.card = market.card()
        elif thing == "device":
            owner.past.append(("device", who.device))
            market.give_up("device", who.device, day)
            who.device = market.device(day)
        elif thing == "staff":
            market.give_up("phone", who.phone, day)
            acting.staff.append(self._hire(owner, acting, day))
            if len(acting.staff) > 2 or owner.covert:
                self._leavers.append(acting.staff.pop(0))
        elif thing == "brand":
            if acting.brand not in self.heads:
                market.give_up("domain", acting.brand.domain, day)
            acting.brand = brand(market, owner.country, day)
        elif thing == "entity":
            acting.entity = self._shell(owner)
        else:
            owner.past.append(("address", acting.office.address))
            hall = (
                rng.choice(market.halls)
                if rng.random() < 0.2
                else (market.address(owner.country), market.ip())
            )
            acting.office = Office(address=hall[0], ip=hall[1])

    def _hire(self, owner: Owner, acting: Team, day: int) -> Person:
        """Take on somebody new, or somebody who left another house with login, device and telephone."""
        rng = self.rng
        if self._leavers and rng.random() < self.rates.leavers:
            return self._leavers.pop(rng.randrange(len(self._leavers)))
        return person(self.market, owner.country, day, host=acting.brand.domain)

    def _shell(self, owner: Owner) -> Entity:
        """Found a company, or put on somebody else's."""
        stolen = {"plain": 0.0, "sloppy": 0.15, "careful": 0.1, "ring": 0.4}[owner.style]
        if self._victims and self.rng.random() < stolen:
            return self.rng.choice(self._victims)[0]
        return entity(self.market, owner.country, self.market.brand_name(owner.country))

    # ---- agencies

    def _engage(self, owner: Owner) -> None:
        """Leave an agency, or find one that has room."""
        rng, rates = self.rng, self.rates
        starts = not owner.accounts or rng.random() < 0.3
        if owner.agency and rng.random() < rates.leaves:
            owner.agency, starts = None, rng.random() < 0.5
        wanted = rates.engaged * (0.25 if owner.covert else 1.0)
        if not self.agencies or owner.agency or not starts or rng.random() >= wanted:
            return
        others = [agency for agency in self.agencies if agency.number != owner.number]
        free = [max(0, agency.room - len(agency.clients)) ** 1.4 for agency in others]
        if any(free):
            (owner.agency,) = rng.choices(others, weights=free)
            owner.agency.clients.add(owner.number)

    def follow(self, old: Agency, new: Agency) -> None:
        """Let one client go along with somebody who changes agencies."""
        client = self._by_number.get(self.rng.choice(sorted(old.clients) or [-1]))
        if client and client.agency is old and len(new.clients) < new.room:
            client.agency = new
            new.clients.add(client.number)

    # ---- accounts

    def _launch(self, owner: Owner, acting: Team, day: int, *, slip: bool) -> None:
        rng, rates = self.rng, self.rates
        wants = rates.bought if owner.covert else rates.bought * 0.17
        if self.stock and rng.random() < wants and self._buy(owner, acting, day):
            return
        use, operator = self._use(owner, acting, day, slip=slip)
        holding = Holding(owner=owner.number, operator=operator, covert=owner.covert, from_day=None)
        life = 70 if owner.covert else 260
        account = self.sheet.open(self._title(owner, acting), owner.country, day, holding, life=life)
        self._sign(account, owner, acting, through=owner.agency)
        account.declared = owner.centre is not None and owner.declared
        self.sheet.write(account, use, day, account.ends)
        self._keep(owner, acting, account, use)

    def _keep(self, owner: Owner, acting: Team, account: Account, use: Use) -> None:
        acting.alive.append(account)
        owner.accounts.append(account)

        if not owner.covert and self.rng.random() < 0.3:
            self._victims.append((acting.entity, use["card"][0][0]))

    def _use(self, owner: Owner, acting: Team, day: int, *, slip: bool) -> tuple[Use, int]:
        rng, market = self.rng, self.market
        if owner.style == "ring":
            use = self._ring_use(owner, acting, day)
        elif owner.style == "careful":
            use = usage.careful_use(market, owner, acting, day)
            if slip:
                kind, value = rng.choice(owner.past)
                use[kind] = [(value, use[kind][0][1])]
        elif owner.style == "sloppy":
            use = usage.sloppy_use(market, owner, acting, day)
        else:
            use = usage.team_use(market, acting)
        self._mix(owner, use)
        agency = owner.agency
        if agency is None or rng.random() > 0.85:
            return use, owner.number
        held = usage.agency_use(market, agency, owner, use, day)
        return use, agency.number if held else owner.number

    def _mix(self, owner: Owner, use: Use) -> None:
        """Borrow from another team of the house, or run the account together with another house."""
        rng = self.rng
        if len(owner.teams) > 1 and rng.random() < self.rates.borrow:
            lent = usage.team_use(self.market, rng.choice(owner.teams))
            for kind in rng.sample(("card", "device", "admin", "address"), 1):
                use[kind] = lent[kind]
        if rng.random() < self.rates.joint and self.settled:
            partner = usage.team_use(self.market, rng.choice(self.settled).teams[-1])
            for kind in rng.sample(sorted(partner), 5):
                use[kind] = use[kind] + partner[kind][:1]

    def _ring_use(self, owner: Owner, acting: Team, day: int) -> Use:
        """Return what an account on a stolen identity is run with."""
        rng, market = self.rng, self.market
        use = usage.sloppy_use(market, owner, acting, day)
        if self._victims and rng.random() < 0.35:
            victim, card = rng.choice(self._victims)
            acting.entity = victim
            use["card"] = [(card if rng.random() < 0.5 else market.card(), "payer")]
        else:
            name = market.person_name(owner.country)
            number = market.opaque(owner.country.tax)
            acting.entity = Entity(name=name, number=number, country=owner.country)
            use["card"] = [(market.card(), "payer")]
        use["legal_id"] = [(acting.entity.number, "owner")]
        return use

    def _title(self, owner: Owner, acting: Team) -> str:
        rng = self.rng
        shown = acting.brand.name
        if owner.covert and rng.random() < 0.5:
            shown = self.market.brand_name(owner.country)
        return self.market.title(shown, owner.country)

    def _sign(self, account: Account, owner: Owner, acting: Team, *, through: Agency | None) -> None:
        """Write the contracting party, truly, loosely or falsely, and who manages the account."""
        rng = self.rng
        if rng.random() < 0.6:
            name = acting.entity.name
            if rng.random() < 0.12:
                place = rng.randrange(len(name))
                name = name[:place] + name[place + 1 :]
            if owner.covert and rng.random() < 0.3:
                name = entity(self.market, owner.country, self.market.brand_name(owner.country)).name
            forms = (name, name, name, name.upper(), name.replace(".", ""), anyascii(name))
            account.legal_name = rng.choice(forms)
        if through is not None and through.habit in ("full", "reseller") and rng.random() < 0.5:
            account.manager = through.centre
        elif not owner.covert and owner.size > 5 and rng.random() < 0.15:
            owner.centre = owner.centre or self.market.opaque("7###########")
            account.manager = owner.centre

    # ---- hands

    def _buy(self, owner: Owner, acting: Team, day: int) -> bool:
        """Take an account off a farm's stock, if one is ripe."""
        rng = self.rng
        place = rng.randrange(len(self.stock))
        ripe, account, _ = self.stock[place]
        if ripe > day or len(owner.accounts) >= SIZE_MAX:
            return False
        self.stock[place] = self.stock[-1]
        self.stock.pop()
        account.ends = min(DAYS, max(account.ends, day + 5 + int(rng.expovariate(0.012))))
        self.hand_over(account, owner, acting, day, ("admin",) if rng.random() < 0.4 else ())
        return True

    def hand_over(
        self, account: Account, owner: Owner, acting: Team, day: int, keeps: tuple[str, ...]
    ) -> None:
        """Give an account to a new holder; what it keeps goes on, all else ends."""
        use, operator = self._use(owner, acting, day, slip=False)
        for row in account.rows:
            if row.kind not in keeps:
                row.first, row.last = min(row.first, day), min(row.last, day)
        for kind in keeps:
            use.pop(kind, None)
        account.holders.append(
            Holding(owner=owner.number, operator=operator, covert=owner.covert, from_day=day)
        )
        self.sheet.write(account, use, day, account.ends)
        acting.alive.append(account)
        owner.accounts.append(account)
