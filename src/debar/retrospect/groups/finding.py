"""Find the groups of a platform's accounts that act as one.

Law: each signal is judged against its own chance (:mod:`debar.linking.creative`), which keeps how much each
account runs and how widely each thing is used; :mod:`debar.retrospect.groups.choosing` takes so many ties
that the stated share of the groups is chance alone, on average. Nobody is named before, nobody accused after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.linking.creative.pairs import LEADS_ONLY, LEVELS, PROJECTED, SAYS, judge_signals
from debar.model.step import Step
from debar.retrospect.clock import MILLION
from debar.retrospect.groups.behind import find_behind
from debar.retrospect.groups.choosing import choose, united
from debar.retrospect.groups.gathering import gather
from debar.retrospect.groups.results import Group, Groups, HeldBy, Tie
from debar.retrospect.groups.words import BESIDE, speaks_against, tie_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from debar.model.ports import Engine
    from debar.model.window import Window

RATE_MAX: Final = LEVELS[0][1]
"""Up to this false discovery rate the signals keep their ties."""

LOOKED_AT: Final = tuple(signal for signal in SAYS if signal not in (*BESIDE, LEADS_ONLY))
"""Signals that tie; a timetable alone ties nobody."""

_LAUNCH: Final = "COALESCE(created_at, started_at)"
_DAY: Final = f"CAST({_LAUNCH} AS DATE)"


def find_groups(
    engine: Engine, *, rate: float, window: Window | None = None, place: str | None = None
) -> Groups:
    """Return the groups of accounts that act as one, at a false discovery rate.

    Args:
        engine: Holds ``accounts``, ``ads`` and ``identifiers``.
        rate: Of the groups, this share at most is chance alone, on average; above 0, at most
            :data:`RATE_MAX`.
        window: Only ads created, else started, on these UTC days; None for all, those without a day too.
            Landing pages are the accounts' own and know no window.
        place: Only ads aimed at this country (ISO 3166 alpha-2).
    """
    assert 0 < rate <= RATE_MAX, "what is less sure than a lead is not kept"
    engine.run(ads_step(window, place))
    judge_signals(engine, rate, ads="group_ads")
    looked_at = signals_of(engine)
    engine.run(ties_step((*looked_at, *BESIDE)))
    ties = _ties(engine, rate, looked_at)
    groups = gather({(tie.account_a, tie.account_b): tie.rate / MILLION for tie in ties})
    places = {account: number for number, group in enumerate(groups, start=1) for account in group}
    engine.load("group_members", {"account_id": "VARCHAR", "group_no": "INTEGER"}, sorted(places.items()))
    inside, outside = _by_group(ties, places)
    find_behind(
        engine,
        [
            (number, signal, tie.account_a, tie.account_b)
            for number, held in inside.items()
            for tie in held
            for signal in tie.signals
        ],
    )
    told = _Told(names=_names(engine), launched=_launched(engine), behind=_behind(engine))
    ((accounts,),) = engine.rows("SELECT COUNT(*) FROM creative_accounts")
    return Groups(
        rate=round(rate * MILLION),
        signals=looked_at,
        accounts_count=accounts,
        ties_count=len(ties),
        groups=tuple(
            _group(number, group, inside[number], outside[number], told)
            for number, group in enumerate(groups, start=1)
        ),
    )


def ads_step(window: Window | None, place: str | None = None) -> Step:
    """Return the step ``group_ads``: what is looked at of the ads of a window and a place."""
    where: list[str] = []
    bound: dict[str, object] = {}
    if window is not None:
        where.append(f"{_DAY} BETWEEN $start AND $end")
        bound |= {"start": window.start, "end": window.end}
    if place is not None:
        where.append("array_contains(countries, $place)")
        bound["place"] = place
    columns = "ad_id, account_id, created_at, started_at, text, landing_url, targeting"
    return Step(
        name="group_ads",
        sql=f"SELECT {columns} FROM ads{' WHERE ' * bool(where)}{' AND '.join(where)}",
        parameters=bound,
    )


def signals_of(engine: Engine) -> tuple[str, ...]:
    """Return the signals of which at least two accounts show anything; this looks at no p-value."""
    tables = {signal.name: f"creative_{signal.name}_in" for signal in PROJECTED}
    tables["launch"] = "creative_moments"
    return tuple(
        signal
        for signal in LOOKED_AT
        if engine.rows(f"SELECT COUNT(DISTINCT account_no) FROM {tables[signal]}")[0][0] > 1
    )


def ties_step(signals: Sequence[str]) -> Step:
    """Return the step ``group_ties``, the kept pairs of all signals.

    Columns:
        account_a, account_b (VARCHAR): account_a < account_b.
        signal (VARCHAR), shared (INTEGER), expected (DOUBLE), crowd (INTEGER): as the signal gives them.
        rate (DOUBLE): false discovery rate of all pairs of the signal that are at least as surprising.
    """
    united = " UNION ALL ".join(
        f"SELECT '{signal}' AS signal, a_no, b_no, shared, expected, crowd, rate FROM creative_{signal}_pairs"
        for signal in signals
    )
    nothing = (
        "SELECT '' AS signal, 0 AS a_no, 0 AS b_no, 0 AS shared,"
        " CAST(0 AS DOUBLE) AS expected, 0 AS crowd, CAST(1 AS DOUBLE) AS rate"
    )
    return Step(
        name="group_ties",
        sql=(
            "SELECT a.account_id AS account_a, b.account_id AS account_b, u.signal, u.shared, u.expected,"
            f" u.crowd, u.rate FROM ({united or nothing}) AS u"
            " JOIN creative_accounts AS a ON a.account_no = u.a_no"
            " JOIN creative_accounts AS b ON b.account_no = u.b_no"
        ),
    )


def _ties(engine: Engine, rate: float, looked_at: Sequence[str]) -> list[Tie]:
    """Return the ties that may be taken, each with what it hangs on and what is told beside it."""
    rows = engine.rows(
        "SELECT account_a, account_b, signal, shared, expected, crowd, rate FROM group_ties"
        " WHERE rate <= $rate ORDER BY account_a, account_b, rate, signal",
        {"rate": rate},
    )
    found: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for one, other, signal, _, _, _, its_rate in rows:
        if signal in looked_at:
            found[signal][one, other] = its_rate
    taken = choose(found, rate, signals_count=len(looked_at))
    least = united(taken)
    said: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for one, other, signal, shared, expected, crowd, _ in rows:
        if (one, other) in (least if signal in BESIDE else taken[signal]):
            said[one, other].append((signal, tie_sentence(signal, shared, expected, crowd)))
    return [
        Tie(
            account_a=one,
            account_b=other,
            rate=min(MILLION, max(1, round(MILLION * len(looked_at) * least[one, other]))),
            signals=tuple(signal for signal, _ in words),
            sentences=tuple(sentence for _, sentence in words),
        )
        for (one, other), words in said.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is told of the members: name; ads, first and last day; and a group's ads behind each signal."""

    names: Mapping[str, str]
    launched: Mapping[str, tuple[int, date | None, date | None]]
    behind: Mapping[int, Mapping[str, int]]


def _names(engine: Engine) -> dict[str, str]:
    return dict(
        engine.rows(
            "SELECT m.account_id, MIN(COALESCE(a.name, m.account_id)) FROM group_members AS m"
            " JOIN accounts AS a ON a.account_id = m.account_id GROUP BY m.account_id"
        )
    )


def _launched(engine: Engine) -> dict[str, tuple[int, date | None, date | None]]:
    """Return of each member with ads how many it has, and the first and the last day of those with a day."""
    return {
        account_id: (ads, first, last)
        for account_id, ads, first, last in engine.rows(
            f"SELECT m.account_id, COUNT(*), MIN({_DAY}), MAX({_DAY}) FROM group_members AS m"
            " JOIN group_ads AS d ON d.account_id = m.account_id GROUP BY m.account_id"
        )
    }


def _by_group(
    ties: Sequence[Tie], places: Mapping[str, int]
) -> tuple[Mapping[int, list[Tie]], Mapping[int, list[Tie]]]:
    """Return by a group's number the ties between its members, and those that lead out of it."""
    inside: dict[int, list[Tie]] = defaultdict(list)
    outside: dict[int, list[Tie]] = defaultdict(list)
    for tie in ties:
        ends = {places.get(tie.account_a), places.get(tie.account_b)}
        of = inside if len(ends) == 1 else outside
        for number in ends:
            if number is not None:
                of[number].append(tie)
    return inside, outside


def _behind(engine: Engine) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for group_no, signal, ads in engine.rows(
        "SELECT group_no, signal, COUNT(*) FROM group_behind GROUP BY group_no, signal"
    ):
        found[group_no][signal] = ads
    return found


def _group(
    number: int, members: tuple[str, ...], inside: Sequence[Tie], outside: Sequence[Tie], told: _Told
) -> Group:
    launched = [told.launched[account] for account in members if account in told.launched]
    return Group(
        members=members,
        names=tuple(told.names[account] for account in members),
        ads_count=sum(ads for ads, _, _ in launched),
        signals=_signals(inside, told.behind.get(number, {})),
        ties=tuple(inside),
        outside=tuple(outside),
        first_on=min((first for _, first, _ in launched if first is not None), default=None),
        last_on=max((last for _, _, last in launched if last is not None), default=None),
        against=speaks_against(members, inside, outside),
    )


def _signals(inside: Sequence[Tie], behind: Mapping[str, int]) -> tuple[HeldBy, ...]:
    counts = Counter(signal for tie in inside for signal in tie.signals)
    order = sorted(counts, key=lambda signal: (signal in BESIDE, -counts[signal], signal))
    return tuple(
        HeldBy(signal=signal, pairs_count=counts[signal], ads_count=behind.get(signal, 0)) for signal in order
    )
