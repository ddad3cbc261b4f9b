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
    setting: Setting, account_a: str, account_b: str, *, judgement: str, by: str, reason: str, now: datetime
) -> Answer:
    """Record what a reviewer says of two accounts.

    Args:
        setting: Names the register.
        account_a: One account.
        account_b: The other.
        judgement: ``positive`` (one owner), ``negative`` (two), ``unsure``.
        by: The reviewer.
        reason: Why, in their words.
        now: The present instant.

    Raises:
        DebarError: No register is named, or it refuses the entry.
    """
    draft = judgement_draft(account_a, account_b, judgement=judgement, by=by, reason=reason)
    with open_register(setting.register_address()) as register:
        done = record(register, [draft], now=now)
    entry = done.entries[0].seq
    document = {"entry": entry, "revision": done.revision, "judgement": judgement}
    return Answer(document=document, text=f"entry {entry}: {account_a} and {account_b}: {judgement}")
