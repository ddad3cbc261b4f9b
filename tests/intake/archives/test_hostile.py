"""Hostile and huge archives: a clear problem or error with its place, no crash, nothing half written."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from archive_files import META_HEADER, META_ROWS, SNAPCHAT, rows_of, sums, zip_of
from debar.intake.archives import headers, import_google, import_meta, import_snapchat
from debar.model.problem import DebarError
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPORT = "FacebookAdLibraryReport_2026-11-01_US_lifelong_advertisers.csv"


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as made:
        yield made


def report(folder: Path, rows: str | bytes) -> Path:
    path = folder / REPORT
    path.write_bytes(META_HEADER.encode() + (rows if isinstance(rows, bytes) else rows.encode()))
    return path


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"9,Broken\x00Page,Nobody,5,1\n", "DBR-I013"),
        (b"9,Caf\xe9,Nobody,5,1\n", "DBR-I012"),
        (b"9,Page,Nobody,5,1,moved,cells\n", "DBR-I010"),
        (b"9,Page,Nobody\n", "DBR-I011"),
        (b'9,"Page,Nobody,5,1\n', "DBR-I033"),
        (b"9,=HYPERLINK(1),Nobody,5,1\n", "DBR-I029"),
        (b"9,Page,Nobody,-5,1\n", "DBR-I017"),
        (b"9,Page,Nobody,5.1234567,1\n", "DBR-I016"),
        (b"1.0E+14,Page,Nobody,5,1\n", "DBR-I028"),
    ],
)
def test_a_damaged_row_is_named_and_the_others_count(
    engine: DuckEngine, tmp_path: Path, row: bytes, code: str
) -> None:
    """Whatever one row holds, the three sound ones are read, and the flaw has its place."""
    made = import_meta(engine, [report(tmp_path, META_ROWS.encode() + row)], tmp_path / "out")
    assert code in made.problem_counts
    assert made.problems[0].place.file == REPORT
    total = sums(made)["", "USD"]
    assert total[0] - 275_100 in (0, 5)
    assert len(rows_of(made, "spend")) in (3, 4)


def test_two_headers_make_one_problem_a_cell_and_no_figure(engine: DuckEngine, tmp_path: Path) -> None:
    """Two reports put one after the other: the second header is named, both halves are read."""
    second = META_HEADER.removeprefix("\ufeff") + META_ROWS.replace("274,100", "100")
    made = import_meta(engine, [report(tmp_path, META_ROWS + second)], tmp_path / "out")
    assert made.problem_counts["DBR-I014"] == 1
    assert (made.problems[0].place.record, made.problems[0].place.value) == (4, "Amount Spent (USD)")
    assert sums(made)["", "USD"] == (276_200, 276_400, 6)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019/10/17 16:13:14Z", "2019-10-17 16:13:14"),
        ("2019-10-17T16:13:14Z", "2019-10-17 16:13:14"),
        ("2019-10-17 16:13:14+02:00", "2019-10-17 14:13:14"),
        ("2019-10-17 16:13 UTC", "2019-10-17 16:13:00"),
        ("2019-10-17", "2019-10-17 00:00:00"),
        ("17.10.2019", None),
        ("10/17/2019", None),
        ("October 17 2019", None),
        ("17-Oct-19", None),
        ("1571328794", None),
        ("2019-02-31", None),
        ("0019-10-17", None),
    ],
)
def test_days_in_a_form_that_the_archive_does_not_have_are_never_guessed(
    engine: DuckEngine, tmp_path: Path, written: str, read: str | None
) -> None:
    """A form of ISO 8601 is read, any other is a problem with its place; the money counts all the same."""
    (tmp_path / "ads.csv").write_text(SNAPCHAT.replace("2019/10/17 16:13:14Z", written))
    made = import_snapchat(engine, [tmp_path / "ads.csv"], tmp_path / "out")
    assert rows_of(made, "ads", "started_at::VARCHAR", "ad_id")[0] == (read,)
    assert sums(made)["", "USD"] == (165, 165, 1)
    assert bool(set(made.problem_counts) & {"DBR-I022", "DBR-I023"}) == (read is None)


@pytest.mark.parametrize(
    "text", ["{", "[" * 100_000, '{"data": [1, 2]}', "\x00", "{}", '{"data": {"id": 1}}']
)
def test_json_that_is_none_is_an_error_with_the_files_name(
    engine: DuckEngine, tmp_path: Path, text: str
) -> None:
    """Cut off, nested without end, or of another form: refused, and nothing is written."""
    (tmp_path / "reply.json").write_text(text)
    with pytest.raises(DebarError) as caught:
        import_meta(engine, [tmp_path / "reply.json"], tmp_path / "out")
    assert caught.value.code in ("DBR-I005", "DBR-I056")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reply.json"]


def test_a_json_text_that_is_too_long_to_parse_is_refused(
    engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing takes several times its size, so the size is looked at first: on one line, and on many."""
    monkeypatch.setattr(headers, "DOCUMENT_BYTES_MAX", 1_000)
    for indent in (None, 1):
        ads = [{"id": str(n), "page_id": "1", "ad_delivery_start_time": "2026-01-01"} for n in range(100)]
        (tmp_path / "reply.json").write_text(json.dumps({"data": ads}, indent=indent))
        with pytest.raises(DebarError, match="DBR-I005"):
            import_meta(engine, [tmp_path / "reply.json"], tmp_path / "out")


def test_a_row_of_a_thousand_currencies_is_read(engine: DuckEngine, tmp_path: Path) -> None:
    """Columns that only look like a currency are none; a currency there twice is an error with its place."""
    names = ",".join(f"Spend_{a}{b}Q" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ")
    header = f"Advertiser_ID,Week_Start_Date,Spend_USD,{names}"
    (tmp_path / "a.csv").write_text(f"{header}\nAR1,2016-09-04,5,{','.join('7' * 100)}\n")
    made = import_google(engine, [tmp_path / "a.csv"], tmp_path / "out")
    assert sums(made) == {("", "USD"): (5, 5, 1)}


def test_a_folder_is_whole_or_not_there(
    engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full while the last table is written leaves nothing behind."""
    written: list[Path] = []

    def full(table: str, path: Path) -> None:
        written.append(path)
        path.write_bytes(b"half")
        if table == "out_spend":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "write_parquet", full)
    with pytest.raises(OSError, match="No space"):
        import_meta(engine, [report(tmp_path, META_ROWS)], tmp_path / "out")
    assert len(written) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [REPORT]


_CHILD = """
import resource, sys
from pathlib import Path
from debar.intake.archives import import_meta
from debar.stores.duckdb_engine import DuckEngine
with DuckEngine(threads=2, memory_limit="1GB") as engine:
    made = import_meta(engine, [Path(sys.argv[1])], Path(sys.argv[2]))
print(dict(made.problem_counts), made.sum_of("USD").low_micros // 10**6, made.sum_of("USD").rows)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def in_a_process(source: Path, out: Path) -> tuple[str, int]:
    """Import in a process of its own; return what it says and its largest size in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(source), str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, size = done.stdout.strip().split("\n")
    return said, int(size) * resource.getpagesize() // resource.getpagesize() // 1024


@pytest.mark.ci
def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    """It is read whole, named, and the process stays below two and a half gigabytes."""
    row = b'9,"' + b"x" * 100_000_000 + b'",Nobody,5,1\n'
    said, size = in_a_process(report(tmp_path, META_ROWS.encode() + row), tmp_path / "out")
    assert said == "{'DBR-I034': 1} 275105 4"
    assert size < 2_500


@pytest.mark.prove
def test_a_column_that_changes_its_type_after_three_million_rows(tmp_path: Path) -> None:
    """Nothing is concluded from the first rows: the word at row 3,000,001 is named with its place."""
    path = tmp_path / REPORT
    with path.open("w", encoding="utf-8") as stream:
        stream.write(META_HEADER)
        stream.writelines(f"{n},Page {n},,{n % 900},1\n" for n in range(3_000_000))
        stream.write("x,Last Page,,lots,many\n")
    said, size = in_a_process(path, tmp_path / "out")
    low = sum(n % 900 for n in range(3_000_000))
    assert said == f"{{'DBR-I014': 1, 'DBR-I037': 1}} {low} 3000000"
    assert size < 3_000


def test_a_zip_with_a_damaged_member_names_it(engine: DuckEngine, tmp_path: Path) -> None:
    """A wrong checksum inside refuses the whole, and nothing is written."""
    path = zip_of(tmp_path / "a.zip", {REPORT: META_HEADER + META_ROWS})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 16
    data[at : at + 4] = b"\x00\x00\x00\x00"
    path.write_bytes(data)
    with pytest.raises(DebarError, match="DBR-I053"):
        import_meta(engine, [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_and_texts_from_outside_cannot_leave_their_place(engine: DuckEngine, tmp_path: Path) -> None:
    """Quotes, line ends and SQL in a file's name or in a cell stay what they are."""
    odd = tmp_path / 'it\'s; DROP TABLE "x" -- 2026-11-01 US.csv'
    odd.write_text(META_HEADER + '7,"O\'Hara; DROP TABLE accounts --","a""b",5,1\n', encoding="utf-8")
    made = import_meta(engine, [odd], tmp_path / "out")
    assert rows_of(made, "accounts", "name") == [("O'Hara; DROP TABLE accounts --",)]
    assert json.dumps(made.files[0].name)
