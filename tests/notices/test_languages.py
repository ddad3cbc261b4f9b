"""Every language is whole, writes numbers its own way, and lets no English through."""

from __future__ import annotations

import json
import re
import string
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from debar.app.demo.german import TRANSLATIONS
from debar.model.money import Money
from debar.model.window import Window
from debar.notices import messages
from debar.notices.issue import Issue, public_version, statements_from_plan
from debar.notices.markdown import render_post_markdown
from debar.notices.messages import CATALOGUES, catalogue
from debar.notices.pages import render_html, render_post_html, render_post_text, render_text
from debar.notices.public_post import Denial, Publication, RecordPointer, public_post
from debar.notices.statement import Recipient, Source, as_json
from debar.notices.transparency.pages import report_html, report_text
from debar.notices.transparency.report import transparency_report
from debar.notices.words.english import ENGLISH
from debar.notices.words.reasons import reason_sentence
from histories import Log, eventful

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

APPLIED = datetime(2017, 10, 26, 12, 0, 5, tzinfo=UTC)
KINDS = ("legal_id", "card", "domain", "page", "device", "admin")
CONTACTS = [
    {
        "account_id": account,
        "at": "2016-04-12T10:00:00Z",
        "counterpart": counterpart,
        "offer": {"amount": "1500000.000000", "currency": "USD"} if counterpart == "sales" else None,
    }
    for account in ("a-rt", "f-front")
    for counterpart in ("sales", "sales", "government", "other")
]
_WORDS = """
the of and is are were this that these those with from until by to no not nobody they their them it its for on at or which
who whom what where when has have had been be may can could would will shall must we our us you your account accounts
advertising decision money statement reason reasons rule ground review complaint
"""
ENGLISH_WORDS = frozenset(_WORDS.split())
"""None of these is a German word, as "an", "was" and "in" are."""


CODES = {"own initiative", "in force", "interim suspension"}
"""Values of the JSON form that are codes, the same in every language."""


def reasons_of(account: str) -> list[dict[str, Any]]:
    """Return a reason of each sort that a plan can hold."""
    base: dict[str, Any] = {
        "family": "access",
        "kind": "card",
        "shown": "card 3f09a1",
        "shared_by": 3,
        "role": "independent",
        "weight": "9.000",
    }
    sorts: list[dict[str, Any]] = [
        {}, {"shared_by": 2, "role": "operator"}, {"shared_by": 1, "role": ""}, {"role": "unclear"},
        {"family": "web", "kind": "domain", "shown": "77.12"}, {"kind": "none", "family": "legal", "shown": "", "role": "", "weight": "-2.000"},
        *({"kind": kind, "family": "judgement", "shown": "", "role": ""} for kind in ("positive", "negative", "unsure")),
        {"kind": "created_at", "family": "age", "shown": "", "role": ""}, {"kind": "vibes", "family": "new", "shown": "", "role": ""},
    ]  # fmt: skip
    return [{**base, "sentence": f"Both of {account} use the card.", "facts": [], **sort} for sort in sorts]


def foreign(plan: dict[str, Any], write: str) -> dict[str, Any]:
    """Put letters of no language into every place of a plan that people or platforms fill."""
    for position, member in enumerate(plan["members"]):
        member["name"], member["handle"], member["legal_name"] = f"{write}{position}", "", ""
        if member["basis"] == "linked":
            member["reasons"] = member["speaks_for"] = reasons_of(member["account_id"])
    for fact in plan["evidence"]["graph"]["facts"]:
        fact["shown"] = f"{fact['kind']} 3099" if fact["kind"] in {"card", "device", "admin"} else "12.34"
    decision = plan["decision"]
    decision.update(ground=write, facts=write, language="", translations={})
    decision["rule"] = {"id": "7", "version": "8", "url": "", "explanation": write}
    decision["authorities"] = [
        {"name": write, "url": "", "date": "2017-01-06", "page": "6", "document_sha256": "5" * 64}
    ]
    plan["subjects"] = [{**s, "query": write} for s in plan["subjects"]]
    plan["alternatives_considered"] = plan["expected_consequences"] = [write]
    plan["plan_sha256"] = "0" * 64
    plan["earned"].update(status="projected", final_on="2019-04-16")
    return plan


def papers(plan: dict[str, Any], language: str, write: str) -> Iterator[str]:
    """Yield every paper that is written about a plan, in every form, as its reader sees it."""
    to = Recipient(name=write, purpose=write, amount=Money(currency="USD", amount_micros=5_000_000))
    for source in (Source(type="own initiative", identity=None), Source(type="notification", identity=write)):
        issue = Issue(
            decision_id="1", applied_at=APPLIED, informed_at=APPLIED, platform_name=write, complaint_contact=write,
            recipients=(to,), source=source, contacts=CONTACTS, language=language,
        )  # fmt: skip
        for notice in statements_from_plan(plan, issue):
            for told in (notice, public_version(notice, plan)):
                yield render_text(told).replace(told.puid, "").replace(told.statement_id, "")
                yield seen(render_html(told)).replace(told.puid, "").replace(told.statement_id, "")
                yield " ".join(words_of(as_json(told)))
    for denial in (None, Denial(who=write, said_on=date(2017, 10, 26), text=write)):
        post = public_post(
            plan,
            Publication(
                applied_at=APPLIED, platform_name=write, recipients=(to,), denial=denial, contacts=CONTACTS,
                spend=[(date(2016, 1, 1), 40_000_000_000), (date(2016, 3, 1), 2_000_000_000_000)],
                record=RecordPointer(entry=7, root="9" * 64, command="7"), language=language,
            ),
        )  # fmt: skip
        yield from (render_post_text(post), render_post_markdown(post), seen(render_post_html(post)))
    year = Window(start=date(2017, 1, 1), end=date(2017, 12, 31))
    for log in (eventful(plan), Log()):
        report = transparency_report(log.entries, year)
        yield report_text(report, language=language)
        yield seen(report_html(report, platform=write, language=language))


def seen(html: str) -> str:
    """Return the words of a page: its text, and what a screen reader reads of its pictures."""
    body = re.sub(r"<style>.*?</style>", " ", html, flags=re.DOTALL)
    labels = re.findall(r'aria-label="([^"]*)"', body)
    return " ".join([re.sub(r"<[^>]+>", " ", body), *labels])


def words_of(document: Any) -> Iterator[str]:
    """Yield the sentences of a document: its texts of more than one word."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from words_of(item)
    elif isinstance(document, str) and " " in document and document not in CODES:
        yield document


def pseudo(sentences: Mapping[str, str]) -> dict[str, str]:
    """Write a catalogue in no language: each letter becomes one that nobody's code would write."""
    return {
        key: "".join(
            re.sub(r"[^\W\d_]", "ж", literal) + (f"{{{name}}}" if name else "")
            for literal, name, _, _ in string.Formatter().parse(text)
        )
        for key, text in sentences.items()
    }


def test_no_sentence_is_written_outside_of_the_catalogue(
    plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a catalogue in no language, nothing but codes is left in any paper's own letters."""
    monkeypatch.setitem(CATALOGUES, "xx", pseudo(ENGLISH))
    monkeypatch.setitem(messages.LOCALES, "xx", "ru")
    codes = {"UTC", "USD", "GBP", "RUB", "en", "buy", "serve"}
    for paper in papers(foreign(plan, "ΨΩ"), "xx", "ΨΩ"):
        left = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"a-[a-z-]+|f-[a-z]+|[qz]-[a-z]+", "", paper)))
        assert left <= codes, paper


def test_no_english_leaks_into_german(plan: dict[str, Any]) -> None:
    """No word that only English has stands in a German paper, in any of its forms."""
    count = 0
    for paper in papers(foreign(plan, "ΨΩ"), "de", "ΨΩ"):
        count += 1
        assert not ENGLISH_WORDS & set(re.findall(r"[a-zäöüß]+", paper.lower())), paper
    assert count > 30


def test_the_test_for_leaks_finds_one(plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With one German sentence left in English, the check above fails."""
    monkeypatch.setitem(CATALOGUES, "de", {**CATALOGUES["de"], "unchanged": ENGLISH["unchanged"]})
    found = [
        paper
        for paper in papers(foreign(plan, "ΨΩ"), "de", "ΨΩ")
        if ENGLISH_WORDS & set(re.findall(r"[a-zäöüß]+", paper.lower()))
    ]
    assert found


def test_german_is_translated_not_copied() -> None:
    """A German sentence equals the English one only where it is all values and marks, or a word of both."""
    same = {
        key
        for key, text in CATALOGUES["de"].items()
        if text == ENGLISH[key] and re.search(r"[A-Za-z]{4,}", re.sub(r"\{\w+\}", "", text))
    }
    assert same == {"field.plan"}


def test_numbers_days_and_money_are_written_as_the_language_writes_them() -> None:
    """Groups, decimals, months and the place of a currency's mark follow the language."""
    money = Money(currency="USD", amount_micros=1_900_000_500_000)
    told = {
        language: (
            words.money(money),
            words.number(20_417),
            words.percent("0.973000"),
            words.percent("0.999999"),
            words.day(date(2017, 10, 26)),
            words.compact(40_500_000_000, "USD"),
            words.compact(-2_000_000_000_000, "RUB"),
        )
        for language, words in ((language, catalogue(language)) for language in CATALOGUES)
    }
    assert told == {
        "en": ("1,900,000.50 USD", "20,417", "97.3 %", "over 99.9 %", "26 October 2017", "$40.5k", "−2m"),
        "de": ("1.900.000,50 USD", "20.417", "97,3 %", "über 99,9 %", "26. Oktober 2017", "40,5 Tsd. $", "−2 Mio."),
    }  # fmt: skip


def test_an_amount_below_the_smallest_coin_is_not_rounded_away() -> None:
    """Six decimals stay where they are not zero; a currency without coins has none."""
    words = catalogue("de")
    assert words.money(Money(currency="USD", amount_micros=1_234_567)) == "1,234567 USD"
    assert words.money(Money(currency="JPY", amount_micros=5_000_000)) == "5 JPY"


def test_what_people_wrote_is_quoted_or_translated_by_people(plan: dict[str, Any]) -> None:
    """Without a translation the words stand as a quotation; with one, in the reader's language."""
    issue = Issue(decision_id="D", applied_at=APPLIED, informed_at=APPLIED, language="de")
    facts = plan["decision"]["facts"]
    told = statements_from_plan(plan, issue)[0]
    assert told.facts == f"Im Wortlaut der Entscheidung (Englisch): „{facts}“"
    plan["decision"]["translations"] = {"de": {facts: "Beide kauften Werbung."}}
    assert statements_from_plan(plan, issue)[0].facts == "Beide kauften Werbung."
    plan["decision"].update(language="de", translations={})
    assert statements_from_plan(plan, issue)[0].facts == facts


def test_a_reason_is_told_from_its_parts_in_german() -> None:
    """The value's kind, how many hold it and how it behaves stand in a German sentence."""
    words = catalogue("de")
    told = [reason_sentence(reason, words) for reason in reasons_of("x")]
    assert told[0] == (
        "Beide verwenden: Karte 3f09a1; 3 Konten der Plattform tun es."
        " Zwischen anderen Konten verhält es sich wie das eines einzigen Inhabers."
    )
    assert told[2] == "Es hat etwas Eigenes, das sonst niemand verwendet: Karte 3f09a1."
    assert told[-1] == "Die Fallakte enthält einen weiteren Grund der Art „sonstige“."


def test_the_storys_translations_are_of_its_texts() -> None:
    """What the demo translates is what its people wrote; nothing they wrote is forgotten."""
    from debar.sample import story

    written = {
        story.GROUND, story.FACTS, story.PURPOSE, *story.ALTERNATIVES_CONSIDERED, *story.EXPECTED_CONSEQUENCES
    }  # fmt: skip
    assert {language: set(texts) for language, texts in TRANSLATIONS.items()} == {"de": written}
    assert json.dumps(TRANSLATIONS)
