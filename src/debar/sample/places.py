"""Countries of the invented platform, and the words of their advertisers: names, addresses, texts.

Law: every currency here has a published ECB rate on every day from 2011 to 2017; every name is put together
from word lists by a draw, so that a likeness to a real business is chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from debar.sample.draws import Draws


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Where an advertiser sits.

    Args:
        code: ISO 3166 alpha-2.
        currency: ISO 4217 of its billing.
        tax_percent: Sales tax on invoices, whole percent.
        share: Its share of advertisers, in parts of the table's total.
        hours: Hours ahead of UTC: when its people are at work.
        language: Key of the word lists.
        cities: Where addresses are.
    """

    code: str
    currency: str
    tax_percent: int
    share: int
    hours: int
    language: str
    cities: tuple[str, ...]


_TABLE: Final = """
US USD 0 30 -6 en Springfield,Fairview,Madison,Salem,Georgetown,Clinton,Arlington
GB GBP 20 9 0 en Leeds,Bristol,Norwich,Cardiff,London
DE EUR 19 7 1 de Berlin,Kassel,Bremen,Jena
FR EUR 20 6 1 fr Lyon,Nantes,Lille,Paris
ES EUR 21 5 1 es Valencia,Burgos,Madrid
IT EUR 22 4 1 it Torino,Bari,Parma
NL EUR 21 2 1 en Utrecht,Breda
PL PLN 23 2 1 en Poznan,Lublin
SE SEK 25 1 1 en Malmö,Umeå
CH CHF 8 1 1 de Zug,Bern
RU RUB 0 3 3 ru Тула,Москва,Казань,Омск
UA USD 0 1 2 ru Харьков,Одесса
BR BRL 0 5 -3 pt Recife,Curitiba,Santos
MX MXN 16 4 -6 es Puebla,Mérida,Ciudad de México
AR USD 0 1 -3 es Rosario,Salta
CO USD 0 1 -5 es Cali,Medellín
IN INR 0 4 5 en Pune,Kochi,Jaipur
ID IDR 0 2 7 en Bandung,Medan
JP JPY 8 3 9 ja 京都,札幌,福岡
KR KRW 10 1 9 en Busan,Daegu
CN USD 0 2 8 zh 成都,厦门,杭州
AU AUD 10 2 10 en Perth,Hobart,Geelong
CA CAD 0 3 -5 en Halifax,Regina,Kelowna
ZA ZAR 14 1 2 en Durban,Polokwane
TR TRY 18 2 3 en Bursa,Konya
EG USD 0 1 2 ar القاهرة,أسوان
AE USD 0 1 4 ar دبي,الشارقة
IL ILS 17 1 2 en Haifa,Eilat
SG SGD 7 1 8 en Singapore
NG USD 0 1 1 en Lagos,Ibadan
"""


def _read() -> tuple[Country, ...]:
    found = []
    for line in _TABLE.strip().splitlines():
        code, currency, tax, share, hours, language, cities = line.split(maxsplit=6)
        found.append(
            Country(
                code=code,
                currency=currency,
                tax_percent=int(tax),
                share=int(share),
                hours=int(hours),
                language=language,
                cities=tuple(cities.split(",")),
            )
        )
    return tuple(found)


COUNTRIES: Final = _read()
"""All countries, the commonest first."""

BY_CODE: Final = {country.code: country for country in COUNTRIES}
"""Country code to country."""

_TICKETS: Final = tuple(country for country in COUNTRIES for _ in range(country.share))


def draw_country(draws: Draws) -> Country:
    """Draw the country of an advertiser, by its share."""
    return draws.pick(_TICKETS)


_EXCHANGES: Final = {
    "FR": ("+33 1 99 00 {:02d} {:02d}", 10_000),
    "AU": ("+61 2 5550 {:02d}{:02d}", 10_000),
    "RU": ("+7 495 000-{:02d}-{:02d}", 10_000),
}
_US_NUMBERS: Final = 80_000


def phone(country: str, number: int) -> str:
    """Return an invented telephone number, different for each ``number`` (up to the range's size).

    Why: the ranges are those set aside for fiction (555-01xx, 01 99 00, 5550) or never given out, so that
    nobody's telephone stands in the world.

    Args:
        country: ISO 3166 alpha-2; countries without such a range get an American number.
        number: A running number.
    """
    form, size = _EXCHANGES.get(country, ("", 0))
    if form and number < size:
        place = number * 7919 % size
        return form.format(*divmod(place, 100))
    area, line = divmod(number * 7919 % _US_NUMBERS, 100)
    return f"+1 ({200 + area}) 555-01{line:02d}"


_FIRST: Final = {
    "en": "Amber Birch Cobalt Dovetail Ember Fernhill Gable Harrow Ironwood Juniper Kestrel Lantern Maple "
    "Northgate Orchard Pinion Quarry Rivet Saffron Thistle Umber Verity Willow Yarrow Zephyr Bluebell Copper "
    "Driftwood Foxglove Granite Hazel Larkspur Meadow Nutmeg Oakline Pebble Russet Sorrel Tamarind Walnut",
    "de": "Linden Falken Birken Rosen Silber Nord Wald Stern Kupfer Mühlen Garten Brücken Eichen Wiesen",
    "fr": "Lavande Rivage Colline Étoile Mistral Verger Moulin Clairière Brume Cerisier Galet Aurore",
    "es": "Olivo Río Luna Naranjo Sierra Faro Almendro Brisa Cantera Jacaranda Molino Girasol",
    "it": "Cipresso Laguna Quercia Borgo Limone Ponente Castagno Fontana Torre Ginestra",
    "pt": "Ipê Maré Serra Jangada Cajueiro Aurora Pitanga Farol Andorinha Laranjal",
    "ru": "Северный Рябина Волна Полюс Берёза Ладога Сокол Родник Мастер Искра Заря Уют",
    "ar": "النخيل الواحة الياسمين القمر الصحراء البحر الزيتون النجمة",
    "zh": "青山 明月 长河 春风 金叶 东海 白鹿 云杉",
    "ja": "桜木 青空 山吹 松風 紅葉 白波 若草 月見",
}
_SECOND: Final = {
    "en": "Bakery Cycles Dental Travel Books Plumbing Software Tutoring Coffee Roofing Gardens Records Legal "
    "Kitchens Outdoors Optics Pottery Insurance Fitness Toys Ceramics Logistics Apparel Hardware Studio "
    "Veterinary Catering Interiors Astronomy Radio Tea Sailing Printing Furniture Candles",
    "de": "Bäckerei Reisen Möbel Buchladen Optik Technik Gärtnerei Brauerei Werkstatt Verlag",
    "fr": "Boulangerie Voyages Librairie Meubles Traiteur Cycles Fleurs Atelier Conseil",
    "es": "Panadería Viajes Muebles Librería Cerámica Deportes Óptica Flores Talleres",
    "it": "Panificio Viaggi Arredi Libri Ceramiche Gelati Occhiali Vini",
    "pt": "Padaria Viagens Móveis Livros Cerâmica Esportes Flores Café",
    "ru": "Пекарня Туры Мебель Книги Оптика Сервис Кофе Мастерская",
    "ar": "للسفر للكتب للأثاث للزهور للعطور للقهوة",
    "zh": "茶叶 家具 书店 旅行 陶瓷 软件",
    "ja": "茶舗 書房 旅行 家具 陶芸 珈琲",
}
_WORDS: Final = {
    language: (tuple(_FIRST[language].split()), tuple(_SECOND[language].split())) for language in _FIRST
}
_FORMS: Final = {
    "US": ("LLC", "Inc.", "Corp."),
    "GB": ("Ltd", "LLP"),
    "DE": ("GmbH", "UG", "e.K."),
    "CH": ("AG", "GmbH"),
    "FR": ("SARL", "SAS"),
    "ES": ("S.L.", "S.A."),
    "IT": ("S.r.l.",),
    "NL": ("B.V.",),
    "PL": ("Sp. z o.o.",),
    "SE": ("AB",),
    "RU": ("ООО",),
    "BR": ("Ltda.",),
    "MX": ("S.A. de C.V.",),
    "JP": ("株式会社",),
    "CN": ("有限公司",),
    "AU": ("Pty Ltd",),
    "TR": ("A.Ş.",),
}
_STREETS: Final = (
    "Linden Row", "Tanner Street", "Quay Road", "Mill Lane", "Orchard Way", "Station Street", "Chapel Close",
    "Foundry Yard", "Weaver Street", "Harbour Walk", "Cooper Lane", "Beacon Hill", "Saddler Street",
)  # fmt: skip
_OFFERS: Final = (
    "our new spring range is here", "book before the end of the month", "free delivery on first orders",
    "made by hand in small numbers", "ask us for a quote today", "now open on Saturdays too",
    "twenty years in the same street", "see what our neighbours say", "half price for students this week",
    "the catalogue everybody asked for", "come and try it yourself", "two for one until Sunday",
)  # fmt: skip
_CALLS: Final = (
    "Read more.",
    "Visit us.",
    "Order online.",
    "Call today.",
    "See the list.",
    "Reserve a place.",
)
_EMOJI: Final = ("🌵", "🚲", "☕", "🎈", "🐝", "🌊")


def business_name(draws: Draws, language: str) -> str:
    """Draw the name of a business in a language of the word lists."""
    first, second = _WORDS[language]
    name = f"{draws.pick(first)} {draws.pick(second)}"
    if language in ("zh", "ja"):
        name = name.replace(" ", "")
    if draws.chance(260) and language == "en":
        name = f"{draws.pick(first)} & {name}"
    return f"{draws.pick(_EMOJI)} {name}" if draws.chance(12) else name


def legal_name(draws: Draws, name: str, country: str) -> str:
    """Return a business name with a legal form of its country."""
    forms = _FORMS.get(country)
    bare = name.lstrip("".join(_EMOJI) + " ")
    if forms is None:
        return bare
    form = draws.pick(forms)
    return f"{form} «{bare}»" if country == "RU" else f"{bare} {form}"


def slug(name: str) -> str:
    """Return the ASCII letters of a name in lower case, or ``shop`` where it has too few."""
    letters = "".join(c for c in name.casefold() if c.isascii() and c.isalnum())
    return letters[:18] if len(letters) >= 3 else "shop"


def address(draws: Draws, city: str) -> str:
    """Draw a postal address: an invented street in a city."""
    return f"{draws.between(1, 240)} {draws.pick(_STREETS)}, {draws.between(10000, 99999)} {city}"


def advertising_text(draws: Draws, name: str) -> str:
    """Draw the text of an ordinary ad."""
    return f"{name}: {draws.pick(_OFFERS)}. {draws.pick(_CALLS)}"


_SUBJECTS: Final = (
    "the debate", "the primaries", "the conventions", "the campaign trail", "the polls", "the candidates",
    "the Senate races", "foreign policy", "the economy", "trade", "the fact checks", "the town halls",
)  # fmt: skip
_OPENINGS: Final = (
    "Watch live", "Our correspondents on", "Five views on", "What viewers ask about", "Tonight:",
    "In pictures:", "The morning briefing on", "A closer look at", "Panel discussion:", "Catch up on",
)  # fmt: skip
_TAILS: Final = (
    "with guests from both parties", "from our Washington studio", "in under three minutes",
    "all day on air and online", "and what comes next", "as it happened hour by hour",
)  # fmt: skip


def broadcast_text(draws: Draws) -> str:
    """Draw the text of a broadcaster's promoted post: invented, and neutral on purpose."""
    return f"{draws.pick(_OPENINGS)} {draws.pick(_SUBJECTS)}, {draws.pick(_TAILS)}"
