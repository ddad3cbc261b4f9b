"""Record that a case was opened, with the digest of each contact of its accounts.

Law: made before anybody is banned, so that no contact can be edited afterwards without its showing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.registering import record
from debar.cases.contacts import contact_counts, contact_digests, contacts_of, salespeople
from debar.model.canonical import digest
from debar.register.entries import EntryDraft

if TYPE_CHECKING:
    from datetime import datetime

    from debar.app.opening import Opened
    from debar.plans.plan import Plan
    from debar.register.writing import Register

ACCOUNTS_AN_ENTRY = 400
"""So many subjects fit into one leaf with room to spare."""


def record_case(plan: Plan, register: Register, opened: Opened, *, by: str, now: datetime) -> int:
    """Record that a case was opened, with the digest of each contact of its accounts; return the entry.

    Args:
        plan: The proposed plan.
        register: The register.
        opened: The platform.
        by: Name of the proposer.
        now: The present instant.
    """
    accounts = [change["key"]["value"] for change in plan.changes]
    contacts = contacts_of(opened.engine, accounts)
    drafts = []
    for start in range(0, max(1, len(accounts)), ACCOUNTS_AN_ENTRY):
        some = accounts[start : start + ACCOUNTS_AN_ENTRY]
        own = [contact for contact in contacts if contact["account_id"] in set(some)]
        body = {
            "plan_id": plan.plan_id,
            "contacts": contact_digests(own),
            "contacts_sha256": digest(contact_digests(own)),
            "counts": contact_counts(own),
            "salespeople": salespeople(own),
        }
        public = {"plan_sha256": plan.sha256, "plan_id": plan.plan_id}
        drafts.append(EntryDraft(type="case", by=by, body=body, subjects=tuple(some), public=public))
    return record(register, drafts, now=now, request_key=f"case {plan.sha256}").entries[0].seq
