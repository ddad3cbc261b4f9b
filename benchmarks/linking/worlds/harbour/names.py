"""What accounts call themselves, and whom they name as contracting party.

Law: one owner's names are alike because people are lazy, not because they are told to be; strangers' names
are alike as often as there are few good words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.worlds.harbour.mint import NOTHING, Bools, Ints
from benchmarks.linking.worlds.harbour.spellings import vary_name
from benchmarks.linking.worlds.harbour.words import CITIES, COUNTRIES

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.texts import Texts
    from benchmarks.linking.worlds.harbour.traces import Scene

SOLE: Final = 0.2
"""Share of small owners that trade under their own person's name."""

_PLACES: Final = {country: names.split("|") for country, names in CITIES.items()}
_ADDITIONS: Final = (
    "Ads",
    "Official",
    "2",
    "EU",
    "Shop",
    "Main",
    "New",
    "Retargeting",
    "Brand",
    "USD",
    "Test 2",
    "Performance",
)


def _sole(scene: Scene, holding: Ints) -> Bools:
    """Tell whose holder trades as a person; a household's people do so twice as often."""
    owners = scene.cast.owners
    owner = scene.cast.holdings.owner[holding]
    share = np.where(owners.household[owner] != NOTHING, 2 * SOLE, SOLE)
    lot = (np.asarray(owner, dtype=np.float64) * 0.7548776662 + 0.31) % 1
    plain = (owners.size[owner] <= 3) & ~scene.cast.holdings.hidden[holding]
    sole: Bools = plain & (owners.franchise[owner] == NOTHING) & (lot < share)
    return sole


def account_names(scene: Scene, texts: Texts, last: Ints) -> list[str]:
    """Name every account: after the brand it shows, in the words of whoever set it up.

    Args:
        scene: The scene.
        texts: Writes brands and people.
        last: Each account's present holding; half of the sold accounts keep their old name.
    """
    rng, cast = scene.rng, scene.cast
    count = len(last)
    holding = np.where(rng.random(count) < 0.5, np.arange(count), last)
    brands = texts.brand(scene.shown[holding])
    people = texts.person(scene.staff.person.first(cast.holdings.owner[holding]))
    agency = cast.holdings.agency[holding]
    houses = texts.brand(scene.brand[cast.agencies.owner]) if len(cast.agencies.owner) else [""]
    place = cast.holdings.country[holding]
    franchise = cast.owners.franchise[cast.holdings.owner[holding]] != NOTHING
    draws = rng.random((count, 4)).tolist()
    names = []
    rows = zip(brands, people, agency.tolist(), place.tolist(), franchise.tolist(), draws,
               _sole(scene, holding).tolist(), strict=True)  # fmt: skip
    for brand, person, run, land, branch, (a, b, c, d), sole in rows:
        name = " ".join(person) if sole and a < 0.6 else vary_name(brand, a)
        places = _PLACES[COUNTRIES[land].code]
        if branch or b < 0.06:
            name = f"{name} {places[int(c * len(places))]}"
        elif b < 0.25:
            name = f"{name} {_ADDITIONS[int(c * len(_ADDITIONS))]}"
        if run != NOTHING and d < 0.2:
            house = houses[run].split()[0]
            name = (f"{house} - {name}", f"{name} | {house}", f"{house}_{name}_{2020 + int(c * 5)}")[
                int(c * 3)
            ]
        names.append(name)
    return names


def legal_names(scene: Scene, texts: Texts, last: Ints) -> list[str | None]:
    """Name the contracting parties: the company with its legal form, or the person; often nobody."""
    rng, cast = scene.rng, scene.cast
    count = len(last)
    holding = np.where(rng.random(count) < 0.4, np.arange(count), last)
    owner = cast.holdings.owner[holding]
    country, brand, _ = scene.mint.table("company")
    company = scene.company[holding]
    brands = texts.brand(np.maximum(brand[company], 0))
    people = texts.person(scene.staff.person.first(owner))
    masks = texts.person(scene.personas.person.pick(owner, rng, 1.5))
    stated = rng.random(count) < scene.rates.legal_name * scene.tidy[holding]
    hidden = cast.holdings.hidden[holding] & ~cast.holdings.thief[holding]
    paid = _purse_names(scene, texts, holding)
    draws = rng.random((count, 3)).tolist()
    names: list[str | None] = []
    rows = zip(
        brands, people, masks, country[company].tolist(), stated.tolist(), hidden.tolist(), paid, draws,
        _sole(scene, holding).tolist(), strict=True,
    )  # fmt: skip
    for text, person, mask, land, says, hides, payer, (a, b, c), sole in rows:
        if not says:
            names.append(None)
        elif payer and c < 0.25:
            names.append(payer)
        elif sole or (hides and c < 0.5):
            first, family = mask if hides else person
            names.append(vary_name(f"{first} {family}" if a < 0.8 else f"{family} {first}", b))
        else:
            names.append(_company(text, COUNTRIES[land].forms, a, b))
    return names


def _purse_names(scene: Scene, texts: Texts, holding: Ints) -> list[str | None]:
    """Return the agency's legal name where it pays: some of its clients' accounts are contracted by it."""
    agencies = scene.cast.agencies
    if not len(agencies.owner):
        return [None] * len(holding)
    brands = texts.brand(scene.brand[agencies.owner])
    whole = [_company(text, COUNTRIES[land].forms, 0.9, 0.9) for text, land in
             zip(brands, agencies.country.tolist(), strict=True)]  # fmt: skip
    agency = scene.cast.holdings.agency[holding]
    pays = (agency != NOTHING) & agencies.pays[agency]
    return [whole[run] if pay else None for run, pay in zip(agency.tolist(), pays.tolist(), strict=True)]


def _company(text: str, forms: tuple[tuple[str, ...], ...], a: float, b: float) -> str:
    spellings = forms[len(text) % len(forms)]
    form = spellings[0] if a < 0.6 else spellings[int(a * 97) % len(spellings)]
    if a > 0.92:
        form = ""
    name = vary_name(text, b)
    if form.startswith(("ООО", "ТОВ", "Общество")):
        return f"{form} «{name}»" if a < 0.5 else f"{form} {name}"
    return f"{name} {form}".strip()
