"""Read a platform, find accounts, link them, and say why.

Law: these verbs look; they change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.opening import fitted
from debar.intake.report import describe
from debar.intake.report import render_text as render_report
from debar.linking.lookup import find_accounts
from debar.linking.why import render_why_text, why
from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED

if TYPE_CHECKING:
    from debar.app.opening import Opened


def read(opened: Opened, *, strict: bool = False) -> Answer:
    """Check an export: tables, counts, problems."""
    document = describe(opened.engine, opened.platform)
    code = EXIT_PROBLEMS if strict and opened.platform.problem_counts else 0
    return Answer(document=document, text=render_report(document), exit_code=code)


def why_linked(opened: Opened, one: str, other: str) -> Answer:
    """Say why two accounts are linked, or are not."""
    opened = fitted(opened)
    answer = why(opened.engine, one, other, opened.parameters, opened.policy)
    return Answer(document=answer.as_json(), text=render_why_text(answer))


def accounts(opened: Opened, query: str) -> Answer:
    """Find accounts by name, handle, id, domain or legal entity."""
    found = find_accounts(opened.engine, query)
    document = {"query": query, "candidates": [candidate.as_json() for candidate in found]}
    if not found:
        return Answer(document=document, text=f'nothing here answers to "{query}"', exit_code=EXIT_REFUSED)
    return Answer(document=document, text="\n".join(str(candidate) for candidate in found))
