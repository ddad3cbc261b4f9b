"""Splink 5 as an expert would set it up for accounts with many values of a kind; runs in its own environment.

    python splink_job.py ACCOUNTS.parquet IDENTIFIERS.parquet OUT.parquet [MEMORY]

Law: this file imports nothing of debar; it sees the normalised accounts and identifiers and nothing else.

A kind is one comparison. Splink has no term frequency for arrays, so a kind's values are put into one array
column a bucket of crowd sizes, and "shares a value of a crowd of 2", "of 3 to 4" and so on are the levels:
rarity is learned. Values above the cap are left out. u is the share of all pairs that reach a level, counted
exactly (what sampling without end would give); m is learned by EM in several sessions, each blocked on
the rarest value of one kind, so that every comparison is trained in all the others.
"""

from __future__ import annotations

import json
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CAP = 200
BUCKETS = ((2, 2), (3, 4), (5, 8), (9, 16), (17, 32), (33, CAP))
TRAINING_PAIRS = 2e6
PROBED_RECORDS = 100_000
PROBABILITY = (
    "CASE WHEN match_weight <= 40 THEN match_probability"
    " ELSE 1 - pow(2, -40 - 10 * (1 - exp((40 - match_weight) / 100))) END"
)
"""Weights above 40 bits would all round to 1; squeezed below it they still order pairs."""
LEAST_PAIRS = 200
"""A kind in which fewer pairs share something is not worth a comparison."""


def main() -> None:
    accounts, identifiers, out, *rest = sys.argv[1:]
    connection = duckdb.connect(config={"memory_limit": rest[0] if rest else "8GB", "threads": 2})
    connection.execute("SET enable_progress_bar = false")
    started = time.perf_counter()
    kinds = arrange(connection, accounts, identifiers)
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("records"), settings(kinds, connection))
    said = train(linker, kinds, connection)
    predictions = linker.inference.predict(threshold_match_probability=0.001)
    connection.execute(
        f"COPY (SELECT unique_id_l AS a, unique_id_r AS b, {PROBABILITY} AS p"
        f" FROM {predictions.physical_name}) TO '{out}' (FORMAT parquet)"
    )
    said["seconds"] = time.perf_counter() - started
    print(json.dumps(said))


def arrange(connection: duckdb.DuckDBPyConnection, accounts: str, identifiers: str) -> list[str]:
    """Make ``records``: one row an account, and for each kind its arrays by bucket."""
    connection.execute(
        "CREATE TABLE held AS SELECT DISTINCT account_id, kind, hash(value_key) AS value"
        f" FROM read_parquet('{identifiers}') WHERE family IS NOT NULL"
    )
    connection.execute(
        "CREATE TABLE valued AS SELECT *, COUNT(*) OVER (PARTITION BY kind, value) AS crowd FROM held"
        f" QUALIFY crowd <= {CAP}"
    )
    kinds = [
        kind
        for (kind,) in connection.execute(
            "SELECT kind FROM (SELECT DISTINCT kind, value, crowd FROM valued) GROUP BY kind"
            f" HAVING SUM(crowd * (crowd - 1) / 2) >= {LEAST_PAIRS} ORDER BY kind"
        ).fetchall()
    ]
    columns = ["account_id"]
    for kind in kinds:
        of_kind = f"kind = '{kind}'"
        columns.append(f"COUNT(*) FILTER ({of_kind}) > 0 AS {kind}_known")
        columns.append(
            f"COALESCE(LIST(value) FILTER ({of_kind} AND crowd >= 2), CAST([] AS UBIGINT[])) AS {kind}_block"
        )
        columns.append(f"ARG_MIN(value, crowd) FILTER ({of_kind} AND crowd >= 2) AS {kind}_rarest")
        columns += [
            f"COALESCE(LIST(value) FILTER ({of_kind} AND crowd BETWEEN {low} AND {high}),"
            f" CAST([] AS UBIGINT[])) AS {kind}_{low}"
            for low, high in BUCKETS
        ]
    connection.execute(
        "CREATE TABLE records AS SELECT a.account_id AS unique_id, lower(trim(a.name)) AS name,"
        f" v.* EXCLUDE (account_id) FROM read_parquet('{accounts}') AS a"
        f" LEFT JOIN (SELECT {', '.join(columns)} FROM valued GROUP BY account_id) AS v USING (account_id)"
    )
    return kinds


def settings(kinds: list[str], connection: duckdb.DuckDBPyConnection) -> SettingsCreator:
    """Return the comparisons, with u counted, and a blocking rule a kind."""
    named = ["name"] if _filled(connection, "name") else []
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            *(of_kind(kind, connection) for kind in kinds),
            *(
                cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True)
                for _ in named
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on(f"{kind}_block", arrays_to_explode=[f"{kind}_block"]) for kind in kinds
        ],
        retain_matching_columns=False,
        max_iterations=50,
    )


def _filled(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    ((filled,),) = connection.execute(f"SELECT COUNT({column}) FROM records").fetchall()
    return bool(filled)


def of_kind(kind: str, connection: duckdb.DuckDBPyConnection) -> cl.CustomComparison:
    """Return the comparison of a kind: the rarest crowd in which both share a value."""
    shares = level_shares(kind, connection)
    # The last clause only names the column, so that a session that blocks on it leaves this kind out.
    unknown = (
        f'"{kind}_known_l" IS NOT TRUE OR "{kind}_known_r" IS NOT TRUE'
        f' OR ("{kind}_rarest_l" IS NULL AND "{kind}_rarest_r" IS NULL AND FALSE)'
    )
    levels = [cll.CustomLevel(unknown).configure(is_null_level=True)]
    for low, high in BUCKETS:
        if shares[low] == 0:
            continue
        level = cll.CustomLevel(
            f'list_has_any("{kind}_{low}_l", "{kind}_{low}_r")',
            label_for_charts=f"shares one of {low}-{high}",
        )
        levels.append(level.configure(u_probability=shares[low], fix_u_probability=True))
    nothing = cll.ElseLevel().configure(
        u_probability=max(1 - sum(shares.values()), 1e-9), fix_u_probability=True
    )
    return cl.CustomComparison(output_column_name=kind, comparison_levels=[*levels, nothing])


def level_shares(kind: str, connection: duckdb.DuckDBPyConnection) -> dict[int, float]:
    """Return, of all pairs that both know the kind, the share whose rarest shared value is in each bucket."""
    ((known,),) = connection.execute(f"SELECT COUNT(*) FROM records WHERE {kind}_known").fetchall()
    rows = connection.execute(
        "SELECT rarest, COUNT(*) FROM (SELECT MIN(a.crowd) AS rarest FROM valued AS a JOIN valued AS b"
        " ON a.kind = b.kind AND a.value = b.value AND a.account_id < b.account_id"
        " WHERE a.kind = $kind GROUP BY a.account_id, b.account_id) GROUP BY rarest",
        {"kind": kind},
    ).fetchall()
    total = known * (known - 1) / 2
    return {
        low: sum(pairs for rarest, pairs in rows if low <= rarest <= high) / total for low, high in BUCKETS
    }


def train(linker: Linker, kinds: list[str], connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """Estimate the prior and m; return what was done."""
    strict = [f"{kind}_rarest" for kind in ("legal_id", "tax_id", "vat_id", "email") if kind in kinds]
    strict = strict or [f"{kind}_rarest" for kind in kinds[:1]]
    prior = linker.training.estimate_probability_two_random_records_match
    prior([block_on(column) for column in strict], recall=0.6)
    if _filled(connection, "name"):
        linker.training.estimate_u_using_random_sampling(max_pairs=2e7, seed=1)
    learn = linker.training.estimate_parameters_using_expectation_maximisation
    ((records,),) = connection.execute("SELECT COUNT(*) FROM records").fetchall()
    probe = min(1.0, PROBED_RECORDS / records)
    trained = []
    for kind in kinds:
        try:
            learn(block_on(f"{kind}_rarest"), max_pairs=TRAINING_PAIRS, record_sample_proportion=probe)
            trained.append(kind)
        except Exception as error:  # noqa: BLE001 - a kind with nothing to learn from is left out and told
            print(f"no training on {kind}: {type(error).__name__}", file=sys.stderr)
    return {"kinds": kinds, "trained_on": trained}


if __name__ == "__main__":
    main()
