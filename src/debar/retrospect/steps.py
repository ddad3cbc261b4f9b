"""The retrospective's tables and questions, as SQL values.

Law: each step reads the normalised tables once and says what it holds; nothing is added across currencies;
an amount that is not stated is never a zero. Texts stay where they lie: hashes say which can be alike at all,
and only these are compared, as texts, so that no hash can change an answer. The SQL stays in the subset that
runs on DuckDB and on Spark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.step import Step

if TYPE_CHECKING:
    from debar.model.window import Window

LAUNCH_SECONDS: Final = 30
"""Two ads that were launched this close together may have been launched by one hand."""

UNATTRIBUTED: Final = "unattributed"
"""The account id of what no account claims: it is nobody, so it is never counted as another account."""

TEXT_LENGTH_MIN: Final = 20
"""Shorter texts are alike by chance."""


def all_accounts() -> Step:
    """Return every account that any table knows, when no accounts are asked for.

    Columns: account_id VARCHAR, never null.
    """
    tables = " UNION ".join(
        f"SELECT account_id FROM {table} WHERE account_id IS NOT NULL"
        for table in ("accounts", "ads", "spend", "billing")
    )
    return Step(name="retrospect_accounts", sql=tables)


QUESTION: Final = {"start_day": "DATE", "end_day": "DATE", "place": "VARCHAR"}
"""Columns of ``retrospect_question``: one row, what was asked for."""


def numbers() -> Step:
    """Return the accounts that have ads, numbered.

    Columns: account_id VARCHAR; account_no INTEGER, in the order of account_id; asked BOOLEAN, whether the
    account was asked for.
    """
    sql = """
SELECT
  d.account_id,
  CAST(row_number() OVER (ORDER BY d.account_id) AS INTEGER) AS account_no,
  s.account_id IS NOT NULL AS asked
FROM (SELECT DISTINCT account_id FROM ads) AS d
LEFT JOIN retrospect_accounts AS s ON s.account_id = d.account_id"""
    return Step(name="retrospect_numbers", sql=sql)


def said() -> Step:
    """Return what the ads of the window say, to be read where it lies: texts are not copied.

    Columns: ad_id VARCHAR; account_id VARCHAR; account_no INTEGER; asked BOOLEAN; text, targeting VARCHAR;
    countries VARCHAR[]; landing_url VARCHAR; declared_political BOOLEAN, null where nobody knows.
    """
    sql = """
SELECT
  a.ad_id,
  a.account_id,
  n.account_no,
  n.asked,
  a.text,
  a.targeting,
  a.countries,
  a.landing_url,
  a.declared_political
FROM ads AS a
JOIN retrospect_numbers AS n ON n.account_id = a.account_id
CROSS JOIN retrospect_question AS q
WHERE CAST(COALESCE(a.created_at, a.started_at) AS DATE) BETWEEN q.start_day AND q.end_day
  AND (q.place IS NULL OR array_contains(a.countries, q.place))"""
    return Step(name="retrospect_said", sql=sql)


def word_for_word(column: str) -> str:
    """Return SQL of a text as it is compared: without case and edges."""
    return f"lower(trim({column}))"


def words_hash(column: str) -> str:
    """Return SQL of 64 bits of a text, which others may have too; null where it is too short."""
    hashed = f"VALUE_HASH('said', {word_for_word(column)})"
    return f"CASE WHEN length(trim({column})) >= {TEXT_LENGTH_MIN} THEN {hashed} END"


def ads_in_window(window: Window, place: str | None, *, states_currency: bool) -> Step:
    """Return the ads launched in the window, of the accounts asked for and of all others.

    An ad belongs to the UTC day on which it was created, or started where that is not known. Its stated spend
    is its own, else that of the spend rows that name it. Its currency is the one stated with it; where no ad
    of the platform states one, that of its account.

    Args:
        window: Whole UTC days.
        place: Country that they are aimed at; None for everywhere.
        states_currency: Whether any ad of the platform states a currency.

    Columns: ad_id VARCHAR; account_id VARCHAR; account_no INTEGER; asked BOOLEAN; launched_at TIMESTAMP;
    currency VARCHAR, null where unknown; impressions_low, impressions_high, clicks BIGINT, null where
    unknown; low_micros BIGINT, null where not stated; high_micros BIGINT, null where not stated or open;
    text_hash, targeting_hash, 64 bits, null where there are fewer than twenty letters.
    """
    currency = "COALESCE(a.currency, p.currency)" if states_currency else "COALESCE(p.currency, c.currency)"
    sql = f"""
SELECT
  a.ad_id,
  a.account_id,
  s.account_no,
  s.asked,
  COALESCE(a.created_at, a.started_at) AS launched_at,
  {currency} AS currency,
  COALESCE(a.impressions, a.impressions_low) AS impressions_low,
  COALESCE(a.impressions, a.impressions_high) AS impressions_high,
  a.clicks,
  COALESCE(a.spend_low_micros, p.low_micros) AS low_micros,
  CASE WHEN a.spend_low_micros IS NOT NULL THEN a.spend_high_micros ELSE p.high_micros END AS high_micros,
  {words_hash("a.text")} AS text_hash,
  {words_hash("a.targeting")} AS targeting_hash
FROM ads AS a
JOIN retrospect_numbers AS s ON s.account_id = a.account_id
LEFT JOIN accounts AS c ON c.account_id = a.account_id
LEFT JOIN (
  SELECT
    ad_id,
    MIN(currency) AS currency,
    CAST(SUM(low_micros) AS BIGINT) AS low_micros,
    CASE WHEN COUNT(high_micros) = COUNT(*) THEN CAST(SUM(high_micros) AS BIGINT) END AS high_micros
  FROM spend
  WHERE ad_id IS NOT NULL
  GROUP BY ad_id
  HAVING COUNT(DISTINCT currency) = 1
) AS p ON p.ad_id = a.ad_id
WHERE CAST(COALESCE(a.created_at, a.started_at) AS DATE) BETWEEN $start AND $end{_at(place, "a.countries")}"""
    return Step(name="retrospect_ads", sql=sql, parameters=_bound(window, place))


def _at(place: str | None, countries: str) -> str:
    return "" if place is None else f"\n  AND array_contains({countries}, $place)"


def _bound(window: Window, place: str | None) -> dict[str, object]:
    bound: dict[str, object] = {"start": window.start, "end": window.end}
    return bound if place is None else {**bound, "place": place}


def peers() -> Step:
    """Return as many other accounts with ads as were asked for, chosen by the hash of their ids.

    Columns: account_id VARCHAR.
    """
    sql = """
SELECT account_id
FROM (
  SELECT account_id, row_number() OVER (ORDER BY md5(account_id), account_id) AS place
  FROM (SELECT DISTINCT account_id FROM retrospect_ads WHERE NOT asked) AS others
) AS ranked
WHERE place <= (SELECT COUNT(DISTINCT account_id) FROM retrospect_ads WHERE asked)"""
    return Step(name="retrospect_peers", sql=sql)


def launches(name: str, chosen: str) -> Step:
    """Return each ad of a set with the one launched just before it, where both times are known to the second.

    Args:
        name: Of the table.
        chosen: A condition on ``retrospect_ads``, ours, not a value from outside.

    Columns: account_id VARCHAR; account_before VARCHAR, null for the first; seconds BIGINT since that one;
    across BOOLEAN, whether both accounts are known and differ.
    """
    sql = f"""
SELECT
  account_id,
  account_before,
  date_diff('second', launched_before, launched_at) AS seconds,
  account_id <> account_before
    AND account_id <> '{UNATTRIBUTED}'
    AND account_before <> '{UNATTRIBUTED}' AS across
FROM (
  SELECT
    account_id,
    launched_at,
    lag(account_id) OVER (ORDER BY launched_at, ad_id) AS account_before,
    lag(launched_at) OVER (ORDER BY launched_at, ad_id) AS launched_before
  FROM retrospect_ads
  WHERE {chosen} AND launched_at <> date_trunc('day', launched_at)
) AS ordered"""
    return Step(name=name, sql=sql)


def candidates(column: str) -> Step:
    """Return the hashes that texts of more than one account have: any text of two accounts is among theirs.

    Args:
        column: ``text`` or ``targeting``.

    Columns: words_hash, 64 bits.
    """
    sql = f"""
SELECT {column}_hash AS words_hash
FROM retrospect_ads
WHERE {column}_hash IS NOT NULL AND account_id <> '{UNATTRIBUTED}'
GROUP BY {column}_hash
HAVING MIN(account_no) <> MAX(account_no)"""
    return Step(name="retrospect_candidates", sql=sql)


def shared_words(column: str) -> Step:
    """Return how many ads of each account have a text that another account uses too, word for word.

    Args:
        column: ``text`` or ``targeting``, after :func:`candidates` of it: only their texts are read whole,
            and what has one hash and is not one text falls out.

    Columns: account_no INTEGER; ads_count BIGINT.
    """
    sql = f"""
WITH used AS (
  SELECT s.account_no, {word_for_word(f"s.{column}")} AS words, COUNT(*) AS ads_count
  FROM retrospect_said AS s
  JOIN retrospect_candidates AS c ON c.words_hash = {words_hash(f"s.{column}")}
  WHERE s.account_id <> '{UNATTRIBUTED}'
  GROUP BY s.account_no, {word_for_word(f"s.{column}")}
)
SELECT u.account_no, CAST(SUM(u.ads_count) AS BIGINT) AS ads_count
FROM used AS u
JOIN (SELECT words FROM used GROUP BY words HAVING COUNT(*) > 1) AS m ON m.words = u.words
GROUP BY u.account_no"""
    return Step(name="retrospect_shared_words", sql=sql)


def shared_texts(name: str, chosen: str) -> Step:
    """Return the ad texts that more than one account of a set used, word for word but for case and edges.

    Args:
        name: Of the table.
        chosen: A condition on ``retrospect_said``, ours, not a value from outside.

    Columns: text VARCHAR; ads_count BIGINT; accounts_count BIGINT.
    """
    sql = f"""
SELECT {word_for_word("text")} AS text, COUNT(*) AS ads_count, COUNT(DISTINCT account_id) AS accounts_count
FROM retrospect_said
WHERE {chosen} AND length(trim(text)) >= {TEXT_LENGTH_MIN}
GROUP BY {word_for_word("text")}
HAVING COUNT(DISTINCT account_id) > 1"""
    return Step(name=name, sql=sql)


def delivered(window: Window, place: str | None) -> Step:
    """Return what was delivered in the window, by account, currency, market and month.

    Columns: account_id VARCHAR; asked BOOLEAN; currency VARCHAR; market VARCHAR, null where unknown; month
    DATE, its first day; amount_micros DECIMAL(38,0), without tax.
    """
    at_place = "" if place is None else "\n  AND b.market = $place"
    sql = f"""
SELECT
  b.account_id,
  s.account_id IS NOT NULL AS asked,
  b.currency,
  b.market,
  CAST(date_trunc('month', b.service_day) AS DATE) AS month,
  CAST(SUM(b.amount_micros) AS DECIMAL(38,0)) AS amount_micros
FROM billing AS b
LEFT JOIN retrospect_accounts AS s ON s.account_id = b.account_id
WHERE b.kind = 'delivered' AND b.service_day BETWEEN $start AND $end{at_place}
GROUP BY b.account_id, s.account_id IS NOT NULL, b.currency, b.market, date_trunc('month', b.service_day)"""
    return Step(name="retrospect_delivered", sql=sql, parameters=_bound(window, place))


def stated_by_period(window: Window, place: str | None) -> Step:
    """Return what archives state of an account and a period, without naming an ad.

    A period that reaches beyond the window counts nothing at least and all of it at most.

    Columns: account_id VARCHAR; currency VARCHAR; rows_count BIGINT; low_micros, high_micros DECIMAL(38,0),
    the second of those that state one; open_count BIGINT, how many state none.
    """
    at_place = "" if place is None else "\n  AND p.market = $place"
    sql = f"""
SELECT
  p.account_id,
  p.currency,
  COUNT(*) AS rows_count,
  CAST(SUM(CASE WHEN p.from_day >= $start AND p.to_day <= $end THEN p.low_micros ELSE 0 END)
    AS DECIMAL(38,0)) AS low_micros,
  CAST(SUM(p.high_micros) AS DECIMAL(38,0)) AS high_micros,
  COUNT(*) - COUNT(p.high_micros) AS open_count
FROM spend AS p
JOIN retrospect_accounts AS s ON s.account_id = p.account_id
WHERE p.ad_id IS NULL
  AND (p.from_day IS NULL OR p.from_day <= $end)
  AND (p.to_day IS NULL OR p.to_day >= $start){at_place}
GROUP BY p.account_id, p.currency"""
    return Step(name="retrospect_stated", sql=sql, parameters=_bound(window, place))


COUNTS: Final = f"""
SELECT
  asked,
  COUNT(*),
  COUNT(DISTINCT account_id) - MAX(CASE WHEN account_id = '{UNATTRIBUTED}' THEN 1 ELSE 0 END),
  SUM(CASE WHEN account_id = '{UNATTRIBUTED}' THEN 1 ELSE 0 END),
  CAST(SUM(impressions_low) AS DECIMAL(38,0)),
  CAST(SUM(impressions_high) AS DECIMAL(38,0)),
  COUNT(*) - COUNT(impressions_low),
  CAST(SUM(clicks) AS DECIMAL(38,0)),
  COUNT(*) - COUNT(low_micros),
  SUM(CASE WHEN low_micros = 0 AND high_micros = 0 THEN 1 ELSE 0 END)
FROM retrospect_ads
GROUP BY asked"""
"""One row for the accounts asked for, one for all others."""

UNDATED: Final = """
SELECT a.currency, COUNT(*), CAST(SUM(a.spend_low_micros) AS DECIMAL(38,0)),
  CAST(SUM(a.spend_high_micros) AS DECIMAL(38,0)), COUNT(a.spend_low_micros) - COUNT(a.spend_high_micros)
FROM ads AS a
JOIN retrospect_accounts AS s ON s.account_id = a.account_id
WHERE a.created_at IS NULL AND a.started_at IS NULL
GROUP BY a.currency
ORDER BY a.currency"""
"""Ads without a day: they belong to no window, and are told apart."""

BY_CURRENCY: Final = """
SELECT
  asked,
  currency,
  COUNT(*),
  COUNT(low_micros),
  CAST(SUM(low_micros) AS DECIMAL(38,0)),
  CAST(SUM(high_micros) AS DECIMAL(38,0)),
  COUNT(low_micros) - COUNT(high_micros)
FROM retrospect_ads
GROUP BY asked, currency
ORDER BY asked, currency"""
"""Ads and stated spend by currency."""

QUARTERS: Final = """
SELECT
  asked,
  date_trunc('hour', launched_at) AS hour,
  CAST(floor(EXTRACT(minute FROM launched_at) / 15) AS INTEGER) AS quarter,
  SUM(CASE WHEN launched_at = date_trunc('day', launched_at) THEN 1 ELSE 0 END),
  COUNT(*)
FROM retrospect_ads
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3"""
"""Launches by quarter of an hour: time zones differ by quarters."""

COUNTRIES: Final = """
SELECT asked, country, COUNT(*)
FROM (SELECT asked, unnest(countries) AS country FROM retrospect_said) AS aimed
GROUP BY asked, country
ORDER BY COUNT(*) DESC, country"""
"""Countries that ads were aimed at; an ad aimed at three counts three times."""

TARGETING: Final = """
SELECT targeting, COUNT(*)
FROM retrospect_said
WHERE asked AND targeting IS NOT NULL
GROUP BY targeting
ORDER BY COUNT(*) DESC, targeting
LIMIT 5000"""
"""The commonest targeting texts."""

MONTHS: Final = """
SELECT
  currency,
  CAST(date_trunc('month', launched_at) AS DATE),
  CAST(SUM(low_micros) AS DECIMAL(38,0)),
  CASE WHEN COUNT(high_micros) = COUNT(*) THEN CAST(SUM(high_micros) AS DECIMAL(38,0)) END
FROM retrospect_ads
WHERE asked AND low_micros IS NOT NULL AND currency IS NOT NULL
GROUP BY currency, date_trunc('month', launched_at)
ORDER BY 1, 2"""
"""Stated spend by the month of launch: at least, and at most where no ad leaves it open."""

ACCOUNT_ADS: Final = """
SELECT
  account_id,
  currency,
  COUNT(*),
  CAST(SUM(low_micros) AS DECIMAL(38,0)),
  CAST(SUM(high_micros) AS DECIMAL(38,0)),
  COUNT(low_micros) - COUNT(high_micros)
FROM retrospect_ads
WHERE asked
GROUP BY account_id, currency"""
"""Ads and stated spend by account and currency."""
