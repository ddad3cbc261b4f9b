"""What screens are made of: pages that show a document, deeds that a form asks for.

Law: a page changes nothing; a deed shows nothing, it sends the browser to a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from debar.console.desk.people import ROLES

if TYPE_CHECKING:
    from datetime import datetime

    from debar.console.desk.desk import Desk
    from debar.console.desk.people import Person
    from debar.console.desk.sessions import Session

ANYBODY: Final = frozenset({"anybody"})
"""Without signing in."""
SIGNED_IN: Final = frozenset(ROLES)
"""Whoever signed in, an auditor too."""
DECIDERS: Final = frozenset({"proposer", "approver", "reviewer"})
"""Whoever works on cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Args:
        desk: The desk that is open.
        person: Who asks; None for nobody signed in.
        session: Their session.
        path: The parts of the address that vary, such as ``case_id``.
        query: What stands after the question mark.
        form: What a deed's form holds.
        host: Where the request comes from.
        now: The present instant.
        form_cookie: What forms are tied to for somebody who is not signed in; None for no form yet.
    """

    desk: Desk
    person: Person | None
    session: Session | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    host: str
    now: datetime
    form_cookie: str | None = None

    @property
    def who(self) -> Person:
        """Whoever signed in; asked for only where the address admits nobody else."""
        assert self.person is not None, "this address is for people who signed in"
        return self.person

    def may(self, *roles: str) -> bool:
        """Tell whether the person has one of some roles."""
        return self.person is not None and bool(self.person.roles & set(roles))


View = Callable[[Asked], Mapping[str, Any]]
"""Makes a page's document: what its JSON is, and what its template shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An address that shows something.

    Args:
        path: As Starlette writes it: ``/cases/{case_id}``. With ``.json`` after it, it is the document.
        view: Makes the document.
        template: Shows it.
        allowed: Roles of whom it is for; :data:`ANYBODY` for everybody.
        sensitive: Whether a look at it is noted; what is public is not.
    """

    path: str
    view: View
    template: str
    allowed: frozenset[str]
    sensitive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a deed did.

    Args:
        to: The page to show next.
        said: What it says of the deed, as a sentence.
        event: What the script of the page is told: it moves the focus and recolours a node.
        session: The token of a session that begins with it; empty to end the present one.
    """

    to: str
    said: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An address that a form is sent to.

    Args:
        path: As Starlette writes it.
        do: Does it.
        allowed: Roles of whoever may; never an auditor.
    """

    path: str
    do: Callable[[Asked], Done]
    allowed: frozenset[str]

    def __post_init__(self) -> None:
        assert "auditor" not in self.allowed or self.path == "/sign-out", "an auditor changes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An address that hands over bytes, such as an export.

    Args:
        path: As Starlette writes it.
        make: Makes the bytes, their media type and the file's name.
        allowed: Roles of whom it is for.
        sensitive: Whether it is noted.
    """

    path: str
    make: Callable[[Asked], tuple[bytes, str, str]]
    allowed: frozenset[str]
    sensitive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Addresses that belong together.

    Args:
        pages: What is shown.
        deeds: What is done.
        files: What is handed over.
        title: Its word in the bar at the top; empty for none.
        entry: The page that the word leads to.
        for_roles: Who sees the word.
    """

    pages: tuple[Page, ...] = ()
    deeds: tuple[Deed, ...] = ()
    files: tuple[File, ...] = ()
    title: str = ""
    entry: str = ""
    for_roles: frozenset[str] = SIGNED_IN
