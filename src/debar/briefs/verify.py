"""Check a brief without a browser: the same seals that the page shows, over the file's bytes.

Law: one changed byte anywhere fails at least one check; whoever made a brief again from the beginning gets
another fingerprint. The checks are those of ``assets/check.js``, by the same names.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from debar.briefs.hearing import HEARD
from debar.briefs.seal import (
    DOCTYPE,
    fingerprint_text,
    grouped,
    manifest_text,
    page_sha256,
    parts_of,
    section_text,
)
from debar.briefs.strike import evidence_of
from debar.briefs.sums import sums
from debar.model.canonical import canonical_json, digest, sha256_hex
from debar.model.problem import DebarError
from debar.register.notes import Checkpoint, open_checkpoint, parse_key
from debar.register.signatures import approval_message, verify_approval
from debar.register.tree import leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Status = Literal["ok", "bad", "none"]

TITLES: Final[dict[str, str]] = {
    "page": "Nothing on the page was changed",
    "data": "Nothing behind it was changed",
    "plan": "The plan is the one that was decided",
    "evidence": "The members follow from the evidence",
    "sums": "The money adds up",
    "approvals": "Enrolled keys approved it",
    "record": "It stands in the register",
    "hearing": "The other side is as recorded",
}
"""The seals, in the order in which the page shows them."""

SECTIONS: Final = ("plan", "accounts", "money", "contacts", "record", "case", "rules")
"""The data sections of a brief, each a JSON block with its own digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One seal.

    Args:
        name: One of :data:`TITLES`.
        title: What it says when it holds.
        status: ``ok``; ``bad``; ``none``: there is nothing of the kind to check.
        detail: What was checked, or what is wrong, in a sentence.
        places: Where it is wrong.
    """

    name: str
    title: str
    status: Status
    detail: str
    places: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the check as a JSON object."""
        return {"name": self.name, "status": self.status, "detail": self.detail, "places": list(self.places)}


class _Wrong(Exception):  # noqa: N818 - it carries a finding from where it is made to its check
    def __init__(self, detail: str, places: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.places = tuple(places)


def verify_brief(document: bytes | str) -> tuple[Check, ...]:
    """Check a brief.

    Args:
        document: The file's bytes. Text is taken as it is: read it without translating line ends.

    Returns:
        One check a seal, in the order of :data:`TITLES`; all of them are ``bad`` for a file that is no
        brief.
    """
    page = document if isinstance(document, str) else document.decode("utf-8", errors="replace")
    data = _Data(page)
    return tuple(_run(name, check, data) for name, check in _CHECKS.items())


def fingerprint_of(document: bytes | str) -> str:
    """Return a brief's fingerprint: the digest of its manifest, which holds the digests of all the rest.

    Raises:
        DebarError: DBR-F002, the file is no brief.
    """
    page = document if isinstance(document, str) else document.decode("utf-8", errors="replace")
    manifest = manifest_text(page)
    if manifest is None:
        raise DebarError("DBR-F002", "this is no brief: it has no manifest", hint="make one with debar brief")
    return sha256_hex(manifest.encode())


class _Data:
    """The file's sections, parsed when first asked for."""

    def __init__(self, page: str) -> None:
        self.page = page

    def section(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        text = section_text(self.page, name)
        if text is None:
            raise _Wrong(f"The file has not exactly one section “{name}”.", [f"data: {name}"])
        try:
            return json.loads(text)
        except ValueError:
            raise _Wrong(f"The section “{name}” cannot be read.", [f"data: {name}"]) from None

    def manifest(self) -> Mapping[str, Any]:
        text = manifest_text(self.page)
        if text is None:
            raise _Wrong("The file has not exactly one manifest.", ["manifest"])
        if grouped(sha256_hex(text.encode())) != fingerprint_text(self.page):
            raise _Wrong("The manifest does not have the fingerprint that is shown.", ["manifest"])
        found: Mapping[str, Any] = json.loads(text)
        return found


def _run(name: str, check: Callable[[_Data], tuple[Status, str]], data: _Data) -> Check:
    try:
        status, detail = check(data)
        places: tuple[str, ...] = ()
    except _Wrong as wrong:
        status, detail, places = "bad", wrong.detail, wrong.places
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError):
        status, detail, places = "bad", "What is needed for this check cannot be read.", (name,)
    return Check(name=name, title=TITLES[name], status=status, detail=detail, places=places)


def _page(data: _Data) -> tuple[Status, str]:
    manifest = data.manifest()
    if not data.page.startswith(DOCTYPE):
        raise _Wrong("The file does not begin as a brief does.", ["first line"])
    if page_sha256(data.page) != manifest["page"]:
        raise _Wrong("The page was changed after it was made.", _changed_parts(data, manifest))
    return "ok", f"{len(manifest['parts'])} parts, SHA-256 of each and of all together."


def _changed_parts(data: _Data, manifest: Mapping[str, Any]) -> list[str]:
    """Name the parts that differ; best effort, since a changed file may not even be well-formed."""
    try:
        now = {name: sha256_hex(text.encode()) for name, text in parts_of(data.page).items()}
    except (AssertionError, IndexError, ValueError):
        return ["the page's structure"]
    parts = [name for name, sha256 in manifest["parts"].items() if now.get(name) != sha256]
    return [f"page: {name}" for name in parts] or ["outside of the sections"]


def _data(data: _Data) -> tuple[Status, str]:
    manifest = data.manifest()
    changed = [
        f"data: {name}"
        for name in SECTIONS
        if sha256_hex((section_text(data.page, name) or "").encode()) != manifest["data"][name]
    ]
    if changed:
        raise _Wrong("The data was changed after the brief was made.", changed)
    return "ok", f"{len(SECTIONS)} sections, each as its SHA-256 in the manifest."


def _plan(data: _Data) -> tuple[Status, str]:
    plan = data.section("plan")
    stated = plan["plan_sha256"]
    found = digest({name: value for name, value in plan.items() if name != "plan_sha256"})
    if found != stated:
        raise _Wrong("The plan does not hash to its plan_sha256.", ["data: plan"])
    base, parameters = plan["base"], dict(plan["evidence"]["parameters"])
    del parameters["accounts_log2"]
    for name, document in (
        ("model_sha256", parameters),
        ("policy_sha256", base["policy"]),
        ("read_set_sha256", base.get("read_set")),
    ):
        if document is not None and digest(document) != base[name]:
            raise _Wrong(f"The plan's {name} is not that of what it carries.", [f"data: plan, base.{name}"])
    return (
        "ok",
        f"SHA-256 of its RFC 8785 form is {stated[:16]}…, and its weights and thresholds are its own.",
    )


def _evidence(data: _Data) -> tuple[Status, str]:
    plan = data.section("plan")
    evidence = evidence_of(plan)
    members = {member["account_id"]: member for member in plan["members"]}
    standings = evidence.standings()
    differ = [
        s.account_id for s in standings if not _agrees(s.status, s.p_owner, members.pop(s.account_id, None))
    ]
    differ.extend(members)
    if differ:
        raise _Wrong(
            "Weighing the evidence again gives other standings.", [f"member {account}" for account in differ]
        )
    facts = len(evidence.graph.facts)
    return "ok", f"{len(standings)} standings computed again from {facts} facts, all as the plan says."


def _agrees(status: str, p_owner: int, member: Mapping[str, Any] | None) -> bool:
    if member is None:
        return False
    basis, word = ("named", "in") if status == "named" else ("linked", status)
    stated = f"{p_owner // 1_000_000}.{p_owner % 1_000_000:06d}"
    return (member["basis"], member["status"], member["p_owner"]) == (basis, word, stated)


def _sums(data: _Data) -> tuple[Status, str]:
    found = sums(data.section("plan"), data.section("money"))
    wrong = [where for where, right in found if not right]
    if wrong:
        raise _Wrong("What is stated does not add up.", wrong)
    return "ok", f"{len(found)} sums, in whole millionths."


def _approvals(data: _Data) -> tuple[Status, str]:
    record, plan = data.section("record"), data.section("plan")
    approvals = record["approvals"]
    if not approvals:
        return "none", "Nobody has approved this plan yet."
    enrolled = {key_bytes(key["public_key"]) for key in record["keys"] if isinstance(key, dict)}
    wrong = [
        f"approval by {a['by']}"
        for a in approvals
        if a.get("message", approval_message(plan["plan_sha256"]).decode())
        != approval_message(plan["plan_sha256"]).decode()
        or not verify_approval(
            plan["plan_sha256"], public_key=key_bytes(a["public_key"]), signature=key_bytes(a["signature"])
        )
    ]
    if wrong:
        raise _Wrong("A signature does not fit this plan.", wrong)
    strangers = [f"approval by {a['by']}" for a in approvals if key_bytes(a["public_key"]) not in enrolled]
    if strangers:
        raise _Wrong("A key that signed is not among the enrolled ones.", strangers)
    proposer = plan.get("proposer_key")
    if proposer and any(key_bytes(a["public_key"]) == key_bytes(proposer) for a in approvals):
        raise _Wrong("The proposer approved their own plan.", ["approvals"])
    return (
        "ok",
        f"{len(approvals)} Ed25519 {'signature' if len(approvals) == 1 else 'signatures'} over plan_sha256.",
    )


def _record(data: _Data) -> tuple[Status, str]:
    record = data.section("record")
    entries = record["entries"]
    if not record["checkpoint"]:
        return "none", "Nothing of it stands in a register yet."
    try:
        keys = [parse_key(key) for key in record["keys"] if isinstance(key, str)]
        checkpoint = open_checkpoint(record["checkpoint"], keys)
    except DebarError as error:
        raise _Wrong(f"The checkpoint: {error.what}.", ["checkpoint"]) from None
    wrong = [f"entry {entry['seq']}" for entry in entries if not _included(entry, checkpoint)]
    if wrong:
        raise _Wrong("An entry is not in the register as shown.", wrong)
    plans = [_leaf(entry)["plan_sha256"] for entry in entries if entry["type"] == "plan"]
    if plans and data.section("plan")["plan_sha256"] not in plans:
        raise _Wrong("The register holds another plan than this file.", ["data: plan"])
    return "ok", f"{len(entries)} entries proven in a signed tree of {checkpoint.size}."


def _leaf(entry: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(entry["leaf"], validate=True))
    return document


def _hearing(data: _Data) -> tuple[Status, str]:
    heard = [entry for entry in data.section("record")["entries"] if entry["type"] in HEARD]
    if not heard:
        return "none", "Nobody has answered or appealed, and nothing was undone."
    opened = [entry for entry in heard if entry.get("opened")]
    wrong = [f"entry {entry['seq']}" for entry in opened if not _opens(entry)]
    if wrong:
        raise _Wrong("What is shown of an entry is not what was recorded.", wrong)
    erased = f"; of {len(heard) - len(opened)} the words were erased" if len(opened) < len(heard) else ""
    return "ok", f"Answers, steps and reversals: {len(opened)}, each as the register commits to it{erased}."


def _opens(entry: Mapping[str, Any]) -> bool:
    """Tell whether the shown body is the one that the leaf commits to."""
    opened, leaf = entry["opened"], _leaf(entry)
    body = canonical_json(opened["body"])
    return bool(leaf["body"] == sha256_hex(bytes.fromhex(opened["salt"]) + body))


def _included(entry: Mapping[str, Any], checkpoint: Checkpoint) -> bool:
    leaf = base64.b64decode(entry["leaf"], validate=True)
    document = json.loads(leaf)
    if document["type"] != entry["type"] or document["at"] != entry["at"]:
        return False
    return verify_inclusion(
        leaf_hash(leaf),
        [key_bytes(item) for item in entry["proof"]],
        index=entry["seq"],
        size=checkpoint.size,
        root=checkpoint.root,
    )


def key_bytes(text: str) -> bytes:
    """Read a key, hash or signature written in hexadecimal or base64.

    Raises:
        ValueError: It is neither.
    """
    if re.fullmatch(r"(?:[0-9a-f]{64}){1,2}", text):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("neither hexadecimal nor base64") from error


_CHECKS: Final[dict[str, Callable[[_Data], tuple[Status, str]]]] = {
    "page": _page,
    "data": _data,
    "plan": _plan,
    "evidence": _evidence,
    "sums": _sums,
    "approvals": _approvals,
    "record": _record,
    "hearing": _hearing,
}

assert list(_CHECKS) == list(TITLES), "every seal has a check"
