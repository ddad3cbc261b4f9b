"""The case page in a real browser: by keyboard alone, without scripts, on a phone, and without a sound."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn

from browsers import chromium
from consoles import PASSWORD
from debar.console.screens.all import SCREENS
from debar.console.web.application import Console
from debar.console.web.security import Doors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from consoles import Open

pytestmark = pytest.mark.ci

PAGES = ("", "/timeline", "/contacts", "/notes", "/history")
QUIET_WAIT_SECONDS = 10


@contextmanager
def served(opened: Open) -> Iterator[str]:
    """Serve the console on a free port of loopback, and yield its address."""
    config = uvicorn.Config(lambda: None, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    socket = config.bind_socket()
    host = f"127.0.0.1:{socket.getsockname()[1]}"
    doors = Doors(hosts=frozenset({host}), secure=False)
    config.app = Console(desk=opened.desk, screens=SCREENS, doors=doors).application()
    config.loaded = False
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    until = time.monotonic() + QUIET_WAIT_SECONDS
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield f"http://{host}"
    finally:
        server.should_exit = True
        thread.join(timeout=QUIET_WAIT_SECONDS)


@contextmanager
def signed_in(
    browser: Browser, address: str, *, width: int = 1280, scripts: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """Yield a page with which Ana is signed in, and what went wrong on it so far."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda sent: None if sent.url.startswith(address) else wrong.append(sent.url))
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", "ana")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    yield page, wrong
    context.close()


def test_a_reviewer_decides_by_keyboard_and_the_node_is_recoloured(opened: Open) -> None:
    case = opened.case()
    with served(opened) as address, chromium() as browser, signed_in(browser, address) as (page, wrong):
        from playwright.sync_api import expect

        page.goto(f"{address}/cases/{case}")
        canvas = page.locator(".canvas[role=img]")
        expect(canvas).to_be_visible()
        canvas.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#picked")).to_contain_text("Enter opens it")
        reason = page.locator(".judge input[name=reason]").first
        reason.focus()
        page.keyboard.type("a customer of theirs")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".doubt .state").first).to_have_text("left out")
        expect(page.locator(".doubt").nth(1)).to_be_focused()
        expect(page.locator("#network svg .node.out").first).to_be_attached()
        expect(page.locator(".canvas[role=img]")).to_be_visible()
        assert [] == wrong


def test_every_decision_can_be_made_without_scripts(opened: Open) -> None:
    case = opened.case()
    with (
        served(opened) as address,
        chromium() as browser,
        signed_in(browser, address, scripts=False) as (page, wrong),
    ):
        from playwright.sync_api import expect

        page.goto(f"{address}/cases/{case}")
        expect(page.locator("#network > svg")).to_be_visible()
        page.locator(".judge input[name=reason]").first.fill("a customer of theirs")
        page.locator(".judge button[value=clear]").first.click()
        expect(page.locator(".doubt .state").first).to_have_text("left out")
        page.locator("a.masked").first.click()
        page.locator("form[action$='/strike'] input[name=reason]").fill("that card was resold")
        page.locator("form[action$='/strike'] button").click()
        expect(page.locator("#making")).to_contain_text("A version is being made")
        assert [] == wrong


def test_no_page_is_wider_than_a_phone_and_none_complains(opened: Open) -> None:
    case = opened.case()
    with (
        served(opened) as address,
        chromium() as browser,
        signed_in(browser, address, width=390) as (page, wrong),
    ):
        for path in PAGES:
            page.goto(f"{address}/cases/{case}{path}")
            page.wait_for_load_state("networkidle")
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert 0 == page.evaluate(over), path
        assert [] == wrong
