"""Who is blocked because of who owns it: a least fixpoint over stakes that are intervals.

Law: blocked are the listed, and whoever the blocked own enough of, together, directly or through others that
are themselves owned enough; shares along a chain are not multiplied. With intervals there are two answers:
*certainly*, by what they hold at least, and *possibly*, by what they may hold at most. Blocking one more
person, or raising a blocked owner's stake, never frees anybody.
Source: OFAC, FAQs 398 to 402 (50 percent or more, in the aggregate, ownership and not control). Council of
the European Union, Best Practices: more than 50 percent until 2 July 2024, 50 percent or more from 3 July
2024, in the aggregate; control counts too. Sanctions and Anti-Money Laundering Act 2018, s. 62, and the UK
regulations' test: more than 50 percent, each owner apart, or control.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.authority.percentages import ANY, WHOLE, Share, percent, read_share
from debar.authority.problems import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from debar.authority.entities import Interest
    from debar.authority.problems import Findings

HALF: Final = WHOLE // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An authority's ownership rule.

    Args:
        name: ``ofac``, ``eu`` or ``uk``.
        at_least: Least share, in millionths, that makes an owned entity blocked.
        together: Whether the stakes of several blocked owners add up.
        control_counts: Whether control may block too.
        source: Where the rule stands.
    """

    name: str
    at_least: int
    together: bool
    control_counts: bool
    source: str


def rule_of(name: str, day: date) -> Rule:
    """Return a rule as it was on a day.

    Args:
        name: ``ofac``, ``eu`` or ``uk``.
        day: The EU's guidance moved the threshold on 3 July 2024.
    """
    if name == "ofac":
        return Rule(
            name=name, at_least=HALF, together=True, control_counts=False, source="OFAC FAQ 398 to 402"
        )
    if name == "uk":
        source = "Sanctions and Anti-Money Laundering Act 2018, s. 62"
        return Rule(name=name, at_least=HALF + 1, together=False, control_counts=True, source=source)
    assert name == "eu", "there are three rules"
    threshold = HALF if day >= date(2024, 7, 3) else HALF + 1
    return Rule(
        name=name,
        at_least=threshold,
        together=True,
        control_counts=True,
        source="EU Best Practices on restrictive measures, ownership and control",
    )


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stake:
    """What one entity holds of another, all records of it together.

    Args:
        owner: Who holds it.
        asset: What is held.
        low: At least so many millionths.
        high: At most so many.
    """

    owner: str
    asset: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Stakes and control ties, ready for the fixpoint.

    Args:
        stakes: Asset to its stakes, by owner.
        controls: Controlled entity to who may control it, with the words of the list.
        excess: Assets whose stakes add up to more than a whole.
    """

    stakes: Mapping[str, tuple[Stake, ...]]
    controls: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    excess: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """An entity that is not listed and that a rule may block.

    Args:
        entity_id: Whom.
        answer: ``certainly`` or ``possibly``.
        by_control: Whether control alone makes it possible.
        stakes: What blocked owners hold of it.
        controllers: Blocked entities that may control it, with the words of the list.
        path: From a listed entity to this one, ids in order.
        rule: The rule.
    """

    entity_id: str
    answer: str
    by_control: bool
    stakes: tuple[Stake, ...]
    controllers: tuple[tuple[str, str], ...]
    path: tuple[str, ...]
    rule: Rule

    def sentence(self, names: Mapping[str, str]) -> str:
        """Say why, with names for ids."""
        held = [f"{names.get(s.owner, s.owner)} holds {Share(low=s.low, high=s.high)}" for s in self.stakes]
        held += [f"{names.get(who, who)} may control it ({how})" for who, how in self.controllers]
        chain = " > ".join(names.get(one, one) for one in self.path)
        threshold = f"{percent(self.rule.at_least // 10_000 * 10_000)} % or more"
        if self.rule.at_least % 10_000:
            threshold = f"more than {percent(HALF)} %"
        return (
            f"{self.answer} {'controlled' if self.by_control else 'owned'} by who is listed: "
            f"{'; '.join(held)} (rule: {threshold}{', together' if self.rule.together else ''};"
            f" {self.rule.source}); chain: {chain}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "entity": self.entity_id,
            "answer": self.answer,
            "by_control": self.by_control,
            "rule": self.rule.name,
            "source": self.rule.source,
            "path": list(self.path),
            "stakes": [
                {"owner": s.owner, "low_percent": percent(s.low), "high_percent": percent(s.high)}
                for s in self.stakes
            ],
            "controllers": [{"entity": who, "how": how} for who, how in self.controllers],
        }


def holdings_of(interests: Iterable[Interest], *, on: date, findings: Findings, file: str) -> Holdings:
    """Gather who holds what on a day.

    Several records of one owner and asset may be one stake written twice or two stakes: at least the
    largest of them is held, at most all of them together. A record whose days may lie outside counts for
    what is possible only.
    """
    shares: dict[tuple[str, str], list[Share]] = defaultdict(list)
    controls: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for interest in interests:
        when = _when(interest, on)
        if when == "outside" or interest.source == interest.target:
            continue
        if interest.schema == "Ownership":
            share = read_share(interest.percentage)
            if share is None:
                findings.add("DBR-O017", place(file, None, column="percentage", value=interest.percentage))
                share = ANY
            low = share.low if when == "inside" else 0
            shares[interest.source, interest.target].append(Share(low=low, high=share.high))
        elif interest.schema == "Control":
            controls[interest.target].add((interest.source, interest.role or "the list says so"))
    stakes: dict[str, list[Stake]] = defaultdict(list)
    for (owner, asset), held in sorted(shares.items()):
        low, high = max(s.low for s in held), min(WHOLE, sum(s.high for s in held))
        stakes[asset].append(Stake(owner=owner, asset=asset, low=low, high=high))
    excess = {asset for asset, held in stakes.items() if sum(stake.low for stake in held) > WHOLE}
    for asset in sorted(excess):
        total = percent(sum(stake.low for stake in stakes[asset]))
        findings.add("DBR-O018", place(file, None, column=asset, value=f"{total} %"))
    return Holdings(
        stakes={asset: tuple(held) for asset, held in stakes.items()},
        controls={asset: tuple(sorted(found)) for asset, found in controls.items()},
        excess=frozenset(excess),
    )


def _when(interest: Interest, day: date) -> str:
    """Tell whether an interest holds on a day: ``inside``, ``outside``, or ``unclear`` by its dates."""
    start, end = interest.start, interest.end
    if (start and start.first > day) or (end and end.last < day):
        return "outside"
    if (start and start.last > day) or (end and end.first < day):
        return "unclear"
    return "inside"


def derive(listed: Iterable[str], holdings: Holdings, rule: Rule) -> dict[str, Derived]:
    """Return whom a rule blocks besides the listed.

    Args:
        listed: Whose funds are frozen by listing, under a programme of this rule.
        holdings: Who holds what.
        rule: The rule.

    Returns:
        Entity id to what was derived, certainly and possibly blocked alike; others are not blocked.
    """
    named = frozenset(listed)
    certain = _fixpoint(named, holdings, lambda asset, inside: _surely(asset, inside, holdings, rule))
    possible = _fixpoint(named, holdings, lambda asset, inside: _perhaps(asset, inside, holdings, rule))
    assert certain.keys() <= possible.keys(), "what is certain is possible"
    return {
        entity: _derived(entity, certain, possible, holdings, rule)
        for entity in sorted(possible)
        if entity not in named
    }


def _fixpoint(
    named: frozenset[str],
    holdings: Holdings,
    blocks: Callable[[str, Mapping[str, str | None]], str | None],
) -> dict[str, str | None]:
    """Return the blocked, each with the entity through which it was reached first; listed ones with None.

    Round by round: an asset is looked at again whenever one of its owners joins, and joins once, so that
    cycles end.
    """
    owned: dict[str, set[str]] = defaultdict(set)
    for asset, held in holdings.stakes.items():
        for stake in held:
            owned[stake.owner].add(asset)
    for asset, controllers in holdings.controls.items():
        for who, _ in controllers:
            owned[who].add(asset)
    inside: dict[str, str | None] = dict.fromkeys(sorted(named))
    fresh = sorted(named)
    while fresh:
        touched = sorted({asset for one in fresh for asset in owned.get(one, ())} - inside.keys())
        reached = {asset: through for asset in touched if (through := blocks(asset, inside)) is not None}
        inside |= reached
        fresh = sorted(reached)
    return inside


def _surely(asset: str, inside: Mapping[str, str | None], holdings: Holdings, rule: Rule) -> str | None:
    held = [stake for stake in holdings.stakes.get(asset, ()) if stake.owner in inside and stake.low]
    total = _together([stake.low for stake in held], rule)
    return _largest(held) if held and total >= rule.at_least else None


def _perhaps(asset: str, inside: Mapping[str, str | None], holdings: Holdings, rule: Rule) -> str | None:
    if _may_be_owned(asset, inside, holdings, rule):
        return _largest([stake for stake in holdings.stakes[asset] if stake.owner in inside and stake.high])
    if rule.control_counts:
        return next((who for who, _ in holdings.controls.get(asset, ()) if who in inside), None)
    return None


def _may_be_owned(asset: str, inside: Mapping[str, str | None], holdings: Holdings, rule: Rule) -> bool:
    """Tell whether the blocked may hold enough: at most what each may, and what others leave them."""
    stakes = holdings.stakes.get(asset, ())
    held = [stake.high for stake in stakes if stake.owner in inside and stake.high]
    total = _together(held, rule)
    if asset not in holdings.excess:
        total = min(total, WHOLE - sum(stake.low for stake in stakes if stake.owner not in inside))
    return bool(held) and total >= rule.at_least


def _together(shares: Sequence[int], rule: Rule) -> int:
    return sum(shares) if rule.together else max(shares, default=0)


def _largest(held: Sequence[Stake]) -> str:
    return max(held, key=lambda stake: (stake.low, stake.high, stake.owner)).owner


def _derived(
    entity: str,
    certain: Mapping[str, str | None],
    possible: Mapping[str, str | None],
    holdings: Holdings,
    rule: Rule,
) -> Derived:
    inside = certain if entity in certain else possible
    stakes = tuple(s for s in holdings.stakes.get(entity, ()) if s.owner in inside and s.high)
    controllers = holdings.controls.get(entity, ()) if rule.control_counts else ()
    path: list[str] = [entity]
    while (through := inside[path[-1]]) is not None:
        path.append(through)
    return Derived(
        entity_id=entity,
        answer="certainly" if entity in certain else "possibly",
        by_control=entity not in certain and not _may_be_owned(entity, possible, holdings, rule),
        stakes=stakes,
        controllers=tuple((who, how) for who, how in controllers if who in inside),
        path=tuple(reversed(path)),
        rule=rule,
    )
