"""Launches within seconds of another account's: on how many days, and on how many by chance.

Law: the larger of two chances counts. The first keeps how many launches each account makes in each hour, and
at which seconds of an hour it and the whole platform like to launch, and leaves open the moment: so neither
office hours, nor a busy week, nor campaigns that are set to start on the hour are coordination. The
second keeps all moments, and leaves open whose they are: so where everything happens at once, nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from debar.linking.creative.significance import false_discovery_rates, log_tail
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.ports import Engine

SECONDS: Final = 30
"""Launches this close together may have been made by one hand."""

HOUR: Final = 3600
DAY: Final = 86_400
SLOTS: Final = HOUR // SECONDS

DAYS_MIN: Final = 2
"""One day on which two accounts launched together is an accident."""

CROWD_MAX: Final = 60
"""A half minute in which more accounts launch tells nothing about any two of them."""

LAUNCHED_AT: Final = "COALESCE(d.created_at, d.started_at)"
MOMENT: Final = f"DATE_DIFF('second', TIMESTAMP '1970-01-01 00:00:00', {LAUNCHED_AT})"
"""SQL of the second in which the ad ``d`` was launched."""

TOGETHER: Final = f"ABS(a.moment - b.moment) <= {SECONDS} AND a.moment // {HOUR} = b.moment // {HOUR}"
"""SQL of whether two launches are together."""

_VERDICTS: Final = {"a_no": "INTEGER", "b_no": "INTEGER", "log_p": "DOUBLE", "rate": "DOUBLE"}


def moment_steps(ads: str = "ads") -> tuple[Step, ...]:
    """Return the steps from the table of ads to launches.

    An ad is launched when it was created, else when it started. An account launches at most once in a
    half minute: a batch of ads is one launch. A time that is a bare day (midnight) is no moment.

    Returns:
        ``creative_moments`` (account_no, moment: seconds since 1970, slot: half minute), and
        ``creative_lattice`` (slot of an hour, 0 to 119; near: share of the platform's launches in it and the
        slots beside it).
    """
    near = f"n.place IN (p.place, (p.place + 1) % {SLOTS}, (p.place + {SLOTS - 1}) % {SLOTS})"
    return (
        Step(
            name="creative_moments",
            sql=(
                "SELECT account_no, MIN(moment) AS moment, slot FROM ("
                f"SELECT a.account_no, {MOMENT} AS moment, {MOMENT} // {SECONDS} AS slot FROM {ads} AS d"
                " JOIN creative_accounts AS a ON a.account_id = d.account_id"
                f" WHERE {LAUNCHED_AT} IS NOT NULL AND {LAUNCHED_AT} <> DATE_TRUNC('day', {LAUNCHED_AT}))"
                " AS m"
                " GROUP BY account_no, slot"
            ),
        ),
        Step(
            name="creative_lattice",
            sql=(
                "WITH places AS (SELECT CAST(p.place AS INTEGER) AS place,"
                " 1 + COALESCE(SUM(s.seen), 0) AS seen FROM ("
                f"SELECT UNNEST(RANGE(0, {SLOTS})) AS place) AS p LEFT JOIN ("
                f"SELECT slot % {SLOTS} AS place, COUNT(*) AS seen FROM creative_moments"
                f" GROUP BY slot % {SLOTS}) AS s ON s.place = p.place GROUP BY p.place)"
                " SELECT p.place, CAST(SUM(n.seen) AS DOUBLE) / (SELECT SUM(seen) FROM places) AS near"
                f" FROM places AS p JOIN places AS n ON {near} GROUP BY p.place"
            ),
        ),
    )


def together_steps() -> tuple[Step, ...]:
    """Return the steps that count the days on which two accounts launched together.

    Returns:
        ``creative_met`` (a_no < b_no, days INTEGER, first_day and last_day: days since 1970),
        ``creative_together`` (the same, from two days on) and ``creative_launch_chance`` (a_no, b_no,
        expected DOUBLE: days on which they would by chance).
    """
    return (
        Step(
            name="creative_launched",
            sql=(
                "SELECT account_no, moment, slot FROM creative_moments WHERE slot IN ("
                "SELECT slot FROM creative_moments GROUP BY slot"
                f" HAVING COUNT(*) <= {CROWD_MAX})"
            ),
        ),
        Step(
            name="creative_met",
            sql=(
                f"SELECT a_no, b_no, CAST(COUNT(DISTINCT moment // {DAY}) AS INTEGER) AS days,"
                f" MIN(moment // {DAY}) AS first_day, MAX(moment // {DAY}) AS last_day FROM ("
                + " UNION ALL ".join(
                    "SELECT LEAST(a.account_no, b.account_no) AS a_no,"
                    " GREATEST(a.account_no, b.account_no) AS b_no, a.moment"
                    " FROM creative_launched AS a JOIN creative_launched AS b"
                    f" ON b.slot = a.slot + {step} WHERE {TOGETHER} AND {apart}"
                    for step, apart in (
                        (0, "a.account_no < b.account_no"),
                        (1, "a.account_no <> b.account_no"),
                    )
                )
                + ") AS m GROUP BY a_no, b_no"
            ),
        ),
        Step(
            name="creative_together",
            sql=f"SELECT a_no, b_no, days, first_day, last_day FROM creative_met WHERE days >= {DAYS_MIN}",
        ),
        Step(
            name="creative_hours",
            sql=(
                f"SELECT account_no, moment // {HOUR} AS hour, COUNT(*) AS launches"
                f" FROM creative_moments GROUP BY account_no, moment // {HOUR}"
            ),
        ),
        Step(name="creative_near", sql=_NEAR),
        Step(name="creative_hour_chance", sql=_HOUR_CHANCE),
        Step(name="creative_launch_chance", sql=_CHANCE),
    )


_NEAR: Final = (
    "SELECT account_no, hour, place, COUNT(*) AS launches FROM ("
    + " UNION ALL ".join(
        f"SELECT account_no, moment // {HOUR} AS hour, (slot + {beside}) % {SLOTS} AS place"
        " FROM creative_moments"
        for beside in (0, 1, SLOTS - 1)
    )
    + ") AS p GROUP BY account_no, hour, place"
)


def _one_way(one: str, other: str) -> str:
    """Return SQL of how often the other would launch beside the one's launches of an hour, by chance.

    The other launches at a place of the hour as often as the platform does, or as it does itself in its
    other hours: who always starts at nine sharp meets all others who do.
    """
    return (
        f"SELECT t.a_no, t.b_no, h.hour, SUM(h.launches * GREATEST(l.near,"
        " CAST(COALESCE(w.launches, 0) - COALESCE(n.launches, 0) AS DOUBLE) / s.launches)) AS expected"
        f" FROM creative_together AS t JOIN creative_moments AS m ON m.account_no = t.{one}"
        f" JOIN creative_hours AS h ON h.account_no = t.{other} AND h.hour = m.moment // {HOUR}"
        f" JOIN sizes AS s ON s.account_no = t.{other}"
        f" JOIN creative_lattice AS l ON l.place = m.slot % {SLOTS}"
        f" LEFT JOIN habits AS w ON w.account_no = t.{other} AND w.place = m.slot % {SLOTS}"
        f" LEFT JOIN creative_near AS n ON n.account_no = t.{other} AND n.place = m.slot % {SLOTS}"
        " AND n.hour = h.hour GROUP BY t.a_no, t.b_no, h.hour"
    )


_HOUR_CHANCE: Final = (
    "WITH sizes AS (SELECT account_no, COUNT(*) AS launches FROM creative_moments GROUP BY account_no),"
    " habits AS (SELECT account_no, place, SUM(launches) AS launches FROM creative_near"
    " GROUP BY account_no, place), ways AS ("
    + _one_way("a_no", "b_no")
    + " UNION ALL "
    + _one_way("b_no", "a_no")
    + "), hours AS (SELECT a_no, b_no, hour, MAX(expected) AS expected FROM ways GROUP BY a_no, b_no, hour),"
    f" days AS (SELECT a_no, b_no, hour // {DAY // HOUR} AS day, SUM(expected) AS expected FROM hours"
    f" GROUP BY a_no, b_no, hour // {DAY // HOUR})"
    " SELECT a_no, b_no, SUM(1 - EXP(-expected)) AS expected FROM days GROUP BY a_no, b_no"
)

_CHANCE: Final = (
    "WITH sizes AS (SELECT account_no, CAST(COUNT(*) AS DOUBLE) AS launches FROM creative_moments"
    " GROUP BY account_no), whole AS (SELECT (SUM(launches) * SUM(launches) - SUM(launches * launches)) / 2"
    " AS pairs FROM sizes), met AS (SELECT CAST(SUM(days) AS DOUBLE) AS days FROM creative_met)"
    " SELECT h.a_no, h.b_no, GREATEST(h.expected, a.launches * b.launches * met.days / whole.pairs)"
    " AS expected"
    " FROM creative_hour_chance AS h JOIN sizes AS a ON a.account_no = h.a_no"
    " JOIN sizes AS b ON b.account_no = h.b_no CROSS JOIN whole CROSS JOIN met"
)


def judge_launches(engine: Engine, ads: str = "ads") -> None:
    """Make ``creative_launch_pairs``: a_no, b_no, shared (days), expected, crowd (2), log_p, rate.

    The number of days on which two accounts would launch together by chance is a sum of independent trials, a
    day each; its tail is bounded by the Poisson law's. All pairs of accounts that launched at known moments
    are hypotheses.

    Source: the jitter null, A. Amarasingham, M. T. Harrison, N. G. Hatsopoulos, S. Geman, "Conditional
    modeling and the jitter method of spike resampling", Journal of Neurophysiology 107 (2012); rapid
    co-sharing: F. Giglietto, N. Righetti, L. Rossi, G. Marino, "It takes a village to manipulate the media",
    Information, Communication & Society 23 (2020).
    """
    for step in (*moment_steps(ads), *together_steps()):
        engine.run(step)
    rows = engine.rows(
        "SELECT t.a_no, t.b_no, t.days, c.expected FROM creative_together AS t"
        " JOIN creative_launch_chance AS c ON c.a_no = t.a_no AND c.b_no = t.b_no ORDER BY 1, 2"
    )
    ((accounts,),) = engine.rows("SELECT COUNT(DISTINCT account_no) FROM creative_moments")
    days = np.array([row[2] for row in rows], dtype=np.float64)
    log_p = log_tail(days, np.array([row[3] for row in rows], dtype=np.float64))
    rates = false_discovery_rates(log_p, np.ones(days.shape), accounts * (accounts - 1) / 2)
    engine.load(
        "creative_launch_verdicts",
        _VERDICTS,
        [(row[0], row[1], float(p), float(q)) for row, p, q in zip(rows, log_p, rates, strict=True)],
    )
    engine.run(
        Step(
            name="creative_launch_pairs",
            sql=(
                "SELECT t.a_no, t.b_no, t.days AS shared, c.expected, CAST(2 AS INTEGER) AS crowd, v.log_p,"
                " v.rate FROM creative_together AS t"
                " JOIN creative_launch_chance AS c ON c.a_no = t.a_no AND c.b_no = t.b_no"
                " JOIN creative_launch_verdicts AS v ON v.a_no = t.a_no AND v.b_no = t.b_no"
            ),
        )
    )
