"""Evidence from ads on real ad libraries, each alone, beside the best one-column rule and what others do.

    python -m benchmarks.creative

Law: one source at a time, as it was published, with labels that stand apart; a pair of pages is judged where
one of them is labelled. Nothing here is fitted: the combined score is the plain sum of what the signals say.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.linking.metrics import average_precision
from benchmarks.one_column import best_one_column_rule
from debar.evidence.normalise import normalise, words_key
from debar.evidence.parameters import default_parameters
from debar.linking.creative.evidence import derive_evidence
from debar.linking.creative.pairs import SIGNALS, VALIDATED, find_pairs
from debar.linking.links import link_platform
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Pair = tuple[str, str]

DATA: Final = Path(__file__).resolve().parents[1].parent / "shared" / "data"
"""The real data, beside the project; not part of it."""

CAP: Final = 30.0
"""No single signal says more than e to the 30th: about one in ten to the thirteenth."""

BOOTSTRAPS: Final = 300
SECONDS: Final = 60
"""Rapid co-sharing looks for the same thing within so many seconds, twice at least."""

ADS: Final = ("ad_id", "account_id", "started_at", "created_at", "text", "landing_url", "targeting")
_TIMES: Final = ("started_at", "created_at")
_IDENTIFIERS: Final = ("account_id", "kind", "family", "value_key", "fact_id", "shown", "source")
_JUDGEMENTS: Final = ("account_a", "account_b", "judgement", "by", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Ads of one source.

    Args:
        name: For people.
        ads: Mappings with ad_id and account_id, and what else the library shows.
        labels: Pairs of accounts (smaller id first) to whether both have one owner.
        owner: Account to a name of its owner, for the bootstrap.
        columns: Tables for the one-column rules; the ads if there is none.
        apart: Pairs whose findings are counted apart (an agency's clients).
    """

    name: str
    ads: Sequence[Mapping[str, Any]]
    labels: Mapping[Pair, bool] = field(default_factory=dict)
    owner: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    apart: frozenset[Pair] = frozenset()


def rows(name: str) -> list[dict[str, str]]:
    """Read a CSV file of the real data."""
    csv.field_size_limit(1 << 30)
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meta_us() -> Library:
    """Meta's political ads of candidates, 2022: texts in six columns, no times; half of the owners known."""
    parts = ("body", "title", "description", "aws_ocr_text_img", "aws_ocr_text_vid", "google_asr_text")
    source = rows("meta_us/us_candidate_ads_features.csv")
    ads = [
        {
            "ad_id": row["ad_id"],
            "account_id": row["page_id"],
            "text": " ".join(row[part].replace("\\n", " ") for part in parts if row[part]) or None,
        }
        for row in source
    ]
    pages = sorted({row["page_id"] for row in source})
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows("meta_us/us_pages_to_owner_open.csv"):
        if row["page_id"] in set(pages):
            owners[row["page_id"]].add(f"{row['set']}/{row['owner']}")
    labels = {
        (a, b): bool(owners.get(a, set()) & owners.get(b, set()))
        for a, b in combinations(pages, 2)
        if a in owners or b in owners
    }
    columns = [
        {"account_id": row["page_id"], **{c: row[c] for c in ("page_name", "caption", *parts)}}
        for row in source
    ]
    owner = {page: min(owners[page]) if page in owners else page for page in pages}
    return Library(name="meta_us", ads=ads, labels=labels, owner=owner, columns={"ads": columns})


def snapchat() -> Library:
    """Snapchat's political ads: a payer at several buyers is one owner; a buyer's payers are its clients."""
    source = rows("snapchat_2019_2020.csv")
    ads, keys = [], {}
    for row in source:
        key = (row["org"], words_key(row["payer"] or row["org"]))
        keys[" / ".join(key)] = key
        url = row["CreativeProperties"]
        at = datetime.fromisoformat(row["StartDate"].replace("/", "-")).replace(tzinfo=None)
        ads.append(
            {
                "ad_id": row["ADID"],
                "account_id": " / ".join(key),
                "started_at": at,
                "landing_url": url.removeprefix("web_view_url:") if url.startswith("web_view_url:") else None,
            }
        )
    labels = {(a, b): keys[a][1] == keys[b][1] for a, b in combinations(sorted(keys), 2)}
    columns = [
        {
            "account_id": ad["account_id"],
            **{c: row[c] for c in ("cur", "org", "addr", "cand", "country", "dom")},
        }
        for ad, row in zip(ads, source, strict=True)
    ]
    return Library(
        name="snapchat",
        ads=ads,
        labels=labels,
        owner={account: key[1] for account, key in keys.items()},
        columns={"ads": columns},
        apart=frozenset(p for p, same in labels.items() if not same and keys[p[0]][0] == keys[p[1]][0]),
    )


def ira() -> Library:
    """The Internet Research Agency's ads: pages of one owner: what is found is right by definition."""
    ads = [
        {
            "ad_id": row["bates"],
            "account_id": row["page_key"],
            "created_at": datetime.fromisoformat(row["created"]).astimezone(UTC).replace(tzinfo=None)
            if row["created"]
            else None,
            "text": row["ad_text"] or None,
            "landing_url": row["landing_page_umd"] or None,
            "targeting": row["targeting_raw"] or None,
        }
        for row in rows("ira_ads.csv")
        if row["page_key"]
    ]
    return Library(name="ira (one owner)", ads=ads)


def meta_cz() -> Library:
    """The Czech election of 2021: texts and days; who paid is held back, so findings are only listed."""
    bodies = {row["text_id"]: row["body"] for row in rows("meta_cz/cz_texts.csv")}
    names = {row["page_id"]: row["page_name"] for row in rows("meta_cz/cz_pages.csv")}
    ads = [
        {
            "ad_id": row["adlib_id"],
            "account_id": names.get(row["page_id"], row["page_id"]),
            "text": bodies.get(row["text_id"]),
        }
        for row in rows("meta_cz/cz_ads_features.csv")
    ]
    return Library(name="meta_cz (no labels)", ads=ads)


def markup() -> Library:
    """Six pages of one owner, with days and ranges only: nothing that a signal could look at."""
    ads = [
        {"ad_id": row["ad_archive_id"], "account_id": row["page_name"]}
        for row in rows("markup/red_first.csv")
    ]
    return Library(name="markup (one owner, no texts)", ads=ads)


def load(library: Library) -> DuckEngine:
    """Load a library as intake would."""
    engine = DuckEngine()
    accounts = sorted({ad["account_id"] for ad in library.ads})
    engine.load("accounts", {"account_id": "VARCHAR"}, [(account,) for account in accounts])
    types = {name: "TIMESTAMP" if name in _TIMES else "VARCHAR" for name in ADS}
    engine.load("ads", types, [tuple(ad.get(name) for name in ADS) for ad in library.ads])
    held = sorted(
        {(ad["account_id"], path) for ad in library.ads for path in _landing(ad.get("landing_url"))}
    )
    engine.load(
        "identifiers",
        dict.fromkeys(_IDENTIFIERS, "VARCHAR"),
        [(a, "landing_path", "creative", path, path, path, None) for a, path in held],
    )
    engine.load("judgements", dict.fromkeys(_JUDGEMENTS, "VARCHAR"), [])
    return engine


def _landing(url: str | None) -> Iterator[str]:
    if url:
        try:
            yield normalise("landing_path", url, country=None).value
        except ValueError:
            return


def shared_things(ads: Sequence[Mapping[str, Any]], words: int | None) -> dict[Pair, float]:
    """Score pairs by how many exact texts, or runs of words, they share (at most 200 holders)."""
    holders: dict[str, set[str]] = defaultdict(set)
    for ad in ads:
        split = re.findall(r"\w+", (ad.get("text") or "").lower())
        runs = (
            [" ".join(split)]
            if words is None
            else [" ".join(split[i : i + words]) for i in range(len(split) - words + 1)]
        )
        for run in runs:
            holders[run].add(ad["account_id"])
    return _count(holders)


def rapid_co_sharing(ads: Sequence[Mapping[str, Any]]) -> dict[Pair, float]:
    """Score pairs by how often both used one text or landing page within a minute; two at least."""
    events: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for ad in ads:
        at = ad.get("created_at") or ad.get("started_at")
        for thing in (ad.get("text"), *_landing(ad.get("landing_url"))):
            if at and thing:
                events[thing].append((at, ad["account_id"]))
    met: dict[Pair, float] = defaultdict(float)
    for shared in events.values():
        shared.sort()
        for place, (at, account) in enumerate(shared):
            for later, other in shared[place + 1 :]:
                if (later - at).total_seconds() > SECONDS:
                    break
                if account != other:
                    met[min(account, other), max(account, other)] += 1
    return {pair: times for pair, times in met.items() if times >= 2}


def _count(holders: Mapping[str, set[str]]) -> dict[Pair, float]:
    shared: dict[Pair, float] = defaultdict(float)
    for thing, accounts in holders.items():
        if thing and 2 <= len(accounts) <= 200:
            for pair in combinations(sorted(accounts), 2):
                shared[pair] += 1
    return dict(shared)


def rankings(engine: DuckEngine) -> dict[str, tuple[dict[Pair, float], set[Pair]]]:
    """Return each signal's scores (-ln p) and validated pairs, and those of all together."""
    find_pairs(engine, leads=1.0)
    found: dict[str, tuple[dict[Pair, float], set[Pair]]] = {}
    total: dict[Pair, float] = defaultdict(float)
    for signal in SIGNALS:
        scores = {
            (a, b): -log_p
            for a, b, log_p in engine.rows(
                f"SELECT a.account_id, b.account_id, p.log_p FROM creative_{signal}_pairs AS p"
                " JOIN creative_accounts AS a ON a.account_no = p.a_no"
                " JOIN creative_accounts AS b ON b.account_no = p.b_no WHERE p.log_p < 0"
            )
        }
        validated = engine.rows(
            "SELECT account_a, account_b FROM creative_pairs WHERE signal = $signal AND level >= $level",
            {"signal": signal, "level": VALIDATED},
        )
        found[signal] = (scores, {(a, b) for a, b in validated})
        for pair, score in scores.items():
            total[pair] += min(score, CAP)
    found["all signals"] = (dict(total), set().union(*(said for _, said in found.values())))
    return found


def linked(engine: DuckEngine) -> tuple[dict[Pair, float], set[Pair]]:
    """Return what linking makes of it with default weights: p_owner, and the pairs from one half on."""
    derive_evidence(engine)
    ((accounts,),) = engine.rows("SELECT COUNT(*) FROM accounts")
    link_platform(engine, default_parameters(accounts), Policy())
    rows = engine.rows("SELECT account_a, account_b, p_owner FROM links")
    scores = {(a, b): float(p_owner) for a, b, p_owner in rows}
    return scores, {pair for pair, p_owner in scores.items() if p_owner >= 500_000}


def figures(library: Library, scores: Mapping[Pair, float], said: set[Pair]) -> str:
    """Return said, right, precision, recall and average precision with 95 % intervals, as text."""
    judged = [pair for pair in scores if pair in library.labels]
    p = np.array([scores[pair] for pair in judged])
    true = np.array([library.labels[pair] for pair in judged], dtype=bool)
    all_true = sum(library.labels.values())
    said = {pair for pair in said if pair in library.labels}
    right = sum(library.labels[pair] for pair in said)
    precision, recall = (right / len(said) if said else float("nan")), right / all_true
    low = _bootstrap(library, scores, said)
    ranges = " ".join(f"[{a:.2f} {b:.2f}]" for a, b in low)
    apart = len(said & library.apart) if library.apart else 0
    return (
        f"{len(said):5} {right:5} {precision:6.2f} {recall:6.2f} {average_precision(p, true, all_true):6.3f}"
        f"  {ranges}" + (f"  clients {apart}" if library.apart else "")
    )


def _bootstrap(library: Library, scores: Mapping[Pair, float], said: set[Pair]) -> list[tuple[float, float]]:
    """Return 95 % intervals of precision, recall and average precision: owners drawn again (Poisson)."""
    chance = np.random.default_rng(1)
    owners = sorted(set(library.owner.values()))
    place = {owner: at for at, owner in enumerate(owners)}
    positive = [pair for pair, same in library.labels.items() if same]
    pairs = sorted({pair for pair in scores if pair in library.labels} | said | set(positive))
    ends = np.array([(place[library.owner[a]], place[library.owner[b]]) for a, b in pairs])
    score = np.array([scores.get(pair, -1.0) for pair in pairs])
    true = np.array([library.labels[pair] for pair in pairs])
    taken = np.array([pair in said for pair in pairs])
    order = np.argsort(-score, kind="stable")
    drawn: list[tuple[float, float, float]] = []
    for _ in range(BOOTSTRAPS):
        owner_weight = chance.poisson(1.0, len(owners)).astype(float)
        weight = np.where(true, owner_weight[ends[:, 0]], owner_weight[ends[:, 0]] * owner_weight[ends[:, 1]])
        all_true = weight[true].sum()
        hits, seen = np.cumsum((weight * true)[order]), np.cumsum(weight[order])
        last = np.r_[np.diff(score[order]) != 0, True] & (score[order] >= 0)
        gained = np.diff(hits[last], prepend=0.0)
        ap = float((gained * hits[last] / np.maximum(seen[last], 1e-9)).sum() / all_true) if all_true else 0.0
        right = float(weight[true & taken].sum())
        drawn.append((right / max(weight[taken].sum(), 1e-9), right / max(all_true, 1e-9), ap))
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def table(library: Library) -> None:
    """Print the table of one library."""
    accounts = len({ad["account_id"] for ad in library.ads})
    print(f"\n{library.name}: {len(library.ads):,} ads of {accounts:,} accounts")
    with load(library) as engine:
        found = rankings(engine)
        found["linking, default weights"] = linked(engine)
    if not library.labels:
        _listed(found)
        return
    print(f"  {sum(library.labels.values())} of {len(library.labels):,} judged pairs have one owner")
    print(f"  {'':<34} said right   P      R     AP   95 % intervals of P, R, AP")
    rule = best_one_column_rule(library.columns, library.labels)
    lines = {f"best column: {rule.said[:70]}": (dict.fromkeys(rule.pairs, 1.0), set(rule.pairs))}
    for name, scores in (
        ("exact shared text", shared_things(library.ads, None)),
        ("shared phrase of 8 words", shared_things(library.ads, 8)),
        ("rapid co-sharing, 60 s, twice", rapid_co_sharing(library.ads)),
    ):
        lines[name] = (scores, set(scores))
    for name, (scores, said) in {**lines, **found}.items():
        print(f"  {name:<34} {figures(library, scores, said)}")


def _listed(found: Mapping[str, tuple[Mapping[Pair, float], set[Pair]]]) -> None:
    for signal, (scores, said) in found.items():
        touched = len({account for pair in said for account in pair})
        print(f"  {signal:<14} {len(said):5} pairs validated, {touched:4} accounts; {len(scores):6} ranked")
    scores, said = found["all signals"]
    for pair in sorted(said, key=lambda one: -scores[one])[:15]:
        print(f"    {scores[pair]:6.1f}  {pair[0]}  |  {pair[1]}")


def main() -> None:
    """Print all tables."""
    for make in (meta_us, snapchat, ira, meta_cz, markup):
        table(make())


if __name__ == "__main__":
    main()
