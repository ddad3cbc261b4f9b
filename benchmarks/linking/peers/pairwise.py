"""A pairwise latent class model: families, crowds and their roles, EM over all pairs, best path to a ban.

Law: pairs are weighed one by one, from what the two share directly; nothing is learned from groups, time or
names. It stands for the kind of model that debar started from, so that what was gained since can be seen.

The latent relation of a pair is unrelated, same operator, same owner openly, same owner covertly. Families
are independent given the relation; within a family a pair has one level: unknown, nothing shared, or
(kinds shared x crowd of the rarest value x role of that value). EM runs over the counts of distinct level
patterns, and over the pairs that share nothing at all, whose counts are exact.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np

from benchmarks.linking.expansion import by_best_path
from benchmarks.linking.method import Outcome, numbered
from benchmarks.linking.metrics import ScoredPairs
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, carries_a_ban

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.linking.method import Prepared

CAP: Final = 200
CROWDS: Final = (2, 4, 8, 16, 32)
"""Upper ends of the crowd buckets; the last bucket is open."""
ROLE_CUTS: Final = (0.12, 0.35)
GRADES: Final = 3 * (len(CROWDS) + 1)
LEVELS: Final = 2 + 3 * GRADES
ROUNDS_MAX: Final = 300
THRESHOLD: Final = 0.999

UNRELATED, OPERATOR, OVERT, COVERT = range(4)
LEGAL, WEB = 0, 1

SHARED_MAX: Final = {(OPERATOR, LEGAL): 0.002, (COVERT, LEGAL): 0.1, (COVERT, WEB): 0.1}
"""What the relations mean: an operator's clients share no legal id, and who hides has an own one and an own
domain. Left free, EM gives these classes to link shorteners and template pixels."""
COVERT_TO_OVERT_MAX: Final = 0.25
"""Covert pairs for each overt one, at most: left free, the class swells with chance acquaintances. Both
bounds were chosen in the peer's favour, on seed 7 of both worlds."""


def pairwise(prepared: Prepared) -> Outcome:
    """Fit the model to a platform and expand by the best path over firm pairs, three hops at most."""
    started = time.perf_counter()
    with duckdb.connect(config={"memory_limit": "8GB"}) as connection:
        known = _evidence(connection, str(prepared.identifiers_file))
        columns = connection.execute("SELECT * FROM pairs").fetchnumpy()
    levels = np.stack([np.asarray(columns[family]) for family in FAMILIES], axis=1).astype(np.int64)
    patterns, place, counts = np.unique(levels, axis=0, return_inverse=True, return_counts=True)
    rest, rest_counts = _remainder(known, patterns, counts)
    posterior = _fit(np.concatenate([patterns, rest]), np.concatenate([counts, rest_counts]))
    p_owner = _unsaturated(posterior)[place.reshape(-1)]
    ends = columns["a"].tolist(), columns["b"].tolist()
    truth = prepared.truth
    firm = np.where(np.asarray(columns["firm"], dtype=np.bool_), p_owner, 0.0)
    return Outcome(
        method="pairwise",
        pairs=ScoredPairs.of(*numbered(zip(*ends, p_owner.tolist(), strict=True), truth)),
        standings=by_best_path(ScoredPairs.of(*numbered(zip(*ends, firm.tolist(), strict=True), truth))),
        review=by_best_path(ScoredPairs.of(*numbered(zip(*ends, p_owner.tolist(), strict=True), truth))),
        threshold=THRESHOLD,
        seconds=time.perf_counter() - started,
    )


EVIDENCE: Final = """
CREATE TABLE held AS
  SELECT DISTINCT account_id, kind || ':' || value_key AS value, bit, family_bit, firm
  FROM read_parquet('{identifiers}') JOIN kinds USING (kind);
CREATE TABLE valued AS
  SELECT *, COUNT(*) OVER (PARTITION BY value) AS crowd FROM held QUALIFY crowd <= {cap};
CREATE TABLE presence AS SELECT account_id, BIT_OR(family_bit) AS mask FROM valued GROUP BY account_id;
CREATE TABLE met AS
  SELECT a.account_id AS a, b.account_id AS b, value, a.bit, a.family_bit, a.firm, {bucket} AS bucket
  FROM valued AS a JOIN valued AS b USING (value) WHERE a.account_id < b.account_id;
CREATE TABLE candidates AS
  SELECT m.*, x.mask & y.mask AS known
  FROM (SELECT a, b, BIT_OR(family_bit) AS shared, BOOL_OR(firm) AS firm FROM met GROUP BY a, b) AS m
  JOIN presence AS x ON x.account_id = a JOIN presence AS y ON y.account_id = b;
CREATE TABLE voted AS
  SELECT m.*, c.shared & {others} <> 0 AS agrees, c.known & {others} <> 0 AS could
  FROM met AS m JOIN candidates AS c USING (a, b);
CREATE TABLE votes AS
  SELECT value, SUM(agrees::INT) AS agreeing, SUM(could::INT) AS with_data FROM voted GROUP BY value;
CREATE TABLE graded AS
  SELECT a, b, bit, family_bit,
    3 * bucket + CASE WHEN rho < {low} THEN 0 WHEN rho < {high} THEN 1 ELSE 2 END AS grade
  FROM (SELECT voted.*, (agreeing - agrees::INT + .45) / (with_data - could::INT + 1.5) AS rho
        FROM voted JOIN votes USING (value));
CREATE TABLE pairs AS
  SELECT c.a, c.b, c.firm, {levels}
  FROM candidates AS c JOIN (SELECT a, b, {graded} FROM graded GROUP BY a, b) AS shared USING (a, b);
"""


def _evidence(connection: duckdb.DuckDBPyConnection, identifiers: str) -> dict[int, int]:
    """Make ``pairs`` (a, b, firm, one level a family); return accounts by mask of known families."""
    bits = {family: 1 << place for place, family in enumerate(FAMILIES)}
    connection.execute("CREATE TABLE kinds (kind VARCHAR, bit INTEGER, family_bit INTEGER, firm BOOLEAN)")
    connection.executemany(
        "INSERT INTO kinds VALUES (?, ?, ?, ?)",
        [
            (kind, 1 << place, bits[family], carries_a_ban(kind))
            for place, (kind, family) in enumerate(FAMILY_OF_KIND.items())
        ],
    )
    levels = ", ".join(
        f"CASE WHEN shared.{family} IS NOT NULL THEN shared.{family}"
        f" WHEN c.known & {bit} <> 0 THEN 1 ELSE 0 END AS {family}"
        for family, bit in bits.items()
    )
    graded = ", ".join(
        f"2 + MIN(grade) FILTER (family_bit = {bit})"
        f" + {GRADES} * (LEAST(BIT_COUNT(BIT_OR(bit) FILTER (family_bit = {bit})), 3) - 1) AS {family}"
        for family, bit in bits.items()
    )
    low, high = ROLE_CUTS
    connection.execute(
        EVIDENCE.format(
            identifiers=identifiers,
            cap=CAP,
            bucket=" + ".join(f"(a.crowd > {end})::INT" for end in CROWDS),
            others=f"({(1 << len(FAMILIES)) - 1} & ~(family_bit | {bits['access']}))",
            low=low,
            high=high,
            levels=levels,
            graded=graded,
        )
    )
    return dict(connection.execute("SELECT mask, COUNT(*) FROM presence GROUP BY mask").fetchall())


def _remainder(
    known: dict[int, int], patterns: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the patterns of pairs that share nothing, with their exact counts."""
    size = 1 << len(FAMILIES)
    pairs = np.zeros(size, dtype=np.int64)
    for one, there in known.items():
        for other, too in known.items():
            pairs[one & other] += there * too
        pairs[one] -= there
    pairs //= 2
    bits = 1 << np.arange(len(FAMILIES))
    np.subtract.at(pairs, ((patterns > 0) * bits).sum(axis=1), counts)
    masks = np.flatnonzero(pairs > 0)
    return ((masks[:, None] & bits) > 0).astype(np.int64), pairs[masks]


def _fit(patterns: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Run EM; return the posterior of the four relations for each pattern."""
    theta, share = _start(patterns, counts), np.array([1 - 3e-4, 1e-4, 1e-4, 1e-4])
    posterior = np.zeros((len(patterns), 4))
    before = -np.inf
    for _ in range(ROUNDS_MAX):
        joint = np.log(share) + sum(
            np.where(patterns[:, [f]] > 0, np.log(theta[:, f, patterns[:, f]]).T, 0.0)
            for f in range(len(FAMILIES))
        )
        top = joint.max(axis=1, keepdims=True)
        total = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
        posterior = np.exp(joint - total[:, None])
        weighted = posterior * counts[:, None]
        share = (weighted.sum(axis=0) + 1) / (counts.sum() + 4)
        share[COVERT] = min(share[COVERT], COVERT_TO_OVERT_MAX * share[OVERT])
        theta = _estimate(patterns, weighted)
        now = float((counts * total).sum())
        if now - before < 1e-7 * abs(now):
            break
        before = now
    return posterior


def _unsaturated(posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p_owner; odds above 40 bits are squeezed below 1, so that they still order pairs."""
    other = np.maximum(posterior[:, UNRELATED] + posterior[:, OPERATOR], 1e-300)
    owner = posterior[:, OVERT] + posterior[:, COVERT]
    bits = np.log2(np.maximum(owner, 1e-300)) - np.log2(other)
    squeezed = 1 - np.exp2(-40 - 10 * (1 - np.exp(np.minimum(40 - bits, 0) / 100)))
    return np.where(bits <= 40, owner, squeezed)


def _estimate(patterns: NDArray[np.int64], weighted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return P(level | relation, known) for each family, lightly smoothed; unknown levels count nothing."""
    theta = np.full((4, len(FAMILIES), LEVELS), 1e-3)
    for relation in range(4):
        for family in range(len(FAMILIES)):
            seen = np.bincount(patterns[:, family], weighted[:, relation], LEVELS)
            theta[relation, family, 1:] += seen[1:]
    theta[:, :, 0] = 0
    theta /= theta.sum(axis=2, keepdims=True)
    for (relation, family), most in SHARED_MAX.items():
        levels = theta[relation, family]
        shared = levels[2:].sum()
        if shared > most:
            levels[2:] *= most / shared
            levels[1] = 1 - most
    theta[:, :, 0] = 1
    return theta


def _start(patterns: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the tables that EM starts from: what each relation shares, and in which kind of crowd."""
    shares = {  # how often two accounts share something: legal, web, contact, access, creative
        UNRELATED: (1e-5, 1e-4, 1e-4, 1e-3, 1e-4),
        OPERATOR: (1e-3, 0.05, 0.1, 0.9, 0.1),
        OVERT: (0.8, 0.7, 0.6, 0.8, 0.3),
        COVERT: (0.05, 0.1, 0.1, 0.6, 0.2),
    }
    seen = np.stack([np.bincount(patterns[:, f], counts, LEVELS) for f in range(len(FAMILIES))])
    role = np.array([(level - 2) % 3 for level in range(LEVELS)])
    tilt = {
        UNRELATED: (1, 1, 1),
        OPERATOR: (4, 1, 0.25),
        OVERT: (0.25, 1, 4),
        COVERT: (0.5, 1, 2),
    }
    theta = np.ones((4, len(FAMILIES), LEVELS))
    for relation, by_family in shares.items():
        for family, share in enumerate(by_family):
            inside = (seen[family, 2:] + 0.1) * np.array(tilt[relation])[role[2:]]
            theta[relation, family, 2:] = share * inside / inside.sum()
            theta[relation, family, 1] = 1 - share
    return theta
