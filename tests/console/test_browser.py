"""Every page in a real browser: light and dark, wide and narrow, with and without scripts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from console_steps import applied
from consoles import open_console
from debar.app.hearing.clerk import Clerk
from debar.app.hearing.filing import Filing, file_appeal, link
from desks import Desk
from live_consoles import WIDTHS, Live, listening, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.ci, pytest.mark.browser]

WIDEST = """width => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > width
  && !e.closest('.wide')).map(e => e.tagName + '.' + e.className).slice(0, 5).join(' ')"""
"""Names what makes a page scroll sideways."""

PATHS = [
    "/cases",
    "/cases?q=nobody",
    "/new-case",
    "/cases/{case}",
    "/cases/{case}?show=all",
    "/cases/{case}/compare?a=N1&b=N3",
    "/cases/{case}/timeline",
    "/cases/{case}/contacts",
    "/cases/{case}/notes",
    "/cases/{case}/history",
    "/cases/{case}/plan",
    "/cases/{case}/money",
    "/cases/{case}/money/rows?currency=USD",
    "/cases/{case}/statements",
    "/cases/{case}/statements?language=de",
    "/record",
    "/record/4",
    "/inbox",
    "/inbox?kind=appeal",
    "/inbox/appeals/{appeal}",
    "/inbox/mistakes",
    "/nowhere",
]


@pytest.fixture(scope="module")
def live(files_once: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str, str, str]]:
    """Serve a desk with a case in force and an appeal against it; yield it, the case and a filer's link."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(files_once.folder, folder, dirs_exist_ok=True)
    opened = open_console(Desk(folder=folder))
    case, ana = applied(opened)
    decision = ana.get(f"/cases/{case}/plan.json").json["force"]["decision_id"]
    token = str(link(opened.desk.setting, decision, "N3", until=None).document["link"])
    clerk = Clerk(setting=opened.desk.setting, now=opened.clock.at, link=token)
    filed = file_appeal(clerk, Filing(grounds=["We never owned that card."])).document
    opened.case("Linden GmbH")
    with listening(open_console(opened.files).desk) as served:
        yield served, case, token, str(filed["appeal_id"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, live: tuple[Live, str, str, str], scheme: str
) -> None:
    """On each page, in each theme and width: no violation, no sideways scrolling, no complaint, no other host."""
    served, case, token, appeal = live
    found: dict[str, list[str]] = {}
    for width in WIDTHS:
        size = {"width": width, "height": 900}
        one = watched(browser, served, color_scheme=scheme, viewport=size, bypass_csp=True).sign_in("ana")
        for path in [*PATHS, "/sign-in", f"/appeal/{token}"]:
            page = one.go(path.format(case=case, appeal=appeal))
            flaws = one.flaws()
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                flaws.append(f"{wide} wide: {page.evaluate(WIDEST, width)}")
            if flaws:
                found[f"{width} {path}"] = flaws
        auditor = watched(browser, served, color_scheme=scheme, viewport=size, bypass_csp=True).sign_in("eve")
        auditor.go("/audit")
        if flaws := auditor.flaws():
            found[f"{width} /audit"] = flaws
        for person in (one, auditor):
            person.complaints[:] = [c for c in person.complaints if "404" not in c]
            person.stayed_here()
            person.context.close()
    assert {} == found


def test_no_page_breaks_its_own_policy(browser: Browser, live: tuple[Live, str, str, str]) -> None:
    """With the policy in force no script, style or picture of a page is refused."""
    served, case, _, appeal = live
    one = watched(browser, served).sign_in("ana")
    for path in PATHS[:-1]:
        one.go(path.format(case=case, appeal=appeal))
    one.stayed_here()
    one.context.close()


def test_decisions_are_made_without_scripts(browser: Browser, live: tuple[Live, str, str, str]) -> None:
    """A case is opened, decided on and noted with plain forms."""
    served, *_ = live
    one = watched(browser, served, java_script_enabled=False).sign_in("ana")
    page = one.go("/new-case")
    page.fill("[name=subjects]", "Northwind")
    page.click("button:has-text('Open the case')")
    one.settle("Who is swept in by mistake?")
    page.fill(".judge [name=reason]", "they only shared a desk")
    page.click(".judge button:has-text('Clear')")
    assert "is cleared" in page.inner_text("#notice")
    one.stayed_here()
    one.context.close()


def test_the_keyboard_alone_decides(browser: Browser, live: tuple[Live, str, str, str]) -> None:
    """From the first link to a decision with Tab, letters and Enter."""
    served, case, *_ = live
    one = watched(browser, served).sign_in("ana")
    page = one.go(f"/cases/{case}")
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name === 'reason'"):
            break
    page.keyboard.type("asked by phone")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert "Ask" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice p, #page .word")
    one.go(f"/cases/{case}")
    assert "asked by phone" in page.inner_text("main")
    one.stayed_here()
    one.context.close()
