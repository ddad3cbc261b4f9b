"""Screen a platform against authority lists, and leave a file of questions to start a case from.

Law: nothing is banned and nothing is recorded. A hit says why, what the listing means, and what speaks
against it; from the file that is written debar plan can start, with its own evidence, approvals and notices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.app.authority.asking import ask_service
from debar.app.opening import open_platform
from debar.app.verbs import write_whole
from debar.authority.hits import GRADE_MEANS, GRADES, ranked
from debar.authority.measures import KINDS, MEANS
from debar.authority.problems import Findings
from debar.authority.reading.lists import NOTHING, Said, read_lists
from debar.authority.screening import Accounts, screen
from debar.authority.standing import standings_of
from debar.model.legible import legible
from debar.model.problem import EXIT_PROBLEMS, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.authority.entities import AuthorityList
    from debar.authority.hits import Hit
    from debar.authority.standing import Standing

HITS_SHOWN: Final = 100
"""More hits than this are in the JSON and in the file, and not on the screen."""

OPENING_GRADES: Final = ("identified", "corroborated")
"""Hits of these grades stand open in the file of subjects; the others are doubtful until somebody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions:
    """How a platform is screened.

    Args:
        at: The day whose law counts.
        older: Earlier versions of the lists: what changed since is told, and nothing else.
        yente: Address of a matching service, if one is asked.
        said: What the lists do not say of themselves.
        out: The file of subjects to write, if any.
        strict: Whether problems in a list are an exit code of their own.
    """

    at: date
    older: Sequence[Path] = ()
    yente: str = ""
    said: Said = NOTHING
    out: Path | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Screened:
    """Lists, what of them is listed, and the hits."""

    lists: tuple[AuthorityList, ...]
    standings: tuple[Mapping[str, Standing], ...]
    hits: tuple[Hit, ...]
    findings: Findings


def screen_platform(
    setting: Setting, platform: Path, lists: Sequence[Path], options: ScreenOptions
) -> Answer:
    """Compare a platform's accounts with authority lists.

    Args:
        setting: Names register (for its key) and policy.
        platform: The platform's tables.
        lists: Files of lists; a delta stands behind the list that it changes.
        options: How.

    Raises:
        DebarError: DBR-O003, there is neither a list nor a service; or a list, the platform or the service
            is refused.
    """
    if not lists and not options.yente:
        raise DebarError(
            "DBR-O003",
            "there is nothing to screen against",
            hint="name at least one list, or a matching service with --yente",
        )
    read = read_lists(lists, options.said)
    opened = open_platform(platform, setting)
    accounts = Accounts(
        engine=opened.engine,
        key=setting.hash_key(),
        name=opened.platform.name,
        crowd_cap=opened.policy.crowd_cap,
        progress=setting.say,
    )
    now = _screened(accounts, read, options)
    older = read_lists(options.older, options.said)
    before = _screened(accounts, older, ScreenOptions(at=options.at)) if older else None
    changes = None if before is None else _changes(before, now)
    document: dict[str, Any] = {
        "platform": opened.platform.name,
        "accounts": opened.platform.tables["accounts"],
        "at": options.at.isoformat(),
        "lists": [_told(one, found) for one, found in zip(now.lists, now.standings, strict=True)],
        "grades": GRADE_MEANS,
        "measures": MEANS,
        "hits": [hit.as_json() for hit in now.hits],
        "problems": [problem.as_json() for problem in _problems(now)],
    }
    if changes is not None:
        document["older"] = [_told(*pair) for pair in zip(before.lists, before.standings, strict=True)]  # type: ignore[union-attr]  # there are changes
        document["changes"] = changes
    if options.out is not None:
        write_whole(options.out, subjects_text(now.hits, platform))
    strict = options.strict and bool(document["problems"])
    return Answer(
        document=document,
        text="\n".join(_lines(document, now.hits, changes, platform, options.out)),
        exit_code=EXIT_PROBLEMS if strict else 0,
    )


def _screened(accounts: Accounts, lists: Sequence[AuthorityList], options: ScreenOptions) -> _Screened:
    findings = Findings()
    standings: list[Mapping[str, Standing]] = [standings_of(one, options.at, findings) for one in lists]
    hits = [hit for one, found in zip(lists, standings, strict=True) for hit in screen(accounts, one, found)]
    if options.yente:
        one, found, asked = ask_service(accounts, options.yente, on=options.at, findings=findings)
        lists, standings = [*lists, one], [*standings, found]
        hits += asked
    return _Screened(lists=tuple(lists), standings=tuple(standings), hits=ranked(hits), findings=findings)


def _told(one: AuthorityList, standings: Mapping[str, Standing]) -> dict[str, Any]:
    kinds = [standing.measure for standing in standings.values()]
    return {
        "name": one.name,
        "form": one.form,
        "sha256": one.sha256,
        "entities": len(one.entities),
        "listed": len(standings),
        "measures": {kind: kinds.count(kind) for kind in KINDS if kind in kinds},
        "problem_counts": dict(one.problem_counts),
    }


def _problems(screened: _Screened) -> list[Any]:
    return [problem for one in screened.lists for problem in one.problems] + screened.findings.problems


def _changes(before: _Screened, now: _Screened) -> list[dict[str, Any]]:
    """Name the hits that came, went, or mean something else, since an earlier version of the lists."""
    aliases = {
        referent: entity_id
        for one in now.lists
        for entity_id, entity in one.entities.items()
        for referent in entity.referents
    }

    def keyed(hits: Iterable[Hit]) -> dict[tuple[str, str], Hit]:
        return {
            (
                hit.account.account_id,
                aliases.get(hit.standing.entity.entity_id, hit.standing.entity.entity_id),
            ): hit
            for hit in hits
        }

    then, here = keyed(before.hits), keyed(now.hits)
    found = []
    for key in sorted(then.keys() | here.keys()):
        old, new = then.get(key), here.get(key)
        what = "gone" if new is None else "new" if old is None else "changed"
        if old is not None and new is not None and _means(old) == _means(new):
            continue
        hit = new or old
        assert hit is not None, "one of the two is there"
        found.append(
            {
                "what": what,
                "account_id": key[0],
                "name": hit.account.name,
                "entity": key[1],
                "caption": hit.standing.entity.caption,
                "before": None if old is None else _means(old),
                "now": None if new is None else _means(new),
            }
        )
    return found


def _means(hit: Hit) -> dict[str, Any]:
    return {"grade": hit.grade, "measure": hit.standing.measure, "listings": hit.standing.lines()}


def subjects_text(hits: Sequence[Hit], platform: Path) -> str:
    """Write the file from which a person starts a plan: one account a line, doubtful ones shut."""
    lines = [
        "# Accounts that may be listed. Nobody is banned by this: read each, strike what you do not believe:",
        f"#   debar plan {platform} --subjects THIS-FILE --authority LIST:ENTITY",
        "",
    ]
    for account_id in dict.fromkeys(hit.account.account_id for hit in hits):
        own = [hit for hit in hits if hit.account.account_id == account_id]
        lines += [f"# {line}" for hit in own for line in _hit_lines(hit)]
        firm = any(hit.grade in OPENING_GRADES for hit in own)
        lines.append(f"account:{account_id}" if firm else f"# doubtful: account:{account_id}")
    if not hits:
        lines.append("# No account resembles anybody who is listed.")
    return "\n".join(lines) + "\n"


def _hit_lines(hit: Hit) -> list[str]:
    entity = hit.standing.entity
    name = legible(hit.account.name or hit.account.account_id, length_max=80)
    caption, where = legible(entity.caption, length_max=80), f"{hit.list_name}:{entity.entity_id}"
    who = f"{name} ({hit.account.account_id})"
    lines = [f"{hit.rank}. {hit.grade}: {who} may be {caption} ({legible(where)})"]
    lines += [f"    {legible(line)}" for line in hit.standing.lines()]
    lines += [f"    for: {legible(sentence)}" for sentence in hit.evidence]
    lines += [f"    against: {legible(sentence)}" for sentence in hit.against]
    return lines


def _lines(
    document: Mapping[str, Any],
    hits: Sequence[Hit],
    changes: Sequence[Mapping[str, Any]] | None,
    platform: Path,
    out: Path | None,
) -> list[str]:
    lines = [f"{document['accounts']:,} accounts of {document['platform']}, the law of {document['at']}"]
    for one in document["lists"]:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in one["measures"].items())
        lines.append(f"  {one['name']}: {one['listed']:,} listed ({kinds or 'nobody'}), {one['form']}")
        lines += [f"    {count:,} x {code}" for code, count in one["problem_counts"].items()]
    if changes is None:
        counts = [(grade, sum(hit.grade == grade for hit in hits)) for grade in GRADES]
        told = ", ".join(f"{count} {grade}" for grade, count in counts if count)
        lines.append(f"{len(hits):,} hits{': ' + told if told else ''}")
        lines += [line for hit in hits[:HITS_SHOWN] for line in _hit_lines(hit)]
        if len(hits) > HITS_SHOWN:
            lines.append(f"and {len(hits) - HITS_SHOWN:,} more: --json, or --out FILE")
    else:
        lines.append(f"{len(changes):,} changes since the earlier lists")
        for change in changes:
            lines += _change_lines(change)
    if out is not None:
        lines.append(
            f"{out}: read it, strike what you do not believe; then debar plan {platform} --subjects {out}"
        )
    if any(hit.met for hit in hits):
        lines.append("score: of labelled pairs of names this alike, the share that were one party")
    lines.append("A hit is a question. Nobody is banned by it.")
    return lines


def _change_lines(change: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{change['what']}: {legible(change['name'])} ({change['account_id']}), {legible(change['caption'])}"
    ]
    for word in ("before", "now"):
        if (means := change[word]) is not None:
            lines += [f"    {word}: {means['grade']}, {legible(line)}" for line in means["listings"]]
    return lines
