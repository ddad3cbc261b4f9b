"""Draw pairs for review and write the reviewers' file.

Law: the evidence stands before the score, masked; by default the score is not in the file at all.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.assuring.answers_file import draw_of
from debar.app.opening import fitted
from debar.app.verbs import write_whole
from debar.linking.assurance.sample import draw, evidence
from debar.linking.assurance.scored import score_strata
from debar.linking.assurance.strata import describe
from debar.linking.links import ensure_links
from debar.model.legible import legible

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.linking.assurance.sample import DrawnPair

COLUMNS = ("account_a", "name_a", "account_b", "name_b", "evidence", "judgement", "note", "draw")
OPEN_COLUMNS = ("stratum", "stratum_pairs", "weight", "p_owner")


def review_sample(opened: Opened, out: Path, *, size: int, seed_text: str, blind: bool) -> Answer:
    """Draw pairs and write them; the file comes back as ``debar links --labels``.

    Args:
        opened: The platform.
        out: The CSV file.
        size: How many pairs.
        seed_text: Another text draws others.
        blind: Whether the score is left out.
    """
    opened = fitted(opened)
    engine = opened.engine
    ensure_links(engine, opened.parameters, opened.policy)
    score_strata(engine, opened.parameters)
    drawn = draw(engine, size, seed_text)
    names = dict(engine.rows("SELECT account_id, name FROM accounts"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS if blind else (*COLUMNS, *OPEN_COLUMNS))
    counts: dict[str, tuple[int, int]] = {}
    for pair in drawn:
        sentences = evidence(engine, pair, opened.parameters, opened.policy)
        row = _row(pair, names, sentences)
        writer.writerow(row if blind else [*row, *_open(pair)])
        counts[pair.stratum] = (counts.get(pair.stratum, (0, 0))[0] + 1, pair.stratum_pairs)
    write_whole(out, text.getvalue())
    lines = [f"{len(drawn):,} pairs to review, written to {out}"]
    lines += [
        f"  {count:>5} of {total:>12,}  {describe(stratum)}"
        for stratum, (count, total) in sorted(counts.items(), reverse=True)
    ]
    lines.append("Fill in judgement (positive, negative or unsure), then: debar links PLATFORM --labels FILE")
    document = {
        "pairs": len(drawn),
        "file": str(out),
        "blind": blind,
        "strata": [
            {"stratum": stratum, "drawn": count, "pairs": total}
            for stratum, (count, total) in sorted(counts.items())
        ],
    }
    return Answer(document=document, text="\n".join(lines))


def _row(pair: DrawnPair, names: dict[str, str], sentences: tuple[str, ...]) -> list[str]:
    return [
        pair.account_a,
        _cell(names.get(pair.account_a) or ""),
        pair.account_b,
        _cell(names.get(pair.account_b) or ""),
        _cell(" ".join(sentences)),
        "",
        "",
        draw_of(pair.stratum, pair.stratum_pairs),
    ]


def _open(pair: DrawnPair) -> list[str]:
    p_owner = f"{pair.p_owner / 1_000_000:.6f}"
    return [pair.stratum, str(pair.stratum_pairs), f"{pair.weight:.3f}", p_owner]


def _cell(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula."""
    shown = legible(text, length_max=2_000)
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown
