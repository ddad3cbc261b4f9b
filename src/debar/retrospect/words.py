"""What the figures of a retrospective can show, and what they cannot.

Law: every signal carries its background and its limits in the same breath; none is a reason for a ban.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.legible import legible
from debar.model.money import Money, show
from debar.retrospect.against import FLAGGED_MAX, ONE_IN
from debar.retrospect.clock import MILLION, percent
from debar.retrospect.groups.words import group_lines
from debar.retrospect.retrospective import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.retrospect.against import AgainstOthers, Untold
    from debar.retrospect.retrospective import Retrospective, Spender

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

NOBODY_ELSE: Final = "There is no background: nobody else's ads are in these tables."

SPENDERS_SHOWN: Final = 10


def signals(r: Retrospective) -> tuple[Signal, ...]:
    """Return what may stand out in a retrospective, each with its background and its limits."""
    found = [_currency(r), _clock(r), _offset(r), _launches(r), _texts(r), _calendar(r), _silence(r)]
    found += [_against(one, r) for one in r.against]
    found += [_untold(one) for one in r.untold]
    return tuple(signal for signal in found if signal is not None)


_AGAINST: Final = {
    "paying currency": (
        "pay in a currency that is rare among accounts aimed at the same country",
        "That the money comes from another place than the ads go to.",
        "Who pays: a resident may hold a foreign account, an agency abroad may pay.",
    ),
    "payer's country": (
        "state a country that is rare among accounts aimed at the same country",
        "That the account sits elsewhere than its audience.",
        "That this is hidden or forbidden: tourism, trade and diasporas advertise across borders.",
    ),
    "office hours": (
        "launch in these office hours more than others do",
        "People at work in a zone that fits.",
        "Where they sat; every place on the same meridians keeps these hours.",
    ),
    "one-day burst": (
        "launch more of their ads on a single day than others do",
        "A campaign that was set up at once.",
        "Why: a sale, an import of old ads and an election look the same.",
    ),
    "spends at once": (
        "were billed more in the first week after their creation than others were",
        "An account that was made to spend, and did not grow.",
        "Who is behind it: a large advertiser's second account spends at once too.",
    ),
    "goes on after the day": (
        "launch more of their ads after the day asked about than others do",
        "Who went on where others stopped, such as after a legal date.",
        "That it was forbidden to them, or that they knew: the day may not be theirs.",
    ),
    "texts of others": (
        "use texts that other accounts use more than others do",
        "Accounts that draw on the same texts.",
        "Who wrote them: a text can be copied by anybody who sees the ad.",
    ),
    "audiences of others": (
        "aim at audiences, word for word, that other accounts aim at more than others do",
        "Accounts that are set up from the same list.",
        "Whose list: suggested audiences of the platform are shared by strangers.",
    ),
    "undeclared election ads": (
        "speak of an election, in ads that were not declared political, more than others do",
        "Ads that kept out of the rules for political ads.",
        "That a word means an election, or that the rules asked for a declaration: read the ads.",
    ),
    "landing templates": (
        "lead to pages, or by tracking forms, that few other accounts use too, more than others do",
        "Accounts that are run with the same tools towards the same pages.",
        "Who runs them: partners, agencies and resellers lead to each other's pages by one form.",
    ),
    "changed hands": (
        "changed hands in the window, which few others did",
        "That what was bought before and after is not the same holder's.",
        "Why: businesses are sold and merged; neither holder answers for the other.",
    ),
}
"""Signal to what its flagged accounts do, what that can show, and what it cannot."""


def _against(one: AgainstOthers, r: Retrospective) -> Signal:
    """Say who of the accounts asked for stands out, how many others do, and what chance makes of it."""
    does, shows, cannot_show = _AGAINST[one.name]
    listed = "; ".join(
        f"{legible(flagged.account_id)} ({legible(flagged.shown)}, p {flagged.p_value / MILLION:.4f})"
        for flagged in one.flagged[:FLAGGED_MAX]
    )
    more = len(one.flagged) - FLAGGED_MAX
    zone = f", {r.clock.time_zone} time" if one.name == "office hours" else ""
    together = ""
    if one.by_lot is not None:
        together = (
            f" Together they stand out more than {percent(one.exceeds)} of the others; by lot:"
            f" {percent(one.by_lot)}."
        )
    uncompared = f" {one.uncompared_count:,} have too few others like them." if one.uncompared_count else ""
    return Signal(
        name=one.name,
        found=f"{len(one.flagged):,} of {one.asked_count:,} accounts {does}{zone}"
        f"{': ' + listed if listed else ''}{f' and {more:,} more' if more > 0 else ''}.{uncompared}",
        background=f"Flagged is who stands out as one in {ONE_IN} of accounts like it or less;"
        f" {percent(one.false_alarm_rate)} of {one.others_count:,} others are. So many or more"
        f" by chance: {percent(one.by_chance)} at most.{together}{' ' + one.beside if one.beside else ''}",
        shows=shows,
        cannot_show=cannot_show,
    )


def _untold(one: Untold) -> Signal:
    """Say that a signal cannot be told, which is not that there is nothing."""
    _, shows, cannot_show = _AGAINST[one.name]
    return Signal(
        name=one.name,
        found=f"Cannot be told from this data: {one.why}.",
        background="The same holds of everybody else.",
        shows=shows,
        cannot_show=cannot_show,
    )


def _currency(r: Retrospective) -> Signal | None:
    paid = [use for use in r.currencies if use.currency]
    if not paid:
        return None
    first = paid[0]
    background = NOBODY_ELSE
    if first.background_share is not None:
        background = f"Of all other ads, {percent(first.background_share)} are paid in {first.currency}."
    return Signal(
        name="currency",
        found=f"{first.ads_count:,} of {r.counts.ads_count:,} ads ({percent(first.ads_share)})"
        f" are paid in {first.currency}.",
        background=background,
        shows="In which money an account pays, which often is that of the place where the payer banks.",
        cannot_show="Who pays: agencies, resellers and cards of any country pay in any currency.",
    )


def _clock(r: Retrospective) -> Signal | None:
    if not r.clock.launches_count:
        return None
    background = NOBODY_ELSE
    if r.clock.background_share is not None:
        background = f"Of all other launches, {percent(r.clock.background_share)} are."
    return Signal(
        name="clock",
        found=f"{percent(r.clock.office_share)} of {r.clock.launches_count:,} launches are on Monday to"
        f" Friday from 09:00 to 18:59, {r.clock.time_zone} time.",
        background=background,
        shows="That the ads were made by people at work, not by a schedule, in hours that fit this zone.",
        cannot_show="Where they sat: every place on the same meridians keeps these hours, and a night shift"
        " elsewhere looks the same.",
    )


def _offset(r: Retrospective) -> Signal | None:
    hours = r.clock.best_offset_hours
    if hours is None:
        return None
    background = NOBODY_ELSE
    if r.clock.best_background_share is not None:
        background = (
            f"Under the same offset, {percent(r.clock.best_background_share)} of all other launches do."
        )
    return Signal(
        name="offset",
        found=f"Of all whole offsets, UTC{hours:+d} fits best: {percent(r.clock.best_share)} of the launches"
        " fall into Monday to Friday, 09:00 to 18:59.",
        background=background,
        shows="Which zones are likely at all.",
        cannot_show="The offset to the hour: work that starts an hour later fits the next zone as well, and"
        " summer time moves it.",
    )


def _launches(r: Retrospective) -> Signal | None:
    launches = r.launches
    if not launches.ads_count:
        return None
    background = NOBODY_ELSE
    if launches.peers_ads_count is not None:
        background = (
            f"Among equally many other accounts, {launches.peers_across_count:,} of"
            f" {launches.peers_ads_count:,} ads follow another account's ad that closely."
        )
    return Signal(
        name="launches",
        found=f"{launches.close_count:,} of {launches.ads_count:,} ads were created within {launches.seconds}"
        f" seconds of the one before, {launches.across_count:,} of them on a known other account.",
        background=background,
        shows="Accounts that may be worked from one desk, or fed by one list.",
        cannot_show="One owner: agencies launch for many clients at once. Where times tie, the order is that"
        " of the ad ids, and another order gives a somewhat different number.",
    )


def _texts(r: Retrospective) -> Signal | None:
    texts = r.shared_texts
    if not r.counts.ads_count:
        return None
    background = NOBODY_ELSE
    if texts.peers_ads_count is not None:
        background = f"Among equally many other accounts, {texts.peers_ads_count:,} ads carry such a text."
    return Signal(
        name="texts",
        found=f"{texts.texts_count:,} ad texts are used by more than one account, in"
        f" {texts.ads_count:,} ads.",
        background=background,
        shows="Accounts that draw on the same texts.",
        cannot_show="Who wrote them: a text can be copied by anybody who sees the ad.",
    )


def _calendar(r: Retrospective) -> Signal | None:
    around = r.around
    if around is None:
        return None
    background = NOBODY_ELSE
    if around.background_before_count is not None:
        background = (
            f"All others launched {around.background_before_count:,} before and"
            f" {around.background_after_count:,} after."
        )
    return Signal(
        name="calendar",
        found=f"{around.before_count:,} launches in the eight weeks up to {around.day},"
        f" {around.after_count:,} in the eight weeks after.",
        background=background,
        shows="Whether activity follows a date.",
        cannot_show="Why: budgets, holidays and the window's own edges make such steps too.",
    )


def _silence(r: Retrospective) -> Signal | None:
    counts = r.counts
    if not counts.unstated_count and not counts.zero_count:
        return None
    background = NOBODY_ELSE
    if r.background is not None:
        background = (
            f"Of {r.background.ads_count:,} other ads, {r.background.unstated_count:,} state none and"
            f" {r.background.zero_count:,} state zero."
        )
    return Signal(
        name="unstated",
        found=f"{counts.unstated_count:,} ads state no spend, {counts.zero_count:,} state exactly 0.00.",
        background=background,
        shows="How much of the money these tables do not tell.",
        cannot_show="What was paid for them: not stated is not zero.",
    )


def render_text(r: Retrospective) -> str:
    """Write a retrospective as plain text."""
    lines = [_headline(r), ""]
    lines += _money(r)
    for title, aims in (("Aimed at", r.countries[:10]), ("Targeting", r.phrases[:10])):
        if aims:
            lines += ["", title]
            for aim in aims:
                beside = "" if aim.background_share is None else f"  (others {percent(aim.background_share)})"
                lines.append(
                    f"  {legible(aim.what)}: {aim.ads_count:,} ads, {percent(aim.ads_share)}{beside}"
                )
    lines += ["", "What stands out, and what it cannot show"]
    for signal in signals(r):
        lines += [f"  {signal.name}: {signal.found}", f"    {signal.background}"]
        lines += [f"    It can show: {signal.shows}", f"    It cannot show: {signal.cannot_show}"]
    if r.groups is not None:
        lines += ["", *group_lines(r.groups)]
    return "\n".join(lines) + "\n"


def _headline(r: Retrospective) -> str:
    where = "" if r.place is None else f", {legible(r.place)}"
    counts = r.counts
    impressions = f"{counts.impressions_low:,}"
    if counts.impressions_high != counts.impressions_low:
        impressions += f" to {counts.impressions_high:,}"
    nobody = f" and {counts.unattributed_count:,} ads of nobody" if counts.unattributed_count else ""
    return (
        f"{r.window}{where}: {counts.ads_count:,} ads of {counts.accounts_count:,} accounts{nobody},"
        f" {impressions} impressions, {counts.clicks:,} clicks"
    )


def _money(r: Retrospective) -> list[str]:
    lines = ["Spend, never added across currencies"]
    if not r.totals:
        lines.append("  none is stated or billed")
    for total in r.totals:
        lines.append(f"  {total.basis}: {total.amount}{of_ads(total)}")
        group = [
            s for s in r.spenders if (s.basis, s.amount.currency) == (total.basis, total.amount.currency)
        ]
        lines += [f"    {spender_line(spender)}" for spender in group[:SPENDERS_SHOWN]]
        if len(group) > SPENDERS_SHOWN:
            lines.append(f"    and {len(group) - SPENDERS_SHOWN:,} more")
    if r.undated_count:
        lines.append(f"  {undated(r)}")
    return lines


def undated(r: Retrospective) -> str:
    """Say what has no day and is therefore in no other figure."""
    amounts = ", ".join(str(amount) for amount in r.undated) or "no stated spend"
    ads = "ad has" if r.undated_count == 1 else "ads have"
    return f"{r.undated_count:,} {ads} no day, belong to no window and are counted nowhere else: {amounts}"


def of_ads(spender: Spender) -> str:
    """Return how many ads an amount belongs to, as the end of a sentence."""
    return "" if spender.ads_count is None else f", {spender.ads_count:,} ads"


def spender_line(spender: Spender) -> str:
    """Write one account's spend as a line."""
    market = f" in {legible(spender.market)}" if spender.market else ""
    return f"{label(spender)}: {spender.amount}{market}{of_ads(spender)}"


def label(spender: Spender) -> str:
    """Return how an account is called: its name, else its id."""
    return legible(spender.name or spender.account_id, length_max=60)


def month_totals(points: Sequence[tuple[object, int]], currency: str) -> str:
    """Return the sum of a picture's months in words."""
    return show(Money(currency=currency, amount_micros=sum(amount for _, amount in points)))
