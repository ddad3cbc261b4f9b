"""One console's world: its folder and the register, and how a version of a case is made.

Law: pages are served before the platform is read and whatever its size; only the thread that does the jobs
ever touches the platform's tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from debar.app.authority.citing import cite
from debar.app.hearing.case_opened import record_case
from debar.app.money.rates_added import rates_of
from debar.app.planning import Wish, make_plan, read_decision
from debar.console.desk.applying import Applier
from debar.console.desk.cases import Cases
from debar.console.desk.database import DeskDatabase
from debar.console.desk.hits import Hits
from debar.console.desk.jobs import Job, Jobs
from debar.console.desk.limits import Limits
from debar.console.desk.people import People
from debar.console.desk.reversing import Reverser
from debar.console.desk.sessions import Sessions
from debar.console.desk.stating import Stater
from debar.console.desk.tables import PlatformTables
from debar.console.desk.views import Views
from debar.model.window import Window
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.app.opening import Opened, Setting
    from debar.model.ports import Clock
    from debar.plans.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk that is open.

    Args:
        folder: Its folder.
        setting: The register and the policy.
        platform: Where the platform's tables are; None for a desk that only shows what is there.
        clock: Tells the time.
        people, sessions, cases, views, hits, jobs: What it keeps.
        limits: How often strangers may try.
    """

    folder: Path
    setting: Setting
    platform: Path | None
    clock: Clock
    people: People
    sessions: Sessions
    cases: Cases
    views: Views
    hits: Hits
    jobs: Jobs
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionMaker:
    """Makes versions.

    Args:
        cases: Where they are kept.
        tables: The platform as it is now.
        setting: The register and the policy.
        clock: Tells the time.
        artefacts: Name to what makes it of the platform, the plan and the former version's.
    """

    cases: Cases
    tables: PlatformTables
    setting: Setting
    clock: Clock
    artefacts: Mapping[str, Callable[[Opened, Plan, str | None], str]]

    def __call__(self, job: Job, say: Callable[[str], None]) -> None:
        """Make the version that a job asks for."""
        opened = self.tables.opened(say)
        say("finding who is linked")
        wish = self._wish(job)
        address = self.setting.register_address()
        with open_register(address, read_only=True) as register:
            plan = make_plan(opened, wish, rates=rates_of(self.setting, None), register=register)
        if job.asked["proposed"]:
            say("recording the case")
            with open_register(address) as register:
                record_case(plan, register, opened, by=wish.proposed_by, now=wish.now)
        say("drawing the network")
        self.cases.keep(
            job.case_id,
            plan,
            proposed=bool(job.asked["proposed"]),
            by=job.asked_by,
            why=job.asked["why"],
            artefacts={
                name: make(opened, plan, self._former(job, name)) for name, make in self.artefacts.items()
            },
            now=self.clock.now(),
        )

    def _former(self, job: Job, name: str) -> str | None:
        """Return what the former version of a case kept under a name."""
        former = self.cases.version(job.case_id)
        if former is None:
            return None
        path = self.cases.artefact(job.case_id, former.number, name)
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _wish(self, job: Job) -> Wish:
        assert self.tables.platform is not None, "its tables were opened"
        asked = {**self.cases.get(job.case_id).asked}
        decision = {**asked.get("decision", {}), **job.asked.get("decision", {})}
        now = self.clock.now().replace(microsecond=0)
        with open_register(self.setting.register_address(), read_only=True) as register:
            cited = cite(asked.get("authorities", ()), register, on=now.date())
        return Wish(
            platform=str(self.tables.platform.resolve()),
            subjects=asked["subjects"],
            decision={**read_decision(None), **decision},
            proposed_by=job.asked_by,
            proposer_key=job.asked.get("public_key", ""),
            now=now,
            window=_window(asked.get("window")),
            without=self.cases.struck(job.case_id),
            as_of=date.fromisoformat(asked["as_of"]) if asked.get("as_of") else None,
            to=asked.get("currency", "USD"),
            cited=cited,
        )


def _window(asked: Mapping[str, Any] | None) -> Window | None:
    if not asked:
        return None
    return Window(start=date.fromisoformat(asked["start"]), end=date.fromisoformat(asked["end"]))


def open_desk(
    folder: Path,
    setting: Setting,
    *,
    platform: Path | None,
    clock: Clock,
    artefacts: Mapping[str, Callable[[Opened, Plan, str | None], str]] | None = None,
) -> Desk:
    """Open a desk, made where there is none.

    Raises:
        DebarError: DBR-K001, the folder is no desk's.
    """
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    database = DeskDatabase(folder / "desk.sqlite")
    cases = Cases(database, folder / "cases")
    tables = PlatformTables(platform=platform, setting=setting)
    stater = Stater(cases=cases, tables=tables, setting=setting)
    kinds: dict[str, Callable[[Job, Callable[[str], None]], None]] = {
        "version": VersionMaker(
            cases=cases, tables=tables, setting=setting, clock=clock, artefacts=dict(artefacts or {})
        ),
        "apply": Applier(cases=cases, tables=tables, setting=setting, clock=clock, stater=stater),
        "statements": stater,
        "reverse": Reverser(cases=cases, tables=tables, setting=setting, clock=clock),
    }
    return Desk(
        folder=folder,
        setting=setting,
        platform=platform,
        clock=clock,
        people=People(database),
        sessions=Sessions(database),
        cases=cases,
        views=Views(database),
        hits=Hits(database),
        jobs=Jobs(database, clock, lambda job, say: kinds[job.asked["kind"]](job, say)),
    )
