"""Judge: a reviewer's word on two accounts, kept in the register.

Law: a word stands until a later one on the same two; recomputation never changes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.registering import record
from debar.register.address import open_register
from debar.register.drafts import judgement_draft

if TYPE_CHECKING:
    from datetime import datetime

    from debar.app.opening import Setting


def judge(
    setting: Setting, account: str, *others: str, judgement: str, by: str, reason: str, now: datetime
) -> Answer:
    """Record what a reviewer says of an account and each of some others, all of it or nothing.

    Args:
        setting: Names the register.
        account: One account.
        others: Those that it is judged with.
        judgement: ``positive`` (one owner), ``negative`` (two), ``unsure``.
        by: The reviewer.
        reason: Why, in their words.
        now: The present instant.

    Raises:
        DebarError: No register is named, or it refuses the entry.
    """
    drafts = [judgement_draft(account, other, judgement=judgement, by=by, reason=reason) for other in others]
    with open_register(setting.register_address()) as register:
        done = record(register, drafts, now=now)
    entries = [entry.seq for entry in done.entries]
    document = {"entries": entries, "revision": done.revision, "judgement": judgement}
    told = [
        f"entry {seq}: {account} and {other}: {judgement}" for seq, other in zip(entries, others, strict=True)
    ]
    return Answer(document=document, text="\n".join(told))
