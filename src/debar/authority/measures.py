"""What a listing means for an advertiser, by its programme, with the clause that says so.

Law: the measure follows from the programme alone. A programme that is not in the table says "measure
unknown": nobody's funds are called frozen because a list was long. Nothing here is legal advice.
Source: Reg. (EU) 269/2014, Art. 2; Reg. (EU) 833/2014, Art. 2b and 2f with annexes IV and XV (2f by Reg. (EU)
2022/350); Reg. (EU) 2024/2642, Art. 2; OFAC, FAQs 398 to 402; keys of programmes: OpenSanctions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ASSET_FREEZE: Final = "asset freeze"
DISTRIBUTION_BAN: Final = "distribution ban"
TRADE: Final = "trade restriction"
EXCLUSION: Final = "exclusion from procurement"
OWNERSHIP: Final = "ownership-derived"
NO_MEASURE: Final = "no measure"
UNKNOWN: Final = "measure unknown"

KINDS: Final = (ASSET_FREEZE, OWNERSHIP, DISTRIBUTION_BAN, TRADE, EXCLUSION, UNKNOWN, NO_MEASURE)
"""Measures, the gravest for an advertiser first."""

MEANS: Final = {
    ASSET_FREEZE: "No funds or economic resources may be made available to it, and what it has is frozen:"
    " taking its money for ads and running them are both in question.",
    DISTRIBUTION_BAN: "Its content may not be broadcast, nor its broadcast be enabled, by anybody; an ad that"
    " carries it is caught. It is no asset freeze, and no ownership rule hangs on it.",
    TRADE: "Some goods, services or loans may not be supplied to it; advertising by it is not named.",
    EXCLUSION: "It may not be awarded public contracts; advertising by it is not named.",
    OWNERSHIP: "It is not listed itself: it is owned, or may be controlled, by who is.",
    NO_MEASURE: "The list says who it is (such as a holder of public office); nothing is forbidden by that.",
    UNKNOWN: "debar does not know what follows from this programme: ask a lawyer.",
}
"""Measure to what it means, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a listing means.

    Args:
        kind: One of :data:`KINDS`.
        clause: The article, rule or page that says so; empty where it is not known.
        rule: Whose ownership rule extends it: ``ofac``, ``eu``, ``uk``; empty where none does.
    """

    kind: str
    clause: str = ""
    rule: str = ""

    @property
    def means(self) -> str:
        """What it means, as a sentence."""
        return MEANS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One row of the table.

    Args:
        keys: How lists call it; compared without case, spaces and punctuation.
        measure: What a listing under it means.
    """

    keys: tuple[str, ...]
    measure: Measure


def _row(keys: str, kind: str, clause: str, rule: str = "") -> Programme:
    return Programme(keys=tuple(keys.split(" | ")), measure=Measure(kind=kind, clause=clause, rule=rule))


_OFAC: Final = "blocking under the programme's order or act, 31 CFR chapter V; OFAC FAQ 398 to 402"
_UK: Final = "Sanctions and Anti-Money Laundering Act 2018, s. 3, and the programme's regulations"

TABLE: Final = (
    _row("EU-UKR | UKR | 32014R0269 | 269/2014", ASSET_FREEZE, "Reg. (EU) 269/2014, Art. 2", "eu"),
    _row(
        "833/2014 annex XV | 32014R0833 annex XV | 2022/350 | 32022R0350",
        DISTRIBUTION_BAN,
        "Reg. (EU) 833/2014, Art. 2f and annex XV",
    ),
    _row(
        "833/2014 annex IV | 32014R0833 annex IV",
        TRADE,
        "Reg. (EU) 833/2014, Art. 2b and annex IV",
    ),
    _row(
        "EU-RUSDA | RUSDA | 32024R2642 | 2024/2642",
        ASSET_FREEZE,
        "Reg. (EU) 2024/2642, Art. 2 and annex I",
        "eu",
    ),
    _row("EU-BLR | BLR | 32006R0765 | 765/2006", ASSET_FREEZE, "Reg. (EC) 765/2006, Art. 2", "eu"),
    _row("EU-CYB | CYB | 32019R0796 | 2019/796", ASSET_FREEZE, "Reg. (EU) 2019/796, Art. 3", "eu"),
    _row("EU-HR | HR | 32020R1998 | 2020/1998", ASSET_FREEZE, "Reg. (EU) 2020/1998, Art. 3", "eu"),
    _row("EU-TERR | TERR | 32001R2580 | 2580/2001", ASSET_FREEZE, "Reg. (EC) 2580/2001, Art. 2", "eu"),
    _row(
        "US-RUSHAR | RUSSIA-EO14024 | UKRAINE-EO13660 | UKRAINE-EO13661 | UKRAINE-EO13685 | US-CYB | CYBER2"
        " | US-GLOMAG | GLOMAG | MAGNIT | ELECTION-EO13848 | BELARUS | BELARUS-EO14038 | SDGT",
        ASSET_FREEZE,
        _OFAC,
        "ofac",
    ),
    _row(
        "GB-RUS | The Russia (Sanctions) (EU Exit) Regulations 2019 | GB-BLR | GB-CYB | GB-HR | GB-CT",
        ASSET_FREEZE,
        _UK,
        "uk",
    ),
)
"""Programmes that debar knows. EU-RUS is not among them on purpose: under that key lists keep asset freezes
and sectoral rules alike."""

NO_MEASURE_TOPICS: Final = frozenset(
    {"role.pep", "role.rca", "role.oligarch", "role.lobby", "role.judge", "role.civil", "poi", "pol.party"}
)
"""Topics that say who somebody is, and nothing else."""

_GRAVE: Final = (
    "sanction sanction.linked sanction.control sanction.counter debarment export.control"
    " export.control.linked export.risk invest.ban invest.risk asset.frozen reg.action reg.warn corp.disqual"
    " corp.shell crime crime.boss crime.cyber crime.fin crime.fraud crime.terror crime.theft crime.traffick"
    " crime.war wanted mare.detained mare.shadow forced.labor"
)

LISTED_TOPICS: Final = NO_MEASURE_TOPICS | frozenset(_GRAVE.split())
"""Topics that make an entity listed."""


def folded(text: str) -> str:
    """Return a programme's name without case, spaces and punctuation."""
    return "".join(c for c in text.casefold() if c.isalnum())


_BY_KEY: Final = {folded(key): row.measure for row in TABLE for key in row.keys}
_REGULATION: Final = re.compile(r"\b(\d{3,4}/\d{4}|20\d\d/\d{1,4})\b")
_CELEX: Final = re.compile(r"\b3\d{4}R\d{4}\b")
_ANNEX: Final = re.compile(r"\bannex\s+([IVXL]+)\b", re.IGNORECASE)


def measure_of(programme_ids: Iterable[str], programmes: Iterable[str], *, provisions: str = "") -> Measure:
    """Return what a listing means.

    Args:
        programme_ids: OpenSanctions' keys.
        programmes: The programmes as the list writes them.
        provisions: What the list says follows; it may name an annex.

    Returns:
        The measure of the first programme that the table knows, keys before names; else
        "measure unknown", with what the list itself says as the clause.

    Example:
        >>> measure_of(["EU-UKR"], []).kind, measure_of([], ["EU 2022/350"]).kind
        ('asset freeze', 'distribution ban')
        >>> measure_of([], ["Somebody's list"]).kind
        'measure unknown'
    """
    named = [*programme_ids, *programmes]
    for text in named:
        if (found := _BY_KEY.get(folded(text))) is not None:
            return found
    for text in programmes:
        if (found := _by_regulation(f"{text} {provisions}")) is not None:
            return found
    says = f'the list says "{provisions}"' if provisions else ""
    return Measure(kind=UNKNOWN, clause=says)


def _by_regulation(text: str) -> Measure | None:
    """Find a regulation by its number in a text, with its annex where the measure hangs on it."""
    annexes = [found.group(1).upper() for found in _ANNEX.finditer(text)]
    for number in (*_CELEX.findall(text), *_REGULATION.findall(text)):
        for key in (*(f"{number} annex {annex}" for annex in annexes), number):
            if (found := _BY_KEY.get(folded(key))) is not None:
                return found
    return None
