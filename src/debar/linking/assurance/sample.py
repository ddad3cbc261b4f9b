"""Draw the pairs that are worth a reviewer's hour.

Law: by hash, never by chance: the same platform, seed text and size draw the same pairs. Each pair's chance
is known, so that a few hundred answers speak for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.linking.assurance.scored import stratum_sizes
from debar.linking.assurance.strata import allocate
from debar.linking.expand import weigh_pairs
from debar.linking.explain import pair_reasons
from debar.linking.neighbourhood import pair_graph
from debar.model.identifiers import FAMILIES
from debar.model.step import Step

if TYPE_CHECKING:
    from debar.evidence.parameters import Parameters
    from debar.model.policy import Policy
    from debar.model.ports import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPair:
    """A pair to review.

    Args:
        account_a: The smaller account id.
        account_b: The larger one.
        stratum: From which it was drawn.
        stratum_pairs: Pairs of the platform in it.
        weight: Pairs that it stands for.
        p_owner: Its uncalibrated probability, in millionths: not for the reviewer's eyes.
    """

    account_a: str
    account_b: str
    stratum: str
    stratum_pairs: int
    weight: float
    p_owner: int


def draw(engine: Engine, size: int, seed_text: str) -> tuple[DrawnPair, ...]:
    """Draw pairs, in an order that tells nothing of their score.

    Args:
        engine: After :func:`debar.linking.assurance.scored.score_strata`.
        size: How many, at least one.
        seed_text: Another text draws others.
    """
    sizes = stratum_sizes(engine)
    wanted = allocate(sizes, size)
    engine.load(
        "assurance_wanted_counts", {"stratum": "VARCHAR", "wanted": "INTEGER"}, sorted(wanted.items())
    )
    engine.run(draw_step(seed_text))
    rows = engine.rows("SELECT account_a, account_b, stratum, p_owner FROM assurance_drawn ORDER BY lot")
    return tuple(
        DrawnPair(
            account_a=a,
            account_b=b,
            stratum=stratum,
            stratum_pairs=sizes[stratum],
            weight=sizes[stratum] / wanted[stratum],
            p_owner=p_owner,
        )
        for a, b, stratum, p_owner in rows
    )


def draw_step(seed_text: str) -> Step:
    """Return the step ``assurance_drawn``: account_a, account_b, stratum, p_owner, lot.

    Pairs that a reviewer has decided are drawn like others: leaving them out would make the rest of a stratum
    another population than the one that its size counts.
    """
    return Step(
        name="assurance_drawn",
        sql=(
            "SELECT x.account_a, x.account_b, x.stratum, x.p_owner, x.lot FROM ("
            "SELECT l.account_a, l.account_b, p.stratum, p.p_owner, l.lot,"
            " ROW_NUMBER() OVER (PARTITION BY p.stratum ORDER BY l.lot, l.account_a, l.account_b) AS place"
            " FROM (SELECT account_a, account_b, pattern,"
            " MD5($seed || ' ' || account_a || ' ' || account_b) AS lot FROM links) AS l"
            " JOIN assurance_patterns AS p ON p.pattern = l.pattern) AS x"
            " JOIN assurance_wanted_counts AS w ON w.stratum = x.stratum WHERE x.place <= w.wanted"
        ),
        parameters={"seed": seed_text},
    )


def evidence(engine: Engine, pair: DrawnPair, parameters: Parameters, policy: Policy) -> tuple[str, ...]:
    """Return what a reviewer shall weigh: one sentence a family, in a fixed order, without any weight."""
    graph = pair_graph(engine, pair.account_a, pair.account_b, policy)
    (weighing,) = weigh_pairs(graph, parameters).values()
    (found,) = graph.pairs
    told = [reason for reason in pair_reasons(found, weighing, graph) if reason.family in FAMILIES]
    told.sort(key=lambda reason: FAMILIES.index(reason.family))
    return tuple(reason.sentence for reason in told)
