"""X funding instruments and their statistics become a platform folder that is read without a problem."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from debar.evidence.keying import HashKey
from debar.intake.billing_shapes import ImportedBilling, import_x_funding
from debar.intake.reading import Platform, read_platform
from debar.ledger.earned import earned
from debar.model.problem import DebarError
from debar.stores.duckdb_engine import DuckEngine
from ledger_books import rates

if TYPE_CHECKING:
    from pathlib import Path

KEY = HashKey(key_id="k1", secret=bytes(32))
ACCOUNTS = {"data": [{"id": "a1", "name": "Quiet Harbour", "timezone": "America/Los_Angeles"}]}


def instrument(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return one funding instrument's response."""
    one = {
        "id": name,
        "account_id": "a1",
        "type": kind,
        "currency": "USD",
        "credit_limit_local_micro": None,
        "credit_remaining_local_micro": None,
        "funded_amount_local_micro": None,
        "io_header": None,
        "start_time": "2016-11-01T00:00:00Z",
        "created_at": "2016-11-01T00:00:00Z",
        "updated_at": "2016-12-01T00:00:00Z",
        **more,
    }
    return {"request": {"params": {"account_id": one["account_id"]}}, "data": [one]}


def statistics(name: str, billed: list[int | None], **more: Any) -> dict[str, Any]:
    """Return a response of statistics."""
    params = {
        "granularity": "DAY",
        "entity": "FUNDING_INSTRUMENT",
        "start_time": "2016-11-07T08:00:00Z",
        **more,
    }
    metrics = {"billed_charge_local_micro": billed}
    return {
        "request": {"params": params},
        "data": [{"id": name, "id_data": [{"segment": None, "metrics": metrics}]}],
    }


def imported(tmp_path: Path, *documents: Any) -> tuple[ImportedBilling, Platform, DuckEngine]:
    """Import and read."""
    source = tmp_path / "source"
    source.mkdir()
    for number, document in enumerate(documents):
        (source / f"{number}.json").write_text(json.dumps(document))
    done = import_x_funding(source, tmp_path / "platform")
    engine = DuckEngine()
    return done, read_platform(engine, done.folder, key=KEY), engine


@pytest.mark.parametrize(
    "kind", ["CREDIT_CARD", "CREDIT_LINE", "INSERTION_ORDER", "AGENCY_CREDIT_LINE", "PREPAID"]
)
def test_each_arrangement_delivers_by_the_day(tmp_path: Path, kind: str) -> None:
    """Threshold, credit line, invoice, agency and prepaid: what was billed is delivered, on the account's days."""
    made = instrument("f1", kind, funded_amount_local_micro=100_000_000)
    done, platform, engine = imported(
        tmp_path, ACCOUNTS, made, statistics("f1", [30_000_000, None, 12_340_001])
    )
    assert (done.findings, platform.problem_counts) == ((), {})
    rows = engine.rows(
        "SELECT service_day, amount_micros, payer_account_id FROM billing WHERE kind = 'delivered' ORDER BY 1"
    )
    payer = "f1" if kind == "AGENCY_CREDIT_LINE" else None
    assert [(date(2016, 11, 7), 30_000_000, payer), (date(2016, 11, 9), 12_340_001, payer)] == rows


def test_prepaid_money_that_is_not_used_is_still_the_customers(tmp_path: Path) -> None:
    """A prepaid balance is drawn by delivery; the rest is a liability, and kept is what was earned."""
    made = instrument("f1", "PREPAID", funded_amount_local_micro=100_000_000)
    _, _, engine = imported(tmp_path, ACCOUNTS, made, statistics("f1", [30_000_000]))
    waterfall = earned(engine, {"a1": "named"}, rates=rates(), to=None).waterfalls[0]
    assert waterfall.kept is not None
    assert (waterfall.earned_micros, waterfall.kept.kept_micros) == (30_000_000, 30_000_000)
    assert (waterfall.kept.prepaid_micros, waterfall.kept.unbilled_micros) == (70_000_000, 0)


def test_yen_are_micros_too(tmp_path: Path) -> None:
    """A currency without cents has the same micros: 1,200 yen are 1,200,000,000."""
    made = instrument("f1", "CREDIT_CARD", currency="JPY")
    _, _, engine = imported(tmp_path, ACCOUNTS, made, statistics("f1", [1_200_000_000]))
    report = earned(engine, {"a1": "named"}, rates=rates(), to="JPY")
    assert report.converted is not None
    assert report.converted.likely_micros == 1_200_000_000


def test_hours_add_up_to_days(tmp_path: Path) -> None:
    """Statistics by the hour are days of the account's own clock."""
    made = instrument("f1", "CREDIT_CARD")
    told = statistics("f1", [1_000_000] * 30, granularity="HOUR", start_time="2016-11-08T06:00:00Z")
    _, _, engine = imported(tmp_path, ACCOUNTS, made, told)
    rows = engine.rows("SELECT service_day, amount_micros FROM billing ORDER BY 1")
    assert [
        (date(2016, 11, 7), 2_000_000),
        (date(2016, 11, 8), 24_000_000),
        (date(2016, 11, 9), 4_000_000),
    ] == rows


def test_the_newest_state_counts_and_the_same_again_is_nothing(tmp_path: Path) -> None:
    """An instrument is a state: a later one replaces it; equal states and equal days come once."""
    old = instrument("f1", "CREDIT_LINE", credit_limit_local_micro=100, credit_remaining_local_micro=100)
    new = instrument(
        "f1",
        "CREDIT_LINE",
        credit_limit_local_micro=100_000_000,
        credit_remaining_local_micro=58_000_000,
        updated_at="2017-01-01T00:00:00Z",
    )
    told = statistics("f1", [42_000_000])
    done, _, engine = imported(tmp_path, ACCOUNTS, old, new, new, told, told)
    assert (done.findings, done.repeated) == ((), 1)
    assert engine.rows("SELECT amount_micros FROM billing") == [(42_000_000,)]


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        (
            [instrument("f1", "CREDIT_CARD"), instrument("f1", "CREDIT_CARD", currency="EUR")],
            ('first: currency "USD"', 'then:  currency "EUR"'),
        ),
        (
            [instrument("f1", "CREDIT_CARD"), statistics("f1", [1_000_000]), statistics("f1", [2_000_000])],
            ("first: 1.000000", "then:  2.000000"),
        ),
    ],
)
def test_one_id_with_two_contents_is_an_error_that_shows_both(
    tmp_path: Path, documents: list[Any], words: tuple[str, str]
) -> None:
    """Two states of one moment, or two figures of one day, stop the import."""
    with pytest.raises(DebarError, match="DBR-I061") as caught:
        imported(tmp_path, *documents)
    assert words == caught.value.details


@pytest.mark.parametrize(
    ("documents", "code", "delivered"),
    [
        ([instrument("f1", "CREDIT_CARD")], "DBR-I068", 0),
        (
            [
                instrument(
                    "f1",
                    "CREDIT_LINE",
                    credit_limit_local_micro=50_000_000,
                    credit_remaining_local_micro=8_000_000,
                )
            ],
            "DBR-I068",
            42_000_000,
        ),
        (
            [
                instrument(
                    "f1",
                    "CREDIT_LINE",
                    credit_limit_local_micro=50_000_000,
                    credit_remaining_local_micro=8_000_000,
                ),
                statistics("f1", [41_000_000]),
            ],
            "DBR-I069",
            41_000_000,
        ),
        (
            [instrument("f1", "PREPAID", funded_amount_local_micro=1_000_000), statistics("f1", [2_000_000])],
            "DBR-I069",
            2_000_000,
        ),
        (
            [
                instrument("f1", "GIFT_CARD", funded_amount_local_micro=1_000_000),
                statistics("f1", [2_000_000]),
            ],
            "DBR-I067",
            2_000_000,
        ),
    ],
)
def test_what_an_instrument_leaves_open_is_said(
    tmp_path: Path, documents: list[Any], code: str, delivered: int
) -> None:
    """No daily figures, sums that differ, unknown types: counted as far as stated, never guessed."""
    done, _, engine = imported(tmp_path, *documents)
    assert code in [one.code for one in done.findings]
    ((got,),) = engine.rows("SELECT coalesce(SUM(amount_micros), 0) FROM billing WHERE kind = 'delivered'")
    assert delivered == int(got)


@pytest.mark.parametrize(
    "documents",
    [
        [{"no": "data"}],
        [{"data": [{"id": "x"}]}],
        [statistics("f1", [1])],
        [instrument("f1", "CREDIT_CARD"), statistics("f1", [1], granularity="TOTAL")],
    ],
)
def test_what_is_no_such_response_is_refused(tmp_path: Path, documents: list[Any]) -> None:
    """Other documents, statistics without an instrument, and totals without days stop the import."""
    with pytest.raises(DebarError, match="DBR-I060"):
        imported(tmp_path, *documents)


def test_a_charge_below_zero_is_taken_back(tmp_path: Path) -> None:
    """A negative day lowers what was earned."""
    done, platform, engine = imported(
        tmp_path, ACCOUNTS, instrument("f1", "CREDIT_CARD"), statistics("f1", [5_000_000, -2_000_000])
    )
    assert platform.problem_counts == {}
    assert dict(done.by_kind) == {("correction", "USD"): 2_000_000, ("delivered", "USD"): 5_000_000}
    assert earned(engine, {"a1": "named"}, rates=rates(), to=None).waterfalls[0].earned_micros == 3_000_000


def test_a_list_of_responses_and_an_unknown_zone_are_read(tmp_path: Path) -> None:
    """Responses may stand in one list; where a zone is unknown, days are UTC."""
    strange = {"data": {"id": "a1", "name": "Quiet Harbour", "timezone": "Nowhere/Town"}}
    done, _, engine = imported(
        tmp_path, [strange, instrument("f1", "CREDIT_CARD"), statistics("f1", [5_000_000])]
    )
    assert done.findings == ()
    assert engine.rows("SELECT service_day FROM billing") == [(date(2016, 11, 7),)]
