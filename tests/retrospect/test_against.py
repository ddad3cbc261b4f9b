"""Account by account against everybody else: what is flagged, and how often chance flags."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.model.window import Window
from debar.retrospect import retrospect, signals
from debar.retrospect.against import ONE_IN, Measured, chance_of, compare, rarities
from debar.retrospect.clock import MILLION

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.retrospect.against import AgainstOthers
    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 9, 1), end=date(2016, 11, 30))
OTHERS = 200


def measured(value: int, name: str, *, asked: bool = False, stratum: str = "") -> Measured:
    """Measure an account."""
    return Measured(account_id=name, asked=asked, stratum=stratum, value=value, shown=str(value))


def draw(name: str, below: int) -> int:
    """Draw a number by the hash of a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % below


def test_who_stands_out_is_flagged_with_the_share_that_stands_out_as_much() -> None:
    """The p-value counts the account itself; the most extreme of 200 is one in 200."""
    others = [measured(value, f"b{value}") for value in range(199)]
    found = compare("x", [*others, measured(1000, "a", asked=True), measured(100, "c", asked=True)])
    assert found is not None
    assert [(one.account_id, one.p_value) for one in found.flagged] == [("a", 5_000)]
    assert (found.asked_count, found.others_count, found.others_flagged_count) == (2, 199, 1)


def test_an_account_with_too_few_others_like_it_is_not_compared() -> None:
    """Among fewer than 99 others nobody could be flagged, and nobody is cleared either."""
    few = [measured(0, f"b{n}", stratum="NO") for n in range(98)]
    many = [measured(0, f"c{n}", stratum="US") for n in range(99)]
    asked = [measured(1, "a", asked=True, stratum="NO"), measured(1, "d", asked=True, stratum="US")]
    found = compare("x", [*few, *many, *asked])
    assert found is not None
    assert (found.uncompared_count, [one.account_id for one in found.flagged]) == (1, ["d"])
    assert compare("x", [*few, asked[0]]) is None


def test_ties_are_never_flagged_for_being_ties() -> None:
    """Where everybody shows the same, nobody stands out."""
    found = compare("x", [measured(7, f"b{n}") for n in range(500)] + [measured(7, "a", asked=True)])
    assert found is not None
    assert (found.flagged, found.others_flagged_count) == ((), 0)


@given(
    values=st.lists(st.integers(min_value=0, max_value=50), min_size=100, max_size=300),
    strata=st.integers(min_value=1, max_value=2),
)
def test_of_the_others_at_most_one_in_a_hundred_is_flagged(values: list[int], strata: int) -> None:
    """Whatever the values are, the false alarms among the others stay below the rate that is told."""
    others = [measured(value, f"b{n}", stratum=str(n % strata)) for n, value in enumerate(values)]
    found = compare(
        "x", [*others, *(measured(0, f"a{n}", asked=True, stratum=str(n)) for n in range(strata))]
    )
    if found is not None:
        assert found.others_flagged_count * ONE_IN <= found.others_count


def test_asking_for_accounts_like_all_others_flags_no_more_than_chance() -> None:
    """Over many choices of innocent accounts by hash, one in a hundred is flagged, and not more."""
    values = [draw(f"value {n}", 10**9) for n in range(1000)]
    flagged = asked_for = 0
    for trial in range(40):
        chosen = {n for n in range(1000) if draw(f"{trial} {n}", 20) == 0}
        found = compare("x", [measured(v, str(n), asked=n in chosen) for n, v in enumerate(values)])
        assert found is not None
        flagged, asked_for = flagged + len(found.flagged), asked_for + found.asked_count
    assert asked_for > 1900
    assert flagged / asked_for < 0.016


@pytest.mark.parametrize(("flagged", "accounts"), [(0, 5), (1, 1), (2, 10), (3, 300), (10, 10)])
def test_what_chance_flags_is_the_binomial_tail(flagged: int, accounts: int) -> None:
    """The words' "by chance at most" is the tail of so many draws of one in a hundred, rounded up."""
    from math import comb

    tail = sum(comb(accounts, n) * 0.01**n * 0.99 ** (accounts - n) for n in range(flagged, accounts + 1))
    assert chance_of(flagged, accounts) == pytest.approx(tail * MILLION, abs=1.01)


def test_an_attribute_is_rare_among_the_others_of_its_stratum() -> None:
    """An account asked for ties with the others that have the same, or that are alone with theirs."""
    rows = [(f"b{n}", False, "US", "USD") for n in range(98)]
    rows += [("b98", False, "US", "EUR"), ("a", True, "US", "RUB"), ("c", True, "US", "USD")]
    told = {one.account_id: one.value for one in rarities(rows, words="{attribute}, aimed at {stratum}")}
    assert (told["a"], told["b98"], told["b0"], told["c"]) == (-1, -1, -98, -98)


def test_a_group_that_stands_out_a_little_each_time_stands_out_together() -> None:
    """Nobody is flagged alone; the rank sum says how likely so many high ranks are by lot."""
    others = [measured(value, f"b{value}") for value in range(1000)]
    high = [measured(900 + n, f"a{n}", asked=True) for n in range(20)]
    found = compare("x", [*others, *high])
    assert found is not None
    assert (found.flagged, found.exceeds > 900_000, found.by_lot) == ((), True, 1)
    middling = [measured(490 + n, f"a{n}", asked=True) for n in range(20)]
    usual = compare("x", [*others, *middling])
    assert usual is not None
    assert usual.by_lot is not None
    assert 400_000 < usual.by_lot < 600_000


def test_groups_drawn_by_lot_stand_out_as_often_as_is_told() -> None:
    """Of 200 groups drawn by hash, about one in twenty has a chance below one in twenty, ties or not."""
    for below in (10**9, 5):
        values = [draw(f"value {n}", below) for n in range(1000)]
        small = 0
        for trial in range(200):
            found = compare(
                "x", [measured(v, str(n), asked=draw(f"{trial} {n}", 20) == 0) for n, v in enumerate(values)]
            )
            assert found is not None
            assert found.by_lot is not None
            small += found.by_lot < 50_000
        assert 2 <= small <= 19


def test_where_most_accounts_are_alike_ranks_say_nothing() -> None:
    """One rare account among the few asked for would look like a group: nothing is said then."""
    others = [measured(0, f"b{n}") for n in range(300)] + [measured(n, f"c{n}") for n in range(1, 200)]
    found = compare("x", [*others, measured(5, "a", asked=True)])
    assert found is not None
    assert found.by_lot is None


def world(asked: int = 6) -> dict[str, list[dict[str, Any]]]:
    """Make 200 ordinary accounts, and some that stand out.

    These pay in roubles, work office hours, copy, spend at once, speak of an election without declaring it,
    lead by a form of their own, and have just been taken over.
    """
    accounts, ads, billing, identifiers = [], [], [], []
    for number in range(OTHERS + asked):
        odd = number >= OTHERS
        name = f"{'a' if odd else 'b'}{number}"
        created = datetime(2016, 8, 1) + timedelta(days=draw(name, 60))  # noqa: DTZ001 - naive UTC
        home = "RU" if odd else "CA" if number % 20 == 0 else "US"
        accounts.append({"account_id": name, "name": name, "country": home, "created_at": created})
        micros = (900 if odd else 1 + draw(name + "m", 50)) * 1_000_000
        billing.append(
            {"event_id": name, "account_id": name, "kind": "delivered", "service_day": created.date(),
             "amount_micros": micros, "currency": "USD"}
        )  # fmt: skip
        for place in range(24):
            hours = 24 * draw(f"{name} {place}", 80) + (8 if odd else draw(f"{name} h {place}", 24))
            at = datetime(2016, 9, 1, 1) + timedelta(hours=hours, minutes=7)  # noqa: DTZ001 - naive UTC
            while odd and at.weekday() > 4:
                at -= timedelta(days=1)
            declares = not odd and number % 10 == 0
            subject = "before you vote" if odd or declares or draw(f"{name} {place} s", 50) == 0 else "alone"
            text = f"the same words {subject} {place}" if odd else f"words of {name} {subject}, {place}"
            form = f"zone={place}&utm_source=hq" if odd else f"utm_source=fb&utm_campaign={name}{place}"
            ads.append(
                {"ad_id": f"{name}-{place}", "account_id": name, "created_at": at, "text": text,
                 "targeting": text, "countries": ["US"], "currency": "RUB" if odd else "USD",
                 "landing_url": f"https://{name}.example/?{form}", "declared_political": declares}
            )  # fmt: skip
        identifiers += held(name, since=date(2015, 1, 1), until=date(2016, 10, 4) if odd else None)
        if odd:
            identifiers += held(f"{name} later", account_id=name, since=date(2016, 10, 5))
    return {"accounts": accounts, "ads": ads, "billing": billing, "identifiers": identifiers}


def held(
    holder: str, *, account_id: str | None = None, since: date, until: date | None = None
) -> list[dict[str, Any]]:
    """Return what a holder is known by: a legal id, an address of mail and a card."""
    kinds = {"legal_id": "legal", "email": "contact", "card": "access"}
    return [
        {"account_id": account_id or holder, "kind": kind, "family": family, "value_key": f"{kind} of {holder}",
         "fact_id": f"{kind} {holder}", "shown": f"{kind} of {holder}", "first_seen": since,
         "last_seen": until, "source": "given"}
        for kind, family in kinds.items()
    ]  # fmt: skip


def found_in(load: Load, asked: list[str]) -> dict[str, AgainstOthers]:
    """Return the signals by name."""
    report = retrospect(load(**world()), window=WINDOW, accounts=asked)
    return {one.name: one for one in report.against}


def test_accounts_that_differ_are_flagged_by_the_signals_in_which_they_do(load: Load) -> None:
    """Everything but bursts stands out: nobody bought on one day."""
    told = found_in(load, [f"a{n}" for n in range(OTHERS, OTHERS + 6)])
    flagged = {name: len(one.flagged) for name, one in told.items()}
    assert flagged.pop("one-day burst") <= 1
    assert flagged == {
        "paying currency": 6,
        "payer's country": 6,
        "office hours": 6,
        "spends at once": 6,
        "texts of others": 6,
        "audiences of others": 6,
        "undeclared election ads": 6,
        "landing templates": 6,
        "changed hands": 6,
    }
    assert all(one.false_alarm_rate <= MILLION // ONE_IN for one in told.values())
    assert told["paying currency"].flagged[0].shown == "RUB, aimed at US"
    assert told["paying currency"].by_chance == 1


def test_who_goes_on_after_a_legal_day_is_found_among_those_who_stopped(load: Load) -> None:
    """With a day named, launches after it are compared; without one they are not."""
    tables = world()
    day = date(2016, 11, 8)
    for ad in tables["ads"]:
        late = ad["account_id"] == "a200"
        ad["created_at"] = datetime(2016, 11, 20 if late else 2, 5)  # noqa: DTZ001 - naive UTC
    engine = load(**tables)
    told = {one.name: one for one in retrospect(engine, window=WINDOW, accounts=["a200"], around=day).against}
    (flagged,) = told["goes on after the day"].flagged
    assert flagged.shown == "24 of 24 launches after 2016-11-08"
    without = retrospect(engine, window=WINDOW, accounts=["a200"]).against
    assert "goes on after the day" not in {one.name for one in without}


def test_ordinary_accounts_are_flagged_by_nothing(load: Load) -> None:
    """Where nothing is planted among those asked for, nothing stands out."""
    told = found_in(load, [f"b{n}" for n in range(1, 19) if n % 20])
    assert sum(len(one.flagged) for one in told.values()) <= 2
    assert all(one.by_chance > 10_000 for one in told.values())


def test_each_signal_says_its_null_model_its_rate_and_its_limits(load: Load) -> None:
    """The words hold who stands out, how many others do, and what chance makes of it."""
    report = retrospect(load(**world(asked=1)), window=WINDOW, accounts=["a200"])
    said = {signal.name: signal for signal in signals(report)}
    assert said["paying currency"].found == (
        "1 of 1 accounts pay in a currency that is rare among accounts aimed at the same country:"
        " a200 (RUB, aimed at US, p 0.0050)."
    )
    assert "of accounts like it or less" in said["paying currency"].background
    assert all(signal.cannot_show for signal in said.values())


def test_accounts_like_them_among_the_others_are_counted_as_others(load: Load) -> None:
    """Of six alike, two asked for do not stand out: four of the others show the same."""
    assert found_in(load, ["a200", "a201"])["paying currency"].flagged == ()


def test_without_accounts_asked_for_nobody_is_compared(load: Load) -> None:
    """There is no background then, and so no signal against it."""
    assert retrospect(load(**world()), window=WINDOW).against == ()
