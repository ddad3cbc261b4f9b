"""Publishing: whole or not at all, twice is once, a step at a time is the same as at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.register.notes import open_checkpoint, parse_key
from debar.register.published.checking import check_published
from debar.register.published.folder import check_files, folder_reader
from debar.register.published.publishing import publish_tiles
from debar.register.published.tiles import tiles_of
from debar.register.sqlite import SqliteRegister
from registers import LOG, debar, fill, new_register, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.register.published.checking import Report

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
FIRST, SECOND = 250, 600
"""Entries before and after: the first tile becomes full, and another one too."""


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Return every file of a folder by its path."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def check(folder: Path) -> Report:
    """Check a folder with the key of the tests' log, every file of it."""
    key = parse_key((folder / "log.pub").read_text().strip())
    assert key.public_key == LOG.public_key
    report = check_published(folder_reader(folder), key)
    if report.checkpoint is not None:
        check_files(report, folder, key, pages=frozenset())
    return report


def test_the_files_are_those_of_the_layout(register: SqliteRegister, tmp_path: Path) -> None:
    """A published folder must hold the layout's tiles, the checkpoint, the key, and nothing else."""
    fill(register, SECOND)
    done = publish_tiles(register, tmp_path / "public")
    expected = {*(tile.path for tile in tiles_of(SECOND)), "checkpoint", "log.pub"}
    assert expected == set(files_of(tmp_path / "public")) == set(done.files)
    assert (done.size_before, done.size, done.checkpoint) == (0, SECOND, register.checkpoint())
    assert check(tmp_path / "public").holds


def test_the_checkpoint_is_written_last(register: SqliteRegister, tmp_path: Path) -> None:
    """Whatever a checkpoint needs must be written before it."""
    fill(register, 300)
    files = publish_tiles(register, tmp_path / "public", pages=lambda _: {"index.html": b"x"}).files
    assert files[-2:] == ("checkpoint", "index.html")


def test_twice_is_once(register: SqliteRegister, tmp_path: Path) -> None:
    """Publishing again with nothing new must touch no file."""
    publish_tiles(register, tmp_path / "public")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*")}
    again = publish_tiles(register, tmp_path / "public")
    assert again.files == ()
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*")}


@pytest.mark.parametrize("sizes", [(250, 256, 257), (3, 255, 300, 512), (256, 512, 513), (100, 600)])
def test_in_steps_is_at_once(register: SqliteRegister, tmp_path: Path, sizes: tuple[int, ...]) -> None:
    """However a publication is cut into steps, the folder must end the same, and hold at each."""
    for size in sizes:
        fill(register, size)
        publish_tiles(register, tmp_path / "steps")
        assert check(tmp_path / "steps").holds
    publish_tiles(register, tmp_path / "once")
    steps, once = files_of(tmp_path / "steps"), files_of(tmp_path / "once")
    extra = set(steps) - set(once)
    assert {name: steps[name] for name in once} == once
    assert all(".p/" in name for name in extra), "only parts of the newest tiles stay"
    assert not any(f"{name.partition('.p/')[0]}" in once for name in extra), "not those of full tiles"


def test_an_older_or_another_register_is_refused(register: SqliteRegister, tmp_path: Path) -> None:
    """A folder must not go back, nor on from another history, nor under another key; it must stay as it is."""
    register.backup(tmp_path / "old.db")
    fill(register, 20)
    publish_tiles(register, tmp_path / "public")
    before = files_of(tmp_path / "public")
    with SqliteRegister(tmp_path / "old.db") as old:
        with pytest.raises(DebarError, match="DBR-R042"):
            publish_tiles(old, tmp_path / "public")
        record(old, *(debar(f"b{number}") for number in range(30)))
        with pytest.raises(DebarError, match="DBR-R042"):
            publish_tiles(old, tmp_path / "public")
    (tmp_path / "public" / "checkpoint").write_text("something else\n")
    with pytest.raises(DebarError, match="DBR-R020"):
        publish_tiles(register, tmp_path / "public")
    (tmp_path / "public" / "checkpoint").write_bytes(before["checkpoint"])
    assert before == files_of(tmp_path / "public")


def test_a_folder_of_something_else_is_refused(register: SqliteRegister, tmp_path: Path) -> None:
    """A folder that holds a site and no record must be left alone; what stands beside a record may stay."""
    (tmp_path / "index.html").write_text("my own page")
    with pytest.raises(DebarError, match="DBR-R044"):
        publish_tiles(register, tmp_path, pages=lambda _: {"index.html": b"the record's"})
    assert ((tmp_path / "index.html").read_text(), (tmp_path / "checkpoint").exists()) == (
        "my own page",
        False,
    )
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / ".nojekyll").write_text("")
    publish_tiles(register, tmp_path / "public")
    (tmp_path / "public" / "robots.txt").write_text("")
    (tmp_path / "public" / ".mine.part").write_text("")
    publish_tiles(register, tmp_path / "public")
    assert {"robots.txt", ".nojekyll", ".mine.part"} <= set(files_of(tmp_path / "public"))


def test_where_the_witnesses_do_not_sign_nothing_changes(register: SqliteRegister, tmp_path: Path) -> None:
    """A checkpoint that too few signed must not be published."""

    def refuse(_note: str, _size: int) -> str:
        raise DebarError("DBR-R040", "too few")

    publish_tiles(register, tmp_path / "public")
    before = files_of(tmp_path / "public")["checkpoint"]
    fill(register, 20)
    with pytest.raises(DebarError, match="DBR-R040"):
        publish_tiles(register, tmp_path / "public", cosign=refuse)
    assert before == files_of(tmp_path / "public")["checkpoint"]
    assert check(tmp_path / "public").holds


def test_cosignatures_stay(register: SqliteRegister, tmp_path: Path) -> None:
    """Publishing the same checkpoint again must keep the lines that it has."""
    line = strangers_line(register)
    publish_tiles(register, tmp_path / "public", cosign=lambda note, _: note + line)
    done = publish_tiles(register, tmp_path / "public")
    assert (done.files, done.checkpoint) == ((), register.checkpoint() + line)


def strangers_line(register: SqliteRegister) -> str:
    """Return some stranger's signature line."""
    return register.checkpoint().rpartition("\n\n")[2].replace(register.origin, "stranger.example")


def cut_off_everywhere(folder: Path) -> None:
    """Publish again and again, kill each publication one file operation later, and check what is left.

    The register grows from one publication that finished to the next one.
    """
    with SqliteRegister(folder / "register.db") as register:
        fill(register, FIRST)
        publish_tiles(register, folder / "public")
        old = register.checkpoint()
        fill(register, SECOND)
        new = register.checkpoint()
    for operation in range(1, 1000):
        child = os.fork()
        if child == 0:
            _publish_and_die(folder, operation)
        _, status = os.waitpid(child, 0)
        report = check(folder / "public")
        assert report.holds, (operation, [check.what for check in report.checks if check.ok is False])
        assert report.note in {old, new}, operation
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            assert report.note == new
            print(operation)  # noqa: T201 - tells the parent how many moments there were
            return


def _publish_and_die(folder: Path, operation: int) -> None:
    """Publish in a process that is killed at a file operation; exit where it gets to the end."""
    left = operation

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event not in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}:
            return
        if str(folder / "public") in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    with SqliteRegister(folder / "register.db", read_only=True) as register:
        publish_tiles(register, folder / "public")
    os._exit(0)


def test_killed_at_every_file_operation(tmp_path: Path) -> None:
    """A publication that is killed at any file operation must leave the old record or the new one."""
    new_register(tmp_path / "register.db").close()
    command = [sys.executable, __file__, str(tmp_path)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_what_a_kill_left_is_cleaned_up(register: SqliteRegister, tmp_path: Path) -> None:
    """Files that were not finished must be gone after the next publication."""
    publish_tiles(register, tmp_path / "public")
    (tmp_path / "public" / "tile" / "0" / ".000.part").write_bytes(b"half")
    assert any(
        found.ok is None and "not finished" in found.what for found in check(tmp_path / "public").checks
    )
    publish_tiles(register, tmp_path / "public")
    assert not [name for name in files_of(tmp_path / "public") if name.endswith(".part")]


def test_what_no_checkpoint_needs_is_kept_apart(register: SqliteRegister, tmp_path: Path) -> None:
    """Tiles of a later revision, that a kill left, must agree with the record and be named as not covered."""
    public = tmp_path / "public"
    publish_tiles(register, public)
    old = (public / "checkpoint").read_bytes()
    fill(register, 300)
    publish_tiles(register, public)
    (public / "checkpoint").write_bytes(old)
    notes = [found.what for found in check(public).checks if found.ok is None]
    assert check(public).holds
    assert any(what.startswith("tile/0/000: no checkpoint covers all of it") for what in notes)
    assert any(what.startswith("tile/1/000.p/1: no checkpoint covers it") for what in notes)
    for name, changed in (("tile/0/000", b"\x00" * 8192), ("tile/entries/000", b"\x00\x05")):
        kept = (public / name).read_bytes()
        (public / name).write_bytes(changed)
        assert not check(public).holds, name
        (public / name).write_bytes(kept)
    (public / "notes.txt").write_text("mine")
    assert any("notes.txt: not part of the record" in found.what for found in check(public).checks)


def test_the_key_beside_the_record_must_be_the_one_used(register: SqliteRegister, tmp_path: Path) -> None:
    """Another key in log.pub must be found by whoever brings the right one."""
    publish_tiles(register, tmp_path / "public")
    report = check_published(folder_reader(tmp_path / "public"), register.key)
    (tmp_path / "public" / "log.pub").write_text("another+00000000+AAAA\n")
    check_files(report, tmp_path / "public", register.key, pages=frozenset())
    assert not report.holds


def test_a_reader_with_an_old_checkpoint_reads_on(register: SqliteRegister, tmp_path: Path) -> None:
    """Where a part has given way to the full tile, an old checkpoint must still verify from that."""
    fill(register, 250)
    old = register.checkpoint()
    publish_tiles(register, tmp_path / "public")
    fill(register, 300)
    publish_tiles(register, tmp_path / "public")
    (tmp_path / "public" / "checkpoint").write_text(old)
    assert not (tmp_path / "public" / "tile" / "0" / "000.p").exists()
    report = check(tmp_path / "public")
    assert report.holds
    assert report.checkpoint == open_checkpoint(old, (register.key,))


if __name__ == "__main__":
    cut_off_everywhere(Path(sys.argv[1]))
