"""Debar: ban a named advertiser and every account behind it, with evidence, at once, and reversibly.

The verbs of the command line are functions of this package, loaded when first used, so that a gate
inside somebody's ad server imports only what it needs.

Example:
    >>> import debar
    >>> sorted(debar.__all__)[:3]
    ['Setting', 'Wish', '__version__']
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_VERBS: dict[str, str] = {
    "Setting": "debar.app.opening",
    "Wish": "debar.app.planning",
    "accounts": "debar.app.finding",
    "apply_plan": "debar.app.applying",
    "approve": "debar.app.applying",
    "backtest": "debar.app.assuring.backtesting",
    "check": "debar.gate",
    "handovers": "debar.app.assuring.handing_over",
    "import_archive": "debar.app.archives.importing",
    "import_from": "debar.app.archives.importing",
    "links": "debar.app.assuring.calibrating",
    "load_plan": "debar.app.verbs",
    "look_back": "debar.app.looking_back",
    "make_plan": "debar.app.planning",
    "open_platform": "debar.app.opening",
    "read": "debar.app.finding",
    "record_finding": "debar.app.authority.findings",
    "review_sample": "debar.app.assuring.sampling",
    "screen_platform": "debar.app.authority.screening",
    "screen_signups": "debar.app.watching",
    "verify": "debar.app.verifying",
    "why_linked": "debar.app.finding",
}

__all__ = [  # noqa: PLE0604 - the names of _VERBS, which __getattr__ answers
    "__version__",
    *sorted(_VERBS),
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the verbs have many types; app declares each
    """Load a verb when it is first asked for."""
    module = _VERBS.get(name)
    if module is None:
        raise AttributeError(f"module 'debar' has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    """List the verbs too, before they are loaded."""
    return sorted({*globals(), *_VERBS})
