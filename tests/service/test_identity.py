"""Who may say what on a gate's connection."""

from __future__ import annotations

import pytest

from debar.gate.protocol.messages import Ack, Join, Message, Renew, Stay
from debar.service.gates.identity import Identity, identify, token_sha256

GATE = Identity(name="ads-7", kind="gate")
RELAY = Identity(name="relay-1", kind="relay")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Ack(gate="ads-7/3f", applied=1, revision=1), True),
        (Ack(gate="ads-7", applied=1, revision=1), True),
        (Ack(gate="ads-70/3f", applied=1, revision=1), False),
        (Ack(gate="ads-8/3f", applied=9, revision=9), False),
        (Join(gate="ads-7/3f"), True),
        (Join(gate="ads-7/3f", replaces="ads-7/3e"), True),
        (Join(gate="ads-7/3f", replaces="ads-8/3e"), False),
        (Join(gate="ads-7/3f", kind="relay"), False),
        (Join(gate="ads-7/3f", via="relay-1/1", stay=1), False),
        (Renew(gate="ads-7/3f", nonce="n", applied=1, acked=1), True),
        (Renew(gate="ads-7/3f", nonce="n", applied=1, acked=1, stay_last=1), False),
        (
            Renew(
                gate="ads-7/3f", nonce="n", applied=1, acked=1, stays=(Stay(gate="ads-8/1", stay=1, acked=9),)
            ),
            False,
        ),
    ],
)
def test_a_gate_speaks_for_itself_alone(message: Message, expected: bool) -> None:
    """A gate's token must not be enough to acknowledge for another gate, nor to become a relay."""
    assert expected == GATE.may_say(message)
    assert RELAY.may_say(message)


def test_who_is_there() -> None:
    """A token that is known, or else a certificate's name, says who is there; nothing else does."""
    known = {token_sha256("t"): ("ads-7", "gate")}
    named = {"subject": ((("commonName", "relay:r-1"),),)}
    assert identify({"authorization": "Bearer t"}, None, known.get) == GATE
    assert identify({"authorization": "bearer  t "}, named, known.get) == GATE
    assert identify({"authorization": "Bearer x"}, named, known.get) is None, (
        "a wrong token is not overlooked"
    )
    assert identify({"authorization": "Basic t"}, None, known.get) is None
    assert identify({}, None, known.get) is None
    assert identify({}, {"subject": ((("organizationName", "x"),),)}, known.get) is None
    assert identify({}, named, known.get) == Identity(name="r-1", kind="relay")
    assert identify({}, {"subject": ((("commonName", "ads-7"),),)}, known.get) == GATE
