"""A register in PostgreSQL: made, opened, refused, put back; what the server can do to it, and what we then say."""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from debar.model.problem import EXIT_STALE, DebarError
from debar.register.address import PostgresAddress, open_register
from debar.register.drafts import enrolment_draft
from debar.register.postgres import PostgresRegister
from debar.register.postgres.faults import fault
from postgres_servers import PostgresServer, free_port
from registers import EVE, LOG, NOW, ORIGIN, debar, lift, new_postgres_register, record, salts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def other_client(address: PostgresAddress) -> closing[psycopg.Connection[Any]]:
    """Connect as any client does, in autocommit."""
    return closing(psycopg.connect(address.url, autocommit=True))


def test_a_register_overwrites_nothing(register: PostgresRegister, address: PostgresAddress) -> None:
    """Making a register where one is must be refused, and leave it."""
    with pytest.raises(DebarError, match="DBR-R003"):
        new_postgres_register(address.url)
    assert register.verify() == ()


def test_a_register_is_made_whole_or_not_at_all(postgres: PostgresServer) -> None:
    """When an enrolment is refused at the start, nothing may be left, and making it again must work."""
    address = PostgresAddress(url=postgres.new_database())
    bad = enrolment_draft("eve", role="approver", public_key=EVE.public_key, origin=ORIGIN, signer=EVE)
    with pytest.raises(DebarError, match="DBR-R018"):
        PostgresRegister.create(address, origin=ORIGIN, signer=LOG, now=NOW, enrolments=[bad], salts=salts(1))
    with pytest.raises(DebarError, match="DBR-R002"):
        open_register(address)
    with new_postgres_register(address.url) as made:
        assert made.revision() == 2


def test_two_makers_of_one_register(postgres: PostgresServer) -> None:
    """Of two that make a register in one database at once, one must make it and the other be refused."""
    url, outcomes = postgres.new_database(), list[str]()

    def make() -> None:
        try:
            new_postgres_register(url).close()
            outcomes.append("made")
        except DebarError as error:
            outcomes.append(error.code)

    makers = [threading.Thread(target=make) for _ in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert sorted(outcomes) == ["DBR-R003", "DBR-R003", "made"]


def test_a_database_without_a_register(postgres: PostgresServer) -> None:
    """A database without a register, and one that is not there, must be refused."""
    with pytest.raises(DebarError, match="DBR-R002"):
        open_register(PostgresAddress(url=postgres.new_database()))
    with pytest.raises(DebarError, match=r"DBR-R002|DBR-R053"):
        open_register(PostgresAddress(url=postgres.url("nosuch")))


def test_a_server_that_does_not_answer(postgres: PostgresServer) -> None:
    """Where nobody listens, or the password is wrong, the error must be ours and show no password."""
    for url in (
        f"postgresql://ana:hidden@127.0.0.1:{free_port()}/ads",
        f"postgresql://ana:hidden@127.0.0.1:{postgres.port}/postgres",
    ):
        with pytest.raises(DebarError, match="DBR-R053") as caught:
            open_register(PostgresAddress(url=url))
        assert "hidden" not in str(caught.value)


def test_what_is_no_address() -> None:
    """An address that cannot be read must be an error of ours that does not repeat it."""
    with pytest.raises(DebarError, match="DBR-R054") as caught:
        open_register(PostgresAddress(url="postgresql://ana:hid%zzden@host/ads?nosuch=1"))
    assert "hid" not in str(caught.value)


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed, a register in a database must say what to install."""
    for name in [name for name in sys.modules if name.startswith("debar.register.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DebarError, match="DBR-R056"):
        open_register(PostgresAddress(url="postgresql://host/ads"))


@pytest.mark.parametrize(
    ("setting", "high_availability", "refused"),
    [
        ("synchronous_commit = off", False, True),
        ("synchronous_commit = local", False, False),
        ("synchronous_commit = local", True, True),
        ("synchronous_commit = on", True, True),  # no standby is named
        ("synchronous_commit = on", False, False),
    ],
)
def test_a_server_that_forgets_is_refused(
    address: PostgresAddress, setting: str, *, high_availability: bool, refused: bool
) -> None:
    """Settings under which an acknowledged entry can vanish must be refused before anything is written."""
    with other_client(address) as client:
        client.execute(f"ALTER DATABASE {address.url.rpartition('/')[2]} SET {setting}".encode())
    declared = PostgresAddress(url=address.url, high_availability=high_availability)
    if not refused:
        open_register(declared).close()
        return
    with pytest.raises(DebarError, match="DBR-R055"):
        open_register(declared)
    open_register(declared, read_only=True).close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_sync_is_refused(setting: str) -> None:
    """A server that loses what it has acknowledged when the machine fails must be refused."""
    with PostgresServer(settings={setting: "off"}) as server:
        with pytest.raises(DebarError, match="DBR-R055") as caught:
            new_postgres_register(server.new_database())
        assert f"{setting} = off" in str(caught.value)


def test_another_writer_holds_the_head(address: PostgresAddress) -> None:
    """While another transaction holds the head for too long, an append must be refused and say so."""
    with other_client(address) as client, PostgresRegister.open(address, busy_seconds=0.05) as waiting:
        client.execute("BEGIN")
        client.execute("SELECT 1 FROM debar.head FOR UPDATE")
        with pytest.raises(DebarError, match="DBR-R005"):
            record(waiting, debar("a1"))
        assert waiting.revision() == 2
        client.execute("ROLLBACK")
        assert record(waiting, debar("a1")).revision == 3


def test_a_second_writer_waits_for_the_first(register: PostgresRegister, address: PostgresAddress) -> None:
    """Who begins to write must hold everybody else off until the commit, before it has added anything."""
    with PostgresRegister.open(address) as second:
        waiting = threading.Thread(target=lambda: record(second, debar("b1")))
        with register._database.writing():  # noqa: SLF001 - a write that is held open
            waiting.start()
            waiting.join(timeout=0.5)
            assert waiting.is_alive(), "it waits for the lock"
            record(register, debar("a1"))
        waiting.join(timeout=20)
    assert [(2, "a1"), (3, "b1")] == [(row.entry_seq, row.key_value) for row in register.standings()]


def test_open_for_reading(register: PostgresRegister, address: PostgresAddress) -> None:
    """A register that is open for reading only must refuse an append."""
    with (
        PostgresRegister.open(address, read_only=True) as reader,
        pytest.raises(DebarError, match="DBR-R006"),
    ):
        record(reader, debar("a1"))
    assert register.revision() == 2


def test_a_failed_append_leaves_the_register_usable(
    register: PostgresRegister, address: PostgresAddress
) -> None:
    """After a refusal inside the transaction, by us or by the database, the next append must work."""
    with pytest.raises(DebarError, match="DBR-R015"):
        record(register, lift("a1"))
    with other_client(address) as client:
        client.execute("ALTER TABLE debar.requests ADD CONSTRAINT planted CHECK (request_key <> 'apply 1')")
        with pytest.raises(DebarError, match="DBR-R026"):
            record(register, debar("a1"), request_key="apply 1")
        client.execute("ALTER TABLE debar.requests DROP CONSTRAINT planted")
    assert record(register, debar("a1"), request_key="apply 1").revision == 3


def test_a_connection_that_is_lost(register: PostgresRegister, address: PostgresAddress) -> None:
    """When the server ends the session, the append must fail as ours and nothing may be recorded."""
    with other_client(address) as client:
        client.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'debar' AND datname = current_database()"
        )
    with pytest.raises(DebarError, match="DBR-R053"):
        record(register, debar("a1"))
    with PostgresRegister.open(address) as again:
        assert (again.revision(), again.verify()) == (2, ())


def test_every_fault_has_a_name() -> None:
    """A fault that we did not foresee must still be ours, name its cause, and not repeat the driver's words."""
    made = fault("postgresql://db/ads", psycopg.errors.DiskFull("no space in /secret/place"))
    assert (made.code, made.place.file if made.place else "") == ("DBR-R026", "postgresql://db/ads")
    assert "DiskFull 53100" in str(made)
    assert "secret" not in str(made)


@pytest.fixture
def lonely() -> Iterator[PostgresAddress]:
    """A register on a server whose synchronous standby is not there yet."""
    with PostgresServer() as server:
        url = server.new_database()
        new_postgres_register(url).close()
        server.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
        server.execute("SELECT pg_reload_conf()")
        yield PostgresAddress(url=url, high_availability=True)


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_an_entry_that_no_standby_has_is_not_acknowledged(lonely: PostgresAddress, how: str) -> None:
    """When the wait for the standby is broken off, the append must not return as if the entry were safe."""
    errors: list[DebarError] = []

    def write() -> None:
        with open_register(lonely) as register:
            try:
                record(register, debar("a1"), request_key="apply 1")
            except DebarError as error:
                errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'debar'"
    with other_client(lonely) as client:
        while client.execute(f"SELECT count(*) {waiting}".encode()).fetchone() != (1,):
            writer.join(timeout=0.05)
            assert writer.is_alive(), "an append waits for its standby"
        client.execute(f"SELECT {how}(pid) {waiting}".encode())
    writer.join(timeout=20)
    assert ["DBR-R052"] == [error.code for error in errors]
    assert errors[0].exit_code == EXIT_STALE
    with open_register(lonely, read_only=True) as register:  # it is there, on this server alone
        assert [row.key_value for row in register.standings()] == ["a1"]


def test_a_notification_is_a_hint(register: PostgresRegister, address: PostgresAddress) -> None:
    """Who listens must be woken after the commit, when what was recorded can be read already."""
    with other_client(address) as client:
        client.execute("LISTEN debar")
        record(register, debar("a1"))
        assert [one.channel for one in client.notifies(timeout=10, stop_after=1)] == ["debar"]
        assert client.execute("SELECT max(seq) FROM debar.log").fetchone() == (2,)


def test_the_files_of_a_register_are_called_after_its_key(address: PostgresAddress, tmp_path: Path) -> None:
    """An open register must say what its own files are called after."""
    with open_register(address) as register:
        assert (register.home, register.address) == (tmp_path / "ads", address)
