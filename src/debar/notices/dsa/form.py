"""From a statement of reasons to the form that the EU's database takes.

Law: an advertising-only ban is a partial termination of the service, an interim suspension a partial
suspension with its end date; neither closes an account, and neither withholds a payment. The form carries no
name, no contact and no identifier's value of an account holder. What it cannot carry is refused, all faults
at once; nothing is cut short in silence.
Source: Regulation (EU) 2022/2065, Articles 17 and 24(5); the database's explanation of its attributes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.notices.dsa.fields import BATCH_MAX, EEA, EU, FIRST_DECISION, faults
from debar.notices.issue import rule_sentence
from debar.notices.messages import Catalogue, catalogue
from debar.notices.pages import is_web_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from debar.notices.statement import Restriction, StatementOfReasons

SOURCE_TYPES: Final = {
    "own initiative": "SOURCE_VOLUNTARY",
    "notification": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "article 16": "SOURCE_ARTICLE_16",
    "trusted flagger": "SOURCE_TRUSTED_FLAGGER",
}
"""What set a decision off, in a statement's words and in the database's."""

_PERSONAL: Final = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    ("a phone number", re.compile(r"(?<![\w-])(?:\+|00)[1-9][\d ()/.-]{6,}\d")),
    ("a bank account's number", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}\b")),
)
"""What looks like personal data, and what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DsaTerms:
    """What the database wants to know and a statement does not say.

    Args:
        category: One of the database's categories, such as
            ``STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS``.
        ground: ``incompatible`` with the terms, or ``illegal``.
        category_addition: Further categories.
        keywords: Such as ``KEYWORD_MISINFORMATION_DISINFORMATION``.
        keyword_other: In words, with ``KEYWORD_OTHER``.
        legal_ground: Law and article; only where the ground is ``illegal``.
        explanation: Why the facts fall under the rule; else the rule's own explanation, or the facts.
        facts: What happened, where the decision's own words do not fit: at most 5,000 characters in all.
        account_type: ``business``, ``private``, or empty.
    """

    category: str = ""
    ground: str = "incompatible"
    category_addition: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    keyword_other: str = ""
    legal_ground: str = ""
    explanation: str = ""
    facts: str = ""
    account_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAtDecision:
    """What the platform's tables say about an account on the day of the decision.

    Args:
        registered_on: When it was opened; None where nobody knows.
        running_ads_count: How many of its ads ran when the decision was applied.
    """

    registered_on: date | None
    running_ads_count: int = 0


def terms_of(*tables: Mapping[str, Any]) -> DsaTerms:
    """Read terms from a decision's ``dsa`` table and from further ones that stand above it.

    Raises:
        DebarError: DBR-N006, a table has a field or a value that is none.
    """
    values: dict[str, Any] = {}
    for table in tables:
        values.update(table)
    wrong = []
    for name, value in values.items():
        default = {f.name: f.default for f in fields(DsaTerms)}.get(name)
        if default is None:
            wrong.append(f"{name}: there is no such field")
        elif isinstance(default, tuple):
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                wrong.append(f"{name}: needs a list of texts")
            values[name] = tuple(value) if isinstance(value, list) else value
        elif not isinstance(value, str):
            wrong.append(f"{name}: needs a text")
    for name, known in (
        ("ground", {"incompatible", "illegal"}),
        ("account_type", {"", "business", "private"}),
    ):
        if isinstance(values.get(name, ""), str) and name in values and values[name] not in known:
            wrong.append(f"{name}: {values[name]!r} is none of {', '.join(sorted(known - {''}))}")
    if wrong:
        raise DebarError(
            "DBR-N006",
            "the terms for the EU's database are not of the form",
            details=tuple(wrong),
            hint="docs/statement-of-reasons.md lists the fields of [dsa]",
        )
    return DsaTerms(**values)


def dsa_form(
    statement: StatementOfReasons,
    plan: Mapping[str, Any],
    terms: DsaTerms,
    account: AccountAtDecision,
) -> dict[str, Any]:
    """Return one statement in the database's form, ready to be sent.

    Args:
        statement: As sent to the account holder, in any language.
        plan: The plan that it was made from: for the kinds behind its evidence, and whom it must not name.
        terms: What the database wants to know beside it.
        account: What the platform's tables say about the account.

    Returns:
        The fields in a fixed order; optional ones are left out, never null.

    Raises:
        DebarError: DBR-N005, it cannot be submitted; the details say why, all at once.
    """
    refused = _refusals(statement, plan, terms, account)
    form: dict[str, Any] = {}
    if statement.restrictions:
        form = _form(statement, plan, terms, account)
        said = {fault.partition(":")[0] for fault in refused}
        refused += [fault for fault in faults(form) if fault.partition(":")[0] not in said]
        refused += _personal(form, plan)
    if refused:
        raise DebarError(
            "DBR-N005",
            f"this statement cannot be submitted to the DSA Transparency Database ({statement.puid})",
            details=tuple(refused),
            hint="the statement itself stands; only this form of it is refused",
            exit_code=EXIT_REFUSED,
        )
    return form


def calls(forms: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the bodies of the calls that submit some forms, a hundred in each.

    Raises:
        DebarError: DBR-N005, two forms have one public reference: the database takes each for ever once.
    """
    puids = [form["puid"] for form in forms]
    twice = sorted({puid for puid in puids if puids.count(puid) > 1}) if len(set(puids)) < len(puids) else []
    if twice:
        raise DebarError(
            "DBR-N005",
            "two statements have one public reference",
            details=tuple(twice),
            exit_code=EXIT_REFUSED,
        )
    for start in range(0, len(forms), BATCH_MAX):
        yield {"statements": [dict(form) for form in forms[start : start + BATCH_MAX]]}


def _refusals(
    statement: StatementOfReasons, plan: Mapping[str, Any], terms: DsaTerms, account: AccountAtDecision
) -> list[str]:
    """Return why a statement cannot be submitted whatever its form."""
    found = []
    if not statement.restrictions:
        found.append("a lift: the database takes restrictions only, and no reversal of one")
    day = statement.applies_from.date()
    if day < FIRST_DECISION:
        found.append(f"application_date: {day} is before {FIRST_DECISION}, the database's first day")
    if account.registered_on is None:
        found.append("content_date: the platform's tables do not say when the account was registered")
    if not terms.category:
        found.append("category: not stated; give [dsa] category in the decision, or --dsa FILE")
    rule = plan["decision"].get("rule") or {}
    if terms.ground == "incompatible" and rule.get("id") in ("", None, "not stated"):
        found.append("incompatible_content_ground: no rule is stated; a refusal for business alone is none")
    if terms.ground == "illegal" and not terms.legal_ground:
        found.append("illegal_content_legal_ground: name the law and the article in [dsa] legal_ground")
    if statement.source.type not in SOURCE_TYPES:
        found.append(f"source_type: {statement.source.type!r} is none of {', '.join(SOURCE_TYPES)}")
    if not _territories(statement):
        found.append("territorial_scope: the decision holds nowhere in the European Economic Area")
    return found


def _form(
    statement: StatementOfReasons,
    plan: Mapping[str, Any],
    terms: DsaTerms,
    account: AccountAtDecision,
) -> dict[str, Any]:
    words = catalogue(statement.language, plan["decision"])
    (restriction,) = statement.restrictions
    until = restriction.until.isoformat() if restriction.until else None
    pulled = "serve" in restriction.scope and account.running_ads_count > 0
    what = "PARTIAL_TERMINATION" if until is None else "PARTIAL_SUSPENSION"
    own = statement.source.type == "own initiative"
    form: dict[str, Any] = {
        "puid": statement.puid,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"] if pulled else None,
        "end_date_visibility_restriction": until if pulled else None,
        "decision_provision": f"DECISION_PROVISION_{what}",
        "end_date_service_restriction": until,
        "account_type": f"ACCOUNT_TYPE_{terms.account_type.upper()}" if terms.account_type else None,
        **_ground(statement, terms, words),
        "category": terms.category or None,
        "category_addition": list(terms.category_addition) or None,
        "category_specification": list(terms.keywords) or None,
        "category_specification_other": terms.keyword_other or None,
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": str(words.say("dsa.content_type")),
        "content_date": account.registered_on.isoformat() if account.registered_on else None,
        "application_date": statement.applies_from.date().isoformat(),
        "territorial_scope": _territories(statement),
        "decision_facts": _facts(statement, plan, terms, account=account, words=words),
        "source_type": SOURCE_TYPES.get(statement.source.type),
        "source_identity": None if own else statement.source.identity,
        "automated_detection": "Yes" if statement.automation.automated_detection else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
    return {name: value for name, value in form.items() if value is not None}


def _ground(statement: StatementOfReasons, terms: DsaTerms, words: Catalogue) -> dict[str, Any]:
    ground = statement.ground
    explanation = terms.explanation or ground.explanation or statement.facts
    url = ground.rule_url if is_web_address(ground.rule_url) else None
    if terms.ground == "illegal":
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "decision_ground_reference_url": url,
            "illegal_content_legal_ground": terms.legal_ground or None,
            "illegal_content_explanation": str(explanation),
        }
    rule = rule_sentence(ground.rule_id, ground.rule_version, words).rstrip(".")
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": url,
        "incompatible_content_ground": str(words.say("dsa.ground", rule=rule, ground=ground.type)),
        "incompatible_content_explanation": str(explanation),
    }


def _territories(statement: StatementOfReasons) -> list[str]:
    """Return the countries of the Economic Area in which the restrictions hold."""
    named = {code for restriction in statement.restrictions for code in restriction.territorial_scope}
    if "worldwide" in named or "EEA" in named:
        return list(EEA)
    wider = set(EU) if "EU" in named else set()
    return sorted({"GR" if code == "EL" else code for code in named | wider} & set(EEA))


def _facts(
    statement: StatementOfReasons,
    plan: Mapping[str, Any],
    terms: DsaTerms,
    *,
    account: AccountAtDecision,
    words: Catalogue,
) -> str:
    """Say what happened, how the account was found, what holds since when, and how to be heard."""
    (restriction,) = statement.restrictions
    sentences = [str(terms.facts or statement.facts), _found(statement, plan, words)]
    sentences += [statement.automation.detection, statement.automation.decision]
    sentences += [
        words.say("dsa.scope"),
        words.say("dsa.from", applies_from=words.instant(statement.applies_from)),
    ]
    sentences.append(_end(restriction, words))
    if "serve" in restriction.scope and account.running_ads_count:
        sentences.append(words.say("dsa.ads", count=account.running_ads_count))
    until = words.day(statement.redress.complaint_until)
    sentences.append(words.say("dsa.redress", until=until))
    return " ".join(sentences)


def _found(statement: StatementOfReasons, plan: Mapping[str, Any], words: Catalogue) -> str:
    """Say how the account came into the decision, by kinds of evidence and without a value or a name."""
    if statement.subject.named:
        return words.say("dsa.named")
    kinds = {fact["id"]: fact["kind"] for fact in plan["evidence"]["graph"]["facts"]}
    names = {
        words.sentences.get(f"kind.{kinds.get(fact, '')}", words.say("kind.other"))
        for fact in statement.evidence_refs
    }
    return (
        words.say("dsa.linked", kinds=words.listed(sorted(names)))
        if names
        else words.say("dsa.linked.judged")
    )


def _end(restriction: Restriction, words: Catalogue) -> str:
    if restriction.until is None:
        return words.say("dsa.until.none")
    key = "dsa.until" if restriction.review_on else "dsa.until.ban"
    return words.say(key, until=words.day(restriction.until))


def _personal(form: Mapping[str, Any], plan: Mapping[str, Any]) -> list[str]:
    """Return where a form seems to hold personal data, or names an account that the decision does not."""
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name != "puid"}
    texts.pop("decision_ground_reference_url", None)
    found = [
        f"{name}: seems to hold {what}; the database takes no personal data"
        for name, text in texts.items()
        for what, pattern in _PERSONAL
        if pattern.search(text)
    ]
    unnamed = {
        str(member[part])
        for member in plan["members"]
        if member["basis"] != "named"
        for part in ("name", "handle", "legal_name", "account_id")
        if len(member.get(part) or "") > 3
    }
    for name, text in texts.items():
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in unnamed):
            found.append(f"{name}: names an account that the decision does not name")
    return found
