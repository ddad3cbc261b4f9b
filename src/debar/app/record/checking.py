"""Check a published record or a proof, wherever it is.

Law: the log's key comes from whoever asks, or from the register; a key that came with the record is used, and
said to prove nothing about who made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.record.page import PAGE, PublicDecisions
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.address import is_there, open_register
from debar.register.notes import VerifierKey, parse_key
from debar.register.published.checking import check_published
from debar.register.published.folder import check_files, folder_reader
from debar.register.published.proofs import check_proof
from debar.register.published.publishing import KEY
from debar.register.published.seal import opened
from debar.register.published.witnesses import refuse_too_few
from debar.stores.web import is_web, web_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.app.opening import Setting
    from debar.register.published.checking import Fetch, Report

PROOF = ".tlog-proof"


def verify(setting: Setting, target: str, *, key: str | None, kept: Sequence[Path]) -> Answer:
    """Check a published record, or a proof.

    Args:
        setting: Names the policy, whose witnesses are asked for, and perhaps the register, whose key is used.
        target: A folder, an address, or a ``.tlog-proof``.
        key: The log's verifier key, or a file that holds it.
        kept: Files with checkpoints that were kept from earlier.

    Raises:
        DebarError: DBR-A080, there is no record there; DBR-A081, there is no key to check with; DBR-S060, the
            address cannot be read.
    """
    if target.endswith(PROOF):
        return _verify_proof(setting, Path(target), key=key)
    folder = None if is_web(target) else Path(target)
    if folder is not None and not folder.is_dir():
        raise DebarError(
            "DBR-A080",
            "there is no published record here",
            place=Place(file=target),
            hint="a folder that debar record publish made, its address, or a .tlog-proof file",
        )
    fetch = web_reader(target) if folder is None else folder_reader(folder)
    given = _given_key(setting, key)
    used = given or _own_key(fetch)
    texts = [_text(path) for path in kept]
    decisions = PublicDecisions()
    report = check_published(fetch, used, kept=texts, witnesses=setting.witnesses(), each=decisions.add)
    if given is None:
        report.add(f"{KEY}: this key came with the record; compare it with one that did not: {used}", ok=None)
    if report.checkpoint is not None:
        _check_page(report, fetch, used, decisions)
        if folder is not None:
            check_files(report, folder, used, pages=frozenset({PAGE}))
    return _answer(target, used, report)


def _answer(target: str, key: VerifierKey, report: Report) -> Answer:
    lines = [
        f"{'ok' if check.ok else 'skip' if check.ok is None else 'FAIL'}  {check.what}"
        for check in report.checks
    ]
    held = sum(check.ok is True for check in report.checks)
    lines.append(f"{held} of {len(report.checks)} checks hold" + ("" if report.holds else ": NOT VERIFIED"))
    document = {
        "record": target,
        "verifier_key": str(key),
        "size": report.checkpoint.size if report.checkpoint else None,
        "verified": report.holds,
        "checks": [{"what": check.what, "ok": check.ok} for check in report.checks],
    }
    return Answer(document=document, text="\n".join(lines), exit_code=0 if report.holds else EXIT_REFUSED)


def _verify_proof(setting: Setting, path: Path, *, key: str | None) -> Answer:
    used = _given_key(setting, key)
    if used is None:
        raise DebarError(
            "DBR-A081",
            "a proof is checked with the log's verifier key, and none was given",
            hint="--key KEY: from whoever runs the log, and by another way than the proof came",
        )
    text = _text(path)
    proved = check_proof(text, (used,))
    signed = refuse_too_few(text.partition("\n\n")[2], setting.witnesses())
    lines = [
        f"ok  entry {proved.index}, {proved.leaf['id']}, recorded {proved.leaf['at']}",
        f"    stands in the record of {proved.checkpoint.origin}, among {proved.checkpoint.size} entries",
        *(f"    its {label} is: {value}" for label, value in proved.opened.items()),
        *(f"    witness {name} signed the checkpoint" for name in sorted(signed)),
    ]
    document = {
        "proof": str(path),
        "verified": True,
        "entry": proved.index,
        "leaf": dict(proved.leaf),
        "opened": dict(proved.opened),
        "size": proved.checkpoint.size,
        "cosigned_by": sorted(signed),
    }
    return Answer(document=document, text="\n".join(lines))


def _check_page(report: Report, fetch: Fetch, key: VerifierKey, decisions: PublicDecisions) -> None:
    """Check the record's front page: its seal, and that it says what the entries say."""
    assert report.checkpoint is not None, "a page is checked under a checkpoint"
    content = fetch(PAGE)
    if content is None:
        report.add(f"{PAGE}: there is none", ok=None)
        return
    try:
        page, size = opened(content, key)
    except DebarError as error:
        report.add(f"{PAGE}: it is not the page that the log's key sealed ({error.what})", ok=False)
        return
    if size != report.checkpoint.size:
        report.add(f"{PAGE}: sealed, of revision {size}; publish again to renew it", ok=None)
    elif page == decisions.page(report.checkpoint, key):
        report.add(f"{PAGE}: sealed, and it says what the entries say", ok=True)
    else:
        report.add(f"{PAGE}: sealed; made by another version of debar, its words were not compared", ok=None)


def _given_key(setting: Setting, key: str | None) -> VerifierKey | None:
    """Return the key that was given, or the register's."""
    if key is not None:
        return parse_key(_text(Path(key)).strip() if "+" not in key else key)
    if setting.register is not None and is_there(setting.register):
        with open_register(setting.register, read_only=True) as register:
            return register.key
    return None


def _own_key(fetch: Fetch) -> VerifierKey:
    content = fetch(KEY)
    if content is None:
        raise DebarError(
            "DBR-A081",
            "the record has no log.pub, and no key was given",
            hint="--key KEY: the log's verifier key, from whoever runs the log",
        )
    return parse_key(content.decode(errors="replace").removesuffix("\n"))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise DebarError("DBR-A008", "the file is no UTF-8 text", place=Place(file=str(path))) from None
