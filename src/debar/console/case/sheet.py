"""A case as it stands now: its version, with what was said since laid over it.

Law: a version never changes. What a reviewer says is laid over its own graph and expanded again, so that a
page shows at once whom a word frees or binds; the next version takes it in.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from debar.briefs.strike import evidence_of, statuses_of
from debar.console.case.document import files_of
from debar.console.desk.cases import plan_of
from debar.linking.graph import GraphPair
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from debar.briefs.strike import Evidence
    from debar.console.desk.cases import Cases, KeptCase, Version, Word
    from debar.linking.graph import CaseGraph

JUDGEMENTS: Final = {"clear": "negative", "add": "positive", "ask": "unsure"}
"""What a button says, as the judgement that it becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A version's pages, as they stand now.

    Args:
        case: The case.
        version: The version that is shown.
        versions: All of them.
        document: What was kept with the version.
        words: All that was said in the case.
        statuses: Account id to its standing now.
        pending: Decisions that the version has not taken in.
        struck: Facts that are struck out now.
        newest: Whether the newest version is shown.
    """

    case: KeptCase
    version: Version
    versions: tuple[Version, ...]
    document: Mapping[str, Any]
    words: tuple[Word, ...]
    statuses: Mapping[str, str]
    pending: tuple[Word, ...]
    struck: frozenset[str]
    newest: bool

    @property
    def accounts(self) -> Mapping[str, Mapping[str, Any]]:
        """The accounts by id."""
        found: Mapping[str, Mapping[str, Any]] = self.document["accounts"]
        return found

    @property
    def facts(self) -> Mapping[str, Mapping[str, Any]]:
        """The shared facts by id."""
        found: Mapping[str, Mapping[str, Any]] = self.document["facts"]
        return found

    def name(self, account_id: str) -> str:
        """Return an account's name."""
        return str(self.accounts[account_id]["name"]) if account_id in self.accounts else account_id

    def said_of(self, account_id: str) -> list[Word]:
        """Return each person's last decision on an account, the oldest first."""
        last: dict[str, Word] = {}
        for word in self.words:
            if word.account_id == account_id and word.word in JUDGEMENTS:
                last.pop(word.by, None)
                last[word.by] = word
        return list(last.values())

    def is_disputed(self, account_id: str) -> bool:
        """Tell whether reviewers disagree about an account."""
        return len({word.word for word in self.said_of(account_id)}) > 1

    def is_stale(self) -> bool:
        """Tell whether the platform's files changed since the version was made."""
        before = self.document["files"]
        return bool(before) and files_of(Path(self.document["platform"])) != before

    def pending_strikes(self) -> tuple[list[str], list[str]]:
        """Return facts that were struck, and facts that were restored, since the version was made."""
        inside = set(self.document["without"])
        return sorted(self.struck - inside), sorted(inside - self.struck)


def sheet_of(cases: Cases, case_id: str, number: int | None = None) -> Sheet | None:
    """Return a case as it stands; None where it has no version yet.

    Raises:
        DebarError: DBR-K010, DBR-K011: there is no such case, or no such version.
    """
    version = cases.version(case_id, number)
    if version is None:
        return None
    versions = tuple(cases.versions(case_id))
    document = kept(cases.artefact(case_id, version.number, "case.json"), version.plan_sha256)
    words = tuple(cases.words(case_id))
    newest = version.number == versions[-1].number
    pending = _pending(words, document["judged"]) if newest else ()
    statuses = {account: row["status"] for account, row in document["accounts"].items()}
    if pending:
        statuses = _standings(cases.plan_file(case_id, version.number), version.plan_sha256, _pairs(pending))
    return Sheet(
        case=cases.get(case_id),
        version=version,
        versions=versions,
        document=document,
        words=words,
        statuses=statuses,
        pending=pending,
        struck=cases.struck(case_id),
        newest=newest,
    )


@functools.lru_cache(maxsize=32)
def kept(path: Path, _plan_sha256: str) -> dict[str, Any]:
    """Read what was kept with a version: it never changes, so it is read once."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@functools.lru_cache(maxsize=32)
def evidence_kept(path: Path, plan_sha256: str) -> Evidence:
    """Read a version's graph and weights: they never change either."""
    return evidence_of(plan_of(path, plan_sha256).document)


@functools.lru_cache(maxsize=64)
def _standings(path: Path, plan_sha256: str, pairs: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    evidence = evidence_kept(path, plan_sha256)
    return statuses_of(replace(evidence, graph=judged(evidence.graph, pairs)))


def judged(graph: CaseGraph, pairs: Iterable[tuple[str, str, str]]) -> CaseGraph:
    """Return a graph with reviewers' words laid over it.

    Args:
        graph: A version's graph.
        pairs: Two accounts, the smaller id first, and what was said of them.
    """
    said = {(a, b): judgement for a, b, judgement in pairs}
    found = {(pair.account_a, pair.account_b): pair for pair in graph.pairs}
    for (a, b), judgement in said.items():
        before = found.get((a, b)) or GraphPair(account_a=a, account_b=b, shared={}, known_to_both=())
        found[a, b] = replace(before, judgement=judgement)
    return replace(graph, pairs=tuple(found[key] for key in sorted(found)))


def _pending(words: Sequence[Word], inside: Mapping[str, str]) -> tuple[Word, ...]:
    """Return each account's last decision that the version's graph does not have."""
    last: dict[str, Word] = {}
    for word in words:
        if word.word in JUDGEMENTS and word.account_id is not None:
            last.pop(word.account_id, None)
            last[word.account_id] = word
    return tuple(
        word
        for word in last.values()
        if any(inside.get(f"{a} {b}") != judgement for a, b, judgement in _pairs([word]))
    )


def _pairs(words: Iterable[Word]) -> tuple[tuple[str, str, str], ...]:
    found = {}
    for word in words:
        for other in word.details["against"]:
            assert word.account_id is not None, "a decision is about an account"
            a, b = sorted((word.account_id, other))
            found[a, b] = JUDGEMENTS[word.word]
    return tuple((a, b, judgement) for (a, b), judgement in sorted(found.items()))


def needed(sheet: Sheet | None) -> Sheet:
    """Return the sheet of a page or deed that only a case with a version has.

    Raises:
        DebarError: DBR-K050.
    """
    if sheet is None:
        raise DebarError(
            "DBR-K050", "the case has no version yet", hint="its first one is being made; or it was refused"
        )
    return sheet


def refuse_unknown(fact_id: str, known: Collection[str]) -> None:
    """Refuse a fact that nobody of the case shares.

    Raises:
        DebarError: DBR-K051.
    """
    if fact_id not in known:
        raise DebarError(
            "DBR-K051", "no account of this case shares such a fact", hint="begin at the case's table"
        )
