"""What ``debar gate serve`` starts: checks only, the register in charge, or a relay.

Law: the rim. Clocks, nonces and files are made here and handed to the rest.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.gate.remote.connection import Link, Trust
from debar.gate.remote.shadow import ShadowLog
from debar.model.problem import DebarError
from debar.register.address import open_register
from debar.service.direct import direct_application
from debar.service.gates.authority import Authority, in_charge
from debar.service.gates.connections import protocol_of
from debar.service.gates.relaying import Relaying, read_tokens
from debar.service.gates.snapshots import Snapshots
from debar.service.logs import Log
from debar.service.serving import Listen, serve
from debar.stores.clock import SystemClock
from debar.stores.keys import load_register_secrets
from debar.stores.outside import read_gate_tails, read_gate_timing

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of ``debar gate serve``, each as its help says."""

    listen: str
    checks_only: bool = False
    upstream: str | None = None
    name: str | None = None
    token_file: Path | None = None
    gate_tokens: Path | None = None
    upstream_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_callers: Path | None = None
    shadow_log: Path | None = None
    cache_seconds: float = 0.0


def start(setting: Setting, options: Options) -> None:
    """Serve until a signal says stop.

    Raises:
        DebarError: DBR-V005, the options do not fit together; or what stops a service from starting.
    """
    clock = SystemClock()
    log = Log(clock)
    listen = Listen.parse(
        options.listen, certificate=options.tls_certificate, key=options.tls_key, callers=options.tls_callers
    )
    shadow = None if options.shadow_log is None else ShadowLog(options.shadow_log, clock)
    if options.upstream is not None:
        _relay(setting, options, listen, log, shadow)
    elif options.checks_only:
        _refuse_secret_caches(setting, options.cache_seconds)
        application = direct_application(
            setting.register_address(), clock, cache_seconds=options.cache_seconds, shadow=shadow
        )
        serve(application, listen, log)
    else:
        if options.cache_seconds:
            raise _unfit("--cache-seconds goes with --checks-only: nobody waits for what a proxy keeps")
        _authority(setting, listen, log, shadow)


def _refuse_secret_caches(setting: Setting, cache_seconds: float) -> None:
    """Let answers be kept only for as long as every certificate says."""
    declared = max((tail.lasts_ns for tail in read_gate_tails(setting.policy_file)), default=0)
    if round(cache_seconds * 1e9) > declared:
        raise _unfit(
            "--cache-seconds needs a name and as many seconds in the policy's [gate.tails]: a certificate"
            " must name whatever may go on"
        )


def _authority(setting: Setting, listen: Listen, log: Log, shadow: ShadowLog | None) -> None:
    home, clock = setting.register_home(), SystemClock()
    with in_charge(home):
        authority = Authority(
            setting.register_address(),
            home,
            timing=read_gate_timing(setting.policy_file),
            clock=clock,
            log=log,
            signer=load_register_secrets(home).log_signer,
            tails=read_gate_tails(setting.policy_file),
            snapshots=Snapshots(
                home.with_name(home.name + ".table"),
                seed=secrets.randbits(64),
                open_register=lambda: open_register(setting.register_address(), read_only=True),
            ),
            shadow=shadow,
            trusts_callers=listen.callers is not None,
        )
        serve(authority.application, listen, log, http=protocol_of(authority.hub), background=authority)


def _relay(setting: Setting, options: Options, listen: Listen, log: Log, shadow: ShadowLog | None) -> None:
    assert options.upstream is not None, "a relay"
    if options.name is None or options.token_file is None:
        raise _unfit("--upstream needs --name and --token-file: make them with debar gate token NAME --relay")
    token = options.token_file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    link = Link.parse(options.upstream, Trust(token=token, authorities=options.upstream_ca))
    relaying = Relaying(
        link,
        name=options.name,
        timing=read_gate_timing(setting.policy_file),
        tokens={} if options.gate_tokens is None else read_tokens(options.gate_tokens),
        log=log,
        nonce=lambda: secrets.token_hex(16),
        clock=SystemClock(),
        shadow=shadow,
    )
    with contextlib.closing(relaying):
        serve(relaying.application, listen, log, http=protocol_of(relaying.hub), background=relaying)


def _unfit(why: str) -> DebarError:
    return DebarError("DBR-V005", "the options do not fit together", details=(why,))
