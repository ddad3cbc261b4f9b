"""A console on a real port, and browsers that are watched: nothing leaves the host, nothing fails."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn

from browsers import flaws
from consoles import PASSWORD
from debar.console.desk.limits import Limit
from debar.console.screens.all import SCREENS
from debar.console.web.application import Console
from debar.console.web.security import Doors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from debar.console.desk.desk import Desk

WIDTHS = (1280, 390)


@dataclass(frozen=True, kw_only=True)
class Live:
    """A console that listens.

    Args:
        address: Where, such as ``http://127.0.0.1:40123``.
        desk: What it serves.
    """

    address: str
    desk: Desk


@contextmanager
def listening(desk: Desk) -> Iterator[Live]:
    """Serve a desk on a free port of loopback, with its jobs done in the background."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{bound.getsockname()[1]}"
        console = Console(
            desk=desk,
            screens=SCREENS,
            doors=Doors(hosts=frozenset({host}), secure=False),
            deeds=Limit(per_minute=6000, burst=3000),
            looks=Limit(per_minute=60000, burst=30000),
        )
        config = uvicorn.Config(console.application(), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        desk.jobs.start()
        yield Live(address=f"http://{host}", desk=desk)
        desk.jobs.stop()
        server.should_exit = True
        thread.join(10)


@dataclass(kw_only=True)
class Watched:
    """Somebody's browser, with what it asked for and complained of.

    Args:
        context: Playwright's context.
        page: Its page.
        address: The console's.
    """

    context: BrowserContext
    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the console."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str) -> Watched:
        """Sign in."""
        self.go("/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("button.first")
        self.page.wait_for_selector(".who")
        return self

    def flaws(self) -> list[str]:
        """Return what axe finds on the page as it is: rule and first place."""
        return flaws(self.page)

    def settle(self, done: str) -> None:
        """Look again until no job is at work and the page says something."""
        for _ in range(240):
            self.page.reload()
            text = self.page.inner_text("main")
            if "being made" not in text and "working" not in text and done in text:
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{done!r} never came: {self.page.inner_text('main')[:600]}")

    def stayed_here(self) -> None:
        """Insist that nothing left the host and nothing went wrong."""
        hosts = {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}
        assert {urlsplit(self.address).netloc} == hosts
        assert [] == self.complaints


def watched(browser: Browser, live: Live, **options: Any) -> Watched:
    """Open a browser of one person; options are Playwright's for a context."""
    context = browser.new_context(**options)
    page = context.new_page()
    made = Watched(context=context, page=page, address=live.address)
    page.on("request", lambda request: made.asked.append(request.url))
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on(
        "console", lambda message: made.complaints.append(message.text) if message.type == "error" else None
    )
    return made
