"""Groups on Spark: the same as on DuckDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from creative_engines import MEMBERS, both_engines
from debar.retrospect.groups import find_groups

if TYPE_CHECKING:
    from debar.retrospect.groups import Groups


def without_rates(found: Groups) -> Groups:
    """Return groups without their ties' rates, whose last digit may differ."""
    return replace(
        found,
        groups=tuple(
            replace(group, ties=tuple(replace(tie, rate=0) for tie in group.ties)) for group in found.groups
        ),
    )


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_find_the_same_groups() -> None:
    """The same members, ties, sentences, and counts of the ads behind them."""
    with both_engines() as (duck, spark):
        expected, got = (find_groups(engine, rate=0.05) for engine in (duck, spark))
    assert [group.members for group in expected.groups] == [MEMBERS]
    assert without_rates(got) == without_rates(expected)
