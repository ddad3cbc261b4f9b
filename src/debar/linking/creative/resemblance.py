"""Whether ads resemble each other in many ads or in one: the second chance of values that come together.

Law: ten rare words that two accounts share are one coincidence if they stand in one ad of each. What counts
is how many ads have their like at the other account; chance deals all ads of the platform out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from debar.linking.creative.significance import false_discovery_rates, log_tail
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.ports import Engine

SAMPLE: Final = 5_000
"""How often ads of two accounts resemble each other is measured on about so many accounts, where there are
more; then two standard errors are added to what was measured."""

_VERDICTS: Final = {"a_no": "INTEGER", "b_no": "INTEGER", "log_p": "DOUBLE", "rate": "DOUBLE"}


def resemblance_steps(name: str, values_min: int, *, leads: float, accounts: int) -> tuple[Step, ...]:
    """Return the steps that count ads with their like at another account.

    Args:
        name: ``creative_<signal>``: its tables ``_in`` (account_no, unit_no, value), ``_held``, ``_judged``.
        values_min: Two ads resemble each other when they share so many values.
        leads: Pairs are looked at up to this false discovery rate of the first chance.
        accounts: How many accounts have values.

    Returns:
        ``<name>_units`` (account_no, units, sampled), ``<name>_alike`` (a_no, b_no, alike: ads of the one
        with their like at the other, of the smaller side) and ``<name>_chance`` (a_no, b_no, shared,
        expected, crowd, alike, alike_expected, log_p).
    """
    sampled = min(1.0, SAMPLE / max(1, accounts))
    edge = f"{round(sampled * 0x10000):05x}"
    return (
        Step(
            name=f"{name}_units",
            sql=(
                "SELECT account_no, CAST(COUNT(DISTINCT unit_no) AS DOUBLE) AS units,"
                " '0' || SUBSTR(MD5(CAST(account_no AS VARCHAR)), 1, 4) < $edge AS sampled"
                f" FROM {name}_in GROUP BY account_no"
            ),
            parameters={"edge": edge},
        ),
        Step(
            name=f"{name}_rare",
            sql=(
                f"SELECT i.account_no, i.unit_no, i.value FROM {name}_in AS i JOIN {name}_held AS h"
                " ON h.account_no = i.account_no AND h.value = i.value WHERE h.crowd >= 2"
            ),
        ),
        Step(
            name=f"{name}_leads",
            sql=(
                f"SELECT j.a_no, j.b_no FROM {name}_judged AS j"
                f" JOIN {name}_units AS a ON a.account_no = j.a_no"
                f" JOIN {name}_units AS b ON b.account_no = j.b_no"
                " WHERE j.shared >= $values_min AND (j.rate <= $leads OR (a.sampled AND b.sampled))"
            ),
            parameters={"values_min": values_min, "leads": leads},
        ),
        Step(
            name=f"{name}_alike",
            sql=(
                "SELECT a_no, b_no, CAST(LEAST(COUNT(DISTINCT unit_a), COUNT(DISTINCT unit_b)) AS DOUBLE)"
                " AS alike FROM (SELECT c.a_no, c.b_no, a.unit_no AS unit_a, b.unit_no AS unit_b"
                f" FROM {name}_leads AS c JOIN {name}_rare AS a ON a.account_no = c.a_no"
                f" JOIN {name}_rare AS b ON b.account_no = c.b_no AND b.value = a.value"
                " GROUP BY c.a_no, c.b_no, a.unit_no, b.unit_no HAVING COUNT(*) >= $values_min) AS met"
                " GROUP BY a_no, b_no"
            ),
            parameters={"values_min": values_min},
        ),
        Step(
            name=f"{name}_chance",
            sql=_CHANCE.replace("{name}", name),
            parameters={"leads": leads, "errors": 0.0 if sampled == 1.0 else 2.0},
        ),
    )


_CHANCE: Final = (
    "WITH whole AS (SELECT (SUM(units) * SUM(units) - SUM(units * units)) / 2 AS pairs"
    " FROM {name}_units WHERE sampled), met AS (SELECT SUM(x.alike) AS alike FROM {name}_alike AS x"
    " JOIN {name}_units AS a ON a.account_no = x.a_no JOIN {name}_units AS b ON b.account_no = x.b_no"
    " WHERE a.sampled AND b.sampled)"
    " SELECT j.a_no, j.b_no, j.shared, j.expected, j.crowd, j.log_p, x.alike,"
    " (1 + COALESCE(met.alike + $errors * SQRT(met.alike), 0)) * a.units * b.units / whole.pairs"
    " AS alike_expected"
    " FROM {name}_judged AS j JOIN {name}_alike AS x ON x.a_no = j.a_no AND x.b_no = j.b_no"
    " JOIN {name}_units AS a ON a.account_no = j.a_no JOIN {name}_units AS b ON b.account_no = j.b_no"
    " CROSS JOIN whole CROSS JOIN met WHERE j.rate <= $leads"
)


def judge_resemblance(engine: Engine, name: str, values_min: int, leads: float) -> None:
    """Make ``<name>_pairs`` from ``<name>_judged``: the less surprising of the two chances counts.

    The larger of two p-values is a p-value for "the one chance or the other explains it". All pairs of
    accounts that have values are hypotheses.

    Source: R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24
    (1982).
    """
    ((accounts,),) = engine.rows(f"SELECT COUNT(*) FROM {name}_degrees")
    for step in resemblance_steps(name, values_min, leads=leads, accounts=accounts):
        engine.run(step)
    rows = engine.rows(f"SELECT a_no, b_no, log_p, alike, alike_expected FROM {name}_chance ORDER BY 1, 2")
    first, alike, expected = (np.array([row[at] for row in rows], dtype=np.float64) for at in (2, 3, 4))
    log_p = np.maximum(first, log_tail(alike, expected))
    rates = false_discovery_rates(log_p, np.ones(log_p.shape), accounts * (accounts - 1) / 2)
    engine.load(
        f"{name}_resembling",
        _VERDICTS,
        [(row[0], row[1], float(p), float(rate)) for row, p, rate in zip(rows, log_p, rates, strict=True)],
    )
    engine.run(
        Step(
            name=f"{name}_pairs",
            sql=(
                "SELECT c.a_no, c.b_no, c.shared, c.expected, c.crowd, v.log_p, v.rate"
                f" FROM {name}_chance AS c JOIN {name}_resembling AS v ON v.a_no = c.a_no AND v.b_no = c.b_no"
            ),
        )
    )
