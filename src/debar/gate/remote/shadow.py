"""What a gate in shadow would have denied: one JSON object a line, with account and revenue.

Law: shadow changes nobody's answer; it records whole lines, so that several processes may share a file.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Final

from debar.register.entries import instant_text

if TYPE_CHECKING:
    from pathlib import Path

    from debar.gate.answer import Answer
    from debar.model.ports import Clock

REVENUE: Final = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ([A-Z]{3})")
"""What a sale would have brought: an amount and an ISO 4217 code, such as ``12.50 USD``."""


class ShadowLog:
    """Records what would have been denied.

    Args:
        path: The file; lines are added to it.
        clock: Dates them.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def record(self, account_id: str, answer: Answer, *, action: str, revenue: str | None = None) -> None:
        """Add a line for an answer that would have been no.

        Args:
            account_id: Who asked.
            answer: A denial, or an allowing answer whose ``would`` says otherwise.
            action: What for.
            revenue: As :data:`REVENUE` has it; whatever has another form is left out.
        """
        match = None if revenue is None else REVENUE.fullmatch(revenue)
        line = {
            "at": instant_text(self._clock.now()),
            "account": account_id,
            "action": action,
            "would": answer.would or answer.verdict,
            "decision": answer.decision,
            "revision": answer.revision,
            "amount": None if match is None else match[1],
            "currency": None if match is None else match[2],
        }
        os.write(self._descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
