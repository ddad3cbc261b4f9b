"""The statement of reasons: one for each account that a decision touches, with all that it is owed.

Law: a statement says only what the plan and the record say; it names no other party than it needs to; what is
not restricted is said as clearly as what is. The form for the EU database is a projection of this one.
Source: Regulation (EU) 2022/2065, Articles 17 and 20; Santa Clara Principles 2.0 (numbers, notice, appeal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.money import Money, format_micros

if TYPE_CHECKING:
    from datetime import date, datetime

INTERIM_DAYS_MAX: Final = 30
"""A linked account is suspended for at most this long without a review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the statement is about: an ad account, never a person.

    Args:
        account_id: The platform's id; empty in the public version of a linked account.
        name: Display name; empty likewise.
        handle: With its ``@``, or empty.
        named: Whether the decision names the account, rather than finding it linked.
    """

    account_id: str
    name: str
    handle: str
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """What the account may not do.

    Args:
        kind: ``ban`` or ``interim suspension``.
        scope: Of ``create``, ``buy``, ``serve``, ``charge``: advertising and nothing else.
        surfaces: Parts of the platform, ``all`` for every one.
        territorial_scope: Countries, or ``worldwide``.
        applies_from: Aware UTC, to the second.
        until: Last day, or None where it has no end.
        review_on: Day by which an interim suspension is confirmed or lapses.
    """

    kind: str
    scope: tuple[str, ...]
    surfaces: tuple[str, ...]
    territorial_scope: tuple[str, ...]
    applies_from: datetime
    until: date | None
    review_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Which rule was broken.

    Args:
        type: The decision's ground in words, such as ``incompatible with the advertising policy``.
        rule_id: Identifier of the clause.
        rule_version: The version that was in force.
        rule_url: Where it can be read; empty where it cannot.
        explanation: Why the facts fall under it.
    """

    type: str
    rule_id: str
    rule_version: str
    rule_url: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step from a named account to this one.

    Args:
        to: Whom it leads from, in words that the reader may know.
        basis: The step in a sentence.
        probability: Chance of one owner, in words.
        calibrated: Whether that number was checked against reviewed pairs.
    """

    to: str
    basis: str
    probability: str
    calibrated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityReference:
    """An outside finding that the decision relies on.

    Args:
        name: Its title.
        url: Where it stands; empty where it stands nowhere.
        published_on: ISO date as the plan states it, or empty.
        page: Page or section, or empty.
        document_sha256: Of the document that was read, or empty.
    """

    name: str
    url: str
    published_on: str
    page: str
    document_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What set the decision off.

    Args:
        type: ``own initiative`` or ``notification``.
        identity: Who notified, only where the decision needs it; else None.
    """

    type: str
    identity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """What machines did, in sentences.

    Args:
        detection: Whether and how automated means found the account.
        decision: Whether they decided.
        human_role: Which people decided, by role.
        automated_detection: The first as a yes or no.
    """

    detection: str
    decision: str
    human_role: str
    automated_detection: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One party that the money is pledged to.

    Args:
        name: The recipient.
        purpose: What it is for.
        amount: Its part; None where that is not settled.
    """

    name: str
    purpose: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyNote:
    """What was earned from the account and what is done with it: never a restriction.

    Args:
        earned: One amount a currency, currencies in alphabetical order; empty where nothing was bought.
        converted: The same in the plan's currency; None where a rate is missing.
        sentences: The note in words.
    """

    earned: tuple[Money, ...]
    converted: Money | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redress:
    """How to be heard.

    Args:
        how: Where and how to complain.
        complaint_until: Last day of the complaint period.
        out_of_court: Sentence about certified bodies.
        court: Sentence about courts.
        reviewed: Sentence about who looks at a complaint.
    """

    how: str
    complaint_until: date
    out_of_court: str
    court: str
    reviewed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """Everything that an advertiser is told about one decision on one account.

    Args:
        statement_id: Ours, stable: the same decision on the same account has the same.
        puid: Public reference: letters, digits, ``-`` and ``_``; unique for ever.
        decision_id: The decision in the record.
        plan_sha256: Of the plan that was approved.
        platform: Who decided.
        subject: Whom it is about.
        restrictions: What is not allowed any more; empty where a restriction is lifted.
        ground: The rule.
        facts: What happened, in words, without personal data.
        links: The steps that lead to the account; empty where it is named.
        reasons: Further reasons in sentences.
        speaks_for: What speaks for the account, in sentences.
        evidence_refs: Ids of the facts that the links rest on; sensitive ones are keyed hashes.
        authority_refs: Outside findings.
        source: What set it off.
        automation: What machines did.
        money: What was earned and what becomes of it.
        contacts: Contacts of the platform with the account, in sentences.
        redress: How to be heard.
        unchanged: What is not changed.
        informed_at: When the account holder was told, aware UTC.
        language: ISO 639-1.
        status: ``in force``, ``lifted`` or ``superseded``.
        supersedes: The statement that this one replaces, or None.
    """

    statement_id: str
    puid: str
    decision_id: str
    plan_sha256: str
    platform: str
    subject: Subject
    restrictions: tuple[Restriction, ...]
    applies_from: datetime
    ground: Ground
    facts: str
    links: tuple[Link, ...]
    reasons: tuple[str, ...]
    speaks_for: tuple[str, ...]
    evidence_refs: tuple[str, ...]
    authority_refs: tuple[AuthorityReference, ...]
    source: Source
    automation: Automation
    money: MoneyNote
    contacts: tuple[str, ...]
    redress: Redress
    unchanged: str
    informed_at: datetime
    language: str
    status: str
    supersedes: str | None = None


def as_json(statement_of_reasons: StatementOfReasons) -> dict[str, Any]:
    """Return a statement as a JSON object: ISO times in UTC, money as six-decimal strings."""
    s = statement_of_reasons
    return {
        "statement_id": s.statement_id,
        "puid": s.puid,
        "decision_id": s.decision_id,
        "plan_sha256": s.plan_sha256,
        "platform": s.platform,
        "subject": {
            "account_id": s.subject.account_id,
            "name": s.subject.name,
            "handle": s.subject.handle,
            "named": s.subject.named,
        },
        "restrictions": [_restriction_json(restriction) for restriction in s.restrictions],
        "applies_from": instant_text(s.applies_from),
        "ground": {
            "type": s.ground.type,
            "rule": {"id": s.ground.rule_id, "version": s.ground.rule_version, "url": s.ground.rule_url},
            "explanation": s.ground.explanation,
        },
        "facts": s.facts,
        "links": [
            {"to": x.to, "basis": x.basis, "probability": x.probability, "calibrated": x.calibrated}
            for x in s.links
        ],
        "reasons": list(s.reasons),
        "speaks_for": list(s.speaks_for),
        "evidence_refs": list(s.evidence_refs),
        "authority_refs": [
            {
                "name": a.name,
                "url": a.url,
                "date": a.published_on,
                "page": a.page,
                "document_sha256": a.document_sha256,
            }
            for a in s.authority_refs
        ],
        "source": {"type": s.source.type, "identity": s.source.identity},
        "automation": {
            "detection": s.automation.detection,
            "automated_detection": s.automation.automated_detection,
            "decision": s.automation.decision,
            "automated_decision": False,
            "human_role": s.automation.human_role,
        },
        "money": _money_json(s.money),
        "contacts": list(s.contacts),
        "redress": {
            "how": s.redress.how,
            "complaint_until": s.redress.complaint_until.isoformat(),
            "reviewed": s.redress.reviewed,
            "out_of_court": s.redress.out_of_court,
            "court": s.redress.court,
        },
        "unchanged": s.unchanged,
        "informed_at": instant_text(s.informed_at),
        "language": s.language,
        "status": s.status,
        "supersedes": s.supersedes,
    }


def _money_json(note: MoneyNote) -> dict[str, Any]:
    one = note.converted
    return {
        "earned": {money.currency: format_micros(money.amount_micros) for money in note.earned},
        "converted": one and {"currency": one.currency, "amount": format_micros(one.amount_micros)},
        "sentences": list(note.sentences),
    }


def _restriction_json(restriction: Restriction) -> dict[str, Any]:
    return {
        "kind": restriction.kind,
        "scope": {"advertising": list(restriction.scope)},
        "surfaces": list(restriction.surfaces),
        "territorial_scope": list(restriction.territorial_scope),
        "from": instant_text(restriction.applies_from),
        "until": None if restriction.until is None else restriction.until.isoformat(),
        "review_on": None if restriction.review_on is None else restriction.review_on.isoformat(),
    }


def instant_text(at: datetime) -> str:
    """Write an aware UTC time as ISO 8601 with a ``Z``, to the second."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
