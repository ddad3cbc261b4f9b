"""Send a decision to a peer as a signed list of parties.

Law: only what still stands goes out, only to a peer that the policy names, and never a value that an account
outside the decision holds too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.referrals.lists import identifier_rows, read_under
from debar.app.registering import record
from debar.app.stating.statements import applied_decision
from debar.app.verbs import write_whole
from debar.cases.referrals import (
    SALT_ALONE,
    draft_referral,
    list_key,
    referral_sha256,
    sign_referral,
    value_of,
)
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import open_register
from debar.register.entries import EntryDraft, instant_text
from debar.stores.keys import load_signer, random_salts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.app.decisions import Decision
    from debar.app.opening import Setting
    from debar.cases.referrals import Form, IdentifierRow, ReferralPolicy
    from debar.evidence.keying import HashKey
    from debar.register.writing import Register


def export(
    setting: Setting,
    decision: str,
    *,
    to: str,
    key: Path,
    out: Path,
    clear: bool,
    platform: Path | None,
    now: datetime,
) -> Answer:
    """Write a decision's parties as a signed list for one peer, and record that it went out.

    Args:
        setting: Names the register and the policy.
        decision: A decision that is in force.
        to: A peer of the policy.
        key: An enrolled key.
        out: The file to write.
        clear: Hold names and public identifiers in clear; sensitive values are hashed all the same.
        platform: The platform's tables; by default where the plan says.
        now: The present instant.

    Raises:
        DebarError: DBR-C001, no such peer; DBR-C005, the policy allows no clear list; DBR-C006, the key is
            not enrolled; DBR-C007, nothing of the decision stands that may go out; DBR-A010, it was not
            applied.
    """
    policy = setting.referrals()
    peer = policy.peer(to)
    if clear and not policy.clear:
        raise DebarError(
            "DBR-C005",
            "the policy allows no list in clear",
            hint="leave --clear out, or set clear = true under [referrals] in debar.toml",
            exit_code=EXIT_REFUSED,
        )
    form: Form = "clear" if clear else "salted"
    signer = load_signer(key)
    told = applied_decision(setting, decision)
    (salt,) = random_salts(1)
    used = list_key(salt, peer.secret)
    with open_register(setting.register_address()) as register:
        by = _enrolled_name(register, signer.public_key)
        standing = {one.key_value for one in register.standings(told.decision_id)}
        members = _members(told, standing, policy)
        engine = read_under(used, platform or Path(str(told.plan["platform"])), setting)
        document = sign_referral(
            draft_referral(
                sender=register.origin,
                peer=peer,
                made_at=instant_text(now.replace(microsecond=0)),
                form=form,
                salt=salt,
                decision=_decision(told),
                parties=_parties(
                    members, identifier_rows(engine, policy.kinds), standing, key=used, form=form
                ),
            ),
            signer,
        )
        write_whole(out, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        sha256 = referral_sha256(document)
        draft = EntryDraft(
            type="referral",
            by=by,
            body={"direction": "sent", "to": peer.name, "form": form, "list_sha256": sha256},
            subjects=tuple(member["account_id"] for member in members),
            public={"decision_id": told.decision_id, "sent_sha256": sha256, "party_count": len(members)},
        )
        entry = record(register, [draft], now=now).entries[0].seq
    return _answer(out, document, sha256, entry)


def _answer(out: Path, document: Mapping[str, Any], sha256: str, entry: int) -> Answer:
    parties: Sequence[Mapping[str, Any]] = document["parties"]
    values = sum(len(party["values"]) for party in parties)
    told = {
        "file": str(out),
        "to": document["to"],
        "form": document["form"],
        "keyed_with": document["keyed_with"],
        "parties": len(parties),
        "values": values,
        "list_sha256": sha256,
        "entry": entry,
    }
    text = (
        f"{out}: {len(parties)} parties, {values} values, {document['form']},"
        f" keyed with {document['keyed_with']}, for {document['to']}\n"
        f"list {sha256}; entry {entry} records that it went out"
    )
    if document["keyed_with"] == SALT_ALONE:
        text += (
            "\nwhoever holds this file can try values out: give the peer a shared secret (docs/referrals.md)"
        )
    return Answer(document=told, text=text)


def _enrolled_name(register: Register, public_key: bytes) -> str:
    for enrolment in register.enrolments():
        if enrolment.public_key == public_key.hex():
            return enrolment.name
    raise DebarError(
        "DBR-C006",
        "this key is not enrolled in the register, so a peer cannot know it",
        hint="use an enrolled key: debar register enrol --key FILE --role proposer|approver --by FILE",
        exit_code=EXIT_REFUSED,
    )


def _members(told: Decision, standing: set[str], policy: ReferralPolicy) -> list[Mapping[str, Any]]:
    """Return who may go out: still debarred, and named, confirmed, or linked where that is allowed."""
    chosen = [
        member
        for member in told.plan["members"]
        if member["account_id"] in standing
        and (policy.linked or member["basis"] == "named" or member["confirmed_by"])
    ]
    if not chosen:
        raise DebarError(
            "DBR-C007",
            "nothing of this decision stands that may go out",
            hint="lifted accounts never go out; linked ones only when confirmed, or with linked = true",
            exit_code=EXIT_REFUSED,
        )
    return chosen


def _decision(told: Decision) -> dict[str, Any]:
    decision = told.plan["decision"]
    return {
        "decision_id": told.decision_id,
        "plan_sha256": told.plan["plan_sha256"],
        "from": decision["from"],
        "ground": decision["ground"],
        "rule": dict(decision["rule"]),
        "territories": list(decision["territories"]),
    }


def _parties(
    members: Sequence[Mapping[str, Any]],
    rows: Sequence[IdentifierRow],
    standing: set[str],
    *,
    key: HashKey,
    form: Form,
) -> list[dict[str, Any]]:
    """Return each member with its values, without those that an account outside the decision holds too."""
    held: dict[tuple[str, str], set[str]] = {}
    for account, kind, value_key in rows:
        held.setdefault((kind, value_key), set()).add(account)
    values: dict[str, list[dict[str, str]]] = {member["account_id"]: [] for member in members}
    for (kind, value_key), accounts in sorted(held.items()):
        if accounts <= standing:
            for account in accounts & values.keys():
                values[account].append(value_of(kind, value_key, key, form))
    shown = form == "clear"
    parties = [
        {
            "basis": member["basis"],
            "name": member["name"] if shown else "",
            "handle": member["handle"] if shown else "",
            "values": sorted(values[member["account_id"]], key=lambda value: sorted(value.items())),
        }
        for member in members
    ]
    return sorted(parties, key=lambda party: [sorted(value.items()) for value in party["values"]])
