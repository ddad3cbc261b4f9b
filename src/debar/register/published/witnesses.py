"""Outside witnesses: whom we believe, what they sign, and how one is asked.

Law: a witness signs a checkpoint only when it continues the last one that it signed, so a log that shows two
faces loses its cosignatures; a policy says how many of which witnesses are enough.

Source: C2SP tlog-witness 1.0.0, tlog-cosignature 1.0.1.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.notes import (
    COSIGNATURE,
    Note,
    VerifierKey,
    cosigned_at,
    parse_checkpoint,
    parse_note,
    parse_signatures,
    verify_note,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Post: TypeAlias = Callable[[str, bytes], tuple[int, bytes]]
"""Sends a body to an address and returns the status and the answer's body."""

Continuation: TypeAlias = Callable[[int, int], tuple[bytes, ...]]
"""Gives the consistency proof between two sizes of the log."""

_OK: Final = 200
_CONFLICT: Final = 409
_NOT_A_CONTINUATION: Final = 422
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,15})\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody outside who signs checkpoints.

    Args:
        key: Its verifier key, of the kind for cosignatures.
        url: Where it can be asked; empty where its lines come by another way.
    """

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """At least so many of these witnesses must have signed.

    Args:
        witnesses: Those that are believed; each counts once.
        at_least: How many are needed; 0 asks for none.
    """

    witnesses: tuple[Witness, ...] = ()
    at_least: int = 0

    def __post_init__(self) -> None:
        assert all(witness.key.kind == COSIGNATURE for witness in self.witnesses), "witnesses cosign"

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The witnesses' verifier keys."""
        return tuple(witness.key for witness in self.witnesses)


def cosigners(checkpoint: str, policy: WitnessPolicy) -> dict[str, int]:
    """Return which witnesses of a policy signed a checkpoint, and when last, in POSIX seconds.

    Raises:
        DebarError: DBR-R021, a known witness's cosignature does not fit.
    """
    note = parse_note(checkpoint)
    known = {(key.name, key.key_id) for key in policy.keys}
    if not any((line.name, line.key_id) in known for line in note.signatures):
        return {}
    found: dict[str, int] = {}
    for line in verify_note(note, policy.keys):
        found[line.name] = max(found.get(line.name, 0), cosigned_at(line.signature))
    return found


def refuse_too_few(checkpoint: str, policy: WitnessPolicy) -> dict[str, int]:
    """Return who cosigned, where that is enough for the policy.

    Raises:
        DebarError: DBR-R040, too few did.
    """
    found = cosigners(checkpoint, policy)
    if len(found) < policy.at_least:
        size = parse_checkpoint(parse_note(checkpoint).text).size
        raise DebarError(
            "DBR-R040",
            f"{len(found)} of the {policy.at_least} witnesses that the policy asks for"
            f" signed the checkpoint of {size}",
            details=tuple(
                f"{witness.key.name}: {'signed' if witness.key.name in found else 'no signature'}"
                for witness in policy.witnesses
            ),
            hint="ask the missing ones with debar record publish, or find out why they refuse",
            exit_code=EXIT_REFUSED,
        )
    return found


def with_cosignatures(checkpoint: str, lines: str, policy: WitnessPolicy) -> str:
    """Add cosignature lines to a checkpoint: only those of known witnesses that verify, the newest of each.

    Raises:
        DebarError: A line is malformed, or a known witness's does not fit the checkpoint.
    """
    note = parse_note(checkpoint)
    known = {(key.name, key.key_id): key for key in policy.keys}
    signatures = list(note.signatures)
    for line in parse_signatures(lines):
        if (line.name, line.key_id) not in known:
            continue
        verify_note(Note(text=note.text, signatures=(line,)), policy.keys)
        signatures = [one for one in signatures if (one.name, one.key_id) != (line.name, line.key_id)]
        signatures.append(line)
    return str(Note(text=note.text, signatures=tuple(signatures)))


def add_checkpoint_body(old_size: int, path: Sequence[bytes], checkpoint: str) -> bytes:
    """Return what a witness is sent: the size it knows, the proof from there, and the checkpoint."""
    proof = "".join(f"{base64.b64encode(item).decode()}\n" for item in path)
    return f"old {old_size}\n{proof}\n{checkpoint}".encode()


def ask_witness(
    witness: Witness, checkpoint: str, *, known_size: int, continuation: Continuation, post: Post
) -> str:
    """Ask a witness for its cosignature of a checkpoint, and return its lines.

    Args:
        witness: Whom; it has an address.
        checkpoint: The log's signed checkpoint.
        known_size: The size that the witness probably signed last. Where it knows another, it says which,
            and is asked once more.
        continuation: Gives consistency proofs of the log.
        post: Sends the request.

    Raises:
        DebarError: DBR-R041, the witness declines; DBR-R043, it has seen another history of this log.
    """
    size = parse_checkpoint(parse_note(checkpoint).text).size
    address = f"{witness.url.rstrip('/')}/add-checkpoint"
    status, answer = 0, b""
    for _ in range(2):
        body = add_checkpoint_body(known_size, continuation(known_size, size), checkpoint)
        status, answer = post(address, body)
        told = _SIZE.fullmatch(answer)
        if status != _CONFLICT or told is None:
            break
        known_size = int(told[1])
        if known_size > size:
            raise _another(
                witness, f"it signed a checkpoint of {known_size} entries, and this log has {size}"
            )
    if status == _NOT_A_CONTINUATION:
        raise _another(witness, f"its {known_size} entries are not the first of this log's {size}")
    if status != _OK:
        raise DebarError(
            "DBR-R041",
            f"witness {witness.key.name} does not sign this checkpoint",
            details=(_WHY.get(status, f"it answered with status {status}"),),
            hint="ask its operator",
            exit_code=EXIT_REFUSED,
        )
    return answer.decode(errors="replace")


def _another(witness: Witness, why: str) -> DebarError:
    return DebarError(
        "DBR-R043",
        f"witness {witness.key.name} has seen another history of this log",
        details=(why,),
        hint="this register is an old copy, or two histories were signed: find out which, before all else",
        exit_code=EXIT_REFUSED,
    )


_WHY: Final[Mapping[int, str]] = {
    400: "it could not read the request",
    403: "it does not believe the log's signature",
    404: "it does not know this log: its operator must add the log's verifier key",
    409: "it is signing another checkpoint at the same time",
}
