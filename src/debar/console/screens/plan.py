"""The plan: what changes against the last version, who signs, where it holds, and the way back.

Law: a signature is made for one plan, with the signer's own password, at the moment of signing; who proposed
does not approve; nothing is put into force that the register would refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.app.applying import decision_of, enrolled_keys
from debar.app.gates.administering import status
from debar.app.reversal.telling import revision_text
from debar.app.verbs import approve
from debar.console.screens.cases import standing, under_appeal
from debar.console.web.asking import SIGNED_IN, Asked, Deed, Done, Page, Screen
from debar.model.money import format_micros, parse_micros
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.approval import signatures_needed
from debar.plans.plan import decision_id_of
from debar.plans.revision import BAN
from debar.register.address import open_register
from debar.register.signatures import sign_approval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.console.desk.cases import KeptCase, Version
    from debar.plans.plan import Plan
    from debar.register.reading import RegisterReader

SCOPE_WORDS: Final = {
    "create": "No new campaign, ad or draft is made; scheduled ones do not begin.",
    "buy": "No order is taken, and no bid is entered or kept.",
    "serve": "Running ads stop being shown.",
    "charge": "Nothing more is charged; what was delivered until now is invoiced as agreed.",
}
"""What each scope means where ads are sold."""
LEAST_SURE: Final = 5
_PROPOSER: Final = frozenset({"proposer"})
_APPROVER: Final = frozenset({"approver"})


def plan_page(asked: Asked) -> Mapping[str, Any]:
    """Show one version's plan (``?v=``) against the one before it, or against ``?against=``."""
    desk = asked.desk
    case = desk.cases.get(asked.path["case_id"])
    version = desk.cases.version(case.case_id, _number(asked.query.get("v", "")))
    shown: dict[str, Any] = {
        "case": {"case_id": case.case_id, "title": case.title},
        "job": _job(asked, case),
        "numbers": [_numbered(one) for one in desk.cases.all_plans(case.case_id)],
        "version": None,
    }
    if version is None:
        return shown
    plan = desk.cases.plan(version)
    with open_register(desk.setting.register_address(), read_only=True) as register:
        shown |= {
            "version": _numbered(version) | {"made_by": version.made_by, "made_at": version.made_at},
            "plan": {
                "plan_id": plan.plan_id,
                "plan_sha256": plan.sha256,
                "proposed_by": plan.document["proposed_by"] if version.proposed else None,
                "changes": len(plan.changes),
                "is_ban": version.kind == BAN,
            },
            "signing": _signing(asked, version, plan, register),
            "force": in_force(asked, version, plan, register),
        }
    shown["file"] = str(desk.cases.plan_file(case.case_id, version.number))
    if version.kind == BAN:
        return shown | _ban(asked, case, version, plan)
    return shown | {"told": revision_text(plan)}


def _ban(asked: Asked, case: KeptCase, version: Version, plan: Plan) -> dict[str, Any]:
    earlier = _against(asked, case, version)
    former = asked.desk.cases.plan(earlier) if earlier else None
    document = plan.document
    return {
        "against": None if earlier is None else earlier.number,
        "difference": difference(former, plan),
        "decision": {
            name: document["decision"].get(name) for name in ("ground", "rule", "facts", "authorities")
        },
        "alternatives": list(document["alternatives_considered"]),
        "consequences": list(document["expected_consequences"]),
        "points": [
            {"scope": scope, "words": SCOPE_WORDS[scope], "accounts": count}
            for scope, count in _scopes(plan).items()
        ],
        "surfaces": list(document["decision"]["surfaces"]),
        "territories": list(document["decision"]["territories"]),
        "money": _money(former, plan),
        "least_sure": least_sure(plan),
        "undecided": sum(member["status"] == "ask" for member in plan.members),
        "bound": document["bound"]["sentence"],
        "audit": document["evidence"].get("audit", ""),
        "undo": _undo(asked, version, plan),
    }


def difference(former: Plan | None, plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return who is debarred anew, who is released, and who moved otherwise between two plans."""
    before = {} if former is None else {m["account_id"]: m for m in former.members}
    after = {m["account_id"]: m for m in plan.members}
    found: dict[str, list[dict[str, Any]]] = {"added": [], "released": [], "moved": []}
    for account in sorted(before.keys() | after.keys()):
        was, now = (
            (table[account]["status"] if account in table else "not in the case") for table in (before, after)
        )
        if was == now:
            continue
        member = after.get(account) or before[account]
        row = {
            "account_id": account,
            "name": member["name"],
            "handle": member["handle"],
            "basis": member["basis"],
            "was": was,
            "now": now,
            "why": member["reasons"][0]["sentence"] if member["reasons"] else "named by the case",
        }
        kind = "added" if now == "in" else "released" if was == "in" else "moved"
        if kind != "moved" or former is not None:
            found[kind].append(row)
    return found


def least_sure(plan: Plan) -> list[dict[str, Any]]:
    """Return the debarred accounts that are linked by the least: whom a mistake would harm."""
    linked = [m for m in plan.members if m["basis"] == "linked" and m["status"] == "in"]
    linked.sort(key=lambda m: (float(m["p_owner"]), m["account_id"]))
    return [
        {
            "account_id": m["account_id"],
            "name": m["name"],
            "p_owner": m["p_owner"],
            "calibrated": m["calibrated"],
            "speaks_for": [reason["sentence"] for reason in m["speaks_for"]],
            "amount": m["earned"]["converted"]["amount"],
            "currency": m["earned"]["converted"]["currency"],
        }
        for m in linked[:LEAST_SURE]
    ]


def _scopes(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for change in plan.changes:
        for scope in change["scopes"]:
            counts[scope] = counts.get(scope, 0) + 1
    return dict(sorted(counts.items()))


def _money(former: Plan | None, plan: Plan) -> dict[str, Any]:
    block = plan.document["earned"]
    old = former.document["earned"] if former else None
    rows = []
    for bound, words in (
        ("low", "named and confirmed accounts"),
        ("likely", "all accounts of the plan: what is pledged"),
        ("high", "the undecided ones too"),
    ):
        now = block.get(bound)
        same = old is not None and now is not None and old["currency"] == block["currency"]
        change = None
        if same and old is not None and old.get(bound) is not None:
            change = format_micros(parse_micros(now) - parse_micros(old[bound]))
        rows.append({"bound": bound, "words": words, "amount": now, "change": change})
    return {"currency": block["currency"], "basis": block["basis"], "as_of": block["as_of"], "rows": rows}


def _signing(asked: Asked, version: Version, plan: Plan, register: RegisterReader) -> dict[str, Any]:
    """Return who signed, how many must, and what the person at the page may do."""
    approvals = register.approvals(plan.sha256)
    needed = signatures_needed(plan, asked.desk.setting.policy())
    applied = _applied(plan, register)
    own = asked.who.public_key
    signed = {approval.public_key for approval in approvals}
    proposer = plan.document["proposer_key"]
    may_approve = version.proposed and not applied and asked.may("approver") and own is not None
    return {
        "needed": needed,
        "signed": [{"name": one.name, "entry": one.seq, "at": one.at.isoformat()} for one in approvals],
        "applied": applied,
        "can_propose": not version.proposed and asked.may("proposer") and own is not None,
        "can_approve": may_approve and own not in signed and own != proposer,
        "is_proposer": own is not None and own == proposer,
        "can_apply": version.proposed
        and not applied
        and bool(approvals)
        and asked.may("proposer", "approver"),
        "enrolled": own in {key.public_key.hex() for key in enrolled_keys(register)},
    }


def _applied(plan: Plan, register: RegisterReader) -> bool:
    return any(e.type in ("debar", "lift", "vary") for e in register.entries_of_plan(plan.sha256))


def in_force(asked: Asked, version: Version, plan: Plan, register: RegisterReader) -> dict[str, Any]:
    """Return where the plan holds: each gate with its state, and the certificate."""
    if not _applied(plan, register):
        told = status(asked.desk.setting, now=asked.now).document
        return {"applied": False, "decision_id": None, "gates": _gates(told, {}), "certificate": None}
    certificate = register.gates.certificate(f"apply {plan.sha256}") or asked.desk.cases.read_artefact(
        version, "certificate.json"
    )
    decision_id = (
        decision_id_of(plan.document) if version.kind == BAN else plan.document["reverses"]["decision_id"]
    )
    told = status(asked.desk.setting, now=asked.now).document
    found = (
        standing(version, register, under_appeal(register)) if version.kind == BAN else {"state": "in force"}
    )
    return {
        "applied": True,
        "decision_id": decision_id,
        "state": found["state"],
        "gates": _gates(told, certificate or {}),
        "certificate": None
        if certificate is None
        else {
            "effective_at": certificate["effective_at"],
            "revision": certificate["revision"],
            "not_guaranteed": certificate["not_guaranteed"],
        },
    }


def _gates(told: Mapping[str, Any], certificate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a gate: as the certificate says, and what is known of it now."""
    now = {gate["gate"]: gate for gate in told["gates"]}
    ends = {gate["gate"]: gate for gate in certificate.get("gates", ())}
    waiting = {gate for one in told["waiting"] for gate in one["gates"]}
    rows = []
    for name in sorted(now.keys() | ends.keys()):
        end = ends.get(name)
        said = end["end"].replace("_", " ") if end else "waiting" if name in waiting else "not asked yet"
        rows.append(
            {
                "gate": name,
                "mode": (end or now[name])["mode"],
                "end": said,
                "holds": end is not None and end["end"] != "not_guaranteed",
                "at": end["at"] if end else None,
                "revision": (end or {}).get("revision", now.get(name, {}).get("revision")),
                "seen": now.get(name, {}).get("last_seen"),
            }
        )
    return rows


def _undo(asked: Asked, version: Version, plan: Plan) -> dict[str, Any]:
    """Return the way back: the plan made with the apply, or what it will be."""
    made = asked.desk.cases.read_artefact(version, "undo.json")
    return {
        "made": made is not None,
        "accounts": len(plan.changes),
        "plan_id": made["plan_id"] if made else None,
        "reduction": made["money"].get("reduction") if made else plan.document["earned"].get("likely"),
        "currency": plan.document["earned"]["currency"],
        "command": f"debar lift {decision_of(plan)} ACCOUNT --reason WHY --key FILE --out lift.json",
    }


def propose(asked: Asked) -> Done:
    """Ask for a version that the person proposes under their enrolled key.

    Raises:
        DebarError: DBR-K060, the desk keeps no key of theirs; DBR-K061, no ground is stated.
    """
    case = asked.desk.cases.get(asked.path["case_id"])
    if asked.who.public_key is None:
        raise _refused("DBR-K060", "the desk keeps no signing key of yours", "debar desk add ... --key FILE")
    ground = asked.form.get("ground", "").strip()
    if not ground:
        raise _refused(
            "DBR-K061", "a plan states its ground: whoever is banned must be told why", "fill it in"
        )
    decision: dict[str, Any] = {
        "ground": ground,
        "facts": asked.form.get("facts", "").strip(),
        "rule": {
            "id": asked.form.get("rule", "").strip() or "not stated",
            "version": asked.form.get("rule_version", "").strip(),
            "url": asked.form.get("rule_url", "").strip(),
        },
        "alternatives_considered": _sentences(asked.form.get("alternatives", "")),
        "expected_consequences": _sentences(asked.form.get("consequences", "")),
    }
    asked.desk.jobs.ask(
        case.case_id,
        {
            "kind": "version",
            "why": "proposed",
            "proposed": True,
            "public_key": asked.who.public_key,
            "decision": decision,
        },
        by=asked.who.name,
    )
    return Done(to=f"/cases/{case.case_id}/plan", said="The plan is being made, under your name.")


def _sentences(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\r", "").split("\n") if line.strip()]


def approve_plan(asked: Asked) -> Done:
    """Sign a plan as its approver.

    Raises:
        DebarError: DBR-K003, the password; or what approving refuses: not enrolled, the proposer's own plan.
    """
    case, version, plan = _signed_version(asked)
    signer = asked.desk.people.signer(asked.who, asked.form.get("password", ""))
    answer = approve(
        asked.desk.setting,
        asked.desk.cases.plan_file(case.case_id, version.number),
        key=signer,
        now=asked.now,
    )
    said = f"You approved {plan.plan_id}: entry {answer.document['entry']} of the register."
    return Done(to=f"/cases/{case.case_id}/plan?v={version.number}", said=said)


def apply_version(asked: Asked) -> Done:
    """Sign a plan's apply and put it into force.

    Raises:
        DebarError: DBR-K003, the password; DBR-K062, nobody approved it yet.
    """
    case, version, plan = _signed_version(asked)
    with open_register(asked.desk.setting.register_address(), read_only=True) as register:
        if not register.approvals(plan.sha256):
            raise _refused("DBR-K062", "nobody has approved this plan yet", "an approver signs it first")
    signer = asked.desk.people.signer(asked.who, asked.form.get("password", ""))
    asked.desk.jobs.ask(
        case.case_id,
        {
            "kind": "apply",
            "number": version.number,
            "public_key": signer.public_key.hex(),
            "signature": sign_approval(plan.sha256, signer).hex(),
        },
        by=asked.who.name,
    )
    return Done(
        to=f"/cases/{case.case_id}/plan?v={version.number}", said="It is being put into force at every gate."
    )


def _signed_version(asked: Asked) -> tuple[KeptCase, Version, Plan]:
    """Return the version that a form is about: the one whose digest the person saw.

    Raises:
        DebarError: DBR-K063, it is another one by now.
    """
    case = asked.desk.cases.get(asked.path["case_id"])
    version = asked.desk.cases.version(case.case_id, _number(asked.form.get("v", "")))
    if version is None or version.plan_sha256 != asked.form.get("plan_sha256"):
        raise _refused("DBR-K063", "this is not the plan that you saw", "open the plan again and read it")
    return case, version, asked.desk.cases.plan(version)


def _against(asked: Asked, case: KeptCase, version: Version) -> Version | None:
    wanted = _number(asked.query.get("against", ""))
    if wanted is not None:
        return asked.desk.cases.version(case.case_id, wanted)
    earlier: Sequence[Version] = [
        one for one in asked.desk.cases.versions(case.case_id) if one.number < version.number
    ]
    return earlier[-1] if earlier else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _numbered(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "kind": version.kind,
        "why": version.why,
        "proposed": version.proposed,
        "plan_sha256": version.plan_sha256,
    }


def _job(asked: Asked, case: KeptCase) -> dict[str, Any] | None:
    job = asked.desk.jobs.of_case(case.case_id)
    if job is None:
        return None
    return {**job.as_json(), "kind": job.asked["kind"]}


def _refused(code: str, what: str, hint: str) -> DebarError:
    return DebarError(code, what, hint=hint, exit_code=EXIT_REFUSED)


SCREEN: Final = Screen(
    pages=(
        Page(path="/cases/{case_id}/plan", view=plan_page, template="plan.html.j2", allowed=SIGNED_IN),
        Page(
            path="/cases/{case_id}/progress",
            view=plan_page,
            template="progress.html.j2",
            allowed=SIGNED_IN,
            sensitive=False,
        ),
    ),
    deeds=(
        Deed(path="/cases/{case_id}/propose", do=propose, allowed=_PROPOSER),
        Deed(path="/cases/{case_id}/approve", do=approve_plan, allowed=_APPROVER),
        Deed(path="/cases/{case_id}/apply", do=apply_version, allowed=_PROPOSER | _APPROVER),
    ),
)
