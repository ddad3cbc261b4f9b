"""The check endpoint's answers, without a server: fail closed, one reading of a question, no answer kept too long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from debar.gate import Gate
from debar.model.problem import DebarError
from debar.service.checking import CheckEndpoint, Question, read_question
from debar.stores.clock import FixedClock
from registers import DECISION, NOW, debar, new_register, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[CheckEndpoint]:
    """Return an endpoint on a register in which a1 is debarred."""
    with new_register(tmp_path / "register.db") as register:
        record(register, debar("a1", statement="https://ads.example.org/d/Ж 1", surfaces=["search"]))
        gate = Gate(register.path)
        yield CheckEndpoint(gate, FixedClock(NOW), usable_seconds=lambda _: 0.0)
        gate.close()


def ask(
    endpoint: CheckEndpoint, path: str, *headers: tuple[str, str]
) -> tuple[int, dict[str, str], dict[str, object]]:
    """Ask the endpoint."""
    status, got, body = endpoint.answer(path, [(name.encode(), value.encode()) for name, value in headers])
    return status, {name.decode(): value.decode() for name, value in got}, json.loads(body)


def test_a_yes(endpoint: CheckEndpoint) -> None:
    """An account in good standing gets 200 with the revision to store beside the sale."""
    status, headers, body = ask(endpoint, "/v1/check/buy", ("x-debar-account", "a2"))
    assert (200, "3", "allowed", "no-store") == (
        status,
        headers["x-debar-revision"],
        headers["x-debar-verdict"],
        headers["cache-control"],
    )
    assert {"allowed": True, "revision": 3} == body


def test_a_no_says_why_and_where(endpoint: CheckEndpoint) -> None:
    """A debarred account gets 403 with the decision, and the statement's address fit for a header."""
    for path, named in (
        ("/v1/check/buy/any/path", ("x-debar-account", "a1")),
        ("/v1/accounts/%611/buy", ("x-debar-surface", "search")),
    ):
        status, headers, body = ask(endpoint, path, named)
        assert (403, "debarred", DECISION) == (
            status,
            headers["x-debar-verdict"],
            headers["x-debar-decision"],
        )
        assert headers["x-debar-statement"] == "https://ads.example.org/d/%D0%96%201"
        assert (body["allowed"], body["statement"]) == (False, "https://ads.example.org/d/Ж 1")
    assert endpoint.counted["debarred"] == 2


def test_scope_and_freshness_come_from_headers(endpoint: CheckEndpoint) -> None:
    """Surface, territory and the least revision are part of the question."""
    assert ask(endpoint, "/v1/accounts/a1/buy", ("x-debar-surface", "video"))[0] == 200
    status, headers, _ = ask(endpoint, "/v1/accounts/a2/buy", ("x-debar-at-least", "4"))
    assert (403, "stale") == (status, headers["x-debar-verdict"])
    assert ask(endpoint, "/v1/accounts/a2/buy", ("x-debar-at-least", "3"))[0] == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/check/buy", []),
        ("/v1/check/buy", [("x-debar-account", "")]),
        ("/v1/check/buy", [("x-debar-account", "a2"), ("x-debar-account", "a1")]),
        ("/v1/check/post", [("x-debar-account", "a2")]),
        ("/v1/check/", [("x-debar-account", "a2")]),
        ("/v1/accounts/a2/buy", [("x-debar-account", "a1")]),
        ("/v1/accounts/a2", []),
        ("/v1/accounts/a2/buy/more", []),
        ("/v1/accounts//buy", []),
        ("/v1/accounts/%ff/buy", []),
        ("/v1/accounts/a2/buy", [("x-debar-at-least", "-1")]),
        ("/v1/accounts/a2/buy", [("x-debar-at-least", "٣")]),
        ("/v1/accounts/a2/buy", [("x-debar-at-least", "9" * 19)]),
    ],
)
def test_what_cannot_be_read_in_one_way_is_a_no(
    endpoint: CheckEndpoint, path: str, headers: list[tuple[str, str]]
) -> None:
    """A question without an account, with two, or about anything but advertising is refused."""
    status, got, body = ask(endpoint, path, *headers)
    assert (403, "malformed", "no-store") == (status, got["x-debar-verdict"], got["cache-control"])
    assert body["error"]["code"] in {"DBR-V001", "DBR-G001"}  # type: ignore[index]


def test_a_header_that_is_not_utf8_is_refused() -> None:
    """Bytes that are no text name no account."""
    with pytest.raises(DebarError, match="DBR-V001"):
        read_question("/v1/check/buy", [(b"x-debar-account", b"\xff")])
    expected = Question(account_id="a/ü", action="serve", surface=None, territory="DE", at_least=7)
    assert expected == read_question(
        "/v1/accounts/a%2F%C3%BC/serve",
        [(b"x-debar-territory", b"DE"), (b"x-debar-at-least", b"7"), (b"host", b"x")],
    )


def test_an_unreadable_register_is_a_no(endpoint: CheckEndpoint, tmp_path: Path) -> None:
    """Where the register cannot be read, nothing is sold and nothing is kept."""
    (tmp_path / "register.db").rename(tmp_path / "elsewhere.db")
    status, headers, _ = ask(endpoint, "/v1/accounts/a2/buy")
    assert (403, "unreadable", "no-store") == (status, headers["x-debar-verdict"], headers["cache-control"])


@pytest.mark.parametrize(
    ("usable", "expected"), [(0.0, "no-store"), (2.9, "no-store"), (3.0, "max-age=1"), (60.9, "max-age=58")]
)
def test_a_proxy_forgets_before_the_answer_ends(tmp_path: Path, usable: float, expected: str) -> None:
    """A yes may be kept two seconds less than it holds; a no is never kept."""
    with new_register(tmp_path / "register.db") as register:
        record(register, debar("a1"))
        gate = Gate(register.path)
        made = CheckEndpoint(gate, FixedClock(NOW), usable_seconds=lambda _: usable)
        _, headers, _ = ask(made, "/v1/accounts/a2/buy")
        assert (expected, f"{usable:.3f}") == (headers["cache-control"], headers["x-debar-valid-for"])
        assert ask(made, "/v1/accounts/a1/buy")[1]["cache-control"] == "no-store"
        gate.close()
