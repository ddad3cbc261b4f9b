"""What gates in shadow would have denied, added up.

Law: amounts are added as integers, each currency for itself; a line that cannot be read is counted and named.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(slots=True, kw_only=True)
class _Account:
    """One account's refusals."""

    count: int = 0
    would: set[str] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)
    micros: dict[str, int] = field(default_factory=dict)


def shadow_report(files: Sequence[Path]) -> Answer:
    """Add up what was recorded: by account, and in all."""
    accounts: dict[str, _Account] = {}
    unread = 0
    for path in files:
        with path.open(encoding="utf-8") as lines:
            unread += _count(lines, accounts)
    totals: dict[str, int] = {}
    for account in accounts.values():
        for currency, micros in account.micros.items():
            totals[currency] = totals.get(currency, 0) + micros
    ranked = sorted(accounts.items(), key=lambda item: (-max(item[1].micros.values(), default=0), item[0]))
    document: dict[str, Any] = {
        "accounts": [
            {
                "account": name, "count": found.count, "would": sorted(found.would),
                "decisions": sorted(found.decisions), "revenue": _amounts(found.micros),
            }
            for name, found in ranked
        ],
        "refusals": sum(found.count for found in accounts.values()),
        "revenue": _amounts(totals),
        "unread_lines": unread,
    }  # fmt: skip
    return Answer(document=document, text=_text(document))


def _count(lines: Iterable[str], accounts: dict[str, _Account]) -> int:
    unread = 0
    for line in lines:
        try:
            said = json.loads(line)
            name, would = said["account"], said["would"]
            micros = int(Decimal(said["amount"]) * 1_000_000) if said["amount"] else 0
        except (ValueError, KeyError, TypeError, InvalidOperation):
            unread += 1
            continue
        account = accounts.setdefault(name, _Account())
        account.count += 1
        account.would.add(would)
        if said["decision"]:
            account.decisions.add(said["decision"])
        if micros:
            currency = said["currency"]
            account.micros[currency] = account.micros.get(currency, 0) + micros
    return unread


def _amounts(micros: dict[str, int]) -> dict[str, str]:
    return {currency: f"{Decimal(value) / 1_000_000:.6f}" for currency, value in sorted(micros.items())}


def _text(document: dict[str, Any]) -> str:
    head = f"{document['refusals']} answers would have been no, to {len(document['accounts'])} accounts"
    lines = [head + _money(document["revenue"])]
    lines += [
        f"  {one['account']:<24} {one['count']:>7} times, {', '.join(one['would'])}{_money(one['revenue'])}"
        f"{'; ' + ', '.join(one['decisions']) if one['decisions'] else ''}"
        for one in document["accounts"]
    ]
    if document["unread_lines"]:
        lines.append(f"{document['unread_lines']} lines could not be read and are not counted")
    return "\n".join(lines)


def _money(revenue: dict[str, str]) -> str:
    return "".join(f", {amount} {currency}" for currency, amount in revenue.items())
