"""Working hours: whether two accounts launch by one timetable.

Law: an account's hours are compared with the platform's, not with an idea of office hours; a Bayes factor
of x for "one timetable" is by Markov's inequality a p-value of 1/x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from debar.linking.creative.significance import false_discovery_rates, log_gamma
from debar.model.step import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from debar.linking.creative.significance import Floats
    from debar.model.ports import Engine

BINS: Final = 168
"""Hours of a week; 0 is Monday, 00:00 to 00:59 UTC."""

HOURS_MIN: Final = 20
"""An account that launched in fewer hours has no habit yet."""

ACCOUNTS_MAX: Final = 1_500
"""Timetables of more accounts than this are compared only where another signal looks at the pair."""

SPREADS: Final = tuple(float(2**power) for power in range(1, 15))
"""How alike the platform's accounts may be: pseudo-counts of its mean timetable."""

_PAIRS: Final = {
    "a_no": "INTEGER",
    "b_no": "INTEGER",
    "shared": "INTEGER",
    "expected": "DOUBLE",
    "crowd": "INTEGER",
    "log_p": "DOUBLE",
    "rate": "DOUBLE",
}


def hours_step() -> Step:
    """Return the step ``creative_weeks``: account_no, bin (hour of the week), hours (with a launch)."""
    monday = 96  # the first Monday of 1970, in hours
    return Step(
        name="creative_weeks",
        sql=(
            f"SELECT account_no, CAST((hour + {BINS - monday}) % {BINS} AS INTEGER) AS bin,"
            " CAST(COUNT(*) AS INTEGER) AS hours FROM creative_hours"
            f" GROUP BY account_no, CAST((hour + {BINS - monday}) % {BINS} AS INTEGER)"
        ),
    )


def log_bayes_factors(counts: NDArray[np.int64], pairs: NDArray[np.int64]) -> Floats:
    """Return ln of how much likelier one timetable for both is than a timetable each.

    Timetables are drawn from a Dirichlet law around the platform's mean one; its spread is the likeliest of
    :data:`SPREADS` for these accounts.

    Args:
        counts: Accounts x 168: in how many distinct hours an account launched, by hour of the week.
        pairs: Rows of ``counts``, n x 2.

    Source: Dirichlet-multinomial model, e.g. T. Minka, "Estimating a Dirichlet distribution" (2000); a Bayes
    factor as evidence that is valid under the null: V. Vovk and R. Wang, "E-values", Annals of Statistics 49
    (2021).
    """
    if not len(pairs):
        return np.zeros(0)
    mean = (counts + 1.0 / BINS).sum(axis=0)
    mean /= mean.sum()
    tables = [_Likelihood(mean * spread, 2 * int(counts.sum(axis=1).max())) for spread in SPREADS]
    best = max(tables, key=lambda table: float(table.of(counts).sum()))
    single = best.of(counts)
    factors = np.empty(len(pairs))
    for start in range(0, len(pairs), 20_000):
        a, b = pairs[start : start + 20_000].T
        factors[start : start + 20_000] = best.of(counts[a] + counts[b]) - single[a] - single[b]
    return factors


class _Likelihood:
    """The Dirichlet-multinomial likelihood of counts (without the number of orders), from a table.

    Args:
        alpha: Pseudo-counts, one a bin.
        most: Largest total that will be asked for.
    """

    def __init__(self, alpha: Floats, most: int) -> None:
        rising = np.log(alpha[:, None] + np.arange(most)[None, :])
        self._bins = np.hstack([np.zeros((len(alpha), 1)), np.cumsum(rising, axis=1)])
        self._total = float(alpha.sum())

    def of(self, counts: NDArray[np.int64]) -> Floats:
        """Return ln likelihood of each row."""
        parts = self._bins[np.arange(counts.shape[1])[None, :], counts].sum(axis=1)
        totals = counts.sum(axis=1).astype(np.float64)
        start = float(log_gamma(np.array([self._total]))[0])
        likelihood: Floats = parts + start - log_gamma(self._total + totals)
        return likelihood


def judge_schedules(engine: Engine) -> None:
    """Make ``creative_schedule_pairs`` from ``creative_hours``: as for launches; shared is hours together.

    Pairs with a Bayes factor above one are kept. All pairs of accounts with a habit are hypotheses.
    """
    engine.run(hours_step())
    rows = engine.rows(
        "SELECT w.account_no, w.bin, w.hours FROM creative_weeks AS w JOIN ("
        "SELECT account_no FROM creative_weeks GROUP BY account_no"
        f" HAVING SUM(hours) >= {HOURS_MIN}) AS h ON h.account_no = w.account_no ORDER BY 1, 2"
    )
    numbers = sorted({row[0] for row in rows})
    place = {number: at for at, number in enumerate(numbers)}
    counts = np.zeros((len(numbers), BINS), dtype=np.int64)
    for number, hour, hours in rows:
        counts[place[number], hour] = hours
    pairs = _pairs(engine, place)
    log_p = -log_bayes_factors(counts, pairs)
    rates = false_discovery_rates(log_p, np.ones(len(pairs)), len(numbers) * (len(numbers) - 1) / 2)
    least = counts[pairs[:, 0]], counts[pairs[:, 1]]
    together = np.minimum(*least).sum(axis=1)
    engine.load(
        "creative_schedule_pairs",
        _PAIRS,
        [
            (numbers[a], numbers[b], int(same), 0.0, 2, float(p), float(q))
            for (a, b), same, p, q in zip(pairs, together, log_p, rates, strict=True)
            if p < 0
        ],
    )


def _pairs(engine: Engine, place: dict[int, int]) -> NDArray[np.int64]:
    """Return all pairs of accounts with a habit, or where these are too many, those launched together."""
    if len(place) <= ACCOUNTS_MAX:
        return np.argwhere(np.triu(np.ones((len(place), len(place)), dtype=bool), 1))
    rows = engine.rows("SELECT a_no, b_no FROM creative_together ORDER BY 1, 2")
    known = [(place[a], place[b]) for a, b in rows if a in place and b in place]
    return np.array(known, dtype=np.int64).reshape(-1, 2)
