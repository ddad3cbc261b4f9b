from hypothesis import given
from hypothesis import strategies as st

from debar.model.legible import isolated, legible


@given(st.text(st.characters(), max_size=40))
def test_nothing_hidden_is_left(text: str) -> None:
    """After making a text legible it has no control, and doing it again changes nothing."""
    shown = legible(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert shown == legible(shown)


def test_names_in_any_script_stay_as_they_are() -> None:
    """Only what hides is shown by its number; letters, marks and emoji are kept."""
    for name in ("RT на русском", "روسيا اليوم", "今日俄罗斯", "👩‍👩‍👧 Família", "Ḷ̓o"):
        assert name == legible(name)


def test_lone_surrogates_are_shown() -> None:
    """A broken half of a character does not stop a page from being written."""
    assert legible("a\ud800b") == "a⟨U+D800⟩b"


def test_line_breaks_are_kept_only_on_request() -> None:
    """A name stays on its line; a paragraph keeps its lines."""
    assert legible("a\r\nb\nc") == "a b c"
    assert legible("a\r\nb\nc", lines=True) == "a\nb\nc"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    """The cut can be seen."""
    assert legible("abcdef", length_max=4) == "abc…"


def test_right_to_left_words_are_kept_to_themselves() -> None:
    """A name in Arabic or Hebrew cannot reorder the sentence around it."""
    assert isolated("RT") == "RT"
    assert isolated("روسيا") == "\u2068روسيا\u2069"
