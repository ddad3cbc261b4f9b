"""Word lists of the bazaar: countries, streets, people, trades.

Law: tables only; the names are common ones, and meet again on strangers as common names do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Where somebody trades.

    Args:
        code: ISO 3166 alpha-2.
        currency: ISO 4217.
        phone: Mobile number pattern without ``+``; ``#`` is a digit.
        trunk: Digits of the pattern that are the country code.
        tlds: Suffixes under which domains are registered.
        cities: Cities with postcode patterns.
        forms: Legal forms.
        register: Pattern of a register number.
        tax: Pattern of a tax number.
        people: Which names people have: ``west``, ``east``, ``han``.
        weight: Relative number of owners.
    """

    code: str
    currency: str
    phone: str
    trunk: int
    tlds: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]
    register: str
    tax: str
    people: str
    weight: int


def _country(head: str, phone: str, tlds: str, cities: str, forms: str, numbers: str) -> Country:
    code, currency, people, weight = head.split()
    register, tax = numbers.split("|")
    trunk, _, rest = phone.partition(" ")
    places = [city.rpartition(":") for city in cities.split("|")]
    return Country(
        code=code,
        currency=currency,
        phone=trunk + rest,
        trunk=len(trunk),
        tlds=tuple(tlds.split()),
        cities=tuple((name, post) for name, _, post in places),
        forms=tuple(forms.split("|")),
        register=register,
        tax=tax,
        people=people,
        weight=int(weight),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COUNTRIES: Final = (
    _country(
        "US USD west 26",
        "1 212#######",
        "com net org us",
        "Austin, TX:787##|Denver, CO:802##|Miami, FL:331##",
        "LLC|Inc.|L.L.C.|Corp.|Limited Liability Company",
        "C#######|##-#######",
    ),
    _country(
        "GB GBP west 14",
        "44 77########",
        "co.uk com uk",
        "Leeds:LS# #QD|London:E# #PX|Bristol:BS# #HT",
        "Ltd|Limited|LLP|Ltd.",
        "########|GB#########",
    ),
    _country(
        "DE EUR west 10",
        "49 151########",
        "de com eu",
        "Köln:50###|Leipzig:04###|Berlin:10###",
        "GmbH|UG|e.K.|GmbH & Co. KG",
        "HRB ###### B|DE#########",
    ),
    _country(
        "FR EUR west 7",
        "33 6########",
        "fr com",
        "Lyon:690##|Lille:590##|Nantes:440##",
        "SARL|SAS|S.A.R.L.|société à responsabilité limitée",
        "### ### ###|FR## #########",
    ),
    _country(
        "RU RUB east 12",
        "7 9#########",
        "ru com su",
        "Тверь:170###|Казань:420###|Санкт-Петербург:190###",
        "ООО|АО|Общество с ограниченной ответственностью|OOO",
        "1###########5|77########",
    ),
    _country(
        "UA UAH east 6",
        "380 67#######",
        "com.ua com ua",
        "Київ:01###|Львів:790##|Одеса:650##",
        "ТОВ|LLC|ФОП",
        "########|##########",
    ),
    _country(
        "PL PLN west 5",
        "48 5########",
        "pl com.pl com",
        "Łódź:90-###|Kraków:30-###|Gdynia:81-###",
        "sp. z o.o.|Sp. z o. o.|S.A.",
        "00000#####|PL##########",
    ),
    _country(
        "IN INR west 9",
        "91 9#########",
        "in com co.in",
        "Pune:4110##|Jaipur:3020##|Kochi:6820##",
        "Pvt Ltd|Private Limited|LLP",
        "U#####MH2014PTC######|27AAACB####A1Z5",
    ),
    _country(
        "BR BRL west 6",
        "55 119########",
        "com.br com",
        "Curitiba:80###-###|Recife:50###-###",
        "Ltda|ME|S.A.",
        "##.###.###/0001-##|########0001##",
    ),
    _country(
        "HK HKD han 5",
        "852 9#######",
        "com.hk com hk",
        "Kowloon:HK|Wan Chai:HK|九龍:HK",
        "Limited|有限公司|Ltd",
        "1######|########",
    ),
)
"""The countries in which people of the bazaar trade."""

GIVEN: Final = {
    "west": _words(
        "Anna Ben Carla David Elena Frank Grace Hugo Irene James Karen Leon Maria Noah "
        "Olga Paul Rita Simon "
        "Tara Victor Wendy Adam Clara Emil"
    ),
    "east": _words("Иван Анна Сергей Ольга Дмитрий Елена Павел Мария Олег Ирина Антон Юлия Андрей Наталья"),
    "han": _words("Wei Ming Li Jun Mei Hao Xin Yan Chen Kai Ling Fang"),
}
FAMILY: Final = {
    "west": _words(
        "Adams Baker Costa Davies Evans Fischer Garcia Hughes Iyer Jones Keller Lopez "
        "Martin Novak Olsen Patel "
        "Quinn Rossi Smith Turner Urban Vogel Walker Young Becker Silva Kumar Meyer Weber Dubois Singh"
    ),
    "east": _words(
        "Иванов Петров Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов "
        "Шевченко Бойко "
        "Коваленко Ткаченко Орлов"
    ),
    "han": _words("Wang Li Zhang Liu Chan Wong Lam Cheung Ho Leung Ng Lau"),
}
FIRST: Final = {
    "west": _words(
        "Bright Silver North Green River Urban Prime Blue Summit Golden Swift Clear "
        "Coastal Royal Pioneer Atlas "
        "Vertex Lumen Cedar Harvest Falcon Orchid Solar Copper Velvet Maple Stone Crystal Anchor Beacon "
        "Iris Nova "
        "Delta Quantum Hazel Willow Ember Zephyr Indigo Terra"
    ),
    "east": _words(
        "Север Альфа Заря Вектор Берег Мир Радуга Лидер Сфера Восток Эталон Импульс Старт Форум Родник Спектр"
    ),
    "han": _words("金龍 華盛 永利 東方 宏達 新興 Golden Jade Pearl Lucky Grand Orient"),
}
TRADE: Final = {
    "west": _words(
        "Media Trading Studio Fitness Dental Travel Foods Design Motors Homes Legal "
        "Books Clinic Games Events "
        "Digital Energy Fashion Garden Tools Finance Academy Events Optics Kitchens Logistics Beauty Pets"
    ),
    "east": _words("Трейд Медиа Строй Сервис Маркет Плюс Инвест Групп Тур Мебель Авто Дизайн"),
    "han": _words("貿易 科技 傳媒 Trading Media Holdings International"),
}
STREETS: Final = {
    "west": _words(
        "Mill Church Station Park High Victoria Garden Bridge Market School King Queen Oak Lake Canal Forest"
    ),
    "east": _words("Ленина Садовая Мира Лесная Гагарина Победы Школьная Новая Центральная"),
    "han": _words("Nathan Canton Queen's Hennessy Jaffe Gloucester"),
}
FREE_MAIL: Final = {
    "west": ("gmail.com", "gmail.com", "outlook.com", "yahoo.com", "proton.me", "icloud.com"),
    "east": ("mail.ru", "yandex.ru", "gmail.com", "ukr.net", "bk.ru"),
    "han": ("gmail.com", "qq.com", "163.com", "outlook.com"),
}
JUNK: Final = {
    "legal_id": ("n/a", "0000", "0", "none", "12345678", "PENDING", "see contract"),
    "domain": ("example.com", "n/a", "google.com", "test.com"),
    "email": ("test@example.com", "noreply@example.com", "none@none.com", "info@example.com", "n/a"),
    "card": ("UNKNOWN", "0000", "manual-invoice", "test"),
    "admin": ("admin", "n/a", "system", "support"),
    "device": ("00000000-0000-0000-0000-000000000000", "unknown", "9774d56d682e549c"),
    "ip": ("127.0.0.1", "10.0.0.1", "8.8.8.8", "192.168.0.1"),
    "pixel": ("UA-XXXXX-Y", "UA-0000000-1", "GTM-XXXX", "000000000000000"),
    "phone": ("+10000000000", "0000", "n/a", "+11234567890"),
    "address": ("US", "n/a", "-", "Head office", "same as above"),
}
"""What stands in a field where nobody cared; part of it is refused on reading, part of it is not."""
