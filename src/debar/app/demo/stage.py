"""The stage of the demo: a folder, an invented world, keys and a register.

Law: an earlier demo goes, anything else stays.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debar.app.demo import german
from debar.app.opening import Opened, Setting, open_platform
from debar.app.planning import Wish
from debar.app.registering import init_register, new_key
from debar.app.verbs import write_whole
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.sample import story
from debar.sample.world import World, write_world
from debar.stores.keys import load_signer
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.model.rates import Rates

ORIGIN = "ads.example.org/debar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the acts hand to each other.

    Args:
        folder: Where everything is left to open.
        world: Who is who in the invented world.
        opened: The platform's tables.
        setting: Register and policy.
        rates: Exchange rates.
        say: Prints a line of the transcript.
    """

    folder: Path
    world: World
    opened: Opened
    setting: Setting
    rates: Rates
    say: Callable[[str], None]

    @property
    def register(self) -> Path:
        """The register's file."""
        address = self.setting.register_address()
        assert isinstance(address, Path), "the demo keeps its register in its folder"
        return address

    def key(self, name: str) -> Path:
        """Return the file of somebody's key."""
        return self.folder / "keys" / f"{name}.key"


def clear(folder: Path) -> None:
    """Make room: an earlier demo goes, anything else stays."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "demo.json").exists():
            raise DebarError(
                "DBR-A020",
                f"{folder} holds something that is no demo",
                hint="name a folder that does not exist yet",
                exit_code=EXIT_REFUSED,
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "demo.json", "{}\n")


def open_stage(folder: Path, say: Callable[[str], None]) -> Stage:
    """Make the world, two keys and a register, and read the world as any export is read."""
    rates = shipped_rates()
    world = write_world(folder / "world", rates=rates)
    (folder / "keys").mkdir()
    at = story.PROPOSED_AT
    files = {
        name: folder / "keys" / f"{name}.key"
        for name in (story.PROPOSED_BY, story.APPROVED_BY, story.ALSO_APPROVED_BY)
    }
    for name, path in files.items():
        new_key(name, path, now=at)
    register = folder / "record" / "register.sqlite"
    register.parent.mkdir()
    init_register(
        register,
        origin=ORIGIN,
        proposers=[files[story.PROPOSED_BY]],
        approvers=[files[story.APPROVED_BY], files[story.ALSO_APPROVED_BY]],
        now=at,
    )
    setting = Setting(register=register)
    opened = open_platform(folder / "world", setting)
    tables = opened.platform.tables
    problems = sum(opened.platform.problem_counts.values())
    say(
        f"A platform's export: {tables['accounts']:,} accounts, {tables['identifiers']:,} identifiers,"
        f" {tables['ads']:,} ads, {tables['billing']:,} billing events, {problems} problems."
    )
    return Stage(folder=folder, world=world, opened=opened, setting=setting, rates=rates, say=say)


def wish_of(stage: Stage, without: frozenset[str] = frozenset()) -> Wish:
    """Return what Ana proposes on the day."""
    return Wish(
        platform=str((stage.folder / "world").resolve()),
        subjects=story.SUBJECTS,
        decision={
            "ground": story.GROUND,
            "rule": story.RULE,
            "facts": story.FACTS,
            "surfaces": list(story.SURFACES),
            "territories": list(story.TERRITORIES),
            "authorities": [story.AUTHORITY],
            "alternatives_considered": list(story.ALTERNATIVES_CONSIDERED),
            "expected_consequences": list(story.EXPECTED_CONSEQUENCES),
            "language": "en",
            "translations": german.TRANSLATIONS,
        },
        proposed_by=story.PROPOSED_BY,
        proposer_key=load_signer(stage.key(story.PROPOSED_BY)).public_key.hex(),
        now=story.PROPOSED_AT,
        effective_from=story.BAN_AT,
        window=story.WINDOW,
        without=without,
        as_of=story.AS_OF,
    )
