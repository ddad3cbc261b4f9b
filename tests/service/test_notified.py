"""PostgreSQL's notifications wake the service, and are listened for again when the connection is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from debar.register.postgres.database import CHANNEL
from debar.service.gates import notified
from debar.service.gates.notified import Notified

if TYPE_CHECKING:
    import pytest

    from postgres_servers import PostgresServer


def test_a_notification_wakes_and_a_lost_connection_is_opened_again(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint comes through; after the server has closed the connection it comes through again."""
    monkeypatch.setattr(notified, "RETRY_SECONDS", 0.05)
    url = postgres.new_database()
    assert [True, True] == asyncio.run(_heard_before_and_after_a_loss(url))


async def _heard_before_and_after_a_loss(url: str) -> list[bool]:
    woken = asyncio.Event()
    listening = Notified(url, woken.set)
    listening.start()
    try:
        with psycopg.connect(url, autocommit=True) as other:
            first = await _wakes(woken, other)
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            return [first, await _wakes(woken, other)]
    finally:
        await listening.stop()


async def _wakes(woken: asyncio.Event, other: psycopg.Connection[tuple[object, ...]]) -> bool:
    woken.clear()
    for _ in range(100):
        other.execute(f"NOTIFY {CHANNEL}")
        await asyncio.sleep(0.05)
        if woken.is_set():
            return True
    return False
