"""One written form for a page, so that what a browser holds and what the file says hash alike.

Law: a brief is written exactly as a browser's own tree of it is written out again: every attribute in
double quotes, every element closed, no comments. The browser hashes its tree, Python hashes the bytes,
and one changed character anywhere parts them.

The manifest and the fingerprint cannot seal themselves: they are left empty while the page is hashed. The
manifest holds the page's digest, and the fingerprint is the manifest's.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from debar.model.canonical import sha256_hex

DOCTYPE: Final = "<!DOCTYPE html>"
MANIFEST_OPEN: Final = '<script id="manifest" type="application/json">'
FINGERPRINT_OPEN: Final = '<code id="fingerprint">'
PART: Final = "data-part"
"""Attribute that names a part of the page; parts do not nest."""

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_SVG_CASE: Final = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
_MANIFEST: Final = re.compile(re.escape(MANIFEST_OPEN) + r"(.*?)</script>", re.DOTALL)
_FINGERPRINT: Final = re.compile(re.escape(FINGERPRINT_OPEN) + r"(.*?)</code>", re.DOTALL)


def escape_text(text: str) -> str:
    """Write text as a browser writes a text node out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_attribute(text: str) -> str:
    return escape_text(text).replace('"', "&quot;")


class _Writer(HTMLParser):
    """Writes what it reads in the normal form and notes where the parts begin and end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.length = 0
        self.open: list[tuple[str, str | None, int]] = []
        self.parts: dict[str, tuple[int, int]] = {}
        self.after_pre = False

    def write(self, text: str) -> None:
        self.written.append(text)
        self.length += len(text)

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html", decl
        self.write(DOCTYPE)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self.length
        self.write(f"<{tag}")
        for name, value in attrs:
            self.write(f' {_SVG_CASE.get(name, name)}="{_escape_attribute(value or "")}"')
        self.write(">")
        if tag not in _VOID:
            self.open.append((tag, dict(attrs).get(PART), start))
        self.after_pre = tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened, part, start = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        self.write(f"</{tag}>")
        if part is not None:
            self.parts[part] = (start, self.length)

    def handle_data(self, data: str) -> None:
        raw = self.open and self.open[-1][0] in {"script", "style"}
        if self.after_pre:
            data = data.removeprefix("\n")
            self.after_pre = False
        self.write(data if raw else escape_text(data))


def normal_form(html: str) -> str:
    """Write a well-formed page in the normal form: no blanks outside head and body, no last newline."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    assert not writer.open, f"{writer.open[-1][0]} is never closed"
    text = "".join(writer.written)
    for outer in ("html", "head", "body"):
        text = re.sub(rf"\s*(<{outer}(?: [^>]*)?>|</{outer}>)\s*", r"\1", text, count=2)
    return text


def parts_of(page: str) -> dict[str, str]:
    """Return each named part of a page in the normal form, with the manifest and fingerprint emptied."""
    writer = _Writer()
    writer.feed(emptied(page))
    writer.close()
    text = "".join(writer.written)
    return {name: text[start:end] for name, (start, end) in writer.parts.items()}


def emptied(page: str) -> str:
    """Return a page without the text of its manifest and fingerprint: what its digest is of."""
    without = _MANIFEST.sub(MANIFEST_OPEN + "</script>", page, count=1)
    return _FINGERPRINT.sub(FINGERPRINT_OPEN + "</code>", without, count=1)


def manifest_text(page: str) -> str | None:
    """Return the manifest's text; None where the page has not exactly one."""
    found = _MANIFEST.findall(page)
    return found[0] if len(found) == 1 else None


def fingerprint_text(page: str) -> str | None:
    """Return the fingerprint as shown; None where the page has not exactly one."""
    found = _FINGERPRINT.findall(page)
    return found[0] if len(found) == 1 else None


def section_text(page: str, name: str) -> str | None:
    """Return the text of one data section; None where the page has not exactly one."""
    found = re.findall(
        rf'<script id="data-{re.escape(name)}" type="application/json">(.*?)</script>', page, re.DOTALL
    )
    return found[0] if len(found) == 1 else None


def page_sha256(page: str) -> str:
    """Return the digest of a page, doctype apart, with its manifest and fingerprint emptied."""
    return sha256_hex(emptied(page).removeprefix(DOCTYPE).encode())


def grouped(sha256: str) -> str:
    """Write a digest in eight groups, as the page shows it.

    Example:
        >>> grouped("0" * 64)[:17]
        '00000000 00000000'
    """
    return " ".join(sha256[i : i + 8] for i in range(0, 64, 8))
