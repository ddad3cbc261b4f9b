"""Notices as text and as self-contained pages.

Law: a page loads nothing, runs nothing, and escapes everything that is not ours; text and page say the same.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from debar.model.legible import legible
from debar.notices.issue import rule_sentence
from debar.notices.messages import Catalogue, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.notices.public_post import PublicPost
    from debar.notices.statement import Restriction, StatementOfReasons

TEXT_WIDTH = 96
"""Letters in a line of a text notice."""


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("debar.notices", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["svg"] = Markup
    environment.globals["link"] = web_link
    return environment


def render_page(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever a template shows
    """Render one of the package's templates; every value is escaped but pictures, which we draw ourselves."""
    return _environment().get_template(template).render(**values)


def is_web_address(url: str) -> bool:
    """Tell whether a browser may open an address: http or https, with a host, and nothing hidden in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    shown = legible(url, length_max=200)
    return bool(url.startswith(("http://", "https://")) and parts.hostname and shown == url)


def web_link(url: str) -> Markup:
    """Return a link, if the address is one that a browser may open; else the address as text."""
    shown = legible(url, length_max=200)
    if is_web_address(url):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(url, shown)
    return Markup("<code>{}</code>").format(shown)


def render_text(notice: StatementOfReasons, *, width: int | None = TEXT_WIDTH) -> str:
    """Write a statement of reasons as plain text.

    Args:
        notice: The statement.
        width: Letters in a line; None to leave a paragraph on one line, for a reader who wraps it.
    """
    words = catalogue(notice.language)
    view = _view(notice, words)
    out: list[str] = [words.say("statement.title"), "=" * len(words.say("statement.title")), ""]
    if view["name"]:
        out += _paragraphs([f"{view['name']} {view['handle']}".strip()])
    out += _paragraphs([view["lead"], view["unchanged"]])
    out += _section(words, "what", [f"{term}: {value}" for term, value in view["what"]])
    out += _section(words, "facts", [view["facts"], *view["source"]])
    out += _section(words, "ground", [*view["ground"], *filter(None, [legible(view["rule_url"])])])
    links = [f"{basis} {further}" for basis, further in view["links"]] + list(view["reasons"])
    out += _section(words, "links", links or [words.say("link.named")], bullets=bool(links))
    out += _paragraphs(filter(None, [view["calibration"]]))
    if view["speaks_for"]:
        out += _section(words, "speaks_for", view["speaks_for"], bullets=True)
    authorities = [", ".join(filter(None, map(legible, entry))) for entry in view["authorities"]]
    out += _section(words, "authorities", authorities or [words.say("authority.none")])
    for name in ("automation", "money", "contacts", "redress"):
        if view[name]:
            out += _section(words, name, view[name])
    out += _section(words, "reference", [f"{term}: {value}" for term, value in view["reference"]])
    out += _paragraphs([words.say("reference.legal")])
    return _joined(out, width)


def render_html(notice: StatementOfReasons) -> str:
    """Write a statement of reasons as one self-contained page."""
    words = catalogue(notice.language)
    return render_page("statement.html.j2", v=_view(notice, words), say=words.say, language=notice.language)


def _view(notice: StatementOfReasons, words: Catalogue) -> dict[str, Any]:
    """Return every sentence of a statement, legible, by section."""
    s = notice
    return {
        "platform": words.listed([s.platform]),
        "name": words.listed([s.subject.name]),
        "handle": words.listed([s.subject.handle]),
        "lead": _lead(s, words),
        "unchanged": s.unchanged,
        "what": [pair for restriction in s.restrictions for pair in _what(restriction, words)]
        or [(words.say("field.kind"), words.say("restriction.lifted"))],
        "facts": legible(s.facts, lines=True),
        "source": _source(s, words),
        "ground": _ground(s, words),
        "rule_url": s.ground.rule_url,
        "links": [(x.basis, x.probability) for x in s.links],
        "calibration": _calibration(s, words),
        "reasons": [legible(sentence) for sentence in s.reasons],
        "speaks_for": [legible(sentence) for sentence in s.speaks_for],
        "authorities": [
            (
                words.say(
                    "authority.page" if a.page else "authority.line",
                    name=a.name,
                    date=words.day_of(a.published_on),
                    page=a.page,
                ),
                a.url,
                words.say("authority.sha256", sha256=a.document_sha256) if a.document_sha256 else "",
            )
            for a in s.authority_refs
        ],
        "automation": [s.automation.detection, s.automation.decision],
        "money": s.money.sentences,
        "contacts": s.contacts,
        "redress": [
            words.say("redress.complain", until=words.day(s.redress.complaint_until), how=s.redress.how),
            s.redress.reviewed,
            s.redress.out_of_court,
            s.redress.court,
        ],
        "reference": _reference(s, words),
    }


def _lead(s: StatementOfReasons, words: Catalogue) -> str:
    applies_from = words.instant(s.applies_from)
    if not s.restrictions:
        return words.say("statement.lead.lifted", applies_from=applies_from, platform=s.platform)
    first = s.restrictions[0]
    if first.review_on is None:
        return words.say("statement.lead.ban", applies_from=applies_from, platform=s.platform)
    return words.say(
        "statement.lead.interim",
        applies_from=applies_from,
        platform=s.platform,
        review_on=words.day(first.review_on),
    )


def _what(restriction: Restriction, words: Catalogue) -> list[tuple[str, str]]:
    interim = restriction.kind == "interim suspension"
    pairs: list[tuple[str, str]] = [
        (words.say("field.kind"), words.say("restriction.interim" if interim else "restriction.ban")),
        (
            words.say("field.scope"),
            words.listed((words.say_known("scope", s) for s in restriction.scope), conjunction=True),
        ),
        (
            words.say("field.surfaces"),
            words.listed(words.say_known("surface", s) for s in restriction.surfaces),
        ),
        (
            words.say("field.territories"),
            words.listed(words.say_known("territory", t) for t in restriction.territorial_scope),
        ),
        (words.say("field.from"), words.instant(restriction.applies_from)),
        (
            words.say("field.until"),
            words.day(restriction.until) if restriction.until else words.say("until.none"),
        ),
    ]
    if restriction.review_on is not None:
        pairs.append((words.say("field.review_on"), words.day(restriction.review_on)))
    return pairs


def _calibration(s: StatementOfReasons, words: Catalogue) -> str:
    if not s.links:
        return ""
    return words.say("link.calibrated" if all(x.calibrated for x in s.links) else "link.uncalibrated")


def _source(s: StatementOfReasons, words: Catalogue) -> list[str]:
    if s.source.type == "own initiative":
        return [words.say("source.own")]
    if s.source.identity is None:
        return [words.say("source.notice_unnamed")]
    return [words.say("source.notice", identity=s.source.identity)]


def _ground(s: StatementOfReasons, words: Catalogue) -> list[str]:
    sentences: list[str] = [words.say("ground.type", type=s.ground.type)]
    if s.ground.rule_id:
        sentences.append(rule_sentence(s.ground.rule_id, s.ground.rule_version, words))
    if s.ground.explanation:
        sentences.append(legible(s.ground.explanation, lines=True))
    return sentences


def _reference(s: StatementOfReasons, words: Catalogue) -> list[tuple[str, str]]:
    pairs = [
        ("field.status", words.say_known("status", s.status)),
        ("field.account", s.subject.account_id),
        ("field.informed", words.instant(s.informed_at)),
        ("field.decision", s.decision_id),
        ("field.statement", s.statement_id),
        ("field.puid", s.puid),
        ("field.plan", s.plan_sha256),
    ]
    return [(words.say(key), words.listed([value])) for key, value in pairs if value]


def render_post_text(post: PublicPost, *, width: int | None = TEXT_WIDTH) -> str:
    """Write a public post as plain text, without its pictures; ``width`` as in :func:`render_text`."""
    words = catalogue(post.language)
    out: list[str] = [post.title, "=" * min(len(post.title), TEXT_WIDTH), ""]
    out += _paragraphs(post.lead)
    out += _headed(words.say("post.heading.scope"), post.scope)
    authorities = [", ".join(filter(None, map(legible, entry))) for entry in post.authorities]
    why = [
        *post.why,
        *filter(None, [legible(post.rule_url)]),
        *(authorities or [words.say("authority.none")]),
    ]
    out += _headed(words.say("post.heading.why"), why)
    pledged = [f"{words.say('post.money.pledged')} {line}" for line in post.recipients]
    money = [
        post.money[0],
        *(f"{name}: {amount}" for name, amount in post.earned),
        *(pledged or [words.say("post.money.unpledged")]),
        *post.money[1:],
    ]
    out += _headed(words.say("post.heading.money"), money)
    for key, lines in (("post.alternatives", post.alternatives), ("post.consequences", post.consequences)):
        if lines:
            out += _headed(words.say(key), lines, bullets=True)
    answer = [words.say("post.answer.none")] if post.denial is None else [post.denial[0]]
    out += _headed(words.say("post.heading.answer"), answer)
    if post.denial is not None:
        out += ["", *(f"  > {line}" for line in post.denial[1].rstrip().split("\n"))]
    out += _headed(words.say("post.heading.contacts"), post.contacts)
    out += _headed(words.say("post.heading.verify"), post.verify)
    return _joined(out, width)


def render_post_html(post: PublicPost) -> str:
    """Write a public post as one self-contained page with its two pictures."""
    words = catalogue(post.language)
    return render_page("public_post.html.j2", v=post, say=words.say, language=post.language)


def _section(words: Catalogue, name: str, sentences: Sequence[str], *, bullets: bool = False) -> list[str]:
    return _headed(words.say(f"heading.{name}"), sentences, bullets=bullets)


def _headed(heading: str, sentences: Iterable[str], *, bullets: bool = False) -> list[str]:
    return ["", heading, "-" * len(heading), *_paragraphs(sentences, bullets=bullets)]


def _paragraphs(sentences: Iterable[str], *, bullets: bool = False) -> list[str]:
    mark = "- " if bullets else ""
    return [f"{mark}{part}" for sentence in sentences for part in sentence.split("\n") if part.strip()]


def _joined(lines: Iterable[str], width: int | None) -> str:
    """Join lines, each wrapped to a width; what the other side wrote keeps its own lines."""
    wrapped: list[str] = []
    for line in lines:
        if width is None or line.startswith("  > ") or not line:
            wrapped.append(line)
            continue
        wrapped += textwrap.wrap(
            line,
            width,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(wrapped).rstrip() + "\n"
