"""Thousands of invented advertisers, their identifiers, and the innocent reasons to share one.

Law: what is shared here is shared for a dull reason: an agency, a desk in a coworking hall, a carrier's
address, a web template, a second-hand laptop. Nothing here is linked to anybody of the story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.sample.draws import Draws
from debar.sample.places import Country, address, business_name, draw_country, legal_name, phone, slug
from debar.sample.sheet import LAST_SEEN, Account, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.sample.sheet import Sheet

OWNERS: Final = 2_750
"""Owners at scale one; they have about 5,800 accounts."""

_FREE_MAIL: Final = ("gmail.com", "outlook.com", "yahoo.com", "mail.ru", "gmx.de")
_OPENED: Final = day("2009-11-02")
_SIZES: Final = (1,) * 72 + (2,) * 12 + (3,) * 6 + (0,) * 10
"""Accounts an owner has, in per cent of owners; 0 stands for the larger ones."""

_PREVALENCE: Final = (
    ("legal_id", "owner", 700, 0),
    ("tax_id", "owner", 450, 0),
    ("domain", "owner", 820, 180),
    ("page", "owner", 780, 0),
    ("pixel", "owner", 560, 0),
    ("app", "owner", 80, 0),
    ("email", "owner", 900, 320),
    ("phone", "owner", 760, 140),
    ("address", "owner", 800, 0),
    ("card", "payer", 860, 360),
    ("bank", "payer", 260, 0),
    ("admin", "admin", 900, 520),
    ("device", "admin", 900, 760),
    ("ip", "admin", 920, 880),
)
"""Kind, role, how many accounts in a thousand hold one, and how many of those a second."""

_SHARED: Final = {"legal_id": 950, "tax_id": 950, "admin": 760, "page": 150}
"""How many accounts in a thousand of one owner hold the owner's own value instead of a new one."""

_MISSING: Final = 120
"""A kind that is known elsewhere is missing here, so many times in a thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who stands behind some accounts.

    Args:
        name: Its business name.
        country: Where it sits.
        values: Kind to the value that its accounts share.
        accounts: Its accounts.
    """

    name: str
    country: Country
    values: dict[str, str]
    accounts: tuple[Account, ...]


def new_value(sheet: Sheet, draws: Draws, kind: str, country: Country, name: str) -> str:  # noqa: PLR0911 - a table
    """Draw a value that nobody holds yet."""
    word = slug(name)
    if kind == "domain":
        return f"{word}-{draws.digits(5)}.example"
    if kind == "email":
        host = draws.pick(_FREE_MAIL) if draws.chance(420) else f"{word}-{draws.digits(5)}.example"
        return f"{word}.{draws.digits(8)}@{host}"
    if kind == "phone":
        return phone(country.code, sheet.next_phone())
    if kind == "address":
        return address(draws, draws.pick(country.cities))
    if kind == "ip":
        first, second, third = draws.below(65_536), draws.below(65_536), draws.below(65_536)
        return f"2001:db8:{first:x}:{second:x}::{third:x}"
    if kind in ("legal_id", "tax_id"):
        return f"{country.code}-{kind[0].upper()}-{draws.digits(10).upper()}"
    if kind == "page":
        return f"{word}-page-{draws.digits(9)}"
    if kind == "app":
        return f"example.{word}.app{draws.digits(5)}"
    prefix = {"card": "fp_", "bank": "ba_", "admin": "user-", "device": "dev-", "pixel": "px-"}[kind]
    return prefix + draws.letters()


def equip(sheet: Sheet, draws: Draws, account: Account, owner: Owner, *, everything: bool = False) -> None:
    """Give an account its identifiers: the owner's, or its own, or none.

    Args:
        sheet: Where the rows go.
        draws: The stream.
        account: Who gets them.
        owner: Whose they may be.
        everything: Every family is known: used for bystanders, who must be tellable from the advertiser.
    """
    for kind, role, prevalence, second in _PREVALENCE:
        if not everything and (not draws.chance(prevalence) or draws.chance(_MISSING)):
            continue
        own = draws.chance(1000 - _SHARED.get(kind, 640)) and not everything
        value = new_value(sheet, draws, kind, owner.country, owner.name) if own else owner.values[kind]
        _hold(sheet, draws, account, kind, value, role)
        if draws.chance(second):
            extra = new_value(sheet, draws, kind, owner.country, owner.name)
            _hold(sheet, draws, account, kind, extra, role)


def _hold(sheet: Sheet, draws: Draws, account: Account, kind: str, value: str, role: str) -> None:
    if kind == "domain":
        account.domain = value
    first = account.created + draws.below(90)
    last = LAST_SEEN - draws.below(300)
    sheet.hold(
        account,
        kind,
        value,
        role=role,
        first=min(first, last),
        last=max(first, last) if first <= LAST_SEEN else LAST_SEEN,
    )


def make_owner(sheet: Sheet, draws: Draws, *, country: Country | None = None, name: str = "") -> Owner:
    """Draw an owner without accounts."""
    country = country or draw_country(draws)
    name = name or business_name(draws, country.language)
    values = {kind: new_value(sheet, draws, kind, country, name) for kind, *_ in _PREVALENCE}
    return Owner(name=name, country=country, values=values, accounts=())


def open_account(sheet: Sheet, draws: Draws, owner: Owner, *, part: str, name: str = "") -> Account:
    """Open an account of an owner, without identifiers."""
    name = name or owner.name
    created = _OPENED + draws.below(day("2017-09-20") - _OPENED)
    stated = legal_name(draws, owner.name, owner.country.code) if draws.chance(780) else ""
    handle = f"@{slug(name)}{draws.digits(4)}" if draws.chance(700) else ""
    return sheet.add(
        Account(
            account_id=sheet.new_id(),
            name=name,
            legal_name=stated,
            handle=handle,
            country=owner.country.code,
            currency=owner.country.currency,
            created=created,
            owner=f"{owner.name} ({owner.values['legal_id']})",
            part=part,
        )
    )


def _account_name(draws: Draws, owner: Owner, number: int) -> str:
    if number == 0:
        return owner.name
    ending = draws.pick((owner.country.code, "Shop", "2", "Brand", "Outlet", "Team", "App"))
    return f"{owner.name} {ending}"


def populate(sheet: Sheet, seed: int, scale: float) -> list[Owner]:
    """Open the accounts of all background owners.

    Args:
        sheet: Where the rows go.
        seed: The world's seed.
        scale: Share of :data:`OWNERS`.

    Returns:
        The owners, with their accounts.
    """
    draws = Draws(seed, "owners")
    owners = []
    for _ in range(max(60, round(OWNERS * scale))):
        owner = make_owner(sheet, draws)
        size = draws.pick(_SIZES) or draws.pick((4, 4, 5, 5, 6, 6, 8, 10, 13, 30))
        covert = size >= 4 and draws.chance(120)
        accounts = []
        for number in range(size):
            front = make_owner(sheet, draws, country=owner.country) if covert and number else owner
            name = front.name if covert else _account_name(draws, owner, number)
            account = open_account(sheet, draws, front, part="covert" if covert else "advertiser", name=name)
            account.owner = f"{owner.name} ({owner.values['legal_id']})"
            equip(sheet, draws, account, front)
            if covert and draws.chance(650):
                _hold(sheet, draws, account, "card", owner.values["card"], "payer")
            accounts.append(account)
        owners.append(
            Owner(name=owner.name, country=owner.country, values=owner.values, accounts=tuple(accounts))
        )
    return owners


def crowd(sheet: Sheet, seed: int, owners: Sequence[Owner], scale: float) -> None:
    """Give strangers something in common: agencies, halls, carriers, templates, second-hand things."""
    draws = Draws(seed, "crowds")
    singles = [account for owner in owners for account in owner.accounts]
    _agencies(sheet, draws, owners, scale)
    for name, count, smallest, largest, kinds in (
        ("coworking hall", 12, 18, 55, ("address", "ip")),
        ("carrier address", 6, 210, 420, ("ip",)),
        ("exit of a private network", 5, 30, 90, ("ip",)),
        ("web template", 5, 40, 130, ("pixel",)),
        ("microsite host", 4, 40, 120, ("domain",)),
        ("franchise", 8, 10, 36, ("domain", "pixel")),
        ("household", 60, 2, 2, ("address", "ip")),
        ("second-hand device", 150, 2, 2, ("device",)),
        ("phone given out again", 110, 2, 2, ("phone",)),
        ("former employee", 60, 2, 3, ("admin",)),
        ("lent card", 25, 2, 2, ("card",)),
        ("mistyped legal id", 20, 2, 2, ("legal_id",)),
    ):
        for _ in range(max(1, round(count * scale))):
            host = make_owner(sheet, draws, name=name)
            for account in draws.sample(
                singles, max(2, round(draws.between(smallest, largest) * min(scale, 1)))
            ):
                for kind in kinds:
                    _hold(sheet, draws, account, kind, host.values[kind], "owner")


def _agencies(sheet: Sheet, draws: Draws, owners: Sequence[Owner], scale: float) -> None:
    """A third of owners let somebody else buy their ads; the undeclared half looks like one owner."""
    clients = draws.sample(owners, len(owners) // 3)
    while clients:
        size = draws.pick((3, 4, 5, 8, 8, 12, 12, 18, 25, 40, 60))
        taken, clients = clients[:size], clients[size:]
        agency = make_owner(sheet, draws)
        declared = size >= 8 and draws.chance(600)
        name = f"{agency.name} Media"
        account = open_account(sheet, draws, agency, part="agency", name=name)
        account.declared_agency = declared
        equip(sheet, draws, account, agency, everything=True)
        pays = draws.chance(500)
        for owner in taken:
            for client in owner.accounts:
                join_agency(sheet, draws, client, agency, account, pays=pays)
    assert scale > 0, "a world has a size"


def join_agency(
    sheet: Sheet, draws: Draws, client: Account, agency: Owner, account: Account, *, pays: bool
) -> None:
    """Let an agency work for a client: its admin, device and address, and perhaps its card."""
    kinds = ("admin", "device", "ip", "card") if pays else ("admin", "device", "ip")
    for kind in kinds:
        _hold(sheet, draws, client, kind, agency.values[kind], "payer" if kind == "card" else "agency")
    if account.declared_agency:
        client.manager_id = account.account_id
    if pays:
        client.works_with = account.account_id
