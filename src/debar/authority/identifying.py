"""An entity's values as identifiers, in the spelling and under the key that a platform's are stored in.

Law: a listed value of a sensitive kind is hashed with the platform's own key before it is compared, and is
never shown. A number that a list calls one thing may stand on a platform under another: all three kinds of
legal numbers are tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.evidence.keying import is_keyed, keyed, mask
from debar.evidence.normalise import is_shared_host, normalise, read_landing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from debar.authority.entities import AuthorityList, Entity
    from debar.evidence.keying import HashKey

NUMBERS: Final = {
    "leiCode": "LEI",
    "innCode": "tax number",
    "taxNumber": "tax number",
    "vatCode": "VAT number",
    "ogrnCode": "registration number",
    "registrationNumber": "registration number",
    "idNumber": "number",
    "dunsCode": "DUNS number",
    "uniqueEntityId": "unique entity id",
    "uscCode": "unified social credit code",
    "npiCode": "NPI",
    "permId": "PermID",
    "cikCode": "CIK",
    "irsCode": "IRS number",
}
"""Property to what people call the number."""

LEGAL_KINDS: Final = ("legal_id", "tax_id", "vat_id")
"""Kinds under which a platform may hold such a number."""

UNIQUE_CHARACTERS_MIN: Final = 9
"""A shorter number may stand in a register of another country too; without a second sign it points only."""

CRYPTO_KINDS: Final = ("crypto", "wallet")
"""Kinds under which a platform may hold a wallet's address: none of debar's own, kept and keyed as given."""

HANDLE: Final = "@handle"
"""Kind of a user name that is compared with the handles of accounts; no identifier of a platform's table."""

_REMARK: Final = re.compile(r"\([^)]*\)|^[A-Za-z /]+(?=[\s:]*\d)[\s:]*")
_NUMBER_LABELS: Final = "EINID|EIN|TIN|INN|KPP|OGRN|VATID|VAT|FECID|FEC|TAXID|ID|NO"

LABELLED_SQL: Final = f"regexp_replace(value_key, '^({_NUMBER_LABELS})([0-9])', '\\2')"
"""SQL: a legal number without the words that say which it is, as some platforms write them into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One identifier of a listed entity.

    Args:
        kind: Identifier kind on the platform.
        value_key: The normalised value, or its keyed hash.
        label: What the list calls it, for people.
        shown: The value for people, masked if sensitive.
        identifies: Whether it is given to one holder, so that it identifies by itself.
    """

    kind: str
    value_key: str
    label: str
    shown: str
    identifies: bool


def order_of(value: Value) -> tuple[bool, str, str, str]:
    """Return what values are ordered by: what identifies first, then kind and key."""
    return (not value.identifies, value.kind, value.value_key, value.label)


def values_of(entity: Entity, related: Iterable[Entity], key: HashKey) -> tuple[Value, ...]:
    """Return the identifiers of an entity and of what belongs to it.

    Args:
        entity: Whom.
        related: Its addresses, wallets, bank accounts and user accounts.
        key: The platform's key.
    """
    found = set(_own(entity, countries_of(entity), key))
    for other in related:
        found |= set(_belonging(other, countries_of(entity), key))
    return tuple(sorted(found, key=order_of))


def countries_of(entity: Entity) -> frozenset[str]:
    """Return the countries that a list gives an entity, as ISO 3166 alpha-2 codes."""
    stated = entity.values("country", "jurisdiction", "mainCountry", "nationality")
    return frozenset(code.upper()[:2] for code in stated if len(code) == 2 or code[2:3] == "-")


def belongings(one: AuthorityList) -> Mapping[str, tuple[Entity, ...]]:
    """Return entity id to the addresses, wallets, bank accounts and user accounts that belong to it."""
    found: dict[str, list[Entity]] = {}
    for entity in one.entities.values():
        for owner in entity.values(*_OWNER_OF.get(entity.schema, ())):
            found.setdefault(owner, []).append(entity)
        for address in entity.values("addressEntity"):
            if address in one.entities:
                found.setdefault(entity.entity_id, []).append(one.entities[address])
    for interest in one.interests:
        asset = one.entities.get(interest.target)
        if interest.schema == "Ownership" and asset is not None and asset.schema in _OWNED:
            found.setdefault(interest.source, []).append(asset)
    return {owner: tuple(held) for owner, held in found.items()}


_OWNER_OF: Final = {"UserAccount": ("owner",), "CryptoWallet": ("holder",)}
_OWNED: Final = frozenset({"BankAccount", "CryptoWallet"})


def _own(entity: Entity, countries: frozenset[str], key: HashKey) -> Iterator[Value]:
    for prop, label in NUMBERS.items():
        for text in entity.values(prop):
            yield from _number(text, label, prop, key)
    for text in entity.values("website"):
        yield from _website(text, key)
    for text in entity.values("email"):
        yield from _value("email", text, "e-mail address", key, identifies=True)
    for text in entity.values("phone"):
        for country in _or_none(countries):
            yield from _value("phone", text, "telephone number", key, identifies=True, country=country)
    yield from _addresses(entity.values("address"), countries, key)
    if entity.schema == "UserAccount":
        yield from _user_account(entity, key)


def _or_none(countries: frozenset[str]) -> list[str | None]:
    return [*sorted(countries)] or [None]


def _addresses(texts: Iterable[str], countries: frozenset[str], key: HashKey) -> Iterator[Value]:
    for text in texts:
        for country in (None, *sorted(countries)):
            yield from _value("address", text, "address", key, identifies=False, country=country)


def _belonging(other: Entity, countries: frozenset[str], key: HashKey) -> Iterator[Value]:
    if other.schema == "UserAccount":
        yield from _user_account(other, key)
    for text in other.values("iban", "accountNumber"):
        yield from _value("bank", text, "bank account", key, identifies=True)
    for text in other.values("cryptoAddress", "publicKey"):
        for kind in CRYPTO_KINDS:
            yield from _value(kind, text, "wallet address", key, identifies=True)
    if other.schema == "Address":
        yield from _addresses(other.values("full"), countries, key)


def _user_account(other: Entity, key: HashKey) -> Iterator[Value]:
    service = other.first("service")
    label = f"user name on {service}" if service else "user name"
    for name in other.values("username"):
        yield from _value("page", name, label, key, identifies=False)
        handle = name.strip().removeprefix("@").casefold()
        yield Value(kind=HANDLE, value_key=handle, label=label, shown=f"@{handle}", identifies=True)
    for kind, prop in (("email", "email"), ("phone", "phone"), ("ip", "ipAddress")):
        for text in other.values(prop):
            told = f"{prop} of a user account"
            yield from _value(kind, text, told, key, identifies=kind != "ip")


def _number(text: str, label: str, prop: str, key: HashKey) -> Iterator[Value]:
    """Yield a legal number under each kind that may hold it, with and without the list's remarks."""
    for spelling in sorted({text, _REMARK.sub("", text).strip()} - {""}):
        try:
            value = normalise("legal_id", spelling).value
        except ValueError:
            continue
        unique = prop != "idNumber" and len(value) >= UNIQUE_CHARACTERS_MIN
        for kind in LEGAL_KINDS:
            stored = keyed(kind, value, key) if is_keyed(kind) else value
            yield Value(kind=kind, value_key=stored, label=label, shown=value, identifies=unique)


def _website(text: str, key: HashKey) -> Iterator[Value]:
    try:
        host = read_landing(text).host
    except ValueError:
        return
    if is_shared_host(host):
        yield from _value("page", text, "page", key, identifies=True)
        return
    for value in _value("domain", text, "website", key, identifies=False):
        yield value
        yield Value(
            kind="email_domain",
            value_key=value.value_key,
            label="website, as the domain of a mailbox,",
            shown=value.shown,
            identifies=False,
        )


def _value(
    kind: str, text: str, label: str, key: HashKey, *, identifies: bool, country: str | None = None
) -> Iterator[Value]:
    """Yield a value as the platform would have stored it; nothing where it identifies nobody."""
    try:
        found = normalise(kind, text, country=country)
    except ValueError:
        return
    stored = keyed(kind, found.value, key) if is_keyed(kind) else found.value
    shown = mask(kind, stored) if is_keyed(kind) else found.value
    yield Value(kind=kind, value_key=stored, label=label, shown=shown, identifies=identifies)
    if kind == "email":
        for _, domain in found.derived:
            for other in ("domain", "email_domain"):
                yield Value(
                    kind=other,
                    value_key=domain,
                    label="domain of its e-mail address",
                    shown=domain,
                    identifies=False,
                )
