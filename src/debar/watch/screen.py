"""Weigh a sign-up against each debarred account with the parameters of the plan that debarred it.

Law: what the plan said about a value (its crowd, its family) is what the watch believes about it; a
struck fact is not watched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.evidence.parameters import Parameters, role_of
from debar.evidence.weigh import SharedValue, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.evidence.weigh import Weighing
    from debar.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedValue:
    """One identifier of a debarred account.

    Args:
        fact_id: The value as a fact.
        kind: Identifier kind.
        family: Its family.
        value_key: The normalised value, or its keyed hash.
        shown: The value for people.
        crowd: Accounts of the platform that held it when the plan was made.
        agreeing: Pairs on it that also shared another family than it and access.
        with_data: Pairs on it for which that could be seen.
    """

    fact_id: str
    kind: str
    family: str
    value_key: str
    shown: str
    crowd: int
    agreeing: int
    with_data: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedAccount:
    """A debarred account and what it held.

    Args:
        account_id: The account.
        name: Its name.
        decision: The decision that debarred it.
        values: Its identifiers.
    """

    account_id: str
    name: str
    decision: str
    values: tuple[WatchedValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A sign-up that resembles a debarred account.

    Args:
        account_id: The new account.
        debarred: The account that it resembles most.
        verdict: ``hold`` (likely the same owner) or ``review`` (possibly).
        weighing: The score.
        shared: What both hold.
        calibrated: Whether reviewed pairs stand behind the score, as they did behind the plan's.
    """

    account_id: str
    debarred: WatchedAccount
    verdict: str
    weighing: Weighing
    shared: tuple[WatchedValue, ...]
    calibrated: bool

    def sentence(self) -> str:
        """Say why, in a sentence that shows no sensitive value."""
        values = ", ".join(value.shown for value in self.shared)
        word = "likely" if self.verdict == "hold" else "possibly"
        return (
            f"{word} {self.debarred.name} again: it uses {values},"
            " which that account used before it was debarred"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the hit as a JSON object."""
        return {
            "account_id": self.account_id,
            "verdict": self.verdict,
            "resembles": {"account_id": self.debarred.account_id, "name": self.debarred.name},
            "decision": self.debarred.decision,
            "p_owner": f"{self.weighing.p_owner / 1_000_000:.6f}",
            "p_operator": f"{self.weighing.p_operator / 1_000_000:.6f}",
            "calibrated": self.calibrated,
            "shared": [
                {"fact": v.fact_id, "kind": v.kind, "shown": v.shown, "crowd": v.crowd} for v in self.shared
            ],
            "sentence": self.sentence(),
        }


def screen(
    signups: Mapping[str, Sequence[tuple[str, str, str]]],
    watched: Iterable[WatchedAccount],
    parameters: Parameters,
    policy: Policy,
) -> tuple[Hit, ...]:
    """Compare new accounts with the debarred.

    Args:
        signups: New account id to its identifiers, each (kind, family, value_key).
        watched: The debarred accounts.
        parameters: The plan's weights.
        policy: Its thresholds: a hold from ``propose_at``, a review from ``screen_at``.

    Returns:
        At most one hit a sign-up, that of the highest probability, ordered by account id. An account
        without a hit is let through.
    """
    accounts = tuple(watched)
    index = _by_value(accounts)
    debarred = {account.account_id: account for account in accounts}
    families = {name: frozenset(v.family for v in account.values) for name, account in debarred.items()}
    hits = []
    for signup, identifiers in sorted(signups.items()):
        known = frozenset(family for _, family, _ in identifiers)
        shared: dict[str, list[WatchedValue]] = {}
        for kind, _, value_key in identifiers:
            for other, value in index.get((kind, value_key), ()):
                shared.setdefault(other, []).append(value)
        candidates = [
            _hit(signup, debarred[other], tuple(values), known & families[other], parameters, policy)
            for other, values in sorted(shared.items())
        ]
        found = [hit for hit in candidates if hit is not None]
        if found:
            hits.append(max(found, key=lambda hit: (hit.weighing.p_owner, hit.debarred.account_id)))
    return tuple(hits)


def _by_value(watched: Iterable[WatchedAccount]) -> dict[tuple[str, str], list[tuple[str, WatchedValue]]]:
    """Index values by kind and key, each with the account that held it."""
    index: dict[tuple[str, str], list[tuple[str, WatchedValue]]] = {}
    for account in watched:
        for value in account.values:
            index.setdefault((value.kind, value.value_key), []).append((account.account_id, value))
    return index


def _hit(
    signup: str,
    debarred: WatchedAccount,
    values: tuple[WatchedValue, ...],
    known_to_both: frozenset[str],
    parameters: Parameters,
    policy: Policy,
) -> Hit | None:
    weighing = weigh(
        [_shared(value, policy) for value in values if value.crowd < policy.crowd_cap],
        known_to_both,
        parameters,
    )
    if weighing.p_owner >= policy.propose_at and weighing.carries_a_ban:
        verdict = "hold"
    elif weighing.p_owner >= policy.screen_at:
        verdict = "review"
    else:
        return None
    ordered = tuple(sorted(values, key=lambda value: (value.crowd, value.fact_id)))
    return Hit(
        account_id=signup,
        debarred=debarred,
        verdict=verdict,
        weighing=weighing,
        shared=ordered,
        calibrated=parameters.calibrated,
    )


def _shared(value: WatchedValue, policy: Policy) -> SharedValue:
    """Take the value as it will be once the new account holds it too."""
    assert value.crowd < policy.crowd_cap, "values beyond the cap are no evidence"
    return SharedValue(
        fact_id=value.fact_id,
        kind=value.kind,
        family=value.family,
        crowd=value.crowd + 1,
        role=role_of(value.agreeing, value.with_data),
    )
