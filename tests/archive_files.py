"""Small archives with invented values under the publishers' own columns."""

from __future__ import annotations

import csv
import zipfile
from typing import TYPE_CHECKING, Any

from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.intake.archives.writing import ImportedArchive

CURRENCIES = ("USD", "EUR", "BGN")

TOTALS = (
    "Advertiser_ID,Advertiser_Name,Public_IDs_List,Regions,Elections,Total_Creatives,Spend_USD,Spend_EUR,Spend_BGN\n"
    'AR1,"HARBOUR NEWS, LLC","EIN ID 53-1111111, FEC ID C00000001",US,US-Federal,37,274100,0,0\n'
    "AR2,Laternen e.V.,,DE,,2,0,500,1000\n"
    "AR3,Nothing Spent,EIN ID 53-1111111,US,,1,0,0,0\n"
)
WEEKS = (
    "Advertiser_ID,Advertiser_Name,Election_Cycle,Week_Start_Date,Spend_USD,Spend_EUR\n"
    'AR1,"HARBOUR NEWS, LLC",,2016-09-04,31000,0\n'
    'AR1,"HARBOUR NEWS, LLC",,2016-09-11,243000,0\n'
)
ADVERTISER_PLACES = (
    "Advertiser_ID,Advertiser_Name,Country,Country_Subdivision_Primary,Spend_USD\n"
    'AR1,"HARBOUR NEWS, LLC",US,US-WI,1200\n'
)
PLACES = "Country,Country_Subdivision_Primary,Country_Subdivision_Secondary,Spend_USD\nUS,US-WI,WI-1,52000\n"
CREATIVES = (
    "Ad_ID,Ad_URL,Ad_Type,Regions,Advertiser_ID,Advertiser_Name,Ad_Campaigns_List,Date_Range_Start,Date_Range_End,"
    "Num_of_Days,Impressions,Spend_USD,First_Served_Timestamp,Last_Served_Timestamp,Age_Targeting,Gender_Targeting,"
    "Geo_Targeting_Included,Geo_Targeting_Excluded,Spend_Range_Min_USD,Spend_Range_Max_USD,Spend_Range_Min_EUR,"
    "Spend_Range_Max_EUR\n"
    'CR1,https://x.example/CR1,VIDEO,US,AR1,"HARBOUR NEWS, LLC",,2016-09-01,2016-11-07,68,100K-1M,,'
    "2016-09-01T04:00:00Z,2016-11-08T03:59:00Z,18-24,Male,United States,,1000,50000,0,0\n"
    'CR2,https://x.example/CR2,TEXT,"EU,DE",AR2,Laternen e.V.,,2019-04-12,2019-05-25,44,≤ 10k,,'
    '2019-04-12T00:00:00Z,2019-05-25T22:00:00Z,,,"Berlin,Germany",,100,,50,100\n'
    "CR3,https://x.example/CR3,TEXT,US,AR4,Only Here,,2019-04-12,2019-05-25,44,> 10M,,,,,,,,1000000,,0,0\n"
    "CR4,https://x.example/CR4,TEXT,US,AR4,Only Here,,2019-04-12,2019-05-25,44,10k–100k,,,,,,,,0,0,0,0\n"
    "CR5,https://x.example/CR5,TEXT,US,AR4,Only Here,,2019-04-12,2019-05-25,44,,,,,,,,,,,,\n"
)
DECLARED = (
    "Advertiser_ID,Region,Advertiser_Declared_Name,Advertiser_Declared_Regulatory_ID,Advertiser_Declared_Scope,"
    "NZ_Advertiser_Declared_Name,NZ_Advertiser_Declared_Address\n"
    "AR1,US-CA,Committee for an Example,1234567,Proposition 1,,\n"
    'AR5,NZ,Kiwi Example,,,Promoter Example,"1 Queen Street, Auckland"\n'
)
CAMPAIGNS = (
    "Campaign_ID,Age_Targeting,Gender_Targeting,Geo_Targeting_Included,Geo_Targeting_Excluded,Start_Date,End_Date,"
    "Ads_List,Advertiser_ID,Advertiser_Name\n"
    'C1,18-24,Female,Ohio,,2019-01-01,2019-02-01,"CR1,CR9",AR1,"HARBOUR NEWS, LLC"\n'
)
KEYWORDS = (
    "Election_Cycle,Region,Elections,Report_Date,Keyword_1,Spend_USD_1,Keyword_2,Spend_USD_2\n"
    "US-Federal-2018,US,US-Federal,2019-12-01,harbour,500,lantern,400\n"
)
BUNDLE = {
    "totals": ("advertiser-stats", TOTALS),
    "weeks": ("advertiser-weekly-spend", WEEKS),
    "advertiser_places": ("advertiser-geo-spend", ADVERTISER_PLACES),
    "places": ("geo-spend", PLACES),
    "creatives": ("creative-stats", CREATIVES),
    "declared": ("advertiser-declared-stats", DECLARED),
    "campaigns": ("campaign-targeting", CAMPAIGNS),
    "keywords": ("top-keywords-history", KEYWORDS),
    "updated": ("updated", "Report_Data_Updated_Date\n2026-11-20\n"),
}

META_HEADER = "\ufeffPage\u00a0ID,Page Name,Disclaimer,Amount Spent (USD),Number of Ads in Library\n"
META_ROWS = (
    '100000000000001,Harbour Broadcaster,Harbour LLC,"274,100",1823\n'
    "100000000000001,Harbour Broadcaster,These ads ran without a disclaimer,≤100,3\n"
    '100000000000002,"Café, “Quotes”",,1000,12\n'
)
META_PLACES = '\ufeffLocation name,Amount spent (USD)\nWisconsin,"123,456"\nUnknown,≤100\n'

SNAPCHAT = (
    "ADID,CreativeUrl,Currency Code,Spend,Impressions,StartDate,EndDate,OrganizationName,BillingAddress,"
    "CandidateBallotInformation,PayingAdvertiserName,CommitteeName,Gender,AgeBracket,CountryCode,"
    "Regions (Included),Segments,CreativeProperties\n"
    'd1,https://s.example/1,USD,165,49446,2019/10/17 16:13:14Z,,Lantern Agency,"1 Main St,Springfield,00000,US",'
    "Harbour,Harbour Campaign,,,18+,united states,Wisconsin,Provided by Advertiser,"
    "web_view_url:https://harbour-news.org/a?utm_source=snap\n"
    'd2,https://s.example/2,EUR,20,100,2019/10/18 16:13:14Z,2019/10/20 16:13:14Z,Paper Party,"2 Rue, Paris, FR",'
    ",Paper Party,,,,france,,,\n"
)


def write_bundle(folder: Path, *names: str) -> Path:
    """Write files of the Google bundle, all of them if none is named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or BUNDLE:
        stem, text = BUNDLE[name]
        (folder / f"google-political-ads-{stem}.csv").write_text(text, encoding="utf-8")
    return folder


def zip_of(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rows_of(
    made: ImportedArchive, table: str, columns: str = "*", order: str = "ALL"
) -> list[tuple[Any, ...]]:
    """Return rows of a written table."""
    with DuckEngine(threads=1) as engine:
        return engine.rows(
            f"SELECT {columns} FROM read_parquet('{made.folder}/{table}.parquet') ORDER BY {order}"
        )


def sums(made: ImportedArchive) -> dict[tuple[str, str], tuple[int, int | None, int]]:
    """Return (series, currency) to low and high in whole units, and rows."""
    return {
        (s.series, s.currency): (
            s.low_micros // 10**6,
            None if s.high_micros is None else s.high_micros // 10**6,
            s.rows,
        )
        for s in made.stated
    }


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
