"""What a file holds, who repeats in it, and what stands out: each beside what chance or habit would give.

Law: a finding is a sentence that the rows bear out, with its null beside it; what chance explains is not one.
Values that are sensitive are shown masked by whoever prints them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debar.intake.cells import cell
from debar.intake.declared import TableDeclaration
from debar.intake.looking.look import account_of, text_of
from debar.intake.looking.shapes_of_values import FORMS_OF_DAYS
from debar.intake.looking.standing_out import (
    SHARED,
    begun_together,
    currency_against_country,
    ends_before_it_begins,
    near_launches,
    one_account,
    shared,
    stated_nothing,
)
from debar.intake.tables import Column as TableColumn
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.intake.looking.guesses import Guess
    from debar.intake.looking.look import Looked
    from debar.intake.looking.standing_out import Finding, Repeated
    from debar.model.ports import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the amounts of a file are in one currency; None for a currency that nothing says."""

    currency: str | None
    low_micros: int
    high_micros: int | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that was found in a file."""

    accounts: int | None
    period: tuple[str, str] | None
    money: tuple[Money, ...]
    coverage: Mapping[str, float]
    repeated: tuple[Repeated, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())


def find(engine: Engine, looked: Looked) -> Found:
    """Find what a file holds, who repeats, and what stands out."""
    clean = _clean(engine, looked)
    account = account_of(looked)
    repeated: list[Repeated] = []
    findings: list[Finding] = []
    if account is not None:
        for role in SHARED:
            for at in looked.roles.get(role, ()):
                if at != account:
                    found, finding = shared(engine, looked, account, at, role)
                    repeated += found
                    findings += [finding] if finding else []
    findings += one_account(engine, looked, clean)
    findings += begun_together(engine, clean)
    findings += currency_against_country(engine, looked, clean)
    findings += near_launches(engine, clean, has_account=account is not None)
    findings += ends_before_it_begins(engine, clean)
    findings += stated_nothing(engine, looked)
    repeated.sort(key=lambda one: (SHARED.index(one.role), -one.accounts, one.value))
    return Found(
        accounts=None if account is None else looked.columns[account].distinct,
        period=_period(engine, clean),
        money=_money(engine, looked, clean),
        coverage={
            c.header: c.filled / c.rows if c.rows else 0.0
            for c, g in zip(looked.columns, looked.guesses, strict=True)
            if g.role
        },
        repeated=tuple(repeated),
        findings=tuple(sorted(findings, key=lambda one: -one.weight)),
        notes=_notes(looked),
    )


def _clean(engine: Engine, looked: Looked) -> str:
    """Make a table of typed values: account, ad, created, ended, low, high (micros), currency, country."""
    name = f"{looked.table}_clean"
    account = account_of(looked)
    parts = ["record", f"{text_of(account)} AS account"]
    begins, ends = looked.first("created", "started", "day"), looked.first("ended")
    parts += [f"{_moment(looked, begins)} AS begun", f"{_moment(looked, ends)} AS ended"]
    parts.append(f"{text_of(looked.first('currency'))} AS currency")
    aimed = looked.first("country", "targeting")
    parts.append(f"{text_of(aimed)} AS aimed")
    low, high, code = _amount_columns(looked)
    parts.append(f"CAST({'NULL' if code is None else repr(code)} AS VARCHAR) AS said_currency")
    text = (
        f"SELECT {', '.join(parts)}, {text_of(low)} AS r_low, {text_of(high)} AS r_high FROM {looked.table}"
    )
    comma = low is not None and looked.columns[low].has("number with a comma") > 0.5
    values = _bounds(text, single=high is None, comma=comma)
    engine.run(Step(name=name, sql=values))
    return name


def _amount_columns(looked: Looked) -> tuple[int | None, int | None, str | None]:
    low, high = looked.first("amount_low"), looked.first("amount_high")
    at = looked.first("amount") if low is None else low
    code = None if at is None else looked.guesses[at].currency or None
    return at, high if low is not None else None, code


def _bounds(text: str, *, single: bool, comma: bool = False) -> str:
    """Return SQL of both ends of the amounts, from one column with figures or ranges, or from two."""
    declared = TableDeclaration(decimal=",", thousands=".") if comma else TableDeclaration(thousands=",")
    low = cell(TableColumn(name="low", form="bounds"), "r_low", declared)
    high = cell(TableColumn(name="high", form="bounds"), "r_high", declared)
    first = {**low.first, **high.first}
    then = {**low.then, **high.then}
    for level in (first, then):
        text = f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in level.items())} FROM ({text})"
    upper = low.values["low_to"] if single else high.values["high_from"]
    return (
        "SELECT record, account, begun, ended, upper(currency) AS currency, aimed, said_currency,"
        f" {low.values['low_from']} AS low, {upper} AS high FROM ({text})"
    )


def _moment(looked: Looked, at: int | None) -> str:
    """Return SQL of a column's instants, read in the form that its values have."""
    if at is None:
        return "CAST(NULL AS TIMESTAMP)"
    guess: Guess = looked.guesses[at]
    text = text_of(at)
    if guess.question and "first number" in guess.question:
        return "CAST(NULL AS TIMESTAMP)"
    if guess.day_form:
        forms = [form for _, form in FORMS_OF_DAYS.values() if form == guess.day_form]
        return f"try_strptime({text}, '{forms[0]}')"
    if "1970" in guess.reason:
        scale = "1000" if "milliseconds" in guess.reason else "1"
        return f"to_timestamp(TRY_CAST({text} AS BIGINT) / {scale})::TIMESTAMP"
    zoned = (
        f"regexp_full_match({text}, '.*(Z|UTC|GMT|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') AND length({text}) > 12"
    )
    return (
        f"CASE WHEN {zoned} THEN timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ))"
        f" ELSE TRY_CAST({text} AS TIMESTAMP) END"
    )


def _period(engine: Engine, clean: str) -> tuple[str, str] | None:
    ((first, last),) = engine.rows(
        "SELECT CAST(CAST(min(begun) AS DATE) AS VARCHAR), CAST(CAST(max(begun) AS DATE) AS VARCHAR)"
        f" FROM {clean}"
    )
    return None if first is None else (first, last)


def _money(engine: Engine, looked: Looked, clean: str) -> tuple[Money, ...]:
    columns = {looked.guesses[at].currency: at for at in reversed(looked.roles.get("amount", ()))}
    columns.pop("", None)
    if len(columns) > 1:
        return _money_by_header(engine, looked, columns)
    rows = engine.rows(
        "SELECT coalesce(currency, said_currency), CAST(sum(low) AS DECIMAL(38, 0)),"
        " CASE WHEN count(high) = count(low) THEN CAST(sum(high) AS DECIMAL(38, 0)) END, count(low)"
        f" FROM {clean} WHERE low IS NOT NULL GROUP BY 1 ORDER BY 4 DESC, 1"
    )
    return tuple(
        Money(
            currency=code,
            low_micros=int(low),
            high_micros=None if high is None else int(high),
            rows=count,
        )
        for code, low, high, count in rows
    )


def _money_by_header(engine: Engine, looked: Looked, columns: Mapping[str, int]) -> tuple[Money, ...]:
    """Add up a column for each currency; rows of zero are left out of the count."""
    found = []
    for code, at in columns.items():
        text = (
            "SELECT record, NULL AS account, NULL AS begun, NULL AS ended, NULL AS currency, NULL AS aimed,"
        )
        text += f" NULL AS said_currency, {text_of(at)} AS r_low, CAST(NULL AS VARCHAR) AS r_high"
        text += f" FROM {looked.table}"
        ((low, high, rows),) = engine.rows(
            "SELECT CAST(sum(low) AS DECIMAL(38, 0)), CASE WHEN count(high) = count(low)"
            f" THEN CAST(sum(high) AS DECIMAL(38, 0)) END, count(*) FILTER (low > 0 OR high > 0)"
            f" FROM ({_bounds(text, single=True)})"
        )
        if rows:
            top = None if high is None else int(high)
            found.append(Money(currency=code, low_micros=int(low), high_micros=top, rows=rows))
    return tuple(sorted(found, key=lambda one: (-one.rows, one.currency)))


def _notes(looked: Looked) -> tuple[str, ...]:
    notes: list[Any] = []
    if looked.damaged:
        notes.append(f"{looked.damaged:,} records have a broken form; debar read says where")
    if looked.headers_again:
        notes.append(f"the header stands again in {looked.headers_again:,} records: files were put together")
    if looked.sampled:
        notes.append("different values were counted on a sample of about a million rows")
    return tuple(notes)
