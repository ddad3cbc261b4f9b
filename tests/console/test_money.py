"""The money page: the ledger's figures, the rows behind them, and where it goes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from console_steps import applied
from consoles import PASSWORD
from debar.console.money.plots import shares, waterfall
from debar.ledger.audit import check_books
from debar.model.money import parse_micros

if TYPE_CHECKING:
    from pathlib import Path

    from consoles import Browser, Open


@pytest.fixture
def banned(opened: Open) -> tuple[str, Browser]:
    """Return a case in force, and Ana's browser."""
    return applied(opened)


def test_the_page_says_what_the_plan_and_the_ledger_say(opened: Open) -> None:
    """Totals are the plan's, waterfalls the ledger's; each currency stands for itself."""
    case = opened.case()
    shown = opened.as_("ana").get(f"/cases/{case}/money.json").json
    version = opened.desk.cases.version(case)
    assert version is not None
    block = opened.desk.cases.plan(version).document["earned"]
    for name in ("low", "likely", "high", "currency"):
        assert block[name] == shown["block"][name]
    kept = json.loads(opened.desk.cases.artefact(case, 1, "money.json").read_text())
    assert [w["earned"] for w in kept["report"]["waterfalls"]] == [
        next(line["amount"] for line in w["lines"] if line["label"] == "Earned") for w in shown["waterfalls"]
    ]
    assert sum(parse_micros(amount) for _, amount in shown["spend"]["months"]) > 0


def test_the_rows_behind_a_figure_add_up_to_it(opened: Open) -> None:
    """What each currency earned is the sum of its postings, and of each account's."""
    case = opened.case()
    ana = opened.as_("ana")
    shown = ana.get(f"/cases/{case}/money.json").json
    for one in shown["waterfalls"]:
        earned = next(line["amount"] for line in one["lines"] if line["label"] == "Earned")
        rows = ana.get(f"/cases/{case}/money/rows.json?currency={one['currency']}").json
        assert {one["currency"]: earned} == rows["sums"]
    for account in shown["accounts"]:
        if account["status"] != "in":
            continue
        rows = ana.get(f"/cases/{case}/money/rows.json?account={account['account_id']}").json
        assert account["by_currency"] == rows["sums"]


def test_rows_can_be_taken_along_and_hold_no_formula(opened: Open) -> None:
    """CSV of the chosen rows; what begins like a formula is quoted, amounts stay numbers."""
    case = opened.case()
    path = opened.desk.cases.artefact(case, 1, "books.csv")
    path.write_text(path.read_text().replace("e3,", "=1+1,"))
    got = opened.as_("ana").get(f"/cases/{case}/money/postings.csv?currency=USD")
    rows = list(csv.DictReader(io.StringIO(got.text)))
    assert "'=1+1" in [row["entry_id"] for row in rows]
    assert any(row["amount"].startswith("-") for row in rows)


def test_the_books_hand_over_what_an_accountant_can_check(opened: Open) -> None:
    """The kept journal is sound by its own sums; DBR-K067 for another name."""
    case = opened.case()
    ana = opened.as_("ana")
    for name in ("books.journal", "books.beancount", "books.csv"):
        assert check_books(ana.get(f"/cases/{case}/money/books/{name}").text, stated=None).is_sound
    assert "DBR-K067" in ana.get(f"/cases/{case}/money/books/desk.sqlite", code=400).text


def test_a_pledge_is_allocated_and_paid_with_receipts(banned: tuple[str, Browser]) -> None:
    """Each step is signed; the page tells it; a receipt vouches for one payment."""
    case, ana = banned
    page = f"/cases/{case}/money"
    ana.get(page)
    ana.post(f"/cases/{case}/pledge", purpose="research", password=PASSWORD)
    pledged = _donation(ana, page)
    assert pledged["pledged"] == pledged["unallocated"]
    recipient: Any = {"name": "Open Institute", "amount": "100.00", "purpose": "research"}
    ana.post(
        f"/cases/{case}/allocate", **recipient, conflict="none", independence="publishes", password=PASSWORD
    )
    paid: Any = {"name": "Open Institute", "amount": "40.00", "receipt": "bank 7"}
    ana.post(f"/cases/{case}/disburse", **paid, password=PASSWORD)
    found = _donation(ana, page)
    assert ("40.000000", ["60.000000"]) == (found["paid"], [one["owed"] for one in found["recipients"]])
    assert "DBR-A017" in ana.post(f"/cases/{case}/disburse", code=409, **paid, password=PASSWORD).text


def _donation(browser: Browser, page: str) -> Any:
    browser.get(page)
    return browser.get(f"{page}.json").json["giving"]["donation"]


def test_nothing_is_given_away_before_the_ban_or_half_filled_in(opened: Open) -> None:
    """DBR-K065 without a decision, DBR-K066 for a form that lacks something, DBR-K003 for the password."""
    case = opened.case()
    ana = opened.as_("ana")
    ana.get(f"/cases/{case}/money")
    assert "DBR-K065" in ana.post(f"/cases/{case}/pledge", code=409, purpose="x", password=PASSWORD).text


def test_a_form_that_lacks_something_gives_nothing(banned: tuple[str, Browser]) -> None:
    """DBR-K066, and DBR-K003 for a wrong password: nothing is recorded."""
    case, ana = banned
    ana.get(f"/cases/{case}/money")
    assert "DBR-K066" in ana.post(f"/cases/{case}/pledge", code=400, purpose=" ", password=PASSWORD).text
    wrong = ana.post(f"/cases/{case}/pledge", code=400, purpose="research", password="another password")
    assert "DBR-K003" in wrong.text
    assert _donation(ana, f"/cases/{case}/money") is None


def test_pictures_say_their_figures_in_words() -> None:
    """Each bar's label and amount stand in the picture and in its description."""
    lines = [("Delivered", "10.000000", False), ("Refunds", "-3.000000", False), ("Earned", "7.000000", True)]
    drawn = waterfall(lines, title="The way", shown=["$10", "-$3", "$7"])
    assert "<desc>Delivered: $10; Refunds: -$3; Earned: $7</desc>" in drawn
    items = [("EUR", "1.000000", "2.000000", "3.000000")]
    assert "<desc>EUR: 2</desc>" in shares(items, title="By currency", shown=["2"], total="3.000000")
    assert "" == shares([], title="By currency", shown=[], total="1")


def test_a_case_without_billing_has_no_books(opened: Open, tmp_path: Path) -> None:
    """An empty book is not handed over, and the page says that nothing was billed."""
    (tmp_path / "export" / "billing.csv").unlink()
    case = opened.case()
    ana = opened.as_("ana")
    assert "DBR-K067" in ana.get(f"/cases/{case}/money/books/books.csv", code=400).text
    assert [] == ana.get(f"/cases/{case}/money.json").json["waterfalls"]
    assert 200 == ana.get(f"/cases/{case}/money").status
