"""The ledger's report as tables with bars.

Law: amounts are shown as the report states them; only the bars are rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from debar.model.money import Money, format_micros, parse_micros, round_to_minor, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABELS: Final = {
    "delivered": "Delivered: the price of ads shown",
    "fee": "Fees the platform keeps",
    "breakage": "Expired prepaid balance",
    "correction_up": "Corrections in our favour",
    "invalid_traffic": "Invalid traffic credited",
    "overdelivery": "Overdelivery credited",
    "correction": "Corrections in the advertiser's favour",
    "refund": "Refunds",
    "promo": "Coupons: no money came",
    "rebate": "Rebates",
    "chargeback_lost": "Chargebacks lost",
}
KEPT_LINES: Final = (
    ("receivable", "Invoiced, not paid", -1),
    ("unbilled", "Delivered, not invoiced", -1),
    ("disputed", "In open chargebacks", -1),
    ("bad_debt", "Written off", -1),
    ("rebate_owed", "Rebates owed", 1),
    ("refund_owed", "Refunds owed", 1),
)
MARKETS_MAX: Final = 12


def waterfalls(money: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each currency's way from delivered to earned to kept, with the place of each bar."""
    found = []
    own = money.get("currency")
    for waterfall in sorted(money.get("waterfalls", ()), key=lambda w: (w["currency"] != own, w["currency"])):
        lines = [
            {"kind": "step", "label": LABELS.get(line["kind"], line["kind"]), "amount": line["amount"]}
            for line in waterfall["lines"]
        ]
        lines.append({"kind": "total", "label": "Earned", "amount": waterfall["earned"]})
        kept = waterfall.get("to_kept")
        if kept is not None:
            for name, label, sign in KEPT_LINES:
                amount = sign * parse_micros(kept[name])
                if amount:
                    lines.append({"kind": "step", "label": label, "amount": format_micros(amount)})
            lines.append({"kind": "total", "label": "Kept", "amount": kept["kept"]})
        found.append({"currency": waterfall["currency"], "lines": _placed(lines)})
    return found


def _placed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each line its bar: steps hang from where the one before ended, totals stand on zero."""
    level, spans = 0, []
    for line in lines:
        amount = parse_micros(line["amount"])
        start = 0 if line["kind"] == "total" else level
        level = start + amount
        spans.append((min(start, level), max(start, level)))
        if line["kind"] == "step":
            line["kind"] = "up" if amount >= 0 else "down"
    low, high = min(0, *(a for a, _ in spans)), max(1, *(b for _, b in spans))
    for line, (a, b) in zip(lines, spans, strict=True):
        line["share"] = (1000 * (a - low) // (high - low), max(2, 1000 * (b - a) // (high - low)))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTable:
    """What the plan's accounts brought, by year or by market.

    Args:
        title: What the table shows.
        head: Its first column.
        columns: The columns of amounts and counts.
        rows: name, cells, and the share of the bar.
    """

    title: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def shares(money: Mapping[str, Any]) -> list[ShareTable]:
    """Return the tables by year and by market, converted where the report converts."""
    found = []
    for key, title, head in (("years", "By year", "Year"), ("markets", "By market served", "Market")):
        rows = [
            _Share(name=_name(key, share), share=share, to=money.get("currency"))
            for share in money.get(key, ())
        ]
        converted = bool(rows) and all(row.share.get("converted") is not None for row in rows)
        groups = _grouped(rows, converted=converted)
        if key == "markets":
            groups.sort(key=lambda group: (group.currency, -group.figure, group.name))
            groups = groups[:MARKETS_MAX]
        if groups:
            found.append(_table(groups, title=title, head=head, converted=converted))
    return found


def _name(key: str, share: Mapping[str, Any]) -> str:
    return str(share["year"]) if key == "years" else str(share["market"] or "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    name: str
    share: Mapping[str, Any]
    to: str | None


@dataclass(slots=True, kw_only=True)
class _Group:
    """One row of a table while it is being added up."""

    name: str
    currency: str
    figure: int = 0
    own: dict[str, int] = field(default_factory=dict)
    ads: int | None = 0


def _grouped(rows: Sequence[_Share], *, converted: bool) -> list[_Group]:
    groups: dict[tuple[str, str], _Group] = {}
    for row in rows:
        share, code = row.share, str(row.to if converted else row.share["currency"])
        group = groups.setdefault((row.name, code), _Group(name=row.name, currency=code))
        earned = parse_micros(share["earned"])
        group.figure += parse_micros(share["converted"]) if converted else earned
        group.own[share["currency"]] = group.own.get(share["currency"], 0) + earned
        ads = share.get("ads")
        group.ads = None if ads is None or group.ads is None else group.ads + ads
    return sorted(groups.values(), key=lambda group: (group.currency, group.name))


def _table(groups: Sequence[_Group], *, title: str, head: str, converted: bool) -> ShareTable:
    several = len({group.currency for group in groups}) > 1
    counted = all(group.ads is not None for group in groups)
    own = converted and len({code for group in groups for code in group.own}) > 1
    most: dict[str, int] = {}
    for group in groups:
        most[group.currency] = max(most.get(group.currency, 1), group.figure)
    rows = []
    for group in groups:
        cells = [_shown(group.currency, _to_minor(group) if converted else group.figure)]
        if own:
            cells.append(", ".join(_shown(code, micros) for code, micros in sorted(group.own.items())))
        if counted:
            cells.append(f"{group.ads:,}")
        share = 1000 * max(group.figure, 0) // most[group.currency]
        name = f"{group.name} · {group.currency}" if several else group.name
        rows.append({"name": name, "cells": tuple(cells), "share": (0, max(2, share))})
    columns = ["Earned", *(["in its own currency"] if own else []), *(["Ads"] if counted else [])]
    return ShareTable(title=title, head=head, columns=tuple(columns), rows=tuple(rows))


def _to_minor(group: _Group) -> int:
    return round_to_minor(group.figure, group.currency)


def _shown(currency: str, micros: int) -> str:
    return show(Money(amount_micros=micros, currency=currency), symbol=True)
