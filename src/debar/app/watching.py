"""Compare new accounts with everybody who is debarred now.

Law: a hit holds a sign-up for a person; it never bans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.evidence.parameters import Parameters
from debar.model.policy import Policy
from debar.register.debarments import key_of
from debar.watch.screen import WatchedAccount, WatchedValue, screen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from debar.app.opening import Opened
    from debar.register.writing import Register
    from debar.watch.screen import Hit


def screen_signups(opened: Opened, register: Register, *, now: datetime) -> Answer:
    """Screen the accounts of a platform folder against the debarred of a register.

    Args:
        opened: The sign-ups, read under the register's hashing key.
        register: Who is debarred, and what they held.
        now: The present instant: what has lapsed holds nobody.
    """
    hits: dict[str, Hit] = {}
    signups: dict[str, list[tuple[str, str, str]]] = {
        row[0]: []
        for row in opened.engine.rows("SELECT account_id FROM accounts WHERE account_id <> 'unattributed'")
    }
    for account, kind, family, value_key in opened.engine.rows(
        "SELECT account_id, kind, family, value_key FROM identifiers WHERE family IS NOT NULL ORDER BY ALL"
    ):
        signups.setdefault(account, []).append((kind, family, value_key))
    for plan, watched in watch_lists(register, now=now):
        parameters = Parameters.from_json(plan["evidence"]["parameters"])
        policy = Policy.from_json(plan["base"]["policy"])
        for hit in screen(signups, watched, parameters, policy):
            best = hits.get(hit.account_id)
            if best is None or best.weighing.p_owner < hit.weighing.p_owner:
                hits[hit.account_id] = hit
    names = dict(opened.engine.rows("SELECT account_id, name FROM accounts"))
    lines = []
    for account in sorted(signups):
        if account in hits:
            lines.append(
                f"{hits[account].verdict:<7}{names.get(account, account)} ({account}):"
                f" {hits[account].sentence()}"
            )
        else:
            lines.append(f"{'allow':<7}{names.get(account, account)} ({account})")
    document = {"screened": len(signups), "hits": [hits[account].as_json() for account in sorted(hits)]}
    return Answer(document=document, text="\n".join(lines))


def watch_lists(register: Register, *, now: datetime) -> list[tuple[Mapping[str, Any], list[WatchedAccount]]]:
    """Return, for each plan that still stands, its document and the accounts that it debars.

    What was lifted or has lapsed is not watched; what was confirmed or varied is, as recorded at first.
    """
    standing = {d.key for d in register.standings() if d.lapses_at is None or now < d.lapses_at}
    plans: dict[str, Mapping[str, Any]] = {}
    watched: dict[str, list[WatchedAccount]] = {}
    for entry in register.entries():
        if entry.body is None:
            continue
        if entry.type == "plan":
            plans[entry.public["plan_sha256"]] = entry.body["plan"]
        if entry.type == "debar" and key_of("debar", entry.body) in standing and "watch" in entry.body:
            watched.setdefault(entry.public["plan_sha256"], []).append(
                WatchedAccount(
                    account_id=entry.body["key"]["value"],
                    name=entry.body["name"],
                    decision=entry.body["decision_id"],
                    values=tuple(WatchedValue(**value) for value in entry.body["watch"]),
                )
            )
    return [(plans[sha256], accounts) for sha256, accounts in watched.items() if sha256 in plans]
