"""The transparency report over a register that people wrote into with the command line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desks import Decided

EVER = ("report", "--from", "2017-01-01", "--to", "2099-12-31")


def test_the_report_counts_what_was_recorded(decided: Decided) -> None:
    """An appeal upheld, one inadmissible and gone outside, one pending, a denial, a pledge: each is counted."""
    appeal = decided.in_review("N3")
    decided.step("decide", appeal, "--outcome", "upheld", "--reasons", "The card is yours.", by="dora")
    refused = decided.filed("N1")
    decided.step("acknowledge", refused)
    decided.step("admit", refused, "--refuse", "Filed by a stranger.")
    decided.step("escalate", refused, "--route", "out_of_court", "--body", "Appeals Centre")
    decided.filed("N2")
    decided.run(
        "denial", "record", decided.decision, "--who", "RT", "--on", "2017-10-26", "--text", "No.",
        "--key", decided.path("ana.key"),
    )  # fmt: skip
    decided.run(
        "donate", "pledge", decided.decision, "--purpose", "research", "--key", decided.path("ana.key")
    )
    told = decided.json(*EVER)
    assert {name: count for name, count in told["appeals"].items() if count} == {
        "filed": 3, "upheld": 1, "inadmissible": 1, "pending": 1,
    }  # fmt: skip
    assert told["decisions"] == {"made": 1, "named": 2, "linked": 2}
    assert told["out_of_court"]["out_of_court_referred"] == 1
    assert told["other_side"] == {"denials": 1, "responses": 0}
    (band,) = [b for b in told["reversals"]["by_probability"] if b["reviewed"]]
    assert (band["reviewed"], band["right"]) == (1, 1)
    assert {part["name"] for part in told["reversals"]["by_link_basis"]} >= {"card", "email"}
    (money,) = told["money"]
    assert money["pledged"] == decided.json("donate", "show", decided.decision)["pledged"]
    assert next(t for t in told["times"] if t["what"] == "appeal")["count"] == 1


def test_what_was_undone_and_confirmed_is_counted(decided: Decided) -> None:
    """An account let back on appeal and one that was confirmed: the two ends of the calibration check."""
    appeal = decided.in_review("N4")
    decided.step("decide", appeal, "--outcome", "lifted", "--reasons", "It is not theirs.", by="dora")
    decided.change("lift", "N4", "--reason", "It is not theirs.", "--appeal", appeal, by="dora")
    decided.carry_out()
    decided.step("inform", appeal)
    decided.run(
        "denial", "record", decided.decision, "--account", "N3", "--who", "Harbour", "--on", "2017-10-27",
        "--text", "It was sold.", "--key", decided.path("ana.key"),
    )  # fmt: skip
    decided.change("confirm", "N3", "--reason", "it paid by the same card")
    decided.carry_out()
    told = decided.json(*EVER)
    assert (told["decisions"]["made"], told["other_side"]["responses"]) == (1, 1)
    assert (told["reversals"]["on_appeal"], told["reversals"]["without_appeal"]) == (1, 0)
    assert (told["appeals"]["reversed"], told["suspensions"]) == (1, {"confirmed": 1, "lapsed": 0})
    bands = told["reversals"]["by_probability"]
    assert (sum(b["reviewed"] for b in bands), sum(b["right"] for b in bands)) == (2, 1)
    assert {t["what"]: t["count"] for t in told["times"]} == {"plan": 1, "appeal": 1, "notice_of_outcome": 1}
    assert told["notices"] >= 6


def test_the_report_is_written_in_every_form(decided: Decided) -> None:
    """Pages in two languages, CSV and JSON in a folder; each form to the terminal; a window needs its order."""
    files = decided.json(*EVER, "--out", decided.path("told"))["files"]
    assert files == ["report.json", "report.csv", "report.html", "report.de.html"]
    page = (decided.folder / "told" / "report.de.html").read_text()
    assert "Transparenzbericht" in page
    assert "<!doctype html>" in decided.run(*EVER, "--format", "html").stdout.lower()
    rows = list(csv.reader(decided.run(*EVER, "--format", "csv").stdout.splitlines()))
    assert ["decisions", "named", "count", "2", ""] in rows
    assert "Ausgeschlossene benannte Konten" in decided.run(*EVER, "--language", "de").stdout
    assert '"named": 2' in decided.run(*EVER, "--format", "json").stdout
    assert "DBR-A007" in decided.run("report", "--from", "2018-01-01", "--to", "2017-01-01", code=2).stderr
