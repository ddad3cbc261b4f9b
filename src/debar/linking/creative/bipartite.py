"""From "who holds which value" to pairs that share more than chance, as steps around a small fit.

Law: SQL counts, :mod:`debar.linking.creative.projection` judges the distinct counts, SQL joins the verdicts
back. A value above the crowd cap is unknown and counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.linking.creative.projection import Seen, fit, judge
from debar.linking.creative.resemblance import judge_resemblance
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.ports import Engine

_VERDICTS: Final = {
    "degree_a": "INTEGER",
    "degree_b": "INTEGER",
    "shared": "INTEGER",
    "expected": "DOUBLE",
    "log_p": "DOUBLE",
    "rate": "DOUBLE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A kind of value that accounts hold by the ads that they run.

    Args:
        name: Of the signal; the table ``creative_<name>_in`` has account_no, unit_no (an ad, with its
            variants; a query; an aim) and value, each once.
        crowd_cap: Values with more holders say nothing.
        values_min: Values come together, and two units resemble each other when they share so many; 0 for
            values that come alone.
    """

    name: str
    crowd_cap: int
    values_min: int = 0


def count_steps(signal: Signal) -> tuple[Step, ...]:
    """Return the steps that count what a signal's accounts share.

    Returns:
        ``creative_<name>_held`` (account_no, value, crowd), ``creative_<name>_degrees`` (account_no,
        degree) and ``creative_<name>_shared`` (a_no < b_no, shared INTEGER, crowd: of the rarest value
        shared).
    """
    name = f"creative_{signal.name}"
    return (
        Step(
            name=f"{name}_held",
            sql=(
                f"WITH holds AS (SELECT DISTINCT account_no, value FROM {name}_in), crowds AS ("
                "SELECT value, CAST(COUNT(*) AS INTEGER) AS crowd FROM holds GROUP BY value"
                " HAVING COUNT(*) <= $crowd_cap)"
                " SELECT h.account_no, h.value, c.crowd FROM holds AS h"
                " JOIN crowds AS c ON c.value = h.value"
            ),
            parameters={"crowd_cap": signal.crowd_cap},
        ),
        Step(
            name=f"{name}_degrees",
            sql=(
                f"SELECT account_no, CAST(COUNT(*) AS INTEGER) AS degree FROM {name}_held GROUP BY account_no"
            ),
        ),
        Step(
            name=f"{name}_shared",
            sql=(
                "SELECT a.account_no AS a_no, b.account_no AS b_no, CAST(COUNT(*) AS INTEGER) AS shared,"
                f" MIN(a.crowd) AS crowd FROM {name}_held AS a JOIN {name}_held AS b"
                " ON b.value = a.value AND a.account_no < b.account_no WHERE a.crowd >= 2"
                " GROUP BY a.account_no, b.account_no"
            ),
        ),
    )


def judged_step(signal: Signal) -> Step:
    """Return the step that joins the verdicts to the pairs.

    Returns:
        ``creative_<name>_judged``: a_no < b_no, shared (INTEGER), expected (DOUBLE, shared by chance), crowd
        (INTEGER, of the rarest value shared), log_p (DOUBLE), rate (DOUBLE, false discovery rate).
    """
    name = f"creative_{signal.name}"
    return Step(
        name=f"{name}_judged",
        sql=(
            "SELECT s.a_no, s.b_no, s.shared, v.expected, s.crowd, v.log_p, v.rate"
            f" FROM {name}_shared AS s JOIN {name}_degrees AS a ON a.account_no = s.a_no"
            f" JOIN {name}_degrees AS b ON b.account_no = s.b_no JOIN {name}_verdicts AS v"
            " ON v.degree_a = LEAST(a.degree, b.degree) AND v.degree_b = GREATEST(a.degree, b.degree)"
            " AND v.shared = s.shared"
        ),
    )


def project(engine: Engine, signal: Signal, leads: float) -> None:
    """Judge a signal: make ``creative_<name>_pairs`` from ``creative_<name>_in``.

    Args:
        engine: Holds the signal's table.
        signal: What is judged.
        leads: Pairs with a larger false discovery rate may be left out.
    """
    for step in count_steps(signal):
        engine.run(step)
    name = f"creative_{signal.name}"
    degrees = engine.rows(f"SELECT degree, COUNT(*) FROM {name}_degrees GROUP BY degree")
    crowds = engine.rows(
        f"SELECT crowd, COUNT(*) FROM (SELECT DISTINCT value, crowd FROM {name}_held) AS v GROUP BY crowd"
    )
    seen = [
        Seen(degree_a=a, degree_b=b, shared=shared, pairs=pairs)
        for a, b, shared, pairs in engine.rows(
            "SELECT LEAST(a.degree, b.degree), GREATEST(a.degree, b.degree), s.shared, COUNT(*)"
            f" FROM {name}_shared AS s JOIN {name}_degrees AS a ON a.account_no = s.a_no"
            f" JOIN {name}_degrees AS b ON b.account_no = s.b_no GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
    ]
    verdicts = judge(fit(dict(degrees), dict(crowds)), seen, clumped=signal.values_min > 0) if seen else ()
    engine.load(
        f"{name}_verdicts",
        _VERDICTS,
        [
            (one.degree_a, one.degree_b, one.shared, said.expected, said.log_p, said.rate)
            for one, said in zip(seen, verdicts, strict=True)
        ],
    )
    engine.run(judged_step(signal))
    if signal.values_min:
        judge_resemblance(engine, name, signal.values_min, leads)
    else:
        columns = "a_no, b_no, shared, expected, crowd, log_p, rate"
        engine.run(
            Step(
                name=f"{name}_pairs",
                sql=f"SELECT {columns} FROM {name}_judged WHERE rate <= $leads",
                parameters={"leads": leads},
            )
        )
