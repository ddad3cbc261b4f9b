"""Normalised tables, as intake leaves them, small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from debar.stores.duckdb_engine import DuckEngine

TABLES = {
    "accounts": "account_id VARCHAR, name VARCHAR, legal_name VARCHAR, handle VARCHAR, country VARCHAR,"
    " currency VARCHAR, created_at TIMESTAMP, manager_id VARCHAR, declared_agency BOOLEAN",
    "ads": "ad_id VARCHAR, account_id VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP, created_at TIMESTAMP,"
    " text VARCHAR, landing_url VARCHAR, countries VARCHAR[], targeting VARCHAR, impressions BIGINT,"
    " clicks BIGINT, impressions_low BIGINT, impressions_high BIGINT, spend_low_micros BIGINT,"
    " spend_high_micros BIGINT, currency VARCHAR, declared_political BOOLEAN",
    "spend": "account_id VARCHAR, currency VARCHAR, low_micros BIGINT, high_micros BIGINT, from_day DATE,"
    " to_day DATE, market VARCHAR, ad_id VARCHAR, file_sha256 VARCHAR, row BIGINT",
    "billing": "event_id VARCHAR, account_id VARCHAR, kind VARCHAR, service_day DATE, booked_at TIMESTAMP,"
    " amount_micros BIGINT, tax_micros BIGINT, currency VARCHAR, market VARCHAR, ad_id VARCHAR,"
    " payer_account_id VARCHAR, reverses VARCHAR, note VARCHAR, file VARCHAR, record BIGINT",
    "identifiers": "account_id VARCHAR, kind VARCHAR, family VARCHAR, value_key VARCHAR, fact_id VARCHAR,"
    " shown VARCHAR, role VARCHAR, first_seen DATE, last_seen DATE, source VARCHAR",
}

Load = Callable[..., DuckEngine]


@pytest.fixture
def load() -> Iterator[Load]:
    """Return a function that fills the tables from dictionaries; what is left out is null."""
    with DuckEngine(threads=1) as engine:

        def fill(**tables: list[dict[str, Any]]) -> DuckEngine:
            for table, text in TABLES.items():
                columns = dict(part.strip().rsplit(" ", 1) for part in text.split(","))
                rows = [[row.get(column) for column in columns] for row in tables.get(table, [])]
                assert all(set(row) <= set(columns) for row in tables.get(table, []))
                engine.load(table, columns, rows)
            return engine

        yield fill
