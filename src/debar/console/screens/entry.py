"""Sign in and out.

Law: whether a name or a password was wrong is not told; a wrong one costs time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.console.web.asking import ANYBODY, SIGNED_IN, Asked, Deed, Done, Page, Screen
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping


def sign_in_page(asked: Asked) -> Mapping[str, Any]:
    """Show the form."""
    return {"to": _own_path(asked.query.get("to", "/")), "nobody": not asked.desk.people.everybody()}


def sign_in(asked: Asked) -> Done:
    """Begin a session.

    Raises:
        DebarError: DBR-K008, name and password do not belong together; DBR-K022, too many tries.
    """
    name = asked.form.get("name", "").strip().lower()[:100]
    asked.desk.limits.sign_ins_by_host.draw(asked.host, now=asked.now)
    asked.desk.limits.sign_ins_by_name.draw(name, now=asked.now)
    person = asked.desk.people.recognised(name, asked.form.get("password", ""))
    if person is None:
        raise DebarError(
            "DBR-K008",
            "name and password do not belong together",
            hint="try again; whoever runs the desk can add people: debar desk add",
            exit_code=EXIT_REFUSED,
        )
    if asked.session is not None:
        asked.desk.sessions.end(asked.session)
    token = asked.desk.sessions.begin(person.name, now=asked.now)
    return Done(to=_own_path(asked.form.get("to", "/")), session=token)


def sign_out(asked: Asked) -> Done:
    """End the session."""
    if asked.session is not None:
        asked.desk.sessions.end(asked.session)
    return Done(to="/sign-in", session="")


def _own_path(path: str) -> str:
    """Return a path of this console; anything else leads to the beginning."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


SCREEN: Final = Screen(
    pages=(
        Page(
            path="/sign-in", view=sign_in_page, template="sign_in.html.j2", allowed=ANYBODY, sensitive=False
        ),
    ),
    deeds=(
        Deed(path="/sign-in", do=sign_in, allowed=ANYBODY),
        Deed(path="/sign-out", do=sign_out, allowed=SIGNED_IN),
    ),
)
