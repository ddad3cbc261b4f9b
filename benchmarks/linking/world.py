"""An invented platform whose owners are known: what the model is measured on.

Law: whatever a world knows about its owners stands in ``truth`` alone; the other tables say only what a
platform could export.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

VARIANTS: Final = ("base", "no_agencies", "few_legal_ids", "agency_sites", "nobody_linked", "wild")
"""Variants that every world offers.

``base``: the author's own habits. ``no_agencies``: every account is run by its owner. ``few_legal_ids``:
one account in ten states a legal id or a tax id. ``agency_sites``: agencies build their clients' sites, with
their own pixels and on their own hosts. ``nobody_linked``: every owner has one account; agencies, carriers,
households and all other innocent reasons to share stay. ``wild``: the seed draws every rate of the world
from a wide range.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One invented platform.

    Args:
        name: The author's name for this kind of world.
        variant: One of :data:`VARIANTS`.
        seed: The same seed gives the same tables.
        accounts: account_id, name, legal_name (nullable), country, currency (strings), created_at
            (timestamp[us]), manager_id (nullable), declared_agency (bool).
        identifiers: account_id, kind, value, role (nullable) (strings), first_seen, last_seen (date32,
            nullable), source (string). Kinds and raw values as a platform exports them: they survive
            :mod:`debar.evidence.normalise`.
        truth: account_id, owner, operator (strings; the operator is whose hands run the account: an
            agency, a freelancer, or the owner itself), covert (bool: the owner hides behind it), from_day
            (date32, null: from the beginning). An account that changed hands has one row a holder.
    """

    name: str
    variant: str
    seed: int
    accounts: pa.Table
    identifiers: pa.Table
    truth: pa.Table
