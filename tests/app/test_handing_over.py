from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest

from debar.app.assuring.handing_over import handovers
from debar.app.opening import Setting, open_platform
from debar.model.problem import DebarError
from real_platforms import google_2022, google_2025, real_rows

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened
    from real_platforms import RealPlatform

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


def test_a_register_of_ids_tells_a_sold_account_without_an_earlier_export(tmp_path: Path) -> None:
    """A legal id under a name in another script than its register's: told, on no known day."""
    (tmp_path / "registry.csv").write_text("legal_id,name\nREG 3,Zhurava Timber\n", encoding="utf-8")
    platform = opened(tmp_path / "p", "account_id,name\na2,泉州雨辰科技\na3,Zhurava Stone\n")
    answer = handovers(platform, registry=tmp_path / "registry.csv")
    assert [("a2", "handover")] == [(one["account_id"], one["kind"]) for one in answer.document["names"]]
    assert "1 more by name alone, on no known day" in answer.text
    (tmp_path / "registry.csv").write_text("id\nREG 3\n", encoding="utf-8")
    with pytest.raises(DebarError) as refused:
        handovers(platform, registry=tmp_path / "registry.csv")
    assert refused.value.code == "DBR-A095"


def write_real(folder: Path, platform: RealPlatform) -> Path:
    """Write a public library as a platform's folder."""
    folder.mkdir()
    for name, header, rows in (
        ("accounts", ("account_id", "name"), platform.names.items()),
        ("identifiers", ("account_id", "kind", "value"), platform.held),
    ):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


@pytest.mark.real
@pytest.mark.ci
def test_campaigns_whose_accounts_went_to_traders_are_reported(tmp_path: Path) -> None:
    """Google's lists of 2022 and 2025 and the FEC's names: SIGE's accounts, and Ohio's party in Quanzhou."""
    registry = tmp_path / "fec.csv"
    with registry.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("legal_id", "name"))
        for row in reversed(real_rows("google_2022_accounts_labelled.csv")):
            if row["COMMID"] and row["Committee_Name"]:
                writer.writerow((f"FEC ID {row['COMMID']}", row["Committee_Name"]))
    before, after = (
        open_platform(write_real(tmp_path / name, platform), Setting())
        for name, platform in (("2022", google_2022()), ("2025", google_2025()))
    )
    answer = handovers(
        after,
        seen_on=date(2025, 4, 1),
        earlier=before,
        earlier_seen_on=date(2022, 11, 30),
        registry=registry,
    )
    told = {
        (one["former"].upper(), one["later"]) for one in answer.document["names"] if one["kind"] == "handover"
    }
    sige = "SIGE (USA) INFORMATION TECHNOLOGY CO., LTD"
    assert ("MOOLENAAR FOR CONGRESS", sige) in told
    assert any(former.startswith("OHIO REPUBLICAN PARTY") for former, _ in told)
    dated = {one["former"][0] for one in answer.document["handovers"]}
    assert "MOOLENAAR FOR CONGRESS" in {name.upper() for name in dated}
    assert len(told) <= 6
