"""The audit without labels: what it says, and on how many pairs."""

from __future__ import annotations

from itertools import combinations

import pytest

from debar.linking.assurance.audit import Audit
from debar.linking.assurance.scored import audit_platform, audit_steps, score_strata
from debar.linking.links import link_platform
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World


@pytest.mark.parametrize(
    ("agreeing", "apart", "verdict"),
    [
        (0, 0, "cannot audit"),
        (2, 5, "cannot audit"),
        (0, 27, "not identifiable"),
        (3, 60, "not identifiable"),
        (18, 60, "doubtful"),
        (35, 60, "healthy"),
        (16, 27, "healthy"),
    ],
)
def test_the_verdict_follows_from_exact_intervals(agreeing: int, apart: int, verdict: str) -> None:
    """None where there are too few pairs; a refusal where agreement is surely rare; health where it is common."""
    audit = Audit(pairs=apart, agreeing=agreeing, apart=apart, apart_agreeing=agreeing)
    assert verdict == audit.verdict
    assert verdict.split(maxsplit=1)[0] in audit.sentence() or verdict == "healthy"


@pytest.mark.parametrize(
    ("agreeing", "apart", "default", "fitted"),
    [
        (0, 0, True, False),
        (2, 5, True, False),
        (0, 27, False, False),
        (18, 60, True, True),
        (16, 27, True, True),
    ],
)
def test_fitted_weights_that_cannot_be_audited_carry_nobody(
    agreeing: int, apart: int, *, default: bool, fitted: bool
) -> None:
    """Where nobody is linked a fit finds something too; judged tables on a small platform are said to be that."""
    audit = Audit(pairs=apart, agreeing=agreeing, apart=apart, apart_agreeing=agreeing)
    assert (default, fitted) == (audit.carries(fitted=False), audit.carries(fitted=True))


def crowd(owners: int, *, linked: bool) -> World:
    """Return owners with two accounts on one mailbox and page: truly one owner, or strangers on borrowed ones."""
    world = World()
    for n in range(owners):
        for side in ("a", "b"):
            world.account(
                f"{side}{n}",
                legal_id=f"L{n}" if linked else f"L{n}{side}",
                email=f"box{n}@mail.example",
                page=f"page {n}",
                phone=f"+1555{n:06d}",
            )
    return world


def audit_of(world: World) -> Audit:
    """Link and audit a world."""
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    score_strata(engine, world.parameters())
    return audit_platform(engine, Policy())


def test_where_owners_are_linked_their_legal_ids_agree() -> None:
    """Forty owners with two accounts each: all forty pairs agree."""
    audit = audit_of(crowd(40, linked=True))
    assert (40, 40, "healthy") == (audit.apart, audit.apart_agreeing, audit.verdict)


def test_where_nobody_is_linked_the_audit_refuses() -> None:
    """The same evidence between strangers: no legal id agrees, and the data is called not identifiable."""
    audit = audit_of(crowd(40, linked=False))
    assert (40, 0, "not identifiable") == (audit.apart, audit.apart_agreeing, audit.verdict)
    assert "not identifiable; set priors or review 200 pairs" in audit.sentence()


def test_a_crowd_counts_by_accounts_and_not_by_pairs() -> None:
    """Six accounts on one mailbox make fifteen pairs, and no account is in two of those that count."""
    world = crowd(3, linked=False)
    for n in range(6):
        world.account(
            f"c{n}", legal_id="CROWD", email="crowd@mail.example", page="crowd", phone="+15559999999"
        )
    audit = audit_of(world)
    assert audit.pairs == 18
    assert 4 <= audit.apart <= 6


def test_no_account_is_in_two_pairs_that_count() -> None:
    """Six accounts make fifteen pairs, and no account is in two of those that count."""
    engine = DuckEngine(threads=1)
    columns = {"a_no": "INTEGER", "b_no": "INTEGER", "agrees": "BOOLEAN", "lot": "VARCHAR"}
    rows = [(a, b, False, f"{(7 * a + 11 * b) % 31:02}") for a, b in combinations(range(6), 2)]
    engine.load("audit_linked", columns, rows)
    engine.run(audit_steps(950_000)[1])
    found = engine.rows("SELECT a_no, b_no, apart FROM audit_pairs")
    counted = [account for a, b, apart in found if apart for account in (a, b)]
    assert 15 == len(found)
    assert 2 <= len(counted) == len(set(counted))
