"""What the platform wrote down: accounts, the rows of their identifiers, and who truly held them.

Law: rows are written as things happen and come out shuffled, under ids drawn by chance; only ``truth``
keeps who held what.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from benchmarks.linking.world import World
from benchmarks.linking.worlds.bazaar.words import JUNK, Country

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping

    from benchmarks.linking.worlds.bazaar.market import Crowded
    from benchmarks.linking.worlds.bazaar.rates import Rates

START: Final = dt.date(2012, 3, 1)
DAYS: Final = 2_100
"""Days that the bazaar runs; every day in it is counted from :data:`START`."""

_EPOCH_DAYS: Final = (START - dt.date(1970, 1, 1)).days
_LEVELS: Final = 33

_ROLES: Final = {"card": "payer", "admin": "admin", "device": "admin", "ip": "admin"}
"""Kind to the role that a platform takes for granted; it seldom knows an agency for one."""

Use = dict[str, list[tuple[str, str]]]
"""Kind to the values that are in use, each with its role."""


@dataclass(slots=True)
class Holding:
    """One holder of an account, from a day on; ``None`` is the beginning."""

    owner: int
    operator: int
    covert: bool
    from_day: int | None


@dataclass(slots=True)
class Row:
    """One identifier of an account; days count from :data:`START`."""

    kind: str
    value: str
    role: str
    first: int
    last: int
    source: str


@dataclass(slots=True)
class Account:
    """An account while it lives; days count from :data:`START`."""

    place: int
    country: Country
    opened: int
    ends: int
    known: frozenset[str]
    name: str
    legal_name: str | None = None
    manager: str | None = None
    declared: bool = False
    holders: list[Holding] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def since(self) -> int:
        """Day from which its last holder has it."""
        return self.holders[-1].from_day or self.opened


class Sheet:
    """The platform's notes."""

    def __init__(self, rng: random.Random, rates: Rates, lines: Mapping[str, Crowded]) -> None:
        self.rng = rng
        self.accounts: list[Account] = []
        self._junk = rates.junk
        self._lines = lines
        self._known = _known_at(rates.coverage, rates.depth)
        self._written: set[tuple[int, str, str]] = set()

    def open(self, name: str, country: Country, day: int, holder: Holding, *, life: float) -> Account:
        """Open an account: how much the platform asks of it is settled at sign-up."""
        rng = self.rng
        level = min(_LEVELS - 1, max(0, round(rng.gauss(0, 1) * 5) + _LEVELS // 2))
        known = frozenset(kind for kind, rate in self._known[level].items() if rng.random() < rate)
        ends = min(DAYS, day + 3 + int(rng.lognormvariate(math.log(life), 0.8)))
        account = Account(
            place=len(self.accounts), country=country, opened=day, ends=max(day, ends), known=known, name=name
        )
        account.holders.append(holder)
        self.accounts.append(account)
        return account

    def write(self, account: Account, use: Use, first: int, last: int) -> None:
        """Note what an account uses between two days, as far as the platform asks for it."""
        rng = self.rng
        for kind, values in use.items():
            if kind not in account.known:
                continue
            if rng.random() < self._junk:
                self._row(account, kind, rng.choice(JUNK[kind]), "", first, last)
                if rng.random() < 0.5:
                    continue
            for value, role in values:
                line = self._lines.get(value)
                self._row(account, kind, line.draw() if line else value, role, first, last)

    def _row(self, account: Account, kind: str, value: str, role: str, first: int, last: int) -> None:
        key = (account.place, kind, value)
        if not value or key in self._written:
            return
        self._written.add(key)
        rng = self.rng
        start = min(DAYS, max(0, first + int(rng.expovariate(0.12))))
        end = max(start, min(last, DAYS) - int(rng.expovariate(0.08)))
        if kind == "legal_id" and rng.random() < 0.2:
            kind = "tax_id"
        source = "signup" if start < account.opened + 10 else "change"
        if role == "agency" and rng.random() < 0.8:
            role = _ROLES.get(kind, "owner")
        shown = role if rng.random() < 0.6 else ""
        written = spell(rng, kind, value, account.country)
        account.rows.append(Row(kind=kind, value=written, role=shown, first=start, last=end, source=source))

    def world(self, variant: str, seed: int) -> World:
        """Hand over the tables, shuffled, under ids that say nothing."""
        rng = self.rng
        numbers = rng.sample(range(10**11, 10**12), len(self.accounts))
        ids = [str(number) for number in numbers]
        owners = {holder.owner for account in self.accounts for holder in account.holders}
        owners |= {holder.operator for account in self.accounts for holder in account.holders}
        codes = rng.sample(range(10**7, 10**8), len(owners))
        parties = {owner: f"p{code}" for owner, code in zip(sorted(owners), codes, strict=True)}
        return World(
            name="bazaar",
            variant=variant,
            seed=seed,
            accounts=self._account_table(ids),
            identifiers=self._identifier_table(ids),
            truth=self._truth_table(ids, parties),
        )

    def _account_table(self, ids: list[str]) -> pa.Table:
        rng = self.rng
        order = sorted(self.accounts, key=lambda account: ids[account.place])
        midnight = dt.datetime.combine(START, dt.time(), dt.UTC).replace(tzinfo=None)
        created = [midnight + dt.timedelta(days=a.opened, seconds=rng.randrange(86_400)) for a in order]
        return pa.table(
            {
                "account_id": pa.array([ids[a.place] for a in order], pa.string()),
                "name": pa.array([a.name for a in order], pa.string()),
                "legal_name": pa.array([a.legal_name for a in order], pa.string()),
                "country": pa.array([a.country.code for a in order], pa.string()),
                "currency": pa.array([a.country.currency for a in order], pa.string()),
                "created_at": pa.array(created, pa.timestamp("us")),
                "manager_id": pa.array([a.manager for a in order], pa.string()),
                "declared_agency": pa.array([a.declared for a in order], pa.bool_()),
            }
        )

    def _identifier_table(self, ids: list[str]) -> pa.Table:
        rows = sorted(
            (ids[a.place], r.kind, r.value, r.role, min(r.first, a.ends), min(r.last, a.ends), r.source)
            for a in self.accounts
            for r in a.rows
        )
        columns = list(zip(*rows, strict=True))
        return pa.table(
            {
                "account_id": pa.array(columns[0], pa.string()),
                "kind": pa.array(columns[1], pa.string()),
                "value": pa.array(columns[2], pa.string()),
                "role": pa.array([role or None for role in columns[3]], pa.string()),
                "first_seen": _days(columns[4]),
                "last_seen": _days(columns[5]),
                "source": pa.array(columns[6], pa.string()),
            }
        )

    def _truth_table(self, ids: list[str], parties: Mapping[int, str]) -> pa.Table:
        held = sorted(
            ((ids[a.place], h) for a in self.accounts for h in a.holders),
            key=lambda pair: (pair[0], -1 if pair[1].from_day is None else pair[1].from_day),
        )
        return pa.table(
            {
                "account_id": pa.array([account_id for account_id, _ in held], pa.string()),
                "owner": pa.array([parties[h.owner] for _, h in held], pa.string()),
                "operator": pa.array([parties[h.operator] for _, h in held], pa.string()),
                "covert": pa.array([h.covert for _, h in held], pa.bool_()),
                "from_day": _days([h.from_day for _, h in held]),
            }
        )


def _days(days: Iterable[int | None]) -> pa.Array:
    counted = [None if day is None else day + _EPOCH_DAYS for day in days]
    return pa.array(counted, pa.int32()).cast(pa.date32())


def _known_at(coverage: Mapping[str, float], depth: float) -> list[dict[str, float]]:
    """Return what is known at each level of sign-up, so that the kinds reach their coverage on average."""
    places = [(level - _LEVELS // 2) / 5 for level in range(_LEVELS)]
    shares = [math.exp(-place * place / 2) for place in places]
    total = sum(shares)
    found: list[dict[str, float]] = [{} for _ in places]
    for kind, rate in coverage.items():
        low, high = -15.0, 15.0
        for _ in range(40):
            middle = (low + high) / 2
            logits = [1 / (1 + math.exp(-middle - depth * place)) for place in places]
            if sum(a * b for a, b in zip(shares, logits, strict=True)) / total < rate:
                low = middle
            else:
                high = middle
        for level, place in enumerate(places):
            found[level][kind] = 1 / (1 + math.exp(-low - depth * place))
    return found


def spell(rng: random.Random, kind: str, value: str, country: Country) -> str:
    """Write a value as one of many forms would."""
    forms = _FORMS.get(kind)
    if forms is None or rng.random() < 0.55:
        return value
    return rng.choice(forms(value, country))


def _phone_forms(value: str, country: Country) -> tuple[str, ...]:
    code = "+" + country.phone[: country.trunk]
    if not value.startswith(code) or len(value) <= 8:
        return (value,)
    rest = value[len(code) :]
    return (f"{code} {rest[:3]} {rest[3:]}", f"{code} ({rest[:2]}) {rest[2:5]}-{rest[5:]}")


def _mail_forms(value: str, _: Country) -> tuple[str, ...]:
    return (value.title(), value.upper(), " " + value, value)


def _number_forms(value: str, _: Country) -> tuple[str, ...]:
    return (value.replace(" ", ""), value.lower(), value.replace("-", " "), value)


_FORMS: Final[Mapping[str, Callable[[str, Country], tuple[str, ...]]]] = {
    "email": _mail_forms,
    "admin": _mail_forms,
    "domain": lambda value, _: (f"https://www.{value}/", f"http://{value}", f"www.{value}", f"{value}/start"),
    "device": lambda value, _: (value.upper(),),
    "legal_id": _number_forms,
    "tax_id": _number_forms,
    "phone": _phone_forms,
    "address": lambda value, _: (
        value.upper(),
        value.replace("Street", "St"),
        value.replace(", ", ",\n"),
        value,
    ),
}
