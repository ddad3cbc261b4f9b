"""What people leave behind: the identifiers of every holding, kind by kind.

Law: every value has a reason to be where it is: its owner, who runs the account, whom they live with, what
they hide behind, or a crowd that means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.worlds.harbour.mint import NOTHING, Bools, Floats, Ints, Mint, Pool, fellows, pool

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.cast import Cast
    from benchmarks.linking.worlds.harbour.rates import Rates
    from benchmarks.linking.worlds.harbour.sheet import Sheet


AT_HOME: Final = 0.92
"""Share of a local crowd that is in the crowd's country."""


@dataclass(slots=True)
class People:
    """Persons with their e-mail addresses, logins and telephones: one code each, side by side."""

    person: Pool
    email: Pool
    admin: Pool
    phone: Pool


@dataclass(slots=True)
class Scene:
    """All that the traces of one world need.

    Args:
        brand: Of each owner.
        shown: Brand that each holding shows: the owner's, a shell's, a victim's, a franchise's.
        victim: Owner whose identity a thief's holding uses, or -1.
        company: Of each holding, or -1.
        alone: A person a holding, used nowhere else.
        persona: Holdings under an invented person used before.
        tidy: How complete each holding's data are, 0 to 1.
        site: Domain that each holding advertises, where no crowd's host stands instead.
        served: Agency whose people log in, its own account included, or -1.
    """

    rates: Rates
    cast: Cast
    mint: Mint
    sheet: Sheet
    rng: np.random.Generator
    tidy: Floats
    brand: Ints
    shown: Ints
    victim: Ints
    company: Ints
    owner_domain: Pool
    staff: People
    agents: People
    freelancers: People
    personas: People
    alone: People
    persona: Bools
    site: Ints
    served: Ints

    def chance(self, share: float) -> Bools:
        """Draw once a holding."""
        return self.rng.random(len(self.cast.holdings)) < share

    def stated(self, share: float) -> Bools:
        """Draw once a holding, less often where data are incomplete."""
        return self.rng.random(len(self.cast.holdings)) < share * self.tidy

    def fresh(self, table: str, **attributes: Ints | int) -> Ints:
        """Mint one value a holding."""
        return self.mint.make(table, len(self.cast.holdings), **attributes)

    def crowd(self, table: str, share: float, mean: float, *, local: bool = True, **attributes: int) -> Ints:
        """Return a value for each holding out of a crowd's few; crowds differ much in size.

        Args:
            table: Table to mint in.
            share: Of holdings that will have one.
            mean: Holdings a value, about.
            local: Nearly all of a crowd are in one country.
            attributes: Of the values, as in :meth:`Mint.make`.
        """
        country, rng = self.cast.holdings.country, self.rng
        values = max(2, round(len(country) * share / mean))
        weights = rng.lognormal(0, 1.3, values)
        lands = country[rng.integers(len(country), size=values)]
        chosen = rng.choice(values, size=len(country), p=weights / weights.sum())
        for land in np.unique(lands).tolist() if local else ():
            here = np.flatnonzero((country == land) & (rng.random(len(country)) < AT_HOME))
            some = np.flatnonzero(lands == land)
            chosen[here] = rng.choice(some, size=len(here), p=weights[some] / weights[some].sum())
        return self.mint.make(table, values, country=lands, **attributes)[chosen]


def hand(pool_: Pool, members: Ints, rng: np.random.Generator, skew: float = 2.0) -> Ints:
    """Pick from the pools of members; nothing for members that are nobody."""
    codes = np.full(len(members), NOTHING)
    some = np.flatnonzero(members != NOTHING)
    codes[some] = pool_.pick(members[some], rng, skew)
    return codes


def leave_traces(scene: Scene) -> None:
    """Add the rows of all kinds."""
    _legal(scene)
    _web(scene)
    _contacts(scene)
    _admins(scene)
    _cards(scene)
    _devices(scene)
    _addresses(scene)
    _ips(scene)


def _legal(s: Scene) -> None:
    h, shell = s.cast.holdings, s.chance(s.rates.shell)
    free = ~h.hidden
    known = np.where(free | shell | h.thief, s.company, NOTHING)
    stolen = s.chance(s.rates.stolen_legal_id) & free
    wrong = s.company[fellows(h.country, h.country, s.rng)]
    legal = np.where(stolen, wrong, known)
    s.sheet.add("legal_id", legal, s.stated(s.rates.legal_id) | (h.hidden & shell) | stolen, role="owner")
    s.sheet.add("tax_id", known, s.stated(s.rates.tax_id) & (free | shell), role="payer", source="billing")
    banks = pool(s.mint, "bank", np.ones(len(s.cast.owners), dtype=np.int64), country=s.cast.owners.country)
    bank = np.where(h.hidden & ~s.chance(0.3), s.fresh("bank", country=h.country),
                    banks.first(h.owner))  # fmt: skip
    s.sheet.add("bank", bank, s.stated(0.2), role="payer", source="billing")


def _web(s: Scene) -> None:
    h, o = s.cast.holdings, s.cast.owners
    site, run = s.site, h.agency != NOTHING
    on_agency = run & s.chance(s.rates.agency_site)
    builders = s.crowd("domain", s.rates.microsite, 40, local=False, host=1)
    agency_hosts = s.mint.make("domain", len(s.cast.agencies.owner), country=s.cast.agencies.country, host=1)
    on_builder = s.chance(s.rates.microsite) | (h.hidden & s.chance(0.03))
    domain = np.where(on_builder, builders, site)
    if len(agency_hosts):
        domain = np.where(on_agency, agency_hosts[h.agency], domain)
    s.sheet.add("domain", domain, s.stated(0.93), source="crawl", span="most")
    extra = hand(s.owner_domain, np.where(h.hidden, NOTHING, h.owner), s.rng, 1.0)
    s.sheet.add("domain", extra, s.stated(0.4), source="crawl", span="part")
    places = s.crowd("domain", s.rates.shortener, 200, local=False, host=2)
    s.sheet.add("domain", places, s.stated(s.rates.shortener), source="crawl", span="brief")
    pixels = pool(s.mint, "pixel", 1 + o.size // 6)
    pixel = pixels.pick(h.owner, s.rng, 3.0)
    pixel = np.where(h.hidden & ~s.chance(0.08), s.fresh("pixel"), pixel)
    franchise = o.franchise[h.owner]
    brand_pixels = s.mint.make("pixel", int(franchise.max(initial=0)) + 1)
    pixel = np.where((franchise != NOTHING) & s.chance(0.85), brand_pixels[franchise], pixel)
    pixel = np.where(s.chance(s.rates.template), s.crowd("pixel", s.rates.template, 30, local=False), pixel)
    if len(agency_hosts):
        own = s.mint.make("pixel", len(agency_hosts))
        pixel = np.where(on_agency | (run & s.chance(0.04)), own[h.agency], pixel)
    s.sheet.add("pixel", pixel, s.stated(0.7), source="crawl", span="most")


def _contacts(s: Scene) -> None:
    h = s.cast.holdings
    who = s.rng.random(len(h))
    email = _pick(s.staff.email, h.owner, who)
    phone = _pick(s.staff.phone, h.owner, who)
    face = _pick(s.personas.email, h.owner, who)
    email = np.where(h.hidden, np.where(s.chance(s.rates.own_email), s.alone.email.codes, face), email)
    again = s.persona & s.chance(0.6)
    mask = np.where(again, _pick(s.personas.phone, h.owner, who), s.alone.phone.codes)
    phone = np.where(h.hidden, mask, phone)
    public = s.chance(0.006) | (h.hidden & s.chance(s.rates.sms))
    phone = np.where(public, s.crowd("phone", 0.01, 15, local=False), phone)
    s.sheet.add("email", email, s.stated(0.97), role="owner")
    s.sheet.add("phone", phone, s.stated(0.85), role="owner")
    open_ = ~h.hidden
    s.sheet.add("email", hand(s.staff.email, h.owner, s.rng, 1.0), open_ & s.stated(0.5), source="billing",
                role="payer", span="part")  # fmt: skip
    s.sheet.add("phone", hand(s.staff.phone, h.owner, s.rng, 1.0), open_ & s.stated(0.2), source="support",
                span="brief")  # fmt: skip
    books = s.chance(s.rates.accountant)
    s.sheet.add(
        "email", s.crowd("email", s.rates.accountant, 14), books & open_, role="payer", source="billing"
    )
    s.sheet.add("phone", s.crowd("phone", s.rates.accountant, 14), books & s.chance(0.6), source="billing")
    for people, members in ((s.agents, s.served), (s.freelancers, h.freelancer)):
        s.sheet.add(
            "email", hand(people.email, members, s.rng, 3.0), s.stated(0.4), role="agency", span="most"
        )
        s.sheet.add(
            "phone", hand(people.phone, members, s.rng, 3.0), s.stated(0.3), role="agency", span="most"
        )


def _pick(pool_: Pool, members: Ints, who: Floats) -> Ints:
    """Pick the same place in pools that lie side by side; the first place most often."""
    return pool_.codes[pool_.starts[members] + (who**2 * pool_.counts[members]).astype(np.int64)]


def _admins(s: Scene) -> None:
    h = s.cast.holdings
    own = hand(s.staff.admin, h.owner, s.rng, 1.5)
    mask = hand(s.personas.admin, h.owner, s.rng)
    persona = np.where(s.persona & s.chance(0.85), mask, s.alone.admin.codes)
    own = np.where(h.hidden, persona, own)
    handed = (h.agency != NOTHING) | (h.freelancer != NOTHING)
    s.sheet.add("admin", own, np.where(handed, s.stated(0.5), s.stated(0.97)), role="admin", source="login",
                span="most")  # fmt: skip
    second = hand(s.staff.admin, h.owner, s.rng, 1.0)
    s.sheet.add("admin", second, ~h.hidden & s.stated(0.45), role="admin", source="login", span="part")
    slip = h.hidden & s.chance(0.03)
    s.sheet.add("admin", second, slip, role="admin", source="login", span="brief")
    for people, members in ((s.agents, s.served), (s.freelancers, h.freelancer)):
        skewed = hand(people.admin, members, s.rng, 6.0)
        s.sheet.add("admin", skewed, s.chance(0.95), role="admin", source="login", span="most")
        s.sheet.add("admin", hand(people.admin, members, s.rng, 1.0), s.chance(0.5), role="agency",
                    source="login", span="part")  # fmt: skip
    s.sheet.add(
        "admin", s.crowd("admin", s.rates.rep, 120), s.chance(s.rates.rep), source="login", span="brief"
    )


def _cards(s: Scene) -> None:
    h, o, a = s.cast.holdings, s.cast.owners, s.cast.agencies
    cards = pool(s.mint, "card", 1 + s.rng.poisson(0.25, len(o)) + o.size // 5)
    hidden_cards = pool(s.mint, "card", 1 + o.size // 4)
    card = cards.pick(h.owner, s.rng, 2.5)
    pooled = np.where(s.chance(0.04), card, hidden_cards.pick(h.owner, s.rng, 1.5))
    card = np.where(h.hidden, np.where(s.chance(s.rates.pooled_card), pooled, s.fresh("card")), card)
    home = o.household[h.owner]
    family = s.mint.make("card", int(home.max(initial=0)) + 1)
    card = np.where((home != NOTHING) & s.chance(s.rates.household_card), family[home], card)
    own = s.chance(0.08)
    if len(a.owner):
        purse = s.mint.make("card", len(a.owner))
        card = np.where((h.agency != NOTHING) & a.pays[h.agency] & ~own, purse[h.agency], card)
        card[: s.cast.accounts][s.cast.agency_account] = purse
    if len(s.cast.freelancers):
        purse = s.mint.make("card", len(s.cast.freelancers))
        pays = s.rng.random(len(purse)) < s.rates.freelancer_pays
        card = np.where((h.freelancer != NOTHING) & pays[h.freelancer] & ~own, purse[h.freelancer], card)
    s.sheet.add("card", card, s.stated(0.92), role="payer", source="billing", span="most")
    later = np.where(h.hidden, NOTHING, cards.pick(h.owner, s.rng, 1.0))
    s.sheet.add("card", later, s.stated(0.25), role="payer", source="billing", span="part")
    partner = card[fellows(h.country, h.country, s.rng)]
    s.sheet.add("card", partner, s.chance(s.rates.shared_card), role="payer", source="billing", span="brief")


def _devices(s: Scene) -> None:
    h, o, a = s.cast.holdings, s.cast.owners, s.cast.agencies
    devices = pool(s.mint, "device", 2 + o.size // 4)
    hidden_devices = pool(s.mint, "device", 1 + o.size // 5)
    own = devices.pick(h.owner, s.rng, 1.5)
    own = np.where(~h.hidden & s.chance(0.15), s.fresh("device"), own)
    pooled = np.where(s.chance(0.05), own, hidden_devices.pick(h.owner, s.rng, 1.5))
    own = np.where(h.hidden, np.where(s.chance(s.rates.pooled_device), pooled, s.fresh("device")), own)
    handed = (h.agency != NOTHING) | (h.freelancer != NOTHING)
    s.sheet.add("device", own, np.where(handed, s.stated(0.45), s.stated(0.97)), source="login", span="most")
    second = np.where(h.hidden, s.fresh("device"), devices.pick(h.owner, s.rng, 1.0))
    s.sheet.add("device", second, s.stated(0.5), source="login", span="part")
    home = o.household[h.owner]
    tablet = s.mint.make("device", int(home.max(initial=0)) + 1)
    s.sheet.add("device", np.where(home != NOTHING, tablet[home], NOTHING), s.chance(0.6), source="login",
                span="part")  # fmt: skip
    desks = pool(s.mint, "device", 1 + a.clients // 10)
    phones = pool(s.mint, "device", np.full(len(s.cast.freelancers), 2))
    for machines, members in ((desks, s.served), (phones, h.freelancer)):
        s.sheet.add("device", hand(machines, members, s.rng, 3.0), s.chance(0.9), source="login", span="most")
    s.sheet.add(
        "device", s.crowd("device", s.rates.cafe, 20), s.chance(s.rates.cafe), source="login", span="brief"
    )


def _addresses(s: Scene) -> None:
    h, o, a = s.cast.holdings, s.cast.owners, s.cast.agencies
    country = h.country
    places = pool(s.mint, "address", 1 + (s.rng.random(len(o)) < 0.25), country=o.country)
    own = places.pick(h.owner, s.rng, 2.0)
    elsewhere = s.fresh("address", country=country)
    own = np.where(h.hidden & ~s.chance(s.rates.office), elsewhere, own)
    home = o.household[h.owner]
    flat_country = np.zeros(int(home.max(initial=0)) + 1, dtype=np.int64)
    flat_country[home[home != NOTHING]] = country[home != NOTHING]
    flat = s.mint.make("address", len(flat_country), country=flat_country)
    own = np.where((home != NOTHING) & s.chance(0.8), flat[home], own)
    if len(a.owner):
        office = s.mint.make("address", len(a.owner), country=a.country)
        own = np.where((h.agency != NOTHING) & s.chance(0.5), office[h.agency], own)
        own[: s.cast.accounts][s.cast.agency_account] = office
    if len(s.cast.freelancers):
        desk = s.mint.make("address", len(s.cast.freelancers), country=s.cast.freelancers)
        own = np.where((h.freelancer != NOTHING) & s.chance(0.25), desk[h.freelancer], own)
    own = np.where(s.chance(s.rates.coworking), s.crowd("address", s.rates.coworking, 18), own)
    formed = s.chance(s.rates.registered_office) | (h.hidden & s.chance(0.15))
    own = np.where(formed, s.crowd("address", s.rates.registered_office, 60), own)
    s.sheet.add("address", own, s.stated(0.85), role="owner", source="billing")


def _ips(s: Scene) -> None:
    h, o, a = s.cast.holdings, s.cast.owners, s.cast.agencies
    blocks = max(1, len(o) // 15)
    around = s.rng.integers(blocks, size=len(o))
    lines = pool(s.mint, "ip", 1 + s.rng.poisson(0.5, len(o)) + o.size // 8, link=around)
    changing = s.fresh("ip", link=around[h.owner])
    handed = (h.agency != NOTHING) | (h.freelancer != NOTHING)
    masked = h.hidden & s.chance(s.rates.hidden_vpn)
    exits = s.crowd("ip", 0.2, 90, local=False, link=-2)
    own = np.where(masked, exits, hand(lines, h.owner, s.rng, 2.0))
    s.sheet.add("ip", own, np.where(handed, s.stated(0.4), s.stated(0.95)), source="login", span="most")
    s.sheet.add("ip", changing, ~masked & s.stated(0.75), source="login", span="brief")
    roaming = s.fresh("ip", link=around[s.rng.integers(len(o), size=len(h))])
    s.sheet.add("ip", roaming, s.stated(0.5), source="login", span="brief")
    again = exits[s.rng.permutation(len(h))]
    s.sheet.add("ip", again, (masked & s.chance(0.6)) | s.chance(s.rates.vpn), source="login", span="part")
    s.sheet.add(
        "ip", s.crowd("ip", s.rates.nat, 70, link=-3), s.chance(s.rates.nat), source="login", span="part"
    )
    home = o.household[h.owner]
    homes = int(home.max(initial=0)) + 1
    router = s.mint.make("ip", homes, link=s.rng.integers(blocks, size=homes))
    s.sheet.add(
        "ip", np.where(home != NOTHING, router[home], NOTHING), s.chance(0.9), source="login", span="most"
    )
    offices = pool(s.mint, "ip", 1 + a.clients // 60, link=s.rng.integers(blocks, size=len(a.owner)))
    solo = len(s.cast.freelancers)
    rooms = pool(s.mint, "ip", np.ones(solo, dtype=np.int64), link=s.rng.integers(blocks, size=solo))
    for places, members in ((offices, s.served), (rooms, h.freelancer)):
        s.sheet.add("ip", hand(places, members, s.rng, 2.0), s.chance(0.85), source="login", span="most")
