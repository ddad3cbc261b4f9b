"""Shares with their uncertainty, medians and percentiles.

Law: a share of nothing is none, not zero; an interval is printed with every share.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_Z: Final = 1.959963984540054
"""Normal quantile of 97.5 %: for intervals that hold the truth 95 times in 100."""


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """Return the Wilson score interval (95 %) of a share; None where there is nothing to share.

    It stays within 0 and 1 and keeps its promise for small numbers, which is what appeals are.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Example:
        >>> tuple(round(bound, 4) for bound in wilson(0, 10) or ())
        (0.0, 0.2775)
    """
    assert 0 <= count <= total, "a part is not larger than the whole"
    if total == 0:
        return None
    share, square = count / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return (0.0 if count == 0 else middle - half, 1.0 if count == total else middle + half)


def median(values: Sequence[float]) -> float | None:
    """Return the middle value, or the mean of the two middle ones; None without values."""
    if not values:
        return None
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def percentile(values: Sequence[float], per_cent: int) -> float | None:
    """Return a percentile by nearest rank: a value that occurs; None without values.

    Example:
        >>> percentile(list(range(1, 12)), 90)
        10
    """
    if not values:
        return None
    return sorted(values)[max(math.ceil(per_cent * len(values) / 100), 1) - 1]
