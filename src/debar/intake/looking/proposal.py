"""What to write into platform.toml so that debar reads a file, as far as its columns tell.

Law: only what was found is proposed, with its reason; what a person must decide stands there as a question.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.intake.archives.shapes import fold_header
from debar.intake.staging import ENDINGS
from debar.intake.tables import TABLES

if TYPE_CHECKING:
    from debar.intake.looking.look import Looked

IMPORTERS: Final = ("google", "meta", "snapchat", "ira")

_COLUMNS: Final = {
    "accounts": {"account_id": "account_id", "name": "name"},
    "ads": {
        "ad_id": "ad_id",
        "account_id": "account_id",
        "created": "created_at",
        "started": "started_at",
        "ended": "ended_at",
        "text": "text",
        "landing_url": "landing_url",
        "country": "countries",
        "targeting": "targeting",
        "impressions": "impressions",
        "impressions_low": "impressions_low",
        "impressions_high": "impressions_high",
        "clicks": "clicks",
        "amount": "spend",
        "amount_low": "spend_low",
        "amount_high": "spend_high",
        "currency": "currency",
    },
    "spend": {
        "account_id": "account_id",
        "currency": "currency",
        "amount": "low",
        "amount_low": "low",
        "amount_high": "high",
        "started": "from",
        "day": "from",
        "ended": "to",
    },
}
"""Table to role to column, for files that are not a platform's own."""

_HELD: Final = (
    "email",
    "phone",
    "ip",
    "card",
    "bank",
    "device",
    "domain",
    "address",
    "legal_id",
    "payer",
    "agency",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for a file.

    Args:
        command: A command that imports it; empty if it is no archive's.
        toml: For ``platform.toml``; empty if no table fits.
        native: Tables whose columns the file has as they are.
        questions: What a person must answer first.
    """

    command: str
    toml: str
    native: tuple[str, ...]
    questions: tuple[str, ...]


def propose(looked: Looked) -> Proposal:
    """Propose how a file is read."""
    questions = [
        f"{column.header}: {guess.question}"
        for column, guess in zip(looked.columns, looked.guesses, strict=True)
        if guess.question
    ]
    command = ""
    if looked.shape is not None and looked.shape.archive in IMPORTERS:
        command = f"debar import {looked.shape.archive} {looked.name.split('/')[0]} DIR"
    folded = {fold_header(column.header) for column in looked.columns}
    native = tuple(t.name for t in TABLES if t.required() and set(t.required()) <= folded)
    toml = "" if command or native else _toml(looked, questions)
    return Proposal(command=command, toml=toml, native=native, questions=tuple(questions))


def _toml(looked: Looked, questions: list[str]) -> str:
    ending = "." + looked.name.rsplit(".", 1)[-1].lower()
    account = looked.first("account_id", "name", "payer")
    if account is None or ending not in ENDINGS:
        if account is None:
            questions.append("no column tells accounts apart: which one does?")
        return ""
    parts = [_table(looked, "accounts", account)]
    if looked.first("ad_id") is not None:
        parts.append(_table(looked, "ads", account))
    elif looked.first("amount", "amount_low") is not None:
        if looked.first("currency") is None:
            questions.append("in which currency are the amounts? Add a column currency to read them as spend")
        else:
            parts.append(_table(looked, "spend", account))
    held = [f"{looked.columns[at].header} ({role})" for role in _HELD for at in looked.roles.get(role, ())]
    if held:
        parts.append(
            "# Identifiers are rows of account_id, kind and value. These columns hold some:\n"
            f"# {', '.join(_one_line(text) for text in held)}"
        )
    asked = [f"# question: {_one_line(question)}" for question in questions]
    return "\n\n".join([*(["\n".join(asked)] if asked else []), *parts]) + "\n"


def _table(looked: Looked, table: str, account: int) -> str:
    columns: dict[str, int] = {}
    for role, ours in _COLUMNS[table].items():
        at = account if ours == "account_id" else looked.first(role)
        if at is not None:
            columns.setdefault(ours, at)
    columns.setdefault("name", account) if table == "accounts" else None
    if table == "ads" and "created_at" not in columns and "started_at" not in columns:
        at = looked.first("day")
        if at is not None:
            columns["started_at"] = at
    listed = ", ".join(f"{ours} = {_quoted(looked.columns[at].header)}" for ours, at in columns.items())
    lines = [f"[tables.{table}]", f"file = {_quoted(looked.name)}", f"columns = {{ {listed} }}"]
    lines += _marks(looked, columns)
    reasons = [f"# {ours}: {_one_line(looked.guesses[at].reason)}" for ours, at in columns.items()]
    return "\n".join([*reasons, *lines])


def _marks(looked: Looked, columns: dict[str, int]) -> list[str]:
    """Return forms of days, marks of amounts, and the zone, where the values need them."""
    lines = []
    forms = {looked.guesses[at].day_form for at in columns.values()} - {""}
    if len(forms) == 1:
        form = _quoted(forms.pop())
        lines += [f"day_format = {form}", f"time_format = {form}"]
    used = [
        looked.columns[at] for ours, at in columns.items() if ours in ("spend", "low", "high", "spend_low")
    ]
    if any(column.has("number with a comma") > 0.1 for column in used):
        lines += ['decimal = ","', 'thousands = "."']
    elif any(column.has("number in groups") > 0 for column in used):
        lines.append('thousands = ","')
    if any("time zone" in looked.guesses[at].question for at in columns.values()):
        lines.append('# time_zone = "Europe/Berlin"')
    return lines


def _quoted(text: str) -> str:
    """Quote a text for TOML; a basic string of TOML escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
