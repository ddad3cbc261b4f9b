"""Who is swept in by mistake? The accounts that deserve a second look, the costliest doubt first.

Law: a person reads the evidence before the score: the one fact that ties an account in, who else has it, what
follows if it is wrong, and what speaks for the account.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.briefs.strike import BANNED
from debar.briefs.view import count, listed
from debar.linking.explain import other_pairs
from debar.linking.words import role_sentence, thing
from debar.model.money import parse_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debar.briefs.view import FactView, View
    from debar.linking.expand import Standing
    from debar.linking.graph import GraphPair

MILLION: Final = 1_000_000
WAYS_MAX: Final = 4
"""Ways that share no fact are counted up to this."""

LOOKED_AT_MAX: Final = 400
"""For so many accounts, those with the most at stake, the ways are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One account that may be swept in by mistake.

    Args:
        account_id: The account.
        tie: What ties it in, a sentence.
        fact_id: The fact that the sentence is about; empty where a reviewer's word ties it in.
        crowd: How many others share that fact, and how it behaves among them.
        wrong: What happens if that fact is wrong.
        others: Who else falls then, account ids.
        stake_micros: What was earned from it, converted.
        doubt: Money at stake times the chance of innocence: the order of the list.
    """

    account_id: str
    tie: str
    fact_id: str
    crowd: str
    wrong: str
    others: tuple[str, ...]
    stake_micros: int
    doubt: int

    def as_json(self) -> dict[str, Any]:
        """Return the doubt as a JSON object, without its place in the order."""
        return {
            "account_id": self.account_id,
            "tie": self.tie,
            "fact_id": self.fact_id,
            "crowd": self.crowd,
            "wrong": self.wrong,
            "others": list(self.others),
        }


def doubts(view: View) -> list[Doubt]:
    """Return the linked and the undecided accounts, in the order in which they deserve a second look.

    What is at stake is what was earned from an account, and nothing is free: an account that never paid
    still loses its advertising.
    """
    found = [_doubt(view, member) for member in view.of_standing("in", "ask")]
    found.sort(key=lambda doubt: (-doubt.doubt, -doubt.stake_micros, doubt.account_id))
    return found


def ways(view: View, account_ids: Sequence[str]) -> dict[str, int]:
    """Count, for some accounts, the ways in that share no fact: strike the whole path, and look again.

    Args:
        view: The case.
        account_ids: Those with the most at stake first; only the first of them are looked at.
    """
    expanded = functools.cache(
        lambda struck: {s.account_id: s for s in view.strikes.standings_without(struck)}
    )
    standings = {s.account_id: s for s in view.strikes.standings}
    return {
        account_id: _ways(view, standings[account_id], expanded) for account_id in account_ids[:LOOKED_AT_MAX]
    }


def _ways(
    view: View, standing: Standing, expanded: Callable[[frozenset[str]], Mapping[str, Standing]]
) -> int:
    """Count the ways in of one account; only where it stays in does the case have to be expanded anew."""
    account_id, status = standing.account_id, standing.status
    wanted = BANNED if status in BANNED else BANNED | {"ask"}
    struck: frozenset[str] = frozenset()
    number = 0
    while status in wanted and number < WAYS_MAX:
        if struck:
            standing = expanded(struck)[account_id]
        if not standing.path:
            break
        number += 1
        path = {
            fact
            for hop in standing.path
            for pair in [view.evidence.graph.pair(hop.start, hop.end)]
            if pair is not None
            for fact in pair.shared
        } - struck
        if not path:
            break
        struck |= path
        status = view.strikes.changed(struck).get(account_id, view.strikes.statuses[account_id])
    return number


def _doubt(view: View, member: Mapping[str, Any]) -> Doubt:
    account_id = member["account_id"]
    last = member["path"][-1] if member["path"] else None
    stake = view.amounts[account_id]
    innocence = max(MILLION - parse_micros(member["p_owner"]), 1)
    fact = _decisive(view, member)
    others: tuple[str, ...] = ()
    if last is None or fact is None or last["judgement"] == "positive":
        tie, crowd, wrong = _without_fact(view, last), "", ""
        fact = None
    else:
        tie = _tie(view, member, fact)
        crowd = _crowd(view, last, fact)
        wrong = _wrong(view, account_id, fact)
        others = tuple(a for a in fact.alone.leaves if a != account_id)
    return Doubt(
        account_id=account_id,
        tie=tie,
        fact_id=fact.fact_id if fact else "",
        crowd=crowd,
        wrong=wrong,
        others=others,
        stake_micros=stake,
        doubt=max(stake, MILLION) * innocence,
    )


def _decisive(view: View, member: Mapping[str, Any]) -> FactView | None:
    """Return what ties an account in: a fact that alone frees it, else the strongest of its last hop."""
    account_id = member["account_id"]
    alone = [fact for fact in view.facts.values() if account_id in (*fact.alone.leaves, *fact.alone.settled)]
    if alone:
        near = [fact for fact in alone if account_id in fact.holders] or alone
        return min(near, key=lambda fact: (fact.crowd, fact.fact_id))
    hop = member["path"][-1]["facts"] if member["path"] else ()
    by_id = {fact_id: reason for reason in member["reasons"] for fact_id in reason["facts"]}
    known = [view.facts[fact_id] for fact_id in hop if fact_id in view.facts]
    return min(
        known,
        key=lambda fact: (
            -parse_micros(by_id[fact.fact_id]["weight"]) if fact.fact_id in by_id else 0,
            fact.fact_id,
        ),
        default=None,
    )


def _tie(view: View, member: Mapping[str, Any], fact: FactView) -> str:
    account_id = member["account_id"]
    frees = account_id in (*fact.alone.leaves, *fact.alone.settled)
    what = thing(fact.kind, fact.shown)
    if account_id not in fact.holders:
        through = view.name(member["path"][-1]["from"])
        return f"It is reached through {through}, who is tied in by {what} alone."
    others = [holder for holder in fact.holders if holder != account_id]
    inside = [holder for holder in others if view.before[holder] in BANNED]
    with_whom = view.some_names(inside or others)
    if frees:
        return f"One fact decides: {what}, shared with {with_whom}."
    more = len({f for hop in member["path"][-1:] for f in hop["facts"]}) - 1
    also = f", and {count(more, 'further fact')}" if more else ""
    return f"Shared with {with_whom}: {what}{also}."


def _wrong(view: View, account_id: str, fact: FactView) -> str:
    if account_id in fact.alone.settled:
        return "If that is wrong, nothing is left to ask about."
    if account_id not in fact.alone.leaves:
        return "If that is wrong, other facts still carry it."
    said = view.consequence(fact.alone, account_id)
    return (
        f"If that is wrong: {said[:1].lower()}{said[1:]}"
        if said.startswith("It ")
        else f"If that is wrong: {said}"
    )


def _crowd(view: View, hop: Mapping[str, Any], fact: FactView) -> str:
    graph = view.evidence.graph
    of_all = f" of {graph.accounts_count:,}" if graph.accounts_count else ""
    said = f"{fact.crowd:,} accounts{of_all} have it." if fact.crowd > 2 else f"Nobody else{of_all} has it."
    pair = graph.pair(hop["from"], hop["to"])
    if pair is None or fact.fact_id not in pair.shared:
        return said
    return f"{said} {_role(view, pair, fact.fact_id)}".strip()


def _role(view: View, pair: GraphPair, fact_id: str) -> str:
    fact = view.evidence.graph.facts[fact_id]
    agreeing, with_data = other_pairs(pair, fact_id, view.evidence.graph)
    return role_sentence(fact.kind, fact.family, pair.shared[fact_id], agreeing, with_data)


def _without_fact(view: View, hop: Mapping[str, Any] | None) -> str:
    if hop is None:
        return "No path leads to it any more: it is listed because of what a reviewer said."
    return f"A reviewer's word ties it to {view.name(hop['from'])}."


def carried_by(view: View, member: Mapping[str, Any]) -> str:
    """Say how an account was reached, for its row."""
    reached = view.path_words(member)
    shown = listed([fact.shown for fact in view.shared_facts(member["account_id"])][:3])
    return reached or (f"It shares {shown} with others of the case." if shown else "")
