"""Link a platform, calibrated on reviewed pairs where there are any, audited where there are none.

Law: whoever reads the links sees at once whether reviewed pairs stand behind them, and what those showed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.assuring.answers_file import judged_labels, read_labels
from debar.app.assuring.frozen_file import Frozen
from debar.app.assuring.kept_counts import fitted_from
from debar.app.opening import fitted
from debar.app.verbs import write_whole
from debar.linking.assurance.calibrate import LABELS_MIN, calibrate
from debar.linking.assurance.labels import join
from debar.linking.assurance.scored import (
    audit_platform,
    score_strata,
    scores_of,
    stratum_sizes,
)
from debar.linking.fitting.tables import render_model
from debar.linking.links import ensure_links, write_links
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.notices.measured.reliability import render_reliability_html, render_reliability_text

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.evidence.parameters import Parameters
    from debar.linking.assurance.audit import Audit
    from debar.linking.assurance.calibrate import Calibrated
    from debar.linking.assurance.labels import Label


def links(
    opened: Opened,
    out: Path,
    *,
    at_least: int,
    keep: Path | None = None,
    labels: Path | None = None,
    freeze: Path | None = None,
    html: Path | None = None,
    explain_model: bool = False,
) -> Answer:
    """Score every candidate pair, correct the scores on labels, audit them without, and write them.

    Args:
        opened: The platform.
        out: The Parquet file of the links.
        at_least: Least p_owner written, in millionths.
        keep: The folder of the counts that an earlier run kept and the next one will need.
        labels: Reviewed pairs; by default the platform's and the register's judgements, if they are enough.
        freeze: Where to write the frozen correction.
        html: Where to write the reliability page.
        explain_model: Whether the answer prints the tables that the pairs were weighed with.

    Raises:
        DebarError: DBR-A090, the labels are none, or none of them is on a pair that shares something;
        DBR-A092,
            there is nothing to freeze or to draw; DBR-A096, DBR-A097, what was kept does not fit.
    """
    opened, changed = (fitted(opened), None) if keep is None else fitted_from(opened, keep)
    engine, parameters = opened.engine, opened.parameters
    ensure_links(engine, parameters, opened.policy)
    score_strata(engine, parameters)
    given = _given(opened, labels)
    calibrated = _calibrated(opened, given, labels)
    if calibrated is None and (freeze is not None or html is not None):
        raise DebarError(
            "DBR-A092",
            "there are no reviewed pairs: nothing was calibrated",
            hint="debar review-sample draws pairs; --labels takes their answers",
            exit_code=EXIT_REFUSED,
        )
    audit = audit_platform(engine, opened.policy)
    if calibrated is not None:
        parameters = replace(parameters, calibration=calibrated.calibration)
        ensure_links(engine, parameters, opened.policy)
    write_links(engine, out, at_least=at_least)
    if calibrated is not None and freeze is not None:
        write_whole(freeze, frozen_of(opened, parameters).text())
    if calibrated is not None and html is not None:
        write_whole(html, render_reliability_html(calibrated, opened.platform.name))
    opened = replace(opened, parameters=parameters)
    answer = _answer(opened, out, calibrated=calibrated, audit=audit)
    if keep is not None:
        answer = _with_kept(answer, keep, changed)
    if not explain_model:
        return answer
    return Answer(
        document={**answer.document, "model": parameters.as_json()},
        text=f"{answer.text}\n\n{render_model(parameters)}",
    )


def _with_kept(answer: Answer, keep: Path, changed: int | None) -> Answer:
    """Say what was counted, and where the counts are kept."""
    counted = (
        "all pairs were counted"
        if changed is None
        else f"{changed:,} accounts have changed since; other pairs stand, under the weights of then"
    )
    return Answer(
        document={**answer.document, "kept": {"folder": str(keep), "changed_accounts": changed}},
        text=f"{answer.text}\n{counted}; counts kept in {keep}",
    )


def frozen_of(opened: Opened, parameters: Parameters) -> Frozen:
    """Return calibrated weights with what they were made for."""
    return Frozen(
        parameters=parameters,
        key_id=opened.platform.key_id,
        families=opened.policy.families,
        crowd_cap=opened.policy.crowd_cap,
    )


def _given(opened: Opened, labels: Path | None) -> tuple[Label, ...]:
    """Return the answers to calibrate on: a file's; else, where nothing is frozen, judgements enough."""
    if labels is not None:
        return read_labels(opened.engine, labels)
    if opened.parameters.calibration is not None:
        return ()
    rows = opened.engine.rows(
        "SELECT x.account_id, y.account_id, j.judgement FROM link_judged AS j"
        " JOIN link_accounts AS x ON x.account_no = j.a_no JOIN link_accounts AS y ON y.account_no = j.b_no"
        " ORDER BY 1, 2"
    )
    found = judged_labels(rows)
    return found if len(found) >= LABELS_MIN else ()


def _calibrated(opened: Opened, given: tuple[Label, ...], file: Path | None) -> Calibrated | None:
    scores = scores_of(opened.engine, given, opened.parameters)
    labelled, reviews = join(given, scores, stratum_sizes(opened.engine))
    if labelled:
        return calibrate(labelled, reviews)
    if file is not None:
        raise DebarError(
            "DBR-A090",
            "no label is on a pair of accounts that share something here",
            place=Place(file=file.name),
            hint="use the answers to a debar review-sample of this platform",
        )
    return None


def _answer(opened: Opened, out: Path, *, calibrated: Calibrated | None, audit: Audit) -> Answer:
    ((pairs, likely),) = opened.engine.rows(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE p_owner >= $p AND carries_a_ban) FROM links",
        {"p": opened.policy.propose_at},
    )
    ((handed_over,),) = opened.engine.rows("SELECT COUNT(DISTINCT account_id) FROM account_periods")
    known = opened.parameters.calibrated
    document: dict[str, Any] = {
        "pairs": pairs,
        "likely": likely,
        "handed_over": handed_over,
        "calibrated": known,
        "file": str(out),
        "calibration": None if calibrated is None else calibrated.as_json(),
        "audit": audit.as_json(),
    }
    word = "calibrated" if known else "uncalibrated"
    lines = [
        f"{pairs:,} pairs share something; {likely:,} of them are likely one owner on firm evidence ({word})"
    ]
    if calibrated is not None:
        lines += ["", render_reliability_text(calibrated)]
    if not known:
        lines.append(f"audit without labels: {audit.sentence()}")
    if handed_over:
        lines.append(
            f"{handed_over:,} accounts changed hands; what began under a former holder links nobody now"
            " (debar handovers tells them)"
        )
    lines.append(f"written to {out}")
    return Answer(document=document, text="\n".join(lines))
