"""Write a decision's statements: the post, every notice, and what the EU's database is sent.

Law: what was written names the newest entry that it knew; where the decision has a newer one it is stale, and
a stale statement is not published.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.decisions import load_decision
from debar.app.stating.database import forms_of
from debar.app.stating.statements import write_statements
from debar.app.verbs import write_whole
from debar.plans.plan import decision_id_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.app.decisions import Decision
    from debar.app.opening import Setting
    from debar.console.desk.cases import Cases, Version
    from debar.console.desk.jobs import Job
    from debar.console.desk.tables import PlatformTables

FOLDER = "statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stater:
    """Writes statements.

    Args:
        cases: Where versions are kept.
        tables: The platform as it is now.
        setting: The register and the policy.
    """

    cases: Cases
    tables: PlatformTables
    setting: Setting

    def __call__(self, job: Job, say: Callable[[str], None]) -> None:
        """Write the statements of the version that a job names."""
        version = self.cases.version(job.case_id, int(job.asked["number"]))
        assert version is not None, "a job names a version that is there"
        self.write(version, say)

    def write(self, version: Version, say: Callable[[str], None]) -> None:
        """Write the statements of an applied version, whole or not at all."""
        say("writing the statements")
        plan = self.cases.plan(version)
        told = load_decision(self.setting, decision_id_of(plan.document))
        opened = self.tables.opened(say)
        folder = self.cases.artefact(version.case_id, version.number, FOLDER)
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        names = write_statements(told, opened, part)
        forms, refused = forms_of(told, opened)
        document: dict[str, Any] = {
            "decision_id": told.decision_id,
            "known_entry": newest_entry(told),
            "files": names,
            "database": {"forms": forms[:1], "count": len(forms), "refused": refused},
        }
        write_whole(part / "made.json", json.dumps(document, ensure_ascii=False))
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)


def newest_entry(told: Decision) -> int:
    """Return the newest entry that a statement could say something of."""
    kinds = ("plan", "pledge", "payment", "denial", "vary", "lift", "debar")
    return max((entry.seq for entry in told.entries if entry.type in kinds), default=-1)
