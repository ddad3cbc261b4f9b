"""The money that the public record states, planted to the cent.

Law: one balancing amount makes the sum exact: everything else is drawn, converted at the rate of its
service day as a fraction, and added up; what is missing to 1,900,000.00 USD is the main account's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from debar.model.money import split_largest_remainder
from debar.sample.books import Delivery, Month, deliver, event, invoice
from debar.sample.changes import BY_THEN, LATER, SIGNS, before_invoice, month_of, write_change
from debar.sample.draws import Draws
from debar.sample.places import BY_CODE, broadcast_text
from debar.sample.sheet import day, half_minute, instant, money
from debar.sample.story import AS_OF, EARNED_USD, US_2016_ADS, US_2016_USD
from debar.sample.trade import new_ad_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.model.rates import Rates
    from debar.sample.sheet import Account, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one account bought in one currency, apart from the US ads of 2016.

    Args:
        label: The account.
        currency: ISO 4217.
        minor: In all, in minor units.
        years: First and last year.
        days: On how many days.
        markets: Countries served; never the US in 2016.
        with_ads: Whether its delivery names ads.
    """

    label: str
    currency: str
    minor: int
    years: tuple[int, int]
    days: int
    markets: tuple[str, ...]
    with_ads: bool = True


def _read(table: str) -> tuple[Budget, ...]:
    found = []
    for line in table.strip().splitlines():
        label, currency, minor, years, days, markets = line.split()
        first, last = years.split("-")
        found.append(
            Budget(
                label=label,
                currency=currency,
                minor=int(minor.replace("_", "")),
                years=(int(first), int(last)),
                days=int(days),
                markets=tuple(markets.split(",")),
            )
        )
    return tuple(found)


MEMBERS: Final = _read("""
america USD 187_340_55 2012-2017 260 US,CA,GB
espanol USD 84_116_20 2012-2017 160 AR,CO,ES
espanol MXN 912_480_40 2013-2014 90 MX
espanol EUR 21_906_75 2014-2017 70 ES
uk GBP 63_904_33 2014-2017 210 GB,AU
arabic USD 92_310_05 2012-2017 180 EG,AE
deutsch EUR 41_455_20 2014-2017 150 DE,CH
francais EUR 27_118_75 2015-2017 110 FR
russian RUB 1_904_500_00 2012-2016 80 RU
docs USD 19_077_40 2012-2016 60 GB,IN,ZA
sport GBP 8_914_60 2015-2017 40 GB
business USD 15_350_00 2012-2015 50 SG,AE,CA
house USD 54_210_90 2011-2013 130 GB,CA,IN
performance USD 71_340_25 2014-2017 140 GB,CA,AU,IN
events EUR 9_480_00 2015-2016 24 FR,DE
ruptly EUR 29_650_80 2013-2017 120 DE,FR,ES
clips USD 23_815_35 2013-2017 90 CA,GB
desk USD 17_402_10 2013-2017 70 GB,CA
actualidad24 MXN 214_300_50 2014-2017 60 MX
boulevard EUR 9_870_45 2015-2017 40 DE
eastbridge GBP 12_206_90 2015-2017 50 GB
redline USD 38_417_25 2015-2017 96 CA,GB
night USD 6_214_80 2014-2017 30 CA
""")
"""What the named and the linked accounts bought; the account ``rt`` takes the balance."""

FRONT_BUDGETS: Final = _read("""
harbor USD 6_120_00 2016-2016 18 CA,GB
prairie USD 2_480_50 2016-2016 9 CA
lantern USD 9_905_10 2015-2017 26 CA,GB
plains USD 3_075_25 2016-2017 12 CA
""")
"""What the covert fronts bought: no part of the 1.9 million."""

_BALANCE: Final = Budget(
    label="rt", currency="USD", minor=0, years=(2011, 2017), days=900, markets=("GB", "CA", "IN", "AU", "ZA")
)
_LAST_SERVICE: Final = day("2017-10-24")
_US_SHARES: Final = (("rt", 980), ("america", 640), ("espanol", 203))
"""How the promoted posts fall on the three accounts that the platform named."""


def plant(sheet: Sheet, cast: Mapping[str, Account], rates: Rates) -> None:
    """Write the ads and the billing of everybody in the story."""
    draws = Draws(sheet.seed, "planted money")
    members = {cast[budget.label].account_id for budget in MEMBERS} | {cast["rt"].account_id}
    _us_2016(sheet, draws, cast)
    for budget in (*MEMBERS, *FRONT_BUDGETS):
        _buy(sheet, draws, cast, budget)
    for change in BY_THEN:
        write_change(sheet, cast, change)
    balance = _missing(sheet, members, rates)
    _buy(sheet, draws, cast, _BALANCE, minor=balance)
    for change in LATER:
        write_change(sheet, cast, change)


def earned_usd(rows: Sequence[tuple[str, ...]], members: set[str], rates: Rates) -> Fraction:
    """Add up what some accounts earned the platform, as known on the day of the decision.

    Args:
        rows: Billing rows.
        members: Account ids.
        rates: Published rates.

    Returns:
        US dollars, exact and not rounded: each currency and service day converted at that day's rate.
    """
    totals: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    last = AS_OF.isoformat() + "T23:59:59Z"
    for row in rows:
        if row[1] in members and row[2] in SIGNS and row[6] <= last:
            totals[row[5], row[3]] += SIGNS[row[2]] * Fraction(row[4])
    return sum(
        (
            total * rates.cross(currency, "USD", date.fromisoformat(service_day))
            for (currency, service_day), total in totals.items()
        ),
        Fraction(0),
    )


def _missing(sheet: Sheet, members: set[str], rates: Rates) -> int:
    """Return the cents that the main account must have bought for the total to be exact."""
    cents = (Fraction(EARNED_USD) - earned_usd(sheet.billing, members, rates)) * 100
    balance = round(cents)
    assert balance > 0, "the other accounts leave something to the main one"
    assert abs(cents - balance) != Fraction(1, 2), "the total is not on the edge between two cents"
    return balance


def _us_2016(sheet: Sheet, draws: Draws, cast: Mapping[str, Account]) -> None:
    """Write 1,823 posts promoted in the US in 2016: 274,100.00 USD, not a cent more or less."""
    weights = tuple(draws.between(4, 40) ** 2 for _ in range(US_2016_ADS))
    total = round(Fraction(US_2016_USD) * 100)
    prices = split_largest_remainder(total, weights, unit_micros=1)
    owners = [label for label, count in _US_SHARES for _ in range(count)]
    assert len(owners) == US_2016_ADS, "every promoted post has an account"
    bought: dict[str, list[Delivery]] = defaultdict(list)
    for label, minor in zip(owners, prices, strict=True):
        start = _election_day(draws)
        count = min(draws.pick((1, 1, 2, 3)), day("2016-12-28") - start + 1, minor)
        ad_id = new_ad_id(draws, start)
        parts = split_largest_remainder(minor, (3, 2, 1)[:count], unit_micros=1)
        shown = [
            Delivery(day=start + n, minor=part, market="US", ad_id=ad_id) for n, part in enumerate(parts)
        ]
        shown = [d for d in shown if d.minor]
        _promote(sheet, draws, cast[label], shown, "USD", "us2016")
        bought[label].extend(shown)
    for label, deliveries in bought.items():
        _bill(sheet, draws, cast[label], deliveries, currency="USD")


def _election_day(draws: Draws) -> int:
    """Draw a working day of 2016, more often near the debates and the vote."""
    while True:
        first, last = draws.pick(
            (("2016-01-04", "2016-12-20"), ("2016-03-01", "2016-11-08"), ("2016-07-15", "2016-11-08"),
             ("2016-09-20", "2016-11-08"), ("2016-10-24", "2016-11-08"))
        )  # fmt: skip
        found = draws.between(day(first), day(last))
        if date.fromordinal(found).weekday() < 5 or draws.chance(60):
            return found


def _buy(
    sheet: Sheet, draws: Draws, cast: Mapping[str, Account], budget: Budget, *, minor: int | None = None
) -> None:
    """Spread a budget over its years, growing, and bill it."""
    account = cast[budget.label]
    first = max(day(f"{budget.years[0]}-01-10"), account.created + 20)
    last = min(day(f"{budget.years[1]}-12-20"), _LAST_SERVICE)
    span = last - first
    days = sorted({first + max(draws.below(span), draws.below(span)) for _ in range(budget.days)})
    weights = tuple(draws.between(20, 160) for _ in days)
    prices = split_largest_remainder(budget.minor if minor is None else minor, weights, unit_micros=1)
    deliveries = []
    for at, price in zip(days, prices, strict=True):
        markets = [m for m in budget.markets if m != "US" or date.fromordinal(at).year != 2016]
        ad_id = new_ad_id(draws, at) if draws.chance(700) and account.domain else ""
        shown = Delivery(day=at, minor=price, market=draws.pick(markets), ad_id=ad_id)
        deliveries.append(shown)
        if ad_id:
            _promote(
                sheet, draws, account, [shown], budget.currency, f"{budget.label}{date.fromordinal(at).year}"
            )
    payer = cast["agency"].account_id if (budget.label, budget.currency) == ("espanol", "MXN") else ""
    changed = before_invoice(sheet, account, (budget.label, budget.currency), deliveries)
    _bill(sheet, draws, account, deliveries, currency=budget.currency, payer=payer, changed=changed)


def _bill(
    sheet: Sheet,
    draws: Draws,
    account: Account,
    deliveries: Sequence[Delivery],
    *,
    currency: str,
    payer: str = "",
    changed: Mapping[int, int] | None = None,
) -> None:
    """Bill deliveries month by month: invoiced and paid, or in Russia drawn from what was paid before."""
    months: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda d: (d.day, d.ad_id)):
        months[month_of(delivery.day)].append(delivery)
    percent = 0 if payer else BY_CODE[account.country].tax_percent
    for begun, shown in months.items():
        net = sum(d.minor for d in shown) + (changed or {}).get(begun, 0)
        first = deliver(sheet, account, shown, currency, payer)[0]
        if currency == "RUB":
            at = instant(begun - 1, 30_000)
            event(sheet, account, "prepay", day=begun - 1, minor=net, currency=currency, booked=at)
            for d in shown:
                event(sheet, account, "prepay_draw", day=d.day, minor=d.minor, currency=currency)
            continue
        month = Month(
            end=begun + 33, net=net, first_event=first, first=shown[0], currency=currency, payer=payer
        )
        invoice(sheet, account, month, tax_percent=percent, paid_after=draws.between(3, 20))


def _promote(
    sheet: Sheet, draws: Draws, account: Account, shown: Sequence[Delivery], currency: str, campaign: str
) -> None:
    """Write one ad of the story, made in Moscow's office hours."""
    first, last = shown[0], shown[-1]
    second = draws.between(6 * 3_600, 15 * 3_600)
    made = second - draws.between(120, 2_400)
    sheet.launched.add(half_minute(first.day, made))
    impressions = draws.between(4_000, 180_000)
    section = {"US": "usa", "ES": "noticias", "MX": "noticias"}.get(first.market, "news")
    landing = f"https://www.{account.domain}/{section}/{draws.between(100_000, 499_999)}-{draws.digits(6)}"
    if draws.chance(400):
        landing += f"?utm_source=twitter&utm_campaign={campaign}"
    minor = sum(d.minor for d in shown)
    aims = ("followers of news channels", "interests: politics", "interests: world news", "age 25-54", "")
    sheet.ads.append(
        (
            first.ad_id, account.account_id, instant(first.day, second), instant(last.day, 86_399),
            instant(first.day, made),
            broadcast_text(draws) + f" [{draws.digits(4)}]", landing, f'["{first.market}"]', draws.pick(aims),
            str(impressions), str(impressions * draws.between(4, 50) // 1_000), money(minor, currency),
            currency,
        )
    )  # fmt: skip
