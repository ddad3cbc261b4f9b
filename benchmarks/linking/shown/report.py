"""The results as tables that people read in a terminal or on a page.

Law: a table is text in cells; whoever prints it adds lines, never figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of text.

    Args:
        title: What it shows.
        head: Column names.
        rows: Cells, as many a row as columns.
        note: What a reader must know to read it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def render_text(table: Table) -> str:
    """Lay a table out in a fixed-width font: words to the left, figures to the right."""
    lines = [table.head, *table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.head))]
    words = word_columns(table)
    laid = [
        "  ".join(
            cell.ljust(width) if word else cell.rjust(width)
            for cell, width, word in zip(line, widths, words, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join(
        [table.title, laid[0], "-" * sum(widths, 2 * len(widths) - 2), *laid[1:], table.note, ""]
    )


def word_columns(table: Table) -> list[bool]:
    """Tell of each column whether it holds words, which are laid out to the left."""
    return [
        any(row[place][:1].isalpha() and row[place] not in ("never", "failed") for row in table.rows)
        for place in range(len(table.head))
    ]


def number(value: float | None, digits: int = 3) -> str:
    """Show a figure; a dash where there is none.

    Example:
        >>> number(0.12345), number(None), number(float("nan")), number(1234.5, 1)
        ('0.123', '-', '-', '1,234.5')
    """
    if value is None or value != value:  # noqa: PLR0124 - that is what nan is
        return "-"
    if value in (float("inf"), float("-inf")):
        return "never"
    return f"{value:,.{digits}f}"


def mean_of(
    results: Iterable[dict[str, Any]], pick: Callable[[dict[str, Any]], float | None]
) -> float | None:
    """Return the mean over seeds of a figure, over those where there is one."""
    values = [value for one in results if (value := pick(one)) is not None and value == value]  # noqa: PLR0124 - nan again
    return fmean(values) if values else None


def grouped(results: Sequence[dict[str, Any]]) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Return world, variant and method to the results of all seeds, in order of appearance."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in results:
        groups.setdefault((one["world"], one["variant"], one["method"]), []).append(one)
    return groups


def quality_tables(results: Sequence[dict[str, Any]]) -> tuple[Table, ...]:
    """Return the tables of a quality run: bans, frontier, pairs, calibration."""
    groups = grouped(results)
    return (
        _table("A ban from one named account, at each method's own threshold", groups, BANS, BANS_NOTE),
        _table("Found at so many innocents a ban, whatever the threshold", groups, FRONTIER, FRONTIER_NOTE),
        _table("Scored pairs", groups, PAIRS, PAIRS_NOTE),
        _table("Found, by the number of accounts of the owner", groups, SIZES, ""),
    )


def frontier_tables(results: Sequence[dict[str, Any]]) -> tuple[Table, ...]:
    """Return found against innocents alone: at each method's own threshold, and over all thresholds.

    A method that knows a list for reviewers has a second line over all thresholds: who is asked about counts
    as found there, and the foreigners among them as innocents.
    """
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for key, group in grouped(results).items():
        rows[key] = group
        asked = [{**one, "found_at": one["review_found_at"]} for one in group if "review_found_at" in one]
        if asked:
            rows[*key[:2], f"{key[2]}, asked as well"] = asked
    return (
        _table(
            "A ban from one named account, at each method's own threshold", grouped(results), BANS, BANS_NOTE
        ),
        _table(
            "Found at so many innocents a ban, whatever the threshold", rows, FRONTIER[:-1], FRONTIER_NOTE
        ),
    )


Pick = tuple[str, "Callable[[dict[str, Any]], float | None]", int]


def _table(
    title: str,
    groups: dict[tuple[str, str, str], list[dict[str, Any]]],
    picks: Sequence[Pick],
    note: str,
) -> Table:
    return Table(
        title=title,
        head=("world", "variant", "method", "seeds", *(name for name, _, _ in picks)),
        rows=tuple(
            (*key, str(len(group)), *(number(mean_of(group, pick), digits) for _, pick, digits in picks))
            for key, group in groups.items()
        ),
        note=note,
    )


def _over(one: dict[str, Any]) -> float | None:
    """Return predicted over actual innocents of the bans."""
    ban = one["ban"]
    if not one["probabilities"] or not ban["innocents"]:
        return None
    predicted: float = ban["innocents_predicted"] / ban["innocents"]
    return predicted


def _claims(name: str) -> Callable[[dict[str, Any]], float | None]:
    """Return how to pick a figure that means something only where scores claim to be probabilities."""
    return lambda one: one["pairs"][name] if one["probabilities"] else None


def _closure_f(one: dict[str, Any]) -> float | None:
    scores = [
        2 * found["precision"] * found["recall"] / (found["precision"] + found["recall"])
        for found in one["pairs"]["b_cubed"].values()
    ]
    return max(scores, default=None)


BANS: tuple[Pick, ...] = (
    ("threshold", lambda one: one["threshold"], 4),
    ("found", lambda one: one["ban"]["found"], 3),
    ("+-", lambda one: one["ban"]["found_error"], 3),
    ("innocents", lambda one: one["ban"]["innocents"], 3),
    ("+-", lambda one: one["ban"]["innocents_error"], 3),
    ("clean", lambda one: one["ban"]["clean"], 3),
    ("overt", lambda one: one["ban"]["found_overt"], 3),
    ("covert", lambda one: one["ban"]["found_covert"], 3),
    ("handed over", lambda one: one["ban"]["innocents_handed_over"], 3),
    ("predicted/actual", _over, 3),
    ("B3 P", lambda one: one["named"]["b_cubed"]["precision"], 3),
    ("B3 R", lambda one: one["named"]["b_cubed"]["recall"], 3),
    ("B3 F", lambda one: one["named"]["b_cubed_f"], 3),
    ("proposing", lambda one: one["named"]["with_proposals"] / max(one["named"]["named"], 1), 3),
    ("seconds", lambda one: one["seconds"], 1),
)
BANS_NOTE = (
    "found: mean share of the owner's other accounts; innocents: foreign accounts a ban; +-: standard error"
    " over the bans; clean: bans without an innocent; handed over: innocents that changed hands; B3: B-cubed"
    " of what naming any account proposes; proposing: share of all accounts that, named, take somebody along"
    " (where nobody is linked it must be 0); seconds: from normalised tables to scored pairs"
)
FRONTIER: tuple[Pick, ...] = (
    *(
        (f"<= {innocents:g}", lambda one, key=str(innocents): one["found_at"][key], 3)
        for innocents in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0)
    ),
    ("innocents at .92", lambda one: one["innocents_at_found_92"], 2),
)
FRONTIER_NOTE = "the most that any threshold finds; chosen in hindsight, for every method alike"
PAIRS: tuple[Pick, ...] = (
    ("true pairs", lambda one: one["pairs"]["true_pairs"], 0),
    ("scored of them", lambda one: one["pairs"]["scored_true_pairs"], 0),
    ("avg precision", lambda one: one["pairs"]["average_precision"], 3),
    ("covert", lambda one: one["pairs"]["covert_average_precision"], 3),
    ("recall at P .95", lambda one: one["pairs"]["recall_at_95"], 3),
    ("log loss", _claims("log_loss"), 4),
    ("nats a true pair", _claims("log_loss_of_all"), 2),
    ("Brier", _claims("brier"), 4),
    ("ECE", _claims("calibration_error"), 4),
    ("ECE from .1", _claims("calibration_error_decided"), 3),
    ("closure B3 F", _closure_f, 3),
)
PAIRS_NOTE = (
    "true pairs that were not scored count as missed; log loss, Brier and ECE are over scored pairs, nats a"
    " true pair over all pairs of the platform (an unscored pair counts as p = .000001); closure B3 F: the"
    " best over the thresholds"
)


def _size(label: str) -> Pick:
    return label, lambda one: one["ban"]["found_by_size"].get(label), 3


SIZES: tuple[Pick, ...] = tuple(_size(label) for label in ("2", "3-6", "7-15", "16+"))


def labels_table(results: Sequence[dict[str, Any]]) -> Table:
    """Return the table of the labelled tasks."""
    figures = (
        "threshold",
        "precision",
        "recall",
        "f",
        "average_precision",
        "recall_at_rule",
        "recall_at_95",
        "log_loss",
        "calibration_error",
        "seconds",
    )
    heads = (
        "threshold",
        "precision",
        "recall",
        "F",
        "avg precision",
        "recall at rule's P",
        "recall at P .95",
        "log loss",
        "ECE",
        "seconds",
    )
    return Table(
        title="Real accounts with labelled owners",
        head=("task", "method", *heads),
        rows=tuple(
            (one["task"], one["method"], *(number(one.get(figure)) for figure in figures)) for one in results
        ),
        note=(
            "rule: the best one-column rule by F, chosen with the labels in hand; recall at rule's P: the"
            " most that a threshold reaches at the rule's precision or better"
        ),
    )
