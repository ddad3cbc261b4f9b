"""Account by account against everybody else: who stands out, and how many would by chance.

Law: one null model for every signal: an account that was asked for is one more account of its stratum (those
aimed at the same country, paid in the same currency ...). Its p-value is the share of the stratum that stands
out as much, itself included; so of accounts like all others at most one in a hundred is flagged, whatever the
signal's distribution is. How many of the others are flagged in the same way is counted and told. Where a
stratum has fewer than 99 others, an account is not compared; a signal in which nobody is, is left out.
Source: V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World" (2005): conformal p-values.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import ceil, erfc, sqrt
from typing import TYPE_CHECKING, Any, Final

from debar.retrospect.clock import MILLION, decimal, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ONE_IN: Final = 100
"""An account is flagged where at most one in so many of its stratum stand out as much."""

OTHERS_MIN: Final = ONE_IN - 1
"""With fewer others no account could be flagged."""

FLAGGED_MAX: Final = 20
"""More flagged accounts than this are counted and not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one account shows.

    Args:
        account_id: The account.
        asked: Whether it was asked for.
        stratum: Among whom it is compared.
        value: The larger, the more it stands out; any whole number.
        shown: The value for people.
    """

    account_id: str
    asked: bool
    stratum: str
    value: int
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """An account that stands out.

    Args:
        account_id: The account.
        shown: What it shows, for people.
        p_value: Share of its stratum that stands out as much, itself included, in millionths.
    """

    account_id: str
    shown: str
    p_value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstOthers:
    """One signal, account by account.

    Args:
        name: The signal.
        asked_count: Accounts asked for that could be compared.
        uncompared_count: Accounts asked for that show it, with too few others like them.
        flagged: Accounts asked for that stand out, the least likely first.
        others_count: Other accounts that could be compared.
        others_flagged_count: Of these, those that stand out in the same way.
        exceeds: How often one asked for stands out more than one of the others (ties by half), in millionths.
        by_lot: How likely that, or more, is if those asked for were drawn by lot, in millionths, rounded up;
            None where most accounts are alike, so that ranks say nothing.
        beside: What else the signal must be read with, as a sentence; empty for nothing.
    """

    name: str
    asked_count: int
    uncompared_count: int
    flagged: tuple[Flagged, ...]
    others_count: int
    others_flagged_count: int
    exceeds: int
    by_lot: int | None
    beside: str = ""

    @property
    def false_alarm_rate(self) -> int:
        """Share of the others that are flagged, in millionths."""
        return share(self.others_flagged_count, self.others_count)

    @property
    def by_chance(self) -> int:
        """How likely so many flagged accounts or more are by chance, at most, in millionths."""
        return chance_of(len(self.flagged), self.asked_count)

    def as_json(self) -> dict[str, Any]:
        """Return the signal as a JSON object."""
        return {
            "name": self.name,
            "one_in": ONE_IN,
            "asked": self.asked_count,
            "asked_not_compared": self.uncompared_count,
            "others": self.others_count,
            "others_flagged": self.others_flagged_count,
            "false_alarm_rate": decimal(self.false_alarm_rate),
            "by_chance_at_most": decimal(self.by_chance),
            "exceeds": decimal(self.exceeds),
            "by_lot": decimal(self.by_lot),
            "beside": self.beside or None,
            "flagged": [
                {"account_id": one.account_id, "shows": one.shown, "p_value": decimal(one.p_value)}
                for one in self.flagged
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A signal that these tables cannot tell.

    Args:
        name: The signal.
        why: What they lack, as the end of a sentence.
    """

    name: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return the signal as a JSON object."""
        return {"name": self.name, "why": self.why}


def chance_of(flagged: int, accounts: int) -> int:
    """Return how likely it is that chance flags so many accounts or more, in millionths, rounded up.

    Each account is flagged with a chance of at most one in a hundred, independently of the others.

    Example:
        >>> chance_of(0, 5), chance_of(1, 1), chance_of(2, 10)
        (1000000, 10000, 4267)
    """
    whole: int = ONE_IN**accounts
    term, fewer = (ONE_IN - 1) ** accounts, 0
    for count in range(flagged):
        fewer += term
        term = term * (accounts - count) // ((count + 1) * (ONE_IN - 1))
    return -(-MILLION * (whole - fewer) // whole)


def compare(name: str, measured: Iterable[Measured], *, beside: str = "") -> AgainstOthers | None:
    """Compare each account with the others of its stratum.

    Args:
        name: The signal.
        measured: What the accounts show; one that does not show it at all is not among them.
        beside: What else the signal must be read with, as a sentence.

    Returns:
        The signal; None where nobody asked for could be compared.
    """
    accounts = list(measured)
    others: dict[str, list[int]] = defaultdict(list)
    for one in accounts:
        if not one.asked:
            others[one.stratum].append(one.value)
    for values in others.values():
        values.sort()
    flagged: list[Flagged] = []
    asked = uncompared = others_count = others_flagged = 0
    for one in accounts:
        values = others.get(one.stratum, [])
        count = len(values) - (not one.asked)
        if count < OTHERS_MIN:
            uncompared += one.asked
            continue
        as_much = len(values) - bisect.bisect_left(values, one.value) - (not one.asked)
        stands_out = ONE_IN * (1 + as_much) <= 1 + count
        if one.asked:
            asked += 1
            if stands_out:
                p_value = -(-MILLION * (1 + as_much) // (1 + count))
                flagged.append(Flagged(account_id=one.account_id, shown=one.shown, p_value=p_value))
        else:
            others_count, others_flagged = others_count + 1, others_flagged + stands_out
    if not asked:
        return None
    exceeds, by_lot = together(accounts, others)
    return AgainstOthers(
        name=name,
        asked_count=asked,
        uncompared_count=uncompared,
        flagged=tuple(sorted(flagged, key=lambda one: (one.p_value, one.account_id))),
        others_count=others_count,
        others_flagged_count=others_flagged,
        exceeds=exceeds,
        by_lot=by_lot,
        beside=beside,
    )


def together(accounts: Sequence[Measured], others: Mapping[str, Sequence[int]]) -> tuple[int, int | None]:
    """Compare the accounts asked for as a group with the others of their strata.

    Returns:
        How often one stands out more than one of the others, and how likely that is by lot: the rank sum
        test of Wilcoxon, strata apart, with ties, by the normal law, which needs that no value is most
        accounts'. Both in millionths.
    """
    asked: dict[str, list[int]] = defaultdict(list)
    for one in accounts:
        if one.asked and len(others.get(one.stratum, ())) >= OTHERS_MIN:
            asked[one.stratum].append(one.value)
    above = pairs = 0
    alike = False
    variance = 0.0
    for stratum, values in asked.items():
        against = others[stratum]
        places = [(bisect.bisect_left(against, v), bisect.bisect_right(against, v)) for v in values]
        above += sum(low + high for low, high in places)
        count, size = len(values) * len(against), len(values) + len(against)
        pairs += count
        tied = Counter([*values, *against]).values()
        alike = alike or 2 * max(tied) > size
        ties = sum(n**3 - n for n in tied)
        variance += count / 12 * (size + 1 - ties / (size * (size - 1)))
    if alike or not variance:
        return share(above, 2 * pairs), None
    by_lot = 0.5 * erfc((above / 2 - pairs / 2) / sqrt(2 * variance))
    return share(above, 2 * pairs), min(MILLION, ceil(MILLION * by_lot))


def rarities(rows: Sequence[tuple[str, bool, str, str]], *, words: str) -> list[Measured]:
    """Return how rare an attribute of each account is among the others of its stratum.

    The value is how many others have it, itself included if it is one of them, with a minus: an account
    that was asked for ties with the others that have the same, and where none has, with those that are alone.

    Args:
        rows: (account, asked, stratum, attribute), one an account.
        words: How the two are told, such as ``{attribute}, aimed at {stratum}``.
    """
    held: Mapping[tuple[str, str], int] = Counter((row[2], row[3]) for row in rows if not row[1])
    return [
        Measured(
            account_id=account_id,
            asked=asked,
            stratum=stratum,
            value=-max(1, held.get((stratum, attribute), 0)),
            shown=words.format(attribute=attribute, stratum=stratum),
        )
        for account_id, asked, stratum, attribute in rows
    ]


def shares(rows: Iterable[Sequence[Any]], of: str) -> list[Measured]:
    """Return which part of what each account has shows something; all accounts are one stratum.

    Args:
        rows: (account, asked, how many show it, how many there are), one an account.
        of: What is counted, such as ``launches on one day``.

    Example:
        >>> shares([("a", True, 1, 4)], "ads")[0].shown
        '1 of 4 ads'
    """
    return [
        Measured(
            account_id=account_id,
            asked=bool(asked),
            stratum="",
            value=share(int(part), total),
            shown=f"{int(part):,} of {total:,} {of}",
        )
        for account_id, asked, part, total in rows
    ]
