"""A decorator that lets a function run only for accounts that may advertise.

Law: the check comes before the function, each time; a denial is an error that carries the answer.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.gate.judging import Checker
    from debar.model.ports import Clock

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
_HINT: Final = "show the advertiser the statement of reasons; it says how to object"


class NoStandingError(DebarError):
    """The account may not advertise.

    Args:
        answer: The gate's answer.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            "DBR-G003",
            "this account may not advertise",
            details=(answer.reason,) if answer.reason else (),
            hint=_HINT
            if answer.verdict == "debarred"
            else "nothing was decided: try again when the register answers",
            exit_code=answer.exit_code,
        )
        self.answer = answer


def requires_standing(
    gate: Checker,
    *,
    action: str,
    clock: Clock,
    account: str = "account_id",
    keys: Mapping[str, str] | None = None,
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Make a function ask the gate first; works for coroutine functions too.

    Args:
        gate: The gate to ask.
        action: ``create``, ``buy``, ``serve`` or ``charge``.
        clock: Tells the time of each check.
        account: Name of the function's parameter that holds the account id.
        keys: Further parameters by the kind of key that they hold: ``{"card": "card_hash", "domain":
            "landing_domain"}``. One that is None in a call is not asked about; all are asked about at once.

    Raises:
        DebarError: The action is not advertising, or the function has no such parameter.
    """
    parameters = {"account": account, **(keys or {})}
    if action not in ACTIONS:
        raise refuse_action(action)

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        signature = inspect.signature(function)
        for name in parameters.values():
            if name not in signature.parameters:
                raise DebarError("DBR-G004", f"the guarded function has no parameter {name!r}")

        def ask(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            asked = [
                (kind, bound.arguments[name])
                for kind, name in parameters.items()
                if kind == "account" or bound.arguments[name] is not None
            ]
            answer = gate.check_keys(asked, action=action, now=clock.now())
            if not answer.allowed:
                raise NoStandingError(answer)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def guarded_coroutine(*args: Parameters.args, **kwargs: Parameters.kwargs) -> object:
                ask(*args, **kwargs)
                return await function(*args, **kwargs)

            return guarded_coroutine  # type: ignore[return-value]  # a coroutine function stays one

        @functools.wraps(function)
        def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            ask(*args, **kwargs)
            return function(*args, **kwargs)

        return guarded

    return decorate
