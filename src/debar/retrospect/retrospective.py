"""What a retrospective found, as values.

Law: figures only, each with its background beside it where there is one; amounts are intervals of one
currency; shares are millionths. :mod:`debar.retrospect.words` says what they can and cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debar.model.money import Money, format_micros, show
from debar.retrospect.clock import decimal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from debar.model.window import Window
    from debar.retrospect.against import AgainstOthers, Untold
    from debar.retrospect.clock import Clock
    from debar.retrospect.groups.results import Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there was.

    Args:
        ads_count: Ads launched in the window.
        accounts_count: Accounts that launched them.
        unattributed_count: Ads that no account claims.
        impressions_low: Sum of what is stated, at least.
        impressions_high: The same, at most.
        impressions_unknown_count: Ads without a stated number of impressions.
        clicks: Sum of what is stated.
        unstated_count: Ads of which no spend is stated; never a zero.
        zero_count: Ads of which a spend of exactly zero is stated.
    """

    ads_count: int = 0
    accounts_count: int = 0
    unattributed_count: int = 0
    impressions_low: int = 0
    impressions_high: int = 0
    impressions_unknown_count: int = 0
    clicks: int = 0
    unstated_count: int = 0
    zero_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return {
            "ads": self.ads_count,
            "accounts": self.accounts_count,
            "unattributed_ads": self.unattributed_count,
            "impressions": {"low": str(self.impressions_low), "high": str(self.impressions_high)},
            "impressions_unknown": self.impressions_unknown_count,
            "clicks": str(self.clicks),
            "spend_unstated": self.unstated_count,
            "spend_zero": self.zero_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount of one currency, exact or an interval.

    Args:
        currency: ISO 4217.
        low_micros: At least.
        high_micros: At most; None where some part of it is open.
    """

    currency: str
    low_micros: int
    high_micros: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the amount as a JSON object; ``high`` is null where it is open."""
        return {
            "currency": self.currency,
            "low": format_micros(self.low_micros),
            "high": None if self.high_micros is None else format_micros(self.high_micros),
        }

    def __str__(self) -> str:
        low = show(Money(currency=self.currency, amount_micros=self.low_micros))
        if self.high_micros is None:
            return f"at least {low}"
        if self.high_micros == self.low_micros:
            return low
        return f"{low} to {show(Money(currency=self.currency, amount_micros=self.high_micros))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyUse:
    """How often a currency pays.

    Args:
        currency: ISO 4217; empty where it is not stated.
        ads_count: Ads of the accounts asked for.
        ads_share: Of their ads, in millionths.
        background_share: Of all other ads; None where there are none.
        stated: Stated spend of those ads; None where none is stated.
        stated_count: Ads of which a spend is stated.
    """

    currency: str
    ads_count: int
    ads_share: int
    background_share: int | None
    stated: Amount | None
    stated_count: int

    def as_json(self) -> dict[str, Any]:
        """Return the use as a JSON object."""
        return {
            "currency": self.currency,
            "ads": self.ads_count,
            "share": decimal(self.ads_share),
            "background_share": decimal(self.background_share),
            "stated": None if self.stated is None else self.stated.as_json(),
            "stated_ads": self.stated_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One country or phrase that ads were aimed at.

    Args:
        what: Country code, or a phrase of the targeting text.
        ads_count: Ads of the accounts asked for.
        ads_share: Of their ads, in millionths; an ad may have several aims.
        background_share: Of all other ads; None where there are none, or where it was not counted.
    """

    what: str
    ads_count: int
    ads_share: int
    background_share: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the aim as a JSON object."""
        return {
            "what": self.what,
            "ads": self.ads_count,
            "share": decimal(self.ads_share),
            "background_share": decimal(self.background_share),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Launches:
    """Ads that follow one another within seconds.

    Args:
        seconds: How close counts.
        ads_count: Ads with a time of day.
        close_count: Ads launched that close to the one before, whoever's.
        across_count: Of these, those where the one before was another account's.
        pairs: (account, other account, times), most often first; at most twenty.
        peers_ads_count: Ads of equally many other accounts; None where there are none.
        peers_across_count: ``across_count`` of those.
    """

    seconds: int
    ads_count: int
    close_count: int
    across_count: int
    pairs: tuple[tuple[str, str, int], ...]
    peers_ads_count: int | None
    peers_across_count: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the launches as a JSON object."""
        return {
            "seconds": self.seconds,
            "ads": self.ads_count,
            "close": self.close_count,
            "across_accounts": self.across_count,
            "pairs": [{"account_a": a, "account_b": b, "times": n} for a, b, n in self.pairs],
            "peers_ads": self.peers_ads_count,
            "peers_across_accounts": self.peers_across_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTexts:
    """Ad texts that several accounts use.

    Args:
        texts_count: How many such texts.
        ads_count: Ads with one of them.
        top: (beginning of the text, ads, accounts), most accounts first; at most ten.
        peers_ads_count: Ads with such a text among equally many other accounts; None where there are none.
    """

    texts_count: int
    ads_count: int
    top: tuple[tuple[str, int, int], ...]
    peers_ads_count: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the shared texts as a JSON object."""
        return {
            "texts": self.texts_count,
            "ads": self.ads_count,
            "top": [{"text": text, "ads": ads, "accounts": accounts} for text, ads, accounts in self.top],
            "peers_ads": self.peers_ads_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """One account's spend in one currency.

    Args:
        account_id: The account.
        name: Its display name; empty where it is not known.
        amount: Delivered where there is billing, else stated.
        basis: ``delivered``, ``stated by ad`` or ``stated by period``: never added to one another.
        ads_count: Its ads in the window and currency; None where they do not belong to the amount.
        market: Country served, empty where not known or not asked.
    """

    account_id: str
    name: str
    amount: Amount
    basis: str
    ads_count: int | None
    market: str

    def as_json(self) -> dict[str, Any]:
        """Return the spender as a JSON object."""
        return {
            "account_id": self.account_id,
            "name": self.name,
            **self.amount.as_json(),
            "basis": self.basis,
            "ads": self.ads_count,
            "market": self.market or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Launches in the weeks before and after a day.

    Args:
        day: The day.
        before_count: Launches in the eight weeks before it, the day itself included.
        after_count: Launches in the eight weeks after it.
        background_before_count: The same of all other accounts; None where there are none.
        background_after_count: The same of all other accounts.
    """

    day: date
    before_count: int
    after_count: int
    background_before_count: int | None
    background_after_count: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return {
            "day": self.day.isoformat(),
            "before": self.before_count,
            "after": self.after_count,
            "background_before": self.background_before_count,
            "background_after": self.background_after_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that may stand out, in words.

    Args:
        name: Short, stable, such as ``clock``.
        found: What was counted.
        background: The same of everybody else, or that there is nobody else to compare with.
        shows: What it can show.
        cannot_show: What it cannot.
    """

    name: str
    found: str
    background: str
    shows: str
    cannot_show: str

    def as_json(self) -> dict[str, str]:
        """Return the signal as a JSON object."""
        return {
            "name": self.name,
            "found": self.found,
            "background": self.background,
            "shows": self.shows,
            "cannot_show": self.cannot_show,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrospective:
    """What some accounts bought in a window, aimed at whom, paid how, and when.

    Args:
        window: Whole UTC days.
        place: Country that ads were aimed at or served in; None for everywhere.
        asked_count: How many accounts were asked for; None for all.
        counts: Of the accounts asked for.
        background: Of all other accounts; None where there are none.
        undated_count: Ads of the accounts asked for that have no day, and so belong to no window.
        undated: Their stated spend, one a currency; in no other figure.
        totals: Spend by basis and currency; no account, no market.
        spenders: By basis and currency, largest first.
        currencies: Most used first.
        countries: Most aimed at first, at most thirty.
        phrases: Commonest parts of targeting texts, at most thirty.
        clock: Launches by hour of the week.
        weeks: Monday to launches, weeks without one included.
        background_weeks: The same of all other accounts, for the same weeks.
        around: Launches around a day; None where no day was asked for.
        launches: Ads close to one another in time.
        shared_texts: Texts of several accounts.
        months: Currency to (first of month, micros): delivered where there is billing, else stated at least.
        months_high: Currency to month to micros, at most, where that is not the same; None where it is open.
        against: Account by account against everybody else; empty where there is nobody else.
        groups: Accounts of the whole platform that act as one; None where they were not asked for.
        untold: Signals against everybody else that these tables cannot tell.
    """

    window: Window
    place: str | None
    asked_count: int | None
    counts: Counts
    background: Counts | None
    undated_count: int
    undated: tuple[Amount, ...]
    totals: tuple[Spender, ...]
    spenders: tuple[Spender, ...]
    currencies: tuple[CurrencyUse, ...]
    countries: tuple[Aim, ...]
    phrases: tuple[Aim, ...]
    clock: Clock
    weeks: Mapping[date, int]
    background_weeks: Mapping[date, int]
    around: Around | None
    launches: Launches
    shared_texts: SharedTexts
    months: Mapping[str, tuple[tuple[date, int], ...]]
    months_high: Mapping[str, Mapping[date, int | None]] = field(default_factory=dict)
    against: tuple[AgainstOthers, ...] = ()
    groups: Groups | None = None
    untold: tuple[Untold, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the retrospective as a JSON object, without its words."""
        return {
            "window": {"start": self.window.start.isoformat(), "end": self.window.end.isoformat()},
            "place": self.place,
            "accounts_asked": self.asked_count,
            "counts": self.counts.as_json(),
            "background": None if self.background is None else self.background.as_json(),
            "undated": {"ads": self.undated_count, "stated": [amount.as_json() for amount in self.undated]},
            "totals": [total.as_json() for total in self.totals],
            "spenders": [spender.as_json() for spender in self.spenders],
            "currencies": [use.as_json() for use in self.currencies],
            "countries": [aim.as_json() for aim in self.countries],
            "phrases": [aim.as_json() for aim in self.phrases],
            "clock": self.clock.as_json(),
            "weeks": [
                {
                    "monday": monday.isoformat(),
                    "launches": count,
                    "background": self.background_weeks.get(monday),
                }
                for monday, count in self.weeks.items()
            ],
            "around": None if self.around is None else self.around.as_json(),
            "launches": self.launches.as_json(),
            "shared_texts": self.shared_texts.as_json(),
            "against_others": [one.as_json() for one in self.against],
            "groups": None if self.groups is None else self.groups.as_json(),
            "cannot_be_told": [one.as_json() for one in self.untold],
            "months": {
                currency: [
                    {
                        "month": m.isoformat(),
                        "amount": format_micros(a),
                        "high": self._high(currency, m, a),
                    }
                    for m, a in points
                ]
                for currency, points in self.months.items()
            },
        }

    def _high(self, currency: str, month: date, low_micros: int) -> str | None:
        high = self.months_high.get(currency, {}).get(month, low_micros)
        return None if high is None else format_micros(high)
