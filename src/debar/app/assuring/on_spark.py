"""Link a platform on Spark: intake here, counting, fit and reasons there.

Law: the same steps give the same links as on this machine; what Spark cannot do is refused, not left out.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.opening import read_evidence
from debar.linking.fitting.fit import fit_parameters
from debar.linking.handovers import split_accounts
from debar.linking.links import count_pairs, tell_links, weigh_links
from debar.stores.spark_engine import SparkEngine, spark_session

if TYPE_CHECKING:
    from debar.app.opening import Opened

TABLES = ("accounts", "identifiers", "judgements")


def links_on_spark(
    opened: Opened, out: Path, *, at_least: int, master: str | None, shared: Path | None
) -> Answer:
    """Score every candidate pair on Spark and write the links there.

    Args:
        opened: The platform, read by the embedded engine, which also compares its ads.
        out: The folder of Parquet files that Spark writes.
        at_least: Least p_owner written, in millionths.
        master: Spark's master; None for what pyspark itself finds.
        shared: A folder that the cluster reads under the same path; None for a temporary one.

    Raises:
        DebarError: DBR-S040, a package is missing; DBR-S042, Spark does not start.
    """
    session = spark_session(master)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="debar-links-", dir=shared) as folder,
            SparkEngine(session) as spark,
        ):
            read_evidence(opened.engine)
            for table in TABLES:
                opened.engine.write_parquet(table, Path(folder) / f"{table}.parquet")
                spark.read_parquet(Path(folder) / f"{table}.parquet", table)
            return _links(opened, spark, out, at_least)
    finally:
        session.stop()


def _links(opened: Opened, spark: SparkEngine, out: Path, at_least: int) -> Answer:
    handed_over = {one.account_id for one in split_accounts(spark)}
    count_pairs(spark, opened.policy)
    if opened.parameters.calibration is None:
        opened = replace(opened, parameters=fit_parameters(spark))
    weigh_links(spark, opened.parameters, opened.policy)
    tell_links(spark, at_least)
    spark.write_parquet("links_told", out)
    ((pairs, likely),) = spark.rows(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN p_owner >= :p AND carries_a_ban THEN 1 ELSE 0 END), 0)"
        " FROM links",
        {"p": opened.policy.propose_at},
    )
    known = opened.parameters.calibrated
    document: dict[str, Any] = {
        "pairs": pairs,
        "likely": likely,
        "handed_over": len(handed_over),
        "calibrated": known,
        "file": str(out),
        "engine": "spark",
    }
    text = (
        f"{pairs:,} pairs share something; {likely:,} of them are likely one owner on firm evidence"
        f" ({'calibrated' if known else 'uncalibrated, and not audited on Spark'})\nwritten to {out}"
    )
    return Answer(document=document, text=text)
