"""The retrospective itself: one pass over the ads of a window, then small questions.

Law: the same tables and question give the same answer, in any row order; the background is everybody else
on the same platform, or equally many of them chosen by the hash of their ids; it can be nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_USAGE, DebarError
from debar.retrospect import steps
from debar.retrospect.clock import read_clock, share, weeks, zone
from debar.retrospect.measures import against_others
from debar.retrospect.retrospective import (
    Aim,
    Amount,
    Around,
    Counts,
    CurrencyUse,
    Launches,
    Retrospective,
    SharedTexts,
    Spender,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.model.ports import Engine
    from debar.model.window import Window

AIMS_MAX: Final = 30
PAIRS_MAX: Final = 20
TEXTS_MAX: Final = 10
AROUND_DAYS: Final = 56
"""Eight weeks on either side."""

_NEW_LABEL = re.compile(r"\n(?=[A-Z][\w /-]*: )")
_BETWEEN = re.compile(r"[;,]|\s+or\s+|(?<=\))or\s+")
_BARE = frozenset({"Age", "Gender", "Language"})
_PLACEMENTS = frozenset({"Placements"})


def retrospect(
    engine: Engine,
    *,
    window: Window,
    accounts: Sequence[str] | None = None,
    place: str | None = None,
    time_zone: str = "UTC",
    around: date | None = None,
    election_words: Sequence[str] | None = None,
) -> Retrospective:
    """Say what was bought in a window, by whom, aimed at whom, paid how, and when.

    Args:
        engine: Holds the normalised tables.
        window: Whole UTC days; an ad belongs to the day on which it was created, else started.
        accounts: Accounts asked for; None for all of the platform, and then there is no background.
        place: Country (ISO 3166 alpha-2): only ads aimed at it, only spend in its market.
        time_zone: Name of the zone in which hours and weekdays are counted.
        around: Day around which launches are counted, such as that of an election.
        election_words: Words that say that an ad is about an election, as
            :func:`debar.retrospect.declarations.read_words` gives them; None for the shipped ones.

    Raises:
        DebarError: DBR-T001, an account asked for has no row in any table; DBR-T002, unknown time zone.
    """
    zone(time_zone)
    engine.run(steps.all_accounts())
    if accounts is not None:
        _check_known(engine, accounts)
        rows = [(account,) for account in sorted(set(accounts))]
        engine.load("retrospect_accounts", {"account_id": "VARCHAR"}, rows)
    states_currency = engine.rows("SELECT COUNT(currency) FROM ads")[0][0] > 0
    engine.load("retrospect_question", steps.QUESTION, [(window.start, window.end, place)])
    engine.run(steps.numbers())
    engine.view(steps.said())
    engine.run(steps.ads_in_window(window, place, states_currency=states_currency))
    engine.run(steps.delivered(window, place))
    engine.run(steps.stated_by_period(window, place))
    counts = _counts(engine)
    asked, background = counts.get(True, Counts()), counts.get(False)
    quarters, days, dates_only = _times(engine)
    totals, spenders = _spenders(engine)
    against, untold = (
        ((), ())
        if background is None
        else against_others(
            engine, window=window, time_zone=time_zone, around=around, election_words=election_words
        )
    )
    return Retrospective(
        window=window,
        place=place,
        asked_count=None if accounts is None else len(set(accounts)),
        counts=asked,
        background=background,
        **_undated(engine),
        totals=totals,
        spenders=spenders,
        currencies=_currencies(engine, asked, background),
        countries=_countries(engine, asked, background),
        phrases=_phrases(engine, asked),
        clock=read_clock(quarters[True], quarters[False], time_zone=time_zone, dates_only_count=dates_only),
        weeks=weeks(days[True]),
        background_weeks=weeks(days[False]),
        around=None if around is None else _around(around, days, has_background=background is not None),
        **_signals(engine, background),
        **_months(engine),
        against=against,
        untold=untold,
    )


def _check_known(engine: Engine, accounts: Sequence[str]) -> None:
    known = {row[0] for row in engine.rows("SELECT account_id FROM retrospect_accounts")}
    missing = sorted(set(accounts) - known)
    if missing:
        raise DebarError(
            "DBR-T001",
            f"{len(missing)} of the accounts asked for are in no table of the platform",
            hint="find accounts with `debar accounts`",
            exit_code=EXIT_USAGE,
            details=tuple(missing[:10]),
        )


def _counts(engine: Engine) -> dict[bool, Counts]:
    return {
        asked: Counts(
            ads_count=ads,
            accounts_count=accounts,
            unattributed_count=int(unattributed),
            impressions_low=int(low or 0),
            impressions_high=int(high or 0),
            impressions_unknown_count=unknown,
            clicks=int(clicks or 0),
            unstated_count=unstated,
            zero_count=int(zero or 0),
        )
        for asked, ads, accounts, unattributed, low, high, unknown, clicks, unstated, zero in engine.rows(
            steps.COUNTS
        )
    }


def _undated(engine: Engine) -> dict[str, Any]:
    rows = engine.rows(steps.UNDATED)
    return {
        "undated_count": sum(ads for _, ads, *_ in rows),
        "undated": tuple(
            _amount(currency, low, high, unclosed)
            for currency, _, low, high, unclosed in rows
            if currency and low is not None
        ),
    }


def _times(
    engine: Engine,
) -> tuple[dict[bool, dict[datetime, int]], dict[bool, dict[date, int]], int]:
    """Return launches by quarter of an hour and by day; and how many of those asked for are dates only."""
    quarters: dict[bool, dict[datetime, int]] = {True: {}, False: {}}
    days: dict[bool, dict[date, int]] = {True: {}, False: {}}
    dates_only = 0
    for asked, hour, quarter, midnight, count in engine.rows(steps.QUARTERS):
        days[asked][hour.date()] = days[asked].get(hour.date(), 0) + count
        timed = count - int(midnight)
        dates_only += int(midnight) if asked else 0
        if timed:
            quarters[asked][hour + timedelta(minutes=15 * quarter)] = timed
    return quarters, days, dates_only


def _spenders(engine: Engine) -> tuple[tuple[Spender, ...], tuple[Spender, ...]]:
    """Return totals and accounts, by basis and currency; the largest first within one."""
    names = dict(
        engine.rows(
            "SELECT c.account_id, c.name FROM accounts AS c"
            " JOIN retrospect_accounts AS s ON s.account_id = c.account_id"
        )
    )
    found: list[Spender] = []

    def add(account_id: str, amount: Amount, basis: str, *, ads: int | None, market: str = "") -> None:
        name = names.get(account_id) or ""
        found.append(
            Spender(
                account_id=account_id, name=name, amount=amount, basis=basis, ads_count=ads, market=market
            )
        )

    for account_id, currency, market, micros in engine.rows(
        "SELECT account_id, currency, market, CAST(SUM(amount_micros) AS DECIMAL(38,0))"
        " FROM retrospect_delivered WHERE asked GROUP BY account_id, currency, market"
    ):
        exact = Amount(currency=currency, low_micros=int(micros), high_micros=int(micros))
        add(account_id, exact, "delivered", ads=None, market=market or "")
    for account_id, currency, ads, low, high, unclosed in engine.rows(steps.ACCOUNT_ADS):
        if currency and low is not None:
            add(account_id, _amount(currency, low, high, unclosed), "stated by ad", ads=ads)
    for account_id, currency, _, low, high, unclosed in engine.rows("SELECT * FROM retrospect_stated"):
        add(account_id, _amount(currency, low, high, unclosed), "stated by period", ads=None)
    found.sort(key=lambda s: (s.basis, s.amount.currency, -s.amount.low_micros, s.account_id, s.market))
    return _totals(found), tuple(found)


def _amount(currency: str, low: Any, high: Any, unclosed: int) -> Amount:  # noqa: ANN401 - DECIMAL or None
    return Amount(
        currency=currency, low_micros=int(low or 0), high_micros=None if unclosed else int(high or 0)
    )


def _totals(spenders: Sequence[Spender]) -> tuple[Spender, ...]:
    groups: dict[tuple[str, str], list[Spender]] = {}
    for spender in spenders:
        groups.setdefault((spender.basis, spender.amount.currency), []).append(spender)
    totals = []
    for (basis, currency), group in sorted(groups.items()):
        highs = [spender.amount.high_micros for spender in group]
        ads = [spender.ads_count for spender in group]
        amount = Amount(
            currency=currency,
            low_micros=sum(spender.amount.low_micros for spender in group),
            high_micros=None if None in highs else sum(high or 0 for high in highs),
        )
        count = None if None in ads else sum(n or 0 for n in ads)
        totals.append(Spender(account_id="", name="", amount=amount, basis=basis, ads_count=count, market=""))
    return tuple(totals)


def _currencies(engine: Engine, asked: Counts, background: Counts | None) -> tuple[CurrencyUse, ...]:
    rows = engine.rows(steps.BY_CURRENCY)
    whole = background.ads_count if background else None
    others = {currency or "": ads for is_asked, currency, ads, *_ in rows if not is_asked}
    uses = [
        CurrencyUse(
            currency=currency or "",
            ads_count=ads,
            ads_share=share(ads, asked.ads_count),
            background_share=None if whole is None else share(others.get(currency or "", 0), whole),
            stated=_amount(currency, low, high, unclosed) if currency and stated else None,
            stated_count=stated,
        )
        for is_asked, currency, ads, stated, low, high, unclosed in rows
        if is_asked
    ]
    return tuple(sorted(uses, key=lambda use: (-use.ads_count, use.currency)))


def _countries(engine: Engine, asked: Counts, background: Counts | None) -> tuple[Aim, ...]:
    rows = engine.rows(steps.COUNTRIES)
    others = {country: ads for is_asked, country, ads in rows if not is_asked}
    return tuple(
        Aim(
            what=country,
            ads_count=ads,
            ads_share=share(ads, asked.ads_count),
            background_share=share(others.get(country, 0), background.ads_count) if background else None,
        )
        for is_asked, country, ads in rows
        if is_asked
    )[:AIMS_MAX]


def _phrases(engine: Engine, asked: Counts) -> tuple[Aim, ...]:
    """Return the commonest parts of targeting texts; the background is not counted."""
    found: Counter[str] = Counter()
    for targeting, ads in engine.rows(steps.TARGETING):
        for phrase in phrases(targeting):
            found[phrase] += ads
    order = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:AIMS_MAX]
    return tuple(
        Aim(what=phrase, ads_count=ads, ads_share=share(ads, asked.ads_count), background_share=None)
        for phrase, ads in order
    )


def phrases(targeting: str) -> set[str]:
    r"""Return the parts of a targeting text: a label stays only where its value says nothing without it.

    A line without a label goes on from the line before.

    Example:
        >>> sorted(phrases("Location: United States\nInterests: Jazz or\nBlues\nAge: 18 - 65+"))
        ['Age 18 - 65+', 'Blues', 'Jazz', 'United States']
    """
    found = set()
    for line in _NEW_LABEL.split(targeting):
        label, _, rest = " ".join(line.split()).rpartition(": ")
        if label in _PLACEMENTS:
            continue
        for part in _BETWEEN.split(rest):
            phrase = f"{label} {part.strip()}" if label in _BARE else part.strip()
            if 2 < len(phrase) <= 80:
                found.add(phrase)
    return found


def _around(day: date, days: Mapping[bool, Mapping[date, int]], *, has_background: bool) -> Around:
    def between(counts: Mapping[date, int], first: date, last: date) -> int:
        return sum(count for at, count in counts.items() if first <= at <= last)

    before = (day - timedelta(days=AROUND_DAYS - 1), day)
    after = (day + timedelta(days=1), day + timedelta(days=AROUND_DAYS))
    return Around(
        day=day,
        before_count=between(days[True], *before),
        after_count=between(days[True], *after),
        background_before_count=between(days[False], *before) if has_background else None,
        background_after_count=between(days[False], *after) if has_background else None,
    )


def _signals(engine: Engine, background: Counts | None) -> dict[str, Any]:
    """Return what needs a comparison with equally many others: close launches and shared texts."""
    engine.run(steps.launches("retrospect_launches", "asked"))
    engine.run(steps.shared_texts("retrospect_texts", "asked"))
    peers_launches = peers_texts = None
    if background is not None:
        engine.run(steps.peers())
        chosen = "NOT asked AND account_id IN (SELECT account_id FROM retrospect_peers)"
        engine.run(steps.launches("retrospect_launches_peers", chosen))
        engine.run(steps.shared_texts("retrospect_texts_peers", chosen))
        peers_launches = _close(engine, "retrospect_launches_peers")
        peers_texts = _texts(engine, "retrospect_texts_peers")
    ads, close, across = _close(engine, "retrospect_launches")
    pairs = engine.rows(
        "SELECT least(account_id, account_before), greatest(account_id, account_before), COUNT(*)"
        " FROM retrospect_launches WHERE seconds <= $seconds AND across"
        " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        {"seconds": steps.LAUNCH_SECONDS},
    )
    texts, text_ads = _texts(engine, "retrospect_texts")
    top = engine.rows(
        "SELECT text, ads_count, accounts_count FROM retrospect_texts"
        f" ORDER BY accounts_count DESC, ads_count DESC, text LIMIT {TEXTS_MAX}"
    )
    return {
        "launches": Launches(
            seconds=steps.LAUNCH_SECONDS,
            ads_count=ads,
            close_count=close,
            across_count=across,
            pairs=tuple((a, b, n) for a, b, n in pairs[:PAIRS_MAX]),
            peers_ads_count=None if peers_launches is None else peers_launches[0],
            peers_across_count=None if peers_launches is None else peers_launches[2],
        ),
        "shared_texts": SharedTexts(
            texts_count=texts,
            ads_count=text_ads,
            top=tuple((text[:120], n, accounts) for text, n, accounts in top),
            peers_ads_count=None if peers_texts is None else peers_texts[1],
        ),
    }


def _close(engine: Engine, table: str) -> tuple[int, int, int]:
    ads, close, across = engine.rows(
        "SELECT COUNT(*), SUM(CASE WHEN seconds <= $seconds THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN seconds <= $seconds AND across THEN 1 ELSE 0 END)"
        f" FROM {table}",
        {"seconds": steps.LAUNCH_SECONDS},
    )[0]
    return ads, int(close or 0), int(across or 0)


def _texts(engine: Engine, table: str) -> tuple[int, int]:
    texts, ads = engine.rows(f"SELECT COUNT(*), SUM(ads_count) FROM {table}")[0]
    return texts, int(ads or 0)


def _months(engine: Engine) -> dict[str, Any]:
    """Return what was delivered by month, else what is stated: at least, and at most where that differs."""
    rows = engine.rows(
        "SELECT currency, month, CAST(SUM(amount_micros) AS DECIMAL(38,0)),"
        " CAST(SUM(amount_micros) AS DECIMAL(38,0)) FROM retrospect_delivered"
        " WHERE asked GROUP BY currency, month ORDER BY currency, month"
    ) or engine.rows(steps.MONTHS)
    months: dict[str, list[tuple[date, int]]] = {}
    high: dict[str, dict[date, int | None]] = {}
    for currency, month, low_micros, high_micros in rows:
        months.setdefault(currency, []).append((month, int(low_micros)))
        if high_micros != low_micros:
            high.setdefault(currency, {})[month] = None if high_micros is None else int(high_micros)
    return {
        "months": {currency: tuple(points) for currency, points in months.items()},
        "months_high": high,
    }
