"""What is measured of each account, to be compared with all others: one SQL question a signal.

Law: an account is measured only where it has enough to be measured by; what it does not show is not a zero.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from debar.model.money import Money, show
from debar.retrospect import declarations, holders, landings, steps
from debar.retrospect.against import AgainstOthers, Measured, Untold, compare, rarities, shares
from debar.retrospect.clock import MILLION, OFFICE_DAYS, OFFICE_HOURS, percent, zone
from debar.retrospect.steps import UNATTRIBUTED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from debar.model.ports import Engine
    from debar.model.window import Window

LAUNCHES_MIN: Final = 10
"""An account with fewer launches at a known time has no habit."""

TEXTS_MIN: Final = 5
"""An account with fewer texts, or aims, has nothing to share."""

EARLY_DAYS: Final = 7
"""What an account spends at once is what it spends within so many days of its creation."""


def against_others(
    engine: Engine,
    *,
    window: Window,
    time_zone: str,
    around: date | None = None,
    election_words: Sequence[str] | None = None,
) -> tuple[tuple[AgainstOthers, ...], tuple[Untold, ...]]:
    """Return each signal that accounts asked for and others both show; and those that no table tells.

    Args:
        engine: Holds ``retrospect_ads`` and its kin, ``accounts``, ``billing`` and ``identifiers``, if any.
        window: In which an account changed hands.
        time_zone: Zone of the office hours.
        around: A day after which nobody was to go on, such as a legal one; None for none.
        election_words: Words of the election, as :func:`debar.retrospect.declarations.read_words` gives them;
            None for the shipped ones.
    """
    currencies, homes = _attributes(engine)
    found = (
        compare("paying currency", rarities(currencies, words=_AIMED)),
        compare("payer's country", rarities(homes, words=_AIMED)),
        compare("office hours", _office(engine, time_zone)),
        compare("one-day burst", _bursts(engine)),
        compare("spends at once", _early(engine)),
        compare("goes on after the day", _after(engine, around)) if around else None,
        compare("texts of others", shared(engine, "text")),
        compare("audiences of others", shared(engine, "targeting")),
        _elections(engine, window, election_words),
        _landings(engine),
        _hands(engine, window),
    )
    return (
        tuple(one for one in found if isinstance(one, AgainstOthers)),
        tuple(one for one in found if isinstance(one, Untold)),
    )


UNDECLARED: Final = Untold(
    name="undeclared election ads", why="no ad with a text says that it was not declared political"
)
LEADS_NOWHERE: Final = Untold(name="landing templates", why="no ad says where it leads")
UNDATED: Final = Untold(
    name="changed hands", why="no legal or contact identifier says since when or until when it was held"
)


def _elections(
    engine: Engine, window: Window, election_words: Sequence[str] | None
) -> AgainstOthers | Untold | None:
    if not declarations.are_told(engine):
        return UNDECLARED
    words = declarations.shipped_words() if election_words is None else election_words
    declared, elsewhere = declarations.how_often(engine, words, window)
    beside = (
        f"Such a word ({len(words)} {'shipped ones' if election_words is None else 'given'}) stands in"
        f" {_of_ads(declared, 'declared ads of others')} and in"
        f" {_of_ads(elsewhere, 'undeclared ads of others outside the window')}."
    )
    return compare(UNDECLARED.name, declarations.undeclared(engine, words), beside=beside)


def _landings(engine: Engine) -> AgainstOthers | Untold | None:
    if not landings.are_told(engine):
        return LEADS_NOWHERE
    return compare(LEADS_NOWHERE.name, landings.templates(engine))


def _hands(engine: Engine, window: Window) -> AgainstOthers | Untold | None:
    if not holders.are_told(engine):
        return UNDATED
    return compare(UNDATED.name, holders.changed_hands(engine, window))


def _of_ads(rate: int | None, ads: str) -> str:
    return f"no {ads}, of which there are none," if rate is None else f"{percent(rate)} of {ads}"


_AIMED: Final = "{attribute}, aimed at {stratum}"

_ATTRIBUTES: Final = """
WITH aims AS (
  SELECT account_id, asked, country, COUNT(*) AS ads_count
  FROM (SELECT account_id, asked, unnest(countries) AS country FROM retrospect_said) AS aimed
  GROUP BY account_id, asked, country
), main_aim AS (
  SELECT account_id, asked, country
  FROM (
    SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY ads_count DESC, country) AS place FROM aims
  ) AS ranked
  WHERE place = 1
), paid AS (
  SELECT account_id, currency, COUNT(*) AS ads_count FROM retrospect_ads
  WHERE currency IS NOT NULL GROUP BY account_id, currency
), main_currency AS (
  SELECT account_id, currency
  FROM (
    SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY ads_count DESC, currency) AS place FROM paid
  ) AS ranked
  WHERE place = 1
)
SELECT m.account_id, m.asked, m.country, p.currency, a.country
FROM main_aim AS m
LEFT JOIN main_currency AS p ON p.account_id = m.account_id
LEFT JOIN accounts AS a ON a.account_id = m.account_id
ORDER BY m.account_id"""


_Attribute = tuple[str, bool, str, str]


def _attributes(engine: Engine) -> tuple[list[_Attribute], list[_Attribute]]:
    """Return accounts with the country that they mostly aim at, and their currency; and their own country."""
    rows = [row for row in engine.rows(_ATTRIBUTES) if row[0] != UNATTRIBUTED]
    currencies = [(row[0], bool(row[1]), row[2], row[3]) for row in rows if row[3]]
    return currencies, [(row[0], bool(row[1]), row[2], row[4]) for row in rows if row[4]]


def _office(engine: Engine, time_zone: str) -> list[Measured]:
    """Return of each account with a habit the share of launches in office hours."""
    place = zone(time_zone)
    timed = (
        "SELECT account_id, asked, date_trunc('hour', launched_at) AS hour FROM retrospect_ads"
        f" WHERE launched_at <> date_trunc('day', launched_at) AND account_id <> '{UNATTRIBUTED}'"
    )
    hours = []
    for (hour,) in engine.rows(f"SELECT DISTINCT hour FROM ({timed}) AS timed"):
        local = hour.replace(tzinfo=UTC).astimezone(place)
        hours.append((hour, int(local.weekday() in OFFICE_DAYS and local.hour in OFFICE_HOURS)))
    engine.load("retrospect_hours", {"hour": "TIMESTAMP", "inside": "BIGINT"}, hours)
    rows = engine.rows(
        "SELECT t.account_id, t.asked, CAST(SUM(h.inside) AS BIGINT), COUNT(*)"
        f" FROM ({timed}) AS t JOIN retrospect_hours AS h ON h.hour = t.hour"
        f" GROUP BY t.account_id, t.asked HAVING COUNT(*) >= {LAUNCHES_MIN} ORDER BY t.account_id"
    )
    return shares(rows, "launches")


def _bursts(engine: Engine) -> list[Measured]:
    """Return of each account with a habit the share of its launches on its busiest day."""
    rows = engine.rows(
        "SELECT account_id, asked, MAX(launches), CAST(SUM(launches) AS BIGINT) FROM ("
        " SELECT account_id, asked, CAST(launched_at AS DATE) AS day, COUNT(*) AS launches"
        f" FROM retrospect_ads WHERE account_id <> '{UNATTRIBUTED}' GROUP BY 1, 2, 3) AS days"
        f" GROUP BY account_id, asked HAVING SUM(launches) >= {LAUNCHES_MIN} ORDER BY account_id"
    )
    return shares(rows, "launches on one day")


def _after(engine: Engine, day: date) -> list[Measured]:
    """Return of each account with a habit the share of its launches after a day."""
    rows = engine.rows(
        "SELECT account_id, asked,"
        " SUM(CASE WHEN CAST(launched_at AS DATE) > $day THEN 1 ELSE 0 END), COUNT(*)"
        f" FROM retrospect_ads WHERE account_id <> '{UNATTRIBUTED}'"
        f" GROUP BY account_id, asked HAVING COUNT(*) >= {LAUNCHES_MIN} ORDER BY account_id",
        {"day": day},
    )
    return shares(rows, f"launches after {day}")


_EARLY: Final = f"""
SELECT b.account_id, s.account_id IS NOT NULL, b.currency, CAST(SUM(b.amount_micros) AS DECIMAL(38,0))
FROM billing AS b
JOIN accounts AS a ON a.account_id = b.account_id
LEFT JOIN retrospect_accounts AS s ON s.account_id = b.account_id
WHERE b.kind = 'delivered' AND a.created_at IS NOT NULL
  AND date_diff('day', CAST(a.created_at AS DATE), b.service_day) BETWEEN 0 AND {EARLY_DAYS - 1}
GROUP BY b.account_id, s.account_id, b.currency
ORDER BY b.account_id, b.currency"""


def _early(engine: Engine) -> list[Measured]:
    """Return what each account was billed in its first week, among those billed in the same currency."""
    return [
        Measured(
            account_id=account_id,
            asked=bool(asked),
            stratum=currency,
            value=int(micros),
            shown=f"{show(Money(currency=currency, amount_micros=int(micros)))} in its first week",
        )
        for account_id, asked, currency, micros in engine.rows(_EARLY)
        if account_id != UNATTRIBUTED
    ]


def shared(engine: Engine, column: str) -> list[Measured]:
    """Return of each account with enough of them the share of its texts that another account uses too."""
    assert column in ("text", "targeting"), "columns are ours"
    engine.run(steps.candidates(column))
    engine.run(steps.shared_words(column))
    rows = engine.rows(
        "SELECT a.account_id, a.asked, COALESCE(MAX(w.ads_count), 0), COUNT(*) FROM retrospect_ads AS a"
        " LEFT JOIN retrospect_shared_words AS w ON w.account_no = a.account_no"
        f" WHERE a.{column}_hash IS NOT NULL AND a.account_id <> '{UNATTRIBUTED}'"
        f" GROUP BY a.account_id, a.asked HAVING COUNT(*) >= {TEXTS_MIN} ORDER BY a.account_id"
    )
    return [
        Measured(
            account_id=account_id,
            asked=bool(asked),
            stratum="",
            value=MILLION * shared // total,
            shown=f"{shared:,} of {total:,} ads",
        )
        for account_id, asked, shared, total in rows
    ]
