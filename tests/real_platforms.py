"""Public ad libraries as platforms: accounts and identifiers as intake would leave them, and known owners.

Law: a platform holds what its library shows to anybody and nothing else; what hand labels say about owners
stands in ``owners`` alone. Values go through the product's own normalising, so that what it refuses is gone.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.evidence.normalise import normalise, words_key
from linking_worlds import ACCOUNTS, IDENTIFIERS, JUDGEMENTS, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from debar.stores.duckdb_engine import DuckEngine

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""The real data, beside the project; not part of it."""


def real_file(name: str) -> Path:
    """Return the path of a file of the real data, or skip the test that asks for it."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}")
    return path


def real_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the real data, or skip the test that asks for it."""
    with real_file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPlatform:
    """A public ad library as a platform.

    Args:
        accounts: Columns of ``accounts`` by name, one mapping an account, ordered by account id.
        held: (account id, kind, raw value), as the library shows them.
        owners: Account id to owner, of the accounts that somebody labelled by hand.
    """

    accounts: tuple[Mapping[str, Any], ...]
    held: tuple[tuple[str, str, str], ...]
    owners: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Account id to name."""
        return {account["account_id"]: account["name"] for account in self.accounts}

    def identifiers(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``identifiers``: normalised, keyed where sensitive, each once."""
        rows = set()
        for account_id, kind, raw in self.held:
            try:
                found = normalise(kind, raw, country=None)
            except ValueError:
                continue
            rows |= {identifier(account_id, k, v) for k, v in ((kind, found.value), *found.derived)}
        yield from sorted(rows, key=lambda row: row[:4])

    def load(self, engine: DuckEngine) -> DuckEngine:
        """Load the platform into an engine."""
        engine.load("accounts", ACCOUNTS, [tuple(a.get(c) for c in ACCOUNTS) for a in self.accounts])
        engine.load("identifiers", IDENTIFIERS, self.identifiers())
        engine.load("judgements", JUDGEMENTS, [])
        return engine

    def owner_pairs(self) -> frozenset[tuple[str, str]]:
        """Return the pairs of labelled accounts that have one owner, the smaller account id first."""
        by_owner: dict[str, list[str]] = defaultdict(list)
        for account_id, owner in self.owners.items():
            by_owner[owner].append(account_id)
        return frozenset(pair for same in by_owner.values() for pair in combinations(sorted(same), 2))


def public_ids(*listed: str) -> tuple[str, ...]:
    """Return the public ids of a Google advertiser, each once, in order.

    Example:
        >>> public_ids("FEC ID C00484642, FEC ID C00495861", "FEC ID C00484642")
        ('FEC ID C00484642', 'FEC ID C00495861')
    """
    parts = (part.strip() for one in listed for part in one.replace(";", ",").replace("|", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def google_2022(*, labelled_only: bool = False) -> RealPlatform:
    """Google's political advertisers of 2022: 5,189 accounts, of which 3,168 stand in the labelled part.

    An owner is known where a hand label or a registry number says who it is.
    """
    labelled = real_rows("google_2022_accounts_labelled.csv")
    rows = labelled if labelled_only else real_rows("google_2022_accounts_unlabelled_all.csv")
    known = ("sponsor_name", "COMMID", "EIN", "wmpid")
    return RealPlatform(
        accounts=_accounts((r["advertiser_id"], r["advertiser_name"], None) for r in rows),
        held=tuple(
            (r["advertiser_id"], kind, value)
            for r in rows
            for kind, value in _google_held(
                r["advertiser_name"], r["public_ids_list"], r["bundle_public_ids"]
            )
        ),
        owners={r["advertiser_id"]: r["owner_key"] for r in labelled if any(r[c] for c in known)},
    )


def google_2025() -> RealPlatform:
    """Google's bundle of April 2025: 20,832 advertisers in all countries, no labels."""
    rows = real_rows("google_bundle_advertiser_stats_2025.csv")
    return RealPlatform(
        accounts=_accounts((r["Advertiser_ID"], r["Advertiser_Name"], r["Regions"][:2]) for r in rows),
        held=tuple(
            (r["Advertiser_ID"], kind, value)
            for r in rows
            for kind, value in _google_held(r["Advertiser_Name"], r["Public_IDs_List"])
        ),
    )


def google_pairs() -> list[tuple[str, str, bool]]:
    """Return the 1,022 labelled pairs of Google advertisers as (name, name, one owner)."""
    return [(r["name_a"], r["name_b"], r["label"] == "1") for r in real_rows("google_2022_pairs.csv")]


def facebook_2022(*, labelled_only: bool = True) -> RealPlatform:
    """Facebook's page x disclaimer accounts of 2022: 4,773 in the labelled part, 7,886 in all.

    The name is the page's; the legal name is the disclaimer, which anybody may have written.
    """
    labelled = real_rows("fb_2022_accounts_labelled.csv")
    rows = labelled if labelled_only else real_rows("fb_2022_accounts_unlabelled_all.csv")
    return RealPlatform(
        accounts=_accounts((r["pd_id"], r["page_name"], None, r["disclaimer"]) for r in rows),
        held=tuple(
            (r["pd_id"], kind, value)
            for r in rows
            for kind, value in (("page", r["page_id"]), ("legal_name", r["disclaimer"]))
        ),
        owners={r["pd_id"]: r["owner"] for r in labelled if r["sponsor_name"]},
    )


def snapchat() -> tuple[RealPlatform, frozenset[tuple[str, str]]]:
    """Snapchat's political ads of 2019 and 2020: an account is a payer at a buying organisation.

    Returns:
        The platform (the buyer manages the account and lends it its address), and the pairs of payers
        of different names that one buyer buys for: its clients.
    """
    ads: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in real_rows("snapchat_2019_2020.csv"):
        ads[row["org"], words_key(row["payer"] or row["org"])].append(row)
    numbered = {key: f"snap-{number:03}" for number, key in enumerate(sorted(ads))}
    clients = defaultdict(list)
    for (buyer, _), account_id in numbered.items():
        clients[buyer].append(account_id)
    return (
        RealPlatform(
            accounts=_accounts(
                (account_id, _usual(ads[key], "payer") or key[0], None)
                for key, account_id in numbered.items()
            ),
            held=tuple(
                held
                for key, account_id in numbered.items()
                for held in _snapchat_held(account_id, key[0], ads[key])
            ),
        ),
        frozenset(pair for same in clients.values() for pair in combinations(same, 2)),
    )


def _snapchat_held(account_id: str, buyer: str, ads: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what Snapchat's library shows of one payer at one buyer."""
    yield account_id, "legal_name", _usual(ads, "payer") or buyer
    yield account_id, "manager", buyer
    for kind, column in (("address", "addr"), ("domain", "dom")):
        for value in sorted({row[column] for row in ads} - {""}):
            yield account_id, kind, value
    for landing in sorted({row["CreativeProperties"].removeprefix("web_view_url:") for row in ads} - {""}):
        yield account_id, "landing_path", landing
        yield account_id, "utm", landing


def _usual(rows: list[dict[str, str]], column: str) -> str:
    """Return the commonest spelling; of equally common ones the first in the alphabet."""
    counted = Counter(row[column] for row in rows)
    return min(counted, key=lambda text: (-counted[text], text))


def _google_held(name: str, *listed: str) -> Iterator[tuple[str, str]]:
    yield "legal_name", name
    for value in public_ids(*listed):
        yield "legal_id", value


def _accounts(rows: Iterable[tuple[str | None, ...]]) -> tuple[Mapping[str, Any], ...]:
    """Return accounts from (id, name, country) or (id, name, country, legal name), ordered by id."""
    columns = ("account_id", "name", "country", "legal_name")
    made = [dict(zip(columns, (*row, row[1])[:4], strict=True)) for row in rows]
    return tuple(sorted(made, key=lambda account: str(account["account_id"])))
