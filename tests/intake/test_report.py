from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from debar.intake.report import describe, render_text

if TYPE_CHECKING:
    from debar.stores.duckdb_engine import DuckEngine

FILES = {
    "billing.csv": "event_id,account_id,kind,service_day,amount,currency\n"
    "e1,a1,delivered,2016-11-07,1200.50,USD\ne2,a1,refund,2016-11-09,0.50,USD\ne3,a1,gift,2016-11-09,7,USD\n",
    "spend.csv": "account_id,currency,low,high\na1,EUR,5,9\na2,GBP,5,\n",
    "identifiers.csv": "account_id,kind,value,extra\na1,passport,X-99,\na1,email,ann@harbour.example,\n",
}


def test_a_report_is_json(read: Any, engine: DuckEngine) -> None:
    """The report is plain JSON: sums as decimal strings, one currency each, and unread money apart."""
    report = json.loads(json.dumps(describe(engine, read(FILES))))
    assert report["money"] == {
        "billing": {"USD": {"delivered": "1200.500000", "refund": "0.500000"}},
        "stated_spend": {
            "EUR": {"low": "5.000000", "high": "9.000000", "rows": 1},
            "GBP": {"low": "5.000000", "high": None, "rows": 1},
        },
        "stated_apart": {},
        "unread": {"USD": "7.000000"},
    }
    assert report["tables"]["billing"] == {"rows": 2, "read": 3, "kept": 2, "repeated": 0, "unread": 1}
    assert report["dates"] == {"billing.service_day": {"first": "2016-11-07", "last": "2016-11-09"}}
    assert report["kinds"]["passport"] == {"family": None, "rows": 1, "values": 1, "derived": 0}
    assert [(p["code"], p["count"]) for p in report["problems"]] == [("DBR-I019", 1)]


def test_a_report_as_text(read: Any, engine: DuckEngine) -> None:
    """The text says the same: rows, dates, money, kinds, columns left aside, problems with place and hint."""
    text = render_text(describe(engine, read(FILES)))
    for expected in (
        "  billing                 2 rows   of 3 read, 0 repeated, 1 unread\n",
        "  billing.service_day    2016-11-07 to 2016-11-09\n",
        "    delivered                    1,200.50 USD\n",
        "  stated spend: 5.00 EUR to 9.00 EUR in 1 rows\n",
        "  stated spend: 5.00 GBP to no upper bound in 1 rows\n",
        "  not in the books, in rows that could not be read: 7.00 USD\n",
        "    passport                1 rows, 1 values (no family: weighs nothing)\n",
        "    identifiers.csv: extra\n",
        "  DBR-I019 value is not one of those allowed: once\n",
        '    at billing.csv, record 3 (line 4), column kind, value "gift"\n',
        "    hint: docs/platform.md lists the allowed values\n",
    ):
        assert expected in text


def test_a_clean_platform_says_so(read: Any, engine: DuckEngine) -> None:
    """Without problems the text ends with "no problems"."""
    assert render_text(describe(engine, read({}))).endswith("\n  no problems\n")
