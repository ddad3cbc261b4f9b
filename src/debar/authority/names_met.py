"""Which names of a platform are names of a list: by evidence's comparison, its score calibrated once.

Law: names meet by keys and are judged by comparing; a weak alias alone is nothing. A score is the share of
labelled pairs, this alike, that were one party; beside it stands how many of the platform's accounts would
bear such a name by chance.
Source: of 826 labelled pairs of names, 310 compare as ``NEAR`` or better; ``python -m benchmarks.screen``
counts them anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from debar.evidence.name_comparison import is_short
from debar.evidence.naming.comparing import NameLevel, compare_names
from debar.evidence.naming.keys import name_keys
from debar.evidence.naming.reading import read_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.authority.entities import Entity
    from debar.evidence.naming.comparing import NameComparison
    from debar.evidence.naming.rarity import Rarity

LABELLED: Final = {NameLevel.EQUAL: (110, 110), NameLevel.SAME: (16, 17), NameLevel.NEAR: (176, 182)}
"""Level to labelled pairs that were one party, and labelled pairs in all."""

CROWD_MAX: Final = 40
"""A word that more names of the list bear brings no pair together; whole names always do."""

ALIKE_MIN: Final = 75
"""Names that have one word in common are compared where their words are this alike (of 100): of 454 labelled
pairs that compare as ``NEAR`` or better, this leaves out four."""

MILLION: Final = 1_000_000


def calibrated(level: NameLevel) -> int:
    """Return the score of a level in millionths: one party of the labelled pairs, with one of each added.

    Example:
        >>> calibrated(NameLevel.EQUAL) > calibrated(NameLevel.NEAR) > 900_000
        True
    """
    same, pairs = LABELLED[level]
    return MILLION * (same + 1) // (pairs + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMet:
    """A name of the platform that is a name of an entity.

    Args:
        entity_id: Whose.
        theirs: As the list writes it.
        ours: As the platform writes it.
        comparison: How they relate, at least ``NEAR``.
        by_chance_millionths: How many accounts here would bear such a name by chance, in millionths.
    """

    entity_id: str
    theirs: str
    ours: str
    comparison: NameComparison
    by_chance_millionths: int

    @property
    def score(self) -> int:
        """The calibrated score, in millionths."""
        return calibrated(self.comparison.level)

    @property
    def weight(self) -> int:
        """The score, less the more accounts would bear the name by chance: what hits are ranked by."""
        return self.score * MILLION // (MILLION + self.by_chance_millionths)

    @property
    def short(self) -> bool:
        """Whether the list's name is too short to resemble another by anything but chance."""
        return is_short(self.theirs)


def names_of(entity: Entity) -> tuple[str, ...]:
    """Return the names by which an entity may be found."""
    parts = entity.values("firstName", "middleName", "lastName") if entity.schema == "Person" else ()
    whole = () if entity.values("name") or len(parts) < 2 else (" ".join(parts),)
    return tuple(dict.fromkeys((*entity.values("name", "alias", "previousName"), *whole)))


def weak_names_of(entity: Entity) -> tuple[str, ...]:
    """Return the names that are evidence only beside something else."""
    return entity.values("weakAlias", "abbreviation")


class NameIndex:
    """The names of a list, by their keys."""

    def __init__(self, names: Iterable[tuple[str, str]], rarity: Rarity) -> None:
        """Index names.

        Args:
            names: (entity id, name) pairs.
            rarity: How rare words are on the platform.
        """
        self._rarity = rarity
        bearers: dict[str, list[str]] = defaultdict(list)
        for entity_id, name in names:
            bearers[name].append(entity_id)
        self._bearers: Mapping[str, list[str]] = bearers
        self._forms: dict[str, str] = {}
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for name in bearers:
            self._forms[name] = " ".join(" ".join(alias) for alias in read_name(name).aliases)
            for key in name_keys(name, rarity):
                self._by_key[key].append(name)

    def meet(self, name: str, *, accounts: int, bearers: int = 1) -> list[NameMet]:
        """Return the entities of which this is a name, each by its most alike name.

        Args:
            name: As the platform writes it.
            accounts: How many accounts the platform has, to say how many bear such a name by chance.
            bearers: How many bear this one: chance explains no more than there are.
        """
        best: dict[str, NameMet] = {}
        for theirs in sorted(self._candidates(name)):
            found = compare_names(theirs, name, self._rarity)
            if found.level < NameLevel.NEAR:
                continue
            expected = round(MILLION * accounts * 2.0 ** (-found.agreeing_millibits / 1000))
            chance = min(expected, MILLION * bearers)
            for entity_id in self._bearers[theirs]:
                met = NameMet(
                    entity_id=entity_id,
                    theirs=theirs,
                    ours=name,
                    comparison=found,
                    by_chance_millionths=chance,
                )
                if entity_id not in best or best[entity_id].weight < met.weight:
                    best[entity_id] = met
        return [best[entity_id] for entity_id in sorted(best)]

    def _candidates(self, name: str) -> set[str]:
        """Return the names worth comparing: those that meet by a whole key, by two words, or look alike."""
        met: dict[str, int] = defaultdict(int)
        for key in name_keys(name, self._rarity):
            names = self._by_key.get(key, ())
            whole = not key.startswith(("word:", "initials:"))
            if whole or len(names) <= CROWD_MAX:
                for one in names:
                    met[one] += 1 if key.startswith("word:") else 2
        once = [one for one, times in met.items() if times == 1]
        words = [" ".join(alias) for alias in read_name(name).aliases]
        alike = {
            once[place]
            for form in words
            for _, _, place in process.extract_iter(
                form, [self._forms[one] for one in once], scorer=fuzz.token_set_ratio, score_cutoff=ALIKE_MIN
            )
        }
        return {one for one, times in met.items() if times > 1} | alike
