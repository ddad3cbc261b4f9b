"""What a browser is told and what it must show: headers, cookies, form tokens.

Law: a page runs only scripts of this host and is framed by nobody; a deed is done only for a form that this
host handed to this very session.

Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet; Content Security Policy Level 3.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from debar.model.canonical import sha256_hex
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.console.desk.sessions import Session

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """How the console is reached.

    Args:
        hosts: Names under which a browser may ask for it, lower case, with the port where it is not usual.
        secure: Whether browsers reach it by HTTPS, so that cookies travel by nothing else.
    """

    hosts: frozenset[str]
    secure: bool

    @property
    def session_cookie(self) -> str:
        """Name of the session's cookie."""
        return "__Host-debar" if self.secure else "debar"

    @property
    def form_cookie(self) -> str:
        """Name of the cookie that belongs to forms for people who are not signed in."""
        return "__Host-debar-form" if self.secure else "debar-form"

    def refuse_other_hosts(self, host: str) -> None:
        """Refuse a request for a name that is not ours: another site's name may point here.

        Raises:
            DebarError: DBR-K025.
        """
        if host.lower() not in self.hosts:
            raise DebarError(
                "DBR-K025",
                "the console does not answer to this name",
                hint="name the public address with --public-address",
                exit_code=EXIT_REFUSED,
            )

    def refuse_foreign_forms(
        self, headers: Mapping[str, str], sent: str, *, session: Session | None, form_cookie: str | None
    ) -> None:
        """Refuse a form that another site made.

        Raises:
            DebarError: DBR-K021.
        """
        expected = session.csrf if session else form_token(form_cookie) if form_cookie else ""
        own = expected and hmac.compare_digest(expected.encode(), sent.encode())
        origin = headers.get("origin")
        from_here = origin is None or urlsplit(origin).netloc.lower() in self.hosts
        if (
            not own
            or not from_here
            or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        ):
            raise DebarError(
                "DBR-K021",
                "this form was not handed out here, or its session is over",
                hint="open the page again and send the form from there",
                exit_code=EXIT_REFUSED,
            )


def form_token(cookie: str) -> str:
    """Return what a form for somebody who is not signed in carries."""
    return sha256_hex(b"form " + cookie.encode())
