"""Structured logs: one JSON object a line on standard error.

Law: a line has ``at``, ``event`` and ``level`` and fields of its own; no account's answer is logged, only
what happens to the service. Answers are counted instead: an account's visits are nobody's business.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO

from debar.register.entries import instant_text

if TYPE_CHECKING:
    from debar.model.ports import Clock


class Log(logging.Handler):
    """Writes events, and what the HTTP server warns of.

    Args:
        clock: Dates the lines.
        stream: Where to; standard error by default.
    """

    def __init__(self, clock: Clock, stream: TextIO | None = None) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self._stream = stream or sys.stderr

    def write(self, event: str, *, level: str = "info", **fields: Any) -> None:  # noqa: ANN401 - whatever JSON takes
        """Write one event."""
        line = {"at": instant_text(self._clock.now()), "level": level, "event": event, **fields}
        self._stream.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._stream.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Write what the HTTP server logged."""
        fields = {"message": record.getMessage()}
        if record.exc_info:
            fields["error"] = repr(record.exc_info[1])
        self.write("http_server", level=record.levelname.lower(), **fields)
