"""Groups as values.

Law: every group carries what it hangs together on, how strongly, when, and what speaks against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.retrospect.clock import decimal, share

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two accounts that share more than chance explains.

    Args:
        account_a: The smaller account id.
        account_b: The larger.
        rate: False discovery rate of all ties at least as surprising, over all signals, in millionths; at
            least one millionth.
        signals: What ties them, such as ``copy`` or ``launch``, and what is told beside that (``word``,
            ``audience``), the most surprising first.
        sentences: The same in words, one a signal.
    """

    account_a: str
    account_b: str
    rate: int
    signals: tuple[str, ...]
    sentences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the tie as a JSON object."""
        return {
            "account_a": self.account_a,
            "account_b": self.account_b,
            "rate": decimal(self.rate),
            "signals": list(self.signals),
            "sentences": list(self.sentences),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBy:
    """One thing that a group hangs together on.

    Args:
        signal: Such as ``copy``.
        pairs_count: Pairs of members that it ties.
        ads_count: Members' ads in which what they share can be seen; 0 where no ad shows it, as with landing
            pages that an account states elsewhere.
    """

    signal: str
    pairs_count: int
    ads_count: int

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {"signal": self.signal, "pairs": self.pairs_count, "ads": self.ads_count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Accounts of which most pairs are tied.

    Args:
        members: Account ids, sorted; at least two.
        names: Their names, in the same order; the id where there is none.
        ads_count: Ads that they launched, of those looked at.
        signals: What the group hangs together on, what ties most pairs first; last what is told beside that.
        ties: Between members.
        outside: Ties that lead from a member to an account outside.
        first_on: UTC day of the members' first launch; None where no ad has a day.
        last_on: Day of the last.
        against: What speaks against the group, in sentences.
    """

    members: tuple[str, ...]
    names: tuple[str, ...]
    ads_count: int
    signals: tuple[HeldBy, ...]
    ties: tuple[Tie, ...]
    outside: tuple[Tie, ...]
    first_on: date | None
    last_on: date | None
    against: tuple[str, ...]

    @property
    def pairs_count(self) -> int:
        """How many pairs the members make."""
        return len(self.members) * (len(self.members) - 1) // 2

    @property
    def tied_share(self) -> int:
        """Share of these pairs that are tied, in millionths: how closely the group hangs together."""
        return share(len(self.ties), self.pairs_count)

    def as_json(self) -> dict[str, Any]:
        """Return the group as a JSON object."""
        return {
            "members": [
                {"account_id": account_id, "name": name}
                for account_id, name in zip(self.members, self.names, strict=True)
            ],
            "ads": self.ads_count,
            "pairs": self.pairs_count,
            "tied_share": decimal(self.tied_share),
            "signals": [held.as_json() for held in self.signals],
            "ties": [tie.as_json() for tie in self.ties],
            "outside": [tie.as_json() for tie in self.outside],
            "first_on": None if self.first_on is None else self.first_on.isoformat(),
            "last_on": None if self.last_on is None else self.last_on.isoformat(),
            "speaks_against": list(self.against),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What was found, at which rate, and over what.

    Args:
        rate: False discovery rate asked for: the share of the groups that is chance alone, on average and at
            most, in millionths.
        signals: Signals that can tie and had something to look at.
        accounts_count: Accounts that were compared.
        ties_count: Tied pairs, whether in a group or not.
        groups: Largest first.
    """

    rate: int
    signals: tuple[str, ...]
    accounts_count: int
    ties_count: int
    groups: tuple[Group, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the groups as a JSON object."""
        return {
            "rate": decimal(self.rate),
            "signals": list(self.signals),
            "accounts": self.accounts_count,
            "ties": self.ties_count,
            "groups": [group.as_json() for group in self.groups],
        }
