"""What the story says: the window, the rule, the authority, the purpose of the gift, and who met whom.

Law: the public record is retold in our own words (lawmakers were briefed in September 2017, a ministry
protested on the day of the decision); whatever goes on inside the platform is invented. No person is named.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from debar.model.window import Window
from debar.sample.draws import Draws
from debar.sample.sheet import day, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.sample.sheet import Account, Sheet

NOTICE: Final = (
    "This world is invented. The public totals of October 2017 are planted in it: they prove arithmetic,"
    " not discovery."
)

SUBJECTS: Final = ("RT", "Sputnik")
"""The two named advertisers, as one would type them."""

WINDOW: Final = Window(
    start=datetime(2015, 6, 1, tzinfo=UTC).date(), end=datetime(2016, 11, 8, tzinfo=UTC).date()
)
"""The retrospective of the 2016 election."""

PROPOSED_AT: Final = datetime(2017, 10, 26, 9, 0, tzinfo=UTC)
APPROVED_AT: Final = datetime(2017, 10, 26, 10, 30, tzinfo=UTC)
BAN_AT: Final = datetime(2017, 10, 26, 12, 0, tzinfo=UTC)
AS_OF: Final = BAN_AT.date()
PROPOSED_BY: Final = "ana"
APPROVED_BY: Final = "ben"
ALSO_APPROVED_BY: Final = "cem"
"""A plan that touches more than one per cent of the revenue needs a third key."""

EARNED_USD: Final = "1900000.00"
EARNED_GBP_AT_THE_DECISION: Final = "1438943.25"
US_2016_USD: Final = "274100.00"
US_2016_ADS: Final = 1823

RULE: Final = {"id": "ads-policy-7", "version": "2017-10", "url": "https://example.org/rules/ads-policy-7"}
GROUND: Final = "incompatible with the advertising policy"
FACTS: Final = (
    "Between June 2015 and November 2016 the advertiser promoted posts aimed at voters in the United States."
    " A public assessment of January 2017 names it as an arm of a state-run effort to influence the election"
    " of 2016. The retrospective of the election period found what it bought, aimed at whom, and how it paid."
)
SURFACES: Final = ("all",)
TERRITORIES: Final = ("worldwide",)

AUTHORITY: Final = {
    "name": "ODNI, Background to “Assessing Russian Activities and Intentions in Recent US Elections”",
    "document_sha256": None,
    "url": "https://www.dni.gov/files/documents/ICA_2017_01.pdf",
    "date": "2017-01-06",
    "page": "6-12",
}
"""The outside authority. The document itself is not part of this project, so there is no digest of it."""

ALTERNATIVES_CONSIDERED: Final = (
    "Label every ad with its state sponsor and go on selling: the described effort goes on.",
    "Refuse election ads only: neither advertiser declares them as such, so the rule would catch nothing.",
    "Restrict targeting to the advertiser's own country: its linked accounts would buy on.",
    "Suspend the accounts altogether: refused, since they may speak like any user; only buying ads ends.",
)
EXPECTED_CONSEQUENCES: Final = (
    "The projected revenue from both advertisers ends today and what they paid since 2011 is given away.",
    "Other state broadcasters will ask whether they are next: the decision names these two and nobody else.",
    "The advertiser will dispute the facts and point to our own sales proposals: both are in the case file.",
    "A government may answer in kind against our users or our staff in its country.",
)
ORGANIC: Final = (
    "The accounts stay as users: they may post, and anybody may follow them. Only buying ads ends."
)

PURPOSE: Final = "external research into the use of the platform in civic engagement and elections"
RECIPIENTS: Final = (
    ("Institute for Open Elections", 50),
    ("Civic Signals Laboratory", 30),
    ("Archive of Public Advertising", 20),
)
"""Invented recipients and their shares in per cent."""

CONFLICT_OF_INTEREST: Final = (
    "No recipient may have taken money from the platform in the last two years, none reports to it on"
    " findings before publication, and every recipient discloses the source of the gift in what it publishes."
)

DENIAL: Final = """\
RT's answer to the decision, as received (wording invented for this sample; its substance is public record)

We reject the claim that our advertising broke any rule or served to interfere in an election. We paid for it
in the open, under our own name. It was this platform's own sales people who came to us in 2016 with a package
for the American election, priced at 1.5 million US dollars, and urged us to spend big. We turned it down. To
sell with one hand and to punish with the other is not a policy.
"""
"""Recorded verbatim in the case file."""

REACTION: Final = "The platform gave way to pressure from abroad (statement of a ministry's press office)"

_CONTACTS: Final = (
    ("rt", "2015-09-16T09:30:00Z", "sales", "outgoing", "meeting", "sales, Europe desk",
     "yearly review: video ads, and what other broadcasters spend on live events", "", ""),
    ("rt", "2016-01-27T13:05:00Z", "sales", "outgoing", "e-mail", "sales, Europe desk",
     "invitation to a workshop on the American election year", "", ""),
    ("rt", "2016-04-12T10:00:00Z", "sales", "outgoing", "presentation", "sales, Europe desk",
     "package for the 2016 US election: emoji, promoted trends, content partners", "1500000.00", "USD"),
    ("rt", "2016-04-26T15:40:00Z", "sales", "outgoing", "call", "sales, Europe desk",
     "follow-up: the election package, discount for an early answer", "1500000.00", "USD"),
    ("america", "2016-06-08T16:15:00Z", "sales", "outgoing", "e-mail", "sales, US desk",
     "convention weeks: promoted posts around the live streams", "120000.00", "USD"),
    ("rt", "2016-06-30T11:20:00Z", "sales", "incoming", "e-mail", "sales, Europe desk",
     "the advertiser declines the election package and goes on post by post", "", ""),
    ("espanol", "2016-09-14T14:00:00Z", "sales", "outgoing", "call", "sales, Latin America desk",
     "debate nights in Spanish: offer for three evenings", "45000.00", "USD"),
    ("america", "2016-11-02T17:45:00Z", "sales", "outgoing", "e-mail", "sales, US desk",
     "election night: last places for promoted video", "60000.00", "USD"),
    ("ruptly", "2017-03-21T09:10:00Z", "sales", "outgoing", "meeting", "sales, Germany desk",
     "agency footage and live streams: rates for 2017", "30000.00", "EUR"),
    ("rt", "2017-09-28T14:00:00Z", "government", "outgoing", "briefing", "public policy",
     "two committees of a parliament are told what the advertiser spent on US ads in 2016", "", ""),
    ("rt", "2017-10-26T17:30:00Z", "government", "incoming", "press statement", "public policy",
     "a foreign ministry says that the platform gave way to pressure and announces an answer", "", ""),
)  # fmt: skip

_TOPICS: Final = (
    "yearly review",
    "new video format",
    "seasonal offer",
    "invoice question",
    "campaign advice",
)


def meet(sheet: Sheet, cast: Mapping[str, Account]) -> None:
    """Write the contacts of the story, and those of a few hundred other advertisers."""
    rows = [(cast[label].account_id, *rest) for label, *rest in _CONTACTS]
    draws = Draws(sheet.seed, "contacts")
    others = [account for account in sheet.accounts.values() if account.buys]
    for account in draws.sample(others, len(others) // 30):
        at = instant(
            max(account.created, day("2013-01-07")) + draws.below(200), draws.between(28_800, 61_200)
        )
        offer = draws.chance(300)
        rows.append(
            (
                account.account_id, at, "sales" if draws.chance(850) else "other",
                draws.pick(("outgoing", "outgoing", "incoming")), draws.pick(("e-mail", "call", "meeting")),
                "sales", draws.pick(_TOPICS), f"{draws.between(1, 40)}000.00" if offer else "",
                account.currency if offer else "",
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (row[1], row[0]))
    sheet.contacts.extend((f"c{number:05d}", *row) for number, row in enumerate(rows, start=1))


def judge(sheet: Sheet, cast: Mapping[str, Account]) -> None:
    """Write the two words that a reviewer had spoken before the case was opened."""
    for one, other, judgement, at, reason in (
        ("deutsch", "ruptly", "positive", "2017-10-17T08:40:00Z",
         "the advertiser's own imprint names the agency as its subsidiary"),
        ("house", "reassigned", "negative", "2017-10-18T11:05:00Z",
         "the carrier gave the number out again in 2015; invoices show another firm since then"),
    ):  # fmt: skip
        a, b = sorted((cast[one].account_id, cast[other].account_id))
        sheet.judgements.append((a, b, judgement, "reviewer 4", at, reason))
