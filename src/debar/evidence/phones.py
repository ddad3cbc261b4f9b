"""Telephone numbers in their international form.

Law: this is the only module that loads ``phonenumbers``.
Source: ITU-T E.164.
"""

from __future__ import annotations

import phonenumbers


def international(raw: str, country: str | None) -> tuple[str, str]:
    """Read a telephone number.

    Args:
        raw: As written; extensions are dropped.
        country: ISO 3166 alpha-2 code that a number without ``+`` is read in.

    Returns:
        The E.164 form, and the country it belongs to (``ZZ`` where that cannot be told).

    Raises:
        ValueError: It is no possible number, or has no ``+`` and no country is known.
    """
    text = raw.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    if not text.startswith("+") and country is None:
        raise ValueError("phone number has no country code and the account no country")
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a possible phone number")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written, phonenumbers.region_code_for_number(number) or "ZZ"
