"""The second act: the Internet Research Agency's own ads, as they were published.

Law: real ads, real roubles; nothing is planted, and what the data cannot show is said.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from debar.app.archives.importing import import_archive
from debar.app.decisions import Decision
from debar.app.opening import Setting, fitted, open_platform
from debar.app.planning import Wish, make_plan
from debar.app.telling import make_brief
from debar.app.telling_plans import amount
from debar.app.verbs import write_whole
from debar.linking.links import ensure_links
from debar.model.window import Window
from debar.plans.plan import decision_id_of
from debar.retrospect.survey import retrospect
from debar.sample import story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.model.rates import Rates

NAMED_ADS = 100
"""The act names the pages with at least this many ads; the Committee named them all."""

AUTHORITY = {
    "name": "US House Permanent Select Committee on Intelligence,"
    " release of the Internet Research Agency's ads",
    "document_sha256": None,
    "url": "https://intelligence.house.gov/social-media-content/",
    "date": "2018-05-10",
    "page": "all",
}
WINDOW = Window(start=date(2015, 6, 1), end=date(2017, 8, 31))
ELECTION = date(2016, 11, 8)
DAY = datetime(2018, 5, 11, 9, tzinfo=UTC)


def play_ira(source: Path, folder: Path, *, rates: Rates, say: Callable[[str], None]) -> None:
    """Import the ads, look back, link, plan and write a brief.

    Args:
        source: ``ira_ads.csv`` or its folder.
        folder: Where to leave the platform, the plan and the brief.
        rates: Exchange rates; the stated spend is never converted.
        say: Prints a line.
    """
    say("")
    say(
        "SECOND ACT  real ads: the Internet Research Agency's,"
        " as the House Intelligence Committee published them"
    )
    for line in import_archive(source, folder / "platform").text.splitlines()[1:]:
        say(line)
    opened = open_platform(folder / "platform", Setting())
    _look_back(opened, say)
    named = _named(opened)
    opened = fitted(opened)
    ensure_links(opened.engine, opened.parameters, opened.policy)
    ((pairs, likely),) = opened.engine.rows(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE p_owner >= $p AND carries_a_ban) FROM links",
        {"p": opened.policy.propose_at},
    )
    say(
        f"  {pairs} pairs of pages share a text, a site or a launch within 30 s;"
        f" {likely} are firm enough for a ban:"
    )
    say(
        "  texts, sites and launches can be planted by an outsider, and the release holds no cards or e-mails"
    )
    wish = Wish(
        platform=str((folder / "platform").resolve()),
        subjects=[f"account:{account}" for account in named],
        decision={
            "ground": story.GROUND,
            "rule": story.RULE,
            "facts": "The pages are named by the Committee's release.",
            "surfaces": list(story.SURFACES),
            "territories": list(story.TERRITORIES),
            "authorities": [AUTHORITY],
        },
        proposed_by=story.PROPOSED_BY,
        proposer_key="",
        now=DAY,
        window=WINDOW,
    )
    plan = make_plan(opened, wish, rates=rates, register=None)
    write_whole(folder / "plan.json", plan.text())
    bounds = plan.document["earned"]["by_currency"]
    asked = sum(member["status"] == "ask" for member in plan.members)
    say(
        f"  plan: {len(named)} pages with {NAMED_ADS} ads or more are named,"
        f" {asked} further ones to be asked about;"
    )
    stated = ", ".join(amount(found["likely"], code) for code, found in bounds.items())
    say(f"  stated spend of the named pages {stated}")
    told = Decision(plan=plan.document, decision_id=decision_id_of(plan.document), applied_at=None)
    write_whole(folder / "brief.html", make_brief(told, opened, rates=rates, made_at=DAY))
    say("  ira/brief.html: the same page, on real ads")


def _look_back(opened: Opened, say: Callable[[str], None]) -> None:
    report = retrospect(opened.engine, window=WINDOW, time_zone="Europe/Moscow", around=ELECTION)
    counts, clock = report.counts, report.clock
    say(f"  {counts.ads_count:,} ads, {counts.impressions_low:,} impressions, {counts.clicks:,} clicks")
    say(f"  the clock: {_percent(clock.office_share)} were made Monday to Friday, 09 to 18 h in Moscow")
    launches = report.launches
    say(
        f"  {launches.close_count:,} ads followed the one before within {launches.seconds} s,"
        f" {launches.across_count:,} of them on another page"
    )
    if report.around is not None:
        around = report.around
        say(
            f"  the calendar: {around.before_count:,} ads in the eight weeks up to {around.day},"
            f" {around.after_count:,} in the eight weeks after"
        )


def _percent(millionths: int) -> str:
    return f"{millionths / 10_000:.1f} %"


def _named(opened: Opened) -> list[str]:
    rows = opened.engine.rows(
        "SELECT account_id FROM ads WHERE account_id <> 'unattributed' GROUP BY account_id"
        " HAVING COUNT(*) >= $least ORDER BY account_id",
        {"least": NAMED_ADS},
    )
    return [row[0] for row in rows]
