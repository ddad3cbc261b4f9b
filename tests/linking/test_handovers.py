from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from debar.linking.handovers import Handover, find_handovers, split_accounts
from debar.linking.renames import NameChange, Seen
from debar.model.identifiers import FAMILY_OF_KIND
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import IDENTIFIERS, World, identifier

SOLD = date(2017, 3, 1)
BEGAN, ENDED = date(2016, 1, 1), date(2018, 1, 1)


def held(account: str, kind: str, value: str, first: date | None, last: date | None) -> tuple[Any, ...]:
    """Return an identifier with its days."""
    row = list(identifier(account, kind, value))
    row[7:9] = [first, last]
    return tuple(row)


def former(account: str, **values: str) -> list[tuple[Any, ...]]:
    """Return what a former holder had until the sale."""
    return [held(account, kind, value, BEGAN, SOLD - timedelta(days=2)) for kind, value in values.items()]


def later(account: str, **values: str) -> list[tuple[Any, ...]]:
    """Return what a buyer has had since the sale."""
    return [held(account, kind, value, SOLD, ENDED) for kind, value in values.items()]


def loaded(*rows: list[tuple[Any, ...]]) -> DuckEngine:
    """Return an engine with these identifiers."""
    engine = DuckEngine(threads=1)
    world = World()
    for row in {row[0] for same in rows for row in same}:
        world.account(row)
    world.load(engine)
    engine.load("identifiers", IDENTIFIERS, [row for same in rows for row in same])
    return engine


def test_an_account_whose_every_sign_changes_at_once_is_split() -> None:
    """Legal id, mail and card end together and others begin: two periods, the later from the sale on."""
    engine = loaded(
        former("a", legal_id="L1", email="x@one.example", card="c1"),
        later("a", legal_id="L2", email="y@two.example", card="c2"),
    )
    (found,) = split_accounts(engine)
    assert ("a", SOLD, SOLD - timedelta(days=2)) == (found.account_id, found.day, found.not_before)
    assert (("legal", "contact", "access"), ("L1",), ("L2",)) == (found.families, found.former, found.later)
    assert [
        ("a", 1, None, SOLD - timedelta(days=1), found.sentence),
        ("a", 2, SOLD, None, found.sentence),
    ] == engine.rows("SELECT * FROM account_periods ORDER BY account_id, period_no")


def test_the_sentence_says_what_changed_and_when() -> None:
    """A reader learns the day and the families, in words."""
    engine = loaded(
        former("a", legal_id="L1", phone="+15550100"), later("a", legal_id="L2", phone="+15550101")
    )
    (found,) = find_handovers(engine)
    assert (
        "On 2017-03-01 everything that says who holds the account changed together: legal identity, addresses,"
        " mail and telephone."
    ) == found.sentence


@pytest.mark.parametrize("kind", [kind for kind, family in FAMILY_OF_KIND.items() if family == "name"])
def test_what_an_export_calls_an_account_today_is_no_sign_that_goes_on(kind: str) -> None:
    """Each form of its present name is dated from the account's beginning: the buyer's name hides no sale."""
    source = "derived:legal_name" if kind == "legal_name" else "derived:name"
    name = (*held("a", kind, "zhurava", BEGAN, None)[:-1], source)
    engine = loaded(
        former("a", legal_id="L1", email="x@one.example"),
        later("a", legal_id="L2", email="y@two.example"),
        [name],
    )
    assert len(find_handovers(engine)) == 1


@pytest.mark.parametrize(
    "goes_on",
    [
        {"legal_id": "L1"},
        {"legal_id": "L1", "domain": "one.example"},
        {"email": "x@one.example"},
        {"email": "x@one.example", "legal_id": "L1"},
        {"domain": "one.example"},
    ],
)
def test_a_company_that_keeps_something_has_not_changed_hands(goes_on: dict[str, str]) -> None:
    """A new office, card and telephone beside a legal id, a mailbox or a site that goes on: no hand-over."""
    engine = loaded(
        former("a", address="1 Old Street", card="c1", phone="+15550100"),
        later("a", address="2 New Street", card="c2", phone="+15550101"),
        [held("a", kind, value, BEGAN, ENDED) for kind, value in goes_on.items()],
    )
    assert () == find_handovers(engine)


def test_one_kind_is_not_enough() -> None:
    """A new legal id alone, or a new mailbox and card alone, is what companies do."""
    engine = loaded(
        former("a", legal_id="L1"),
        later("a", legal_id="L2"),
        former("b", email="x@one.example", card="c1"),
        later("b", email="y@two.example", card="c2"),
    )
    assert () == find_handovers(engine)


def test_without_a_legal_id_three_kinds_of_two_families_are_enough() -> None:
    """A farmed account seldom states a legal id: mail, card and device tell."""
    engine = loaded(
        former("a", email="x@one.example", card="c1", device="d1"),
        later("a", email="y@two.example", card="c2", device="d2"),
    )
    assert ["a"] == [found.account_id for found in find_handovers(engine)]


def test_things_replaced_one_by_one_are_no_hand_over() -> None:
    """Over two years a company replaced its mail, card and device, a half year apart."""
    days = [BEGAN + timedelta(days=180 * n) for n in range(1, 4)]
    engine = loaded(
        [
            held("a", kind, "old", BEGAN, day)
            for kind, day in zip(("phone", "card", "device"), days, strict=True)
        ],
        [
            held("a", kind, "new", day + timedelta(days=1), ENDED)
            for kind, day in zip(("phone", "card", "device"), days, strict=True)
        ],
        [
            held("a", "legal_id", f"L{n}", day, day + timedelta(days=5))
            for n, day in enumerate((BEGAN, days[2]))
        ],
    )
    assert () == find_handovers(engine)


def test_an_account_that_slept_and_woke_as_another_is_split() -> None:
    """Sold a year after its former holder was last seen: the day is the first of the later one."""
    rows = former("a", legal_id="L1", email="x@one.example", card="c1")
    woke = SOLD + timedelta(days=365)
    engine = loaded(
        rows,
        [
            held("a", kind, value, woke, None)
            for kind, value in {"legal_id": "L2", "email": "y@two.example"}.items()
        ],
    )
    assert [(woke, SOLD - timedelta(days=2))] == [(f.day, f.not_before) for f in find_handovers(engine)]


def test_an_end_that_is_not_told_is_no_end() -> None:
    """A former mailbox without a last day may be in use still."""
    engine = loaded(
        former("a", legal_id="L1", card="c1"),
        later("a", legal_id="L2", card="c2"),
        [held("a", "email", "x@one.example", BEGAN, None)],
    )
    assert () == find_handovers(engine)


@pytest.mark.parametrize(("kind", "split"), [("domain", True), ("legal_id", False)])
def test_one_straggler_does_not_outweigh_all_else_unless_it_is_legal(kind: str, split: bool) -> None:
    """A site that still answers in the former holder's name is left behind; his legal id is not."""
    engine = loaded(
        former("a", tax_id="T1", email="x@one.example", card="c1", device="d1", phone="+15550100"),
        later("a", tax_id="T2", email="y@two.example", card="c2", device="d2", phone="+15550101"),
        [held("a", kind, "one.example", BEGAN, ENDED)],
    )
    assert split is bool(find_handovers(engine))


def test_what_a_crowd_holds_does_not_say_who_holds_an_account() -> None:
    """A card that three hundred accounts hold goes on beside a sale, and keeps nobody whole."""
    engine = loaded(
        former("a", legal_id="L1", email="x@one.example"),
        later("a", legal_id="L2", email="y@two.example"),
        [held(account, "card", "manual", BEGAN, ENDED) for account in ("a", *map(str, range(300)))],
    )
    assert ["a"] == [found.account_id for found in find_handovers(engine)]


def test_a_company_registered_anew_under_its_name_is_no_hand_over() -> None:
    """Where both state legal names that are near or kin, one company goes on."""
    engine = loaded(
        former("a", legal_id="L1", legal_name="Zhurava Timber Ltd", email="x@one.example"),
        later("a", legal_id="L2", legal_name="Zhurava Timber Holding GmbH", email="y@two.example"),
    )
    assert () == find_handovers(engine)


def test_three_holders_make_three_periods() -> None:
    """An account may be sold on."""
    again = ENDED + timedelta(days=100)
    engine = loaded(
        former("a", legal_id="L1", email="x@one.example"),
        later("a", legal_id="L2", email="y@two.example"),
        [held("a", kind, "third", again, None) for kind in ("legal_id", "email")],
    )
    split_accounts(engine)
    assert [(1, None, SOLD - timedelta(days=1)), (2, SOLD, again - timedelta(days=1)), (3, again, None)] == (
        engine.rows("SELECT period_no, from_day, to_day FROM account_periods ORDER BY period_no")
    )


def test_nobody_changed_hands_on_a_quiet_platform() -> None:
    """Then the table of periods is there, and empty."""
    engine = loaded([held("a", "legal_id", "L1", BEGAN, ENDED)])
    assert () == split_accounts(engine)
    assert [] == engine.rows("SELECT * FROM account_periods")


def change(kind: str, seen_on: date | None) -> NameChange:
    """Return a change of name of account a."""
    return NameChange(
        account_id="a",
        kind=kind,
        former=Seen(account_id="a", name="One", seen_on=BEGAN),
        later=Seen(account_id="a", name="Two", seen_on=seen_on),
        signs=(),
        sentence='"One" became "Two".',
    )


def test_a_hand_over_that_names_tell_splits_too() -> None:
    """From the day on which the later name was first seen; the former holder until the day before."""
    engine = loaded([held("a", "legal_id", "L1", BEGAN, ENDED)])
    assert (
        Handover(
            account_id="a",
            day=SOLD,
            not_before=BEGAN,
            families=("name",),
            former=("One",),
            later=("Two",),
            sentence='"One" became "Two".',
        ),
    ) == split_accounts(engine, [change("handover", SOLD), change("unclear", ENDED), change("rename", ENDED)])
    assert [(1, None), (2, SOLD)] == engine.rows(
        "SELECT period_no, from_day FROM account_periods ORDER BY period_no"
    )


def test_a_hand_over_without_a_day_splits_nothing() -> None:
    """Nobody knows which side of it anything is on; it is reported all the same."""
    assert () == split_accounts(
        loaded([held("a", "legal_id", "L1", BEGAN, ENDED)]), [change("handover", None)]
    )


def test_two_signs_of_one_sale_are_one_hand_over() -> None:
    """What the identifiers date is kept; a name that follows within two months says the same."""
    engine = loaded(
        former("a", legal_id="L1", email="x@one.example"), later("a", legal_id="L2", email="y@two.example")
    )
    found = split_accounts(engine, [change("handover", SOLD + timedelta(days=40))])
    assert [SOLD] == [one.day for one in found]
