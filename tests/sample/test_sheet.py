from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.sample.sheet import Sheet, day, instant, money, write_csv

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(27_410_000, "USD", "274100.00"), (5, "EUR", "0.05"), (500, "JPY", "500"), (0, "GBP", "0.00")],
)
def test_money_keeps_the_minor_unit(minor: int, currency: str, text: str) -> None:
    """Minor units become a plain decimal with the currency's own digits."""
    assert money(minor, currency) == text


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (0, "2016-11-08T00:00:00Z"),
        (86_399, "2016-11-08T23:59:59Z"),
        (86_400, "2016-11-09T00:00:00Z"),
        (-1, "2016-11-07T23:59:59Z"),
    ],
)
def test_instants_run_over_midnight(second: int, text: str) -> None:
    """Seconds beyond a day fall into the day that they belong to."""
    assert instant(day("2016-11-08"), second) == text


def test_ids_never_repeat() -> None:
    """Ten thousand account ids are ten thousand different ones."""
    sheet = Sheet(seed=3)
    assert len({sheet.new_id() for _ in range(10_000)}) == 10_000


def test_csv_is_the_same_everywhere(tmp_path: Path) -> None:
    """Cells with commas, quotes and other scripts are quoted as RFC 4180 says, lines end with a line feed."""
    write_csv(tmp_path / "x.csv", ("a", "b"), [("1, 2", 'say "yes"'), ("Тула", "")])
    assert (tmp_path / "x.csv").read_bytes() == 'a,b\n"1, 2","say ""yes"""\nТула,\n'.encode()
