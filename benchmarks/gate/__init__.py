"""How fast the gate is: ``python -m benchmarks.gate.http``, ``python -m benchmarks.gate.apply``."""
