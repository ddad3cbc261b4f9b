"""Identifier kinds, their families, and which of them may carry a ban.

Law: a table of facts that people can read and policy can extend. Nobody is put into a ban on access
evidence alone, nor on evidence that an outsider can plant.
"""

from __future__ import annotations

from typing import Final

FAMILY_OF_KIND: Final[dict[str, str]] = {
    "legal_id": "legal",
    "tax_id": "legal",
    "vat_id": "legal",
    "domain": "web",
    "page": "web",
    "pixel": "web",
    "app": "web",
    "email": "contact",
    "phone": "contact",
    "address": "contact",
    "email_domain": "contact",
    "card": "access",
    "bank": "access",
    "admin": "access",
    "device": "access",
    "ip": "access",
    "manager": "access",
    "text_hash": "creative",
    "image_hash": "creative",
    "landing_path": "creative",
    "utm": "creative",
    "launch": "creative",
    "copied_text": "creative",
    "wording": "creative",
    "shared_landing": "creative",
    "template": "creative",
    "audience": "creative",
    "joint_launch": "creative",
    "name": "name",
    "legal_name": "name",
    "rare_name": "name",
}
"""Identifier kind to evidence family; kinds that are not here are kept, reported, and weigh nothing."""

DERIVED_KINDS: Final = frozenset(
    {"copied_text", "wording", "shared_landing", "template", "audience", "joint_launch"}
)
"""Kinds that :mod:`debar.linking.creative` makes: what accounts share in their ads beyond chance."""

FAMILIES: Final = ("legal", "web", "contact", "access", "creative", "name")
"""Evidence families in the order in which they are shown."""

TELLING_FAMILIES: Final = ("legal", "web", "name")
"""What an owner states and its agency does not: from these a shared value's role is read."""

STRONG_KINDS: Final = frozenset(
    {
        "legal_id",
        "tax_id",
        "vat_id",
        "domain",
        "page",
        "app",
        "email",
        "phone",
        "card",
        "bank",
        "admin",
        "device",
        "rare_name",
    }
)
"""Kinds that one holder at a time has, by gift or by rarity; the others are places, networks, templates and
common words."""


def is_weak(kind: str) -> bool:
    """Tell whether a kind is something that strangers have in common by their circumstances."""
    return kind not in STRONG_KINDS


SENSITIVE_KINDS: Final = frozenset(
    {"card", "bank", "email", "phone", "device", "ip", "admin", "tax_id", "address"}
)
"""Kinds whose values are stored only as a keyed hash and a mask."""

PLANTABLE_KINDS: Final = frozenset(
    {
        "legal_name",
        "domain",
        "pixel",
        "app",
        "address",
        "email_domain",
        "name",
        "rare_name",
        "text_hash",
        "image_hash",
        "landing_path",
        "utm",
        "launch",
    }
    | DERIVED_KINDS
)
"""Kinds that anybody can put on an account to make it look like somebody else's."""

ROLES: Final = ("owner", "payer", "admin", "agency", "beneficiary")
"""In which role an account holds an identifier."""


def carries_a_ban(kind: str) -> bool:
    """Tell whether a shared value of this kind may put an account into a ban.

    It must be neither access evidence nor plantable by an outsider.
    """
    family = FAMILY_OF_KIND.get(kind)
    return family is not None and family != "access" and kind not in PLANTABLE_KINDS
