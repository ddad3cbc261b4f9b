"""The sample that reviewers get: by lot, from every band, with known chances."""

from __future__ import annotations

from inline_snapshot import snapshot

from debar.linking.assurance.sample import draw, draw_step, evidence
from debar.linking.assurance.scored import audit_steps, score_strata, stratum_sizes
from debar.linking.assurance.strata import allocate, stratum_of, stratum_sql
from debar.linking.links import link_platform
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import crowded_world


def prepared() -> tuple[DuckEngine, object]:
    """Return a linked and scored world."""
    world = crowded_world(background=200)
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy())
    score_strata(engine, world.parameters())
    return engine, world.parameters()


def test_the_same_text_draws_the_same_pairs_and_another_draws_others() -> None:
    """Drawn by hash: nothing is left to chance."""
    engine, _ = prepared()
    first, again, other = draw(engine, 60, "x"), draw(engine, 60, "x"), draw(engine, 60, "y")
    assert first == again
    assert set(first) != set(other)
    assert len(first) == 60


def test_weights_of_a_sample_add_up_to_the_platform() -> None:
    """Every stratum is drawn from, the far tail too, and the weights count all candidate pairs."""
    engine, _ = prepared()
    drawn = draw(engine, 60, "")
    ((pairs,),) = engine.rows("SELECT COUNT(*) FROM links")
    assert pairs == round(sum(pair.weight for pair in drawn))
    assert set(stratum_sizes(engine)) == {pair.stratum for pair in drawn}


def test_a_reviewer_reads_evidence_and_no_number_of_the_model() -> None:
    """One sentence a family; sensitive values are masked."""
    engine, parameters = prepared()
    pair = next(p for p in draw(engine, 200, "") if p.account_a.startswith("client"))
    sentences = evidence(engine, pair, parameters, Policy())  # type: ignore[arg-type]
    assert sentences
    assert not any("agency card" in sentence or "10.99.0.1" in sentence for sentence in sentences)


def test_reviews_are_shared_out_to_the_last_one() -> None:
    """The sum is what was asked for, or all there is; half goes to where bans come from."""
    sizes = {"firm 7": 5, "firm 6": 500, "soft 4": 3, "soft 0": 10_000}
    assert 100 == sum(allocate(sizes, 100).values())
    assert sum(sizes.values()) == sum(allocate(sizes, 10**6).values())
    sizes = {"firm 7": 500, "firm 6": 500, "soft 4": 300, "soft 0": 10_000}
    assert 51 == sum(count for name, count in allocate(sizes, 100).items() if name.startswith("firm"))


def test_strata_are_the_same_in_sql() -> None:
    """Python and SQL name every stratum alike."""
    engine = DuckEngine(threads=1)
    for p_owner in (0, 999, 1_000, 49_999, 300_000, 949_999, 950_000, 989_999, 990_000, 1_000_000):
        for firm in (True, False):
            ((got,),) = engine.rows(f"SELECT {stratum_sql(str(p_owner), str(firm).upper())}")
            assert stratum_of(p_owner, firm=firm) == got


def test_the_steps_are_these() -> None:
    """The SQL as it runs."""
    assert (
        snapshot(
            "SELECT x.account_a, x.account_b, x.stratum, x.p_owner, x.lot FROM (SELECT l.account_a, l.account_b, p.stratum, p.p_owner, l.lot, ROW_NUMBER() OVER (PARTITION BY p.stratum ORDER BY l.lot, l.account_a, l.account_b) AS place FROM (SELECT account_a, account_b, pattern, MD5($seed || ' ' || account_a || ' ' || account_b) AS lot FROM links) AS l JOIN assurance_patterns AS p ON p.pattern = l.pattern) AS x JOIN assurance_wanted_counts AS w ON w.stratum = x.stratum WHERE x.place <= w.wanted"
        )
        == draw_step("text").sql
    )
    assert snapshot(
        [
            "SELECT l.a_no, l.b_no, p.agrees, MD5(l.account_a || ' ' || l.account_b) AS lot FROM links AS l JOIN assurance_patterns AS p ON p.pattern = l.pattern AND p.firm = l.firm WHERE p.agrees IS NOT NULL AND p.rest >= $propose_at AND (l.firm & $other_families) <> 0",
            "SELECT x.a_no, x.b_no, x.agrees, x.lot = a.lot AND x.lot = b.lot AS apart FROM audit_linked AS x JOIN (SELECT account_no, MIN(lot) AS lot FROM (SELECT a_no AS account_no, lot FROM audit_linked UNION ALL SELECT b_no, lot FROM audit_linked) AS ends GROUP BY account_no) AS a ON a.account_no = x.a_no JOIN (SELECT account_no, MIN(lot) AS lot FROM (SELECT a_no AS account_no, lot FROM audit_linked UNION ALL SELECT b_no, lot FROM audit_linked) AS ends GROUP BY account_no) AS b ON b.account_no = x.b_no",
        ]
    ) == [step.sql for step in audit_steps(950_000)]
