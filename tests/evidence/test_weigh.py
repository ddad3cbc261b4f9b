from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.evidence.parameters import ROLES, default_parameters
from debar.evidence.weigh import MILLION, SharedValue, is_firm, probabilities, weigh
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND

PARAMETERS = default_parameters(5_000)


def shared(kind: str, *, crowd: int = 2, role: str = "unclear", number: int = 1) -> SharedValue:
    """Return a shared value."""
    return SharedValue(
        fact_id=f"{kind}:{number}", kind=kind, family=FAMILY_OF_KIND[kind], crowd=crowd, role=role
    )


values = st.lists(
    st.builds(
        shared,
        st.sampled_from(sorted(FAMILY_OF_KIND)),
        crowd=st.integers(2, 200),
        role=st.sampled_from(ROLES),
        number=st.integers(1, 5),
    ),
    max_size=8,
    unique_by=lambda value: value.fact_id,
)
families = st.frozensets(st.sampled_from(FAMILIES))


@given(values, families)
def test_contributions_and_prior_are_the_score(held: list[SharedValue], known: frozenset[str]) -> None:
    """Every millibit is accounted for, for both relations."""
    weighing = weigh(held, known, PARAMETERS)
    for prior, score, parts in (
        (
            weighing.owner_prior_millibits,
            weighing.owner_millibits,
            [c.owner_millibits for c in weighing.contributions],
        ),
        (
            weighing.operator_prior_millibits,
            weighing.operator_millibits,
            [c.operator_millibits for c in weighing.contributions],
        ),
    ):
        assert score == prior + sum(parts)
    assert 0 <= weighing.p_owner + weighing.p_operator <= MILLION + 1


@given(values, families)
def test_the_order_of_values_makes_no_difference(held: list[SharedValue], known: frozenset[str]) -> None:
    """A pair weighs the same however its values are listed."""
    assert weigh(held, known, PARAMETERS) == weigh(held[::-1], known, PARAMETERS)
    assert weigh(held, known, PARAMETERS) == weigh(held[1:] + held[:1], known, PARAMETERS)


def test_an_agencys_four_shared_things_are_the_same_hands() -> None:
    """Card, admin, device and address of a large crowd are one vote, and not for one owner."""
    held = [shared(kind, crowd=40, role="operator") for kind in ("card", "admin", "device", "ip")]
    weighing = weigh(held, frozenset(FAMILIES), PARAMETERS)
    assert weighing.p_owner < 10_000
    assert weighing.p_operator > 500_000
    assert weighing.carries_a_ban is False


def test_a_rare_legal_id_and_mailbox_are_one_owner() -> None:
    """Two independent families of rare values outweigh domains and cards of their own."""
    weighing = weigh([shared("legal_id"), shared("email")], frozenset(FAMILIES), PARAMETERS)
    assert weighing.p_owner > 990_000
    assert weighing.carries_a_ban is True


def test_the_rarest_value_speaks_and_further_kinds_add() -> None:
    """Crowd and role come from the rarest value; a second value of one kind adds nothing."""
    one = weigh([shared("email", crowd=3)], frozenset(), PARAMETERS)
    two = weigh([shared("email", crowd=3), shared("email", crowd=9, number=2)], frozenset(), PARAMETERS)
    kinds = weigh([shared("email", crowd=3), shared("phone", crowd=9)], frozenset(), PARAMETERS)
    assert one.owner_millibits == two.owner_millibits < kinds.owner_millibits
    assert kinds.contributions[FAMILIES.index("contact")].rarest.fact_id == "email:1"  # type: ignore[union-attr]


def test_unknown_weighs_nothing_and_disjoint_speaks_against() -> None:
    """Missing data is no evidence; two known values that differ are."""
    unknown = weigh([], frozenset(), PARAMETERS)
    disjoint = weigh([], frozenset({"legal"}), PARAMETERS)
    assert (unknown.contributions[0].level, disjoint.contributions[0].level) == ("unknown", "none")
    assert unknown.contributions[0].owner_millibits == 0
    assert disjoint.contributions[0].owner_millibits < 0


@pytest.mark.parametrize("kind", ["card", "bank", "domain", "legal_name", "text_hash", "address"])
def test_access_and_plantable_evidence_carry_no_ban(kind: str) -> None:
    """What opens an account, or what an outsider can copy, is never enough."""
    assert weigh([shared(kind)], frozenset(), PARAMETERS).carries_a_ban is False


def test_extreme_scores_stay_probabilities() -> None:
    """Any sum of weights has a probability; even odds are a half each way."""
    assert [
        probabilities({"overt": 10**9, "covert": -(10**9), "operator": -(10**9)}),
        probabilities({"overt": -(10**9), "covert": -(10**9), "operator": -(10**9)}),
        probabilities({"overt": -(10**9), "covert": 0, "operator": -(10**9)}),
        probabilities({"overt": 0, "covert": -(10**9), "operator": 0}),
    ] == [(MILLION, 0), (0, 0), (500_000, 0), (333_333, 333_333)]


@pytest.mark.parametrize(
    ("kind", "family", "crowd", "role", "firm"),
    [
        ("email", "contact", 2, "unclear", True),
        ("email", "contact", 150, "independent", False),
        ("phone", "contact", 122, "unclear", False),
        ("phone", "contact", 3, "operator", False),
        ("legal_id", "legal", 12, "unclear", True),
        ("legal_id", "legal", 96, "operator", False),
        ("domain", "web", 2, "independent", False),
        ("card", "access", 2, "independent", False),
    ],
)
def test_what_licenses_a_ban_speaks_for_one_owner_by_itself(
    kind: str, family: str, crowd: int, role: str, firm: bool
) -> None:
    """A coworkers' telephone licenses nothing, however much is planted beside it."""
    parameters = default_parameters(6000)
    value = SharedValue(fact_id=f"{kind}:x", kind=kind, family=family, crowd=crowd, role=role)
    planted = [
        SharedValue(fact_id=f"{k}:p", kind=k, family=f, crowd=2, role="independent")
        for k, f in (("legal_name", "name"), ("domain", "web"), ("pixel", "web"), ("text_hash", "creative"))
    ]
    assert firm == is_firm(value)
    assert firm == weigh([value, *planted], frozenset(), parameters).carries_a_ban
