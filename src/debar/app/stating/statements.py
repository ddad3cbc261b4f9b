"""Statements of reasons and the public post, in every form but the EU database's.

Law: what is stated to one account stands in its own words and language; the public reads names only of those
whom the decision names.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.decisions import banned_accounts, load_decision, open_for
from debar.app.reversal.noticing import revised_notices
from debar.app.verbs import write_whole
from debar.cases.contacts import contacts_of
from debar.model.money import round_to_minor
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError
from debar.notices.dsa.form import SOURCE_TYPES
from debar.notices.issue import OWN_INITIATIVE, Issue, public_version
from debar.notices.markdown import render_post_markdown
from debar.notices.messages import LANGUAGES
from debar.notices.pages import render_html, render_post_html, render_post_text, render_text
from debar.notices.public_post import Publication, PublicPost, RecordPointer, public_post
from debar.notices.statement import Source, StatementOfReasons, as_json
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Opened, Setting
    from debar.model.rates import Rates


def statement(
    setting: Setting, decision: str, *, form: str, language: str, account: str | None, out: Path | None
) -> Answer:
    """Tell the statement of reasons: to one account, or to the public; or write all of them.

    Raises:
        DebarError: DBR-A010, the plan was not applied; DBR-A011, the decision does not touch the account;
            DBR-A061, the post has no such form.
    """
    told = applied_decision(setting, decision)
    opened = open_for(setting, told.plan, None)
    if out is not None:
        files = write_statements(told, opened, out)
        return Answer(document={"files": files}, text=f"{len(files)} files in {out}")
    if account is not None:
        return _to_account(current_notice(told, opened, account, language)[0], form)
    post = public_post(told.plan, publication_of(told, opened, language))
    document = {
        "title": post.title,
        "text": render_post_text(post),
        "decision_id": told.decision_id,
        "language": language,
    }
    renders = {"html": render_post_html, "markdown": render_post_markdown, "text": render_post_text}
    text = json_text(document) if form == "json" else renders[form](post)
    return Answer(document=document, text=text)


def _to_account(notice: StatementOfReasons, form: str) -> Answer:
    if form == "markdown":
        raise DebarError(
            "DBR-A061",
            "a statement to one account has no Markdown form: it is a letter, not a post",
            hint="--format text, html or json; without --account the public post is written in Markdown",
            exit_code=EXIT_USAGE,
        )
    document = as_json(notice)
    text = {"text": render_text, "html": render_html}.get(form)
    return Answer(document=document, text=text(notice) if text else json_text(document))


def json_text(document: Mapping[str, Any]) -> str:
    """Write a document as indented JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False)


def applied_decision(setting: Setting, decision: str) -> Decision:
    """Load a decision that was applied.

    Raises:
        DebarError: DBR-A010, the plan was not applied.
    """
    told = load_decision(setting, decision)
    if told.applied_at is None:
        raise DebarError(
            "DBR-A010",
            "this plan was not applied: there is nothing to state reasons for",
            hint="debar approve and debar apply come first",
            exit_code=EXIT_REFUSED,
        )
    return told


def current_notice(
    told: Decision, opened: Opened, account: str, language: str = "en"
) -> tuple[StatementOfReasons, Mapping[str, Any]]:
    """Return the statement to one account as it stands now, which supersedes the others, and its plan.

    Raises:
        DebarError: DBR-A011, the decision does not touch the account.
    """
    every = revised_notices(told, issue_of(told, opened, language))
    found = [(s, plan) for s, plan in every if s.subject.account_id == account and s.status != "superseded"]
    if not found:
        raise DebarError("DBR-A011", f"the decision does not touch account {account}", exit_code=EXIT_REFUSED)
    return found[0]


def issue_of(told: Decision, opened: Opened, language: str = "en") -> Issue:
    """Return what a decision's statements need beside its plan."""
    assert told.applied_at is not None, "only an applied plan has statements"
    return Issue(
        decision_id=told.decision_id,
        applied_at=told.applied_at,
        informed_at=told.applied_at,
        platform_name=told.plan["platform_name"],
        recipients=told.recipients(),
        source=source_of(told.plan["decision"]),
        contacts=contacts_of(opened.engine, banned_accounts(told.plan)),
        language=language,
    )


def source_of(decision: Mapping[str, Any]) -> Source:
    """Return what set a decision off, as the people who decided stated it; own initiative where nobody did.

    Raises:
        DebarError: DBR-A060, it is no source.
    """
    stated = decision.get("source")
    if stated is None:
        return OWN_INITIATIVE
    kind, identity = (stated.get("type"), stated.get("identity")) if isinstance(stated, dict) else ("", None)
    if kind not in SOURCE_TYPES or not isinstance(identity, str | None):
        raise DebarError(
            "DBR-A060",
            f"the decision states {kind!r} as what set it off",
            hint=f'source = {{ type = "notification", identity = "..." }}; types: {", ".join(SOURCE_TYPES)}',
        )
    return Source(type=kind, identity=identity)


def monthly_spend(
    opened: Opened, account_ids: Sequence[str], rates: Rates, to: str
) -> list[tuple[date, int]]:
    """Return delivered advertising a month, at the service days' rates, in micros.

    An archive has stated spend instead, which is never converted: then only what is stated in ``to`` counts.
    Amounts in a currency that has no rate on their day are left out: the picture is not the account.
    """
    rows = opened.engine.rows(
        "SELECT CAST(date_trunc('month', service_day) AS DATE), service_day, currency,"
        " CAST(SUM(amount_micros) AS DECIMAL(38,0)) FROM billing"
        " WHERE kind = 'delivered' AND account_id IN (SELECT unnest($ids)) GROUP BY ALL ORDER BY 1, 2, 3",
        {"ids": list(account_ids)},
    )
    if not rows:
        rows = opened.engine.rows(
            "SELECT CAST(date_trunc('month', from_day) AS DATE), from_day, currency,"
            " CAST(SUM(low_micros) AS DECIMAL(38,0)) FROM spend WHERE from_day IS NOT NULL"
            " AND low_micros IS NOT NULL AND currency = $to AND account_id IN (SELECT unnest($ids))"
            " GROUP BY ALL ORDER BY 1, 2, 3",
            {"ids": list(account_ids), "to": to},
        )
    totals: dict[date, int] = {}
    for month, day, currency, micros in rows:
        try:
            rate = rates.cross(currency, to, day)
        except DebarError:
            continue
        totals[month] = totals.get(month, 0) + round(rate * int(micros))
    return [(month, round_to_minor(micros, to)) for month, micros in sorted(totals.items())]


def publication_of(told: Decision, opened: Opened, language: str = "en") -> Publication:
    """Return what the public post needs beside the plan."""
    assert told.applied_at is not None, "only an applied plan is published"
    accounts = banned_accounts(told.plan)
    currency = told.plan["earned"]["currency"] or "USD"
    plans = [entry.seq for entry in told.entries if entry.type == "plan"]
    return Publication(
        applied_at=told.applied_at,
        platform_name=told.plan["platform_name"],
        recipients=told.recipients(),
        denial=told.denial(),
        contacts=contacts_of(opened.engine, accounts),
        spend=monthly_spend(opened, accounts, shipped_rates(), currency),
        spend_currency=currency,
        record=RecordPointer(
            entry=plans[0], root=told.checkpoint.splitlines()[2], command="debar verify brief.html"
        ),
        language=language,
    )


def write_statements(told: Decision, opened: Opened, folder: Path) -> list[str]:
    """Write the public post and every notice, in each language, and all as JSON; return the files' names.

    English files have plain names; those of another language carry its code: ``post.de.html``.
    """
    names = []
    for language in LANGUAGES:
        mark = "" if language == "en" else f".{language}"
        names += _write_post(public_post(told.plan, publication_of(told, opened, language)), folder, mark)
        notices = revised_notices(told, issue_of(told, opened, language))
        for notice, _ in notices:
            name = f"notices/{notice.puid}{mark}.html"
            write_whole(folder / name, render_html(notice))
            names.append(name)
        public = [as_json(public_version(notice, plan)) for notice, plan in notices]
        names.append(f"statements{mark}.json")
        write_whole(folder / names[-1], json_text({"statements": public}) + "\n")
    return names


def _write_post(post: PublicPost, folder: Path, mark: str) -> list[str]:
    texts = {
        f"post{mark}.html": render_post_html(post),
        f"post{mark}.txt": render_post_text(post),
        f"post{mark}.md": render_post_markdown(post),
    }
    for name, text in texts.items():
        write_whole(folder / name, text)
    return list(texts)
