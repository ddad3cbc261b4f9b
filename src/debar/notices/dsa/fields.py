"""What the DSA Transparency Database takes: fields that debar sends, lengths, values, conditions.

Law: every form is checked here before it leaves, field by field, and all that is wrong is said at once. Only
the fields that debar sends are known; anything else is a fault.
Source: the database's submission rules in force since 1 July 2025; Implementing Regulation (EU) 2024/2835.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

BATCH_MAX: Final = 100
"""Statements in one call."""

FIRST_DECISION: Final = date(2020, 1, 1)
"""The earliest day of a decision that the database takes."""

FIRST_CONTENT: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2038, 1, 1)

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU: Final = tuple(_EU.split())
EEA: Final = tuple(sorted((*EU, "IS", "LI", "NO")))

_CATEGORIES = """
    ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN
    DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS
    NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC
    PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM
    UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE
"""
CATEGORIES: Final = frozenset(f"STATEMENT_CATEGORY_{name}" for name in _CATEGORIES.split())

_KEYWORDS = """
    ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS AGE_SPECIFIC_RESTRICTIONS_MINORS ANIMAL_HARM
    BIOMETRIC_DATA_BREACH BULLYING_AGAINST_GIRLS CHILD_SEXUAL_ABUSE_MATERIAL
    CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE CONTENT_PROMOTING_EATING_DISORDERS COORDINATED_HARM
    COPYRIGHT_INFRINGEMENT CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT CYBER_HARASSMENT_AGAINST_WOMEN
    CYBER_INCITEMENT CYBER_STALKING CYBER_STALKING_AGAINST_WOMEN DATA_FALSIFICATION DEFAMATION
    DESIGN_INFRINGEMENT DISCRIMINATION FEMALE_GENDERED_DISINFORMATION
    GEOGRAPHIC_INDICATIONS_INFRINGEMENT GEOGRAPHICAL_REQUIREMENTS GOODS_SERVICES_NOT_PERMITTED
    GROOMING_SEXUAL_ENTICEMENT_MINORS HATE_SPEECH HIDDEN_ADVERTISEMENT HUMAN_EXPLOITATION
    HUMAN_TRAFFICKING ILLEGAL_ORGANIZATIONS IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS
    INAUTHENTIC_LISTINGS INAUTHENTIC_USER_REVIEWS INCITEMENT_AGAINST_WOMEN INCITEMENT_VIOLENCE_HATRED
    INSUFFICIENT_INFORMATION_ON_TRADERS LANGUAGE_REQUIREMENTS MISINFORMATION_DISINFORMATION
    MISLEADING_INFO_CONSUMER_RIGHTS MISLEADING_INFO_GOODS_SERVICES MISSING_PROCESSING_GROUND
    NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN
    NON_CONSENSUAL_MATERIAL_DEEPFAKE NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN
    NONCOMPLIANCE_PRICING NUDITY PATENT_INFRINGEMENT PHISHING PROHIBITED_PRODUCTS PYRAMID_SCHEMES
    RIGHT_TO_BE_FORGOTTEN RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH SELF_MUTILATION STALKING SUICIDE
    TERRORIST_CONTENT TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT TRAFFICKING_WOMEN_GIRLS
    UNLAWFUL_SALE_ANIMALS UNSAFE_CHALLENGES UNSAFE_PRODUCTS VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW
    OTHER
"""
KEYWORDS: Final = frozenset(f"KEYWORD_{name}" for name in _KEYWORDS.split())

PROVISIONS: Final = frozenset(
    f"DECISION_PROVISION_{part}_{what}"
    for part in ("PARTIAL", "TOTAL")
    for what in ("SUSPENSION", "TERMINATION")
)
GROUNDS: Final = frozenset({"DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"})
SOURCES: Final = frozenset(
    {"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"}
)
YES_NO: Final = frozenset({"Yes", "No"})

REQUIRED: Final = (
    "puid", "decision_provision", "decision_ground", "category", "content_type", "content_type_other",
    "content_date", "application_date", "territorial_scope", "decision_facts", "source_type",
    "automated_detection", "automated_decision",
)  # fmt: skip
"""Without these debar sends nothing; the database itself could do without three of them."""

_PUID: Final = re.compile(r"[A-Za-z0-9_-]+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def faults(form: Mapping[str, Any]) -> tuple[str, ...]:
    """Return everything that is wrong with a form, a sentence each; empty where the database takes it.

    Args:
        form: One submission as it would be sent.
    """
    found = [f"{name}: missing" for name in REQUIRED if name not in form]
    for name, value in form.items():
        check = _CHECKS.get(name)
        said = "debar sends no such field" if check is None else check(value)
        if said:
            found.append(f"{name}: {said}")
    return (*found, *_conditions(form))


def _conditions(form: Mapping[str, Any]) -> Iterator[str]:
    """Yield where fields do not fit each other."""
    illegal = form.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT"
    own, other = ("illegal", "incompatible") if illegal else ("incompatible", "illegal")
    first = "legal_ground" if illegal else "ground"
    for name in (f"{own}_content_{first}", f"{own}_content_explanation"):
        if name not in form:
            yield f"{name}: needed with this ground"
    for name in form:
        if name.startswith(f"{other}_content_"):
            yield f"{name}: not with this ground"
    if form.get("source_type") == "SOURCE_VOLUNTARY" and "source_identity" in form:
        yield "source_identity: an own initiative has no notifier"
    keywords, additions = form.get("category_specification"), form.get("category_addition")
    if ("category_specification_other" in form) != (
        isinstance(keywords, list) and "KEYWORD_OTHER" in keywords
    ):
        yield "category_specification_other: with KEYWORD_OTHER, and only with it"
    if isinstance(additions, list) and form.get("category") in additions:
        yield "category_addition: repeats the category"
    yield from _end_dates(form)


def _end_dates(form: Mapping[str, Any]) -> Iterator[str]:
    suspended = str(form.get("decision_provision", "")).endswith("SUSPENSION")
    ends = "end_date_service_restriction" in form
    if suspended != ends:
        yield "end_date_service_restriction: a suspension has one, a termination has none"
    if "end_date_visibility_restriction" in form and "decision_visibility" not in form:
        yield "end_date_visibility_restriction: only with decision_visibility"
    for name in ("end_date_service_restriction", "end_date_visibility_restriction"):
        if name in form and str(form[name]) < str(form.get("application_date", "")):
            yield f"{name}: before application_date"


def _text(length_max: int) -> Callable[[Any], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            return "needs a text"
        if len(value) > length_max:
            return f"has {len(value):,} characters, and {length_max:,} fit"
        return ""

    return check


def _puid(value: object) -> str:
    said = _text(500)(value)
    if not said and not _PUID.fullmatch(str(value)):
        return "holds more than letters, digits, - and _"
    return said


def _one_of(values: frozenset[str]) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, str) and value in values else "is no value of the database"


def _some_of(values: frozenset[str], *, least: int = 1) -> Callable[[Any], str]:
    def check(value: object) -> str:
        if not isinstance(value, list) or len(value) < least:
            return f"needs a list of {least} or more"
        unknown = [str(item) for item in value if not isinstance(item, str) or item not in values]
        if unknown:
            return f"{', '.join(unknown)}: no value of the database"
        return "a value stands twice" if len(set(value)) < len(value) else ""

    return check


def _day(first: date) -> Callable[[Any], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            return "needs a day such as 2026-11-24"
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return "is no day of the calendar"
        return "" if first <= day <= LAST_DAY else f"is not between {first} and {LAST_DAY}"

    return check


def _url(value: object) -> str:
    said = _text(500)(value)
    if said:
        return said
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return "is no web address"
    fits = parts.scheme in {"http", "https"} and parts.hostname and re.fullmatch(r"[!-~]+", str(value))
    return "" if fits else "is no web address"


_CHECKS: Final[dict[str, Callable[[Any], str]]] = {
    "puid": _puid,
    "decision_visibility": _some_of(frozenset({"DECISION_VISIBILITY_CONTENT_DISABLED"})),
    "end_date_visibility_restriction": _day(FIRST_DECISION),
    "decision_provision": _one_of(PROVISIONS),
    "end_date_service_restriction": _day(FIRST_DECISION),
    "account_type": _one_of(frozenset({"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"})),
    "decision_ground": _one_of(GROUNDS),
    "decision_ground_reference_url": _url,
    "illegal_content_legal_ground": _text(500),
    "illegal_content_explanation": _text(2000),
    "incompatible_content_ground": _text(500),
    "incompatible_content_explanation": _text(2000),
    "category": _one_of(CATEGORIES),
    "category_addition": _some_of(CATEGORIES),
    "category_specification": _some_of(KEYWORDS),
    "category_specification_other": _text(500),
    "content_type": _some_of(frozenset({"CONTENT_TYPE_OTHER"})),
    "content_type_other": _text(500),
    "content_date": _day(FIRST_CONTENT),
    "application_date": _day(FIRST_DECISION),
    "territorial_scope": _some_of(frozenset(EEA)),
    "decision_facts": _text(5000),
    "source_type": _one_of(SOURCES),
    "source_identity": _text(500),
    "automated_detection": _one_of(YES_NO),
    "automated_decision": _one_of(
        frozenset(f"AUTOMATED_DECISION_{how}" for how in ("FULLY", "PARTIALLY", "NOT_AUTOMATED"))
    ),
}
