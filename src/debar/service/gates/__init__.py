"""The register and its relays as servers: one connection a gate, lines in both directions.

Law: a core decides, this room only carries: bytes, instants and durable writes. When a write fails, the core
is thrown away and made anew from what is durable.
"""
