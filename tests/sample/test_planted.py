"""The totals again, by plain means: this file shares no code with what wrote them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from debar.sample import World, story, write_world
from debar.sample.planted import earned_usd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.model.rates import Rates

Row = dict[str, str]
PLUS = {"delivered", "fee", "breakage", "correction_up"}
MINUS = {"invalid_traffic", "overdelivery", "correction", "refund", "promo", "rebate", "chargeback_lost"}


def _signed(row: Row) -> Fraction:
    amount = Fraction(row["amount"])
    return amount if row["kind"] in PLUS else -amount if row["kind"] in MINUS else Fraction(0)


def _usd(rows: list[Row], rates: Rates) -> Fraction:
    return sum(
        (_signed(r) * rates.cross(r["currency"], "USD", date.fromisoformat(r["service_day"])) for r in rows),
        Fraction(0),
    )


def _cents(amount: Fraction) -> Decimal:
    return Decimal(round(amount * 100)) / 100


@pytest.fixture(scope="module")
def billing(rows: Callable[[str], list[Row]]) -> list[Row]:
    """Return all billing rows."""
    return rows("billing")


def _of(billing: list[Row], world: World, *parts: str) -> list[Row]:
    accounts = {account for part in parts for account in world.ids(part)}
    return [row for row in billing if row["account_id"] in accounts]


def _known_then(billing: list[Row]) -> list[Row]:
    return [row for row in billing if row["booked_at"][:10] <= story.AS_OF.isoformat()]


def test_earned_in_all(billing: list[Row], world: World, rates: Rates) -> None:
    """The named and the linked accounts earned the platform 1,900,000.00 USD up to the decision's day."""
    rows = _known_then(_of(billing, world, "named", "linked", "sputnik"))
    assert _cents(_usd(rows, rates)) == Decimal("1900000.00")


def test_translated_once(rates: Rates) -> None:
    """The published total is 1,438,943.25 GBP at the rate of the decision's day."""
    pounds = Fraction(story.EARNED_USD) * rates.cross("USD", "GBP", story.AS_OF)
    assert str(_cents(pounds)) == story.EARNED_GBP_AT_THE_DECISION


def test_us_in_2016(billing: list[Row], world: World, rows: Callable[[str], list[Row]]) -> None:
    """In 2016 they earned 274,100.00 USD in the US, all of it delivered, on 1,823 promoted posts."""
    found = [
        row
        for row in _of(billing, world, "named", "linked", "front")
        if row["market"] == "US" and row["service_day"][:4] == "2016"
    ]
    assert {(row["kind"], row["currency"]) for row in found} == {("delivered", "USD")}
    assert sum(Decimal(row["amount"]) for row in found) == Decimal("274100.00")
    assert len({row["ad_id"] for row in found}) == 1823
    assert {row["account_id"] for row in found} == {world.labels[x] for x in ("rt", "america", "espanol")}
    aimed = {row["ad_id"] for row in rows("ads") if row["countries"] == '["US"]'}
    assert {row["ad_id"] for row in found} <= aimed


def test_ads_aimed_at_the_us(world: World, rows: Callable[[str], list[Row]]) -> None:
    """Exactly 1,823 of the advertiser's ads were aimed at the US and started in 2016."""
    accounts = {*world.ids("named"), *world.ids("linked"), *world.ids("front")}
    found = [
        row
        for row in rows("ads")
        if row["account_id"] in accounts and row["countries"] == '["US"]' and row["started_at"][:4] == "2016"
    ]
    assert len(found) == 1823
    assert sum(Decimal(row["spend"]) for row in found) == Decimal("274100.00")


def test_sputnik_never_bought(billing: list[Row], world: World, rows: Callable[[str], list[Row]]) -> None:
    """Sputnik has no billing row and no ad."""
    assert _of(billing, world, "sputnik") == []
    assert not {row["account_id"] for row in rows("ads")} & set(world.ids("sputnik"))


def test_fronts_are_outside(billing: list[Row], world: World, rates: Rates) -> None:
    """The covert fronts' money is apart from the planted total."""
    assert _cents(_usd(_of(billing, world, "front"), rates)) == Decimal("21580.85")


def test_as_of_matters(billing: list[Row], world: World, rates: Rates) -> None:
    """What was booked later lowers the total of later days."""
    rows = _of(billing, world, "named", "linked")
    assert len(_known_then(rows)) < len(rows)
    assert _usd(rows, rates) < _usd(_known_then(rows), rates)


def test_every_kind_occurs(billing: list[Row], world: World) -> None:
    """The whole list of kinds is on the books, and the advertiser's own have most of them."""
    kinds = {
        "delivered", "fee", "breakage", "invalid_traffic", "overdelivery", "correction", "correction_up", "refund",
        "promo", "rebate", "chargeback_open", "chargeback_won", "chargeback_lost", "chargeback_fee", "invoice",
        "payment", "prepay", "prepay_draw", "refund_paid",
    }  # fmt: skip
    assert {row["kind"] for row in _of(billing, world, "named", "linked")} == kinds
    assert {row["kind"] for row in billing} == {*kinds, "prepay_return", "write_off"}


def test_currencies_and_years(billing: list[Row], world: World, rates: Rates) -> None:
    """The advertiser paid in five currencies, from 2011 to 2017, and all have rates on their days."""
    rows = _of(billing, world, "named", "linked")
    assert {row["currency"] for row in rows} == {"USD", "EUR", "GBP", "RUB", "MXN"}
    assert {row["service_day"][:4] for row in rows} >= {str(year) for year in range(2011, 2018)}
    for row in billing:
        assert rates.per_euro(row["currency"], date.fromisoformat(row["service_day"])) > 0


def test_amounts_are_positive(billing: list[Row]) -> None:
    """No amount and no tax is below zero, and delivery is never free."""
    assert all(Decimal(row["amount"]) >= 0 and Decimal(row["tax"]) >= 0 for row in billing)
    assert all(Decimal(row["amount"]) > 0 for row in billing if row["kind"] == "delivered")


def test_invoices_are_paid_or_written_off(billing: list[Row]) -> None:
    """What was invoiced, tax included, was paid or written off, account by account."""
    open_: Counter[tuple[str, str]] = Counter()
    for row in billing:
        key, gross = (row["account_id"], row["currency"]), Decimal(row["amount"]) + Decimal(row["tax"])
        if row["kind"] == "invoice":
            open_[key] += gross  # type: ignore[assignment]
        elif row["kind"] in ("payment", "write_off"):
            open_[key] -= gross  # type: ignore[assignment]
    assert {key: left for key, left in open_.items() if left} == {}


def test_market_of_the_main_account_is_never_empty(billing: list[Row], world: World) -> None:
    """All delivery of the story says where it was shown."""
    assert all(row["market"] for row in _of(billing, world, "named", "linked") if row["kind"] == "delivered")


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_totals_hold_for_every_seed(seed: int, tmp_path: Path, rates: Rates) -> None:
    """Whatever the seed, the total is planted to the cent."""
    world = write_world(tmp_path, seed=seed, scale=0.01, rates=rates)
    members = {*world.ids("named"), *world.ids("linked")}
    lines = (world.folder / "billing.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [tuple(line.split(",")) for line in lines if '"' not in line]
    assert _cents(earned_usd(rows, members, rates)) == Decimal("1900000.00")
