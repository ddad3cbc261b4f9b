"""What stands out in a file, and who repeats: each beside what chance or habit would give.

Law: a finding is a sentence that the rows bear out, with its null beside it; what chance explains is not one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.evidence.normalise import is_shared_host, normalise
from debar.intake.archives.meta import NO_DISCLAIMER
from debar.intake.looking.look import account_of
from debar.intake.looking.places import aimed_at, own_currencies
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.intake.looking.look import Looked
    from debar.model.ports import Engine

SHARED: Final = (
    "legal_id", "payer", "agency", "address", "email", "phone", "ip", "card", "bank", "device", "domain",
    "landing_url", "text", "name",
)  # fmt: skip
"""Roles whose values several accounts may share, the more telling ones first."""

TOP: Final = 10
NEAR_SECONDS: Final = 30
EMPTY_MARKS: Final = ("none", "n/a", "na", "null", "-", "—", "unknown", "nan", NO_DISCLAIMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A value that several accounts share.

    Args:
        role: What the column is.
        header: As the file spells it.
        value: The value.
        accounts: How many accounts have it.
        rows: In how many rows.
        places: A few accounts, by name where there is one.
    """

    role: str
    header: str
    value: str
    accounts: int
    rows: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that stands out.

    Args:
        sentence: What is so.
        null: What chance or habit would give.
        weight: How far apart the two are, for the order.
        value: A value that the sentence is about, with ``{}`` for it; empty if none.
        role: Of that value.
    """

    sentence: str
    null: str
    weight: float
    value: str = ""
    role: str = ""


def shared(
    engine: Engine, looked: Looked, account: int, at: int, role: str
) -> tuple[list[Repeated], Finding | None]:
    """Return the values of a column that most accounts share, and what stands out of them."""
    value = f"trim(c{at})"
    if role == "landing_url":
        value = f"lower(regexp_extract(trim(c{at}), 'https?://(?:www[.])?([^/?#:]+)', 1))"
    if role == "legal_id":
        value = f"trim(unnest(string_split(c{at}, ',')))"
    if role == "text":
        value = f"CASE WHEN length(trim(c{at})) >= 20 THEN lower(trim(c{at})) END"
    name = looked.first("name")
    shown = (
        f"trim(c{account})"
        if name is None or at == name
        else f"coalesce(nullif(trim(c{name}), ''), trim(c{account}))"
    )
    table = f"{looked.table}_uses"
    engine.run(
        Step(
            name=table,
            sql=f"SELECT {value} AS value, trim(c{account}) AS account, {shown} AS shown FROM {looked.table}",
        )
    )
    marks = ", ".join(f"'{mark}'" for mark in EMPTY_MARKS)
    uses = (
        f"(SELECT value, account, min(shown) AS shown, count(*) AS n FROM {table}"
        f" WHERE value <> '' AND account <> '' AND lower(value) NOT IN ({marks}) GROUP BY 1, 2)"
    )
    ((pairs, values, accounts),) = engine.rows(
        f"SELECT count(*), count(DISTINCT value), count(DISTINCT account) FROM {uses}"
    )
    rows = engine.rows(
        f"SELECT value, count(*) AS a, sum(n), list(shown ORDER BY n DESC, shown)[1:4] FROM {uses}"
        f" GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {20 * TOP}"
    )
    rows = [row for row in rows if _identifies(role, str(row[0]))][:TOP]
    engine.drop(table)
    header = looked.columns[at].header
    found = [
        Repeated(
            role=role, header=header, value=str(v), accounts=a, rows=int(n), places=tuple(map(str, places))
        )
        for v, a, n, places in rows
    ]
    return found, _crowd(found, header, pairs=pairs, values=values, accounts=accounts)


def _identifies(role: str, value: str) -> bool:
    """Tell whether a value can be somebody's own, as intake would: no register's name, no shared host."""
    kind = {
        "payer": "legal_name",
        "agency": "legal_name",
        "name": "",
        "text": "",
        "landing_url": "domain",
    }.get(role, role)
    try:
        return not kind or (
            bool(normalise(kind, value).value) and (kind != "domain" or not is_shared_host(value))
        )
    except ValueError:
        return False


def _crowd(found: list[Repeated], header: str, *, pairs: int, values: int, accounts: int) -> Finding | None:
    """Compare the largest crowd with what an even spread of the uses over the values would give."""
    if not found or values < 10 or found[0].role == "name":
        return None  # a name is no one's own
    top = found[0]
    by_chance = even_spread_max(pairs, values)
    if top.accounts <= by_chance:
        return None
    return Finding(
        sentence=f"{{}} in {header} stands on {top.accounts:,} of {accounts:,} accounts,"
        f" such as {'; '.join(top.places[:3])}",
        null=f"if the {pairs:,} uses were spread evenly by chance over the {values:,} different values, none"
        f" would stand on more than {by_chance}; a crowd may be an owner, an agency, or a word in common use",
        weight=math.log2(top.accounts / by_chance) + (2 if top.role in SHARED[:9] else 0),
        value=top.value,
        role=top.role,
    )


def even_spread_max(uses: int, values: int) -> int:
    """Return the crowd that no value exceeds by chance in 19 of 20 files, if uses are spread evenly.

    The number of uses of a value is then as good as Poisson; all values are looked at, so it holds for all.

    Example:
        >>> even_spread_max(12_000, 11_000)
        8
    """
    mean = uses / values
    term = math.exp(-mean) if mean < 700 else 0.0
    if term == 0.0:
        return math.ceil(mean + 6 * math.sqrt(mean))
    below, k = term, 0
    while values * (1 - below) > 0.05 and k < 10_000:
        k += 1
        term *= mean / k
        below = min(1.0, below + term)
        if 1 - below < 1e-15:
            break
    return max(k, 1)


def currency_against_country(engine: Engine, looked: Looked, clean: str) -> list[Finding]:
    """Find who pays in a currency that is none of the country aimed at."""
    if looked.first("currency") is None or looked.first("country", "targeting") is None:
        return []
    rows = engine.rows(
        f"SELECT aimed, currency, count(*), count(DISTINCT account) FROM {clean}"
        " WHERE aimed IS NOT NULL AND currency IS NOT NULL GROUP BY 1, 2"
    )
    pairs: dict[tuple[str, str], int] = {}
    by_country: dict[str, int] = {}
    for aimed, currency, count, _accounts in rows:
        for country in aimed_at(aimed):
            pairs[country, currency] = pairs.get((country, currency), 0) + count
            by_country[country] = by_country.get(country, 0) + count
    found = []
    for (country, currency), count in sorted(pairs.items(), key=lambda item: -item[1]):
        own = own_currencies(country)
        share = count / by_country[country]
        if not own or currency in own or count < 5:
            continue
        in_own = sum(n for (c, code), n in pairs.items() if c == country and code in own)
        found.append(
            Finding(
                sentence=f"{count:,} of {by_country[country]:,} ads aimed at {country} that state a currency"
                f" are paid in {currency} ({100 * share:.1f} %)",
                null=f"payers at home there would use {' or '.join(sorted(own))}, as {in_own:,} do;"
                " a foreign advertiser may be open about it",
                weight=math.log2(1 + count) * (0.3 + share) * (0.4 if currency in ("USD", "EUR") else 1.0),
            )
        )
    return sorted(found, key=lambda one: -one.weight)[:3]


def one_account(engine: Engine, looked: Looked, clean: str) -> list[Finding]:
    """Find the account that stands for most of the money, or of the rows where no money is stated."""
    account = account_of(looked)
    if account is None or looked.columns[account].distinct < 3:
        return []
    name = looked.first("name")
    shown = "c.account" if name is None else f"coalesce(nullif(trim(t.c{name}), ''), c.account)"
    rows = engine.rows(
        f"SELECT min({shown}), sum(c.low), count(*), coalesce(min(c.currency), min(c.said_currency)),"
        f" count(DISTINCT coalesce(c.currency, '')) FROM {clean} c JOIN {looked.table} t"
        " ON t.record = c.record WHERE c.account IS NOT NULL GROUP BY c.account"
    )
    currencies = {code for *_, code, _ in rows} if len(rows) < 10**6 else set()
    is_money = (
        len(currencies) == 1 and all(kinds == 1 for *_, kinds in rows) and any(low for _, low, *_ in rows)
    )
    parts = sorted(((int(low or 0) if is_money else n, who) for who, low, n, *_ in rows), reverse=True)
    total = sum(part for part, _ in parts)
    if not total or parts[0][0] * len(parts) < 3 * total:
        return []
    share = parts[0][0] / total
    what = "the lower ends of all spend" if is_money else "all rows"
    return [
        Finding(
            sentence=f"{{}} stands for {100 * share:.1f} % of {what}",
            null=f"if all {len(parts):,} accounts were alike, each would stand for {100 / len(parts):.2g} %",
            weight=2 * share,
            value=str(parts[0][1]),
            role="name",
        )
    ]


def begun_together(engine: Engine, clean: str) -> list[Finding]:
    """Find a day on which many accounts began, the first day of the file left out."""
    rows = engine.rows(
        "SELECT day, count(*) FROM (SELECT account, CAST(min(begun) AS DATE) AS day"
        f" FROM {clean} WHERE account IS NOT NULL AND begun IS NOT NULL GROUP BY 1) GROUP BY 1 ORDER BY 1"
    )
    if len(rows) < 5:
        return []
    accounts = sum(count for _, count in rows[1:])
    day, most = max(rows[1:], key=lambda row: row[1])
    days = (rows[-1][0] - rows[0][0]).days
    by_chance = even_spread_max(accounts, days)
    if most < 4 or most <= by_chance:
        return []
    return [
        Finding(
            sentence=f"{most:,} accounts began on {day.isoformat()}",
            null=f"{accounts:,} beginnings, spread evenly by chance over {days:,} days, would give at most"
            f" {by_chance}; a campaign, an election or a new product brings many on one day too",
            weight=math.log2(most / by_chance),
        )
    ]


def near_launches(engine: Engine, clean: str, *, has_account: bool) -> list[Finding]:
    """Count launches within seconds of one of another account, against a steady pace on each day."""
    if not has_account:
        return []
    timed = (
        f"(SELECT * FROM {clean} WHERE begun IS NOT NULL AND account IS NOT NULL"
        " AND begun <> date_trunc('day', begun))"
    )
    ((count, seconds, spread),) = engine.rows(
        f"SELECT count(*), count(DISTINCT second(begun)), count(DISTINCT account) FROM {timed}"
    )
    if count < 20 or seconds < 10 or spread < 2:
        return []
    ((near, expected),) = engine.rows(
        f"WITH timed AS {timed}, ordered AS (SELECT account, begun,"
        " lag(account) OVER (ORDER BY begun, record) AS account_before,"
        " lag(begun) OVER (ORDER BY begun, record) AS begun_before"
        " FROM timed), days AS (SELECT CAST(begun AS DATE) AS day, count(*) AS n FROM timed GROUP BY 1),"
        " shares AS (SELECT sum(s * s) AS same FROM (SELECT count(*) / sum(count(*)) OVER () AS s FROM timed"
        " GROUP BY account)) SELECT (SELECT count(*) FROM ordered WHERE account <> account_before"
        f" AND date_diff('second', begun_before, begun) <= {NEAR_SECONDS}),"
        f" (SELECT sum((n - 1) * (1 - exp(-n * {NEAR_SECONDS} / 86400.0))) FROM days)"
        " * (1 - (SELECT same FROM shares))"
    )
    expected = float(expected or 0)
    if near < 5 or near < 2 * expected + 3 * math.sqrt(expected):
        return []
    return [
        Finding(
            sentence=f"{near:,} of {count:,} launches came within {NEAR_SECONDS} seconds of one"
            " on another account",
            null=f"at a steady pace over each of the same days, about {expected:.0f} would; office hours"
            " alone give a few times that, and one agency may serve several accounts",
            weight=math.log2((near + 1) / (expected + 1)),
        )
    ]


def ends_before_it_begins(engine: Engine, clean: str) -> list[Finding]:
    """Count rows whose two days contradict each other."""
    ((count, both),) = engine.rows(
        "SELECT count(*) FILTER (ended < begun), count(*) FILTER (ended IS NOT NULL AND begun IS NOT NULL)"
        f" FROM {clean}"
    )
    if not count:
        return []
    return [
        Finding(
            sentence=f"{count:,} of {both:,} rows end before they begin",
            null="in a sound record none does: one of the two days is wrong there",
            weight=1.0,
        )
    ]


def stated_nothing(engine: Engine, looked: Looked) -> list[Finding]:
    """Tell words for nothing from zeros, where an amount column has both."""
    found = []
    for at in looked.roles.get("amount", ()):
        marks = ", ".join(f"'{mark}'" for mark in EMPTY_MARKS)
        ((words, zeros),) = engine.rows(
            f"SELECT count(*) FILTER (lower(trim(c{at})) IN ({marks})),"
            f" count(*) FILTER (TRY_CAST(trim(c{at}) AS DOUBLE) = 0) FROM {looked.table}"
        )
        if words:
            found.append(
                Finding(
                    sentence=f"{words:,} rows of {looked.columns[at].header} have a word for nothing,"
                    f" {zeros:,} a zero",
                    null="the two are not the same: a stated zero is an amount, a word for nothing is none",
                    weight=0.5,
                )
            )
    return found
