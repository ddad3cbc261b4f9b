"""Make the plan that carries out an appeal's outcome: a version of the case whose decision it changes.

Law: the plan is made under the name and key of whoever asks for it, and signs nothing; two people still put
it into force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from debar.app.reversal.planning import Asked, Lift, lift, vary
from debar.app.verbs import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.app.opening import Setting
    from debar.console.desk.cases import Cases
    from debar.console.desk.jobs import Job
    from debar.console.desk.tables import PlatformTables
    from debar.model.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverser:
    """Makes versions that lift or vary a decision.

    Args:
        cases: Where they are kept.
        tables: The platform as it is now.
        setting: The register and the policy.
        clock: Tells the time.
    """

    cases: Cases
    tables: PlatformTables
    setting: Setting
    clock: Clock

    def __call__(self, job: Job, say: Callable[[str], None]) -> None:
        """Make the version that a job asks for."""
        wanted = job.asked
        out = self.cases.artefact(job.case_id, 0, "reversal.json")
        asked = Asked(
            decision=wanted["decision_id"],
            accounts=[wanted["account_id"]],
            reason=wanted["reason"],
            key=None,
            proposer=(job.asked_by, wanted["public_key"]),
            out=out,
            now=self.clock.now(),
        )
        say("planning what changes back")
        if wanted["outcome"] == "lifted":
            opened = self.tables.opened(say)
            lift(self.setting, asked, Lift(appeal=wanted["appeal_id"], also=wanted["also"], opened=opened))
        else:
            until = date.fromisoformat(wanted["until"]) if wanted["until"] else None
            vary(self.setting, asked, until=until, appeal=wanted["appeal_id"])
        self.cases.keep(
            job.case_id,
            load_plan(out),
            proposed=True,
            by=job.asked_by,
            why=f"carries out {wanted['appeal_id']}",
            artefacts={},
            now=self.clock.now(),
        )
        out.unlink()
