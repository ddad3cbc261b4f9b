"""The public record by its verbs: published, checked from a folder and over HTTP, proved to each party."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.app.record.page import SHOWN_MAX, PublicDecisions
from debar.app.registering import record
from debar.register.entries import EntryDraft
from debar.register.notes import Checkpoint, VerifierKey, parse_key
from debar.register.published.seal import sealed
from debar.register.sqlite import SqliteRegister
from debar.register.tree import EMPTY_ROOT
from debar.stores.keys import load_register_secrets
from desks import ACCOUNTS, IDENTIFIERS, Desk, set_up
from outsiders import WitnessServer, file_server
from registers import LOG, NOW, ORIGIN, salts

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a desk's folder after one decision was applied, made once, and the decision."""
    desk = set_up(tmp_path_factory.mktemp("record"))
    return desk.folder, desk.applied()


@pytest.fixture
def desk(template: tuple[Path, str], tmp_path: Path) -> Desk:
    """Return a copy of that desk."""
    folder = shutil.copytree(template[0], tmp_path / "desk")
    return Desk(folder=folder)


@pytest.fixture
def decided(template: tuple[Path, str]) -> str:
    """Return the decision that was applied."""
    return template[1]


def key_of(desk: Desk) -> str:
    """Return the log's verifier key."""
    with SqliteRegister.open(desk.folder / "debar.register", read_only=True) as register:
        return str(register.key)


def size_of(desk: Desk) -> int:
    """Return how many entries the register has."""
    with SqliteRegister.open(desk.folder / "debar.register", read_only=True) as register:
        return register.revision()


def test_published_checked_and_published_again(desk: Desk) -> None:
    """A published record must verify, grow with the register, and be left alone when nothing is new."""
    public = desk.path("public")
    first = desk.json("record", "publish", public)
    size = size_of(desk)
    assert (first["size_before"], first["size"], first["files_written"]) == (0, size, 5)
    assert desk.json("record", "publish", public)["files_written"] == 0
    kept = desk.folder / "kept"
    kept.write_bytes((desk.folder / "public" / "checkpoint").read_bytes())
    desk.run(
        "register", "enrol", "--key", desk.path("cem.key"), "--role", "approver", "--by", desk.path("ben.key")
    )
    assert desk.json("record", "publish", public)["size"] == size + 1
    done = desk.json("record", "verify", public, "--key", key_of(desk), "--kept", str(kept))
    assert (done["verified"], done["size"]) == (True, size + 1)
    assert [check["what"] for check in done["checks"] if check["ok"] is False] == []
    assert any("it says what the entries say" in check["what"] for check in done["checks"])


def test_a_published_record_names_nobody(desk: Desk) -> None:
    """No account, name, address, page, domain or number of the case may stand in any published byte."""
    desk.run("record", "publish", desk.path("public"))
    published = b"\n".join(p.read_bytes() for p in (desk.folder / "public").rglob("*") if p.is_file())
    with SqliteRegister.open(desk.folder / "debar.register", read_only=True) as register:
        entries = register.entries()
        private = {value for entry in entries for value in (entry.by or "", *(entry.subjects or ()))}
        keyed = {w["value_key"] for e in entries if e.type == "debar" and e.body for w in e.body["watch"]}
    assert len(keyed) > 2
    rows = [line.split(",") for line in (ACCOUNTS + IDENTIFIERS).splitlines()]
    cells = {cell for row in rows for cell in row if len(cell) > 3 or "@" in cell}
    columns = {"account_id", "name", "legal_name", "handle", "declared_agency", "kind", "value", "true"}
    kinds = {"legal_id", "email", "page", "card"}
    assert len(cells - columns - kinds) > 12
    for value in (private - {"N1", "N2", "N3"}) | keyed | (cells - columns - kinds):
        assert value.encode() not in published, value
    for account in (b"N1", b"N2", b"N3"):  # too short to search for in base64 and hashes
        assert b'"' + account + b'"' not in published


def test_a_record_over_http(desk: Desk) -> None:
    """A record must verify from a plain web server, and a change on the server must be found."""
    desk.run("record", "publish", desk.path("public"))
    with file_server(desk.folder / "public") as url:
        done = desk.json("record", "verify", f"{url}/", "--key", desk.path("public/log.pub"))
        assert done["verified"]
        page = desk.folder / "public" / "index.html"
        page.write_text(page.read_text().replace("banned", "praised"))
        assert "FAIL  index.html" in desk.run("record", "verify", url, code=1).stdout
        page.unlink()
        tile = next((desk.folder / "public" / "tile" / "entries").rglob(str(size_of(desk))))
        tile.write_bytes(tile.read_bytes()[:-1])
        assert f"FAIL  tile/entries/000.p/{size_of(desk)}" in desk.run("record", "verify", url, code=1).stdout
    assert "DBR-S060" in desk.run("record", "verify", url, code=1).stderr


def test_the_verifiers_key(desk: Desk) -> None:
    """A key that came with the record must be said to prove nothing; another key must fail; none is refused."""
    desk.run("record", "publish", desk.path("public"))
    elsewhere = Desk(folder=desk.folder / "elsewhere")
    told = elsewhere.run("record", "verify", desk.path("public")).stdout
    assert "skip  log.pub: this key came with the record" in told
    other = parse_key(key_of(desk))
    wrong = str(type(other)(name=other.name, public_key=LOG.public_key))
    assert "FAIL" in elsewhere.run("record", "verify", desk.path("public"), "--key", wrong, code=1).stdout
    Path(desk.path("public/log.pub")).unlink()
    assert "DBR-A081" in elsewhere.run("record", "verify", desk.path("public"), code=2).stderr
    assert "DBR-A080" in elsewhere.run("record", "verify", desk.path("nowhere"), code=2).stderr


def test_a_proof_for_each_party(desk: Desk, decided: str) -> None:
    """A party, a decision and an entry must each be provable, and each proof check offline."""
    key = key_of(desk)
    elsewhere, out = Desk(folder=desk.folder / "elsewhere"), desk.path("one.tlog-proof")
    with SqliteRegister.open(desk.folder / "debar.register", read_only=True) as register:
        approval = register.entries_of_type("approval")[0]
    for what, opened in (("N1", {"subject 0": "N1"}), (decided, {}), (approval.id, {})):
        desk.run("record", "prove", what, "--out", out)
        done = elsewhere.json("record", "verify", out, "--key", key)
        assert (done["verified"], done["opened"]) == (True, opened)
    assert "DBR-A081" in elsewhere.run("record", "verify", out, code=2).stderr
    changed = Path(out).read_text().replace(f"index {approval.seq}", f"index {approval.seq + 1}")
    Path(out).write_text(changed)
    assert "DBR-R021" in desk.run("record", "verify", out, code=1).stderr
    Path(out).write_bytes(b"\xff")
    assert "DBR-A008" in desk.run("record", "verify", out, code=2).stderr
    for nobody in ("nobody", "debar-2", "debar-99"):
        assert "DBR-A082" in desk.run("record", "prove", nobody, "--out", out, code=1).stderr


def test_what_was_erased_can_still_be_proved(desk: Desk) -> None:
    """After an erasure the tree must verify, the entry be provable by its id, and nothing of it be guessable."""
    path = desk.folder / "debar.register"
    with SqliteRegister.open(path) as register:
        note = EntryDraft(type="case", by="ana", body={"query": "Ivan Petrov"}, subjects=("acct-ivan",))
        seq = record(register, [note], now=NOW).entries[0].seq
        desk.run("record", "publish", desk.path("public"))
        signer = load_register_secrets(path).log_signer
        register.erase("acct-ivan", by="ana", salt=salts(1, 9)[0], now=NOW, signer=signer)
        assert register.verify() == ()
    desk.run("record", "publish", desk.path("public"))
    assert desk.json("record", "verify", desk.path("public"))["verified"]
    assert (
        "DBR-A082"
        in desk.run("record", "prove", "acct-ivan", "--out", desk.path("x.tlog-proof"), code=1).stderr
    )
    desk.run("record", "prove", f"case-{seq}", "--out", desk.path("x.tlog-proof"))
    assert desk.json("record", "verify", desk.path("x.tlog-proof"))["opened"] == {}


@pytest.fixture
def witnesses(desk: Desk) -> Iterator[tuple[WitnessServer, WitnessServer]]:
    """Return two running witnesses, and a policy that asks for one of them."""
    key = parse_key(key_of(desk))
    with ExitStack() as stack:
        made = [
            stack.enter_context(WitnessServer(f"witness.example/w{n}", bytes([n]) * 32, key).running())
            for n in (1, 2)
        ]
        lines = [f'[[record.witnesses]]\nkey = "{one.key}"\nurl = "{one.url}"\n' for one in made]
        (desk.folder / "debar.toml").write_text("[record]\nat_least = 1\n" + "".join(lines))
        yield made[0], made[1]


def test_witnesses_are_asked_and_enough_are_enough(
    desk: Desk, witnesses: tuple[WitnessServer, WitnessServer]
) -> None:
    """Both must sign; where one is away the other is enough; where both are, nothing is published."""
    one, two = witnesses
    policy = ("--policy", desk.path("debar.toml"))
    first = desk.json("record", "publish", desk.path("public"), *policy)
    assert first["cosigned_by"] == ["witness.example/w1", "witness.example/w2"]
    assert desk.json("record", "verify", desk.path("public"), *policy)["verified"]
    assert desk.json("record", "publish", desk.path("public"), *policy)["files_written"] == 0
    assert [len(one.asked), len(two.asked)] == [1, 1]
    desk.run("record", "prove", "N1", "--out", desk.path("n.tlog-proof"), "--published", desk.path("public"))
    told = desk.run("record", "verify", desk.path("n.tlog-proof"), *policy).stdout
    assert "witness witness.example/w2 signed the checkpoint" in told
    desk.run(
        "register", "enrol", "--key", desk.path("cem.key"), "--role", "approver", "--by", desk.path("ben.key")
    )
    one.answer = (404, b"")
    second = desk.json("record", "publish", desk.path("public"), *policy)
    assert second["cosigned_by"] == ["witness.example/w2"]
    assert "it does not know this log" in second["witnesses_missing"][0]
    before = (desk.folder / "public" / "checkpoint").read_bytes()
    desk.run(
        "register", "enrol", "--key", desk.path("ana.key"), "--role", "approver", "--by", desk.path("ben.key")
    )
    two.answer = (500, b"")
    assert "DBR-R040" in desk.run("record", "publish", desk.path("public"), *policy, code=1).stderr
    assert before == (desk.folder / "public" / "checkpoint").read_bytes()
    two.answer = (422, b"")
    assert "DBR-R043" in desk.run("record", "publish", desk.path("public"), *policy, code=1).stderr


@pytest.mark.parametrize(
    "text",
    [
        "[record]\nat_least = 2\n", "[record]\nat_least = true\n", '[record]\nwhat = "x"\n', "record = 5\n",
        '[[record.witnesses]]\nurl = "http://w.example"\n', '[[record.witnesses]]\nkey = "no key"\n',
        f'[[record.witnesses]]\nkey = "{parse_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")}"\n',
        "[record]\nwitnesses = 5\n",
    ],
)  # fmt: skip
def test_a_policy_about_witnesses_that_does_not_fit_is_refused(desk: Desk, text: str) -> None:
    """Unknown settings, impossible numbers and keys that are no witness's must be refused by name."""
    (desk.folder / "debar.toml").write_text(text)
    told = desk.run("record", "publish", desk.path("public"), "--policy", desk.path("debar.toml"), code=2)
    assert "DBR-S061" in told.stderr


def test_a_policy_that_cannot_be_read_is_refused(desk: Desk) -> None:
    """A broken file must be refused; tables about others must not disturb a plan's policy."""
    (desk.folder / "debar.toml").write_text("[record")
    told = desk.run("record", "publish", desk.path("public"), "--policy", desk.path("debar.toml"), code=2)
    assert "DBR-S001" in told.stderr
    (desk.folder / "debar.toml").write_text("hops_max = 2\n[record]\nat_least = 0\n")
    plan = desk.plan("--policy", desk.path("debar.toml"))
    assert '"hops_max": 2' in Path(plan).read_text()


def test_a_page_of_another_version_is_told_apart(desk: Desk) -> None:
    """A page that the log sealed but this debar would write otherwise must be said not to be compared."""
    desk.run("record", "publish", desk.path("public"))
    signer = load_register_secrets(desk.folder / "debar.register").log_signer
    page = desk.folder / "public" / "index.html"
    for size, words in (
        (size_of(desk), "made by another version of debar"),
        (3, "of revision 3; publish again"),
    ):
        page.write_bytes(sealed("<p>else</p>", origin=signer.name, size=size, signer=signer))
        assert words in desk.run("record", "verify", desk.path("public")).stdout


def test_the_page_says_what_the_leaves_say() -> None:
    """Bans, suspensions, lifts and what else happened must be told of each decision, the newest first."""
    decisions = PublicDecisions()
    base = {"at": "2017-10-26T12:00:00Z", "decision_id": "decision-2017-10-26-0a1b2c3d"}
    leaves = [
        {"type": "plan", "plan_sha256": "5" * 64}, {"type": "debar", "because": "named"},
        {"type": "debar", "because": "linked", "until": "2017-11-25"}, {"type": "debar", "because": "linked"},
        {"type": "denial"}, {"type": "denial"}, {"type": "lift"}, {"type": "case", "decision_id": "not an id"},
        {"type": "pledge", "decision_id": "decision-2017-10-27-00000000"},
        {"type": "plan", "decision_id": "decision-2017-10-28-00000000"},
    ]  # fmt: skip
    for seq, leaf in enumerate(leaves):
        decisions.add({**base, **leaf, "id": f"{leaf['type']}-{seq}"})
    page = decisions.page(Checkpoint(origin=ORIGIN, size=9, root=EMPTY_ROOT), parse_key(f"{_key()}"))
    said = (
        "1 account banned from advertising as named; 2 accounts as linked, suspended until 25 November 2017"
        " at the latest; 1 account lifted; 2 answers recorded word for word."
    )
    assert said in page
    assert "a plan was recorded." in page
    assert "decision-2017-10-27-00000000" not in page
    assert page.index("decision-2017-10-28-00000000") < page.index("decision-2017-10-26-0a1b2c3d")
    assert "entries 0 to 6" in page


def test_a_long_page_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more decisions than a page can carry, the rest must be counted."""
    monkeypatch.setattr("debar.app.record.page.SHOWN_MAX", 2)
    assert SHOWN_MAX > 2
    decisions = PublicDecisions()
    for n in range(5):
        leaf = {
            "type": "plan",
            "id": f"plan-{n}",
            "at": "2017-10-26",
            "decision_id": f"decision-2017-10-26-0000000{n}",
        }
        decisions.add(leaf)
    page = decisions.page(Checkpoint(origin=ORIGIN, size=5, root=EMPTY_ROOT), parse_key(_key()))
    assert "and 3 earlier ones" in page


def test_an_empty_record_has_a_page_too() -> None:
    """Before the first decision the page must say so."""
    page = PublicDecisions().page(Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT), parse_key(_key()))
    assert "None yet." in page


def _key() -> str:
    return str(VerifierKey(name=ORIGIN, public_key=LOG.public_key))
