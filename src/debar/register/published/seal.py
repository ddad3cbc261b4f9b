"""A page that carries the log's signature over itself, in a comment at its end.

Law: pure. One changed byte of the page breaks the seal; the seal says which revision the page is of.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from debar.register.notes import malformed, parse_note, sign_note, verify_note

if TYPE_CHECKING:
    from debar.model.ports import Signer
    from debar.register.notes import VerifierKey

_OPEN: Final = b"<!--\n"
_CLOSE: Final = b"-->\n"
_TEXT: Final = re.compile(r"debar page v1\n[^\n]+\n(0|[1-9][0-9]*)\n([0-9a-f]{64})\n")


def sealed(page: str, *, origin: str, size: int, signer: Signer) -> bytes:
    """Return a page with its seal.

    Args:
        page: The page's text, as it shall be shown.
        origin: The log's name.
        size: The revision that the page is of.
        signer: The log's key.
    """
    body = page.encode()
    note = sign_note(_text(body, origin=origin, size=size), name=origin, signer=signer)
    return body + _OPEN + str(note).encode() + _CLOSE


def opened(content: bytes, key: VerifierKey) -> tuple[str, int]:
    """Return a sealed page's text and its revision.

    Raises:
        DebarError: DBR-R020, it has no seal; DBR-R021, the seal does not fit.
    """
    body, mark, rest = content.rpartition(_OPEN)
    try:
        note = parse_note(rest.removesuffix(_CLOSE).decode())
        page = body.decode()
    except UnicodeDecodeError:
        raise malformed("a sealed page") from None
    verify_note(note, (key,))
    match = _TEXT.fullmatch(note.text)
    if not mark or not rest.endswith(_CLOSE) or match is None:
        raise malformed("a sealed page")
    size = int(match[1])
    if note.text != _text(body, origin=key.name, size=size):
        raise malformed("the page that was sealed")
    return page, size


def _text(body: bytes, *, origin: str, size: int) -> str:
    return f"debar page v1\n{origin}\n{size}\n{hashlib.sha256(body).hexdigest()}\n"
