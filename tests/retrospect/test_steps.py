from __future__ import annotations

from datetime import date

import pytest

from debar.model.window import Window
from debar.retrospect import landings, steps

WINDOW = Window(start=date(2016, 1, 1), end=date(2016, 11, 8))

ALL = [
    steps.all_accounts().sql,
    steps.ads_in_window(WINDOW, "US", states_currency=True).sql,
    steps.ads_in_window(WINDOW, None, states_currency=False).sql,
    steps.peers().sql,
    steps.launches("x", "asked").sql,
    steps.numbers().sql,
    steps.said().sql,
    steps.candidates("text").sql,
    steps.shared_words("targeting").sql,
    landings.led_step().sql,
    steps.shared_texts("x", "asked").sql,
    steps.delivered(WINDOW, "US").sql,
    steps.stated_by_period(WINDOW, "US").sql,
    steps.COUNTS,
    steps.UNDATED,
    steps.BY_CURRENCY,
    steps.QUARTERS,
    steps.COUNTRIES,
    steps.TARGETING,
    steps.MONTHS,
    steps.ACCOUNT_ADS,
]


@pytest.mark.parametrize("sql", ALL)
def test_steps_are_one_select_that_spark_can_read_too(sql: str) -> None:
    """Every step is a single SELECT, and sqlglot writes it for Spark without giving up on a part of it."""
    sqlglot = pytest.importorskip("sqlglot")
    parsed = sqlglot.parse(sql, read="duckdb")
    assert len(parsed) == 1
    written = parsed[0].sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert not {"HUGEINT", "QUALIFY", "LIST_HAS_ANY"} & set(written.upper().split())


def test_values_are_bound_and_never_pasted() -> None:
    """A place or a day from outside is a parameter of the step."""
    step = steps.ads_in_window(WINDOW, "X'; DROP TABLE ads; --", states_currency=True)
    assert "DROP" not in step.sql
    assert step.parameters == {"start": WINDOW.start, "end": WINDOW.end, "place": "X'; DROP TABLE ads; --"}
