"""A small invented ad library: unrelated accounts with topics, borrowed copy and office hours, and planted groups.

Law: everything innocent that makes ads alike is here: topics, campaigns' common copy, launches on the hour,
popular tags and audiences. What is planted is named.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS, JUDGEMENTS, identifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ADS: dict[str, str] = {
    "ad_id": "VARCHAR",
    "account_id": "VARCHAR",
    "started_at": "TIMESTAMP",
    "ended_at": "TIMESTAMP",
    "created_at": "TIMESTAMP",
    "text": "VARCHAR",
    "landing_url": "VARCHAR",
    "targeting": "VARCHAR",
}
SIGNATURE = [f"signature{number}" for number in range(200)]
MONDAY = datetime(2022, 3, 7)  # noqa: DTZ001 - naive UTC, as tables hold it


@dataclass
class AdWorld:
    """Accounts and their ads; ``load`` fills an engine."""

    accounts: list[str]
    ads: list[dict[str, Any]] = field(default_factory=list)

    def add(self, account_id: str, /, **values: Any) -> None:
        """Add an ad."""
        self.ads.append({"ad_id": f"ad-{len(self.ads):06}", "account_id": account_id, **values})

    def dealt(self, seed: int) -> AdWorld:
        """Return the same ads dealt out again: every account has as many as before, nobody's are anybody's."""
        owners = [ad["account_id"] for ad in self.ads]
        random.Random(seed).shuffle(owners)
        ads = [{**ad, "account_id": owner} for ad, owner in zip(self.ads, owners, strict=True)]
        return AdWorld(self.accounts, ads)

    def write(self, folder: Path) -> Path:
        """Write the world as a platform's export: accounts.csv and ads.csv; return the folder."""
        with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
            named = ((account, f"Name of {account}") for account in self.accounts)
            csv.writer(file).writerows([("account_id", "name"), *named])
        columns = [name for name in ADS if name not in {"started_at", "ended_at"}]
        with (folder / "ads.csv").open("w", newline="", encoding="utf-8") as file:
            lines = ([ad.get(column, "") for column in columns] for ad in self.ads)
            csv.writer(file).writerows([columns, *lines])
        return folder

    def load(self, engine: DuckEngine | None = None) -> DuckEngine:
        """Load the world into an engine."""
        engine = engine or DuckEngine(threads=1, memory_limit="1GB")
        names = sorted(self.accounts)
        engine.load(
            "accounts",
            ACCOUNTS,
            [tuple({"account_id": a, "name": a}.get(c) for c in ACCOUNTS) for a in names],
        )
        engine.load("ads", ADS, [tuple(ad.get(column) for column in ADS) for ad in self.ads])
        landings = {
            (ad["account_id"], ad["landing_url"].partition("?")[0].removeprefix("https://"))
            for ad in self.ads
            if ad.get("landing_url")
        }
        engine.load(
            "identifiers", IDENTIFIERS, [identifier(a, "landing_path", url) for a, url in sorted(landings)]
        )
        engine.load("judgements", JUDGEMENTS, [])
        return engine


def ad_world(seed: int, *, accounts: int = 120, ads: int = 12) -> AdWorld:
    """Return a platform on which nobody is linked.

    An account has a topic (words that few other accounts use), borrows common copy now and then, works in
    the office hours of its time zone, starts a fifth of its ads on the hour, and tags and aims as everybody.
    """
    chance = random.Random(seed)
    names = [f"account-{number:04}" for number in range(accounts)]
    common = [f"word{number}" for number in range(400)]
    topics = [[f"topic{topic}x{number}" for number in range(40)] for topic in range(accounts // 12)]
    copies = [text(chance, common, 25) for _ in range(accounts // 6)]
    world = AdWorld(names)
    for number, name in enumerate(names):
        topic, zone = topics[chance.randrange(len(topics))], chance.choice((-8, -5, 0, 1, 2))
        for _ in range(1 + chance.randrange(2 * ads)):
            odd = " ".join(f"odd{chance.randrange(3000)}" for _ in range(5))
            body = (
                f"{text(chance, common, 15)} {text(chance, topic, 2)} {odd} own{number}x{chance.randrange(6)}"
            )
            if chance.random() < 0.08:
                body = chance.choice(copies)
            world.add(
                name,
                text=body,
                created_at=moment(chance, zone),
                landing_url=landing(chance, number),
                targeting=aim(chance),
            )
    return world


def text(chance: random.Random, words: Sequence[str], length: int) -> str:
    """Return random words; the first are commoner."""
    return " ".join(words[int(len(words) * chance.random() ** 2)] for _ in range(length))


def moment(chance: random.Random, zone: int) -> datetime:
    """Return a moment in office hours of half a year; one in five is on the hour."""
    day = MONDAY + timedelta(
        days=7 * chance.randrange(26) + chance.randrange(5), hours=9 + chance.randrange(9) - zone
    )
    return day if chance.random() < 0.2 else day + timedelta(seconds=chance.randrange(3600))


def landing(chance: random.Random, number: int) -> str:
    """Return a landing address of an own site, or of a site that everybody sends people to."""
    page = f"https://site{number}.example/p{chance.randrange(4)}"
    if chance.random() < 0.1:
        page = f"https://donate.example/{chance.randrange(8)}"
    source, medium = chance.choice(("fb", "ig", "snap")), chance.choice(("paid", "social", "cpc"))
    return f"{page}?utm_source={source}&utm_medium={medium}&utm_campaign={number}-{chance.randrange(9)}"


def aim(chance: random.Random) -> str:
    """Return a targeting of popular interests and one odd one."""
    popular = ", ".join(f"interest {chance.randrange(30)}" for _ in range(3))
    return f"Location: United States, {popular}, hobby {chance.randrange(300)}"


def plant(world: AdWorld, members: Sequence[str], signal: str, *, times: int, seed: int = 1) -> None:
    """Make accounts act as one: ``copy``, ``wording``, ``landing``, ``template``, ``audience`` or ``launch``."""
    chance = random.Random(f"{seed} {signal}")
    words = [f"word{number}" for number in range(400)]
    for turn in range(times):
        body, at = text(chance, words, 30), moment(chance, 0) + timedelta(seconds=chance.randrange(1, 3000))
        for place, name in enumerate(members):
            planted: dict[str, dict[str, Any]] = {
                "copy": {"text": f"{body} v{place}"},
                "wording": {"text": f"{text(chance, words, 20)} {text(chance, SIGNATURE, 8)}"},
                "landing": {"landing_url": f"https://hub.example/page{turn}"},
                "template": {
                    "landing_url": f"https://s{place}{turn}.example/?utm_term=zq{turn % 5}-kx{turn % 7}-ab"
                },
                "audience": {"targeting": f"rare craft {turn}, old song {turn}, Location: Canada"},
                "launch": {"created_at": at + timedelta(seconds=5 * place)},
            }
            world.add(name, **planted[signal])
