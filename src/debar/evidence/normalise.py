"""A raw value becomes an identifier: one spelling a thing, or a refusal with its reason.

Law: normalising a normalised value changes nothing; what cannot identify anybody is refused, never
folded into an empty or shared key; names in any script keep their letters.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from debar.evidence.names import (
    EXAMPLE_HOSTS,
    FREE_MAIL,
    GMAIL,
    LEGAL_FORM_PHRASES,
    LEGAL_FORMS,
    PLACEHOLDERS,
    RESERVED_SUFFIXES,
    SHARED_HOSTS,
)
from debar.model.identifiers import DERIVED_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tldextract import TLDExtract

WORDS_MIN: Final = 5
"""A text with fewer words is no sign of one author."""

SERIAL_DIGITS_MIN: Final = 5
"""Fewer digits may be a real entry's; more of them, all alike or in a row, are filled in."""

ADDRESS_WORDS_MIN: Final = 3
"""An address without a number and with fewer words names a country or a town, which thousands share."""

VALUE_LENGTH_MAX: Final = 2_000
"""A longer identifier is no identifier; texts are hashed and may be longer."""

_HEX_DIGEST = re.compile(r"[0-9a-f]{16,128}")
_NOT_WORD = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_ESCAPED = re.compile(r"[\x00-\x20%?#\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A value in its one spelling.

    Args:
        value: The normalised value, in clear; whoever stores it keys it first if it is sensitive.
        derived: Identifiers that it implies, as (kind, value): an e-mail address implies its domain.
        near: Near-match keys, as (name, value): an IP prefix, a postcode; weaker than the value.
    """

    value: str
    derived: tuple[tuple[str, str], ...] = ()
    near: tuple[tuple[str, str], ...] = ()


def normalise(kind: str, raw: str, *, country: str | None = None) -> Normalised:
    """Bring an identifier value into its one spelling.

    Args:
        kind: Identifier kind; of a kind that debar does not know only the spaces are tidied.
        raw: The value as the platform wrote it.
        country: ISO 3166 alpha-2 country of the account, for telephone numbers and addresses.

    Returns:
        The value and what it implies.

    Raises:
        ValueError: The value is a placeholder or cannot be of this kind; the message is a plain reason
            that does not repeat the value.

    Example:
        >>> normalise("domain", "https://WWW.RT.com/news?x=1").value
        'rt.com'
    """
    text = tidy(raw)
    if is_placeholder(text):
        raise ValueError("placeholder")
    if kind != "text_hash" and len(text) > VALUE_LENGTH_MAX:
        raise ValueError("value is too long for an identifier")
    if kind in ("phone", "address"):
        found = _phone(text, country) if kind == "phone" else _address(text, country)
    else:
        found = _BY_KIND.get(kind, _plain)(text)
    if is_placeholder(found.value):
        raise ValueError("placeholder")
    return found


def tidy(raw: str) -> str:
    """Return a text in Unicode NFKC, without invisible characters, its spaces single and trimmed."""
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.split())  # nothing to compose, nothing hidden: most values of a platform
    text = unicodedata.normalize("NFKC", raw)
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf" and (c >= " " or c in "\t\n\r"))
    return _SPACES.sub(" ", kept).strip()


def fold(text: str) -> str:
    """Return a text without case, in Unicode NFKC; folding it again changes nothing.

    Source: Unicode 15, section 3.13, NFKC_Casefold, repeated until it is stable.
    """
    while (folded := unicodedata.normalize("NFKC", text.casefold())) != text:
        text = folded
    return text


def is_placeholder(text: str) -> bool:
    """Tell whether somebody filled a field without giving a value: ``n/a``, ``test``, ``000000``."""
    folded = text.casefold().strip(" .-_/?*()[]<>\"'")
    return folded in PLACEHOLDERS or (len(set(folded)) == 1 and (len(folded) >= 3 or folded in "0x"))


def words_key(text: str) -> str:
    """Fold a name to its words: letters of every script kept, case and punctuation gone.

    Combining marks are folded away only where a base letter remains, so that no name becomes empty.
    """
    folded = fold(text)
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join(words.split())


def _plain(text: str) -> Normalised:
    return Normalised(value=text)


def _compact_upper(text: str) -> Normalised:
    value = _NOT_WORD.sub("", fold(text)).upper()
    if not value or is_placeholder(value):
        raise ValueError("placeholder")
    return Normalised(value=value)


def _legal_id(text: str) -> Normalised:
    found = _compact_upper(text)
    if not (digits := "".join(c for c in found.value if c.isdigit())):
        raise ValueError("it names a register, or a kind of number, and no entry in it")
    if len(digits) >= SERIAL_DIGITS_MIN and is_placeholder(digits):
        raise ValueError("placeholder")
    return found


def _compact_lower(text: str) -> Normalised:
    return Normalised(value=fold(_compact_upper(text).value))


def _lower(text: str) -> Normalised:
    return Normalised(value=fold(text))


def _email(text: str) -> Normalised:
    text = text.removeprefix("mailto:").strip("<>")
    text = fold(text)
    if not _EMAIL.fullmatch(text):
        raise ValueError("not an e-mail address")
    local, _, host = text.rpartition("@")
    host = _host(host)
    local = local.partition("+")[0]
    if host in GMAIL:
        local, host = local.replace(".", ""), "gmail.com"
    if not local or is_placeholder(local):
        raise ValueError("placeholder")
    free = host in FREE_MAIL
    derived = () if free else (("email_domain", registrable(host)),)
    return Normalised(
        value=f"{local}@{host}",
        derived=derived,
        near=(("email_domain", host), ("email_free", "yes" if free else "no")),
    )


def _phone(text: str, country: str | None) -> Normalised:
    from debar.evidence.phones import international

    value, region = international(text, country)
    return Normalised(value=value, near=(("phone_country", region),))


def _ip(text: str) -> Normalised:
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        raise ValueError("not an IP address") from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global and not _is_documentation(address):
        raise ValueError("not a public IP address")
    length = 24 if address.version == 4 else 48
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    return Normalised(value=str(address), near=(("ip_prefix", str(network)),))


def _is_documentation(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address belongs to the ranges set aside for examples (RFC 5737, RFC 3849)."""
    return any(address in network for network in _DOCUMENTATION if network.version == address.version)


_DOCUMENTATION = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


def _card(text: str) -> Normalised:
    digits = text.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19 and passes_luhn(digits):
        raise ValueError("a card number in clear: hand over the payment provider's fingerprint")
    return Normalised(value=text)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others.

    Source: ISO/IEC 7812-1, annex B.
    """
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _admin(text: str) -> Normalised:
    if _EMAIL.fullmatch(text):
        found = _email(text)
        return Normalised(value=found.value, near=found.near)
    return _lower(text)


def _legal_name(text: str) -> Normalised:
    value = " " + words_key(_dotless_initials(text)) + " "
    for phrase, form in LEGAL_FORM_PHRASES.items():
        value = value.replace(f" {phrase} ", f" {form} ")
    words = [LEGAL_FORMS.get(word, word) for word in value.split()]
    if not words:
        raise ValueError("the name has no letters")
    if len(words) == 1 and words[0] in LEGAL_FORMS.values():
        raise ValueError("the name is only a legal form")
    return Normalised(value=" ".join(words))


_INITIALS = re.compile(
    r"(?<!\w)((?:\w\.){2,})(?!\w)|(?<!\w)((?:\w/){1,3}\w)(?!\w)|(?<!\w)((?:\w\.)+\w)(?!\w)"
)


def _dotless_initials(text: str) -> str:
    """Join initials, so that ``S.A.``, ``L.L.C.`` and ``A/S`` read as the forms they are."""
    return _INITIALS.sub(lambda found: re.sub(r"[./]", "", found.group()) + " ", text)


_POSTCODE = re.compile(
    r"\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}-\d{4}|\d{4,6}|\d{3} ?\d{2}|\d{2}-\d{3})\b",
    re.IGNORECASE,
)


def _address(text: str, country: str | None) -> Normalised:
    parts = [words_key(part) for part in re.split(r"[,;\n]", text)]
    parts = [part for part in parts if part]
    if not parts:
        raise ValueError("the address has no letters")
    if len(" ".join(parts).split()) < ADDRESS_WORDS_MIN and not any(c.isdigit() for c in text):
        raise ValueError("the address names a country or a town, and nobody in it")
    near: list[tuple[str, str]] = []
    found = list(_POSTCODE.finditer(text))
    prefix = f"{country} " if country else ""
    if found:
        near.append(("address_postcode", prefix + found[-1].group().replace(" ", "").upper()))
    street = next(
        (part for part in parts if any(c.isdigit() for c in part) and any(c.isalpha() for c in part)), ""
    )
    if street:
        near.append(("address_street", prefix + street))
    city = next((part for part in parts if part != street and not any(c.isdigit() for c in part)), "")
    if city:
        near.append(("address_city", prefix + city))
    return Normalised(value=" ".join(parts), near=tuple(near))


@functools.cache
def _extractor() -> TLDExtract:
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _host(text: str) -> str:
    """Return a host name in its ASCII form, lower case, without a trailing dot.

    Raises:
        ValueError: It is no host name.
    """
    host = text.strip().strip(".").casefold()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError("not a host name") from None
    if len(host) > 253 or "." not in host or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError("not a host name")
    if host.rpartition(".")[2].isdigit():
        raise ValueError("an IP address, not a host name")
    if host.removeprefix("www.") in EXAMPLE_HOSTS:
        raise ValueError("placeholder")
    return host


@functools.lru_cache(maxsize=1 << 16)
def registrable(host: str) -> str:
    """Return the part of a host name that somebody registered.

    On hosts that many strangers share (blog hosts, link shorteners, social networks) the whole host name
    stays, since the registered part belongs to none of them.

    Args:
        host: An ASCII host name in lower case.
    """
    host = host.removeprefix("www.")
    labels = host.split(".")
    if any(".".join(labels[place:]) in SHARED_HOSTS for place in range(len(labels))):
        return host
    if labels[-1] in RESERVED_SUFFIXES:
        return ".".join(labels[-2:])
    return _extractor()(host).top_domain_under_public_suffix or host


def is_shared_host(host: str) -> bool:
    """Tell whether a host name as such says nothing about an owner: ``facebook.com``, ``bit.ly``."""
    bare = host.removeprefix("www.").removeprefix("m.")
    return bare in SHARED_HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A landing address taken apart.

    Args:
        host: ASCII host name, without ``www.``.
        path: Path without a trailing slash; empty for the front page.
        query: Query parameters in order, names in lower case.
    """

    host: str
    path: str
    query: tuple[tuple[str, str], ...]


def read_landing(text: str) -> Landing:
    """Take a landing address apart.

    Raises:
        ValueError: It has no host name.
    """
    text = tidy(text)
    try:
        parts = urlsplit(text if "://" in text else "//" + text.lstrip("/"))
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("not a web address") from None
    if parts.scheme not in ("", "http", "https"):
        raise ValueError("not a web address")
    path = re.sub(r"/{2,}", "/", _ESCAPED.sub(lambda c: f"%{ord(c.group()):02X}", unquote(parts.path)))
    path = path.rstrip("/")
    query = tuple((name.casefold(), value) for name, value in parse_qsl(parts.query))
    return Landing(host=_host(host).removeprefix("www."), path=path, query=query)


def _domain(text: str) -> Normalised:
    return Normalised(value=registrable(read_landing(text).host))


def _landing_path(text: str) -> Normalised:
    landing = read_landing(text)
    if not landing.path:
        raise ValueError("a front page identifies nobody beyond its domain")
    return Normalised(value=landing.host + landing.path)


def _utm(text: str) -> Normalised:
    if "utm_" in text.casefold():
        query = text.partition("?")[2] or text
        found = {name.casefold(): value for name, value in parse_qsl(query)}
        tags = [found.get(f"utm_{part}", "") for part in ("source", "campaign", "content")]
        if not tags[1] or is_placeholder(tags[1]):
            raise ValueError("no campaign tag")
        text = " / ".join(tag for tag in tags if tag)
    return Normalised(value=fold(tidy(text)))


def _text_hash(text: str) -> Normalised:
    folded = text.casefold()
    if _HEX_DIGEST.fullmatch(folded):
        return Normalised(value=folded)
    folded = words_key(re.sub(r"https?://\S+", " ", folded))
    if not _is_long_enough(folded):
        raise ValueError("the text is too short to identify anybody")
    return Normalised(value=hashlib.sha256(folded.encode()).hexdigest())


def _is_long_enough(folded: str) -> bool:
    """Tell whether a text has words enough; scripts without spaces count two letters as a word."""
    letters = sum(
        "\u2e80" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" or "\u0e00" <= c <= "\u0eff" for c in folded
    )
    return len(folded.split()) + letters // 2 >= WORDS_MIN


def _page(text: str) -> Normalised:
    if "://" in text or text.casefold().startswith("www."):
        landing = read_landing(text)
        return Normalised(value=fold(landing.host + landing.path))
    value = fold(text.removeprefix("@"))
    if not value:
        raise ValueError("placeholder")
    return Normalised(value=value)


_BY_KIND: Final[Mapping[str, Callable[[str], Normalised]]] = {
    "legal_id": _legal_id,
    "tax_id": _legal_id,
    "vat_id": _legal_id,
    "legal_name": _legal_name,
    "domain": _domain,
    "page": _page,
    **dict.fromkeys(("pixel", "bank"), _compact_upper),
    "email": _email,
    "card": _card,
    "admin": _admin,
    "device": _compact_lower,
    "ip": _ip,
    "text_hash": _text_hash,
    **dict.fromkeys(("app", "image_hash"), _lower),
    "landing_path": _landing_path,
    "utm": _utm,
    **dict.fromkeys(("manager", "launch", *DERIVED_KINDS), _plain),
}
