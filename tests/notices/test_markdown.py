"""The public post in Markdown, read back by a Markdown library."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from debar.model.money import Money
from debar.notices.markdown import markdown_text, render_post_markdown
from debar.notices.pages import render_post_text
from debar.notices.public_post import Denial, Publication, PublicPost, public_post
from debar.notices.statement import Recipient

APPLIED = datetime(2017, 10, 26, 12, 0, 5, tzinfo=UTC)
HOSTILE = "# x\n- [a](javascript:alert(1)) <img src=x onerror=alert(2)> | `c` *b* _i_ &lt; ![p](http://x.example/p.png)"
READER = MarkdownIt("commonmark").enable("table")


def post(plan: dict[str, Any], **changes: Any) -> PublicPost:
    fund = Recipient(
        name="Fund", purpose="research", amount=Money(currency="USD", amount_micros=1_900_000_000_000)
    )
    values = {"applied_at": APPLIED, "platform_name": "Birdsong", "recipients": (fund,), **changes}
    return public_post(plan, Publication(**values))


def text_of(html: str) -> str:
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_markdown_says_money_recipients_purpose_and_scope(plan: dict[str, Any]) -> None:
    """What the public must read stands in it, zero included, and what is not changed as well."""
    told = text_of(READER.render(render_post_markdown(post(plan))))
    for expected in (
        "RT and Sputnik: no more advertising on Birdsong", "1,900,000.00 USD", "Sputnik 0.00 USD",
        "Fund: 1,900,000.00 USD, research", "restricted to these two entities, RT and Sputnik", "Organic use is unchanged",
    ):  # fmt: skip
        assert expected in told


def test_markdown_and_text_say_the_same(plan: dict[str, Any]) -> None:
    """Every sentence of the text stands in the Markdown too."""
    made = post(plan, denial=Denial(who="RT", said_on=date(2017, 10, 26), text="We deny it.\n\nAll of it."))
    told = text_of(READER.render(render_post_markdown(made)))
    for line in (
        "We deny it. All of it.",
        *made.lead,
        *made.scope,
        *made.money,
        *made.contacts,
        *made.verify,
    ):
        assert " ".join(line.split()) in told
        assert " ".join(line.split()) in " ".join(render_post_text(made).replace("> ", "").split())


def test_nothing_from_outside_becomes_markup(plan: dict[str, Any]) -> None:
    """Names, reasons and answers stay text: no tag, link, picture, heading or list of theirs."""
    plain = READER.render(render_post_markdown(post(plan)))
    plan["subjects"] = [{**s, "query": HOSTILE} for s in plan["subjects"]]
    plan["decision"].update(facts=HOSTILE, ground=HOSTILE)
    plan["alternatives_considered"] = [HOSTILE] * len(plan["alternatives_considered"])
    page = READER.render(
        render_post_markdown(post(plan, denial=Denial(who=HOSTILE, said_on=date(2017, 10, 26), text=HOSTILE)))
    )
    assert not re.findall(r"<(img|script|code|em>b)", page)
    assert page.count("<h1") + page.count("<h2") == plain.count("<h1") + plain.count("<h2")
    assert page.count("<li") == plain.count("<li")
    assert set(re.findall(r'href="([^"]*)"', page)) <= set(re.findall(r'href="([^"]*)"', plain))


@given(
    st.text(
        alphabet=st.characters(codec="ascii", categories=("P", "S", "L", "N", "Zs")), min_size=1, max_size=40
    )
)
def test_any_text_is_read_back_as_it_is(text: str) -> None:
    """Whatever ASCII a text holds, a Markdown reader shows exactly its characters."""
    page = READER.render(markdown_text(text))
    assert "".join(text_of(page).split()) == "".join(text.split())
    assert set(re.findall(r"<(\w+)", page)) <= {"p"}
