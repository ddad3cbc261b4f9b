"""Statements of reasons for the EU's DSA Transparency Database.

Law: nothing is sent from here; what is written can be posted as it is. What cannot be submitted is said with
its reason, and never keeps the others back.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.decisions import open_for
from debar.app.reversal.noticing import revised_notices
from debar.app.stating.statements import applied_decision, current_notice, issue_of, json_text
from debar.app.verbs import write_whole
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.notices.dsa.form import AccountAtDecision, calls, dsa_form, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Opened, Setting
    from debar.notices.dsa.form import DsaTerms


def database_form(
    setting: Setting,
    decision: str,
    *,
    language: str,
    account: str | None,
    terms_file: Path | None,
    out: Path | None,
) -> Answer:
    """Return one account's form; or the bodies of the calls that submit all, one JSON object a line.

    Raises:
        DebarError: DBR-N005, the one account's statement cannot be submitted; DBR-N006, the terms are not of
            the form.
    """
    told = applied_decision(setting, decision)
    opened = open_for(setting, told.plan, None)
    terms = terms_of(told.plan["decision"].get("dsa") or {}, _read_terms(terms_file))
    if account is not None:
        notice, plan = current_notice(told, opened, account, language)
        form = dsa_form(notice, plan, terms, _accounts(opened, [account], _applied(told))[account])
        return _answer({"statement": form}, json_text(form), out)
    forms, refused = _forms(told, opened, terms, language=language)
    bodies = list(calls(forms))
    lines = "\n".join(json.dumps(body, ensure_ascii=False) for body in bodies)
    document = {"calls": bodies, "statements": len(forms), "refused": refused}
    if not refused:
        return _answer(document, lines, out)
    told_lines = [f"{len(refused)} of {len(forms) + len(refused)} cannot be submitted"]
    told_lines += [f"  {r['account_id']}: {'; '.join(r['why'])}" for r in refused]
    answer = _answer(document, lines, out)
    text = "\n".join([*filter(None, [answer.text]), *told_lines])
    return Answer(document=document, text=text, exit_code=EXIT_REFUSED)


def _applied(told: Decision) -> datetime:
    assert told.applied_at is not None, "only an applied plan has statements"
    return told.applied_at


def _answer(document: Mapping[str, Any], text: str, out: Path | None) -> Answer:
    if out is None or not text:
        return Answer(document=document, text=text)
    write_whole(out, text + "\n")
    return Answer(document={**document, "file": str(out)}, text=f"written to {out}")


def _read_terms(path: Path | None) -> Mapping[str, Any]:
    """Read further terms from a TOML file: the fields themselves, or a table ``dsa`` that holds them."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DebarError(
            "DBR-N006",
            f"the terms for the EU's database cannot be read: {error}",
            place=Place(file=path.name),
            hint='category = "STATEMENT_CATEGORY_..."',
        ) from None
    inner = document.get("dsa", document)
    return inner if isinstance(inner, dict) else document


def forms_of(
    told: Decision, opened: Opened, *, language: str = "en"
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the forms of a decision under its own terms, and what cannot be submitted, with the reasons."""
    return _forms(told, opened, terms_of(told.plan["decision"].get("dsa") or {}, {}), language=language)


def _forms(
    told: Decision, opened: Opened, terms: DsaTerms, *, language: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    notices = revised_notices(told, issue_of(told, opened, language))
    known = _accounts(opened, [notice.subject.account_id for notice, _ in notices], _applied(told))
    forms, refused = [], []
    for notice, plan in notices:
        account_id = notice.subject.account_id
        try:
            forms.append(dsa_form(notice, plan, terms, known[account_id]))
        except DebarError as error:
            refused.append({"account_id": account_id, "puid": notice.puid, "why": list(error.details)})
    return forms, refused


def _accounts(
    opened: Opened, account_ids: Sequence[str], applied_at: datetime
) -> dict[str, AccountAtDecision]:
    """Return when accounts were registered, and how many of their ads ran when the decision was applied."""
    at = applied_at.replace(tzinfo=None)
    rows = opened.engine.rows(
        "SELECT a.account_id, CAST(a.created_at AS DATE), (SELECT COUNT(*) FROM ads AS d"
        " WHERE d.account_id = a.account_id AND d.started_at <= $at"
        " AND (d.ended_at IS NULL OR d.ended_at > $at))"
        " FROM accounts AS a WHERE a.account_id IN (SELECT unnest($ids))",
        {"ids": list(account_ids), "at": at},
    )
    found = {row[0]: AccountAtDecision(registered_on=row[1], running_ads_count=int(row[2])) for row in rows}
    return {a: found.get(a, AccountAtDecision(registered_on=None)) for a in account_ids}
