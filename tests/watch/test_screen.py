"""Sign-ups are held for the evidence that the ban rested on, and for nothing less."""

from __future__ import annotations

from debar.watch.screen import Hit, WatchedAccount, WatchedValue, screen
from worlds import PARAMETERS, POLICY


def value(fact: str, crowd: int = 1, agreeing: int = 0, with_data: int = 0) -> WatchedValue:
    """Return a watched value written as kind:key."""
    from debar.model.identifiers import FAMILY_OF_KIND

    kind, _, key = fact.partition(":")
    return WatchedValue(
        fact_id=fact, kind=kind, family=FAMILY_OF_KIND[kind], value_key=key, shown=f"{kind} {key[:4]}", crowd=crowd,
        agreeing=agreeing, with_data=with_data,
    )  # fmt: skip


DEBARRED = WatchedAccount(
    account_id="A1",
    name="Northwind News",
    decision="decision-1",
    values=(
        value("card:cc01", 3, 3, 3),
        value("email:aa11", 2, 1, 1),
        value("phone:pp11", 2, 1, 1),
        value("card:agency", 45, 2, 800),
    ),
)


def hits(*facts: str) -> tuple[Hit, ...]:
    """Screen one sign-up that holds some facts."""
    held = [value(fact) for fact in facts]
    return screen({"N1": [(v.kind, v.family, v.value_key) for v in held]}, [DEBARRED], PARAMETERS, POLICY)


def test_a_card_with_a_verified_address_is_held() -> None:
    """The old card, e-mail and phone together hold the sign-up, and say why."""
    (hit,) = hits("card:cc01", "email:aa11", "phone:pp11")
    assert hit.verdict == "hold"
    assert "Northwind News" in hit.sentence()
    assert hit.as_json()["decision"] == "decision-1"


def test_a_card_alone_never_holds() -> None:
    """Access evidence alone is for a person to look at, at most."""
    assert all(hit.verdict == "review" for hit in hits("card:cc01", "device:dd01"))


def test_an_agencys_card_lets_a_client_through() -> None:
    """A value that many unrelated accounts share says nothing about owners."""
    assert hits("card:agency", "email:other", "domain:bakery.example") == ()


def test_a_stranger_is_let_through() -> None:
    """Nothing shared, nothing said."""
    assert hits("card:zz99", "email:zz99") == ()


def test_a_value_above_the_cap_is_no_evidence() -> None:
    """A crowd beyond the cap is unknown, never a reason."""
    crowded = WatchedAccount(
        account_id="A9", name="x", decision="d", values=(value("email:aa11", POLICY.crowd_cap),)
    )
    assert screen({"N1": [("email", "contact", "aa11")]}, [crowded], PARAMETERS, POLICY) == ()
