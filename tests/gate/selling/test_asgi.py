"""The middleware: a request that sells goes on only with a clear yes."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate import Gate
from debar.gate.selling.asgi import Rule, StandingMiddleware
from debar.gate.table.standing import TableStanding
from debar.model.problem import DebarError
from debar.stores.clock import FixedClock
from tables import AT, debarment, made_table

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = FixedClock(AT + timedelta(days=1))
RULES = (
    Rule(path="/accounts/{account_id}/campaigns", action="create", methods=frozenset({"POST", "PUT"})),
    Rule(
        path="/charge.v1/",
        action="charge",
        keys={"account": "state:account_id", "card": "header:X-Card"},
        territory="header:x-country",
    ),
    Rule(path="/serve/{account_id}", action="serve", surface="feed"),
)
CARD = "3f09a1c2" * 8
FREE = b"c0ffee00" * 8


@pytest.fixture
def gate(tmp_path: Path) -> TableStanding:
    """A gate with a debarred account, one debarred in the US, and a card."""
    debarred = [
        debarment("a1"), debarment("a2", territories=("US",), statement="statement of x"),
        debarment("a3", surfaces=("search",), lapses_at=AT + timedelta(days=2)), debarment(CARD, kind="card"),
    ]  # fmt: skip
    return TableStanding(made_table(tmp_path / "t", debarred))


def ask(gate: Any, path: str, *, kind: str = "http", usable: float = 0.0, **scope: Any) -> Any:
    """Send a request through the middleware; return what came out: status, headers, document; or the close."""
    sent: list[Any] = []

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        if kind == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
        await send({"type": "http.response.body", "body": b'{"served": true}'})

    async def keep(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    made: dict[str, Any] = {"type": kind, "path": path, "headers": [], **scope}
    if kind == "http":
        made = {"method": "POST", **made}
    middleware = StandingMiddleware(
        application, gate=gate, clock=CLOCK, rules=RULES, usable_seconds=lambda _: usable
    )
    asyncio.run(middleware(made, receive, keep))
    if kind == "websocket":
        return sent[0]
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(sent[1]["body"])


@pytest.mark.parametrize("path", ["/accounts/a1/campaigns", "/accounts/a1/campaigns/"])
def test_a_debarred_account_is_refused_as_a_problem(gate: TableStanding, path: str) -> None:
    """The application must not be reached, and the answer must say why, and where the statement is."""
    status, headers, document = ask(gate, path)
    assert (status, headers[b"content-type"], headers[b"cache-control"]) == (403, b"application/problem+json", b"no-store")  # fmt: skip
    assert int(headers[b"content-length"]) == len(json.dumps(document, ensure_ascii=False).encode())
    assert document == {
        "type": "https://ads.example.org/statements/1",
        "title": "this account may not advertise",
        "status": 403,
        "detail": "banned from advertising: state media",
        "statement": "https://ads.example.org/statements/1",
        "decision": "decision-2017-10-26-0a1b2c3d",
        "revision": 10,
    }


def test_an_account_in_standing_goes_on(gate: TableStanding) -> None:
    """The application's response must come through, with the revision and how long the answer may be used."""
    status, headers, document = ask(gate, "/accounts/a9/campaigns", usable=30)
    assert (status, document, headers[b"x-own"]) == (200, {"served": True}, b"1")
    assert (headers[b"x-debar-revision"], headers[b"x-debar-valid-until"]) == (b"10", b"2017-10-27T12:00:30Z")
    assert b"x-debar-valid-until" not in ask(gate, "/accounts/a9/campaigns")[1]


def test_organic_requests_are_not_asked_about(tmp_path: Path) -> None:
    """What no rule matches must go on even where the register is gone, and without a header of ours."""
    gone = Gate(tmp_path / "none.db")
    status, headers, _ = ask(gone, "/accounts/a1/posts")
    assert (status, list(headers)) == (200, [b"x-own"])
    assert ask(gone, "/accounts/a1/campaigns", method="GET")[0] == 200
    assert ask(gone, "/accounts/a1/x/campaigns")[0] == 200


def test_without_an_answer_nothing_is_sold(tmp_path: Path) -> None:
    """Where the register is gone, the request must be refused, and nobody be accused."""
    status, _, document = ask(Gate(tmp_path / "none.db"), "/accounts/a9/campaigns")
    assert (status, document["type"], document["title"]) == (
        503,
        "about:blank",
        "nothing was decided: try again",
    )


def test_keys_from_state_and_headers(gate: TableStanding) -> None:
    """An account from the state and a card from a header must be asked about together; no card is no question."""
    state = {"account_id": "a9"}
    assert ask(gate, "/charge.v1", state=state)[0] == 200
    assert ask(gate, "/charge.v1", state=state, headers=[(b"x-card", CARD.encode())])[0] == 403
    assert ask(gate, "/charge.v1", state=state, headers=[(b"X-CARD", b"")])[0] == 200
    assert ask(gate, "/chargeXv1", state={})[0] == 200


def test_territory_and_surface(gate: TableStanding) -> None:
    """A limited decision must refuse inside its limits, and where the request does not say."""
    state = {"account_id": "a2"}
    status, _, document = ask(gate, "/charge.v1", state=state)
    assert (status, document["type"], document["statement"]) == (403, "about:blank", "statement of x")
    assert ask(gate, "/charge.v1", state=state, headers=[(b"x-country", b"US")])[0] == 403
    assert ask(gate, "/charge.v1", state=state, headers=[(b"x-country", b"FR")])[0] == 200
    assert ask(gate, "/serve/a3")[0] == 200
    until = ask(gate, "/accounts/a3/campaigns")[2]["until"]
    assert until == "2017-10-28T12:00:00Z"


@pytest.mark.parametrize(
    "scope",
    [
        {}, {"state": {}}, {"state": {"account_id": ""}}, {"state": {"account_id": 17}},
        {"state": {"account_id": "a9"}, "headers": [(b"x-card", FREE), (b"X-Card", FREE)]},
        {"headers": [(b"x-card", FREE)]},
        {"state": {"account_id": "a9"}, "headers": [(b"x-card", b"\xff")]},
        {"state": {"account_id": "a9"}, "headers": [(b"x-card", b"4242424242424242")]},
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_checked(gate: TableStanding, scope: dict[str, Any]) -> None:
    """A missing account, a key that is there twice, and one that is none must be refused, without repeating it."""
    status, _, document = ask(gate, "/charge.v1", **scope)
    assert (status, document["status"]) == (400, 400)
    assert "4242" not in str(document)


def test_websockets(gate: TableStanding) -> None:
    """A WebSocket must be matched by its path, closed for who is debarred, and accepted with the revision."""
    assert ask(gate, "/accounts/a1/campaigns", kind="websocket")["code"] == 1008
    accepted = ask(gate, "/accounts/a9/campaigns", kind="websocket")
    assert accepted == {"type": "websocket.accept", "headers": [(b"x-debar-revision", b"10")]}


def test_other_protocols_pass(gate: TableStanding) -> None:
    """The lifespan protocol must reach the application."""
    reached: list[str] = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return None

    middleware = StandingMiddleware(application, gate=gate, clock=CLOCK, rules=RULES)
    asyncio.run(middleware({"type": "lifespan"}, nothing, nothing))
    assert reached == ["lifespan"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": {"account": "path:other"}}, {"keys": {"account": "query:account_id"}}, {"keys": {"account": "path:"}},
        {"keys": {"card": "header:x-card"}}, {"territory": "country"}, {"keys": {}},
    ],
)  # fmt: skip
def test_rules_that_make_no_sense(wrong: dict[str, Any]) -> None:
    """A rule that could never find its account must fail when it is made, not at the first sale."""
    with pytest.raises(DebarError, match="DBR-G025"):
        Rule(**{"path": "/a/{account_id}", "action": "buy", **wrong})
    with pytest.raises(DebarError, match="DBR-G001"):
        Rule(path="/a/{account_id}", action="post")
