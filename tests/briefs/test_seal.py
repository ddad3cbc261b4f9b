"""The normal form and its digests."""

from __future__ import annotations

import pytest

from debar.briefs.seal import (
    emptied,
    grouped,
    manifest_text,
    normal_form,
    page_sha256,
    parts_of,
    section_text,
)

PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<head data-part="head"><meta charset="utf-8"></head>\n<body>'
    '<p data-part="one">a &quot;b&quot; &lt;c&gt; &#39;d&#39;</p><svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'
    '<code id="fingerprint">x</code><script id="data-a" type="application/json">{"a":1}</script>'
    '<script id="manifest" type="application/json">m</script></body>\n</html>\n'
)


def test_the_normal_form_is_what_a_browser_writes_out() -> None:
    """Quotes stand plain in text, elements are closed, the case of SVG's attributes is kept, no outer blanks."""
    expected = (
        '<!DOCTYPE html><html lang="en"><head data-part="head"><meta charset="utf-8"></head><body>'
        '<p data-part="one">a "b" &lt;c&gt; \'d\'</p><svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>'
    )

    assert normal_form(PAGE).startswith(expected)
    assert normal_form(PAGE).endswith("</script></body></html>")


def test_the_normal_form_is_its_own() -> None:
    """Writing the normal form again changes nothing."""
    assert normal_form(normal_form(PAGE)) == normal_form(PAGE)


def test_manifest_and_fingerprint_are_left_out_of_the_digest() -> None:
    """They cannot seal themselves; everything else counts."""
    page = normal_form(PAGE)

    assert page_sha256(page) == page_sha256(page.replace(">m<", ">another<").replace(">x<", ">y<"))
    assert page_sha256(page) != page_sha256(page.replace("{", "["))
    assert manifest_text(page) == "m"
    assert manifest_text(page + page) is None
    assert manifest_text(emptied(page)) == ""
    assert section_text(page, "a") == '{"a":1}'
    assert section_text(page, "b") is None


def test_parts_are_named_and_whole() -> None:
    """Each part is its element, from the opening tag to the closing one."""
    parts = parts_of(normal_form(PAGE))

    assert list(parts) == ["head", "one"]
    assert parts["one"].startswith('<p data-part="one">')
    assert parts["one"].endswith("</p>")


@pytest.mark.parametrize("broken", ["<p><b></p></b>", "<p>"])
def test_a_page_that_is_not_well_formed_is_our_bug(broken: str) -> None:
    """What would be mended differently by every reader is never written."""
    with pytest.raises(AssertionError):
        normal_form(f"<!DOCTYPE html><html><body>{broken}</body></html>")


def test_a_digest_is_grouped_for_reading_aloud() -> None:
    """Eight groups of eight."""
    assert grouped("0123456789abcdef" * 4).split(" ") == ["01234567", "89abcdef"] * 4
