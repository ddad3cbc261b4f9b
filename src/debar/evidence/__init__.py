"""A raw value becomes an identifier, and two accounts' evidence becomes a weight.

Law: pure functions. The same numbers come out in a whole-platform run, in a brief, and at sign-up,
because all three call :func:`debar.evidence.weigh.weigh` with frozen parameters.
"""
