from __future__ import annotations

from datetime import date

import pytest

from debar.linking.renames import NameChange, Seen, is_buyer, misheld_ids, name_changes
from real_platforms import google_2022, google_2025, public_ids, real_rows

THEN, NOW = date(2016, 1, 1), date(2018, 1, 1)


def seen(name: str, *ids: str, account: str = "a", on: date = THEN) -> Seen:
    """Return an account as an export shows it."""
    return Seen(account_id=account, name=name, legal_ids=frozenset(ids), seen_on=on)


@pytest.mark.parametrize(
    ("former", "later", "kind", "signs"),
    [
        ("Zhurava Timber Ltd", "ZHURAVA TIMBER LIMITED", "spelling", ("same_name", "kin")),
        ("Zhurava for Mayor", "Olena Zhurava for Senate", "rename", ("kin",)),
        ("Friends of Zhurava", "Zhurava & Tamsin", "rename", ("kin",)),
        ("C0048", "Northern Majority", "rename", ("id_as_name",)),
        ("Zhurava Timber", "Amberly Foods", "unclear", ()),
        ("Zhurava Timber", "泉州雨辰科技", "unclear", ("other_script",)),
    ],
)
def test_a_new_name_is_read_for_what_it_says(
    former: str, later: str, kind: str, signs: tuple[str, ...]
) -> None:
    """Spellings and kin are one holder; an unrelated name alone decides nothing."""
    (change,) = name_changes([[seen(former, "FEC ID C0048")], [seen(later, "FEC ID C0048", on=NOW)]])
    assert (kind, signs) == (change.kind, change.signs)


def test_an_unchanged_name_is_no_change() -> None:
    """Nothing is reported where nothing happened."""
    assert () == name_changes([[seen("Zhurava Timber")], [seen("Zhurava Timber", on=NOW)]])


def test_a_former_name_that_lives_on_elsewhere_is_a_hand_over() -> None:
    """Who still advertises under his name on another account did not rename this one."""
    exports = [
        [seen("Zhurava Timber"), seen("Zhurava Timber", account="b")],
        [seen("Amberly Foods", on=NOW), seen("Zhurava Timber", account="b", on=NOW)],
    ]
    (change,) = name_changes(exports)
    assert ("handover", ("former_lives_on",)) == (change.kind, change.signs)
    assert (
        '"Zhurava Timber" became "Amberly Foods": the former name lives on, on another account.'
    ) == change.sentence


def test_a_register_knows_whose_an_id_is() -> None:
    """An id of the former name stays with an account that was sold; one of the later name corrects it."""
    exports = [[seen("Zhurava Timber", "L1")], [seen("Amberly Foods", "L1", on=NOW)]]
    kinds = [
        name_changes(exports, registered={"L1": name})[0].kind
        for name in ("Zhurava Timber Inc", "AMBERLY FOODS", "Somebody Else")
    ]
    assert ["handover", "rename", "unclear"] == kinds


def test_a_name_that_came_back_was_never_given_up() -> None:
    """An agency's name for a season, then the advertiser's again: the same holder, both ways."""
    names = ("Zhurava Timber", "Olympic Adverts", "ZHURAVA TIMBER")
    exports = [[seen(name, on=date(2016 + n, 1, 1))] for n, name in enumerate(names)]
    assert [("rename", ("came_back",))] * 2 == [(c.kind, c.signs) for c in name_changes(exports)]


def test_who_sets_up_accounts_for_others_hands_nothing_over() -> None:
    """One person's name on accounts that then bear their advertisers' names is that of the hands."""
    before = [seen("Dorian Tamsin", account=account) for account in "ab"]
    after = [
        seen("Zhurava Timber", account="a", on=NOW),
        seen("Amberly Foods", account="b", on=NOW),
    ]
    assert ["hands", "hands"] == [change.kind for change in name_changes([before, after])]


def test_a_name_on_accounts_with_unrelated_ids_buys_accounts() -> None:
    """Three accounts, three ids, nothing in common; two, or shared ids, may be one party's."""
    one, two, three = (frozenset({value}) for value in ("L1", "L2", "L3"))
    assert [True, False, False] == [
        is_buyer(ids) for ids in ((one, two, three), (one, two), (one, one | two, two))
    ]


def test_an_account_under_a_new_id_is_the_same_account() -> None:
    """Ids that the platform replaced are followed."""
    exports = [[seen("Zhurava Timber", account="old")], [seen("Amberly Foods", account="new", on=NOW)]]
    assert () == name_changes(exports)
    assert ["new"] == [c.account_id for c in name_changes(exports, new_ids={"old": "new"})]


def test_an_id_under_a_stranger_s_name_is_misheld() -> None:
    """In one export: a treasurer's name is unclear, a name in another script is a hand-over."""
    export = [
        seen("Zhurava Timber Company", "L1", account="right"),
        seen("Dorian Tamsin", "L1", account="treasurer"),
        seen("泉州雨辰科技", "L1", account="sold"),
        seen("Anybody", "L9", account="unknown"),
    ]
    found = misheld_ids(export, {"L1": "Zhurava Timber"})
    assert [("sold", "handover"), ("treasurer", "unclear")] == [(c.account_id, c.kind) for c in found]


def _history() -> list[list[Seen]]:
    """Return Google's advertisers as four readings show them, and the renamed ones before and after."""
    renamed = real_rows("google_renames.csv")
    return [
        [
            seen(row[column], *public_ids(row["public_ids_list"]), account=row["advertiser_id"], on=day)
            for row in renamed
        ]
        for column, day in (("old_name", date(2022, 1, 1)), ("new_name", date(2022, 9, 1)))
    ] + [
        [
            seen(name, *ids.get(account, ()), account=account, on=day)
            for account, name in platform.names.items()
        ]
        for platform, day in ((google_2022(), date(2022, 11, 30)), (google_2025(), date(2025, 4, 1)))
        for ids in [_ids(platform.held)]
    ]


def _ids(held: tuple[tuple[str, str, str], ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for account, kind, value in held:
        if kind == "legal_id":
            found.setdefault(account, set()).add(value)
    return found


def _registered() -> dict[str, str]:
    return {
        f"FEC ID {row['COMMID']}": row["Committee_Name"]
        for row in reversed(real_rows("google_2022_accounts_labelled.csv"))
        if row["COMMID"] and row["Committee_Name"]
    }


def by_kind(changes: list[NameChange]) -> dict[str, int]:
    """Count changes by kind."""
    return {kind: sum(c.kind == kind for c in changes) for kind in sorted({c.kind for c in changes})}


@pytest.mark.real
def test_of_61_renamed_google_advertisers_three_changed_hands() -> None:
    """50 are one holder, 3 bore the name of who set them up, 5 are unclear, 3 changed hands."""
    changes = [
        c for c in name_changes(_history(), registered=_registered()) if c.former.seen_on == date(2022, 1, 1)
    ]
    assert {"hands": 3, "handover": 3, "rename": 21, "spelling": 29, "unclear": 5} == by_kind(changes)
    assert {
        "BRUCE POLIQUIN FOR CONGRESS": "Committee to Elect Diamond Staton-Williams",
        "BEACHSIDE MEDIA INC": "Prime Media Network, LLC",
        "MICHELLE BOND FOR CONGRESS": "MICHELLE STEEL FOR CONGRESS",
    } == {c.former.name: c.later.name for c in changes if c.kind == "handover"}


@pytest.mark.real
def test_accounts_that_went_to_a_trader_are_found_by_their_later_name() -> None:
    """Between 2022 and 2025 two campaigns' accounts became SIGE's, also where the platform replaced their ids."""
    replaced = {row["old_id"]: row["advertiser_id"] for row in real_rows("google_old_new_ids.csv")}
    former_ids = {new: old for old, new in replaced.items()}
    *_, before, after = _history()
    renumbered = [
        seen(s.name, *s.legal_ids, account=former_ids.get(s.account_id, s.account_id), on=s.seen_on or THEN)
        for s in before
    ]
    changes = name_changes([renumbered, after], registered=_registered(), new_ids=replaced)
    assert {"MOOLENAAR FOR CONGRESS", "NANCY BARTO FOR STATE SENATE 2020"} == {
        c.former.name for c in changes if c.kind == "handover"
    }
    assert {"SIGE (USA) INFORMATION TECHNOLOGY CO., LTD"} == {
        c.later.name for c in changes if c.kind == "handover"
    }


@pytest.mark.real
def test_ids_of_campaigns_on_traders_accounts_are_misheld() -> None:
    """Of 20,832 advertisers four show a committee's id under a trader's name: SIGE's, and one in Quanzhou."""
    found = misheld_ids(_history()[-1], _registered())
    assert {"handover": 4, "unclear": 15} == by_kind(list(found))
    assert {
        "Moolenaar for Congress",
        "Degroot for Congress",
        "Americans for Prosperity",
        "Ohio Republican Party State Central & Executive Committee",
    } == {c.former.name for c in found if c.kind == "handover"}
