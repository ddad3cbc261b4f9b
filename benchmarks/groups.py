"""Groups that act as one on real ad libraries, beside a coordination tool and the best one-column rule.

    python -m benchmarks.groups
    python -m benchmarks.groups --invented

The first needs ../shared/data. The second counts false groups on invented platforms, half of them with two
planted groups (those of the tests); then groups on larger ones with nothing planted.

Law: one source at a time, who paid and every disclaimer hidden; a pair of pages is judged where the owner of
one of them is known. debar has nothing to choose but the rate, which is stated before. The peers get more:
the best column and the tool's best setting are chosen with each source's own labels in hand. Then all ads of
a source are dealt out again among its pages, as many to each as before: whatever is proposed there is false.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from benchmarks.coordination import Share, connected, coordinated_pairs, pairs_within, weigh
from benchmarks.creative import Library, ira, load, markup, meta_cz, meta_us, rows, snapchat
from benchmarks.one_column import best_one_column_rule
from creative_worlds import ad_world, plant
from debar.retrospect.groups import find_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.retrospect.groups import Groups

    Pair = tuple[str, str]
    Parts = Sequence[Sequence[str]]

RATES: Final = (0.05, 0.2)
QUANTILES: Final = (0.0, 0.5, 0.9, 0.95, 0.99)
OBJECTS: Final = ("body", "similar body", "any text")
"""What is shared: an ad's text, word for word; the same with variants; any column that holds a text of it."""

ALIKE: Final = 0.8
"""Texts whose runs of three words are the same in so large a part are similar; the tool's default."""

RUN_WORDS: Final = 3
COMMON: Final = 60
"""A run of words in more texts than this brings no two of them together: similar texts share rarer ones."""

BODIES: Final = ("body", "ad_creative_body")
NO_TEXTS: Final = frozenset({"account_id", "page_name", "caption"})

WINDOW_SECONDS: Final = 86_400.0
"""A day, as the sources with times have days; the tool's own default is ten seconds."""

BEGINNING: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - naive UTC, as tables hold it
DEALS: Final = 3
WORLDS: Final = 60
LARGE: Final = 3
LISTED: Final = 6
LARGER: Final = 5
"""A page of the Internet Research Agency with so many ads is one of its 85 larger ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What may be chosen of the coordination tool."""

    shared: str
    quantile: float

    def __str__(self) -> str:
        return f"co-sharing, {self.shared}, {self.quantile}"


DEFAULT: Final = Setting(shared="body", quantile=0.5)


def us_sample() -> Library:
    """Meta's political ads of 2022, a sample: texts, no times; some pages' payers are known."""
    source = rows("meta_us/us_sample_features.csv")
    ads = [
        {"ad_id": row["ad_id"], "account_id": row["page_id"], "text": row["ad_creative_body"] or None}
        for row in source
    ]
    pages = sorted({row["page_id"] for row in source})
    owner = {
        row["page_id"]: row["owner"]
        for row in rows("meta_us/us_pages_to_owner_open.csv")
        if row["set"] == "us_sample_payer" and row["page_id"] in set(pages)
    }
    labels = {
        (a, b): owner.get(a) == owner.get(b) for a, b in combinations(pages, 2) if a in owner or b in owner
    }
    columns = [
        {"account_id": row["page_id"], **{c: row[c] for c in ("page_name", "ad_creative_body")}}
        for row in source
    ]
    return Library(name="us_sample", ads=ads, labels=labels, columns={"ads": columns})


def days_of_cz() -> Library:
    """The Czech election of 2021 with the days on which its ads began."""
    library = meta_cz()
    started = {
        row["adlib_id"]: datetime.fromisoformat(row["start"]) if row["start"] else None
        for row in rows("meta_cz/cz_ads_features.csv")
    }
    ads = [{**ad, "day": started[ad["ad_id"]]} for ad in library.ads]
    return replace(library, ads=ads, name="meta_cz (who paid is not in the files)")


def shares(library: Library, shared: str) -> list[Share]:
    """Return a library's ads as the tool takes them; without times all are at once."""
    rows_of = library.columns.get("ads", ())
    bodies = [_body(ad, rows_of[place] if rows_of else {}) for place, ad in enumerate(library.ads)]
    families = similar(frozenset(bodies)) if shared == "similar body" else {}
    found = []
    for place, ad in enumerate(library.ads):
        body = families.get(bodies[place], bodies[place])
        objects = {body}
        if shared == "any text":
            row = rows_of[place] if rows_of else {}
            objects |= {_plain(row[name]) for name in set(row) - NO_TEXTS}
        found += [
            Share(object_id=one, account_id=ad["account_id"], content_id=ad["ad_id"], seconds=_seconds(ad))
            for one in sorted(objects - {""})
        ]
    return found


def _body(ad: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Return an ad's text, else where it leads."""
    body = next((row[name] for name in BODIES if row.get(name)), None)
    return _plain(body or ad.get("text")) or str(ad.get("landing_url") or "").partition("?")[0]


def _plain(text: object) -> str:
    return " ".join(re.findall(r"\w+", str(text or "").lower()))


def _seconds(ad: Mapping[str, Any]) -> float:
    at = ad.get("created_at") or ad.get("started_at") or ad.get("day")
    return (at - BEGINNING).total_seconds() if at else 0.0


@cache
def similar(texts: frozenset[str]) -> dict[str, str]:
    """Return text to the first of the texts that it is similar to, directly or through others."""
    runs = {}
    holders: dict[str, list[str]] = defaultdict(list)
    for text in sorted(texts):
        words = text.split()
        runs[text] = {" ".join(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)}
        for run in runs[text]:
            holders[run].append(text)
    met = {pair for held in holders.values() if len(held) <= COMMON for pair in combinations(held, 2)}
    alike = {(a, b) for a, b in met if len(runs[a] & runs[b]) >= ALIKE * len(runs[a] | runs[b])}
    return {text: family[0] for family in connected(alike) for text in family}


def tool(library: Library, setting: Setting) -> list[tuple[str, ...]]:
    """Return the groups of the coordination tool."""
    weights = weigh(shares(library, setting.shared), window_seconds=WINDOW_SECONDS)
    return connected(coordinated_pairs(weights, edge_quantile=setting.quantile))


def ours(library: Library, rate: float) -> Groups:
    """Return debar's groups."""
    with load(library) as engine:
        engine.load(
            "accounts",
            {"account_id": "VARCHAR", "name": "VARCHAR"},
            [(account, account) for account in sorted({str(ad["account_id"]) for ad in library.ads})],
        )
        return find_groups(engine, rate=rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well groups agree with known owners.

    Args:
        groups: Groups with a judged pair.
        groups_false: Those of them without a pair of one owner.
        said: Judged pairs within groups.
        right: Those of one owner.
        all_true: Judged pairs of one owner.
        b_cubed: Precision and recall, averaged over the pages of which the owner is known.
    """

    groups: int
    groups_false: int
    said: int
    right: int
    all_true: int
    b_cubed: tuple[float, float]

    @property
    def f(self) -> float:
        """Return the harmonic mean of the pairs' precision and recall."""
        return 2 * self.right / (self.said + self.all_true) if self.right else 0.0

    def __str__(self) -> str:
        precision = f"{self.right / self.said:.2f}" if self.said else "-"
        return (
            f"{self.groups:7} {self.groups_false:5} {self.said:6} {self.right:5} {precision:>5}"
            f" {self.right / self.all_true:5.2f}  {self.b_cubed[0]:.2f}  {self.b_cubed[1]:.2f}"
        )


HEAD: Final = f"  {'':<46} groups false   said right     P     R  B3 P  B3 R"


def quality(groups: Parts, labels: Mapping[Pair, bool]) -> Quality:
    """Judge groups by pairs and by B-cubed.

    A page counts in B-cubed where it is judged against every other one: where its owner is known. Who is in
    no group is a group of its own.

    Example:
        >>> labels = {("a", "b"): True, ("a", "c"): False, ("b", "c"): False}
        >>> quality([("a", "b", "c")], labels).b_cubed[1]
        1.0
    """
    said = {pair for pair in pairs_within(groups) if pair in labels}
    verdicts = [[labels[pair] for pair in pairs_within([group]) if pair in labels] for group in groups]
    judged_groups = [verdict for verdict in verdicts if verdict]
    seen = Counter(page for pair in labels for page in pair)
    owned = Counter(page for pair, same in labels.items() if same for page in pair)
    partners = Counter(page for pair in said for page in pair)
    rights = Counter(page for pair in said if labels[pair] for page in pair)
    known = sorted(page for page, count in seen.items() if count == max(seen.values()))
    return Quality(
        groups=len(judged_groups),
        groups_false=sum(not any(verdict) for verdict in judged_groups),
        said=len(said),
        right=sum(labels[pair] for pair in said),
        all_true=sum(labels.values()),
        b_cubed=(
            sum((1 + rights[page]) / (1 + partners[page]) for page in known) / len(known),
            sum((1 + rights[page]) / (1 + owned[page]) for page in known) / len(known),
        ),
    )


def dealt(library: Library, seed: int) -> Library:
    """Return a library's ads dealt out again: every page has as many as before."""
    owners = [ad["account_id"] for ad in library.ads]
    random.Random(seed).shuffle(owners)
    ads = [{**ad, "account_id": owner} for ad, owner in zip(library.ads, owners, strict=True)]
    return replace(library, ads=ads)


def best_setting(library: Library) -> Setting:
    """Return the tool's setting that does best on a source, its labels in hand."""
    found = {}
    for shared in OBJECTS:
        weights = weigh(shares(library, shared), window_seconds=WINDOW_SECONDS)
        for quantile in QUANTILES:
            groups = connected(coordinated_pairs(weights, edge_quantile=quantile))
            found[Setting(shared=shared, quantile=quantile)] = quality(groups, library.labels).f
    return max(found, key=lambda setting: found[setting])


def judged(library: Library) -> Setting:
    """Print the table of a source with labels; return the tool's best setting."""
    judged_pairs, true = len(library.labels), sum(library.labels.values())
    print(f"\n{library.name}: {true} of {judged_pairs:,} judged pairs have one owner\n{HEAD}")
    rule = best_one_column_rule(library.columns, library.labels)
    lines: dict[str, Parts] = {f"best column, {rule.said[:32]}": connected(set(rule.pairs))}
    best = best_setting(library)
    for name, setting in ((f"{DEFAULT} (default)", DEFAULT), (f"{best} (best)", best)):
        lines[name] = tool(library, setting)
    for rate in RATES:
        lines[f"debar, rate {rate}"] = [group.members for group in ours(library, rate).groups]
    for name, groups in lines.items():
        print(f"  {name:<46}{quality(groups, library.labels)}")
    return best


def listed(library: Library, best: Setting) -> None:
    """Print what is found in a source without labels."""
    print(f"\n{library.name}")
    for setting in dict.fromkeys((DEFAULT, best)):
        groups = tool(library, setting)
        print(f"  {setting}: {len(groups)} groups of {sum(map(len, groups))} accounts")
        for group in groups[:LISTED]:
            print(f"    {' | '.join(group[:LISTED])}{' | ...' if len(group) > LISTED else ''}")
    for rate in RATES:
        found = ours(library, rate)
        print(f"  debar, rate {rate}, by {', '.join(found.signals) or 'nothing'}: {len(found.groups)} groups")
        for one in found.groups:
            on = ", ".join(f"{held.signal} ({held.pairs_count})" for held in one.signals)
            print(f"    {' | '.join(one.members)}: {on}")


def on_nothing(library: Library, best: Setting) -> None:
    """Print how many groups, of how many pages, each proposes where the ads are dealt out again."""
    found: dict[str, list[str]] = defaultdict(list)
    for seed in range(DEALS):
        deal = dealt(library, seed)
        for setting in dict.fromkeys((DEFAULT, best)):
            groups = tool(deal, setting)
            found[str(setting)].append(f"{len(groups)} of {sum(map(len, groups))}")
        proposed = ours(deal, RATES[-1]).groups
        members = sum(len(group.members) for group in proposed)
        found[f"debar, rate {RATES[-1]}"].append(f"{len(proposed)} of {members}")
    print(
        f"\n{library.name}, ads dealt out again {DEALS} times: groups proposed, of how many pages; all false"
    )
    for name, counts in found.items():
        print(f"  {name:<46}{'  '.join(counts)}")


def larger(library: Library) -> Library:
    """Return the ads of the pages with at least :data:`LARGER` of them."""
    sizes = Counter(ad["account_id"] for ad in library.ads)
    ads = [ad for ad in library.ads if sizes[ad["account_id"]] >= LARGER]
    return replace(
        library, ads=ads, name=f"the {len({ad['account_id'] for ad in ads})} larger pages of the IRA"
    )


def invented() -> None:
    """Print the mean share of false groups over invented platforms, and how many planted ones are found."""
    for rate in RATES:
        shares_false, whole, planted, empty = [], 0, 0, 0
        for seed in range(WORLDS):
            world = ad_world(1000 + seed, accounts=80)
            truth = [tuple(world.accounts[3:7]), tuple(world.accounts[20:23])] if seed % 2 else []
            for members, signal in zip(truth, ("copy", "launch"), strict=False):
                plant(world, members, signal, times=10, seed=seed)
            with world.load() as engine:
                found = [group.members for group in find_groups(engine, rate=rate).groups]
            together = pairs_within(truth)
            false = sum(not together & pairs_within([members]) for members in found)
            shares_false.append(false / max(len(found), 1))
            whole, planted = whole + sum(one in found for one in truth), planted + len(truth)
            empty += not truth and bool(found)
        print(
            f"rate {rate}: false are {sum(shares_false) / WORLDS:.3f} of the groups, the mean of {WORLDS}"
            f" platforms; {empty} of {WORLDS // 2} without a group show one;"
            f" {whole} of {planted} planted are found whole"
        )
    for seed in range(LARGE):
        world = ad_world(seed, accounts=500, ads=50)
        with world.load() as engine:
            began = time.process_time()
            groups = find_groups(engine, rate=RATES[-1]).groups
        took = f"{time.process_time() - began:.0f} s of processor time"
        print(
            f"500 accounts, {len(world.ads):,} ads, nothing planted: {len(groups)} groups"
            f" at {RATES[-1]}, {took}"
        )


def main() -> None:
    """Print all tables."""
    if "--invented" in sys.argv:
        invented()
        return
    candidates = replace(meta_us(), name="meta_us, candidates")
    best = {library.name: (library, judged(library)) for library in (candidates, us_sample(), snapchat())}
    _, of_candidates = best[candidates.name]
    for library in (days_of_cz(), markup(), larger(ira())):
        listed(library, of_candidates)
    for library, setting in (*best.values(), (days_of_cz(), of_candidates)):
        on_nothing(library, setting)


if __name__ == "__main__":
    main()
