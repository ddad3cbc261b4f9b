from __future__ import annotations

from debar.linking.words import fact_sentence, none_sentence, role_sentence, thing


def test_a_value_is_named_by_its_mask_or_its_kind() -> None:
    """Masks name themselves; a public value is introduced by its kind."""
    assert thing("card", "card 3f09a1") == "card 3f09a1"
    assert thing("vat_id", "DE1") == "the VAT id DE1"


def test_a_fact_says_how_many_use_it() -> None:
    """Rarity is told as a count of the platform's accounts."""
    assert fact_sentence("card", "card 3f09a1", 3, 6412) == "Both use card 3f09a1; 3 accounts of 6,412 do."
    assert (
        fact_sentence("domain", "a.example", 2, 6412)
        == "Both use the domain a.example; nobody else among 6,412 accounts does."
    )
    assert fact_sentence("domain", "a.example", 2, 0) == "Both use the domain a.example; nobody else does."


def test_a_role_says_what_the_others_on_a_value_show() -> None:
    """An agency's card is told by the pairs on it that share nothing else; without pairs nothing is said."""
    assert role_sentence("card", "access", "operator", 1, 36) == (
        "Of 36 other account pairs on this card, 1 also shares a legal identifier, a site or a name:"
        " it behaves like an agency's card."
    )
    assert role_sentence("domain", "web", "unclear", 0, 1) == (
        "Of 1 other account pair on this domain, 0 also share a legal identifier or a name:"
        " that leaves open whose domain it is."
    )
    assert role_sentence("domain", "web", "unclear", 0, 0) == ""


def test_nothing_shared_is_a_sentence_too() -> None:
    """Both known and none shared speaks for the account."""
    assert none_sentence("legal") == "Each has a legal identifier, and not one is shared."
