"""Push boxes apart until none lies on another.

Law: it always ends, the result has no overlap, and fixed boxes do not move. Whole numbers only.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
    Truths: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

ROUNDS: Final = 120
"""Pushes at most; what still overlaps then is set on the nearest free place."""

STRETCH: Final = 125
"""Pictures are wider than high, as labels are: in per cent."""

ROOM: Final = 3
"""A picture has so many times the area of its boxes at least; pushing finds its end quickly then."""

RASTER: Final = 8
"""Free places are looked for this many pixels apart."""


def spaced(
    fine: Integers,
    sizes: Sequence[tuple[int, int, int]],
    *,
    order: Sequence[int],
    fixed: Truths,
    margin: int,
) -> list[tuple[int, int]]:
    """Return whole-pixel places without overlaps, near the given ones.

    Args:
        fine: Places in thousandths of a pixel; further rows are not looked at.
        sizes: For each box half its width, its reach above and its reach below the centre.
        order: Box numbers, the most important first: the last of them give way at the end.
        fixed: Boxes that stay where they are.
        margin: Least room between two boxes.
    """
    count = len(sizes)
    places = fine[:count] // 1_000
    size = np.array(sizes, dtype=np.int64).reshape(count, 3)
    half_width = size[:, 0]
    half_height = (size[:, 1] + size[:, 2] + 1) // 2
    middle = (size[:, 2] - size[:, 1]) // 2
    if not fixed.any():
        places = _stretched(places, int((4 * (half_width + margin) * (half_height + margin)).sum()))
    centre = np.stack([places[:, 0], places[:, 1] + middle], axis=1)
    _push(centre, (half_width, half_height), fixed, margin)
    _settle(centre, (half_width, half_height), order=order, fixed=fixed, margin=margin)
    return [(int(x), int(y - m)) for (x, y), m in zip(centre, middle, strict=True)]


def _stretched(places: Integers, boxes: int) -> Integers:
    """Make a picture wider than high, and large enough for its boxes: both in whole per cent."""
    width, height = (int(places[:, i].max() - places[:, i].min()) + 1 for i in (0, 1))
    across = STRETCH
    area = width * height * across // 100
    down = max(100, math.isqrt(ROOM * boxes * 10_000 // max(area, 1))) if area else 100
    stretched: Integers = places * np.array([across * down // 100, down]) // 100
    return stretched


def _push(centre: Integers, half: tuple[Integers, Integers], fixed: Truths, margin: int) -> None:
    """Push overlapping boxes apart along the axis on which they overlap less, all at once."""
    needed_x = half[0][:, None] + half[0][None, :] + margin
    needed_y = half[1][:, None] + half[1][None, :] + margin
    for _ in range(ROUNDS):
        across = centre[:, 0][:, None] - centre[:, 0][None, :]
        down = centre[:, 1][:, None] - centre[:, 1][None, :]
        over_x = needed_x - np.abs(across)
        over_y = needed_y - np.abs(down)
        first, second = np.nonzero((over_x > 0) & (over_y > 0))
        apart = first < second
        first, second = first[apart], second[apart]
        if not len(first):
            return
        by_x, by_y = over_x[first, second], over_y[first, second]
        sideways = by_x <= by_y
        sign_x = np.where(across[first, second] >= 0, 1, -1)
        sign_y = np.where(down[first, second] > 0, 1, -1)
        step_x = np.where(sideways, sign_x * ((by_x + 2) // 3), 0)
        step_y = np.where(sideways, 0, sign_y * ((by_y + 2) // 3))
        move = np.zeros_like(centre)
        np.add.at(move, first, np.stack([step_x, step_y], axis=1))
        np.add.at(move, second, np.stack([-step_x, -step_y], axis=1))
        centre += np.where(fixed[:, None], 0, move)


def _settle(
    centre: Integers,
    half: tuple[Integers, Integers],
    *,
    order: Sequence[int],
    fixed: Truths,
    margin: int,
) -> None:
    """Set each box that still overlaps an earlier one on the free place nearest to it."""
    done: list[int] = []
    for i in order:
        if done and not fixed[i]:
            others = np.array(done)
            around = (centre[others, 0], centre[others, 1])
            needed = (half[0][others] + half[0][i] + margin, half[1][others] + half[1][i] + margin)
            centre[i] = _nearest_free(int(centre[i, 0]), int(centre[i, 1]), around, needed)
        done.append(i)


def _nearest_free(
    x: int, y: int, around: tuple[Integers, Integers], needed: tuple[Integers, Integers]
) -> tuple[int, int]:
    """Return the nearest place of the raster around a point where nothing else stands."""
    radius = 0
    while True:
        points = _ring(radius) * RASTER + (x, y)
        blocked = (np.abs(around[0] - points[:, :1]) < needed[0]) & (
            np.abs(around[1] - points[:, 1:]) < needed[1]
        )
        free = np.flatnonzero(~blocked.any(axis=1))
        if len(free):
            return int(points[free[0], 0]), int(points[free[0], 1])
        radius += 1


@functools.cache
def _ring(radius: int) -> Integers:
    """Return the points of a square ring, the nearest to its centre first."""
    side = range(-radius, radius + 1)
    points = {point for x in side for y in (-radius, radius) for point in ((x, y), (y, x))}
    return np.array(sorted(points, key=lambda point: (point[0] ** 2 + point[1] ** 2, point)))
