from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from archive_files import BUNDLE, TOTALS, read_csv, rows_of, sums, write_bundle, zip_of
from debar.intake.archives import import_google
from debar.intake.reading import read_platform
from debar.ledger.stated import render_stated, stated_spend
from debar.model.problem import DebarError
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


def test_every_file_of_the_bundle_is_read_and_no_money_is_added_twice(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """Weeks count; totals, regions and ads state the same money and stand apart, currency by currency."""
    made = import_google(engine, [write_bundle(tmp_path / "bundle")], tmp_path / "out")
    assert (made.main, made.others, dict(made.problem_counts)) == ("by week", (), {})
    assert len(made.files) == len(BUNDLE)
    assert sums(made) == {
        ("", "USD"): (274_000, 274_000, 2),
        ("advertiser totals", "USD"): (274_100, 274_100, 2),
        ("advertiser totals", "EUR"): (500, 500, 1),
        ("advertiser totals", "BGN"): (1_000, 1_000, 1),
        ("advertisers by region", "USD"): (1_200, 1_200, 1),
        ("ranges of ads", "USD"): (1_001_100, None, 4),
        ("ranges of ads", "EUR"): (50, 100, 1),
        ("regions", "USD"): (52_000, 52_000, 1),
    }


def test_an_absent_amount_is_no_zero_and_an_absent_upper_end_is_open(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """CR5 states nothing, CR4 states zero, CR3 has no upper end, CR2 was paid in two currencies."""
    made = import_google(engine, [write_bundle(tmp_path / "bundle", "creatives")], tmp_path / "out")
    assert rows_of(made, "spend", "ad_id, currency, low, high, series") == [
        ("CR1", "USD", "1000.000000", "50000.000000", None),
        ("CR2", "EUR", "50.000000", "100.000000", None),
        ("CR2", "USD", "100.000000", None, None),
        ("CR3", "USD", "1000000.000000", None, None),
        ("CR4", "USD", "0.000000", "0.000000", None),
    ]
    assert rows_of(
        made, "ads", "ad_id, impressions_low, impressions_high, spend_low, currency, countries"
    ) == [
        ("CR1", 100_000, 1_000_000, "1000.000000", "USD", ["US"]),
        ("CR2", 0, 10_000, None, None, ["DE"]),
        ("CR3", 10_000_000, None, "1000000.000000", "USD", ["US"]),
        ("CR4", 10_000, 100_000, "0.000000", "USD", ["US"]),
        ("CR5", None, None, None, None, ["US"]),
    ]


def test_public_ids_declared_names_and_promoters_become_identifiers(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """Each id of a list is one; what an advertiser declared carries its role."""
    made = import_google(engine, [write_bundle(tmp_path / "bundle", "totals", "declared")], tmp_path / "out")
    assert rows_of(made, "identifiers", "account_id, kind, value, role") == [
        ("AR1", "legal_id", "EIN ID 53-1111111", "owner"),
        ("AR1", "legal_id", "FEC ID C00000001", "owner"),
        ("AR1", "legal_id", "US-CA 1234567", "owner"),
        ("AR1", "legal_name", "Committee for an Example", "owner"),
        ("AR3", "legal_id", "EIN ID 53-1111111", "owner"),
        ("AR5", "address", "1 Queen Street, Auckland", "beneficiary"),
        ("AR5", "legal_name", "Kiwi Example", "owner"),
        ("AR5", "legal_name", "Promoter Example", "beneficiary"),
    ]


def test_a_campaign_names_ads_that_no_other_file_has(engine: DuckEngine, tmp_path: Path) -> None:
    """CR9 stands in a campaign's list only; CR1 keeps what its own row says."""
    made = import_google(engine, [write_bundle(tmp_path / "b", "creatives", "campaigns")], tmp_path / "out")
    ads = dict(rows_of(made, "ads", "ad_id, targeting"))
    assert ads["CR9"] == "age: 18-24; gender: Female; places: Ohio"
    assert ads["CR1"] == "age: 18-24; gender: Male; places: United States"


def test_every_figure_names_its_file_and_row(engine: DuckEngine, tmp_path: Path) -> None:
    """The digest is that of the file inside the zip, and sources.csv says which it is."""
    bundle = zip_of(
        tmp_path / "bundle.zip",
        {"google/google-political-ads-advertiser-stats.csv": TOTALS, "README.txt": "x"},
    )
    made = import_google(engine, [bundle], tmp_path / "out")
    sha256 = hashlib.sha256(TOTALS.encode()).hexdigest()
    assert rows_of(made, "spend", 'account_id, currency, file_sha256, "row"') == [
        ("AR1", "USD", sha256, 1),
        ("AR2", "BGN", sha256, 2),
        ("AR2", "EUR", sha256, 2),
        ("AR3", "USD", sha256, 3),
    ]
    assert [(row["file"], row["sha256"]) for row in read_csv(tmp_path / "out" / "sources.csv")] == [
        ("bundle.zip/google/google-political-ads-advertiser-stats.csv", sha256)
    ]
    assert made.others == ("bundle.zip/README.txt",)


def test_currencies_come_and_go(engine: DuckEngine, tmp_path: Path) -> None:
    """A currency that the house has never seen in a bundle is read by its column's form."""
    text = TOTALS.replace("Spend_BGN", "Spend_ISK")
    (tmp_path / "a.csv").write_text(text)
    made = import_google(engine, [tmp_path / "a.csv"], tmp_path / "out")
    assert sums(made)["", "ISK"] == (1_000, 1_000, 1)


def test_stated_spend_of_an_archive_prints_what_counts_and_the_rest_apart(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """The ledger adds weeks only, and names the other accounts of the same money."""
    import_google(engine, [write_bundle(tmp_path / "bundle")], tmp_path / "out")
    read_platform(engine, tmp_path / "out", key=KEY)
    report = stated_spend(engine, ["AR1"])
    assert [str(total) for total in report.totals] == ["274,000.00 USD"]
    assert {(one.series, str(one)) for one in report.apart} == {
        ("advertiser totals", "274,100.00 USD"),
        ("advertisers by region", "1,200.00 USD"),
        ("ranges of ads", "1,000.00 to 50,000.00 USD"),
    }
    assert "never to be added to the above" in render_stated(report)


REGIONS = [
    {
        "region_code": code,
        "first_shown": "2024-01-02",
        "last_shown": "2024-02-03",
        "times_shown_lower_bound": low,
        "times_shown_upper_bound": high,
    }
    for code, low, high in (("EEA", 1000, 2000), ("DE", 900, 1500), ("TR", 10, 20))
]
SHOWN = {
    "advertiser_id": "AR9",
    "creative_id": "CR9",
    "advertiser_disclosed_name": "Harbour",
    "advertiser_legal_name": "Harbour News SE",
    "advertiser_location": "DE",
    "topic": "News",
    "region_stats": REGIONS,
}
REMOVED = {
    "region_stats": REGIONS[1:2],
    "disapproval": [{"removal_reason": "POLICY", "removal_location": "GLOBAL"}],
}


@pytest.mark.parametrize("form", ["json", "parquet", "csv"])
def test_the_transparency_center_states_reach_and_never_money(
    engine: DuckEngine, tmp_path: Path, form: str
) -> None:
    """EEA holds its countries, so they are not added to it; a removed ad's advertiser is nobody."""
    for name, row in (("shown", SHOWN), ("removed", REMOVED)):
        path = tmp_path / "in" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(row) + "\n")
        if form == "parquet":
            engine.rows(
                f"COPY (SELECT * FROM read_json('{path}')) TO '{path.with_suffix('.parquet')}' (FORMAT parquet)"
            )
            path.unlink()
        if form == "csv":
            with path.with_suffix(".csv").open("w", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(row)
                writer.writerow([v if isinstance(v, str) else json.dumps(v) for v in row.values()])
            path.unlink()
    made = import_google(engine, [tmp_path / "in"], tmp_path / "out")
    assert made.stated == ()
    assert rows_of(made, "accounts", "account_id, legal_name, country") == [("AR9", "Harbour News SE", "DE")]
    listed = rows_of(
        made, "ads", "account_id, countries, impressions_low, impressions_high, started_at::VARCHAR"
    )
    assert listed == [
        ("AR9", ["DE", "TR"], 1010, 2020, "2024-01-02 00:00:00"),
        ("unattributed", ["DE"], 900, 1500, "2024-01-02 00:00:00"),
    ]
    assert "POLICY" in rows_of(made, "removed", "disapproval")[0][0]


def test_a_file_of_somebody_else_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    """Recognition is by columns: a name alone makes nothing Google's, and nothing is written."""
    (tmp_path / "google-political-ads-creative-stats.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DebarError, match="DBR-I056"):
        import_google(engine, [tmp_path / "google-political-ads-creative-stats.csv"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_left_in_the_engine_or_half_written(engine: DuckEngine, tmp_path: Path) -> None:
    """A writing that fails leaves no folder; after an import the engine is as before."""
    (tmp_path / "out.part").mkdir()
    import_google(engine, [write_bundle(tmp_path / "bundle")], tmp_path / "out")
    assert engine.rows("SELECT table_name FROM information_schema.tables") == []
    assert not (tmp_path / "out.part").exists()
    with pytest.raises(DebarError, match="DBR-I051"):
        import_google(engine, [tmp_path / "bundle"], tmp_path / "out")


@pytest.mark.real
def test_the_bundle_of_april_2025_in_figures(engine: DuckEngine, tmp_path: Path) -> None:
    """20,832 advertisers and USD 2,128,902,500; one employer number on 96 accounts."""
    made = import_google(engine, [real_file("google_bundle_advertiser_stats_2025.csv")], tmp_path / "out")
    assert made.tables["accounts"] == 20_832
    total = made.sum_of("USD")
    assert total is not None
    assert (total.low_micros, total.high_micros) == (2_128_902_500 * 10**6,) * 2
    assert len({s.currency for s in made.stated}) == 20
    read_platform(engine, tmp_path / "out", key=KEY)
    assert engine.rows(
        "SELECT count(DISTINCT account_id) FROM identifiers WHERE kind = 'legal_id' AND shown LIKE '%536002523'"
    ) == [(96,)]
