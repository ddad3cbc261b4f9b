"""What ordinary advertisers buy: months of delivery, and the ads that were delivered.

Law: an ad's spend is the sum of its delivery; nobody of the story is billed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.sample.books import Delivery, bill_month, bill_prepaid
from debar.sample.draws import Draws
from debar.sample.places import BY_CODE, advertising_text, slug
from debar.sample.sheet import day, half_minute, instant, money

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from debar.sample.sheet import Account, Sheet

_MONTHS: Final = (1, 1, 1, 2, 2, 3, 3, 4, 6, 12)
_TIERS: Final = (600, 1_200, 1_500, 2_500, 4_000, 9_000, 30_000)
"""Typical price of a day's ads, in US cents."""

_PER_CENT: Final = {"RUB": 60, "INR": 65, "MXN": 18, "JPY": 1, "IDR": 130, "KRW": 11, "ZAR": 13, "TRY": 3}
"""Rough minor units for one US cent, so that prices look alike everywhere; no rate of exchange."""

_LAST_SERVICE: Final = day("2017-10-24")
_FIRST_SERVICE: Final = day("2011-01-03")
_WINDOW: Final = (day("2015-06-01"), day("2016-11-08"))
_HOURS: Final = (8, 9, 10, 10, 11, 11, 12, 13, 14, 14, 15, 16, 17, 19, 21, 23)
_EPOCH: Final = day("2010-11-04")
_CAMPAIGNS: Final = tuple(
    f"{season}_{word}_{year}"
    for season in ("spring", "summer", "autumn", "winter")
    for word in ("sale", "news", "launch", "brand")
    for year in (2013, 2014, 2015, 2016, 2017)
)


def trade(sheet: Sheet, seed: int, *, progress: Callable[[str], None] | None = None) -> None:
    """Bill every account that buys, month by month, and write the ads that it bought."""
    draws = Draws(seed, "trade")
    buyers = [account for account in sheet.accounts.values() if account.buys]
    for number, account in enumerate(buyers):
        if progress is not None and number % 1000 == 0:
            progress(f"billing {number:,} of {len(buyers):,} accounts")
        if not draws.chance(150):
            _years(sheet, draws, account)


def _years(sheet: Sheet, draws: Draws, account: Account) -> None:
    prepaid = account.country in ("RU", "CN") or draws.chance(60)
    typical = draws.pick(_TIERS) * _PER_CENT.get(account.currency, 1)
    begun = max(account.created + 3, _FIRST_SERVICE)
    months = draws.pick(_MONTHS)
    start = begun + draws.below(max(1, _LAST_SERVICE - begun - 30 * months))
    for _ in range(months):
        if start + 27 > _LAST_SERVICE:
            return
        days = sorted(draws.sample(range(start, start + 26), draws.between(1, 6)))
        with_ad = draws.chance(620 if _WINDOW[0] <= start <= _WINDOW[1] else 160)
        ad_id = new_ad_id(draws, days[0]) if with_ad else ""
        market = account.country if draws.chance(850) else draws.pick(("US", "GB", "DE", "FR", "CA"))
        deliveries = [
            Delivery(day=at, minor=typical * draws.between(40, 160) // 100 + 1, market=market, ad_id=ad_id)
            for at in days
        ]
        if with_ad:
            _ad(sheet, draws, account, deliveries)
        bill = bill_prepaid if prepaid else bill_month
        bill(sheet, draws, account, deliveries, end=start + 27)
        start += draws.pick((28, 28, 31, 61, 92))


def new_ad_id(draws: Draws, ordinal: int) -> str:
    """Return an ad id as the platform made them: 64 bits that grow with time."""
    milliseconds = (ordinal - _EPOCH) * 86_400_000 + draws.below(86_400_000)
    return str(milliseconds << 22 | draws.below(1 << 22))


def _ad(sheet: Sheet, draws: Draws, account: Account, deliveries: Sequence[Delivery]) -> None:
    """Write one ad: made in its country's working hours, mostly, and shown on the days delivered."""
    first, last = deliveries[0], deliveries[-1]
    second = _made_at(sheet, draws, account, first.day - 1)
    created = instant(first.day - 1, second)
    minor = sum(d.minor for d in deliveries)
    impressions = draws.between(300, 60_000)
    sheet.ads.append(
        (
            first.ad_id,
            account.account_id,
            instant(first.day, min(max(second, 0), 80_000)),
            instant(last.day, 86_399),
            created,
            advertising_text(draws, account.name),
            _landing(draws, account),
            f'["{first.market}"]',
            draws.pick(
                ("", "", "age 25-54", "age 18-34", "interests: home", "interests: travel", "followers")
            ),
            str(impressions),
            str(impressions * draws.between(2, 40) // 1_000),
            money(minor, account.currency),
            account.currency,
        )
    )


def _made_at(sheet: Sheet, draws: Draws, account: Account, ordinal: int) -> int:
    """Draw the second of a UTC day, in the account's local hours, at which an ad is made.

    None falls within half a minute of an ad of the story. On a real platform many would, by chance, and
    the case would list them all; here the story keeps to the coincidences that it tells about.
    """
    hour = draws.pick(_HOURS) - BY_CODE[account.country].hours
    while True:
        second = hour * 3_600 + draws.below(3_600)
        near = half_minute(ordinal, second)
        if sheet.launched.isdisjoint((near - 1, near, near + 1)):
            return second


def _landing(draws: Draws, account: Account) -> str:
    if draws.chance(30):
        return f"https://bit.ly/{draws.digits(7)}"
    if not account.domain:
        return ""
    common = account.part in ("advertiser", "covert")
    tags = (
        f"?utm_source=twitter&utm_campaign={draws.pick(_CAMPAIGNS)}" if common and draws.chance(150) else ""
    )
    return f"https://www.{account.domain}/{slug(account.name)}/{draws.digits(6)}{tags}"
