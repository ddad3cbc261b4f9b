"""Counts that are kept between two runs of debar links."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from debar.app.assuring.calibrating import links
from debar.app.assuring.kept_counts import MANIFEST
from debar.app.opening import Setting, open_platform, prepare
from debar.evidence.parameters import Parameters
from debar.linking.links import ensure_links
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path

TOLD = "SELECT account_a, account_b, p_owner, p_operator, weight, carries_a_ban FROM {} ORDER BY 1, 2"


def write_platform(folder: Path, owners: dict[str, str], *, prefix: str = "") -> Path:
    """Write three accounts an owner, on a mailbox, a telephone and a card; an owner's word is his legal id."""
    folder.mkdir()
    accounts, held = [], []
    for place, (owner, legal_id) in enumerate(owners.items()):
        for side in "abc":
            account = f"{prefix}{owner}{side}"
            accounts.append((account, f"Shop {owner} {side}"))
            held += [
                (account, "legal_id", legal_id),
                (account, "email", f"{owner}@shop{owner}.example"),
                (account, "phone", f"+4930{place:07d}"),
                (account, "card", f"fp_{place // 3}"),
            ]
    for name, header, rows in (
        ("accounts", ("account_id", "name"), accounts),
        ("identifiers", ("account_id", "kind", "value"), held),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


def link(platform: Path, keep: Path, out: Path) -> dict[str, Any]:
    """Link a platform with kept counts; return what is told."""
    opened = open_platform(platform, Setting())
    return dict(links(opened, out, at_least=0, keep=keep).document["kept"])


OWNERS = {f"o{n:02}": f"L{n}" for n in range(30)}


def test_a_second_run_counts_what_changed_and_tells_what_a_full_run_tells(tmp_path: Path) -> None:
    """One owner gone, one new, one with other papers: nine accounts; all links are those of a full run."""
    keep, out = tmp_path / "counts", tmp_path / "links.parquet"
    assert link(write_platform(tmp_path / "one", OWNERS), keep, out)["changed_accounts"] is None
    changed = {**OWNERS, "o04": "other", "o30": "L30"}
    changed.pop("o29")
    platform = write_platform(tmp_path / "two", changed)
    assert {"folder": str(keep), "changed_accounts": 9} == link(platform, keep, out)
    anew = open_platform(platform, Setting())
    prepare(anew)
    weights = Parameters.from_json(json.loads((keep / MANIFEST).read_text())["parameters"])
    ensure_links(anew.engine, weights, anew.policy)
    told = (
        "SELECT account_a, account_b, p_owner / 1e6, p_operator / 1e6, owner_millibits / 1e3, carries_a_ban"
    )
    full = anew.engine.rows(f"{told} FROM links ORDER BY 1, 2")
    assert len(full) > 90
    assert full == anew.engine.rows(TOLD.format(f"read_parquet('{out}')"))
    assert 0 == link(platform, keep, out)["changed_accounts"]


def test_counts_of_another_platform_or_policy_are_refused(tmp_path: Path) -> None:
    """DBR-A096: other accounts; another crowd cap."""
    keep, out = tmp_path / "counts", tmp_path / "links.parquet"
    platform = write_platform(tmp_path / "one", OWNERS)
    link(platform, keep, out)
    with pytest.raises(DebarError, match="of other evidence") as caught:
        link(write_platform(tmp_path / "other", OWNERS, prefix="x"), keep, out)
    assert ("DBR-A096", ("of 90 accounts then only 0 are here now",)) == (
        caught.value.code,
        caught.value.details,
    )
    policy = tmp_path / "debar.toml"
    policy.write_text("crowd_cap = 100\n")
    with pytest.raises(DebarError, match="of other evidence") as caught:
        links(open_platform(platform, Setting(policy_file=policy)), out, at_least=0, keep=keep)
    assert ("crowd_cap: 200 then, 100 now",) == caught.value.details


def test_counts_by_other_means_are_made_anew(tmp_path: Path) -> None:
    """Another version of debar or of the database may number and grade otherwise."""
    keep, out = tmp_path / "counts", tmp_path / "links.parquet"
    platform = write_platform(tmp_path / "one", OWNERS)
    link(platform, keep, out)
    document = json.loads((keep / MANIFEST).read_text())
    (keep / MANIFEST).write_text(json.dumps({**document, "made_by": "an older one"}))
    assert link(platform, keep, out)["changed_accounts"] is None
    assert 0 == link(platform, keep, out)["changed_accounts"]


@pytest.mark.parametrize("damage", ["foreign", "missing", "damaged"])
def test_a_folder_that_holds_something_else_is_left_alone(damage: str, tmp_path: Path) -> None:
    """DBR-A097, and what is in the folder stays."""
    keep, out = tmp_path / "counts", tmp_path / "links.parquet"
    platform = write_platform(tmp_path / "one", OWNERS)
    if damage == "foreign":
        keep.mkdir()
        (keep / "thesis.txt").write_text("mine")
    else:
        link(platform, keep, out)
        pairs = keep / "link_pairs.parquet"
        pairs.unlink() if damage == "missing" else pairs.write_bytes(b"PAR1 no more")
    before = sorted(path.name for path in keep.iterdir())
    with pytest.raises(DebarError, match="holds no kept counts") as caught:
        link(platform, keep, out)
    assert "DBR-A097" == caught.value.code
    assert before == sorted(path.name for path in keep.iterdir())
