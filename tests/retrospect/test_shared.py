"""Texts of others are counted by hashes: as if they were counted by the texts themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.model.window import Window
from debar.retrospect import retrospect
from debar.retrospect.measures import shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.retrospect.against import Measured
    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 10, 1), end=date(2016, 10, 31))
DAYS = {"in": datetime(2016, 10, 3, 9), "out": datetime(2016, 11, 3, 9)}  # noqa: DTZ001 - naive UTC
TEXTS = ("Stand up for it, now!!", " stand up FOR it, now!! ", "another one, for everybody", "short", None)

ADS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b", "c", "unattributed")),
        st.sampled_from(TEXTS),
        st.sampled_from(TEXTS),
        st.sampled_from(("in", "in", "in", "out")),
    ),
    max_size=40,
)


def by_hand(ads: list[tuple[str, str | None, str | None, str]], column: int) -> dict[str, str]:
    """Count in Python what :func:`shared` counts in SQL."""
    said = defaultdict(list)
    for account_id, *texts, when in ads:
        text = texts[column]
        if when == "in" and account_id != "unattributed" and text and len(text.strip(" ")) >= 20:
            said[account_id].append(text.strip(" ").lower())
    users = Counter(text for texts in said.values() for text in set(texts))
    return {
        account_id: f"{sum(users[text] > 1 for text in texts):,} of {len(texts):,} ads"
        for account_id, texts in said.items()
        if len(texts) >= 5
    }


def told(measured: list[Measured]) -> dict[str, str]:
    """Return what is shown of each account."""
    return {one.account_id: one.shown for one in measured}


def rows(ads: list[tuple[str, str | None, str | None, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the ads as a table."""
    return {
        "ads": [
            {"ad_id": str(number), "account_id": account_id, "text": text, "targeting": targeting,
             "created_at": DAYS[when]}
            for number, (account_id, text, targeting, when) in enumerate(ads)
        ]
    }  # fmt: skip


@given(ads=ADS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counting_hashes_is_counting_texts(
    load: Load, ads: list[tuple[str, str | None, str | None, str]]
) -> None:
    """On random ads, in any case and with any edges, nobody's and those outside the window left out."""
    engine = load(**rows(ads))
    retrospect(engine, window=WINDOW)
    assert by_hand(ads, 0) == told(shared(engine, "text"))
    assert by_hand(ads, 1) == told(shared(engine, "targeting"))


def test_two_texts_of_one_hash_are_told_apart(load: Load) -> None:
    """With a hash that all texts have, the counts are the same: only texts make texts alike."""
    own = {"a": "words of the first account", "b": "words of the second one"}
    ads = [(account, own[account], None, "in") for account in own for _ in range(5)]
    engine = load(**rows([*ads, ("a", own["b"], None, "in"), ("b", "short", None, "in")]))
    engine._connection.execute(  # noqa: SLF001 - no engine offers a bad hash
        "CREATE OR REPLACE TEMP MACRO value_hash(kind, value) AS 7"
    )
    retrospect(engine, window=WINDOW)
    assert told(shared(engine, "text")) == {"a": "1 of 6 ads", "b": "5 of 5 ads"}
