"""What a column is, by the words of its header and the shape of its values; each guess with its reason.

Law: header and values must agree; what only one of them says is a question, and a day that can be read in two
ways is asked, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.intake.looking.shapes_of_values import DAYS, FORMS_OF_DAYS, NUMBERS
from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SURE: Final = 0.9
"""Share of values that must have a shape for it to be a column's."""

WORDS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(words.split())
    for name, words in {
        "account": "account accounts advertiser page pd customer client merchant konto kunde kunden"
        " compte cuenta conta cliente klient účet ucet inzerent zadavatel anunciante annonceur inserent"
        " kundennummer werbetreibender werbekunde аккаунт рекламодатель screen business",
        "id": "id ids nr no number num key nummer numero número numéro kennung identifier číslo номер",
        "name": "name nom nombre nome nazwa jméno jmeno název nazev название имя bezeichnung disclosed",
        "ad": "ad ads adid adlib creative advert anzeige annonce anuncio anúncio annuncio reklama inzerat"
        " объявление bates archive tweet",
        "amount": "amount amt spend spent cost price betrag summe kosten ausgaben ausgabe umsatz montant"
        " dépense dépenses depense coût importe gasto coste valor custo importo spesa kwota wydatki koszt"
        " částka castka útrata сумма расход стоимость revenue",
        "currency": "currency cur ccy währung waehrung devise monnaie moneda moeda valuta waluta měna"
        " mena валюта",
        "country": "country countrycode land pays país pais paese kraj země zeme страна location_country",
        "created": "created creation erstellt angelegt créé creado criado creato utworzono vytvořeno создано",
        "start": "start started begin beginn début inicio início inizio od začátek начало from",
        "end": "end ended stop until ende fin final fine koniec konec конец",
        "date": "date day datum tag jour fecha data dzień den дата timestamp time zeit buchungstag",
        "low": "low lower min minimum",
        "high": "high upper max maximum",
        "text": "text body message caption title copy texte texto testo tekst текст memo verwendungszweck",
        "target": "targeting target audience zielgruppe ciblage",
        "payer": "payer payor paying byline bylines disclaimer sponsor funding financier zahler auftraggeber"
        " payeur pagador plátce platce płatnik плательщик",
        "agency": "agency organization organisation org buyer agentur agence agencia agenzia agentura",
        "address": "address addr billingaddress anschrift adresse dirección endereço indirizzo adres",
        "email": "email mail e-mail courriel correo",
        "phone": "phone tel telephone telefon téléphone teléfono telefone telefono mobile",
        "ip": "ip ipaddress",
        "card": "card karte carte tarjeta cartão carta karta fingerprint",
        "bank": "iban bank bankverbindung",
        "domain": "domain host dom website webseite site",
        "url": "url link landing landingpage indicator web",
        "impressions": "impressions imp views impressionen impresiones zobrazení показы",
        "clicks": "clicks klicks clics kliknutí клики",
        "legal": "ein fec tax vat registration regulatory public registrationnumber inn ogrn taxnumber ico",
        "device": "device geräte gerät gclid idfa",
        "kind": "kind type event art",
        "market": "region regions market markets regionen régions elections election",
        "count": "count anzahl total of nombre_de liczba počet",
    }.items()
}
"""A notion to the words that headers have for it, in several languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file.

    Args:
        at: Its position.
        header: As the file spells it.
        rows: Rows of the file.
        filled: Rows in which it is not empty.
        distinct: Different values.
        shapes: Share of the different values that have each shape.
        length: Middle length of the values.
    """

    at: int
    header: str
    rows: int
    filled: int
    distinct: int
    shapes: Mapping[str, float]
    length: int

    def has(self, *shapes: str) -> float:
        """Return the share of values with one of some shapes, at most 1."""
        return min(1.0, sum(self.shapes.get(shape, 0.0) for shape in shapes))

    def best(self, shapes: Iterable[str]) -> str:
        """Return the commonest of some shapes."""
        return max(shapes, key=lambda shape: self.shapes.get(shape, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column is taken for.

    Args:
        role: Such as ``account_id``, ``amount_low``, ``email``; empty if nothing fits.
        reason: Why, as a sentence.
        question: What a person must answer; empty if nothing is open.
        currency: Of an amount, where the header says it.
        day_form: Form of days to declare, where one is needed.
    """

    role: str
    reason: str
    question: str = ""
    currency: str = ""
    day_form: str = ""


def words_of(header: str) -> frozenset[str]:
    """Return the words of a header: parted at capitals, blanks and marks, in lower case.

    Example:
        >>> sorted(words_of("PayingAdvertiserName"))
        ['advertiser', 'name', 'paying']
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header.replace("\ufeff", ""))
    return frozenset(re.findall(r"[^\W_]+", parted.lower()))


def guess(column: Column) -> Guess:
    """Guess what a column is.

    Args:
        column: Its header and the shapes of its values.
    """
    if not column.filled:
        return Guess(role="", reason="every cell is empty")
    said = frozenset(name for name, words in WORDS.items() if words & words_of(column.header))
    if column.has("card number in clear") > SURE and column.distinct > 3:
        return Guess(
            role="card_number",
            reason=f"{_share(column, 'card number in clear')} of its values are card numbers in clear",
            question="erase them: debar takes the payment provider's fingerprint, never the number",
        )
    for rule in (_by_values, _days, _amounts, _counts, _ids, _names, _texts):
        found = rule(column, said)
        if found is not None:
            return found
    return Guess(role="", reason=_nothing(column))


def _by_values(column: Column, said: frozenset[str]) -> Guess | None:
    """Guess by shapes that nothing else has."""
    for shape, role in (
        ("e-mail address", "email"),
        ("IP address", "ip"),
        ("card fingerprint", "card"),
        ("bank account", "bank"),
        ("telephone number", "phone"),
        ("currency", "currency"),
    ):
        share = column.has(shape)
        if (share > SURE and (shape != "currency" or column.distinct > 1 or role in said)) or (
            share > 0.5 and role in said
        ):
            return Guess(role=role, reason=f"{_share(column, shape)} of its values are {_plural(shape)}")
    web = column.has("web address", "domain")
    if web > SURE or (web > 0.5 and said & {"url", "domain", "text"}):
        role = "domain" if column.has("domain") > column.has("web address") else "landing_url"
        return Guess(
            role=role, reason=f"{_share(column, 'web address', 'domain')} of its values lead somewhere"
        )
    is_country = column.has("country code", "country name") > SURE
    if is_country and ("country" in said or column.distinct > 3):
        shape = column.best(("country code", "country name"))
        return Guess(role="country", reason=f"{_share(column, shape)} of its values are {_plural(shape)}")
    return None


def _days(column: Column, said: frozenset[str]) -> Guess | None:
    forms = [form for form in DAYS if column.shapes.get(form, 0.0) > SURE]
    timely = said & {"date", "created", "start", "end"}
    if not forms or (set(forms) <= {"compact day", *DAYS[-2:]} and not timely):
        return None
    which = (
        "created"
        if "created" in said
        else "ended"
        if "end" in said
        else "started"
        if "start" in said
        else "day"
    )
    shown = f"{_share(column, forms[0])} of its values are days or times"
    if {"day/month/year", "month/day/year"} <= set(forms):
        question = "is the first number the day or the month? Nothing in the file tells"
        return Guess(role=which, reason=f"{shown}, with slashes", question=question)
    form = FORMS_OF_DAYS.get(forms[0], ("", None))[1] or ""
    question = ""
    if forms[0] == "time without zone":
        question = "in which time zone? The times do not say"
    elif form in ("", None) and forms[0] in DAYS[-2:]:
        question = f"these are {forms[0]}: write them as times"
    return Guess(role=which, reason=f"{shown} ({forms[0]})", question=question, day_form=form)


def _amounts(column: Column, said: frozenset[str]) -> Guess | None:
    if "amount" not in said or "impressions" in said or column.has(*NUMBERS) < 0.5:
        return None
    code = next((w.upper() for w in words_of(column.header) if w.upper() in MINOR_DIGITS), "")
    role = "amount_low" if "low" in said else "amount_high" if "high" in said else "amount"
    form = column.best(NUMBERS)
    reason = f'the header says "{column.header}"; {_share(column, *NUMBERS)} of its values are numbers'
    question = ""
    if column.has("number with a comma") > 0.1 and not column.has("number with a point", "number in groups"):
        question = 'a comma before the decimals: declare decimal = ","'
    if column.has("range") > 0.1:
        reason += ", some of them ranges"
    return Guess(role=role, reason=f"{reason} ({form})", question=question, currency=code)


def _counts(column: Column, said: frozenset[str]) -> Guess | None:
    for role in ("impressions", "clicks"):
        if role in said and column.has(*NUMBERS) > 0.5:
            end = "_low" if "low" in said else "_high" if "high" in said else ""
            return Guess(role=role + end, reason=f'the header says "{column.header}"; its values are numbers')
    return None


def _ids(column: Column, said: frozenset[str]) -> Guess | None:
    """Guess an id by the header; that of an ad differs from row to row."""
    if said & {"market", "count"} and "target" not in said:
        return None
    reason = f'the header says "{column.header}"'
    counted = f"{reason}; {column.distinct:,} different values in {column.filled:,} rows"
    compact = column.has("id", "digest", "UUID", "whole number") > 0.5
    if "legal" in said and not said & {"date", "kind"} and column.has("number with a point") < 0.5:
        return Guess(role="legal_id", reason=reason)
    is_id = bool(said & {"id"}) or column.distinct > column.filled / 2
    if "ad" in said and compact and is_id and not said & {"amount", "text"}:
        return Guess(role="ad_id", reason=counted)
    is_account = "account" in said and not said & {"name", "payer", "agency", "amount"}
    if is_account and (compact or "id" in said):
        return Guess(role="account_id", reason=counted)
    return None


def _names(column: Column, said: frozenset[str]) -> Guess | None:
    if said & {"market", "count"} and "target" not in said:
        return None
    reason = f'the header says "{column.header}"'
    for role in ("payer", "agency", "address", "device"):
        if role in said and "id" not in said:
            return Guess(role=role, reason=reason)
    if "name" in said and (said & {"account"} or said == {"name"}):
        return Guess(role="name", reason=reason)
    return None


def _texts(column: Column, said: frozenset[str]) -> Guess | None:
    if "target" in said:
        return Guess(role="targeting", reason=f'the header says "{column.header}"')
    if "market" in said:
        return Guess(role="market", reason=f'the header says "{column.header}"')
    is_long = column.length > 40 and column.has("words") > 0.5
    if is_long and column.has("JSON") < 0.5:
        return Guess(
            role="text", reason=f"long texts: half of them have more than {column.length} characters"
        )
    if "text" in said and column.has("words") > 0.5:
        return Guess(role="text", reason=f'the header says "{column.header}"')
    return None


def _share(column: Column, *shapes: str) -> str:
    share = column.has(*shapes)
    return "all" if share == 1 else f"{100 * share:.0f} %"


def _plural(shape: str) -> str:
    return {"currency": "currencies", "IP address": "IP addresses"}.get(
        shape, shape + ("es" if shape.endswith("s") else "s")
    )


def _nothing(column: Column) -> str:
    if not column.shapes:
        return f"{column.distinct:,} different values of no shape that is known"
    best = max(column.shapes, key=lambda name: column.shapes[name])
    return f"{_share(column, best)} of its values look like {best}, and the header says nothing"
