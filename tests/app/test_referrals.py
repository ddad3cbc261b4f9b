"""Referrals by their verbs: out to a peer, in from one, a case opened, and nobody banned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from debar.app.registering import record
from debar.model.problem import DebarError
from debar.register.drafts import gate_draft
from debar.register.entries import EntryDraft
from debar.register.sqlite import SqliteRegister
from desks import ACCOUNTS, IDENTIFIERS, Desk, set_up
from registers import NOW

US, THEM = "ads.example.org/debar", "peer.example.net/debar"
THEIR_ACCOUNTS = "account_id,name\nP1,Northern Voice\nP2,Village Bakery\nP3,Domain Squatter\n"
THEIR_IDENTIFIERS = """account_id,kind,value
P1,email,desk@northwind.example
P1,legal_id,NW-100
P2,email,other@bakery.example
P3,email,squatter@northwind.example
"""


def public_key(desk: Desk, name: str) -> str:
    """Return a key's public half."""
    return str(json.loads(Path(desk.path(f"{name}.key")).read_text())["public"])


def name_peers(ours: Desk, theirs: Desk, *more: str, secret: bool = True) -> None:
    """Write both policies: each names the other."""
    for desk, peer, name in ((ours, theirs, THEM), (theirs, ours, US)):
        lines = ["[referrals]", *more, "[[referrals.peers]]", f'name = "{name}"']
        lines.append(f'public_key = "{public_key(peer, "ana")}"')
        if secret:
            (desk.folder / "peer.secret").write_text("ab" * 32 + "\n")
            lines.append('secret_file = "peer.secret"')
        (desk.folder / "debar.toml").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """Return our desk with a decision in force, the decision, and the peer's desk, each made once."""
    ours = set_up(tmp_path_factory.mktemp("ours"))
    decision = ours.applied()
    theirs = Desk(folder=tmp_path_factory.mktemp("theirs"))
    (theirs.folder / "export").mkdir()
    (theirs.folder / "export" / "accounts.csv").write_text(THEIR_ACCOUNTS)
    (theirs.folder / "export" / "identifiers.csv").write_text(THEIR_IDENTIFIERS)
    for name in ("ana", "ben"):
        theirs.run("key", "new", name, "--out", theirs.path(f"{name}.key"))
    theirs.run("register", "init", "--origin", THEM, "--proposer", theirs.path("ana.key"), "--approver", theirs.path("ben.key"))  # fmt: skip
    (theirs.folder / "decision.toml").write_text((ours.folder / "decision.toml").read_text())
    return ours.folder, decision, theirs.folder


@pytest.fixture
def ours(templates: tuple[Path, str, Path], tmp_path: Path) -> Desk:
    """Return a copy of our desk."""
    return Desk(folder=shutil.copytree(templates[0], tmp_path / "ours"))


@pytest.fixture
def theirs(templates: tuple[Path, str, Path], tmp_path: Path) -> Desk:
    """Return a copy of the peer's desk."""
    return Desk(folder=shutil.copytree(templates[2], tmp_path / "theirs"))


@pytest.fixture
def decision(templates: tuple[Path, str, Path]) -> str:
    """Return the decision."""
    return templates[1]


def send(ours: Desk, decision: str, *more: str, code: int = 0) -> str:
    """Send the decision to the peer; return what was said."""
    result = ours.run(
        "referral", "export", decision, "--to", THEM, "--key", ours.path("ana.key"), "--out", ours.path("list.json"),
        "--policy", ours.path("debar.toml"), *more, code=code,
    )  # fmt: skip
    return result.stdout if code == 0 else result.stderr


def receive(theirs: Desk, file: str, code: int = 0) -> str:
    """Receive a list on the peer's desk; return what was said."""
    result = theirs.run(
        "referral", "import", file, theirs.path("export"), "--by", "ana", "--out", theirs.path("subjects.txt"),
        "--policy", theirs.path("debar.toml"), code=code,
    )  # fmt: skip
    return result.stdout if code == 0 else result.stderr


def test_a_list_goes_out_and_opens_a_case_and_nothing_else(ours: Desk, theirs: Desk, decision: str) -> None:
    """The peer must find its own account, be left with questions, and its gate and what stands be untouched."""
    name_peers(ours, theirs)
    sent = send(ours, decision)
    assert "2 parties" in sent
    assert "keyed with salt and shared secret" in sent
    told = receive(theirs, ours.path("list.json"))
    assert "nobody is banned by it" in told
    subjects = (theirs.folder / "subjects.txt").read_text()
    assert "\naccount:P1\n" in subjects
    assert "# doubtful: account:P3" in subjects
    assert "P2" not in subjects
    for account in ("P1", "P2", "P3"):
        assert theirs.json("check", account)["allowed"]
    with SqliteRegister.open(theirs.folder / "debar.register", read_only=True) as register:
        assert register.standings() == ()
        (entry,) = register.entries_of_type("referral")
        assert entry.body is not None
        assert (entry.body["direction"], entry.body["from"], entry.subjects) == ("received", US, ("P1", "P3"))
        assert entry.body["list"] == json.loads((ours.folder / "list.json").read_text())
        assert register.verify() == ()
    assert "received before" in receive(theirs, ours.path("list.json"))
    with SqliteRegister.open(theirs.folder / "debar.register", read_only=True) as register:
        assert len(register.entries_of_type("referral")) == 1


def test_many_matches_and_many_lists(
    ours: Desk, theirs: Desk, decision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More accounts than fit into one entry must be split over several, and each list be recorded once."""
    monkeypatch.setattr("debar.app.referrals.receiving.SUBJECTS_AN_ENTRY", 1)
    name_peers(ours, theirs)
    for _ in range(2):
        send(ours, decision)
        assert receive(theirs, ours.path("list.json")).startswith("received: ")
    with SqliteRegister.open(theirs.folder / "debar.register", read_only=True) as register:
        entries = register.entries_of_type("referral")
    assert [entry.subjects for entry in entries] == [("P1",), ("P3",)] * 2
    assert ["list" in (entry.body or {}) for entry in entries] == [True, False] * 2


def test_a_plan_starts_from_it_and_needs_everything_that_a_plan_needs(
    ours: Desk, theirs: Desk, decision: str
) -> None:
    """From the file of subjects a plan is made; without approval it must not be applied."""
    name_peers(ours, theirs)
    send(ours, decision)
    receive(theirs, ours.path("list.json"))
    out = theirs.path("plan.json")
    theirs.run("plan", theirs.path("export"), "--subjects", theirs.path("subjects.txt"), "--key", theirs.path("ana.key"),
               "--out", out, "--decision", theirs.path("decision.toml"))  # fmt: skip
    plan = json.loads(Path(out).read_text())
    assert [subject["query"] for subject in plan["subjects"]] == ["account:P1"]
    assert theirs.run("apply", out, "--key", theirs.path("ana.key"), code=1).stderr.startswith("DBR-P")
    assert theirs.json("check", "P1")["allowed"]
    theirs.run("approve", out, "--key", theirs.path("ben.key"))
    theirs.run("apply", out, "--key", theirs.path("ana.key"))
    assert not theirs.json("check", "P1", code=1)["allowed"]


def test_a_planted_entry_bans_nobody(theirs: Desk) -> None:
    """A referral entry that is written like a ban must be refused, or change nothing at the gate."""
    body = {
        "key": {"kind": "account", "value": "P1"},
        "decision_id": "decision-2017-10-26-0a1b2c3d",
        "scopes": ["buy"],
    }
    ban = gate_draft("debar", body, by="ana")
    with SqliteRegister.open(theirs.folder / "debar.register") as register:
        planted = EntryDraft(type="referral", by="ana", body=body, subjects=("P1",), public=ban.public)
        with pytest.raises(DebarError, match="opens a case and never a ban"):
            record(register, [planted], now=NOW)
        record(register, [EntryDraft(type="referral", by="ana", body=body, subjects=("P1",))], now=NOW)
        assert register.standings() == ()
        assert register.verify() == ()
    assert theirs.json("check", "P1")["allowed"]


def test_what_goes_out_is_recorded_and_holds_no_value(ours: Desk, theirs: Desk, decision: str) -> None:
    """The list must hold nothing of ours in clear, no hash of ours, and nothing that an innocent shares."""
    name_peers(ours, theirs)
    send(ours, decision)
    text = (ours.folder / "list.json").read_text()
    rows = [line.split(",") for table in (ACCOUNTS, IDENTIFIERS) for line in table.splitlines()[1:]]
    cells = {cell for row in rows for cell in row if len(cell) > 3} - {
        "legal_id",
        "email",
        "page",
        "card",
        "true",
    }
    assert len(cells) > 12
    assert not any(cell in text for cell in cells)
    document = json.loads(text)
    with SqliteRegister.open(ours.folder / "debar.register", read_only=True) as register:
        bodies = [entry.body for entry in register.entries() if entry.type == "debar" and entry.body]
        (entry,) = register.entries_of_type("referral")
    assert not any(value["value_key"] in text for body in bodies for value in body["watch"])
    assert entry.public["decision_id"] == decision
    assert entry.public["party_count"] == 2
    kinds = [value["kind"] for party in document["parties"] for value in party["values"]]
    assert kinds.count("card") == 1, "the card that the agency and the bakery hold too stays here"
    assert [party["basis"] for party in document["parties"]] == ["named", "named"]


def test_linked_accounts_and_clear_lists_need_the_policys_word(
    ours: Desk, theirs: Desk, decision: str
) -> None:
    """Unconfirmed linked accounts and clear values must go out only where the policy says so."""
    name_peers(ours, theirs)
    assert "DBR-C005" in send(ours, decision, "--clear", code=1)
    name_peers(ours, theirs, "clear = true", "linked = true", 'kinds = ["page", "email"]')
    assert "3 parties" in send(ours, decision, "--clear")
    document = json.loads((ours.folder / "list.json").read_text())
    assert {party["name"] for party in document["parties"]} == {
        "Northwind",
        "Northwind Sport",
        "Harbour Clips",
    }
    values = [value for party in document["parties"] for value in party["values"]]
    assert {value["kind"] for value in values} == {"page", "email"}
    assert {value.get("value") for value in values if value["kind"] == "page"} == {"northwind-page"}
    assert all("hash" in value for value in values if value["kind"] == "email")
    assert "P1" in receive(theirs, ours.path("list.json"))


def test_a_list_without_a_secret_says_so(ours: Desk, theirs: Desk, decision: str) -> None:
    """Where the peers share no secret, whoever holds the list can try values out, and that must be said."""
    name_peers(ours, theirs, secret=False)
    assert "can try values out" in send(ours, decision)
    assert (
        "account:P1" in receive(theirs, ours.path("list.json"))
        or "P1" in (theirs.folder / "subjects.txt").read_text()
    )


def test_a_list_that_matches_nobody_leaves_no_subject(ours: Desk, theirs: Desk, decision: str) -> None:
    """Where nothing is shared, that must be said, and nothing be planned from it."""
    name_peers(ours, theirs)
    send(ours, decision)
    (theirs.folder / "export" / "identifiers.csv").write_text(
        "account_id,kind,value\nP2,email,x@bakery.example\n"
    )
    receive(theirs, ours.path("list.json"))
    assert "No account of ours shares a value" in (theirs.folder / "subjects.txt").read_text()
    told = theirs.run("plan", theirs.path("export"), "--subjects", theirs.path("subjects.txt"), code=2)
    assert "name at least one subject" in told.stderr


def test_what_is_refused_on_the_way_out(ours: Desk, theirs: Desk, decision: str) -> None:
    """No such peer, a key that is not enrolled, nothing that stands: each must be refused by its code."""
    assert (
        "DBR-C001"
        in ours.run(
            "referral",
            "export",
            decision,
            "--to",
            THEM,
            "--key",
            ours.path("ana.key"),
            "--out",
            ours.path("l"),
            code=1,
        ).stderr
    )
    name_peers(ours, theirs)
    ours.run("key", "new", "eve", "--out", ours.path("eve.key"))
    refused = ours.run(
        "referral", "export", decision, "--to", THEM, "--key", ours.path("eve.key"), "--out", ours.path("l"),
        "--policy", ours.path("debar.toml"), code=1,
    )  # fmt: skip
    assert "DBR-C006" in refused.stderr
    assert "DBR-A002" in send(ours, decision, "--platform", ours.path("nowhere"), code=2)
    with SqliteRegister.open(ours.folder / "debar.register") as register:
        lifts = [
            gate_draft(
                "lift",
                {"key": {"kind": "account", "value": one.key_value}, "decision_id": decision},
                by="ana",
            )
            for one in register.standings(decision)
        ]
        record(register, lifts, now=NOW)
    assert "DBR-C007" in send(ours, decision, code=1)


def test_what_is_refused_on_the_way_in(ours: Desk, theirs: Desk, decision: str) -> None:
    """A changed list, a file that is none, and a list of a stranger must leave the register as it was."""
    name_peers(ours, theirs)
    send(ours, decision)
    text = (ours.folder / "list.json").read_text()
    bad = theirs.folder / "bad.json"
    bad.write_text(text.replace('"named"', '"linked"'))
    assert "DBR-C003" in receive(theirs, str(bad), code=1)
    bad.write_bytes(b"\xff")
    assert "DBR-A008" in receive(theirs, str(bad), code=2)
    (theirs.folder / "subjects.bin").write_bytes(b"\xff")
    told = theirs.run("plan", theirs.path("export"), "--subjects", theirs.path("subjects.bin"), code=2)
    assert "DBR-A008" in told.stderr
    (theirs.folder / "debar.toml").write_text("")
    assert "DBR-C001" in receive(theirs, ours.path("list.json"), code=1)
    with SqliteRegister.open(theirs.folder / "debar.register", read_only=True) as register:
        assert register.entries_of_type("referral") == ()
    assert not (theirs.folder / "subjects.txt").exists()


@pytest.mark.parametrize(
    "text",
    [
        "[referrals]\nclear = 1\n", "[referrals]\nkinds = []\n", '[referrals]\nkinds = ["soul"]\n', "[referrals]\nx = 1\n",
        '[[referrals.peers]]\nname = "p"\n', '[[referrals.peers]]\nname = "p"\npublic_key = "00"\n',
        '[[referrals.peers]]\nname = "p"\npublic_key = "zz"\n', "[referrals]\npeers = 5\n",
        f'[[referrals.peers]]\nname = "p"\npublic_key = "{"00" * 32}"\nsecret_file = "nowhere"\n',
        f'[[referrals.peers]]\nname = "p"\npublic_key = "{"00" * 32}"\nsecret_file = "short"\n',
        f'[[referrals.peers]]\nname = "p"\npublic_key = "{"00" * 32}"\nban = true\n',
    ],
)  # fmt: skip
def test_a_policy_about_peers_that_does_not_fit_is_refused(theirs: Desk, text: str) -> None:
    """Unknown settings, kinds and keys, and a secret that is missing or short, must be refused by name."""
    (theirs.folder / "short").write_text("ab")
    (theirs.folder / "debar.toml").write_text(text)
    (theirs.folder / "list.json").write_text("{}")
    assert "DBR-S061" in receive(theirs, theirs.path("list.json"), code=2)
