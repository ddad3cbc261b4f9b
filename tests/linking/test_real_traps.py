from __future__ import annotations

import csv
from pathlib import Path

import pytest

from debar.evidence.name_comparison import normal_name, same_name
from debar.linking.links import link_platform
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
HOUSE_OF_REPRESENTATIVES = "EIN ID 53-6002523"


def public_ids(row: dict[str, str]) -> set[str]:
    """Return the ids that an advertiser is listed with."""
    listed = f"{row['public_ids_list']}|{row['bundle_public_ids']}"
    return {part.strip() for part in listed.replace(",", "|").replace(";", "|").split("|") if part.strip()}


@pytest.mark.real
def test_one_tax_number_on_many_offices_joins_nobody() -> None:
    """The accounts under the House's number are different offices: no pair of them is worth asking about."""
    path = DATA / "google_2022_accounts_unlabelled_all.csv"
    if not path.exists():
        pytest.skip("needs ../shared/data/google_2022_accounts_unlabelled_all.csv")
    world, offices = World(), set()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            account, ids = row["advertiser_id"], public_ids(row)
            world.account(
                account, legal_id=sorted(ids), legal_name=normal_name(row["advertiser_name"]) or account
            )
            offices |= {account} if HOUSE_OF_REPRESENTATIVES in ids else set()
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    found = engine.rows("SELECT account_a, account_b FROM links WHERE p_owner >= $p", {"p": Policy().ask_at})
    assert len(offices) == 44
    assert [pair for pair in found if set(pair) <= offices] == []


@pytest.mark.real
def test_names_of_advertisers_are_told_apart_at_least_as_well_as_by_equality() -> None:
    """On 1,022 labelled pairs of Google advertisers: precision above .97 at a recall above equal names'."""
    path = DATA / "google_2022_pairs.csv"
    if not path.exists():
        pytest.skip("needs ../shared/data/google_2022_pairs.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(r["name_a"], r["name_b"], r["label"] == "1") for r in csv.DictReader(file)]
    said = [(a, b, match) for a, b, match in rows if same_name(a, b)]
    equal = sum(a.casefold() == b.casefold() for a, b, match in rows if match)
    right = sum(match for *_, match in said)
    assert right / len(said) > 0.97
    assert right > equal
