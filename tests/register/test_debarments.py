"""How an entry changes what stands, as a table, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from debar.model.problem import DebarError
from debar.register.debarments import Debarment, changed
from registers import DECISION, NOW

KEY = {"kind": "account", "value": "a1"}


def after(entry_type: str, current: Debarment | None = None, **fields: Any) -> Debarment | None:
    """Apply one entry."""
    body = {"key": KEY, "decision_id": DECISION, **fields}
    return changed(current, entry_type=entry_type, body=body, seq=7, at=NOW)


def stands(**fields: Any) -> Debarment:
    """Return what a debar leaves."""
    made = after("debar", **{"scopes": ["buy"], **fields})
    assert made is not None
    return made


def test_a_debar_with_its_defaults() -> None:
    """A debar that says only whom and what must hold everywhere, at once, and without an end."""
    expected = Debarment(
        key_kind="account", key_value="a1", decision_id=DECISION, entry_seq=7, scopes=("buy",),
        surfaces=("all",), territories=("worldwide",), starts_at=NOW, lapses_at=None, because="named",
        reason="debarred from advertising", statement="",
    )  # fmt: skip
    assert expected == stands()


def test_a_day_is_included_whole() -> None:
    """`until` a day must hold through that day, and an instant must end at that instant."""
    assert stands(until="2017-11-25").lapses_at == datetime(2017, 11, 26, tzinfo=UTC)
    assert stands(until="2017-11-25T08:00:00Z").lapses_at == datetime(2017, 11, 25, 8, tzinfo=UTC)


def test_vary_keeps_what_it_does_not_name() -> None:
    """A vary must change its fields only, and rest on its own entry."""
    current = stands(until="2017-11-25", because="linked")
    varied = changed(
        current, entry_type="vary", body={"key": KEY, "decision_id": DECISION, "until": None}, seq=9, at=NOW
    )
    assert varied is not None
    assert (
        varied.lapses_at,
        varied.because,
        varied.scopes,
        varied.entry_seq,
    ) == (None, "linked", ("buy",), 9)


def test_a_lift_leaves_nothing() -> None:
    """After a lift nothing of the decision may stand."""
    assert after("lift", stands()) is None


@pytest.mark.parametrize("entry_type", ["lift", "vary"])
def test_nothing_to_lift(entry_type: str) -> None:
    """A lift or vary of what does not stand must be refused."""
    with pytest.raises(DebarError, match="DBR-R015"):
        after(entry_type)


def test_it_stands_already() -> None:
    """The same decision must not stand twice against one key."""
    with pytest.raises(DebarError, match="DBR-R016"):
        after("debar", stands(), scopes=["buy"])


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []}, {"scopes": "buy"}, {"scopes": ["post"]}, {"scopes": None}, {}, {"scopes": ["buy"], "surfaces": []},
        {"scopes": ["buy"], "until": "soon"}, {"scopes": ["buy"], "until": 5},
        {"scopes": ["buy"], "from": "2017-10-26T12:00:00"}, {"scopes": ["buy"], "until": "2017-10-01"},
        {"scopes": ["buy"], "reason": 5}, {"scopes": ["buy"], "key": "a1"}, {"scopes": ["buy"], "key": {"kind": "account"}},
        {"scopes": ["buy"], "decision_id": ""},
    ],
)  # fmt: skip
def test_bodies_that_do_not_fit(fields: dict[str, Any]) -> None:
    """A debar whose body is not one must be refused with the field named."""
    with pytest.raises(DebarError, match="DBR-R014") as caught:
        after("debar", **fields)
    assert "debar." in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "asked", "expected"),
    [
        ({}, {}, True),
        ({}, {"action": "serve"}, False),
        ({"surfaces": ["search"]}, {"surface": "search"}, True),
        ({"surfaces": ["search"]}, {"surface": "feed"}, False),
        ({"surfaces": ["search"]}, {}, True),
        ({"territories": ["US", "GB"]}, {"territory": "GB"}, True),
        ({"territories": ["US"]}, {"territory": "FR"}, False),
        ({"territories": ["US"]}, {}, True),
        ({"from": "2017-10-27"}, {}, False),
        ({"until": "2017-10-26T12:00:01Z"}, {}, True),
        ({"from": "2017-10-25", "until": "2017-10-26T12:00:00Z"}, {}, False),
    ],
)
def test_what_a_debarment_covers(fields: dict[str, Any], asked: dict[str, Any], expected: bool) -> None:
    """Scope, surface, territory and time must each decide, and what is not said counts as covered."""
    question = {"action": "buy", "surface": None, "territory": None, **asked}
    action = question.pop("action")
    assert expected == stands(**fields).covers(action, now=NOW, **question)
