"""An ASGI middleware that asks the gate before a request reaches the application.

Law: a request that a rule matches goes on only with a clear yes about every key that the rule names; where a
key is missing or ambiguous, it does not. Organic requests match no rule and are never asked about.
Source: ASGI 3.0; RFC 9457 (problem details).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.gate.answer import ACTIONS, refuse_action
from debar.model.problem import DebarError
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from debar.gate.answer import Answer
    from debar.gate.judging import Checker
    from debar.model.ports import Clock
    from debar.model.typed_keys import TypedKey

    Message: TypeAlias = MutableMapping[str, Any]
    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_SOURCES: Final = ("path", "header", "state")
_POLICY_VIOLATION: Final = 1008


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which requests are asked about, and where their keys stand.

    Args:
        path: As ``/accounts/{account_id}/campaigns``; a part in braces takes one segment. A slash at the end
            of a request's path makes no difference.
        action: ``create``, ``buy`` (a bid), ``serve`` or ``charge``.
        keys: Where each kind of key stands: ``path:NAME``, ``header:NAME`` or ``state:NAME`` (what an
            authenticating middleware has put into the scope's state). ``account`` must be there; another kind
            that a request does not name is not asked about.
        methods: Request methods; empty for all. WebSockets are matched by path alone.
        surface: Where the ad would be shown; None counts as every surface.
        territory: Where the country stands, as for keys; None counts as every territory.
    """

    path: str
    action: str
    keys: Mapping[str, str] = field(default_factory=lambda: {"account": "path:account_id"})
    methods: frozenset[str] = frozenset()
    surface: str | None = None
    territory: str | None = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise refuse_action(self.action)
        sources = [*self.keys.values(), *([] if self.territory is None else [self.territory])]
        named = set(re.findall(r"\{(\w+)\}", self.path))
        for source in sources:
            where, _, name = source.partition(":")
            if where not in _SOURCES or not name or (where == "path" and name not in named):
                raise _unfit(f"{source!r} is no place of a request to {self.path}")
        if "account" not in self.keys:
            raise _unfit(f"the rule for {self.path} names no account")


class StandingMiddleware:
    """Asks the gate before requests that sell advertising.

    Args:
        application: The application behind it.
        gate: What is asked, in the event loop's thread: one that answers from memory or a file on this host.
        clock: Tells the time of each check.
        rules: The first that matches a request counts.
        usable_seconds: For how long an allowing answer may be used after the check; 0 where it must be asked
            again.
    """

    def __init__(
        self,
        application: Application,
        *,
        gate: Checker,
        clock: Clock,
        rules: Sequence[Rule],
        usable_seconds: Callable[[Answer], float] = lambda _answer: 0.0,
    ) -> None:
        self._application = application
        self._gate = gate
        self._clock = clock
        self._rules = [(rule, _pattern(rule.path)) for rule in rules]
        self._usable_seconds = usable_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = self._rule(scope)
        if found is None:
            await self._application(scope, receive, send)
            return
        now = self._clock.now()
        try:
            answer = self._asked(*found, scope, now)
        except DebarError as error:
            await _refuse(
                scope, send, 400, _problem("about:blank", error.what, 400, "; ".join(error.details))
            )
            return
        if not answer.allowed:
            status = 403 if answer.verdict == "debarred" else 503
            await _refuse(scope, send, status, _denial(answer, status))
            return
        headers = self._headers(answer, now)

        async def with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        await self._application(scope, receive, with_headers)

    def _rule(self, scope: Scope) -> tuple[Rule, Mapping[str, str]] | None:
        if scope["type"] not in {"http", "websocket"}:
            return None
        for rule, pattern in self._rules:
            method = scope.get("method")
            if method is not None and rule.methods and method not in rule.methods:
                continue
            if (matched := pattern.fullmatch(scope["path"])) is not None:
                return rule, matched.groupdict()
        return None

    def _asked(self, rule: Rule, parts: Mapping[str, str], scope: Scope, now: datetime) -> Answer:
        keys: list[TypedKey] = []
        for kind, source in rule.keys.items():
            value = _value(source, parts, scope)
            if value is not None:
                keys.append((kind, value))
            elif kind == "account":
                raise _unfit(f"the request names no account ({source})")
        territory = None if rule.territory is None else _value(rule.territory, parts, scope)
        return self._gate.check_keys(
            keys, action=rule.action, surface=rule.surface, territory=territory, now=now
        )

    def _headers(self, answer: Answer, now: datetime) -> list[tuple[bytes, bytes]]:
        headers = [(b"x-debar-revision", str(answer.revision).encode())]
        seconds = self._usable_seconds(answer)
        if seconds > 0:
            until = instant_text(now + timedelta(seconds=seconds))
            headers.append((b"x-debar-valid-until", until.encode()))
        return headers


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path.rstrip("/"))
    made = "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile(made + "/?")


def _value(source: str, parts: Mapping[str, str], scope: Scope) -> str | None:
    """Return what stands in a place of a request; None where nothing does.

    Raises:
        DebarError: It stands there twice, or is no text.
    """
    where, _, name = source.partition(":")
    if where == "path":
        return parts[name]
    if where == "state":
        value = scope.get("state", {}).get(name)
        if value is not None and not isinstance(value, str):
            raise _unfit(f"{source} is no text")
        return value or None
    found = [value for header, value in scope["headers"] if header.lower() == name.lower().encode()]
    if len(found) > 1:
        raise _unfit(f"the request names {name} more than once")
    try:
        return (found[0].decode() or None) if found else None
    except UnicodeDecodeError:
        raise _unfit(f"{source} is no text") from None


def _denial(answer: Answer, status: int) -> bytes:
    statement = answer.statement or ""
    address = statement if statement.startswith(("https://", "http://")) else "about:blank"
    title = (
        "this account may not advertise" if answer.verdict == "debarred" else "nothing was decided: try again"
    )
    return _problem(
        address, title, status, answer.reason, statement=answer.statement, decision=answer.decision,
        revision=answer.revision, until=None if answer.until is None else instant_text(answer.until),
    )  # fmt: skip


def _problem(address: str, title: str, status: int, detail: str, **members: object) -> bytes:
    """Return problem details as JSON."""
    document = {"type": address, "title": title, "status": status, "detail": detail}
    document |= {name: value for name, value in members.items() if value is not None}
    return json.dumps(document, ensure_ascii=False).encode()


async def _refuse(scope: Scope, send: Send, status: int, body: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "not in standing"})
        return
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _unfit(why: str) -> DebarError:
    return DebarError(
        "DBR-G025",
        "this request cannot be checked",
        details=(why,),
        hint="say where the account stands: path:NAME, header:NAME or state:NAME",
    )
