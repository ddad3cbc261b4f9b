"""What answers on the port: checks, health and metrics.

Law: health says stale when stale. A path that is not known is a 404, which every proxy takes for a no.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.service.checking import BY_HEADER, BY_PATH, reply
from debar.service.metrics import CONTENT_TYPE, Metric, exposition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from debar.service.checking import CheckEndpoint, Receive, Scope, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether this gate may be asked.

    Args:
        fresh: False where its answers would all be no: the register is out of reach, or a lease is over.
        document: What is known: mode, revision, lease.
    """

    fresh: bool
    document: Mapping[str, Any]


SNAPSHOTS: Final = "/v1/snapshots/"
CHUNK: Final = 1 << 20


class Application:
    """The ASGI application.

    Args:
        checks: Answers the checks.
        health: Tells the gate's state.
        metrics: Further metrics, beside the checks' own.
        snapshot: Finds the file of a gate's table by its digest, for whoever may have it; by default there
            is none.
    """

    def __init__(
        self,
        checks: CheckEndpoint,
        health: Callable[[], Health],
        metrics: Callable[[], Iterable[Metric]] = lambda: (),
        snapshot: Callable[[str, Mapping[str, str]], Awaitable[Path | None]] | None = None,
    ) -> None:
        self.checks = checks
        self._health = health
        self._metrics = metrics
        self._snapshot = snapshot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - no body is read
        """Answer one request."""
        assert scope["type"] == "http", "lifespan and web sockets are switched off"
        path = scope["raw_path"].decode("latin-1")
        if path.startswith((BY_HEADER, BY_PATH)):
            await reply(send, *self.checks.answer(path, scope["headers"]))
        elif path == "/health":
            health = self._health()
            document = {"status": "fresh" if health.fresh else "stale", **health.document}
            await _json(send, 200 if health.fresh else 503, document)
        elif path == "/metrics":
            body = exposition((*self._own(), *self._metrics()))
            await reply(send, 200, [(b"content-type", CONTENT_TYPE), (b"cache-control", b"no-store")], body)
        elif path.startswith(SNAPSHOTS) and self._snapshot is not None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            await _file(send, await self._snapshot(path.removeprefix(SNAPSHOTS), headers))
        else:
            await _json(send, 404, _NOTHING)

    def _own(self) -> tuple[Metric, ...]:
        health = self._health()
        answers: dict[tuple[tuple[str, str], ...], float] = {
            (("verdict", verdict),): count for verdict, count in self.checks.counted.items()
        }
        metrics = [
            Metric(
                name="debar_checks_total", kind="counter", help="Checks by their verdict.", samples=answers
            ),
            Metric(
                name="debar_gate_fresh",
                kind="gauge",
                help="1 where the gate can answer yes; 0 where every answer is no.",
                samples={(): float(health.fresh)},
            ),
        ]
        revision = health.document.get("revision")
        if revision is not None:
            metrics.append(
                Metric(
                    name="debar_gate_revision",
                    kind="gauge",
                    help="The revision that the gate answers at.",
                    samples={(): revision},
                )
            )
        return tuple(metrics)


_NOTHING: Final = {"error": "there is nothing here, or not for you"}


async def _file(send: Send, path: Path | None) -> None:
    """Send a file in pieces; whoever may not have it learns no more than that."""
    if path is None:
        await _json(send, 404, _NOTHING)
        return
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(0)
        head = [(b"content-type", b"application/octet-stream"), (b"content-length", b"%d" % length)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        while chunk := file.read(CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _json(send: Send, status: int, document: Mapping[str, Any]) -> None:
    body = json.dumps(document, ensure_ascii=False, default=str).encode()
    await reply(send, status, [(b"content-type", b"application/json"), (b"cache-control", b"no-store")], body)
