"""Who gets in, who may do what, and what a browser is told."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from consoles import NOW, PASSWORD, Answer, Browser, open_console
from debar.console.desk.database import DeskDatabase
from debar.console.desk.passwords import digest_of, seal, unseal
from debar.console.desk.people import ROLES
from debar.console.desk.sessions import IDLE, WHOLE
from debar.console.screens.all import SCREENS
from debar.console.started import Options, doors_of, start
from debar.console.web.asking import ANYBODY
from debar.console.web.rendering import static_file
from debar.model.problem import DebarError
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from pathlib import Path

    from consoles import Open

ADDRESSES = [
    *(("GET", page.path, page.allowed) for screen in SCREENS for page in screen.pages),
    *(("GET", file.path, file.allowed) for screen in SCREENS for file in screen.files),
    *(("POST", deed.path, deed.allowed) for screen in SCREENS for deed in screen.deeds),
]
VENDOR = files("debar.console") / "static" / "vendor"


def filled(path: str) -> str:
    """Fill in the parts of an address that vary."""
    return re.sub(r"\{[^}]*\}", "x", path)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_refuses_every_role_that_it_is_not_for(opened: Open, role: str) -> None:
    """No address answers a role that it does not name, and none that it names is refused for its role."""
    opened.desk.people.add("one", roles=[role], password=PASSWORD, signer=None, now=NOW)
    browser = opened.as_("one")
    csrf = browser.csrf
    for method, path, allowed in ADDRESSES:
        if path in ("/sign-out", "/sign-in"):
            continue
        browser.csrf = csrf
        opened.clock.at += timedelta(seconds=5)
        answer = browser.ask(method, filled(path), f"csrf={csrf}".encode())
        may = allowed == ANYBODY or role in allowed
        assert may != ("DBR-K020" in answer.text), (method, path, answer.status, answer.text[:200])
        assert may or answer.status == 403


def test_nobody_who_is_not_signed_in_gets_beyond_the_public_pages(opened: Open) -> None:
    """Without a session every other page leads to signing in, its JSON and its deeds are refused."""
    for method, path, allowed in ADDRESSES:
        browser = opened.browser()
        opened.clock.at += timedelta(seconds=5)
        if allowed == ANYBODY:
            continue
        if method == "POST":
            assert browser.ask("POST", filled(path), b"csrf=").status == 403
        else:
            answer = browser.ask("GET", filled(path))
            assert (303, True) == (answer.status, answer.headers["location"].startswith("/sign-in")), path
    assert opened.browser().ask("GET", "/cases.json").status == 403


def test_an_auditor_has_no_deed() -> None:
    """Whatever is added: an auditor changes nothing."""
    assert ["/sign-out"] == [path for method, path, who in ADDRESSES if method == "POST" and "auditor" in who]


def test_a_form_without_the_sessions_token_does_nothing(opened: Open) -> None:
    """DBR-K021: no token, another session's token, another site's origin."""
    ana, ben = opened.as_("ana"), opened.as_("ben")
    for csrf, headers in (
        ("", {}),
        (ben.csrf, {}),
        (ana.csrf, {"origin": "https://evil.example"}),
        (ana.csrf, {"origin": "null"}),
        (ana.csrf, {"sec-fetch-site": "cross-site"}),
    ):
        answer = ana.ask("POST", "/cases", f"csrf={csrf}&subjects=RT".encode(), headers)
        assert (403, True) == (answer.status, "DBR-K021" in answer.text), (csrf, headers)
    assert [] == opened.desk.cases.everything()


def test_a_sign_in_form_of_another_site_is_refused(opened: Open) -> None:
    """Nobody is signed in as somebody else without their knowing."""
    answer = opened.browser().ask("POST", "/sign-in", f"name=ana&password={PASSWORD}&csrf=".encode())
    assert (403, True) == (answer.status, "DBR-K021" in answer.text)


def test_a_session_gets_a_new_token_at_sign_in_and_ends_when_it_should(opened: Open) -> None:
    """A token that was there before is worth nothing; an idle session ends, and an old one."""
    browser = opened.browser()
    browser.cookies["debar"] = "planted"
    browser.sign_in("ana")
    assert browser.cookies["debar"] != "planted"
    for step, whole in ((IDLE, 1), (IDLE - timedelta(minutes=1), 25)):
        once = opened.as_("ana")
        began = opened.clock.at
        for _ in range(whole):
            opened.clock.at += step
            status = once.ask("GET", "/cases").status
            expected = 303 if step >= IDLE or opened.clock.at - began >= WHOLE else 200
            assert expected == status
        assert once.ask("GET", "/cases").status == 303


def test_a_wrong_password_tells_nothing_and_costs_time(opened: Open) -> None:
    """DBR-K008 for a wrong name as for a wrong password, then DBR-K022."""
    browser = opened.browser()
    browser.get("/sign-in")
    told = {
        re.sub(
            r'value="[^"]*"',
            "",
            browser.post("/sign-in", code=409, name=name, password="wrong words here").text,
        )
        for name in ("ana", "nobody")
    }
    assert len(told) == 1
    assert "DBR-K008" in told.pop()
    for _ in range(7):
        browser.post("/sign-in", code=409, name="ana", password="wrong words here")
    assert "DBR-K022" in browser.post("/sign-in", code=429, name="ana", password=PASSWORD).text


def test_whoever_is_disabled_is_out_at_once(opened: Open) -> None:
    """A session that was open is over, and the sealed key is gone."""
    ben = opened.as_("ben")
    opened.desk.people.disable("ben", now=NOW)
    assert ben.ask("GET", "/cases").status == 303
    assert "DBR-K008" in _signed_in(opened, "ben").text
    with pytest.raises(DebarError, match="DBR-K007"):
        opened.desk.people.signer(opened.desk.people.get("ben"), PASSWORD)


def _signed_in(opened: Open, name: str) -> Answer:
    browser = opened.browser()
    browser.get("/sign-in")
    return browser.post("/sign-in", code=409, name=name, password=PASSWORD)


def test_another_name_of_the_host_is_refused(opened: Open) -> None:
    """DBR-K025: a name that somebody made to point here."""
    browser = opened.browser()
    browser.host = "rebound.example:8480"
    assert "DBR-K025" in browser.ask("GET", "/sign-in").text


def test_a_form_that_is_too_large_is_refused(opened: Open) -> None:
    """DBR-K023, whatever it says of its length."""
    ana = opened.as_("ana")
    assert "DBR-K023" in ana.ask("POST", "/cases", b"csrf=" + b"x" * 70_000).text


def test_the_way_back_after_signing_in_is_one_of_ours(opened: Open) -> None:
    """No open redirect."""
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        browser = opened.browser()
        browser.get("/sign-in")
        assert "/" == browser.post("/sign-in", name="ana", password=PASSWORD, to=to).headers["location"]


def test_each_answer_carries_the_headers(opened: Open) -> None:
    """Strict policy, no frames, nothing kept; no page has a script, a style or a handler of its own in it."""
    ana = opened.as_("ana")
    for answer in (ana.get("/cases"), ana.get("/nothing", code=404), opened.browser().get("/sign-in")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "no-store" == answer.headers["cache-control"]
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", answer.text)
        assert not re.findall(r'(?:src|href|action)="(?!/|#)([^"]+)"', answer.text)


def test_what_is_vendored_is_what_was_published() -> None:
    """Each vendored file has the digest that vendor.json states, and none is there without."""
    listed = json.loads((VENDOR / "vendor.json").read_text())
    held = {one["file"]: hashlib.sha256((VENDOR / one["file"]).read_bytes()).hexdigest() for one in listed}
    assert {one["file"]: one["sha256"] for one in listed} == held
    assert {"vendor.json", *held} == {path.name for path in VENDOR.iterdir()}


@pytest.mark.parametrize("name", ["../console.css", "/etc/passwd", "a/../../app/opening.py", ".", "", "a//b"])
def test_static_files_are_ours_alone(name: str) -> None:
    """A name that climbs out finds nothing."""
    assert static_file(name) is None


def test_what_comes_from_a_platform_is_text(opened: Open) -> None:
    """A name with markup in it is shown as it is."""
    evil = "<img src=x onerror=alert(1)>\"'<script>"
    opened.desk.cases.open({"subjects": [evil]}, by="ana", now=NOW)
    page = opened.as_("ana").get("/cases").text
    assert "<img" not in page
    assert "&lt;img" in page


def test_who_looked_is_noted_and_stays(opened: Open, tmp_path: Path) -> None:
    """Every look and deed of a signed-in person is a row; a row that is altered shows; none can be removed."""
    opened.as_("ana").get("/cases?q=RT")
    eve = opened.as_("eve")
    rows = eve.get("/audit.json").json["views"]
    assert ("ana", "GET", "/cases?q=RT", 200) in [
        (r["name"], r["method"], r["path"], r["status"]) for r in rows
    ]
    assert eve.get("/audit.json").json["first_flaw"] is None
    with sqlite3.connect(tmp_path / "desk" / "desk.sqlite") as database:
        for change in ("UPDATE views SET name = 'eve'", "DELETE FROM views"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(change)
        database.execute("DROP TRIGGER views_stay")
        database.execute("UPDATE views SET path = '/elsewhere' WHERE seq = 2")
    assert 2 == eve.get("/audit.json").json["first_flaw"]


def test_a_sealed_key_opens_with_its_password_and_its_name_only() -> None:
    """DBR-K003 for another password, or for a key that was put under another name."""
    signer = Ed25519Signer("ana", b"\x07" * 32)
    sealed = seal(signer, PASSWORD)
    assert signer == unseal(sealed, name="ana", password=PASSWORD)
    assert b"\x07" * 32 not in sealed
    for name, password in (("ana", PASSWORD + "!"), ("ben", PASSWORD)):
        with pytest.raises(DebarError, match="DBR-K003"):
            unseal(sealed, name=name, password=password)


def test_a_weak_password_is_refused() -> None:
    """DBR-K002."""
    with pytest.raises(DebarError, match="DBR-K002"):
        digest_of("short")


def test_people_are_added_whole_or_not_at_all(opened: Open) -> None:
    """DBR-K004 for a name, a role or a key that does not fit; DBR-K005 for one that is there; DBR-K006."""
    people = opened.desk.people
    key = Ed25519Signer("somebody", b"\x08" * 32)
    for code, name, roles, signer in (
        ("DBR-K004", "Ana Maria", ["proposer"], None),
        ("DBR-K004", "fay", ["boss"], None),
        ("DBR-K004", "fay", [], None),
        ("DBR-K004", "fay", ["approver"], key),
        ("DBR-K005", "ana", ["approver"], None),
    ):
        with pytest.raises(DebarError, match=code):
            people.add(name, roles=roles, password=PASSWORD, signer=signer, now=NOW)
    with pytest.raises(DebarError, match="DBR-K006"):
        people.get("fay")
    assert {"reviewer"} == set(people.change_roles("ana", ["reviewer"]).roles)


def test_another_file_is_no_desk(tmp_path: Path) -> None:
    """DBR-K001: a file of something else, a desk of another version."""
    (tmp_path / "text").write_text("not a database, and longer than a header " * 10)
    with pytest.raises(DebarError, match="DBR-K001"):
        DeskDatabase(tmp_path / "text")
    with sqlite3.connect(tmp_path / "later") as later:
        later.execute("PRAGMA user_version = 9")
    with pytest.raises(DebarError, match="DBR-K001"):
        DeskDatabase(tmp_path / "later")


@pytest.mark.parametrize(
    ("listen", "public", "code"),
    [
        ("8480", None, "DBR-K030"),
        ("127.0.0.1:0", None, "DBR-K030"),
        ("127.0.0.1:8480", "console.example.org", "DBR-K030"),
        ("0.0.0.0:8480", None, "DBR-K031"),
        ("0.0.0.0:8480", "http://console.example.org", "DBR-K031"),
    ],
)
def test_the_console_listens_on_loopback_unless_told_how_it_is_reached(
    opened: Open, listen: str, public: str | None, code: str
) -> None:
    """DBR-K030 for no address; DBR-K031 where passwords would travel in the clear."""
    options = Options(
        folder=opened.files.folder / "desk", platform=None, listen=listen, public_address=public
    )
    with pytest.raises(DebarError, match=code):
        start(opened.desk.setting, options)


def test_a_port_that_is_taken_is_said(opened: Open) -> None:
    """DBR-K032."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = Options(
            folder=opened.files.folder / "desk", platform=None, listen=f"127.0.0.1:{taken.getsockname()[1]}"
        )
        with pytest.raises(DebarError, match="DBR-K032"):
            start(opened.desk.setting, options)


def test_behind_a_proxy_cookies_travel_by_https_only(opened: Open) -> None:
    """With a public https address the cookie is Secure and bound to the host."""
    options = Options(
        folder=opened.files.folder,
        platform=None,
        listen="127.0.0.1:8480",
        public_address="https://debar.example.org",
    )
    doors = doors_of("127.0.0.1", 8480, options)
    opened.console.doors = doors
    browser = Browser(application=opened.console.application(), host="debar.example.org")
    answer = browser.get("/sign-in")
    assert "__Host-debar-form=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_a_desk_opens_again_with_all_that_it_held(opened: Open) -> None:
    """People, cases and views are there after a restart."""
    case = opened.case()
    again = open_console(opened.files)
    assert case in again.as_("ben").get("/cases").text


def test_a_page_that_fails_tells_nothing_of_our_insides(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DBR-K016: the page says that it was us; what went wrong goes to the log."""
    ana = opened.as_("ana")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret of the inside")

    monkeypatch.setattr(type(opened.desk.cases), "everything", broken)
    answer = ana.ask("GET", "/cases")
    assert (500, True, False) == (answer.status, "DBR-K016" in answer.text, "secret" in answer.text)
