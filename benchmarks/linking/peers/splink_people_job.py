"""Splink 5 on its own benchmark of persons, with its library's comparisons; runs in its own environment.

    python splink_people_job.py PERSONS.parquet OUT.parquet

Law: this file imports nothing of debar; it is Splink at home.
"""

from __future__ import annotations

import json
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

BLOCKS = (
    ("first_name", "surname"),
    ("surname", "dob"),
    ("first_name", "dob"),
    ("postcode_fake", "first_name"),
    ("postcode_fake", "surname"),
    ("dob", "birth_place"),
    ("postcode_fake", "dob"),
    ("postcode_fake", "substr(dob, 1, 3)"),
    ("substr(first_name, 1, 3)", "substr(surname, 1, 4)"),
)


def main() -> None:
    persons, out = sys.argv[1:]
    connection = duckdb.connect(config={"memory_limit": "8GB", "threads": 2})
    connection.execute("SET enable_progress_bar = false")
    started = time.perf_counter()
    connection.execute(f"CREATE TABLE records AS SELECT * EXCLUDE (cluster) FROM read_parquet('{persons}')")
    linker = Linker(DuckDBAPI(connection=connection).register("records"), settings())
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname", "dob"), block_on("surname", "dob", "postcode_fake")], recall=0.6
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for block in (("first_name", "surname"), ("dob",)):
        training.estimate_parameters_using_expectation_maximisation(block_on(*block), max_pairs=5e6)
    predictions = linker.inference.predict(threshold_match_probability=0.001)
    connection.execute(
        "COPY (SELECT unique_id_l AS a, unique_id_r AS b, match_probability AS p"
        f" FROM {predictions.physical_name}) TO '{out}' (FORMAT parquet)"
    )
    print(json.dumps({"seconds": time.perf_counter() - started}))


def settings() -> SettingsCreator:
    """Return the comparisons that the library offers for persons."""
    names = cl.ForenameSurnameComparison(
        "first_name", "surname", forename_surname_concat_col_name="first_and_surname"
    )
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        comparisons=[
            names,
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        retain_matching_columns=False,
    )


if __name__ == "__main__":
    main()
