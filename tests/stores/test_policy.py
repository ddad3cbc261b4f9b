"""The operator's policy is read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.model.policy import Policy
from debar.model.problem import DebarError
from debar.stores.policy import read_policy

if TYPE_CHECKING:
    from pathlib import Path


def test_no_file_means_the_defaults() -> None:
    """Without a policy file the defaults hold."""
    assert Policy() == read_policy(None)


def test_settings_are_read_as_decimals(tmp_path: Path) -> None:
    """Probabilities and shares are written as decimals and kept as millionths."""
    path = tmp_path / "debar.toml"
    path.write_text(
        'propose_at = 0.99\nhops_max = 2\nagencies = ["Blue Media"]\nthird_signature_share = 0.02\n'
    )
    assert Policy(
        propose_at=990_000, hops_max=2, agencies=("Blue Media",), third_signature_share=20_000
    ) == read_policy(path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("propose_at = 1.5", "DBR-S002"),
        ("propose_at = true", "DBR-S002"),
        ('propose_at = "high"', "DBR-S002"),
        ("hops_max = 0", "DBR-S002"),
        ("interim_days = 31", "DBR-S002"),
        ('pledge_at = "low"', "DBR-S002"),
        ("treshold = 0.9", "DBR-S002"),
        ("propose_at = ", "DBR-S001"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """An unknown setting, a wrong type and a value out of range are refused by name."""
    path = tmp_path / "debar.toml"
    path.write_text(text)
    with pytest.raises(DebarError, match=code):
        read_policy(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A policy that was named must be there."""
    with pytest.raises(DebarError, match="DBR-S001"):
        read_policy(tmp_path / "none.toml")


def test_another_policy_has_another_digest() -> None:
    """Two policies that differ in one setting differ in their digest."""
    assert Policy().sha256() != Policy(ask_at=300_001).sha256()
    assert Policy(agencies=("a", "b")).sha256() == Policy(agencies=("b", "a")).sha256()
