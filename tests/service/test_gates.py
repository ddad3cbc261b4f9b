"""Gates on other hosts, by real processes and connections: a ban holds when the wait for it returns."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from benchmarks.gate.certificates import make_certificate

from debar.app.answer import Answer
from debar.app.gates.administering import fence, status
from debar.app.gates.putting import put_in_force
from debar.app.gates.shadowing import shadow_report
from debar.app.verifying import verify
from debar.gate.protocol.certificate import verify_certificate
from debar.gate.remote import Link, RemoteGate, Trust
from debar.gate.selling.bids import BidFilter
from debar.gate.table.standing import TableStanding
from debar.model.problem import DebarError
from debar.register.drafts import gate_draft
from debar.service.gates.register import FAR_ENTRIES
from debar.service.gates.relaying import read_tokens
from debar.service.started import Options, start
from debar.stores.clock import SystemClock
from debar.stores.outside import read_gate_tails, read_gate_timing
from gate_services import Served, get
from gate_worlds import World, now
from registers import DECISION, debar

if TYPE_CHECKING:
    from pathlib import Path

    from debar.plans.plan import Plan


def ends(certificate: dict[str, Any]) -> dict[str, str]:
    """Return what became of each gate, by its name."""
    return {gate["gate"].split("/")[0]: gate["end"] for gate in certificate["gates"]}


def test_a_ban_holds_at_every_gate_when_apply_returns(tmp_path: Path) -> None:
    """Each gate denies as soon as the wait has returned, and the signed certificate names each of them."""
    world = World(tmp_path)
    with world.served(), world.gate("ads-1") as one, world.gate("ads-2") as two:
        assert one.wait(10)
        assert two.wait(10)
        assert one.check("a1").allowed
        certificate = world.ban("a1")
        assert [gate.check("a1").verdict for gate in (one, two)] == ["debarred", "debarred"]
        assert {"ads-1": "acknowledged", "ads-2": "acknowledged"} == ends(certificate)
        assert all(check.ok for check in verify_certificate(certificate))
        assert one.check("a2").allowed
        assert one.check_keys([("domain", "HTTPS://Example.org/x"), ("account", "a2")]).allowed
        assert not one.check_keys([("account", "a2"), ("account", "a1")]).allowed
        world.lift("a1")
        assert one.check("a1").allowed
        told = status(world.setting, now=now())
        assert (told.exit_code, len(told.document["gates"])) == (0, 2)
        assert get(world.port, "/v1/accounts/a1/buy")[0] == 200
        one.leave()
        two.leave()
        time.sleep(0.6)
        assert ends(world.ban("a3")) in ({"direct": "acknowledged"}, {"ads-1": "left", "ads-2": "left"})


def test_a_leased_gate_stands_behind_bids_and_requests(tmp_path: Path) -> None:
    """Where ads are sold, a leased gate must be asked about several keys, and the answer's end be passed on."""
    world = World(tmp_path)
    body = {"key": {"kind": "domain", "value": "rt.com"}, "decision_id": DECISION, "scopes": ["serve"]}
    bids = b'{"seatbid":[{"bid":[{"id":"b1","adomain":["news.RT.com"]},{"id":"b2","adomain":["ft.com"]}]}]}'
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(10)
        assert BidFilter(gate=gate).filtered(bids, now=now()).bid_count == 2
        world.effect(world.record(gate_draft("debar", body, by="ana"), debar("a1")))
        done = BidFilter(gate=gate).filtered(bids, now=now())
        assert (done.bid_count, [out.kind for out in done.removed]) == (1, ["domain"])
        assert gate.check_keys([("account", "a1"), ("domain", "ft.com")]).verdict == "debarred"
        assert gate.usable_seconds(gate.check_keys([("domain", "https://WWW.ft.com/")], action="serve")) > 0
        with pytest.raises(DebarError, match="DBR-G002"):
            gate.check_keys([("card", "4242424242424242")])


def test_what_keeps_answers_is_in_every_certificate(tmp_path: Path) -> None:
    """A proxy's cache that the policy declares is named, whether the service signs or the applier."""
    world = World(tmp_path)
    with world.policy.open("a") as policy:
        policy.write('[gate.tails]\nnginx = 4\n"video cdn" = 1800\n')
    named = [["nginx", "video cdn"], ["nginx", "video cdn"]]
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(10)
        served = world.ban("a1")
        gate.leave()
    alone = world.ban("a2")
    found = [[one.split(" behind ")[0] for one in made["not_guaranteed"]] for made in (served, alone)]
    assert named == found
    assert all(check.ok for made in (served, alone) for check in verify_certificate(made))


def test_without_gates_a_ban_is_in_force_with_its_commit(tmp_path: Path) -> None:
    """The embedded case needs no service, and the certificate says so; applied twice, it is the same one."""
    world = World(tmp_path)
    revision = world.record(debar("a1"))
    certificate = world.effect(revision)
    assert {"direct": "acknowledged"} == ends(certificate)
    assert ends(world.effect(revision)) == ends(certificate)
    assert all(check.ok for check in verify_certificate(certificate))
    assert certificate["committed_at"] == certificate["effective_at"]


@pytest.mark.ci
def test_nobody_joins_without_a_token_of_its_own(tmp_path: Path) -> None:
    """A wrong token is refused with a reason; a token of one gate does not let another in."""
    world = World(tmp_path)
    with world.served(), world.gate("ads-1", token="wrong") as wrong:
        assert not wrong.wait(0.4)
        assert any("DBR-G031" in text and "401" in text for text in world.said)
        with world.gate("ads-1", token=world.token("ads-2")) as other:
            assert not other.wait(0.4)
        assert get(world.port, "/v1/gate")[0] == 426
        assert get(world.port, "/v1/snapshots/" + "0" * 64)[0] == 404
    assert status(world.setting, now=now()).document["gates"] == []


@pytest.mark.parametrize(
    "url", ["ads.example.org:8470", "ftp://h:1", "http://", "http://h:x", "http://h:1/path"]
)
def test_an_address_that_is_none(url: str) -> None:
    """Only http and https with a host are addresses of a register."""
    with pytest.raises(DebarError, match="DBR-G030"):
        Link.parse(url)


@pytest.mark.ci
def test_a_register_that_is_away_costs_nobody_a_sale(tmp_path: Path) -> None:
    """While the service is down, the lease goes on; when it is back, a ban recorded meanwhile takes effect."""
    world = World(tmp_path)
    with world.served() as first, world.gate("ads-1") as gate:
        assert gate.wait(10)
        first.kill()
        revision = world.record(debar("a1"))
        time.sleep(0.3)
        assert gate.check("a2").allowed
        assert gate.check("a1").allowed, "nobody has told it yet, and nobody was told that it is in force"
        with world.served():
            certificate = world.effect(revision)
            assert not gate.check("a1").allowed
            assert certificate["restarted"]
            assert {"ads-1": "acknowledged"} == ends(certificate)


@pytest.mark.ci
def test_a_gate_that_is_away_is_waited_for_until_its_lease_ends(tmp_path: Path) -> None:
    """A gate without a connection holds up an apply until its lease has ended; then it denies everybody."""
    world = World(tmp_path, lease_seconds=2)
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(10)
        gate.link = Link.parse("http://127.0.0.1:1")
        connection = gate._connection  # noqa: SLF001 - cut from outside, as a network does
        assert connection is not None
        connection.shutdown(2)
        began = time.monotonic()
        certificate = world.ban("a1")
        assert 1 < time.monotonic() - began < 4
        assert {"ads-1": "lease_ended"} == ends(certificate)
        assert [gate.check(account).verdict for account in ("a1", "a2")] == ["stale", "stale"]
        assert any("waiting for ads-1" in text for text in world.said)


@pytest.mark.ci
def test_a_fenced_gate_is_not_waited_for(tmp_path: Path) -> None:
    """An operator's word ends the wait, stands in the certificate, and reaches a gate that still lives."""
    world = World(tmp_path)
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(10)
        with pytest.raises(DebarError, match="DBR-A085"):
            fence(world.setting, "ads-9", by="ana", reason="powered off", now=now())
        fence(world.setting, "ads-1", by="ana", reason="powered off", now=now())
        certificate = world.ban("a1")
        assert {"ads-1": "fenced"} == ends(certificate)
        assert "ana (powered off)" in certificate["gates"][0]["why"]
        time.sleep(0.3)
        assert gate.check("a2").verdict == "stale"


@pytest.mark.ci
def test_modes_that_guarantee_nothing_are_named(tmp_path: Path) -> None:
    """Shadow allows and says what it would have said; best effort allows without a lease; both are named."""
    world = World(tmp_path)
    with (
        world.served(),
        world.gate("ads-1", mode="shadow") as shadow,
        world.gate("ads-2", mode="best_effort") as best,
    ):
        assert shadow.wait(10)
        assert best.wait(10)
        certificate = world.ban("a1")
        assert {"ads-1": "not_guaranteed", "ads-2": "not_guaranteed"} == ends(certificate)
        assert len(certificate["not_guaranteed"]) == 2
        time.sleep(0.3)
        answer = shadow.check("a1")
        assert (answer.allowed, answer.would) == (True, "debarred")
        assert not best.check("a1").allowed


@pytest.mark.ci
def test_a_forks_child_denies_until_it_has_a_lease(tmp_path: Path) -> None:
    """A forked child answers no first, becomes a gate of its own, and the parent is not disturbed."""
    world = World(tmp_path)
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(10)
        child = os.fork()
        if child == 0:
            first = gate.check("a1").allowed
            os._exit(0 if not first and gate.wait(10) and gate.check("a1").allowed else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert gate.check("a1").allowed


@pytest.mark.ci
def test_one_process_serves_a_register(tmp_path: Path) -> None:
    """A second one is refused before it takes charge."""
    world = World(tmp_path)
    with world.served(), pytest.raises(AssertionError, match="DBR-V004"):
        Served("--register", world.path)


def test_a_token_needs_a_name(tmp_path: Path) -> None:
    """A name that could be read as a path or two words is none."""
    world = World(tmp_path)
    for name in ("", "a b", "a/b", "-a", "x" * 65):
        with pytest.raises(DebarError, match="DBR-A084"):
            world.token(name)


def test_times_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """The policy's lease, renewal and answers must fit together."""
    file = tmp_path / "debar.toml"
    for text in ("lease_seconds = 1", 'lease_seconds = "x"', "renew_seconds = 400", "grace = 1"):
        file.write_text(f"[gate]\n{text}\n")
        with pytest.raises(DebarError, match="DBR-S061"):
            read_gate_timing(file)
    for text in ("tails = 3", 'tails = { cdn = "x" }', "tails = { cdn = 0 }", "tails = { cdn = true }"):
        file.write_text(f"[gate]\n{text}\n")
        with pytest.raises(DebarError, match="DBR-S061"):
            read_gate_tails(file)
    file.write_text("[gate]\nlease_seconds = 20\n")
    assert (read_gate_timing(file).term_ns, read_gate_timing(file).renew_ns) == (20 * 10**9, 5 * 10**9)


@pytest.mark.ci
def test_an_interrupted_apply_is_taken_up(tmp_path: Path) -> None:
    """Ctrl-C during the wait leaves the decision recorded; the same command takes up the wait."""
    world = World(tmp_path, lease_seconds=2)

    def interrupt(_text: str) -> None:
        raise KeyboardInterrupt

    with world.served() as service, world.gate("ads-1") as gate:
        assert gate.wait(10)
        service.kill()
        key = world.record(debar("a1"))
        plan = cast("Plan", SimpleNamespace(sha256=key.removeprefix("apply ")))
        nothing = Answer(document={"revision": 1}, text="applied")
        impatient = replace(world.setting, progress=interrupt)
        file = tmp_path / "certificate.json"
        with pytest.raises(DebarError, match="DBR-A086"):
            put_in_force(impatient, plan, nothing, clock=SystemClock(), file=file)
        assert not file.exists()
        answer = put_in_force(world.setting, plan, nothing, clock=SystemClock(), file=file)
        assert "1 lease ended" in answer.text, "nobody serves it, and every lease is over"
        assert not gate.check("a1").allowed
        verified = verify(file)
        assert (verified.exit_code, json.loads(file.read_text())["gates"][0]["end"]) == (0, "lease_ended")


@pytest.mark.ci
def test_behind_a_relay(tmp_path: Path) -> None:
    """A gate behind a relay has a lease by way of it, and a ban waits for that gate's own word."""
    world = World(tmp_path)
    token, gate_token = world.token("relay-1", kind="relay"), world.token("ads-1")
    (tmp_path / "token").write_text(token + "\n")
    (tmp_path / "gates").write_text(f"# gates\nads-1 {gate_token}\n")
    with world.served():
        relay = Served(
            "--upstream", f"http://127.0.0.1:{world.port}", "--name", "relay-1", "--policy", world.policy,
            "--token-file", tmp_path / "token", "--gate-tokens", tmp_path / "gates",
        )  # fmt: skip
        try:
            with world.gate("ads-1", port=relay.port, token=gate_token) as gate:
                assert gate.wait(10)
                assert gate.check("a1").allowed
                assert get(relay.port, "/v1/accounts/a2/buy")[0] == 200
                certificate = world.ban("a1", "a2")
                assert {"ads-1": "acknowledged", "relay-1": "acknowledged"} == ends(certificate)
                assert next(one["ways"] for one in certificate["gates"] if one["gate"].startswith("ads-1"))
                assert not gate.check("a1").allowed
                assert get(relay.port, "/v1/accounts/a2/buy")[0] == 403
                assert get(relay.port, "/health")[0] == 200
                assert "debar_relay_gates 1\n" in get(relay.port, "/metrics")[2].decode()
        finally:
            assert relay.stop() == 0


@pytest.mark.ci
def test_shadow_over_http(tmp_path: Path) -> None:
    """A service in shadow lets everybody through and records whom it would not have, with the revenue."""
    world = World(tmp_path)
    world.record(debar("a1"))
    log = tmp_path / "shadow.jsonl"
    with world.served("--shadow-log", str(log)):
        for revenue in ("12.50 USD", "0.25 USD", "x"):
            status_code, headers, _ = get(world.port, "/v1/accounts/a1/buy", {"x-debar-revenue": revenue})
            assert (200, "debarred") == (status_code, headers["x-debar-would"])
        assert "x-debar-would" not in get(world.port, "/v1/accounts/a2/buy")[1]
    log.write_text(log.read_text() + "not a line\n")
    report = shadow_report([log])
    assert report.document["accounts"] == [
        {
            "account": "a1",
            "count": 3,
            "would": ["debarred"],
            "decisions": [DECISION],
            "revenue": {"USD": "12.750000"},
        }
    ]
    assert (report.document["refusals"], report.document["unread_lines"]) == (3, 1)
    assert "12.750000 USD" in report.text


@pytest.mark.parametrize(
    "options",
    [
        Options(listen="127.0.0.1:0", upstream="http://127.0.0.1:1"),
        Options(listen="127.0.0.1:0", cache_seconds=5),
        Options(listen="127.0.0.1:0", checks_only=True, cache_seconds=5),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, options: Options) -> None:
    """A relay without its token, and kept answers that nobody waits for or knows of, do not start."""
    world = World(tmp_path)
    with pytest.raises(DebarError, match="DBR-V005"):
        start(world.setting, options)


def test_a_list_of_tokens_is_read_strictly(tmp_path: Path) -> None:
    """A line that is not a name and a token is refused with its place."""
    file = tmp_path / "gates"
    file.write_text("ads-1 token\n\nads-2\n")
    with pytest.raises(DebarError, match="DBR-V006"):
        read_tokens(file)


@pytest.mark.ci
def test_tls_on_both_sides(tmp_path: Path) -> None:
    """A gate trusts the register by its authority, and shows a certificate instead of a token."""
    make_certificate(tmp_path)
    files = {name: tmp_path / f"{name}.pem" for name in ("chain", "key")}
    world = World(tmp_path)
    tls = ("--tls-certificate", files["chain"], "--tls-key", files["key"])
    with world.served(*map(str, tls), "--tls-callers", str(files["chain"])):
        trust = Trust(authorities=files["chain"], certificate=files["chain"], key=files["key"])
        gate = RemoteGate(Link.parse(f"https://localhost:{world.port}", trust), name="localhost")
        stranger = RemoteGate(
            Link.parse(f"https://localhost:{world.port}", Trust(authorities=files["chain"])), name="localhost"
        )
        try:
            assert gate.wait(10), "the certificate's name is the gate's"
            assert {"localhost": "acknowledged"} == ends(world.ban("a1"))
            assert not gate.check("a1").allowed
            assert not stranger.wait(0.3)
        finally:
            gate.close()
            stranger.close()


@pytest.mark.ci
def test_a_gate_that_is_far_behind_fetches_a_table(tmp_path: Path) -> None:
    """A new gate of a large register gets a table, checks it, and goes on with the log from there."""
    world = World(tmp_path)
    world.record(*(debar(f"b{number}") for number in range(FAR_ENTRIES + 1)))
    with world.served(), world.gate("ads-1") as gate:
        assert gate.wait(60), world.said
        assert [gate.check(account).verdict for account in ("b0", f"b{FAR_ENTRIES}")] == ["debarred"] * 2
        assert gate.check("a1").allowed
        assert isinstance(gate.core.standing, TableStanding)
        world.ban("a1")
        assert not gate.check("a1").allowed
        world.lift("b0")
        time.sleep(0.5)
        assert gate.check("b0").allowed
