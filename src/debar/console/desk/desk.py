"""One console's world: its folder, the register and the platform, and how a version of a case is made.

Law: pages are served before the platform is read and whatever its size; only the thread that makes versions
ever touches the platform's tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from debar.app.authority.citing import cite
from debar.app.hearing.case_opened import record_case
from debar.app.money.rates_added import rates_of
from debar.app.opening import Opened, open_platform, renew_judgements
from debar.app.planning import Wish, make_plan, read_decision
from debar.console.desk.cases import Cases
from debar.console.desk.database import DeskDatabase
from debar.console.desk.jobs import Job, Jobs
from debar.console.desk.people import People
from debar.console.desk.sessions import Sessions
from debar.console.desk.views import Views
from debar.model.window import Window
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.model.ports import Clock
    from debar.plans.plan import Plan


@dataclass(slots=True)
class _Read:
    """The platform as it was read, and how far the register's judgements were taken in."""

    opened: Opened | None = None
    judged_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk that is open.

    Args:
        folder: Its folder.
        setting: The register and the policy.
        platform: Where the platform's tables are; None for a desk that only shows what is there.
        clock: Tells the time.
        people, sessions, cases, views, jobs: What it keeps.
    """

    folder: Path
    setting: Setting
    platform: Path | None
    clock: Clock
    people: People
    sessions: Sessions
    cases: Cases
    views: Views
    jobs: Jobs


@dataclass(slots=True)
class VersionMaker:
    """Makes versions, one after the other, in one thread.

    Args:
        cases: Where they are kept.
        setting: The register and the policy.
        platform: Where the platform's tables are.
        clock: Tells the time.
        artefacts: Name to what makes it of the plan, such as the network's layout.
    """

    cases: Cases
    setting: Setting
    platform: Path | None
    clock: Clock
    artefacts: Mapping[str, Callable[[Plan, str | None], str]] = field(default_factory=dict)
    _read: _Read = field(default_factory=_Read)

    def __call__(self, job: Job, say: Callable[[str], None]) -> None:
        """Make the version that a job asks for."""
        opened = self._opened(say)
        say("finding who is linked")
        wish = self._wish(job)
        with open_register(self.setting.register_address(), read_only=True) as register:
            plan = make_plan(opened, wish, rates=rates_of(self.setting, None), register=register)
        if job.asked["proposed"]:
            say("recording the case")
            with open_register(self.setting.register_address()) as register:
                record_case(plan, register, opened, by=wish.proposed_by, now=wish.now)
        say("drawing the network")
        former = self.cases.version(job.case_id)
        made = {}
        for name, make in self.artefacts.items():
            earlier = None
            if (
                former is not None
                and (path := self.cases.artefact(job.case_id, former.number, name)).exists()
            ):
                earlier = path.read_text(encoding="utf-8")
            made[name] = make(plan, earlier)
        self.cases.keep(
            job.case_id,
            plan,
            proposed=bool(job.asked["proposed"]),
            by=job.asked_by,
            why=job.asked["why"],
            artefacts=made,
            now=self.clock.now(),
        )

    def _opened(self, say: Callable[[str], None]) -> Opened:
        """Read the platform once, and take in what reviewers have said since."""
        assert self.platform is not None, "a desk without a platform is asked for no version"
        read = self._read
        with open_register(self.setting.register_address(), read_only=True) as register:
            judgements = register.judgements()
        if read.opened is None:
            say("reading the platform")
            read.opened = open_platform(self.platform, self.setting)
        else:
            renew_judgements(read.opened, tuple(j for j in judgements if j.seq > read.judged_to))
        read.judged_to = max([read.judged_to, *(j.seq for j in judgements)])
        return read.opened

    def _wish(self, job: Job) -> Wish:
        assert self.platform is not None, "a desk without a platform is asked for no version"
        asked = self.cases.get(job.case_id).asked
        now = self.clock.now().replace(microsecond=0)
        with open_register(self.setting.register_address(), read_only=True) as register:
            cited = cite(asked.get("authorities", ()), register, on=now.date())
        return Wish(
            platform=str(self.platform.resolve()),
            subjects=asked["subjects"],
            decision={**read_decision(None), **asked.get("decision", {})},
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
    artefacts: Mapping[str, Callable[[Plan, str | None], str]] | None = None,
) -> Desk:
    """Open a desk, made where there is none.

    Raises:
        DebarError: DBR-K001, the folder is no desk's.
    """
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    database = DeskDatabase(folder / "desk.sqlite")
    cases = Cases(database, folder / "cases")
    maker = VersionMaker(
        cases=cases, setting=setting, platform=platform, clock=clock, artefacts=dict(artefacts or {})
    )
    return Desk(
        folder=folder,
        setting=setting,
        platform=platform,
        clock=clock,
        people=People(database),
        sessions=Sessions(database),
        cases=cases,
        views=Views(database),
        jobs=Jobs(database, clock, maker),
    )
