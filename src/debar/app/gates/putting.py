"""After a plan is recorded: wait until it is in force, tell where, and write the certificate.

Law: an interrupted wait changes nothing that is recorded; the same plan applied again takes it up.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.gates.effect import Waits, await_effect
from debar.model.problem import EXIT_STALE, DebarError
from debar.register.address import open_register
from debar.stores.outside import read_gate_tails

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.model.ports import Clock
    from debar.plans.plan import Plan


def put_in_force(setting: Setting, plan: Plan, answer: Answer, *, clock: Clock, file: Path | None) -> Answer:
    """Return the answer of an apply with where the plan is in force since when.

    Raises:
        DebarError: DBR-A086, the wait was interrupted: what is recorded stays recorded.
    """
    with open_register(setting.register_address()) as register:
        try:
            waits = Waits(clock=clock, say=setting.say, tails=read_gate_tails(setting.policy_file))
            certificate = await_effect(register, f"apply {plan.sha256}", waits)
        except KeyboardInterrupt:
            raise DebarError(
                "DBR-A086",
                "the wait was interrupted: the decision is recorded, and some gates may not know it yet",
                hint="run the same debar apply again: it takes up the wait",
                exit_code=EXIT_STALE,
            ) from None
    if certificate is None:
        return answer
    if file is not None:
        file.write_text(json.dumps(certificate, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    document: dict[str, Any] = {**answer.document, "certificate": certificate}
    text = f"{answer.text}\n{certificate_text(certificate)}"
    if file is not None:
        text += f"\ncertificate: {file}"
    return Answer(document=document, text=text, exit_code=answer.exit_code)


def certificate_text(certificate: Mapping[str, Any]) -> str:
    """Tell a certificate in a few lines."""
    gates = certificate["gates"]
    if [gate["mode"] for gate in gates] == ["direct"]:
        head = f"in force since {certificate['effective_at']}, with the commit: every gate reads the register"
        return "\n".join([head, *_open(certificate)])
    ends = Counter(gate["end"].replace("_", " ") for gate in gates if gate["end"] != "not_guaranteed")
    counts = ", ".join(f"{count} {end}" for end, count in sorted(ends.items())) or "none is guaranteed"
    head = f"in force since {certificate['effective_at']} at {sum(ends.values())} gates: {counts}"
    return "\n".join([head, *_open(certificate)])


def _open(certificate: Mapping[str, Any]) -> list[str]:
    return [f"not guaranteed: {one}" for one in certificate["not_guaranteed"]]
