"""From a sample to a bound: draw, answer, calibrate, freeze, plan; and the refusals on the way."""

from __future__ import annotations

import base64
import csv
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from debar.app.assuring.answers_file import read_labels
from debar.app.assuring.calibrating import links
from debar.app.assuring.frozen_file import read_frozen
from debar.app.assuring.sampling import review_sample
from debar.app.opening import Setting, open_platform
from debar.app.planning import Wish, make_plan, plan_answer, read_decision
from debar.model.problem import DebarError
from debar.plans.plan import read_plan
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.plans.plan import Plan


def write_platform(folder: Path, *, linked: bool = True, owners: int = 40, papers: bool = True) -> Path:
    """Write owners with three accounts on one mailbox and phone; not linked: strangers on borrowed ones."""
    folder.mkdir()
    rows, held = [], []
    for n in range(owners):
        for side in "abc":
            account = f"{side}{n}"
            rows.append((account, f"Shop {n} {side}"))
            if linked:
                held.append((account, "legal_id", f"L{n}"))
            else:
                held.append((account, "page", f"page{n}"))
                held += [(account, "legal_id", f"L{n}{side}")] if n else []
            held += [
                (account, "email", f"box{n}@shop{n}.example"),
                (account, "phone", f"+4930{n:07d}"),
                (account, "card", f"fp_{n // 2}"),
            ]
    held = [row for row in held if papers or row[1] != "legal_id"]
    for name, header, table in (
        ("accounts", ("account_id", "name"), rows),
        ("identifiers", ("account_id", "kind", "value"), held),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([header, *table])
    return folder


def answer(sample: Path, out: Path, *, wrong: int = 0) -> Path:
    """Answer a sample as a reviewer who knows that the number in an account's id is its owner."""
    with sample.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        same = row["account_a"][1:] == row["account_b"][1:]
        row["judgement"] = "positive" if same != (place < wrong) else "negative"
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return out


def plan_for(opened: Opened) -> Plan:
    """Plan a ban of one account."""
    wish = Wish(
        platform="platform",
        subjects=("account:a0",),
        decision=read_decision(None),
        proposed_by="nobody",
        proposer_key="",
        now=datetime(2017, 10, 26, 13, tzinfo=UTC),
    )
    return make_plan(opened, wish, rates=shipped_rates(), register=None)


def test_a_sample_is_answered_calibrated_frozen_and_bounds_a_plan(tmp_path: Path) -> None:
    """The reviewers' file comes back as labels; the frozen calibration gives the plan its bound."""
    platform = write_platform(tmp_path / "platform")
    opened = open_platform(platform, Setting())
    drawn = review_sample(opened, tmp_path / "s.csv", size=150, seed_text="", blind=True)
    assert drawn.document["pairs"] == 150
    labels = answer(tmp_path / "s.csv", tmp_path / "labels.csv")
    frozen, page = tmp_path / "calibration.json", tmp_path / "page.html"
    told = links(opened, tmp_path / "l.parquet", at_least=0, labels=labels, freeze=frozen, html=page)
    assert told.document["calibrated"] is True
    assert "calibrated on 150 reviewed pairs" in told.text
    assert "<svg" in page.read_text()
    assert "http://" not in page.read_text().replace("http://www.w3.org/2000/svg", "")
    plan = plan_for(open_platform(platform, Setting(calibration_file=frozen)))
    bound = plan.document["bound"]
    assert (2, True) == (bound["linked"], bound["at_most"] is not None)
    assert bound["reviewed"] > 0
    assert f"Bound: {bound['sentence']}" in plan_answer(plan).text
    assert plan.document == read_plan(plan.text()).document


def test_a_plan_whose_bound_was_written_by_hand_contradicts_itself(tmp_path: Path) -> None:
    """A rosier bound under a fresh digest is refused."""
    from debar.plans.plan import DraftPlan, freeze

    plan = plan_for(open_platform(write_platform(tmp_path / "platform"), Setting()))
    assert "no bound can be given" in plan.document["bound"]["sentence"]
    document = {name: value for name, value in plan.document.items() if name != "plan_sha256"}
    document["bound"] = {**document["bound"], "at_most": 0}
    with pytest.raises(DebarError) as refused:
        read_plan(freeze(DraftPlan(document=document)).text())
    assert refused.value.code == "DBR-P007"
    assert "the bound does not follow from the plan's evidence" in refused.value.details


def test_without_labels_the_links_are_audited_and_say_so(tmp_path: Path) -> None:
    """Uncalibrated, with the hold-out audit's sentence."""
    opened = open_platform(write_platform(tmp_path / "platform"), Setting())
    told = links(opened, tmp_path / "l.parquet", at_least=0)
    assert "(uncalibrated)" in told.text
    assert told.document["audit"]["verdict"] == "healthy"
    assert "held out, legal ids agree in" in told.text


def test_a_plan_on_data_that_identifies_nobody_is_refused(tmp_path: Path) -> None:
    """Strangers on borrowed mailboxes: links are written and marked, a plan that rests on them is refused."""
    opened = open_platform(write_platform(tmp_path / "platform", linked=False), Setting())
    told = links(opened, tmp_path / "l.parquet", at_least=0)
    assert told.document["audit"]["verdict"] == "not identifiable"
    with pytest.raises(DebarError) as refused:
        plan_for(opened)
    assert ("DBR-A094", 1) == (refused.value.code, refused.value.exit_code)
    assert "not identifiable; set priors or review 200 pairs" in str(refused.value)


def test_a_plan_on_fitted_weights_that_nothing_audits_is_refused(tmp_path: Path) -> None:
    """No account states papers: there are enough pairs to fit, and none to audit."""
    large = open_platform(write_platform(tmp_path / "large", owners=90, papers=False), Setting())
    with pytest.raises(DebarError) as refused:
        plan_for(large)
    assert "cannot audit" in str(refused.value)
    assert refused.value.code == "DBR-A094"


def test_a_reviewers_file_hides_the_score_and_an_open_one_shows_it(tmp_path: Path) -> None:
    """Evidence first, masked; blind by default; both files read back to the same strata."""
    platform = write_platform(tmp_path / "platform")
    for blind in (True, False):
        opened = open_platform(platform, Setting())
        review_sample(opened, tmp_path / f"{blind}.csv", size=30, seed_text="", blind=blind)
    blind_text, open_text = ((tmp_path / f"{blind}.csv").read_text() for blind in (True, False))
    assert "p_owner" not in blind_text
    assert "firm 7" not in blind_text
    assert "box0@" not in blind_text
    assert open_text.splitlines()[0].index("evidence") < open_text.splitlines()[0].index("p_owner")
    engine = DuckEngine(threads=1)
    for blind in (True, False):
        answer(tmp_path / f"{blind}.csv", tmp_path / f"{blind}-answered.csv")
    assert read_labels(engine, tmp_path / "True-answered.csv") == read_labels(
        engine, tmp_path / "False-answered.csv"
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("account_a,account_b\na,b\n", None),
        ("account_a,account_b,judgement\na,b,yes\n", "judgement"),
        ("account_a,account_b,judgement\na,a,positive\n", "judgement"),
        ("account_a,account_b,judgement\na,b,positive\nb,a,negative\n", "judgement"),
        ("account_a,account_b,judgement,draw\na,b,positive,Zm9v\n", "draw"),
        (
            "account_a,account_b,judgement,draw\na,b,positive,"
            + base64.urlsafe_b64encode(b"firm 9;4").decode()
            + "\n",
            "draw",
        ),
    ],
)
def test_labels_that_are_none_are_refused_by_record(text: str, column: str | None, tmp_path: Path) -> None:
    """A missing column, an unknown word, one account twice, a contradiction, a draw that is none: DBR-A090."""
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DebarError) as refused:
        read_labels(DuckEngine(threads=1), tmp_path / "labels.csv")
    assert refused.value.code == "DBR-A090"
    assert refused.value.place is not None
    assert refused.value.place.column == column


def test_labels_on_other_platforms_pairs_are_refused(tmp_path: Path) -> None:
    """No label is on a candidate pair, or the file is not there: DBR-A090."""
    opened = open_platform(write_platform(tmp_path / "platform"), Setting())
    (tmp_path / "labels.csv").write_text("account_a,account_b,judgement\nx,y,positive\n")
    for name in ("labels.csv", "nowhere.csv"):
        with pytest.raises(DebarError) as refused:
            links(opened, tmp_path / "l.parquet", at_least=0, labels=tmp_path / name)
        assert refused.value.code == "DBR-A090"


def test_nothing_is_frozen_where_nothing_was_reviewed(tmp_path: Path) -> None:
    """A calibration without labels would be an empty promise: DBR-A092."""
    opened = open_platform(write_platform(tmp_path / "platform"), Setting())
    with pytest.raises(DebarError) as refused:
        links(opened, tmp_path / "l.parquet", at_least=0, freeze=tmp_path / "c.json")
    assert refused.value.code == "DBR-A092"


def calibrated(tmp_path: Path) -> tuple[Path, Path]:
    """Return a platform and the calibration that its reviewers' answers froze."""
    platform = write_platform(tmp_path / "platform")
    review_sample(open_platform(platform, Setting()), tmp_path / "s.csv", size=150, seed_text="", blind=True)
    labels = answer(tmp_path / "s.csv", tmp_path / "labels.csv", wrong=10)
    frozen = tmp_path / "calibration.json"
    links(
        open_platform(platform, Setting()), tmp_path / "l.parquet", at_least=0, labels=labels, freeze=frozen
    )
    return platform, frozen


def test_a_fresh_export_stays_calibrated_under_the_frozen_weights(tmp_path: Path) -> None:
    """New accounts move the fit, not the calibrated numbers; and the plan's base rests on the calibration."""
    platform, frozen = calibrated(tmp_path)
    before = plan_for(open_platform(platform, Setting(calibration_file=frozen)))
    fresh = write_platform(tmp_path / "fresh", owners=60)
    after = plan_for(open_platform(fresh, Setting(calibration_file=frozen)))
    unfrozen = plan_for(open_platform(platform, Setting()))
    numbers = [
        {m["account_id"]: m["p_owner"] for m in plan.document["members"] if m["status"] != "out"}
        for plan in (before, after, unfrozen)
    ]
    assert numbers[0] == numbers[1]
    assert numbers[0] != numbers[2]
    assert {m["calibrated"] for m in before.document["members"]} == {True}
    assert before.document["bound"]["calibrated"] is True
    base, other = before.document["base"], unfrozen.document["base"]
    assert base["model_sha256"] != other["model_sha256"]


def test_a_calibration_of_other_evidence_is_refused(tmp_path: Path) -> None:
    """Another crowd cap, other families or another key: DBR-A091, and it says which."""
    platform, frozen = calibrated(tmp_path)
    document = json.loads(frozen.read_text())
    for name, other in (("crowd_cap", 9), ("families", {"pixel_group": "web"}), ("key_id", "theirs")):
        (tmp_path / "other.json").write_text(json.dumps({**document, name: other}))
        with pytest.raises(DebarError) as refused:
            open_platform(platform, Setting(calibration_file=tmp_path / "other.json"))
        assert (refused.value.code, refused.value.exit_code) == ("DBR-A091", 1)
        assert name.removesuffix("_id") in refused.value.details[0]


def test_a_file_that_is_no_calibration_is_refused(tmp_path: Path) -> None:
    """Nothing, something else, weights that nobody checked, weights of other codes: DBR-A091."""
    _, frozen = calibrated(tmp_path)
    document = json.loads(frozen.read_text())
    unchecked = {name: value for name, value in document["parameters"].items() if name != "calibration"}
    for text in (
        "{}",
        "no json",
        json.dumps({**document, "version": 1}),
        json.dumps({**document, "parameters": unchecked}),
        json.dumps({**document, "parameters": {**document["parameters"], "crowd_buckets": [2]}}),
        json.dumps({**document, "parameters": {**document["parameters"], "calibrated": False}}),
    ):
        (tmp_path / "c.json").write_text(text)
        with pytest.raises(DebarError) as refused:
            read_frozen(tmp_path / "c.json")
        assert refused.value.code == "DBR-A091"
