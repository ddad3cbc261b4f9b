from __future__ import annotations

import pytest

from debar.linking.joint import find_joint_accounts
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World


def two_parties(name: str) -> World:
    """Two companies with an id each, and an account of this name that states both ids."""
    world = World()
    for account, party, legal_id in (
        ("timber", "Zhurava Timber", "L1"),
        ("foods", "Amberly Foods", "L2"),
    ):
        world.account(account, about={"name": party}, legal_id=legal_id, legal_name=party.casefold())
    world.account("joint", about={"name": name}, legal_id=["L1", "L2"], legal_name=name.casefold())
    return world


def found(world: World) -> dict[str, str]:
    """Return the joint accounts of a world."""
    return find_joint_accounts(world.load(DuckEngine(threads=1)))


@pytest.mark.parametrize("name", ["Zhurava Timber & Amberly Foods", "Spring Festival"])
def test_an_account_with_the_ids_of_two_parties_is_joint(name: str) -> None:
    """Whether it is named after both or after neither."""
    assert {"joint": 'It states ids of two parties, of "Zhurava Timber" and of "Amberly Foods".'} == found(
        two_parties(name)
    )


def test_who_states_a_stranger_s_id_beside_his_own_is_not_joint() -> None:
    """Named after one party alone, it is that party's account: a planted id frees nobody."""
    assert {} == found(two_parties("Zhurava Timber North"))


def test_two_ids_of_one_group_make_no_joint_account() -> None:
    """A company and its kin state an id each; their holding states both."""
    world = World()
    for account, name, legal_id in (
        ("a", "Zhurava Timber", "L1"),
        ("b", "Zhurava Foods", "L2"),
        ("c", "Zhurava Holding", ["L1", "L2"]),
    ):
        world.account(account, about={"name": name}, legal_id=legal_id)
    assert {} == found(world)


def test_an_id_that_nobody_else_states_joins_nobody() -> None:
    """Two ids of which one is the account's alone need no guard."""
    world = two_parties("Zhurava Timber & Amberly Foods")
    world.held.discard(("foods", "legal_id", "L2"))
    world.held.discard(("foods", "legal_name", "amberly foods"))
    assert {} == found(world)


def test_a_name_of_two_parties_is_joint_where_it_shares_something_with_each() -> None:
    """A page with one and an address with the other, no ids at all."""
    world = World()
    world.account("a", about={"name": "Zhurava"}, legal_name="zhurava", page="p1")
    world.account("b", about={"name": "Amberly"}, legal_name="amberly", address="1 Old Street")
    world.account(
        "joint", about={"name": "Zhurava & Amberly"}, legal_name="x", page="p1", address="1 Old Street"
    )
    reason = "Its name is the names of two parties, and it has something in common with each."
    assert {"joint": reason} == found(world)
    world.held.discard(("joint", "address", "1 Old Street"))
    assert {} == found(world)


def test_a_partnership_of_one_party_is_not_joint() -> None:
    """Black and White who share a legal id are one party under two names."""
    world = World()
    for account, name in (("a", "Black"), ("b", "White")):
        world.account(account, about={"name": name}, legal_name=name.casefold(), tax_id="T1", page="p1")
    world.account("joint", about={"name": "Black and White"}, page="p1")
    assert {} == found(world)


def test_the_table_of_joint_accounts_is_there_even_where_there_are_none() -> None:
    """A step that excludes them needs no question."""
    engine = World().load(DuckEngine(threads=1))
    assert {} == find_joint_accounts(engine)
    assert [] == engine.rows("SELECT account_id, reason FROM joint_accounts")
