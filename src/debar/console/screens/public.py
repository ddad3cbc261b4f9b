"""Where the other side is heard: an appeal filed by its signed link, without signing in.

Law: whoever holds a link may file about one decision on one account; their words are kept as they wrote them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.app.hearing.clerk import Clerk, link_of
from debar.app.hearing.filing import Filing, file_appeal
from debar.console.web.asking import ANYBODY, Asked, Deed, Done, Page, Screen
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping


def appeal_page(asked: Asked) -> Mapping[str, Any]:
    """Show the form to whoever holds a link, and to nobody else.

    Raises:
        DebarError: DBR-H006 or DBR-H007, the link does not hold.
    """
    bound = link_of(_clerk(asked))
    return {
        "link": asked.path["token"],
        "decision_id": bound.decision_id,
        "reference": bound.reference,
        "until": bound.until.isoformat(),
        "filed": asked.query.get("filed", "")[:80],
    }


def file_by_link(asked: Asked) -> Done:
    """File an appeal in the filer's own words.

    Raises:
        DebarError: DBR-H006 or DBR-H007, the link; DBR-K026, there are no words; DBR-K022, too often.
    """
    asked.desk.limits.filings.draw(asked.host, now=asked.now)
    grounds = asked.form.get("grounds", "").replace("\r\n", "\n").strip()
    if not grounds:
        raise DebarError("DBR-K026", "say why the decision is wrong", hint="in your own words, as you like")
    filing = Filing(
        grounds=[grounds],
        name=asked.form.get("name", "").strip()[:200],
        reply_to=asked.form.get("reply_to", "").strip()[:200],
        relief=asked.form.get("relief") == "yes",
    )
    done = file_appeal(_clerk(asked), filing)
    return Done(to=f"/appeal/{asked.path['token']}?filed={done.document['appeal_id']}")


def _clerk(asked: Asked) -> Clerk:
    return Clerk(setting=asked.desk.setting, now=asked.now, link=asked.path["token"])


SCREEN: Final = Screen(
    pages=(
        Page(
            path="/appeal/{token}",
            view=appeal_page,
            template="appeal.html.j2",
            allowed=ANYBODY,
            sensitive=False,
        ),
    ),
    deeds=(Deed(path="/appeal/{token}", do=file_by_link, allowed=ANYBODY),),
)
