"""What is kept of a version's money: the ledger's report, the months, and the books.

Law: made once, from the billing as it was then; a page reads these files and no billing.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.app.decisions import banned_accounts
from debar.app.money.case_money import has_billing
from debar.app.money.earning import books_text, plan_money
from debar.app.stating.statements import monthly_spend
from debar.model.money import format_micros
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.app.opening import Opened
    from debar.plans.plan import Plan

BOOK_FORMS: Final = {"books.journal": "hledger", "books.beancount": "beancount", "books.csv": "csv"}
EVENTS_MAX: Final = 200_000
"""More billing events than these are not kept as books with each version: the command line writes them."""


def money_text(opened: Opened, plan: Plan, _former: str | None) -> str:
    """Return the ledger's report of a version, with its months, as JSON."""
    block = plan.document["earned"]
    document: dict[str, Any] = {"basis": block["basis"], "report": None, "months": [], "books": False}
    accounts = banned_accounts(plan.document)
    currency = block["currency"]
    if currency:
        months = monthly_spend(opened, accounts, shipped_rates(), currency)
        document["months"] = [[day.isoformat(), format_micros(micros)] for day, micros in months]
    if currency and has_billing(opened) and "unconverted" not in block:
        as_of = date.fromisoformat(block["as_of"]) if block["as_of"] else None
        report = plan_money(opened, plan.document, rates=shipped_rates(), to=currency, as_of=as_of)
        document["report"] = report.as_json()
        document["books"] = _events(opened, accounts) <= EVENTS_MAX
    return json.dumps(document, ensure_ascii=False)


def _book(form: str) -> Callable[[Opened, Plan, str | None], str]:
    def make(opened: Opened, plan: Plan, _former: str | None) -> str:
        accounts = banned_accounts(plan.document)
        if not has_billing(opened) or _events(opened, accounts) > EVENTS_MAX:
            return ""
        block = plan.document["earned"]
        as_of = date.fromisoformat(block["as_of"]) if block["as_of"] else None
        return books_text(opened, plan.document, form=form, as_of=as_of)

    return make


def _events(opened: Opened, accounts: list[str]) -> int:
    count = opened.engine.rows(
        "SELECT COUNT(*) FROM billing WHERE account_id IN (SELECT unnest($ids))", {"ids": accounts}
    )
    return int(count[0][0])


ARTEFACTS: Final[Mapping[str, Callable[[Opened, Plan, str | None], str]]] = {
    "money.json": money_text,
    **{name: _book(form) for name, form in BOOK_FORMS.items()},
}
