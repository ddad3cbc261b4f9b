from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from debar.notices.issue import Issue, statements_from_plan
from debar.notices.pages import render_html, render_post_html, render_post_text, render_text, web_link
from debar.notices.public_post import Denial, Publication, RecordPointer, public_post
from debar.notices.statement import Recipient

APPLIED = datetime(2017, 10, 26, 12, 0, 5, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m\"'><img src=x onerror=alert(2)>{{7*7}} 🚫 روسيا"
VOID = {"meta", "br", "line", "rect", "circle", "path", "ellipse"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost tag is closed."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert not reader.open
    return reader


def hostile(plan: dict[str, Any]) -> dict[str, Any]:
    """Put a hostile text into every place that comes from outside."""
    for member in plan["members"]:
        member["name"] = HOSTILE + member["account_id"]
        member["handle"] = HOSTILE
        member["reasons"] = [{**r, "sentence": HOSTILE} for r in member["reasons"]]
        member["speaks_for"] = [{**r, "sentence": HOSTILE} for r in member["speaks_for"]]
    for fact in plan["evidence"]["graph"]["facts"]:
        fact["shown"] = HOSTILE
    decision = plan["decision"]
    decision.update(ground=HOSTILE, facts=HOSTILE, territories=[HOSTILE], surfaces=[HOSTILE])
    decision["rule"] = {"id": HOSTILE, "version": HOSTILE, "url": "javascript:alert(3)"}
    decision["authorities"] = [
        {"name": HOSTILE, "url": 'https://x.example/"onmouseover=alert(4)', "date": HOSTILE, "page": HOSTILE}
    ]
    plan["subjects"] = [{**s, "query": HOSTILE} for s in plan["subjects"]]
    plan["alternatives_considered"] = plan["expected_consequences"] = [HOSTILE]
    return plan


def pages(plan: dict[str, Any]) -> list[str]:
    recipients = (Recipient(name=HOSTILE, purpose=HOSTILE),)
    issue = Issue(
        decision_id=HOSTILE,
        applied_at=APPLIED,
        informed_at=APPLIED,
        platform_name=HOSTILE,
        complaint_contact=HOSTILE,
        recipients=recipients,
    )
    post = public_post(
        plan,
        Publication(
            applied_at=APPLIED,
            platform_name=HOSTILE,
            recipients=recipients,
            denial=Denial(who=HOSTILE, said_on=date(2017, 10, 26), text=HOSTILE),
            spend=[(date(2016, 1, 1), 5_000_000)],
            record=RecordPointer(entry=1, root=HOSTILE, command=HOSTILE),
        ),
    )
    return [*(render_html(s) for s in statements_from_plan(plan, issue)), render_post_html(post)]


def test_hostile_data_stays_text(plan: dict[str, Any]) -> None:
    """Names, facts, addresses and answers from outside never become a tag, an attribute or a command."""
    for page in pages(hostile(plan)):
        got = read(page)
        assert not {"script", "img", "iframe", "object", "link"} & set(got.tags)
        assert not [name for name, _ in got.attributes if name.startswith("on") or name == "style"]
        assert not [
            value for name, value in got.attributes if name == "href" and not value.startswith("https://")
        ]
        assert "<script>alert(1)</script>" in "".join(got.text)
        assert "{{7*7}}" in "".join(got.text)
        for hidden in ("\u202e", "\x1b"):
            assert hidden not in page


def test_a_page_loads_nothing(plan: dict[str, Any]) -> None:
    """A page is one file: no script, no address that a browser would fetch by itself."""
    for page in pages(plan):
        got = read(page)
        assert not [value for name, value in got.attributes if name in {"src", "srcset", "xlink:href"}]
        assert "url(" not in page
        assert "@import" not in page
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_text_notices_hold_no_control_characters(plan: dict[str, Any]) -> None:
    """A terminal shows a notice; it never obeys one."""
    issue = Issue(decision_id=HOSTILE, applied_at=APPLIED, informed_at=APPLIED)
    texts = [render_text(s) for s in statements_from_plan(hostile(plan), issue)]
    texts.append(render_post_text(public_post(plan, Publication(applied_at=APPLIED))))
    for text in texts:
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]", text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//x.example",
        "https://",
        "http://[",
        "https://x.example/\u202egpj",
        " https://x.example",
    ],
)
def test_an_address_that_a_browser_should_not_open_is_text(url: str) -> None:
    """Only http and https addresses with a host, and nothing hidden in them, become links."""
    assert "<a " not in web_link(url)


def test_a_web_address_is_a_link() -> None:
    """A plain address can be followed."""
    assert '<a href="https://x.example/a?b&amp;c" ' in web_link("https://x.example/a?b&c")


def test_text_and_page_say_the_same(plan: dict[str, Any]) -> None:
    """Every sentence of the text stands in the page as well."""
    issue = Issue(decision_id="D-1", applied_at=APPLIED, informed_at=APPLIED, platform_name="Birdsong")
    for statement in statements_from_plan(plan, issue):
        shown = " ".join("".join(read(render_html(statement)).text).split())
        for sentence in (
            *statement.money.sentences,
            *statement.contacts,
            statement.redress.court,
            statement.facts,
        ):
            assert sentence in shown
            assert sentence in " ".join(render_text(statement).split())


@pytest.mark.ci
@pytest.mark.browser
def test_pages_fit_a_phone_and_ask_the_network_for_nothing(
    plan: dict[str, Any], tmp_path: Any, browser: Any
) -> None:
    """In a browser, 390 px wide, no page is wider than the screen, runs anything or fetches anything."""
    for i, html in enumerate(pages(hostile(plan))):
        (tmp_path / f"{i}.html").write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": 390, "height": 800})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda dialog, said=said: said.append(dialog.message))
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(f"file://{tmp_path}/{i}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert ([f"file://{tmp_path}/{i}.html"], []) == (asked, said)
        page.close()
