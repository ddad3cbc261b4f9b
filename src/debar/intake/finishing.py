"""Checked rows become the normalised tables that every other room reads.

Law: column names and types here are the contract of the house; nothing is rounded, and what no account
claims goes to ``unattributed`` instead of away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.intake.identifiers import OWN_COUNTRY
from debar.intake.tables import UNATTRIBUTED
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable


def kept(table: str) -> Step:
    """Return the step ``kept_<table>``: checked rows that are not refused, no repetition, known to be whole.

    It stands by itself because the engine holds all of these rows in memory if it leaves out some and sorts
    the others in one step.
    """
    return Step(
        name=f"kept_{table}",
        sql=(
            f"SELECT c.* FROM checked_{table} c WHERE c.refused IS NULL"
            f" AND c.row_id NOT IN (SELECT row_id FROM repeated_{table})"
            f" AND c.row_id NOT IN (SELECT row_id FROM late_{table})"
        ),
    )


def name_of(column: str) -> str:
    """Return SQL of a row's own id, or of a made one that says where the row stands."""
    return f"coalesce(v_{column}, 'row ' || file || ' ' || CAST(record AS VARCHAR))"


_CLAIMED = f"CASE WHEN a.account_id IS NULL THEN '{UNATTRIBUTED}' ELSE a.account_id END AS account_id"


def accounts() -> Step:
    """Return the step ``accounts``."""
    sql = """
        SELECT v_account_id AS account_id, coalesce(v_name, v_account_id) AS name, v_legal_name AS legal_name,
            v_handle AS handle, v_country AS country, v_currency AS currency, v_created_at AS created_at,
            v_manager_id AS manager_id, coalesce(v_declared_agency, false) AS declared_agency
        FROM kept_accounts ORDER BY account_id"""
    return Step(name="accounts", sql=sql)


def ads() -> Step:
    """Return the step ``ads``; an exact figure has equal bounds, an open interval no upper one."""
    sql = f"""
        SELECT {name_of("ad_id")} AS ad_id, {_CLAIMED}, v_started_at AS started_at, v_ended_at AS ended_at,
            v_created_at AS created_at, v_text AS text, v_landing_url AS landing_url,
            v_countries AS countries, v_targeting AS targeting,
            CASE WHEN v_impressions_from = v_impressions_to THEN v_impressions_from END AS impressions,
            v_clicks AS clicks,
            {_bound("low", "impressions")} AS impressions_low,
            {_bound("high", "impressions")} AS impressions_high,
            {_bound("low", "spend")} AS spend_low_micros, {_bound("high", "spend")} AS spend_high_micros,
            v_currency AS currency, v_declared_political AS declared_political
        FROM kept_ads c LEFT JOIN accounts a ON a.account_id = c.v_account_id ORDER BY c.row_id"""
    return Step(name="ads", sql=sql)


def _bound(end: str, name: str) -> str:
    """Return SQL of an interval's end, from one column with a figure or range, or from a pair."""
    low, high = f"v_{name}_low", f"v_{name}_high"
    choose = "least" if end == "low" else "greatest"
    both = f"CASE WHEN {low} IS NOT NULL AND {high} IS NOT NULL THEN {choose}({low}, {high})"
    single = f"WHEN {low} IS NOT NULL THEN {low} WHEN {high} IS NOT NULL THEN 0 END"
    if end == "high":
        single = f"ELSE {high} END"
    figure = f"v_{name}_from" if end == "low" else f"v_{name}_to"
    return f"CASE WHEN v_{name}_from IS NOT NULL THEN {figure} ELSE {both} {single} END"


def spend() -> Step:
    """Return the step ``spend``; a row without its own provenance gets the file it stands in."""
    return Step(name="spend", sql=_stated("v_series IS NULL"))


def spend_apart() -> Step:
    """Return the step ``spend_apart``: further accounts of the same money, never to be added to ``spend``.

    Columns:
        Those of ``spend``, and series (VARCHAR): what the account is; rows of one series may be added.
    """
    return Step(name="spend_apart", sql=_stated("v_series IS NOT NULL", further=", v_series AS series"))


def _stated(where: str, *, further: str = "") -> str:
    return f"""
        SELECT {_CLAIMED}, v_currency AS currency,
            CASE WHEN v_high < v_low THEN v_high ELSE v_low END AS low_micros,
            CASE WHEN v_high < v_low THEN v_low ELSE v_high END AS high_micros,
            v_from AS from_day, v_to AS to_day, v_market AS market, v_ad_id AS ad_id,
            coalesce(v_file_sha256, s.sha256) AS file_sha256,
            coalesce(CASE WHEN v_file_sha256 IS NOT NULL THEN v_row END, record) AS "row",
            v_region AS region{further}
        FROM kept_spend c
        LEFT JOIN accounts a ON a.account_id = c.v_account_id
        LEFT JOIN (SELECT name, sha256 FROM intake_files WHERE table_name = 'spend') s ON s.name = c.file
        WHERE {where} ORDER BY c.row_id"""


def billing() -> Step:
    """Return the step ``billing``; a missing service day is the booked day."""
    sql = f"""
        SELECT {name_of("event_id")} AS event_id, {_CLAIMED}, v_kind AS kind,
            coalesce(v_service_day, CAST(v_booked_at AS DATE)) AS service_day,
            coalesce(v_booked_at, CAST(v_service_day AS TIMESTAMP)) AS booked_at,
            v_amount AS amount_micros, coalesce(v_tax, 0) AS tax_micros, v_currency AS currency,
            v_market AS market, v_ad_id AS ad_id, v_payer_account_id AS payer_account_id,
            v_reverses AS reverses, v_note AS note, file, record
        FROM kept_billing c LEFT JOIN accounts a ON a.account_id = c.v_account_id ORDER BY c.row_id"""
    return Step(name="billing", sql=sql)


def contacts() -> Step:
    """Return the step ``contacts``."""
    sql = f"""
        SELECT {name_of("contact_id")} AS contact_id, {_CLAIMED}, v_at AS "at", v_counterpart AS counterpart,
            v_direction AS direction, v_channel AS channel, v_by AS "by", v_subject AS subject,
            v_offer_amount AS offer_micros, v_offer_currency AS offer_currency
        FROM kept_contacts c LEFT JOIN accounts a ON a.account_id = c.v_account_id ORDER BY c.row_id"""
    return Step(name="contacts", sql=sql)


def judgements() -> Step:
    """Return the step ``judgements``; the smaller account id stands first."""
    sql = """
        SELECT least(v_account_a, v_account_b) AS account_a, greatest(v_account_a, v_account_b) AS account_b,
            v_judgement AS judgement, v_by AS "by", v_at AS "at", v_reason AS reason
        FROM kept_judgements ORDER BY account_a, account_b, 5"""
    return Step(name="judgements", sql=sql)


FINISHED: dict[str, Callable[[], Step]] = {
    "accounts": accounts,
    "ads": ads,
    "spend": spend,
    "billing": billing,
    "contacts": contacts,
    "judgements": judgements,
}
"""Table name to its last step; ``identifiers`` has a pipeline of its own."""


def late(table: str) -> Step:
    """Return the step ``late_<table>``: rows that only other tables show to be unusable.

    Identifiers and judgements of accounts that are not there are not read; identifier values that
    identify nobody are added once they are known.

    Columns:
        row_id (BIGINT), code (VARCHAR), column_name (VARCHAR), reason (VARCHAR).
    """
    known = "NOT IN (SELECT account_id FROM accounts)"
    alive = f"FROM checked_{table} WHERE refused IS NULL"
    empty = "SELECT CAST(0 AS BIGINT) AS row_id, '' AS code, '' AS column_name, '' AS reason WHERE false"
    if table == "identifiers":
        empty = (
            "SELECT row_id, 'DBR-I027' AS code, 'account_id' AS column_name, '' AS reason"
            f" {alive} AND v_account_id {known}"
        )
    if table == "judgements":
        empty = (
            f"SELECT row_id, 'DBR-I040' AS code, 'account_b' AS column_name, '' AS reason {alive}"
            f" AND v_account_a = v_account_b UNION ALL SELECT row_id, 'DBR-I027', 'account_a', '' {alive}"
            f" AND v_account_a <> v_account_b AND (v_account_a {known} OR v_account_b {known})"
        )
    return Step(name=f"late_{table}", sql=empty)


def late_identifiers() -> Step:
    """Return the step ``late_identifiers`` once values are normalised, with the refused ones."""
    sql = f"""
        SELECT * FROM ({late("identifiers").sql})
        UNION ALL
        SELECT o.row_id, x.code, 'value', x.reason
        FROM observed o
        JOIN identifier_raw r ON r.kind = o.kind AND r.raw = o.raw
            AND {OWN_COUNTRY}
        JOIN identifier_refusals x ON x.value_id = r.value_id
        WHERE o.row_id IS NOT NULL"""
    return Step(name="late_identifiers", sql=sql)


def unread(tables: tuple[str, ...]) -> Step:
    """Return the step ``unread``: rows that no table holds, with what could be read of them.

    Columns:
        table_name, file (VARCHAR), record (BIGINT), line (BIGINT), code (VARCHAR), account_id (VARCHAR),
        kind (VARCHAR), amount_micros (BIGINT), currency (VARCHAR): NULL where not readable.
    """
    nothing = "CAST(NULL AS VARCHAR)"
    parts = []
    for table in tables:
        account = "v_account_a" if table == "judgements" else "v_account_id"
        kind = "v_kind" if table in ("billing", "identifiers") else nothing
        amount = {"billing": "v_amount", "spend": "v_low"}.get(table, "CAST(NULL AS BIGINT)")
        currency = "v_currency" if table in ("billing", "spend") else nothing
        parts.append(f"""
            SELECT '{table}' AS table_name, file, record, line, coalesce(c.refused, l.code) AS code,
                {account} AS account_id, {kind} AS kind, {amount} AS amount_micros, {currency} AS currency
            FROM checked_{table} c
            LEFT JOIN (SELECT row_id, min(code) AS code FROM late_{table} GROUP BY row_id) l
                ON l.row_id = c.row_id
            WHERE c.refused IS NOT NULL OR l.code IS NOT NULL""")
    return Step(name="unread", sql=" UNION ALL ".join(parts))
