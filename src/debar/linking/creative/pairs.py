"""All signals over a platform, and the pairs of accounts that chance does not explain.

Law: each signal is judged alone, against its own chance; a pair is *validated* by a signal when all pairs
that are at least as surprising are false in one of twenty at most. The rest is no evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.creative import habits, texts
from debar.linking.creative.bipartite import Signal, project
from debar.linking.creative.launches import judge_launches
from debar.linking.creative.schedules import judge_schedules
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.ports import Engine

CROWD_CAP: Final = 200
"""A text or landing page that more accounts use is common property."""

WORDS_ALIKE: Final = 2
"""Two ads resemble each other when they have two rare words in common: one may be a place or a name."""

PHRASES_ALIKE: Final = 3
"""The same for pairs of neighbouring words: three of them are a run of four words, or more than one run."""

PROJECTED: Final = (
    Signal(name="copy", crowd_cap=CROWD_CAP),
    Signal(name="word", crowd_cap=texts.RARE, values_min=WORDS_ALIKE),
    Signal(name="phrase", crowd_cap=texts.RARE, values_min=PHRASES_ALIKE),
    Signal(name="landing", crowd_cap=CROWD_CAP),
    Signal(name="template", crowd_cap=texts.RARE, values_min=WORDS_ALIKE),
    Signal(name="audience", crowd_cap=texts.RARE, values_min=WORDS_ALIKE),
)

SIGNALS: Final = (*(signal.name for signal in PROJECTED), "launch", "schedule")
"""What is looked at, in the order in which it is shown."""

LEVELS: Final = ((1, 0.2), (2, 0.05), (3, 0.001))
"""Level of a pair to the largest false discovery rate at which it still has that level."""

VALIDATED: Final = 2
"""Pairs from this level on become evidence."""

LEADS_ONLY: Final = "schedule"
"""Office hours in one time zone make timetables alike: a lead to look at, never evidence."""

SAYS: Final = {
    "copy": "ad texts that are the same or variants of each other",
    "word": "words that few accounts use",
    "phrase": "pairs of words that few accounts use",
    "landing": "landing pages",
    "template": "words of campaign templates that few accounts use",
    "audience": "targeting terms that few accounts use",
    "launch": "days with launches within 30 seconds of each other",
    "schedule": "hours of the week in which both launch",
}
"""What is counted, for sentences."""


def find_pairs(engine: Engine, *, leads: float = LEVELS[0][1]) -> None:
    """Make ``creative_pairs`` from ``accounts``, ``ads`` and ``identifiers``.

    Args:
        engine: Holds them; the normalised tables.
        leads: Pairs up to this false discovery rate are kept in ``creative_<signal>_pairs``, a_no < b_no with
            log_p and rate: 1.0 ranks all pairs of a small platform.

    Columns:
        account_a, account_b (VARCHAR): account_a < account_b.
        signal (VARCHAR): one of :data:`SIGNALS`.
        level (INTEGER): 1 leads to look at, 2 validated, 3 validated beyond doubt of chance.
        p_value (DOUBLE): chance to share at least as much.
        rate (DOUBLE): false discovery rate of all pairs at least as surprising.
        shared_count (INTEGER), expected (DOUBLE): what they share, and what chance would give.
        crowd (INTEGER): holders of the rarest thing they share.
        sentence (VARCHAR): the same in words.
    """
    judge_signals(engine, leads)
    engine.run(pairs_step())


def judge_signals(engine: Engine, leads: float, *, ads: str = "ads") -> None:
    """Make ``creative_<signal>_pairs`` of every signal.

    Args:
        engine: Holds the tables.
        leads: As in :func:`find_pairs`.
        ads: Table of the ads that are looked at; landing pages come from ``identifiers`` and know no window.
    """
    engine.run(
        Step(
            name="creative_accounts",
            sql=(
                "SELECT account_id, CAST(ROW_NUMBER() OVER (ORDER BY account_id) AS INTEGER) AS account_no"
                " FROM accounts WHERE account_id <> 'unattributed'"
            ),
        )
    )
    for step in (*texts.text_steps(ads), *texts.sketch_steps()):
        engine.run(step)
    texts.gather_variants(engine)
    for step in (
        texts.unit_step(),
        texts.copy_step(),
        texts.word_step(),
        texts.phrase_step(),
        habits.landing_step(),
        habits.query_step(ads),
        habits.template_step(),
        habits.aim_step(ads),
        habits.audience_step(),
    ):
        engine.run(step)
    for signal in PROJECTED:
        project(engine, signal, leads)
    judge_launches(engine, ads)
    judge_schedules(engine)


def pairs_step() -> Step:
    """Return the step ``creative_pairs``; see :func:`find_pairs`."""
    levels = " ".join(f"WHEN rate <= {rate} THEN {level}" for level, rate in reversed(LEVELS))
    says = " ".join(f"WHEN '{signal}' THEN '{words}'" for signal, words in SAYS.items())
    united = " UNION ALL ".join(
        f"SELECT '{signal}' AS signal, a_no, b_no, shared, expected, crowd, log_p, rate"
        f" FROM creative_{signal}_pairs WHERE rate <= {LEVELS[0][1]}"
        for signal in SIGNALS
    )
    return Step(
        name="creative_pairs",
        sql=(
            "SELECT a.account_id AS account_a, b.account_id AS account_b, signal,"
            f" CASE WHEN signal = '{LEADS_ONLY}' THEN 1 {levels} END AS level,"
            " EXP(log_p) AS p_value, rate, shared AS shared_count, expected, crowd,"
            f" 'Both have ' || CAST(shared AS VARCHAR) || ' ' || CASE signal {says} END"
            " || CASE WHEN signal = 'schedule' THEN ', by one timetable that is not the platform''s.'"
            " ELSE ', where chance gives ' || CAST(ROUND(expected, 2) AS VARCHAR) || '.' END AS sentence"
            f" FROM ({united}) AS u JOIN creative_accounts AS a ON a.account_no = u.a_no"
            " JOIN creative_accounts AS b ON b.account_no = u.b_no"
            " ORDER BY account_a, account_b, signal"
        ),
    )
