"""A platform written in a few lines and read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.intake.reading import read_platform
from debar.stores.duckdb_engine import DuckEngine
from small_platforms import ACCOUNTS, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from debar.intake.reading import Platform


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1, memory_limit="1GB") as made:
        yield made


@pytest.fixture
def read(engine: DuckEngine, tmp_path: Path) -> Callable[..., Platform]:
    """Return a function that writes ``name=text or bytes`` as files and reads them as a platform."""

    def write_and_read(files: dict[str, str | bytes], families: dict[str, str] | None = None) -> Platform:
        folder = tmp_path / "platform"
        folder.mkdir(exist_ok=True)
        for name, content in {"accounts.csv": ACCOUNTS, **files}.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        return read_platform(engine, folder, key=KEY, families=families)

    return write_and_read
