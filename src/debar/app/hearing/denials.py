"""What the other side says without appealing: recorded word for word, linked, and nothing else happens.

Law: not a character is changed; a denial moves no state. A suspended account's response is one too, and
whoever confirms the suspension must have read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import banned_accounts, load_decision
from debar.app.registering import record
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.register.entries import EntryDraft, instant_text
from debar.stores.attachments import keep
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Setting
    from debar.stores.keys import Ed25519Signer

TEXT_CHARACTERS_MAX = 100_000
"""A statement is not longer than this; the rest belongs into an attachment."""


def read_text(path: Path) -> str:
    """Read what somebody wrote, exactly.

    Raises:
        DebarError: DBR-A050, it cannot be read, is empty or too long.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_text(f"it cannot be read as UTF-8: {error}") from None
    return check_text(text)


def check_text(text: str) -> str:
    """Return a text as it is.

    Raises:
        DebarError: DBR-A050, it is empty or too long.
    """
    if not text.strip():
        raise _no_text("there is nothing in it")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise _no_text(f"it has more than {TEXT_CHARACTERS_MAX:,} characters")
    return text


def refuse_stranger(told: Decision, account_id: str) -> None:
    """Refuse an account that a decision does not touch.

    Raises:
        DebarError: DBR-A011.
    """
    accounts = banned_accounts(told.plan)
    if account_id not in accounts:
        shown = accounts[:10] + ([f"and {len(accounts) - 10} more"] if len(accounts) > 10 else [])
        raise DebarError(
            "DBR-A011",
            f"the decision does not touch account {account_id}",
            details=(f"its accounts: {', '.join(shown)}",),
            exit_code=EXIT_REFUSED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A statement that was received.

    Args:
        who: Who said it.
        said_on: When.
        text: Its words.
        account_id: The account that responds; None where the advertiser answers the whole decision.
        source: Where it was said: an address, "letter"; may be empty.
        files: Attachments.
    """

    who: str
    said_on: date
    text: str
    account_id: str | None = None
    source: str = ""
    files: Sequence[Path] = ()


def record_denial(
    setting: Setting, decision: str, received: Received, *, key: Path | Ed25519Signer, now: datetime
) -> Answer:
    """Record a statement that was received, verbatim.

    Args:
        setting: Names the register.
        decision: What it is about.
        received: What was said.
        key: An enrolled key of whoever records it.
        now: The present instant.
    """
    check_text(received.text)
    signer, account_id = load_signer(key), received.account_id
    told = load_decision(setting, decision)
    if account_id is not None:
        refuse_stranger(told, account_id)
    with open_register(setting.register_address()) as register:
        by = enrolled(enrolled_keys(register), signer.public_key).name
        kept = keep(register.home, received.files)
        body: dict[str, Any] = {
            "kind": "statement_received",
            "who": received.who,
            "said_on": received.said_on.isoformat(),
            "text": received.text,
            "source": received.source,
            "attachments": [one.as_json() for one in kept],
        }
        if account_id is not None:
            body["account_id"] = account_id
        draft = EntryDraft(
            type="denial",
            by=by,
            body=body,
            subjects=() if account_id is None else (account_id,),
            public={"decision_id": told.decision_id},
        )
        entry = record(register, [draft], now=now).entries[0].seq
    words = "a response of the account" if account_id else "a statement"
    return Answer(
        document={"entry": entry, "decision_id": told.decision_id, **body},
        text=f"entry {entry}: {words} received from {received.who}, {len(received.text):,} characters,"
        " word for word; nothing else changes",
    )


def show_denials(setting: Setting, decision: str) -> Answer:
    """Tell every statement that was received about a decision, oldest first."""
    told = load_decision(setting, decision)
    found = [
        {"entry": entry.seq, "recorded_at": instant_text(entry.at), "by": entry.by, **entry.body}
        for entry in told.entries
        if entry.type == "denial" and entry.body is not None
    ]
    lines = [
        f"{one['said_on']}  {one['who']}"
        + (f" for account {one['account_id']}" if one.get("account_id") else "")
        + f" (entry {one['entry']})\n{one['text']}"
        for one in found
    ]
    return Answer(
        document={"decision_id": told.decision_id, "received": found},
        text="\n\n".join(lines) or "none was received",
    )


def responses_of(told: Decision, account_id: str) -> list[int]:
    """Return the entries with which an account responded to a decision."""
    return [
        entry.seq
        for entry in told.entries
        if entry.type == "denial" and entry.body is not None and entry.body.get("account_id") == account_id
    ]


def _no_text(why: str) -> DebarError:
    return DebarError("DBR-A050", f"these words cannot be recorded: {why}")
