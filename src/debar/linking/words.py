"""What two accounts share, in a sentence; the same sentence from Python and from SQL.

Law: words state counts, never guilt, and show a sensitive value only by its mask.
"""

from __future__ import annotations

from typing import Final

from debar.evidence.parameters import INDEPENDENT_MARGIN, OPERATOR_MARGIN, ROLES, role_of
from debar.model.identifiers import FAMILIES, SENSITIVE_KINDS

NOUNS: Final[dict[str, str]] = {
    "legal_id": "legal id",
    "tax_id": "tax id",
    "vat_id": "VAT id",
    "legal_name": "legal name",
    "rare_name": "rare name",
    "email": "e-mail address",
    "phone": "phone number",
    "card": "card",
    "bank": "bank account",
    "admin": "administrator",
    "ip": "IP address",
    "manager": "manager account",
    "text_hash": "ad text",
    "image_hash": "ad image",
    "landing_path": "landing path",
    "utm": "campaign template",
    "launch": "launch moment",
    "copied_text": "set of copied texts",
    "wording": "rare wording",
    "shared_landing": "set of landing pages",
    "template": "form of tracking tags",
    "audience": "rare audience",
    "joint_launch": "series of joint launches",
    "email_domain": "e-mail domain",
}
"""Kinds whose noun is not the kind itself."""

FAMILY_ADJECTIVES: Final = dict(
    zip(FAMILIES, ("legal", "web", "contact", "payment or access", "creative", "naming"), strict=True)
)
"""Family to the adjective of its identifiers."""

TELLING_NOUNS: Final = {"legal": "a legal identifier", "web": "a site", "name": "a name"}
"""Telling family to what it is called where a role is explained."""

ROLE_ENDINGS: Final = {
    "independent": ("it behaves like one owner's ", ""),
    "unclear": ("that leaves open whose ", " it is"),
    "operator": ("it behaves like an agency's ", ""),
}
"""What a role says, before and after the noun."""

PASSED_ON: Final = "The one had ceased to use it before the other began: it may have changed hands."
"""What is said of a value in the role ``passed_on``."""


def noun(kind: str) -> str:
    """Return the noun for an identifier kind."""
    return NOUNS.get(kind, kind)


def thing(kind: str, shown: str) -> str:
    """Name a value: masks of sensitive kinds name themselves.

    Example:
        >>> thing("card", "card 3f09a1"), thing("domain", "rt.com")
        ('card 3f09a1', 'the domain rt.com')
    """
    return opening(kind) + shown


def opening(kind: str) -> str:
    """Return what stands before a value of a kind."""
    return "" if kind in SENSITIVE_KINDS else f"the {noun(kind)} "


def other_families(family: str) -> str:
    """Name what a role of this family is read from.

    Example:
        >>> other_families("access")
        'a legal identifier, a site or a name'
    """
    others = [noun for name, noun in TELLING_NOUNS.items() if name != family]
    return f"{', '.join(others[:-1])} or {others[-1]}"


def fact_sentence(kind: str, shown: str, crowd: int, accounts_count: int) -> str:
    """Say what both use and how many others do.

    Example:
        >>> fact_sentence("card", "card 3f09a1", 3, 6412)
        'Both use card 3f09a1; 3 accounts of 6,412 do.'
    """
    if crowd <= 2:
        among = f" among {accounts_count:,} accounts" if accounts_count else ""
        return f"Both use {thing(kind, shown)}; nobody else{among} does."
    of_all = f" of {accounts_count:,}" if accounts_count else ""
    return f"Both use {thing(kind, shown)}; {crowd} accounts{of_all} do."


FEWER: Final = ", but fewer of those of one of these two"
MORE: Final = ", but more of those of these two"
"""A role is read from the other pairs of either account; where that differs from all others, it is said."""


def role_sentence(kind: str, family: str, role: str, agreeing: int, with_data: int) -> str:
    """Say how a value behaves between the other accounts that hold it; empty where nothing can be seen.

    Example:
        >>> role_sentence("card", "access", "operator", 1, 36)[:61]
        'Of 36 other account pairs on this card, 1 also shares a legal'
    """
    if role == "passed_on":
        return PASSED_ON
    if not with_data:
        return ""
    pairs = "pair" if with_data == 1 else "pairs"
    share = "shares" if agreeing == 1 else "share"
    before, after = ROLE_ENDINGS[role]
    differs = ROLES.index(role) - ROLES.index(role_of(agreeing, with_data))
    of_the_two = FEWER if differs > 0 else MORE if differs < 0 else ""
    return (
        f"Of {with_data} other account {pairs} on this {noun(kind)}, {agreeing} also {share}"
        f" {other_families(family)}{of_the_two}: {before}{noun(kind)}{after}."
    )


def none_sentence(family: str) -> str:
    """Say that both are known in a family and share nothing of it."""
    article = "an" if FAMILY_ADJECTIVES[family][0] in "aeiou" else "a"
    return f"Each has {article} {FAMILY_ADJECTIVES[family]} identifier, and not one is shared."


def judgement_sentence(judgement: str) -> str:
    """Say what a reviewer decided about two accounts."""
    return {
        "positive": "A reviewer decided that the two belong together.",
        "negative": "A reviewer decided that the two do not belong together.",
        "unsure": "A reviewer looked at the two and could not tell.",
    }[judgement]


def fact_sentence_sql(accounts_count: int) -> str:
    """Return :func:`fact_sentence` as SQL over ``opening``, ``shown`` and ``crowd``."""
    return (
        "'Both use ' || opening || shown || CASE WHEN crowd <= 2"
        f" THEN '; nobody else among {accounts_count:,} accounts does.'"
        f" ELSE '; ' || CAST(crowd AS VARCHAR) || ' accounts of {accounts_count:,} do.' END"
    )


def role_sentence_sql() -> str:
    """Return :func:`role_sentence` as SQL, a space before it, over the columns of a fact."""
    value_role = role_of_sql("agreeing", "with_data")
    endings = " ".join(
        f"WHEN {ROLES.index(role)} THEN '{before.replace(chr(39), chr(39) * 2)}' || noun || '{after}'"
        for role, (before, after) in ROLE_ENDINGS.items()
    )
    return (
        f"CASE WHEN role = {ROLES.index('passed_on')} THEN ' {PASSED_ON}'"
        " WHEN with_data = 0 THEN '' ELSE ' Of ' || CAST(with_data AS VARCHAR) || ' other account '"
        " || CASE WHEN with_data = 1 THEN 'pair' ELSE 'pairs' END || ' on this ' || noun || ', '"
        " || CAST(agreeing AS VARCHAR) || CASE WHEN agreeing = 1 THEN ' also shares ' ELSE ' also share ' END"
        f" || others || CASE WHEN role > {value_role} THEN '{FEWER}' WHEN role < {value_role} THEN '{MORE}'"
        f" ELSE '' END || ': ' || CASE role {endings} END || '.' END"
    )


def role_of_sql(agreeing: str, with_data: str) -> str:
    """Return :func:`debar.evidence.parameters.role_of` as SQL, in whole numbers: alike to the last pair."""
    return (
        f"CASE WHEN {OPERATOR_MARGIN[0]} * ({agreeing}) + {OPERATOR_MARGIN[2]}"
        f" < {OPERATOR_MARGIN[1]} * ({with_data}) THEN {ROLES.index('operator')}"
        f" WHEN {INDEPENDENT_MARGIN[0]} * ({agreeing}) + {INDEPENDENT_MARGIN[2]}"
        f" >= {INDEPENDENT_MARGIN[1]} * ({with_data})"
        f" THEN {ROLES.index('independent')} ELSE {ROLES.index('unclear')} END"
    )
