"""The check as HTTP: one endpoint for nginx's ``auth_request``, Envoy's HTTP ``ext_authz``, and for anybody.

Law: 200 is a clear yes and 403 is everything else. The question stands in the path and in ``x-debar-``
headers, each at most once; a query or a body is never read. No answer may be kept longer than it holds.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, unquote_to_bytes

from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping
    from datetime import datetime
    from typing import TypeAlias

    from debar.gate.answer import Answer
    from debar.gate.remote.shadow import ShadowLog
    from debar.model.ports import Clock

    Scope: TypeAlias = MutableMapping[str, Any]
    Event: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Event]]
    Send: TypeAlias = Callable[[Event], Awaitable[None]]
    Headers: TypeAlias = list[tuple[bytes, bytes]]

BY_HEADER: Final = "/v1/check/"
"""``/v1/check/ACTION`` and any path below it: the account is in the header ``x-debar-account``."""

BY_PATH: Final = "/v1/accounts/"
"""``/v1/accounts/ACCOUNT/ACTION``: the account is in the path, percent-encoded."""

PROXY_SECONDS: Final = 2
"""How much earlier a proxy must forget than the answer ends. nginx compares whole seconds and so keeps an
answer up to a second longer than asked, and counts from the arrival of an answer that was a second on its way
at most (the timeouts of the examples)."""

_VERDICTS: Final = ("allowed", "debarred", "stale", "unreadable", "malformed")
_SAFE: Final = "".join(map(chr, range(0x21, 0x7F)))


class Asked(Protocol):
    """What answers: a gate."""

    def check(
        self,
        account_id: str,
        *,
        action: str,
        surface: str | None,
        territory: str | None,
        at_least: int | None,
        now: datetime,
    ) -> Answer:
        """Answer whether an account may do something with its advertising."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a request asks."""

    account_id: str
    action: str
    surface: str | None
    territory: str | None
    at_least: int | None
    revenue: str | None = None


class CheckEndpoint:
    """Answers check requests from a gate.

    Args:
        gate: What is asked.
        clock: Tells the time of each check.
        usable_seconds: For how long an allowing answer may be used, counted from the request; 0 where it
            must be asked again each time.
        shadow: Records what would have been denied, and then all is allowed; None to deny.
    """

    def __init__(
        self,
        gate: Asked,
        clock: Clock,
        *,
        usable_seconds: Callable[[Answer], float],
        shadow: ShadowLog | None = None,
    ) -> None:
        self._gate = gate
        self._clock = clock
        self._usable_seconds = usable_seconds
        self._shadow = shadow
        self.counted: Counter[str] = Counter(dict.fromkeys(_VERDICTS, 0))
        """How often each verdict was given."""

    def answer(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, Headers, bytes]:
        """Return status, headers and body for a request.

        Args:
            path: As the client wrote it, percent-encoded, without the query.
            headers: Names in lower case, and values.
        """
        try:
            question = read_question(path, headers)
            answer = self._gate.check(
                question.account_id,
                action=question.action,
                surface=question.surface,
                territory=question.territory,
                at_least=question.at_least,
                now=self._clock.now(),
            )
        except DebarError as error:
            self.counted["malformed"] += 1
            return 403, _fixed("malformed"), json.dumps({"allowed": False, "error": error.as_json()}).encode()
        if self._shadow is not None:
            answer = self._let_through(question, answer, self._shadow)
        self.counted[answer.would or answer.verdict] += 1
        if answer.allowed:
            return 200, self._allowing(answer), b'{"allowed": true, "revision": %d}' % (answer.revision or 0)
        return 403, _denying(answer), json.dumps(answer.as_json(), ensure_ascii=False).encode()

    def _let_through(self, question: Question, answer: Answer, shadow: ShadowLog) -> Answer:
        """Record a no and make it a yes that says so."""
        if answer.allowed and answer.would is None:
            return answer
        shadow.record(question.account_id, answer, action=question.action, revenue=question.revenue)
        if answer.allowed:
            return answer
        return replace(answer, allowed=True, verdict="allowed", would=answer.verdict, mode="shadow")

    def _allowing(self, answer: Answer) -> Headers:
        usable = self._usable_seconds(answer)
        keep = int(usable) - PROXY_SECONDS
        cache = b"max-age=%d" % keep if keep > 0 else b"no-store"
        headers = [
            *_fixed("allowed", cache=cache),
            (b"x-debar-revision", b"%d" % (answer.revision or 0)),
            (b"x-debar-valid-for", b"%.3f" % max(0.0, usable)),
        ]
        if answer.would is not None:
            headers.append((b"x-debar-would", answer.would.encode()))
        return headers


def read_question(path: str, headers: Iterable[tuple[bytes, bytes]]) -> Question:
    """Read what a request asks from its path and its headers.

    Raises:
        DebarError: DBR-V001, the question cannot be read, or could be read in two ways.
    """
    said = _said(headers)
    if path.startswith(BY_HEADER):
        action = path[len(BY_HEADER) :].split("/", 1)[0]
        account = said.get("account", "")
    elif path.startswith(BY_PATH) and path.count("/") == 4:
        encoded, action = path[len(BY_PATH) :].split("/")
        account = _text(unquote_to_bytes(encoded), "the account in the path")
        if "account" in said:
            raise _malformed("the account stands both in the path and in a header")
    else:
        raise _malformed(f"there is no question at {path}")
    if not account:
        raise _malformed("it names no account")
    at_least = said.get("at-least")
    if at_least is not None and not (at_least.isascii() and at_least.isdigit() and len(at_least) < 19):
        raise _malformed("x-debar-at-least is a revision")
    return Question(
        account_id=account,
        action=action,
        surface=said.get("surface"),
        territory=said.get("territory"),
        at_least=None if at_least is None else int(at_least),
        revenue=said.get("revenue"),
    )


async def reply(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole response."""
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _said(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in headers:
        if name.startswith(b"x-debar-"):
            key = name[8:].decode("latin-1")
            if key in said:
                raise _malformed(f"x-debar-{key} stands there twice")
            if value:  # a proxy cannot leave a header out, but it can leave it empty
                said[key] = _text(value, f"x-debar-{key}")
    return said


def _text(value: bytes, where: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _malformed(f"{where} is not UTF-8") from None


def _fixed(verdict: str, *, cache: bytes = b"no-store") -> Headers:
    return [
        (b"content-type", b"application/json"),
        (b"cache-control", cache),
        (b"vary", b"x-debar-account, x-debar-surface, x-debar-territory, x-debar-at-least"),
        (b"x-debar-verdict", verdict.encode()),
    ]


def _denying(answer: Answer) -> Headers:
    headers = _fixed(answer.verdict)
    if answer.revision is not None:
        headers.append((b"x-debar-revision", b"%d" % answer.revision))
    for name, value in ((b"x-debar-decision", answer.decision), (b"x-debar-statement", answer.statement)):
        if value:
            headers.append((name, quote(value, safe=_SAFE).encode()))
    return headers


def _malformed(why: str) -> DebarError:
    return DebarError(
        "DBR-V001",
        "this request asks nothing that can be answered",
        details=(why,),
        hint="GET /v1/check/buy with the header x-debar-account, or GET /v1/accounts/ACCOUNT/buy",
    )
