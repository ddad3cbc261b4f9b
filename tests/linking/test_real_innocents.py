from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest

from debar.evidence.parameters import default_parameters
from debar.linking.expand import expand
from debar.linking.joint import find_joint_accounts
from debar.linking.links import link_platform
from debar.linking.neighbourhood import case_graph
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import google_2025, snapchat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.evidence.parameters import Parameters
    from real_platforms import RealPlatform

pytestmark = pytest.mark.real

HOUSE_OF_REPRESENTATIVES = "EIN ID 53-6002523"


def linked(platform: RealPlatform) -> tuple[DuckEngine, Parameters]:
    """Load a platform and link it."""
    engine = platform.load(DuckEngine(threads=1))
    parameters = default_parameters(len(platform.accounts))
    link_platform(engine, parameters, Policy())
    return engine, parameters


def proposed(engine: DuckEngine) -> set[tuple[str, str]]:
    """Return the pairs that a plan which names the one would propose the other for."""
    return set(
        engine.rows(
            "SELECT account_a, account_b FROM links WHERE p_owner >= $p AND carries_a_ban",
            {"p": Policy().propose_at},
        )
    )


def swept_in(engine: DuckEngine, parameters: Parameters, named: Iterable[str]) -> dict[str, set[str]]:
    """Return, for each account as the only named one, whom a plan would propose beside it."""
    policy = Policy()
    return {
        account: {
            standing.account_id
            for standing in expand(case_graph(engine, [account], parameters, policy), parameters, policy)
            if standing.status == "in"
        }
        for account in named
    }


def test_ninety_six_offices_under_one_tax_number_are_not_merged() -> None:
    """EIN 53-6002523 is the House's: none of its accounts is proposed because another is named."""
    platform = google_2025()
    offices = {account for account, _, value in platform.held if value == HOUSE_OF_REPRESENTATIVES}
    engine, parameters = linked(platform)
    assert 96 == len(offices)
    assert set() == {pair for pair in proposed(engine) if set(pair) <= offices}
    named = sorted(offices)[::12]
    swept = swept_in(engine, parameters, named)
    assert {} == {account: found & offices for account, found in swept.items() if found & offices}


def test_a_register_s_name_is_no_id() -> None:
    """On 81 advertisers stands "Registered in US-CA"; it names a register, and intake refuses it."""
    platform = google_2025()
    stating = {account for account, _, value in platform.held if value == "Registered in US-CA"}
    kept = {row[0] for row in platform.identifiers() if row[2] == "legal" and row[3] == "REGISTEREDINUSCA"}
    assert (81, set()) == (len(stating), kept)


def test_an_agency_s_clients_are_not_merged_though_agency_and_address_are_shown() -> None:
    """Of 343 pairs of payers that one Snapchat buyer buys for, at most one in a hundred is proposed."""
    platform, clients = snapchat()
    engine, _ = linked(platform)
    assert 343 == len(clients)
    assert 100 * len(proposed(engine) & clients) <= len(clients)


def test_joint_accounts_are_found_and_nothing_else() -> None:
    """Of 21 Google accounts that state two ids 18 could be a bridge, and exactly these are found."""
    platform = google_2025()
    found = find_joint_accounts(platform.load(DuckEngine(threads=1)))
    counted = Counter(account for account, kind, _ in platform.held if kind == "legal_id")
    several = {account for account, count in counted.items() if count > 1}
    assert (21, 18) == (len(several), len(found))
    assert set(found) <= several


def test_joint_accounts_join_nobody() -> None:
    """Whoever states one id of a joint account and is named, those who state its other id are not proposed."""
    platform = google_2025()
    engine, parameters = linked(platform)
    ids: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for account, kind, value in platform.held:
        if kind == "legal_id":
            ids[account].add(value)
            holders[value].add(account)
    joint = set(find_joint_accounts(engine))
    apart = {
        (one, other)
        for account in joint
        for left, right in permutations(sorted(ids[account]), 2)
        for one, other in product(holders[left] - joint, holders[right] - joint)
    }
    swept = swept_in(engine, parameters, sorted({one for one, _ in apart}))
    assert 30 <= len(apart)
    assert set() == {(one, other) for one, other in apart if other in swept[one]}
