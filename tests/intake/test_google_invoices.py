"""Google Ads invoices become a platform folder that is read without a problem, every micro of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from debar.evidence.keying import HashKey
from debar.intake.billing_shapes import ImportedBilling, import_google_invoices
from debar.intake.billing_shapes.rows import BillingRow, Gathering
from debar.intake.reading import Platform, read_platform
from debar.ledger.earned import earned
from debar.model.problem import EXIT_PROBLEMS, DebarError
from debar.stores.duckdb_engine import DuckEngine
from ledger_books import rates

if TYPE_CHECKING:
    from pathlib import Path

    from debar.ledger.report import EarnedReport

KEY = HashKey(key_id="k1", secret=bytes(32))


def micros(units: float) -> str:
    """Write units as the API writes amounts: micros in a text."""
    return str(round(units * 1_000_000))


def budget(
    customer: str, *, served: float, over: float = 0, invalid: float = 0, tax: float = 0, **more: Any
) -> dict[str, Any]:
    """Return one account budget's summary."""
    billed = served + over
    return {
        "customer": f"customers/{customer}",
        "customerDescriptiveName": f"Customer {customer}",
        "accountBudgetName": "Budget 1",
        "servedAmountMicros": micros(served),
        "overdeliveryAmountMicros": micros(over),
        "billedAmountMicros": micros(billed),
        "invalidActivityAmountMicros": micros(invalid),
        "subtotalAmountMicros": micros(billed + invalid),
        "taxAmountMicros": micros(tax),
        "totalAmountMicros": micros(billed + invalid + tax),
        **more,
    }


def invoice(name: str, issued: str, period: tuple[str, str], total: float, **more: Any) -> dict[str, Any]:
    """Return an invoice."""
    return {
        "resourceName": f"customers/9/invoices/{name}",
        "id": name,
        "type": "INVOICE",
        "paymentsAccountId": "1234-5678-9012-3456",
        "issueDate": issued,
        "serviceDateRange": {"startDate": period[0], "endDate": period[1]},
        "currencyCode": "GBP",
        "totalAmountMicros": micros(total),
        **more,
    }


NOVEMBER = ("2016-11-01", "2016-11-30")
JANUARY = ("2017-01-01", "2017-01-31")

FIRST = invoice(
    "1001",
    "2016-11-30",
    NOVEMBER,
    885 + 600,
    accountBudgetSummaries=[budget("111", served=1000, over=-20), budget("222", served=500, tax=100)],
    accountSummaries=[
        {
            "customer": "customers/111",
            "couponAdjustmentSubtotalAmountMicros": micros(-100),
            "regulatoryCostsSubtotalAmountMicros": micros(5),
        }
    ],
)
SECOND = invoice(
    "1002",
    "2017-01-31",
    JANUARY,
    300,
    accountBudgetSummaries=[
        budget(
            "222",
            served=300,
            invalid=-50,
            tax=50,
            invalidActivitySummaries=[
                {
                    "originalMonthOfService": "NOVEMBER",
                    "originalYearOfService": "2016",
                    "originalInvoiceId": "1001",
                    "amountMicros": micros(-50),
                }
            ],
        )
    ],
)
MEMO = invoice(
    "1003",
    "2017-02-10",
    NOVEMBER,
    -885,
    type="CREDIT_MEMO",
    correctedInvoice="customers/9/invoices/1001",
    accountBudgetSummaries=[budget("111", served=-1000, over=20)],
    accountSummaries=[
        {
            "customer": "customers/111",
            "couponAdjustmentSubtotalAmountMicros": micros(100),
            "regulatoryCostsSubtotalAmountMicros": micros(-5),
        }
    ],
)
AGAIN = invoice(
    "1004",
    "2017-02-11",
    NOVEMBER,
    900,
    replacedInvoices=["customers/9/invoices/1001"],
    accountBudgetSummaries=[budget("111", served=900)],
)
ALL = [FIRST, SECOND, MEMO, AGAIN]


def write(folder: Path, *documents: Any) -> Path:
    """Write JSON documents into a folder."""
    folder.mkdir(exist_ok=True)
    for number, document in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def imported(tmp_path: Path, *documents: Any) -> tuple[ImportedBilling, Platform, DuckEngine]:
    """Import and read."""
    done = import_google_invoices(write(tmp_path / "source", *documents), tmp_path / "platform")
    engine = DuckEngine()
    return done, read_platform(engine, done.folder, key=KEY), engine


def report_of(engine: DuckEngine, **options: Any) -> EarnedReport:
    """Account for both customers."""
    return earned(engine, {"111": "named", "222": "named"}, rates=rates(), to=None, **options)


def test_invoices_become_events_without_a_problem(tmp_path: Path) -> None:
    """Served, overdelivery, coupon, fee, invalid activity, memo and rebilling: earned is what was paid for."""
    done, platform, engine = imported(tmp_path, *ALL)
    assert done.findings == ()
    assert platform.problem_counts == {}
    report = report_of(engine)
    first, second = (report.account(one).waterfalls[0] for one in ("111", "222"))
    assert dict(first.by_kind) == {
        "delivered": 1000_000_000,
        "overdelivery": 20_000_000,
        "promo": 100_000_000,
        "fee": 5_000_000,
        "correction": 885_000_000,
        "correction_up": 900_000_000,
    }
    assert first.earned_micros == 900_000_000
    assert dict(second.by_kind) == {"delivered": 800_000_000, "invalid_traffic": 50_000_000}


def test_what_is_owed_is_what_the_invoices_ask_for(tmp_path: Path) -> None:
    """Nothing stays unbilled, and the open balance is the sum of the invoices' totals, tax included."""
    _, _, engine = imported(tmp_path, *ALL)
    report_of(engine)
    sums = dict(
        engine.rows(
            "SELECT ledger_account, CAST(SUM(amount_micros) AS BIGINT) FROM ledger_postings GROUP BY ledger_account"
        )
    )
    assert sums.get("Assets:Unbilled", 0) == 0
    assert sums["Assets:Receivable"] + sums.get("Liabilities:RefundOwed", 0) == 1_800_000_000
    assert sums["Liabilities:SalesTax"] == -150_000_000


def test_invalid_activity_belongs_to_its_original_month(tmp_path: Path) -> None:
    """A credit on January's invoice lowers November's figure, and only once it was booked."""
    _, _, engine = imported(tmp_path, *ALL)
    rows = engine.rows(
        "SELECT service_day, CAST(booked_at AS DATE), amount_micros, tax_micros, reverses FROM billing"
        " WHERE kind = 'invalid_traffic'"
    )
    assert [(date(2016, 11, 30), date(2017, 1, 31), 50_000_000, 10_000_000, "1001:222:3:invoice")] == rows
    as_of = report_of(engine, as_of=date(2016, 12, 31))
    assert as_of.account("222").waterfalls[0].earned_micros == 500_000_000


def test_the_same_invoice_again_is_nothing(tmp_path: Path) -> None:
    """An invoice that comes under two resource names, or in two files, counts once."""
    shared = {**FIRST, "resourceName": "customers/8/invoices/1001"}
    done, _, engine = imported(tmp_path, {"invoices": [FIRST, shared]}, [{"invoice": FIRST}])
    assert done.repeated == 2
    assert report_of(engine).account("222").waterfalls[0].earned_micros == 500_000_000


def test_the_same_id_with_other_content_is_an_error_that_shows_both(tmp_path: Path) -> None:
    """Neither is chosen: the import stops and says what differs."""
    other = {**FIRST, "totalAmountMicros": micros(1)}
    source = write(tmp_path / "source", FIRST, other)
    with pytest.raises(DebarError) as caught:
        import_google_invoices(source, tmp_path / "platform")
    assert caught.value.code == "DBR-I061"
    assert caught.value.exit_code == EXIT_PROBLEMS
    assert caught.value.details == (
        'first: total_amount_micros "1485000000"',
        'then:  total_amount_micros "1000000"',
    )
    assert not (tmp_path / "platform").exists()


def test_both_spellings_of_the_names_are_one(tmp_path: Path) -> None:
    """CamelCase of REST and snake_case of the client libraries give the same folder."""
    import_google_invoices(write(tmp_path / "a", FIRST), tmp_path / "first")
    text = json.dumps(FIRST)
    for name in (
        "issueDate",
        "currencyCode",
        "accountBudgetSummaries",
        "servedAmountMicros",
        "customerDescriptiveName",
    ):
        text = text.replace(name, "".join("_" + c.lower() if c.isupper() else c for c in name))
    import_google_invoices(write(tmp_path / "b", json.loads(text)), tmp_path / "second")
    assert (tmp_path / "first/billing.csv").read_text() == (tmp_path / "second/billing.csv").read_text()


def test_an_agencys_rebate_is_shared_by_what_was_delivered(tmp_path: Path) -> None:
    """A rebate on everything a payer bought lowers each of its accounts in proportion, to the micro."""
    source = write(tmp_path / "source", FIRST)
    (source / "rebates.csv").write_text(
        "rebate_id,payer_account_id,currency,amount,from,to,booked_at\n"
        "r1,1234-5678-9012-3456,GBP,100.00,2016-11-01,2016-12-31,2017-03-01\n"
        "r1,1234-5678-9012-3456,GBP,100.00,2016-11-01,2016-12-31,2017-03-01\n"
        "r2,nobody,GBP,1.00,2016-11-01,2016-12-31,2017-03-01\n"
    )
    done = import_google_invoices(source, tmp_path / "platform")
    engine = DuckEngine()
    assert read_platform(engine, done.folder, key=KEY).problem_counts == {}
    rows = engine.rows("SELECT account_id, amount_micros FROM billing WHERE kind = 'rebate' ORDER BY 1")
    assert rows == [("111", 66_666_667), ("222", 33_333_333), ("unattributed", 1_000_000)]
    assert (done.repeated, [one.code for one in done.findings]) == (1, ["DBR-I064"])


def test_payments_stand_beside_and_are_read_together(tmp_path: Path) -> None:
    """What was collected, kept in its own file, settles the invoices."""
    done = import_google_invoices(write(tmp_path / "source", FIRST), tmp_path / "platform")
    (done.folder / "billing-payments.csv").write_text(
        "event_id,account_id,kind,service_day,amount,currency\np1,222,payment,2016-12-05,600.00,GBP\n"
    )
    engine = DuckEngine()
    assert read_platform(engine, done.folder, key=KEY).problem_counts == {}
    kept = report_of(engine).account("222").waterfalls[0].kept
    assert kept is not None
    assert (kept.receivable_micros, kept.kept_micros) == (0, 500_000_000)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({**FIRST, "totalAmountMicros": micros(1)}, "DBR-I062"),
        ({**SECOND, "accountBudgetSummaries": [budget("222", served=300, invalid=-50, tax=50)]}, "DBR-I062"),
        ({**FIRST, "adjustmentsSubtotalAmountMicros": micros(-105)}, "DBR-I064"),
        (AGAIN, "DBR-I066"),
    ],
)
def test_what_an_invoice_leaves_open_is_said(tmp_path: Path, document: Any, code: str) -> None:
    """Sums that differ, credits without a month, amounts without an account, replacements without a memo."""
    done, platform, _ = imported(tmp_path, document)
    assert code in [one.code for one in done.findings]
    assert platform.problem_counts == {}


def test_a_credit_larger_than_the_bill_stays_open(tmp_path: Path) -> None:
    """An invoice below zero bills nothing and says so; earned follows the credit."""
    large = invoice(
        "8",
        "2017-01-31",
        JANUARY,
        -20,
        accountBudgetSummaries=[budget("111", served=30)],
        accountSummaries=[
            {"customer": "customers/111", "billingCorrectionSubtotalAmountMicros": micros(-50)}
        ],
    )
    done, _, engine = imported(tmp_path, large)
    assert [one.code for one in done.findings] == ["DBR-I065"]
    assert report_of(engine).account("111").waterfalls[0].earned_micros == -20_000_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "DBR-I060"),
        ("[1]", "DBR-I060"),
        ('{"id": "1", "issueDate": "soon"}', "DBR-I060"),
        (json.dumps({**FIRST, "totalAmountMicros": "1.5"}), "DBR-I063"),
        (json.dumps({**FIRST, "totalAmountMicros": 1.5}), "DBR-I063"),
    ],
)
def test_what_is_no_invoice_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """Broken JSON, other documents and fractions of a micro stop the import."""
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DebarError, match=code):
        import_google_invoices(tmp_path / "x.json", tmp_path / "platform")


def test_the_folder_must_be_new(tmp_path: Path) -> None:
    """Nothing is overwritten, and an empty source is refused."""
    source = write(tmp_path / "source", FIRST)
    with pytest.raises(DebarError, match="DBR-I051"):
        import_google_invoices(source, source)
    with pytest.raises(DebarError, match="DBR-I060"):
        import_google_invoices(tmp_path / "nothing", tmp_path / "platform")


@pytest.mark.parametrize(
    ("rebates", "code"),
    [
        ("rebate_id,amount\nr1,5\n", "DBR-I060"),
        (
            "rebate_id,payer_account_id,currency,amount,from,to,booked_at\nr1,p,GBP,-5,2016-11-01,2016-12-31,\n",
            "DBR-I063",
        ),
        (
            "rebate_id,payer_account_id,currency,amount,from,to,booked_at\nr1,p,GBP,five,2016-11-01,2016-12-31,\n",
            "DBR-I063",
        ),
        (
            "rebate_id,payer_account_id,currency,amount,from,to,booked_at\nr1,p,GBP,5,then,2016-12-31,\n",
            "DBR-I060",
        ),
    ],
)
def test_rebates_that_cannot_be_read_are_refused(tmp_path: Path, rebates: str, code: str) -> None:
    """Missing columns, amounts below zero, words for numbers or days: nothing is written."""
    source = write(tmp_path / "source", FIRST)
    (source / "rebates.csv").write_text(rebates)
    with pytest.raises(DebarError, match=code):
        import_google_invoices(source, tmp_path / "platform")
    assert not (tmp_path / "platform").exists()


def test_one_event_id_has_one_content() -> None:
    """Whatever makes events: the same again is counted, other content under the id is shown and refused."""
    gathering = Gathering()
    row = BillingRow(
        event_id="e1", account_id="a", kind="delivered", service_day=date(2016, 11, 7), booked_at="",
        amount_micros=5, tax_micros=0, currency="USD",
    )  # fmt: skip
    gathering.add(row)
    gathering.add(replace(row))
    assert (gathering.repeated, len(gathering.rows)) == (1, 1)
    with pytest.raises(DebarError, match="DBR-I061") as caught:
        gathering.add(replace(row, amount_micros=6))
    assert "amount_micros 5" in caught.value.details[0]
    assert "amount_micros 6" in caught.value.details[1]


def test_served_follows_from_billed_where_it_is_not_stated(tmp_path: Path) -> None:
    """A budget that states only what was billed, and the overdelivery, was served the sum of both."""
    short = budget("111", served=1000, over=-20)
    del short["servedAmountMicros"]
    _, _, engine = imported(
        tmp_path, invoice("5", "2016-11-30", NOVEMBER, 980, accountBudgetSummaries=[short])
    )
    waterfall = report_of(engine).account("111").waterfalls[0]
    assert (waterfall.delivered_micros, waterfall.earned_micros) == (1_000_000_000, 980_000_000)
