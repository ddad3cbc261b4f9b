"""The ads in which a group's ties can be seen.

Law: an ad stands behind a tie when it carries something of what the tie counts: a shared text or a variant of
it, a shared rare word, a landing page, a launch beside the other's. No other ad does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.normalise import normalise
from debar.linking.creative.habits import query_of
from debar.linking.creative.launches import LAUNCHED_AT, MOMENT, SECONDS, TOGETHER
from debar.linking.creative.texts import WORDS, WORDS_PARAMETERS
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.model.ports import Engine

_PAIR: Final = {"group_no": "INTEGER", "signal": "VARCHAR", "account_a": "VARCHAR", "account_b": "VARCHAR"}

_UNITS: Final = {
    "copy": "group_text_units",
    "word": "group_text_units",
    "phrase": "group_text_units",
    "template": "group_query_units",
    "audience": "group_aim_units",
}
"""Signal to the table that says which of its units an ad is."""


def find_behind(engine: Engine, pairs: Iterable[tuple[int, str, str, str]]) -> None:
    """Make ``group_behind`` from what judging the signals has left in the engine.

    Args:
        engine: Holds ``group_ads``, ``group_members`` and the tables of :mod:`debar.linking.creative`.
        pairs: Group's number, signal, the smaller account, the larger: the ties inside the groups.

    Columns:
        group_no (INTEGER), signal (VARCHAR), account_id (VARCHAR), ad_id (VARCHAR): each once.
    """
    tied = list(pairs)
    engine.load("group_pairs", _PAIR, tied)
    for step in unit_steps():
        engine.run(step)
    _load_pages(engine)
    signals = sorted({signal for _, signal, _, _ in tied})
    united = " UNION ".join(f"SELECT * FROM ({behind(signal)}) AS {signal}_ads" for signal in signals)
    nothing = "SELECT 0 AS group_no, '' AS signal, '' AS account_id, '' AS ad_id WHERE FALSE"
    engine.run(Step(name="group_behind", sql=united or nothing))


def unit_steps() -> tuple[Step, ...]:
    """Return the steps that say which unit of a signal each member's ad is: account_no, ad_id, unit_no.

    Returns:
        ``group_numbers`` (account_id, account_no), ``group_text_units``, ``group_query_units`` and
        ``group_aim_units``; the last two may have many ads a unit.
    """
    ads = "SELECT m.account_no, d.ad_id, {} AS shown FROM group_ads AS d JOIN group_numbers AS m"
    ads += " ON m.account_id = d.account_id WHERE {}"
    return (
        Step(
            name="group_numbers",
            sql=(
                "SELECT a.account_id, a.account_no FROM creative_accounts AS a"
                " JOIN group_members AS m ON m.account_id = a.account_id"
            ),
        ),
        Step(
            name="group_text_units",
            sql=(
                "SELECT s.account_no, s.ad_id, u.unit_no FROM ("
                + ads.format(WORDS, "d.text IS NOT NULL")
                + ") AS s JOIN creative_texts AS t ON t.words = s.shown"
                " JOIN creative_units AS u ON u.account_no = s.account_no AND u.text_no = t.text_no"
            ),
            parameters=WORDS_PARAMETERS,
        ),
        Step(
            name="group_query_units",
            sql=(
                "SELECT s.account_no, s.ad_id, q.unit_no FROM ("
                + ads.format(query_of("d.landing_url"), "STRPOS(d.landing_url, '?') > 0")
                + ") AS s JOIN creative_queries AS q ON q.account_no = s.account_no AND q.query = s.shown"
            ),
        ),
        Step(
            name="group_aim_units",
            sql=(
                "SELECT s.account_no, s.ad_id, q.unit_no FROM ("
                + ads.format("LOWER(d.targeting)", "d.targeting IS NOT NULL")
                + ") AS s JOIN creative_aims AS q ON q.account_no = s.account_no AND q.targeting = s.shown"
            ),
        ),
    )


def _load_pages(engine: Engine) -> None:
    """Make ``group_pages``: landing_url to the page (host and path) that intake makes of it."""
    urls = engine.rows(
        "SELECT DISTINCT d.landing_url FROM group_ads AS d JOIN group_numbers AS m"
        " ON m.account_id = d.account_id WHERE d.landing_url IS NOT NULL"
    )
    pages = []
    for (url,) in urls:
        try:
            pages.append((url, normalise("landing_path", url, country=None).value))
        except ValueError:
            continue
    engine.load("group_pages", {"landing_url": "VARCHAR", "page": "VARCHAR"}, sorted(pages))


def behind(signal: str) -> str:
    """Return SQL of the ads behind the ties of a signal: group_no, signal, account_id, ad_id."""
    pairs = (
        "SELECT p.group_no, a.account_no AS a_no, b.account_no AS b_no FROM group_pairs AS p"
        " JOIN group_numbers AS a ON a.account_id = p.account_a"
        f" JOIN group_numbers AS b ON b.account_id = p.account_b WHERE p.signal = '{signal}'"
    )
    if signal == "launch":
        return _beside(pairs)
    shared = (
        f"SELECT p.group_no, p.a_no, p.b_no, a.value FROM ({pairs}) AS p"
        f" JOIN creative_{signal}_held AS a ON a.account_no = p.a_no"
        f" JOIN creative_{signal}_held AS b ON b.account_no = p.b_no AND b.value = a.value"
    )
    carried = (
        f"SELECT group_no, a_no AS account_no, value FROM ({shared}) AS s"
        f" UNION SELECT group_no, b_no, value FROM ({shared}) AS s"
    )
    if signal == "landing":
        return (
            f"SELECT DISTINCT c.group_no, 'landing' AS signal, d.account_id, d.ad_id FROM ({carried}) AS c"
            " JOIN group_numbers AS n ON n.account_no = c.account_no"
            " JOIN group_ads AS d ON d.account_id = n.account_id"
            " JOIN group_pages AS g ON g.landing_url = d.landing_url AND g.page = c.value"
        )
    return (
        f"SELECT DISTINCT c.group_no, '{signal}' AS signal, n.account_id, u.ad_id FROM ({carried}) AS c"
        f" JOIN creative_{signal}_in AS i ON i.account_no = c.account_no AND i.value = c.value"
        f" JOIN {_UNITS[signal]} AS u ON u.account_no = i.account_no AND u.unit_no = i.unit_no"
        " JOIN group_numbers AS n ON n.account_no = c.account_no"
    )


def _beside(pairs: str) -> str:
    """Return SQL of the ads launched in a half minute in which two tied accounts launched together."""
    met = (
        f"SELECT p.group_no, a.account_no, a.slot, b.account_no AS other_no, b.slot AS other_slot"
        f" FROM ({pairs}) AS p JOIN creative_launched AS a ON a.account_no = p.a_no"
        f" JOIN creative_launched AS b ON b.account_no = p.b_no AND {TOGETHER}"
    )
    slots = (
        f"SELECT group_no, account_no, slot FROM ({met}) AS m"
        f" UNION SELECT group_no, other_no, other_slot FROM ({met}) AS m"
    )
    return (
        f"SELECT DISTINCT s.group_no, 'launch' AS signal, d.account_id, d.ad_id FROM ({slots}) AS s"
        " JOIN group_numbers AS n ON n.account_no = s.account_no"
        " JOIN group_ads AS d ON d.account_id = n.account_id"
        f" AND {MOMENT} // {SECONDS} = s.slot AND {LAUNCHED_AT} <> DATE_TRUNC('day', {LAUNCHED_AT})"
    )
