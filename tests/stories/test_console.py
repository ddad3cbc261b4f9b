"""October 2017 clicked through by two people in two browsers; a third signs on her own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from consoles import NOW, PASSWORD
from debar.app.hearing.filing import link
from debar.app.opening import Setting
from debar.app.registering import enrol, init_register, new_key
from debar.app.verbs import approve
from debar.console.desk.desk import open_desk
from debar.console.started import ARTEFACTS
from debar.gate.direct import Gate
from debar.sample import story
from debar.sample.world import write_world
from debar.stores.clock import SystemClock
from debar.stores.keys import load_signer
from debar.stores.rates import shipped_rates
from live_consoles import Watched, listening, watched

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from debar.console.desk.desk import Desk
    from debar.sample.world import World

pytestmark = [pytest.mark.ci, pytest.mark.browser]


def set_up(folder: Path) -> tuple[Desk, World]:
    """Make the world, three keys and a register; ana and ben may sign in, cem keeps her key to herself."""
    world = write_world(folder / "world", rates=shipped_rates())
    keys = {name: folder / f"{name}.key" for name in ("ana", "ben", "cem")}
    for name, path in keys.items():
        new_key(name, path, now=NOW)
    register = folder / "register.sqlite"
    init_register(
        register, origin="ads.example.org/debar", proposers=[keys["ana"]],
        approvers=[keys["ben"], keys["cem"]], now=NOW,
    )  # fmt: skip
    enrol(register, key=keys["cem"], role="appeals", by=keys["ben"], now=NOW)
    desk = open_desk(
        folder / "desk",
        Setting(register=register),
        platform=folder / "world",
        clock=SystemClock(),
        artefacts=ARTEFACTS,
    )
    for name, roles in (("ana", ("proposer", "reviewer")), ("ben", ("approver", "reviewer"))):
        desk.people.add(name, roles=roles, password=PASSWORD, signer=load_signer(keys[name]), now=NOW)
    return desk, world


def denied(desk: Desk, account: str) -> bool:
    """Ask the gate."""
    gate = Gate(desk.setting.register_address())
    answer = gate.check(account, now=SystemClock().now())
    gate.close()
    return not answer.allowed


def sign(one: Watched, verb: str) -> None:
    """Give the password and press a button of the plan's page."""
    form = f"form.sign:has(button:has-text('{verb}'))"
    one.page.fill(f"{form} [name=password]", PASSWORD)
    one.page.click(f"{form} button")


def opened_case(ana: Watched) -> str:
    """Open the case of RT and Sputnik, and return its path."""
    page = ana.go("/new-case")
    page.fill("[name=subjects]", "RT\nSputnik")
    page.fill("[name=from]", story.WINDOW.start.isoformat())
    page.fill("[name=to]", story.WINDOW.end.isoformat())
    page.fill("[name=as_of]", story.AS_OF.isoformat())
    page.click("button:has-text('Open the case')")
    ana.settle("Who is swept in by mistake?")
    return str(page.evaluate("location.pathname"))


@pytest.mark.timeout(600)
def test_october_2017_is_clicked_through_by_two_people(  # noqa: PLR0915 - one story, told in order
    browser: Browser, tmp_path: Path
) -> None:
    """Case, doubts, plan, two signatures here and one elsewhere, in force, pledged, stated, appealed."""
    desk, world = set_up(tmp_path)
    rt, komplekt = world.labels["rt"], world.labels["komplekt"]
    with listening(desk) as live:
        ana, ben = watched(browser, live).sign_in("ana"), watched(browser, live).sign_in("ben")
        case = opened_case(ana)
        case_id = case.rpartition("/")[2]

        page = ben.go(case)
        doubts = page.locator(".doubt").count()
        assert doubts > 0
        assert "RT-Komplekt" not in page.inner_text("main")
        first = page.locator(".doubt").first
        first.locator("[name=reason]").fill("we will call them")
        first.locator("button:has-text('Ask')").click()
        page.wait_for_selector("#notice p, #page .word")
        ben.go(f"{case}/history")
        assert "we will call them" in page.inner_text("main")

        page = ana.go(f"{case}/plan")
        page.fill("[name=ground]", story.GROUND)
        page.fill("[name=facts]", story.FACTS)
        page.fill("[name=alternatives]", "\n".join(story.ALTERNATIVES_CONSIDERED))
        page.click("button:has-text('Propose')")
        ana.go(f"{case}/plan")
        ana.settle("proposed by ana")
        assert "somebody else approves it" in page.inner_text("main")
        assert not denied(desk, rt)

        ben.go(f"{case}/plan")
        sign(ben, "Approve")
        ben.page.wait_for_selector("text=approved by ben")
        version = desk.cases.version(case_id)
        assert version is not None
        approve(
            desk.setting, desk.cases.plan_file(case_id, version.number), key=tmp_path / "cem.key",
            now=SystemClock().now(),
        )  # fmt: skip
        ana.go(f"{case}/plan")
        assert "approved by cem" in page.inner_text("main")
        sign(ana, "Put in force")
        ana.go(f"{case}/plan")
        ana.settle("holds since")
        assert (True, False) == (denied(desk, rt), denied(desk, komplekt))
        assert "planned" in page.inner_text("#page")

        ana.go(f"{case}/money")
        assert "$1,9" in page.inner_text(".totals")
        page.fill("[name=purpose]", story.PURPOSE)
        page.fill("form:has([name=purpose]) [name=password]", PASSWORD)
        page.click("button:has-text('Pledge')")
        page.wait_for_selector("text=Unallocated")

        ana.go(f"{case}/statements")
        assert "has changed since" in page.inner_text("main")
        page.click("button:has-text('Write anew')")
        ana.settle("Notices to the accounts")
        for _ in range(120):
            if "has changed since" not in ana.go(f"{case}/statements").inner_text("main"):
                break
            page.wait_for_timeout(250)
        assert story.GROUND in page.inner_text("main")

        plan = desk.cases.plan(version)
        linked = next(c["key"]["value"] for c in plan.changes if c["because"] == "linked")
        decision = ana.go(f"{case}/plan").evaluate(
            "fetch(location.pathname + '.json').then(r => r.json()).then(d => d.force.decision_id)"
        )
        holder = watched(browser, live)
        holder.go(f"/appeal/{link(desk.setting, decision, linked, until=None).document['link']}")
        holder.page.fill("[name=grounds]", "This account was sold to us before the last campaign.")
        holder.page.click("button:has-text('File the appeal')")
        holder.page.wait_for_selector("text=received")
        assert "under appeal" in ana.go("/cases").inner_text("main")
        for one in (ana, ben, holder):
            one.stayed_here()
            one.context.close()
