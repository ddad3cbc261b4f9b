"""Strata of candidate pairs: by how likely one owner is, and by what kind of evidence says so.

Law: a stratum is a function of a pair's uncalibrated score alone, the same in SQL and in Python, so that
what was reviewed last month can be compared with what is planned today.
"""

from __future__ import annotations

from typing import Final

BANDS: Final = (1_000, 50_000, 300_000, 600_000, 800_000, 950_000, 990_000)
"""Upper ends (millionths, not included) of the bands of p_owner; the last band is open."""

PROPOSED_FROM: Final = 950_000
"""From this p_owner on a band is sampled most densely: bans come from there."""

ASKED_FROM: Final = 50_000
"""Below this p_owner lies the far tail."""


def stratum_of(p_owner: int, *, firm: bool) -> str:
    """Name the stratum of a pair.

    Args:
        p_owner: Uncalibrated, in millionths.
        firm: Whether something is shared that may carry a ban.

    Example:
        >>> stratum_of(955_000, firm=True), stratum_of(400, firm=False)
        ('firm 6', 'soft 0')
    """
    return f"{'firm' if firm else 'soft'} {sum(p_owner >= end for end in BANDS)}"


def stratum_sql(p_owner: str, firm: str) -> str:
    """Return :func:`stratum_of` as SQL over two expressions."""
    band = " + ".join(f"CASE WHEN {p_owner} >= {end} THEN 1 ELSE 0 END" for end in BANDS)
    return f"CASE WHEN {firm} THEN 'firm ' ELSE 'soft ' END || CAST({band} AS VARCHAR)"


def describe(stratum: str) -> str:
    """Say in words what lies in a stratum.

    Example:
        >>> describe("firm 6")
        'firm evidence, p 0.95 to 0.99'
    """
    kind, _, band = stratum.partition(" ")
    place = int(band)
    edges = (0, *BANDS, 1_000_000)
    low, high = (f"{edges[place + step] / 1_000_000:g}" for step in (0, 1))
    return f"{'firm evidence' if kind == 'firm' else 'access or plantable evidence'}, p {low} to {high}"


def allocate(sizes: dict[str, int], total: int) -> dict[str, int]:
    """Share a number of reviews out among strata.

    Half goes to the firm strata from :data:`PROPOSED_FROM` on, because every ban comes from there; a third
    to the bands in which the answer is open; the rest to the far tail, where one surprise weighs much.
    Inside a group all strata get alike, as far as they have pairs; what a group cannot use goes to the
    others.

    Args:
        sizes: Stratum to its number of pairs, at least one.
        total: Reviews to share out.

    Returns:
        Stratum to its number of reviews; their sum is ``total``, or all pairs where there are fewer.

    Example:
        >>> allocate({"firm 7": 1000, "soft 3": 1000, "soft 0": 1000}, 60)
        {'firm 7': 30, 'soft 0': 10, 'soft 3': 20}
    """
    groups: dict[int, list[str]] = {}
    for name in sorted(sizes):
        groups.setdefault(_group(name), []).append(name)
    shares = {0: 3, 1: 2, 2: 1}
    given = dict.fromkeys(sorted(sizes), 0)
    for group, names in groups.items():
        _pour(given, sizes, names, total * shares[group] // 6)
    left = min(total, sum(sizes.values())) - sum(given.values())
    for group in sorted(groups):
        left -= _pour(given, sizes, groups[group], left)
    return given


def _group(stratum: str) -> int:
    band = int(stratum.split(" ")[1])
    if stratum.startswith("firm") and band > BANDS.index(PROPOSED_FROM):
        return 0
    return 1 if band > BANDS.index(ASKED_FROM) else 2


def _pour(given: dict[str, int], sizes: dict[str, int], names: list[str], amount: int) -> int:
    """Give strata one review after the other while they have pairs; return how many were given."""
    poured = 0
    while poured < amount:
        open_names = [name for name in names if given[name] < sizes[name]]
        if not open_names:
            break
        for name in open_names[: amount - poured]:
            given[name] += 1
            poured += 1
    return poured


def is_stratum(name: str) -> bool:
    """Tell whether a text names a stratum.

    Example:
        >>> is_stratum("firm 7"), is_stratum("firm 8"), is_stratum("hard 1")
        (True, False, False)
    """
    return name in {f"{kind} {band}" for kind in ("firm", "soft") for band in range(len(BANDS) + 1)}
