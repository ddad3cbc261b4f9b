"""The console as an ASGI application.

Law: every answer is made in one place: host, session, role, form token and limits are checked there, before a
screen is asked, and what a screen raises becomes a page.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from debar.console.desk.limits import Limit
from debar.console.desk.sessions import WHOLE
from debar.console.desk.views import Seen
from debar.console.web.asking import ANYBODY, Asked, Deed, Done, File, Page, Screen
from debar.console.web.rendering import STATIC, render, static_file
from debar.console.web.security import HEADERS, Doors, form_token
from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, EXIT_STALE, EXIT_USAGE, DebarError
from debar.register.address import is_there, open_register
from debar.stores.keys import random_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from debar.console.desk.desk import Desk
    from debar.console.desk.people import Person

FORM_BYTES_MAX: Final = 64 * 1024
FIELDS_MAX: Final = 200
_STATUS: Final = {EXIT_USAGE: 400, EXIT_REFUSED: 409, EXIT_PROBLEMS: 422, EXIT_STALE: 409}
_STATUS_OF_CODE: Final = {
    "DBR-K006": 404, "DBR-K010": 404, "DBR-K011": 404, "DBR-K020": 403, "DBR-K021": 403, "DBR-K022": 429,
    "DBR-K016": 500, "DBR-K023": 413, "DBR-K024": 404, "DBR-K025": 421, "DBR-K027": 404, "DBR-K068": 404,
}  # fmt: skip
_MEDIA: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}


@dataclass(slots=True)
class Console:
    """Answers requests.

    Args:
        desk: The desk that is open.
        screens: All addresses.
        doors: How browsers reach it.
        deeds: How often one session, or one host without any, may send forms.
        looks: How often one host may ask at all.
    """

    desk: Desk
    screens: tuple[Screen, ...]
    doors: Doors
    deeds: Limit = field(default_factory=lambda: Limit(per_minute=60, burst=30))
    looks: Limit = field(default_factory=lambda: Limit(per_minute=1200, burst=600))

    def application(self) -> Starlette:
        """Return the ASGI application."""
        routes = [Route(STATIC + "{name:path}", _static, methods=["GET"])]
        for screen in self.screens:
            for page in screen.pages:
                routes.append(Route(page.path + ".json", self._page(page, as_json=True), methods=["GET"]))
                routes.append(Route(page.path, self._page(page, as_json=False), methods=["GET"]))
            routes += [Route(file.path, self._file(file), methods=["GET"]) for file in screen.files]
            routes += [Route(deed.path, self._deed(deed), methods=["POST"]) for deed in screen.deeds]
        return Starlette(routes=routes, exception_handlers={HTTPException: self._not_here})

    def _page(self, page: Page, *, as_json: bool) -> Callable[[Request], Awaitable[Response]]:
        def make(asked: Asked) -> Response:
            document = {"as_of": self._as_of(asked), **page.view(asked)}
            if as_json:
                return JSONResponse(document)
            return self._shown(asked, page.template, document)

        async def answer(request: Request) -> Response:
            return await self._answered(
                request, make, allowed=page.allowed, sensitive=page.sensitive, as_json=as_json
            )

        return answer

    def _file(self, file: File) -> Callable[[Request], Awaitable[Response]]:
        def make(asked: Asked) -> Response:
            content, media, name = file.make(asked)
            headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
            return Response(content, media_type=media, headers=headers)

        async def answer(request: Request) -> Response:
            return await self._answered(request, make, allowed=file.allowed, sensitive=file.sensitive)

        return answer

    def _deed(self, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
        def make(asked: Asked) -> Response:
            return self._sent_on(asked, deed.do(asked))

        async def answer(request: Request) -> Response:
            return await self._answered(request, make, allowed=deed.allowed, sensitive=True)

        return answer

    async def _answered(
        self,
        request: Request,
        make: Callable[[Asked], Response],
        *,
        allowed: frozenset[str],
        sensitive: bool,
        as_json: bool = False,
    ) -> Response:
        """Answer one request: every check first, then the screen, then the note of who looked."""
        body = await _body(request)
        return await run_in_threadpool(
            self._checked, request, body, make, allowed=allowed, sensitive=sensitive, as_json=as_json
        )

    def _checked(
        self,
        request: Request,
        body: bytes | None,
        make: Callable[[Asked], Response],
        *,
        allowed: frozenset[str],
        sensitive: bool,
        as_json: bool,
    ) -> Response:
        asked = self._asked(request, body)
        try:
            self.doors.refuse_other_hosts(request.headers.get("host", ""))
            self.looks.draw(asked.host, now=asked.now)
            if asked.person is None and allowed != ANYBODY and request.method == "GET" and not as_json:
                return self._dressed(RedirectResponse(f"/sign-in?to={quote(request.url.path)}", 303))
            _refuse_others(asked, allowed)
            if request.method == "POST":
                self._refuse_form(request, asked, body)
            response = make(asked)
        except DebarError as error:
            response = self._problem(asked, error, as_json=as_json)
        except Exception:
            logging.getLogger("debar.console").exception("%s %s failed", request.method, request.url.path)
            mistake = DebarError(
                "DBR-K016", "this page could not be made: it is our mistake", hint="the log says where"
            )
            response = self._problem(asked, mistake, as_json=as_json)
        if sensitive and (asked.person is not None or request.method == "POST"):
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            name = asked.person.name if asked.person else ""
            seen = Seen(
                name=name, host=asked.host, method=request.method, path=path, status=response.status_code
            )
            self.desk.views.note(seen, now=asked.now)
        return self._dressed(response)

    def _asked(self, request: Request, body: bytes | None) -> Asked:
        now = self.desk.clock.now()
        token = request.cookies.get(self.doors.session_cookie, "")
        session = self.desk.sessions.find(token, now=now) if token else None
        person = self.desk.people.find(session.name) if session else None
        if person is None or person.disabled:
            session = person = None
        return Asked(
            desk=self.desk,
            person=person,
            session=session,
            path={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params),
            form=_fields(body) if body else {},
            host=request.client.host if request.client else "",
            now=now,
            form_cookie=request.cookies.get(self.doors.form_cookie),
        )

    def _refuse_form(self, request: Request, asked: Asked, body: bytes | None) -> None:
        if body is None:
            raise DebarError(
                "DBR-K023", "the form is too large", hint=f"at most {FORM_BYTES_MAX // 1024} KiB"
            )
        self.deeds.draw(asked.session.token_sha256 if asked.session else asked.host, now=asked.now)
        self.doors.refuse_foreign_forms(
            request.headers,
            asked.form.get("csrf", ""),
            session=asked.session,
            form_cookie=asked.form_cookie,
        )

    def _sent_on(self, asked: Asked, done: Done) -> Response:
        response = RedirectResponse(done.to, 303)
        if done.session == "":
            response.delete_cookie(self.doors.session_cookie, secure=self.doors.secure, httponly=True)
        elif done.session is not None:
            response.set_cookie(
                self.doors.session_cookie,
                done.session,
                max_age=int(WHOLE.total_seconds()),
                secure=self.doors.secure,
                httponly=True,
                samesite="strict",
            )
        if asked.session is not None and (done.said or done.event):
            self.desk.sessions.leave(
                asked.session, json.dumps({"said": done.said, "event": dict(done.event)}, ensure_ascii=False)
            )
        return response

    def _shown(
        self, asked: Asked, template: str, document: Mapping[str, Any], *, status: int = 200
    ) -> Response:
        """Render a page with what every page shows: who you are, what was just done, the bar at the top."""
        notice: dict[str, Any] = {"said": "", "event": {}}
        if asked.session is not None and asked.session.notice is not None:
            notice = json.loads(asked.session.notice)
            self.desk.sessions.leave(asked.session, None)
        tied_to = asked.form_cookie or random_token()
        values = {
            **document,
            "person": _who(asked.person),
            "csrf": asked.session.csrf if asked.session else form_token(tied_to),
            "notice": notice["said"],
            "bar": [
                {"title": screen.title, "entry": screen.entry}
                for screen in self.screens
                if screen.title and asked.person and screen.for_roles & asked.person.roles
            ],
        }
        response = Response(render(template, values), status_code=status, media_type="text/html")
        if notice["event"]:
            response.headers["hx-trigger"] = json.dumps(notice["event"])
        if asked.session is None and asked.form_cookie is None:
            response.set_cookie(
                self.doors.form_cookie, tied_to, secure=self.doors.secure, httponly=True, samesite="strict"
            )
        return response

    def _as_of(self, asked: Asked) -> dict[str, Any]:
        revision = None
        address = self.desk.setting.register
        if address is not None and is_there(address):
            with open_register(address, read_only=True) as register:
                revision = register.revision()
        return {"revision": revision, "at": asked.now.replace(microsecond=0).isoformat()}

    def _problem(self, asked: Asked, error: DebarError, *, as_json: bool) -> Response:
        status = _STATUS_OF_CODE.get(error.code, _STATUS.get(error.exit_code, 400))
        if as_json:
            return JSONResponse({"error": error.as_json()}, status)
        document = {
            "as_of": {"revision": None, "at": asked.now.replace(microsecond=0).isoformat()},
            "problem": error.as_json(),
        }
        return self._shown(asked, "problem.html.j2", document, status=status)

    def _dressed(self, response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers.setdefault("cache-control", "no-store")
        if self.doors.secure:
            response.headers["strict-transport-security"] = "max-age=31536000"
        return response

    async def _not_here(self, request: Request, _error: Exception) -> Response:
        return await self._answered(request, _nothing, allowed=ANYBODY, sensitive=False)


def _nothing(_asked: Asked) -> Response:
    raise DebarError("DBR-K024", "there is nothing at this address", hint="begin at /")


def _refuse_others(asked: Asked, allowed: frozenset[str]) -> None:
    """Refuse whoever is not meant.

    Raises:
        DebarError: DBR-K020.
    """
    if allowed == ANYBODY or (asked.person is not None and asked.person.roles & allowed):
        return
    raise DebarError(
        "DBR-K020",
        "this is not for you" if asked.person else "this is for people who signed in",
        hint=f"it is for: {', '.join(sorted(allowed))}",
        exit_code=EXIT_REFUSED,
    )


def _who(person: Person | None) -> dict[str, Any] | None:
    return None if person is None else {"name": person.name, "roles": sorted(person.roles)}


def _fields(body: bytes) -> dict[str, str]:
    """Read a form; of a name that is repeated the last value counts."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        return {}


async def _body(request: Request) -> bytes | None:
    """Read a form's body; None where it is too large, whatever it says of its length."""
    if request.method != "POST":
        return b""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES_MAX:
            return None
    return body


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    content = static_file(name)
    if content is None:
        return Response(status_code=404)
    media = _MEDIA.get(name.rpartition(".")[2], "application/octet-stream")
    headers = {**HEADERS, "cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=media, headers=headers)
