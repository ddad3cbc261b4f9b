"""Set the scene: brands, companies, sites and people, before anybody leaves a trace.

Law: what belongs together (a person, the address they write from, their telephone) is minted together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.linking.worlds.harbour.mint import NOTHING, Ints, Mint, Pool, fellows, pool
from benchmarks.linking.worlds.harbour.sheet import Sheet
from benchmarks.linking.worlds.harbour.traces import People, Scene

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.cast import Cast
    from benchmarks.linking.worlds.harbour.rates import Rates

LOGIN_BY_EMAIL = 0.5


def set_scene(rates: Rates, cast: Cast, rng: np.random.Generator) -> Scene:
    """Mint what owners, agencies and freelancers have before they open accounts."""
    mint, owners, holdings = Mint(), cast.owners, cast.holdings
    brand = _brands(rates, cast, mint, rng)
    counts = 1 + np.minimum(rng.poisson(0.2 * (owners.size - 1)), 8)
    domains = pool(mint, "domain", counts, country=owners.country, link=brand)
    corporate = rng.random(len(owners)) >= rates.free_mail
    host = np.where(corporate, domains.first(np.arange(len(owners))), NOTHING)
    family = owners.household
    staff_count = 1 + owners.size // 4 + rng.poisson(0.3, len(owners))
    staff = _people(mint, rng, staff_count, owners.country, family, host)
    masks = np.where(owners.hiding, np.maximum(1, owners.size // 3), 1)
    nobody = np.full(len(owners), NOTHING)
    personas = _people(mint, rng, masks, owners.country, nobody, nobody)
    shown, victim, company = _faces(rates, cast, mint, brand, rng)
    site = _sites(rates, cast, mint, domains, shown, rng)
    count = len(holdings)
    alone = _people(
        mint, rng, np.ones(count, dtype=np.int64), holdings.country, np.full(count, NOTHING),
        np.where(rng.random(count) < 0.5, site, NOTHING),
    )  # fmt: skip
    served = holdings.agency.copy()
    served[: cast.accounts][cast.agency_account] = np.arange(len(cast.agency_account))
    return Scene(
        rates=rates, cast=cast, mint=mint, sheet=Sheet(holdings, rng), rng=rng,
        tidy=rng.beta(9, 1, len(holdings)), brand=brand, shown=shown, victim=victim, company=company,
        owner_domain=domains, staff=staff, agents=_agents(cast, mint, domains, rng),
        freelancers=_solo(cast, mint, rng), personas=personas,
        alone=alone, persona=holdings.hidden & (rng.random(count) < rates.persona), site=site, served=served,
    )  # fmt: skip


def _brands(rates: Rates, cast: Cast, mint: Mint, rng: np.random.Generator) -> Ints:
    """Give every owner a brand; some share a stranger's words without knowing it."""
    owners = cast.owners
    count = len(owners)
    same = rng.random(count) < rates.namesake
    other = fellows(owners.country, owners.country, rng)
    return mint.make("brand", count, country=owners.country, link=np.where(same, other, NOTHING))


def _people(
    mint: Mint, rng: np.random.Generator, counts: Ints, country: Ints, family: Ints, host: Ints
) -> People:
    person = pool(mint, "person", counts, country=country, link=family)
    spread = np.repeat(host, counts)
    lands = np.repeat(country, counts)
    total = len(person.codes)
    private = rng.random(total) < 0.12
    email = mint.make(
        "email", total, country=lands, link=person.codes, host=np.where(private, NOTHING, spread)
    )
    login = np.where(rng.random(total) < LOGIN_BY_EMAIL, email, NOTHING)
    admin = mint.make("admin", total, country=lands, link=login)
    phone = mint.make("phone", total, country=lands)
    return People(person, *(Pool(codes, person.starts, counts) for codes in (email, admin, phone)))


def _agents(cast: Cast, mint: Mint, domains: Pool, rng: np.random.Generator) -> People:
    agencies = cast.agencies
    count = len(agencies.owner)
    host = domains.first(agencies.owner)
    return _people(mint, rng, 1 + agencies.clients // 12, agencies.country, np.full(count, NOTHING), host)


def _solo(cast: Cast, mint: Mint, rng: np.random.Generator) -> People:
    nobody = np.full(len(cast.freelancers), NOTHING)
    return _people(mint, rng, np.ones(len(nobody), dtype=np.int64), cast.freelancers, nobody, nobody)


def _faces(
    rates: Rates, cast: Cast, mint: Mint, brand: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Return what each holding shows: brand, stolen identity, and company."""
    owners, h = cast.owners, cast.holdings
    count, country = len(h), h.country
    several = ~owners.hiding & (owners.size >= 4) & (rng.random(len(owners)) < rates.subsidiaries)
    companies = pool(
        mint, "company", np.where(several, 1 + owners.size // 4, 1), country=owners.country, link=brand
    )
    victim = np.where(h.thief, fellows(owners.country, country, rng), NOTHING)
    shells = mint.make("brand", count, country=country)
    shell_companies = mint.make("company", count, country=country, link=shells)
    franchise = owners.franchise[h.owner]
    chains = mint.make("brand", int(franchise.max(initial=0)) + 1, country=0)
    shown = np.where(h.hidden, shells, brand[h.owner])
    shown = np.where(franchise != NOTHING, chains[franchise], shown)
    shown = np.where(h.thief, brand[victim], shown)
    company = np.where(h.hidden, shell_companies, companies.pick(h.owner, rng, 2.0))
    company = np.where(h.thief, companies.first(np.maximum(victim, 0)), company)
    return shown, victim, company


def _sites(
    rates: Rates, cast: Cast, mint: Mint, domains: Pool, shown: Ints, rng: np.random.Generator
) -> Ints:
    owners, h = cast.owners, cast.holdings
    fresh = mint.make("domain", len(h), country=h.country, link=shown)
    own = domains.pick(h.owner, rng, 3.0)
    site = np.where(h.hidden & (rng.random(len(h)) < rates.own_domain), fresh, own)
    franchise = owners.franchise[h.owner]
    chains = np.full(int(franchise.max(initial=0)) + 1, NOTHING)
    chains[franchise[franchise != NOTHING]] = shown[franchise != NOTHING]
    common = mint.make("domain", len(chains), country=0, link=chains)
    inside = (franchise != NOTHING) & (rng.random(len(h)) < 0.85)
    return np.where(inside, common[franchise], site)
