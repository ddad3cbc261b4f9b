"""The decorator that asks before a function runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from debar.gate import Gate, NoStandingError, requires_standing
from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError
from debar.register.drafts import gate_draft
from debar.stores.clock import FixedClock
from registers import DECISION, NOW, debar, record

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister

CLOCK = FixedClock(NOW)


def test_it_runs_only_for_accounts_in_standing(register: SqliteRegister) -> None:
    """The function must run for an account in standing, and not at all for a debarred one."""
    sold: list[str] = []
    gate = Gate(register)

    @requires_standing(gate, action="buy", clock=CLOCK)
    def sell(campaign: str, *, account_id: str = "house") -> str:
        """Sell."""
        sold.append(account_id)
        return campaign

    record(register, debar("a1"))
    assert sell("c1", account_id="a2") == "c1"
    assert sell("c2") == "c2"
    with pytest.raises(NoStandingError, match="DBR-G003") as caught:
        sell("c3", account_id="a1")
    assert (sold, caught.value.exit_code, caught.value.answer.entry) == (["a2", "house"], EXIT_REFUSED, 2)
    assert sell.__name__ == "sell"
    gate.close()


def test_it_guards_coroutines(register: SqliteRegister) -> None:
    """A coroutine function must be asked about when it is awaited."""
    gate = Gate(register)

    @requires_standing(gate, action="serve", clock=CLOCK, account="advertiser")
    async def serve(advertiser: str) -> str:
        """Serve."""
        return advertiser

    assert asyncio.run(serve("a1")) == "a1"
    record(register, debar("a1"))
    with pytest.raises(NoStandingError):
        asyncio.run(serve("a1"))
    gate.close()


def test_without_a_register_it_refuses_and_says_that_nothing_was_decided(tmp_path: Path) -> None:
    """When the register cannot be read, the function must not run, and the error must not accuse anybody."""

    @requires_standing(Gate(tmp_path / "none.db"), action="buy", clock=CLOCK)
    def sell(account_id: str) -> str:
        """Sell."""
        return account_id

    with pytest.raises(NoStandingError) as caught:
        sell("a1")
    assert caught.value.exit_code == EXIT_STALE
    assert "nothing was decided" in caught.value.hint


def test_it_refuses_to_guard_nonsense(register: SqliteRegister) -> None:
    """An action that is not advertising, and a parameter that is not there, must fail when decorating."""
    with pytest.raises(DebarError, match="DBR-G001"):
        requires_standing(Gate(register), action="post", clock=CLOCK)
    with pytest.raises(DebarError, match="DBR-G004"):

        @requires_standing(Gate(register), action="buy", clock=CLOCK)
        def sell(account: str) -> str:
            """Sell."""
            return account


def test_several_keys(register: SqliteRegister) -> None:
    """Payer, card and domain must be asked about with the account; one that is not given must not."""
    gate = Gate(register)

    @requires_standing(gate, action="charge", clock=CLOCK, keys={"card": "card_hash", "domain": "landing"})
    def charge(account_id: str, card_hash: str | None = None, landing: str | None = None) -> str:
        """Charge."""
        return account_id + (card_hash or "")[:2] + (landing or "")

    card = "3f" * 32
    body = {"key": {"kind": "card", "value": card}, "decision_id": DECISION, "scopes": ["charge"]}
    record(register, gate_draft("debar", body, by="ana"))
    assert charge("a1") == "a1"
    assert charge("a1", landing="ft.com") == "a1ft.com"
    with pytest.raises(NoStandingError):
        charge("a1", card, "ft.com")
    with pytest.raises(DebarError, match="DBR-G002"):
        charge("a1", "4242424242424242")
    with pytest.raises(DebarError, match="DBR-G004"):
        requires_standing(gate, action="buy", clock=CLOCK, keys={"card": "card"})(charge)
    gate.close()
