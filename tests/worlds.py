"""A small invented world as normalised tables: a named party, a front, an agency's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.evidence.parameters import default_parameters
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACCOUNTS = {
    "A1": ("Northwind News", "@northwind", "Northwind Broadcasting"),
    "A2": ("Northwind en Español", "@nw_es", "Northwind Broadcasting"),
    "A3": ("Harbour Clips", "", ""),
    "A4": ("Quiet Front", "", ""),
    "B1": ("Bakery Linden", "@linden", "Linden Bakery"),
    "B2": ("Blue Agency", "@blue", "Blue Media Buying"),
}

HELD = {
    "A1": (
        "legal_id:NW-1",
        "email:aa11",
        "page:nw-page",
        "card:cc01",
        "domain:northwind.example",
        "card:ag01",
    ),
    "A2": ("legal_id:NW-1", "email:aa12", "card:cc01", "card:ag01"),
    "A3": ("email:aa11", "page:nw-page", "card:cc02", "domain:clips.example"),
    "A4": ("card:cc02", "device:dd01", "legal_id:QF-9"),
    "B1": ("legal_id:LB-1", "card:ag01", "domain:linden.example"),
    "B2": ("legal_id:BM-1", "card:ag01"),
}

POLICY = Policy(ask_at=300_000)
"""Asks little: an agency's client that shares one card stays out."""
PARAMETERS = default_parameters(1000)


def engine_of(
    held: Mapping[str, Sequence[str]] = HELD,
    accounts: Mapping[str, tuple[str, str, str]] = ACCOUNTS,
    judgements: Sequence[tuple[str, str, str]] = (),
) -> DuckEngine:
    """Return an engine that holds the world's normalised tables."""
    engine = DuckEngine(threads=1, memory_limit="512MB")
    engine.load(
        "accounts",
        {
            "account_id": "VARCHAR", "name": "VARCHAR", "legal_name": "VARCHAR", "handle": "VARCHAR",
            "country": "VARCHAR", "currency": "VARCHAR", "created_at": "TIMESTAMP", "manager_id": "VARCHAR",
            "declared_agency": "BOOLEAN",
        },
        [(a, name, legal, handle, "XX", "USD", None, None, a == "B2") for a, (name, handle, legal) in accounts.items()],
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for account, facts in held.items():
        for fact in facts:
            kind, _, key = fact.partition(":")
            rows.append(
                (
                    account,
                    kind,
                    FAMILY_OF_KIND[kind],
                    key,
                    fact,
                    f"{kind} {key}",
                    "owner",
                    None,
                    None,
                    "given",
                )
            )
    engine.load(
        "identifiers",
        {
            "account_id": "VARCHAR", "kind": "VARCHAR", "family": "VARCHAR", "value_key": "VARCHAR",
            "fact_id": "VARCHAR", "shown": "VARCHAR", "role": "VARCHAR", "first_seen": "DATE", "last_seen": "DATE",
            "source": "VARCHAR",
        },
        rows,
    )  # fmt: skip
    engine.load(
        "judgements",
        {"account_a": "VARCHAR", "account_b": "VARCHAR", "judgement": "VARCHAR", "by": "VARCHAR", "at": "TIMESTAMP",
         "reason": "VARCHAR"},
        [(a, b, word, "ana", "2017-10-01", "seen") for a, b, word in judgements],
    )  # fmt: skip
    return engine


def graph_of(
    held: Mapping[str, Sequence[str]] = HELD, judgements: Mapping[tuple[str, str], str] | None = None
) -> CaseGraph:
    """Return the whole world as a case graph around A1 and A2."""
    judged = judgements or {}
    holders: dict[str, list[str]] = {}
    for account, facts in held.items():
        for fact in facts:
            holders.setdefault(fact, []).append(account)
    facts_shared = {
        fact: Fact(
            fact_id=fact, kind=fact.split(":")[0], family=FAMILY_OF_KIND[fact.split(":")[0]],
            shown=fact.replace(":", " "), crowd=len(accounts),
        )
        for fact, accounts in sorted(holders.items())
        if len(accounts) > 1
    }  # fmt: skip
    families = {a: {FAMILY_OF_KIND[f.split(":")[0]] for f in facts} for a, facts in held.items()}
    pairs = []
    ids = sorted(held)
    for i, a in enumerate(ids):
        for b in ids[i + 1 :]:
            shared = {
                f: ("operator" if f == "card:ag01" else "unclear")
                for f in facts_shared
                if f in held[a] and f in held[b]
            }
            if shared or (a, b) in judged:
                pairs.append(
                    GraphPair(
                        account_a=a,
                        account_b=b,
                        shared=shared,
                        judgement=judged.get((a, b)),
                        known_to_both=tuple(sorted(families[a] & families[b])),
                    )
                )
    return CaseGraph(
        named=("A1", "A2"),
        accounts=tuple(ids),
        agencies=frozenset({"B2"}),
        facts=facts_shared,
        pairs=tuple(pairs),
    )
