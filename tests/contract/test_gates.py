"""What is kept of the gates beside the log, whatever the register is stored in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.model.problem import EXIT_STALE, DebarError
from debar.register.address import PostgresAddress, open_register
from debar.register.entries import EntryDraft
from postgres_servers import PostgresServer
from registers import DECISION, debar, lift, new_postgres_register, record

if TYPE_CHECKING:
    from debar.register.address import RegisterAddress
    from debar.register.writing import Register

CASE = EntryDraft(type="case", by="ana", body={"query": "RT"})
TERM_NS = 300 * 10**9


def test_one_register_is_in_charge(register: Register, address: RegisterAddress) -> None:
    """Whoever takes over must have a higher epoch, and the one before must be refused from then on."""
    with open_register(address) as other:
        first = register.gates.take_over(epoch_at_least=1_000, term_ns=TERM_NS)
        register.gates.confirm(first)
        second = other.gates.take_over(epoch_at_least=500, term_ns=1)
        assert (first, second, other.gates.term_max_ns()) == (1_000, 1_001, TERM_NS)
        other.gates.confirm(second)
        with pytest.raises(DebarError, match="DBR-R058") as caught:
            register.gates.confirm(first)
        assert caught.value.exit_code == EXIT_STALE
        assert register.gates.take_over(epoch_at_least=5_000, term_ns=1) == 5_000


def test_who_is_not_in_charge_changes_nothing(register: Register) -> None:
    """Each write of a register that was deposed must be refused in its own transaction, an append too."""
    gates = register.gates
    old = gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
    gates.put_line(old, "ads-1", {"state": "active"})
    new = gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
    for write in (
        lambda: gates.put_line(old, "ads-1", {"state": "dormant"}),
        lambda: gates.remove_line(old, "ads-1"),
        lambda: gates.keep_term(old, 1),
        lambda: gates.put_certificate(old, "apply 1", decision_id=DECISION, document={}),
        lambda: record(register, debar("a1"), guard=lambda: gates.check(old)),
    ):
        with pytest.raises(DebarError, match="DBR-R058"):
            write()
    assert (gates.lines(), gates.term_max_ns()) == ({"ads-1": {"state": "active"}}, TERM_NS)
    assert (gates.certificate("apply 1"), register.revision()) == (None, 2)
    assert record(register, debar("a1"), guard=lambda: gates.check(new)).revision == 3


def test_nobody_is_in_charge_at_first(register: Register) -> None:
    """Before a register has taken over, none may write."""
    with pytest.raises(DebarError, match="DBR-R058"):
        register.gates.confirm(0)
    with pytest.raises(DebarError, match="DBR-R058"):
        register.gates.put_line(0, "ads-1", {})
    assert (register.gates.term_max_ns(), register.gates.lines()) == (0, {})


def test_lines_and_the_term_are_kept(register: Register, address: RegisterAddress) -> None:
    """What was written must be there for whoever opens the register next, the later line of two."""
    epoch = register.gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
    register.gates.put_line(epoch, "ads-2", {"ways": {"": 1}, "mode": "ключ"})
    register.gates.put_line(epoch, "ads-1", {"ways": {"": 1}})
    register.gates.put_line(epoch, "ads-1", {"ways": {"": 2}})
    register.gates.keep_term(epoch, 2 * TERM_NS)
    with open_register(address) as again:
        assert again.gates.lines() == {"ads-1": {"ways": {"": 2}}, "ads-2": {"ways": {"": 1}, "mode": "ключ"}}
        assert again.gates.term_max_ns() == 2 * TERM_NS
    register.gates.remove_line(epoch, "ads-2")
    assert list(register.gates.lines()) == ["ads-1"]


def test_what_has_no_certificate_is_told(register: Register) -> None:
    """A decision must be told as uncertified until its certificate is kept, and other appends never."""
    record(register, CASE, request_key="case 1")
    record(register, CASE, debar("a1"), debar("a2"), request_key="apply 1")
    record(register, lift("a1"), request_key="lift 1")
    record(register, debar("a9"))  # asked for under no key
    found = register.gates.uncertified()
    assert [(one.request_key, one.first_seq, one.revision) for one in found] == [
        ("apply 1", 3, 6),
        ("lift 1", 6, 7),
    ]
    assert [one.request_key for one in register.gates.uncertified(after=6)] == ["lift 1"]
    epoch = register.gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
    register.gates.put_certificate(epoch, "apply 1", decision_id=DECISION, document={"n": 1})
    assert [one.request_key for one in register.gates.uncertified()] == ["lift 1"]
    assert register.gates.certificates_of(DECISION) == [{"n": 1}]


def test_a_certificate_is_written_once(register: Register) -> None:
    """A certificate that was kept must stay as it is, also when a register that restarted makes it again."""
    epoch = register.gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
    register.gates.put_certificate(epoch, "apply 1", decision_id=DECISION, document={"n": 1})
    register.gates.put_certificate(epoch, "apply 1", decision_id=DECISION, document={"n": 2})
    assert register.gates.certificate("apply 1") == {"n": 1}
    for statement in ("UPDATE gate_certificates SET document = ''", "DELETE FROM gate_certificates"):
        with pytest.raises(DebarError, match="DBR-R026"):
            register._database.execute(statement)  # noqa: SLF001 - another client's statement
    assert register.verify() == ()


def test_a_confirmation_waits_for_the_standby() -> None:
    """What a deposed primary could say by itself must not confirm anything: a grant needs the standby."""
    with PostgresServer() as server:
        url = server.new_database()
        with new_postgres_register(url) as register:
            epoch = register.gates.take_over(epoch_at_least=1, term_ns=TERM_NS)
            server.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
            server.execute("SELECT pg_reload_conf()")
            with open_register(PostgresAddress(url=url)) as other:
                canceller = server.cancel_when_waiting_for_the_standby()
                with pytest.raises(DebarError, match="DBR-R052"):
                    other.gates.confirm(epoch)
                canceller.join()
