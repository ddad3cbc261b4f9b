"""How often things happen in the harbour: one table of rates, and how a variant changes it.

Law: every habit of this world is a number here; a variant is another table, never another program.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZES: Final = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 15), (16, 60))
"""Classes of owners by how many accounts they have: least and most."""

WILD_SPREAD: Final = 0.9
"""Standard deviation, in log-odds, by which ``wild`` moves every rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares between 0 and 1; of accounts where nothing else is said.

    Args:
        sizes: Shares of owners by :data:`SIZES`.
        managed: Of owners, by an agency.
        agency_pays: Of agencies, with one card for all clients.
        agency_declared: Of agencies, said so to the platform.
        agency_site: Of accounts run by agencies, on the agency's host with its pixel.
        freelancers: Freelancers an owner.
        freelancer_pays: Of freelancers, with their own card.
        covert: Of owners with four or more accounts, hiding most of them.
        overt_face: Of a covert owner's accounts, run openly.
        shell: Of hidden accounts, with a legal id of their own; the others state none.
        foreign_shell: Of hidden accounts, in another country than the owner's.
        own_domain: Of hidden accounts.
        own_email: Of hidden accounts.
        pooled_card: Of hidden accounts, with a card that the owner uses elsewhere.
        pooled_device: Of hidden accounts.
        persona: Of hidden accounts, under an invented person used before.
        office: Of hidden accounts, at the owner's address.
        hidden_vpn: Of hidden accounts, behind a VPN.
        serial: Of covert owners, one account after the other instead of all at once.
        rings: Of owners with seven or more accounts, thieves of identities.
        franchises: Franchises an owner.
        households: Of owners, living with another one.
        household_card: Of owners in households, paying with the family's card.
        sold: Changed hands once.
        subsidiaries: Of open owners with four or more accounts, with several companies.
        nat: Seen behind a carrier's shared address.
        vpn: Of open accounts.
        coworking: At a coworking address.
        registered_office: At the address of a formation agent.
        template: With the pixel of a site template.
        microsite: On a site builder's host.
        shortener: With a link shortener or social page among the domains.
        accountant: With an accountant's e-mail address or telephone.
        rep: With an employee of the platform or reseller as administrator.
        cafe: Seen on a device that anybody can use.
        sms: Of hidden accounts, with a public number for receiving codes.
        resold_device: Got a device from a stranger.
        reassigned_phone: Got a number from a stranger.
        reregistered_domain: Got a domain that a stranger let go.
        ex_employee: Has an administrator who worked for a stranger before.
        stolen_legal_id: States a stranger's legal id, by theft or mistake.
        shared_card: Pays with a stranger's card.
        namesake: Of owners, under a stranger's name.
        free_mail: Of owners, without e-mail on their own domain.
        legal_id: States it.
        tax_id: States it.
        legal_name: States it.
        no_dates: Of identifier rows.
        legal_cap: At most this share of accounts states a legal or tax id.
    """

    sizes: tuple[float, ...] = (0.72, 0.12, 0.06, 0.06, 0.03, 0.01)
    managed: float = 1 / 3
    agency_pays: float = 0.5
    agency_declared: float = 0.25
    agency_site: float = 0.02
    freelancers: float = 0.04
    freelancer_pays: float = 0.7
    covert: float = 0.12
    overt_face: float = 0.1
    shell: float = 0.25
    foreign_shell: float = 0.2
    own_domain: float = 0.9
    own_email: float = 0.88
    pooled_card: float = 0.65
    pooled_device: float = 0.45
    persona: float = 0.7
    office: float = 0.35
    hidden_vpn: float = 0.8
    serial: float = 0.5
    rings: float = 0.05
    franchises: float = 0.0016
    households: float = 0.04
    household_card: float = 0.4
    sold: float = 0.012
    subsidiaries: float = 0.3
    nat: float = 0.35
    vpn: float = 0.06
    coworking: float = 0.06
    registered_office: float = 0.04
    template: float = 0.05
    microsite: float = 0.04
    shortener: float = 0.05
    accountant: float = 0.02
    rep: float = 0.02
    cafe: float = 0.01
    sms: float = 0.1
    resold_device: float = 0.03
    reassigned_phone: float = 0.02
    reregistered_domain: float = 0.01
    ex_employee: float = 0.01
    stolen_legal_id: float = 0.004
    shared_card: float = 0.005
    namesake: float = 0.04
    free_mail: float = 0.4
    legal_id: float = 0.72
    tax_id: float = 0.35
    legal_name: float = 0.7
    no_dates: float = 0.05
    legal_cap: float = 1.0


_CHANGES: Final[Mapping[str, Rates]] = {
    "base": Rates(),
    "no_agencies": Rates(managed=0.0, freelancers=0.0),
    "few_legal_ids": Rates(legal_cap=0.1),
    "agency_sites": Rates(agency_site=0.65),
    "nobody_linked": Rates(sizes=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
}


def rates_of(variant: str, rng: np.random.Generator) -> Rates:
    """Return the rates of a variant; only ``wild`` draws.

    Raises:
        ValueError: This world offers no such variant.
    """
    if variant == "wild":
        return _wild(Rates(), rng)
    if variant not in _CHANGES:
        raise ValueError(f"no variant {variant!r}")
    return _CHANGES[variant]


def _wild(rates: Rates, rng: np.random.Generator) -> Rates:
    moved: dict[str, float] = {}
    for field in fields(rates):
        rate = getattr(rates, field.name)
        if isinstance(rate, float) and rate < 1:
            odds = rate / (1 - rate) * np.exp(rng.normal(0, WILD_SPREAD))
            moved[field.name] = float(odds / (1 + odds))
    moved["managed"] = float(rng.uniform(0, 0.6))
    moved["freelancers"] = float(rng.uniform(0, 0.07))
    moved["covert"] = float(rng.uniform(0, 0.5))
    moved["agency_site"] = float(rng.choice([0.02, rng.uniform(0, 0.8)]))
    moved["legal_cap"] = float(rng.choice([1.0, rng.uniform(0.05, 1)]))
    sizes = rng.dirichlet(np.array(rates.sizes) * 30)
    return replace(rates, sizes=tuple(float(share) for share in sizes), **moved)
