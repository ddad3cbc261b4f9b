"""Does the money add up? Every sum that a brief states, added again in whole micros.

Law: what is stated in one currency adds up exactly; what was converted adds up to within the one rounding
of the total. ``assets/check.js`` adds the same sums in a browser.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from debar.briefs.strike import BANNED
from debar.model.currencies import MINOR_DIGITS
from debar.model.money import parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IN_PLAN = frozenset({"named", "confirmed", "likely"})


def sums(plan: Mapping[str, Any], money: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """Add up again everything that is stated.

    Args:
        plan: The plan's document.
        money: The ledger's report; empty where none was handed in.

    Returns:
        What was added, in words, and whether it came to what is stated.
    """
    return (*_members(plan), *_bounds(plan), *_waterfalls(money), *_shares(money), *_same_total(plan, money))


def _banned(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [m for m in plan["members"] if m["status"] in BANNED]


def _members(plan: Mapping[str, Any]) -> list[tuple[str, bool]]:
    members = _banned(plan)
    totals: Counter[str] = Counter()
    for member in members:
        for currency, amount in member["earned"]["by_currency"].items():
            totals[currency] += parse_micros(amount)
    stated = {code: parse_micros(bounds["likely"]) for code, bounds in plan["earned"]["by_currency"].items()}
    found = [
        (f"members in {code}", totals[code] == stated.get(code, 0))
        for code in sorted(set(totals) | set(stated))
    ]
    currency = plan["earned"]["currency"]
    if currency:
        total = sum(parse_micros(m["earned"]["converted"]["amount"]) for m in members)
        off = abs(total - parse_micros(plan["earned"]["likely"]))
        found.append(("members converted", off <= 10 ** (6 - MINOR_DIGITS[currency]) // 2 + len(members)))
    return found


def _bounds(plan: Mapping[str, Any]) -> list[tuple[str, bool]]:
    earned = plan["earned"]
    stated = [(f"bounds in {code}", bounds) for code, bounds in sorted(earned["by_currency"].items())]
    if earned["currency"]:
        stated.append(("bounds converted", earned))
    return [
        (where, _rising([bounds[name] for name in ("low", "likely", "high")])) for where, bounds in stated
    ]


def _rising(amounts: Sequence[str]) -> bool:
    low, likely, high = map(parse_micros, amounts)
    return low <= likely <= high


def _waterfalls(money: Mapping[str, Any]) -> list[tuple[str, bool]]:
    found = []
    by_account: Counter[str] = Counter()
    for account in money.get("accounts", ()):
        if account["standing"] in IN_PLAN:
            for waterfall in account["waterfalls"]:
                by_account[waterfall["currency"]] += parse_micros(waterfall["earned"])
    for waterfall in money.get("waterfalls", ()):
        code, lines = waterfall["currency"], [parse_micros(line["amount"]) for line in waterfall["lines"]]
        earned = parse_micros(waterfall["earned"])
        found.append((f"waterfall in {code}", sum(lines) == earned))
        gross = sum(line for line in lines if line > 0)
        found.append((f"gross in {code}", gross == parse_micros(waterfall["gross"])))
        if "accounts" in money:
            found.append((f"accounts in {code}", by_account[code] == earned))
        kept = waterfall.get("to_kept")
        if kept is not None:
            cash = {name: parse_micros(amount) for name, amount in kept.items()}
            own = cash["cash"] + cash["chargeback_fee"] - cash["prepaid"] - cash["tax"]
            found.append((f"kept in {code}", own == cash["kept"]))
    return found


def _shares(money: Mapping[str, Any]) -> list[tuple[str, bool]]:
    found = []
    for name in ("years", "markets"):
        if name not in money:
            continue
        totals: Counter[str] = Counter()
        for share in money[name]:
            totals[share["currency"]] += parse_micros(share["earned"])
        for waterfall in money.get("waterfalls", ()):
            code = waterfall["currency"]
            stated = waterfall["gross"] if money.get("revenue_basis") == "gross" else waterfall["earned"]
            found.append((f"{name} in {code}", totals[code] == parse_micros(stated)))
    return found


def _same_total(plan: Mapping[str, Any], money: Mapping[str, Any]) -> list[tuple[str, bool]]:
    if not money.get("totals") or not plan["earned"]["currency"]:
        return []
    same = all(
        parse_micros(money["totals"][name]) == parse_micros(plan["earned"][name])
        for name in ("low", "likely", "high")
    )
    return [("the plan's total and the ledger's", same)]
