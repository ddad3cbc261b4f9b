"""Build ``brief.html``: the whole case in one offline file.

Law: the same input makes the same bytes. Nothing in the file asks anything of a network; its policy
forbids it to, and allows exactly the one style and the one script that it holds.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment
from markupsafe import Markup, escape

from debar.briefs.hearing import hearing_of, tlog_proof
from debar.briefs.moneyview import shares, waterfalls
from debar.briefs.network import WIDTH, lay_out
from debar.briefs.seal import FINGERPRINT_OPEN, MANIFEST_OPEN, grouped, normal_form, page_sha256, parts_of
from debar.briefs.timeline import timelines
from debar.briefs.verify import SECTIONS, TITLES
from debar.briefs.view import View, money_text, standing_of
from debar.evidence.parameters import RELATIONS, ROLES
from debar.evidence.weigh import FIRM_GRADES, TOGETHER
from debar.model.canonical import canonical_json, sha256_hex
from debar.model.currencies import MINOR_DIGITS
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, STRONG_KINDS, carries_a_ban
from debar.model.legible import legible
from debar.model.money import parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION: Final = 1
SCRIPTS: Final = ("expand.js", "check.js", "page.js")
CONTENTS: Final = (
    ("mistakes", "Mistakes"),
    ("decision", "Decision"),
    ("members", "Members"),
    ("outside", "Left out"),
    ("facts", "Facts"),
    ("money", "Money"),
    ("contacts", "Contacts"),
    ("hearing", "Other side"),
    ("approvals", "Signatures"),
    ("record", "Register"),
    ("statement", "Statements"),
    ("check", "Check"),
)
COUNTERPARTS: Final = (("sales", "Our sales people"), ("government", "Governments"), ("other", "Others"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefInput:
    """Everything that a brief shows.

    Args:
        plan: The plan's document, with its evidence, weights and policy.
        accounts: Account id to name, handle, legal_name, country, created_at, declared_agency, and
            ``identifiers``: a list of kind, shown, role, first_seen, last_seen, source, fact_id.
        money: The ledger's report as JSON, and ``months``: month, amount, currency; empty for none.
        contacts: Contacts as JSON, all of them, oldest first.
        entries: Register entries: seq (zero-based leaf), type, at, by, leaf (base64), proof (hashes,
            the leaf's sibling first, base64 or hexadecimal), summary; and ``opened`` where the words are
            shown: the private body, and the salt that opens the leaf's commitment to it.
        checkpoint: The signed note of a tree that holds all entries; empty where there is none.
        verification_keys: The register's verifier keys as text, and enrolled keys as objects with
            ``by`` and ``public_key``.
        approvals: by, public_key, signature, and ``message`` if it is carried.
        statement: The public post as text.
        statements: The statement to each account: account_id, puid, text.
        recipients: Whom the money is pledged to: name, purpose, amount, currency.
        title: What the case is called.
        made_at: When the brief was made, ISO 8601 in UTC.
    """

    plan: Mapping[str, Any]
    accounts: Mapping[str, Mapping[str, Any]]
    money: Mapping[str, Any] = field(default_factory=dict)
    contacts: Sequence[Mapping[str, Any]] = ()
    entries: Sequence[Mapping[str, Any]] = ()
    checkpoint: str = ""
    verification_keys: Sequence[str | Mapping[str, Any]] = ()
    approvals: Sequence[Mapping[str, Any]] = ()
    statement: str = ""
    statements: Sequence[Mapping[str, str]] = ()
    recipients: Sequence[Mapping[str, str]] = ()
    title: str
    made_at: str


def build_brief(brief: BriefInput) -> str:
    """Build the file's text.

    Args:
        brief: What it shows.

    Returns:
        The page in the normal form, sealed. Write it as UTF-8, byte for byte.
    """
    view = View(brief.plan, brief.accounts)
    css, script = _asset("brief.css"), "".join(f"{_asset(name)}\n" for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    for tag in ("</script", "<!--", "<script"):
        assert tag not in script.lower(), f"{tag} would end the page's script"
    sections = {name: _embedded(document) for name, document in _sections(brief, view).items()}
    page = normal_form(_render(brief, view, css=css, script=script, sections=sections))
    return _sealed(page, sections, brief)


def _asset(name: str) -> str:
    return files("debar.briefs").joinpath("assets", name).read_text(encoding="utf-8")


def _sections(brief: BriefInput, view: View) -> dict[str, Any]:
    """Return the data that the page carries, by the names of :data:`SECTIONS`."""
    currencies = {code for m in brief.plan["members"] for code in m["earned"]["by_currency"]}
    sections = {
        "plan": brief.plan,
        "accounts": brief.accounts,
        "money": brief.money,
        "contacts": list(brief.contacts),
        "record": {
            "entries": list(brief.entries),
            "checkpoint": brief.checkpoint,
            "keys": list(brief.verification_keys),
            "approvals": list(brief.approvals),
        },
        "case": {
            "title": brief.title,
            "made_at": brief.made_at,
            "statement": brief.statement,
            "statements": list(brief.statements),
            "recipients": list(brief.recipients),
        },
        "rules": {
            **weighing_rules(),
            "minor_digits": {c: MINOR_DIGITS[c] for c in sorted(currencies | {view.currency} - {""})},
            "names": {m["account_id"]: legible(view.name(m["account_id"])) for m in brief.plan["members"]},
        },
    }
    assert tuple(sections) == SECTIONS, "a brief has exactly the sections that are verified"
    return sections


def weighing_rules() -> dict[str, Any]:
    """Return what weighing needs beside a plan's own parameters: the house's fixed words."""
    return {
        "families": list(FAMILIES),
        "roles": list(ROLES),
        "relations": list(RELATIONS),
        "strong": sorted(STRONG_KINDS),
        "firm_grades": {family: sorted(grades) for family, grades in FIRM_GRADES.items()},
        "together": [[one, sorted(ones), other, sorted(others)] for one, ones, other, others in TOGETHER],
        "carries_a_ban": sorted(kind for kind in FAMILY_OF_KIND if carries_a_ban(kind)),
    }


def _embedded(document: Any) -> str:  # noqa: ANN401 - any JSON value
    """Write a section so that no text in it can end its block."""
    text = canonical_json(document).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _render(brief: BriefInput, view: View, *, css: str, script: str, sections: Mapping[str, str]) -> str:
    environment = Environment(autoescape=True, trim_blocks=True, finalize=_shown)
    environment.filters["g"] = lambda number: f"{number:g}"
    plan, months = brief.plan, brief.money.get("months", ())
    template = environment.from_string(_asset("brief.html.j2"))
    return template.render(
        b=brief,
        p=plan,
        d=plan["decision"],
        v=view,
        csp=_policy(css, script),
        css=Markup(css),  # noqa: S704 - our own style, hashed in the policy
        script=Markup(script),  # noqa: S704 - our own script, hashed in the policy
        sections={name: Markup(text) for name, text in sections.items()},  # noqa: S704 - "<" is escaped in it
        titles=TITLES,
        applied=any(entry["type"] == "debar" for entry in brief.entries),
        contents=CONTENTS,
        counts=view.tags(),
        banned=view.of_standing("named", "in"),
        asked=view.of_standing("ask"),
        spared=view.spared(),
        net=_network(view),
        timelines=timelines(
            months,
            currency=view.currency,
            window=plan.get("window"),
            ban_day=plan["decision"]["from"][:10],
        ),
        rng=_range(plan, view),
        waterfalls=waterfalls(brief.money),
        shares=shares(brief.money),
        contacts=_contacts(brief.contacts),
        keys=[_key_line(key) for key in brief.verification_keys],
        money=money_text,
        link=_link,
        hearing=hearing_of(brief.entries),
        tlog_proof=tlog_proof,
    )


def _shown(value: object) -> object:
    """Make every text legible on its way into the page; autoescape then makes it safe."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return legible(value, lines=True)


def _policy(css: str, script: str) -> str:
    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(css)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _network(view: View) -> dict[str, Any]:
    members = view.members
    net = lay_out(
        view.evidence,
        statuses={a: standing_of(m) for a, m in members.items()},
        names={a: view.name(a) for a in members},
        amounts=view.amounts,
        probabilities={a: parse_micros(m["p_owner"]) for a, m in members.items()},
        on_paths=frozenset(
            account
            for m in members.values()
            if m["status"] != "out"
            for hop in m["path"]
            for account in (hop["from"], hop["to"])
        ),
        decisive=frozenset(f.fact_id for f in view.facts.values() if f.alone.leaves),
    )
    return {"width": WIDTH} | {name: getattr(net, name) for name in net.__slots__}


def _range(plan: Mapping[str, Any], view: View) -> tuple[int, int, int]:
    """Return where low, likely and high stand on a scale of a thousand."""
    if not view.currency:
        return (0, 0, 0)
    low, likely, high = (max(parse_micros(plan["earned"][name]), 0) for name in ("low", "likely", "high"))
    most = max(high, 1)
    return (990 * low // most, 990 * likely // most, 990 * high // most)


def _contacts(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    known = [kind for kind, _ in COUNTERPARTS]
    found = [(word, [row for row in rows if row.get("counterpart") == kind]) for kind, word in COUNTERPARTS]
    found[-1][1].extend(row for row in rows if row.get("counterpart") not in known)
    return found


def _key_line(key: str | Mapping[str, Any]) -> str:
    if isinstance(key, str):
        return f"register {key}"
    return " ".join(str(key[name]) for name in ("role", "by", "public_key") if key.get(name))


def _link(url: str) -> Markup:
    """Link an address only where following it is harmless."""
    if not url.startswith(("https://", "http://")):
        return escape(legible(url))
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, legible(url))


def _sealed(page: str, sections: Mapping[str, str], brief: BriefInput) -> str:
    """Fill in the manifest and the fingerprint of a page in the normal form."""
    manifest = _embedded(
        {
            "version": VERSION,
            "title": brief.title,
            "made_at": brief.made_at,
            "plan_sha256": brief.plan["plan_sha256"],
            "data": {name: sha256_hex(text.encode()) for name, text in sections.items()},
            "parts": {name: sha256_hex(text.encode()) for name, text in parts_of(page).items()},
            "page": page_sha256(page),
        }
    )
    fingerprint = grouped(sha256_hex(manifest.encode()))
    page = page.replace(MANIFEST_OPEN, MANIFEST_OPEN + manifest, 1)
    return page.replace(FINGERPRINT_OPEN, FINGERPRINT_OPEN + fingerprint, 1)
