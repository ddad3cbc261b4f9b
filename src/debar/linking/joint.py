"""Accounts of two parties at once: they join nobody.

Law: an account that two parties share is theirs, and makes neither the other's. It is no bridge. Whoever
lists a stranger's id beside his own to pass for a joint account gains nothing by it: his name is that of
one party only, and then the account is not joint.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from debar.evidence.naming.comparing import POINTING_MILLIBITS, NameLevel, compare_names
from debar.evidence.normalise import normalise
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from debar.model.ports import Engine

CROWD_MAX: Final = 60
"""An id that more accounts state says nothing about who shares an account."""

HOLDERS_READ_MAX: Final = 20
"""So many other holders of an id are read; their names are enough to know a party by."""

BETWEEN: Final = re.compile(r"\s+(?:&|\+|/|and|with|und|et|y|e|и)\s+|\s*;\s*", re.IGNORECASE)
"""What stands between the names of two parties."""

_JOINT: Final = {"account_id": "VARCHAR", "reason": "VARCHAR"}
_PARTS: Final = {"account_id": "VARCHAR", "split_no": "INTEGER", "side": "INTEGER", "value_key": "VARCHAR"}

_IDS: Final = (
    "SELECT DISTINCT i.account_id, i.kind, i.value_key FROM identifiers AS i"
    " JOIN (SELECT kind, value_key FROM identifiers WHERE kind IN ('legal_id', 'tax_id', 'vat_id')"
    " GROUP BY kind, value_key"
    " HAVING COUNT(DISTINCT account_id) BETWEEN 2 AND $crowd_max) AS c"
    " ON c.kind = i.kind AND c.value_key = i.value_key WHERE i.account_id <> 'unattributed'"
)

_MET: Final = (
    "SELECT m.account_id, h.kind, h.value_key, h.account_id AS holder_id FROM ("
    "SELECT account_id, kind FROM joint_ids GROUP BY account_id, kind"
    " HAVING COUNT(*) > 1) AS m"
    " JOIN joint_ids AS v ON v.account_id = m.account_id AND v.kind = m.kind"
    " JOIN joint_ids AS h ON h.kind = v.kind AND h.value_key = v.value_key AND h.account_id <> m.account_id"
)

_HOLDERS: Final = (
    "SELECT h.account_id, h.kind, h.value_key, h.holder_id,"
    " COALESCE(a.legal_name, a.name) AS holder_name, t.ids_count FROM joint_met AS h"
    " JOIN (SELECT i.account_id, i.kind, COUNT(DISTINCT i.value_key) AS ids_count FROM identifiers AS i"
    " JOIN (SELECT DISTINCT holder_id FROM joint_met) AS x ON x.holder_id = i.account_id"
    " WHERE i.kind IN ('legal_id', 'tax_id', 'vat_id') GROUP BY i.account_id, i.kind) AS t"
    " ON t.account_id = h.holder_id AND t.kind = h.kind"
    " JOIN accounts AS a ON a.account_id = h.holder_id"
)

_NAMED: Final = (
    "SELECT DISTINCT p.account_id, p.split_no, p.side, i.account_id AS other_id FROM joint_parts AS p"
    " JOIN identifiers AS i ON i.kind = 'legal_name' AND i.value_key = p.value_key"
    " AND i.account_id <> p.account_id"
)

_ROWS: Final = (
    "SELECT i.account_id, i.kind, i.value_key FROM identifiers AS i"
    " JOIN (SELECT account_id FROM joint_named UNION SELECT other_id FROM joint_named) AS n"
    " ON n.account_id = i.account_id WHERE i.family IS NOT NULL"
)

_SHARED: Final = (
    "SELECT DISTINCT n.account_id, n.other_id FROM joint_named AS n"
    " JOIN joint_rows AS x ON x.account_id = n.account_id"
    " JOIN joint_rows AS y ON y.account_id = n.other_id AND y.kind = x.kind AND y.value_key = x.value_key"
)


def joint_id_steps() -> tuple[Step, ...]:
    """Return the steps that find who else holds the ids of accounts with several.

    Returns:
        ``joint_ids`` (account_id, kind, value_key: legal ids that a few accounts hold), ``joint_met`` and
        ``joint_holders`` (account_id, kind, value_key, holder_id, holder_name, ids_count: how many ids of
        the kind that holder has).
    """
    return (
        Step(name="joint_ids", sql=_IDS, parameters={"crowd_max": CROWD_MAX}),
        Step(name="joint_met", sql=_MET),
        Step(name="joint_holders", sql=_HOLDERS),
    )


def joint_name_steps() -> tuple[Step, ...]:
    """Return the steps that find whom the parts of a name name (``joint_parts`` holds these).

    Returns:
        ``joint_named`` (account_id, split_no, side, other_id: an account that bears the part as its legal
        name), ``joint_rows`` (what these hold) and ``joint_shared`` (account_id, other_id: of these, who has
        any identifier in common).
    """
    return (
        Step(name="joint_named", sql=_NAMED),
        Step(name="joint_rows", sql=_ROWS),
        Step(name="joint_shared", sql=_SHARED),
    )


def find_joint_accounts(engine: Engine) -> dict[str, str]:
    """Find the accounts of two parties, and make the table ``joint_accounts`` of them.

    An account is joint if it states two legal ids of one kind, each held by other accounts of unrelated
    names, and its own name is kin to both or to neither; or if its name is the names of two others,
    and it has something in common with each of them while they share no legal id.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.

    Returns:
        Account id to the reason, in words.

    Columns of ``joint_accounts``:
        account_id (VARCHAR), reason (VARCHAR).
    """
    for step in joint_id_steps():
        engine.run(step)
    found = {**_by_name(engine), **_by_ids(engine)}
    engine.load("joint_accounts", _JOINT, sorted(found.items()))
    return found


def _by_ids(engine: Engine) -> dict[str, str]:
    names = dict(
        engine.rows(
            "SELECT DISTINCT a.account_id, COALESCE(a.legal_name, a.name) FROM accounts AS a"
            " JOIN joint_holders AS h ON h.account_id = a.account_id"
        )
    )
    holders: dict[str, dict[tuple[str, str], dict[str, tuple[str, int]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for account_id, kind, value, holder, name, ids_count in engine.rows(
        "SELECT account_id, kind, value_key, holder_id, holder_name, ids_count FROM joint_holders"
        " ORDER BY account_id, kind, value_key, ids_count, holder_id"
    ):
        if name and len(holders[account_id][kind, value]) < HOLDERS_READ_MAX:
            holders[account_id][kind, value][holder] = (name, ids_count)
    found = {}
    for account_id, values in holders.items():
        for one, other in combinations(sorted(values), 2):
            if one[0] == other[0] and _is_shared_by_two(names[account_id] or "", values[one], values[other]):
                a, b = (_first_name(values[value]) for value in (one, other))
                found[account_id] = f'It states ids of two parties, of "{a}" and of "{b}".'
    return found


def _is_shared_by_two(
    name: str, left: Mapping[str, tuple[str, int]], right: Mapping[str, tuple[str, int]]
) -> bool:
    """Tell whether two ids' other holders are two parties, and the account is not one of them alone."""
    only_left, only_right = _pure(left, right), _pure(right, left)
    if not only_left or not only_right:
        return False
    if any(_is_kin(a, b) for a, b in product(only_left, only_right)):
        return False
    return any(_is_kin(name, a) for a in only_left) == any(_is_kin(name, b) for b in only_right)


def _pure(side: Mapping[str, tuple[str, int]], other: Mapping[str, tuple[str, int]]) -> list[str]:
    """Return the names of those who hold one id and not the other, and as few ids as anybody among them."""
    kept = {account: told for account, told in side.items() if account not in other}
    fewest = min((ids_count for _, ids_count in kept.values()), default=0)
    return sorted({name for name, ids_count in kept.values() if ids_count == fewest})


def _first_name(side: Mapping[str, tuple[str, int]]) -> str:
    return min(side.values(), key=lambda told: (told[1], told[0]))[0]


def _is_kin(one: str, other: str) -> bool:
    found = compare_names(one, other)
    return found.level >= NameLevel.RELATED or found.agreeing_millibits >= POINTING_MILLIBITS


def _by_name(engine: Engine) -> dict[str, str]:
    engine.load("joint_parts", _PARTS, _parts(engine))
    for step in joint_name_steps():
        engine.run(step)
    shared = set(engine.rows("SELECT account_id, other_id FROM joint_shared"))
    named: dict[tuple[str, int], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for account_id, split_no, side, other in engine.rows(
        "SELECT account_id, split_no, side, other_id FROM joint_named"
    ):
        if (account_id, other) in shared:
            named[account_id, split_no][side].add(other)
    ids = _legal_ids(engine)
    return {
        account_id: "Its name is the names of two parties, and it has something in common with each."
        for (account_id, _), (left, right) in sorted(named.items())
        if left
        and right
        and not left & right
        and not any(ids.get(a, set()) & ids.get(b, set()) for a, b in product(left, right))
    }


def _legal_ids(engine: Engine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for account_id, value in engine.rows(
        "SELECT DISTINCT i.account_id, i.value_key FROM identifiers AS i"
        " JOIN (SELECT DISTINCT other_id FROM joint_shared) AS s ON s.other_id = i.account_id"
        " WHERE i.kind IN ('legal_id', 'tax_id', 'vat_id')"
    ):
        found[account_id].add(value)
    return found


def _parts(engine: Engine) -> Iterator[tuple[str, int, int, str]]:
    """Yield the two sides of each place in a name at which it may be parted, as legal names are keyed."""
    for account_id, name in engine.rows(
        "SELECT account_id, COALESCE(legal_name, name) AS stated FROM accounts"
        " WHERE account_id <> 'unattributed' AND REGEXP_MATCHES(LOWER(COALESCE(legal_name, name)),"
        " '( (&|[+]|/|and|with|und|et|y|e|и) )|;')"
    ):
        for number, sides in enumerate(_splits(name)):
            keys = [_key(side) for side in sides]
            if all(keys):
                yield from ((account_id, number, side, key) for side, key in enumerate(keys))


def _splits(name: str) -> Iterable[tuple[str, str]]:
    return [(name[: found.start()], name[found.end() :]) for found in BETWEEN.finditer(name)]


def _key(part: str) -> str:
    try:
        return normalise("legal_name", part).value
    except ValueError:
        return ""
