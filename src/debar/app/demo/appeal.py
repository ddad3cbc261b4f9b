"""A linked account appeals and is restored: the undo, played on a copy of the record.

Law: every line is computed by the verbs that a platform would use. The invented world knows that the account
is the advertiser's own: the act shows what a reversal does, not that this one would be right.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from debar.app.hearing.clerk import Clerk
from debar.app.hearing.filing import Filing, file_appeal, link
from debar.app.hearing.steps import acknowledge, admit, assign, decide, inform, review
from debar.app.opening import Setting
from debar.app.registering import enrol, new_key
from debar.app.reversal.planning import Asked, Lift, lift
from debar.app.telling_plans import amount
from debar.app.verbs import apply, approve
from debar.model.money import parse_micros
from debar.model.problem import DebarError
from debar.sample import story
from debar.stores.keys import secrets_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.app.demo.stage import Stage
    from debar.plans.plan import Plan

REVIEWER = "dora"
FILED_AT = story.BAN_AT + timedelta(days=7)
GROUND = "This account was sold to us before the advertiser's last campaign; we have nothing to do with it."
REASON = "The buyer's invoices show that the account had changed hands before the decision."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    stage: Stage
    setting: Setting
    decision_id: str

    def clerk(self, name: str | None, *, days: int, token: str | None = None) -> Clerk:
        """Say who takes a step, some days after the filing."""
        key = None if name is None else self.stage.key(name)
        return Clerk(setting=self.setting, now=FILED_AT + timedelta(days=days), key=key, link=token)


def hear_appeal(stage: Stage, plan: Plan, decision_id: str) -> None:
    """Play the appeal of the linked account that brought least, and say each step."""
    stage.say("")
    stage.say("APPEAL  on a copy of the record: how a decision is undone")
    act = _Act(stage=stage, setting=Setting(register=_copy(stage)), decision_id=decision_id)
    new_key(REVIEWER, stage.key(REVIEWER), now=FILED_AT)
    enrol(
        act.setting.register_address(),
        key=stage.key(REVIEWER),
        role="appeals",
        by=stage.key(story.APPROVED_BY),
        now=FILED_AT,
    )
    linked = [m for m in plan.members if m["basis"] == "linked" and m["status"] == "in"]
    bridges = {hop["from"] for member in linked for hop in member["path"]}
    chosen = min(
        (m for m in linked if m["account_id"] not in bridges),
        key=lambda m: (_brought(m) == 0, _brought(m), m["account_id"]),
    )
    appeal = _hear(act, chosen)
    _restore(act, chosen, appeal)


def _copy(stage: Stage) -> Path:
    copy = stage.folder / "appeal" / "register.sqlite"
    copy.parent.mkdir()
    for source, target in ((stage.register, copy), (secrets_path(stage.register), secrets_path(copy))):
        shutil.copy(source, target)
    return copy


def _brought(member: Mapping[str, Any]) -> int:
    return parse_micros(member["earned"]["converted"]["amount"])


def _hear(act: _Act, member: Mapping[str, Any]) -> str:
    """File by link, try a reviewer who decided, and let another one sign."""
    say = act.stage.say
    token = str(link(act.setting, act.decision_id, member["account_id"], until=None).document["link"])
    filed = file_appeal(act.clerk(None, days=0, token=token), Filing(grounds=[GROUND]))
    appeal = str(filed.document["appeal_id"])
    say(f"  {member['name']} files by its signed link, without a login: {appeal}")
    acknowledge(act.clerk(story.PROPOSED_BY, days=1), appeal)
    admit(act.clerk(story.PROPOSED_BY, days=1), appeal, refused_because=None)
    enrol(
        act.setting.register_address(),
        key=act.stage.key(story.ALSO_APPROVED_BY),
        role="appeals",
        by=act.stage.key(story.APPROVED_BY),
        now=FILED_AT,
    )
    try:
        assign(act.clerk(story.PROPOSED_BY, days=1), appeal, reviewer=story.ALSO_APPROVED_BY)
    except DebarError as error:
        say(f"  refused: {error.what}")
    assign(act.clerk(story.PROPOSED_BY, days=1), appeal, reviewer=REVIEWER)
    review(act.clerk(REVIEWER, days=2), appeal)
    done = decide(act.clerk(REVIEWER, days=5), appeal, outcome="lifted", reasons=REASON)
    say(f"  {REVIEWER} signs the outcome: lifted (entry {done.document['entry']})")
    return appeal


def _restore(act: _Act, member: Mapping[str, Any], appeal: str) -> None:
    """Plan, approve and apply the lift, and tell what it did."""
    stage, say = act.stage, act.stage.say
    now, out = FILED_AT + timedelta(days=6), stage.folder / "appeal" / "lift.json"
    asked = Asked(
        decision=act.decision_id,
        accounts=[member["account_id"]],
        reason=REASON,
        key=stage.key(story.PROPOSED_BY),
        out=out,
        now=now,
    )
    document = lift(act.setting, asked, Lift(appeal=appeal, opened=stage.opened)).document
    money = document["money"]
    links, hanging = len(document["retracted"]), len(document["hanging"])
    say(f"  {document['plan_id']}: {links} link retracted, {hanging} other accounts hang on it")
    approve(act.setting, out, key=stage.key(story.APPROVED_BY), now=now)
    applied = apply(act.setting, out, key=stage.key(story.PROPOSED_BY), platform=None, now=now)
    for line in applied.text.splitlines():
        say(f"  {line.strip()}")
    say(f"  the pledge falls by {amount(money['reduction'], money['currency'])}; nobody pays anything back")
    told = [one["to"].replace("_", " ") for one in document["told"]]
    say(f"  told: {', '.join(dict.fromkeys(told))}")
    informed = inform(act.clerk(story.PROPOSED_BY, days=7), appeal)
    state = informed.document["state"]
    say(f"  the appeal is {state}; in this invented world the account is RT's all the same")
