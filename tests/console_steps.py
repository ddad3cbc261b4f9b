"""The steps of a case that many tests of the console begin after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consoles import PASSWORD

if TYPE_CHECKING:
    from consoles import Browser, Open

GROUND = "incompatible with the advertising policy"


def proposed(opened: Open) -> tuple[str, Browser]:
    """Let Ana open a case and propose it; return the case and her browser."""
    case = opened.case()
    ana = opened.as_("ana")
    ana.get(f"/cases/{case}/plan")
    ana.post(f"/cases/{case}/propose", ground=GROUND, facts="It promoted posts.", rule="ads-7")
    opened.desk.jobs.work_off()
    return case, ana


def plan_of(browser: Browser, case: str) -> Any:
    """Return the plan page's document."""
    browser.get(f"/cases/{case}/plan")
    return browser.get(f"/cases/{case}/plan.json").json


def signed(browser: Browser, case: str, deed: str, *, code: int = 303, password: str = PASSWORD) -> Any:
    """Sign the plan that the page shows."""
    shown = plan_of(browser, case)
    return browser.post(
        f"/cases/{case}/{deed}",
        code=code,
        v=str(shown["version"]["number"]),
        plan_sha256=shown["plan"]["plan_sha256"],
        password=password,
    )


def applied(opened: Open) -> tuple[str, Browser]:
    """Propose, let Ben approve, and apply; return the case and Ana's browser."""
    case, ana = proposed(opened)
    signed(opened.as_("ben"), case, "approve")
    signed(ana, case, "apply")
    opened.desk.jobs.work_off()
    return case, ana
