"""Sentences with their values, by language and key.

Law: a sentence is never put together in code; a second language is a second table with the same keys.
Values are made legible before they enter a sentence, and are never read as a template; numbers, days and
money are written as the language writes them. What people wrote is never translated by a machine: it stands
in a translation that people gave with the decision, or in its own words and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from debar.model.currencies import MINOR_DIGITS
from debar.model.identifiers import SENSITIVE_KINDS
from debar.model.legible import isolated, legible
from debar.model.money import MICROS, Money, parse_micros
from debar.model.problem import DebarError
from debar.notices.words.english import ENGLISH
from debar.notices.words.german import GERMAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

CATALOGUES: Final[dict[str, Mapping[str, str]]] = {"en": ENGLISH, "de": GERMAN}
"""Language code (ISO 639-1, lower case) to its sentences; every table has the same keys."""

LANGUAGES: Final = tuple(CATALOGUES)
"""Codes of all languages that notices are written in."""

LOCALES: Final = {"en": "en_GB"}
"""Language to the locale whose days and numbers it takes, where that is not the language itself."""

_SYMBOLS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}


class Said(str):
    """Text that is already fit to be shown, and goes into a further sentence as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One language's sentences.

    Args:
        language: ISO 639-1, lower case.
        sentences: By key.
        translations: What people wrote, to what people translated it to.
        written_in: Language in which people wrote it; empty where nobody said.
    """

    language: str
    sentences: Mapping[str, str]
    translations: Mapping[str, str] = field(default_factory=dict)
    written_in: str = "en"

    @property
    def locale(self) -> str:
        """The locale that days and numbers are written in."""
        return LOCALES.get(self.language, self.language)

    def say(self, key: str, /, **values: object) -> Said:
        """Return a sentence with its values, each made legible and unable to reorder its neighbours."""
        shown = {
            name: Said(self.number(value)) if type(value) is int else _fit(value)
            for name, value in values.items()
        }
        return Said(self.sentences[key].format_map(shown))

    def say_known(self, prefix: str, word: str) -> Said:
        """Return the catalogue's word for a coded value, or the value itself where it has none."""
        known = self.sentences.get(f"{prefix}.{word}")
        return _fit(word) if known is None else Said(known)

    def listed(self, parts: Iterable[str], *, conjunction: bool = False) -> Said:
        """Return parts joined by commas, the last one by "and" where asked."""
        shown = [_fit(part) for part in parts]
        if conjunction and len(shown) > 1:
            return Said(self.sentences["list.and"].format(first=", ".join(shown[:-1]), last=shown[-1]))
        return Said(", ".join(shown))

    def told(self, text: str) -> Said:
        """Return what people wrote: in this language where they gave it so, else quoted in their own.

        Line breaks are kept.
        """
        shown = legible(self.translations.get(text, text), lines=True)
        if not text or self.language == self.written_in or text in self.translations:
            return Said(shown)
        known = self.sentences.get(f"language.{self.written_in}")
        if known is None:
            return self.say("quoted.unknown", text=Said(shown))
        return self.say("quoted", language=Said(known), text=Said(shown))

    def value(self, kind: str, shown: str) -> Said:
        """Name an identifier's value; a mask names its kind in English, and is renamed elsewhere."""
        if self.language == "en":
            return _fit(shown)
        noun = self.sentences.get(f"kind.short.{kind}", self.sentences["kind.other"])
        bare = shown.removeprefix(f"{kind} ") if kind in SENSITIVE_KINDS else shown
        return Said(f"{noun} {_fit(bare)}")

    def number(self, number: int | Decimal) -> str:
        """Write a number with its groups, such as ``20,417``."""
        return str(format_decimal(number, locale=self.locale, decimal_quantization=False))

    def money(self, money: Money) -> Said:
        """Write an amount with its currency's own decimals, such as ``1,900,000.00 USD``.

        An amount that does not fit the minor unit keeps its further decimals: nothing is hidden.
        """
        decimals = "0" * MINOR_DIGITS[money.currency] + "#" * (6 - MINOR_DIGITS[money.currency])
        amount = Decimal(money.amount_micros) / MICROS
        shown = format_decimal(amount, format=f"#,##0.{decimals}", locale=self.locale)
        return Said(f"{shown} {money.currency}")

    def compact(self, amount_micros: int, currency: str) -> Said:
        """Write an amount for an axis: ``$40k``, ``1.5m RUB``, ``200``."""
        units = Decimal(abs(amount_micros)) / MICROS
        name = next((n for size, n in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
                     if units >= size), "")  # fmt: skip
        size = {"billion": 10**9, "million": 10**6, "thousand": 10**3}.get(name, 1)
        figure = format_decimal(units / size, format="#,##0.#" if name else "#,##0.##", locale=self.locale)
        if name:
            figure = self.say(f"unit.{name}", number=Said(figure))
        symbol = _SYMBOLS.get(currency, "")
        sign = "−" if amount_micros < 0 else ""
        if not symbol:
            return Said(f"{sign}{figure}")
        return self.say("unit.money", sign=Said(sign), symbol=Said(symbol), figure=Said(figure))

    def percent(self, probability: str) -> Said:
        """Write a plan's probability as per cent, one decimal, never rounded up to certainty."""
        millionths = parse_micros(probability)
        if 999_000 < millionths < MICROS:
            return self.say("percent.over", number=Said(self._tenths(999)))
        return self.say("percent", number=Said(self._tenths((millionths + 500) // 1000)))

    def per_cent(self, share: float) -> Said:
        """Write a share between 0 and 1 as per cent with one decimal."""
        return self.say("percent", number=Said(self.decimal(share * 100, 1)))

    def decimal(self, number: float, digits: int) -> str:
        """Write a number with a fixed count of decimals."""
        return str(format_decimal(number, format=f"#,##0.{'0' * digits}", locale=self.locale))

    def _tenths(self, tenths: int) -> str:
        return str(format_decimal(Decimal(tenths) / 10, format="#,##0.0", locale=self.locale))

    def day(self, day: date) -> Said:
        """Write a day, such as ``26 October 2017``."""
        return Said(format_date(day, "long", locale=self.locale))

    def day_of(self, text: str) -> Said:
        """Write a day that a document states in ISO form; as it stands where it is none."""
        try:
            return self.day(date.fromisoformat(text))
        except ValueError:
            return _fit(text)

    def month(self, day: date) -> Said:
        """Write a month, such as ``October 2017``."""
        return Said(format_date(day, "MMMM y", locale=self.locale))

    def instant(self, at: datetime) -> Said:
        """Write an aware UTC instant to the minute, such as ``26 October 2017, 12:00 UTC``."""
        return Said(f"{self.day(at.date())}, {format_datetime(at, 'HH:mm', locale=self.locale)} UTC")


def _fit(value: object) -> Said:
    return value if isinstance(value, Said) else Said(isolated(legible(str(value))))


def catalogue(language: str, decision: Mapping[str, Any] | None = None) -> Catalogue:
    """Return a language's catalogue.

    Args:
        language: ISO 639-1, lower case.
        decision: A plan's decision: the language that people wrote it in, and their translations.

    Raises:
        DebarError: DBR-N003, there is no such catalogue.
    """
    if language not in CATALOGUES:
        raise DebarError(
            "DBR-N003",
            f'notices are not written in "{legible(language, length_max=20)}"',
            hint=f"languages: {', '.join(sorted(CATALOGUES))}",
        )
    plain = Catalogue(language=language, sentences=CATALOGUES[language])
    if decision is None:
        return plain
    translations = (decision.get("translations") or {}).get(language, {})
    return replace(plain, translations=translations, written_in=decision.get("language") or "en")
