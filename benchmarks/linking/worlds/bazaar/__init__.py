"""The bazaar: a platform where people act over time, and identifiers are what their acts leave behind.

Law: nothing is drawn for an owner as such; owners share values because somebody used the same thing twice.
"""

from __future__ import annotations

from benchmarks.linking.worlds.bazaar.season import make

__all__ = ["make"]
