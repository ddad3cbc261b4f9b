"""Laws of intake, on files that nobody would write by hand."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debar.evidence.normalise import normalise
from debar.intake.files import careful_records, survey
from debar.intake.reading import Platform, read_platform
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.money import parse_micros
from debar.stores.duckdb_engine import DuckEngine
from small_platforms import ACCOUNTS, KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = ("event_id", "account_id", "kind", "service_day", "amount", "currency", "note")

junk = st.text(
    alphabet=st.one_of(st.sampled_from("\",;\n\r\t\x00 '=|é\xa0Ж今🚀"), st.characters(codec="utf-8")),
    max_size=12,
)
ids = st.one_of(st.sampled_from(["a1", "a2", "zz", ""]), junk)
amounts = st.one_of(
    st.sampled_from(
        ["1.50", "1,234.50", "1.234,50", "None", "≤100", "NaN", "1e400", "-3", "", "7", "0.0000001"]
    ),
    junk,
)
rows = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(["e1", "e2", "e3", ""]), junk),
        ids,
        st.one_of(st.sampled_from(["delivered", "refund", "gift"]), junk),
        st.one_of(st.sampled_from(["2016-11-07", "1969-01-01", "2101-01-01", "07.11.2016"]), junk),
        amounts,
        st.one_of(st.sampled_from(["USD", "eur", "XXQ", ""]), junk),
        junk,
    ),
    max_size=8,
)
damage = st.lists(
    st.tuples(st.integers(0, 2_000), st.sampled_from([b'"', b",", b"\n", b"\xff", b"\x00", b"\r"])),
    max_size=4,
)


def written(table: Sequence[tuple[str, ...]]) -> bytes:
    """Return rows as a well-formed CSV file."""
    out = io.StringIO()
    bare_return = any("\r" in cell for row in table for cell in row)  # csv quotes it from Python 3.13 on
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if bare_return else csv.QUOTE_MINIMAL)
    writer.writerow(HEADER)
    writer.writerows(table)
    return out.getvalue().encode()


def damaged(data: bytes, places: list[tuple[int, bytes]]) -> bytes:
    """Return data with single bytes put in, after the header."""
    start = data.index(b"\n") + 1
    for place, byte in places:
        at = start + place % (len(data) - start + 1)
        data = data[:at] + byte + data[at:]
    return data


def read(data: bytes, engine: DuckEngine) -> Platform:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "accounts.csv").write_text(ACCOUNTS)
        (Path(name) / "billing.csv").write_bytes(data)
        return read_platform(engine, Path(name), key=KEY)


def check_nothing_is_lost(data: bytes) -> None:
    with DuckEngine(threads=1, memory_limit="1GB") as engine:
        platform = read(data, engine)
        assert all(t.read == t.kept + t.repeated + t.unread for t in platform.tallies.values())
        tally = platform.tallies["billing"]
        assert tally.read == next(file.rows for file in platform.files if file.table == "billing")
        assert engine.rows("SELECT count(*) FROM billing") == [(tally.kept,)]
        unread_places = {(row[0], row[1]) for row in engine.rows("SELECT file, record FROM unread")}
        told = {(problem.place.file, problem.place.record) for problem in platform.problems}
        assert unread_places <= told


@settings(max_examples=12, deadline=None)
@given(rows, damage)
def test_nothing_is_lost(table: list[tuple[str, ...]], places: list[tuple[int, bytes]]) -> None:
    """Of any file, every row read is kept, a repetition, or unread with a problem at its place."""
    check_nothing_is_lost(damaged(written(table), places))


@pytest.mark.ci
@settings(max_examples=400, deadline=None)
@given(rows, damage)
def test_nothing_is_lost_at_length(table: list[tuple[str, ...]], places: list[tuple[int, bytes]]) -> None:
    """The same, over many more files."""
    check_nothing_is_lost(damaged(written(table), places))


def plain_micros(text: str) -> int | None:
    try:
        micros = parse_micros(text)
    except ValueError:
        return None
    return micros if micros >= 0 else None


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            ids, st.one_of(st.decimals(-5, 10**9, places=4).map(str), amounts.filter(lambda a: "," not in a))
        ),
        max_size=10,
    )
)
def test_readable_money_is_counted_once(pairs: list[tuple[str, str]]) -> None:
    """Every readable amount of a billing file is in the books or in unread, once, whoever it belongs to."""
    table = [
        (f"e{i}", who, "delivered", "2016-11-07", amount, "USD", "") for i, (who, amount) in enumerate(pairs)
    ]
    expected = sum(plain_micros(amount.strip(" \t\r\n\xa0")) or 0 for _, amount in pairs)
    with DuckEngine(threads=1, memory_limit="1GB") as engine:
        read(written(table), engine)
        (books,) = engine.rows("SELECT coalesce(CAST(SUM(amount_micros) AS DECIMAL(38, 0)), 0) FROM billing")
        (unread,) = engine.rows("SELECT coalesce(CAST(SUM(amount_micros) AS DECIMAL(38, 0)), 0) FROM unread")
        assert books[0] + unread[0] == expected


@settings(max_examples=12, deadline=None)
@given(rows)
def test_the_engine_and_the_careful_reader_agree(table: list[tuple[str, ...]]) -> None:
    """On a well-formed file without NUL the engine's reader and ours give the same cells."""
    clean = [tuple(cell.replace("\x00", "").replace("\r", "") for cell in row) for row in table]
    with tempfile.TemporaryDirectory() as name, DuckEngine(threads=1, memory_limit="1GB") as engine:
        path = Path(name) / "t.csv"
        path.write_bytes(written(clean))
        ours = [[cell or None for cell in record.cells] for record in careful_records(survey(path), ",")]
        columns = {f"c{i}": "VARCHAR" for i in range(len(HEADER))}
        theirs = engine.rows(
            f"SELECT * FROM read_csv('{path}', columns = {columns}, auto_detect = false, header = true,"
            " delim = ',', quote = '\"', escape = '\"', strict_mode = true)"
        )
        assert [list(row) for row in theirs] == ours


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60).map(lambda tail: b"a,b\n" + tail), st.sampled_from([",", ";"]))
def test_the_careful_reader_keeps_every_letter(data: bytes, delimiter: str) -> None:
    """Whatever bytes stand in a file, each letter of it comes out in exactly one record, in order."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "t.csv"
        path.write_bytes(data)
        records = list(careful_records(survey(path), delimiter))
    letters = [c for c in data[4:].decode("latin-1") if c.isascii() and c.isalnum()]
    assert [c for r in records for cell in r.cells for c in cell if c.isascii() and c.isalnum()] == letters
    assert [record.record for record in records] == list(range(1, len(records) + 1))
    assert [r.line for r in records] == sorted({r.line for r in records})


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(FAMILY_OF_KIND)), st.text(max_size=60), st.sampled_from([None, "GB", "RU"]))
def test_normalising_twice_is_normalising_once(kind: str, raw: str, country: str | None) -> None:
    """A normalised value is its own normal form, and is never empty."""
    try:
        value = normalise(kind, raw, country=country).value
    except ValueError:
        return
    assert value
    assert normalise(kind, value, country=country).value == value


KINDS = st.sampled_from(["domain", "email", "card", "legal_id", "passport"])
VALUES = st.sampled_from(["harbour.example", "ann@harbour.example", "fp_1", "fp_2", "n/a"])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a1", "a2"]), KINDS, VALUES), max_size=8), st.randoms())
def test_row_order_changes_nothing(pairs: list[tuple[str, str, str]], shuffle: Any) -> None:
    """The identifiers of a platform do not depend on the order of its rows."""
    results = []
    for _ in range(2):
        text = "account_id,kind,value\n" + "".join(f"{','.join(pair)}\n" for pair in pairs)
        with tempfile.TemporaryDirectory() as name, DuckEngine(threads=1, memory_limit="1GB") as engine:
            (Path(name) / "accounts.csv").write_text(ACCOUNTS)
            (Path(name) / "identifiers.csv").write_text(text)
            platform = read_platform(engine, Path(name), key=KEY)
            results.append((engine.rows("SELECT * FROM identifiers"), platform.problem_counts))
        shuffle.shuffle(pairs)
    assert results[0] == results[1]
