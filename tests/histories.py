"""A register's entries as values, for what counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from debar.register.entries import Entry

APPLIED = datetime(2017, 10, 26, 12, tzinfo=UTC)
DECISION = {"decision_id": "decision-2017-10-26-00000001"}


class Log:
    """Entries in order, a day apart unless told otherwise."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.at = APPLIED

    def add(
        self, kind: str, body: Any, *, days: float = 0, subjects: tuple[str, ...] = (), **public: Any
    ) -> None:
        """Record an entry some days after the one before."""
        self.at += timedelta(days=days)
        seq = len(self.entries)
        known = subjects if body is not None else None
        self.entries.append(
            Entry(
                seq=seq,
                type=kind,
                id=f"{kind}-{seq}",
                at=self.at,
                leaf=b"",
                public={**DECISION, **public},
                by="ana",
                body=body,
                subjects=known,
                salt=None,
            )
        )

    def decided(self, plan: dict[str, Any]) -> None:
        """Record a plan and what it does."""
        self.add("plan", {"plan": plan}, plan_sha256=plan["plan_sha256"])
        for change in plan["changes"]:
            account = change["key"]["value"]
            body = {"key": change["key"], "until": change["until"]}
            self.add(
                "debar", body, subjects=(account,), because=change["because"], plan_sha256=plan["plan_sha256"]
            )

    def appeal(
        self, number: int, account: str, event: str, *, days: float = 0, outcome: str = "", **body: Any
    ) -> None:
        """Record a step of an appeal."""
        public = {"appeal_id": f"appeal-{number:08x}", "event": event} | (
            {"outcome": outcome} if outcome else {}
        )
        kind = "outcome" if event == "decide" else "appeal"
        self.add(kind, {"account_id": account, **body}, days=days, subjects=(account,), **public)

    def lift(self, account: str, reason: str, *, days: float = 0) -> None:
        """Record a lift."""
        body = {"key": {"kind": "account", "value": account}}
        self.add("lift", body, days=days, subjects=(account,), lift_reason=reason)


def many_linked(plan: dict[str, Any], chances: list[str]) -> dict[str, Any]:
    """Give a plan one linked account a chance, f-0 and on."""
    template = next(m for m in plan["members"] if m["account_id"] == "f-front")
    for i, chance in enumerate(chances):
        plan["members"].append({**template, "account_id": f"f-{i}", "p_owner": chance})
        plan["changes"].append({**plan["changes"][-1], "key": {"kind": "account", "value": f"f-{i}"}})
    return plan


def eventful(plan: dict[str, Any]) -> Log:
    """Eight linked and four named accounts; five appeals, one lift without any, one confirmed, one lapsed."""
    made = Log()
    made.decided(many_linked(plan, ["0.960000"] * 5 + ["0.999500"]))
    for account in ("a-rt", "f-0", "f-1"):
        made.add("statement", {"account_id": account}, subjects=(account,))
    made.add("denial", {"who": "RT", "said_on": "2017-10-26", "text": "We deny it."})
    made.add("denial", {"account_id": "f-0", "text": "Not us."}, subjects=("f-0",))
    for number, account in enumerate(("f-0", "f-1", "f-2", "a-rt", "f-3")):
        made.appeal(number, account, "file", days=1, late=number == 4)
    made.appeal(0, "f-0", "decide", days=1, outcome="lifted")  # filed on day 1, decided on day 6
    made.lift("f-0", "appeal", days=1)
    made.appeal(0, "f-0", "inform", days=1)
    made.appeal(1, "f-1", "decide", outcome="upheld", days=2)  # filed on day 2, decided on day 10
    made.appeal(2, "f-2", "refuse")
    made.appeal(3, "a-rt", "withdraw")
    made.appeal(1, "f-1", "escalate", route="out_of_court", body_name="a body")
    made.appeal(1, "f-1", "resolve", result="upheld")
    made.lift("f-4", "reversed", days=1)
    made.lift("f-second", "lapsed")
    made.add("vary", {"key": {"kind": "account", "value": "f-5"}, "until": None}, subjects=("f-5",))
    return made
