"""The words that names, hosts and streets of the harbour are made of.

Law: a table of facts without code; everything is invented, and short enough that strangers often share it.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Country(NamedTuple):
    """What a country writes in its own way; ``mobile`` is the beginning of a mobile number."""

    code: str
    share: float
    currency: str
    calling: str
    trunk: str
    mobile: str
    digits: int
    tlds: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    legal: str
    language: str


_LTD = ("Ltd", "Limited", "LTD", "Ltd.")
COUNTRIES: Final = (
    Country(
        "US",
        0.2,
        "USD",
        "1",
        "",
        "",
        10,
        ("com", "com", "net", "io", "shop"),
        (("LLC", "L.L.C.", "Limited Liability Company"), ("Inc", "Inc.", "Incorporated")),
        "##-#######",
        "en",
    ),
    Country("GB", 0.14, "GBP", "44", "0", "7", 10, ("co.uk", "com", "uk"), (_LTD,), "########", "en"),
    Country(
        "DE",
        0.1,
        "EUR",
        "49",
        "0",
        "15",
        11,
        ("de", "de", "com"),
        (("GmbH", "Gesellschaft mit beschränkter Haftung", "mbH"), ("UG",)),
        "HRB #######",
        "de",
    ),
    Country(
        "FR",
        0.07,
        "EUR",
        "33",
        "0",
        "6",
        9,
        ("fr", "com"),
        (("SARL", "S.A.R.L."), ("SAS", "S.A.S.")),
        "### ### ###",
        "fr",
    ),
    Country(
        "ES",
        0.06,
        "EUR",
        "34",
        "",
        "6",
        9,
        ("es", "com"),
        (("SL", "S.L."), ("SA", "S.A.")),
        "B########",
        "es",
    ),
    Country(
        "IT",
        0.06,
        "EUR",
        "39",
        "",
        "3",
        10,
        ("it", "com"),
        (("SRL", "S.r.l."), ("SPA", "S.p.A.")),
        "MI-########",
        "it",
    ),
    Country(
        "PL",
        0.06,
        "PLN",
        "48",
        "",
        "5",
        9,
        ("pl", "com.pl", "com"),
        (("Sp. z o.o.", "Spółka z ograniczoną odpowiedzialnością"),),
        "0#########",
        "pl",
    ),
    Country(
        "UA", 0.06, "UAH", "380", "0", "67", 9, ("com.ua", "ua", "com"), (("ТОВ", "LLC"),), "########", "ru"
    ),
    Country(
        "RU",
        0.08,
        "RUB",
        "7",
        "8",
        "9",
        10,
        ("ru", "ru", "com"),
        (("ООО", "OOO", "Общество с ограниченной ответственностью"),),
        "1############",
        "ru",
    ),
    Country(
        "BR",
        0.05,
        "BRL",
        "55",
        "",
        "119",
        11,
        ("com.br", "com"),
        (("Ltda", "LTDA"),),
        "##.###.###/0001-##",
        "es",
    ),
    Country(
        "IN",
        0.04,
        "INR",
        "91",
        "0",
        "9",
        10,
        ("in", "co.in", "com"),
        (("Pvt Ltd", "Private Limited"),),
        "U#####MH####",
        "en",
    ),
    Country("NL", 0.03, "EUR", "31", "0", "6", 9, ("nl", "com"), (("BV", "B.V."),), "########", "de"),
    Country("TR", 0.03, "TRY", "90", "0", "5", 10, ("com.tr", "com"), (("AS", "A.S."),), "#######-#", "tr"),
    Country("CZ", 0.02, "CZK", "420", "", "6", 9, ("cz", "com"), (("s.r.o.", "sro"),), "########", "pl"),
)
"""Countries of the harbour's customers."""

FREE_HOSTS: Final = {
    "en": ("gmail.com", "gmail.com", "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com"),
    "de": ("gmail.com", "gmx.de", "web.de", "outlook.de", "t-online.de"),
    "fr": ("gmail.com", "orange.fr", "free.fr", "hotmail.fr", "laposte.net"),
    "es": ("gmail.com", "hotmail.es", "yahoo.es", "outlook.es"),
    "it": ("gmail.com", "libero.it", "virgilio.it", "hotmail.it"),
    "pl": ("gmail.com", "wp.pl", "o2.pl", "onet.pl", "seznam.cz"),
    "ru": ("gmail.com", "mail.ru", "yandex.ru", "ukr.net", "bk.ru"),
    "tr": ("gmail.com", "hotmail.com", "outlook.com"),
}
"""Mail hosts open to everybody, as common as they are listed."""

SHARED_PLACES: Final = (
    "facebook.com", "instagram.com", "bit.ly", "bit.ly", "t.me", "linktr.ee",
    "youtube.com", "forms.gle", "cutt.ly",
)  # fmt: skip
"""Known places that strangers link to."""

FIRST: Final = {
    "en": "James Mary John Sarah David Emma Daniel Laura Michael Anna Paul Grace Mark Helen "
    "Peter Priya Amit Olivia "
    "Thomas Lucy Adam Chloe Ryan Megan",
    "de": "Hans Anja Jens Katrin Uwe Sabine Lars Petra Stefan Julia Markus Heike Jan Lena Felix Nina",
    "fr": "Jean Claire Luc Camille Pierre Sophie Antoine Manon Hugo Lea Julien Elise",
    "es": "Carlos Maria Juan Ana Pedro Lucia Diego Carmen Luis Sofia Pablo Elena Rafael Julia",
    "it": "Marco Giulia Luca Chiara Paolo Elena Andrea Sara Matteo Anna Stefano Laura",
    "pl": "Piotr Anna Jan Ewa Marek Magda Pawel Katarzyna Tomasz Zofia Jakub Petra",
    "ru": "Иван Анна Сергей Ольга Дмитрий Елена Алексей Мария Павел Наталья Андрей Юлия Михаил Ирина",
    "tr": "Mehmet Ayse Ahmet Fatma Mustafa Elif Emre Zeynep Can Deniz",
}  # fmt: skip
"""First names by language."""

LAST: Final = {
    "en": "Smith Jones Taylor Brown Wilson Evans Walker Green Hall Wood Baker Clarke Patel "
    "Sharma Singh Murphy Cooper "
    "Ward Turner Gray Hughes Price Bennett Foster Reid Marsh Dalton Kerr Whitlock Farrow",
    "de": "Mueller Schmidt Weber Fischer Becker Hoffmann Wagner Koch Bauer Richter Klein Wolf "
    "Vogel Lang Krause Brandt "
    "de-Vries Bakker Jansen Visser",
    "fr": "Martin Bernard Petit Durand Leroy Moreau Simon Laurent Garnier Faure Rousseau Blanc "
    "Girard Mercier",
    "es": "Garcia Lopez Martinez Sanchez Perez Gomez Silva Santos Oliveira Costa Ruiz Moreno "
    "Torres Ramos Vega Navarro",
    "it": "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Moretti",
    "pl": "Nowak Kowalski Wisniewski Wojcik Kaminski Zielinski Novak Svoboda Dvorak Mazur Krol "
    "Pawlak Dudek Wrona",
    "ru": "Иванов Петров Сидоров Кузнецов Попов Волков Соколов Лебедев Козлов Новиков Морозов "
    "Шевченко Бондаренко "
    "Коваленко Мельник Ткаченко",
    "tr": "Yilmaz Kaya Demir Celik Sahin Yildiz Aydin Ozturk Arslan Dogan Kilic Aslan",
}
"""Family names by language."""

STEMS: Final = (
    "Amber Alder Anchor Apex Arbor Atlas Aurora Beacon Birch Blue Bright Bridge Calm "
    "Cedar Chalk Cinder Clear Cobalt "
    "Copper Coral Crest Crown Dawn Delta Drift Dune Eagle East Echo Elm Ember Ever Falcon "
    "Fern Field Flint Forge Fox "
    "Glade Gold Grand Granite Green Grove Harbour Haven Hazel Heron High Hill Horizon "
    "Iron Ivory Jade Juniper Keel "
    "Kite Lake Lark Laurel Linden Lion Loft Lunar Lush Maple Marble Marine Meadow Mill "
    "Mint Moss Nimbus Noble North "
    "Nova Oak Ocean Olive Onyx Opal Orchard Orion Osprey Paper Peak Pearl Pebble Pine "
    "Pioneer Plain Polar Prime Quartz "
    "Quay Quiet Rapid Raven Red Reed Ridge River Robin Rock Rose Royal Rush Sable Sage "
    "Salt Sand Scarlet Shore Silver "
    "Sky Slate Smart Solar Sonic Spark Spring Star Steel Stone Storm Summit Sun Swift "
    "Terra Thistle Tide Timber Topaz "
    "Trade Union Urban Vale Vector Velvet Verde Vista Vital Wave West White Wild Willow "
    "Wind Wolf Wren Zen Zephyr"
)
"""First and second words of brands written in Latin letters."""

STEMS_CYRILLIC: Final = (
    "Альфа Арктика Аврора Баланс Берег Вектор Весна Ветер Волна Восток Гарант Город "
    "Гранит Дельта Дом Звезда Запад "
    "Импульс Кедр Квадрат Континент Космос Лидер Луч Магнит Маяк Мир Мост Океан Орион "
    "Остров Парус Партнёр Полюс "
    "Прогресс Радуга Родник Север Сигма Сокол Союз Спектр Старт Сфера Успех Феникс Формат "
    "Центр Эталон Юг Янтарь"
)
"""Words of brands written in Cyrillic letters."""

TRADES: Final = {
    "en": "Media|Foods|Travel|Fitness|Dental|Homes|Marketing|Trading|Studio|Fashion|Motors|"
    "Finance|Health|Garden|"
    "Learning|Logistics|Coffee|Beauty|Design|Events|Legal|Energy|Software|Pets|Sports",
    "de": "Handel|Reisen|Bau|Medien|Technik|Moden|Immobilien|Energie|Werbung|Logistik|Pflege|Küchen",
    "fr": "Conseil|Voyages|Immobilier|Mode|Traiteur|Énergie|Formation|Beauté|Média|Habitat",
    "es": "Viajes|Moda|Inmobiliaria|Comercial|Salud|Energía|Formación|Hogar|Medios|Comércio",
    "it": "Viaggi|Moda|Immobiliare|Servizi|Casa|Energia|Salute|Commercio|Caffè|Media",
    "pl": "Handel|Usługi|Media|Budowa|Zdrowie|Moda|Transport|Dom|Kawa|Energia",
    "ru": "Торг|Медиа|Строй|Сервис|Маркет|Тревел|Мебель|Авто|Финанс|Агро",
    "tr": "Ticaret|Turizm|Medya|Emlak|Moda|Enerji|Gida|Insaat",
}
"""What a business is in, by language; several words of a language are separated by bars."""

CITIES: Final = {
    "US": "Austin|Denver|Boston|Tampa|Portland|Chicago|Dayton|Fresno",
    "GB": "London|Leeds|Bristol|Glasgow|Cardiff|Norwich",
    "DE": "Berlin|Köln|Hamburg|Leipzig|Bremen|Mainz",
    "FR": "Paris|Lyon|Nantes|Lille|Nice|Rennes",
    "ES": "Madrid|Sevilla|Valencia|Bilbao|Málaga",
    "IT": "Milano|Roma|Torino|Bari|Bologna",
    "PL": "Warszawa|Kraków|Gdańsk|Poznań|Łódź",
    "UA": "Київ|Львів|Одеса|Дніпро",
    "RU": "Москва|Казань|Самара|Пермь|Томск",
    "BR": "São Paulo|Recife|Curitiba|Belém",
    "IN": "Mumbai|Pune|Delhi|Chennai",
    "NL": "Amsterdam|Utrecht|Breda|Delft",
    "TR": "Istanbul|Izmir|Ankara|Bursa",
    "CZ": "Praha|Brno|Plzeň|Olomouc",
}
"""Cities by country."""

STREETS: Final = {
    "en": "High Street|Station Road|Mill Lane|Park Avenue|Church Street|Queen Street|Market "
    "Street|Oak Drive|King Road",
    "de": "Hauptstraße|Bahnhofstraße|Gartenweg|Lindenallee|Schulstraße|Marktplatz|Ringstraße",
    "fr": "Rue Pasteur|Avenue de la Gare|Rue Victor Hugo|Boulevard Voltaire|Rue des Lilas|Place du Marché",
    "es": "Calle Mayor|Avenida del Sol|Calle Real|Paseo del Norte|Rua das Flores|Avenida Central",
    "it": "Via Roma|Corso Italia|Via Garibaldi|Piazza Dante|Via Verdi|Viale Europa",
    "pl": "ul. Polna|ul. Lesna|ul. Szkolna|al. Jana|ul. Krotka|Dlouha",
    "ru": "ул. Ленина|ул. Садовая|пр. Мира|ул. Лесная|ул. Школьная|ул. Победы",
    "tr": "Cumhuriyet Cad.|Ataturk Bulv.|Gul Sok.|Istiklal Cad.|Barbaros Cad.",
}
"""Streets by language."""
