from __future__ import annotations

from typing import Any

from benchmarks.one_column import best_one_column_rule

ADS: list[dict[str, Any]] = [
    {"account_id": "a", "currency": "RUB", "page": "p1", "text": "x"},
    {"account_id": "b", "currency": "RUB", "page": "p2", "text": "x"},
    {"account_id": "c", "currency": "RUB", "page": "p3", "text": ""},
    {"account_id": "d", "currency": "USD", "page": "p3", "text": ""},
    {"account_id": "e", "currency": "USD", "page": "p5", "text": None},
]
LABELS = {
    ("a", "b"): True,
    ("a", "c"): True,
    ("b", "c"): True,
    ("a", "d"): False,
    ("c", "d"): False,
    ("d", "e"): False,
}


def test_a_constant_column_finds_everything_on_mixed_sources() -> None:
    """That both pay in roubles is the best rule where the innocent pay in dollars."""
    rule = best_one_column_rule({"ads": ADS}, LABELS)
    assert ("ads.currency is 'RUB'", 1.0, 1.0) == (rule.said, rule.precision, rule.recall)


def test_the_best_of_all_columns_and_crowds_is_taken() -> None:
    """Without the currency the shared text is best; an empty cell is no value."""
    rows = [{key: value for key, value in ad.items() if key != "currency"} for ad in ADS]
    rule = best_one_column_rule({"ads": rows}, LABELS)
    assert ("equal ads.text, at most 2 hold it", 1, 3) == (rule.said, rule.true, rule.all_true)


def test_where_no_column_is_right_there_is_no_rule() -> None:
    """A rule without one right pair is none."""
    assert "none" == best_one_column_rule({"ads": [{"account_id": "a", "page": "p"}]}, LABELS).said
    assert "none" == best_one_column_rule({}, {}).said


def test_only_labelled_pairs_count() -> None:
    """What a rule says of others is not held against it."""
    rule = best_one_column_rule({"ads": ADS}, {("a", "b"): True})
    assert frozenset({("a", "b")}) == rule.pairs
