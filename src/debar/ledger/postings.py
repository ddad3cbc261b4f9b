"""Billing events become postings: double entry, two times, one currency an event.

Law: every event balances per currency, whatever the events before it were; row order changes nothing.

A credit note goes against the open invoice as far as one is open, and is owed as a refund beyond that;
where nothing was billed since the service day, it lowers what is still to be billed. A lost chargeback
ends the open dispute; where none was recorded, the cash left with the loss itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from debar.ledger.kinds import CREDIT_NOTES, GROSS_KINDS, KINDS, RULES
from debar.model.problem import EXIT_PROBLEMS, DebarError
from debar.model.step import Step, quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from debar.model.ports import Engine

EVENTS: Final = "ledger_events"
"""Table of the billing events of the accounts in question, known at the as-of day."""

MEMBERS: Final = "ledger_members"
"""Table of the accounts in question: account_id, standing."""

POSTINGS: Final = "ledger_postings"


def quote_all(values: Iterable[str]) -> str:
    """Write text constants of ours as a list for SQL's IN."""
    return ", ".join(quote_text(value) for value in values)


def events_step(*, as_of: date | None, members: str | None = MEMBERS, name: str = EVENTS) -> Step:
    """Choose billing events: those of the members, as far as they were booked by a day.

    Why: everything that a report says must follow from what was known then, so that it can be made
    again, byte for byte.

    Args:
        as_of: Last booked day (UTC) that counts; None for all.
        members: Table with the account ids in question; None for the whole platform.
        name: Name of the table to make.

    Returns:
        A step; its table has the columns of ``billing`` that money needs, ``booked_at`` and
        ``tax_micros`` never NULL.
    """
    join = f" JOIN {quote_identifier(members)} AS m ON b.account_id = m.account_id" if members else ""
    where = f" WHERE {known('b')}" if as_of else ""
    return Step(
        name=name,
        sql=(
            "SELECT b.event_id, b.account_id, b.kind, b.service_day,"
            " coalesce(b.booked_at, CAST(b.service_day AS TIMESTAMP)) AS booked_at,"
            " b.amount_micros, coalesce(b.tax_micros, 0) AS tax_micros, b.currency, b.market, b.ad_id,"
            f" b.payer_account_id, b.reverses FROM billing AS b{join}{where}"
        ),
        parameters={"before": as_of + timedelta(days=1)} if as_of else {},
    )


def known(alias: str) -> str:
    """Return the condition that an event was booked before the instant bound as ``$before``."""
    booked = f"coalesce({alias}.booked_at, CAST({alias}.service_day AS TIMESTAMP))"
    return f"{booked} < CAST($before AS TIMESTAMP)"


def postings_step(*, events: str = EVENTS, name: str = POSTINGS) -> Step:
    """Turn billing events into postings.

    Args:
        events: Table made by :func:`events_step` (or any with its columns).
        name: Name of the table to make.

    Returns:
        A step. Columns: event_id; line (one-based within the event); ledger_account (without its
        holder); holder (account id, tax place or agency that ends its name, NULL for none); account_id;
        currency; amount_micros (debit positive, credit negative); tax_micros (the part of the amount
        that is tax, same sign; NULL where that is not stated: gross movements of cash, a credit note
        that is partly open and partly paid); kind; service_day; booked_at; reverses (event it answers, NULL
        for none). Lines of zero are left out.
    """
    return Step(
        name=name,
        sql=(
            f"WITH rules AS (SELECT * FROM ({_rules_values()})"
            " AS r (kind, line, ledger_account, holder_rule, amount_sign, tax_sign, part)),"
            f" summed AS ({_running_sums(events)}),"
            f" bounded AS ({_running_minimum()}),"
            f" placed AS ({_covered()}),"
            " lines AS (SELECT p.event_id, CAST(r.line AS INTEGER) AS line, r.ledger_account,"
            " CASE r.holder_rule WHEN 'account' THEN p.account_id"
            " WHEN 'market' THEN coalesce(p.market, 'unstated')"
            " WHEN 'payer' THEN coalesce(p.payer_account_id, p.account_id) END AS holder,"
            " p.account_id, p.currency,"
            " CASE r.part WHEN 'whole' THEN r.amount_sign * p.amount_micros + r.tax_sign * p.tax_micros"
            " WHEN 'covered' THEN -p.covered_micros"
            " WHEN 'unbilled' THEN -p.unbilled_micros"
            " ELSE -(p.gross_micros - p.covered_micros - p.unbilled_micros) END AS amount_micros,"
            " r.tax_sign * p.tax_micros AS line_tax, r.part, p.gross_micros,"
            " p.kind, p.service_day, p.booked_at, p.reverses"
            " FROM placed AS p JOIN rules AS r ON p.kind = r.kind)"
            " SELECT event_id, line, ledger_account, holder, account_id, currency,"
            " CAST(amount_micros AS BIGINT) AS amount_micros,"
            f" CAST(CASE WHEN kind IN ({quote_all(GROSS_KINDS)}) AND line_tax = 0 THEN NULL"
            " WHEN part = 'whole' OR amount_micros = -gross_micros THEN line_tax END AS BIGINT)"
            " AS tax_micros,"
            " kind, service_day, booked_at, reverses FROM lines WHERE amount_micros <> 0"
        ),
    )


def check_kinds(engine: Engine, *, events: str = EVENTS) -> None:
    """Refuse events of a kind that the ledger does not know: they would vanish from the books.

    Raises:
        DebarError: DBR-B001, naming the kinds and how many events each has.
    """
    rows = engine.rows(
        f"SELECT kind, count(*) FROM {quote_identifier(events)}"
        f" WHERE kind IS NULL OR kind NOT IN ({quote_all(sorted(KINDS))}) GROUP BY kind ORDER BY kind"
    )
    if rows:
        raise DebarError(
            "DBR-B001",
            "billing has kinds that the ledger cannot post",
            details=tuple(f"{kind}: {count} events" for kind, count in rows),
            hint="read the platform with debar read: it sorts such rows out and says where they are",
            exit_code=EXIT_PROBLEMS,
        )


def _rules_values() -> str:
    rows = (
        f"({quote_text(r.kind)}, {r.line}, {quote_text(r.ledger_account)}, {quote_text(r.holder)},"
        f" {r.amount}, {r.tax}, {quote_text(r.part)})"
        for r in RULES
    )
    return f"VALUES {', '.join(rows)}"


_BEFORE: Final = (
    "OVER (PARTITION BY account_id, currency ORDER BY booked_at, event_id"
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)


def _running_sums(events: str) -> str:
    """Add, before each event: the customer's net position, the last billing, the dispute's movements."""
    credit = quote_all(CREDIT_NOTES)
    return (
        "SELECT e.*, e.amount_micros + e.tax_micros AS gross_micros,"
        " coalesce(SUM(CASE WHEN kind IN ('invoice', 'refund_paid') THEN amount_micros + tax_micros"
        f" WHEN kind IN ('payment', 'write_off', {credit}) THEN -(amount_micros + tax_micros)"
        f" ELSE 0 END) {_BEFORE}, 0) AS position_micros,"
        " MAX(CASE WHEN kind IN ('invoice', 'prepay_draw', 'payment') THEN booked_at END)"
        f" {_BEFORE} AS billed_at,"
        " coalesce(SUM(CASE kind WHEN 'chargeback_open' THEN amount_micros + tax_micros"
        " WHEN 'chargeback_won' THEN -(amount_micros + tax_micros)"
        " WHEN 'chargeback_lost' THEN -(amount_micros + tax_micros)"
        f" ELSE 0 END) {_BEFORE}, 0) AS dispute_sum"
        f" FROM {quote_identifier(events)} AS e"
    )


def _running_minimum() -> str:
    """Add the lowest dispute sum so far: a sum less its lowest point never fell below zero."""
    through = _BEFORE.replace("1 PRECEDING", "CURRENT ROW")
    return f"SELECT s.*, MIN(dispute_sum) {through} AS dispute_minimum FROM summed AS s"


def _covered() -> str:
    """Add how much of an event an open invoice or dispute covers, and how much was never billed."""
    credit = quote_all(CREDIT_NOTES)
    unbilled = "(billed_at IS NULL OR CAST(billed_at AS DATE) < service_day)"
    return (
        "SELECT b.*,"
        f" CASE WHEN kind IN ({credit}) AND NOT {unbilled}"
        " THEN greatest(least(position_micros, gross_micros), 0)"
        " WHEN kind IN ('chargeback_won', 'chargeback_lost')"
        " THEN greatest(least(dispute_sum - least(dispute_minimum, 0), gross_micros), 0)"
        " ELSE 0 END AS covered_micros,"
        f" CASE WHEN kind IN ({credit}) AND {unbilled} THEN gross_micros ELSE 0 END AS unbilled_micros"
        " FROM bounded AS b"
    )
