"""How well and how fast accounts are screened against authority lists.

    python -m benchmarks.screen                    quality, on the real data beside the project
    python -m benchmarks.screen speed [ACCOUNTS ENTITIES]   speed, on an invented platform and list

Quality needs ../shared/data. First the labelled name pairs, from which the calibrated scores come. Then the
34 European records of RT, Sputnik, the Internet Research Agency and others against the 20,832 advertisers of
a real ad library: the list knows each entity by its first name alone, and accounts are planted under every
other spelling that the records give (translations among them), and once under each identifier that is one,
without a name. A planted account that is found is a true hit, an advertiser of the library a false alarm.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from debar.app.opening import PUBLIC_KEY
from debar.authority.entities import Entity
from debar.authority.measures import folded
from debar.authority.names_met import LABELLED, names_of
from debar.authority.problems import Findings
from debar.authority.reading.lists import made, read_lists
from debar.authority.screening import Accounts, screen
from debar.authority.standing import standings_of
from debar.evidence.keying import fact_id, is_keyed, keyed
from debar.evidence.naming.comparing import NameLevel, compare_names
from debar.evidence.naming.tables import GENERIC, GIVEN_NAMES, PLACES
from debar.evidence.normalise import normalise
from debar.model.identifiers import FAMILY_OF_KIND
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS, JUDGEMENTS
from real_platforms import RealPlatform, google_2025, real_file, real_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from debar.authority.entities import AuthorityList
    from debar.authority.hits import Hit

DAY = date(2026, 1, 1)
PLANTED = (
    ("innCode", "tax_id"), ("ogrnCode", "legal_id"), ("registrationNumber", "legal_id"),
    ("taxNumber", "tax_id"), ("website", "domain"), ("email", "email"), ("address", "address"),
)  # fmt: skip
"""Property of a record, and the kind under which a planted account holds it."""

GIVEN, WORDS, TOWNS = sorted(GIVEN_NAMES), sorted(GENERIC), sorted(PLACES)


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["speed"]:
        accounts, entities = (int(word) for word in (*arguments[1:], *("1000000", "100000"))[:2])
        speed(accounts, entities)
        return
    labelled_pairs()
    planted()


def labelled_pairs() -> None:
    """Print how many labelled pairs of each level were one party, and what NEAR or better costs and finds."""
    rows = [
        (r["name1"], r["name2"], r["schema"], r["is_match"] == "true") for r in real_rows("name_pairs.csv")
    ]
    counted: dict[NameLevel, Counter[bool]] = defaultdict(Counter)
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other, schema, same in rows:
        level = compare_names(one, other).level
        counted[level][same] += 1
        hit = level >= NameLevel.NEAR
        kind = "persons" if schema == "Person" else "others"
        told[kind]["tp" if hit and same else "fp" if hit else "fn" if same else "tn"] += 1
    print(f"name_pairs.csv: {len(rows)} labelled pairs")
    print("level      one party   pairs   in the product")
    for level in sorted(counted, reverse=True):
        agreed, pairs = counted[level][True], counted[level].total()
        print(f"{level.name:<10} {agreed:>9} {pairs:>7}   {LABELLED.get(level, 'no hit')}")
    for kind, found in told.items():
        precision = found["tp"] / (found["tp"] + found["fp"])
        recall = found["tp"] / (found["tp"] + found["fn"])
        print(f"{kind}: precision {precision:.3f}, recall {recall:.3f} of {found.total()} pairs")


def planted() -> None:
    """Print what of planted accounts is found, and who of a real library is taken for somebody listed."""
    (records,) = read_lists([real_file("rt_sputnik_ira_entities.csv")])
    (annex,) = read_lists([real_file("eu_833_annex_xv_media.csv")])
    library = google_2025()
    accounts, held, truth = planted_accounts(records)
    platform = RealPlatform(accounts=(*library.accounts, *accounts), held=library.held)
    engine = platform.load(DuckEngine())
    engine.append(
        "identifiers", [row for account_id, kind, raw in held for row in stored(account_id, kind, raw)]
    )
    for name, one in (
        ("first names only", first_names(records)),
        ("whole records", records),
        ("annex XV", annex),
    ):
        started = time.perf_counter()
        hits = screen(Accounts(engine=engine, key=PUBLIC_KEY), one, standings_of(one, DAY, Findings()))
        seconds = time.perf_counter() - started
        print(f"\n{one.name}, {name}: {len(hits)} hits in {seconds:.1f} s")
        print(f"  false alarms: {len(alarms(hits, truth))} of {len(library.accounts):,} advertisers")
        for kind in sorted({what for _, what in truth.values()}):
            wanted = {account for account, (_, what) in truth.items() if what == kind}
            right = {h.account.account_id for h in hits if right_hit(h, truth)} & wanted
            grades = Counter(h.grade for h in hits if h.account.account_id in right)
            print(f"  planted by {kind}: {len(right)} of {len(wanted)} found {dict(grades)}")
        if name == "first names only":
            found = {h.account.account_id for h in hits}
            for account, (entity_id, what) in truth.items():
                if what == "another spelling" and account not in found:
                    called = next(a["name"] for a in accounts if a["account_id"] == account)
                    print(f"    not found: {called} for {one.entities[entity_id].caption}")
        for hit in alarms(hits, truth):
            print(f"    {hit.grade}: {hit.account.name} taken for {hit.standing.entity.caption}")


def planted_accounts(
    records: AuthorityList,
) -> tuple[list[Mapping[str, Any]], list[tuple[str, str, str]], dict[str, tuple[str, str]]]:
    """Make an account of each further spelling, and one of each identifier; return them with the truth."""
    accounts: list[Mapping[str, Any]] = []
    held: list[tuple[str, str, str]] = []
    truth: dict[str, tuple[str, str]] = {}

    def account(entity_id: str, what: str, name: str) -> str:
        made_id = f"planted-{len(accounts):03}"
        accounts.append({"account_id": made_id, "name": name, "country": None, "legal_name": name})
        truth[made_id] = (entity_id, what)
        return made_id

    for entity_id, entity in sorted(records.entities.items()):
        for name in names_of(entity)[1:]:
            _ = account(entity_id, "another spelling", name)
        usable = [(kind, v) for prop, kind in PLANTED for v in entity.values(prop)[:1] if stored("", kind, v)]
        held += [(account(entity_id, kind, f"Advertiser {len(accounts)}"), kind, v) for kind, v in usable]
    return accounts, held, truth


def stored(account_id: str, kind: str, raw: str) -> list[tuple[Any, ...]]:
    """Return the rows of ``identifiers`` that intake would make of a value."""
    try:
        found = normalise(kind, raw)
    except ValueError:
        return []
    rows = []
    for one, value in ((kind, found.value), *found.derived):
        key = keyed(one, value, PUBLIC_KEY) if is_keyed(one) else value
        rows.append(
            (
                account_id,
                one,
                FAMILY_OF_KIND[one],
                key,
                fact_id(one, key),
                key[:12],
                None,
                None,
                None,
                "given",
            )
        )
    return rows


def first_names(records: AuthorityList) -> AuthorityList:
    """Return the list without further spellings: what a name finds is then found by comparing."""
    entities = {}
    for entity_id, entity in records.entities.items():
        kept = {n: v for n, v in entity.properties.items() if n not in ("alias", "previousName")}
        entities[entity_id] = replace(entity, properties=kept)
    return made(records.name, records.form, records.sha256, entities, Findings())


def right_hit(hit: Hit, truth: Mapping[str, tuple[str, str]]) -> bool:
    """Tell whether a hit is the planted entity, or the same party under another programme."""
    found = truth.get(hit.account.account_id)
    return found is not None and (hit.standing.entity.entity_id == found[0] or "annex" in hit.list_name)


def alarms(hits: Sequence[Hit], truth: Mapping[str, tuple[str, str]]) -> list[Hit]:
    """Return the hits on advertisers of the library."""
    return [hit for hit in hits if hit.account.account_id not in truth]


def speed(accounts: int, entities: int) -> None:
    """Print how long an invented platform takes against an invented list, part by part."""
    listed = [invented(number, "entity") for number in range(entities)]
    one = made("invented", "FollowTheMoney", "", dict(invented_list(listed)), Findings())
    engine = DuckEngine()
    names = [invented(number, "account") for number in range(accounts)]
    for number in range(0, accounts, 1000):
        names[number] = listed[number // 1000 % entities]
    engine.load(
        "accounts",
        ACCOUNTS,
        [(f"a{n}", name, None, None, "RU", None, None, None, None) for n, name in enumerate(names)],
    )
    engine.load("identifiers", IDENTIFIERS, [])
    for start in range(0, accounts, 100_000):
        engine.append("identifiers", held_by(range(start, min(accounts, start + 100_000)), entities))
    engine.load("judgements", JUDGEMENTS, [])
    print(f"{accounts:,} accounts, {engine.rows('SELECT count(*) FROM identifiers')[0][0]:,} identifiers,")
    started, worked = time.perf_counter(), time.process_time()
    standings = standings_of(one, DAY, Findings())
    print(f"{len(standings):,} listed entities, {len(one.entities):,} records")
    hits = screen(Accounts(engine=engine, key=PUBLIC_KEY, progress=print), one, standings)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(hits):,} hits {dict(Counter(h.grade for h in hits))}")
    print(f"{seconds:.0f} s, {work:.0f} s of processor time, {accounts / work:,.0f} accounts a second of it")
    print(f"{peak:.1f} GiB at most")


def invented(number: int, what: str) -> str:
    """Make a name of an invented stem and ordinary words, as companies have."""
    draws = hashlib.blake2b(f"{what} {number}".encode(), digest_size=16).digest()
    stem = "".join("bdfgklmnprstvz"[draws[i] % 14] + "aeiou"[draws[i + 1] % 5] for i in range(0, 6, 2))
    if draws[8] % 3 == 0:
        return f"{GIVEN[int.from_bytes(draws[9:11]) % len(GIVEN)]} {stem}ov".title()
    words = [stem, WORDS[draws[11] % len(WORDS)]]
    if draws[12] % 2:
        words.append(TOWNS[draws[13] % len(TOWNS)])
    return " ".join(words).title() + (" Ltd" if draws[14] % 2 else "")


def invented_list(names: Sequence[str]) -> Iterator[tuple[str, Entity]]:
    """Make listed companies with two numbers, a website and a mailbox each."""
    for number, name in enumerate(names):
        site = f"{folded(name)}{number}.com"
        properties = {
            "name": (name,),
            "alias": (f"{name} Group",),
            "innCode": (f"77{number:08}",),
            "website": (f"https://{site}",),
            "email": (f"info@{site}",),
            "country": ("ru",),
        }
        yield (
            f"NK-{number}",
            Entity(entity_id=f"NK-{number}", schema="Company", properties=properties, target=True),
        )
        listing = {"entity": (f"NK-{number}",), "programId": ("EU-UKR",)}
        yield f"S-{number}", Entity(entity_id=f"S-{number}", schema="Sanction", properties=listing)


def held_by(numbers: range, entities: int) -> list[tuple[Any, ...]]:
    """Give each account a number, a domain and a mailbox; one account in a thousand holds a listed number."""
    return [
        row
        for number in numbers
        for kind, value in (
            ("tax_id", f"77{number // 1000 % entities:08}" if number % 1000 == 500 else f"50{number:08}"),
            ("domain", f"site{number}.com"),
            ("email", f"a@site{number}.com"),
        )
        for row in stored(f"a{number}", kind, value)
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
