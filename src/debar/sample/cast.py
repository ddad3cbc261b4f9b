"""Who plays in the story: the two named advertisers, the accounts behind them, and those who only seem so.

Law: the names of RT, Sputnik, their legal entities and their handles are public record; every other name
here is invented, and so is every identifier except the two broadcasters' own domains and registration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.sample.draws import Draws
from debar.sample.places import phone
from debar.sample.sheet import LAST_SEEN, Account, day

if TYPE_CHECKING:
    from debar.sample.sheet import Sheet

ROLES: Final = {"card": "payer", "bank": "payer", "admin": "admin", "device": "admin", "ip": "admin"}

FIXED: Final = {
    "legal_id.rt": "OGRN 1057746595367",
    "legal_id.sputnik": "SAMPLE-SPUTNIK-1",
    "domain.rt": "rt.com",
    "domain.sputnik": "sputniknews.com",
    "domain.ruptly": "ruptly.tv",
    "address.hq": "Borovaya ul. 3 k. 1, 111020 Москва",
    "address.zubovsky": "Zubovsky bulvar 4, 119021 Москва",
    "email.ads": "adbuying.desk@rt.com",
    "email.us": "us.buying@rt.com",
    "email.es": "compra.medios@rt.com",
    "email.eu": "eu.buying@rt.com",
    "email.uk": "uk.buying@rt.com",
    "email.ar": "arabic.buying@rt.com",
    "email.docs": "docs.promo@rt.com",
    "email.sputnik": "promo.desk@sputniknews.com",
    "ip.hq": "203.0.113.10",
    "ip.washington": "203.0.113.24",
    "ip.london": "203.0.113.38",
    "ip.berlin": "203.0.113.52",
    "ip.zubovsky": "203.0.113.66",
}
"""Labels of values that are the same in every world; all others are drawn from the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One account of the story.

    Args:
        label: How the story calls it.
        part: ``named``, ``linked``, ``front`` or ``sputnik``.
        name: Display name.
        legal_name: Legal entity, empty where none is stated.
        handle: With ``@``, or empty.
        country: ISO 3166 alpha-2.
        currency: ISO 4217.
        created: Day of creation.
        holds: ``kind.label`` words, with ``@from`` or ``@from..until`` where it was for a time.
    """

    label: str
    part: str
    name: str
    legal_name: str
    handle: str
    country: str
    currency: str
    created: str
    holds: str


_TV: Final = "ANO TV-Novosti"


def _read(part: str, table: str) -> tuple[Role, ...]:
    """Read roles: ``label | name | legal entity | handle | country currency | created``, then its words."""
    found = []
    for block in table.strip().split("\n\n"):
        head, *holds = block.splitlines()
        label, name, legal_name, handle, where, created = (cell.strip() for cell in head.split("|"))
        country, currency = where.split()
        found.append(
            Role(
                label=label,
                part=part,
                name=name,
                legal_name=legal_name,
                handle=handle,
                country=country,
                currency=currency,
                created=created,
                holds=" ".join(holds),
            )
        )
    return tuple(found)


NAMED: Final = _read(
    "named",
    """
rt | RT | ANO TV-Novosti | @RT_com | RU USD | 2010-11-29
    legal_id.rt domain.rt pixel.rt address.hq page.rt device.rt ip.hq admin.head bank.tv email.ads phone.hq
    card.hq11@2011-02-01..2014-03-31 card.hq14@2014-03-01

america | RT America | ANO TV-Novosti | @RT_America | US USD | 2011-04-12
    legal_id.rt domain.rt pixel.rt page.america device.america ip.washington admin.washington bank.us
    email.us phone.us card.us

espanol | RT en Español | ANO TV-Novosti | @ActualidadRT | RU USD | 2011-06-20
    legal_id.rt domain.rt pixel.rt address.hq page.espanol device.espanol ip.hq admin.madrid
    email.es phone.es card.es
    card.agency@2013-02-11..2014-06-30 admin.agency@2013-02-11..2014-06-30
    device.agency@2013-02-11..2014-06-30 ip.agency@2013-02-11..2014-06-30

uk | RT UK | ANO TV-Novosti | @RTUKnews | GB GBP | 2014-09-02
    legal_id.rt domain.rt pixel.rt page.uk device.uk ip.london admin.london
    email.uk phone.sport card.uk device.resold@2014-10-01..2015-11-30

arabic | RT Arabic | ANO TV-Novosti | @RTarabic | RU USD | 2011-09-05
    legal_id.rt domain.rt pixel.rt address.hq page.arabic device.arabic ip.hq admin.arabic
    email.ar phone.ar card.ar

deutsch | RT Deutsch | ANO TV-Novosti | @RT_Deutsch | DE EUR | 2014-10-22
    legal_id.rt domain.rt pixel.rt pixel.eu page.deutsch device.deutsch ip.berlin admin.berlin
    email.eu phone.eu card.eu admin.former@2014-11-01..2015-12-20

francais | RT en français | ANO TV-Novosti | @RTenfrancais | FR EUR | 2015-01-19
    legal_id.rt domain.rt pixel.rt pixel.eu page.francais device.francais ip.berlin admin.berlin
    email.eu phone.eu card.eu admin.former@2015-02-01..2015-12-20

russian | RT на русском | АНО «ТВ-Новости» | @RT_russian | RU RUB | 2011-03-14
    legal_id.rt domain.rt pixel.rt address.hq page.russian device.russian ip.hq admin.head
    email.ru phone.ru card.ru

docs | RT Documentary | ANO TV-Novosti | @RTDocs | RU USD | 2011-11-08
    legal_id.rt domain.rt pixel.rt address.hq page.docs device.docs ip.hq admin.docs
    email.docs phone.docs card.hq11@2011-12-01..2014-03-31
    card.freelance@2016-02-01..2016-09-30 admin.freelance@2016-02-01..2016-09-30
    device.freelance@2016-02-01..2016-09-30

sport | RT Sport | ANO TV-Novosti | @RTSportNews | GB GBP | 2015-05-18
    legal_id.rt domain.rt pixel.rt page.sport device.sport ip.london admin.london
    email.uk phone.sport card.uk card.us@2015-06-01

business | RT Business | ANO TV-Novosti || RU USD | 2011-10-03
    legal_id.rt domain.rt pixel.rt address.hq page.business device.business ip.hq ip.home admin.head
    email.business phone.hq card.hq14@2014-03-01

house | RT House Account 2011 | ANO «TV-Novosti» || RU USD | 2010-12-13
    legal_id.rt domain.rt address.hq device.house ip.hq admin.head
    email.house phone.hq phone.old@2011-01-10..2013-05-31 card.hq11@2011-01-10..2014-03-31

performance | RT Performance | ANO TV-Novosti || RU USD | 2014-04-07
    legal_id.rt domain.rt pixel.rt address.hq device.performance ip.hq admin.head
    email.ads email.us phone.performance card.hq14@2014-04-07

events | RT Live Events | ANO TV-Novosti || RU EUR | 2015-03-30
    legal_id.rt domain.rt pixel.rt address.hq page.events device.events ip.hq admin.docs
    email.events phone.prairie card.hq14@2015-04-01
""",
)
"""Accounts that state the broadcaster's own registration: whoever names RT names them."""

LINKED: Final = _read(
    "linked",
    """
ruptly | Ruptly | Ruptly GmbH | @Ruptly | DE EUR | 2013-04-15
    legal_id.ruptly domain.ruptly page.ruptly pixel.ruptly device.ruptly ip.berlin admin.ruptly
    email.eu email.ruptly phone.ruptly card.eu

clips | Question More Clips || @qmoreclips_tv | US USD | 2012-05-09
    domain.rt page.clips device.clips device.night ip.clips
    email.ads phone.clips card.hq11@2012-06-01..2014-03-31 card.clips@2014-04-01

desk | Moscow Desk Live | Desk Live Media LLC | @moscowdesk_live | US USD | 2013-01-28
    legal_id.desk domain.rt page.desk device.desk ip.desk admin.desk
    email.us phone.desk card.us

actualidad24 | Actualidad Clips 24 || @actclips24 | MX MXN | 2014-02-17
    domain.rt page.espanol device.actualidad24 ip.actualidad24
    email.es phone.actualidad24 card.es

boulevard | Boulevard Video Lab | Boulevard Video Lab UG | @boulevardvlab | DE EUR | 2015-08-24
    legal_id.boulevard domain.boulevard page.boulevard pixel.eu device.boulevard
    email.boulevard phone.eu card.eu address.coworking ip.coworking

eastbridge | Eastbridge Debates | Eastbridge Debates Ltd | @eastbridgedeb | GB GBP | 2015-02-10
    legal_id.eastbridge domain.rt page.eastbridge device.eastbridge
    email.uk phone.eastbridge card.uk
    card.kestrel@2016-03-01 admin.kestrel@2016-03-01 device.kestrel@2016-03-01 ip.kestrel@2016-03-01

redline | Redline Explainers || @redlineexpl | US USD | 2015-10-06
    domain.redline page.redline pixel.redline device.redline ip.redline admin.redline
    email.redline phone.sport card.us@2015-10-06

night | Night Shift Docs || @nightshiftdocs | US USD | 2013-09-11
    domain.night page.clips device.night ip.night email.night phone.clips
""",
)
"""Accounts under another name whose evidence leads back to the broadcaster."""

FRONTS: Final = _read(
    "front",
    """
harbor | Harbor Civic Forum || @harborcivic | US USD | 2015-12-01
    domain.harbor page.harbor pixel.harbor pixel.rt@2016-01-11..2016-01-29 device.harbor ip.harbor
    admin.harbor email.harbor phone.harbor address.hq@2016-01-11..2016-01-29
    card.hq14@2016-01-11..2016-01-29 card.harbor@2016-02-01

prairie | Prairie Voices Weekly ||| US USD | 2016-02-22
    phone.prairie card.prairie device.prairie ip.prairie

lantern | Liberty Lantern Media | Liberty Lantern Media LLC | @libertylantern | US USD | 2015-09-15
    legal_id.lantern domain.lantern page.lantern pixel.lantern device.lantern ip.lantern admin.lantern
    email.lantern phone.lantern address.lantern card.lantern@2015-10-03
    card.ar@2015-09-20..2015-10-02 device.arabic@2015-09-20..2015-09-20

plains | The Plains Ledger || @plainsledger | US USD | 2016-01-08
    domain.plains page.plains device.plains ip.plains admin.plains
    email.plains phone.plains address.plains card.plains
    domain.rt@2016-03-03..2016-03-18 device.america@2016-03-03..2016-03-03
""",
)
"""Covert fronts: everything is their own, but for a slip or two."""

_RS: Final = "FGUP MIA Rossiya Segodnya"
SPUTNIK: Final = _read(
    "sputnik",
    f"""
sputnik | Sputnik | {_RS} | @SputnikInt | RU USD | 2014-11-10
    legal_id.sputnik domain.sputnik pixel.sputnik address.zubovsky ip.zubovsky email.sputnik
    page.sputnik device.sputnik phone.sputnik

mundo | Sputnik Mundo | {_RS} | @SputnikMundo | RU USD | 2014-12-02
    legal_id.sputnik domain.sputnik pixel.sputnik address.zubovsky ip.zubovsky email.sputnik
    page.mundo device.mundo phone.mundo

sputnikfr | Sputnik France | {_RS} | @sputnik_fr | FR EUR | 2015-01-14
    legal_id.sputnik domain.sputnik pixel.sputnik address.zubovsky ip.zubovsky email.sputnik
    page.sputnikfr device.sputnikfr phone.sputnikfr

sputnikde | Sputnik Deutschland | {_RS} | @de_sputnik | DE EUR | 2014-12-18
    legal_id.sputnik domain.sputnik pixel.sputnik address.zubovsky ip.zubovsky email.sputnik
    page.sputnikde device.sputnikde phone.sputnikde

brasil | Sputnik Brasil | {_RS} | @sputnik_brasil | BR BRL | 2015-02-03
    legal_id.sputnik domain.sputnik pixel.sputnik address.zubovsky ip.zubovsky email.sputnik
    page.brasil device.brasil phone.brasil
""",
)
"""The second named advertiser: it opened accounts, and never bought an ad."""

_PREFIX: Final = {"card": "fp_", "bank": "ba_", "admin": "user-", "device": "dev-", "pixel": "px-"}


def value_of(sheet: Sheet, word: str) -> str:
    """Return the value behind a ``kind.label`` word: fixed, or drawn from the seed and the word alone."""
    if word in FIXED:
        return FIXED[word]
    kind, _, label = word.partition(".")
    draws = Draws(sheet.seed, f"value {word}")
    if kind in _PREFIX:
        return _PREFIX[kind] + draws.letters()
    postcode = draws.between(10_000, 99_999)
    made = {
        "domain": f"{label}-{draws.digits(4)}.example",
        "email": f"office.{draws.digits(6)}@{label}-{draws.digits(4)}.example",
        "phone": phone("", 70_000 + draws.below(9_000)),
        "ip": f"2001:db8:{draws.below(65_536):x}::{draws.below(65_536):x}",
        "address": f"{draws.between(1, 200)} Capstan Yard, {postcode} {label.capitalize()}",
    }
    return made.get(kind) or f"{label}-{kind}-{draws.digits(10)}"


def hold_words(sheet: Sheet, account: Account, words: str) -> None:
    """Give an account the identifiers that some ``kind.label@from..until`` words name."""
    for word in words.split():
        name, _, period = word.partition("@")
        first, _, last = period.partition("..")
        kind = name.partition(".")[0]
        if kind == "domain" and not (last and account.domain):
            account.domain = value_of(sheet, name)
        sheet.hold(
            account,
            kind,
            value_of(sheet, name),
            role=ROLES.get(kind, "owner"),
            first=max(day(first), account.created) if first else None,
            last=day(last) if last else LAST_SEEN,
            source="verified" if kind in ("email", "phone", "legal_id") else "",
        )


def enter(sheet: Sheet) -> dict[str, Account]:
    """Open the accounts of the story.

    Returns:
        Label to account.
    """
    owners = {"named": _TV, "linked": _TV, "front": _TV, "sputnik": "FGUP MIA Rossiya Segodnya"}
    found = {}
    for role in (*NAMED, *LINKED, *FRONTS, *SPUTNIK):
        account = sheet.add(
            Account(
                account_id=sheet.new_id(),
                name=role.name,
                legal_name=role.legal_name,
                handle=role.handle,
                country=role.country,
                currency=role.currency,
                created=day(role.created),
                owner=owners[role.part],
                part=role.part,
                buys=False,
            )
        )
        hold_words(sheet, account, role.holds)
        found[role.label] = account
    return found
