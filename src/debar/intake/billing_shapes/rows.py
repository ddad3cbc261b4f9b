"""Billing events on their way into a platform folder, and the JSON files that they are read from.

Law: one id has one content: the same again is nothing, other content under the same id is an error that
shows both. Amounts are whole micros from the first byte to the last; a fraction of one is refused.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from dataclasses import astuple, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.intake.files import refuse_full
from debar.intake.tables import UNATTRIBUTED
from debar.model.canonical import file_sha256
from debar.model.money import format_micros, parse_micros, split_largest_remainder
from debar.model.problem import EXIT_PROBLEMS, EXIT_USAGE, DebarError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

REBATES_FILE: Final = "rebates.csv"
_REBATE_COLUMNS: Final = ("rebate_id", "payer_account_id", "currency", "amount", "from", "to", "booked_at")
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingRow:
    """One billing event; amounts in micros, never negative: the kind carries the sign."""

    event_id: str
    account_id: str
    kind: str
    service_day: date
    booked_at: str
    amount_micros: int
    tax_micros: int
    currency: str
    payer_account_id: str = ""
    reverses: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingAccount:
    """An account that the source bills."""

    account_id: str
    name: str
    currency: str
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBilling:
    """What an import wrote.

    Args:
        folder: The platform folder.
        sources: File name to SHA-256 of what was read.
        accounts: Accounts that were billed.
        events: Billing events.
        repeated: Documents and figures that came again with the same content.
        by_kind: (kind, currency) to its sum in micros.
        findings: What the source leaves open or contradicts; nothing of it was guessed.
    """

    folder: Path
    sources: Mapping[str, str]
    accounts: int
    events: int
    repeated: int
    by_kind: Mapping[tuple[str, str], int]
    findings: tuple[Problem, ...]


@dataclass(slots=True, kw_only=True)
class Gathering:
    """What was found so far.

    Args:
        rows: Event id to event.
        accounts: Account id to account.
        findings: What is worth a look.
        repeated: Things that came again.
    """

    rows: dict[str, BillingRow] = field(default_factory=dict)
    accounts: dict[str, BillingAccount] = field(default_factory=dict)
    findings: list[Problem] = field(default_factory=list)
    repeated: int = 0

    def add(self, row: BillingRow) -> None:
        """Add an event; one of nothing is left out.

        Raises:
            DebarError: DBR-I061, the id has other content already.
        """
        assert row.amount_micros >= 0, "the kind carries the sign"
        if row.amount_micros == 0 and row.tax_micros == 0:
            return
        known = self.rows.setdefault(row.event_id, row)
        if known is not row and known != row:
            raise conflict("billing event", row.event_id, _said(known), _said(row))
        self.repeated += known is not row

    def find(self, code: str, what: str, *, place: Place, effect: str, hint: str = "") -> None:
        """Note what the source leaves open."""
        self.findings.append(Problem(code=code, what=what, place=place, effect=effect, hint=hint))


def _said(row: BillingRow) -> str:
    names = (one.name for one in fields(row))
    return ", ".join(f"{name} {value}" for name, value in zip(names, astuple(row), strict=True) if value)


def conflict(noun: str, name: str, first: str, second: str) -> DebarError:
    """Return the error of one id with two contents; both are shown."""
    return DebarError(
        "DBR-I061",
        f"one id, two contents: {noun} {name}",
        details=(f"first: {first}", f"then:  {second}"),
        hint="find out which is right, and remove the other",
        exit_code=EXIT_PROBLEMS,
    )


def unreadable(path: Path, why: str) -> DebarError:
    """Return the error of a source that is not of the shape."""
    return DebarError(
        "DBR-I060",
        f"this is not billing of that shape: {why}",
        place=Place(file=path.name),
        hint="hand over the JSON responses as the platform's interface gives them",
        exit_code=EXIT_PROBLEMS if path.exists() else EXIT_USAGE,
    )


def read_documents(source: Path) -> Iterator[tuple[Path, Any]]:
    """Yield every JSON document of a file or folder, its names in snake case; numbers are never floats.

    Raises:
        DebarError: DBR-I060, there is no JSON file, or one cannot be read.
    """
    files = [source] if source.is_file() else sorted((*source.glob("*.json"), *source.glob("*.jsonl")))
    if not files:
        raise unreadable(source, "there is no .json file")
    for path in files:
        try:
            text = path.read_text(encoding="utf-8-sig")
            parts = (
                [line for line in text.splitlines() if line.strip()] if path.suffix == ".jsonl" else [text]
            )
            for part in parts:
                yield path, _snake(json.loads(part, parse_float=str))
        except (OSError, ValueError) as error:
            raise unreadable(path, f"{type(error).__name__} while reading it") from None


def _snake(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {_CAPITAL.sub(r"_\1", key).lower(): _snake(inner) for key, inner in value.items()}
    return [_snake(inner) for inner in value] if isinstance(value, list) else value


def micros_of(document: Mapping[str, Any], name: str, *, place: Place) -> int:
    """Return an amount in micros; nothing stated is 0.

    Raises:
        DebarError: DBR-I063, it is no whole number.
    """
    value = document.get(name)
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
        raise DebarError(
            "DBR-I063",
            f"{name} is no whole number of micros: {value!r}",
            place=place,
            hint="micros are whole millionths of a unit, in every currency",
            exit_code=EXIT_PROBLEMS,
        )
    return int(value)


def day_of(text: object, *, place: Place) -> date:
    """Read a day, or the day of a time.

    Raises:
        DebarError: DBR-I060, it is none.
    """
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        raise DebarError(
            "DBR-I060", f"{text!r} is no day", place=place, hint="2016-11-30", exit_code=EXIT_PROBLEMS
        ) from None


def came_before(
    seen: dict[str, Mapping[str, Any]], name: str, content: Mapping[str, Any], *, noun: str
) -> bool:
    """Tell whether a document came before; its first content is remembered.

    Raises:
        DebarError: DBR-I061, it came before with other content.
    """
    if name not in seen:
        seen[name] = content
        return False
    first = seen[name]
    changed = sorted(key for key in first.keys() | content.keys() if first.get(key) != content.get(key))
    if changed:
        raise conflict(noun, name, _part(first, changed), _part(content, changed))
    return True


def _part(document: Mapping[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {json.dumps(document.get(name), ensure_ascii=False)}"[:200] for name in names)


def share_rebates(gathering: Gathering, source: Path) -> None:
    """Share each rebate of ``rebates.csv`` among the accounts whose delivery its payer paid for.

    Why: agencies are given back a part of what they spent for all their clients together. An account's
    part is in proportion to what was delivered for it in the rebate's period, by largest remainder, so
    that no micro is lost.

    Raises:
        DebarError: DBR-I060, the file has other columns; DBR-I061, a rebate came before with other content.
    """
    path = (source if source.is_dir() else source.parent) / REBATES_FILE
    if not path.is_file():
        return
    seen: dict[str, Mapping[str, Any]] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if not set(_REBATE_COLUMNS) <= set(reader.fieldnames or ()):
            raise unreadable(path, f"it needs the columns {', '.join(_REBATE_COLUMNS)}")
        for number, line in enumerate(reader, start=1):
            if came_before(seen, line["rebate_id"], dict(line), noun="rebate"):
                gathering.repeated += 1
                continue
            place = Place(file=path.name, record=number, value=line["rebate_id"])
            _share_rebate(gathering, line, place=place)


def _share_rebate(gathering: Gathering, line: Mapping[str, str], *, place: Place) -> None:
    first, last = day_of(line["from"], place=place), day_of(line["to"], place=place)
    try:
        amount = parse_micros(line["amount"])
        if amount < 0:
            raise ValueError("a rebate is given, never taken")  # noqa: TRY301 - one message for both
    except ValueError:
        raise DebarError(
            "DBR-I063", f"a rebate is no amount: {line['amount']!r}", place=place, exit_code=EXIT_PROBLEMS
        ) from None
    delivered: dict[str, int] = defaultdict(int)
    for row in gathering.rows.values():
        is_paid = (row.payer_account_id, row.currency) == (line["payer_account_id"], line["currency"])
        if row.kind == "delivered" and is_paid and first <= row.service_day <= last:
            delivered[row.account_id] += row.amount_micros
    if not delivered:
        gathering.find(
            "DBR-I064",
            "an amount names no account",
            place=place,
            effect="Nothing that this payer paid for was delivered in the period; the rebate stands with"
            f" the account {UNATTRIBUTED}.",
        )
        delivered[UNATTRIBUTED] = 1
    accounts = sorted(delivered)
    parts = split_largest_remainder(amount, tuple(delivered[one] for one in accounts), unit_micros=1)
    for account_id, part in zip(accounts, parts, strict=True):
        gathering.add(
            BillingRow(
                event_id=f"rebate:{line['rebate_id']}:{account_id}",
                account_id=account_id,
                kind="rebate",
                service_day=last,
                booked_at=line["booked_at"],
                amount_micros=part,
                tax_micros=0,
                currency=line["currency"],
                payer_account_id=line["payer_account_id"],
                note=f"share of {line['amount']} for {first} to {last}",
            )
        )


_PLATFORM: Final = """\
# {name}, written by `debar import {command}`.
name = "{name}"

# Money that moved stands in the books of whoever collects it: put such events (payment, prepay, refund_paid,
# chargeback_open ...) beside billing.csv as billing-*.csv, and they are read together.
[files]
billing = "billing*.csv"
"""


def write_platform(
    gathering: Gathering, out: Path, *, name: str, command: str, sources: Sequence[Path]
) -> ImportedBilling:
    """Write what was gathered as a platform folder.

    Args:
        gathering: Events, accounts, findings.
        out: Folder; it must not exist, or be empty.
        name: Of the platform, for people.
        command: What was typed after ``debar import``.
        sources: Files that were read.

    Returns:
        What was written: accounts.csv, billing.csv, platform.toml, and provenance.csv with the digests of
        the sources (debar does not read that one).
    """
    refuse_full(out)
    out.mkdir(parents=True, exist_ok=True)
    accounts = [gathering.accounts[one] for one in sorted(gathering.accounts)]
    rows = sorted(gathering.rows.values(), key=lambda row: (row.service_day, row.event_id))
    _write(
        out / "accounts.csv",
        ("account_id", "name", "currency", "created_at"),
        ((a.account_id, a.name, a.currency, a.created_at) for a in accounts),
    )
    _write(out / "billing.csv", _BILLING_COLUMNS, (_cells(row) for row in rows))
    digests = {path.name: file_sha256(path) for path in sorted(set(sources))}
    _write(out / "provenance.csv", ("file", "file_sha256"), digests.items())
    (out / "platform.toml").write_text(_PLATFORM.format(name=name, command=command), encoding="utf-8")
    by_kind: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        by_kind[row.kind, row.currency] += row.amount_micros
    return ImportedBilling(
        folder=out,
        sources=digests,
        accounts=len(accounts),
        events=len(rows),
        repeated=gathering.repeated,
        by_kind=dict(sorted(by_kind.items())),
        findings=tuple(gathering.findings),
    )


_BILLING_COLUMNS: Final = (
    "event_id", "account_id", "kind", "service_day", "booked_at", "amount", "tax", "currency",
    "payer_account_id", "reverses", "note",
)  # fmt: skip


def _cells(row: BillingRow) -> tuple[str, ...]:
    return (
        row.event_id,
        row.account_id,
        row.kind,
        row.service_day.isoformat(),
        row.booked_at,
        format_micros(row.amount_micros),
        format_micros(row.tax_micros),
        row.currency,
        row.payer_account_id,
        row.reverses,
        row.note,
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
