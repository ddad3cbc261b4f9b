"""Read the operator's policy from ``debar.toml``.

Law: an unknown or impossible setting is refused by name; nothing is guessed.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from debar.model.policy import Policy
from debar.model.problem import DebarError, Place

if TYPE_CHECKING:
    from pathlib import Path

_CHOICES = {"pledge_at": ("likely", "high"), "revenue_basis": ("net", "gross")}
_RANGES = {
    "propose_at": (500_000, 1_000_000),
    "ask_at": (0, 1_000_000),
    "screen_at": (0, 1_000_000),
    "hops_max": (1, 6),
    "behind_one_max": (0, 10**6),
    "crowd_cap": (2, 10_000),
    "interim_days": (1, 30),
    "third_signature_accounts": (0, 10**9),
    "third_signature_share": (0, 1_000_000),
}


SECTIONS = ("gate", "record", "referrals", "register")
"""Tables of the same file that say nothing about plans: :mod:`debar.stores.outside` reads them."""


def read_policy(path: Path | None) -> Policy:
    """Read a policy; the defaults where no file is given.

    Probabilities and shares are written as decimals (``propose_at = 0.95``).

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S002, a setting is unknown or out of range.
    """
    if path is None:
        return Policy()
    place = Place(file=path.name)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DebarError("DBR-S001", f"the policy cannot be read: {error}", place=place) from None
    known = {f.name for f in fields(Policy)}
    settings: dict[str, Any] = {}
    for name, value in document.items():
        if name in SECTIONS:
            continue
        if name not in known:
            raise DebarError(
                "DBR-S002",
                f"the policy has no setting {name!r}",
                place=place,
                hint=f"known: {', '.join(sorted({*known, *SECTIONS}))}",
            )
        settings[name] = _setting(name, value, place)
    return Policy(**settings)


def _setting(name: str, value: Any, place: Place) -> Any:  # noqa: ANN401 - TOML values have many types
    if name in ("propose_at", "ask_at", "screen_at", "third_signature_share"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise DebarError("DBR-S002", f"{name} is a number from 0 to 1", place=place)
        value = round(value * 1_000_000)
    if name in _RANGES:
        low, high = _RANGES[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise DebarError("DBR-S002", f"{name} is out of range", place=place, hint=f"from {low} to {high}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise DebarError(
            "DBR-S002", f"{name} is {value!r}", place=place, hint=f"one of {', '.join(_CHOICES[name])}"
        )
    if name == "agencies":
        return tuple(str(agency) for agency in value)
    return value
