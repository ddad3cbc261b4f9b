from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archive_files import SNAPCHAT, rows_of, sums, zip_of
from debar.intake.archives import import_snapchat
from debar.intake.reading import read_platform
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import real_file
from small_platforms import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as made:
        yield made


def test_an_agency_is_not_the_advertiser(engine: DuckEngine, tmp_path: Path) -> None:
    """The address of a buying agency is the agency's; of a payer that buys for itself, its own."""
    (tmp_path / "PoliticalAds.csv").write_text(SNAPCHAT)
    made = import_snapchat(engine, [tmp_path / "PoliticalAds.csv"], tmp_path / "out")
    assert rows_of(made, "identifiers", "kind, value, role") == [
        ("address", "1 Main St,Springfield,00000,US", "agency"),
        ("address", "2 Rue, Paris, FR", "owner"),
        ("legal_name", "Harbour Campaign", "payer"),
        ("legal_name", "Lantern Agency", "agency"),
        ("legal_name", "Paper Party", "payer"),
    ]
    assert rows_of(made, "accounts", "name, manager_id, currency") == [
        ("Harbour Campaign", "Lantern Agency", "USD"),
        ("Paper Party", "Paper Party", "EUR"),
    ]
    assert rows_of(
        made, "ads", "ad_id, started_at::VARCHAR, ended_at::VARCHAR, landing_url, countries, spend_low"
    ) == [
        (
            "d1",
            "2019-10-17 16:13:14",
            None,
            "https://harbour-news.org/a?utm_source=snap",
            ["US"],
            "165.000000",
        ),
        ("d2", "2019-10-18 16:13:14", "2019-10-20 16:13:14", None, ["FR"], "20.000000"),
    ]


def test_an_ad_of_two_years_counts_once_as_the_newer_file_has_it(engine: DuckEngine, tmp_path: Path) -> None:
    """The year in the path decides, whatever the order in which the files are named."""
    zips = []
    for year, spend in (("2020", "300"), ("2019", "165")):
        (tmp_path / year).mkdir()
        text = SNAPCHAT.replace("USD,165", f"USD,{spend}")
        zips.append(zip_of(tmp_path / year / "PoliticalAds.zip", {"PoliticalAds.csv": text}))
    made = import_snapchat(engine, zips, tmp_path / "out")
    assert sums(made) == {("", "USD"): (300, 300, 1), ("", "EUR"): (20, 20, 1)}
    assert made.notes == ("2 rows repeat an ad of a newer file (or a later row); the newest counts",)


@pytest.mark.real
def test_two_years_of_snapchat_in_figures(engine: DuckEngine, tmp_path: Path) -> None:
    """Exact spend in eight currencies; 40 agencies buy for 141 payers."""
    made = import_snapchat(engine, [real_file("snapchat_2019_2020.csv")], tmp_path / "out")
    assert {currency: low for (_, currency), (low, *_) in sums(made).items()} == {
        "USD": 8_865_150,
        "EUR": 99_871,
        "GBP": 75_362,
        "CAD": 148_685,
        "AUD": 143_678,
        "SEK": 3_466,
        "NOK": 100_532,
        "DKK": 34_998,
    }
    assert all(stated.low_micros == stated.high_micros for stated in made.stated)
    several = "SELECT manager_id FROM accounts GROUP BY 1 HAVING count(*) > 1"
    platform = read_platform(engine, tmp_path / "out", key=KEY)
    assert (platform.tables["ads"], platform.tables["spend"]) == (5_558, 5_558)
    assert engine.rows(
        f"SELECT count(DISTINCT manager_id), count(DISTINCT name) FROM accounts WHERE manager_id IN ({several})"
    ) == [(40, 141)]
