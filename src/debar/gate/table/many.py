"""Many keys of one kind checked at once: a bulk job, a nightly sweep, a list of advertisers.

Law: the same answers as :meth:`~debar.gate.table.standing.TableStanding.check_keys` gives one by one; numpy
only tells for which keys nothing can stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.gate.judging import question, stale, unfit
from debar.gate.table.hashing import kind_seed
from debar.gate.table.xxh3 import hashes_of
from debar.model.typed_keys import EXACT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import numpy.typing as npt

    from debar.gate.table.reading import Table
    from debar.gate.table.standing import TableStanding, View
    from debar.gate.table.xxh3 import Places, Words

_CHUNK: Final = 1 << 13
"""Keys that are worked on together: their arrays stay in the processor's cache."""

_FLAG_BITS_MIN: Final = 12
_FLAG_BITS_MAX: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyAnswers:
    """What was answered about many keys.

    Args:
        revision: That the answers know.
        count: How many keys were asked about.
        denied: The answer for each key that may not advertise, by its place in what was asked.
    """

    revision: int
    count: int
    denied: Mapping[int, Answer]


def check_accounts(
    store: TableStanding,
    values: Sequence[str],
    *,
    kind: str = "account",
    action: str = "buy",
    surface: str | None = None,
    territory: str | None = None,
    at_least: int | None = None,
    now: datetime,
) -> ManyAnswers:
    """Answer about each of many keys apart.

    Args:
        store: The table with its overlay.
        values: The account ids, or the values of another kind, as the platform writes them.
        kind: Their kind.
        action: As for :meth:`debar.gate.Gate.check`.
        surface: As for :meth:`debar.gate.Gate.check`.
        territory: As for :meth:`debar.gate.Gate.check`.
        at_least: As for :meth:`debar.gate.Gate.check`; an older store denies all, as stale.
        now: The present instant, aware.

    Raises:
        DebarError: The question is not one about advertising, or a value is no key.
    """
    if action not in ACTIONS:
        raise refuse_action(action)
    if now.tzinfo is None:
        raise unfit("`now` needs its zone")
    view = store.view
    if at_least is not None and view.revision < at_least:
        late = dict.fromkeys(range(len(values)), stale(view.revision, at_least))
        return ManyAnswers(revision=view.revision, count=len(values), denied=late)
    denied: dict[int, Answer] = {}
    for place in _suspects(view, kind, values, action=action, now=now):
        answer = store.check_keys(
            [(kind, values[place])], action=action, surface=surface, territory=territory, now=now
        )
        if not answer.allowed:
            denied[place] = answer
    return ManyAnswers(revision=view.revision, count=len(values), denied=denied)


def _suspects(view: View, kind: str, values: Sequence[str], *, action: str, now: datetime) -> Iterator[int]:
    """Yield the places of the keys against which something may stand: all such, and few others."""
    table, changed = view.table, _Flags(view.overlay)
    filter_bytes = np.frombuffer(table.filter, np.uint8)
    shift, seed = np.uint64(table.filter_shift), kind_seed(kind, table.header.seed)
    for start in range(0, len(values), _CHUNK):
        hashes = _hashes(kind, values[start : start + _CHUNK], seed, action=action, now=now)
        passed = filter_bytes[hashes >> shift] >> (hashes & np.uint64(7)).astype(np.uint8) & 1
        found = _with_fingerprint(table, np.flatnonzero(passed), hashes)
        if changed.count:
            found = np.union1d(found, np.flatnonzero(changed.may_hold(hashes)))
        yield from (start + int(place) for place in found)


def _hashes(kind: str, values: Sequence[str], seed: int, *, action: str, now: datetime) -> Words:
    """Return the hashes of values in their one spelling, or refuse all of them where one is no key."""
    if kind not in EXACT_KINDS:
        values = [value for _, value in question([(kind, value) for value in values], action=action, now=now)]
    try:
        if all(values):
            return hashes_of(values, seed)
    except (TypeError, UnicodeEncodeError):
        pass
    raise unfit(f"one of the values of kind {kind!r} is empty or no text")


def _with_fingerprint(table: Table, places: Places, hashes: Words) -> Places:
    """Return which of the places have their fingerprint in the table."""
    chosen = hashes[places]
    buckets = chosen >> np.uint64(64 - table.header.directory_bits)
    directory = np.frombuffer(table.directory, np.uint32)
    slots, ends = directory[buckets].astype(np.int64), directory[buckets + np.uint64(1)].astype(np.int64)
    fingerprints = np.frombuffer(table.fingerprints, np.uint32)
    wanted, held = chosen.astype(np.uint32), np.zeros(len(places), np.bool_)
    for step in range(int((ends - slots).max(initial=0))):
        open_still = slots + step < ends
        held[open_still] |= fingerprints[slots[open_still] + step] == wanted[open_still]
    return places[held]


class _Flags:
    """Which hashes may be among those that were changed since the table: a filter made for one job.

    Args:
        overlay: By hash.
    """

    def __init__(self, overlay: Mapping[int, object]) -> None:
        hashes = np.fromiter(list(overlay), np.uint64)
        self.count = len(hashes)
        bits = min(max(_FLAG_BITS_MIN, (64 * self.count).bit_length()), _FLAG_BITS_MAX)
        self._shift = np.uint64(64 - bits)
        self._flags = np.zeros(2**bits, np.bool_)
        self._flags[hashes >> self._shift] = True

    def may_hold(self, hashes: Words) -> npt.NDArray[np.bool_]:
        """Tell for each hash whether it may be one of them."""
        flagged: npt.NDArray[np.bool_] = self._flags[hashes >> self._shift]
        return flagged
