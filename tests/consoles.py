"""A console over a small desk, and browsers without a screen: cookies, forms, redirects."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from debar.app.opening import Setting
from debar.console.desk.desk import Desk, open_desk
from debar.console.screens.all import SCREENS
from debar.console.started import ARTEFACTS
from debar.console.web.application import Console
from debar.console.web.security import Doors
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from starlette.applications import Starlette

    import desks

HOST = "127.0.0.1:8480"
PASSWORD = "several unrelated words"
NOW = datetime(2017, 10, 26, 12, tzinfo=UTC)
PEOPLE = {
    "ana": ("proposer", "reviewer"),
    "ben": ("approver", "reviewer"),
    "dora": ("appeals",),
    "eve": ("auditor",),
}


@dataclass
class HandClock:
    """A clock that a test moves."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Return where the hand stands."""
        return self.at


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(kw_only=True)
class Browser:
    """Somebody at the console: keeps cookies and the token of the page that was read last."""

    application: Starlette
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    host: str = HOST
    origin: str | None = None

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """Send one request as it is."""
        sent = {
            "host": self.host,
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "content-type": "application/x-www-form-urlencoded",
            **({"origin": self.origin} if self.origin else {}),
            **(headers or {}),
        }
        with ThreadPoolExecutor(1) as apart:  # Playwright's own loop may run in this thread
            answer = apart.submit(
                lambda: asyncio.run(_asked(self.application, method, path, body, sent))
            ).result()
        for line in answer.headers.get("set-cookie", "").splitlines():
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        token = re.search(rb'name="csrf" value="([^"]*)"', answer.body)
        if token:
            self.csrf = token.group(1).decode()
        return answer

    def get(self, path: str, *, code: int = 200) -> Answer:
        """Read a page."""
        answer = self.ask("GET", path)
        assert code == answer.status, (path, answer.status, answer.text[:400])
        return answer

    def post(self, path: str, *, code: int = 303, **fields: str) -> Answer:
        """Send a form with the token of the last page."""
        body = urlencode({"csrf": self.csrf, **fields}).encode()
        answer = self.ask("POST", path, body)
        assert code == answer.status, (path, answer.status, answer.text[:400])
        return answer

    def sign_in(self, name: str, password: str = PASSWORD) -> Browser:
        """Sign in, and read the first page."""
        self.get("/sign-in")
        self.post("/sign-in", name=name, password=password, to="/")
        self.get("/")
        return self


@dataclass(frozen=True, kw_only=True)
class Open:
    """A console that is open: the desk's files, the clock, and who may sit down at it."""

    files: desks.Desk
    desk: Desk
    clock: HandClock
    console: Console

    def browser(self) -> Browser:
        """Return a browser that nobody signed in with."""
        return Browser(application=self.console.application())

    def as_(self, name: str) -> Browser:
        """Return a browser with which somebody signed in."""
        return self.browser().sign_in(name)

    def case(self, *subjects: str) -> str:
        """Let Ana open a case, make its first version, and return its id."""
        ana = self.as_("ana")
        ana.get("/new-case")
        sent = ana.post("/cases", subjects="\n".join(subjects or ("Northwind Broadcasting Ltd",)))
        self.desk.jobs.work_off()
        return sent.headers["location"].rpartition("/")[2]


def open_console(files: desks.Desk, *, platform: bool = True) -> Open:
    """Open a console over somebody's files, with people who can sign where they have keys."""
    clock = HandClock()
    setting = Setting(register=Path(files.path("debar.register")))
    desk = open_desk(
        files.folder / "desk",
        setting,
        platform=files.folder / "export" if platform else None,
        clock=clock,
        artefacts=ARTEFACTS,
    )
    for name, roles in PEOPLE.items():
        if desk.people.find(name) is None:
            key = files.folder / f"{name}.key"
            signer = load_signer(key) if key.exists() and "auditor" not in roles else None
            desk.people.add(name, roles=roles, password=PASSWORD, signer=signer, now=NOW)
    doors = Doors(hosts=frozenset({HOST}), secure=False)
    return Open(files=files, desk=desk, clock=clock, console=Console(desk=desk, screens=SCREENS, doors=doors))


async def _asked(
    application: Starlette, method: str, path: str, body: bytes, headers: dict[str, str]
) -> Answer:
    parts = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "root_path": "",
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8480),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    found: dict[str, str] = {}
    for name, value in sent[0]["headers"]:
        key = name.decode()
        found[key] = f"{found[key]}\n{value.decode()}" if key in found else value.decode()
    return Answer(
        status=sent[0]["status"], headers=found, body=b"".join(part.get("body", b"") for part in sent[1:])
    )
