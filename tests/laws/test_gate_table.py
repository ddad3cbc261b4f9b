"""Laws of the gate's table: whatever was decided, it answers as the register does."""

from __future__ import annotations

import itertools
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from debar.gate import Gate
from debar.gate.table.standing import TableStanding
from debar.model.problem import DebarError
from debar.register.drafts import gate_draft
from debar.register.entries import EntryDraft
from registers import NOW, new_register, record
from tables import AT, entry, folded, made_table, told

KEYS = (("account", "a1"), ("account", "a2"), ("domain", "rt.com"), ("card", "3f" * 32), ("seat", "a1"))
DECISIONS = ("decision-00000001", "decision-00000002")
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "scopes": st.lists(
            st.sampled_from(["create", "buy", "serve", "charge"]), min_size=1, max_size=4, unique=True
        ),
        "surfaces": st.sampled_from([["all"], ["search"], ["search", "feed"]]),
        "territories": st.sampled_from([["worldwide"], ["US"], ["US", "GB"]]),
        "until": st.sampled_from([None, "2017-10-26", "2017-10-27", "2017-11-01T00:00:00.000001Z"]),
        "statement": st.sampled_from(["", "https://ads.example.org/1"]),
    },
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["debar", "debar", "vary", "lift", "case"]),
        st.sampled_from(KEYS),
        st.sampled_from(DECISIONS),
        FIELDS,
    ),
    max_size=14,
)
QUESTIONS = [
    {"action": action, "surface": surface, "territory": territory, "now": AT + timedelta(hours=hours)}
    for action, surface, territory, hours in itertools.product(
        ("create", "buy", "charge"), (None, "search", "shop"), (None, "US", "FR"), (0, 30, 400)
    )
]


def bodies(steps: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the bodies of steps, without those that the register would refuse."""
    kept: list[tuple[str, dict[str, Any]]] = []
    for step, (kind, value), decision, fields in steps:
        body: dict[str, Any] = {"n": 1}
        if step != "case":
            body = {"key": {"kind": kind, "value": value}, "decision_id": decision}
            body |= {} if step == "lift" else fields
            if step == "debar":
                body = {"scopes": ["buy"], **body}
        try:
            folded(entry(seq, *one) for seq, one in enumerate([*kept, (step, body)]))
        except DebarError:
            continue
        kept.append((step, body))
    return kept


@given(steps=STEPS, cut=st.integers(0, 14), second=st.integers(0, 14))
@settings(max_examples=150)
def test_a_table_and_its_overlay_hold_what_the_fold_holds(steps: list[Any], cut: int, second: int) -> None:
    """Wherever the log is cut into table and overlay, each key has exactly the debarments of the whole fold."""
    entries = [entry(seq, *one) for seq, one in enumerate(bodies(steps))]
    cut, second = sorted((min(cut, len(entries)), min(second, len(entries))))
    with tempfile.TemporaryDirectory() as folder:
        store = TableStanding(made_table(Path(folder, "t"), folded(entries[:cut]).values(), revision=cut))
        store.apply([one for one in entries[cut:] if one.op != "case"], through=len(entries))
        for _ in range(2):
            assert store.revision == len(entries)
            for key in KEYS:
                expected = [one for one in folded(entries).values() if (one.key_kind, one.key_value) == key]
                assert list(store.lookup(*key)) == sorted(expected, key=lambda one: one.decision_id)
            store.rebase(
                made_table(Path(folder, "t"), folded(entries[:second]).values(), revision=second, seed=second)
            )


@given(steps=STEPS, cut=st.integers(2, 16))
@settings(max_examples=25)
def test_a_table_and_its_overlay_answer_as_the_direct_gate(steps: list[Any], cut: int) -> None:
    """Every question must get the same answer from the register's file and from a table with its overlay."""
    with tempfile.TemporaryDirectory() as folder, new_register(Path(folder, "r.db")) as register:
        drafts = [
            EntryDraft(type="case", by="ana", body=body)
            if step == "case"
            else gate_draft(step, body, by="ana")
            for step, body in bodies(steps)
        ]
        table = made_table(Path(folder, "t"), register.standings(), revision=register.revision())
        for number, draft in enumerate(drafts):
            record(register, draft, now=NOW + timedelta(minutes=number))
            if register.revision() == cut:
                table = made_table(Path(folder, "t"), register.standings(), revision=cut)
        store = TableStanding(table)
        store.apply(told(register.entries(store.revision)), through=register.revision())
        gate = Gate(register)
        for asked in QUESTIONS:
            for keys in ([KEYS[0]], KEYS[1:], KEYS):
                assert gate.check_keys(keys, **asked) == store.check_keys(keys, **asked)  # type: ignore[arg-type]
        gate.close()
