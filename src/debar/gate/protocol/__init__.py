"""The protocol between the register, its relays and its gates, without sockets and without a clock.

A shell hands each core the messages that arrived, the present instant of its own clock and fresh nonces; it
gets back what to send and what to write. ``docs/gate-protocol.md`` states the rules R1 to R12, the messages
and the proofs.
"""
