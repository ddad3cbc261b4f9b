"""Where ads lead: pages and tracking forms that an account has in common with few others.

Law: a front page says nothing beyond its site, and what many accounts use is nobody's habit; the tools of
the trade write forms too, so what is common is left out and what is rare is only a reason to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.step import Step
from debar.retrospect.against import shares
from debar.retrospect.steps import UNATTRIBUTED

if TYPE_CHECKING:
    from debar.model.ports import Engine
    from debar.retrospect.against import Measured

LANDINGS_MIN: Final = 5
"""An account with fewer ads that say where they lead has no habit."""

USERS_MAX: Final = 16
"""A page or form that more accounts use is no habit of anybody; as for wording in evidence from ads."""

_QUERY: Final = "split_part(led.address, '?', 2)"


def _one(parameter: str) -> str:
    return f"split_part(split_part({_QUERY}, '{parameter}=', 2), '&', 1)"


def led_step() -> Step:
    """Return how many ads of each account lead where.

    Columns: account_id VARCHAR; account_no INTEGER; asked BOOLEAN; page VARCHAR, host and path, null for a
    front page; form VARCHAR, null where the address has no parameter; ads_count BIGINT.
    """
    sql = f"""
SELECT account_id, account_no, asked, page, form, COUNT(*) AS ads_count
FROM (
  SELECT
    account_id,
    account_no,
    asked,
    CASE WHEN strpos(path, '/') > 0 THEN path END AS page,
    CASE WHEN strpos(form, '=') > 0 THEN form END AS form
  FROM (
    SELECT
      led.account_id,
      led.account_no,
      led.asked,
      rtrim(regexp_replace(split_part(led.address, '?', 1), '^(https?://)?(www[.])?', ''), '/') AS path,
      regexp_replace({_QUERY}, '=[^&]*', '=', 'g')
        || ' ' || {_one("utm_source")} || ' ' || {_one("utm_medium")} AS form
    FROM (
      SELECT account_id, account_no, asked, split_part(lower(trim(landing_url)), '#', 1) AS address
      FROM retrospect_said
      WHERE landing_url IS NOT NULL AND account_id <> '{UNATTRIBUTED}'
    ) AS led
  ) AS taken_apart
) AS templates
GROUP BY account_id, account_no, asked, page, form"""
    return Step(name="retrospect_led", sql=sql)


def _few(column: str) -> str:
    """Return SQL of the values of a column that more than one account uses, and few."""
    return (
        f"SELECT {column} FROM (SELECT DISTINCT {column}, account_no FROM retrospect_led"
        f" WHERE {column} IS NOT NULL) AS used GROUP BY {column} HAVING COUNT(*) BETWEEN 2 AND {USERS_MAX}"
    )


_BY_ACCOUNT: Final = f"""
SELECT
  l.account_id,
  l.asked,
  CAST(SUM(CASE WHEN p.page IS NOT NULL OR f.form IS NOT NULL THEN l.ads_count ELSE 0 END) AS BIGINT),
  CAST(SUM(l.ads_count) AS BIGINT)
FROM retrospect_led AS l
LEFT JOIN ({_few("page")}) AS p ON p.page = l.page
LEFT JOIN ({_few("form")}) AS f ON f.form = l.form
GROUP BY l.account_id, l.asked
HAVING SUM(l.ads_count) >= {LANDINGS_MIN}
ORDER BY l.account_id"""


def are_told(engine: Engine) -> bool:
    """Tell whether any ad of the window says where it leads."""
    return bool(engine.rows("SELECT 1 FROM retrospect_said WHERE landing_url IS NOT NULL LIMIT 1"))


def templates(engine: Engine) -> list[Measured]:
    """Return of each account the share of its ads with a landing template that few others use too.

    A template is the page (host and path, not a front page), or the form of the tracking: the names of the
    parameters in their order, with the values of utm_source and utm_medium.
    """
    engine.run(led_step())
    return shares(engine.rows(_BY_ACCOUNT), "ads")
