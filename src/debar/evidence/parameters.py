"""The frozen tables that a pair is weighed with.

Law: integers only (thousandths of a bit), so that Python, SQL and a browser add up to the same score.
The default tables are judgements, not fits: whoever uses them must say "uncalibrated".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import digest
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CROWD_BUCKETS: Final = (2, 4, 8, 16, 32)
"""Upper ends of the crowd buckets; a larger crowd falls into the last, open one."""

ROLES: Final = ("operator", "unclear", "independent")
"""How a shared value behaves elsewhere, from an agency's card to an owner's own."""

OPERATOR_MARGIN: Final = (100, 12, 27)
INDEPENDENT_MARGIN: Final = (200, 70, -15)
"""Cuts .12 and .35 of rho = (agreeing + .45) / (with_data + 1.5) in whole numbers (x, y, z): below or
above the cut as ``x * agreeing + z`` is below or above ``y * with_data``; equality cannot happen."""


def crowd_bucket(crowd: int) -> int:
    """Return the index of the bucket that a crowd of accounts falls into, 0 for a pair.

    Example:
        >>> [crowd_bucket(n) for n in (2, 3, 9, 500)]
        [0, 1, 3, 5]
    """
    return sum(crowd > end for end in CROWD_BUCKETS)


def role_of(agreeing: int, with_data: int) -> str:
    """Name the role of a value for one pair, from the *other* pairs that share it.

    Args:
        agreeing: Other pairs on the value that also share a value of another family than it and than
            access.
        with_data: Other pairs on the value for which that could be seen.

    Example:
        >>> role_of(1, 36), role_of(0, 0), role_of(2, 3)
        ('operator', 'unclear', 'independent')
    """
    assert 0 <= agreeing <= with_data, "whoever agrees has data"
    times, data_times, plus = OPERATOR_MARGIN
    if times * agreeing + plus < data_times * with_data:
        return "operator"
    times, data_times, plus = INDEPENDENT_MARGIN
    return "independent" if times * agreeing + plus >= data_times * with_data else "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Weights in thousandths of a bit, for "same owner" and "same operator" against "unrelated".

    Args:
        version: Name of the tables.
        calibrated: Whether reviewed pairs stand behind the probabilities.
        accounts_log2: log2 of the number of accounts (thousandths): how rare a coincidence is.
        owner_shared: Family to the weight of one shared kind, by crowd bucket.
        operator_shared: The same for "same operator".
        owner_none: Family to the weight of "both known, none shared".
        operator_none: The same for "same operator".
        owner_role: Weight that a role adds, in the order of ``ROLES``.
        operator_role: The same for "same operator".
        kinds: Weight that a second and a third shared kind of one family add (both relations).
    """

    version: str
    calibrated: bool
    accounts_log2: int
    owner_shared: dict[str, tuple[int, ...]]
    operator_shared: dict[str, tuple[int, ...]]
    owner_none: dict[str, int]
    operator_none: dict[str, int]
    owner_role: tuple[int, int, int]
    operator_role: tuple[int, int, int]
    kinds: tuple[int, int, int]

    def as_json(self) -> dict[str, Any]:
        """Return the parameters as a JSON object, as plans and briefs carry them."""
        return {
            "version": self.version,
            "calibrated": self.calibrated,
            "accounts_log2": self.accounts_log2,
            "owner_shared": {family: list(row) for family, row in self.owner_shared.items()},
            "operator_shared": {family: list(row) for family, row in self.operator_shared.items()},
            "owner_none": dict(self.owner_none),
            "operator_none": dict(self.operator_none),
            "owner_role": list(self.owner_role),
            "operator_role": list(self.operator_role),
            "kinds": list(self.kinds),
            "crowd_buckets": list(CROWD_BUCKETS),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Parameters:
        """Read the parameters back from the form of :meth:`as_json`.

        Raises:
            ValueError: The document was made with other crowd buckets than this version weighs with.
        """
        if tuple(document["crowd_buckets"]) != CROWD_BUCKETS:
            raise ValueError("the parameters were made for other crowd buckets")
        return cls(
            version=document["version"],
            calibrated=document["calibrated"],
            accounts_log2=document["accounts_log2"],
            owner_shared={family: tuple(row) for family, row in document["owner_shared"].items()},
            operator_shared={family: tuple(row) for family, row in document["operator_shared"].items()},
            owner_none=dict(document["owner_none"]),
            operator_none=dict(document["operator_none"]),
            owner_role=_three(document["owner_role"]),
            operator_role=_three(document["operator_role"]),
            kinds=_three(document["kinds"]),
        )

    def model_sha256(self) -> str:
        """Return the digest of the tables, without the size of the platform they are used on."""
        document = self.as_json()
        del document["accounts_log2"]
        return digest(document)


def _three(row: Sequence[int]) -> tuple[int, int, int]:
    first, second, third = row
    return first, second, third


def default_parameters(accounts_count: int) -> Parameters:
    """Return the uncalibrated default tables for a platform of a given size.

    The shared weights are log2 odds that two holders of such a value have one owner (or one
    operator); the rarity of the coincidence, log2 of the number of accounts, is added by
    :func:`debar.evidence.weigh.weigh`.

    Args:
        accounts_count: Accounts on the platform, at least one; rounded up to a power of two, so that
            a fresh export of the same platform weighs the same.
    """
    assert accounts_count >= 1, "a platform has at least one account"
    return Parameters(
        version="default-1",
        calibrated=False,
        accounts_log2=1000 * max(8, (accounts_count - 1).bit_length()),
        owner_shared={
            "legal": (5000, 5000, 4000, 2500, 0, -4000),
            "web": (3000, 3000, 2000, 0, -2000, -5000),
            "contact": (3000, 3000, 2000, 0, -2000, -5000),
            "access": (1000, 1000, 0, -1000, -3000, -6000),
            "creative": (0, 0, -1000, -2000, -4000, -6000),
        },
        operator_shared={
            "legal": (-5000, -5000, -5000, -5000, -5000, -7000),
            "web": (-1000, -1000, 0, 0, -1000, -4000),
            "contact": (1000, 1000, 1000, 1000, 0, -3000),
            "access": (1000, 1000, 1000, 1000, 1000, -2000),
            "creative": (0, 0, 0, 0, -1000, -3000),
        },
        owner_none=dict(zip(FAMILIES, (-3000, -1500, -1000, -2000, -500), strict=True)),
        operator_none=dict(zip(FAMILIES, (0, 0, -300, -3000, 0), strict=True)),
        owner_role=(-4000, 0, 1500),
        operator_role=(1500, 0, -1000),
        kinds=(0, 2000, 3000),
    )
