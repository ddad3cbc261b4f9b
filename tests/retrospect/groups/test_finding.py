"""Groups on invented ad libraries: what is planted is found, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from creative_worlds import MONDAY, AdWorld, ad_world, plant
from debar.model.window import Window
from debar.retrospect.groups import find_groups
from debar.retrospect.groups.finding import LOOKED_AT

if TYPE_CHECKING:
    from debar.retrospect.groups import Groups

MEMBERS = ("account-0003", "account-0014", "account-0059", "account-0102")
OTHERS = ("account-0020", "account-0031", "account-0077")
RATE = 0.05


def found_in(world: AdWorld, *, rate: float = RATE, window: Window | None = None) -> Groups:
    """Return the groups of a world."""
    with world.load() as engine:
        return find_groups(engine, rate=rate, window=window)


def false_groups(found: Groups, truth: list[tuple[str, ...]]) -> int:
    """Count groups of which no two members belong together."""
    together = {pair for group in truth for pair in combinations(sorted(group), 2)}
    return sum(not together & set(combinations(group.members, 2)) for group in found.groups)


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_planted_nothing_is_proposed(seed: int) -> None:
    """Topics, borrowed copy, office hours, launches on the hour and popular tags make no group."""
    found = found_in(ad_world(seed))
    assert found.groups == ()
    assert found.accounts_count == 120


@pytest.mark.parametrize("seed", range(2))
def test_planted_groups_dealt_out_again_are_no_groups(seed: int) -> None:
    """The same ads, each account as many as before, nobody's anybody's: nothing is left to find."""
    world = ad_world(seed)
    for signal in ("copy", "wording", "landing", "template", "audience", "launch"):
        plant(world, MEMBERS, signal, times=12)
    assert found_in(world.dealt(seed)).groups == ()


def test_two_planted_groups_are_found_whole_and_apart() -> None:
    """Four that share texts and three that launch together come out as two groups, with what ties them."""
    world = ad_world(2)
    plant(world, MEMBERS, "copy", times=12)
    plant(world, OTHERS, "launch", times=12)
    found = found_in(world)
    assert [group.members for group in found.groups] == [MEMBERS, OTHERS]
    four, three = found.groups
    held = four.signals[0]
    assert (held.signal, held.pairs_count) == ("copy", 6)
    assert ("launch", 3) in {(held.signal, held.pairs_count) for held in three.signals}
    assert (four.pairs_count, four.tied_share, four.outside) == (6, 1_000_000, ())
    assert any("agency" in sentence for sentence in four.against)
    assert all("names no owner" in group.against[-1] for group in found.groups)
    assert four.ads_count == sum(ad["account_id"] in MEMBERS for ad in world.ads)


def test_what_no_account_claims_is_in_no_group() -> None:
    """Unattributed ads that share all texts with an account make no group with it."""
    world = ad_world(2)
    plant(world, (MEMBERS[0], "unattributed"), "copy", times=12)
    assert found_in(world).groups == ()


def test_only_ads_of_the_window_count() -> None:
    """A group that acted in spring is not found in a window of the summer after."""
    world = AdWorld(ad_world(2).accounts)
    for ad in ad_world(2).ads:
        world.add(ad["account_id"], **{name: ad[name] for name in ("text", "created_at", "targeting")})
    plant(world, MEMBERS, "launch", times=12)
    last = MONDAY.date() + timedelta(days=7 * 26)
    spring = Window(start=MONDAY.date(), end=last)
    summer = Window(start=last + timedelta(days=1), end=last + timedelta(days=100))
    assert [group.members for group in found_in(world, window=spring).groups] == [MEMBERS]
    empty = found_in(world, window=summer)
    assert (empty.groups, empty.signals) == ((), ())


def test_a_library_that_shows_nothing_says_so() -> None:
    """Ads without texts, times and addresses: no signal had anything to look at, and no group is an error."""
    bare = AdWorld(["a", "b"])
    bare.add("a")
    assert found_in(bare).signals == ()


@pytest.mark.ci
def test_a_subject_is_no_group_however_much_its_accounts_say() -> None:
    """Accounts on one subject with many ads each are tied by rare words at any rate, and not proposed for that."""
    with ad_world(1, ads=200).load() as engine:
        assert find_groups(engine, rate=0.2).groups == ()
        ((by_words,),) = engine.rows("SELECT COUNT(*) FROM group_ties WHERE signal = 'word' AND rate < 0.001")
    assert by_words > 100


@pytest.mark.parametrize(("kind", "signal", "times"), [("wording", "word", 40), ("audience", "audience", 12)])
def test_words_and_audiences_are_told_beside_a_tie_and_make_none(kind: str, signal: str, times: int) -> None:
    """Alone they propose nothing; beside common texts they stand with their sentence."""
    world = ad_world(2)
    plant(world, MEMBERS, kind, times=times)
    assert found_in(world).groups == ()
    plant(world, MEMBERS, "copy", times=12)
    (group,) = found_in(world).groups
    assert group.members == MEMBERS
    signals = [held.signal for held in group.signals]
    assert (signals[0], signal in signals[1:]) == ("copy", True)


def test_a_timetable_ties_nobody() -> None:
    """Office hours in one zone make timetables alike: the signal is not among those looked at."""
    assert "schedule" not in LOOKED_AT
    assert "schedule" not in found_in(ad_world(1)).signals


def test_row_order_changes_nothing() -> None:
    """The same ads in another order are the same groups, to the last sentence."""
    world = ad_world(3, accounts=60)
    plant(world, world.accounts[:3], "copy", times=8)
    back = AdWorld(world.accounts[::-1], world.ads[::-1])
    assert found_in(back) == found_in(world)


def test_groups_as_json_say_all_that_they_rest_on() -> None:
    """Members with names, ties with rate and sentence, days, and what speaks against it."""
    world = ad_world(2)
    plant(world, MEMBERS[:2], "copy", times=12)
    document = found_in(world).as_json()
    (group,) = document["groups"]
    assert document["rate"] == "0.050000"
    assert [member["account_id"] for member in group["members"]] == list(MEMBERS[:2])
    assert group["tied_share"] == "1.000000"
    assert date.fromisoformat(group["first_on"]) < date.fromisoformat(group["last_on"])
    assert group["ties"][0]["sentences"][0].startswith("Both have 12 ad texts")
    assert group["speaks_against"]


@pytest.mark.prove
def test_the_stated_rate_holds_over_many_worlds() -> None:
    """Over 60 worlds, half with two planted groups, the mean share of false groups is the rate at most."""
    shares = []
    for seed in range(60):
        world = ad_world(1000 + seed, accounts=80)
        truth = [tuple(world.accounts[3:7]), tuple(world.accounts[20:23])] if seed % 2 else []
        for members, signal in zip(truth, ("copy", "launch"), strict=False):
            plant(world, members, signal, times=10, seed=seed)
        for rate in (0.05, 0.2):
            found = found_in(world, rate=rate)
            shares.append((rate, false_groups(found, truth) / max(len(found.groups), 1)))
    for rate in (0.05, 0.2):
        of_it = [share for its, share in shares if its == rate]
        assert sum(of_it) / len(of_it) <= rate
