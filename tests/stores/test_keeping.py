"""What is kept is what was there, but for access tokens; and every change shows."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from debar.app.verifying import verify
from debar.model.canonical import canonical_json, sha256_hex
from debar.model.problem import DebarError
from debar.stores.keeping import check_files, is_snapshot, keep_files

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    (folder / "inner").mkdir(parents=True)
    (folder / "ads.parquet").write_bytes(b"PAR1access_token=inside_a_binary")
    (folder / "inner" / "reply.json").write_text(
        '{"a": "https://x.example/?id=1&access_token=SECRET1\\u0026b=2", "access_token": "SECRET2"}'
    )
    (folder / "link").symlink_to("/etc/passwd")
    return folder


def test_files_are_kept_with_digests_and_a_digest_of_all(archive: Path, tmp_path: Path) -> None:
    """Copies are read-only, links are named and not followed, and the folder verifies."""
    document = keep_files(
        [archive], tmp_path / "kept", at=AT, note="before the ban", address="https://x.example"
    )
    said = dict(document)
    assert said.pop("manifest_sha256") == sha256_hex(canonical_json(said))
    assert (said["made_at"], said["links_not_followed"]) == ("2026-11-25T03:00:00Z", ["archive/link"])
    assert [one["path"] for one in said["files"]] == [
        "files/archive/ads.parquet",
        "files/archive/inner/reply.json",
    ]
    for one in said["files"]:
        path = tmp_path / "kept" / one["path"]
        assert path.stat().st_mode & 0o222 == 0
        assert sha256_hex(path.read_bytes()) == one["sha256"]
    assert is_snapshot(tmp_path / "kept")
    assert verify(tmp_path / "kept").exit_code == 0


def test_access_tokens_are_taken_out_and_both_digests_stand_in_the_manifest(
    archive: Path, tmp_path: Path
) -> None:
    """No token is in any kept text; a binary file is kept as it is."""
    document = keep_files([archive], tmp_path / "kept", at=AT)
    binary, reply = document["files"]
    text = (tmp_path / "kept" / reply["path"]).read_text()
    assert "SECRET" not in text
    assert json.loads(text)["a"] == "https://x.example/?id=1&access_token=REMOVED&b=2"
    assert (reply["tokens_removed"], reply["original_sha256"]) == (
        2,
        sha256_hex((archive / "inner" / "reply.json").read_bytes()),
    )
    assert (binary["tokens_removed"], binary["original_sha256"]) == (0, binary["sha256"])


def change(kept: Path) -> None:
    (kept / "files/archive/ads.parquet").chmod(0o644)
    (kept / "files/archive/ads.parquet").write_bytes(b"other")


def remove(kept: Path) -> None:
    (kept / "files/archive/ads.parquet").unlink()


def add(kept: Path) -> None:
    (kept / "files/more.csv").write_text("a\n")


def link(kept: Path) -> None:
    remove(kept)
    (kept / "files/archive/ads.parquet").symlink_to("/etc/passwd")


def restate(kept: Path) -> None:
    """Change a file and its digest in the manifest, but not the manifest's own."""
    change(kept)
    (kept / "manifest.json").chmod(0o644)
    document = json.loads((kept / "manifest.json").read_text())
    document["files"][0]["sha256"] = sha256_hex(b"other")
    (kept / "manifest.json").write_text(json.dumps(document))


@pytest.mark.parametrize("tamper", [change, remove, add, link, restate])
def test_every_change_shows(archive: Path, tmp_path: Path, tamper: object) -> None:
    """A changed, missing, further or linked file fails, and so does a manifest that was made to fit."""
    keep_files([archive], tmp_path / "kept", at=AT)
    assert all(check["ok"] for check in check_files(tmp_path / "kept"))
    assert callable(tamper)
    tamper(tmp_path / "kept")
    assert [check["ok"] for check in check_files(tmp_path / "kept")].count(False) == 1
    assert verify(tmp_path / "kept").exit_code == 1


def test_nothing_is_mixed_and_nothing_half_kept(archive: Path, tmp_path: Path) -> None:
    """DBR-S075: a folder with something in it, a source that is not there, two files of one name."""
    (tmp_path / "ads.parquet").write_bytes(b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for sources, folder in (
        ([archive], tmp_path / "full"),
        ([archive, tmp_path / "none"], tmp_path / "kept"),
        ([tmp_path / "empty"], tmp_path / "kept"),
        ([archive / "ads.parquet", tmp_path / "ads.parquet"], tmp_path / "kept"),
    ):
        with pytest.raises(DebarError, match="DBR-S075"):
            keep_files(sources, folder, at=AT)
    assert not (tmp_path / "kept").exists()
    assert not (tmp_path / "kept.part").exists()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_digests_are_those_of_sha256sum(archive: Path, tmp_path: Path) -> None:
    """Another program agrees."""
    document = keep_files([archive], tmp_path / "kept", at=AT)
    lines = "".join(f"{one['sha256']}  {one['path']}\n" for one in document["files"])
    (tmp_path / "sums").write_text(lines)
    assert os.system(f"cd {tmp_path}/kept && sha256sum --quiet -c ../sums") == 0
