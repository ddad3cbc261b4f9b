"""The rows behind a figure of a retrospective.

Law: a figure has one address, and the address gives exactly the rows that were counted: as many as the figure
says, adding up to what it says. It reads the tables that the retrospective left in the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_USAGE, DebarError
from debar.retrospect import steps
from debar.retrospect.clock import zone
from debar.retrospect.retrospective import Amount
from debar.retrospect.survey import phrases
from debar.retrospect.words import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.model.ports import Engine
    from debar.model.window import Window

FIGURES: Final = (
    "ads, unstated, zero, undated, launches, texts, stated=RUB, stated=RUB:2016-05, currency=RUB,"
    " month=2016-05, week=2016-05-02, hour=Thu-16, country=US, account=ID, phrase=TEXT, delivered=USD,"
    " delivered=USD:2016-05, billed=ID, period=USD; with --groups: group=1, group=1:copy"
)

_MONTH_LENGTH: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that a figure counts.

    Args:
        row_id: Of the ad, or of the billing event; empty for a period's row.
        account_id: Its account.
        at: When it was launched, UTC, or the day of service; a period's row has its period; or empty.
        amount: What it states or what was billed; None where nothing is stated.
        file: The file it stands in, or that file's SHA-256; empty where the tables do not say.
        record: Its row there; None where the tables do not say.
    """

    row_id: str
    account_id: str
    at: str
    amount: Amount | None
    file: str
    record: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the row as a JSON object."""
        return {
            "id": self.row_id,
            "account_id": self.account_id,
            "at": self.at or None,
            "amount": None if self.amount is None else self.amount.as_json(),
            "file": self.file or None,
            "row": self.record,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows behind a figure, the largest amounts first.

    Args:
        figure: Its address.
        count: How many there are.
        rows: The first of them.
    """

    figure: str
    count: int
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the rows as a JSON object."""
        return {"figure": self.figure, "count": self.count, "rows": [row.as_json() for row in self.rows]}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a condition may need beside the tables."""

    window: Window
    place: str | None
    time_zone: str


def rows_behind(
    engine: Engine, figure: str, *, window: Window, place: str | None, time_zone: str, most: int
) -> Rows:
    """Return the rows behind a figure of the retrospective that the engine has just made.

    Args:
        engine: Holds the tables of :func:`debar.retrospect.retrospect`, for the same window and place.
        figure: Its address, such as ``currency=RUB``.
        window: As for the retrospective.
        place: As for the retrospective.
        time_zone: As for the retrospective; ``hour=`` is read in it.
        most: How many rows to return.

    Raises:
        DebarError: DBR-T003, there is no such figure.
    """
    kind, _, value = figure.partition("=")
    asked = _Asked(window=window, place=place, time_zone=time_zone)
    try:
        if kind in {"delivered", "billed"}:
            source, bound = _billing(kind, value, asked)
        elif kind == "period":
            source, bound = _periods(value, asked)
        else:
            source, bound = _ads(engine, kind, value, asked)
    except (KeyError, ValueError) as error:
        raise DebarError(
            "DBR-T003",
            "there is no such figure",
            hint=f"one of: {FIGURES}",
            exit_code=EXIT_USAGE,
        ) from error
    count = engine.rows(f"SELECT COUNT(*) FROM ({source}) AS counted", bound)[0][0]
    found = engine.rows(
        f"{_COLUMNS} FROM ({source} ORDER BY low_micros DESC NULLS LAST, moment, row_id, account_id"
        f" LIMIT {int(most)}) AS f {_PLACES}",
        bound,
    )
    return Rows(figure=figure, count=count, rows=tuple(_row(row) for row in found))


_COLUMNS: Final = (
    "SELECT f.row_id, f.account_id, f.moment, f.currency, f.low_micros, f.high_micros,"
    " COALESCE(f.file, p.file_sha256), COALESCE(f.record, p.record)"
)

_PLACES: Final = (
    "LEFT JOIN (SELECT ad_id, MIN(file_sha256) AS file_sha256, MIN(row) AS record FROM spend"
    " WHERE ad_id IS NOT NULL GROUP BY ad_id HAVING COUNT(*) = 1) AS p"
    " ON f.file IS NULL AND p.ad_id = f.row_id"
    " ORDER BY f.low_micros DESC NULLS LAST, f.moment, f.row_id, f.account_id"
)


def _row(found: tuple[Any, ...]) -> Row:
    row_id, account_id, at, currency, low, high, file, record = found
    stated = low is not None and currency is not None
    return Row(
        row_id=row_id or "",
        account_id=account_id,
        at=at or "",
        amount=Amount(currency=currency, low_micros=int(low), high_micros=None if high is None else int(high))
        if stated
        else None,
        file=file or "",
        record=record,
    )


def _ads(engine: Engine, kind: str, value: str, asked: _Asked) -> tuple[str, dict[str, object]]:
    if kind == "undated":
        return _UNDATED, {}
    if kind == "group":
        return _group(engine, value)
    where, bound = _CONDITIONS[kind](engine, value, asked)
    return f"{_ADS} WHERE asked AND {where}", bound


_ADS: Final = (
    "SELECT ad_id AS row_id, account_id, CAST(launched_at AS VARCHAR) AS moment,"
    " currency, low_micros, high_micros, CAST(NULL AS VARCHAR) AS file,"
    " CAST(NULL AS BIGINT) AS record FROM retrospect_ads"
)


def _group(engine: Engine, value: str) -> tuple[str, dict[str, object]]:
    """Ask for the ads of a group's members, asked for or not, or for those in which a signal shows."""
    number, colon, signal = value.partition(":")
    bound: dict[str, object] = {"group_no": int(number)}
    where = "account_id IN (SELECT account_id FROM group_members WHERE group_no = $group_no)"
    known = "SELECT 1 FROM group_members WHERE group_no = $group_no LIMIT 1"
    if colon:
        bound["signal"] = signal
        of_signal = "group_no = $group_no AND signal = $signal"
        where = f"(account_id, ad_id) IN (SELECT (account_id, ad_id) FROM group_behind WHERE {of_signal})"
        known = f"SELECT 1 FROM group_pairs WHERE {of_signal} LIMIT 1"
    if not engine.columns("group_members") or not engine.rows(known, bound):
        raise ValueError(value)
    return f"{_ADS} WHERE {where}", bound


_UNDATED: Final = (
    "SELECT a.ad_id AS row_id, a.account_id, CAST(NULL AS VARCHAR) AS moment, a.currency,"
    " a.spend_low_micros AS low_micros, a.spend_high_micros AS high_micros,"
    " CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS record"
    " FROM ads AS a JOIN retrospect_accounts AS s ON s.account_id = a.account_id"
    " WHERE a.created_at IS NULL AND a.started_at IS NULL"
)

Condition = tuple[str, dict[str, object]]


def _plain(where: str) -> Callable[[Engine, str, _Asked], Condition]:
    def condition(_engine: Engine, value: str, _asked: _Asked) -> Condition:
        if value:
            raise ValueError(value)
        return where, {}

    return condition


def _equal(where: str) -> Callable[[Engine, str, _Asked], Condition]:
    def condition(_engine: Engine, value: str, _asked: _Asked) -> Condition:
        return where, {"value": value}

    return condition


def _stated(_engine: Engine, value: str, _asked: _Asked) -> Condition:
    currency, _, month = value.partition(":")
    where = "currency = $currency AND low_micros IS NOT NULL"
    if not month:
        return where, {"currency": currency}
    return f"{where} AND date_trunc('month', launched_at) = $month", {
        "currency": currency,
        "month": _month(month),
    }


def _month(text: str) -> date:
    if len(text) != _MONTH_LENGTH:
        raise ValueError(text)
    return date.fromisoformat(f"{text}-01")


def _in_month(_engine: Engine, value: str, _asked: _Asked) -> Condition:
    return "date_trunc('month', launched_at) = $month", {"month": _month(value)}


def _in_week(_engine: Engine, value: str, _asked: _Asked) -> Condition:
    monday = date.fromisoformat(value)
    return "CAST(launched_at AS DATE) BETWEEN $first AND $last", {
        "first": monday,
        "last": monday + timedelta(days=6),
    }


def _in_hour(engine: Engine, value: str, asked: _Asked) -> Condition:
    """Ask for the quarters of an hour that fall into one hour of the week, summer time included."""
    day, _, hour = value.partition("-")
    cell, place = (WEEKDAYS.index(day), int(hour)), zone(asked.time_zone)
    quarters = []
    for _, start, quarter, _, _ in engine.rows(steps.QUARTERS):
        at: datetime = start + timedelta(minutes=15 * quarter)
        local = at.replace(tzinfo=UTC).astimezone(place)
        if (local.weekday(), local.hour) == cell:
            quarters.append((at,))
    engine.load("retrospect_hour", {"quarter": "TIMESTAMP"}, sorted(set(quarters)))
    at_quarter = (
        "date_trunc('hour', launched_at)"
        " + INTERVAL 15 MINUTE * CAST(floor(EXTRACT(minute FROM launched_at) / 15) AS INTEGER)"
    )
    return (
        "launched_at <> date_trunc('day', launched_at)"
        f" AND {at_quarter} IN (SELECT quarter FROM retrospect_hour)"
    ), {}


def _with_phrase(engine: Engine, value: str, _asked: _Asked) -> Condition:
    """Ask for the targeting texts that hold a phrase, among the commonest, which alone are counted."""
    texts = [(text,) for text, _ in engine.rows(steps.TARGETING) if value in phrases(text)]
    engine.load("retrospect_phrase", {"targeting": "VARCHAR"}, texts)
    return _saying("targeting IN (SELECT targeting FROM retrospect_phrase)"), {}


def _saying(where: str) -> str:
    """Return a condition on what ads say, which stands apart from what is counted of them."""
    return f"(account_id, ad_id) IN (SELECT (account_id, ad_id) FROM retrospect_said WHERE asked AND {where})"


_CLOSE: Final = f"""(account_id, ad_id) IN (
  SELECT (account_id, ad_id) FROM (
    SELECT account_id, ad_id, launched_at,
      lag(launched_at) OVER (ORDER BY launched_at, ad_id) AS launched_before
    FROM retrospect_ads
    WHERE asked AND launched_at <> date_trunc('day', launched_at)
  ) AS ordered
  WHERE date_diff('second', launched_before, launched_at) <= {steps.LAUNCH_SECONDS}
)"""

_CONDITIONS: Final[Mapping[str, Callable[[Engine, str, _Asked], Condition]]] = {
    "ads": _plain("TRUE"),
    "unstated": _plain("low_micros IS NULL"),
    "zero": _plain("low_micros = 0 AND high_micros = 0"),
    "launches": _plain(_CLOSE),
    "texts": _plain(_saying("lower(trim(text)) IN (SELECT text FROM retrospect_texts)")),
    "currency": _equal("COALESCE(currency, '') = $value"),
    "account": _equal("account_id = $value"),
    "country": _equal(_saying("array_contains(countries, $value)")),
    "stated": _stated,
    "month": _in_month,
    "week": _in_week,
    "hour": _in_hour,
    "phrase": _with_phrase,
}


def _billing(kind: str, value: str, asked: _Asked) -> Condition:
    bound: dict[str, object] = {"start": asked.window.start, "end": asked.window.end}
    where = "b.kind = 'delivered' AND b.service_day BETWEEN $start AND $end"
    if asked.place is not None:
        where, bound["place"] = f"{where} AND b.market = $place", asked.place
    if kind == "billed":
        where, bound["account"] = f"{where} AND b.account_id = $account", value
    else:
        currency, _, month = value.partition(":")
        where, bound["currency"] = f"{where} AND b.currency = $currency", currency
        if month:
            where += " AND date_trunc('month', b.service_day) = $month"
            bound["month"] = _month(month)
    return (
        "SELECT b.event_id AS row_id, b.account_id, CAST(b.service_day AS VARCHAR) AS moment, b.currency,"
        " b.amount_micros AS low_micros, b.amount_micros AS high_micros, b.file, b.record FROM billing AS b"
        f" JOIN retrospect_accounts AS s ON s.account_id = b.account_id WHERE {where}"
    ), bound


def _periods(currency: str, asked: _Asked) -> Condition:
    bound: dict[str, object] = {"start": asked.window.start, "end": asked.window.end, "currency": currency}
    where = "p.ad_id IS NULL AND p.currency = $currency AND (p.from_day IS NULL OR p.from_day <= $end)"
    where += " AND (p.to_day IS NULL OR p.to_day >= $start)"
    if asked.place is not None:
        where, bound["place"] = f"{where} AND p.market = $place", asked.place
    return (
        "SELECT CAST(NULL AS VARCHAR) AS row_id, p.account_id,"
        " CAST(p.from_day AS VARCHAR) || ' to ' || CAST(p.to_day AS VARCHAR) AS moment, p.currency,"
        " CASE WHEN p.from_day >= $start AND p.to_day <= $end THEN p.low_micros ELSE 0 END AS low_micros,"
        " p.high_micros, p.file_sha256 AS file, p.row AS record FROM spend AS p"
        f" JOIN retrospect_accounts AS s ON s.account_id = p.account_id WHERE {where}"
    ), bound
