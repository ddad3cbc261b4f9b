"""Referrals: a signed list of parties for a peer platform; and a peer's list, read and matched.

Law: pure. A list says what somebody else decided. It is read only under the key of a peer that the operator
named, it is compared with our own identifiers, and what comes of it is a question about accounts; it holds
nothing that could be carried out, and a list that tries to is refused.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from debar.evidence.keying import HashKey, is_keyed, keyed
from debar.model.canonical import canonical_json, sha256_hex
from debar.model.identifiers import FAMILY_OF_KIND, carries_a_ban
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.signatures import verify_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.model.ports import Signer

FORMAT: Final = "debar referral"
VERSION: Final = 1
SHARED_KINDS: Final = (
    "legal_id", "tax_id", "vat_id", "legal_name", "domain", "page", "pixel", "app", "email",
    "email_domain", "phone", "card", "bank",
)  # fmt: skip
"""Kinds that go out unless the policy says otherwise: those that mean the same on another platform."""

Form: TypeAlias = Literal["salted", "clear"]
IdentifierRow: TypeAlias = tuple[str, str, str]
"""Account id, kind, and the value's key, as intake made it under the list's key."""

_FIELDS: Final = frozenset(
    {"format", "version", "from", "to", "made_at", "form", "salt", "keyed_with", "decision", "parties",
     "public_key", "signature"}
)  # fmt: skip
_DECISION_FIELDS: Final = frozenset({"decision_id", "plan_sha256", "from", "ground", "rule", "territories"})
_PARTY_FIELDS: Final = frozenset({"basis", "name", "handle", "values"})
_HEX_32: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another platform whose lists are read, and to whom ours go.

    Args:
        name: The origin of its register.
        public_key: The key that signs its lists, 32 bytes.
        secret: What both platforms share, so that a list that leaks is of no use alone; empty for none.
    """

    name: str
    public_key: bytes
    secret: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPolicy:
    """What the operator allows.

    Args:
        peers: From whom lists are read, and to whom they go. Nobody by default.
        clear: Whether a list may hold names and public identifiers in clear.
        linked: Whether accounts that are linked and not confirmed go out too.
        kinds: Identifier kinds that go out.
    """

    peers: tuple[Peer, ...] = ()
    clear: bool = False
    linked: bool = False
    kinds: tuple[str, ...] = SHARED_KINDS

    def peer(self, name: str) -> Peer:
        """Return a peer by its name.

        Raises:
            DebarError: DBR-C001, the policy names no such peer.
        """
        for peer in self.peers:
            if peer.name == name:
                return peer
        raise DebarError(
            "DBR-C001",
            f"the policy names no peer {name!r}",
            details=(f"peers: {', '.join(peer.name for peer in self.peers) or 'none'}",),
            hint="add it under [[referrals.peers]] in debar.toml, with the key that it gave you itself",
            exit_code=EXIT_REFUSED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One of our accounts that holds values of a party on a list.

    Args:
        account_id: Ours.
        party: Place of the party on the list, from 1.
        basis: What the peer says the party is: ``named`` or ``linked``.
        kinds: Kinds of the values that both hold, sorted.
    """

    account_id: str
    party: int
    basis: str
    kinds: tuple[str, ...]

    @property
    def is_firm(self) -> bool:
        """Whether one of the kinds is neither access evidence nor plantable by an outsider."""
        return any(carries_a_ban(kind) for kind in self.kinds)

    def as_json(self) -> dict[str, Any]:
        """Return the match as a JSON object."""
        return {
            "account_id": self.account_id,
            "party": self.party,
            "basis": self.basis,
            "kinds": list(self.kinds),
            "firm": self.is_firm,
        }


def list_key(salt: bytes, secret: bytes) -> HashKey:
    """Return the key that a list's values are hashed under: its own salt, and the peers' shared secret."""
    return HashKey(key_id="referral", secret=hmac.digest(secret, b"debar referral v1\x00" + salt, "sha256"))


def value_of(kind: str, value_key: str, key: HashKey, form: Form) -> dict[str, str]:
    """Return a value as a list holds it: hashed, or in clear where the form and the kind allow it.

    Args:
        kind: Identifier kind.
        value_key: As intake made it under ``key``: the hash of a sensitive kind, the value of another.
        key: The list's key.
        form: Of a clear list, sensitive kinds are hashed all the same.
    """
    if is_keyed(kind):
        return {"kind": kind, "hash": value_key}
    if form == "clear":
        return {"kind": kind, "value": value_key}
    return {"kind": kind, "hash": keyed(kind, value_key, key)}


def sign_referral(document: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """Return a list signed: Ed25519 over ``debar referral v1``, a newline and its RFC 8785 form."""
    whole = {**document, "public_key": signer.public_key.hex()}
    return {**whole, "signature": signer.sign(_message(whole)).hex()}


def referral_sha256(document: Mapping[str, Any]) -> str:
    """Return the digest by which both registers call a list."""
    return sha256_hex(canonical_json(dict(document)))


def read_referral(text: str, policy: ReferralPolicy, *, to: str, file: str) -> tuple[dict[str, Any], Peer]:
    """Read a peer's list, and believe it under that peer's key alone.

    Args:
        text: The file's text.
        policy: Whose lists are read.
        to: Our own name: a list for somebody else is not read.
        file: The file's name, for messages.

    Raises:
        DebarError: DBR-C001, it is from nobody that the policy names; DBR-C002, it is no list, or holds
            something that a list has not; DBR-C003, its signature is not the peer's; DBR-C004, it is for
            somebody else.
    """
    place = Place(file=file)
    try:
        document = json.loads(text)
        _check_form(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DebarError(
            "DBR-C002",
            "this is no referral list of version 1",
            place=place,
            details=(str(error) or type(error).__name__,),
            hint="a list holds parties and their values, and nothing that could be carried out",
            exit_code=EXIT_REFUSED,
        ) from None
    peer = policy.peer(document["from"])
    signed = {name: value for name, value in document.items() if name != "signature"}
    if document["public_key"] != peer.public_key.hex() or not verify_signature(
        peer.public_key, _message(signed), bytes.fromhex(document["signature"])
    ):
        raise DebarError(
            "DBR-C003",
            f"the list's signature is not that of {peer.name}",
            place=place,
            hint="ask the peer for the list again, and whether its key has changed, by another way",
            exit_code=EXIT_REFUSED,
        )
    if document["to"] != to:
        raise DebarError(
            "DBR-C004",
            f"the list is for {document['to']!r}, and this register is {to!r}",
            place=place,
            hint="ask the peer for a list of your own: hashes are made for one reader",
            exit_code=EXIT_REFUSED,
        )
    return document, peer


def match_referral(
    document: Mapping[str, Any], rows: Iterable[IdentifierRow], key: HashKey, *, crowd_cap: int
) -> tuple[Match, ...]:
    """Compare a list with our own identifiers.

    Args:
        document: The list, as it was read.
        rows: Our identifiers, read under ``key``.
        key: The list's key.
        crowd_cap: A value that more of our accounts hold says nothing.

    Returns:
        Matches by account and party.
    """
    holders: dict[tuple[str, str], set[str]] = {}
    for account, kind, value_key in rows:
        for form in ("hash",) if is_keyed(kind) else ("hash", "value"):
            hashed = value_key if is_keyed(kind) or form == "value" else keyed(kind, value_key, key)
            holders.setdefault((kind, f"{form} {hashed}"), set()).add(account)
    found: dict[tuple[str, int], set[str]] = {}
    for number, party in enumerate(document["parties"], start=1):
        for value in party["values"]:
            form = "hash" if "hash" in value else "value"
            accounts = holders.get((value["kind"], f"{form} {value[form]}"), set())
            for account in accounts if len(accounts) <= crowd_cap else ():
                found.setdefault((account, number), set()).add(value["kind"])
    return tuple(
        Match(
            account_id=account,
            party=number,
            basis=document["parties"][number - 1]["basis"],
            kinds=tuple(sorted(kinds)),
        )
        for (account, number), kinds in sorted(found.items())
    )


def _message(document: Mapping[str, Any]) -> bytes:
    return b"debar referral v1\n" + canonical_json(dict(document))


def _check_form(document: Mapping[str, Any]) -> None:
    """Insist on the schema, field by field: what is not in it is refused, not passed over."""
    if not isinstance(document, dict) or set(document) != _FIELDS:
        raise ValueError(f"its fields are {', '.join(sorted(_FIELDS))}")
    if (document["format"], document["version"]) != (FORMAT, VERSION):
        raise ValueError("it is of another format or version")
    if document["form"] not in ("salted", "clear") or document["keyed_with"] not in _KEYED_WITH:
        raise ValueError("form is salted or clear, keyed_with is one of two words")
    hexes = (document["salt"], document["public_key"], document["signature"][:64], document["signature"][64:])
    if not all(_HEX_32.fullmatch(text) for text in hexes):
        raise ValueError("salt, public_key and signature are hex digits")
    if not all(isinstance(document[name], str) for name in ("from", "to", "made_at")):
        raise ValueError("from, to and made_at are texts")
    if set(document["decision"]) != _DECISION_FIELDS:
        raise ValueError(f"a decision's fields are {', '.join(sorted(_DECISION_FIELDS))}")
    for party in document["parties"]:
        _check_party(party, document["form"])
        for value in party["values"]:
            _check_value(value, document["form"])


def _check_party(party: Mapping[str, Any], form: Form) -> None:
    if set(party) != _PARTY_FIELDS or party["basis"] not in ("named", "linked"):
        raise ValueError(f"a party's fields are {', '.join(sorted(_PARTY_FIELDS))}")
    if form == "salted" and (party["name"] or party["handle"]):
        raise ValueError("a salted list names nobody")


def _check_value(value: Mapping[str, Any], form: Form) -> None:
    if set(value) not in ({"kind", "hash"}, {"kind", "value"}) or value["kind"] not in FAMILY_OF_KIND:
        raise ValueError("a value has a known kind, and a hash or a value")
    if "hash" in value:
        if not _HEX_32.fullmatch(value["hash"]):
            raise ValueError("a hash has 64 hex digits")
    elif form == "salted" or is_keyed(value["kind"]) or not isinstance(value["value"], str):
        raise ValueError("a sensitive value, and any value of a salted list, is hashed")


SALT_ALONE: Final = "salt"
SALT_AND_SHARED: Final = "salt and shared secret"
_KEYED_WITH: Final = (SALT_ALONE, SALT_AND_SHARED)


def draft_referral(
    *, sender: str, peer: Peer, made_at: str, form: Form, salt: bytes, decision: Mapping[str, Any],
    parties: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Return a list, to be signed.

    Args:
        sender: Our own name.
        peer: For whom.
        made_at: The present instant, as text.
        form: ``salted`` or ``clear``.
        salt: 32 random bytes, of this list alone.
        decision: decision_id, plan_sha256, from, ground, rule, territories.
        parties: Objects with basis, name, handle (empty in a salted list) and values.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "from": sender,
        "to": peer.name,
        "made_at": made_at,
        "form": form,
        "salt": salt.hex(),
        "keyed_with": SALT_AND_SHARED if peer.secret else SALT_ALONE,
        "decision": dict(decision),
        "parties": [dict(party) for party in parties],
    }
