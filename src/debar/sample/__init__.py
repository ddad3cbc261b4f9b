"""The world of October 2017 that ``debar demo`` plays on, made from a seed.

Law: everything here is invented, except what is public record about the two named advertisers; the public
totals are planted, so they prove arithmetic, not discovery.
"""

from __future__ import annotations

from debar.sample.world import World, write_world

__all__ = ["World", "write_world"]
