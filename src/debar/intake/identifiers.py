"""Identifiers: those that the platform gives, and those that its other tables imply.

Law: values are normalised and keyed once, over distinct values, in Python; rows are joined in the
engine. What is derived says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.evidence.keying import fact_id, is_keyed, keyed, mask
from debar.evidence.naming.chance import common_names
from debar.evidence.naming.keys import rare_words, whose
from debar.evidence.normalise import (
    is_placeholder,
    is_shared_host,
    normalise,
    read_landing,
    registrable,
)
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from debar.evidence.keying import HashKey
    from debar.model.ports import Engine

MADE: Final = (
    "observed",
    "launches",
    "identifier_raw",
    "identifier_values",
    "identifier_near",
    "identifier_refusals",
    "identifier_common_names",
    "kind_families",
)
"""Tables that are made on the way; they hold values in clear and are removed at the end."""

BATCH: Final = 50_000
"""Distinct values that are in Python at one time."""

LAUNCH_SECONDS: Final = 30
"""Two ads created within this many seconds of each other may have been made by the same hands."""

OWN_COUNTRY: Final = """coalesce(r.country, '') =
                CASE WHEN o.kind IN ('phone', 'address') THEN coalesce(o.country, '') ELSE '' END"""
"""SQL: the raw value r was read in the country of the observation o."""

_VALUES: Final = {
    "value_id": "BIGINT",
    "kind": "VARCHAR",
    "value_key": "VARCHAR",
    "fact_id": "VARCHAR",
    "shown": "VARCHAR",
    "derived": "VARCHAR",
}
_REFUSALS: Final = {"value_id": "BIGINT", "code": "VARCHAR", "reason": "VARCHAR"}
_NEAR: Final = {"value_id": "BIGINT", "near": "VARCHAR", "value_key": "VARCHAR"}


def observed() -> Step:
    """Return the step ``observed``: every raw value that an account was seen with.

    Columns:
        row_id (BIGINT, NULL if derived), account_id, kind, raw, country, role, first_seen (DATE),
        last_seen (DATE), source, last4.
    """
    seen = "CAST(min(coalesce(created_at, started_at)) AS DATE)"
    last = "CAST(max(coalesce(ended_at, started_at, created_at)) AS DATE)"
    nothing = "CAST(NULL AS VARCHAR)"
    sql = f"""
        SELECT c.row_id, c.v_account_id AS account_id, c.v_kind AS kind, c.v_value AS raw, a.country,
            c.v_role AS role, c.v_first_seen AS first_seen, c.v_last_seen AS last_seen,
            coalesce(c.v_source, 'given') AS source,
            CASE WHEN regexp_full_match(c.v_last4, '[0-9]{{4}}') THEN c.v_last4 END AS last4
        FROM checked_identifiers c JOIN accounts a ON a.account_id = c.v_account_id
        WHERE c.refused IS NULL
        UNION ALL
        SELECT NULL, account_id, 'legal_name', legal_name, country, {nothing}, CAST(created_at AS DATE),
            CAST(NULL AS DATE), 'derived:legal_name', {nothing}
        FROM accounts WHERE legal_name IS NOT NULL
        UNION ALL
        SELECT NULL, account_id, '@name', name, {nothing}, {nothing}, CAST(created_at AS DATE),
            CAST(NULL AS DATE), 'derived:name', {nothing}
        FROM (SELECT account_id, name, created_at FROM accounts WHERE name IS NOT NULL
            UNION SELECT account_id, legal_name, created_at FROM accounts WHERE legal_name IS NOT NULL)
        WHERE account_id <> 'unattributed'
        UNION ALL
        SELECT NULL, account_id, 'manager', manager_id, country, {nothing}, CAST(created_at AS DATE),
            CAST(NULL AS DATE), 'derived:manager_id', {nothing}
        FROM accounts WHERE manager_id IS NOT NULL
        UNION ALL
        SELECT NULL, account_id, '@landing', landing_url, {nothing}, {nothing}, {seen}, {last},
            'derived:landing_url', {nothing}
        FROM ads WHERE landing_url IS NOT NULL AND account_id <> 'unattributed'
        GROUP BY account_id, landing_url
        UNION ALL
        SELECT NULL, account_id, 'text_hash', text, {nothing}, {nothing}, {seen}, {last},
            'derived:text', {nothing}
        FROM ads WHERE text IS NOT NULL AND account_id <> 'unattributed' GROUP BY account_id, text
        UNION ALL
        SELECT NULL, account_id, 'launch', value, {nothing}, {nothing}, day, day, 'derived:launch', {nothing}
        FROM launches"""
    return Step(name="observed", sql=sql)


def launches() -> Step:
    """Return the step ``launches``: minutes in which two accounts created ads close together.

    An ad counts if an ad of another account was created within 30 seconds of it. Its value is a minute
    that starts on a half minute; each ad has the two minutes that hold it, so that any two ads within 30
    seconds have at least one minute in common, and no chain of ads can join more than a minute. Times that
    are a bare day (midnight) tell nothing and are left out.

    Columns:
        account_id, value (the minute's start, ISO 8601), day (DATE).
    """
    near = f"BETWEEN 0 AND {LAUNCH_SECONDS}"
    sql = f"""
        WITH timed AS (
            SELECT account_id, created_at,
                date_diff('second', TIMESTAMP '1970-01-01 00:00:00', created_at) AS moment,
                lag(account_id) OVER created AS account_before,
                lag(created_at) OVER created AS created_before,
                lead(account_id) OVER created AS account_after,
                lead(created_at) OVER created AS created_after
            FROM ads
            WHERE created_at IS NOT NULL AND account_id <> 'unattributed'
                AND created_at <> date_trunc('day', created_at)
            WINDOW created AS (ORDER BY created_at, account_id, ad_id)
        ), close AS (
            SELECT account_id, created_at, moment - moment % {LAUNCH_SECONDS} AS begun FROM timed
            WHERE (account_before <> account_id AND date_diff('second', created_before, created_at) {near})
                OR (account_after <> account_id AND date_diff('second', created_at, created_after) {near})
        ), minutes AS (
            SELECT account_id, created_at, begun FROM close
            UNION ALL SELECT account_id, created_at, begun - {LAUNCH_SECONDS} FROM close
        ), shared AS (
            SELECT begun FROM minutes GROUP BY begun HAVING count(DISTINCT account_id) > 1
        )
        SELECT DISTINCT m.account_id,
            strftime(TIMESTAMP '1970-01-01 00:00:00' + to_seconds(m.begun), '%Y-%m-%dT%H:%M:%SZ') AS value,
            CAST(m.created_at AS DATE) AS day
        FROM minutes m JOIN shared s ON s.begun = m.begun"""
    return Step(name="launches", sql=sql)


def distinct_values() -> Step:
    """Return the step ``identifier_raw``: each (kind, raw, country) once, numbered.

    The country only matters to telephone numbers and addresses.
    """
    sql = """
        SELECT row_number() OVER (ORDER BY kind, raw, country) AS value_id, kind, raw, country FROM (
            SELECT DISTINCT kind, raw, CASE WHEN kind IN ('phone', 'address') THEN country END AS country
            FROM observed
        )"""
    return Step(name="identifier_raw", sql=sql)


def normalise_values(
    engine: Engine, *, key: HashKey, country: str | None, progress: Callable[[str], None] | None
) -> None:
    """Make ``identifier_values``, ``identifier_near`` and ``identifier_refusals``, in batches."""
    engine.load("identifier_values", _VALUES, [])
    engine.load("identifier_near", _NEAR, [])
    engine.load("identifier_refusals", _REFUSALS, [])
    ((total,),) = engine.rows("SELECT count(*) FROM identifier_raw")
    for start in range(0, total, BATCH):
        rows = engine.rows(
            "SELECT value_id, kind, raw, country FROM identifier_raw"
            " WHERE value_id > $start AND value_id <= $end",
            {"start": start, "end": start + BATCH},
        )
        values: list[tuple[Any, ...]] = []
        near: list[tuple[Any, ...]] = []
        refusals: list[tuple[Any, ...]] = []
        for value_id, kind, raw, own_country in rows:
            try:
                made, weaker = _identifiers(kind, raw, own_country or country)
            except ValueError as error:
                code = "DBR-I032" if "in clear" in str(error) else "DBR-I030"
                refusals.append((value_id, code, str(error)))
                continue
            values.extend((value_id, k, *_keys(k, value, key), origin) for k, value, origin in made)
            near.extend((value_id, name, keyed(name, value, key)) for name, value in weaker)
        engine.append("identifier_values", values)
        engine.append("identifier_near", near)
        engine.append("identifier_refusals", refusals)
        if progress is not None:
            progress(f"identifiers: {min(start + BATCH, total):,} of {total:,} distinct values")


def find_common_names(engine: Engine) -> None:
    """Make ``identifier_common_names``: names of rare words that chance gives further bearers here."""
    names = engine.rows("SELECT DISTINCT value_key FROM identifier_values WHERE kind = 'rare_name'")
    common = common_names(name for (name,) in names)
    engine.load("identifier_common_names", {"value_key": "VARCHAR"}, [(name,) for name in common])


def _identifiers(
    kind: str, raw: str, country: str | None
) -> tuple[tuple[tuple[str, str, str | None], ...], tuple[tuple[str, str], ...]]:
    """Return what a raw value means: (kind, value, what it was derived from), and its near keys."""
    if kind == "@landing":
        return tuple(_landing_identifiers(raw)), ()
    if kind == "@name":
        return tuple(_name_identifiers(raw)), ()
    found = normalise(kind, raw, country=country)
    derived = tuple((derived_kind, value, f"derived:{kind}") for derived_kind, value in found.derived)
    return ((kind, found.value, None), *derived), found.near


def _name_identifiers(raw: str) -> Iterator[tuple[str, str, str | None]]:
    if is_placeholder(raw):
        return
    told = whose(raw)
    if told is not None:
        yield "name", told, None
    rare = rare_words(raw)
    if rare is not None:
        yield "rare_name", rare, None


def _landing_identifiers(raw: str) -> Iterator[tuple[str, str, str | None]]:
    try:
        landing = read_landing(raw)
    except ValueError:
        return
    if not is_shared_host(landing.host):
        yield "domain", registrable(landing.host), None
    for kind in ("landing_path", "utm"):
        if kind == "landing_path" and (not landing.path or is_placeholder(landing.path)):
            continue
        if kind == "utm" and not any(name.startswith("utm_") for name, _ in landing.query):
            continue
        try:
            yield kind, normalise(kind, raw).value, None
        except ValueError:
            continue


def _keys(kind: str, value: str, key: HashKey) -> tuple[str, str, str]:
    """Return value key, fact id and what people see."""
    if not is_keyed(kind):
        return value, fact_id(kind, value), value
    hashed = keyed(kind, value, key)
    return hashed, fact_id(kind, hashed), mask(kind, hashed)


def load_families(engine: Engine, families: Mapping[str, str]) -> None:
    """Make ``kind_families``: what debar knows and what the operator adds."""
    known = {**families, **FAMILY_OF_KIND}
    engine.load("kind_families", {"kind": "VARCHAR", "family": "VARCHAR"}, sorted(known.items()))


def identifiers() -> Step:
    """Return the step ``identifiers``: one row an (account, kind, value, role)."""
    sql = f"""
        SELECT o.account_id, v.kind, f.family, v.value_key, min(v.fact_id) AS fact_id,
            coalesce(min(CASE WHEN v.derived IS NULL THEN v.kind || ' ..' || o.last4 END), min(v.shown))
                AS shown,
            o.role, min(o.first_seen) AS first_seen, max(o.last_seen) AS last_seen,
            coalesce(min(CASE WHEN v.derived IS NULL AND o.source NOT LIKE 'derived:%' THEN o.source END),
                min(coalesce(v.derived, o.source))) AS source
        FROM observed o
        JOIN identifier_raw r ON r.kind = o.kind AND r.raw = o.raw
            AND {OWN_COUNTRY}
        JOIN identifier_values v ON v.value_id = r.value_id
        LEFT JOIN kind_families f ON f.kind = v.kind
        WHERE v.kind <> 'rare_name'
            OR v.value_key NOT IN (SELECT value_key FROM identifier_common_names)
        GROUP BY o.account_id, v.kind, f.family, v.value_key, o.role
        ORDER BY o.account_id, v.kind, v.value_key, o.role"""
    return Step(name="identifiers", sql=sql)


def near_keys() -> Step:
    """Return the step ``near_keys``: weaker keys of values, for near matches, each keyed.

    Columns:
        account_id, kind (of the value), near (``ip_prefix``, ``phone_country``, ``email_domain``,
        ``email_free``, ``address_postcode``, ``address_street``, ``address_city``), value_key (64 hex).
    """
    sql = f"""
        SELECT DISTINCT o.account_id, o.kind, n.near, n.value_key
        FROM observed o
        JOIN identifier_raw r ON r.kind = o.kind AND r.raw = o.raw
            AND {OWN_COUNTRY}
        JOIN identifier_near n ON n.value_id = r.value_id"""
    return Step(name="near_keys", sql=sql)
