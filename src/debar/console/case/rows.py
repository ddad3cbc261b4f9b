"""Rows of the evidence table, of the list of doubts, and of facts.

Law: what a row says of an account is what the version found; what was said since stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.console.web.rendering import dom_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.console.case.sheet import Sheet
    from debar.console.desk.cases import Word


def member_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the evidence table: one row an account, in the plan's order."""
    return [_member(sheet, account_id) for account_id in sheet.document["order"]]


def _member(sheet: Sheet, account_id: str) -> dict[str, Any]:
    row = sheet.accounts[account_id]
    held = {one["fact_id"]: one for one in row["identifiers"]}
    return {
        **{name: row[name] for name in row if name not in ("identifiers", "facts", "apart_from")},
        "account_id": account_id,
        "dom": dom_id("row", account_id),
        "was": row["status"],
        "status": sheet.statuses.get(account_id, row["status"]),
        "words": [_word(word) for word in sheet.said_of(account_id)],
        "disputed": sheet.is_disputed(account_id),
        "facts": [_fact_of(sheet, fact_id, held.get(fact_id)) for fact_id in row["facts"]],
        "own": [one for one in row["identifiers"] if one["fact_id"] not in row["facts"]],
    }


def _fact_of(sheet: Sheet, fact_id: str, held: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a fact as one account holds it."""
    fact = sheet.facts[fact_id]
    return {
        "fact_id": fact_id,
        "kind": fact["kind"],
        "shown": fact["shown"],
        "crowd": fact["crowd"],
        "struck": fact_id in sheet.struck,
        "first_seen": held["first_seen"][:10] if held else "",
        "last_seen": held["last_seen"][:10] if held else "",
        "source": held["source"] if held else "derived",
        "role": held["role"] if held else "",
    }


def doubt_rows(sheet: Sheet, reader: str) -> list[dict[str, Any]]:
    """Return who may be swept in by mistake, in order, for one reader.

    Somebody who comes second sees the evidence before the score and before the first one's word.

    Args:
        sheet: The case.
        reader: Who reads the page.
    """
    return [
        {
            **_member(sheet, doubt["account_id"]),
            **{name: doubt[name] for name in ("tie", "fact_id", "crowd", "wrong")},
            "dom": dom_id("doubt", doubt["account_id"]),
            "row": dom_id("row", doubt["account_id"]),
            "others": [sheet.name(other) for other in doubt["others"]],
            "fold": _comes_second(sheet, doubt["account_id"], reader),
            "one_with_name": sheet.name(sheet.accounts[doubt["account_id"]]["one_with"]),
        }
        for doubt in sheet.document["doubts"]
    ]


def _comes_second(sheet: Sheet, account_id: str, reader: str) -> bool:
    by = {word.by for word in sheet.said_of(account_id)}
    return bool(by) and reader not in by


def _word(word: Word) -> dict[str, Any]:
    return {"word": word.word, "by": word.by, "at": word.at, "reason": word.reason}


def fact_row(sheet: Sheet, fact_id: str) -> dict[str, Any]:
    """Return one fact: what it is, who has it, what follows if it is struck."""
    fact = sheet.facts[fact_id]
    return {
        **fact,
        "fact_id": fact_id,
        "names": [sheet.name(account) for account in fact["holders"]],
        "leaves": [{"account_id": a, "name": sheet.name(a)} for a in fact["leaves"]],
        "asks": [{"account_id": a, "name": sheet.name(a)} for a in fact["asks"]],
        "settled": [{"account_id": a, "name": sheet.name(a)} for a in fact["settled"]],
        "joins": [{"account_id": a, "name": sheet.name(a)} for a in fact["joins"]],
        "struck": fact_id in sheet.struck,
    }
