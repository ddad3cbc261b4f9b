"""How well each method does on real accounts whose owners people labelled, beside the best one-column rule.

Law: a rule is "equal in one column, and not held by more than so many"; the best one is chosen in hindsight,
with the labels in hand, which is more than any method is given.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.linking.method import prepare
from benchmarks.linking.metrics import (
    ScoredPairs,
    at_threshold,
    average_precision,
    expected_calibration_error,
    log_loss,
    ratio,
    recall_at_precision,
    reliability,
)
from benchmarks.linking.peers.splink_five import splink_on_persons
from benchmarks.linking.quality import METHODS
from benchmarks.linking.truth import truth_of_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from benchmarks.linking.method import Method, Outcome
    from benchmarks.linking.truth import Truth

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = ROOT.parent / "shared" / "data"
"""The real data, beside the project; not part of it."""

CROWDS: Final = (2, 3, 5, 10, 20, 50, 200)
"""Crowd caps that the one-column rules are tried with."""

PERSON_KINDS: Final = {"birth_date": "web", "postcode": "contact", "born_as": "creative"}
"""Kinds of the persons' columns: each independent column gets a family of its own, which is all they mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Real accounts and what people said about them.

    Args:
        name: For people.
        accounts: account_id, name, and what else is known, as a platform exports it.
        held: (account_id, kind, raw value).
        owners: Account id to owner, of the labelled accounts.
        judged: Pairs that were judged one by one, (id, id, one owner); empty where all pairs of labelled
            accounts are.
        policy: The text of the ``debar.toml`` it is read with.
        methods: Methods that are set up for these records in particular, by name on the command line.
    """

    name: str
    accounts: Sequence[Mapping[str, Any]]
    held: Iterable[tuple[str, str, str]]
    owners: Mapping[str, str]
    judged: Sequence[tuple[str, str, bool]] = ()
    policy: str = ""
    methods: Mapping[str, Method] = field(default_factory=dict)


def _google(*, judged: bool) -> Labelled:
    real = _readers()
    platform = real.google_2022()
    rows = real.real_rows("google_2022_pairs.csv") if judged else []
    pairs = [(row["a"], row["b"], row["label"] == "1") for row in rows]
    ends = {one for a, b, _ in pairs for one in (a, b)}
    return Labelled(
        name="Google, 1,022 judged pairs" if judged else "Google, labelled owners",
        accounts=platform.accounts,
        held=platform.held,
        owners={one: one for one in sorted(ends)} if judged else platform.owners,
        judged=pairs,
    )


def _facebook() -> Labelled:
    platform = _readers().facebook_2022()
    return Labelled(
        name="Facebook, labelled owners",
        accounts=platform.accounts,
        held=platform.held,
        owners=platform.owners,
    )


def _persons() -> Labelled:
    """Return Splink's benchmark of historical persons as accounts: generic person linkage, nothing tuned."""
    path = DATA / "historical_figures_with_errors_50k.parquet"
    rows = pq.read_table(path).to_pylist()
    return Labelled(
        name="historical persons, 50,578 records",
        accounts=[{"account_id": row["unique_id"], "name": row["full_name"] or "unknown"} for row in rows],
        held=[
            (row["unique_id"], kind, str(value))
            for row in rows
            for kind, value in (
                ("legal_name", row["first_and_surname"]),
                ("birth_date", row["dob"]),
                ("postcode", row["postcode_fake"]),
                ("born_as", _both(row["birth_place"], row["occupation"])),
            )
            if value
        ],
        owners={row["unique_id"]: row["cluster"] for row in rows},
        policy="[families]\n" + "".join(f'{kind} = "{family}"\n' for kind, family in PERSON_KINDS.items()),
        methods={"splink": splink_on_persons(path)},
    )


def _both(one: str | None, other: str | None) -> str | None:
    return f"{one} {other}" if one and other else None


def _readers() -> Any:  # noqa: ANN401 - a module
    """Import the readers of the real data, which the tests use too."""
    tests = str(ROOT / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    import real_platforms

    return real_platforms


TASKS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[], Labelled]]]] = {
    "google": (
        ("google_2022_accounts_labelled.csv", "google_2022_accounts_unlabelled_all.csv"),
        lambda: _google(judged=False),
    ),
    "google-pairs": (
        ("google_2022_pairs.csv", "google_2022_accounts_unlabelled_all.csv"),
        lambda: _google(judged=True),
    ),
    "facebook": (("fb_2022_accounts_labelled.csv",), _facebook),
    "persons": (("historical_figures_with_errors_50k.parquet",), _persons),
}
"""Task to the files that it needs and how it is read."""


def run_labels(
    tasks: Sequence[str], methods: Sequence[str], say: Callable[[str], None] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """Yield one result a task and method, and one for the best one-column rule."""
    for task in tasks:
        files, read = TASKS[task]
        missing = [file for file in files if not (DATA / file).exists()]
        if missing:
            say(f"{task}: left out, needs ../shared/data/{missing[0]}")
            continue
        yield from run_labelled(read(), methods, say)


def run_labelled(
    labelled: Labelled, methods: Sequence[str], say: Callable[[str], None] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """Yield the results on one set of labelled accounts."""
    held = list(labelled.held)
    truth = truth_of_rows({"account_id": a, "owner": o} for a, o in labelled.owners.items())
    judged = _Judged.of(labelled, truth)
    with tempfile.TemporaryDirectory(prefix="linking-") as folder:
        prepared = prepare(
            labelled.name,
            Path(folder),
            accounts=_accounts(labelled.accounts),
            identifiers=_identifiers(held),
            truth=truth,
            policy=labelled.policy,
        )
        rule = best_rule(pq.read_table(prepared.identifiers_file), truth, judged)
        yield {"task": labelled.name, "method": f"rule: {rule.said}", **_rule_figures(rule)}
        for method in methods:
            say(f"{labelled.name}: {method}")
            outcome = labelled.methods.get(method, METHODS[method])(prepared)
            yield {
                "task": labelled.name,
                "method": outcome.method,
                **_figures(outcome, judged, rule.precision),
            }
        prepared.opened.engine.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The pairs that count: all pairs of labelled accounts, or those judged one by one.

    Args:
        truth: The owners.
        only: Pair of account numbers to whether they have one owner; None where all pairs count.
        true_count: Pairs with one owner.
    """

    truth: Truth
    only: dict[tuple[int, int], bool] | None
    true_count: int

    @classmethod
    def of(cls, labelled: Labelled, truth: Truth) -> _Judged:
        """Read the labels."""
        if not labelled.judged:
            return cls(truth=truth, only=None, true_count=truth.true_pairs_count())
        numbers = truth.numbers()
        only = {}
        for a, b, same in labelled.judged:
            one, other = sorted((numbers[a], numbers[b]))
            only[one, other] = same
        return cls(truth=truth, only=only, true_count=sum(only.values()))

    def pick(self, pairs: ScoredPairs) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the probabilities of the pairs that count, and whether each has one owner."""
        if self.only is None:
            return pairs.p, self.truth.same_owner(pairs.a, pairs.b)
        ends = zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)
        places = [(i, self.only[pair]) for i, pair in enumerate(ends) if pair in self.only]
        return pairs.p[[i for i, _ in places]], np.array([same for _, same in places], dtype=np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A one-column rule and how well it does."""

    said: str
    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)


def best_rule(identifiers: pa.Table, truth: Truth, judged: _Judged) -> Rule:
    """Return the rule "equal in one kind, held by at most so many" with the best F.

    Crowds are counted over all accounts of the platform, the pairs among the labelled ones.
    """
    numbers = truth.numbers()
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    columns = identifiers.select(["kind", "value_key", "account_id"]).to_pydict()
    for kind, value, account in zip(*columns.values(), strict=True):
        holders[kind, value].add(account)
    rules = [Rule(said="none", precision=0.0, recall=0.0)]
    for kind in sorted({kind for kind, _ in holders}):
        for crowd in CROWDS:
            pairs = {
                pair
                for (of, _), accounts in holders.items()
                if of == kind and 2 <= len(accounts) <= crowd
                for pair in combinations(sorted(numbers[a] for a in accounts if a in numbers), 2)
            }
            ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
            said, true = judged.pick(ScoredPairs.of(ends[:, 0], ends[:, 1], np.ones(len(ends))))
            rules.append(
                Rule(
                    said=f"equal {kind}, at most {crowd} hold it",
                    precision=ratio(int(true.sum()), len(said)),
                    recall=ratio(int(true.sum()), judged.true_count),
                )
            )
    return max(rules, key=lambda rule: rule.f if rule.f == rule.f else 0.0)


def _rule_figures(rule: Rule) -> dict[str, Any]:
    return {"threshold": None, "precision": rule.precision, "recall": rule.recall, "f": rule.f}


def _figures(outcome: Outcome, judged: _Judged, rule_precision: float) -> dict[str, Any]:
    p, true = judged.pick(outcome.pairs)
    at = at_threshold(p, true, judged.true_count, outcome.threshold)
    document: dict[str, Any] = {
        "threshold": outcome.threshold,
        "precision": at.precision,
        "recall": at.recall,
        "f": ratio(2 * at.precision * at.recall, at.precision + at.recall),
        "average_precision": average_precision(p, true, judged.true_count),
        "recall_at_rule": recall_at_precision(p, true, judged.true_count, rule_precision),
        "recall_at_95": recall_at_precision(p, true, judged.true_count, 0.95),
        "thresholds": [
            asdict(at_threshold(p, true, judged.true_count, t)) for t in (0.3, 0.5, 0.8, 0.9, 0.95, 0.99)
        ],
        "seconds": outcome.seconds,
    }
    if outcome.probabilities:
        document["log_loss"] = log_loss(p, true)
        document["calibration_error"] = expected_calibration_error(reliability(p, true))
    return document


_TEXT: Final = ("account_id", "name", "legal_name", "country")


def _accounts(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in _TEXT})


def _identifiers(held: Sequence[tuple[str, str, str]]) -> pa.Table:
    names = ("account_id", "kind", "value")
    return pa.table({name: pa.array([row[i] for row in held], pa.string()) for i, name in enumerate(names)})
