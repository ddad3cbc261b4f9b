"""What sending and receiving share: our identifiers, read under a list's own key.

Law: a platform is read anew under each list's key, so that no hash of ours leaves the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.intake.reading import read_platform
from debar.model.problem import DebarError, Place
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.cases.referrals import IdentifierRow
    from debar.evidence.keying import HashKey


def read_under(key: HashKey, source: Path, setting: Setting) -> DuckEngine:
    """Read a platform under a list's key.

    Raises:
        DebarError: DBR-A002, there is nothing at the path.
    """
    if not source.exists():
        raise DebarError("DBR-A002", "there is no platform here", place=Place(file=str(source)))
    engine = DuckEngine()
    read_platform(engine, source, key=key, families=setting.policy().families, progress=setting.progress)
    return engine


def identifier_rows(engine: DuckEngine, kinds: Sequence[str]) -> list[IdentifierRow]:
    """Return who holds which value, of some kinds."""
    rows: list[Any] = engine.rows(
        "SELECT DISTINCT account_id, kind, value_key FROM identifiers"
        " WHERE kind IN (SELECT unnest($kinds)) AND value_key IS NOT NULL ORDER BY ALL",
        {"kinds": list(kinds)},
    )
    return [(account, kind, value_key) for account, kind, value_key in rows]
