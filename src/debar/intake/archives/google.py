"""Google's political ads bundle and its Ads Transparency Center, as a platform folder.

Law: the bundle states the same money in four accounts: by week, by advertiser, by region, by ad. One counts,
the finest in time that is there; the others stand apart and are never added to it. Amounts repeat in a column
for each currency, and no two currencies are ever added.
Source: Google's description of the bundle's files, and the schemas of its two public BigQuery datasets.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from debar.intake.archives.shapes import GOOGLE
from debar.intake.archives.sources import open_sources
from debar.intake.archives.workshop import StagedShape, Workshop, spend_rows, stage_shapes
from debar.intake.archives.writing import Folder, ImportedArchive, write_folder
from debar.intake.files import refuse_full
from debar.intake.tables import UNATTRIBUTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from debar.model.ports import Engine

WEEKS: Final = "by week"
TOTALS: Final = "advertiser totals"
ADS: Final = "ranges of ads"
ADVERTISER_PLACES: Final = "advertisers by region"
PLACES: Final = "regions"

_NOBODY: Final = f"coalesce(v_advertiser_id, '{UNATTRIBUTED}')"
_TEXT: Final = "CAST(NULL AS VARCHAR)"
_NAMED: Final = (
    "google_totals",
    "google_weeks",
    "google_creatives",
    "google_advertiser_places",
    "google_campaigns",
)
"""Tables with advertiser_id and advertiser_name, the best first."""

_REGIONS: Final = """[
    {"region_code": "VARCHAR", "first_shown": "VARCHAR", "last_shown": "VARCHAR",
     "times_shown_lower_bound": "VARCHAR", "times_shown_upper_bound": "VARCHAR"}]"""


def import_google(
    engine: Engine, sources: Sequence[Path], out: Path, *, say: Callable[[str], None] = lambda _: None
) -> ImportedArchive:
    """Write Google's political bundle, or tables of its Transparency Center, as a platform folder.

    Args:
        engine: Where the tables are made; they are removed at the end.
        sources: The bundle as a zip or folder, single files of it, or exports of the BigQuery tables.
        out: Folder to write; it must not exist, or be empty.
        say: Called with a line now and then.

    Raises:
        DebarError: DBR-I051, the folder is not empty; DBR-I053, a zip is hostile; DBR-I056, nothing here is
            Google's.
    """
    refuse_full(out)
    with closing(Workshop(engine=engine, say=say)) as shop, open_sources(sources) as opened:
        staged = stage_shapes(shop, opened, GOOGLE)
        day = _bundle_day(shop, staged)
        folder = Folder(
            archive="google",
            name="Google ads transparency",
            accounts=_accounts(staged),
            identifiers=_identifiers(staged),
            ads=_ads(shop, staged),
            spend=_spend(staged, day),
            series=(WEEKS, TOTALS, ADS, ADVERTISER_PLACES, PLACES),
            beside=_beside(staged),
            remarks=(f"The bundle's data are of {day}.",) if day else (),
        )
        return write_folder(shop, folder, out)


def _bundle_day(shop: Workshop, staged: Mapping[str, StagedShape]) -> str:
    if "google_updated" not in staged:
        return ""
    ((day,),) = shop.engine.rows(
        f"SELECT CAST(max(v_report_data_updated_date) AS VARCHAR) FROM {staged['google_updated'].table}"
    )
    return day or ""


def _accounts(staged: Mapping[str, StagedShape]) -> str:
    """Return one account an advertiser; its name from the best file that has one."""
    parts = [
        f"SELECT v_advertiser_id AS id, v_advertiser_name AS name, v_advertiser_name AS legal_name,"
        f" {_TEXT} AS country, {rank} AS rank FROM {staged[name].table} WHERE v_advertiser_id IS NOT NULL"
        for rank, name in enumerate(_NAMED)
        if name in staged
    ]
    if "google_declared" in staged:
        parts.append(
            f"SELECT v_advertiser_id AS id, v_advertiser_declared_name AS name, {_TEXT} AS legal_name,"
            f" {_TEXT} AS country, 8 AS rank"
            f" FROM {staged['google_declared'].table} WHERE v_advertiser_id IS NOT NULL"
        )
    if "google_disclosed" in staged:
        parts.append(
            "SELECT v_advertiser_id AS id, v_advertiser_disclosed_name AS name,"
            " v_advertiser_legal_name AS legal_name, v_advertiser_location AS country, 7 AS rank"
            f" FROM {staged['google_disclosed'].table}"
            " WHERE v_advertiser_id IS NOT NULL"
        )
    if not parts:
        parts = [
            f"SELECT {_TEXT} AS id, {_TEXT} AS name, {_TEXT} AS legal_name, {_TEXT} AS country, 0 AS rank"
        ]
        return _account_rows(f"{parts[0]} WHERE false") + _nobody(staged)
    return _account_rows(" UNION ALL ".join(parts)) + _nobody(staged)


def _account_rows(parts: str) -> str:
    return (
        "SELECT id AS account_id, coalesce(min_by(name, rank) FILTER (name IS NOT NULL), id) AS name,"
        " min_by(legal_name, rank) FILTER (legal_name IS NOT NULL) AS legal_name,"
        f" {_TEXT} AS handle, min(country) AS country, {_TEXT} AS currency, {_TEXT} AS manager_id"
        f" FROM ({parts}) GROUP BY id"
    )


def _nobody(staged: Mapping[str, StagedShape]) -> str:
    """Removed ads alone name nobody; a platform has at least one account."""
    if set(staged) - {"google_removed", "google_places", "google_updated", "google_keywords"}:
        return ""
    return f" UNION ALL SELECT '{UNATTRIBUTED}', 'nobody is named', {', '.join([_TEXT] * 5)}"


def _identifiers(staged: Mapping[str, StagedShape]) -> str:
    parts = []
    if "google_totals" in staged:
        parts.append(
            "SELECT v_advertiser_id AS account_id, 'legal_id' AS kind, trim(value) AS value, 'owner' AS role,"
            " 'public ids of the bundle' AS source FROM (SELECT v_advertiser_id,"
            f" unnest(string_split(v_public_ids_list, ',')) AS value FROM {staged['google_totals'].table}"
            " WHERE v_advertiser_id IS NOT NULL) WHERE trim(value) <> ''"
        )
    if "google_declared" in staged:
        table, said = staged["google_declared"].table, "'declared by the advertiser'"
        regulatory = "concat_ws(' ', v_region, v_advertiser_declared_regulatory_id)"
        for kind, value, role, needed in (
            ("legal_name", "v_advertiser_declared_name", "owner", "v_advertiser_declared_name"),
            ("legal_id", regulatory, "owner", "v_advertiser_declared_regulatory_id"),
            ("legal_name", "v_promoter_name", "beneficiary", "v_promoter_name"),
            ("address", "v_promoter_address", "beneficiary", "v_promoter_address"),
        ):
            parts.append(
                f"SELECT v_advertiser_id AS account_id, '{kind}' AS kind, {value} AS value, '{role}' AS role,"
                f" {said} AS source FROM {table} WHERE {needed} IS NOT NULL AND v_advertiser_id IS NOT NULL"
            )
    return " UNION ALL ".join(parts)


def _ads(shop: Workshop, staged: Mapping[str, StagedShape]) -> str:
    parts = []
    if "google_creatives" in staged:
        _creatives(shop, staged["google_creatives"])
        parts.append("SELECT * FROM google_ads")
    if "google_campaigns" in staged:
        known = "SELECT ad_id FROM google_ads" if parts else f"SELECT {_TEXT} WHERE false"
        parts.append(_campaign_ads(staged["google_campaigns"], known))
    if "google_disclosed" in staged:
        parts.append(_shown_ads(staged["google_disclosed"], "v_creative_id", _NOBODY))
    if "google_removed" in staged:
        made = "'removed ' || file || ' ' || CAST(record AS VARCHAR)"
        parts.append(_shown_ads(staged["google_removed"], made, f"'{UNATTRIBUTED}'"))
    return " UNION ALL ".join(parts)


_TARGETING: Final = """nullif(concat_ws('; ', 'age: ' || {0}age_targeting, 'gender: ' || {0}gender_targeting,
    'places: ' || {0}geo_targeting_included, 'not: ' || {0}geo_targeting_excluded), '')"""


def _creatives(shop: Workshop, staged: StagedShape) -> None:
    """Make ``google_ads``: an ad has bounds of its own where it was paid in one currency only."""
    codes = staged.all_currencies()
    pairs = {code: (f"v_low_{code.lower()}", f"v_high_{code.lower()}") for code in codes}
    paid = {
        code: f"({lo} > 0 OR ({lo} IS NOT NULL AND coalesce({hi}, 1) > 0))"
        for code, (lo, hi) in pairs.items()
    }
    count = " + ".join(f"CASE WHEN {said} THEN 1 ELSE 0 END" for said in paid.values()) or "0"
    zero = next(
        (f"CASE WHEN {lo} = 0 THEN CAST(0 AS BIGINT) END" for lo, _ in pairs.values()), "CAST(NULL AS BIGINT)"
    )

    def one(position: int, none: str) -> str:
        cases = " ".join(f"WHEN {paid[code]} THEN {pairs[code][position]}" for code in codes)
        chosen = f"CASE {cases} END" if codes else "CAST(NULL AS BIGINT)"
        return f"CASE {count} WHEN 1 THEN {chosen} WHEN 0 THEN {none} END"

    cases = " ".join(f"WHEN {paid[code]} THEN '{code}'" for code in codes)
    none = next((f"CASE WHEN {lo} = 0 THEN '{code}' END" for code, (lo, _) in pairs.items()), _TEXT)
    currency = f"CASE {count} WHEN 1 THEN CASE {cases} END WHEN 0 THEN {none} END" if codes else _TEXT
    places = "[x for x in string_split(replace(v_regions, ' ', ''), ',') if length(x) = 2 and x <> 'EU']"
    shop.run(
        "google_ads",
        f"SELECT v_ad_id AS ad_id, {_NOBODY} AS account_id,"
        " coalesce(v_first_served_timestamp, CAST(v_date_range_start AS TIMESTAMP)) AS started_at,"
        " coalesce(v_last_served_timestamp, CAST(v_date_range_end AS TIMESTAMP)) AS ended_at,"
        f" CAST(NULL AS TIMESTAMP) AS created_at, {_TEXT} AS text, {_TEXT} AS landing_url,"
        f" {places} AS countries, {_TARGETING.format('v_')} AS targeting,"
        " v_impressions_from AS impressions_low, v_impressions_to AS impressions_high,"
        f" {one(0, zero)} AS spend_low, {one(1, zero)} AS spend_high, {currency} AS currency"
        f" FROM {staged.table} WHERE refused IS NULL",
    )


def _campaign_ads(staged: StagedShape, known: str) -> str:
    """Return the ads that only a campaign names; a campaign's targeting is its ads'."""
    return (
        "SELECT ad_id, account_id, min(started_at) AS started_at, max(ended_at) AS ended_at,"
        f" CAST(NULL AS TIMESTAMP) AS created_at, {_TEXT} AS text, {_TEXT} AS landing_url,"
        " CAST(NULL AS VARCHAR[]) AS countries, min(targeting) AS targeting,"
        " CAST(NULL AS BIGINT) AS impressions_low, CAST(NULL AS BIGINT) AS impressions_high,"
        " CAST(NULL AS BIGINT) AS spend_low, CAST(NULL AS BIGINT) AS spend_high,"
        f" {_TEXT} AS currency FROM (SELECT unnest(regexp_split_to_array(v_ads_list, '[,;|\\s]+')) AS ad_id,"
        f" {_NOBODY} AS account_id, CAST(v_start_date AS TIMESTAMP) AS started_at,"
        f" CAST(v_end_date AS TIMESTAMP) AS ended_at, {_TARGETING.format('v_')} AS targeting"
        f" FROM {staged.table} WHERE refused IS NULL) WHERE ad_id <> '' AND ad_id NOT IN ({known})"
        " GROUP BY ad_id, account_id"
    )


def _shown_ads(staged: StagedShape, ad_id: str, account_id: str) -> str:
    """Return ads of the Transparency Center, which states where and how often they were shown, never money.

    ``EEA`` holds its countries: where it is there, only it and places outside it are added up.
    """
    regions = f"from_json(v_region_stats, '{_REGIONS}')"
    counted = (
        "CASE WHEN list_contains([r.region_code for r in regions], 'EEA')"
        " THEN [r for r in regions if r.region_code in ('EEA', 'TR')] ELSE regions END"
    )
    bound = (
        "CASE WHEN len(c) = len([x for x in c if x.{0} is not null])"
        " THEN list_sum([TRY_CAST(x.{0} AS BIGINT) for x in c]) END"
    )
    first = f"TRY_CAST(list_min([r.first_shown for r in {regions}]) AS TIMESTAMP)"
    last = f"TRY_CAST(list_max([r.last_shown for r in {regions}]) AS TIMESTAMP)"
    text = "CAST(NULL AS VARCHAR)"
    topic = "'topic: ' || v_topic" if "creative" in ad_id else text
    return (
        "SELECT ad_id, account_id, started_at, ended_at, CAST(NULL AS TIMESTAMP) AS created_at,"
        f" {text} AS text, {text} AS landing_url, countries, targeting,"
        f" CAST({bound.format('times_shown_lower_bound')} AS BIGINT) AS impressions_low,"
        f" CAST({bound.format('times_shown_upper_bound')} AS BIGINT) AS impressions_high,"
        f" CAST(NULL AS BIGINT) AS spend_low, CAST(NULL AS BIGINT) AS spend_high, {text} AS currency"
        f" FROM (SELECT *, {counted} AS c FROM (SELECT {ad_id} AS ad_id, {account_id} AS account_id,"
        f" {regions} AS regions, {first} AS started_at, {last} AS ended_at,"
        f" [r.region_code for r in {regions} if length(r.region_code) = 2] AS countries,"
        f" nullif(concat_ws('; ', {topic}, v_audience_selection_approach_info), '') AS targeting"
        f" FROM {staged.table} WHERE refused IS NULL))"
    )


def _spend(staged: Mapping[str, StagedShape], day: str) -> str:
    until = f"CAST('{day}' AS DATE)" if day else "CAST(NULL AS DATE)"
    place = {"market": "v_country", "region": "v_country_subdivision_primary"}
    kinds: dict[str, tuple[str, str, str, dict[str, str]]] = {
        "google_weeks": (
            WEEKS,
            "spend_{}",
            "spend_{}",
            {"account_id": _NOBODY, "from_day": "v_week_start_date", "to_day": "v_week_start_date + 6"},
        ),
        "google_totals": (TOTALS, "spend_{}", "spend_{}", {"account_id": _NOBODY, "to_day": until}),
        "google_creatives": (
            ADS,
            "low_{}",
            "high_{}",
            {
                "account_id": _NOBODY,
                "from_day": "v_date_range_start",
                "to_day": "v_date_range_end",
                "ad_id": "v_ad_id",
            },
        ),
        "google_advertiser_places": (
            ADVERTISER_PLACES,
            "spend_{}",
            "spend_{}",
            {"account_id": _NOBODY, "to_day": until, **place},
        ),
        "google_places": (
            PLACES,
            "spend_{}",
            "spend_{}",
            {
                "account_id": f"'{UNATTRIBUTED}'",
                "to_day": until,
                "market": "v_country",
                "region": "concat_ws(' ', v_country_subdivision_primary, v_country_subdivision_secondary)",
            },
        ),
    }
    parts = [
        spend_rows(staged[name], series=series, low=low, high=high, further=further)
        for name, (series, low, high, further) in kinds.items()
        if name in staged and staged[name].all_currencies()
    ]
    return " UNION ALL ".join(parts)


def _beside(staged: Mapping[str, StagedShape]) -> dict[str, str]:
    """Return what has no place in a platform's tables: keywords, and why ads were removed."""
    beside = {}
    if "google_keywords" in staged:
        beside["keywords"] = " UNION ALL ".join(
            "SELECT v_election_cycle AS election_cycle, v_region AS region, v_elections AS elections,"
            f" v_report_date AS report_date, {n} AS rank, v_keyword_{n} AS keyword,"
            f" v_spend_usd_{n} AS spend_usd_micros, file, record FROM {staged['google_keywords'].table}"
            f" WHERE refused IS NULL AND v_keyword_{n} IS NOT NULL"
            for n in range(1, 7)
        )
    if "google_removed" in staged:
        beside["removed"] = (
            "SELECT 'removed ' || file || ' ' || CAST(record AS VARCHAR) AS ad_id,"
            " v_disapproval AS disapproval, v_region_stats AS region_stats, file, record"
            f" FROM {staged['google_removed'].table} WHERE refused IS NULL"
        )
    return beside
