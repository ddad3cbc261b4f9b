"""The public post: one page for a whole decision, with the money, the scope, the reasons and the other side.

Law: it says whom the decision is restricted to, what is not changed and what came of the money; accounts that
the decision does not name stay without a name; a denial stands in the words in which it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from debar.model.legible import legible
from debar.model.money import Money, parse_micros, round_to_minor
from debar.model.window import Window
from debar.notices.issue import platform_of, rule_sentence, utc
from debar.notices.messages import Catalogue, catalogue
from debar.notices.pictures import spend_over_time
from debar.notices.plan_network import network_of_plan
from debar.notices.words.contacts import span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.notices.statement import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """What the other side says, recorded word for word.

    Args:
        who: Who said it.
        said_on: When.
        text: Verbatim.
    """

    who: str
    said_on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPointer:
    """Where a reader finds the decision in the public record.

    Args:
        entry: Its number in the log.
        root: The tree's root that was published with it; empty where none was.
        command: What to run to check it.
    """

    entry: int
    root: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the public post needs beside the plan.

    Args:
        applied_at: When the plan was applied, aware UTC.
        platform_name: Who decides, for people; "our platform" where empty.
        recipients: Whom the money is pledged to.
        denial: The other side's answer, or None.
        contacts: Contacts of the plan's accounts, as :func:`debar.cases.contacts.contacts_of` returns them;
            None where nobody looked.
        spend: First day of a month and the amount in micros that the named accounts were delivered.
        spend_currency: Of these amounts.
        record: Where the decision stands in the public record, or None.
        language: ISO 639-1.
    """

    applied_at: datetime
    platform_name: str = ""
    recipients: tuple[Recipient, ...] = ()
    denial: Denial | None = None
    contacts: Sequence[Mapping[str, Any]] | None = None
    spend: Sequence[tuple[date, int]] = ()
    spend_currency: str = "USD"
    record: RecordPointer | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """A post, ready to be rendered as text or as a page: all values are legible sentences.

    Args:
        platform: Who decides.
        when: When, in words.
        title: One line.
        lead: First sentences.
        scope: Who, from when, and what is not changed.
        money: Sentences; the first is the total.
        earned: (subject, amount in words), zero included.
        earned_word: What that amount is: earned, or only stated.
        recipients: Whom the money is pledged to, a line each; empty where nobody is named yet.
        why: Facts and rule.
        rule_url: Where the rule can be read; empty where it cannot.
        authorities: (line, url or empty, sha256 sentence or empty).
        alternatives: Considered and not taken.
        consequences: Expected.
        denial: The other side's line and words, or None.
        contacts: Sentences, "none" included.
        network: SVG.
        spend: SVG, or empty where no spend was passed.
        spend_note: What the columns are.
        verify: Sentences.
        language: ISO 639-1.
    """

    platform: str
    when: str
    title: str
    lead: tuple[str, ...]
    scope: tuple[str, ...]
    money: tuple[str, ...]
    earned: tuple[tuple[str, str], ...]
    earned_word: str
    recipients: tuple[str, ...]
    why: tuple[str, ...]
    rule_url: str
    authorities: tuple[tuple[str, str, str], ...]
    alternatives: tuple[str, ...]
    consequences: tuple[str, ...]
    denial: tuple[str, str] | None
    contacts: tuple[str, ...]
    network: str
    spend: str
    spend_note: str
    verify: tuple[str, ...]
    language: str


def public_post(plan: Mapping[str, Any], publication: Publication) -> PublicPost:
    """Write the public post of an applied plan.

    Args:
        plan: A plan document.
        publication: When it was applied, and what the plan does not know.

    Raises:
        DebarError: DBR-N003, unknown language.
    """
    words = catalogue(publication.language, plan["decision"])
    platform = platform_of(publication.platform_name, words)
    subjects, decision = plan["subjects"], plan["decision"]
    names = words.listed((subject["query"] for subject in subjects), conjunction=True)
    applies_from = max(utc(decision["from"]), publication.applied_at)
    return PublicPost(
        platform=words.listed([platform]),
        when=words.instant(publication.applied_at),
        title=words.say("post.title", names=names, platform=platform),
        lead=_lead(plan, words, names=names, platform=platform, applies_from=applies_from),
        scope=(
            words.say("post.scope.two" if len(subjects) == 2 else "post.scope", names=names),
            words.say("post.unchanged"),
            words.say("post.at_once"),
        ),
        money=_money(plan, words),
        earned=tuple((words.listed([s["query"]]), _earned_of(s, plan, words)) for s in subjects),
        earned_word=words.say("post.money.earned.stated" if _is_stated(plan) else "post.money.earned"),
        recipients=tuple(_recipient(recipient, words) for recipient in publication.recipients),
        why=_why(decision, words),
        rule_url=(decision.get("rule") or {}).get("url") or "",
        authorities=tuple(_authority(authority, words) for authority in decision["authorities"]),
        alternatives=tuple(words.told(text) for text in plan["alternatives_considered"]),
        consequences=tuple(words.told(text) for text in plan["expected_consequences"]),
        denial=_denial(publication.denial, words),
        contacts=_contacts(publication.contacts, plan, words),
        network=network_of_plan(plan, words, public=True),
        spend=_spend(plan, publication, words=words, applied_on=applies_from.date()),
        spend_note=words.say("post.spend.note", currency=publication.spend_currency),
        verify=_verify(plan, publication.record, words),
        language=publication.language,
    )


def _lead(
    plan: Mapping[str, Any], words: Catalogue, *, names: str, platform: str, applies_from: datetime
) -> tuple[str, ...]:
    because = [change["because"] for change in plan["changes"] if change["action"] == "debar"]
    named, linked = because.count("named"), because.count("linked")
    lead = [
        words.say("post.lead", applies_from=words.instant(applies_from), platform=platform, names=names),
        words.say("post.lead.accounts.one" if named == 1 else "post.lead.accounts", named=named),
    ]
    reviews = sorted(member["review_on"] for member in plan["members"] if member["review_on"])
    if linked:
        review_on = words.day(date.fromisoformat(reviews[-1])) if reviews else "?"
        key = "post.lead.linked.one" if linked == 1 else "post.lead.linked"
        lead.append(words.say(key, linked=linked, review_on=review_on))
    return tuple(lead)


def _is_stated(plan: Mapping[str, Any]) -> bool:
    return bool(plan["earned"].get("basis") == "stated spend")


def _money(plan: Mapping[str, Any], words: Catalogue) -> tuple[str, ...]:
    earned = plan["earned"]
    if "likely" not in earned:
        amounts = words.listed(
            words.money(Money(currency=currency, amount_micros=parse_micros(bounds["likely"])))
            for currency, bounds in sorted(earned["by_currency"].items())
        )
        return (words.say("post.money.unconverted", amounts=amounts),)

    def amount(bound: str) -> str:
        return words.money(Money(currency=earned["currency"], amount_micros=parse_micros(earned[bound])))

    bounds = words.say("post.money.bounds", low=amount("low"), high=amount("high"))
    if _is_stated(plan):
        return words.say("post.money.total.stated", total=amount("likely")), bounds
    as_of = earned["as_of"]
    sentences = [
        words.say("post.money.total", total=amount("likely"), as_of=words.day(date.fromisoformat(as_of)))
        if as_of
        else words.say("post.money.total.now", total=amount("likely")),
        bounds,
    ]
    if earned.get("status") == "projected" and earned.get("final_on"):
        final_on = words.day(date.fromisoformat(earned["final_on"]))
        sentences.append(words.say("post.money.projected", final_on=final_on))
    for label, text in sorted((earned.get("also") or {}).items()):
        also = Money(currency=label[:3], amount_micros=parse_micros(text))
        method = words.say_known("also", label[4:])
        amount_also = words.money(also)
        sentences.append(
            words.say("post.money.also", currency=also.currency, method=method, amount=amount_also)
        )
    sentences.append(words.say("post.money.policy", policy=words.say_known("policy", earned["policy"])))
    return tuple(sentences)


def _earned_of(subject: Mapping[str, Any], plan: Mapping[str, Any], words: Catalogue) -> str:
    """Return what the subject's own accounts, and those that hang on them, brought in; rounded once.

    Stated spend, and what could not be converted, stands in each of its currencies.
    """
    own = set(subject["account_ids"])
    converted, by_currency = 0, dict.fromkeys([plan["earned"]["currency"] or "USD"], 0)
    has_rates = not _is_stated(plan)
    for member in plan["members"]:
        root = member["path"][0]["from"] if member["path"] else member["account_id"]
        if member["status"] != "in" or root not in own:
            continue
        one = member["earned"]["converted"]
        has_rates = has_rates and one is not None
        converted += parse_micros(one["amount"]) if one else 0
        for currency, text in member["earned"]["by_currency"].items():
            by_currency[currency] = by_currency.get(currency, 0) + parse_micros(text)
    if has_rates:
        by_currency = {plan["earned"]["currency"] or "USD": converted}
    amounts = sorted((currency, micros) for currency, micros in by_currency.items())
    shown = [(c, round_to_minor(micros, c)) for c, micros in amounts if micros or len(amounts) == 1]
    return ", ".join(
        words.money(Money(currency=c, amount_micros=m)) for c, m in shown or [(amounts[0][0], 0)]
    )


def _recipient(recipient: Recipient, words: Catalogue) -> str:
    if recipient.amount is None:
        return words.say("post.money.recipient", name=recipient.name, purpose=words.told(recipient.purpose))
    return words.say(
        "post.money.recipient.amount",
        name=recipient.name,
        amount=words.money(recipient.amount),
        purpose=words.told(recipient.purpose),
    )


def _why(decision: Mapping[str, Any], words: Catalogue) -> tuple[str, ...]:
    why: list[str] = [
        words.told(decision["facts"]),
        words.say("ground.type", type=words.told(decision["ground"])),
    ]
    rule = decision.get("rule") or {}
    if rule.get("id"):
        why.append(rule_sentence(rule["id"], rule.get("version") or "", words))
    return tuple(why)


def _authority(authority: Mapping[str, Any], words: Catalogue) -> tuple[str, str, str]:
    key = "authority.page" if authority.get("page") else "authority.line"
    line = words.say(
        key,
        name=authority["name"],
        date=words.day_of(authority.get("date") or ""),
        page=authority.get("page") or "",
    )
    sha256 = authority.get("document_sha256")
    return line, authority.get("url") or "", words.say("authority.sha256", sha256=sha256) if sha256 else ""


def _denial(denial: Denial | None, words: Catalogue) -> tuple[str, str] | None:
    if denial is None:
        return None
    line = words.say("post.answer.denies", who=denial.who, on=words.day(denial.said_on))
    return line, legible(denial.text, lines=True)


def _contacts(
    contacts: Sequence[Mapping[str, Any]] | None, plan: Mapping[str, Any], words: Catalogue
) -> tuple[str, ...]:
    if contacts is None:
        return (words.say("post.contacts.unasked"),)
    named = {account for subject in plan["subjects"] for account in subject["account_ids"]}
    return tuple(
        span(
            [c for c in contacts if c["counterpart"] == counterpart and c["account_id"] in named],
            f"post.contacts.{counterpart}",
            words,
        )
        for counterpart in ("sales", "government")
    )


def _spend(plan: Mapping[str, Any], publication: Publication, *, words: Catalogue, applied_on: date) -> str:
    if not publication.spend:
        return ""
    window = plan["window"]
    return spend_over_time(
        publication.spend,
        currency=publication.spend_currency,
        window=None
        if window is None
        else Window(start=date.fromisoformat(window["start"]), end=date.fromisoformat(window["end"])),
        marks=[(applied_on, words.say("picture.ban", day=applied_on.isoformat()))],
        words=words,
        title=words.say("post.heading.spend"),
    )


def _verify(plan: Mapping[str, Any], record: RecordPointer | None, words: Catalogue) -> tuple[str, ...]:
    verify = []
    if record is not None:
        verify.append(words.say("post.verify.entry", entry=str(record.entry)))
        if record.root:
            verify.append(words.say("post.verify.checkpoint", root=record.root))
    verify.append(words.say("post.verify.plan", sha256=plan["plan_sha256"]))
    if record is not None:
        verify.append(words.say("post.verify.command", command=record.command))
    return tuple(verify)
