"""A platform of many ads as Parquet, for measuring: made by hash, so that the same size is the same platform.

A hundred ads an account on average, some accounts with very many; six in ten ads have a text of their own,
the others one of their account's five or one that thousands use; two hundred thousand audiences; one to
three countries; office hours in four zones; bounds of spend and impressions; and a tenth as many rows of
billing. Nothing in it means anything. One account in a hundred is asked for.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADS_AN_ACCOUNT = 100

_WORDS = "['spring', 'summer', 'winter', 'garden', 'travel', 'music', 'market', 'future', 'family', 'letter',\
 'river', 'mountain', 'harbour', 'kitchen', 'window', 'silver', 'morning', 'ticket', 'picture', 'story']"

_ACCOUNTS = """
    SELECT 'acc-' || i AS account_id, 'Advertiser ' || i AS name, NULL::VARCHAR AS legal_name,
        NULL::VARCHAR AS handle, ['US', 'GB', 'DE', 'FR', 'BR', 'IN'][1 + draw(i, 1) % 6] AS country,
        ['USD', 'GBP', 'EUR', 'EUR', 'BRL', 'INR'][1 + draw(i, 1) % 6] AS currency,
        TIMESTAMP '2015-01-01' + to_seconds(CAST(draw(i, 2) % 31000000 AS BIGINT)) AS created_at,
        NULL::VARCHAR AS manager_id, false AS declared_agency
    FROM range({accounts}) t(i)"""

_ADS = f"""
    SELECT 'ad-' || i AS ad_id, 'acc-' || account AS account_id,
        created_at + INTERVAL 5 MINUTE AS started_at, NULL::TIMESTAMP AS ended_at, created_at,
        CASE WHEN h % 10 < 6 THEN {_WORDS}[1 + h // 10 % 20] || ' offers for everybody number ' || i
                || ' from our ' || {_WORDS}[1 + h // 200 % 20]
            WHEN h % 10 < 9 THEN {_WORDS}[1 + h // 10 % 5] || ' greetings of advertiser number ' || account
            ELSE {_WORDS}[1 + h // 10 % 20] || ' sale ends on sunday, save ' || (h // 200 % 50000) || ' today'
        END AS text,
        'https://site-' || account || '.example/' || {_WORDS}[1 + h // 10 % 20] || '?utm_source=' || (h % 3)
            || '&utm_medium=cpc&c' || (account % 50000) || '=' || h % 1000 AS landing_url,
        CASE WHEN h % 7 < 5 THEN [home] WHEN h % 7 = 5 THEN [home, 'US'] ELSE ['US', 'CA', home] END
            AS countries,
        'Interests: ' || {_WORDS}[1 + h // 10 % 20] || ', ' || {_WORDS}[1 + h // 200 % 20]
            || CASE WHEN h % 3 = 0 THEN ' number ' || account ELSE ' group ' || (h // 4000 % 500) END
            AS targeting,
        NULL::BIGINT AS impressions, CAST(h // 77 % 900 AS BIGINT) AS clicks,
        CAST(1000 * (h // 7 % 50) AS BIGINT) AS impressions_low,
        CAST(1000 * (h // 7 % 50) + 999 AS BIGINT) AS impressions_high,
        CASE WHEN h % 20 <> 0 THEN CAST(1000000 * (h // 13 % 100) AS BIGINT) END AS spend_low_micros,
        CASE WHEN h % 20 <> 0 THEN CAST(1000000 * (h // 13 % 100) + 99000000 AS BIGINT) END
            AS spend_high_micros,
        currency, h % 50 = 0 AS declared_political
    FROM (
        SELECT i, account, draw(i, 3) AS h,
            ['US', 'GB', 'DE', 'FR', 'BR', 'IN'][1 + draw(account, 1) % 6] AS home,
            ['USD', 'GBP', 'EUR', 'EUR', 'BRL', 'INR'][1 + draw(account, 1) % 6] AS currency,
            TIMESTAMP '2015-06-01' + to_days(CAST(draw(i, 4) % 700 AS INTEGER)) + to_seconds(CAST(
                (draw(account, 1) % 6 * 7200 + 28800 + (draw(i, 5) % 40000 + draw(i, 6) % 10000)) % 86400
            AS BIGINT)) AS created_at
        FROM (
            SELECT i, CAST(floor({{accounts}} * pow(draw(i, 7) % 1000003 / 1000003.0, 1.5)) AS BIGINT)
                AS account
            FROM range({{first}}, {{last}}) t(i)
        )
    )"""

_BILLING = """
    SELECT 'ev-' || i AS event_id, 'acc-' || (draw(i, 8) % {accounts}) AS account_id, 'delivered' AS kind,
        DATE '2015-01-01' + CAST(draw(i, 9) % 850 AS INTEGER) AS service_day, NULL::TIMESTAMP AS booked_at,
        CAST(10000 * (draw(i, 10) % 90000) AS BIGINT) AS amount_micros, 0::BIGINT AS tax_micros,
        ['USD', 'GBP', 'EUR', 'EUR', 'BRL', 'INR'][1 + draw(draw(i, 8) % {accounts}, 1) % 6] AS currency,
        ['US', 'GB', 'DE'][1 + draw(i, 11) % 3] AS market, NULL::VARCHAR AS ad_id,
        NULL::VARCHAR AS payer_account_id, NULL::VARCHAR AS reverses, NULL::VARCHAR AS note,
        'billing' AS file, i AS record
    FROM range({billing}) t(i)"""

_SPEND = """
    SELECT NULL::VARCHAR AS account_id, NULL::VARCHAR AS currency, NULL::BIGINT AS low_micros,
        NULL::BIGINT AS high_micros, NULL::DATE AS from_day, NULL::DATE AS to_day, NULL::VARCHAR AS market,
        NULL::VARCHAR AS ad_id, NULL::VARCHAR AS file_sha256, NULL::BIGINT AS "row", NULL::VARCHAR AS region
    WHERE false"""

PART = 10_000_000


def write_world(folder: Path, ads: int) -> None:
    """Write ``accounts``, ``ads-*``, ``billing`` and ``spend`` as Parquet."""
    import duckdb

    accounts = max(100, ads // ADS_AN_ACCOUNT)
    engine = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": "false"})
    engine.execute("CREATE MACRO draw(what, which) AS CAST(hash(what, which) // 2 AS BIGINT)")
    small = {"accounts": _ACCOUNTS, "billing": _BILLING, "spend": _SPEND}
    for table, sql in small.items():
        query = sql.format(accounts=accounts, billing=ads // 10)
        engine.execute(f"COPY ({query}) TO '{folder / table}.parquet' (FORMAT parquet)")
    for part, first in enumerate(range(0, ads, PART)):
        query = _ADS.format(accounts=accounts, first=first, last=min(ads, first + PART))
        engine.execute(f"COPY ({query}) TO '{folder / 'ads'}-{part:03d}.parquet' (FORMAT parquet)")


_LOOK = """
import sys
from datetime import date
from debar.model.step import Step
from debar.model.window import Window
from debar.retrospect import retrospect
from debar.stores.duckdb_engine import DuckEngine
with DuckEngine(threads=2, memory_limit="6GB") as engine:
    for table in ("accounts", "ads", "billing", "spend"):
        engine.view(Step(name=table, sql=f"SELECT * FROM read_parquet('{sys.argv[1]}/{table}*.parquet')"))
    asked = [f"acc-{i}" for i in range(0, int(sys.argv[2]), 100)]
    found = retrospect(engine, window=Window(start=date(2015, 1, 1), end=date(2020, 1, 1)), accounts=asked,
        time_zone="Europe/Moscow", around=date(2016, 11, 8))
    print(found.counts.ads_count + found.background.ads_count, "ads,", len(found.against), "signals")
"""

_SCAN = """
import sys
import duckdb
engine = duckdb.connect(config={"threads": 2, "memory_limit": "6GB"})
engine.execute("SET enable_progress_bar = false")
ads = f"'{sys.argv[1]}/ads*.parquet'"
columns = engine.execute(f"DESCRIBE SELECT * EXCLUDE (ended_at) FROM {ads}")
maxima = ", ".join(f"max({column[0]})" for column in columns.fetchall())
engine.execute(f"SELECT {maxima} FROM {ads}").fetchall()
print("the largest of each column read")
"""


def measure(ads: int) -> None:
    """Write the platform, look back at it and read its columns once, each in a process of its own; print."""
    with tempfile.TemporaryDirectory(prefix="debar-retrospect-") as name:
        folder = Path(name)
        write_world(folder, ads)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**30
        print(f"{ads:,} ads, {size:.1f} GiB of Parquet, two threads, engine limited to 6 GB")
        processor = []
        for what, code in (("one scan", _SCAN), ("retrospect", _LOOK)):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.monotonic()
            sized = (
                code + "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
            )
            done = subprocess.run(
                [sys.executable, "-c", sized, name, str(max(100, ads // ADS_AN_ACCOUNT))],
                stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
            processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            *_, said, largest = done.stdout.strip().split("\n")
            print(
                f"{what:<11}{wall:8.1f} s wall {processor[-1]:8.1f} s processor {int(largest):7,} MB   {said}"
            )
        print(f"ratio of processor time {processor[1] / processor[0]:.1f}")
