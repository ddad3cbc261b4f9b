"""Past linked bans, tried again: on what was known then, and without the ban as its own evidence."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from debar.app.assuring.backtesting import backtest, read_bans
from debar.app.opening import Setting, open_platform
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.answer import Answer

EARLY, LATE = "2023-01-05", "2024-06-01"


def write(path: Path, *rows: tuple[Any, ...]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a platform: an owner, a stranger on the same agency's card, one known to be linked only later."""
    accounts = [(name, name.title(), EARLY) for name in ("boss", "twin", "client", "later", "friend")]
    accounts += [(f"x{n}", f"Shop {n}", EARLY) for n in range(60)]
    held: list[tuple[str, str, str, str]] = []
    for name in ("boss", "twin"):
        held += [(name, "legal_id", "L1", EARLY), (name, "email", "ads@boss.example", EARLY)]
        held += [(name, "phone", "+493012345678", EARLY)]
    held += [(name, "card", "fp_agency", EARLY) for name in ("boss", "client", *(f"x{n}" for n in range(30)))]
    held += [("client", "legal_id", "L2", EARLY), ("client", "email", "me@client.example", EARLY)]
    held += [
        ("later", kind, value, LATE) for kind, value in (("legal_id", "L1"), ("email", "ads@boss.example"))
    ]
    held += [("later", "phone", "+493099999999", EARLY), ("friend", "email", "f@friend.example", EARLY)]
    for n in range(60):
        held += [(f"x{n}", "legal_id", f"X{n}", EARLY), (f"x{n}", "email", f"x{n}@x{n}.example", EARLY)]
    platform = tmp_path / "platform"
    platform.mkdir()
    write(platform / "accounts.csv", ("account_id", "name", "created_at"), *accounts)
    write(platform / "identifiers.csv", ("account_id", "kind", "value", "first_seen"), *held)
    write(
        platform / "judgements.csv",
        ("account_a", "account_b", "judgement", "by", "at", "reason"),
        ("boss", "friend", "positive", "ana", "2023-02-01T00:00:00Z", "the ban itself"),
    )
    return tmp_path


def bans(folder: Path, *, day: str = "2023-09-01") -> Path:
    """Write the platform's past bans: one right, one wrong and overturned, one early, one judged, one gone."""
    return write(
        folder / "bans.csv",
        ("decision", "named", "account_id", "day"),
        *(("d1", "boss", name, day) for name in ("twin", "client", "later", "friend", "gone")),
    )


def run(folder: Path, **options: Any) -> Answer:
    """Try the bans."""
    won = write(folder / "won.csv", ("decision", "account_id"), ("d1", "client"))
    opened = open_platform(folder / "platform", Setting())
    return backtest(opened, folder / "bans.csv", overturned_file=won, **options)


def fates(answer: Answer) -> dict[str, str]:
    """Return account to what would happen."""
    return {row["account_id"]: row["would"] for row in answer.document["tried"]}


def test_it_repeats_the_right_ban_and_spares_the_wrong_one(folder: Path) -> None:
    """The twin is found again; the agency's client, whose ban was overturned, is left out."""
    bans(folder)
    answer = run(folder)
    assert ("repeat", "spare") == (fates(answer)["twin"], fates(answer)["client"])
    assert {"count": 1, "of": 1} == {
        k: v for k, v in answer.document["overturned"]["spare"].items() if k != "interval"
    }
    assert "Of the overturned bans it would have spared 1 of 1 (2% to 100% at 95 %)" in answer.text
    assert all(row["why"] for row in answer.document["tried"])


def test_what_was_seen_after_the_day_does_not_count(folder: Path) -> None:
    """An account whose legal id was first seen a year later is no hit then, and is one today."""
    bans(folder)
    assert fates(run(folder))["later"] == "spare"
    bans(folder, day="2024-12-01")
    assert fates(run(folder))["later"] == "repeat"
    bans(folder, day="")
    assert fates(run(folder))["later"] == "repeat"


def test_a_ban_is_no_evidence_for_itself(folder: Path) -> None:
    """A reviewer's word alone ties the friend: in a backtest it is spared."""
    bans(folder)
    assert fates(run(folder))["friend"] == "spare"


def test_who_is_not_there_is_counted_apart(folder: Path) -> None:
    """An account that the platform does not hold, or did not hold then, is unknown, not spared."""
    bans(folder)
    assert fates(run(folder))["gone"] == "unknown"
    bans(folder, day="2022-01-01")
    assert set(fates(run(folder)).values()) == {"unknown"}


def test_the_page_is_whole_in_itself_and_tells_every_ban(folder: Path) -> None:
    """One file, nothing loaded, a row and a sentence a ban; what speaks against the model stands first."""
    bans(folder)
    answer = run(folder, html=folder / "page.html")
    page = (folder / "page.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme: dark" in page
    assert all(row["account_id"] in page for row in answer.document["tried"])
    assert page.index(">later<") < page.index(">twin<")
    assert json.loads(json.dumps(answer.document))["headline"] in page


def test_days_can_be_put_together_and_only_knowledge_is_lost(folder: Path) -> None:
    """With a step of a year the day goes back, never forward."""
    bans(folder, day="2024-12-01")
    assert fates(run(folder, day_step=366))["later"] in ("repeat", "spare")
    from datetime import date

    from debar.app.assuring.backtesting import known_on

    day = date(2024, 12, 1)
    assert all(known_on(day, step) <= day for step in range(1, 367))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("decision,account_id\nd,a\n", None),
        ("decision,named,account_id\n", None),
        ("decision,named,account_id\nd,a,a\n", "account_id"),
        ("decision,named,account_id\nd,,b\n", "account_id"),
        ("decision,named,account_id\nd,a,b\nd,a,b\n", "account_id"),
        ("decision,named,account_id,day\nd,a,b,soon\n", "day"),
    ],
)
def test_bans_that_are_none_are_refused_by_record(text: str, column: str | None, folder: Path) -> None:
    """A missing column, no ban, one account twice, nobody named, a ban twice, a day that is none: DBR-A093."""
    (folder / "bans.csv").write_text(text)
    opened = open_platform(folder / "platform", Setting())
    with pytest.raises(DebarError) as refused:
        read_bans(opened, folder / "bans.csv", None)
    assert refused.value.code == "DBR-A093"
    assert refused.value.place is not None
    assert refused.value.place.column == column


def test_an_overturned_ban_must_be_among_the_bans(folder: Path) -> None:
    """A case that was won on appeal and is not in the list would be counted nowhere: DBR-A093."""
    bans(folder)
    won = write(folder / "won.csv", ("decision", "account_id"), ("d2", "twin"))
    opened = open_platform(folder / "platform", Setting())
    with pytest.raises(DebarError) as refused:
        read_bans(opened, folder / "bans.csv", won)
    assert refused.value.code == "DBR-A093"
