"""The facts of a case as tables, each as CSV and as Parquet.

Law: both files of a table hold the same cells; a table without rows is written too: "none" is an answer.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from debar.app.decisions import banned_accounts
from debar.app.telling import account_facts
from debar.cases.contacts import contacts_of
from debar.model.money import format_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.stores.duckdb_engine import DuckEngine

MONEY: Final = "DECIMAL(38,6)"
_TEXT: Final = "VARCHAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table to hand out.

    Args:
        name: Path within the folder, without an ending.
        what: What a row is, as a sentence.
        columns: Column name to DuckDB type.
        rows: Cells in the columns' order; None where nothing is known.
    """

    name: str
    what: str
    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]

    def csv_text(self) -> str:
        """Return the table as CSV: RFC 4180 with line feeds; an empty cell where nothing is known."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(tuple(map(cell, row)) for row in self.rows)
        return text.getvalue()

    def write(self, folder: Path, engine: DuckEngine) -> None:
        """Write both files."""
        path = folder / f"{self.name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.csv_text(), encoding="utf-8", newline="")
        known = [tuple(None if one == "" else one for one in row) for row in self.rows]
        engine.load("exported", self.columns, known)
        engine.write_parquet("exported", path.with_suffix(".parquet"))
        engine.drop("exported")


def cell(value: object) -> str:
    """Write a cell as CSV has it."""
    if value is None:
        return ""
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


def members(plan: Mapping[str, Any]) -> Table:
    """Return who is in the case, and how."""
    fields = ("account_id", "name", "handle", "legal_name", "basis", "status", "why", "p_owner", "p_operator",
              "calibrated", "confirmed_by", "review_on")  # fmt: skip
    return Table(
        name="facts/members",
        what="One account that was looked at: named or linked; in the ban, to be asked about, or left out.",
        columns={name: "BOOLEAN" if name == "calibrated" else _TEXT for name in fields},
        rows=[tuple(member.get(name) for name in fields) for member in plan["members"]],
    )


def reasons(plan: Mapping[str, Any]) -> Table:
    """Return why, in words, with weights; also what speaks for an account."""
    fields = ("family", "kind", "shown", "shared_by", "role", "weight", "sentence")
    rows = [
        (
            member["account_id"],
            direction,
            *(reason.get(name) for name in fields),
            " ".join(reason.get("facts", ())) or None,
        )
        for direction, told in (("reason", "reasons"), ("speaks for", "speaks_for"))
        for member in plan["members"]
        for reason in member[told]
    ]
    columns = {"account_id": _TEXT, "direction": _TEXT, **dict.fromkeys(fields, _TEXT), "fact_ids": _TEXT}
    return Table(
        name="facts/reasons",
        what="One reason for or against a linked account, in words, with its weight in bits.",
        columns={**columns, "shared_by": "BIGINT"},
        rows=rows,
    )


def links(plan: Mapping[str, Any]) -> Table:
    """Return over which accounts and facts each linked account hangs on a named one."""
    rows = [
        (
            member["account_id"],
            step,
            hop["from"],
            hop["to"],
            hop["p_owner"],
            hop["judgement"],
            " ".join(hop["facts"]),
        )
        for member in plan["members"]
        for step, hop in enumerate(member["path"], start=1)
    ]
    names = ("account_id", "step", "from_account", "to_account", "p_owner", "judgement", "fact_ids")
    return Table(
        name="facts/links",
        what="One step of the path from a named account to a linked one, with the facts that it rests on.",
        columns={name: "BIGINT" if name == "step" else _TEXT for name in names},
        rows=rows,
    )


def shared_facts(plan: Mapping[str, Any]) -> Table:
    """Return the facts that accounts of the case share."""
    fields = ("id", "kind", "family", "shown", "crowd")
    return Table(
        name="facts/facts",
        what="One value that accounts share, masked where it is sensitive; crowd: how many accounts hold it.",
        columns={name: "BIGINT" if name == "crowd" else _TEXT for name in fields},
        rows=[tuple(fact[name] for name in fields) for fact in plan["evidence"]["graph"]["facts"]],
    )


def accounts(opened: Opened, plan: Mapping[str, Any]) -> tuple[Table, Table]:
    """Return the accounts as the platform keeps them, and their identifiers, masked."""
    found = account_facts(opened, [member["account_id"] for member in plan["members"]])
    fields = ("name", "handle", "legal_name", "country", "created_at", "declared_agency")
    held = ("kind", "shown", "role", "first_seen", "last_seen", "source", "fact_id")
    return (
        Table(
            name="facts/accounts",
            what="One account, as the platform's table has it.",
            columns={"account_id": _TEXT, **dict.fromkeys(fields, _TEXT), "declared_agency": "BOOLEAN"},
            rows=[(account, *(row[name] for name in fields)) for account, row in sorted(found.items())],
        ),
        Table(
            name="facts/identifiers",
            what="One identifier of an account; sensitive values as a keyed hash's first digits.",
            columns={"account_id": _TEXT, **dict.fromkeys(held, _TEXT)},
            rows=[
                (account, *(one[name] for name in held))
                for account, row in sorted(found.items())
                for one in row["identifiers"]
            ],
        ),
    )


def contacts(opened: Opened, plan: Mapping[str, Any]) -> Table:
    """Return every contact with the banned accounts, none filtered."""
    rows = contacts_of(opened.engine, banned_accounts(plan))
    fields = ("contact_id", "account_id", "at", "counterpart", "direction", "channel", "by", "subject")
    return Table(
        name="facts/contacts",
        what="One contact of sales people, governments or others with or about a banned account.",
        columns={**dict.fromkeys(fields, _TEXT), "offer_amount": MONEY, "offer_currency": _TEXT},
        rows=[
            (
                *(row[name] for name in fields),
                Decimal(row["offer"]["amount"]) if row["offer"] else None,
                row["offer"]["currency"] if row["offer"] else None,
            )
            for row in rows
        ],
    )


def billing(opened: Opened, plan: Mapping[str, Any]) -> Table:
    """Return the billing events of the banned accounts."""
    names = (
        "event_id",
        "account_id",
        "kind",
        "service_day",
        "booked_at",
        "currency",
        "market",
        "ad_id",
        "reverses",
    )
    rows = opened.engine.rows(
        f"SELECT {', '.join(names)}, amount_micros, tax_micros FROM billing"
        " WHERE account_id IN (SELECT unnest($ids)) ORDER BY account_id, service_day, event_id",
        {"ids": banned_accounts(plan)},
    )
    return Table(
        name="money/billing",
        what="One billing event of a banned account; amounts are positive, the kind carries the sign.",
        columns={**dict.fromkeys(names, _TEXT), "amount": MONEY, "tax": MONEY},
        rows=[
            (*(None if one is None else str(one) for one in row[:-2]), *map(_amount, row[-2:]))
            for row in rows
        ],
    )


def _amount(micros: int | None) -> Decimal | None:
    return None if micros is None else Decimal(format_micros(int(micros)))


def tables_of(opened: Opened, plan: Mapping[str, Any]) -> list[Table]:
    """Return all tables of a case."""
    return [
        *plan_tables(plan),
        *accounts(opened, plan),
        contacts(opened, plan),
        billing(opened, plan),
    ]


def plan_tables(plan: Mapping[str, Any]) -> list[Table]:
    """Return the tables that follow from the plan alone, so that anybody can make them again."""
    return [members(plan), links(plan), reasons(plan), shared_facts(plan)]
