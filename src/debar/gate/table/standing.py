"""What stands now: a table, and over it what was decided since.

Law: a table with its overlay answers as the register would at the same revision; entries are applied in the
order of the log, without a gap, by the register's own fold.
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from xxhash import xxh3_64_intdigest

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.gate.judging import judged, question, stale, unfit, unreadable
from debar.gate.table.hashing import Kinds, key_hash, kind_seed
from debar.model.problem import EXIT_STALE, DebarError
from debar.register.debarments import changed, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from debar.gate.table.hashing import Known
    from debar.gate.table.reading import Table
    from debar.model.typed_keys import TypedKey
    from debar.register.debarments import Debarment

Standing: TypeAlias = tuple["Debarment", ...]
_DAMAGED: Final = (ValueError, IndexError, struct.error)
"""What reading a damaged table raises; each becomes a denial."""


class GateEntry(Protocol):
    """A debar, lift or vary entry of the log, as gates are told of it."""

    @property
    def seq(self) -> int:
        """Its place in the log."""
        ...

    @property
    def op(self) -> str:
        """``debar``, ``lift`` or ``vary``."""
        ...

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        ...

    @property
    def body(self) -> Mapping[str, Any]:
        """As :func:`debar.register.debarments.changed` reads it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One table with its own overlay; replaced as a whole, so that a check sees both as they belong together.

    Args:
        table: The table.
        overlay: By hash and key: what stands now where something was decided since, and by which entry.
        kinds: What a check needs to know of each kind.
        revision: Of the register; what is known of it.
    """

    table: Table
    overlay: dict[int, dict[TypedKey, tuple[int, Standing]]]
    kinds: Kinds
    revision: int
    hot: tuple[memoryview, int, dict[str, Known], dict[int, Any], Answer, int, View] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        allowed = Answer(allowed=True, verdict="allowed", revision=self.revision)
        table = self.table
        hot = (table.filter, table.filter_shift, self.kinds.known, self.overlay, allowed, self.revision, self)
        object.__setattr__(self, "hot", hot)


class TableStanding:
    """A table with an overlay: the standing store of a gate that holds 40 million keys.

    Checks may run in any thread without a lock while entries are applied.

    Args:
        table: The open table.
    """

    def __init__(self, table: Table) -> None:
        self._applying = threading.Lock()
        self._view = View(
            table=table, overlay={}, kinds=Kinds(table.header.seed), revision=table.header.revision
        )

    @property
    def revision(self) -> int:
        """The register's revision that the answers know."""
        return self._view.revision

    @property
    def view(self) -> View:
        """One table with its own overlay, for who asks about many keys."""
        return self._view

    @property
    def epoch(self) -> int:
        """The table's epoch."""
        return self._view.table.header.epoch

    @property
    def table(self) -> Table:
        """The table below the overlay."""
        return self._view.table

    @property
    def overlay_count(self) -> int:
        """How many keys were changed since the table was built."""
        return sum(len(keys) for keys in self._view.overlay.values())

    def lookup(self, kind: str, value: str) -> Standing:
        """Return the debarments of one key in its one spelling, lapsed ones too, by decision."""
        view = self._view
        known = view.kinds.known.get(kind)
        seed = kind_seed(kind, view.kinds.seed) if known is None else known[0]
        return _found(view, kind, value, xxh3_64_intdigest(value.encode(), seed))

    def check_keys(
        self,
        keys: Sequence[TypedKey],
        *,
        action: str = "buy",
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime,
    ) -> Answer:
        """Answer about several keys, as :meth:`debar.gate.Gate.check_keys` does; what cannot be read denies.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        if action not in ACTIONS:
            raise refuse_action(action)
        if not keys or now.tzinfo is None:
            raise unfit("a question names one key at least, and `now` has its zone")
        bits, shift, known, overlay, allowed, revision, view = self._view.hot
        if at_least is not None and revision < at_least:
            return stale(revision, at_least)
        found: Standing = ()
        try:
            for kind, value in keys:
                seed, spelling = known[kind]
                if spelling is not None:
                    value = spelling(value)  # noqa: PLW2901 - the key's one spelling is the key
                hashed = xxh3_64_intdigest(value.encode() or _empty(), seed)
                if bits[hashed >> shift] >> (hashed & 7) & 1 or hashed in overlay:
                    found += _found(view, kind, value, hashed)
        except KeyError:
            view.kinds.learn(kind for kind, _ in question(keys, action=action, now=now))
            return self.check_keys(
                keys, action=action, surface=surface, territory=territory, at_least=at_least, now=now
            )
        except (*_DAMAGED, TypeError, AttributeError) as error:
            question(keys, action=action, now=now)
            return unreadable(error)
        if not found:
            return allowed
        return judged(found, revision, action=action, surface=surface, territory=territory, now=now)

    def apply(self, entries: Iterable[GateEntry], *, through: int) -> None:
        """Apply the debar, lift and vary entries between the revision and another, in order.

        The revision moves when all of them are applied. Those that are known already are passed over.

        Args:
            entries: Ascending by place in the log, and all of them there are up to ``through``.
            through: The revision that they bring the store to.

        Raises:
            DebarError: They are out of order, or one is what the register would have refused; the revision
                stays where it was.
        """
        with self._applying:
            last = self._view.revision - 1
            if through < self._view.revision:
                raise _out_of_order(self._view.revision, through)
            for entry in entries:
                if entry.seq < self._view.revision:
                    continue
                if not last < entry.seq < through:
                    raise _out_of_order(last + 1, entry.seq)
                self._change(entry)
                last = entry.seq
            view = self._view
            self._view = replace(view, revision=through)

    def rebase(self, table: Table) -> None:
        """Go over to a newer table, keeping what was decided after it.

        Raises:
            DebarError: The table is of another log, or older than the one below the overlay.
        """
        with self._applying:
            view = self._view
            old, new = view.table.header, table.header
            if new.origin != old.origin or (new.epoch, new.revision) < (old.epoch, old.revision):
                raise _foreign(table)
            revision = max(view.revision, table.header.revision)
            kinds = Kinds(table.header.seed)
            overlay: dict[int, dict[TypedKey, tuple[int, Standing]]] = {}
            for changes in view.overlay.values():
                for key, (seq, standing) in changes.items():
                    if seq >= table.header.revision:
                        overlay.setdefault(key_hash(*key, kinds.seed), {})[key] = (seq, standing)
            self._view = View(table=table, overlay=overlay, kinds=kinds, revision=revision)

    def _change(self, entry: GateEntry) -> None:
        """Put what stands for a key after an entry into the overlay."""
        view = self._view
        kind, value, decision_id = key_of(entry.op, entry.body)
        hashed = key_hash(kind, value, view.kinds.seed)
        changes = dict(view.overlay.get(hashed, {}))
        if (kind, value) in changes and changes[kind, value][0] >= entry.seq:
            return  # applied by a batch that stopped later on
        standing = _found(view, kind, value, hashed)
        current = next((one for one in standing if one.decision_id == decision_id), None)
        after = changed(current, entry_type=entry.op, body=entry.body, seq=entry.seq, at=entry.at)
        made = [one for one in (*standing, after) if one is not None and one is not current]
        changes[kind, value] = (entry.seq, tuple(sorted(made, key=lambda one: one.decision_id)))
        view.overlay[hashed] = changes


def _found(view: View, kind: str, value: str, hashed: int) -> Standing:
    """Return what stands against a key: what the overlay knows of it, else what the table does."""
    changes = view.overlay.get(hashed)
    if changes is not None and (kind, value) in changes:
        return changes[kind, value][1]
    return view.table.found(kind, value, hashed) if view.table.may_hold(hashed) else ()


def _empty() -> bytes:
    raise ValueError("an empty value is no key")


def _out_of_order(revision: int, seq: int) -> DebarError:
    return DebarError(
        "DBR-G007",
        f"entries out of order: {seq} was handed to a gate that is at {revision}",
        hint="hand over the entries after the gate's revision in the order of the log, or a newer table",
        exit_code=EXIT_STALE,
    )


def _foreign(table: Table) -> DebarError:
    return DebarError(
        "DBR-G006",
        f"the table of {table.header.origin!r}, epoch {table.header.epoch}, does not follow this gate's",
        hint="build the table from the register that this gate follows",
    )
