"""Innocents with teeth: they share something real with the advertiser and have nothing to do with it.

Law: each of them must be left out of the ban, and the world says in ``truth.json`` why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.sample.background import equip, make_owner, open_account
from debar.sample.cast import hold_words
from debar.sample.draws import Draws
from debar.sample.places import BY_CODE, business_name
from debar.sample.sheet import day

if TYPE_CHECKING:
    from debar.sample.sheet import Account, Sheet


class _Street:
    """Opens bystanders one after another, all from one stream of draws."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.draws = Draws(sheet.seed, "bystanders")
        self.names: set[str] = set()

    def open(self, part: str, country: str, words: str = "", *, name: str = "", legal: str = "") -> Account:
        """Open one bystander: complete in every family, and with what it shares."""
        place = BY_CODE[country]
        while not name or name in self.names:
            name = f"{business_name(self.draws, place.language)} {self.draws.pick(place.cities)}"
        self.names.add(name)
        owner = make_owner(self.sheet, self.draws, country=place, name=name)
        account = open_account(self.sheet, self.draws, owner, part=part)
        account.legal_name = legal or account.legal_name
        equip(self.sheet, self.draws, account, owner, everything=True)
        hold_words(self.sheet, account, words)
        return account


def gather(sheet: Sheet) -> dict[str, Account]:
    """Open the bystanders.

    Returns:
        Label to account, for those that the story mentions by name.
    """
    street = _Street(sheet)
    found = {
        "agency": _agency(street),
        "kestrel": _small_agency(street),
        "freelancer": street.open(
            "freelancer", "ES", "card.freelance admin.freelance device.freelance", name="Cantera Estudio"
        ),
        "komplekt": street.open(
            "namesake", "RU", "legal_id.komplekt", name="RT-Komplekt", legal="ООО «РТ-Комплект»"
        ),
        "inform": street.open("namesake", "RU", name="RT Inform", legal="ООО «РТ Информ»"),
        "resold": street.open(
            "second-hand device", "GB", "device.resold@2016-04-01", name="Camden Cycle Repair"
        ),
        "reassigned": street.open(
            "phone given out again", "US", "phone.old@2015-09-01", name="Tamarind Honey House"
        ),
        "former": street.open("former employee", "DE", "admin.former@2016-05-01", name="Reef & River Trust"),
        "household": street.open("household", "RU", "ip.home", name="Глина Гончарная мастерская"),
        "digest": street.open("quotes the advertiser", "GB", "domain.rt", name="Global Headlines Digest"),
    }
    twin = street.open("namesake", "RU", "legal_id.komplekt", name="РТ-Комплект", legal="ООО «РТ-Комплект»")
    twin.domain = found["komplekt"].domain
    for name, country in (("RT Roofing & Tile", "US"), ("Sputnik Café", "DE"), ("Sputnik Telescopes", "GB")):
        street.open("namesake", country, name=name)
    for country in ("ES", "MX", "FR", "GB"):
        street.open("freelancer's client", country, "card.freelance admin.freelance device.freelance")
    for number in range(34):
        street.open("coworking", "DE" if number % 3 else "PL", "address.coworking ip.coworking")
    return found


def _agency(street: _Street) -> Account:
    """A declared agency in Mexico, with 44 clients on its card, admin, device and address."""
    words = "card.agency admin.agency device.agency ip.agency"
    agency = street.open("agency", "MX", words, name="Plaza Norte Medios")
    agency.declared_agency, agency.handle = True, "@plazanorte_medios"
    agency.created = day("2010-10-04")
    for number in range(44):
        client = street.open("agency's client", ("MX", "MX", "CO", "AR", "ES")[number % 5], words)
        client.manager_id = client.works_with = agency.account_id
    return agency


def _small_agency(street: _Street) -> Account:
    """An agency that never said so: a dozen clients on one card."""
    words = "card.kestrel admin.kestrel device.kestrel ip.kestrel"
    agency = street.open("undeclared agency", "GB", words, name="Kestrel & Vane")
    for _ in range(12):
        street.open("undeclared agency's client", "GB", words)
    return agency
