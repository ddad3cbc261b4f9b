"""What a text looks like: an e-mail address, a day in one of ten forms, money, a currency, an id.

Law: a shape is a property of the text alone; a day that can be read in two ways has both shapes.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import TYPE_CHECKING, Final

from debar.evidence.normalise import passes_luhn
from debar.intake.archives.countries import country_codes, country_names
from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTHS: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|"
    "september|october|november|december|mai|okt|dez|märz|juni|juli|oktober|dezember|januar|februar"
)
_CLOCK: Final = r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?"
_ZONE: Final = r" ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)"

FORMS_OF_DAYS: Final = {
    "day": (r"\d{4}-\d{2}-\d{2}", None),
    "day with slashes": (r"\d{4}/\d{1,2}/\d{1,2}", None),
    "time with zone": (rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}{_CLOCK}{_ZONE}", None),
    "time without zone": (rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}{_CLOCK}", None),
    "day.month.year": (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    "day-month-year": (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    "day/month/year": (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    "month/day/year": (r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"),
    "day-month name-year": (rf"\d{{1,2}}[- ]({_MONTHS})[- ]\d{{2,4}}", "%d-%b-%y"),
    "month name day, year": (rf"({_MONTHS})\.? \d{{1,2}},? \d{{4}}", "%b %d, %Y"),
    "compact day": (r"(19|20)\d{2}[01]\d[0-3]\d", "%Y%m%d"),
}
"""Name to pattern and, where ``platform.toml`` needs one, the form to declare."""

_DAY_FORMS: Final = {name: re.compile(pattern, re.IGNORECASE) for name, (pattern, _) in FORMS_OF_DAYS.items()}
_EMAIL: Final = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[A-Za-z]{2,}")
_URL: Final = re.compile(r"(web_view_url:)?https?://\S+")
_DOMAIN: Final = re.compile(r"([a-z0-9_-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_POINT: Final = re.compile(r"[^\d\s.,-]{0,3}\s?-?\d+\.\d+\s?[^\d\s.,]{0,3}")
_COMMA: Final = re.compile(r"[^\d\s.,-]{0,3}\s?-?\d+,\d{1,2}\s?[^\d\s.,]{0,3}")
_GROUPED_COMMA: Final = re.compile(r"[^\d\s]?-?\d{1,3}([. \u00a0\u202f]\d{3})+,\d{1,2}( ?[^\d\s]{1,3})?")
_GROUPED_POINT: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d{1,6})?")
_SOME: Final = r"[\d.,]+\s*[kM]?"
_RANGE: Final = re.compile(rf"(≤|<=?|≥|>=?)\s*{_SOME}|{_SOME}\s*[-–—]\s*{_SOME}|[\d.,]+\s*\+")
_PHONE: Final = re.compile(r"\+[0-9][0-9 ()./-]{6,20}")
_HEX: Final = re.compile(r"[0-9a-f]{16,128}", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CARD_PRINT: Final = re.compile(r"(card|fp|fingerprint|pm|tok|src)_[0-9A-Za-z]{6,}")
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_ID: Final = re.compile(r"(?=.*\d)[A-Za-z]{0,8}[-_:|.]?[A-Za-z0-9()][A-Za-z0-9_:|().-]{2,60}")
_YES_NO: Final = frozenset(
    ["true", "false", "t", "f", "yes", "no", "y", "n", "0", "1", "ja", "nein", "oui", "non", "si", "sí"]
)


def _is_ip(text: str) -> bool:
    if not re.fullmatch(r"[0-9a-fA-F:.]{3,45}", text) or not re.search(r"[.:]", text):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _day_can_be(text: str, first: int, second: int) -> bool:
    parts = [int(part) for part in re.findall(r"\d+", text)[:3]]
    try:
        date(parts[2], parts[second], parts[first])
    except (ValueError, IndexError):
        return False
    return True


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return digits.isdigit() and 13 <= len(digits) <= 19 and passes_luhn(digits)


def _is_iban(text: str) -> bool:
    """ISO 13616: moved to the end, country and check digits leave one when divided by 97."""
    plain = text.replace(" ", "")
    if not _IBAN.fullmatch(plain):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _epoch(text: str, low: int, high: int) -> bool:
    return text.isdigit() and len(text) <= 14 and low <= int(text) <= high


SHAPES: Final[dict[str, Callable[[str], bool]]] = {
    "e-mail address": lambda t: bool(_EMAIL.fullmatch(t)),
    "IP address": _is_ip,
    "web address": lambda t: bool(_URL.match(t)),
    "domain": lambda t: bool(_DOMAIN.fullmatch(t)) and not t.replace(".", "").isdigit(),
    "country code": lambda t: len(t) == 2 and t.upper() in country_codes(),
    "country name": lambda t: t.lower() in country_names(),
    "currency": lambda t: len(t) == 3 and t in MINOR_DIGITS,
    **{
        name: (lambda t, p=pattern: bool(p.fullmatch(t)))  # type: ignore[misc]
        for name, pattern in _DAY_FORMS.items()
        if name not in ("day/month/year", "month/day/year")
    },
    "day/month/year": lambda t: bool(_DAY_FORMS["day/month/year"].fullmatch(t)) and _day_can_be(t, 0, 1),
    "month/day/year": lambda t: bool(_DAY_FORMS["month/day/year"].fullmatch(t)) and _day_can_be(t, 1, 0),
    "seconds since 1970": lambda t: _epoch(t, 946_684_800, 4_102_444_800),
    "milliseconds since 1970": lambda t: _epoch(t, 946_684_800_000, 4_102_444_800_000),
    "whole number": lambda t: bool(re.fullmatch(r"-?\d{1,18}(\.0+)?", t)),
    "number with a point": lambda t: bool(_POINT.fullmatch(t)),
    "number with a comma": lambda t: bool(_COMMA.fullmatch(t) or _GROUPED_COMMA.fullmatch(t)),
    "number in groups": lambda t: bool(_GROUPED_POINT.fullmatch(t)),
    "range": lambda t: bool(_RANGE.fullmatch(t)),
    "card number in clear": _is_card,
    "card fingerprint": lambda t: bool(_CARD_PRINT.fullmatch(t)),
    "bank account": _is_iban,
    "telephone number": lambda t: bool(_PHONE.fullmatch(t)),
    "digest": lambda t: bool(_HEX.fullmatch(t)) and not t.isdigit(),
    "UUID": lambda t: bool(_UUID.fullmatch(t)),
    "id": lambda t: bool(_ID.fullmatch(t)),
    "yes or no": lambda t: t.lower() in _YES_NO,
    "JSON": lambda t: t[:1] in "[{" and t[-1:] in "]}",
    "words": lambda t: " " in t and any(c.isalpha() for c in t),
}
"""Name of a shape to whether a text has it."""

NUMBERS: Final = ("whole number", "number with a point", "number with a comma", "number in groups", "range")
DAYS: Final = (*FORMS_OF_DAYS, "seconds since 1970", "milliseconds since 1970")


def shapes_of(values: list[str]) -> dict[str, float]:
    """Return the share of values with each shape; shapes that none has are left out."""
    if not values:
        return {}
    counts = {name: sum(map(test, values)) for name, test in SHAPES.items()}
    return {name: count / len(values) for name, count in counts.items() if count}
