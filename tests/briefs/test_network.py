"""The picture: deterministic, within its cap, and without overlapping labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.briefs.network import CHIP_HEIGHT, CHIP_WIDTH, CHIPS_MAX, DRAWN_MAX, WIDTH, lay_out, width_of
from debar.briefs.strike import evidence_of, statuses_of
from debar.evidence.parameters import default_parameters
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.policy import Policy

if TYPE_CHECKING:
    from debar.briefs.network import Network


def picture(plan: dict[str, Any]) -> Network:
    evidence = evidence_of(plan)
    statuses = statuses_of(evidence)
    return lay_out(
        evidence,
        statuses=statuses,
        names={m["account_id"]: m["name"] for m in plan["members"]},
        amounts=dict.fromkeys(statuses, 5_000_000),
        probabilities=dict.fromkeys(statuses, 1),
    )


def boxes(net: Network) -> list[tuple[str, float, float, float, float]]:
    found = []
    for account in net.accounts:
        wide = width_of(account.label)
        start = account.x - 18 - wide if account.side == "left" else account.x + 18
        found.append((account.label, start, account.y - 9, start + wide, account.y + 7))
        found.append(
            (
                account.label + " circle",
                account.x - account.radius,
                account.y - account.radius,
                account.x + account.radius,
                account.y + account.radius,
            )
        )
    found.extend(
        (f.label, f.x - CHIP_WIDTH / 2, f.y - CHIP_HEIGHT / 2, f.x + CHIP_WIDTH / 2, f.y + CHIP_HEIGHT / 2)
        for f in net.facts
    )
    found.extend((word, 592.0, y - 9, 592 + width_of(word), y + 3) for word, y in net.headings)
    return found


def overlaps(net: Network) -> list[tuple[str, str]]:
    all_boxes = boxes(net)
    return [
        (a[0], b[0])
        for i, a in enumerate(all_boxes)
        for b in all_boxes[i + 1 :]
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


def crowded() -> tuple[dict[str, Any], int]:
    accounts = [f"{i:04d}" for i in range(160)]
    facts = {
        f"email:{i}": Fact(
            fact_id=f"email:{i}",
            kind="email",
            family="contact",
            shown=f"e-mail of Ministère {i}",
            crowd=2 + i % 60,
        )
        for i in range(90)
    }
    pairs = [
        GraphPair(account_a=accounts[i % 20], account_b=accounts[20 + i], shared={f"email:{i % 90}": "independent"}, known_to_both=("contact",),
                  judgement="positive" if i % 3 == 0 else None)
        for i in range(140)
    ]  # fmt: skip
    graph = CaseGraph(
        named=tuple(accounts[:20]),
        accounts=tuple(accounts),
        agencies=frozenset(),
        facts=facts,
        pairs=tuple(sorted(pairs, key=lambda p: (p.account_a, p.account_b))),
    )
    members = [{"account_id": a, "name": f"Общество с ограниченной ответственностью {a}"} for a in accounts]
    plan = {
        "evidence": {"graph": graph.as_json(), "parameters": default_parameters(1000).as_json()},
        "base": {"policy": Policy().as_json()},
        "members": members,
    }
    return plan, len(accounts)


def test_the_same_plan_makes_the_same_picture(plan: dict[str, Any]) -> None:
    """Two people who open the case see the same picture."""
    assert picture(plan) == picture(plan)


def test_no_label_lies_on_another(plan: dict[str, Any]) -> None:
    """Labels, circles, chips and headings all have their own room, inside the picture."""
    net = picture(plan)

    assert overlaps(net) == []
    assert all(
        left >= -12 and right <= WIDTH + 12 and top >= 0 and bottom <= net.height
        for _, left, top, right, bottom in boxes(net)
    )


def test_a_crowded_case_is_capped_and_still_legible() -> None:
    """Of many accounts the likeliest are drawn, the number of the others is said, and nothing overlaps."""
    plan, accounts_count = crowded()
    net = picture(plan)

    assert overlaps(net) == []
    assert len(net.accounts) <= sum(DRAWN_MAX.values())
    assert len(net.facts) <= CHIPS_MAX
    assert net.left_out_count == accounts_count - len(net.accounts)


def test_every_line_joins_what_is_drawn(plan: dict[str, Any]) -> None:
    """A line ends at a drawn account and a drawn fact; a fact held by many is drawn as such."""
    net = picture(plan)
    accounts, facts = {a.account_id for a in net.accounts}, {f.fact_id: f for f in net.facts}

    assert {line.account_id for line in net.lines} <= accounts
    assert {line.fact_id for line in net.lines} <= set(facts)
    assert facts["ip:46aa46aa46aa46aa"].many
    assert not facts["card:3f09a1c2d4e5f607"].many
    assert facts["device:d93a10ffee112233"].strikable


def test_a_reviewers_word_is_drawn_where_nothing_else_joins(plan: dict[str, Any]) -> None:
    """An account that is in by judgement alone is not left hanging in the air."""
    pairs = [
        {**p, "shared": {}} if p["judgement"] == "positive" else p for p in plan["evidence"]["graph"]["pairs"]
    ]
    graph = {**plan["evidence"]["graph"], "pairs": pairs}
    net = picture({**plan, "evidence": {**plan["evidence"], "graph": graph}})

    assert [f.label for f in net.facts if not f.strikable] == ["a reviewer's word"]
