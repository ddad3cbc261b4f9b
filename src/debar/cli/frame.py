"""What all commands share: options, progress, errors, exit codes.

Law: exit 0 done; 1 refused, denied or not verified; 2 wrong use; 3 problems; 4 stale or not fresh. With
``--json``, standard output is one JSON document, also for an error; progress goes to standard error.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from debar.app.opening import Setting
from debar.model.currencies import MINOR_DIGITS
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.address import address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.app.answer import Answer

P = ParamSpec("P")

FILE = click.Path(path_type=Path)
RATE = click.FloatRange(0, 0.2, min_open=True)
DAY = click.DateTime(formats=["%Y-%m-%d"])


class _Currency(click.ParamType[str]):
    """An ISO 4217 code, in any case."""

    name = "currency"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Return the code in capitals, or fail as wrong use."""
        code = str(value).upper()
        if code not in MINOR_DIGITS:
            self.fail(f"{value!r} is no ISO 4217 currency, such as USD", param, ctx)
        return code


CURRENCY = _Currency()


def command(
    group: click.Group, name: str, *, example: str, platform: bool = False
) -> Callable[[Callable[Concatenate[Setting, P], Answer]], click.Command]:
    """Make a click command of a function that takes the setting first and returns an answer.

    Args:
        group: Where the command belongs.
        name: Its name.
        example: A line that works, shown in the help.
        platform: Whether it takes ``--policy`` (it reads a platform).
    """

    def decorate(function: Callable[Concatenate[Setting, P], Answer]) -> click.Command:
        @functools.wraps(function)
        def run(
            *args: Any,  # noqa: ANN401 - click passes what the arguments say
            as_json: bool,
            register: str | None,
            register_key: Path | None,
            policy: Path | None = None,
            **kwargs: Any,  # noqa: ANN401 - click passes what the options say
        ) -> None:
            def verb() -> Answer:
                setting = Setting(
                    register=None if register is None else address_of(register, key_file=register_key),
                    policy_file=policy,
                    progress=None if as_json else progress,
                )
                return function(setting, *args, **kwargs)

            finish(verb, as_json=as_json)

        wrapped: Any = run
        if platform:
            wrapped = click.option("--policy", type=FILE, help="The operator's debar.toml.")(wrapped)
        wrapped = click.option(
            "--register-key",
            type=FILE,
            envvar="DEBAR_REGISTER_KEY",
            help="With postgresql://: the register's key file; also DEBAR_REGISTER_KEY.",
        )(wrapped)
        wrapped = click.option(
            "--register",
            envvar="DEBAR_REGISTER",
            help="The register's file, or postgresql://...; also DEBAR_REGISTER.",
        )(wrapped)
        wrapped = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(wrapped)
        return group.command(name, epilog=f"Example: {example}")(wrapped)

    return decorate


def progress(text: str) -> None:
    """Say what is being done, on a terminal only, and on standard error."""
    if sys.stderr.isatty():
        click.echo(f"  {text}", err=True)


def finish(verb: Callable[[], Answer], *, as_json: bool) -> None:
    """Run a verb, print its answer or its error, and exit with its code."""
    try:
        answer = verb()
    except DebarError as error:
        if as_json:
            click.echo(json.dumps({"error": error.as_json()}, indent=1, ensure_ascii=False))
        else:
            click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os._exit(0)
    except OSError as error:
        finish(functools.partial(refuse_file, error), as_json=as_json)
        raise AssertionError("a refusal exits") from error
    if as_json:
        click.echo(json.dumps(dict(answer.document), indent=1, ensure_ascii=False, default=str))
    else:
        click.echo(answer.text.rstrip("\n"))
    sys.exit(answer.exit_code)


def refuse_file(error: OSError) -> Answer:
    """Turn a file that cannot be read or written into an error with its place.

    Raises:
        DebarError: DBR-A030, always.
    """
    raise DebarError(
        "DBR-A030",
        f"a file cannot be read or written: {error.strerror or error}",
        place=Place(file=str(error.filename)) if error.filename else None,
        hint="check that the path is right, that its folder exists, and that you may write there",
        exit_code=EXIT_REFUSED,
    )
