"""Documents become pages.

Law: everything is escaped but pictures that we draw ourselves; a page names what it was made of and when.
"""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup

from debar.app.telling_plans import amount
from debar.model.canonical import sha256_hex
from debar.model.legible import legible
from debar.model.money import format_micros, parse_micros, round_to_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC: Final = "/static/"
_ROOT: Final = files("debar.console") / "static"


@functools.cache
def static_file(name: str) -> bytes | None:
    """Return one of the package's own files, or None."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return None
    found = _ROOT.joinpath(*parts)
    return found.read_bytes() if found.is_file() else None


@functools.cache
def static_address(name: str) -> str:
    """Return the address of one of the package's files, with its digest, so that it can be kept for long."""
    content = static_file(name)
    assert content is not None, f"there is no static file {name}"
    return f"{STATIC}{name}?{sha256_hex(content)[:12]}"


def money(text: str | None, currency: str) -> str:
    """Return a decimal string as people read it, in whole cents: ``$1,900,000.00``."""
    if text is None:
        return "unknown"
    return amount(format_micros(round_to_minor(parse_micros(text), currency)), currency)


def instant(text: str | datetime | None) -> str:
    """Return an instant to the minute, in UTC."""
    if not text:
        return "not yet"
    found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def day(text: str | datetime | None) -> str:
    """Return an instant's day."""
    return instant(text)[:10] if text else "none"


def percent(text: str | float) -> str:
    """Return a probability as whole percent; never 0 % or 100 %: no evidence is that good."""
    p = float(text)
    if p < 0.01:
        return "<1 %"
    if p > 0.99:
        return ">99 %"
    return f"{p * 100:.0f} %"


def dom_id(kind: str, account_id: str) -> str:
    """Return what an account's row or entry is called on a page: plain letters, whatever its id holds."""
    return f"{kind}-{sha256_hex(account_id.encode())[:12]}"


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates' environment."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("debar.console", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_address
    made.globals["svg"] = Markup
    made.filters.update(
        money=money,
        instant=instant,
        day=day,
        percent=percent,
        legible=legible,
        row_id=lambda account_id: dom_id("row", account_id),
        as_json=lambda value: json.dumps(value, ensure_ascii=False),
        thousands=lambda number: f"{number:,}",
    )
    return made


def render(template: str, values: Mapping[str, Any]) -> str:
    """Render a template of the console."""
    return environment().get_template(template).render(**values)
