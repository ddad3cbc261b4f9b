from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archive_files import META_HEADER, META_PLACES, META_ROWS, rows_of, sums, zip_of
from debar.intake.archives import import_meta
from debar.intake.archives.meta import report_of
from debar.intake.reading import read_platform
from debar.model.problem import DebarError
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import real_file
from small_platforms import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIFELONG = "FacebookAdLibraryReport_2026-11-01_US_lifelong_advertisers.csv"
WEEK = "FacebookAdLibraryReport_2026-11-01_US_last_7_days_advertisers.csv"
WEEK_BEFORE = "FacebookAdLibraryReport_2026-10-25_US_last_7_days_advertisers.csv"


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as made:
        yield made


def write(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_report_with_every_trap_of_its_kind(engine: DuckEngine, tmp_path: Path) -> None:
    """A byte order mark, a no-break space, capitals, grouped digits and at-most amounts; two rows are one page."""
    source = write(
        tmp_path / "in",
        **{LIFELONG: META_HEADER + META_ROWS, LIFELONG.replace("advertisers", "locations"): META_PLACES},
    )
    made = import_meta(engine, [source], tmp_path / "out")
    assert dict(made.problem_counts) == {}
    assert sums(made) == {("", "USD"): (275_100, 275_200, 3), ("places", "USD"): (123_456, 123_556, 2)}
    assert rows_of(made, "spend", 'account_id, low, high, "to"::VARCHAR, market, region, "row"') == [
        ("100000000000001", "0.000000", "100.000000", "2026-11-01", "US", None, 2),
        ("100000000000001", "274100.000000", "274100.000000", "2026-11-01", "US", None, 1),
        ("100000000000002", "1000.000000", "1000.000000", "2026-11-01", "US", None, 3),
        ("unattributed", "0.000000", "100.000000", "2026-11-01", "US", "Unknown", 2),
        ("unattributed", "123456.000000", "123456.000000", "2026-11-01", "US", "Wisconsin", 1),
    ]
    assert rows_of(made, "identifiers", "account_id, kind, value, role") == [
        ("100000000000001", "legal_name", "Harbour LLC", "payer"),
        ("100000000000001", "page", "100000000000001", "owner"),
        ("100000000000002", "page", "100000000000002", "owner"),
    ]


def test_reports_that_share_days_are_not_added(engine: DuckEngine, tmp_path: Path) -> None:
    """Lifelong counts; the week in it stands apart and is named (DBR-I054)."""
    source = write(
        tmp_path / "in",
        **{LIFELONG: META_HEADER + META_ROWS, WEEK: META_HEADER + META_ROWS.replace("1823", "7")},
    )
    made = import_meta(engine, [source], tmp_path / "out")
    assert dict(made.problem_counts) == {"DBR-I054": 1}
    assert sums(made) == {
        ("", "USD"): (275_100, 275_200, 3),
        ("last_7_days to 2026-11-01 US", "USD"): (275_100, 275_200, 3),
    }


def test_weeks_that_follow_each_other_are_one_sum(engine: DuckEngine, tmp_path: Path) -> None:
    """Two reports without a common day count both; the same bytes again count once (DBR-I057)."""
    first, again = META_HEADER + META_ROWS, META_HEADER + META_ROWS.replace("1823", "7")
    source = write(tmp_path / "in", **{WEEK: first, WEEK_BEFORE: again, "copy.csv": first})
    made = import_meta(engine, [source], tmp_path / "out")
    assert dict(made.problem_counts) == {"DBR-I057": 1}
    assert sums(made) == {("", "USD"): (550_200, 550_400, 6)}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (LIFELONG, "lifelong to 2026-11-01 US"),
        ("report end-20-September-2026 last_30_days DE.zip/a.csv", "last_30_days to 2026-09-20 DE"),
        ("fb_adlibrary_us_7d_2023-06-01.csv", "7d to 2023-06-01 US"),
        ("x.csv", "report to an unknown day"),
    ],
)
def test_what_a_reports_name_says(name: str, words: str) -> None:
    """Country, period and last day stand in the name; what is not there is not guessed."""
    assert report_of(name).words() == words


def test_a_report_without_a_currency_asks_for_it(engine: DuckEngine, tmp_path: Path) -> None:
    """DBR-I055: no currency is assumed; one that is given is taken."""
    path = tmp_path / "us.csv"
    path.write_text("page_id,page_name,disclaimer,amt,n\n1,Harbour,Harbour LLC,≤100,1\n")
    with pytest.raises(DebarError, match="DBR-I055"):
        import_meta(engine, [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert sums(import_meta(engine, [path], tmp_path / "out", currency="EUR")) == {("", "EUR"): (0, 100, 1)}


def test_an_amount_that_cannot_be_read_is_a_problem_with_its_place(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """The row is named with file, record and line, and no figure is made of it."""
    text = META_HEADER + META_ROWS.replace('"274,100"', "lots")
    made = import_meta(engine, [write(tmp_path / "in", **{LIFELONG: text})], tmp_path / "out")
    assert [(p.code, str(p.place)) for p in made.problems] == [
        ("DBR-I014", f'{LIFELONG}, record 1 (line 2), column amount, value "lots"')
    ]
    assert sums(made) == {("", "USD"): (1_000, 1_100, 2)}


AD: dict[str, Any] = {
    "id": "1",
    "page_id": "10",
    "page_name": "Harbour",
    "bylines": "Harbour LLC",
    "currency": "RUB",
    "ad_creation_time": "2026-10-01T10:00:00+0300",
    "ad_delivery_start_time": "2026-10-02",
    "ad_creative_bodies": ["Text", "Text", "More"],
    "ad_creative_link_captions": ["Read more", "harbour-news.org"],
    "ad_snapshot_url": "https://www.facebook.com/ads/archive/render_ad/?id=1&access_token=SECRET123",
    "spend": {"lower_bound": "100", "upper_bound": "199"},
    "impressions": {"lower_bound": "1000000"},
    "beneficiary_payers": [{"payer": "Payer SE", "beneficiary": "Beneficiary SE"}],
    "age_country_gender_reach_breakdown": [{"country": "US"}, {"country": "DE"}],
}


def test_replies_of_the_api_ad_by_ad(engine: DuckEngine, tmp_path: Path) -> None:
    """Open bounds stay open, a list of bylines is as good as one, and a later reply of the same ad counts."""
    later = AD | {
        "spend": {"lower_bound": "200", "upper_bound": "299"},
        "bylines": ["Harbour LLC", "Second Payer"],
    }
    source = tmp_path / "in"
    source.mkdir()
    (source / "page1.json").write_text(
        json.dumps({"data": [AD, {"id": "2", "page_id": "10"}], "paging": {"next": "x"}}, indent=1)
    )
    (source / "page2.json").write_text(json.dumps([later]))
    made = import_meta(engine, [source], tmp_path / "out")
    assert sums(made) == {("", "RUB"): (200, 299, 1)}
    ads = rows_of(
        made,
        "ads",
        "ad_id, created_at::VARCHAR, text, landing_url, countries, impressions_low, impressions_high, spend_low",
    )
    assert ads == [
        (
            "1",
            "2026-10-01 07:00:00",
            "Text\nMore",
            "https://harbour-news.org",
            ["US", "DE"],
            1_000_000,
            None,
            "200.000000",
        ),
        ("2", None, None, None, None, None, None, None),
    ]
    assert {row[1:] for row in rows_of(made, "identifiers", "account_id, kind, value, role")} == {
        ("page", "10", "owner"),
        ("legal_name", "Harbour LLC", "payer"),
        ("legal_name", "Second Payer", "payer"),
        ("legal_name", "Payer SE", "payer"),
        ("legal_name", "Beneficiary SE", "beneficiary"),
    }
    assert len(made.notes) == 1


def test_an_ad_without_a_disclaimer_was_not_declared(engine: DuckEngine, tmp_path: Path) -> None:
    """Where some ads have bylines, one without has none; where none has, the field was not asked for."""
    bare = {key: value for key, value in AD.items() if key != "bylines"}
    source = tmp_path / "in"
    source.mkdir()
    (source / "asked.json").write_text(json.dumps({"data": [AD, bare | {"id": "2"}]}))
    (source / "not asked.json").write_text(json.dumps({"data": [bare | {"id": "3"}]}))
    made = import_meta(engine, [source], tmp_path / "out")
    assert rows_of(made, "ads", "ad_id, declared_political") == [("1", True), ("2", False), ("3", None)]


def test_no_access_token_is_stored(engine: DuckEngine, tmp_path: Path) -> None:
    """A token in a snapshot's address or in the next page's is in no file of the folder."""
    reply = {"data": [AD], "paging": {"next": "https://graph.example/?access_token=SECRET123"}}
    (tmp_path / "reply.json").write_text(json.dumps(reply))
    import_meta(engine, [tmp_path / "reply.json"], tmp_path / "out")
    for path in sorted((tmp_path / "out").iterdir()):
        assert b"SECRET123" not in path.read_bytes()
        if path.suffix == ".parquet":
            rows = engine.rows(f"SELECT * FROM read_parquet('{path}')")
            assert "SECRET123" not in str(rows)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"spend": {"lower_bound": "many"}}, "DBR-I014"),
        ({"impressions": {"lower_bound": "9" * 30}}, "DBR-I037"),
        ({"currency": "COINS"}, "DBR-I018"),
        ({"ad_creation_time": "yesterday"}, "DBR-I023"),
        ({"id": None}, "DBR-I026"),
    ],
)
def test_a_flaw_of_a_reply_has_its_code(
    engine: DuckEngine, tmp_path: Path, changed: dict[str, Any], code: str
) -> None:
    """What an ad says wrongly is named, and the other ads are read."""
    (tmp_path / "reply.json").write_text(json.dumps({"data": [AD | changed, AD | {"id": "3"}]}))
    made = import_meta(engine, [tmp_path / "reply.json"], tmp_path / "out")
    assert set(made.problem_counts) == {code}
    assert "3" in [row[0] for row in rows_of(made, "ads", "ad_id")]


def test_a_report_out_of_a_zip_is_a_platform(engine: DuckEngine, tmp_path: Path) -> None:
    """What was written reads without a problem."""
    zipped = zip_of(tmp_path / "report.zip", {LIFELONG: META_HEADER + META_ROWS, "__MACOSX/._x.csv": "x"})
    import_meta(engine, [zipped], tmp_path / "out")
    platform = read_platform(engine, tmp_path / "out", key=KEY)
    assert (dict(platform.problem_counts), platform.tables["accounts"]) == ({}, 2)


@pytest.mark.real
def test_the_report_of_june_2023_in_figures(engine: DuckEngine, tmp_path: Path) -> None:
    """5,303 rows of 5,233 pages, 2,988 of them at most 100; 7,436,480 to 7,735,280 dollars in seven days."""
    made = import_meta(
        engine, [real_file("fb_adlibrary_us_7d_2023-06-01.csv")], tmp_path / "out", currency="USD"
    )
    assert sums(made) == {("", "USD"): (7_436_480, 7_735_280, 5_303)}
    assert made.tables["accounts"] == 5_233
    days = rows_of(made, "spend", 'DISTINCT "from"::VARCHAR, "to"::VARCHAR')
    assert days == [("2023-05-26", "2023-06-01")]
    read_platform(engine, tmp_path / "out", key=KEY)
    assert engine.rows("SELECT count(*) FROM spend WHERE low_micros = 0 AND high_micros = 100000000") == [
        (2_988,)
    ]
    assert engine.rows("SELECT count(*) FROM identifiers WHERE value_key LIKE '%without a disclaimer%'") == [
        (0,)
    ]
