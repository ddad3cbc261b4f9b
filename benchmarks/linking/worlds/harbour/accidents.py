"""Things that pass from one stranger to another, and what a sold account keeps of its seller.

Law: what passes on is never held by both at the same time, as far as the rows' days can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.worlds.harbour.mint import KINDS, NOTHING, Ints, fellows
from benchmarks.linking.worlds.harbour.sheet import Rows, join

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.cast import Cast
    from benchmarks.linking.worlds.harbour.rates import Rates

GAP_DAYS: Final = {"device": (3, 120), "phone": (60, 400), "domain": (40, 300), "admin": (5, 90)}
"""Days between the old holder's last sight and the new one's first: least and most."""

HOLDERS_MAX: Final = 6
"""What more accounts hold does not pass on as a whole."""

KEPT_BY_BUYER: Final = {"pixel": 0.4, "domain": 0.35, "legal_id": 0.1, "admin": 0.1, "email": 0.1}
"""Share of a sold account's rows that stay on it under the buyer."""


def pass_on(rates: Rates, cast: Cast, rows: Rows, rng: np.random.Generator) -> Rows:
    """Let devices, numbers, domains and employees pass on to strangers, and sold accounts keep some rows."""
    shares = {
        "device": rates.resold_device,
        "phone": rates.reassigned_phone,
        "domain": rates.reregistered_domain,
        "admin": rates.ex_employee,
    }
    rows = join([rows, _kept(cast, rows, rng)])
    return join([rows, *(_passed(cast, rows, kind, share, rng) for kind, share in shares.items())])


def _kept(cast: Cast, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return rows of sellers that go on under the buyers."""
    h = cast.holdings
    buyer_of = np.full(len(h), NOTHING)
    bought = np.flatnonzero(h.bought)
    buyer_of[h.account[bought]] = bought
    share = np.array([KEPT_BY_BUYER.get(kind, 0.0) for kind in KINDS])[rows.kind]
    stays = (buyer_of[rows.holding] != NOTHING) & (rng.random(len(rows)) < share)
    kept = rows.take(stays)
    kept.holding = buyer_of[kept.holding]
    kept.first = h.start[kept.holding]
    kept.last = kept.first + ((h.end[kept.holding] - kept.first) * rng.random(len(kept))).astype(np.int64)
    return kept


def _passed(cast: Cast, rows: Rows, kind: str, share: float, rng: np.random.Generator) -> Rows:
    """Cut short what somebody had, in place, and return the rows of who has it next."""
    h, wanted = cast.holdings, round(share * cast.accounts)
    here = np.flatnonzero(rows.kind == KINDS.index(kind))
    holders = np.bincount(rows.code[here])
    few = here[holders[rows.code[here]] <= HOLDERS_MAX]
    chosen = rng.choice(few, size=min(4 * wanted, len(few)), replace=False)
    _, once = np.unique(rows.code[chosen], return_index=True)
    chosen = rng.permutation(chosen[once])
    day = rows.first[chosen] + ((rows.last[chosen] - rows.first[chosen]) * rng.uniform(0.3, 1, len(chosen)))
    start = (day + rng.integers(*GAP_DAYS[kind], size=len(chosen))).astype(np.int64)
    heir = fellows(h.country, h.country[rows.holding[chosen]], rng)
    fits = (h.end[heir] > start + 7) & (h.owner[heir] != h.owner[rows.holding[chosen]])
    fits &= (h.agency[heir] == NOTHING) | (h.agency[heir] != h.agency[rows.holding[chosen]])
    taken = np.flatnonzero(fits)[:wanted]
    chosen, day, start, heir = chosen[taken], day[taken].astype(np.int64), start[taken], heir[taken]
    _cut(rows, here, rows.code[chosen], day)
    first = np.maximum(start, h.start[heir])
    new = rows.take(chosen)
    new.holding, new.first = heir, first
    new.last = first + ((h.end[heir] - first) * rng.uniform(0.3, 1, len(heir))).astype(np.int64)
    return new


def _cut(rows: Rows, here: Ints, codes: Ints, day: Ints) -> None:
    """End every row of these values on the day; rows that would begin later end before it."""
    last_day = np.full(int(rows.code[here].max(initial=0)) + 1, np.iinfo(np.int64).max)
    last_day[codes] = day
    limit = last_day[rows.code[here]]
    rows.last[here] = np.minimum(rows.last[here], limit)
    rows.first[here] = np.minimum(rows.first[here], rows.last[here])
