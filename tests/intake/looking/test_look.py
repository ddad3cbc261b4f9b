from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from archive_files import META_HEADER, META_ROWS, SNAPCHAT, write_bundle
from debar.app.archives.looking import look as look_verb
from debar.app.opening import Setting
from debar.intake.archives.sources import open_sources
from debar.intake.looking import Found, Looked, find, look_at, propose
from debar.intake.looking.places import aimed_at
from debar.intake.looking.standing_out import even_spread_max
from debar.intake.reading import read_platform
from debar.model.problem import DebarError
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import DATA, real_file, real_rows
from small_platforms import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as made:
        yield made


def looked(engine: DuckEngine, path: Path) -> tuple[Looked, Found]:
    with open_sources([path]) as opened:
        seen = look_at(engine, opened.members[0], number=1)
        return seen, find(engine, seen)


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_archives_are_recognised_by_their_columns_alone(engine: DuckEngine, tmp_path: Path) -> None:
    """A renamed file is still what it is; the sign is the file's own columns."""
    (tmp_path / "a.csv").write_text(META_HEADER + META_ROWS, encoding="utf-8")
    (tmp_path / "b.csv").write_text(SNAPCHAT, encoding="utf-8")
    bundle = write_bundle(tmp_path / "bundle", "totals")
    found = {}
    for path in (tmp_path / "a.csv", tmp_path / "b.csv", bundle):
        seen, _ = looked(engine, path)
        assert seen.shape is not None
        found[path.name] = (seen.shape.archive, seen.sign[0], propose(seen).command.split()[:3])
    assert found == {
        "a.csv": ("meta", "Page ID", ["debar", "import", "meta"]),
        "b.csv": ("snapchat", "ADID", ["debar", "import", "snapchat"]),
        "bundle": ("google", "Advertiser_ID", ["debar", "import", "google"]),
    }


ADS = [
    f"{n},{'shop' if n % 3 else 'lantern'}-{n % 40},2016-11-{1 + n % 28:02},{'join us at the harbour tonight my friends' if n % 40 in (3, 5, 7) else f'text number {n} of the many that there are'},{n}.50,{'RUB' if n % 4 == 0 else 'USD'},US"
    for n in range(400)
]


def test_the_currency_that_is_not_at_home_where_ads_are_aimed_stands_out(
    engine: DuckEngine, tmp_path: Path
) -> None:
    """One hundred of four hundred ads are paid in roubles and aimed at the United States."""
    path = write(tmp_path / "ads.csv", "ad_id,advertiser,start,text,spend,currency,country", ADS)
    seen, found = looked(engine, path)
    assert found.findings[0].sentence == (
        "100 of 400 ads aimed at US that state a currency are paid in RUB (25.0 %)"
    )
    assert "USD" in found.findings[0].null
    assert {m.currency: (m.low_micros // 10**6, m.rows) for m in found.money} == {
        "RUB": (19_850, 100),
        "USD": (60_150, 300),
    }
    assert (seen.rows, found.period) == (400, ("2016-11-01", "2016-11-28"))


def test_nothing_stands_out_where_nothing_was_planted(engine: DuckEngine, tmp_path: Path) -> None:
    """Values spread evenly over accounts, one currency, a steady pace: no finding."""
    rows = [
        f"a{n % 100},p{n % 97},2016-{1 + n % 12:02}-{1 + n % 28:02},{n % 50},USD,US" for n in range(5_000)
    ]
    path = write(tmp_path / "x.csv", "account_id,payer,date,amount,currency,country", rows)
    assert [one.sentence for one in looked(engine, path)[1].findings] == []


def test_a_crowd_that_chance_does_not_make_stands_out(engine: DuckEngine, tmp_path: Path) -> None:
    """Forty accounts share one payer, two share another; only the forty are more than chance would give."""
    rows = [f"a{n},{'Harbour LLC' if n < 40 else f'Payer Number {n // 2}'}" for n in range(1_000)]
    _, found = looked(engine, write(tmp_path / "x.csv", "account_id,payer", rows))
    (one,) = [finding for finding in found.findings if finding.role == "payer"]
    assert (one.value, "40 of 1,000 accounts" in one.sentence) == ("Harbour LLC", True)
    assert found.repeated[0].accounts == 40


def test_launches_close_together_stand_out_against_a_steady_pace(engine: DuckEngine, tmp_path: Path) -> None:
    """Pairs of accounts that launch within seconds, forty times, on days with few launches."""
    rows = []
    for n in range(40):
        for account, second in (("a", 5), ("b", 17)):
            rows.append(
                f"{account},2016-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n:02}:{second + n % 30:02}Z"
            )
    _, found = looked(engine, write(tmp_path / "x.csv", "account_id,created_at", rows))
    assert any("40 of 80 launches came within 30 seconds" in one.sentence for one in found.findings)


@pytest.mark.parametrize(("uses", "values", "top"), [(10, 10, 4), (100, 10, 19), (10**6, 10, 101_898)])
def test_the_largest_crowd_by_chance(uses: int, values: int, top: int) -> None:
    """Ten values times the Poisson tail beyond the limit is at most one in twenty."""
    assert even_spread_max(uses, values) == top


def test_an_even_spread_keeps_its_limit() -> None:
    """Of 300 files spread by hash at most one in twenty has a larger crowd: the promise is kept, and not idle."""
    import hashlib
    from collections import Counter

    limit, over, at = even_spread_max(2_000, 500), 0, 0
    for trial in range(300):
        crowd: Counter[int] = Counter()
        for use in range(2_000):
            crowd[int.from_bytes(hashlib.sha256(f"{trial} {use}".encode()).digest()[:4], "big") % 500] += 1
        over += max(crowd.values()) > limit
        at += max(crowd.values()) >= limit - 2
    assert over <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5
    assert at > 30


def test_what_a_cell_aims_at() -> None:
    """Codes, lists and names; a state, a place called New, and an interest are no country."""
    assert aimed_at("Location: United States: Georgia; New Mexico\nInterests: Mexico") == ("US",)
    assert (aimed_at("US;GB"), aimed_at("germany"), aimed_at("everywhere")) == (("US", "GB"), ("DE",), ())


def test_a_proposed_platform_reads_as_it_stands(engine: DuckEngine, tmp_path: Path) -> None:
    """The proposal for an unknown export, beside the export, is a platform: nothing was typed."""
    rows = [
        f"{n};k-{n % 9};Kunde {n % 9};{1 + n % 28:02}.11.2016;1.{n % 900 + 100},50;EUR" for n in range(60)
    ]
    path = write(tmp_path / "werbung.csv", "anzeige_id;kundennummer;kunde_name;beginn;betrag;währung", rows)
    seen, found = looked(engine, path)
    folder = tmp_path / "platform"
    folder.mkdir()
    shutil.copy(path, folder)
    (folder / "platform.toml").write_text(propose(seen).toml, encoding="utf-8")
    platform = read_platform(engine, folder, key=KEY)
    assert (platform.tables["accounts"], platform.tables["ads"]) == (9, 60)
    assert set(platform.problem_counts) == {"DBR-I020"}  # an account stands in every row of its ads
    total = sum(1_000 + n % 900 + 100 for n in range(60)) * 10**6 + 60 * 500_000
    assert engine.rows("SELECT sum(spend_low_micros), min(started_at)::VARCHAR FROM ads") == [
        (total, "2016-11-01 00:00:00")
    ]
    assert [(m.currency, m.low_micros) for m in found.money] == [("EUR", total)]


def test_two_headers_are_seen_and_two_columns_of_one_name_refused(engine: DuckEngine, tmp_path: Path) -> None:
    """Files put one after the other repeat the header; a doubled name is an error with its place."""
    rows = ["a1,1.50", "account_id,amount", "a2,2.50"]
    _, found = looked(engine, write(tmp_path / "x.csv", "account_id,amount", rows))
    assert found.notes == ("the header stands again in 1 records: files were put together",)
    with pytest.raises(DebarError, match="DBR-I004"):
        looked(engine, write(tmp_path / "y.csv", "a,a", ["1,2"]))


def test_sensitive_values_are_masked_and_hostile_ones_made_visible(tmp_path: Path) -> None:
    """An e-mail address is never printed; a mark that turns text around is shown by its number."""
    rows = [f"a{n},{'ana' if n < 30 else f'm{n}'}@harbour-news.org,\u202egnp.exe <script>" for n in range(60)]
    path = write(tmp_path / "x.csv", "account_id,kontakt,payer", rows)
    answer = look_verb(Setting(), [path], html=tmp_path / "look.html")
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    for text in (answer.text, page, json.dumps(answer.document, ensure_ascii=False)):
        assert "ana@" not in text
        assert "\u202e" not in text
    assert "<script>" not in page
    assert "30 of 60 accounts" in answer.text
    assert "src=" not in page
    assert "@import" not in page


def test_a_file_that_is_none_of_debars_is_looked_at_all_the_same(tmp_path: Path) -> None:
    """JSON documents, single columns, empty files: an answer, never a stack of lines."""
    (tmp_path / "a.json").write_text('{"elements": [{"x": 1}, {"x": 2, "y": {"z": 3}}]}')
    (tmp_path / "b.csv").write_text("only\n1\n2\n")
    (tmp_path / "c.csv").write_text("")
    (tmp_path / "d.csv").write_text("a,b\n")
    (tmp_path / "e.txt").write_text("x")
    answer = look_verb(Setting(), [tmp_path])
    assert [one["rows"] for one in answer.document["files"]] == [2, 2, 0, 0]
    assert answer.document["not_read"] == ["e.txt"]


@pytest.mark.real
def test_the_first_finding_in_the_agencys_ads_is_the_rouble(engine: DuckEngine) -> None:
    """Raw, without configuration: RUB for ads aimed at the United States, counted again here by hand."""
    seen, found = looked(engine, real_file("ira_ads.csv"))
    rows = [
        row
        for row in real_rows("ira_ads.csv")
        if row["currency"]
        and any(
            "united states" in line.lower()
            for line in row["targeting_raw"].split("\n")
            if "location" in line.lower()
        )
    ]
    roubles = sum(row["currency"] == "RUB" for row in rows)
    assert found.findings[0].sentence.startswith(f"{roubles:,} of {len(rows):,} ads aimed at US")
    assert (seen.rows, found.accounts) == (3_517, 233)
    assert "201 of 2,372 rows end before they begin" in [one.sentence for one in found.findings]


@pytest.mark.real
@pytest.mark.ci
def test_every_file_of_the_real_data_is_looked_at_raw(tmp_path: Path) -> None:
    """No file that we did not shape breaks a look; a proposal that is made is read."""
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data")
    proposed = {}
    for path in sorted(p for p in DATA.rglob("*") if p.suffix in (".csv", ".parquet", ".json")):
        answer = look_verb(Setting(), [path], html=tmp_path / "look.html")
        (report,) = answer.document["files"]
        assert report["rows"] > 0
        if report["platform_toml"]:
            folder = tmp_path / path.stem
            folder.mkdir()
            shutil.copy(path, folder / path.name)
            (folder / "platform.toml").write_text(report["platform_toml"], encoding="utf-8")
            with DuckEngine(threads=1) as engine:
                proposed[path.name] = read_platform(engine, folder, key=KEY).tables["accounts"]
    assert proposed["red_first.csv"] == 6
    assert proposed["cz_ads_features.csv"] == 53
    assert proposed["fb_2022_accounts_unlabelled_all.csv"] == 7_886
