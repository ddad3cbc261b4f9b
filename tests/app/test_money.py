"""The money from the command line: giving it away, added rates, earned after, an auditor's check, imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from desks import Desk

PURPOSE = "election research"


def recipients(desk: Desk, *names: str, purpose: str = PURPOSE, conflict: str = "none found") -> str:
    """Write a file of recipients, each with one share more than the one before."""
    path = desk.folder / "recipients.toml"
    path.write_text(
        "".join(
            f'[[recipient]]\nname = "{name}"\npurposes = ["{purpose}"]\nconflict = "{conflict}"\n'
            f'independence = "publishes as it finds"\nshare = {share}\n'
            for share, name in enumerate(names, start=1)
        )
    )
    return str(path)


def book(desk: Desk, row: str) -> None:
    """Add a row to the platform's billing."""
    with (desk.folder / "export" / "billing.csv").open("a") as out:
        out.write(row)


def pledged(desk: Desk, *more: str) -> str:
    """Ban and pledge; return the decision."""
    decision = desk.applied()
    desk.run("donate", "pledge", decision, "--purpose", PURPOSE, "--key", desk.path("ana.key"), *more)
    return decision


def test_a_donation_goes_through_its_life(desk: Desk) -> None:
    """Pledged, allocated, paid with a receipt, corrected, undone: each a register entry, nothing clawed back."""
    decision = pledged(desk)
    key = ("--key", desk.path("ana.key"))
    whole = desk.json("donate", "show", decision)["pledged"]
    done = desk.json("donate", "allocate", decision, "--recipients", recipients(desk, "Lab", "Archive"), *key)
    assert done["unallocated"] == "0.000000"
    receipt = desk.folder / "receipt.txt"
    receipt.write_text("received with thanks")
    pay = (
        "donate",
        "disburse",
        decision,
        "--recipient",
        "Archive",
        "--amount",
        "100.00",
        "--receipt",
        str(receipt),
    )
    assert desk.json(*pay, *key)["disbursed"] == "100.000000"
    assert "DBR-A017" in desk.run(*pay, *key, code=1).stderr
    book(desk, "e9,N1,refund,2016-05-02,40.00,USD\n")
    corrected = desk.json("donate", "true-up", decision, "--reason", "refund booked since", *key)
    assert float(corrected["pledged"]) == pytest.approx(float(whole) - 40)
    again = desk.json("donate", "true-up", decision, "--reason", "twice is once", *key)
    assert again["entry"] is None
    undone = desk.json("donate", "reverse", decision, "--reason", "appeal upheld", *key)
    assert (undone["pledged"], undone["disbursed"]) == ("100.000000", "100.000000")
    text = desk.run("donate", "show", decision).stdout
    for words in (
        "pledge:",
        "allocate:",
        "disburse:",
        "true-up: refund",
        "reverse: appeal",
        "conflict of interest: none",
    ):
        assert words in text
    assert "Archive" in desk.run("statement", decision).stdout
    assert desk.json("register", "verify")["problems"] == []


@pytest.mark.parametrize(
    ("purpose", "conflict"), [("lobbying", "none found"), (PURPOSE, ""), (PURPOSE, "  ")]
)
def test_a_recipient_must_fit_and_be_looked_at(desk: Desk, purpose: str, conflict: str) -> None:
    """Another purpose, or no note on conflicts of interest: refused, and nothing is recorded."""
    decision = desk.applied()
    told = recipients(desk, "Lab", purpose=purpose, conflict=conflict)
    pledge = ("donate", "pledge", decision, "--purpose", PURPOSE, "--key", desk.path("ana.key"))
    assert "DBR-B012" in desk.run(*pledge, "--recipients", told, code=1).stderr
    assert "DBR-A015" in desk.run("donate", "show", decision, code=1).stderr


@pytest.mark.parametrize(
    "text",
    [
        "[[recipient]]\nname = 'Lab'\nshare = 1\n",
        "[[recipient]]\nname = 'Lab'\npurposes = 'all'\nconflict = 'x'\nindependence = ''\nshare = 1\n",
        "[[recipient]]\nname = 'Lab'\npurposes = []\nconflict = 'x'\nindependence = ''\nshare = 0.5\n",
        "recipient = 1",
        "[",
    ],
)
def test_a_file_of_recipients_leaves_nothing_out(desk: Desk, text: str) -> None:
    """A missing conflict note, one text for a list, half a share, no file at all: named, never filled in."""
    decision = desk.applied()
    (desk.folder / "r.toml").write_text(text)
    pledge = ("donate", "pledge", decision, "--purpose", PURPOSE, "--key", desk.path("ana.key"))
    assert "DBR-A013" in desk.run(*pledge, "--recipients", desk.path("r.toml"), code=2).stderr


def test_giving_needs_a_ban_and_a_pledge_an_enrolled_key_and_an_amount(desk: Desk) -> None:
    """A plan alone, a stranger's key, a step before the pledge, and a word for a number are refused."""
    plan = desk.plan()
    ana = ("--key", desk.path("ana.key"))
    pledge = ("donate", "pledge", plan, "--purpose", PURPOSE)
    assert "DBR-A016" in desk.run(*pledge, *ana, code=1).stderr
    decision = desk.applied()
    stranger = ("--key", desk.path("cem.key"))
    assert (
        "DBR-P004" in desk.run("donate", "pledge", decision, "--purpose", PURPOSE, *stranger, code=1).stderr
    )
    assert "DBR-A015" in desk.run("donate", "reverse", decision, "--reason", "x", *ana, code=1).stderr
    desk.run(
        "donate", "pledge", decision, "--purpose", PURPOSE, "--recipients", recipients(desk, "Lab"), *ana
    )
    pay = (
        "donate",
        "disburse",
        decision,
        "--recipient",
        "Lab",
        "--receipt",
        desk.path("recipients.toml"),
        *ana,
    )
    assert "DBR-A018" in desk.run(*pay, "--amount", "much", code=2).stderr
    assert "DBR-B013" in desk.run(*pay, "--amount", "99999999", code=1).stderr
    lost = ("donate", "disburse", decision, "--recipient", "Lab", "--receipt", desk.path("nothing"), *ana)
    assert "DBR-A008" in desk.run(*lost, "--amount", "1", code=2).stderr


def test_an_added_rate_counts_under_an_enrolled_signature_only(desk: Desk) -> None:
    """Roubles after March 2022 convert with a signed rate, whose source is in the result; a changed row does not."""
    book(desk, "r1,N1,delivered,2022-03-10,11720.00,RUB\n")
    add = (
        "rates", "add", desk.path("rates.csv"), "--currency", "RUB", "--day", "2022-03-10",
        "--per-euro", "117.20", "--source", "Bank of Russia", "--key",
    )  # fmt: skip
    assert "DBR-P004" in desk.run(*add, desk.path("cem.key"), code=1).stderr
    plain = desk.folder / "plan-rates.json"
    done = desk.json(*add, desk.path("ana.key"))
    plan = desk.plan("--rates", desk.path("rates.csv"))
    assert "DBR-M001" in desk.run("earned", plan, code=1).stderr
    report = desk.json("earned", plan, "--rates", desk.path("rates.csv"), "--to", "EUR")
    assert report["rates_sha256"] == done["rates_sha256"]
    assert "Bank of Russia, by ana" in report["rates_source"]
    assert {"year": 2022, "earned": "11720.000000", "converted": "100.000000"}.items() <= report["years"][
        -1
    ].items()
    path = desk.folder / "rates.csv"
    path.write_text(path.read_text().replace("117.20", "1.20"))
    assert "DBR-A019" in desk.run("earned", plan, "--rates", str(path), code=1).stderr
    plain.write_text("no rates")
    assert "DBR-S021" in desk.run("earned", plan, "--rates", str(plain), code=2).stderr


def test_a_published_rate_is_never_replaced(desk: Desk) -> None:
    """A signature does not change what the ECB published."""
    add = (
        "rates", "add", desk.path("rates.csv"), "--currency", "GBP", "--day", "2017-10-26",
        "--per-euro", "2", "--source", "me", "--key", desk.path("ana.key"),
    )  # fmt: skip
    assert "DBR-M002" in desk.run(*add, code=1).stderr


def test_any_statement_can_be_made_again_byte_for_byte(desk: Desk) -> None:
    """As of a day the output is the same bytes, whatever was booked since, in any row order."""
    plan = desk.plan()
    billing = desk.folder / "export" / "billing.csv"
    ask = ("earned", plan, "--as-of", "2016-12-31")
    before = (desk.run(*ask).stdout, desk.run(*ask, "--json").stdout)
    books = desk.run("books", plan, "--as-of", "2016-12-31").stdout
    head, *rows = billing.read_text().splitlines()
    late = ["e6,N1,invalid_traffic,2016-05-02,300.00,USD", "e7,N2,delivered,2017-05-02,8.00,GBP"]
    dated = [f"{row},{row.split(',')[3]}" for row in rows] + [f"{row},2017-08-01" for row in late]
    billing.write_text("\n".join([f"{head},booked_at", *reversed(dated)]) + "\n")
    assert before == (desk.run(*ask).stdout, desk.run(*ask, "--json").stdout)
    assert books == desk.run("books", plan, "--as-of", "2016-12-31").stdout
    assert before[0] != desk.run("earned", plan).stdout


def test_a_window_a_policy_and_a_table_can_be_asked_for(desk: Desk) -> None:
    """Only May's days; all at one day's rate; one table alone; a window that is none is refused."""
    plan = desk.plan()
    may = desk.json("earned", plan, "--window", "2016-05-01..2016-05-31")
    assert may["by_currency"]["USD"]["likely"] == "990.000000"
    assert "DBR-A007" in desk.run("earned", plan, "--window", "2016-05-31..2016-05-01", code=2).stderr
    cut = desk.json("earned", plan, "--policy-cut-off", "--cut-off", "2017-10-26")
    plain = desk.json("earned", plan, "--cut-off", "2017-10-26")
    assert (cut["policy"], cut["cut_off"]) == ("cut-off", "2017-10-26")
    assert cut["totals"]["likely"] == plain["alternative"]["amounts"]["likely"] != plain["totals"]["likely"]
    for by, words in (
        ("account", "Northwind Sport"),
        ("currency", "EUR"),
        ("year", "By year"),
        ("market", "By market"),
    ):
        text = desk.run("earned", plan, "--by", by).stdout
        assert words in text
        assert "delivered: the price" not in text


def test_earned_after_a_legal_date_is_a_report(desk: Desk) -> None:
    """After a sanction's day; and after the ban, where anything at all is exit 1."""
    decision = desk.applied()
    plan = desk.path("plan.json")
    found = desk.json("earned", plan, "--after", "2016-05-15")
    assert [event["event_id"] for event in found["events"]] == ["e3"]
    assert desk.json("earned", plan, "--after", "ban")["clean"]
    book(desk, "late,N2,delivered,2099-01-05,7.00,USD\n")
    assert "late" in desk.run("earned", plan, "--after", "ban", code=1).stdout
    assert "DBR-A021" in desk.run("earned", plan, "--after", "soon", code=2).stderr
    assert decision


def test_two_events_under_one_id_are_an_error_that_shows_both(desk: Desk) -> None:
    """The same again is nothing; other content under the same id is said with both places, and exit 3."""
    plan = desk.plan()
    billing = desk.folder / "export" / "billing.csv"
    text = billing.read_text()
    billing.write_text(text + "e1,N1,delivered,2016-05-02,1000.00,USD\n")
    assert desk.json("earned", plan)["conflicts"] == []
    billing.write_text(text + "e1,N1,delivered,2016-05-02,1.00,USD\n")
    found = desk.json("earned", plan, code=3)
    assert found["by_currency"]["USD"]["likely"] == "1040.000000"
    assert "billing.csv, record 6" in found["conflicts"][0]
    assert "billing.csv, record 1" in found["conflicts"][0]


@pytest.mark.parametrize("form", ["hledger", "beancount", "csv"])
def test_an_auditor_checks_a_book_alone(desk: Desk, form: str) -> None:
    """Sound books agree with the report; one changed micro, or another report, is exit 1."""
    plan = desk.plan()
    out, report = desk.folder / "books.txt", desk.folder / "earned.json"
    desk.run("books", "export", plan, "--format", form, "--out", str(out))
    report.write_text(desk.run("earned", plan, "--json").stdout)
    assert desk.json("books", "check", str(out), "--report", str(report))["sound"]
    told = json.loads(report.read_text())
    told["totals"]["likely"] = "1.000000"
    report.write_text(json.dumps(told))
    if form != "csv":
        check = desk.json("books", "check", str(out), "--report", str(report), code=1)
        assert check["findings"][0].startswith("in all: the report states 1.000000 USD")
    out.write_text(out.read_text().replace("1000.000000", "1000.000001", 1))
    assert "NOT sound" in desk.run("books", "check", str(out), code=1).stdout
    report.write_text("[]")
    assert "DBR-A022" in desk.run("books", "check", str(out), "--report", str(report), code=2).stderr
    assert "DBR-A008" in desk.run("books", "check", desk.path("nothing"), code=2).stderr


def test_the_books_hold_the_donation(desk: Desk) -> None:
    """What was pledged stands in the exported books, which are sound."""
    pledged(desk, "--recipients", recipients(desk, "Lab"))
    out = desk.folder / "books.journal"
    desk.run("books", desk.path("plan.json"), "--out", str(out))
    assert "Liabilities:Donation:" in out.read_text()
    assert desk.json("books", "check", str(out))["sound"]


def test_billing_of_other_shapes_is_imported(desk: Desk) -> None:
    """An invoice becomes a platform that is read without a problem; the answer says what was written."""
    invoice = {
        "id": "1",
        "issueDate": "2016-11-30",
        "currencyCode": "USD",
        "accountBudgetSummaries": [{"customer": "customers/7", "servedAmountMicros": "5000000"}],
    }
    (desk.folder / "i.json").write_text(json.dumps([invoice, invoice]))
    done = desk.json("import", "google-invoices", desk.path("i.json"), desk.path("google"))
    assert (done["events"], done["repeated"]) == (2, 1)
    assert desk.json("read", desk.path("google"))["problems"] == []
    funding = {
        "data": [{"id": "f", "account_id": "a", "type": "CREDIT_CARD", "funded_amount_local_micro": None}]
    }
    Path(desk.path("x.json")).write_text(json.dumps(funding))
    text = desk.run("import", "x-funding", desk.path("x.json"), desk.path("x")).stdout
    assert "0 billing events of 1 accounts" in text
    assert "DBR-I068" in text
