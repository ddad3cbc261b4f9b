"""Try the product on a platform's own past linked bans, as of the day of each.

Law: the same expansion as in a plan, on what was known then; the ban itself is no evidence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from debar.app.answer import Answer
from debar.app.assuring.answers_file import read_table
from debar.app.opening import fitted
from debar.app.telling_plans import WHY_OUT
from debar.app.verbs import write_whole
from debar.linking.assurance.backtest import (
    UNKNOWN,
    Backtest,
    PastBan,
    Tried,
    as_of_steps,
    in_order,
    kept_steps,
)
from debar.linking.expand import expand
from debar.linking.explain import path_reasons
from debar.linking.links import ensure_links
from debar.linking.neighbourhood import case_graph
from debar.model.problem import DebarError, Place
from debar.notices.measured.backtest import render_backtest_html, render_backtest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.linking.expand import Standing
    from debar.linking.graph import CaseGraph

BANS: Final = ("decision", "named", "account_id")
OVERTURNED: Final = ("decision", "account_id")
DERIVED: Final = ("joint_accounts", "account_periods", "link_counted", "link_run")
"""Tables whose presence says that a platform was counted and linked: dropped when it is put back to a day."""
FATE: Final = {"in": "repeat", "ask": "ask", "out": "spare", "named": "repeat"}


def backtest(
    opened: Opened,
    bans_file: Path,
    *,
    overturned_file: Path | None = None,
    day_step: int = 1,
    html: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Try past linked bans.

    Args:
        opened: The platform.
        bans_file: decision, named (account ids, a space or semicolon between), account_id, optionally day.
        overturned_file: decision, account_id: which of them were lifted on appeal.
        day_step: Days go back to the last multiple of this many, so that fewer states of the platform are
            linked; the model then knows less than was known.
        html: Where to write the page.
        say: Is told the progress.

    Raises:
        DebarError: DBR-A093, a file holds no bans, or an overturned one is not among them.
    """
    bans = read_bans(opened, bans_file, overturned_file)
    for step in kept_steps():
        opened.engine.run(step)
    ((undated,),) = opened.engine.rows("SELECT COUNT(*) FROM identifiers WHERE first_seen IS NULL")
    tried: list[Tried] = []
    days = groupby(in_order(bans), key=lambda ban: known_on(ban.day, day_step))
    for day, some in days:
        say("as things stand" if day is None else f"as of {day}")
        tried += _tried_on(opened, day, tuple(some))
    result = Backtest(
        tried=tuple(tried),
        calibrated=opened.parameters.calibrated,
        undated_facts=undated,
        dated_bans=sum(ban.day is not None for ban in bans),
    )
    if html is not None:
        write_whole(html, render_backtest_html(result, opened.platform.name))
    return Answer(document=result.as_json(), text=render_backtest_text(result))


def known_on(day: date | None, day_step: int) -> date | None:
    """Return the day whose evening counts for a ban.

    Example:
        >>> known_on(date(2024, 3, 9), 1), known_on(None, 7)
        (datetime.date(2024, 3, 9), None)
    """
    return None if day is None else day - timedelta(days=day.toordinal() % day_step)


def read_bans(opened: Opened, bans_file: Path, overturned_file: Path | None) -> tuple[PastBan, ...]:
    """Read past bans and which of them were overturned.

    Raises:
        DebarError: DBR-A093.
    """
    bans: dict[tuple[str, str], PastBan] = {}
    for record, row in enumerate(read_table(opened.engine, bans_file, BANS, "DBR-A093"), start=1):
        named = tuple(sorted(set(row["named"].replace(";", " ").split())))
        if not row["decision"] or not row["account_id"] or not named or row["account_id"] in named:
            raise _refused(bans_file, record, "account_id", "a record is no linked ban")
        key = (row["decision"], row["account_id"])
        if key in bans:
            raise _refused(bans_file, record, "account_id", "a ban stands twice")
        bans[key] = PastBan(
            decision=row["decision"],
            named=named,
            account_id=row["account_id"],
            day=_day(row.get("day", ""), bans_file, record),
            overturned=False,
        )
    if not bans:
        raise DebarError("DBR-A093", "there are no bans", place=Place(file=bans_file.name))
    if overturned_file is None:
        return tuple(bans.values())
    for record, row in enumerate(read_table(opened.engine, overturned_file, OVERTURNED, "DBR-A093"), start=1):
        key = (row["decision"], row["account_id"])
        if key not in bans:
            raise _refused(overturned_file, record, "account_id", "an overturned ban is not among the bans")
        bans[key] = replace(bans[key], overturned=True)
    return tuple(bans.values())


def _day(text: str, file: Path, record: int) -> date | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise _refused(file, record, "day", "a day is none") from None


def _refused(file: Path, record: int, column: str, what: str) -> DebarError:
    return DebarError(
        "DBR-A093",
        what,
        place=Place(file=file.name, record=record, column=column),
        hint="one record a linked account: decision, named (ids, a space between), account_id, day",
    )


def _tried_on(opened: Opened, day: date | None, bans: Sequence[PastBan]) -> Iterable[Tried]:
    """Put the platform back to a day, link it, and try the bans of that day, decision by decision."""
    engine = opened.engine
    for step in as_of_steps(day, tuple(engine.columns("backtest_identifiers"))):
        engine.run(step)
    for derived in DERIVED:
        engine.drop(derived)
    then = fitted(opened)
    ensure_links(engine, then.parameters, then.policy)
    present = {account for (account,) in engine.rows("SELECT account_id FROM link_accounts")}
    for named, some in groupby(
        sorted(bans, key=lambda b: (b.named, b.decision, b.account_id)), key=lambda b: b.named
    ):
        there = tuple(account for account in named if account in present)
        graph, standings = _expanded(then, there)
        for ban in some:
            yield _tried(ban, graph, standings, present=bool(there) and ban.account_id in present)


def _expanded(opened: Opened, named: tuple[str, ...]) -> tuple[CaseGraph | None, dict[str, Standing]]:
    """Expand from the named accounts; a neighbourhood too large to review proposes nobody, as in a plan."""
    if not named:
        return None, {}
    try:
        graph = case_graph(opened.engine, named, opened.parameters, opened.policy)
    except DebarError as error:
        if error.code != "DBR-L002":
            raise
        return None, {}
    return graph, {s.account_id: s for s in expand(graph, opened.parameters, opened.policy)}


def _tried(ban: PastBan, graph: CaseGraph | None, standings: dict[str, Standing], *, present: bool) -> Tried:
    if not present:
        why = "The named or the banned account is not on the platform, or was not then."
        return Tried(ban=ban, would=UNKNOWN, p_owner=0, p_operator=0, why=why)
    standing = standings.get(ban.account_id)
    if standing is None or graph is None:
        why = "It shares nothing that counts with the named accounts, and no path leads to it."
        if graph is None:
            why = "Too many accounts stand around the named ones for anybody to review: nobody is proposed."
        return Tried(ban=ban, would="spare", p_owner=0, p_operator=0, why=why)
    return Tried(
        ban=ban,
        would=FATE[standing.status],
        p_owner=standing.p_owner,
        p_operator=standing.p_operator,
        why=_sentence(standing, graph),
    )


def _sentence(standing: Standing, graph: CaseGraph) -> str:
    """Say why in one sentence: what links it most, or what keeps it out."""
    reasons = [r for r in path_reasons(standing, graph) if r.weight_millibits > 0]
    strongest = max(reasons, key=lambda r: r.weight_millibits).sentence if reasons else ""
    if standing.status == "in":
        return strongest or "It follows from the path that leads to it."
    word = WHY_OUT.get(standing.why, standing.why)
    ending = f" {strongest}" if strongest else ""
    return f"{word[:1].upper()}{word[1:]}.{ending}"
