"""The demo, played once for all the stories."""

from __future__ import annotations

import pytest

from debar.app.demo.october import play
from story import Played


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play October 2017."""
    folder = tmp_path_factory.mktemp("story") / "october-2017"
    lines: list[str] = []
    play(folder, ira=None, say=lines.append)
    return Played(folder=folder, transcript="\n".join(lines))
