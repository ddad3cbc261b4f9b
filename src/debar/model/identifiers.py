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
    "legal_name": "legal",
    "domain": "web",
    "page": "web",
    "pixel": "web",
    "app": "web",
    "email": "contact",
    "phone": "contact",
    "address": "contact",
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
}
"""Identifier kind to evidence family; kinds that are not here are kept, reported, and weigh nothing."""

DERIVED_KINDS: Final = frozenset(
    {"copied_text", "wording", "shared_landing", "template", "audience", "joint_launch"}
)
"""Kinds that :mod:`debar.linking.creative` makes: what accounts share in their ads beyond chance."""

FAMILIES: Final = ("legal", "web", "contact", "access", "creative")
"""Evidence families in the order in which they are shown."""

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
