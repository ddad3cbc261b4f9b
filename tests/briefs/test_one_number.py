"""One pair, one number: from linking, a plan, why, a brief in Python and in a browser, and a sign-up."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from app.test_assuring import calibrated, plan_for
from debar.app.assuring.calibrating import links
from debar.app.finding import why_linked
from debar.app.opening import Setting, open_platform
from debar.briefs.build import weighing_rules
from debar.briefs.strike import evidence_of
from debar.evidence.parameters import Parameters
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from debar.watch.screen import WatchedAccount, WatchedValue, screen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, Any], dict[str, int]]:
    """Return a calibrated plan of account a0, and what linking and why say of a0 and b0, in millionths."""
    folder = tmp_path_factory.mktemp("one-number")
    platform, frozen = calibrated(folder)
    setting = Setting(calibration_file=frozen)
    opened = open_platform(platform, setting)
    links(opened, folder / "links.parquet", at_least=0)
    ((linked,),) = DuckEngine(threads=1).rows(
        f"SELECT p_owner FROM read_parquet('{folder / 'links.parquet'}')"
        " WHERE account_a = 'a0' AND account_b = 'b0' AND calibrated"
    )
    why = why_linked(open_platform(platform, setting), "a0", "b0").document
    assert why["calibrated"] is True
    assert why["p_owner"] != why["uncalibrated_p_owner"], "or the test would show nothing"
    numbers = {"linking": round(1e6 * linked), "why": round(1e6 * float(why["p_owner"]))}
    return plan_for(open_platform(platform, setting)).document, numbers


def signed_up(plan: Mapping[str, Any]) -> int:
    """Return the number of a sign-up that holds what b0 holds, against a0 as the plan's watch knows it."""
    graph = evidence_of(plan).graph
    pair = graph.pair("a0", "b0")
    assert pair is not None
    values = tuple(
        WatchedValue(
            fact_id=fact.fact_id,
            kind=fact.kind,
            family=fact.family,
            value_key=fact.fact_id,
            shown=fact.shown,
            crowd=fact.crowd - 1,  # b0 is not there yet
            agreeing=fact.agreeing,
            with_data=fact.with_data,
        )
        for fact in map(graph.facts.__getitem__, pair.shared)
    )
    watched = WatchedAccount(account_id="a0", name="Shop 0 a", decision="d", values=values)
    rows = [(value.kind, value.family, value.value_key) for value in values]
    (hit,) = screen(
        {"new": rows},
        [watched],
        Parameters.from_json(plan["evidence"]["parameters"]),
        Policy.from_json(plan["base"]["policy"]),
    )
    assert hit.as_json()["calibrated"] is True
    return hit.weighing.p_owner


def test_everything_that_decides_decides_on_one_calibrated_number(
    told: tuple[Mapping[str, Any], dict[str, int]],
) -> None:
    """Linking, why, the plan's member, the plan's evidence weighed again, and a sign-up with the same values."""
    plan, numbers = told
    (member,) = [m for m in plan["members"] if m["account_id"] == "b0"]
    assert [hop["to"] for hop in member["path"]] == ["b0"]
    assert member["calibrated"] is True
    (standing,) = [s for s in evidence_of(plan).standings() if s.account_id == "b0"]
    numbers = {
        **numbers,
        "plan": round(1e6 * float(member["p_owner"])),
        "brief": standing.p_owner,
        "sign-up": signed_up(plan),
    }
    assert dict.fromkeys(numbers, numbers["linking"]) == numbers


@pytest.mark.browser
@pytest.mark.ci
def test_a_browser_gives_the_number_too(
    browser: Browser, told: tuple[Mapping[str, Any], dict[str, int]]
) -> None:
    """The brief's own script, on the plan as it is written."""
    plan, numbers = told
    page = browser.new_context().new_page()
    code = files("debar.briefs").joinpath("assets", "expand.js").read_text(encoding="utf-8")
    page.add_script_tag(content=code)
    got = page.evaluate(
        "([plan, rules]) => expand(plan.evidence.graph, plan.evidence.parameters, plan.base.policy, rules,"
        " new Set()).get('b0').p",
        [json.loads(json.dumps(plan)), weighing_rules()],
    )
    page.context.close()
    assert got == numbers["why"]
