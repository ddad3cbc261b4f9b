"""Striking a fact in the demo's brief gives the answer of ``debar plan --without FACT``, for every fact."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from debar.app.opening import Setting, open_platform
from debar.app.planning import Wish, make_plan
from debar.model.money import parse_micros
from debar.plans.plan import read_plan
from debar.sample import story
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from story import Played

pytestmark = [pytest.mark.browser, pytest.mark.ci]


def answer_of(page: Page, facts: tuple[str, ...]) -> dict[str, Any]:
    """Strike facts in the page and return what it answers."""
    page.evaluate(
        "hash => { location.hash = hash; }", "&".join(f"without={quote(fact, safe='')}" for fact in facts)
    )
    for _ in range(200):
        found: dict[str, Any] = json.loads(page.locator("#what-if").get_attribute("data-answer") or "{}")
        if tuple(found.get("facts", ())) == tuple(sorted(facts)):
            return found
        page.wait_for_timeout(5)
    raise AssertionError(f"the page never answered for {facts}")


@pytest.mark.timeout(900)
def test_every_fact_struck_in_the_browser_equals_a_plan_without_it(played: Played, browser: Browser) -> None:
    """Who falls out and how much money leaves are the same in the page and in a new plan."""
    document = read_plan((played.folder / "plan.json").read_text()).document
    register = played.folder / "record" / "register.sqlite"
    opened = open_platform(played.folder / "world", Setting(register=register))
    rates = shipped_rates()
    base = Wish(
        platform="world",
        subjects=[f"account:{a}" for s in document["subjects"] for a in s["account_ids"]],
        decision={**document["decision"]},
        proposed_by="ana",
        proposer_key="",
        now=story.PROPOSED_AT,
        effective_from=story.BAN_AT,
        as_of=story.AS_OF,
    )
    before = {m["account_id"]: m for m in document["members"]}
    page = browser.new_page()
    page.goto((played.folder / "brief.html").as_uri())
    for fact in [f["id"] for f in document["evidence"]["graph"]["facts"]]:
        after = {
            m["account_id"]: m["status"]
            for m in make_plan(
                opened, replace(base, without=frozenset({fact})), rates=rates, register=None
            ).members
        }
        leaves = sorted(a for a, m in before.items() if m["status"] == "in" and after[a] != "in")
        joins = sorted(a for a, m in before.items() if m["status"] != "in" and after[a] == "in")
        leaving = sum(parse_micros(before[a]["earned"]["converted"]["amount"]) for a in leaves)
        found = answer_of(page, (fact,))
        assert leaves == sorted(found["leaves"]), fact
        assert joins == sorted(found["joins"]), fact
        assert leaving == parse_micros(found["leaving"]), fact
