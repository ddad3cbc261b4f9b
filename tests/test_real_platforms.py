from __future__ import annotations

import pytest

from debar.stores.duckdb_engine import DuckEngine
from real_platforms import facebook_2022, google_2022, google_2025, google_pairs, public_ids, snapchat


@pytest.mark.real
def test_google_is_read_with_its_labels() -> None:
    """5,189 advertisers, 183 pairs of one owner, 1,022 labelled pairs of names."""
    platform = google_2022()
    pairs = google_pairs()
    assert (5189, 183) == (len(platform.accounts), len(platform.owner_pairs()))
    assert 3168 == len(google_2022(labelled_only=True).accounts)
    assert (1022, 179) == (len(pairs), sum(same for *_, same in pairs))


@pytest.mark.real
def test_the_bundle_of_2025_holds_the_tax_number_of_the_house() -> None:
    """EIN 53-6002523 stands on 96 of 20,832 accounts."""
    platform = google_2025()
    held = {account for account, kind, value in platform.held if value == "EIN ID 53-6002523"}
    assert (20832, 96) == (len(platform.accounts), len(held))


@pytest.mark.real
def test_facebook_is_read_with_its_labels() -> None:
    """4,773 labelled accounts with 4,225 pairs of one owner."""
    platform = facebook_2022()
    assert (4773, 4225) == (len(platform.accounts), len(platform.owner_pairs()))
    assert 7886 == len(facebook_2022(labelled_only=False).accounts)


@pytest.mark.real
def test_snapchat_is_read_with_the_clients_of_each_buyer() -> None:
    """Buyers with several payers of different names: 140 of these, 343 pairs of clients."""
    platform, clients = snapchat()
    engine = platform.load(DuckEngine(threads=1))
    rows = engine.rows("SELECT count(DISTINCT account_id) FROM identifiers WHERE kind = 'manager'")
    assert [(393,)] == rows
    assert (393, 140, 343) == (
        len(platform.accounts),
        len({a for pair in clients for a in pair}),
        len(clients),
    )


def test_public_ids_are_told_apart() -> None:
    """Ids are separated by commas, semicolons or bars, and each counts once."""
    assert ("EIN ID 1", "FEC ID 2", "FEC ID 3") == public_ids("EIN ID 1; FEC ID 2|EIN ID 1", "FEC ID 3")
