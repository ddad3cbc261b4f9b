"""Rows of text become numbers, once: accounts, values and kinds, for hand-overs and pairs alike.

Law: a value's number comes from a 64-bit hash of its kind and text, which an engine makes as it likes
(``VALUE_HASH``). That no two values have one hash is not assumed but seen: a second hash of another making
(``VALUE_CHECK``) stands beside it, and where the two disagree the numbers are made again with a salt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.words import noun, opening, other_families
from debar.model.identifiers import FAMILIES, TELLING_FAMILIES, carries_a_ban, is_weak
from debar.model.step import Step, quote_text

if TYPE_CHECKING:
    from debar.model.ports import Engine

SALTS: Final = ("", "a ", "b ")
"""Tried in turn until no two values have one hash: with 64 bits the first does on all but one in thousands of
the largest platforms."""

KINDS_MAX: Final = 62
"""Kinds are bits of one 64-bit number."""

FAMILY_BITS: Final = {family: 1 << place for place, family in enumerate(FAMILIES)}
"""Family to its bit, in the order of ``FAMILIES``."""

GIVEN: Final = 0
"""A row that the platform handed over, or that has its time from there."""

OF_NAME: Final = 1
"""A row that stands for the account's name of today."""

OF_LEGAL_NAME: Final = 2
"""A row that stands for the account's legal name of today."""

_KINDS: Final = {
    "kind_no": "TINYINT",
    "kind": "VARCHAR",
    "family": "VARCHAR",
    "kind_bit": "BIGINT",
    "family_bit": "TINYINT",
    "telling_mask": "TINYINT",
    "weak": "INTEGER",
    "carries": "BOOLEAN",
    "opening": "VARCHAR",
    "noun": "VARCHAR",
    "others": "VARCHAR",
}

_NUMBERS: Final = (
    "SELECT account_id, CAST(ROW_NUMBER() OVER (ORDER BY account_id) AS INTEGER) AS account_no"
    " FROM accounts WHERE account_id <> 'unattributed'"
)

_REPEATS: Final = (
    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY value_hash) AS INTEGER) AS value_no, value_hash, mixed,"
    " rows_count FROM (SELECT value_hash, MIN(value_check) <> MAX(value_check) AS mixed,"
    " CAST(COUNT(*) AS INTEGER) AS rows_count FROM link_rows GROUP BY value_hash HAVING COUNT(*) > 1) AS met"
)


def load_kinds(engine: Engine) -> None:
    """Make the table ``link_kinds`` of the kinds that this platform uses and that have a family.

    Columns:
        kind_no (TINYINT): position, so that kinds are bits of one number.
        kind, family (VARCHAR): as in ``identifiers``.
        kind_bit (BIGINT), family_bit (TINYINT): one bit each.
        telling_mask (TINYINT): the telling families but this one: what a role is read from.
        weak (INTEGER): 1 for what strangers have in common by their circumstances.
        carries (BOOLEAN): whether a shared value may put an account into a ban.
        opening, noun, others (VARCHAR): words for sentences.
    """
    found = engine.rows(
        "SELECT DISTINCT kind, family FROM identifiers WHERE family IS NOT NULL ORDER BY kind, family"
    )
    known = [(kind, family) for kind, family in found if family in FAMILY_BITS]
    assert len(known) <= KINDS_MAX, "kinds fit into one 64-bit mask"
    assert len(dict(known)) == len(known), "a kind has one family"
    engine.load(
        "link_kinds",
        _KINDS,
        [
            (
                number,
                kind,
                family,
                1 << number,
                FAMILY_BITS[family],
                sum(FAMILY_BITS[name] for name in TELLING_FAMILIES if name != family),
                int(is_weak(kind)),
                carries_a_ban(kind),
                opening(kind),
                noun(kind),
                other_families(family),
            )
            for number, (kind, family) in enumerate(known)
        ],
    )


def number_steps(salt: str = "") -> tuple[Step, ...]:
    """Return the steps that turn rows of text into numbers, each row once; after :func:`load_kinds`.

    Args:
        salt: Goes before each value's text.

    Returns:
        ``link_numbers`` (account_id, account_no in the order of account_id), ``link_rows`` (account_no,
        value_hash, value_check, kind_no, family_bit, first_seen, last_seen, source_no: :data:`GIVEN` and the
        like) and ``link_repeats`` (values that more than one row has: value_no, value_hash, mixed,
        rows_count).
    """
    return (
        Step(name="link_numbers", sql=_NUMBERS),
        Step(name="link_rows", sql=rows_sql("identifiers", "link_numbers", salt)),
        Step(name="link_repeats", sql=_REPEATS),
    )


def rows_sql(identifiers: str, accounts: str, salt: str) -> str:
    """Return the SELECT of ``link_rows`` from a table of identifiers and one of account_id and account_no."""
    return (
        f"SELECT a.account_no, {value_hash('i', salt)} AS value_hash,"
        " VALUE_CHECK(i.kind, i.value_key) AS value_check,"
        " k.kind_no, k.family_bit, i.first_seen, i.last_seen,"
        f" CAST(CASE i.source WHEN 'derived:name' THEN {OF_NAME}"
        f" WHEN 'derived:legal_name' THEN {OF_LEGAL_NAME} ELSE {GIVEN} END AS TINYINT) AS source_no"
        f" FROM {identifiers} AS i JOIN link_kinds AS k ON k.kind = i.kind AND k.family = i.family"
        f" JOIN {accounts} AS a ON a.account_id = i.account_id"
    )


def value_hash(table: str, salt: str = "") -> str:
    """Return the SQL of a row's value hash, from its kind and text."""
    before = f"{quote_text(salt)} || " if salt else ""
    return f"VALUE_HASH({table}.kind, {before}{table}.value_key)"


def number_rows(engine: Engine) -> str:
    """Turn the rows into numbers; return the salt with which no two values have one.

    Whoever calls this before hand-overs and pairs has the rows read once for both; between them
    ``identifiers`` must stay as it is.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.

    Returns:
        The salt; it stands in the table ``link_numbered`` until :func:`drop_numbers` or the pairs take the
        rows over.
    """
    load_kinds(engine)
    for salt in SALTS:
        for step in number_steps(salt):
            engine.run(step)
        if not engine.rows("SELECT value_no FROM link_repeats WHERE mixed"):
            engine.load("link_numbered", {"salt": "VARCHAR"}, [(salt,)])
            return salt
    raise AssertionError("two different values cannot have one hash under every salt")


def numbered_with(engine: Engine) -> str | None:
    """Return the salt with which the rows are numbered; None where they are not."""
    if not engine.columns("link_numbered"):
        return None
    ((salt,),) = engine.rows("SELECT salt FROM link_numbered")
    return str(salt)


def drop_numbers(engine: Engine) -> None:
    """Forget the numbered rows."""
    for table in ("link_numbered", "link_numbers", "link_rows", "link_repeats"):
        engine.drop(table)
