"""Cases of any size, invented from a seed: graphs, standings and money for drawing and layout."""

from __future__ import annotations

import random

from debar.briefs.strike import Evidence
from debar.console.case.drawing import Material
from debar.evidence.parameters import default_parameters
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.policy import Policy

KINDS = (
    ("card", "access"),
    ("email", "contact"),
    ("domain", "web"),
    ("device", "access"),
    ("phone", "contact"),
)


def invented(
    accounts_count: int, facts_count: int, *, seed: int = 0, named: int = 3, through_named: bool = False
) -> Material:
    """Invent a case: every fact is shared by a few accounts near one another, one in twenty by many.

    Args:
        accounts_count: Accounts, the named ones among them.
        facts_count: Facts.
        seed: Another one is another case.
        named: How many are named.
        through_named: Let a named account hold each fact too, as in a case of one hop.
    """
    draw = random.Random(seed)
    accounts = [f"a{i:05d}" for i in range(accounts_count)]
    shared: dict[tuple[str, str], dict[str, str]] = {}
    facts = {}
    for i in range(facts_count):
        kind, family = KINDS[i % len(KINDS)]
        fact_id = f"{kind}:{i:06d}"
        size = min(accounts_count, draw.choice((2, 2, 2, 3, 4)) if i % 20 else draw.randint(9, 24))
        at = draw.randrange(accounts_count)
        holders = sorted({accounts[(at + draw.randrange(3 * size)) % accounts_count] for _ in range(size)})
        if through_named:
            holders = sorted({*holders, accounts[draw.randrange(min(named, accounts_count))]})
        facts[fact_id] = Fact(
            fact_id=fact_id, kind=kind, family=family, shown=f"{kind} {i:06d}", crowd=max(2, len(holders))
        )
        for j, one in enumerate(holders):
            for other in holders[j + 1 :]:
                shared.setdefault((one, other), {})[fact_id] = "independent"
    statuses = {
        account: "named" if i < named else draw.choice(("in", "in", "ask", "out", "out"))
        for i, account in enumerate(accounts)
    }
    graph = CaseGraph(
        named=tuple(accounts[:named]),
        accounts=tuple(accounts),
        agencies=frozenset(),
        facts=facts,
        pairs=tuple(
            GraphPair(account_a=a, account_b=b, shared=dict(sorted(found.items())), known_to_both=())
            for (a, b), found in sorted(shared.items())
        ),
        accounts_count=10_000,
    )
    return Material(
        evidence=Evidence(
            graph=graph, parameters=default_parameters(10_000), policy=Policy(), without=frozenset()
        ),
        statuses=statuses,
        names={
            account: draw.choice(
                ("Kino", "Глина Гончарная мастерская", "Nordic Media Buyers", "新闻频道", "x")
            )
            for account in accounts
        },
        amounts={account: draw.randrange(10**12) for account in accounts},
    )
