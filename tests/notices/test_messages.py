import string

import pytest

from debar.model.problem import DebarError
from debar.notices.messages import CATALOGUES, Said, catalogue
from debar.notices.words.english import ENGLISH


def test_every_language_has_the_same_keys_and_places() -> None:
    """A second language can be added only whole: the same keys, each with the same values in it."""

    def places(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    for sentences in CATALOGUES.values():
        assert set(ENGLISH) == set(sentences)
        assert {k: places(v) for k, v in ENGLISH.items()} == {k: places(v) for k, v in sentences.items()}


def test_a_value_is_never_read_as_a_template() -> None:
    """Braces in a name stay braces."""
    said = catalogue("en").say("statement.subject", name="{platform} {0.__class__}")
    assert said == "to {platform} {0.__class__}"


def test_a_value_cannot_hide_or_reorder() -> None:
    """Direction overrides become visible, and right-to-left words are kept to themselves."""
    words = catalogue("en")
    assert words.say("statement.subject", name="RT\u202egnp.exe") == "to RT⟨U+202E⟩gnp.exe"
    assert words.say("statement.subject", name="روسيا") == "to \u2068روسيا\u2069"


def test_a_sentence_inside_a_sentence_is_shown_as_it_is() -> None:
    """What was made legible once is not marked a second time."""
    words = catalogue("en")
    inner = words.listed(["روسيا", "RT"], conjunction=True)
    assert isinstance(inner, Said)
    assert words.say("statement.subject", name=inner) == "to \u2068روسيا\u2069 and RT"


def test_an_unknown_language_is_refused() -> None:
    """There is no silent fallback to another language."""
    with pytest.raises(DebarError) as caught:
        catalogue("tlh")
    assert caught.value.code == "DBR-N003"
