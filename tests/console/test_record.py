"""The record, the statements, and the public's side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from console_steps import applied
from consoles import PASSWORD
from debar.app.hearing.filing import link

if TYPE_CHECKING:
    from consoles import Browser, Open


@pytest.fixture
def banned(opened: Open) -> tuple[str, Browser]:
    """Return a case in force, and Ana's browser."""
    return applied(opened)


def test_the_public_reads_the_record_and_no_name(opened: Open, banned: tuple[str, Browser]) -> None:
    """Every entry is listed with its digest; what is inside is for people who signed in."""
    _, ana = banned
    nobody = opened.browser()
    listed = nobody.get("/record.json").json
    assert listed["head"]["size"] == len(listed["entries"])
    debars = [one["seq"] for one in listed["entries"] if one["type"] == "debar"]
    for seq in debars:
        shown = nobody.get(f"/record/{seq}").text
        assert not re.search(r"Northwind|Harbour Clips|\bN[123]\b", shown)
        assert nobody.get(f"/record/{seq}.json").json["inside"] is None
    assert "N" in ana.get(f"/record/{debars[0]}.json").json["inside"]["body"]["key"]["value"]
    assert 0 < len(nobody.get("/record.json?type=approval").json["entries"]) < len(listed["entries"])
    assert "DBR-R019" in nobody.get("/record/99999", code=409).text
    assert "DBR-K027" in nobody.get("/record/x", code=404).text


def test_older_entries_follow_the_newer_ones(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page every entry once, also of one type."""
    monkeypatch.setattr("debar.console.screens.record.ENTRIES", 2)
    applied(opened)
    for chosen in ("", "debar"):
        seen: list[int] = []
        before = None
        while True:
            address = f"/record.json?type={chosen}" + (f"&before={before}" if before else "")
            got = opened.browser().get(address).json
            seen += [one["seq"] for one in got["entries"]]
            before = got["next"]
            if before is None:
                break
        assert sorted(seen, reverse=True) == seen
        whole = opened.files.json("register", "verify")
        assert len(set(seen)) == len(seen)
        assert chosen or len(seen) == whole["revision"]


def test_an_entrys_proof_holds_offline(opened: Open, banned: tuple[str, Browser]) -> None:
    """The file that is handed over is one that debar verify accepts."""
    _, ana = banned
    head = ana.get("/record.json").json["head"]
    file = opened.files.folder / "entry.tlog-proof"
    file.write_bytes(opened.browser().get("/record/3/proof").body)
    shown = opened.browser().get("/record/3.json").json
    assert shown["proof"] == file.read_text()
    assert head["size"] == int(head["checkpoint"].splitlines()[1])


def test_the_record_is_published_as_plain_files(opened: Open, banned: tuple[str, Browser]) -> None:
    """A button writes them; debar record verify holds over them."""
    _, ana = banned
    ana.get("/record")
    ana.post("/record/publish")
    public = opened.files.folder / "desk" / "public"
    key = ana.get("/record.json").json["head"]["key"]
    opened.files.run("record", "verify", str(public), "--key", key)
    assert str(public) in ana.get("/record").text
    assert str(public) not in opened.browser().get("/record").text


def test_statements_are_written_with_the_apply_and_not_handed_out_stale(
    opened: Open, banned: tuple[str, Browser]
) -> None:
    """DBR-K069 after a pledge, until they are written anew; DBR-K068 for what is none."""
    case, ana = banned
    page = f"/cases/{case}/statements"
    shown = ana.get(f"{page}.json").json
    assert not shown["stale"]
    assert "Nothing" not in shown["text"]
    assert len(shown["notices"]) == ana.get(f"/cases/{case}/plan.json").json["plan"]["changes"]
    assert ana.get(f"{page}/post.html").text.startswith("<!doctype html>")
    assert "DBR-K068" in ana.get(f"{page}/made.json", code=404).text
    ana.get(f"/cases/{case}/money")
    ana.post(f"/cases/{case}/pledge", purpose="research", password=PASSWORD)
    assert ana.get(f"{page}.json").json["stale"]
    assert "DBR-K069" in ana.get(f"{page}/post.html", code=409).text
    given: Any = {"name": "Open Institute", "amount": "9.00", "purpose": "research"}
    words: Any = {"conflict": "none", "independence": "publishes", "password": PASSWORD}
    ana.get(f"/cases/{case}/money")
    ana.post(f"/cases/{case}/allocate", **given, **words)
    ana.get(page)
    ana.post(page)
    opened.desk.jobs.work_off()
    assert not ana.get(f"{page}.json").json["stale"]
    assert "Open Institute" in ana.get(f"{page}/post.txt").text
    assert ana.get(f"{page}.json?language=de").json["text"] != ana.get(f"{page}.json").json["text"]


def test_an_appeal_is_filed_by_its_link_word_for_word(opened: Open, banned: tuple[str, Browser]) -> None:
    """Without signing in; DBR-K026 without words, DBR-H006 for a link that is none, DBR-K022 too often."""
    case, ana = banned
    decision = ana.get(f"/cases/{case}/plan.json").json["force"]["decision_id"]
    token = link(opened.desk.setting, decision, "N3", until=None).document["link"]
    holder = opened.browser()
    holder.get(f"/appeal/{token}")
    assert "DBR-K026" in holder.post(f"/appeal/{token}", code=400, grounds=" ").text
    words = "We never <b>owned</b> that card.\nAsk the bank."
    holder.get(f"/appeal/{token}")
    sent = holder.post(f"/appeal/{token}", grounds=words, name="Kim", relief="yes")
    assert "received" in holder.get(sent.headers["location"]).text
    (appeal,) = opened.files.json("appeal", "list")["appeals"]
    assert [words] == appeal["steps"][0]["said"]["grounds"]
    assert "DBR-H006" in holder.get("/appeal/debar-appeal-1.x.y", code=409).text
    for _ in range(5):
        holder.ask("POST", f"/appeal/{token}", f"csrf={holder.csrf}&grounds=".encode())
    assert "DBR-K022" in holder.post(f"/appeal/{token}", code=429, grounds=words).text


def test_nobody_is_stated_to_before_the_apply(opened: Open) -> None:
    """The page says so; there is no file."""
    case = opened.case()
    ana = opened.as_("ana")
    assert "Nothing is stated yet" in ana.get(f"/cases/{case}/statements").text
    assert "DBR-K068" in ana.get(f"/cases/{case}/statements/post.html", code=404).text
