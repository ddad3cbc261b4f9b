"""Who may sign: the keys that the log enrols, and the check of every signed entry against them.

Law: pure, a fold over the log. The log's own key enrols others only while the log holds nothing but
enrolments; afterwards only an enrolled key enrols another. An approval is believed under an enrolled
approver's key and nothing else, an appeal's outcome under an enrolled reviewer's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.entries import is_public
from debar.register.signatures import (
    APPEALS,
    APPROVER,
    enrolment_message,
    outcome_message,
    verify_approval,
    verify_signature,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNED_FIELDS: Final = {
    "enrol": ("role", "public_key", "signed_by", "signature"),
    "approval": ("plan_sha256", "public_key", "signature"),
    "outcome": ("appeal_id", "outcome", "outcome_sha256", "public_key", "signature"),
}
"""What must stand in the public part of an entry that somebody signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The enrolled keys at one point of the log.

    Args:
        origin: The register's origin.
        log_key: Public key that signs its checkpoints, 64 hex digits.
        roles: Public key in hex to the roles that it holds.
        founding: Whether the log holds nothing but enrolments by its own key so far.
    """

    origin: str
    log_key: str
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    founding: bool = True

    def after(self, entry_type: str, public: Mapping[str, Any]) -> Keyring:
        """Check one entry's signature, if its type carries one, and return the keyring after it.

        Raises:
            DebarError: A field is missing, the key is not enrolled, or the signature does not verify.
        """
        for name in _SIGNED_FIELDS.get(entry_type, ()):
            if public.get(name) is None or not is_public(name, public[name]):
                raise DebarError(
                    "DBR-R014",
                    "the entry's body does not fit its type",
                    details=(f"{entry_type}.{name}: it must stand in the public part, in its form",),
                )
        if entry_type == "enrol":
            return self._enrolled(public)
        if entry_type == "approval":
            self._check_approval(public)
        if entry_type == "outcome":
            self._check_outcome(public)
        return replace(self, founding=False) if self.founding else self

    def holds(self, public_key: str, role: str) -> bool:
        """Tell whether a key is enrolled in a role."""
        return role in self.roles.get(public_key, frozenset())

    def _enrolled(self, public: Mapping[str, Any]) -> Keyring:
        signer, key, role = public["signed_by"], public["public_key"], public["role"]
        by_log = signer == self.log_key
        if by_log and not self.founding:
            raise _not_enrolled("the log's key enrols only while the log holds nothing but enrolments")
        if not by_log and signer not in self.roles:
            raise _not_enrolled("the key that signs the enrolment is not enrolled itself")
        if not by_log and not self.holds(signer, APPROVER):
            raise _not_enrolled(
                "only an approver enrols further keys: a proposer could make the own approver"
            )
        message = enrolment_message(self.origin, role=role, public_key=bytes.fromhex(key))
        if not verify_signature(bytes.fromhex(signer), message, bytes.fromhex(public["signature"])):
            raise _unsigned("enrolment")
        roles = {**self.roles, key: self.roles.get(key, frozenset()) | {role}}
        return replace(self, roles=roles, founding=self.founding and by_log)

    def _check_approval(self, public: Mapping[str, Any]) -> None:
        if not self.holds(public["public_key"], APPROVER):
            raise _not_enrolled("the key that approves is not enrolled as an approver")
        fits = verify_approval(
            public["plan_sha256"],
            public_key=bytes.fromhex(public["public_key"]),
            signature=bytes.fromhex(public["signature"]),
        )
        if not fits:
            raise _unsigned("approval")

    def _check_outcome(self, public: Mapping[str, Any]) -> None:
        if not self.holds(public["public_key"], APPEALS):
            raise _not_enrolled("the key that decides an appeal is not enrolled for appeals")
        message = outcome_message(
            self.origin,
            appeal_id=public["appeal_id"],
            outcome=public["outcome"],
            outcome_sha256=public["outcome_sha256"],
        )
        if not verify_signature(
            bytes.fromhex(public["public_key"]), message, bytes.fromhex(public["signature"])
        ):
            raise _unsigned("outcome")


def _not_enrolled(why: str) -> DebarError:
    return DebarError(
        "DBR-R018",
        "this key may not sign here",
        details=(why,),
        hint="have somebody enrolled sign an enrolment for it",
        exit_code=EXIT_REFUSED,
    )


def _unsigned(what: str) -> DebarError:
    return DebarError(
        "DBR-R017",
        f"the signature of this {what} does not verify",
        hint="sign again, with the key and over the document that are named",
        exit_code=EXIT_REFUSED,
    )
