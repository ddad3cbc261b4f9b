from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from debar.app.finding import handovers
from debar.app.opening import Setting, open_platform

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened

IDENTIFIERS = """account_id,kind,value,first_seen,last_seen
a1,legal_id,REG 1,2016-01-01,2017-02-27
a1,email,one@zhurava.example,2016-01-01,2017-02-27
a1,legal_id,REG 2,2017-03-01,2018-01-01
a1,email,two@amberly.example,2017-03-01,2018-01-01
a2,legal_id,REG 3,2016-01-01,2018-01-01
a3,legal_id,REG 4,2016-01-01,2018-01-01
"""


def opened(folder: Path, accounts: str) -> Opened:
    """Open a platform with these accounts."""
    folder.mkdir()
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8")
    (folder / "identifiers.csv").write_text(IDENTIFIERS, encoding="utf-8")
    return open_platform(folder, Setting())


def test_hand_overs_are_reported_with_their_day_and_unclear_names_beside_them(tmp_path: Path) -> None:
    """What identifiers date, what names tell between two exports, and what neither decides."""
    before = opened(
        tmp_path / "before", "account_id,name\na1,Zhurava\na2,Zhurava Timber\na3,Zhurava Timber\n"
    )
    after = opened(tmp_path / "after", "account_id,name\na1,Zhurava\na2,Amberly Foods\na3,Zhurava Timber\n")
    answer = handovers(after, seen_on=date(2018, 1, 1), earlier=before, earlier_seen_on=date(2017, 6, 1))
    assert [("a1", "2017-03-01", "2017-02-27"), ("a2", "2018-01-01", "2017-06-01")] == [
        (one["account_id"], one["day"], one["not_before"]) for one in answer.document["handovers"]
    ]
    assert [("a2", "handover", ["former_lives_on"])] == [
        (one["account_id"], one["kind"], one["signs"]) for one in answer.document["names"]
    ]
    assert "2 hand-overs" in answer.text
    assert 4 == len(after.engine.rows("SELECT * FROM account_periods"))


def test_an_unclear_name_is_told_and_decides_nothing(tmp_path: Path) -> None:
    """Nobody else bears the former name: a reviewer must look."""
    before = opened(tmp_path / "before", "account_id,name\na2,Zhurava Timber\n")
    after = opened(tmp_path / "after", "account_id,name\na2,Amberly Foods\n")
    answer = handovers(after, seen_on=date(2018, 1, 1), earlier=before)
    assert [] == answer.document["handovers"]
    assert "1 accounts bear an unrelated name" in answer.text
    assert ["unclear"] == [one["kind"] for one in answer.document["names"]]


def test_without_an_earlier_export_only_identifiers_tell(tmp_path: Path) -> None:
    """One export is enough where its rows are dated."""
    answer = handovers(opened(tmp_path / "p", "account_id,name\na1,Zhurava\n"))
    assert (["a1"], []) == (
        [one["account_id"] for one in answer.document["handovers"]],
        answer.document["names"],
    )
