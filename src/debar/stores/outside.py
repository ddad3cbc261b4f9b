"""Read what the operator relies on outside the house from ``debar.toml``: witnesses, peers, a standby.

Law: nobody outside is trusted by default; a key that cannot be read is refused, never skipped.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from debar.cases.referrals import SHARED_KINDS, Peer, ReferralPolicy
from debar.gate.protocol.messages import Tail
from debar.gate.protocol.timing import SECOND, Timing
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.problem import DebarError, Place
from debar.register.notes import COSIGNATURE, parse_key
from debar.register.published.witnesses import Witness, WitnessPolicy

if TYPE_CHECKING:
    from pathlib import Path


_GATE_SECONDS: Final = {
    "lease_seconds": (2, 86_400),
    "renew_seconds": (1, 3_600),
    "answer_seconds": (0, 3_600),
}
_GATE: Final = {*_GATE_SECONDS, "tails"}


def read_witnesses(path: Path | None) -> WitnessPolicy:
    """Read the table ``[record]``: ``at_least``, and ``witnesses`` with ``key`` and optionally ``url``.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table does not fit.
    """
    if path is None:
        return WitnessPolicy()
    table = section(path, "record", {"at_least", "witnesses"})
    try:
        witnesses = tuple(_witness(one) for one in table.get("witnesses", []))
        at_least = table.get("at_least", len(witnesses))
    except (KeyError, TypeError, AttributeError, DebarError) as error:
        raise _unfit(path, f"[[record.witnesses]]: {error}") from None
    if isinstance(at_least, bool) or not isinstance(at_least, int) or not 0 <= at_least <= len(witnesses):
        raise _unfit(path, f"record.at_least is a number from 0 to {len(witnesses)}, the witnesses there are")
    return WitnessPolicy(witnesses=witnesses, at_least=at_least)


def read_peers(path: Path | None) -> ReferralPolicy:
    """Read the table ``[referrals]``: ``clear``, ``linked``, ``kinds``, and ``peers``.

    A peer has ``name``, ``public_key`` (64 hex digits) and optionally ``secret_file``: a file beside the
    policy with at least 64 hex digits that both platforms hold.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table does not fit.
    """
    if path is None:
        return ReferralPolicy()
    table = section(path, "referrals", {"clear", "linked", "kinds", "peers"})
    flags = {name: table.get(name, False) for name in ("clear", "linked")}
    kinds = table.get("kinds", list(SHARED_KINDS))
    if not all(isinstance(value, bool) for value in flags.values()):
        raise _unfit(path, "referrals.clear and referrals.linked are true or false")
    if not isinstance(kinds, list) or not kinds or not all(kind in FAMILY_OF_KIND for kind in kinds):
        raise _unfit(path, f"referrals.kinds are out of {', '.join(FAMILY_OF_KIND)}")
    try:
        peers = tuple(_peer(one, path.parent) for one in table.get("peers", []))
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        raise _unfit(path, f"[[referrals.peers]]: {error}") from None
    return ReferralPolicy(peers=peers, kinds=tuple(kinds), **flags)


def read_high_availability(path: Path | None) -> bool:
    """Read ``high_availability`` of the table ``[register]``: whether every entry must be on a standby too.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table does not fit.
    """
    if path is None:
        return False
    declared = section(path, "register", {"high_availability"}).get("high_availability", False)
    if not isinstance(declared, bool):
        raise _unfit(path, "register.high_availability is true or false")
    return declared


def read_gate_timing(path: Path | None) -> Timing:
    """Read from the table ``[gate]``: ``lease_seconds``, ``renew_seconds``, ``answer_seconds``.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table does not fit.
    """
    if path is None:
        return Timing()
    table = section(path, "gate", _GATE)
    given = {"lease_seconds": 300, "renew_seconds": 10, "answer_seconds": 1, **table}
    for name, (least, most) in _GATE_SECONDS.items():
        value = given[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise _unfit(path, f"gate.{name} is a number from {least} to {most}")
    lease, renew, valid = (round(given[name] * SECOND) for name in _GATE_SECONDS)
    renew = renew if "renew_seconds" in table else min(renew, lease // 4)
    if renew >= lease:
        raise _unfit(path, "gate.renew_seconds must be well below gate.lease_seconds")
    return Timing(term_ns=lease, renew_ns=renew, valid_ns=valid, retry_ns=min(SECOND, renew))


def read_gate_tails(path: Path | None) -> tuple[Tail, ...]:
    """Read ``[gate.tails]``: name and seconds of what goes on behind gates that read the register itself.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table does not fit.
    """
    if path is None:
        return ()
    tails = section(path, "gate", _GATE).get("tails", {})
    if not isinstance(tails, dict):
        raise _unfit(path, "gate.tails is a table of names and seconds")
    for name, seconds in tails.items():
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 31_536_000:
            raise _unfit(path, f"gate.tails: {name!r} is a number of seconds above 0, a year at most")
    return tuple(Tail(name=name, lasts_ns=round(seconds * SECOND)) for name, seconds in sorted(tails.items()))


def _peer(table: dict[str, Any], folder: Path) -> Peer:
    public_key = bytes.fromhex(table["public_key"])
    if len(public_key) != 32 or not set(table) <= {"name", "public_key", "secret_file"}:
        raise ValueError("a peer has a name, a public_key of 64 hex digits, and perhaps a secret_file")
    secret = b""
    if "secret_file" in table:
        secret = bytes.fromhex((folder / table["secret_file"]).read_text(encoding="utf-8").strip())
        if len(secret) < 32:
            raise ValueError("a shared secret has at least 64 hex digits")
    return Peer(name=str(table["name"]), public_key=public_key, secret=secret)


def section(path: Path, name: str, known: set[str]) -> dict[str, Any]:
    """Read one table of the policy's file; an empty one where there is none.

    Raises:
        DebarError: DBR-S001, the file cannot be read; DBR-S061, the table has a setting that is not known.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DebarError(
            "DBR-S001", f"the policy cannot be read: {error}", place=Place(file=path.name)
        ) from None
    if not isinstance(table, dict) or not set(table) <= known:
        raise _unfit(path, f"[{name}] has {', '.join(sorted(known))}, and nothing else")
    return table


def _witness(table: dict[str, Any]) -> Witness:
    key = parse_key(table["key"])
    if key.kind != COSIGNATURE:
        raise TypeError("the key is not a witness's: its kind is not 04")
    return Witness(key=key, url=str(table.get("url", "")))


def _unfit(path: Path, why: str) -> DebarError:
    return DebarError(
        "DBR-S061",
        "the policy's word about others does not fit",
        place=Place(file=path.name),
        details=(why,),
        hint="docs/record.md and docs/referrals.md have an example of each table",
    )
