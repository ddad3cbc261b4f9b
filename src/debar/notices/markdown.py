"""The public post as Markdown, for a blog, a wiki or a repository.

Law: it says what the page and the text say; nothing from outside becomes markup, a link or HTML. Written in
CommonMark: any punctuation may stand behind a backslash there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from debar.model.legible import legible
from debar.notices.messages import Catalogue, catalogue
from debar.notices.pages import is_web_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.notices.public_post import PublicPost

_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_OPENING: Final = re.compile(r"^(?:[-+=:]|\d{1,9}(?=[.)](?:\s|$)))")
"""What opens a list, a heading or a definition at the beginning of a line."""


def markdown_text(text: str) -> str:
    r"""Return text that Markdown shows as it is, line breaks kept.

    Example:
        >>> markdown_text("*RT* <b>\n1. first")
        '\\*RT\\* \\<b\\>\\\n1\\. first'
    """
    return "\\\n".join(_line(line) for line in legible(text, lines=True).split("\n") if line.strip())


def _line(line: str) -> str:
    shown = _inline(line.strip())
    opening = _OPENING.match(shown)
    if opening is None:
        return shown
    end = opening.end()
    return f"{shown[:end]}\\{shown[end:]}" if opening.group()[0].isdigit() else f"\\{shown}"


def _inline(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def render_post_markdown(post: PublicPost) -> str:
    """Write a public post as Markdown, without its pictures."""
    words = catalogue(post.language)
    blocks = [f"# {markdown_text(post.title)}", f"*{_inline(post.platform)} · {_inline(post.when)}*"]
    blocks += map(markdown_text, post.lead)
    blocks += _headed(words, "post.heading.scope", post.scope)
    blocks += _why(post, words)
    blocks += _money(post, words)
    for key, lines in (("post.alternatives", post.alternatives), ("post.consequences", post.consequences)):
        if lines:
            blocks += [f"## {words.say(key)}", _bullets(lines)]
    blocks.append(f"## {words.say('post.heading.answer')}")
    blocks += _answer(post, words)
    blocks += _headed(words, "post.heading.contacts", post.contacts)
    blocks += _headed(words, "post.heading.verify", post.verify)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _headed(words: Catalogue, key: str, sentences: Iterable[str]) -> list[str]:
    return [f"## {words.say(key)}", *map(markdown_text, sentences)]


def _why(post: PublicPost, words: Catalogue) -> list[str]:
    blocks = _headed(words, "post.heading.why", post.why)
    blocks.append(_address(post.rule_url))
    if not post.authorities:
        return [*blocks, markdown_text(words.say("authority.none"))]
    cited = [
        "\\\n  ".join(filter(None, [markdown_text(line), _address(url), markdown_text(sha256)]))
        for line, url, sha256 in post.authorities
    ]
    return [*blocks, "\n".join(f"- {entry}" for entry in cited)]


def _address(url: str) -> str:
    return f"<{url}>" if is_web_address(url) and not re.search(r"[\s<>]", url) else markdown_text(url)


def _money(post: PublicPost, words: Catalogue) -> list[str]:
    head = (words.say("post.money.subject"), post.earned_word)
    rows = [head, *post.earned]
    table = [f"| {_cell(name)} | {_cell(amount)} |" for name, amount in rows]
    table.insert(1, "|---|---:|")
    pledged = (
        [markdown_text(words.say("post.money.pledged")), _bullets(post.recipients)]
        if post.recipients
        else [markdown_text(words.say("post.money.unpledged"))]
    )
    first, rest = _inline(post.money[0]), map(markdown_text, post.money[1:])
    return [f"## {words.say('post.heading.money')}", f"**{first}**", "\n".join(table), *pledged, *rest]


def _cell(text: str) -> str:
    return _inline(" ".join(text.split()))


def _answer(post: PublicPost, words: Catalogue) -> list[str]:
    if post.denial is None:
        return [markdown_text(words.say("post.answer.none"))]
    said, text = post.denial
    paragraphs = [markdown_text(part) for part in re.split(r"\n\s*\n", text.strip())]
    quoted = [f"> {line}" for part in paragraphs for line in (*part.split("\n"), "")]
    return [markdown_text(said), "\n".join(quoted[:-1])]


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {markdown_text(line)}".replace("\\\n", "\\\n  ") for line in lines)
