"""Cases for whoever expands them: chains and crowds, an agency, words of reviewers, under several thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.evidence.parameters import ROLES, default_parameters
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.policy import Policy

if TYPE_CHECKING:
    import random

KINDS = ("legal_id", "email", "domain", "card", "device", "ip", "rare_name", "phone")
PARAMETERS = default_parameters(12)


def a_case(dice: random.Random) -> CaseGraph:
    """Deal out a case: chains and crowds, an agency, words of reviewers."""
    accounts = [f"a{number:02}" for number in range(dice.randint(3, 24))]
    facts, holders = {}, {}
    for number in range(dice.randint(2, 30)):
        kind = dice.choice(KINDS)
        fact_id, crowd = f"{kind}:{number}", dice.choice((2, 2, 3, 5, 9, 40))
        facts[fact_id] = Fact(
            fact_id=fact_id, kind=kind, family=FAMILY_OF_KIND[kind], shown=fact_id, crowd=crowd
        )
        start, width = dice.randrange(len(accounts)), min(crowd, dice.randint(2, 5), len(accounts))
        near = accounts[start:] + accounts[:start]
        holders[fact_id] = set(near[:width]) if dice.random() < 0.8 else set(dice.sample(accounts, width))
    pairs = []
    for place, a in enumerate(accounts):
        for b in accounts[place + 1 :]:
            shared = {f: dice.choice(ROLES) for f in sorted(facts) if {a, b} <= holders[f]}
            said = dice.choice(("positive", "negative", "unsure")) if dice.random() < 0.04 else None
            if shared or said:
                known = sorted({facts[f].family for f in shared} | {dice.choice(("contact", "legal"))})
                pairs.append(
                    GraphPair(
                        account_a=a, account_b=b, shared=shared, known_to_both=tuple(known), judgement=said
                    )
                )
    return CaseGraph(
        named=tuple(sorted(dice.sample(accounts, dice.randint(1, 2)))),
        accounts=tuple(accounts),
        agencies=frozenset(dice.sample(accounts, dice.randint(0, 2))),
        facts=facts,
        pairs=tuple(pairs),
    )


def a_policy(dice: random.Random) -> Policy:
    """Deal out thresholds."""
    propose_at = dice.choice((300_000, 700_000, 950_000))
    return Policy(
        ask_at=dice.randint(10_000, propose_at),
        propose_at=propose_at,
        hops_max=dice.randint(1, 4),
        behind_one_max=dice.randint(0, 2),
    )
