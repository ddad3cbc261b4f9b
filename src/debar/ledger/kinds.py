"""The billing kinds: what each does to earned, and the double entry that it becomes.

Law: one table says everything about a kind; the SQL, the exports and the pages are made from it.
Source: sheet "MONEY", sections 2 and 3, of the project's reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Part = Literal["whole", "covered", "rest", "unbilled"]
"""Which part of an event a line takes: all of it, what an open balance covers, what it does not cover,
or what was credited before it was billed."""

Holder = Literal["", "account", "market", "payer"]
"""Whose name ends the ledger account: nobody's, the account's, the tax place's, the agency's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRule:
    """One line of the double entry of a kind.

    Args:
        kind: Billing kind.
        line: One-based number of the line within the event.
        ledger_account: Ledger account without its holder.
        holder: Whose name is appended.
        amount: +1 the net amount is debited, -1 credited, 0 not part of the line.
        tax: The same for the tax.
        part: Which part of the event the line takes.
    """

    kind: str
    line: int
    ledger_account: str
    holder: Holder
    amount: int
    tax: int
    part: Part = "whole"


EARNED_SIGN: Final[dict[str, int]] = {
    "delivered": 1,
    "fee": 1,
    "breakage": 1,
    "correction_up": 1,
    "invalid_traffic": -1,
    "overdelivery": -1,
    "correction": -1,
    "refund": -1,
    "promo": -1,
    "rebate": -1,
    "chargeback_lost": -1,
}
"""Kinds that change what was earned, in the order in which a waterfall shows them."""

LABELS: Final[dict[str, str]] = {
    "delivered": "delivered: the price of ads shown",
    "fee": "fees the platform keeps",
    "breakage": "expired prepaid balance",
    "correction_up": "corrections in the platform's favour",
    "invalid_traffic": "invalid traffic credited",
    "overdelivery": "overdelivery credited",
    "correction": "corrections in the advertiser's favour",
    "refund": "refunds",
    "promo": "coupons: no money came",
    "rebate": "rebates",
    "chargeback_lost": "chargebacks lost",
}

CREDIT_NOTES: Final = ("invalid_traffic", "overdelivery", "correction", "refund")
"""Kinds that take back what was billed: against the open invoice, or owed if it was paid already."""

GROSS_KINDS: Final = ("payment", "prepay", "prepay_return", "refund_paid")
"""Movements of cash, whose tax part is usually not stated: it is then inside the amount."""

_CASH: Final = "Assets:Cash"
_RECEIVABLE: Final = "Assets:Receivable"
_UNBILLED: Final = "Assets:Unbilled"
_DISPUTED: Final = "Assets:Disputed"
_PREPAID: Final = "Liabilities:Prepaid"
_REFUND: Final = "Liabilities:RefundOwed"
_TAX: Final = "Liabilities:SalesTax"
_REBATE: Final = "Liabilities:Rebate"
_BAD_DEBT: Final = "Expenses:BadDebt"
_FEE: Final = "Expenses:ChargebackFee"

_HOLDERS: Final[dict[str, Holder]] = {
    _CASH: "",
    _BAD_DEBT: "",
    _FEE: "",
    _TAX: "market",
    _REBATE: "payer",
}

_CONTRA: Final = {
    "invalid_traffic": "Income:Contra:InvalidTraffic",
    "overdelivery": "Income:Contra:Overdelivery",
    "correction": "Income:Contra:Correction",
    "refund": "Income:Contra:Refund",
    "promo": "Income:Contra:Promo",
    "rebate": "Income:Contra:Rebate",
    "chargeback_lost": "Income:Contra:Chargeback",
}


def _entry(kind: str, *lines: tuple[str, int, int] | tuple[str, int, int, Part]) -> tuple[PostingRule, ...]:
    """Number the lines of a kind's entry; a line is (ledger account, amount, tax, part)."""
    return tuple(
        PostingRule(
            kind=kind,
            line=number,
            ledger_account=line[0],
            holder=_HOLDERS.get(line[0], "account"),
            amount=line[1],
            tax=line[2],
            part=line[3] if len(line) == 4 else "whole",
        )
        for number, line in enumerate(lines, start=1)
    )


def _income(kind: str, ledger_account: str, against: str = _UNBILLED) -> tuple[PostingRule, ...]:
    return _entry(kind, (against, 1, 1), (ledger_account, -1, 0), (_TAX, 0, -1))


def _credit_note(kind: str) -> tuple[PostingRule, ...]:
    return _entry(
        kind,
        (_CONTRA[kind], 1, 0),
        (_TAX, 0, 1),
        (_RECEIVABLE, -1, -1, "covered"),
        (_REFUND, -1, -1, "rest"),
        (_UNBILLED, -1, -1, "unbilled"),
    )


RULES: Final[tuple[PostingRule, ...]] = (
    *_income("delivered", "Income:Delivered"),
    *_income("fee", "Income:Fees"),
    *_income("correction_up", _CONTRA["correction"]),
    *_income("breakage", "Income:Breakage", against=_PREPAID),
    *(rule for kind in CREDIT_NOTES for rule in _credit_note(kind)),
    *_entry("promo", (_CONTRA["promo"], 1, 0), (_TAX, 0, 1), (_UNBILLED, -1, -1)),
    *_entry("rebate", (_CONTRA["rebate"], 1, 0), (_TAX, 0, 1), (_REBATE, -1, -1)),
    *_entry("invoice", (_RECEIVABLE, 1, 1), (_UNBILLED, -1, 0), (_TAX, 0, -1)),
    *_entry("payment", (_CASH, 1, 1), (_RECEIVABLE, -1, -1)),
    *_entry("prepay", (_CASH, 1, 1), (_PREPAID, -1, -1)),
    *_entry("prepay_draw", (_PREPAID, 1, 1), (_UNBILLED, -1, 0), (_TAX, 0, -1)),
    *_entry("prepay_return", (_PREPAID, 1, 1), (_CASH, -1, -1)),
    *_entry("refund_paid", (_REFUND, 1, 1), (_CASH, -1, -1)),
    *_entry("write_off", (_BAD_DEBT, 1, 0), (_TAX, 0, 1), (_RECEIVABLE, -1, -1)),
    *_entry("chargeback_open", (_DISPUTED, 1, 1), (_CASH, -1, -1)),
    *_entry("chargeback_won", (_CASH, 1, 1), (_DISPUTED, -1, -1, "covered"), (_CASH, -1, -1, "rest")),
    *_entry(
        "chargeback_lost",
        (_CONTRA["chargeback_lost"], 1, 0),
        (_TAX, 0, 1),
        (_DISPUTED, -1, -1, "covered"),
        (_CASH, -1, -1, "rest"),
    ),
    *_entry("chargeback_fee", (_FEE, 1, 1), (_CASH, -1, -1)),
)
"""The double entry of every billing kind."""

KINDS: Final = frozenset(rule.kind for rule in RULES)
"""Every billing kind that the ledger knows."""
