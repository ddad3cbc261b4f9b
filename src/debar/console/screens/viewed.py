"""Who looked at what: the auditor's page.

Law: looking at this page is noted too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.console.web.asking import Asked, Page, Screen

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS: Final = 100
_AUDITOR: Final = frozenset({"auditor"})


def viewed_page(asked: Asked) -> Mapping[str, Any]:
    """List the newest views (``?before=``, ``?name=``), and whether the list is whole."""
    before = asked.query.get("before", "")
    name = asked.query.get("name", "")[:40]
    rows = asked.desk.views.page(before=int(before) if before.isdecimal() else None, name=name, limit=ROWS)
    people = [
        {"name": p.name, "roles": sorted(p.roles), "disabled": p.disabled, "added_at": p.added_at}
        for p in asked.desk.people.everybody()
    ]
    return {
        "views": [{key: row[key] for key in row if key != "chain"} for row in rows],
        "next": rows[-1]["seq"] if len(rows) == ROWS else None,
        "name": name,
        "first_flaw": asked.desk.views.first_flaw(),
        "people": people,
    }


SCREEN: Final = Screen(
    title="Audit",
    entry="/audit",
    for_roles=_AUDITOR,
    pages=(Page(path="/audit", view=viewed_page, template="viewed.html.j2", allowed=_AUDITOR),),
)
