from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from debar.model.money import Money
from debar.notices.pages import render_post_html, render_post_text
from debar.notices.public_post import Denial, Publication, RecordPointer, public_post
from debar.notices.statement import Recipient

APPLIED = datetime(2017, 10, 26, 12, 0, 5, tzinfo=UTC)


def publication(**changes: Any) -> Publication:
    return Publication(applied_at=APPLIED, platform_name="Birdsong", **changes)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_post_says_scope_and_what_is_unchanged(plan: dict[str, Any]) -> None:
    """The public reads that two entities are concerned, that organic use goes on, and since when."""
    text = flat(render_post_text(public_post(plan, publication())))
    assert "restricted to these two entities, RT and Sputnik" in text
    assert "Organic use is unchanged" in text
    assert "Effective 26 October 2017, 12:00 UTC" in text


def test_sputniks_zero_is_printed(plan: dict[str, Any]) -> None:
    """A subject that never bought an ad stands in the table with 0.00; the linked accounts count for theirs."""
    assert public_post(plan, publication()).earned == (("RT", "1,900,000.00 USD"), ("Sputnik", "0.00 USD"))


def test_both_translations_are_labelled(plan: dict[str, Any]) -> None:
    """The amount at the decision day's rate stands beside the one at the service day's, each with its label."""
    text = render_post_text(public_post(plan, publication()))
    assert "GBP at the decision day: 1,438,943.25 GBP." in text
    assert "GBP at the service day: 1,371,200.11 GBP." in text


def test_a_denial_stands_word_for_word(plan: dict[str, Any]) -> None:
    """The other side's words are neither shortened nor changed; without any, that is said."""
    words = "We deny it.\nYour sales people pitched us to spend big."
    denial = Denial(who="RT", said_on=date(2017, 10, 26), text=words)
    post = public_post(plan, publication(denial=denial))
    assert post.denial is not None
    assert words == post.denial[1]
    assert "  > We deny it.\n  > Your sales people pitched us to spend big.\n" in render_post_text(post)
    assert "No answer had reached us" in render_post_text(public_post(plan, publication()))


def test_linked_and_spared_accounts_stay_without_a_name(plan: dict[str, Any]) -> None:
    """The post names only those whom the decision names, in its text and in its picture."""
    post = public_post(plan, publication())
    for page in (render_post_text(post), render_post_html(post)):
        for name in (
            "Redfern",
            "Harbour",
            "Kino",
            "Nordwind",
            "Komplekt",
            "f-front",
            "1057746595367",
            "3f09a1",
        ):
            assert name not in page
    assert "2 further accounts" in post.lead[2]


def test_contacts_with_governments_are_told_or_none_is(plan: dict[str, Any]) -> None:
    """Sales and government contacts of the named accounts are counted; none is printed as none."""
    contact = {"account_id": "a-rt", "at": "2016-04-12T10:00:00Z", "counterpart": "sales", "offer": None}
    got = public_post(plan, publication(contacts=[contact])).contacts
    assert got == (
        "Contacts of our sales staff with the named accounts: 1, from 12 April 2016 to 12 April 2016.",
        "Contacts with governments about them: none.",
    )


def test_recipients_and_purpose_are_named(plan: dict[str, Any]) -> None:
    """Whom the money goes to, how much and for what stands in the post."""
    fund = Recipient(
        name="Civic Research Fund",
        purpose="research into elections",
        amount=Money(currency="USD", amount_micros=1_900_000_000_000),
    )
    got = public_post(plan, publication(recipients=(fund,))).recipients
    assert got == ("Civic Research Fund: 1,900,000.00 USD, research into elections",)


def test_the_reader_is_told_how_to_check_the_record(plan: dict[str, Any]) -> None:
    """Entry, root, plan digest and command stand at the end."""
    record = RecordPointer(entry=7, root="9c" * 32, command="debar record verify record")
    text = flat(render_post_text(public_post(plan, publication(record=record))))
    for part in ("entry 7", "9c" * 32, "c0" * 32, "debar record verify record"):
        assert part in text


def test_the_page_has_its_two_pictures(plan: dict[str, Any]) -> None:
    """The network, and the spend over time with the window shaded and the day of the ban marked."""
    page = render_post_html(public_post(plan, publication(spend=[(date(2016, 1, 1), 5_000_000)])))
    assert page.count("<svg ") == 2
    assert "window examined" in page
    assert "ban 2017-10-26" in page


def test_stated_spend_is_never_called_earned(plan: dict[str, Any]) -> None:
    """Where there is only an archive, the post says that the amounts are stated, in each currency."""
    plan["earned"].update(basis="stated spend", as_of=None, also={})
    plan["members"][0]["earned"]["by_currency"] = {"USD": "1500000.000000", "RUB": "7.000000"}
    post = public_post(plan, publication())
    assert post.earned_word == "Stated"
    assert post.earned[0] == ("RT", "7.00 RUB, 1,900,000.00 USD")
    assert "Stated spend is not what was earned." in post.money[0]
    assert not any("we earned" in sentence.lower() for sentence in post.money)


def test_a_missing_rate_leaves_the_amounts_in_their_currencies(plan: dict[str, Any]) -> None:
    """Without a rate nothing is converted and nothing is left out."""
    for bound in ("low", "likely", "high"):
        del plan["earned"][bound]
    plan["earned"]["by_currency"] = {"RUB": {"low": "1.000000", "likely": "2.000000", "high": "3.000000"}}
    plan["members"][0]["earned"] = {"by_currency": {"RUB": "2.000000"}, "converted": None}
    post = public_post(plan, publication())
    assert "2.00 RUB; not converted, because a rate is missing." in post.money[0]
    assert post.earned[0][1] == "2.00 RUB, 400,000.00 USD"


def test_the_path_of_the_platform_is_not_published(plan: dict[str, Any]) -> None:
    """Without a name the post says "our platform": where files lie is nobody's business."""
    plan["platform"] = "/srv/exports/birdsong"
    page = render_post_html(public_post(plan, Publication(applied_at=APPLIED)))
    assert "/srv/exports" not in page
    assert "our platform" in page
