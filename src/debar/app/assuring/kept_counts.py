"""The counts of a platform's pairs, kept between two runs: the next one counts only what changed.

Law: the links are those of a full run under the weights of the first one. What was counted by other means
(another version of debar or of the database), or is damaged, is never carried on.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from debar import __version__
from debar.app.opening import read_evidence
from debar.evidence.parameters import Parameters
from debar.linking.counting.update import update_pairs
from debar.linking.fitting.fit import fit_parameters
from debar.linking.handovers import split_accounts
from debar.linking.links import count_pairs, salt_of
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.model.step import Step, quote_text

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened

MANIFEST: Final = "counts.json"
VERSION: Final = 1

TABLES: Final = (
    "link_accounts",
    "link_counted",
    "link_ends",
    "link_holds",
    "link_judged",
    "link_kinds",
    "link_over",
    "link_pairs",
    "link_presence",
    "link_repeats",
    "link_rows",
    "link_values",
    "link_votes",
    "kept_accounts",
)
"""What is kept, one Parquet file each."""

SAME_MIN: Final = 0.5
"""So large a share of the kept accounts must be on the platform, or it is another one."""

_ACCOUNTS: Final = (
    "SELECT a.account_id, p.from_day, CAST(COUNT(i.kind) AS BIGINT) AS rows_count,"
    " CAST(COALESCE(SUM(HASH(i.kind, i.family, i.value_key, i.first_seen, i.last_seen, i.source)"
    " % 4294967296), 0) AS BIGINT) AS rows_sum,"
    " COALESCE(BIT_XOR(HASH(i.kind, i.family, i.value_key, i.first_seen, i.last_seen, i.source)), 0)"
    " AS rows_xor"
    " FROM accounts AS a LEFT JOIN identifiers AS i ON i.account_id = a.account_id"
    " LEFT JOIN (SELECT account_id, MAX(from_day) AS from_day FROM account_periods GROUP BY account_id) AS p"
    " ON p.account_id = a.account_id WHERE a.account_id <> 'unattributed' GROUP BY a.account_id, p.from_day"
)
"""Each account with a digest of what it holds: two that differ by chance would have to do so in 96 bits."""

_CHANGED: Final = (
    "SELECT COALESCE(o.account_id, n.account_id) AS account_id FROM kept_accounts AS o"
    " FULL JOIN new_accounts AS n ON n.account_id = o.account_id"
    " WHERE o.account_id IS NULL OR n.account_id IS NULL OR o.rows_count <> n.rows_count"
    " OR o.rows_sum <> n.rows_sum OR o.rows_xor <> n.rows_xor OR o.from_day IS DISTINCT FROM n.from_day"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stands beside the kept tables.

    Args:
        made_by: By what they were counted: other means count otherwise.
        evidence: What a platform must have in common with them: key, families, crowd cap.
        parameters: The weights of the first run.
    """

    made_by: str
    evidence: dict[str, Any]
    parameters: Parameters

    def text(self) -> str:
        """Write the manifest."""
        document = {
            "version": VERSION,
            "made_by": self.made_by,
            **self.evidence,
            "parameters": self.parameters.as_json(),
        }
        return json.dumps(document, ensure_ascii=False) + "\n"


def fitted_from(opened: Opened, folder: Path) -> tuple[Opened, int | None]:
    """Count a platform's pairs from what an earlier run kept, and keep the counts for the next.

    Args:
        opened: The platform.
        folder: Of the kept counts; without one, all is counted and the folder made.

    Returns:
        The platform with its weights (those of the first run, unless a calibration is named), and how many
        accounts had changed; None where all was counted.

    Raises:
        DebarError: DBR-A096, the counts are of other evidence; DBR-A097, the folder holds something else.
    """
    engine, policy = opened.engine, opened.policy
    kept = _read(folder)
    here = _now(opened)
    if kept is not None:
        _refuse_elsewhere(kept, here, folder)
    read_evidence(engine)
    split_accounts(engine)
    engine.run(Step(name="new_accounts", sql=_ACCOUNTS))
    changed = None if kept is None or kept.made_by != here.made_by else _carried(opened, folder)
    if changed is None:
        count_pairs(engine, policy, keep_rows=True)
    parameters = opened.parameters
    if parameters.calibration is None:
        parameters = fit_parameters(engine) if changed is None or kept is None else kept.parameters
    engine.run(Step(name="kept_accounts", sql="SELECT * FROM new_accounts"))
    _write(opened, folder, replace(here, parameters=parameters))
    return replace(opened, parameters=parameters), changed


def _now(opened: Opened) -> Kept:
    ((probe, database),) = opened.engine.rows("SELECT VALUE_HASH('debar', 'kept'), VERSION()")
    return Kept(
        made_by=f"debar {__version__}, DuckDB {database}, {probe}",
        evidence={
            "key_id": opened.platform.key_id,
            "families": dict(opened.policy.families),
            "crowd_cap": opened.policy.crowd_cap,
        },
        parameters=opened.parameters,
    )


def _read(folder: Path) -> Kept | None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        return _kept(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DebarError(
            "DBR-A097",
            f"this folder holds no kept counts: {error.__class__.__name__}",
            place=Place(file=str(folder)),
            hint="name a new folder, or one that debar links --keep wrote",
        ) from None


def _kept(folder: Path, document: Any) -> Kept:  # noqa: ANN401 - what a file holds
    if document["version"] != VERSION or not all((folder / f"{t}.parquet").exists() for t in TABLES):
        raise ValueError("no counts of this version")
    return Kept(
        made_by=str(document["made_by"]),
        evidence={name: document[name] for name in ("key_id", "families", "crowd_cap")},
        parameters=Parameters.from_json(document["parameters"]),
    )


def _refuse_elsewhere(kept: Kept, here: Kept, folder: Path) -> None:
    differs = [
        f"{name}: {then} then, {here.evidence[name]} now"
        for name, then in kept.evidence.items()
        if then != here.evidence[name]
    ]
    if differs:
        raise _other_evidence(folder, *differs)


def _other_evidence(folder: Path, *details: str) -> DebarError:
    return DebarError(
        "DBR-A096",
        "the kept counts are of other evidence",
        place=Place(file=str(folder)),
        details=details,
        hint="keep each platform's counts in a folder of its own; to begin anew, name a new one",
        exit_code=EXIT_REFUSED,
    )


def _carried(opened: Opened, folder: Path) -> int | None:
    """Carry what changed into the kept counts; return how many accounts had, None if it cannot be."""
    engine = opened.engine
    for table in TABLES:
        source = quote_text(str(folder / f"{table}.parquet"))
        if not engine.try_run(Step(name=table, sql=f"SELECT * FROM read_parquet({source})")):
            raise DebarError(
                "DBR-A097",
                "this folder holds no kept counts: a file is damaged",
                place=Place(file=str(folder / f"{table}.parquet")),
                hint="name a new folder, or one that debar links --keep wrote",
            )
    ((kept, here),) = engine.rows(
        "SELECT COUNT(*), COUNT(n.account_id) FROM kept_accounts AS o"
        " LEFT JOIN new_accounts AS n ON n.account_id = o.account_id"
    )
    if here < SAME_MIN * kept:
        raise _other_evidence(folder, f"of {kept:,} accounts then only {here:,} are here now")
    engine.run(Step(name="changed_accounts", sql=_CHANGED))
    engine.run(
        Step(
            name="changed_identifiers",
            sql="SELECT i.* FROM identifiers AS i JOIN changed_accounts AS c ON c.account_id = i.account_id",
        )
    )
    ((changed,),) = engine.rows("SELECT COUNT(*) FROM changed_accounts")
    return changed if update_pairs(engine, opened.policy, salt_of(engine)) else None


def _write(opened: Opened, folder: Path, kept: Kept) -> None:
    """Write the folder beside its place, then put it there; the manifest comes last."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for table in TABLES:
        opened.engine.write_parquet(table, part / f"{table}.parquet")
    (part / MANIFEST).write_text(kept.text(), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)
