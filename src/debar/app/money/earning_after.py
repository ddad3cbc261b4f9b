"""What a plan's accounts brought after a legal date: a sanction, a notice, the ban itself.

Law: after a ban's acknowledgement there is nothing; where there is, the answer is not "done".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.decisions import banned_accounts, load_decision, open_for
from debar.ledger.after import earned_after, render_after
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Setting


def report_after(
    setting: Setting, plan_file: Path, *, after: str, as_of: date | None, platform: Path | None
) -> Answer:
    """Find what the banned accounts of a plan brought after a date.

    Args:
        setting: Names the register, for the ban's own instant.
        plan_file: The plan.
        after: A day, an instant with its zone, or ``ban``: when the decision was recorded, or, of a plan that
            was not applied, when it is to take effect.
        as_of: Last booked day that counts.
        platform: Another platform than the plan's.

    Raises:
        DebarError: DBR-A021, ``after`` is none of these.
    """
    told = load_decision(setting, str(plan_file))
    is_ban = after == "ban"
    instant = (told.applied_at or _read(str(told.plan["decision"]["from"]))) if is_ban else _read(after)
    opened = open_for(setting, told.plan, platform)
    report = earned_after(opened.engine, banned_accounts(told.plan), instant=instant, as_of=as_of)
    code = EXIT_REFUSED if is_ban and not report.is_clean else 0
    return Answer(document=report.as_json(), text=render_after(report), exit_code=code)


def _read(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DebarError(
            "DBR-A021",
            f"{text!r} is no day and no instant",
            hint="--after 2014-07-31, --after 2017-10-26T12:00:00Z, or --after ban",
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
