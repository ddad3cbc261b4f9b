"""Who did what in a case, when, and why.

Law: nothing is left out and nothing is overwritten: two reviewers who disagree are two lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.console.case.sheet import Sheet
    from debar.console.desk.cases import KeptCase, Version, Word

DEEDS: Final = {
    "clear": "cleared",
    "add": "added",
    "ask": "asked about",
    "strike": "struck out",
    "restore": "took back",
    "note": "noted",
}


_NOTHING: Final[dict[str, Any]] = {
    "about": "",
    "why": "",
    "version": None,
    "found": "",
    "plan_sha256": "",
    "account_id": None,
    "fact": None,
    "entries": [],
}


def events_of(
    sheet: Sheet | None, case: KeptCase, versions: Sequence[Version], words: Sequence[Word]
) -> list[dict[str, Any]]:
    """Return everything that happened, the newest first."""
    opened = {"at": case.opened_at, "by": case.opened_by, "did": "opened the case", "about": case.title}
    found: list[dict[str, Any]] = [{**_NOTHING, **opened}]
    found += [_of_version(version) for version in versions]
    found += [_of_word(sheet, word) for word in words]
    return sorted(found, key=lambda event: event["at"], reverse=True)


def _of_version(version: Version) -> dict[str, Any]:
    counts = version.summary
    return {
        **_NOTHING,
        "at": version.made_at,
        "by": version.made_by,
        "did": "made",
        "about": f"version {version.number}",
        "why": version.why,
        "version": version.number,
        "found": f"{counts['in']} in the plan, {counts['ask']} undecided",
        "plan_sha256": version.plan_sha256,
    }


def _of_word(sheet: Sheet | None, word: Word) -> dict[str, Any]:
    about = ""
    if word.account_id is not None:
        about = sheet.name(word.account_id) if sheet else word.account_id
    elif "fact" in word.details:
        fact = word.details["fact"]
        about = sheet.facts[fact]["shown"] if sheet and fact in sheet.facts else fact
    return {
        **_NOTHING,
        "at": word.at,
        "by": word.by,
        "did": DEEDS[word.word],
        "about": about,
        "account_id": word.account_id,
        "fact": word.details.get("fact"),
        "entries": word.details.get("entries", []),
        "why": word.reason,
    }
