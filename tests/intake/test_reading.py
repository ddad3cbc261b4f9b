from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from debar.evidence.keying import keyed
from debar.intake.reading import Platform, Tally, read_platform
from debar.model.problem import DebarError
from small_platforms import KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.model.problem import Problem
    from debar.stores.duckdb_engine import DuckEngine

Read = Any  # the fixture ``read``
BILLING = "event_id,account_id,kind,service_day,amount,currency\n"


def only(platform: Platform, code: str) -> Problem:
    """Return the one problem of a code, and assert that it is one."""
    found = [problem for problem in platform.problems if problem.code == code]
    assert platform.problem_counts.get(code) == 1
    assert len(found) == 1
    return found[0]


def billing_amounts(engine: DuckEngine) -> list[tuple[Any, ...]]:
    return engine.rows("SELECT event_id, account_id, amount_micros FROM billing ORDER BY event_id")


def assert_nothing_lost(platform: Platform) -> None:
    for tally in platform.tallies.values():
        assert tally.read == tally.kept + tally.repeated + tally.unread


def test_a_clean_folder_has_no_problems_and_all_seven_tables(read: Read, engine: DuckEngine) -> None:
    """A clean export is read without a problem, and every table is there, also the empty ones."""
    platform = read({"billing.csv": BILLING + "e1,a1,delivered,2016-11-07,1200.50,USD\n"})
    assert platform.problem_counts == {}
    assert platform.tables == {
        "accounts": 2, "identifiers": 4, "ads": 0, "spend": 0, "billing": 1, "contacts": 0, "judgements": 0,
        "near_keys": 0, "spend_apart": 0, "unread": 0,
    }  # fmt: skip
    assert engine.rows(
        "SELECT service_day, booked_at, amount_micros, tax_micros, currency, file, record FROM billing"
    ) == [
        (dt.date(2016, 11, 7), dt.datetime(2016, 11, 7), 1_200_500_000, 0, "USD", "billing.csv", 1)  # noqa: DTZ001 - tables hold UTC without a zone
    ]


def test_the_same_platform_reads_alike_from_every_form(
    engine: DuckEngine, tmp_path: Path, read: Read
) -> None:
    """CSV, JSON Lines, Parquet and a DuckDB file of the same rows give the same tables; ids stay exact."""
    big = "123456789012345678"
    read({"accounts.csv": f"account_id,name,created_at\n{big},Name,2016-01-02T03:04:05Z\n"})
    expected = engine.rows("SELECT * FROM accounts")
    assert expected[0][0] == big
    (tmp_path / "j").mkdir()
    (tmp_path / "j/accounts.jsonl").write_text(
        f'{{"account_id": {big}, "name": "Name", "created_at": "2016-01-02T03:04:05Z"}}\n'
    )
    read_platform(engine, tmp_path / "j", key=KEY)
    assert engine.rows("SELECT * FROM accounts") == expected
    (tmp_path / "p").mkdir()
    select = f"SELECT CAST({big} AS BIGINT) AS account_id, 'Name' AS name, TIMESTAMPTZ '2016-01-02 03:04:05Z' AS created_at"
    engine.rows(f"COPY ({select}) TO '{tmp_path}/p/accounts.parquet' (FORMAT parquet)")
    read_platform(engine, tmp_path / "p", key=KEY)
    assert engine.rows("SELECT * FROM accounts") == expected
    engine.rows(f"ATTACH '{tmp_path}/d.duckdb' AS d")
    engine.rows(f"CREATE TABLE d.accounts AS {select}")
    engine.rows("DETACH d")
    read_platform(engine, tmp_path / "d.duckdb", key=KEY)
    assert engine.rows("SELECT * FROM accounts") == expected


@pytest.mark.parametrize(
    ("written", "micros", "code"),
    [
        ('"1,234.50"', 1_234_500_000, "DBR-I015"),
        ('"1.234,50"', 1_234_500_000, "DBR-I015"),
        ('"1,234"', None, "DBR-I014"),
        ("None", None, "DBR-I014"),
        ("≤100", None, "DBR-I014"),
        ("NaN", None, "DBR-I014"),
        ("1e400", None, "DBR-I014"),
        ("0x10", None, "DBR-I014"),
        ("1.2345678", None, "DBR-I016"),
        ("9999999999999.00", None, "DBR-I016"),
        ("-5.00", None, "DBR-I017"),
        ("", None, "DBR-I026"),
        ("0.000001", 1, None),
        ("1.50000000", 1_500_000, None),
        ("+7", 7_000_000, None),
    ],
)
def test_amounts(read: Read, engine: DuckEngine, written: str, micros: int | None, code: str | None) -> None:
    """An amount is read exactly, or it is a problem with its place and the row is counted as unread."""
    platform = read({"billing.csv": BILLING + f"e1,a1,delivered,2016-11-07,{written},USD\n"})
    assert [row[2] for row in billing_amounts(engine)] == ([] if micros is None else [micros])
    assert dict(platform.problem_counts) == ({} if code is None else {code: 1})
    assert platform.tallies["billing"] == Tally(
        read=1, kept=micros is not None, repeated=0, unread=micros is None
    )
    if code is not None:
        place = only(platform, code).place
        assert (place.file, place.record, place.line, place.column) == ("billing.csv", 1, 2, "amount")
        assert place.value == (written.strip('"') or None)


def test_declared_marks_are_followed(read: Read, engine: DuckEngine) -> None:
    """With a decimal comma declared, 1.234,50 and 1234,5 are read without a problem, and 1,234.50 is refused."""
    platform = read(
        {
            "platform.toml": '[tables.billing]\ndecimal = ","\nthousands = "."\n',
            "billing.csv": BILLING
            + 'e1,a1,delivered,2016-11-07,"1.234,50",USD\ne2,a1,delivered,2016-11-07,"1234,5",USD\n'
            + 'e3,a1,delivered,2016-11-07,"1,234.50",USD\ne4,a1,delivered,2016-11-07,1.234,USD\n',
        }
    )
    assert [row[2] for row in billing_amounts(engine)] == [1_234_500_000, 1_234_500_000, 1_234_000_000]
    assert dict(platform.problem_counts) == {"DBR-I014": 1}


def test_declared_nulls_are_no_problem(read: Read, engine: DuckEngine) -> None:
    """A text declared as null for a column is an empty cell there, and only there."""
    platform = read(
        {
            "platform.toml": '[tables.ads]\nnull = { spend = ["None"] }\n',
            "ads.csv": "ad_id,account_id,spend,text\nd1,a1,None,None\n",
        }
    )
    assert platform.problem_counts == {}
    assert engine.rows("SELECT spend_low_micros, text FROM ads") == [(None, "None")]


def test_bounds_of_archives(read: Read, engine: DuckEngine) -> None:
    """Spend and impressions of ads may be ranges, and zero differs from unknown."""
    platform = read(
        {
            "ads.csv": "ad_id,account_id,spend,impressions,currency\nd1,a1,≤100,1000-1999,USD\nd2,a1,>500,,USD\n"
            "d3,a1,0.00,0,\nd4,a1,,,\nd5,a1,100-199,7,EUR\n"
        }
    )
    assert platform.problem_counts == {}
    assert engine.rows(
        "SELECT spend_low_micros, spend_high_micros, impressions, impressions_low, impressions_high FROM ads"
    ) == [
        (0, 100_000_000, None, 1000, 1999),
        (500_000_000, None, None, None, None),
        (0, 0, 0, 0, 0),
        (None, None, None, None, None),
        (100_000_000, 199_000_000, 7, 7, 7),
    ]


def test_money_of_unknown_accounts_is_counted(read: Read, engine: DuckEngine) -> None:
    """Billing of an account that is not there counts under unattributed; an event without an id gets one."""
    platform = read(
        {
            "billing.csv": BILLING
            + "e1,zz,delivered,2016-11-07,5.00,USD\n,a1,delivered,2016-11-07,6.00,USD\ne3,,fee,2016-11-07,7,USD\n"
        }
    )
    assert billing_amounts(engine) == [
        ("e1", "unattributed", 5_000_000),
        ("e3", "unattributed", 7_000_000),
        ("row billing.csv 2", "a1", 6_000_000),
    ]
    assert dict(platform.problem_counts) == {"DBR-I026": 1, "DBR-I027": 2}


def test_unreadable_rows_still_tell_their_money(read: Read, engine: DuckEngine) -> None:
    """A billing row of an unknown kind, day or currency is not in the books, but its amount stands in unread."""
    platform = read(
        {
            "billing.csv": BILLING
            + "e1,a1,gift,2016-11-07,5.00,USD\ne2,a1,delivered,soon,6.00,USD\ne3,a1,delivered,2016-11-07,7.00,XXQ\n"
        }
    )
    assert engine.rows("SELECT code, kind, amount_micros, currency FROM unread ORDER BY record") == [
        ("DBR-I019", None, 5_000_000, "USD"),
        ("DBR-I023", "delivered", 6_000_000, "USD"),
        ("DBR-I018", "delivered", 7_000_000, None),
    ]
    assert dict(platform.problem_counts) == {"DBR-I018": 1, "DBR-I019": 1, "DBR-I023": 1}
    assert_nothing_lost(platform)


def test_a_missing_service_day_is_the_booked_day(read: Read, engine: DuckEngine) -> None:
    """A billing row with a booked time but no readable service day is kept under the booked day, and flagged."""
    platform = read(
        {
            "billing.csv": "event_id,account_id,kind,service_day,amount,currency,booked_at\n"
            "e1,a1,delivered,soon,5.00,USD,2016-11-09T10:00:00Z\n"
        }
    )
    assert engine.rows("SELECT service_day FROM billing") == [(dt.date(2016, 11, 9),)]
    assert dict(platform.problem_counts) == {"DBR-I023": 1}


@pytest.mark.parametrize(
    ("written", "expected", "code"),
    [
        ("2016-06-15T03:39:52-07:00", "2016-06-15 10:39:52", None),
        ("2016-06-15 03:39:52Z", "2016-06-15 03:39:52", None),
        ("2016/06/15 03:39:52 UTC", "2016-06-15 03:39:52", None),
        ("2016-06-15", "2016-06-15 00:00:00", None),
        ("2016-06-15T03:39:52", "2016-06-15 03:39:52", "DBR-I025"),
        ("1969-12-31T00:00:00Z", None, "DBR-I022"),
        ("0001-01-01", None, "DBR-I022"),
        ("2101-01-01T00:00:00Z", None, "DBR-I022"),
        ("9999-12-31", None, "DBR-I022"),
        ("2016-02-30", None, "DBR-I023"),
        ("15.06.2016", None, "DBR-I023"),
        ("1465961992", None, "DBR-I023"),
        ("infinity", None, "DBR-I023"),
    ],
)
def test_times(read: Read, engine: DuckEngine, written: str, expected: str | None, code: str | None) -> None:
    """A time is read as UTC by its own zone; without one, or outside 1970 to 2100, it is a problem."""
    platform = read({"accounts.csv": f"account_id,name,created_at\na1,Name,{written}\n"})
    assert engine.rows("SELECT CAST(created_at AS VARCHAR) FROM accounts") == [(expected,)]
    assert dict(platform.problem_counts) == ({} if code is None else {code: 1})


def test_a_declared_zone_and_format_are_followed(read: Read, engine: DuckEngine) -> None:
    """Times without a zone take the declared one; declared formats are read."""
    platform = read(
        {
            "platform.toml": 'time_zone = "Europe/Moscow"\ntime_format = "%d.%m.%Y %H:%M"\nday_format = "%d.%m.%Y"\n',
            "accounts.csv": "account_id,name,created_at\na1,Name,15.06.2016 02:00\n",
            "billing.csv": BILLING + "e1,a1,delivered,07.11.2016,1,USD\n",
        }
    )
    assert engine.rows("SELECT CAST(created_at AS VARCHAR) FROM accounts") == [("2016-06-14 23:00:00",)]
    assert engine.rows("SELECT service_day FROM billing") == [(dt.date(2016, 11, 7),)]
    assert platform.problem_counts == {}


def test_ends_before_starts_are_kept_and_flagged(read: Read, engine: DuckEngine) -> None:
    """Dates that contradict each other are kept as they are, with a problem each."""
    platform = read(
        {
            "ads.csv": "ad_id,account_id,started_at,ended_at\nd1,a1,2016-02-01,2016-01-01\n",
            "spend.csv": "account_id,currency,low,high,from,to\na1,USD,5,3,2016-02-01,2016-01-01\n",
        }
    )
    assert dict(platform.problem_counts) == {"DBR-I024": 2, "DBR-I039": 1}
    assert engine.rows("SELECT low_micros, high_micros FROM spend") == [(3_000_000, 5_000_000)]


def test_two_accounts_with_one_id(read: Read, engine: DuckEngine) -> None:
    """A repeated account is a no-op; one that says something else is a problem that names both records."""
    platform = read({"accounts.csv": "account_id,name\na1,One\na2,Two\na1,One\na2,Zwei\n"})
    assert engine.rows("SELECT account_id, name FROM accounts") == [("a1", "One"), ("a2", "Two")]
    assert only(platform, "DBR-I020").place.record == 3
    other = only(platform, "DBR-I021")
    assert (other.place.record, other.place.value) == (4, "a2")
    assert "accounts.csv, record 2" in other.effect


def test_repeated_billing_events(read: Read, engine: DuckEngine) -> None:
    """The same event twice counts once, however its amount is written; another version is not counted."""
    platform = read(
        {
            "billing.csv": BILLING
            + "e1,a1,delivered,2016-11-07,5.00,USD\ne1,a1,delivered,2016-11-07,5,USD\ne1,a1,delivered,2016-11-07,6,USD\n"
        }
    )
    assert billing_amounts(engine) == [("e1", "a1", 5_000_000)]
    assert dict(platform.problem_counts) == {"DBR-I020": 1, "DBR-I021": 1}
    assert platform.tallies["billing"] == Tally(read=3, kept=1, repeated=2, unread=0)


def test_a_damaged_file_costs_single_rows(read: Read, engine: DuckEngine) -> None:
    """Byte order mark, NUL, Latin-1 bytes, ragged rows, stray and open quotes: each costs at most its row."""
    data = (
        b"\xef\xbb\xbfaccount_id,name,handle\r\n"
        b'a1,"two\nlines",@a\n'
        b"a2,caf\xe9,@b\n"
        b"a3,nu\x00l,@c\n"
        b"a4,short\n"
        b"a5,wide,@e,moved\n"
        b'a6,"open,@f\n'
        b'a7,"stray"s,@g\n'
        b"a8,\xd0\x96\xd1\x83\xd0\xba,@h"
    )
    platform = read({"accounts.csv": data})
    assert engine.rows("SELECT account_id, name, handle FROM accounts") == [
        ("a1", "two\nlines", "@a"),
        ("a2", "café", "@b"),
        ("a3", "nul", "@c"),
        ("a4", "short", None),
        ("a7", "strays", "@g"),
        ("a8", "Жук", "@h"),
    ]
    codes = ("DBR-I010", "DBR-I011", "DBR-I012", "DBR-I013", "DBR-I033", "DBR-I038")
    assert dict(platform.problem_counts) == dict.fromkeys(codes, 1)
    places = {code: only(platform, code).place for code in codes}
    assert {code: (place.record, place.line) for code, place in places.items()} == {
        "DBR-I010": (5, 7),
        "DBR-I011": (4, 6),
        "DBR-I012": (2, 4),
        "DBR-I013": (3, 5),
        "DBR-I033": (6, 8),
        "DBR-I038": (7, 9),
    }
    assert_nothing_lost(platform)


def test_records_and_lines_differ_after_a_quoted_line_end(read: Read) -> None:
    """In a well-formed file with line ends inside cells, a problem names the record and the true line."""
    platform = read(
        {
            "billing.csv": "note,"
            + BILLING
            + '"a\nb\nc",e1,a1,delivered,2016-11-07,1,USD\nn,e2,a1,delivered,2016-11-07,x,USD\n'
        }
    )
    place = only(platform, "DBR-I014").place
    assert (place.record, place.line, place.value) == (2, 5, "x")


def test_a_very_long_line_is_read(read: Read, engine: DuckEngine) -> None:
    """A line of more than twenty million bytes is read whole, and reported."""
    platform = read({"ads.csv": "ad_id,account_id,text\nd1,a1," + "x" * 20_500_000 + "\nd2,a1,y\n"})
    assert engine.rows("SELECT length(text) FROM ads") == [(20_500_000,), (1,)]
    assert "20,500,006 bytes" in only(platform, "DBR-I034").effect


def test_formula_cells_are_text(read: Read, engine: DuckEngine) -> None:
    """A cell that a spreadsheet would run is kept as text and flagged; a handle is no formula."""
    platform = read(
        {"accounts.csv": "account_id,name,handle\na1,=cmd|' /C calc'!A0,@quiet\na2,-5 degrees,+x\n"}
    )
    assert engine.rows("SELECT name, handle FROM accounts") == [
        ("=cmd|' /C calc'!A0", "@quiet"),
        ("-5 degrees", "+x"),
    ]
    assert only(platform, "DBR-I029").place.column == "name"


def test_rounded_ids_are_flagged(read: Read, engine: DuckEngine) -> None:
    """An id that a spreadsheet rounded is flagged; a short one with .0 is mended."""
    platform = read({"accounts.csv": "account_id,name\n1.23457E+17,A\n12345.0,B\n"})
    assert engine.rows("SELECT account_id FROM accounts") == [("1.23457E+17",), ("12345",)]
    assert only(platform, "DBR-I028").place.value == "1.23457E+17"


def test_names_of_all_scripts_survive(read: Read, engine: DuckEngine) -> None:
    """Names in Cyrillic, Arabic, Han and emoji are kept, and give a legal name key each where they have letters."""
    names = ["ООО «Ромашка»", "مؤسسة النور", "今日俄罗斯有限公司", "🚀🚀", "Łódź Zażółć"]
    rows = "".join(f"a{i},{name},{name}\n" for i, name in enumerate(names))
    platform = read({"accounts.csv": "account_id,name,legal_name\n" + rows})
    assert engine.rows("SELECT name FROM accounts ORDER BY account_id") == [(name,) for name in names]
    keys = engine.rows("SELECT value_key FROM identifiers WHERE kind = 'legal_name' ORDER BY account_id")
    assert keys == [("ооо ромашка",), ("مؤسسة النور",), ("今日俄罗斯有限公司",), ("łódź zażółć",)]
    assert platform.derived == {"legal_name": 4, "name": 5, "rare_name": 2}


def test_empty_folder(engine: DuckEngine, tmp_path: Path) -> None:
    """A folder without accounts is refused, and the message says what is there."""
    with pytest.raises(DebarError) as caught:
        read_platform(engine, tmp_path, key=KEY)
    assert (caught.value.code, "the folder is empty" in caught.value.what) == ("DBR-I001", True)


def test_no_accounts_in_the_file(read: Read) -> None:
    """A file of accounts without a readable account is refused, with the first problems."""
    with pytest.raises(DebarError, match="DBR-I006"):
        read({"accounts.csv": "account_id,name\n,Nobody\n"})


def test_no_ads(read: Read) -> None:
    """An ads file with a header only is a problem, not an error."""
    platform = read({"ads.csv": "ad_id,account_id\n"})
    assert dict(platform.problem_counts) == {"DBR-I042": 1}


def test_missing_required_column(read: Read) -> None:
    """A file without a required column is refused, and the message lists the columns it has."""
    with pytest.raises(DebarError) as caught:
        read({"accounts.csv": "id,name\n1,x\n"})
    assert caught.value.code == "DBR-I002"
    assert "the file has: id, name" in str(caught.value)
    assert 'columns = { account_id = "its name" }' in caught.value.hint


def test_doubled_column_and_table(read: Read) -> None:
    """Two columns of one name, or two files for one table, are refused instead of one being chosen."""
    with pytest.raises(DebarError, match="DBR-I004"):
        read({"accounts.csv": "account_id,name,name\n1,x,y\n"})
    with pytest.raises(DebarError, match="DBR-I004"):
        read({"accounts.jsonl": '{"account_id": "1", "name": "x"}\n'})


def test_damaged_parquet_and_database(engine: DuckEngine, tmp_path: Path) -> None:
    """A file that is not what its name says is refused, without the driver's own words."""
    (tmp_path / "accounts.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "x.duckdb").write_bytes(b"no database" * 1000)
    for source in (tmp_path, tmp_path / "x.duckdb"):
        with pytest.raises(DebarError) as caught:
            read_platform(engine, source, key=KEY)
        assert caught.value.code == "DBR-I005"


def test_renamed_columns_and_files(read: Read, engine: DuckEngine) -> None:
    """platform.toml maps file and column names; several files make one table."""
    platform = read(
        {
            "platform.toml": '[files]\nbilling = "pay-*.csv"\n[tables.billing]\ndelimiter = ";"\n'
            'columns = { amount = "Betrag", service_day = "Tag" }\n',
            "pay-1.csv": "event_id;account_id;kind;Tag;Betrag;currency;x\ne1;a1;delivered;2016-11-07;1;USD;\n",
            "pay-2.csv": "event_id;account_id;kind;TAG;betrag ;currency\ne1;a1;delivered;2016-11-07;1;USD\ne2;a1;fee;2016-11-07;2;USD\n",
        }
    )
    assert billing_amounts(engine) == [("e1", "a1", 1_000_000), ("e2", "a1", 2_000_000)]
    assert only(platform, "DBR-I020").place.file == "pay-2.csv"
    assert [file.ignored for file in platform.files] == [(), ("x",), ()]


def test_json_lines_that_are_no_objects(read: Read, engine: DuckEngine) -> None:
    """A broken line costs itself; numbers with many digits stay exact; lists are read."""
    platform = read(
        {
            "ads.jsonl": '{"ad_id": 1, "account_id": "a1", "countries": ["US", "GB"], "spend": 12345678901.123456}\n'
            'not json\n\n[1]\n{"ad_id": 2, "account_id": "a1", "countries": "US; RU", "spend": 1e400}\n'
        }
    )
    assert engine.rows("SELECT ad_id, countries, spend_low_micros FROM ads") == [
        ("1", ["US", "GB"], 12_345_678_901_123_456),
        ("2", ["US", "RU"], None),
    ]
    assert dict(platform.problem_counts) == {"DBR-I014": 1, "DBR-I035": 2}
    lines = [problem.place.line for problem in platform.problems if problem.code == "DBR-I035"]
    assert lines == [2, 4]
    assert_nothing_lost(platform)


def test_problems_are_capped_but_counted(read: Read) -> None:
    """Of one code a thousand problems are carried; the count stays exact."""
    rows = "".join(f"e{i},a1,delivered,2016-11-07,x,USD\n" for i in range(1_200))
    platform = read({"billing.csv": BILLING + rows})
    assert (len(platform.problems), platform.problem_counts["DBR-I014"]) == (1_000, 1_200)
    assert [problem.place.record for problem in platform.problems] == list(range(1, 1_001))


def test_contacts_and_judgements(read: Read, engine: DuckEngine) -> None:
    """Contacts keep their offer; judgements stand with the smaller id first, and need two known accounts."""
    platform = read(
        {
            "contacts.csv": "contact_id,account_id,at,counterpart,offer_amount,offer_currency\n"
            "c1,a1,2016-04-01T09:00:00Z,sales,1500000,USD\nc2,a9,2016-04-01T09:00:00Z,friend,,\n",
            "judgements.csv": "account_a,account_b,judgement,by\na2,a1,negative,ana\na1,a1,positive,ana\na1,a9,unsure,ana\n",
        }
    )
    assert engine.rows("SELECT contact_id, account_id, counterpart, offer_micros FROM contacts") == [
        ("c1", "a1", "sales", 1_500_000_000_000),
        ("c2", "unattributed", None, None),
    ]
    assert engine.rows("SELECT account_a, account_b, judgement FROM judgements") == [("a1", "a2", "negative")]
    assert dict(platform.problem_counts) == {"DBR-I019": 1, "DBR-I027": 2, "DBR-I040": 1}
    assert_nothing_lost(platform)


def test_sensitive_values_are_keyed_and_masked(read: Read, engine: DuckEngine) -> None:
    """No sensitive value stands in any table or problem in clear; last digits are shown if handed over apart."""
    platform = read(
        {
            "identifiers.csv": "account_id,kind,value,role,last4\na1,card,fp_77aa,payer,4242\na1,email,Ann@harbour.example,owner,\n"
            "a2,card,4242424242424242,,\na2,phone,07911 123456,,\na2,PassPort,X-99,,\nzz,email,b@c.example,,\n"
        }
    )
    rows = engine.rows(
        "SELECT account_id, kind, family, value_key, fact_id, shown, role, source FROM identifiers"
    )
    card = keyed("card", "fp_77aa", KEY)
    assert ("a1", "card", "access", card, f"card:{card[:16]}", "card ..4242", "payer", "given") in rows
    assert (
        "a1",
        "email_domain",
        "contact",
        "harbour.example",
        "email_domain:harbour.example",
        "harbour.example",
        "owner",
        "derived:email",
    ) in rows
    assert platform.unknown_kinds == {"passport": 1}
    assert dict(platform.problem_counts) == {"DBR-I027": 1, "DBR-I030": 1, "DBR-I032": 1}
    everything = str(platform.problems) + "".join(
        str(engine.rows(f"SELECT * FROM {table}"))
        for (table,) in engine.rows("SELECT table_name FROM information_schema.tables")
    )
    for secret in ("4242424242424242", "ann@", "Ann@", "07911", "X-99", "b@c.example", "fp_77aa"):
        assert secret not in everything
    assert_nothing_lost(platform)


def test_a_family_can_be_given_to_an_unknown_kind(read: Read, engine: DuckEngine) -> None:
    """A kind that the operator puts into a family has it, and is no longer unknown."""
    platform = read(
        {"identifiers.csv": "account_id,kind,value\na1,passport,X-99\n"}, families={"passport": "legal"}
    )
    assert platform.unknown_kinds == {}
    assert engine.rows("SELECT family FROM identifiers WHERE source = 'given'") == [("legal",)]


def test_what_tables_imply_is_derived(read: Read, engine: DuckEngine) -> None:
    """Legal name, manager, landing page and text become identifiers that say where they come from."""
    platform = read(
        {
            "accounts.csv": "account_id,name,legal_name,manager_id\na1,A,Harbour Ltd.,m7\na2,B,harbour LIMITED,\n",
            "ads.csv": "ad_id,account_id,created_at,landing_url,text\n"
            "d1,a1,2016-05-01T10:00:00Z,https://www.Harbour.example/Vote/?utm_source=x&utm_campaign=Spring,one two three four five\n"
            "d2,a1,2016-05-03T10:00:00Z,https://www.Harbour.example/Vote/,short text\n"
            "d3,a2,2016-05-01T10:00:20Z,https://facebook.com/,\n"
            "d4,a2,2016-05-02,n/a,\n",
        }
    )
    rows = engine.rows(
        "SELECT account_id, kind, value_key, source, first_seen, last_seen FROM identifiers WHERE kind <> 'text_hash'"
    )
    first, last = dt.date(2016, 5, 1), dt.date(2016, 5, 3)
    assert rows == [
        ("a1", "domain", "harbour.example", "derived:landing_url", first, last),
        ("a1", "landing_path", "harbour.example/Vote", "derived:landing_url", first, last),
        ("a1", "launch", "2016-05-01T09:59:30Z", "derived:launch", first, first),
        ("a1", "launch", "2016-05-01T10:00:00Z", "derived:launch", first, first),
        ("a1", "legal_name", "harbour ltd", "derived:legal_name", None, None),
        ("a1", "manager", "m7", "derived:manager_id", None, None),
        ("a1", "name", "harbour", "derived:name", None, None),
        ("a1", "utm", "x / spring", "derived:landing_url", first, first),
        ("a2", "launch", "2016-05-01T09:59:30Z", "derived:launch", first, first),
        ("a2", "launch", "2016-05-01T10:00:00Z", "derived:launch", first, first),
        ("a2", "legal_name", "harbour ltd", "derived:legal_name", None, None),
        ("a2", "name", "harbour", "derived:name", None, None),
    ]
    assert platform.derived["text_hash"] == 1
    assert platform.problem_counts == {}


def test_launches_are_pair_safe(read: Read, engine: DuckEngine) -> None:
    """Two accounts' ads within 30 s share a minute; 31 s apart, or on one account, they do not."""
    read(
        {
            "accounts.csv": "account_id,name\n" + "".join(f"{x},{x}x\n" for x in "pqrst"),
            "ads.csv": "ad_id,account_id,created_at\n"
            "1,p,2016-05-01T10:00:29Z\n2,q,2016-05-01T10:00:59Z\n"
            "3,r,2016-05-01T11:00:00Z\n4,s,2016-05-01T11:00:31Z\n"
            "5,t,2016-05-01T12:00:00Z\n6,t,2016-05-01T12:00:05Z\n",
        }
    )
    shared = engine.rows(
        "SELECT value_key, string_agg(account_id, '' ORDER BY account_id) FROM identifiers GROUP BY value_key"
    )
    assert shared == [("2016-05-01T10:00:00Z", "pq")]


def test_a_second_reading_replaces_the_first(read: Read, engine: DuckEngine) -> None:
    """Reading another platform into the same engine leaves nothing of the first, nor any table of text."""
    read({"identifiers.csv": "account_id,kind,value\na1,domain,harbour.example\n"})
    (names,) = [sorted(name for (name,) in engine.rows("SELECT table_name FROM information_schema.tables"))]
    assert names == [
        "accounts", "ads", "billing", "contacts", "identifiers", "judgements", "near_keys", "spend",
        "spend_apart", "unread",
    ]  # fmt: skip


def test_progress_is_told(engine: DuckEngine, tmp_path: Path, read: Callable[..., Platform]) -> None:
    """The caller hears which file is read."""
    read({})
    said: list[str] = []
    read_platform(engine, tmp_path / "platform", key=KEY, progress=said.append)
    assert "reading accounts.csv" in said


def test_optional_cells_that_cannot_be_read_are_left_empty(read: Read, engine: DuckEngine) -> None:
    """A wrong country, count or yes-and-no cell costs the cell, not the row; UK is read as GB."""
    platform = read(
        {
            "accounts.csv": "account_id,name,country,declared_agency\na1,A,United Kingdom,maybe\na2,B,uk,Yes\n",
            "ads.csv": "ad_id,account_id,clicks,impressions\nd1,a1,30K,29.8k\nd2,a1,-1,12.0\n",
        }
    )
    assert engine.rows("SELECT country, declared_agency FROM accounts") == [(None, False), ("GB", True)]
    assert engine.rows("SELECT clicks, impressions FROM ads") == [(None, None), (None, 12)]
    assert dict(platform.problem_counts) == {"DBR-I019": 1, "DBR-I036": 1, "DBR-I037": 3}


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        ("account_id,name\nж1,Жук\n".encode("utf-16"), ""),
        ("account_id,name\nж1,Жук\n".encode("cp1251"), 'encoding = "cp1251"'),
        ("\ufeffAccount_ID\xa0;Name\r\nж1;Жук\r\n".encode(), ""),
        ('account_id\tname\nж1\t"Жук"\n'.encode(), ""),
        ("account_id|name\rж1|Жук\r".encode(), ""),
        ("\n\naccount_id,name\n\nж1,Жук\n\n".encode(), ""),
    ],
)
def test_forms_of_csv(read: Read, engine: DuckEngine, data: bytes, declared: str) -> None:
    """Encodings, delimiters, line ends, blank lines and header spelling do not change what is read."""
    platform = read({"accounts.csv": data, "platform.toml": declared})
    assert engine.rows("SELECT account_id, name FROM accounts") == [("ж1", "Жук")]
    assert platform.problem_counts == {}


def test_an_account_without_a_name_is_kept(read: Read, engine: DuckEngine) -> None:
    """A missing name is a problem, and the id stands in for it."""
    platform = read({"accounts.csv": "account_id,name\na1,\n"})
    assert engine.rows("SELECT name FROM accounts") == [("a1",)]
    assert only(platform, "DBR-I026").place.column == "name"


def test_values_in_messages_are_short_and_plain(read: Read) -> None:
    """A long value with line ends is shown on one line, cut to 80 characters."""
    platform = read({"billing.csv": BILLING + 'e1,a1,delivered,2016-11-07,"x\n' + "y" * 200 + '",USD\n'})
    value = only(platform, "DBR-I014").place.value
    assert value == "x " + "y" * 77 + "…"


def test_json_lines_with_damaged_bytes(read: Read, engine: DuckEngine) -> None:
    """Latin-1 bytes and NUL bytes in JSON Lines cost at most their line, as in CSV; an empty file is empty."""
    platform = read(
        {
            "ads.jsonl": b'\xef\xbb\xbf{"ad_id": "d1", "account_id": "a1", "text": "caf\xe9"}\r\n\n'
            b'{"ad_id": "d2", "account_id": "a1", "text": "n\x00ul"}\n{"ad_id": \x00\n',
            "spend.jsonl": b"",
        }
    )
    assert engine.rows("SELECT ad_id, text FROM ads") == [("d1", "café"), ("d2", "nul")]
    assert dict(platform.problem_counts) == {"DBR-I012": 1, "DBR-I013": 2, "DBR-I035": 1, "DBR-I042": 1}
    assert only(platform, "DBR-I035").place.line == 4
    assert_nothing_lost(platform)


def test_values_without_a_kind_are_masked(read: Read) -> None:
    """A value whose kind is missing may be sensitive, and is not shown."""
    platform = read({"identifiers.csv": "account_id,kind,value\na1,,=ann@harbour.example\n"})
    assert dict(platform.problem_counts) == {"DBR-I026": 1, "DBR-I029": 1}
    assert "harbour" not in str(platform.problems)
