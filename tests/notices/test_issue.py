from __future__ import annotations

import copy
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from debar.model.canonical import canonical_json
from debar.model.money import Money
from debar.model.problem import DebarError
from debar.notices.issue import Issue, public_version, statements_from_plan
from debar.notices.messages import catalogue
from debar.notices.pages import render_html, render_text
from debar.notices.statement import Recipient, Source, StatementOfReasons, as_json

APPLIED = datetime(2017, 10, 26, 12, 0, 5, tzinfo=UTC)
FUND = Recipient(name="Civic Research Fund", purpose="research into civic engagement and elections")


def issue(**changes: Any) -> Issue:
    values: dict[str, Any] = {"decision_id": "D-1", "applied_at": APPLIED, "informed_at": APPLIED}
    return Issue(**{**values, "platform_name": "Birdsong", **changes})


def of(plan: dict[str, Any], account_id: str, **changes: Any) -> StatementOfReasons:
    found = {s.subject.account_id: s for s in statements_from_plan(plan, issue(**changes))}
    return found[account_id]


def test_there_is_one_statement_for_each_account_that_changes(plan: dict[str, Any]) -> None:
    """Accounts that are asked about or left out get no statement: nothing happens to them."""
    got = [s.subject.account_id for s in statements_from_plan(plan, issue())]
    assert got == ["a-rt", "a-rt-america", "a-actualidad", "a-sputnik", "f-front", "f-second"]


def test_a_named_account_is_banned_without_end(plan: dict[str, Any]) -> None:
    """A named account gets a ban from advertising only, with no end date and no review day."""
    (restriction,) = of(plan, "a-rt").restrictions
    assert (restriction.kind, restriction.until, restriction.review_on) == ("ban", None, None)
    assert restriction.scope == ("create", "buy", "serve", "charge")


def test_a_linked_account_is_suspended_until_its_review(plan: dict[str, Any]) -> None:
    """A linked account gets an interim suspension that ends on the day of its review."""
    (restriction,) = of(plan, "f-front").restrictions
    assert restriction.kind == "interim suspension"
    assert (date(2017, 11, 25), date(2017, 11, 25)) == (restriction.until, restriction.review_on)


def test_a_suspension_without_a_review_is_refused(plan: dict[str, Any]) -> None:
    """DBR-N004: a linked account is never suspended without a day of review."""
    for change, m in ((c, m) for c in plan["changes"] for m in plan["members"]):
        if change["because"] == "linked" and m["account_id"] == change["key"]["value"]:
            change["until"] = m["review_on"] = None
    with pytest.raises(DebarError) as caught:
        statements_from_plan(plan, issue())
    assert caught.value.code == "DBR-N004"


def test_a_late_review_is_refused(plan: dict[str, Any]) -> None:
    """DBR-N004: the review is at most thirty days after the suspension starts."""
    plan["changes"][-1]["until"] = "2017-11-26"
    plan["members"][5]["review_on"] = "2017-11-26"
    with pytest.raises(DebarError) as caught:
        statements_from_plan(plan, issue())
    assert caught.value.code == "DBR-N004"


def test_a_change_without_a_member_is_refused(plan: dict[str, Any]) -> None:
    """DBR-N001: nobody is restricted without reasons in the plan."""
    plan["changes"][0]["key"]["value"] = "somebody-else"
    with pytest.raises(DebarError) as caught:
        statements_from_plan(plan, issue())
    assert caught.value.code == "DBR-N001"


def test_a_time_outside_utc_is_refused(plan: dict[str, Any]) -> None:
    """DBR-N002: deadlines count from a UTC day, so times come in UTC."""
    for at in (datetime(2017, 10, 26, 12), datetime(2017, 10, 26, 12, tzinfo=timezone(timedelta(hours=3)))):  # noqa: DTZ001 - the naive time is the case
        with pytest.raises(DebarError) as caught:
            statements_from_plan(plan, issue(informed_at=at))
        assert caught.value.code == "DBR-N002"


def test_a_notice_before_the_decision_is_refused(plan: dict[str, Any]) -> None:
    """DBR-N002: nobody is informed of what has not been decided."""
    with pytest.raises(DebarError) as caught:
        statements_from_plan(plan, issue(informed_at=APPLIED - timedelta(seconds=1)))
    assert caught.value.code == "DBR-N002"


def test_the_restriction_never_starts_before_it_was_applied(plan: dict[str, Any]) -> None:
    """A plan that is applied late restricts from then on, not from the day it hoped for."""
    later = APPLIED + timedelta(days=1)
    got = of(plan, "a-rt", applied_at=later, informed_at=later)
    assert later == got.restrictions[0].applies_from


def test_the_same_plan_gives_the_same_statements(plan: dict[str, Any]) -> None:
    """Statements hold no clock and no randomness: the same input gives the same bytes."""
    first = [canonical_json(as_json(s)) for s in statements_from_plan(plan, issue())]
    again = [canonical_json(as_json(s)) for s in statements_from_plan(copy.deepcopy(plan), issue())]
    assert first == again


def test_the_public_reference_fits_the_european_database(plan: dict[str, Any]) -> None:
    """A puid has the form that the EU's database accepts, is unique, and shows no account id."""
    statements = statements_from_plan(plan, issue(decision_id="2017/Ø 1"))
    assert all(re.fullmatch(r"[a-zA-Z0-9-_]{1,500}", s.puid) for s in statements)
    assert len(statements) == len({s.puid for s in statements})
    assert not any(s.subject.account_id in s.puid for s in statements)


def test_a_linked_account_never_reads_another_linked_name(plan: dict[str, Any]) -> None:
    """The way from the named account is told without the names of other linked accounts."""
    got = of(plan, "f-second")
    for text in (render_text(got), render_html(got), str(as_json(got))):
        assert "Redfern" not in text
        assert "f-front" not in text
    assert "Harbour Views and another account run the same page fb:77." in render_text(got)


def test_each_step_to_a_linked_account_is_told_in_words(plan: dict[str, Any]) -> None:
    """Every hop has a sentence, a likelihood, and says that it is uncalibrated."""
    got = of(plan, "f-second")
    first = "RT and another account of this decision"
    second = "another account of this decision and this account"
    assert [link.basis for link in got.links] == [
        f"Shared by {first}: company number 1057746595367 (held by 5 accounts of the platform).",
        f"Shared by {second}: page fb:77 (held by 2 accounts of the platform).",
    ]
    assert [link.calibrated for link in got.links] == [False, False]
    assert "uncalibrated" in render_text(got)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [("1.000000", "100.0 %"), ("0.999999", "over 99.9 %"), ("0.973000", "97.3 %"), ("0.000000", "0.0 %")],
)
def test_a_likelihood_is_never_rounded_up_to_certainty(probability: str, expected: str) -> None:
    """Only a million millionths are 100 %."""
    assert expected == catalogue("en").percent(probability)


def test_what_was_earned_and_pledged_is_said_and_is_no_restriction(plan: dict[str, Any]) -> None:
    """The money note gives the amount, where it goes, and that nothing due is withheld."""
    got = of(plan, "f-front", recipients=(FUND,)).money
    assert (Money(currency="USD", amount_micros=1_200_500_000),) == got.earned
    assert "1,200.50 USD" in got.sentences[0]
    assert "Civic Research Fund" in got.sentences[1]
    assert "no payment due to you is withheld" in got.sentences[2]


def test_a_zero_is_printed(plan: dict[str, Any]) -> None:
    """An account that never bought an ad reads 0.00."""
    assert "We earned 0.00 USD from this account: it never bought an ad here." in render_text(
        of(plan, "a-sputnik")
    )


CONTACT = {
    "contact_id": "c1",
    "account_id": "a-rt",
    "at": "2016-04-12T10:00:00Z",
    "counterpart": "sales",
    "offer": {"amount": "1500000.000000", "currency": "USD"},
}


def test_contacts_are_told_and_none_is_an_answer(plan: dict[str, Any]) -> None:
    """Sales contacts are counted with their dates and offers; where there are none, "none" is printed."""
    text = " ".join(render_text(of(plan, "a-rt", contacts=[CONTACT])).split())
    assert "Contacts with our sales staff: 1, the first on 12 April 2016, the last on 12 April 2016." in text
    assert "one offer was made, of 1,500,000.00 USD" in text
    assert "Contacts with a government about this account: none." in text
    assert "Contacts with our sales staff: none." in render_text(of(plan, "a-sputnik", contacts=[CONTACT]))


def test_contacts_that_nobody_looked_up_are_not_called_none(plan: dict[str, Any]) -> None:
    """Not having looked is told apart from having found nothing."""
    text = render_text(of(plan, "a-rt"))
    assert "were not looked up" in text
    assert "none." not in text.split("Contacts with us")[1].split("If you disagree")[0]


def test_organic_use_is_said_to_be_unchanged(plan: dict[str, Any]) -> None:
    """Every statement says what is not changed."""
    for statement in statements_from_plan(plan, issue()):
        assert "Organic use of the account is unchanged" in render_text(statement)


def test_a_notifier_is_named_only_where_needed(plan: dict[str, Any]) -> None:
    """A notification without an identity says that the notifier is not named."""
    own = render_text(of(plan, "a-rt"))
    unnamed = render_text(of(plan, "a-rt", source=Source(type="notification", identity=None)))
    named = render_text(of(plan, "a-rt", source=Source(type="notification", identity="the regulator")))
    assert "own initiative" in own
    assert "The notifier is not named" in unnamed
    assert "notification by the regulator" in named


def test_a_lift_says_that_nothing_is_restricted_any_more(plan: dict[str, Any]) -> None:
    """A lift's statement carries no restriction and says from when the account may buy again."""
    plan["changes"] = [{**plan["changes"][0], "action": "lift"}]
    (got,) = statements_from_plan(plan, issue())
    assert got.restrictions == ()
    assert got.status == "lifted"
    assert "may buy and run advertising on Birdsong again" in " ".join(render_text(got).split())


def test_the_public_version_shows_no_values_and_no_linked_name(plan: dict[str, Any]) -> None:
    """The public reads which kinds of evidence count, never the values, contacts or a linked account's name."""
    got = public_version(of(plan, "f-second", contacts=[CONTACT]), plan)
    for text in (render_text(got), render_html(got), str(as_json(got))):
        for secret in ("Harbour Views", "f-second", "1057746595367", "fb:77", "sales staff"):
            assert secret not in text
    assert "Shared by RT and another account of this decision: a company number." in render_text(got)


def test_the_public_version_of_a_named_account_keeps_its_name(plan: dict[str, Any]) -> None:
    """A decision names whom it names."""
    assert public_version(of(plan, "a-rt"), plan).subject.name == "RT"


def test_what_weighs_against_a_link_speaks_for_the_account(plan: dict[str, Any]) -> None:
    """A reason with a negative weight is not told as a reason for the restriction."""
    plan["members"][4]["reasons"].append(
        {
            **plan["members"][4]["reasons"][0],
            "weight": "-3.000",
            "sentence": "Not one legal identifier is shared.",
        }
    )
    got = of(plan, "f-front")
    assert "Not one legal identifier is shared." in got.speaks_for
    assert "Not one legal identifier is shared." not in got.reasons


def test_a_hop_that_a_reviewer_decided_has_no_likelihood(plan: dict[str, Any]) -> None:
    """A reviewer's word is told as such, not as a certainty of a computer."""
    plan["members"][4]["path"][0].update(judgement="positive", p_owner="1.000000")
    assert of(plan, "f-front").links[0].probability == "Decided by a reviewer."


def test_an_archives_amounts_are_stated_not_earned(plan: dict[str, Any]) -> None:
    """Where there is only an archive, the advertiser is not told that we earned it."""
    plan["earned"]["basis"] = "stated spend"
    assert "That is stated spend, not what we earned." in of(plan, "f-front").money.sentences[0]
    assert of(plan, "a-sputnik").money.sentences[0] == "For this account no spend is stated."
