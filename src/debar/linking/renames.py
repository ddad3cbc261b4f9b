"""One account in several exports of a platform: renamed, or in other hands.

Law: a new spelling, a fuller name, another office is the same holder. An unrelated name is a hand-over
only where something else says so; without it the change is reported as unclear and decides nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from debar.evidence.name_comparison import normal_name
from debar.evidence.naming.comparing import POINTING_MILLIBITS, NameLevel, compare_names
from debar.evidence.naming.rarity import platform_rarity
from debar.evidence.naming.reading import read_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from debar.evidence.naming.rarity import Rarity

BOUGHT_MIN: Final = 2
"""A name on so many accounts, each with a legal id that none of the others holds, buys accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An account as one export shows it.

    Args:
        account_id: The account.
        name: Whom it says it belongs to.
        legal_ids: Public ids that it is listed with.
        seen_on: Day of the export; unknown where it is not told.
    """

    account_id: str
    name: str
    legal_ids: frozenset[str] = frozenset()
    seen_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """An account whose name differs between two exports.

    Args:
        account_id: The account, by its later id.
        kind: ``spelling`` (one name), ``rename`` (near or kin: the same holder), ``hands`` (the former
            name is that of somebody who sets up accounts for others), ``handover`` or ``unclear``.
        former: As the earlier export shows it.
        later: As the later one does.
        signs: What says so: ``same_name``, ``kin``, ``id_as_name``, ``registered_to_later``,
            ``came_back``, ``sets_up_for_others``, ``registered_to_former``, ``former_lives_on``,
            ``later_buys``, ``other_script``.
        sentence: The same in words.
    """

    account_id: str
    kind: str
    former: Seen
    later: Seen
    signs: tuple[str, ...]
    sentence: str


_SAME_HOLDER: Final = {
    "same_name": "both are spellings of one name",
    "kin": "the names share what few others bear",
    "id_as_name": "the former name was the account's own id",
    "registered_to_later": "the register knows the id by the later name",
    "came_back": "the former name came back",
    "sets_up_for_others": "the former name stood on several accounts that now bear different names",
}
_OTHER_HOLDER: Final = {
    "registered_to_former": "the register knows the account's id by the former name",
    "former_lives_on": "the former name lives on, on another account",
    "later_buys": "the later name stands on several accounts with ids that have nothing in common",
    "other_script": "the names are in different scripts",
}
_ENOUGH: Final = frozenset({"registered_to_former", "former_lives_on", "later_buys"})
"""Signs of which one is enough beside an unrelated name."""

_STRANGE: Final = ("later_buys", "other_script")
"""Signs that a name is a stranger's, whoever was there before."""


@dataclass(frozen=True, slots=True)
class _Platform:
    """What the latest export says about names and ids, beyond one account."""

    rarity: Rarity
    bearers: Mapping[str, frozenset[str]]
    ids_of_name: Mapping[str, tuple[frozenset[str], ...]]
    registered: Mapping[str, str]
    later_names: Mapping[str, int] = field(default_factory=dict)

    def is_kin(self, one: str, other: str) -> bool:
        """Tell whether two names are near or related, or share what few others bear."""
        found = compare_names(one, other, self.rarity)
        return found.level >= NameLevel.RELATED or found.agreeing_millibits >= POINTING_MILLIBITS


def name_changes(
    exports: Sequence[Iterable[Seen]],
    *,
    registered: Mapping[str, str] | None = None,
    new_ids: Mapping[str, str] | None = None,
) -> tuple[NameChange, ...]:
    """Compare the exports of one platform, the earliest first.

    Args:
        exports: What each shows; an account that one of them lacks is skipped there.
        registered: Legal id to the name that its public register knows it by.
        new_ids: Former account id to the later id of the same account.

    Returns:
        A change for each pair of following exports in which an account's name is written differently,
        by account and export. A name that comes back later was never given up.
    """
    ids = new_ids or {}
    histories: dict[str, list[Seen]] = defaultdict(list)
    for export in exports:
        for seen in export:
            histories[ids.get(seen.account_id, seen.account_id)].append(seen)
    platform = _platform(histories, registered or {})
    found = []
    for account_id, history in sorted(histories.items()):
        for place in range(len(history) - 1):
            former, later = history[place], history[place + 1]
            if former.name != later.name:
                signs = _signs(account_id, former, later, platform, came_back=_came_back(history, place))
                found.append(_change(account_id, former, later, signs))
    return tuple(found)


def _came_back(history: Sequence[Seen], place: int) -> bool:
    """Tell whether the name at a place, or the one after it, is borne again beyond the other."""
    former, later = (normal_name(history[at].name) for at in (place, place + 1))
    before, after = history[:place], history[place + 2 :]
    return any(normal_name(s.name) == former for s in after) or any(
        normal_name(s.name) == later for s in before
    )


def misheld_ids(export: Iterable[Seen], registered: Mapping[str, str]) -> tuple[NameChange, ...]:
    """Find accounts listed with a legal id that its register knows by an unrelated name.

    One export is enough: whoever bought a verified account shows somebody else's id under his own name.

    Args:
        export: What an export shows.
        registered: Legal id to the name that its public register knows it by.

    Returns:
        A change from the registered name to the account's, by account: ``handover`` where the name is
        in another script or buys accounts, else ``unclear`` (a treasurer or an agency may stand there).
    """
    accounts = tuple(export)
    platform = _platform({seen.account_id: [seen] for seen in accounts}, registered)
    found = []
    for seen in sorted(accounts, key=lambda one: one.account_id):
        known = [platform.registered[value] for value in sorted(seen.legal_ids) if value in registered]
        if known and not any(platform.is_kin(name, seen.name) for name in known):
            former = Seen(account_id=seen.account_id, name=known[0], legal_ids=seen.legal_ids)
            signs = ("registered_to_former", *_strange(former, seen, platform))
            found.append(_change(seen.account_id, former, seen, signs, enough=frozenset(_STRANGE)))
    return tuple(found)


def _strange(former: Seen, later: Seen, platform: _Platform) -> tuple[str, ...]:
    """Return what makes the later name a stranger's."""
    found = {
        "later_buys": is_buyer(platform.ids_of_name.get(normal_name(later.name), ())),
        "other_script": bool(read_name(former.name).letters) != bool(read_name(later.name).letters),
    }
    return tuple(sign for sign in _STRANGE if found[sign])


def _platform(histories: Mapping[str, Sequence[Seen]], registered: Mapping[str, str]) -> _Platform:
    latest = {account_id: history[-1] for account_id, history in histories.items()}
    bearers: dict[str, set[str]] = defaultdict(set)
    ids_of_name: dict[str, list[frozenset[str]]] = defaultdict(list)
    for account_id, seen in latest.items():
        bearers[normal_name(seen.name)].add(account_id)
        if seen.legal_ids:
            ids_of_name[normal_name(seen.name)].append(seen.legal_ids)
    successors: dict[str, set[str]] = defaultdict(set)
    for history in histories.values():
        for former, later in pairwise(history):
            if normal_name(former.name) != normal_name(later.name):
                successors[normal_name(former.name)].add(normal_name(later.name))
    return _Platform(
        rarity=platform_rarity(seen.name for history in histories.values() for seen in history),
        bearers={name: frozenset(accounts) for name, accounts in bearers.items()},
        ids_of_name={name: tuple(found) for name, found in ids_of_name.items()},
        registered=registered,
        later_names={name: len(names) for name, names in successors.items()},
    )


def _signs(
    account_id: str, former: Seen, later: Seen, platform: _Platform, *, came_back: bool
) -> tuple[str, ...]:
    """Return what speaks for the same holder; if nothing does, what speaks for another."""
    known = [
        platform.registered[value]
        for value in sorted(former.legal_ids | later.legal_ids)
        if value in platform.registered
    ]
    by_later = any(platform.is_kin(name, later.name) for name in known)
    by_former = any(platform.is_kin(name, former.name) for name in known)
    compared = compare_names(former.name, later.name, platform.rarity)
    same = {
        "same_name": compared.level >= NameLevel.SAME,
        "kin": platform.is_kin(former.name, later.name),
        "id_as_name": any(former.name.strip() in value.split() for value in later.legal_ids),
        "registered_to_later": by_later,
        "came_back": came_back,
        "sets_up_for_others": platform.later_names.get(normal_name(former.name), 0) >= BOUGHT_MIN,
    }
    if any(same.values()):
        return tuple(sign for sign, holds in same.items() if holds)
    lives_on = platform.bearers.get(normal_name(former.name), frozenset()) - {account_id}
    other = {"registered_to_former": by_former, "former_lives_on": bool(lives_on)}
    held = tuple(sign for sign, holds in other.items() if holds)
    return (*held, *_strange(former, later, platform))


def is_buyer(ids_of_accounts: Sequence[frozenset[str]]) -> bool:
    """Tell whether accounts of one name hold legal ids that have nothing to do with each other."""
    counted = Counter(value for ids in ids_of_accounts for value in ids)
    return sum(all(counted[value] == 1 for value in ids) for ids in ids_of_accounts) > BOUGHT_MIN


def _change(
    account_id: str, former: Seen, later: Seen, signs: tuple[str, ...], *, enough: frozenset[str] = _ENOUGH
) -> NameChange:
    if "same_name" in signs:
        kind = "spelling"
    elif "sets_up_for_others" in signs:
        kind = "hands"
    elif any(sign in _SAME_HOLDER for sign in signs):
        kind = "rename"
    else:
        kind = "handover" if enough & set(signs) else "unclear"
    told = "; ".join({**_SAME_HOLDER, **_OTHER_HOLDER}[sign] for sign in signs)
    because = told or "nothing else says whether the holder changed"
    return NameChange(
        account_id=account_id,
        kind=kind,
        former=former,
        later=later,
        signs=signs,
        sentence=f'"{former.name}" became "{later.name}": {because}.',
    )
