from __future__ import annotations

import gzip
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from archive_files import zip_of
from debar.intake.archives import sources
from debar.intake.archives.sources import open_sources
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path


def refused(path: Path) -> str:
    with pytest.raises(DebarError, match="DBR-I053") as caught, open_sources([path]):
        pass
    return caught.value.what


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a\\..\\..\\evil.csv"])
def test_a_name_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    """DBR-I053: nothing of the zip is unpacked, anywhere."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "a,b\n")
    assert "points outside" in refused(tmp_path / "a.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    """A link could lead to any file of the machine."""
    info = zipfile.ZipInfo("ads.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "is a link" in refused(tmp_path / "a.zip")


def test_a_zip_bomb_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    """Zeros that unpack to a thousand times their size are refused by what the zip itself says."""
    zip_of(tmp_path / "a.zip", {"ads.csv": b"0" * (sources.RATIO_BYTES_MIN + 1)})
    assert "times its size" in refused(tmp_path / "a.zip")


def test_a_zip_that_is_too_large_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files of which none is large are counted together."""
    monkeypatch.setattr(sources, "UNPACKED_BYTES_MAX", 5_000)
    zip_of(tmp_path / "a.zip", {f"{n}.csv": bytes(range(250)) * 4 for n in range(6)})
    assert "unpacks to" in refused(tmp_path / "a.zip")


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million empty files are a bomb too."""
    monkeypatch.setattr(sources, "MEMBERS_MAX", 3)
    zip_of(tmp_path / "a.zip", {f"{n}.csv": "" for n in range(4)})
    assert "holds 4 files" in refused(tmp_path / "a.zip")


def test_a_bomb_of_gzip_is_stopped_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is known only while it is unpacked."""
    monkeypatch.setattr(sources, "RATIO_BYTES_MIN", 2**20)
    (tmp_path / "ads.csv.gz").write_bytes(gzip.compress(b"0" * 2**23))
    assert "times its size" in refused(tmp_path / "ads.csv.gz")


@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz"])
def test_a_broken_archive_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is none, or is cut off, is an error with its name and not a stack of lines."""
    (tmp_path / name).write_bytes(b"not compressed at all")
    assert "it is broken" in refused(tmp_path / name)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    """Its flag says so; nobody is asked for a password."""
    zip_of(tmp_path / "a.zip", {"ads.csv": "a,b\n"})
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert "is encrypted" in refused(tmp_path / "a.zip")


def test_what_holds_no_table_is_named_and_what_was_unpacked_is_gone(tmp_path: Path) -> None:
    """Readme files, hidden ones and other archives inside are listed; the copy lives as long as the block."""
    files = {"in/ads.csv": "a,b\n", "README.txt": "x", "inner.zip": "x", "in/.hidden.csv": "x"}
    zip_of(tmp_path / "2020.zip", files)
    (tmp_path / "more.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with open_sources([tmp_path]) as opened:
        assert [member.name for member in opened.members] == ["more.csv.gz", "2020.zip/in/ads.csv"]
        assert sorted(opened.others) == [
            "2020.zip/README.txt",
            "2020.zip/in/.hidden.csv",
            "2020.zip/inner.zip",
        ]
        paths = [member.path for member in opened.members]
        assert all(path.is_file() for path in paths)
    assert not any(path.exists() for path in paths)


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """DBR-I001 names the path."""
    with pytest.raises(DebarError, match="DBR-I001"), open_sources([tmp_path / "no.zip"]):
        pass
