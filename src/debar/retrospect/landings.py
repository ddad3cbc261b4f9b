"""Where ads lead: pages and tracking forms that an account has in common with few others.

Law: a front page says nothing beyond its site, and what many accounts use is nobody's habit; the tools of
the trade write forms too, so what is common is left out and what is rare is only a reason to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.retrospect.against import Measured
from debar.retrospect.clock import share
from debar.retrospect.steps import UNATTRIBUTED

if TYPE_CHECKING:
    from debar.model.ports import Engine

LANDINGS_MIN: Final = 5
"""An account with fewer ads that say where they lead has no habit."""

USERS_MAX: Final = 16
"""A page or form that more accounts use is no habit of anybody; as for wording in evidence from ads."""

_ADDRESS: Final = "split_part(lower(trim({table}.landing_url)), '#', 1)"

_QUERY: Final = "split_part(led.address, '?', 2)"


def _one(parameter: str) -> str:
    found = f"regexp_extract({_QUERY}, '{parameter}=([^&]*)', 1)"
    return f"CASE WHEN strpos({_QUERY}, '{parameter}=') > 0 THEN {found} ELSE '' END"


_LED: Final = f"""
  SELECT account_id, asked,
    CASE WHEN strpos(path, '/') > 0 THEN path END AS page,
    CASE WHEN strpos(form, '=') > 0 THEN form END AS form
  FROM (
    SELECT
      led.account_id,
      led.asked,
      rtrim(regexp_replace(split_part(led.address, '?', 1), '^(https?://)?(www[.])?', ''), '/') AS path,
      regexp_replace({_QUERY}, '=[^&]*', '=', 'g')
        || ' ' || {_one("utm_source")} || ' ' || {_one("utm_medium")} AS form
    FROM (
      SELECT r.account_id, r.asked, {_ADDRESS.format(table="r")} AS address
      FROM retrospect_ads AS r
      WHERE r.landing_url IS NOT NULL AND r.account_id <> '{UNATTRIBUTED}'
    ) AS led
  ) AS taken_apart"""

_BY_ACCOUNT: Final = f"""
WITH led AS ({_LED}
), pages AS (
  SELECT page FROM led WHERE page IS NOT NULL
  GROUP BY page HAVING COUNT(DISTINCT account_id) BETWEEN 2 AND {USERS_MAX}
), forms AS (
  SELECT form FROM led WHERE form IS NOT NULL
  GROUP BY form HAVING COUNT(DISTINCT account_id) BETWEEN 2 AND {USERS_MAX}
)
SELECT l.account_id, l.asked,
  SUM(CASE WHEN p.page IS NOT NULL OR f.form IS NOT NULL THEN 1 ELSE 0 END), COUNT(*)
FROM led AS l
LEFT JOIN pages AS p ON p.page = l.page
LEFT JOIN forms AS f ON f.form = l.form
GROUP BY l.account_id, l.asked
HAVING COUNT(*) >= {LANDINGS_MIN}
ORDER BY l.account_id"""


def are_told(engine: Engine) -> bool:
    """Tell whether any ad of the window says where it leads."""
    ((known,),) = engine.rows(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM retrospect_ads WHERE landing_url IS NOT NULL LIMIT 1)"
        " AS found"
    )
    return bool(known)


def templates(engine: Engine) -> list[Measured]:
    """Return of each account the share of its ads with a landing template that few others use too.

    A template is the page (host and path, not a front page), or the form of the tracking: the names of the
    parameters in their order, with the values of utm_source and utm_medium.
    """
    return [
        Measured(
            account_id=account_id,
            asked=bool(asked),
            stratum="",
            value=share(int(shared), total),
            shown=f"{int(shared):,} of {total:,} ads",
        )
        for account_id, asked, shared, total in engine.rows(_BY_ACCOUNT)
    ]
