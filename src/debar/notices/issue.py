"""From an applied plan to the statements that it owes.

Law: one statement for each account with a change, and for nobody else; the same plan, decision and times give
the same statements. A linked account's statement never shows another linked account's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import sha256_hex
from debar.model.money import Money, parse_micros
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.notices.deadlines import complaint_until
from debar.notices.messages import Catalogue, Said, catalogue
from debar.notices.statement import (
    INTERIM_DAYS_MAX,
    AuthorityReference,
    Automation,
    Ground,
    Link,
    MoneyNote,
    Recipient,
    Redress,
    Restriction,
    Source,
    StatementOfReasons,
    Subject,
)
from debar.notices.words.contacts import contact_sentences
from debar.notices.words.reasons import reason_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN_INITIATIVE: Final = Source(type="own initiative", identity=None)
"""Nobody's notice led to the decision."""

_OUTSIDE_PUID = re.compile(r"[^a-zA-Z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What a statement needs beside the plan.

    Args:
        decision_id: The decision in the record.
        applied_at: When it was applied, aware UTC; the restriction never starts earlier.
        informed_at: When the account holders are told, aware UTC.
        platform_name: Who decides, for people; "our platform" where empty.
        complaint_contact: Address for complaints; empty: an answer to the notice.
        recipients: Whom the money is pledged to.
        source: What set the decision off.
        contacts: All contacts of the plan's accounts, as :func:`debar.cases.contacts.contacts_of` returns
            them; None where nobody looked.
        language: ISO 639-1.
    """

    decision_id: str
    applied_at: datetime
    informed_at: datetime
    platform_name: str = ""
    complaint_contact: str = ""
    recipients: tuple[Recipient, ...] = ()
    source: Source = OWN_INITIATIVE
    contacts: Sequence[Mapping[str, Any]] | None = None
    language: str = "en"


def statements_from_plan(plan: Mapping[str, Any], issue: Issue) -> tuple[StatementOfReasons, ...]:
    """Return one statement for each account that a plan changes, in the order of its changes.

    Args:
        plan: A plan document.
        issue: The decision, its times, and what else the statements need.

    Raises:
        DebarError: DBR-N001, a change has no member; DBR-N002, a time is not in UTC or the notice comes
            before the decision; DBR-N003, unknown language; DBR-N004, a suspension without a review in time.
    """
    _check_times(issue)
    members = {member["account_id"]: member for member in plan["members"]}
    statements = []
    for change in plan["changes"]:
        if change["key"]["kind"] != "account":
            continue
        account_id = change["key"]["value"]
        if account_id not in members:
            raise DebarError(
                "DBR-N001",
                f"a change touches account {account_id}, and no member of the plan explains it",
                hint="make the plan again: every change needs a member with its reasons",
                exit_code=EXIT_REFUSED,
            )
        statements.append(_statement(plan, change, members, issue=issue))
    return tuple(statements)


def _check_times(issue: Issue) -> None:
    for label, at in (("applied_at", issue.applied_at), ("informed_at", issue.informed_at)):
        if at.utcoffset() != timedelta(0):
            raise DebarError("DBR-N002", f"{label} is not a time in UTC", hint="pass an aware UTC time")
    if issue.informed_at < issue.applied_at:
        raise DebarError(
            "DBR-N002",
            "the notice would be older than the decision",
            hint="pass the time at which the account holders are told; the complaint period starts then",
        )


def _statement(
    plan: Mapping[str, Any],
    change: Mapping[str, Any],
    members: Mapping[str, Mapping[str, Any]],
    *,
    issue: Issue,
) -> StatementOfReasons:
    words = catalogue(issue.language, plan["decision"])
    member = members[change["key"]["value"]]
    decision = plan["decision"]
    applies_from = max(utc(decision["from"]), issue.applied_at)
    lifted = change["action"] == "lift"
    statement_id, puid = references(issue.decision_id, member["account_id"])
    rule = decision.get("rule") or {}
    against = [reason for reason in member["reasons"] if not reason["weight"].startswith("-")]
    in_favour = [reason for reason in member["reasons"] if reason["weight"].startswith("-")]
    in_favour += member["speaks_for"]
    return StatementOfReasons(
        statement_id=statement_id,
        puid=puid,
        decision_id=issue.decision_id,
        plan_sha256=plan["plan_sha256"],
        platform=platform_of(issue.platform_name, words),
        subject=Subject(
            account_id=member["account_id"],
            name=member["name"] or member["account_id"],
            handle=member.get("handle") or "",
            named=member["basis"] == "named",
        ),
        restrictions=() if lifted else (_restriction(change, member, decision, applies_from=applies_from),),
        applies_from=applies_from,
        ground=Ground(
            type=words.told(decision["ground"]),
            rule_id=rule.get("id") or "",
            rule_version=rule.get("version") or "",
            rule_url=rule.get("url") or "",
            explanation=words.told(rule.get("explanation") or ""),
        ),
        facts=words.told(decision["facts"]),
        links=_links(plan, member, members, words=words),
        reasons=tuple(_without_others(reason_sentence(r, words), member, members, words) for r in against),
        speaks_for=tuple(
            _without_others(reason_sentence(r, words), member, members, words) for r in in_favour
        ),
        evidence_refs=tuple(sorted({fact for hop in member["path"] for fact in hop["facts"]})),
        authority_refs=_authorities(decision),
        source=issue.source,
        automation=_automation(member, words),
        money=money_note(
            member["earned"], issue.recipients, words, stated=plan["earned"].get("basis") == "stated spend"
        ),
        contacts=contact_sentences(issue.contacts, member["account_id"], words),
        redress=_redress(issue, words),
        unchanged=words.say("unchanged"),
        informed_at=issue.informed_at,
        language=issue.language,
        status="lifted" if lifted else "in force",
    )


def platform_of(name: str, words: Catalogue) -> str:
    """Return how the platform is called; a plan's own name is a path, which is nobody's business."""
    return name or words.say("platform.unnamed")


def references(decision_id: str, account_id: str) -> tuple[str, str]:
    """Return the statement id and the public reference of one account in one decision.

    The public reference shows no account id: ids can be personal data.
    """
    tail = sha256_hex(f"{decision_id}\n{account_id}".encode("utf-8", "surrogatepass"))[:20]
    return f"sor-{tail}", f"debar-{_OUTSIDE_PUID.sub('-', decision_id)[:200]}-{tail}"


def utc(text: str) -> datetime:
    """Read a plan's time, which ends with ``Z``."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _restriction(
    change: Mapping[str, Any],
    member: Mapping[str, Any],
    decision: Mapping[str, Any],
    *,
    applies_from: datetime,
) -> Restriction:
    until = change["until"] or decision.get("until")
    interim = member["basis"] == "linked" and (change["until"] is not None or not member["confirmed_by"])
    review = member["review_on"] or change["until"]
    review_on = date.fromisoformat(review[:10]) if interim and review else None
    if interim and (review_on is None or (review_on - applies_from.date()).days > INTERIM_DAYS_MAX):
        late = "no day of review" if review_on is None else "a late day of review"
        raise DebarError(
            "DBR-N004",
            f"the suspension of a linked account has {late}",
            hint=f"a linked account is reviewed at most {INTERIM_DAYS_MAX} days after the suspension starts",
            exit_code=EXIT_REFUSED,
        )
    return Restriction(
        kind="interim suspension" if interim else "ban",
        scope=tuple(change["scopes"]),
        surfaces=tuple(decision["surfaces"]),
        territorial_scope=tuple(decision["territories"]),
        applies_from=applies_from,
        until=date.fromisoformat(until[:10]) if until else None,
        review_on=review_on,
    )


def _links(
    plan: Mapping[str, Any],
    member: Mapping[str, Any],
    members: Mapping[str, Mapping[str, Any]],
    *,
    words: Catalogue,
) -> tuple[Link, ...]:
    facts = {fact["id"]: fact for fact in plan["evidence"]["graph"]["facts"]}
    links = []
    for hop in member["path"]:
        start = _known_as(hop["from"], member, members, words)
        end = _known_as(hop["to"], member, members, words)
        shown = [
            words.say(
                "link.crowd",
                shown=words.value(facts[fact]["kind"], facts[fact]["shown"]),
                crowd=facts[fact]["crowd"],
            )
            for fact in hop["facts"]
            if fact in facts
        ]
        if shown:
            basis = words.say("link.hop", start=start, end=end, facts=words.listed(shown))
        elif hop.get("judgement") == "positive":
            basis = words.say("link.hop.judged", start=start, end=end)
        else:
            basis = words.say("link.hop.bare", start=start, end=end)
        links.append(
            Link(
                to=start,
                basis=basis,
                probability=words.say("link.judged")
                if hop.get("judgement") == "positive"
                else words.say("link.probability", percent=words.percent(hop["p_owner"])),
                calibrated=member["calibrated"],
            )
        )
    return tuple(links)


def _known_as(
    account_id: str, member: Mapping[str, Any], members: Mapping[str, Mapping[str, Any]], words: Catalogue
) -> str:
    """Return how an account may be called in another one's statement."""
    if account_id == member["account_id"]:
        return words.say("link.this")
    other = members.get(account_id)
    if other is None or other["status"] != "in":
        return words.say("link.third")
    if other["basis"] == "named":
        return str(other["name"] or account_id)
    return words.say("link.other")


def _without_others(
    sentence: str,
    member: Mapping[str, Any],
    members: Mapping[str, Mapping[str, Any]],
    words: Catalogue,
) -> str:
    """Return a sentence in which no account appears that is neither the reader's nor named."""
    for other in sorted(members.values(), key=lambda m: -len(m["name"] or "")):
        if other["basis"] == "named" or other["account_id"] == member["account_id"]:
            continue
        for text in (other["name"], other.get("legal_name"), other.get("handle"), other["account_id"]):
            if text and text not in {member["name"], member.get("legal_name"), member.get("handle")}:
                pattern = rf"(?<!\w){re.escape(text)}(?!\w)"
                sentence = re.sub(pattern, words.say("link.third"), sentence)
    return sentence


def _authorities(decision: Mapping[str, Any]) -> tuple[AuthorityReference, ...]:
    return tuple(
        AuthorityReference(
            name=authority["name"],
            url=authority.get("url") or "",
            published_on=authority.get("date") or "",
            page=authority.get("page") or "",
            document_sha256=authority.get("document_sha256") or "",
        )
        for authority in decision["authorities"]
    )


def _automation(member: Mapping[str, Any], words: Catalogue) -> Automation:
    linked = member["basis"] == "linked"
    return Automation(
        detection=words.say(f"automation.detection.{'linked' if linked else 'named'}"),
        decision=words.say("automation.decision"),
        human_role=words.say("automation.human"),
        automated_detection=linked,
    )


def money_note(
    earned: Mapping[str, Any], recipients: Sequence[Recipient], words: Catalogue, *, stated: bool
) -> MoneyNote:
    """Say what was earned from one account and what becomes of it.

    Args:
        earned: A member's ``earned`` block.
        recipients: Whom the money is pledged to.
        words: The language.
        stated: The amounts are what an archive states, and were not earned.
    """
    amounts = tuple(
        Money(currency=currency, amount_micros=parse_micros(amount))
        for currency, amount in sorted(earned["by_currency"].items())
    )
    one = earned["converted"]
    converted = one and Money(currency=one["currency"], amount_micros=parse_micros(one["amount"]))
    listed = words.listed(words.money(money) for money in amounts)
    if stated:
        sentences = [
            words.say("money.stated", amounts=listed) if amounts else words.say("money.stated.nothing")
        ]
    elif any(money.amount_micros for money in amounts):
        sentences = [words.say("money.earned", amounts=listed), _pledged(recipients, words)]
    else:
        zero = Money(currency=converted.currency if converted else "USD", amount_micros=0)
        sentences = [words.say("money.nothing", zero=words.money(zero))]
    sentences.append(words.say("money.no_restriction"))
    return MoneyNote(earned=amounts, converted=converted, sentences=tuple(sentences))


def _pledged(recipients: Sequence[Recipient], words: Catalogue) -> Said:
    if not recipients:
        return words.say("money.kept_apart")
    names = words.listed((recipient.name for recipient in recipients), conjunction=True)
    purposes = "; ".join(dict.fromkeys(words.told(recipient.purpose) for recipient in recipients))
    return words.say("money.pledged", recipients=names, purpose=purposes)


def rule_sentence(rule_id: str, rule_version: str, words: Catalogue) -> str:
    """Name the rule, and its version where it has one."""
    if not rule_version:
        return words.say("ground.rule.unversioned", rule_id=rule_id) + "."
    return words.say("ground.rule", rule_id=rule_id, rule_version=rule_version) + "."


def _redress(issue: Issue, words: Catalogue) -> Redress:
    contact = issue.complaint_contact
    return Redress(
        how=words.say("redress.how", contact=contact) if contact else words.say("redress.how.answer"),
        complaint_until=complaint_until(issue.informed_at.date()),
        out_of_court=words.say("redress.out_of_court"),
        court=words.say("redress.court"),
        reviewed=words.say("redress.reviewed"),
    )


def public_version(statement: StatementOfReasons, plan: Mapping[str, Any]) -> StatementOfReasons:
    """Return a statement as the public may read it: no identifier values, no contacts, no linked name.

    Args:
        statement: As sent to the advertiser.
        plan: The plan that it was made from: for the kinds behind its evidence.
    """
    words = catalogue(statement.language)
    kinds = {fact["id"]: fact["kind"] for fact in plan["evidence"]["graph"]["facts"]}
    member = next(m for m in plan["members"] if m["account_id"] == statement.subject.account_id)
    links = []
    for link, hop in zip(statement.links, member["path"], strict=True):
        names = dict.fromkeys(
            words.sentences.get(f"kind.{kinds.get(fact, '')}", words.say("kind.other"))
            for fact in hop["facts"]
        )
        to_this = hop["to"] == statement.subject.account_id
        end = words.say("link.this") if to_this else words.say("link.other")
        key = "link.hop" if names else "link.hop.bare"
        links.append(replace(link, basis=words.say(key, start=link.to, end=end, facts=words.listed(names))))
    subject = statement.subject
    return replace(
        statement,
        subject=subject if subject.named else replace(subject, account_id="", name="", handle=""),
        links=tuple(links),
        reasons=(),
        speaks_for=(),
        evidence_refs=(),
        contacts=(),
    )
