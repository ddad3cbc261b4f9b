"""The brief of a decision that was answered and appealed: the whole file, and its own checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from debar.briefs.seal import section_text
from debar.briefs.verify import verify_brief

if TYPE_CHECKING:
    from desks import Decided


def test_the_brief_holds_what_the_other_side_said(decided: Decided) -> None:
    """A denial, a response and an appeal that was decided stand in it, and open what the register commits to."""
    key = ("--key", decided.path("ana.key"))
    who = ("denial", "record", decided.decision, "--who", "Northwind", "--on", "2017-10-26")
    decided.run(*who, "--text", "We deny it.\n\nAll of it.", *key)
    decided.run(*who, "--text", "We bought that card used.", "--account", "N3", *key)
    appeal = decided.in_review("N4")
    decided.step("decide", appeal, "--outcome", "lifted", "--reasons", "The card was sold.", by="dora")
    decided.change("lift", "N4", "--reason", "the card was sold", "--appeal", appeal, by="dora")
    decided.carry_out()
    out = Path(decided.path("brief.html"))
    decided.run("brief", decided.decision, "--out", str(out))
    page = out.read_text()
    for words in (
        "We deny it.\n\nAll of it.",
        "We bought that card used.",
        "We never owned that card.",
        "The card was sold.",
        "lifted on appeal",
    ):
        assert words in page, words
    assert {check.name: check.status for check in verify_brief(page)} == dict.fromkeys(
        ("page", "data", "plan", "evidence", "sums", "approvals", "record", "hearing"), "ok"
    )
    letters = json.loads(section_text(page, "case") or "")["statements"]
    assert [(letter["account_id"], letter["status"]) for letter in letters if letter["account_id"] == "N4"] == [
        ("N4", "superseded"), ("N4", "lifted"),
    ]  # fmt: skip


def test_a_brief_without_any_answer_says_none(decided: Decided) -> None:
    """Nobody answered, appealed or was let back: "none" is printed, and the seal has nothing to check."""
    out = Path(decided.path("brief.html"))
    decided.run("brief", decided.decision, "--out", str(out))
    page = out.read_text()
    for words in ("none: nothing was answered, or not yet", "none: the decision stands as it was made"):
        assert words in page, words
    assert {check.name: check.status for check in verify_brief(page)}["hearing"] == "none"
