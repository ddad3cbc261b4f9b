"""The ledger's report as tables."""

from __future__ import annotations

from debar.briefs.moneyview import shares, waterfalls

WATERFALL = {
    "currency": "USD", "delivered": "10.000000", "gross": "10.000000", "earned": "8.000000",
    "lines": [{"kind": "delivered", "amount": "10.000000"}, {"kind": "refund", "amount": "-2.000000"}],
    "to_kept": {"receivable": "3.000000", "unbilled": "0.000000", "disputed": "0.000000", "bad_debt": "0.000000", "rebate_owed": "1.000000",
                "refund_owed": "0.000000", "cash": "6.000000", "chargeback_fee": "0.000000", "prepaid": "0.000000", "tax": "0.000000", "kept": "6.000000"},
}  # fmt: skip


def test_a_waterfall_goes_from_delivered_over_earned_to_kept() -> None:
    """Each step hangs where the one before ended; totals stand on zero; empty lines are left out."""
    (found,) = waterfalls({"currency": "USD", "waterfalls": [WATERFALL]})

    assert [(line["label"], line["amount"], line["share"]) for line in found["lines"]] == [
        ("Delivered: the price of ads shown", "10.000000", (0, 1000)),
        ("Refunds", "-2.000000", (800, 200)),
        ("Earned", "8.000000", (0, 800)),
        ("Invoiced, not paid", "-3.000000", (500, 300)),
        ("Rebates owed", "1.000000", (500, 100)),
        ("Kept", "6.000000", (0, 600)),
    ]


def share(year: int, currency: str, earned: str, converted: str | None) -> dict[str, object]:
    return {
        "year": year,
        "market": "US",
        "currency": currency,
        "delivered": earned,
        "earned": earned,
        "ads": 2,
        "converted": converted,
    }


def test_years_are_converted_where_the_report_converts() -> None:
    """One row a year in the report's currency, with its own currencies beside it."""
    rows = [
        share(2016, "USD", "1.000000", "1.000000"),
        share(2016, "EUR", "2.000000", "2.200000"),
        share(2015, "EUR", "1.000000", "1.100000"),
    ]
    years, markets = shares({"currency": "USD", "years": rows, "markets": rows})

    assert years.columns == ("Earned", "in its own currency", "Ads")
    assert [(r["name"], r["cells"]) for r in years.rows] == [
        ("2015", ("$1.10", "€1.00", "2")),
        ("2016", ("$3.20", "€2.00, $1.00", "4")),
    ]
    assert [r["cells"][0] for r in markets.rows] == ["$4.30"]


def test_years_stay_apart_by_currency_where_nothing_is_converted() -> None:
    """Amounts of two currencies are never added."""
    rows = [share(2016, "USD", "1.000000", None), share(2016, "EUR", "2.000000", None)]
    (years,) = shares({"currency": None, "years": rows})

    assert [(r["name"], r["cells"]) for r in years.rows] == [
        ("2016 · EUR", ("€2.00", "2")),
        ("2016 · USD", ("$1.00", "2")),
    ]
    assert shares({}) == []
