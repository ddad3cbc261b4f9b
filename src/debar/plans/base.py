"""What a plan rests on, row by row, and whether that still stands.

Law: a base digests exactly the rows, judgements and decisions that members, paths and exclusions rest
on. Ten thousand unrelated decisions and a fresh export leave a plan applicable; one changed row on a
path makes it stale, and the message names the row.

Not digested, because nothing rests on it: when an identifier was last seen, what was billed since (money
is as-of), and rows that nobody of the case holds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.evidence.parameters import crowd_bucket
from debar.model.canonical import digest
from debar.model.problem import EXIT_STALE, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.cases.case import Case
    from debar.model.ports import Engine

STALE_ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ReadRow:
    """One row that a plan rests on.

    Args:
        table: accounts, agencies, identifiers, values, judgements, decisions or authorities.
        key: What names the row in its table: an account id, a fact id, or a JSON list of two.
        sha256: Digest of the columns that matter; of ``null`` where there is no such row.
    """

    table: str
    key: str
    sha256: str

    def as_json(self) -> dict[str, str]:
        """Return the row as a JSON object."""
        return {"table": self.table, "key": self.key, "sha256": self.sha256}


def keys_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Name the rows that a case rests on, as (table, key), sorted."""
    keys: set[tuple[str, str]] = set()
    held: dict[str, set[str]] = {}
    for pair in case.graph.pairs:
        for account in (pair.account_a, pair.account_b):
            held.setdefault(account, set()).update(pair.shared)
    for member in case.members:
        account = member.account_id
        keys.add(("agencies", account))
        keys.update(("identifiers", _pair_key(account, fact)) for fact in held.get(account, ()))
        if member.status == "out":
            continue
        keys.add(("accounts", account))
        keys.update(("judgements", _pair_key(*sorted((hop.start, hop.end)))) for hop in member.standing.path)
        if member.status == "in":
            keys.add(("decisions", account))
            keys.update(("values", fact) for fact in _facts_on_path(case, member.standing.path))
    inside = [member for member in case.members if member.status == "in"]
    keys.update(
        ("judgements", _pair_key(*sorted((linked.account_id, other.account_id))))
        for linked in inside
        if linked.basis == "linked"
        for other in inside
        if other is not linked
    )
    keys.update(
        ("judgements", _pair_key(pair.account_a, pair.account_b))
        for pair in case.graph.pairs
        if pair.judgement
    )
    return tuple(sorted(keys))


def _facts_on_path(case: Case, path: Sequence[Any]) -> set[str]:
    pairs = {(pair.account_a, pair.account_b): pair for pair in case.graph.pairs}
    return {
        fact
        for hop in path
        for fact in pairs[min(hop.start, hop.end), max(hop.start, hop.end)].shared
        if fact not in case.without
    }


def _pair_key(first: str, second: str) -> str:
    return json.dumps([first, second], ensure_ascii=False)


def read_rows(
    engine: Engine,
    decisions: Mapping[str, str],
    keys: Iterable[tuple[str, str]],
    *,
    authorities: Mapping[str, Any] | None = None,
) -> tuple[ReadRow, ...]:
    """Digest the present state of some rows.

    Args:
        engine: Holds the platform's normalised tables.
        decisions: Account id to the decision that now stands against it; absent where none does.
        keys: (table, key) as made by :func:`keys_of`, and those of the authorities that a decision cites.
        authorities: What names each cited authority to what it says; absent where it says nothing any more.

    Returns:
        One row a key, sorted; a row that is not there has the digest of ``null``.
    """
    wanted: dict[str, list[str]] = {}
    for table, key in keys:
        wanted.setdefault(table, []).append(key)
    found: dict[tuple[str, str], Any] = {}
    for table, reader in _READERS.items():
        if table in wanted:
            found.update({(table, key): value for key, value in reader(engine, wanted[table]).items()})
    for account in wanted.get("decisions", []):
        if account in decisions:
            found["decisions", account] = decisions[account]
    for name in wanted.get("authorities", []):
        if authorities is not None and name in authorities:
            found["authorities", name] = authorities[name]
    return tuple(
        sorted(
            ReadRow(table=table, key=key, sha256=digest(found.get((table, key))))
            for table, table_keys in wanted.items()
            for key in table_keys
        )
    )


def _accounts(engine: Engine, keys: list[str]) -> dict[str, Any]:
    rows = engine.rows(
        "SELECT account_id, name, legal_name, handle FROM accounts WHERE account_id IN (SELECT unnest($ids))",
        {"ids": keys},
    )
    return {row[0]: list(row[1:]) for row in rows}


def _agencies(engine: Engine, keys: list[str]) -> dict[str, Any]:
    rows = engine.rows(
        "SELECT account_id, declared_agency FROM accounts WHERE account_id IN (SELECT unnest($ids))",
        {"ids": keys},
    )
    return {row[0]: bool(row[1]) for row in rows}


def _identifiers(engine: Engine, keys: list[str]) -> dict[str, Any]:
    pairs = [json.loads(key) for key in keys]
    rows = engine.rows(
        "SELECT DISTINCT i.account_id, i.fact_id, i.value_key FROM identifiers i"
        " WHERE i.account_id IN (SELECT unnest($accounts)) AND i.fact_id IN (SELECT unnest($facts))",
        {"accounts": sorted({pair[0] for pair in pairs}), "facts": sorted({pair[1] for pair in pairs})},
    )
    return {_pair_key(account, fact): value_key for account, fact, value_key in rows}


def _values(engine: Engine, keys: list[str]) -> dict[str, Any]:
    rows = engine.rows(
        "SELECT fact_id, count(DISTINCT account_id) FROM identifiers"
        " WHERE fact_id IN (SELECT unnest($facts)) GROUP BY fact_id",
        {"facts": keys},
    )
    return {fact: crowd_bucket(crowd) for fact, crowd in rows}


def _judgements(engine: Engine, keys: list[str]) -> dict[str, Any]:
    pairs = [json.loads(key) for key in keys]
    rows = engine.rows(
        "SELECT account_a, account_b, judgement FROM judgements"
        ' WHERE account_a IN (SELECT unnest($accounts)) ORDER BY "at" NULLS FIRST, judgement DESC',
        {"accounts": sorted({pair[0] for pair in pairs})},
    )
    wanted = set(keys)
    return {key: row[2] for row in rows if (key := _pair_key(row[0], row[1])) in wanted}


_READERS = {
    "accounts": _accounts,
    "agencies": _agencies,
    "identifiers": _identifiers,
    "values": _values,
    "judgements": _judgements,
}

_WORDS = {
    "accounts": "account {key}: name, legal name or handle",
    "agencies": "account {key}: whether it is a declared agency",
    "identifiers": "identifier {key}: that the account holds it",
    "values": "identifier {key}: how many accounts hold it",
    "judgements": "judgement on {key}",
    "decisions": "account {key}: what was decided about it",
    "authorities": "outside authority {key}: what it says",
    "standing": "account {key}: whether and until when the decision stands against it",
    "responses": "account {key}: what it has said",
    "appeals": "appeal {key}: where it stands",
}


def base_of(rows: Sequence[ReadRow], *, model_sha256: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``base`` of a plan."""
    read_set = [row.as_json() for row in sorted(rows)]
    return {
        "read_set_sha256": digest(read_set),
        "model_sha256": model_sha256,
        "policy_sha256": digest(dict(policy)),
        "policy": dict(policy),
        "read_set": read_set,
    }


def refuse_if_stale(
    base: Mapping[str, Any], now: Sequence[ReadRow], *, model_sha256: str, policy_sha256: str
) -> None:
    """Refuse a plan whose base has moved.

    Args:
        base: The plan's ``base``.
        now: The same rows as they are now.
        model_sha256: Digest of the weights in use now.
        policy_sha256: Digest of the operator's policy now.

    Raises:
        DebarError: DBR-P003, exit code 4; it names each row that changed.
    """
    before = {(row["table"], row["key"]): row["sha256"] for row in base["read_set"]}
    changed = [
        _WORDS[row.table].format(key=row.key)
        for row in sorted(now)
        if before.get((row.table, row.key)) != row.sha256
    ]
    if base["model_sha256"] != model_sha256:
        changed.append("the weights that links are made with")
    if base["policy_sha256"] != policy_sha256:
        changed.append("the policy (debar.toml)")
    if not changed:
        return
    shown = changed[:STALE_ROWS_SHOWN]
    if len(changed) > len(shown):
        shown.append(f"and {len(changed) - len(shown)} more")
    raise DebarError(
        "DBR-P003",
        "the plan is stale: what it rests on has changed",
        details=tuple(f"changed: {line}" for line in shown),
        hint="make a new plan with debar plan and have it approved",
        exit_code=EXIT_STALE,
    )
