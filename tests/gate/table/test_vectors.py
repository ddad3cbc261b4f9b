"""The format's vectors: the builder makes their bytes, and readers in Python and in C give their answers."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xxhash import xxh3_64_intdigest

from debar.gate.table.building import build_table
from debar.gate.table.layout import PAGE, SECTIONS, pack_header
from debar.gate.table.reading import open_table
from debar.gate.table.standing import TableStanding
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from debar.gate.table.layout import Header

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests" / "vectors" / "gate"
SOURCES = ROOT / "readers" / "c"
FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-O1")
CHECKED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_END = 2**63 - 1


@pytest.fixture(scope="module")
def vectors() -> Any:
    """The vectors of a table."""
    return json.loads((VECTORS / "table.json").read_text(encoding="utf-8"))


@pytest.fixture
def path(vectors: Any, tmp_path: Path) -> Path:
    """The table of the vectors, as a file."""
    data = zlib.decompress(base64.b64decode("".join(vectors["table_zlib_base64"])))
    assert vectors["sha256"] == hashlib.sha256(data).hexdigest()
    (tmp_path / "vector.table").write_bytes(data)
    return tmp_path / "vector.table"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader in C, built with every warning an error and its memory watched."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc (Debian's packages gcc and libc6-dev)")
    made = tmp_path_factory.mktemp("c") / "check"
    subprocess.run(["gcc", *FLAGS, *CHECKED, *sorted(SOURCES.glob("*.c")), "-o", made], check=True)
    return made


def run(reader: Path, argument: object, lines: list[str]) -> list[str]:
    """Run the reader in C over lines."""
    done = subprocess.run(
        [reader, str(argument)], input="".join(f"{line}\n" for line in lines), text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


def line_of(question: Any) -> str:
    """Return a question as the reader in C takes it."""
    micros = (datetime.fromisoformat(question["now"]) - EPOCH) // timedelta(microseconds=1)
    texts = [question["action"], question["surface"] or "", question["territory"] or ""]
    keys = [text for key in question["keys"] for text in key]
    fields = [text.encode().hex() for text in texts] + [str(micros)] + [text.encode().hex() for text in keys]
    return "\t".join(fields)


def expected_line(question: Any, revision: int) -> str:
    """Return the answer that the reader in C must print."""
    if question["allowed"]:
        return f"0\t{revision}\t0\t0\t\t"
    until = question["until"]
    end = NO_END if until is None else (datetime.fromisoformat(until) - EPOCH) // timedelta(microseconds=1)
    return f"1\t{revision}\t{question['entry']}\t{end}\t{question['decision']}\t{question['statement'] or ''}"


def test_the_builder_makes_the_bytes(vectors: Any, path: Path, tmp_path: Path) -> None:
    """The rows of the vectors must come out as exactly their table."""
    build_table(
        tmp_path / "built", vectors["rows"], origin=vectors["origin"], revision=vectors["revision"],
        epoch=vectors["epoch"], seed=int(vectors["seed"], 16),
    )  # fmt: skip
    assert (tmp_path / "built").read_bytes() == path.read_bytes()


def test_python_gives_the_answers(vectors: Any, path: Path) -> None:
    """Each question must get its answer."""
    store = TableStanding(open_table(path, origin=vectors["origin"], verify=True))
    for question in vectors["questions"]:
        got = store.check_keys(
            [tuple(key) for key in question["keys"]], action=question["action"], surface=question["surface"],
            territory=question["territory"], now=datetime.fromisoformat(question["now"]),
        )  # fmt: skip
        expected = [question[name] for name in ("allowed", "entry", "decision", "statement", "until")]
        until = None if got.until is None else instant_text(got.until)
        assert expected == [got.allowed, got.entry, got.decision, got.statement, until], question
    assert len({question["allowed"] for question in vectors["questions"]}) == 2


def test_c_gives_the_answers(vectors: Any, path: Path, reader: Path) -> None:
    """The reader in C must verify the table and give each question the same answer."""
    expected = [expected_line(question, vectors["revision"]) for question in vectors["questions"]]
    assert expected == run(reader, path, [line_of(question) for question in vectors["questions"]])


def test_c_hashes_every_length(reader: Path) -> None:
    """XXH3 in C must be that of the vectors, which is the library's, at every length that is treated apart."""
    hashes = json.loads((VECTORS / "xxh3.json").read_text(encoding="utf-8"))["hashes"]
    texts = [
        bytes((167 * i + 29 * one["length"] + 11 * (i >> 3)) % 256 for i in range(one["length"]))
        for one in hashes
    ]
    expected = [one["xxh3"] for one in hashes]
    assert expected == [
        f"{xxh3_64_intdigest(text, int(one['seed'], 16)):016x}"
        for text, one in zip(texts, hashes, strict=True)
    ]
    lines = [f"{text.hex()}\t{one['seed']}" for text, one in zip(texts, hashes, strict=True)]
    assert expected == run(reader, "--hash", lines)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"keys": []}, -4), ({"action": "post"}, -4), ({"action": ""}, -4), ({"keys": [["account", ""]]}, -4),
        ({"keys": [["", "acct-0001"]]}, -4),
    ],
)  # fmt: skip
def test_c_refuses_wrong_questions(
    vectors: Any, path: Path, reader: Path, question: dict[str, Any], code: int
) -> None:
    """A question that is none must get a negative number, which is no yes."""
    asked = {**vectors["questions"][0], **question}
    assert run(reader, path, [line_of(asked)])[0].split("\t")[0] == str(code)


@pytest.mark.parametrize("name", ["header", *SECTIONS])
def test_c_notices_damage(path: Path, reader: Path, name: str) -> None:
    """One flipped bit in the header or any section must be noticed before a question is answered."""
    sections = open_table(path).header.sections
    at = 100 if name == "header" else sections[name].offset + sections[name].length // 2
    data = bytearray(path.read_bytes())
    data[at] ^= 8
    path.write_bytes(data)
    assert run(reader, path, [""]) == ["-2" if name == "header" else "-3"]


@pytest.mark.parametrize("length", [0, 100, 4096, -1])
def test_c_notices_a_table_that_is_cut_short(path: Path, reader: Path, length: int) -> None:
    """A file that lacks its end, or is not there, must not be opened."""
    path.write_bytes(path.read_bytes()[:length])
    assert run(reader, path, []) == ["-2"]
    path.unlink()
    assert run(reader, path, []) == ["-1"]


def resealed(data: bytearray, header: Header, name: str) -> bytes:
    """Give changed bytes of a section a right digest, so that only their content is wrong."""
    section = header.sections[name]
    digest = hashlib.sha256(data[section.offset : section.offset + section.length]).digest()
    data[:PAGE] = pack_header(
        replace(header, sections=header.sections | {name: replace(section, sha256=digest)})
    )
    return bytes(data)


def test_c_stays_inside_a_section(vectors: Any, path: Path, reader: Path) -> None:
    """A key that says to have more decisions than there are bytes must be an error, not be read past the end."""
    header, data = open_table(path).header, bytearray(path.read_bytes())
    start = header.sections["keys"].offset
    assert vectors["rows"][0][:2] == ["account", "acct-0000"]
    data[start + 2 : start + 4] = b"\xff\xff"
    path.write_bytes(resealed(data, header, "keys"))
    asked = {**vectors["questions"][0], "keys": [["account", "acct-0000"]]}
    assert run(reader, path, [line_of(asked)])[0].split("\t")[0] == "-3"


def test_c_survives_nonsense_behind_a_right_digest(vectors: Any, path: Path, reader: Path) -> None:
    """Sections whose digests are right and whose content is nonsense must give an error or an answer, no crash."""
    header = open_table(path).header
    original = path.read_bytes()
    questions = [line_of(question) for question in vectors["questions"]]
    codes = set()
    for place in range(60):
        data = bytearray(original)
        name = ("keys", "terms", "places", "directory")[place % 4]
        section = header.sections[name]
        at = section.offset + place * 7919 % max(1, section.length - 4)
        data[at : at + 4] = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\x00\x00\x80")[place % 3]
        path.write_bytes(resealed(data, header, name))
        codes |= {line.split("\t")[0] for line in run(reader, path, questions)}
    assert codes == {"0", "1", "-3"}
