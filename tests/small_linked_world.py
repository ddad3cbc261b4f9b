"""A small invented platform with known owners, for the tests of the linking benchmark: easy, not realistic."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from benchmarks.linking.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = pa.schema(
    [
        *((name, pa.string()) for name in ("account_id", "name", "legal_name", "country", "currency")),
        ("created_at", pa.timestamp("us")),
        ("manager_id", pa.string()),
        ("declared_agency", pa.bool_()),
    ]
)
IDENTIFIERS = pa.schema(
    [
        *((name, pa.string()) for name in ("account_id", "kind", "value", "role")),
        ("first_seen", pa.date32()),
        ("last_seen", pa.date32()),
        ("source", pa.string()),
    ]
)
TRUTH = pa.schema(
    [
        *((name, pa.string()) for name in ("account_id", "owner", "operator")),
        ("covert", pa.bool_()),
        ("from_day", pa.date32()),
    ]
)


def make(variant: str, seed: int, *, owners: int = 200) -> World:
    """Make a platform: every fifth owner has four accounts under one legal id and card, the rest have one.

    Every eighth account is run by an agency of about a dozen clients: its card, device and address. In
    ``nobody_linked`` every owner has one account.
    """
    accounts: list[dict[str, Any]] = []
    identifiers: list[dict[str, Any]] = []
    truth: list[dict[str, Any]] = []
    for owner in range(owners):
        several = owner % 5 == 0 and variant != "nobody_linked"
        for number in range(4 if several else 1):
            account = f"acc-{seed}-{owner:05}-{number}"
            agency = len(accounts) // 100 if len(accounts) % 8 == 7 else None
            hands = f"agency-{agency}" if agency is not None else f"owner-{owner}"
            accounts.append(_account(account, owner, number))
            held = _held(owner, number, hands)
            identifiers += [_identifier(account, kind, value) for kind, value in held]
            truth.append(_holder(account, owner, hands, covert=several and number == 3))
    return World(
        name="small",
        variant=variant,
        seed=seed,
        accounts=pa.Table.from_pylist(accounts, schema=ACCOUNTS),
        identifiers=pa.Table.from_pylist(identifiers, schema=IDENTIFIERS),
        truth=pa.Table.from_pylist(truth, schema=TRUTH),
    )


def _account(account: str, owner: int, number: int) -> dict[str, Any]:
    return {
        "account_id": account,
        "name": f"Trader {owner} {number}",
        "country": "US",
        "currency": "USD",
        "created_at": datetime(2016, 1, 1 + owner % 28),  # noqa: DTZ001 - naive UTC, as tables hold it
        "declared_agency": False,
    }


def _held(owner: int, number: int, hands: str) -> Iterator[tuple[str, str]]:
    if number < 3:  # the fourth account hides: only its card and its device tell
        yield "legal_id", f"REG-{7_000_000 + owner}"
        yield "email", f"ads@trader{owner}.example"
    else:
        yield "email", f"box{owner}@elsewhere{owner}.example"
    yield "card", f"card of {hands}"
    yield "device", f"device of {hands}"
    yield "ip", f"198.51.{owner % 40}.{hands.count('agency') + 1}"


def _identifier(account: str, kind: str, value: str) -> dict[str, Any]:
    seen = {"first_seen": date(2016, 1, 1), "last_seen": date(2017, 1, 1)}
    return {"account_id": account, "kind": kind, "value": value, **seen, "source": "given"}


def _holder(account: str, owner: int, hands: str, *, covert: bool) -> dict[str, Any]:
    return {"account_id": account, "owner": f"owner-{owner}", "operator": hands, "covert": covert}
