"""Cut a case's graph out of a platform: small enough to carry, large enough for every "what if".

Law: whatever set of facts is struck, expanding the cut graph gives the standings that expanding the
whole platform would give. An account belongs to it if it can be reached in the best case, in which
every fact speaks for the link and none against it; around the accounts that are named or proposed lies
one ring of accounts that share anything with them, so that a reader sees who was left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from debar.evidence.name_comparison import normal_name
from debar.evidence.parameters import ROLES
from debar.evidence.weigh import MILLION
from debar.linking.counting.facts import fact_steps, named_steps
from debar.linking.counting.numbering import FAMILY_BITS
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.linking.links import ensure_links, salt_of
from debar.model.identifiers import FAMILIES
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from debar.evidence.parameters import Parameters
    from debar.model.policy import Policy
    from debar.model.ports import Engine

ACCOUNTS_MAX: Final = 5_000
"""A case with more accounts around it is no longer something that people can review."""


def case_graph(
    engine: Engine,
    named: Sequence[str],
    parameters: Parameters,
    policy: Policy,
    *,
    accounts_max: int = ACCOUNTS_MAX,
) -> CaseGraph:
    """Return the neighbourhood of the named accounts.

    Args:
        engine: Holds the normalised tables; the platform is linked first where it was not.
        named: Account ids; duplicates count once.
        parameters: The frozen tables.
        policy: Thresholds, hops, crowd cap and agencies.
        accounts_max: Refuse a larger graph.

    Returns:
        The graph: accounts that a path can reach in the best case, and a ring around the named and the
        proposed ones; all pairs with at least one end among the reachable.

    Raises:
        DebarError: DBR-L001, a named account does not exist; DBR-L002, the graph would be too large.
    """
    ensure_links(engine, parameters, policy)
    named = tuple(sorted(set(named)))
    numbers = _numbers(engine, named)
    agencies = _Agencies(engine, policy)
    reach = _reach(
        engine, numbers, parameters=parameters, policy=policy, agencies=agencies, accounts_max=accounts_max
    )
    inner = _graph(engine, numbers, reach, reach=reach, agencies=agencies)
    members = {s.account_id for s in expand(inner, parameters, policy) if s.status in ("named", "in")}
    core = _numbers(engine, tuple(sorted(members)))
    ring = {other for _, other in _neighbours(engine, core.values(), "shares")}
    everybody = reach | ring
    _refuse_if_large(len(everybody), accounts_max)
    return _graph(engine, numbers, everybody, reach=reach, agencies=agencies)


def platform_graph(engine: Engine, named: Sequence[str], parameters: Parameters, policy: Policy) -> CaseGraph:
    """Return the whole platform as a graph: for small platforms, and to check the cut against.

    Raises:
        DebarError: DBR-L001, a named account does not exist.
    """
    ensure_links(engine, parameters, policy)
    numbers = _numbers(engine, tuple(sorted(set(named))))
    everybody = {number for (number,) in engine.rows("SELECT account_no FROM link_accounts")}
    return _graph(engine, numbers, everybody, reach=everybody, agencies=_Agencies(engine, policy))


def pair_graph(engine: Engine, one: str, other: str, policy: Policy) -> CaseGraph:
    """Return the graph of two accounts alone, linked or not: nobody in it is a subject.

    Args:
        engine: After :func:`debar.linking.links.link_platform`.
        one: An account id; it takes the place of the named account.
        other: Another account id.
        policy: Its agencies.

    Raises:
        DebarError: DBR-L001, one of the accounts does not exist.
    """
    numbers = _numbers(engine, (one, other))
    both = set(numbers.values())
    graph = _graph(engine, {one: numbers[one]}, both, reach=both, agencies=_Agencies(engine, policy))
    if graph.pairs:
        return graph
    a, b = sorted(both)
    ((known,),) = engine.rows(_KNOWN, {"a": a, "b": b})
    strangers = GraphPair(
        account_a=min(one, other), account_b=max(one, other), shared={}, known_to_both=_families(known)
    )
    return replace(graph, pairs=(strangers,))


_KNOWN: Final = (
    "SELECT COALESCE((SELECT mask FROM link_presence WHERE account_no = $a), 0)"
    " & COALESCE((SELECT mask FROM link_presence WHERE account_no = $b), 0)"
    " & ~COALESCE((SELECT BIT_OR(x.family_bit) FROM link_over AS x JOIN link_over AS y"
    " ON y.value_no = x.value_no WHERE x.account_no = $a AND y.account_no = $b), 0)"
)


def _families(mask: int) -> tuple[str, ...]:
    return tuple(family for family in FAMILIES if mask & FAMILY_BITS[family])


def _refuse_if_large(size: int, accounts_max: int) -> None:
    if size > accounts_max:
        raise DebarError(
            "DBR-L002",
            f"{size:,} accounts stand around the named ones, more than {accounts_max:,}",
            hint="lower crowd_cap or hops_max in debar.toml, declare the agencies, or name fewer subjects",
            exit_code=EXIT_REFUSED,
        )


def _numbers(engine: Engine, account_ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of accounts by id, or refuse."""
    engine.load("case_ids", {"account_id": "VARCHAR"}, [(a,) for a in account_ids])
    found = dict(
        engine.rows(
            "SELECT a.account_id, a.account_no FROM link_accounts AS a JOIN case_ids USING (account_id)"
        )
    )
    missing = sorted(set(account_ids) - set(found))
    if missing:
        raise DebarError(
            "DBR-L001",
            f"there is no account {', '.join(missing[:5])}" + (" and more" if len(missing) > 5 else ""),
            hint='find accounts with: debar accounts PLATFORM "NAME"',
            exit_code=EXIT_REFUSED,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Agencies:
    """Who is never a bridge and never swept in: declared agencies, and accounts of two parties.

    An agency is declared by the platform's own flag, or by id or name in the policy.
    """

    engine: Engine
    policy: Policy

    def _joint(self) -> set[str]:
        if not self.engine.columns("joint_accounts"):
            return set()
        return {account_id for (account_id,) in self.engine.rows("SELECT account_id FROM joint_accounts")}

    def among(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return number and id of those accounts that are agencies."""
        self.engine.load("case_numbers", {"account_no": "INTEGER"}, [(n,) for n in sorted(numbers)])
        rows = self.engine.rows(
            "SELECT n.account_no, p.account_id, p.name, p.legal_name, p.declared_agency"
            " FROM case_numbers AS c JOIN link_accounts AS n ON n.account_no = c.account_no"
            " JOIN accounts AS p ON p.account_id = n.account_id"
        )
        ids = set(self.policy.agencies) | self._joint()
        names = {normal_name(entry) for entry in ids}
        return {
            number: account_id
            for number, account_id, name, legal_name, declared in rows
            if declared
            or account_id in ids
            or (name and normal_name(name) in names)
            or (legal_name and normal_name(legal_name) in names)
        }


def _neighbours(engine: Engine, numbers: Collection[int], condition: str) -> list[tuple[int, int]]:
    """Return (account, neighbour) for candidate pairs from some accounts outwards."""
    engine.load("case_frontier", {"account_no": "INTEGER"}, [(n,) for n in sorted(numbers)])
    return [
        (start, end)
        for start, end in engine.rows(
            f"SELECT q.a_no, q.b_no FROM links AS q JOIN case_frontier AS f ON f.account_no = q.a_no"
            f" WHERE {condition} UNION ALL"
            f" SELECT q.b_no, q.a_no FROM links AS q JOIN case_frontier AS f ON f.account_no = q.b_no"
            f" WHERE {condition} ORDER BY 1, 2"
        )
    ]


_HOPS: Final = " UNION ".join(
    "SELECT l.a_no, l.b_no, l.judgement, l.rest_overt, l.rest_covert, l.rest_operator FROM links AS l"
    f" JOIN case_frontier AS f ON f.account_no = l.{end}"
    " WHERE COALESCE(l.judgement, '') <> 'negative' AND (l.judgement = 'positive' OR l.best_p >= $ask_at)"
    for end in ("a_no", "b_no")
)

_FACTS_AT_BEST: Final = (
    "SELECT a_no, b_no, SUM(overt) AS overt, SUM(covert) AS covert, SUM(overt_lead) AS overt_lead,"
    " SUM(covert_lead) AS covert_lead FROM ("
    "SELECT f.a_no, f.b_no, v.family_bit, MAX(c.overt) AS overt, MAX(c.covert) AS covert,"
    " MAX(c.overt_lead) AS overt_lead, MAX(c.covert_lead) AS covert_lead"
    " FROM case_hop_facts AS f JOIN link_values AS v ON v.value_no = f.value_no"
    " JOIN link_ceilings AS c ON c.family_bit = v.family_bit AND c.grade = f.grade"
    " GROUP BY f.a_no, f.b_no, v.family_bit) AS families GROUP BY a_no, b_no"
)


def _hops_at_best(
    engine: Engine, frontier: Collection[int], least: int, raised: int
) -> list[tuple[int, int, float]]:
    """Return the hops from some accounts in the best case: every fact may speak alone, none against it.

    The odds of an owner are at most what both owner relations add up to against strangers, and at most what
    they add up to against an operator: whichever is less bounds them.

    Args:
        engine: After :func:`debar.linking.links.link_platform`.
        frontier: Accounts to start from.
        least: Least uncalibrated probability, in millionths, of a hop that is worth asking about.
        raised: The most that a calibration raises a hop by, in millibits.

    Returns:
        Both ends, in no direction, and a probability that the hop cannot exceed.
    """
    engine.load("case_frontier", {"account_no": "INTEGER"}, [(n,) for n in sorted(frontier)])
    engine.run(Step(name="case_hops", sql=_HOPS, parameters={"ask_at": least}))
    for step in fact_steps("case_hop_facts", "case_hops"):
        engine.run(step)
    rows = engine.rows(
        "SELECT h.a_no, h.b_no, COALESCE(h.judgement, '') = 'positive',"
        f" LEAST({_power('h.rest_overt', 's.overt')} + {_power('h.rest_covert', 's.covert')},"
        f" {_power('h.rest_overt - h.rest_operator', 's.overt_lead')}"
        f" + {_power('h.rest_covert - h.rest_operator', 's.covert_lead')}) AS odds"
        f" FROM case_hops AS h LEFT JOIN ({_FACTS_AT_BEST}) AS s ON s.a_no = h.a_no AND s.b_no = h.b_no"
        " WHERE h.judgement = 'positive' OR odds >= $odds",
        {"odds": (least - 1) / max(1, MILLION - least)},
    )
    factor = 2.0 ** (raised / 1000)
    return [(a, b, 1.0 if sure else 1 - 1 / (1 + odds * factor)) for a, b, sure, odds in rows]


def _power(rest: str, added: str) -> str:
    """Return SQL for odds out of thousandths of a bit."""
    return f"POW(2, LEAST(60, ({rest} + COALESCE({added}, 0)) / 1000.0))"


def _reach(
    engine: Engine,
    named: dict[str, int],
    *,
    parameters: Parameters,
    policy: Policy,
    agencies: _Agencies,
    accounts_max: int,
) -> set[int]:
    """Return the accounts that a path can reach in the best case, the named ones among them.

    As in the expansion, a path is worth the product of its hops, and leads on only from who is proposed.
    """
    known = parameters.calibration
    least = policy.ask_at if known is None else known.least_for(policy.ask_at)
    raised = 0 if known is None else known.raised_at_most
    worth_asking = (min(policy.ask_at, policy.propose_at) - 1) / MILLION
    leads_on = (policy.propose_at - 1) / MILLION
    reach = dict.fromkeys(named.values(), 1.0)
    frontier = dict(reach)
    for _ in range(policy.hops_max):
        if not frontier:
            break
        found: dict[int, float] = {}
        for a, b, hop in _hops_at_best(engine, frontier, least, raised):
            for start, end in ((a, b), (b, a)):
                path = frontier.get(start, 0.0) * hop
                if path >= worth_asking and path > max(reach.get(end, 0.0), found.get(end, 0.0)):
                    found[end] = path
        reach |= found
        _refuse_if_large(len(reach), accounts_max)
        barred = agencies.among(found)
        frontier = {
            number: path for number, path in found.items() if path >= leads_on and number not in barred
        }
    return set(reach)


_INSIDE: Final = (
    "SELECT c.a_no, c.b_no, c.known_mask, j.judgement FROM link_pairs AS c"
    " JOIN case_accounts AS x ON x.account_no = c.a_no"
    " JOIN case_accounts AS y ON y.account_no = c.b_no"
    " LEFT JOIN link_judged AS j ON j.a_no = c.a_no AND j.b_no = c.b_no WHERE x.within OR y.within"
)


def _facts(engine: Engine) -> tuple[dict[str, Fact], dict[tuple[int, int], dict[str, str]]]:
    """Return the facts between the accounts of ``case_pairs``, and each pair's facts with their roles."""
    shared: dict[tuple[int, int], dict[str, str]] = {}
    facts = {}
    steps = (
        *fact_steps("case_plain", "case_pairs"),
        *named_steps("case_facts", "case_plain", salt_of(engine)),
    )
    for step in steps:
        engine.run(step)
    for a, b, role, *fact in engine.rows(
        "SELECT a_no, b_no, role, fact_id, kind, family, shown, crowd, all_agreeing, all_with_data"
        " FROM case_facts ORDER BY fact_id, a_no, b_no"
    ):
        found = Fact(
            fact_id=fact[0],
            kind=fact[1],
            family=fact[2],
            shown=fact[3],
            crowd=fact[4],
            agreeing=fact[5],
            with_data=fact[6],
        )
        facts[found.fact_id] = found
        shared.setdefault((a, b), {})[found.fact_id] = ROLES[role]
    return facts, shared


def _graph(
    engine: Engine, named: dict[str, int], everybody: set[int], *, reach: set[int], agencies: _Agencies
) -> CaseGraph:
    engine.load(
        "case_accounts",
        {"account_no": "INTEGER", "within": "BOOLEAN"},
        [(n, n in reach) for n in sorted(everybody)],
    )
    accounts = dict(
        engine.rows(
            "SELECT a.account_no, a.account_id FROM case_accounts AS c"
            " JOIN link_accounts AS a ON a.account_no = c.account_no ORDER BY a.account_no"
        )
    )
    engine.run(Step(name="case_pairs", sql=_INSIDE))
    facts, shared = _facts(engine)
    pairs = engine.rows("SELECT a_no, b_no, known_mask, judgement FROM case_pairs ORDER BY a_no, b_no")
    ((accounts_count,),) = engine.rows("SELECT COUNT(*) FROM link_accounts")
    return CaseGraph(
        named=tuple(sorted(named)),
        accounts=tuple(accounts.values()),
        agencies=frozenset(agencies.among(everybody).values()),
        facts=facts,
        pairs=tuple(
            GraphPair(
                account_a=accounts[a],
                account_b=accounts[b],
                shared=shared.get((a, b), {}),
                known_to_both=_families(known),
                judgement=judgement,
            )
            for a, b, known, judgement in pairs
        ),
        accounts_count=accounts_count,
    )
