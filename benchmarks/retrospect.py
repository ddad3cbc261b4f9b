"""How often signals against everybody else flag accounts of which nothing is known, and which flag the IRA.

    python -m benchmarks.retrospect
    python -m benchmarks.retrospect --ads 10000000

The second form measures speed instead (:mod:`benchmarks.retrospect_world`) and needs no data. The first
needs ../shared/data. First Snapchat's political advertisers of 2019 and 2020 (an account is a payer at a
buyer): 40 times one in ten of them is asked for, chosen by hash; of these nobody is known to be anything, so
what is flagged is counted as a false alarm. Then the pages of the Internet Research Agency with at least
five ads are asked for against the same background. That is another platform and another time: it shows
what fires, and proves nothing.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from babel import Locale

from debar.model.window import Window
from debar.retrospect import retrospect
from debar.retrospect.against import ONE_IN, chance_of
from debar.retrospect.declarations import pattern, shipped_words
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import real_rows

COUNTRY_CODES = {name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2}
ACCOUNTS = {
    "account_id": "VARCHAR", "name": "VARCHAR", "legal_name": "VARCHAR", "handle": "VARCHAR",
    "country": "VARCHAR", "currency": "VARCHAR", "created_at": "TIMESTAMP", "manager_id": "VARCHAR",
    "declared_agency": "BOOLEAN",
}  # fmt: skip
ADS = {
    "ad_id": "VARCHAR", "account_id": "VARCHAR", "started_at": "TIMESTAMP", "ended_at": "TIMESTAMP",
    "created_at": "TIMESTAMP", "text": "VARCHAR", "landing_url": "VARCHAR", "countries": "VARCHAR[]",
    "targeting": "VARCHAR", "impressions": "BIGINT", "clicks": "BIGINT", "impressions_low": "BIGINT",
    "impressions_high": "BIGINT", "spend_low_micros": "BIGINT", "spend_high_micros": "BIGINT",
    "currency": "VARCHAR", "declared_political": "BOOLEAN",
}  # fmt: skip
SPEND = {
    "account_id": "VARCHAR", "currency": "VARCHAR", "low_micros": "BIGINT", "high_micros": "BIGINT",
    "from_day": "DATE", "to_day": "DATE", "market": "VARCHAR", "ad_id": "VARCHAR",
    "file_sha256": "VARCHAR", "row": "BIGINT",
}  # fmt: skip
BILLING = {
    "event_id": "VARCHAR", "account_id": "VARCHAR", "kind": "VARCHAR", "service_day": "DATE",
    "booked_at": "TIMESTAMP", "amount_micros": "BIGINT", "tax_micros": "BIGINT", "currency": "VARCHAR",
    "market": "VARCHAR", "ad_id": "VARCHAR", "payer_account_id": "VARCHAR", "reverses": "VARCHAR",
    "note": "VARCHAR", "file": "VARCHAR", "record": "BIGINT",
}  # fmt: skip
WINDOW = Window(start=date(2015, 1, 1), end=date(2020, 12, 31))
TRIALS = 40


def main() -> None:
    snap = snapchat_ads()
    accounts = sorted({row["account_id"] for row in snap})
    engine = loaded(snap)
    flagged: Counter[str] = Counter()
    lots: dict[str, list[int]] = defaultdict(list)
    asked: Counter[str] = Counter()
    for trial in range(TRIALS):
        chosen = [one for one in accounts if draw(f"{trial} {one}") % 10 == 0]
        for found in retrospect(engine, window=WINDOW, accounts=chosen).against:
            flagged[found.name] += len(found.flagged)
            if found.by_lot is not None:
                lots[found.name].append(found.by_lot)
            asked[found.name] += found.asked_count
    print(f"Snapchat: {len(snap):,} ads of {len(accounts)} accounts, {TRIALS} times one in ten asked for")
    for name, count in asked.items():
        print(
            f"  {name:<20} {flagged[name]:>4} of {count:>5} flagged: {100 * flagged[name] / count:.2f} %;"
            f" as a group at .05: {sum(lot < 50_000 for lot in lots[name])} of {len(lots[name])} times"
        )
    ira = ira_ads()
    pages = sorted({row["account_id"] for row in ira})
    report = retrospect(loaded([*snap, *ira]), window=WINDOW, accounts=pages, time_zone="Europe/Moscow")
    for one in report.untold:
        print(f"  {one.name:<20} cannot be told: {one.why}")
    print(f"\n{len(pages)} pages of the Internet Research Agency against them, one in {ONE_IN} by chance")
    for found in report.against:
        chance = chance_of(len(found.flagged), found.asked_count) / 1_000_000
        rate = found.false_alarm_rate / 10_000
        told = (
            f"{len(found.flagged)} of {found.asked_count} pages, {rate:.2f} % of {found.others_count} others"
        )
        print(f"  {found.name:<20} {told}; by chance at most {chance:.6f}")
        if found.by_lot is not None:
            group = f"stand out more than {found.exceeds / 10_000:.1f} % of others"
            print(f"  {'':<20} together they {group}; by lot {found.by_lot / 1_000_000:.6f}")
    speak()


def speak() -> None:
    """Print how often the shipped election words stand in real texts, each text once."""
    texts = {
        "Meta, United States 2022 (all declared)": ("meta_us/us_sample_features.csv", "ad_creative_body"),
        "Meta, Czech parties (all declared)": ("meta_cz/cz_texts.csv", "body"),
        "Internet Research Agency": ("ira_ads.csv", "ad_text"),
    }
    print("\nShipped election words stand in")
    for name, (file, column) in texts.items():
        distinct = sorted({row[column] for row in real_rows(file) if row[column]})
        engine = DuckEngine()
        engine.load("texts", {"text": "VARCHAR"}, [(text,) for text in distinct])
        ((hits,),) = engine.rows(
            "SELECT COUNT(*) FROM texts WHERE regexp_matches(lower(text), $pattern)",
            {"pattern": pattern(shipped_words())},
        )
        print(f"  {100 * hits / len(distinct):5.1f} % of {len(distinct):,} texts: {name}")


def loaded(ads: list[dict[str, Any]]) -> DuckEngine:
    """Load ads and their accounts as intake would leave them."""
    engine = DuckEngine()
    homes = {row["account_id"]: row.get("home") for row in ads}
    engine.load(
        "accounts", ACCOUNTS, [(one, one, *(None,) * 2, home, *(None,) * 4) for one, home in homes.items()]
    )
    engine.load("ads", ADS, [tuple(row.get(column) for column in ADS) for row in ads])
    engine.load("spend", SPEND, [])
    engine.load("billing", BILLING, [])
    return engine


def snapchat_ads() -> list[dict[str, Any]]:
    """Return Snapchat's ads; the home of an account is the country at the end of its buyer's address."""
    return [
        {
            "ad_id": row["ADID"],
            "account_id": f"{row['org']} / {row['payer']}",
            "created_at": datetime.strptime(row["StartDate"], "%Y/%m/%d %H:%M:%SZ"),  # noqa: DTZ007 - naive UTC
            "countries": [COUNTRY_CODES[row["country"]]] if row["country"] in COUNTRY_CODES else None,
            "currency": row["cur"],
            "home": row["addr"][-2:] if row["addr"][-2:].isupper() else None,
            "landing_url": address(row["CreativeProperties"]),
        }
        for row in real_rows("snapchat_2019_2020.csv")
    ]


def address(properties: str) -> str | None:
    """Return where a Snapchat ad leads."""
    found = re.search(r"https?://[^\s;,]+", properties)
    return found.group() if found else None


def ira_ads() -> list[dict[str, Any]]:
    """Return the ads of the pages with at least five; all are aimed at the United States."""
    rows = [row for row in real_rows("ira_ads.csv") if row["page_key"] and row["created"]]
    sizes = Counter(row["page_key"] for row in rows)
    return [
        {
            "ad_id": row["bates"],
            "account_id": f"IRA {row['page_key']}",
            "created_at": datetime.fromisoformat(row["created"]).astimezone(UTC).replace(tzinfo=None),
            "countries": ["US"],
            "currency": row["currency"] if row["currency"] in ("RUB", "USD") else None,
            "text": row["ad_text"],
            "targeting": row["targeting_raw"],
            "landing_url": row["landing_page_raw"] or None,
        }
        for row in rows
        if sizes[row["page_key"]] >= 5
    ]


def draw(name: str) -> int:
    """Draw a number by the hash of a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


if __name__ == "__main__":
    if "--ads" in sys.argv:
        from benchmarks.retrospect_world import measure

        measure(int(sys.argv[sys.argv.index("--ads") + 1]))
    else:
        main()
