"""A plan like the one of October 2017, small and invented beyond the public record."""

from __future__ import annotations

from typing import Any

import pytest


def member(account_id: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return a plan's member; named and without money unless changed."""
    return {
        "account_id": account_id,
        "name": name,
        "handle": "",
        "legal_name": "",
        "basis": "named",
        "status": "in",
        "confirmed_by": None,
        "p_owner": "1.000000",
        "p_operator": "0.000000",
        "calibrated": False,
        "why": "",
        "path": [],
        "reasons": [],
        "speaks_for": [],
        "review_on": None,
        "earned": {"by_currency": {}, "converted": {"currency": "USD", "amount": "0.000000"}},
        **changes,
    }


def earned(amount: str) -> dict[str, Any]:
    """Return a member's earned block in dollars."""
    return {"by_currency": {"USD": amount}, "converted": {"currency": "USD", "amount": amount}}


def reason(sentence: str) -> dict[str, Any]:
    """Return a reason of which only the sentence matters here."""
    return {
        "family": "legal",
        "kind": "legal_id",
        "shown": "",
        "shared_by": 2,
        "role": "independent",
        "weight": "9.000",
        "sentence": sentence,
        "facts": [],
    }


def linked(account_id: str, name: str, start: str, facts: list[str], **changes: Any) -> dict[str, Any]:
    """Return a linked member, one hop from another account."""
    path = [{"from": start, "to": account_id, "p_owner": "0.973000", "judgement": None, "facts": facts}]
    values: dict[str, Any] = {
        "basis": "linked",
        "p_owner": "0.973000",
        "path": path,
        "review_on": "2017-11-25",
    }
    return member(account_id, name, **{**values, **changes})


FACTS: tuple[tuple[str, str, str, str, int], ...] = (
    ("legal_id:1057746595367", "legal_id", "legal", "company number 1057746595367", 5),
    ("card:3f09a1c2d4e5f607", "card", "access", "card 3f09a1", 3),
    ("domain:rt.com", "domain", "web", "rt.com", 4),
    ("page:fb:77", "page", "web", "page fb:77", 2),
    ("device:aa01bb02cc03dd04", "device", "access", "device aa01bb", 9),
    ("admin:1111222233334444", "admin", "access", "administrator 111122", 6),
)

SHARED: tuple[tuple[str, str, list[str]], ...] = (
    ("a-rt", "a-rt-america", ["legal_id:1057746595367", "domain:rt.com"]),
    ("a-rt", "a-actualidad", ["legal_id:1057746595367", "domain:rt.com"]),
    ("a-rt", "f-front", ["legal_id:1057746595367", "card:3f09a1c2d4e5f607"]),
    ("f-front", "f-second", ["page:fb:77"]),
    ("a-rt-america", "q-cafe", ["device:aa01bb02cc03dd04"]),
    ("a-rt-america", "z-agency", ["admin:1111222233334444"]),
    ("a-sputnik", "z-agency", ["admin:1111222233334444"]),
    ("a-sputnik", "z-namesake", ["device:aa01bb02cc03dd04"]),
)


@pytest.fixture
def plan() -> dict[str, Any]:
    """Five accounts in, one asked, two out."""
    members = [
        member("a-rt", "RT", handle="@RT_com", earned=earned("1500000.000000")),
        member("a-rt-america", "RT America", handle="@RT_America", earned=earned("380000.000000")),
        member("a-actualidad", "RT en Español", handle="@ActualidadRT", earned=earned("18000.000000")),
        member("a-sputnik", "Sputnik", handle="@SputnikInt"),
        linked(
            "f-front",
            "Redfern Stories",
            "a-rt",
            ["legal_id:1057746595367"],
            earned=earned("1200.500000"),
            reasons=[reason("Both state company number 1057746595367, which 5 accounts of 20,417 hold.")],
            speaks_for=[reason("It has a web domain of its own that nobody else uses.")],
        ),
        linked(
            "f-second",
            "Harbour Views",
            "f-front",
            ["page:fb:77"],
            earned=earned("799.500000"),
            path=[
                {
                    "from": "a-rt",
                    "to": "f-front",
                    "p_owner": "0.999999",
                    "judgement": None,
                    "facts": ["legal_id:1057746595367"],
                },
                {
                    "from": "f-front",
                    "to": "f-second",
                    "p_owner": "0.973000",
                    "judgement": None,
                    "facts": ["page:fb:77"],
                },
            ],
            reasons=[reason("Harbour Views and Redfern Stories run the same page fb:77.")],
        ),
        linked(
            "q-cafe", "Kino Café", "a-rt-america", ["device:aa01bb02cc03dd04"], status="ask", review_on=None
        ),
        linked("z-agency", "Nordwind Media", "a-rt-america", [], status="out", why="agency", review_on=None),
        linked("z-namesake", "RT-Komplekt", "a-sputnik", [], status="out", why="weak", review_on=None),
    ]
    changes = [
        {
            "action": "debar",
            "key": {"kind": "account", "value": m["account_id"]},
            "scopes": ["create", "buy", "serve", "charge"],
            "because": m["basis"],
            "until": m["review_on"],
        }
        for m in members
        if m["status"] == "in"
    ]
    graph = {
        "named": ["a-actualidad", "a-rt", "a-rt-america", "a-sputnik"],
        "accounts": sorted(m["account_id"] for m in members),
        "agencies": ["z-agency"],
        "facts": [{"id": i, "kind": k, "family": f, "shown": s, "crowd": c} for i, k, f, s, c in FACTS],
        "pairs": [
            {"a": a, "b": b, "shared": dict.fromkeys(facts, "independent"), "known": [], "judgement": None}
            for a, b, facts in SHARED
        ],
    }
    return {
        "version": 1,
        "plan_id": "plan-2017-10-26-0a1b2c3d",
        "platform": "demo",
        "proposed_by": "ana",
        "proposed_at": "2017-10-26T09:00:00Z",
        "window": {"start": "2015-06-01", "end": "2016-11-08"},
        "alternatives_considered": ["labels on their ads", "a limit on spend in election windows"],
        "expected_consequences": [
            "their advertising revenue ends",
            "the ministry has announced an answer in kind",
        ],
        "decision": {
            "ground": "incompatible with the advertising policy",
            "rule": {"id": "ads-policy-7", "version": "2017-10", "url": "https://ads.example/policy#7"},
            "facts": "Both organisations bought, or could have bought, advertising while taking part in an effort "
            "to interfere with an election, as the retrospective of the window and the authority cited find.",
            "surfaces": ["all"],
            "territories": ["worldwide"],
            "from": "2017-10-26T12:00:00Z",
            "until": None,
            "authorities": [
                {
                    "name": "ODNI, Background to “Assessing Russian Activities and Intentions in Recent US Elections”",
                    "document_sha256": "5f" * 32,
                    "url": "https://www.dni.gov/files/documents/ICA_2017_01.pdf",
                    "date": "2017-01-06",
                    "page": "Annex A",
                }
            ],
        },
        "subjects": [
            {"query": "RT", "account_ids": ["a-rt", "a-rt-america", "a-actualidad"]},
            {"query": "Sputnik", "account_ids": ["a-sputnik"]},
        ],
        "members": members,
        "changes": changes,
        "earned": {
            "as_of": "2017-10-26",
            "currency": "USD",
            "policy": "service day",
            "low": "1898000.000000",
            "likely": "1900000.000000",
            "high": "1902310.000000",
            "by_currency": {},
            "rates_sha256": "ab" * 32,
            "rates_source": "ECB",
            "also": {"GBP at the decision day": "1438943.250000", "GBP at the service day": "1371200.110000"},
        },
        "bound": {"calibrated": False, "sentence": "uncalibrated: no reviewed pairs"},
        "preview": {"gates": 1, "statements": 6},
        "without": [],
        "evidence": {"parameters": {}, "graph": graph},
        "base": {},
        "plan_sha256": "c0" * 32,
    }
