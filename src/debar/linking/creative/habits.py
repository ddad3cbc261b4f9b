"""Where ads lead and at whom they are aimed: landing pages, tracking templates, rare audiences.

Law: what half the platform uses is nobody's habit; of tracking parameters and audiences only rare parts
count, and parts that come together count as one.
"""

from __future__ import annotations

from typing import Final

from debar.model.step import Step, quote_text

SEPARATORS: Final = "-_|.+%:/,;~!*()[]{}\"'"
"""Characters that separate the words of a tracking value."""

TERM_ENDS: Final = ',;:\n{}[]"|'
"""Characters that separate the terms of a targeting."""

TERM_LETTERS: Final = 3


def landing_step() -> Step:
    """Return the step ``creative_landing_in``: account_no, unit_no (0), value (host and path)."""
    return Step(
        name="creative_landing_in",
        sql=(
            "SELECT DISTINCT a.account_no, 0 AS unit_no, i.value_key AS value FROM identifiers AS i"
            " JOIN creative_accounts AS a ON a.account_id = i.account_id WHERE i.kind = 'landing_path'"
        ),
    )


def query_step(ads: str = "ads") -> Step:
    """Return the step ``creative_queries``: account_no, query (what follows ``?``, lower case), unit_no."""
    return _unit_step(
        "creative_queries", "query", query_of("d.landing_url"), ads=ads, of="STRPOS(d.landing_url, '?') > 0"
    )


def _unit_step(name: str, column: str, made: str, *, ads: str, of: str) -> Step:
    """Return the step that numbers what accounts have in a column: account_no, the column, unit_no.

    Args:
        name: Of the table.
        column: What the column is called.
        made: SQL of its value, of the ad ``d``.
        ads: The table of ads.
        of: SQL of which ads have one.
    """
    return Step(
        name=name,
        sql=(
            f"SELECT account_no, {column}, DENSE_RANK() OVER (ORDER BY {column}) AS unit_no FROM ("
            f"SELECT DISTINCT a.account_no, {made} AS {column} FROM {ads} AS d"
            f" JOIN creative_accounts AS a ON a.account_id = d.account_id WHERE {of}) AS had"
        ),
    )


def query_of(url: str) -> str:
    """Return SQL of the query of an address that has one, as ``creative_queries`` holds it."""
    return f"LOWER(SUBSTR({url}, STRPOS({url}, '?') + 1))"


def template_step() -> Step:
    """Return the step ``creative_template_in``: account_no, unit_no (a query), value (``parameter=word``).

    A tracking value such as ``2020_reg_djt_fb`` is a form that somebody designed: its words, each under
    its parameter, are what campaigns of one hand have in common.
    """
    blanks = " " * len(SEPARATORS)
    return Step(
        name="creative_template_in",
        sql=(
            "WITH parameters AS (SELECT account_no, unit_no, UNNEST(STRING_SPLIT(query, '&')) AS parameter"
            " FROM creative_queries),"
            " words AS ("
            "SELECT DISTINCT account_no, unit_no, SUBSTR(parameter, 1, STRPOS(parameter, '=')) AS name,"
            " UNNEST(STRING_SPLIT(TRANSLATE(SUBSTR(parameter, STRPOS(parameter, '=') + 1),"
            f" {quote_text(SEPARATORS)}, {quote_text(blanks)}), ' ')) AS word FROM parameters"
            " WHERE STRPOS(parameter, '=') > 0)"
            " SELECT account_no, unit_no, name || word AS value FROM words WHERE word <> ''"
        ),
    )


def aim_step(ads: str = "ads") -> Step:
    """Return the step ``creative_aims``: account_no, targeting (lower case), unit_no."""
    return _unit_step(
        "creative_aims", "targeting", "LOWER(d.targeting)", ads=ads, of="d.targeting IS NOT NULL"
    )


def audience_step() -> Step:
    """Return the step ``creative_audience_in``: account_no, unit_no (a targeting), value (a term of it)."""
    ends = "|" * len(TERM_ENDS)
    return Step(
        name="creative_audience_in",
        sql=(
            "WITH parts AS (SELECT account_no, unit_no,"
            " UNNEST(STRING_SPLIT(TRANSLATE(targeting, $ends, $bars), '|')) AS part FROM creative_aims),"
            " terms AS ("
            "SELECT account_no, unit_no, TRIM(REGEXP_REPLACE(part, '[ \\t\\r]+', ' ', 'g')) AS value"
            " FROM parts)"
            f" SELECT DISTINCT account_no, unit_no, value FROM terms WHERE LENGTH(value) >= {TERM_LETTERS}"
        ),
        parameters={"ends": TERM_ENDS, "bars": ends},
    )
