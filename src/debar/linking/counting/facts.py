"""What the asked pairs share and what the asked accounts hold, in words: read when asked for, never for all.

Law: a fact's role and grade are those of the pair's pattern; its words are the platform's own rows.
"""

from __future__ import annotations

from debar.linking.counting.numbering import value_hash
from debar.linking.steps import PASSED_ON, PRESENT, ends_sql, facts_sql
from debar.model.step import Step


def fact_steps(name: str, pairs: str) -> tuple[Step, ...]:
    """Return the steps that list what the asked pairs share, with each value's role.

    Args:
        name: Of the table that is made.
        pairs: A table of a_no, b_no: candidate pairs, each once.

    Returns:
        ``<name>_shared``, ``<name>_met`` (whose own pairs on which values are asked for), ``<name>_ends`` as
        :func:`debar.linking.steps.ends_sql` and ``<name>`` as ``link_facts``: a_no, b_no, value_no, agreeing
        and with_data over the *other* pairs, role, grade.
    """
    return (
        Step(
            name=f"{name}_shared",
            sql=(
                f"SELECT q.a_no, q.b_no, a.value_no, a.family_bit, {PASSED_ON}, c.shared_mask, c.known_mask"
                f" FROM {pairs} AS q JOIN link_pairs AS c ON c.a_no = q.a_no AND c.b_no = q.b_no"
                " JOIN link_holds AS a ON a.account_no = q.a_no"
                " JOIN link_holds AS b ON b.account_no = q.b_no AND b.value_no = a.value_no"
            ),
        ),
        Step(
            name=f"{name}_met",
            sql=(
                f"SELECT value_no, a_no AS account_no FROM {name}_shared"
                f" UNION SELECT value_no, b_no FROM {name}_shared"
            ),
        ),
        Step(name=f"{name}_ends", sql=ends_sql(f"{name}_met")),
        Step(name=name, sql=facts_sql(f"{name}_shared", f"{name}_ends")),
    )


def named_steps(name: str, facts: str, salt: str = "") -> tuple[Step, ...]:
    """Return the steps that put words to facts: the rows of the platform are read for these values only.

    Args:
        name: Of the table that is made.
        facts: A table as :func:`fact_steps` makes it.
        salt: With which the values were numbered.

    Returns:
        ``<name>_texts`` (value_no, fact_id, shown) and ``<name>``: the facts with all_agreeing and
        all_with_data over all pairs, fact_id, kind, kind_no, family, shown, crowd.
    """
    return (
        Step(
            name=f"{name}_texts",
            sql=(
                "SELECT v.value_no, MIN(i.fact_id) AS fact_id, MIN(i.shown) AS shown FROM identifiers AS i"
                " JOIN link_accounts AS a ON a.account_id = i.account_id"
                f" JOIN (SELECT DISTINCT f.value_no, x.value_hash FROM {facts} AS f"
                " JOIN link_values AS x ON x.value_no = f.value_no) AS v"
                f" ON v.value_hash = {value_hash('i', salt)}"
                f" WHERE i.family IS NOT NULL AND {PRESENT} GROUP BY v.value_no"
            ),
        ),
        Step(
            name=name,
            sql=(
                "SELECT f.*, t.agreeing AS all_agreeing, t.with_data AS all_with_data,"
                f" x.fact_id, k.kind, v.kind_no, k.family, x.shown, v.crowd FROM {facts} AS f"
                " JOIN link_values AS v ON v.value_no = f.value_no"
                " JOIN link_votes AS t ON t.value_no = f.value_no"
                " JOIN link_kinds AS k ON k.kind_no = v.kind_no"
                f" JOIN {name}_texts AS x ON x.value_no = f.value_no"
            ),
        ),
    )


def held_step(name: str, wanted: str, salt: str = "") -> Step:
    """Return the step that lists what some accounts hold, with crowd and votes over the platform.

    Args:
        name: Of the table that is made.
        wanted: A table of account_id.
        salt: With which the values were numbered.

    Returns:
        account_id, fact_id, kind, family, value_key, shown, crowd, agreeing, with_data; what an account held
        under a former holder is left out.
    """
    return Step(
        name=name,
        sql=(
            "SELECT m.account_id, MIN(i.fact_id) AS fact_id, m.kind, m.family, m.value_key,"
            " MIN(i.shown) AS shown, COALESCE(MAX(v.crowd), 1) AS crowd,"
            " COALESCE(MAX(t.agreeing), 0) AS agreeing, COALESCE(MAX(t.with_data), 0) AS with_data"
            " FROM (SELECT DISTINCT i.account_id, i.kind, i.family, i.value_key FROM identifiers AS i"
            f" JOIN {wanted} AS w ON w.account_id = i.account_id"
            f" JOIN link_accounts AS a ON a.account_id = i.account_id"
            f" WHERE i.family IS NOT NULL AND {PRESENT}) AS m"
            " JOIN identifiers AS i ON i.kind = m.kind AND i.value_key = m.value_key"
            f" LEFT JOIN link_values AS v ON v.value_hash = {value_hash('m', salt)}"
            " LEFT JOIN link_votes AS t ON t.value_no = v.value_no"
            " GROUP BY m.account_id, m.kind, m.family, m.value_key"
        ),
    )
