from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from creative_engines import both_engines
from debar.linking.creative.pairs import find_pairs

if TYPE_CHECKING:
    from debar.model.ports import Engine

COLUMNS = "account_a, account_b, signal, level, p_value, rate, shared_count, expected, crowd"


def pairs(engine: Engine) -> list[tuple[Any, ...]]:
    """Return the pairs that an engine finds."""
    find_pairs(engine, leads=1.0)
    return engine.rows(f"SELECT {COLUMNS} FROM creative_pairs ORDER BY account_a, account_b, signal")


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_find_the_same_pairs() -> None:
    """The same signals, levels and counts; p-values and rates to nine digits."""
    with both_engines() as (duck, spark):
        expected, got = pairs(duck), pairs(spark)
    assert len(expected) > 3
    assert [row[:4] for row in expected] == [row[:4] for row in got]
    for one, other in zip(expected, got, strict=True):
        assert one[4:] == pytest.approx(other[4:], rel=1e-9)
