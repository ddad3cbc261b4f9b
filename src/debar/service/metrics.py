"""Numbers for Prometheus, in its text format.

Law: a metric's name, type and help stand once, before its samples; a label's value is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number with its variants.

    Args:
        name: Begins with ``debar_``; a counter's ends with ``_total``.
        kind: ``counter`` only rises, ``gauge`` goes up and down.
        help: What it counts, in a sentence.
        samples: Value by labels, each a tuple of pairs; ``()`` for the metric without labels.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Mapping[tuple[tuple[str, str], ...], float]


def exposition(metrics: Iterable[Metric]) -> bytes:
    r"""Return metrics in Prometheus's text format, version 0.0.4.

    Example:
        >>> exposition([Metric(name="debar_x", kind="gauge", help="An x.", samples={(("a", "b"),): 1})])
        b'# HELP debar_x An x.\n# TYPE debar_x gauge\ndebar_x{a="b"} 1\n'
    """
    lines = []
    for metric in metrics:
        lines.append(f"# HELP {metric.name} {metric.help}")
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        for labels, value in metric.samples.items():
            named = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            lines.append(f"{metric.name}{f'{{{named}}}' if named else ''} {value:.17g}")
    return ("\n".join(lines) + "\n").encode()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
