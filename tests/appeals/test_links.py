"""Links with which an appeal is filed without a login."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from debar.appeals.links import LINK_CHARACTERS_MAX, AppealLink, make_link, read_link
from debar.model.problem import DebarError
from registers import ANA, DECISION, LOG, ORIGIN

UNTIL = datetime(2018, 4, 26, 23, 59, 59, tzinfo=UTC)
LINK = AppealLink(decision_id=DECISION, reference="debar-decision-1234", until=UNTIL)


def read(text: str, *, now: datetime = UNTIL, origin: str = ORIGIN) -> AppealLink:
    """Read a link under the log's key."""
    return read_link(text, origin=origin, public_key=LOG.public_key, now=now)


def test_a_link_says_again_what_it_was_bound_to() -> None:
    """Decision, account and last instant come back; the text can stand in an address."""
    text = make_link(LINK, origin=ORIGIN, signer=LOG)
    assert LINK == read(f" {text}\n")
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_any_changed_character_is_refused() -> None:
    """No other decision, account or day can be written into a link."""
    text = make_link(LINK, origin=ORIGIN, signer=LOG)
    for place in range(0, len(text), 3):
        other = "A" if text[place] != "A" else "B"
        changed = text[:place] + other + text[place + 1 :]
        try:
            assert LINK == read(changed), "only unused bits of the last character may differ"
        except DebarError as error:
            assert error.code == "DBR-H006"  # noqa: PT017 - either outcome is looked at


@pytest.mark.parametrize(
    "text", ["", "x", "debar-appeal-1.e30.e30", "debar-appeal-1.ü.ü", "debar-appeal-1.a.b.c"]
)
def test_what_is_no_link_is_refused(text: str) -> None:
    """Nothing of it is believed."""
    with pytest.raises(DebarError, match="DBR-H006"):
        read(text)
    with pytest.raises(DebarError, match="DBR-H006"):
        read("debar-appeal-1." + "A" * LINK_CHARACTERS_MAX + ".AA")


def test_a_link_by_another_key_or_of_another_register_is_none() -> None:
    """The log's own key, over this register's name."""
    with pytest.raises(DebarError, match="DBR-H006"):
        read(make_link(LINK, origin=ORIGIN, signer=ANA))
    with pytest.raises(DebarError, match="DBR-H006"):
        read(make_link(LINK, origin="ads.example.net/debar", signer=LOG))


def test_a_link_expires_and_says_how_to_file_all_the_same() -> None:
    """One second later it is refused, and the hint names the other way."""
    text = make_link(replace(LINK, until=UNTIL), origin=ORIGIN, signer=LOG)
    with pytest.raises(DebarError, match="DBR-H007") as refused:
        read(text, now=UNTIL + timedelta(seconds=1))
    assert "in writing" in refused.value.hint
