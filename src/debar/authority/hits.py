"""A hit: an account that may be a listed entity, how firmly, and in words what speaks for it and against.

Law: a hit is a question for a person. A name that is all that a list says of somebody gives "names only:
check by hand", and a weak alias alone gives nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from debar.authority.identifying import HANDLE, LEGAL_KINDS, NUMBERS, countries_of, order_of
from debar.authority.measures import KINDS
from debar.authority.names_met import MILLION, weak_names_of
from debar.evidence.name_comparison import same_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.authority.identifying import Value
    from debar.authority.names_met import NameMet
    from debar.authority.standing import Standing

GRADES: Final = ("identified", "corroborated", "name", "pointing", "service", "names only")
"""How firm a hit is, the firmest first."""

GRADE_MEANS: Final = {
    "identified": "an identifier that is given to one holder at a time is the same",
    "corroborated": "a name and something else, or two signs of different kinds, are the same",
    "name": "the name is the same",
    "pointing": "something that others may use or plant is the same",
    "service": "a matching service says so, and debar's own comparison does not find it",
    "names only": "names only: check by hand; the list says nothing else of it",
}

CHANCE_TOLD: Final = 10_000
"""From a hundredth of an account on, what would bear a name by chance is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a platform says of an account.

    Args:
        account_id: The account.
        name: Its name.
        legal_name: The legal entity that it states, if any.
        handle: Its handle, if any.
        country: Its country, if any.
    """

    account_id: str
    name: str
    legal_name: str
    handle: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """An identifier that an account and an entity both hold.

    Args:
        value: The entity's.
        holders: How many accounts of the platform hold it.
        source: Whence the platform has it.
    """

    value: Value
    holders: int
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An account that may be a listed entity.

    Args:
        account: The account.
        standing: The entity, and what stands against it.
        list_name: On which list.
        grade: One of :data:`GRADES`.
        met: The name that is the same, if one is.
        shared: Identifiers that are the same.
        evidence: What speaks for it, in sentences, the firmest first.
        against: What speaks against it, in sentences.
        rank: Its place among the hits, from 1.
        outside_score: What a matching service says, as it says it; empty where none was asked.
    """

    account: Account
    standing: Standing
    list_name: str
    grade: str
    met: NameMet | None
    shared: tuple[Shared, ...]
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    rank: int = 0
    outside_score: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the hit as a JSON object."""
        return {
            "rank": self.rank,
            "account_id": self.account.account_id,
            "name": self.account.name,
            "list": self.list_name,
            "entity": self.standing.entity.entity_id,
            "caption": self.standing.entity.caption,
            "grade": self.grade,
            "score": f"{self.met.score / MILLION:.3f}" if self.met else None,
            "by_chance": f"{self.met.by_chance_millionths / MILLION:.4f}" if self.met else None,
            "name_level": self.met.comparison.level.name.lower() if self.met else None,
            "identifiers": [
                {"kind": s.value.kind, "label": s.value.label, "shown": s.value.shown, "holders": s.holders}
                for s in self.shared
            ],
            "evidence": list(self.evidence),
            "against": list(self.against),
            "outside_score": self.outside_score or None,
            **self.standing.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What of a platform bears on a hit.

    Args:
        platform_name: What people call it.
        crowd_cap: A value that more accounts hold says little.
    """

    platform_name: str
    crowd_cap: int


def ranked(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Give hits their places."""
    ordered = sorted(
        hits,
        key=lambda hit: (
            GRADES.index(hit.grade),
            -(hit.met.weight if hit.met else 0),
            KINDS.index(hit.standing.measure),
            hit.account.account_id,
            hit.list_name,
            hit.standing.entity.entity_id,
        ),
    )
    return tuple(replace(hit, rank=place) for place, hit in enumerate(ordered, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What an account and an entity have in common.

    Args:
        met: The name that is the same, if one is.
        shared: Identifiers that are the same, in every way in which they were found.
        has_number: Whether the account states a legal number at all.
    """

    met: NameMet | None
    shared: Sequence[Shared]
    has_number: bool = False


def make_hit(account: Account, standing: Standing, signs: Signs, setting: Setting, *, list_name: str) -> Hit:
    """Make a hit of what an account and an entity have in common."""
    shared = tuple(
        sorted(_once(signs.shared), key=lambda s: (not s.value.identifies, s.holders, order_of(s.value)))
    )
    return Hit(
        account=account,
        standing=standing,
        list_name=list_name,
        grade=_grade(account, standing, signs.met, shared, setting.crowd_cap),
        met=signs.met,
        shared=shared,
        evidence=tuple(_evidence(account, standing, signs.met, shared)),
        against=tuple(_against(account, standing, replace(signs, shared=shared), setting)),
    )


def _once(shared: Iterable[Shared]) -> Iterable[Shared]:
    """Keep one of the ways in which a number, or a domain, is the same."""
    best: dict[tuple[str, str], Shared] = {}
    for one in sorted(shared, key=lambda s: order_of(s.value)):
        best.setdefault((one.value.label, one.value.shown), one)
    return best.values()


def is_bare(standing: Standing) -> bool:
    """Tell whether a list says nothing of somebody but names."""
    said = set(standing.entity.properties) - {"topics", "programId", "program", "sourceUrl"}
    return said <= {"name", "alias", "weakAlias", "previousName", "abbreviation"}


def _grade(
    account: Account, standing: Standing, met: NameMet | None, shared: Sequence[Shared], crowd_cap: int
) -> str:
    telling = [one for one in shared if one.holders <= crowd_cap]
    if any(one.value.identifies for one in telling):
        return "identified"
    weak = any(same_name(account.name, name) for name in weak_names_of(standing.entity)) if telling else False
    if telling and (met is not None or weak or len({_family(one) for one in telling}) > 1):
        return "corroborated"
    if met is not None:
        return "names only" if is_bare(standing) else "name"
    return "pointing"


def _family(shared: Shared) -> str:
    return "web" if shared.value.kind in ("domain", "email_domain") else shared.value.kind


def _evidence(
    account: Account, standing: Standing, met: NameMet | None, shared: Sequence[Shared]
) -> Iterable[str]:
    for one in shared:
        where = "its ads lead there" if one.source == "derived:landing_url" else "the account holds it"
        yield f"{one.value.label} {one.value.shown} is the listed one ({where}; {_holders(one.holders)})"
    if met is not None:
        alike = "is" if met.comparison.level.name in ("EQUAL", "SAME") else "is spelt or completed much as"
        yield f'its name "{met.ours}" {alike} "{met.theirs}" (score {met.score / MILLION:.2f})'
    for name in weak_names_of(standing.entity):
        if (shared or met) and same_name(account.name, name):
            yield f'its name is also the weak alias "{name}"'
    if account.country and account.country in countries_of(standing.entity):
        yield f"the country is the same ({account.country})"


def _holders(count: int) -> str:
    return "no other account does" if count == 1 else f"{count - 1:,} other account{'s' * (count > 2)} too"


def _against(account: Account, standing: Standing, signs: Signs, setting: Setting) -> Iterable[str]:
    countries = countries_of(standing.entity)
    if account.country and countries and account.country not in countries:
        yield f"another country: {account.country}, and the list says {', '.join(sorted(countries))}"
    listed_number = any(standing.entity.values(prop) for prop in NUMBERS)
    number_shared = any(one.value.kind in LEGAL_KINDS for one in signs.shared)
    if signs.has_number and listed_number and not number_shared:
        yield "it states a registration or tax number, and none of the listed ones"
    if (met := signs.met) is not None:
        if met.short:
            yield f'a short name: "{met.theirs}"'
        if met.by_chance_millionths >= CHANCE_TOLD:
            chance = f"{met.by_chance_millionths / MILLION:,.2f}"
            yield f"by chance {chance} accounts here would bear such a name"
    for one in signs.shared:
        if one.holders > setting.crowd_cap:
            yield f"{one.value.label} {one.value.shown} is held by {one.holders:,} accounts here"
        service = one.value.label.partition(" on ")[2]
        if one.value.kind == HANDLE and service and not same_name(service, setting.platform_name or service):
            yield f"the user name is one on {service}"
    if standing.derived and not standing.listings and all(d.answer == "possibly" for d in standing.derived):
        yield "that it is owned by who is listed is possible, and not certain"
