"""Put an approved version into force: recorded, then waited for until every gate holds.

Law: the applier's signature is given when the form is sent and kept with the job, so that a crash between the
two repeats the apply and never the signing; no key is kept anywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from debar.app.applying import apply_plan
from debar.app.gates.putting import put_in_force
from debar.app.reversal.carrying_out import apply_revision
from debar.app.reversal.planning import Asked, Lift, lift
from debar.app.verbs import write_whole
from debar.model.problem import DebarError
from debar.plans.plan import decision_id_of
from debar.plans.revision import BAN, kind_of
from debar.register.address import open_register
from debar.register.signatures import approval_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.app.answer import Answer
    from debar.app.opening import Setting
    from debar.console.desk.cases import Cases, Version
    from debar.console.desk.jobs import Job
    from debar.console.desk.stating import Stater
    from debar.console.desk.tables import PlatformTables
    from debar.model.ports import Clock
    from debar.plans.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signer that signed one message already, and signs no other.

    Args:
        public_key: 32 bytes.
        message: What was signed.
        signature: 64 bytes.
    """

    public_key: bytes
    message: bytes
    signature: bytes

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the one message."""
        assert message == self.message, "only what somebody agreed to is signed"
        return self.signature


def signed_for(plan: Plan, *, public_key: str, signature: str) -> Signed:
    """Return the signature of a plan that a job carries."""
    return Signed(
        public_key=bytes.fromhex(public_key),
        message=approval_message(plan.sha256),
        signature=bytes.fromhex(signature),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """Applies versions.

    Args:
        cases: Where they are kept.
        tables: The platform as it is now.
        setting: The register and the policy.
        clock: Tells the time.
        stater: Writes the statements of what was applied.
    """

    cases: Cases
    tables: PlatformTables
    setting: Setting
    clock: Clock
    stater: Stater

    def __call__(self, job: Job, say: Callable[[str], None]) -> None:
        """Apply the version that a job names, and keep the certificate and the plan that would undo it."""
        version = self.cases.version(job.case_id, int(job.asked["number"]))
        assert version is not None, "a job names a version that is there"
        plan = self.cases.plan(version)
        signer = signed_for(plan, public_key=job.asked["public_key"], signature=job.asked["signature"])
        say("checking the evidence as it is now")
        answer = self._record(plan, signer, say)
        say("recorded; waiting for the gates")
        waiting = replace(self.setting, progress=say)
        told = put_in_force(waiting, plan, answer, clock=self.clock, file=None)
        if told.exit_code:
            raise DebarError("DBR-K064", "recorded, and not in force for every account", details=(told.text,))
        self._keep(version, "certificate.json", told.document.get("certificate"))
        if kind_of(plan.document) == BAN:
            say("planning the way back")
            self._keep(version, "undo.json", self._undo(plan, say))
            self.stater.write(version, say)

    def _record(self, plan: Plan, signer: Signed, say: Callable[[str], None]) -> Answer:
        now = self.clock.now()
        address = self.setting.register_address()
        if kind_of(plan.document) != BAN:
            with open_register(address) as register:
                return apply_revision(plan, register, policy=self.setting.policy(), signer=signer, now=now)
        opened = self.tables.opened(say)
        with open_register(address) as register:
            answer, _ = apply_plan(plan, register, opened, signer=signer, now=now)
        return answer

    def _undo(self, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
        """Plan the whole way back, under nobody's name: to be looked at, and ready to be proposed."""
        asked = Asked(
            decision=decision_id_of(plan.document),
            accounts=sorted(change["key"]["value"] for change in plan.changes),
            reason="The decision is undone as a whole.",
            key=None,
            out=None,
            now=self.clock.now(),
        )
        whole = Lift(opened=self.tables.opened(say), links_stand=True)
        return dict(lift(self.setting, asked, whole).document)

    def _keep(self, version: Version, name: str, document: Any) -> None:  # noqa: ANN401 - a JSON document
        path = self.cases.artefact(version.case_id, version.number, name)
        write_whole(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
