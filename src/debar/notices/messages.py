"""Every sentence that a notice says, in one place, by language and key.

Law: a sentence is never put together in code; a second language is a second table with the same keys.
Values are made legible before they enter a sentence, and are never read as a template.
"""

# ruff: noqa: E501 - a sentence stands on one line, where it can be searched for

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.dates import format_date, format_datetime

from debar.model.legible import isolated, legible
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

ENGLISH: Final[dict[str, str]] = {
    # what the paper is
    "statement.title": "Statement of reasons",
    "statement.subject": "to {name}",
    "statement.lead.ban": "From {applies_from} this account may no longer buy or run advertising on {platform}.",
    "statement.lead.interim": (
        "From {applies_from} this account's advertising on {platform} is suspended while we review how it is "
        "connected with accounts that were banned. The suspension ends on {review_on} unless it is confirmed."
    ),
    "statement.lead.lifted": "From {applies_from} this account may buy and run advertising on {platform} again.",
    "platform.unnamed": "our platform",
    "unchanged": "Organic use of the account is unchanged: it can be read, followed and posted from as before.",
    "list.and": "{first} and {last}",
    # headings
    "heading.what": "What we decided",
    "heading.unchanged": "What is not changed",
    "heading.ground": "The rule",
    "heading.facts": "The facts",
    "heading.links": "Why this account",
    "heading.speaks_for": "What speaks for the account",
    "heading.authorities": "What the decision relies on",
    "heading.automation": "People and machines",
    "heading.money": "The money",
    "heading.contacts": "Contacts with us",
    "heading.redress": "If you disagree",
    "heading.reference": "Reference",
    # restrictions
    "restriction.ban": "Ban from advertising",
    "restriction.interim": "Interim suspension of advertising",
    "restriction.lifted": "No restriction any more",
    "field.kind": "Measure",
    "field.scope": "Covers",
    "field.surfaces": "Where on the platform",
    "field.territories": "Where in the world",
    "field.from": "In force from",
    "field.until": "Until",
    "field.review_on": "Reviewed by",
    "until.none": "no end date",
    "scope.create": "creating ads",
    "scope.buy": "buying ads",
    "scope.serve": "running ads",
    "scope.charge": "being charged for ads",
    "surface.all": "everywhere on the platform",
    "territory.worldwide": "worldwide",
    # ground, source, automation
    "ground.rule": "Rule {rule_id}, version {rule_version}",
    "ground.rule.unversioned": "Rule {rule_id}",
    "ground.type": "Ground: {type}.",
    "ground.published": "The rule is published at {url}",
    "source.own": "We looked into this on our own initiative; nobody's notice led to it.",
    "source.notice": "This follows a notification by {identity}.",
    "source.notice_unnamed": "This follows a notification. The notifier is not named, because the decision does not need it.",
    "automation.detection.named": "The account was named by people. No automated means found it.",
    "automation.detection.linked": (
        "Automated means compared this account with the ones that people had named, and proposed it with the "
        "reasons given here."
    ),
    "automation.decision": (
        "The decision was not automated: one person proposed it, and another approved it under their own signature."
    ),
    "automation.human": "proposer and approver, two different people",
    # links
    "link.named": "The decision names this account itself.",
    "link.hop": "Shared by {start} and {end}: {facts}.",
    "link.hop.judged": "A reviewer compared {start} and {end} and found that the same owner is behind them.",
    "link.hop.bare": "The evidence in the case file connects {start} and {end}.",
    "link.this": "this account",
    "link.other": "another account of this decision",
    "link.third": "another account",
    "link.probability": "Likelihood of one owner: {percent}.",
    "link.judged": "Decided by a reviewer.",
    "link.calibrated": "The likelihoods are calibrated against reviewed pairs.",
    "link.uncalibrated": "The likelihoods are uncalibrated: they order accounts, and do not count errors.",
    "link.crowd": "{shown} (held by {crowd} accounts of the platform)",
    "speaks_for.none": "Nothing was found that speaks for the account.",
    # kinds, for the public version, where values are left out
    "kind.legal_id": "a company number",
    "kind.tax_id": "a tax number",
    "kind.vat_id": "a VAT number",
    "kind.legal_name": "a legal name",
    "kind.domain": "a web domain",
    "kind.page": "a page",
    "kind.pixel": "a tracking pixel",
    "kind.app": "an app",
    "kind.email": "an e-mail address",
    "kind.phone": "a phone number",
    "kind.address": "a postal address",
    "kind.card": "a payment card",
    "kind.bank": "a bank account",
    "kind.admin": "an administrator",
    "kind.device": "a device",
    "kind.ip": "a network address",
    "kind.manager": "a managing account",
    "kind.text_hash": "an ad text",
    "kind.image_hash": "an ad image",
    "kind.landing_path": "a landing page",
    "kind.utm": "a campaign tag",
    "kind.launch": "launch times",
    "kind.other": "an identifier",
    "kind.short.legal_id": "company number",
    "kind.short.tax_id": "tax number",
    "kind.short.vat_id": "VAT number",
    "kind.short.legal_name": "legal name",
    "kind.short.domain": "domain",
    "kind.short.page": "page",
    "kind.short.pixel": "pixel",
    "kind.short.app": "app",
    "kind.short.email": "e-mail",
    "kind.short.phone": "phone",
    "kind.short.address": "address",
    "kind.short.card": "card",
    "kind.short.bank": "bank account",
    "kind.short.admin": "administrator",
    "kind.short.device": "device",
    "kind.short.ip": "network",
    "kind.short.manager": "managing account",
    "kind.short.text_hash": "ad text",
    "kind.short.image_hash": "ad image",
    "kind.short.landing_path": "landing page",
    "kind.short.utm": "campaign tag",
    "kind.short.launch": "launch time",
    # authorities
    "authority.line": "{name}, {date}",
    "authority.page": "{name}, {date}, {page}",
    "authority.none": "The decision relies on no outside authority.",
    "authority.sha256": "SHA-256 of the document {sha256}",
    # money
    "money.earned": "We earned {amounts} from this account's advertising.",
    "money.stated": "For this account {amounts} of advertising are stated. That is stated spend, not what we earned.",
    "money.stated.nothing": "For this account no spend is stated.",
    "money.nothing": "We earned {zero} from this account: it never bought an ad here.",
    "money.pledged": "That amount is pledged to {recipients}, for {purpose}.",
    "money.kept_apart": "What is done with that amount is decided apart from this notice.",
    "money.no_restriction": "This is about our revenue and not about yours: no payment due to you is withheld.",
    # contacts
    "contacts.sales": "Contacts with our sales staff: {count}, the first on {first}, the last on {last}.",
    "contacts.sales.offer": "In these, {count} offers were made, the largest of {amount}.",
    "contacts.sales.offer.one": "In these, one offer was made, of {amount}.",
    "contacts.sales.none": "Contacts with our sales staff: none.",
    "contacts.government": "Contacts with a government about this account: {count}, the first on {first}, the last on {last}.",
    "contacts.government.none": "Contacts with a government about this account: none.",
    "contacts.other": "Other contacts: {count}.",
    "contacts.all": "All of them are part of the case file, whatever they show.",
    "contacts.unasked": "The contacts of this account were not looked up for this notice.",
    # redress
    "redress.complain": "You can complain to us free of charge until {until}: {how}",
    "redress.how": "answer this notice, or write to {contact}. You need no access to the ad account.",
    "redress.how.answer": "answer this notice. You need no access to the ad account.",
    "redress.reviewed": "A person who took no part in this decision will look at it, and give you reasons.",
    "redress.out_of_court": (
        "You can also turn to a certified out-of-court dispute settlement body, before or after a complaint, "
        "or instead of one."
    ),
    "redress.court": "Your right to go to court is not affected.",
    # reference
    "field.decision": "Decision",
    "field.statement": "Statement",
    "field.puid": "Public reference",
    "field.account": "Account",
    "field.informed": "You were informed",
    "field.plan": "Plan, SHA-256",
    "field.status": "Status",
    "status.in force": "in force",
    "status.lifted": "lifted",
    "status.superseded": "superseded by a later statement",
    "reference.legal": "This is a notice, not legal advice.",
    # the public post
    "post.title": "{names}: no more advertising on {platform}",
    "post.lead": (
        "Effective {applies_from}, {platform} takes no more advertising from any account owned by {names}."
    ),
    "post.lead.accounts.one": "The decision names one account.",
    "post.lead.accounts": "The decision names {named} accounts.",
    "post.lead.linked.one": (
        "One further account that the evidence ties to them is suspended from advertising until {review_on} and "
        "reviewed by then. It is not named here, because it may have nothing to do with them."
    ),
    "post.lead.linked": (
        "{linked} further accounts that the evidence ties to them are suspended from advertising until {review_on} "
        "and reviewed by then. They are not named here, because some may have nothing to do with them."
    ),
    "post.scope": "It is restricted to {names} and applies to no other advertiser.",
    "post.scope.two": "It is restricted to these two entities, {names}, and applies to no other advertiser.",
    "post.unchanged": "These accounts stay as users. Organic use is unchanged: they can be read, followed and posted from.",
    "post.at_once": "It is effective at once, at every place where we sell advertising.",
    "post.heading.scope": "Scope",
    "post.heading.money": "The money",
    "post.heading.why": "Why",
    "post.heading.weighed": "What we weighed",
    "post.alternatives": "Alternatives considered",
    "post.consequences": "Consequences expected",
    "post.heading.answer": "Their answer",
    "post.heading.contacts": "Contacts",
    "post.heading.network": "How the accounts are connected",
    "post.heading.spend": "Spend over time",
    "post.heading.verify": "How to check this record",
    "post.money.total": "{total} earned from all accounts of the decision, as of {as_of}.",
    "post.money.total.stated": "{total} of spend are stated for all accounts of the decision. Stated spend is not what was earned.",
    "post.money.total.now": "{total} earned from all accounts of the decision.",
    "post.money.unconverted": "Earned from all accounts of the decision: {amounts}; not converted, because a rate is missing.",
    "post.money.projected": "The figure is projected; it is final on {final_on}, when the last charge can no longer be disputed.",
    "post.money.bounds": "At least {low} (named and confirmed accounts); at most {high} (if every undecided account belonged to them).",
    "post.money.policy": "Counted by {policy}; amounts in other currencies are converted at the published rate of that day.",
    "post.money.also": "{label}: {amount}.",
    "post.money.pledged": "Pledged to",
    "post.money.recipient": "{name}: {purpose}",
    "post.money.recipient.amount": "{name}: {amount}, {purpose}",
    "post.money.unpledged": "No recipient has been named yet.",
    "post.money.subject": "Subject",
    "post.money.earned": "Earned",
    "post.money.earned.stated": "Stated",
    "post.answer.denies": "{who}, {on}, in their own words:",
    "post.answer.none": "No answer had reached us when this was published.",
    "post.contacts.sales": "Contacts of our sales staff with the named accounts: {count}, from {first} to {last}.",
    "post.contacts.sales.none": "Contacts of our sales staff with the named accounts: none.",
    "post.contacts.government": "Contacts with governments about them: {count}, from {first} to {last}.",
    "post.contacts.government.none": "Contacts with governments about them: none.",
    "post.contacts.unasked": "Contacts were not looked up for this post.",
    "post.network.note": (
        "Accounts inside the line are part of the decision. Those outside share something with them and were not "
        "taken in. Accounts that are not named carry no name."
    ),
    "post.spend.note": "Advertising of the accounts of the decision, a bar a month, in {currency}.",
    "post.verify.entry": "This decision is entry {entry} of our public record.",
    "post.verify.plan": "The plan that was approved has SHA-256 {sha256}.",
    "post.verify.checkpoint": "The record's root at that time was {root}.",
    "post.verify.command": "Check it yourself: {command} fails if anything was changed afterwards.",
    # pictures
    "picture.named": "named",
    "picture.in": "linked, suspended until reviewed",
    "picture.ask": "undecided, not touched",
    "picture.out": "left out",
    "picture.fact": "shared fact",
    "picture.fact.weak": "shared fact that alone bans nobody",
    "picture.boundary": "the decision",
    "picture.more": "{count} more",
    "picture.anonymous.in": "linked {number}",
    "picture.anonymous.ask": "undecided {number}",
    "picture.network.title": "Network of the decision",
    "picture.network.description": (
        "{named} named, {linked} linked, {ask} undecided and {out} left-out accounts, joined by the facts they share."
    ),
    "picture.window": "window examined",
    "picture.ban": "ban",
}
"""English."""

CATALOGUES: Final[dict[str, Mapping[str, str]]] = {"en": ENGLISH}
"""Language code (ISO 639-1, lower case) to its sentences; every table has the same keys."""


class Said(str):
    """Text that is already fit to be shown, and goes into a further sentence as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One language's sentences.

    Args:
        language: ISO 639-1, lower case; also Babel's locale for dates.
        sentences: By key.
    """

    language: str
    sentences: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> Said:
        """Return a sentence with its values, each made legible and unable to reorder its neighbours."""
        shown = {name: _fit(value) for name, value in values.items()}
        return Said(self.sentences[key].format_map(shown))

    def say_known(self, prefix: str, word: str) -> Said:
        """Return the catalogue's word for a coded value, or the value itself where it has none."""
        known = self.sentences.get(f"{prefix}.{word}")
        return _fit(word) if known is None else Said(known)

    def listed(self, parts: Iterable[str], *, conjunction: bool = False) -> Said:
        """Return parts joined by commas, the last one by "and" where asked."""
        shown = [_fit(part) for part in parts]
        if conjunction and len(shown) > 1:
            return Said(self.sentences["list.and"].format(first=", ".join(shown[:-1]), last=shown[-1]))
        return Said(", ".join(shown))

    def day(self, day: date) -> str:
        """Write a day, such as ``26 October 2017``."""
        return str(format_date(day, "d MMMM y", locale=self.language))

    def instant(self, at: datetime) -> str:
        """Write an aware UTC instant to the minute, such as ``26 October 2017, 12:00 UTC``."""
        return str(format_datetime(at, "d MMMM y, HH:mm", locale=self.language)) + " UTC"


def _fit(value: object) -> Said:
    return value if isinstance(value, Said) else Said(isolated(legible(str(value))))


def catalogue(language: str) -> Catalogue:
    """Return a language's catalogue.

    Raises:
        DebarError: DBR-N003, there is no such catalogue.
    """
    if language not in CATALOGUES:
        raise DebarError(
            "DBR-N003",
            f'notices are not written in "{legible(language, length_max=20)}"',
            hint=f"languages: {', '.join(sorted(CATALOGUES))}",
        )
    return Catalogue(language=language, sentences=CATALOGUES[language])
