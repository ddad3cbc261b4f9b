"""The harbour is the world it says it is, and tells nobody but its truth table who owns what."""

from __future__ import annotations

import functools
import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks.linking.world import VARIANTS
from benchmarks.linking.worlds.harbour import describe, make
from benchmarks.linking.worlds.harbour.rates import Rates
from benchmarks.linking.worlds.harbour.summary import normalised_holders

if TYPE_CHECKING:
    import pyarrow as pa
    from benchmarks.linking.world import World

TABLES = ("accounts", "identifiers", "truth")


@functools.cache
def world(variant: str = "base", owners: int = 800) -> World:
    return make(variant, 5, owners=owners)


@functools.cache
def summary(variant: str = "base") -> dict[str, Any]:
    return describe(world(variant))


@functools.cache
def held(variant: str = "base") -> dict[tuple[str, str], set[str]]:
    return normalised_holders(world(variant))[0]


def column(table: pa.Table, name: str) -> list[Any]:
    found: list[Any] = table[name].to_pylist()
    return found


def sizes(of: World) -> list[int]:
    """Return how many accounts each owner signed up with."""
    first = [row for row in of.truth.to_pylist() if row["from_day"] is None]
    return list(Counter(row["owner"] for row in first).values())


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_seed_makes_one_world(variant: str) -> None:
    """The same variant and seed give equal tables; another seed gives others."""
    again, other = make(variant, 5, owners=200), make(variant, 6, owners=200)
    first = make(variant, 5, owners=200)
    for name in TABLES:
        assert getattr(first, name).equals(getattr(again, name))
        assert not getattr(first, name).equals(getattr(other, name))


@pytest.mark.parametrize("variant", VARIANTS)
def test_truth_knows_every_account(variant: str) -> None:
    """Every account has an owner and an operator from the beginning, and every row an account."""
    of = world(variant, 200)
    known = [row["account_id"] for row in of.truth.to_pylist() if row["from_day"] is None]
    assert column(of.accounts, "account_id") == known
    assert len(known) == len(set(known))
    assert set(column(of.identifiers, "account_id")) <= set(known)
    assert 0 == of.truth["owner"].null_count + of.truth["operator"].null_count


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_columns_are_those_of_the_interface(variant: str) -> None:
    """Tables have the columns and types that every world has."""
    of = world(variant, 200)
    assert {
        "account_id": "string",
        "name": "string",
        "legal_name": "string",
        "country": "string",
        "currency": "string",
        "created_at": "timestamp[us]",
        "manager_id": "string",
        "declared_agency": "bool",
    } == {field.name: str(field.type) for field in of.accounts.schema}
    assert {
        "account_id": "string",
        "kind": "string",
        "value": "string",
        "role": "string",
        "first_seen": "date32[day]",
        "last_seen": "date32[day]",
        "source": "string",
    } == {field.name: str(field.type) for field in of.identifiers.schema}
    assert {
        "account_id": "string",
        "owner": "string",
        "operator": "string",
        "covert": "bool",
        "from_day": "date32[day]",
    } == {field.name: str(field.type) for field in of.truth.schema}


def test_owners_have_as_many_accounts_as_stated() -> None:
    """Shares of owners by size are near the stated ones."""
    found = np.array(sizes(world(owners=4_000)))
    shares = [
        float(np.mean((found >= low) & (found <= high))) for low, high in ((1, 1), (2, 2), (3, 3), (4, 6))
    ]
    assert pytest.approx([0.72, 0.12, 0.06, 0.06], abs=0.02) == shares
    assert found.max() <= 60


def test_the_rates_of_the_base_world_are_met() -> None:
    """Handed-over owners, sold accounts, rows an account and coverage are near what the rates say."""
    found = summary()
    rows = world().truth.to_pylist()
    handed = {row["owner"] for row in rows if row["owner"] != row["operator"]}
    assert pytest.approx(1 / 3 + 0.04 * 4, abs=0.06) == len(handed) / len({row["owner"] for row in rows})
    assert pytest.approx(Rates().sold, abs=0.008) == found["sold"]
    assert pytest.approx(12.5, abs=1) == found["rows an account"]
    assert pytest.approx(Rates().legal_id * 0.9, abs=0.06) == found["coverage"]["legal_id"]
    assert 12 == len(found["coverage"])


def test_covert_accounts_slip_but_not_all() -> None:
    """Most hidden accounts share something with another one of their owner, few pairs do."""
    found = summary()
    assert 0.6 < found["covert accounts tied to their owner's others"] < 0.98
    assert found["of these sharing a value"] < 0.6
    assert found["of these sharing a value"] < found["of them sharing a value"]


def test_nobody_is_linked_where_nobody_should_be() -> None:
    """Every owner of ``nobody_linked`` holds one account and hides behind none; agencies stay."""
    of = world("nobody_linked")
    assert {1} == set(Counter(column(of.truth, "owner")).values())
    assert {False} == set(column(of.truth, "covert"))
    assert summary("nobody_linked")["handed over"] > 0.3


def test_no_agencies_means_everybody_runs_their_own() -> None:
    """In ``no_agencies`` owner and operator are one, and nobody is declared or managed."""
    of = world("no_agencies", 300)
    assert column(of.truth, "owner") == column(of.truth, "operator")
    assert {False} == set(column(of.accounts, "declared_agency"))
    assert {None} == set(column(of.accounts, "manager_id"))


def test_one_account_in_ten_states_a_legal_id() -> None:
    """In ``few_legal_ids`` a tenth of accounts states a legal or tax id."""
    of = world("few_legal_ids")
    rows = of.identifiers.to_pylist()
    stating = {row["account_id"] for row in rows if row["kind"] in ("legal_id", "tax_id")}
    assert pytest.approx(0.1, abs=0.02) == len(stating) / of.accounts.num_rows


def test_agencies_build_sites_in_their_own_variant() -> None:
    """In ``agency_sites`` most accounts run by others share a domain with another client; in ``base`` few."""
    shares = []
    for variant in ("base", "agency_sites"):
        rows = world(variant).truth.to_pylist()
        run = {row["account_id"]: row for row in rows if row["owner"] != row["operator"]}
        beside = set()
        for (kind, _), accounts in held(variant).items():
            for a, b in itertools.permutations(accounts & run.keys(), 2) if kind == "domain" else ():
                if run[a]["owner"] != run[b]["owner"] and run[a]["operator"] == run[b]["operator"]:
                    beside.add(a)
        shares.append(len(beside) / len(run))
    assert shares[0] < 0.2
    assert shares[1] > 0.4


def test_sold_accounts_have_two_holders() -> None:
    """An account that changed hands has two rows: the seller from the beginning, another owner from a day on."""
    of = world()
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in of.truth.to_pylist():
        holders[row["account_id"]].append(row)
    sold = [rows for rows in holders.values() if len(rows) > 1]
    assert sold
    for rows in sold:
        days = sorted((row["from_day"] for row in rows), key=lambda day: day is not None)
        assert [None] == days[:1]
        assert None not in days[1:]
        assert 2 == len({row["owner"] for row in rows})


def test_wild_worlds_differ_from_each_other() -> None:
    """In ``wild`` the seed moves the shares of covert and handed-over accounts far."""
    handed = []
    for seed in range(5):
        rows = make("wild", seed, owners=300).truth.to_pylist()
        handed.append(np.mean([row["owner"] != row["operator"] for row in rows]))
    assert max(handed) - min(handed) > 0.15


@pytest.mark.parametrize("variant", VARIANTS)
def test_values_survive_normalising(variant: str) -> None:
    """Debar refuses at most one value in five thousand."""
    of = world(variant, 200)
    _, refused = normalised_holders(of)
    assert refused.total() <= of.identifiers.num_rows / 5_000


def test_spellings_of_one_value_stay_one_value() -> None:
    """Different raw spellings fall together: no value of a legal id or e-mail has a twin by case or spaces."""
    holders = held()
    raw = len(
        set(zip(column(world().identifiers, "kind"), column(world().identifiers, "value"), strict=True))
    )
    assert len(holders) < raw
    for kind in ("legal_id", "phone", "device", "email"):
        values = [value for k, value in holders if k == kind]
        assert len({value.casefold().replace(" ", "").replace("-", "") for value in values}) == len(values)


def test_order_says_nothing_about_owners() -> None:
    """Neighbours by account id or among identifier rows have one owner no more often than chance allows."""
    of = world()
    owner = {row["account_id"]: row["owner"] for row in of.truth.to_pylist()}
    count = np.array(list(Counter(owner.values()).values()))
    chance = float((count * (count - 1)).sum() / (len(owner) * (len(owner) - 1)))
    for ids in (column(of.accounts, "account_id"), column(of.identifiers, "account_id")):
        same = np.mean([owner[a] == owner[b] for a, b in itertools.pairwise(ids)])
        assert same < 2 * chance + 0.003


def test_numbers_next_to_each_other_belong_to_strangers() -> None:
    """Sorted values of numbered kinds do not put one owner's different values side by side."""
    of = world()
    owner = {row["account_id"]: row["owner"] for row in of.truth.to_pylist()}
    holders = held()
    for kind in ("legal_id", "phone", "card", "device", "pixel"):
        parties = [{owner[a] for a in holders[k, v]} for k, v in sorted(holders) if k == kind]
        near = np.mean([not a.isdisjoint(b) for a, b in itertools.pairwise(parties)])
        assert near < 0.03


def test_what_passes_on_is_not_held_by_both_at_once() -> None:
    """Some devices that strangers share were never seen with both in the same days."""
    of = world()
    truth = {row["account_id"]: (row["owner"], row["operator"]) for row in of.truth.to_pylist()}
    seen: dict[str, list[Any]] = defaultdict(list)
    for row in of.identifiers.to_pylist():
        if row["kind"] == "device" and row["first_seen"] and row["last_seen"]:
            seen[row["value"].lower().replace("-", "")].append(row)
    apart = 0
    for rows in seen.values():
        if len(rows) == 2:
            a, b = sorted(rows, key=lambda row: row["first_seen"])
            strangers = not set(truth[a["account_id"]]) & set(truth[b["account_id"]])
            apart += strangers and a["last_seen"] < b["first_seen"]
    assert apart > 0.005 * of.accounts.num_rows


def test_there_is_no_world_without_a_name() -> None:
    """A variant that the harbour does not offer is refused."""
    with pytest.raises(ValueError, match="no variant"):
        make("calm", 1)
