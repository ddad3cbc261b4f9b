"""A small case with everything a brief can show, made from a hand-written graph."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from debar.briefs.build import BriefInput, build_brief
from debar.evidence.parameters import default_parameters
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.canonical import canonical_json, digest
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.money import format_micros, parse_micros
from debar.model.policy import Policy
from debar.register.entries import commitment
from debar.register.notes import Checkpoint, VerifierKey, sign_note
from debar.register.signatures import approval_message
from debar.register.tree import CompactRange, inclusion_path, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping


ORIGIN = "example.org/debar/register"
NOW = "2017-10-27T09:00:00Z"

# account: name, handle, legal name, country, since, agency, {currency: amount}, converted
ACCOUNTS: dict[str, tuple[str, str, str, str, str, bool, dict[str, str], str]] = {
    "1001": ("RT", "@RT_com", "ANO TV-Novosti", "RU", "2011-03-02", False, {"USD": "1108420.150000"}, "1108420.150000"),
    "1002": ("RT America", "@RT_America", "T & R Productions", "US", "2012-01-20", False, {"USD": "274100.000000"}, "274100.000000"),
    "1003": ("ActualidadRT", "@ActualidadRT", "ANO TV-Novosti", "RU", "2012-06-01", False, {"EUR": "171204.400000", "USD": "12050.000000"}, "203870.410000"),
    "1004": ("Sputnik", "@SputnikInt", "Rossiya Segodnya", "RU", "2014-11-10", False, {}, "0.000000"),
    "2001": ("Northlight Clips", "@northlight_clips", "", "DE", "2015-09-11", False, {"EUR": "77810.250000"}, "86022.250000"),
    "2002": ("Harbour Street Docs", "@harbourdocs", "Harbour Street GmbH", "DE", "2015-02-03", False, {"EUR": "101200.000000"}, "112088.130000"),
    "2003": ("Kestrel Views", "", "", "GB", "2016-01-14", False, {"GBP": "48999.990000"}, "66100.440000"),
    "2004": ("Amber Dispatch", "@amberdispatch", "Harbour Street GmbH", "DE", "2016-03-30", False, {"USD": "31167.610000"}, "31167.610000"),
    "2005": ("Evening Meridian", "@eve_meridian", "", "US", "2016-05-22", False, {"USD": "18231.010000"}, "18231.010000"),
    "3001": ("Coffee on Tverskaya", "", "Kofe i Tochka", "RU", "2013-04-04", False, {"RUB": "18200.000000"}, "310.220000"),
    "3002": ("Lanternfish Film Festival", "@lanternfish", "", "ES", "2014-10-01", False, {"EUR": "9120.000000"}, "10180.330000"),
    "3003": ("Ostwind <Radio> & Söhne", "@ostwind", "", "DE", "2015-07-07", False, {"EUR": "4410.500000"}, "4902.170000"),
    "4001": ("Fjordline Media Buyers", "@fjordline", "Fjordline AS", "NO", "2010-02-02", True, {"USD": "402118.000000"}, "402118.000000"),
    "4002": ("RT-Komplekt", "@rtkomplekt", "RT-Komplekt OOO", "RU", "2013-08-19", False, {"RUB": "1204450.000000"}, "20881.960000"),
    "4003": ("Quayside Coworking 14", "", "", "NL", "2016-02-11", False, {"EUR": "871.300000"}, "960.220000"),
    "4004": ("Radio Tundra", "@radiotundra", "", "FI", "2012-12-12", False, {"EUR": "5120.000000"}, "5702.010000"),
}  # fmt: skip

# fact: shown, crowd
FACTS: dict[str, tuple[str, int]] = {
    "legal_id:1057746595367": ("reg. 1057746595367", 3),
    "card:3f09a1c2d4e5f607": ("card 3f09a1", 4),
    "phone:77aa01b2c3d4e5f6": ("phone 77aa01", 2),
    "legal_id:HRB-20417": ("reg. HRB-20417", 2),
    "email:0be4c91d22aa73f0": ("e-mail 0be4c9", 3),
    "tax_id:51e0aa90bb12cc34": ("tax no. 51e0aa", 2),
    "vat_id:DE811907980": ("VAT DE811907980", 2),
    "page:9917201": ("page 9917201", 2),
    "bank:aa12bb34cc56dd78": ("bank aa12bb", 3),
    "domain:rt.com": ("rt.com", 9),
    "admin:5c5c77d0e1f2a3b4": ("admin 5c5c77", 2),
    "device:d93a10ffee112233": ("device d93a10", 5),
    "ip:46aa46aa46aa46aa": ("office address 46aa46", 46),
    "address:0102030405060708": ("address 010203", 31),
    "legal_name:rt": ("name “RT”", 12),
    "email:7712aabbccddeeff": ("e-mail 7712aa", 64),
    "phone:c0ffee00c0ffee00": ("phone c0ffee", 6),
    "app:news.kestrel": ("app news.kestrel", 2),
}

ALONE, UNCLEAR, AGENT = "independent", "unclear", "operator"
LEGAL, WEB, CONTACT, ACCESS = ("legal",), ("web",), ("contact",), ("access",)

# a, b, {fact: role}, families known to both, judgement
PAIRS: list[tuple[str, str, dict[str, str], tuple[str, ...], str | None]] = [
    ("1001", "1003", {"legal_id:1057746595367": ALONE, "card:3f09a1c2d4e5f607": ALONE, "domain:rt.com": UNCLEAR}, LEGAL + WEB + ACCESS, None),
    ("1001", "1002", {"domain:rt.com": UNCLEAR, "card:3f09a1c2d4e5f607": ALONE}, WEB + ACCESS, None),
    ("1001", "2002", {"legal_id:1057746595367": ALONE, "card:3f09a1c2d4e5f607": UNCLEAR}, LEGAL + ACCESS, None),
    ("1002", "1003", {"domain:rt.com": UNCLEAR, "card:3f09a1c2d4e5f607": ALONE}, WEB + ACCESS + LEGAL, None),
    ("1002", "2001", {"legal_id:HRB-20417": ALONE, "phone:77aa01b2c3d4e5f6": UNCLEAR}, LEGAL + CONTACT, None),
    ("1003", "2002", {"legal_id:1057746595367": ALONE, "card:3f09a1c2d4e5f607": UNCLEAR}, LEGAL + ACCESS + WEB, None),
    ("1002", "2003", {"email:0be4c91d22aa73f0": ALONE, "app:news.kestrel": ALONE, "bank:aa12bb34cc56dd78": UNCLEAR}, CONTACT + ACCESS + WEB, None),
    ("2002", "2004", {"tax_id:51e0aa90bb12cc34": ALONE, "vat_id:DE811907980": ALONE, "page:9917201": UNCLEAR}, LEGAL + WEB, None),
    ("2003", "2004", {"bank:aa12bb34cc56dd78": UNCLEAR, "email:0be4c91d22aa73f0": UNCLEAR}, ACCESS + CONTACT, None),
    ("1001", "2005", {"device:d93a10ffee112233": UNCLEAR}, ACCESS, "positive"),
    ("1001", "3001", {"card:3f09a1c2d4e5f607": ALONE, "ip:46aa46aa46aa46aa": AGENT}, ACCESS + CONTACT, None),
    ("1003", "3002", {"domain:rt.com": UNCLEAR, "address:0102030405060708": AGENT, "device:d93a10ffee112233": UNCLEAR}, WEB + CONTACT + ACCESS, None),
    ("2001", "3003", {"admin:5c5c77d0e1f2a3b4": ALONE, "phone:c0ffee00c0ffee00": UNCLEAR}, ACCESS + CONTACT, None),
    ("1004", "4001", {"email:7712aabbccddeeff": AGENT, "ip:46aa46aa46aa46aa": AGENT}, CONTACT + ACCESS + LEGAL, None),
    ("1002", "4001", {"email:7712aabbccddeeff": AGENT, "phone:c0ffee00c0ffee00": AGENT}, CONTACT + LEGAL, None),
    ("1001", "4002", {"legal_name:rt": AGENT}, LEGAL + WEB + CONTACT + ACCESS, None),
    ("2005", "4003", {"address:0102030405060708": AGENT, "ip:46aa46aa46aa46aa": AGENT}, CONTACT + ACCESS, None),
    ("1003", "4004", {"phone:c0ffee00c0ffee00": ALONE, "domain:rt.com": UNCLEAR}, CONTACT + WEB, "negative"),
]  # fmt: skip


class Key:
    """A signer from a fixed seed."""

    def __init__(self, seed: int) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""
        return self.private.sign(message)


def graph() -> CaseGraph:
    facts = {
        fact_id: Fact(
            fact_id=fact_id,
            kind=fact_id.split(":")[0],
            family=FAMILY_OF_KIND[fact_id.split(":")[0]],
            shown=shown,
            crowd=crowd,
        )
        for fact_id, (shown, crowd) in sorted(FACTS.items())
    }
    pairs = tuple(
        GraphPair(
            account_a=a, account_b=b, shared=dict(sorted(shared.items())), known_to_both=known, judgement=word
        )
        for a, b, shared, known, word in sorted(PAIRS, key=lambda row: row[:2])
    )
    return CaseGraph(
        named=("1001", "1002", "1003", "1004"),
        accounts=tuple(sorted(ACCOUNTS)),
        agencies=frozenset({"4001"}),
        facts=facts,
        pairs=pairs,
    )


def _millionths(value: int) -> str:
    return f"{value // 1_000_000}.{value % 1_000_000:06d}"


def members_of(
    case: CaseGraph, policy: Policy, without: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    parameters = default_parameters(20_000)
    order = {"named": 0, "in": 1, "ask": 2, "out": 3}
    members = []
    for s in sorted(
        expand(case, parameters, policy, without=without),
        key=lambda s: (order[s.status], -s.p_owner, s.account_id),
    ):
        name, handle, legal_name, _, _, _, earned, converted = ACCOUNTS[s.account_id]
        speaks = []
        if s.status in {"in", "ask"}:
            speaks = [
                {"family": "web", "kind": "none", "shown": "", "shared_by": 0, "role": "unclear", "weight": "-1.500", "facts": [],
                 "sentence": "Both have web addresses, and none is shared."}
            ]  # fmt: skip
        members.append(
            {
                "account_id": s.account_id, "name": name, "handle": handle, "legal_name": legal_name,
                "basis": "named" if s.status == "named" else "linked",
                "status": "in" if s.status == "named" else s.status,
                "confirmed_by": "ben" if s.account_id == "2005" else None,
                "p_owner": _millionths(s.p_owner), "p_operator": _millionths(s.p_operator), "calibrated": False, "why": s.why,
                "path": [
                    {"from": h.start, "to": h.end, "p_owner": _millionths(h.p_owner), "judgement": h.judgement,
                     "facts": sorted(c.rarest.fact_id for c in h.weighing.contributions if c.rarest)}
                    for h in s.path
                ],
                "reasons": [
                    {"family": c.family, "kind": c.rarest.kind, "shown": FACTS[c.rarest.fact_id][0], "shared_by": c.rarest.crowd,
                     "role": c.rarest.role, "weight": f"{c.owner_millibits / 1000:.3f}", "facts": [c.rarest.fact_id],
                     "sentence": f"Both use {FACTS[c.rarest.fact_id][0]}, which {c.rarest.crowd} accounts of the platform hold."}
                    for h in s.path[-1:] for c in h.weighing.contributions if c.rarest
                ],
                "speaks_for": speaks,
                "review_on": "2017-11-25" if s.status == "in" else None,
                "earned": {"by_currency": earned, "converted": {"currency": "USD", "amount": converted}},
            }
        )  # fmt: skip
    return members


def _totals(members: list[dict[str, Any]]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    groups = {
        "low": [m for m in members if m["basis"] == "named" or (m["status"] == "in" and m["confirmed_by"])],
        "likely": [m for m in members if m["status"] == "in"],
        "high": [m for m in members if m["status"] in {"in", "ask"}],
    }
    by_currency: dict[str, dict[str, str]] = {}
    for code in sorted({c for m in groups["high"] for c in m["earned"]["by_currency"]}):
        by_currency[code] = {
            bound: format_micros(sum(parse_micros(m["earned"]["by_currency"].get(code, "0")) for m in group))
            for bound, group in groups.items()
        }
    converted = {
        bound: format_micros(sum(parse_micros(m["earned"]["converted"]["amount"]) for m in group))
        for bound, group in groups.items()
    }
    return by_currency, converted


def make_plan(without: frozenset[str] = frozenset()) -> dict[str, Any]:
    case, policy, parameters = graph(), Policy(), default_parameters(20_000)
    members = members_of(case, policy, without)
    by_currency, converted = _totals(members)
    read_set = [{"table": "accounts", "key": a, "sha256": digest(a)} for a in sorted(ACCOUNTS)]
    plan: dict[str, Any] = {
        "version": 1, "plan_id": "plan-2017-10-26-5d1f00aa", "platform": "platform", "proposed_by": "ana",
        "proposer_key": base64.b64encode(Key(1).public_key).decode(), "proposed_at": "2017-10-26T09:00:00Z",
        "window": {"start": "2015-06-01", "end": "2016-11-08"},
        "alternatives_considered": [
            "Labelling the ads instead of refusing them: readers of 2016 cannot be told any more.",
            "A limit on spend: it would price the conduct, not end it.",
        ],
        "expected_consequences": ["Russia may answer in kind.", "About 1.9 million dollars of revenue is given away."],
        "decision": {
            "ground": "incompatible with the advertising policy",
            "rule": {"id": "ads-policy-7", "version": "2017-10", "url": "https://ads.example.org/policy/7"},
            "facts": "The named accounts bought advertising aimed at the 2016 United States election on behalf of a state, as an outside authority found in January 2017.",
            "surfaces": ["all"], "territories": ["worldwide"], "from": "2017-10-26T12:00:00Z", "until": None,
            "authorities": [
                {"name": "ODNI, Background to “Assessing Russian Activities and Intentions in Recent US Elections”",
                 "document_sha256": digest("odni"), "url": "https://www.dni.gov/files/documents/ICA_2017_01.pdf", "date": "2017-01-06", "page": "Annex A"}
            ],
        },
        "subjects": [{"query": "RT", "account_ids": ["1001", "1002", "1003"]}, {"query": "Sputnik", "account_ids": ["1004"]}],
        "members": members,
        "changes": [
            {"action": "debar", "key": {"kind": "account", "value": m["account_id"]}, "scopes": ["create", "buy", "serve", "charge"],
             "because": m["basis"], "until": m["review_on"]}
            for m in members if m["status"] == "in"
        ],
        "earned": {
            "as_of": "2017-10-26", "currency": "USD", "policy": "service day", **converted, "by_currency": by_currency,
            "rates_sha256": digest("rates"), "rates_source": "ECB euro reference rates",
            "also": {"GBP at the decision day": "1438943.250000", "GBP at the service day": "1287114.020000"},
        },
        "bound": {"calibrated": False, "sentence": "uncalibrated: the probabilities order the accounts, no reviewed pairs bound the error"},
        "preview": {"gates": 1, "statements": 9}, "without": sorted(without),
        "evidence": {"parameters": parameters.as_json(), "graph": case.as_json()},
        "base": {"read_set_sha256": digest(read_set), "model_sha256": parameters.model_sha256(), "policy_sha256": policy.sha256(),
                 "policy": policy.as_json(), "read_set": read_set},
    }  # fmt: skip
    return {**plan, "plan_sha256": digest(plan)}


def accounts_of(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    holders: dict[str, set[str]] = {}
    for a, b, shared, _, _ in PAIRS:
        for fact_id in shared:
            holders.setdefault(fact_id, set()).update((a, b))
    rows = {}
    for i, (account_id, (name, handle, legal_name, country, since, agency, _, _)) in enumerate(
        sorted(ACCOUNTS.items())
    ):
        rows[account_id] = {
            "name": name, "handle": handle, "legal_name": legal_name, "country": country, "created_at": f"{since}T08:00:00Z",
            "declared_agency": agency,
            "identifiers": [
                {"kind": f.split(":")[0], "shown": FACTS[f][0], "role": "payer" if f.startswith(("card", "bank")) else "owner",
                 "first_seen": f"201{3 + i % 4}-0{1 + j % 9}-11", "last_seen": "2017-09-30", "source": "given", "fact_id": f}
                for j, f in enumerate(sorted(holders)) if account_id in holders[f]
            ]
            + [{"kind": "domain", "shown": f"{account_id}.example", "role": "owner", "first_seen": "2014-01-01", "last_seen": "2017-09-30",
                "source": "derived:landing_url", "fact_id": f"domain:{account_id}.example"}],
        }  # fmt: skip
    assert plan["members"]
    return rows


def make_money(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger's report that agrees with the plan, in the ledger's JSON form."""
    earned = plan["earned"]
    waterfalls = []
    for code, bounds in earned["by_currency"].items():
        net = parse_micros(bounds["likely"])
        lines = {"delivered": net + 31_450_000_000, "fee": 450_000_000, "invalid_traffic": -8_400_000_000, "refund": -12_000_000_000,
                 "promo": -7_500_000_000, "chargeback_lost": -4_000_000_000}  # fmt: skip
        if net == 0:
            continue
        kept = {
            "receivable": 4_000_000_000,
            "unbilled": 0,
            "disputed": 0,
            "bad_debt": 1_250_000_000,
            "rebate_owed": 0,
            "refund_owed": 0,
        }
        own = net - sum(kept.values())
        cash = {
            "cash": own + 2_000_000_000,
            "chargeback_fee": 0,
            "prepaid": 500_000_000,
            "tax": 1_500_000_000,
        }
        waterfalls.append(
            {
                "currency": code, "delivered": format_micros(lines["delivered"]),
                "lines": [{"kind": kind, "amount": format_micros(amount)} for kind, amount in lines.items()],
                "gross": format_micros(sum(v for v in lines.values() if v > 0)), "earned": format_micros(net),
                "to_kept": {name: format_micros(v) for name, v in {**kept, **cash, "kept": own}.items()},
            }
        )  # fmt: skip
    standing = {
        ("in", "named"): "named",
        ("in", "linked"): "likely",
        ("ask", "linked"): "possible",
        ("out", "linked"): "cleared",
    }
    accounts = [
        {"account_id": m["account_id"], "name": m["name"], "standing": standing[m["status"], m["basis"]],
         "waterfalls": [{"currency": c, "earned": a} for c, a in m["earned"]["by_currency"].items()],
         "converted": m["earned"]["converted"]["amount"]}
        for m in plan["members"]
    ]  # fmt: skip
    years, months = [], []
    for w in waterfalls:
        net = parse_micros(w["earned"])
        parts = [net * share // 100 for share in (3, 6, 9, 14, 22, 38)]
        for year, amount in zip(range(2011, 2018), [*parts, net - sum(parts)], strict=True):
            years.append(
                {"year": year, "market": None, "currency": w["currency"], "delivered": format_micros(amount + 1_000_000), "earned": format_micros(amount),
                 "ads": 1823 if year == 2016 else 12 * (year - 2010), "converted": format_micros(amount)}
            )  # fmt: skip
    total = parse_micros(earned["likely"])
    for i in range(80):
        shape = 40 + i * 9 + (700 if 54 <= i <= 68 else 0) + (i * 37 % 11) * 25
        months.append(
            {
                "month": f"{2011 + (i + 2) // 12}-{1 + (i + 2) % 12:02d}",
                "currency": "USD",
                "amount": format_micros(total * shape // 60_000),
            }
        )
    markets = [
        {
            "year": 2016,
            "market": market,
            "currency": w["currency"],
            "delivered": w["delivered"],
            "earned": amount,
            "ads": None,
            "converted": None,
        }
        for w in waterfalls
        for market, amount in (
            ("US", "200.000000"),
            ("DE", format_micros(parse_micros(w["earned"]) - 200_000_000)),
        )
    ]
    return {
        "basis": "service day", "revenue_basis": "net", "as_of": "2017-10-26", "known_on": "2017-10-26", "window": None, "status": "projected",
        "final_on": "2019-04-19", "currency": "USD", "policy": "service day", "cut_off": "2017-10-26",
        "totals": {name: earned[name] for name in ("low", "likely", "high")}, "by_currency": earned["by_currency"],
        "waterfalls": waterfalls, "accounts": accounts, "years": years, "markets": markets, "months": months,
        "rates_sha256": earned["rates_sha256"], "rates_source": earned["rates_source"],
    }  # fmt: skip


SALT = bytes(range(32))
HEARD: list[tuple[str, dict[str, Any]]] = [
    ("denial", {"who": "RT", "said_on": "2017-10-26", "source": "https://rt.example/answer",
                "text": "We have never bought advertising to mislead anybody.\nYour own people pitched us a package for the election; we declined it.",
                "attachments": [{"name": "letter.pdf", "sha256": "ab" * 32}]}),
    ("denial", {"who": "the holder", "said_on": "2017-10-27", "text": "We bought that card used.", "account_id": "1002"}),
    ("appeal", {"appeal_id": "appeal-0a0b0c0d", "event": "file", "state": "filed", "account_id": "1002", "grounds": ["We never owned that card."]}),
    ("outcome", {"appeal_id": "appeal-0a0b0c0d", "event": "decide", "state": "decided", "outcome": "lifted", "reasons": "The card was sold.", "nonce": "00"}),
    ("lift", {"key": {"kind": "account", "value": "1002"}, "lift_reason": "appeal", "reason": "the card was sold"}),
]  # fmt: skip
"""What the other side said, and what came of it."""


def make_record(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return register entries with proofs, a checkpoint, keys and two approvals."""
    log, ben, eva = Key(7), Key(2), Key(3)
    kinds = [
        *["enrol", "enrol", "case", "plan", "approval", "debar", "debar", "statement", "pledge"],
        *(kind for kind, _ in HEARD),
    ]
    bodies = dict(enumerate((body for _, body in HEARD), start=9))
    leaves = [
        canonical_json(
            {
                "v": 1,
                "type": kind,
                "id": f"{kind}-{i}",
                "at": f"2017-10-26T{10 + i}:00:00Z",
                "by": digest(i),
                "subjects": [],
                "body": commitment(SALT, canonical_json(bodies[i])) if i in bodies else digest(kind),
                **({"plan_sha256": plan["plan_sha256"]} if kind == "plan" else {}),
            }
        )
        for i, kind in enumerate(kinds)
    ]
    tree, nodes = CompactRange().extend(map(leaf_hash, leaves))
    stored = {(node.level, node.position): node.hash for node in nodes}
    text = str(Checkpoint(origin=ORIGIN, size=tree.size, root=tree.root()))
    entries = [
        {"seq": i, "type": kind, "at": f"2017-10-26T{10 + i}:00:00Z", "by": "ben" if kind == "approval" else "ana",
         "leaf": base64.b64encode(leaves[i]).decode(),
         "proof": [base64.b64encode(h).decode() for h in inclusion_path(i, tree.size, lambda level, at: stored[level, at])],
         "summary": f"{kind} of {plan['plan_id']}",
         **({"opened": {"salt": SALT.hex(), "body": bodies[i]}} if i in bodies else {})}
        for i, kind in enumerate(kinds) if kind != "enrol"
    ]  # fmt: skip
    message = approval_message(plan["plan_sha256"])
    return {
        "entries": entries,
        "checkpoint": str(sign_note(text, name=ORIGIN, signer=log)),
        "verification_keys": [
            str(VerifierKey(name=ORIGIN, public_key=log.public_key)),
            {"by": "ben", "role": "approver", "public_key": ben.public_key.hex()},
            {"by": "eva", "role": "approver", "public_key": base64.b64encode(eva.public_key).decode()},
        ],
        "approvals": [
            {
                "by": "ben",
                "public_key": ben.public_key.hex(),
                "signature": ben.sign(message).hex(),
                "message": message.decode(),
            },
            {
                "by": "eva",
                "public_key": base64.b64encode(eva.public_key).decode(),
                "signature": base64.b64encode(eva.sign(message)).decode(),
            },
        ],
    }


def make_input(plan: Mapping[str, Any]) -> BriefInput:
    """Return everything a brief shows, for a plan of the small case."""
    return BriefInput(
        plan=plan,
        accounts=accounts_of(plan),
        money=make_money(plan),
        contacts=[
            {"contact_id": "k1", "account_id": "1001", "at": "2016-03-14T10:00:00Z", "counterpart": "sales", "direction": "out", "channel": "meeting",
             "by": "d.holm", "subject": "Election package: reach on election night", "offer": {"amount": "1500000.000000", "currency": "USD"}},
            {"contact_id": "k2", "account_id": "1002", "at": "2016-09-02T15:30:00Z", "counterpart": "sales", "direction": "in", "channel": "e-mail",
             "by": "d.holm", "subject": "Declined; asks for <b>prices</b> per view", "offer": None},
        ],
        statement="Statement of reasons\n\nFrom 26 October 2017 the accounts named below may not buy advertising.\nOrganic use is unchanged.",
        statements=[{"account_id": "1001", "puid": "debar-1", "text": "Statement of reasons\n\nFrom then on this account may not buy advertising."}],
        recipients=[{"name": "Civic Research Fund", "purpose": "research into elections", "amount": "1900000.000000", "currency": "USD"}],
        title="RT and Sputnik",
        made_at=NOW,
        **make_record(plan),
    )  # fmt: skip


@pytest.fixture(scope="session")
def plan() -> dict[str, Any]:
    """The small case's plan."""
    return json.loads(json.dumps(make_plan()))  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def brief_input(plan: dict[str, Any]) -> BriefInput:
    """Everything the small case's brief shows."""
    return make_input(plan)


@pytest.fixture(scope="session")
def brief_html(brief_input: BriefInput) -> str:
    """The small case's brief."""
    return build_brief(brief_input)


@pytest.fixture(scope="session", name="make_plan")
def make_plan_fixture() -> Any:
    """The maker of the small case's plan, with facts struck out of it."""
    return make_plan


@pytest.fixture(scope="session")
def self_approved(brief_input: BriefInput) -> BriefInput:
    """The small case, approved by the key that proposed it."""
    key, message = Key(1), approval_message(brief_input.plan["plan_sha256"])
    public_key = base64.b64encode(key.public_key).decode()
    return replace(
        brief_input,
        approvals=[{"by": "ana", "public_key": public_key, "signature": key.sign(message).hex()}],
        verification_keys=[*brief_input.verification_keys, {"by": "ana", "public_key": public_key}],
    )
