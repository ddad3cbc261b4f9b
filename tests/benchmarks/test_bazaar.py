"""What the bazaar promises: the same tables for a seed, owners in truth alone, and its stated hardness."""

from __future__ import annotations

import functools
import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.linking.world import VARIANTS
from benchmarks.linking.worlds.bazaar import make
from benchmarks.linking.worlds.bazaar.market import CROWD_MAX
from benchmarks.linking.worlds.bazaar.rates import COVERAGE
from benchmarks.linking.worlds.bazaar.season import CLIENTS_MAX
from benchmarks.linking.worlds.bazaar.statistics import Counts, count, values_of
from benchmarks.linking.worlds.bazaar.words import JUNK

if TYPE_CHECKING:
    from benchmarks.linking.world import World


@functools.cache
def small(variant: str = "base", seed: int = 1) -> World:
    return make(variant, seed, owners=1_500)


@functools.cache
def counted() -> Counts:
    return count(small())


def column(table: Any, name: str) -> list[Any]:
    return list(table.column(name).to_pylist())


def test_a_seed_gives_the_same_tables_and_another_seed_others() -> None:
    """The same seed gives the same tables, another one others."""
    first, again, other = (
        make("wild", 7, owners=300),
        make("wild", 7, owners=300),
        make("wild", 8, owners=300),
    )
    tables = ("accounts", "identifiers", "truth")
    assert all(getattr(first, table).equals(getattr(again, table)) for table in tables)
    assert not any(getattr(first, table).equals(getattr(other, table)) for table in tables)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_account_has_its_holders_from_the_beginning_on(variant: str) -> None:
    """Truth names every account: a first holder without a day, later ones each from a later day."""
    world = make(variant, 3, owners=400)
    days = defaultdict(list)
    for row in world.truth.to_pylist():
        days[row["account_id"]].append(row["from_day"])
    assert set(days) == set(column(world.accounts, "account_id"))
    for found in days.values():
        assert found[0] is None
        assert None not in found[1:]
        assert found[1:] == sorted(found[1:])


def test_identifiers_belong_to_accounts_and_are_seen_in_order() -> None:
    """Every row names an account that exists, and was seen first before it was seen last."""
    world = small()
    assert set(column(world.identifiers, "account_id")) <= set(column(world.accounts, "account_id"))
    seen = zip(column(world.identifiers, "first_seen"), column(world.identifiers, "last_seen"), strict=True)
    assert all(first <= last for first, last in seen)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def test_values_survive_normalisation_unless_they_say_nothing() -> None:
    """Debar refuses none of the values but the ones that were written to say nothing."""
    world = small()
    country = dict(zip(column(world.accounts, "account_id"), column(world.accounts, "country"), strict=True))
    junk = {_bare(text) for texts in JUNK.values() for text in texts}
    refused = [
        _bare(row["value"])
        for row in world.identifiers.to_pylist()
        if not values_of(row["kind"], row["value"], country[row["account_id"]])
    ]
    told = {text for text in junk if len(text) > 1}
    assert [] == [value for value in refused if value not in junk and not any(text in value for text in told)]
    assert 0.005 < len(refused) / world.identifiers.num_rows < 0.03


def test_kinds_are_known_as_often_as_stated() -> None:
    """Each of the ten kinds is known on its stated share of accounts, and a third of accounts are thin."""
    assert counted().coverage == pytest.approx(COVERAGE, abs=0.04)
    assert counted().thin == pytest.approx(0.32, abs=0.04)


def test_one_account_in_ten_states_a_legal_id_where_few_do() -> None:
    """In ``few_legal_ids`` one account in ten states a legal id or a tax id."""
    world = small("few_legal_ids")
    rows = zip(column(world.identifiers, "account_id"), column(world.identifiers, "kind"), strict=True)
    stating = {account for account, kind in rows if kind in ("legal_id", "tax_id")}
    assert len(stating) / world.accounts.num_rows == pytest.approx(0.1, abs=0.02)


def test_accounts_change_hands() -> None:
    """About one account in twelve has a second holder, whose day lies within the account's life."""
    assert counted().handed_over == pytest.approx(0.08, abs=0.03)
    world = small()
    ids = column(world.accounts, "account_id")
    created = dict(zip(ids, column(world.accounts, "created_at"), strict=True))
    later = [row for row in world.truth.to_pylist() if row["from_day"] is not None]
    assert all(created[row["account_id"]].date() <= row["from_day"] for row in later)
    rows = Counter(column(world.truth, "account_id"))
    assert {row["account_id"] for row in later} == {account for account, held in rows.items() if held > 1}


def test_what_a_holder_uses_stays_within_its_days() -> None:
    """No card, device or line of an account is seen both before and after the account changed hands."""
    world = small()
    sold = {row["account_id"]: row["from_day"] for row in world.truth.to_pylist() if row["from_day"]}
    rows = [row for row in world.identifiers.to_pylist() if row["account_id"] in sold]
    hands = [row for row in rows if row["kind"] in ("card", "device", "ip", "address")]
    assert [] == [row for row in hands if row["first_seen"] < sold[row["account_id"]] < row["last_seen"]]
    assert any(row["last_seen"] <= sold[row["account_id"]] for row in hands)
    assert any(row["first_seen"] >= sold[row["account_id"]] for row in hands)


def test_nobody_is_linked_where_nobody_shall_be() -> None:
    """In ``nobody_linked`` no owner ever holds two accounts, and strangers still share values."""
    world = small("nobody_linked")
    assert {1} == set(Counter(column(world.truth, "owner")).values())
    cards = [row["value"] for row in world.identifiers.to_pylist() if row["kind"] == "card"]
    assert Counter(card for card in cards if card.startswith("fp_")).most_common(1)[0][1] > 10


def test_owners_run_their_accounts_themselves_without_agencies() -> None:
    """In ``no_agencies`` every account is run by its owner; in ``base`` agencies run some."""
    alone, base = small("no_agencies").truth, small().truth
    assert column(alone, "owner") == column(alone, "operator")
    held = zip(column(base, "owner"), column(base, "operator"), strict=True)
    assert 0.1 < sum(owner != operator for owner, operator in held) / base.num_rows < 0.5


def agency_pixels(world: World) -> int:
    """Count the rows of pixels that accounts of five owners or more show."""
    owner = dict(zip(column(world.truth, "account_id"), column(world.truth, "owner"), strict=True))
    owners = defaultdict(set)
    for row in world.identifiers.to_pylist():
        if row["kind"] == "pixel" and row["value"] not in JUNK["pixel"]:
            owners[row["value"]].add(owner[row["account_id"]])
    return sum(len(found) for found in owners.values() if len(found) >= 5)


def test_agency_sites_crowd_pixels() -> None:
    """In ``agency_sites`` the pixels of agencies stand on far more clients' accounts than in ``base``."""
    assert agency_pixels(small("agency_sites")) > 1.5 * agency_pixels(small())


def test_ids_and_row_order_tell_nothing_about_owners() -> None:
    """Accounts that stand beside each other are hardly ever one owner's, and ids do not follow time."""
    world = small()
    ids = column(world.accounts, "account_id")
    owner = dict(zip(column(world.truth, "account_id"), column(world.truth, "owner"), strict=True))
    beside = sum(owner[a] == owner[b] for a, b in itertools.pairwise(ids))
    assert beside < len(ids) / 50
    created = column(world.accounts, "created_at")
    rising = sum(a < b for a, b in itertools.pairwise(created))
    assert rising == pytest.approx(len(ids) / 2, rel=0.1)
    assert ids == sorted(ids)


@pytest.mark.ci
def test_a_whole_bazaar_is_as_hard_as_stated() -> None:
    """At full size owners hang together through chains, and few of their pairs directly."""
    world = make("base", 1)
    found = count(world)
    assert 20_000 <= found.accounts <= 26_000
    assert found.sizes[-1] == 260
    assert found.direct == pytest.approx(0.28, abs=0.04)
    assert found.direct_covert == pytest.approx(0.18, abs=0.04)
    assert found.chained > 0.6
    assert 1_100 < found.crowds["ip"][-1] <= CROWD_MAX
    clients = defaultdict(set)
    for row in world.truth.to_pylist():
        if row["operator"] != row["owner"]:
            clients[row["operator"]].add(row["owner"])
    assert 200 < max(map(len, clients.values())) <= CLIENTS_MAX
