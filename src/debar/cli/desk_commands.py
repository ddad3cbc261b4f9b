"""The commands of the console: serve it, and say who may sign in.

Law: people are added on the machine where the desk is; nothing of the web adds anybody.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from debar.app.answer import Answer
from debar.cli.commands import debar, now
from debar.cli.frame import FILE, command
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.console.desk.people import People, Person

ROLES = click.Choice(["proposer", "approver", "reviewer", "appeals", "auditor"])


@command(
    debar,
    "console",
    example="debar console desk --platform october-2017/world --register october-2017/record/register.sqlite",
    platform=True,
)
@click.argument("desk", type=FILE)
@click.option(
    "--platform", "source", type=FILE, help="The platform's tables; without it, cases are only shown."
)
@click.option("--listen", default="127.0.0.1:8480", show_default=True, help="HOST:PORT.")
@click.option("--public-address", help="How browsers reach it, such as https://debar.example.org.")
@click.option("--tls-certificate", type=FILE, help="PEM file of the server's certificate chain.")
@click.option("--tls-key", type=FILE, help="PEM file of its private key.")
def console(
    setting: Setting,
    desk: Path,
    *,
    source: Path | None,
    listen: str,
    public_address: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> Answer:
    """Serve the console: pages on which people look at cases, decide and sign.

    DESK is a folder, made where there is none; add people to it with debar desk add. On loopback, unless you
    say how browsers reach it safely.
    """
    _with_extra()
    from debar.console.started import Options, start

    options = Options(
        folder=desk,
        platform=source,
        listen=listen,
        public_address=public_address,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
    )
    start(setting, options)
    return Answer(document={"stopped": True}, text="stopped")


@debar.group("desk")
def desk_group() -> None:
    """The console's desk: who may sign in, and as what."""


@command(desk_group, "add", example="debar desk add desk ana --role proposer --key ana.key")
@click.argument("desk", type=FILE)
@click.argument("name")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be repeated.")
@click.option("--key", type=FILE, help="Their signing key: it is kept encrypted under their password.")
@click.option("--password-file", type=FILE, help="Read the password from here, not from the terminal.")
def desk_add(
    setting: Setting,
    desk: Path,
    name: str,
    *,
    roles: tuple[str, ...],
    key: Path | None,
    password_file: Path | None,
) -> Answer:
    """Let somebody sign in at the console.

    With --key they can approve there with their password; without, they sign with debar approve. The key must
    be enrolled in the register under the same name.
    """
    from debar.stores.keys import load_signer

    del setting
    people = _people(desk)
    signer = None if key is None else load_signer(key)
    person = people.add(name, roles=roles, password=_password(password_file), signer=signer, now=now())
    return _told(person, "may sign in")


@command(desk_group, "roles", example="debar desk roles desk ana --role proposer --role reviewer")
@click.argument("desk", type=FILE)
@click.argument("name")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be repeated.")
def desk_roles(setting: Setting, desk: Path, name: str, *, roles: tuple[str, ...]) -> Answer:
    """Give somebody other roles; whoever is signed in is signed out."""
    del setting
    return _told(_people(desk).change_roles(name, roles), "has new roles")


@command(desk_group, "disable", example="debar desk disable desk ana")
@click.argument("desk", type=FILE)
@click.argument("name")
def desk_disable(setting: Setting, desk: Path, name: str) -> Answer:
    """Let somebody sign in no more; their sealed key is destroyed."""
    del setting
    return _told(_people(desk).disable(name, now=now()), "may not sign in any more")


@command(desk_group, "people", example="debar desk people desk")
@click.argument("desk", type=FILE)
def desk_people(setting: Setting, desk: Path) -> Answer:
    """List who may sign in, and as what."""
    del setting
    everybody = _people(desk).everybody()
    found = [_as_json(person) for person in everybody]
    lines = [
        f"{one.name}: {', '.join(sorted(one.roles))}{' (disabled)' if one.disabled else ''}"
        f"{', signs here' if one.sealed_key is not None else ''}"
        for one in everybody
    ]
    return Answer(
        document={"people": found}, text="\n".join(lines) or "nobody yet: debar desk add DESK NAME --role ..."
    )


@command(
    desk_group, "watch", example="debar desk watch desk signups --register debar.register", platform=True
)
@click.argument("desk", type=FILE)
@click.argument("signups", type=FILE)
def desk_watch(setting: Setting, desk: Path, signups: Path) -> Answer:
    """Screen new accounts against the debarred, and put the hits into the console's inbox.

    SIGNUPS is a folder of new accounts, as debar screen-signup takes it. A hit that is known stands as people
    left it: run this as often as you like.
    """
    _with_extra()
    from debar.app.verbs import screen_signup
    from debar.console.desk.database import DeskDatabase
    from debar.console.desk.hits import Hits

    at = now()
    screened = screen_signup(setting, signups, now=at)
    desk.mkdir(parents=True, exist_ok=True)
    found = screened.document["hits"]
    added = Hits(DeskDatabase(desk / "desk.sqlite")).take_in(found, now=at)
    document = {**screened.document, "added": added}
    return Answer(
        document=document, text=f"{screened.text}\n{added} of {len(found)} hits are new in the inbox"
    )


def _people(folder: Path) -> People:
    _with_extra()
    from debar.console.desk.database import DeskDatabase
    from debar.console.desk.people import People

    folder.mkdir(parents=True, exist_ok=True)
    return People(DeskDatabase(folder / "desk.sqlite"))


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given


def _told(person: Person, what: str) -> Answer:
    return Answer(document=_as_json(person), text=f"{person.name} ({', '.join(sorted(person.roles))}) {what}")


def _as_json(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "roles": sorted(person.roles),
        "public_key": person.public_key,
        "disabled": person.disabled,
    }


def _with_extra() -> None:
    """Insist that the console's libraries are here.

    Raises:
        DebarError: DBR-K040, they are not.
    """
    try:
        import argon2  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise DebarError(
            "DBR-K040",
            f"the console needs {error.name}",
            hint='install it with: pip install "debar[console]"',
        ) from None
