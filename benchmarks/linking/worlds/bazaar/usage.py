"""What an account is run with: the things of a team, of an agency, of a hiding owner, of a farm.

Law: a use is put together from what the acting people have at hand that day, never from who owns them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.linking.worlds.bazaar.market import CARRIER, PROXY
from benchmarks.linking.worlds.bazaar.parties import Person, person

if TYPE_CHECKING:
    from benchmarks.linking.worlds.bazaar.market import Market
    from benchmarks.linking.worlds.bazaar.parties import Agency, Owner, Team
    from benchmarks.linking.worlds.bazaar.sheet import Use


def team_use(market: Market, team: Team) -> Use:
    """Return what a team signs an account up with."""
    rng = market.rng
    who = rng.choice(team.staff)
    mail = who.mail if rng.random() < 0.6 else market.mail(who.name, team.brand.domain)
    use: Use = {
        "legal_id": [(team.entity.number, "owner")],
        "domain": [(team.brand.domain, "owner")],
        "email": [(mail, "owner")],
        "card": [(team.card, "payer")],
        "admin": [(who.login, "admin")],
        "device": [(who.device, "admin")],
        "ip": [(_line(market, who, team.office.ip), "admin")],
        "pixel": [(team.brand.pixel, "owner")],
        "phone": [(who.phone, "owner")],
        "address": [(team.office.address, "owner")],
    }
    if rng.random() < 0.35:
        use["ip"].append((_line(market, who, team.office.ip), "admin"))
    if len(team.staff) > 1 and rng.random() < 0.25:
        cover = rng.choice(team.staff)
        use["admin"].append((cover.login, "admin"))
        use["device"].append((cover.device, "admin"))
    return use


def _line(market: Market, who: Person, office_ip: str) -> str:
    """Return the address that somebody appears under today."""
    rng = market.rng
    if rng.random() < market.rates.nat:
        return CARRIER
    if rng.random() < 0.12:
        who.home = market.ip()
    return office_ip if rng.random() < 0.45 else who.home


def sloppy_use(market: Market, owner: Owner, team: Team, day: int) -> Use:
    """Return what an owner uses that hides with half its heart."""
    rng = market.rng
    use = team_use(market, team)
    if rng.random() < 0.45:
        use["email"] = [(market.burner_mail(), "owner")]
    if rng.random() < 0.5:
        use["ip"] = [(PROXY, "admin")]
    if rng.random() < 0.4:
        use["admin"] = [(market.opaque("u1########"), "admin")]
    if rng.random() < 0.2:
        use["device"] = [(market.device(day), "admin")]
    if rng.random() < 0.5:
        use["phone"] = [(market.phone(owner.country, day), "owner")]
    if rng.random() < 0.4:
        use["address"] = [(market.address(owner.country), "owner")]
    if rng.random() < 0.3:
        use["pixel"] = [(market.pixel(), "owner")]
    return use


def careful_use(market: Market, owner: Owner, team: Team, day: int) -> Use:
    """Return what an owner uses that renews nearly everything for each account."""
    rng = market.rng
    use = team_use(market, team)
    use["email"] = [(market.burner_mail(), "owner")]
    use["ip"] = [(PROXY, "admin")]
    use["admin"] = [(market.opaque("u1########"), "admin")]
    use["phone"] = [(market.phone(owner.country, day), "owner")]
    if rng.random() < 0.55:
        use["device"] = [(market.device(day), "admin")]
    if rng.random() < 0.3:
        use["card"] = [(market.card(), "payer")]
    if rng.random() < 0.6:
        name = market.brand_name(owner.country)
        use["domain"] = [(market.domain(name, owner.country, day), "owner")]
        use["pixel"] = [(market.pixel(), "owner")]
    if rng.random() < 0.6:
        use["address"] = [(market.address(owner.country), "owner")]
    return use


def agency_use(market: Market, agency: Agency, owner: Owner, use: Use, day: int) -> bool:
    """Change a client's use to what an agency makes of it.

    Returns:
        Whether the hands that run the account are the agency's.
    """
    rng = market.rng
    if not agency.staff:
        agency.staff.append(person(market, agency.country, day, host=agency.host))
    who = agency.staff[owner.number % len(agency.staff)]
    if rng.random() < 0.2:
        who = rng.choice(agency.staff)
    desk = rng.choice(agency.desks) if rng.random() < 0.4 else who.device
    line = [(_line(market, who, agency.office.ip), "agency")]
    hands = {"admin": [(who.login, "agency")], "device": [(desk, "agency")], "ip": line}
    _HABITS[agency.habit](market, agency, use, hands)
    if agency.hosts or agency.habit == "site":
        _host(market, agency, use)
    return hands["device"][0] in use["device"]


def _full(market: Market, agency: Agency, use: Use, hands: Use) -> None:
    rng = market.rng
    keeps_own = rng.random() < 0.2
    for kind, values in hands.items():
        use[kind] = values + (use[kind] if keeps_own else [])
    use["card"] = [(agency.card, "agency")]
    if rng.random() < 0.5:
        use["email"] = [(market.mail(rng.choice(agency.staff).name, agency.host), "agency")]
    if rng.random() < 0.3:
        use["phone"] = [(agency.staff[0].phone, "agency")]
        use["address"] = [(agency.office.address, "agency")]
    if rng.random() < 0.15:
        use["legal_id"] = [(agency.entity.number, "agency")]


def _login(market: Market, _: Agency, use: Use, hands: Use) -> None:
    keeps_own = market.rng.random() < 0.5
    for kind, values in hands.items():
        use[kind] = values + (use[kind] if keeps_own else [])


def _site(market: Market, _: Agency, use: Use, hands: Use) -> None:
    if market.rng.random() < 0.35:
        use["admin"] = use["admin"] + hands["admin"]
        use["ip"] = use["ip"] + hands["ip"]


def _reseller(market: Market, agency: Agency, use: Use, hands: Use) -> None:
    rng = market.rng
    use["card"] = [(agency.card, "payer")]
    if rng.random() < 0.3:
        use["legal_id"] = [(agency.entity.number, "payer")]
    if rng.random() < 0.25:
        use["admin"] = use["admin"] + hands["admin"]


def _label(market: Market, agency: Agency, use: Use, hands: Use) -> None:
    rng = market.rng
    use["admin"] = [(market.opaque("u1########"), "admin")]
    use["device"] = hands["device"]
    use["ip"] = hands["ip"]
    if rng.random() < 0.6:
        use["email"] = [(f"client{rng.randrange(100, 9_999)}@{agency.host}", "owner")]


def _collective(market: Market, agency: Agency, use: Use, hands: Use) -> None:
    rng = market.rng
    use["admin"] = hands["admin"]
    hands["device"] = [(rng.choice(agency.desks), "admin")]
    use["device"] = hands["device"]
    use["ip"] = hands["ip"]
    if rng.random() < 0.3:
        who = rng.choice(agency.staff)
        use["phone"] = [(who.phone, "admin")]
        use["email"] = [(who.mail, "admin")]


def _host(market: Market, agency: Agency, use: Use) -> None:
    rng = market.rng
    if rng.random() < 0.75:
        use["pixel"] = [(agency.pixel, "agency")] + (use["pixel"] if rng.random() < 0.3 else [])
    if rng.random() < 0.5:
        label = use["domain"][0][0].split(".")[0]
        use["domain"] = [(f"{label}.{agency.host}", "owner")]


_HABITS = {
    "full": _full,
    "login": _login,
    "site": _site,
    "reseller": _reseller,
    "label": _label,
    "collective": _collective,
}
HABITS = tuple(_HABITS)
"""The six habits of agencies."""


def farm_use(market: Market, rack: list[str], card: str, owner: Owner, day: int) -> Use:
    """Return what a farm raises an account with."""
    rng = market.rng
    country = owner.country
    name = market.brand_name(country)
    return {
        "legal_id": [(market.opaque(country.register), "owner")],
        "domain": [(market.domain(name, country, day), "owner")],
        "email": [(market.burner_mail(), "owner")],
        "card": [(card if rng.random() < 0.7 else market.card(), "payer")],
        "admin": [(market.opaque("u1########"), "admin")],
        "device": [(rng.choice(rack), "admin")],
        "ip": [(PROXY if rng.random() < 0.6 else CARRIER, "admin")],
        "pixel": [(market.pixel(), "owner")],
        "phone": [(market.phone(country, day), "owner")],
        "address": [(market.address(country), "owner")],
    }
