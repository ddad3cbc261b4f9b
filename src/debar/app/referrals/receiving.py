"""Receive a peer's list: record it, compare it, and leave a file of questions to start a case from.

Law: a list opens a case and never a ban. The entry that records it is none that a gate applies; what is
left is a file for a person, from which debar plan can start, with its own evidence, approvals and notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.referrals.lists import identifier_rows, read_under
from debar.app.registering import record
from debar.app.verbs import write_whole
from debar.cases.referrals import list_key, match_referral, read_referral, referral_sha256
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.legible import legible
from debar.model.problem import DebarError, Place
from debar.register.address import open_register
from debar.register.entries import EntryDraft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.cases.referrals import Match, Peer
    from debar.register.writing import Register

SUBJECTS_AN_ENTRY = 400


def receive(setting: Setting, file: Path, *, platform: Path, out: Path, by: str, now: datetime) -> Answer:
    """Read a peer's list, record that it came, and write which of our accounts it may be about.

    Args:
        setting: Names the register and the policy.
        file: The peer's list.
        platform: Our tables.
        out: The file of subjects to write.
        by: Who received it.
        now: The present instant.

    Raises:
        DebarError: As :func:`debar.cases.referrals.read_referral`; DBR-A008, the file cannot be read.
    """
    policy = setting.referrals()
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DebarError("DBR-A008", "the file is no UTF-8 text", place=Place(file=str(file))) from None
    with open_register(setting.register_address()) as register:
        document, peer = read_referral(text, policy, to=register.origin, file=file.name)
        key = list_key(bytes.fromhex(document["salt"]), peer.secret)
        engine = read_under(key, platform, setting)
        rows = identifier_rows(engine, tuple(FAMILY_OF_KIND))
        matches = match_referral(document, rows, key, crowd_cap=setting.policy().crowd_cap)
        sha256 = referral_sha256(document)
        entry, again = _record(register, document, peer, matches, by=by, now=now)
    names = dict(engine.rows("SELECT account_id, name FROM accounts"))
    write_whole(out, _subjects(peer, sha256, entry, matches, names))
    firm = {match.account_id for match in matches if match.is_firm}
    told = {
        "from": peer.name,
        "list_sha256": sha256,
        "entry": entry,
        "received_before": again,
        "parties": len(document["parties"]),
        "matches": [match.as_json() for match in matches],
        "file": str(out),
    }
    came = "received before" if again else "received"
    count = len({match.account_id for match in matches})
    lines = [
        f"{came}: {len(document['parties'])} parties from {peer.name}, entry {entry}; nobody is banned by it",
        *(f"  {_sentence(match, names)}" for match in matches),
        f"{count} of our accounts share something; {len(firm)} something that no outsider can plant",
        f"{out}: read it, strike what you do not believe; then debar plan {platform} --subjects {out}",
    ]
    return Answer(document=told, text="\n".join(lines))


def _record(
    register: Register,
    document: Mapping[str, Any],
    peer: Peer,
    matches: Sequence[Match],
    *,
    by: str,
    now: datetime,
) -> tuple[int, bool]:
    """Record that a list came, once; return its first entry, and whether it had come before."""
    sha256 = referral_sha256(document)
    for entry in register.entries_of_type("referral"):
        if entry.public.get("received_sha256") == sha256:
            return entry.seq, True
    accounts = sorted({match.account_id for match in matches})
    drafts = []
    for start in range(0, max(1, len(accounts)), SUBJECTS_AN_ENTRY):
        some = accounts[start : start + SUBJECTS_AN_ENTRY]
        body: dict[str, Any] = {
            "direction": "received",
            "from": peer.name,
            "matches": [match.as_json() for match in matches if match.account_id in some],
        }
        if not start:
            body["list"] = dict(document)
        public = {"received_sha256": sha256, "party_count": len(document["parties"])}
        drafts.append(EntryDraft(type="referral", by=by, body=body, subjects=tuple(some), public=public))
    done = record(register, drafts, now=now, request_key=f"referral {sha256}")
    return done.entries[0].seq, False


def _subjects(peer: Peer, sha256: str, entry: int, matches: Sequence[Match], names: Mapping[str, str]) -> str:
    """Write the file from which a person starts a plan: one account a line, doubtful ones shut."""
    lines = [
        f"# A referral of {peer.name}, list {sha256}, entry {entry} of our register.",
        "# It bans nobody. Another platform's decision is a reason to look, not evidence: read each line,",
        "# strike what you do not believe, and plan from what is left:",
        "#   debar plan PLATFORM --subjects THIS-FILE",
        "",
    ]
    firm = {match.account_id for match in matches if match.is_firm}
    for account in sorted({match.account_id for match in matches}):
        lines += [f"#   {_sentence(match, names)}" for match in matches if match.account_id == account]
        lines.append(f"account:{account}" if account in firm else f"# doubtful: account:{account}")
    if not matches:
        lines.append("# No account of ours shares a value with a party on the list.")
    return "\n".join(lines) + "\n"


def _sentence(match: Match, names: Mapping[str, str]) -> str:
    name = legible(names.get(match.account_id) or match.account_id, length_max=80)
    firm = "" if match.is_firm else "; only what an outsider can plant or others can use"
    return (
        f"{name} ({match.account_id}): {', '.join(match.kinds)} of party {match.party}, {match.basis}{firm}"
    )
