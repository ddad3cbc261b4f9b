"""Snapchat's political ads, as a platform folder.

Law: an account is a payer at the organisation that buys for it, both as they are spelt; the organisation is
an agency where it is not the payer. An ad in two years' files counts once, as the newer file has it.
Source: the columns that Snapchat's yearly files have; its own notes on them.
"""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from debar.evidence.normalise import words_key
from debar.intake.archives.countries import country_names
from debar.intake.archives.shapes import SNAPCHAT
from debar.intake.archives.sources import open_sources
from debar.intake.archives.workshop import SPEND_COLUMNS, Workshop, stage_shapes
from debar.intake.archives.writing import Folder, ImportedArchive, write_folder
from debar.intake.files import refuse_full

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from debar.model.ports import Engine

SERIES: Final = "ads"

_TEXT: Final = "CAST(NULL AS VARCHAR)"
_TARGETS: Final = (
    "gender", "agebracket", "interests", "ostype", "segments", "language",
    "regions_included", "regions_excluded", "electoral_districts_included", "electoral_districts_excluded",
    "radius_targeting_included", "radius_targeting_excluded", "metros_included", "metros_excluded",
    "postal_codes_included", "postal_codes_excluded", "location_categories_included",
    "location_categories_excluded",
)  # fmt: skip


def import_snapchat(
    engine: Engine, sources: Sequence[Path], out: Path, *, say: Callable[[str], None] = lambda _: None
) -> ImportedArchive:
    """Write Snapchat's political ads as a platform folder.

    Args:
        engine: Where the tables are made; they are removed at the end.
        sources: The yearly zips, their files, or a folder of them; the year in a path tells which is newer.
        out: Folder to write; it must not exist, or be empty.
        say: Called with a line now and then.

    Raises:
        DebarError: DBR-I051, the folder is not empty; DBR-I053, a zip is hostile; DBR-I056, nothing here is
            Snapchat's.
    """
    refuse_full(out)
    with closing(Workshop(engine=engine, say=say)) as shop, open_sources(sources) as opened:
        stage_shapes(shop, opened, SNAPCHAT)
        _keep_newest(shop)
        _name_accounts(shop)
        shop.load("countries", {"name": "VARCHAR", "code": "VARCHAR"}, sorted(country_names().items()))
        folder = Folder(
            archive="snapchat",
            name="Snapchat political ads",
            accounts=(
                f"SELECT account_id, min(payer) AS name, {_TEXT} AS legal_name, {_TEXT} AS handle,"
                f" {_TEXT} AS country, CASE WHEN count(DISTINCT v_currency) = 1 THEN min(v_currency) END"
                " AS currency, min(buyer) AS manager_id FROM snapchat_named GROUP BY account_id"
            ),
            identifiers=_identifiers(),
            ads=_ads(),
            spend=_spend(),
            series=(SERIES,),
        )
        return write_folder(shop, folder, out)


def _keep_newest(shop: Workshop) -> None:
    """Make ``snapchat_kept``: of each ad the row of the newest file."""
    shop.run(
        "snapchat_kept",
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY v_adid ORDER BY row_id DESC) AS place"
        " FROM checked_snapchat_ads WHERE refused IS NULL) WHERE place = 1",
    )
    ((dropped,),) = shop.engine.rows(
        "SELECT (SELECT count(*) FROM checked_snapchat_ads WHERE refused IS NULL)"
        " - (SELECT count(*) FROM snapchat_kept)"
    )
    if dropped:
        shop.notes.append(
            f"{dropped:,} rows repeat an ad of a newer file (or a later row); the newest counts"
        )


def _name_accounts(shop: Workshop) -> None:
    """Make ``snapchat_named``: each ad with its account, its payer and its buyer."""
    payer = "coalesce(v_payingadvertisername, v_organizationname, 'nobody is named')"
    buyer = "coalesce(v_organizationname, v_payingadvertisername, 'nobody is named')"
    pairs = shop.engine.rows(f"SELECT DISTINCT {buyer}, {payer} FROM snapchat_kept")
    named = [
        (one, other, _account_id(one, other), words_key(one) != words_key(other)) for one, other in pairs
    ]
    columns = {"buyer": "VARCHAR", "payer": "VARCHAR", "account_id": "VARCHAR", "is_agency": "BOOLEAN"}
    shop.load("snapchat_accounts", columns, named)
    shop.run(
        "snapchat_named",
        "SELECT k.*, a.account_id, a.buyer, a.payer, a.is_agency FROM snapchat_kept k"
        f" JOIN snapchat_accounts a ON a.buyer = {buyer} AND a.payer = {payer}",
    )


def _account_id(buyer: str, payer: str) -> str:
    return "snap-" + sha256(f"{buyer}\x1f{payer}".encode()).hexdigest()[:16]


def _identifiers() -> str:
    """Return payers, agencies, their addresses and committees; the landing domains come from the ads."""
    role = "CASE WHEN is_agency THEN 'agency' ELSE 'owner' END"
    parts = (
        ("legal_name", "payer", "'payer'", "payer IS NOT NULL"),
        ("legal_name", "buyer", "'agency'", "is_agency"),
        ("address", "v_billingaddress", role, "v_billingaddress IS NOT NULL"),
        ("legal_name", "v_committeename", "'beneficiary'", "v_committeename IS NOT NULL"),
        ("legal_id", "v_committeeid", "'beneficiary'", "v_committeeid IS NOT NULL"),
    )
    return " UNION ALL ".join(
        f"SELECT account_id, '{kind}' AS kind, {value} AS value, {said} AS role, 'Snapchat' AS source"
        f" FROM snapchat_named WHERE {where}"
        for kind, value, said, where in parts
    )


def _ads() -> str:
    targets = ", ".join(f"'{name.replace('_', ' ')}: ' || v_{name}" for name in ("ballot", *_TARGETS))
    landing = "regexp_extract(v_creativeproperties, '(https?://[^\\s;,]+)', 1)"
    return (
        "SELECT v_adid AS ad_id, account_id, v_startdate AS started_at, v_enddate AS ended_at,"
        f" CAST(NULL AS TIMESTAMP) AS created_at, {_TEXT} AS text, nullif({landing}, '') AS landing_url,"
        f" {_country('[code]')} AS countries, nullif(concat_ws('; ', {targets}), '') AS targeting,"
        " v_impressions_from AS impressions_low, v_impressions_to AS impressions_high,"
        " v_spend AS spend_low, v_spend AS spend_high, v_currency AS currency FROM snapchat_named"
    )


def _country(value: str) -> str:
    known = "name = lower(v_countrycode) OR code = upper(v_countrycode)"
    return f"(SELECT {value} FROM countries WHERE {known} LIMIT 1)"


def _spend() -> str:
    cells = {
        "account_id": "account_id",
        "currency": "v_currency",
        "low_micros": "v_spend",
        "high_micros": "v_spend",
        "from_day": "CAST(v_startdate AS DATE)",
        "to_day": "CAST(v_enddate AS DATE)",
        "market": _country("code"),
        "region": _TEXT,
        "ad_id": "v_adid",
        "file": "file",
        "record": "record",
        "series": f"'{SERIES}'",
    }
    chosen = ", ".join(f"{cells[name]} AS {name}" for name in SPEND_COLUMNS)
    return f"SELECT {chosen} FROM snapchat_named WHERE v_spend IS NOT NULL AND v_currency IS NOT NULL"
