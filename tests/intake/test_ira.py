from __future__ import annotations

import csv
from pathlib import Path

import pytest

from debar.intake.ira import Imported, import_ira, mend_address
from debar.intake.reading import Platform, read_platform
from debar.model.problem import DebarError
from debar.stores.duckdb_engine import DuckEngine
from small_platforms import KEY

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

HEADER = (
    "bates,ad_text,landing_page_raw,targeting_raw,impressions,clicks,spend,currency,spend_stated,created,ended,"
    "source_spend,issues,page_key\n"
)
ROWS = (
    'P1,hello,https:Hwww.facebook.com/Harbour-News-123456789/,"Location: United States, Germany",10.0,2.0,5.5,RUB,5.50 RUB,'
    "2015-06-09T20:00:00-07:00,2015-06-01T00:00:00-07:00,txt,,fbid:123456789\n"
    "P2,hello,,,0.0,0.0,,,None,2015-06-10T00:00:00-07:00,,txt,,fbid:123456789\n"
    "P3,hello,,,0.0,0.0,0.0,,0.00,2015-06-10T00:00:00-07:00,,txt,,fb:harbour\n"
    'P4,hello,https://www.facebook.com/harbour/,,7.0,1.0,2.0,RUB,22.00 RUB,,,umd(x),"took 2",\n'
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "ira_ads.csv").write_text(HEADER + ROWS)
    return tmp_path


def test_a_small_import(small: Path, tmp_path: Path) -> None:
    """None and 0.00 stay apart, what names no page is unattributed, and readings that differ are noted."""
    imported = import_ira(small, tmp_path / "out")
    assert imported.spend_micros == {"RUB": 7_500_000}
    assert (imported.stated_none, imported.stated_zero, imported.unattributed_ads) == (1, 1, 1)
    assert imported.notes == (
        ("P4", 'readings: took 2; spend 2.0 RUB taken from umd(x), the text layer reads "22.00 RUB"'),
    )
    with (tmp_path / "out" / "accounts.csv").open() as stream:
        assert [(row["account_id"], row["name"]) for row in csv.DictReader(stream)] == [
            ("fb:harbour", "harbour"),
            ("fbid:123456789", "Harbour News"),
        ]
    with (tmp_path / "out" / "spend.csv").open() as stream:
        rows = [
            (row["account_id"], row["low"], row["market"], row["from"], row["to"], row["row"])
            for row in csv.DictReader(stream)
        ]
    assert rows == [
        ("fbid:123456789", "5.500000", "", "2015-06-10", "", "1"),
        ("unattributed", "2.000000", "", "", "", "4"),
    ]


def test_the_small_import_is_a_platform(small: Path, tmp_path: Path) -> None:
    """What was written reads with the one contradiction that stands in it."""
    import_ira(small / "ira_ads.csv", tmp_path / "out")
    with DuckEngine(threads=1) as engine:
        platform = read_platform(engine, tmp_path / "out", key=KEY)
        assert dict(platform.problem_counts) == {"DBR-I024": 1}
        assert engine.rows("SELECT ad_id, account_id, spend_low_micros, countries FROM ads") == [
            ("P1", "fbid:123456789", 5_500_000, ["US", "DE"]),
            ("P2", "fbid:123456789", None, None),
            ("P3", "fb:harbour", 0, None),
            ("P4", "unattributed", 2_000_000, None),
        ]


def test_a_folder_is_not_overwritten(small: Path, tmp_path: Path) -> None:
    """An import refuses a folder that holds something."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DebarError, match="DBR-I051"):
        import_ira(small, tmp_path / "out")


@pytest.mark.parametrize("content", [None, "a,b\n1,2\n", "", b"\xff\xfe\x00"])
def test_other_files_are_refused(tmp_path: Path, content: str | bytes | None) -> None:
    """What is not these ads is refused, and nothing is written."""
    if content is not None:
        (tmp_path / "ira_ads.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DebarError, match="DBR-I050"):
        import_ira(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        ("https:Hinstagram.com/veterans_us/", "https://instagram.com/veterans_us/"),
        ("https://www .face book.com/Defend/", "https://www.facebook.com/Defend/"),
        ("https://musicfb.info/", "https://musicfb.info/"),
        ("—", ""),
        ("", ""),
    ],
)
def test_addresses_are_mended(raw: str, mended: str) -> None:
    """What reading from pictures did to an address is undone; what is none stays empty."""
    assert mend_address(raw) == mended


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Imported, Platform, DuckEngine]:
    if not (DATA / "ira_ads.csv").is_file():
        pytest.skip("the public record is not here: ../shared/data/ira_ads.csv")
    folder = tmp_path_factory.mktemp("ira") / "platform"
    imported = import_ira(DATA, folder)
    engine = DuckEngine(threads=1)
    return imported, read_platform(engine, folder, key=KEY), engine


@pytest.mark.real
def test_the_public_record_in_figures(real: tuple[Imported, Platform, DuckEngine]) -> None:
    """The import gives the figures that the record is known by."""
    imported, platform, engine = real
    assert (imported.ads, imported.accounts) == (3_517, 233)
    assert imported.spend_ads == {"RUB": 2_548, "USD": 5}
    assert imported.spend_micros == {"RUB": 5_849_822_970_000, "USD": 109_330_000}
    assert (imported.stated_none, imported.stated_zero) == (787, 176)
    assert dict(platform.problem_counts) == {"DBR-I024": 201}
    assert {name: tally.unread for name, tally in platform.tallies.items() if tally.unread} == {}
    assert engine.rows(
        "SELECT currency, count(*), CAST(SUM(low_micros) AS BIGINT), bool_and(low_micros = high_micros) FROM spend GROUP BY 1 ORDER BY 1"
    ) == [
        ("RUB", 2_548, 5_849_822_970_000, True),
        ("USD", 5, 109_330_000, True),
    ]
    assert engine.rows(
        "SELECT count(DISTINCT ad_id), CAST(SUM(impressions) AS BIGINT), CAST(SUM(clicks) AS BIGINT), count(*) FILTER (ended_at IS NULL) FROM ads"
    ) == [(3_517, 40_572_781, 3_733_937, 1_145)]
    assert engine.rows("SELECT count(*) FROM ads WHERE currency IS NULL AND spend_low_micros = 0") == [(176,)]
    assert engine.rows("SELECT count(*) FROM ads WHERE spend_low_micros IS NULL") == [(788,)]


@pytest.mark.real
def test_the_public_record_before_the_election(real: tuple[Imported, Platform, DuckEngine]) -> None:
    """Before 2016-11-09, in whole UTC days, 2,220 ads were created, 1,484 of them paid in roubles."""
    _, _, engine = real
    assert engine.rows("SELECT count(*) FROM ads WHERE created_at < TIMESTAMP '2016-11-09 00:00:00'") == [
        (2_220,)
    ]
    assert engine.rows(
        "SELECT count(*), CAST(SUM(low_micros) AS BIGINT) FROM spend WHERE currency = 'RUB' AND from_day < DATE '2016-11-09'"
    ) == [(1_484, 4_560_630_540_000)]
    first, last = engine.rows("SELECT min(created_at), max(created_at) FROM ads")[0]
    assert (str(first.date()), str(last)) == ("2015-06-09", "2017-08-14 05:47:48")


@pytest.mark.real
def test_the_public_record_without_pages(real: tuple[Imported, Platform, DuckEngine]) -> None:
    """Twenty-two ads name no page; their roubles are unattributed, not lost."""
    imported, _, engine = real
    assert imported.unattributed_ads == 22
    assert engine.rows("SELECT count(*) FROM ads WHERE account_id = 'unattributed'") == [(22,)]
    assert engine.rows(
        "SELECT CAST(SUM(low_micros) AS BIGINT) FROM spend WHERE account_id = 'unattributed'"
    ) == [(19_473_390_000,)]


@pytest.mark.real
def test_the_figure_with_two_readings(real: tuple[Imported, Platform, DuckEngine]) -> None:
    """Ad P(1)0000644 reads 27,500 in one source and 2,500 in the other; both stand in the note."""
    imported, _, engine = real
    note = dict(imported.notes)["P(1)0000644"]
    assert "27500.00" in note
    assert "2500.0 RUB taken from umd" in note
    assert engine.rows(
        "SELECT low_micros, row, length(file_sha256) FROM spend WHERE ad_id = 'P(1)0000644'"
    ) == [(2_500_000_000, 337, 64)]
