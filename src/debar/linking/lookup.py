"""Find accounts by what people call them, and accept a bare name only where it means one party.

Law: a name in a decision means one party or it is refused: a namesake is never named by accident.
Likeness lists candidates; it never resolves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.evidence.name_comparison import leads_with, name_words, normal_name, same_name
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.model.ports import Engine

CANDIDATES_SHOWN: Final = 10
"""More candidates than this are counted, not listed, in an error."""

EXACT: Final = ("account_id", "handle", "name", "legal_name", "legal_id", "domain")
"""What a query can be equal to, in the order in which a match is shown."""

RESOLVING: Final = frozenset({"handle", "name", "legal_name"})
"""What a bare name resolves by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why an account was found.

    Args:
        by: ``account_id``, ``handle``, ``name``, ``legal_name``, ``legal_id`` or ``domain``.
        how: ``equal`` (the same but for case, punctuation, script and legal form), ``leads`` (begins with the
            query as whole words), ``holds`` (has its words, whole) or ``alike`` (spelt much the same).
        value: What matched.
    """

    by: str
    how: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An account that a query may mean.

    Args:
        account_id: The account.
        name: Its name.
        legal_name: The legal entity that it states, if any.
        handle: Its handle, if any.
        matches: Why it was found, the strongest first.
    """

    account_id: str
    name: str
    legal_name: str | None
    handle: str | None
    matches: tuple[Match, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the query equals something of it, rather than resembling it."""
        return self.matches[0].how == "equal"

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as a JSON object."""
        return {
            "account_id": self.account_id,
            "name": self.name,
            "legal_name": self.legal_name,
            "handle": self.handle,
            "matches": [{"by": m.by, "how": m.how, "value": m.value} for m in self.matches],
        }

    def __str__(self) -> str:
        called = [self.name, *(part for part in (self.handle, self.legal_name) if part)]
        reasons = ", ".join(f"{m.by.replace('_', ' ')} {_HOW[m.how]}" for m in self.matches)
        return f"account:{self.account_id}  {' · '.join(called)}  ({reasons})"


_HOW: Final = {
    "equal": "is equal",
    "leads": "begins with it",
    "holds": "has its words",
    "alike": "is much alike",
}
_STRENGTH: Final = {how: place for place, how in enumerate(_HOW)}


def find_accounts(engine: Engine, query: str) -> tuple[Candidate, ...]:
    """Find the accounts that a query may mean.

    Every distinct name of the platform is compared once, some 16,000 a second; the database then finds who
    bears those that answer.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.
        query: A name, ``@handle``, id, domain or legal id; or ``account:ID``, ``handle:@X`` to say which.

    Returns:
        Candidates, equal ones first, then by account id.
    """
    kind, _, rest = query.strip().partition(":")
    only = kind if kind in ("account", "handle") and rest.strip() else None
    text = rest.strip() if only else query.strip()
    public_ids = _public_ids(engine, text) if only is None else {}
    alike = _alike_names(engine, text) if only is None and not text.startswith("@") else {}
    named = _named(text, public_ids, alike)
    asked = {
        "ids": [text, *public_ids],
        "names": list(alike),
        "handles": _like_handles(engine, text, by_word=only is None),
    }
    found = []
    for account_id, name, legal_name, handle in engine.rows(_ASKED, asked):
        row = {"account_id": account_id, "name": name, "legal_name": legal_name, "handle": handle}
        matches = named(row) if only is None else _exactly(row, only, text)
        if matches:
            found.append(
                Candidate(
                    account_id=account_id,
                    name=name or "",
                    legal_name=legal_name,
                    handle=handle,
                    matches=tuple(sorted(matches, key=lambda m: (_STRENGTH[m.how], EXACT.index(m.by)))),
                )
            )
    found.sort(key=lambda c: (_STRENGTH[c.matches[0].how], c.account_id))
    return tuple(found)


_ASKED: Final = (
    "SELECT account_id, name, legal_name, handle FROM accounts WHERE account_id <> 'unattributed'"
    " AND (account_id IN (SELECT UNNEST(CAST($ids AS VARCHAR[])))"
    " OR name IN (SELECT UNNEST(CAST($names AS VARCHAR[])))"
    " OR legal_name IN (SELECT UNNEST(CAST($names AS VARCHAR[])))"
    " OR handle IN (SELECT UNNEST(CAST($handles AS VARCHAR[])))) ORDER BY account_id"
)


def _alike_names(engine: Engine, text: str) -> dict[str, str]:
    """Return the names of the platform that answer to a text, each with how."""
    names = engine.rows(
        "SELECT name FROM accounts WHERE name <> ''"
        " UNION SELECT legal_name FROM accounts WHERE legal_name <> ''"
    )
    return {name: how for (name,) in names if (how := _how_alike(name, text))}


def _like_handles(engine: Engine, text: str, *, by_word: bool) -> list[str]:
    """Return the handles that are the text or, if they are asked by word, begin with it."""
    handles = engine.rows("SELECT DISTINCT handle FROM accounts WHERE handle <> ''")
    return [
        handle
        for (handle,) in handles
        if _handle(handle) == _handle(text) or (by_word and _handle_leads(handle, text))
    ]


def _public_ids(engine: Engine, text: str) -> dict[str, list[tuple[str, str]]]:
    """Return account id to (kind, value) of the legal ids and domains that equal the text."""
    domain = text.casefold().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    compact = "".join(c for c in text.casefold() if c.isalnum())
    found: dict[str, list[tuple[str, str]]] = {}
    if not compact:
        return found
    for account_id, kind, value in engine.rows(
        "SELECT DISTINCT account_id, kind, value_key FROM identifiers"
        " WHERE (kind = 'domain' AND LOWER(value_key) = $domain)"
        " OR (kind = 'legal_id' AND REPLACE(REPLACE(REPLACE(LOWER(value_key), '-', ''), ' ', ''), '.', '')"
        " = $compact) ORDER BY account_id, kind, value_key",
        {"domain": domain, "compact": compact},
    ):
        found.setdefault(account_id, []).append((kind, value))
    return found


def _exactly(row: Mapping[str, str | None], only: str, text: str) -> list[Match]:
    if only == "account":
        equal = row["account_id"] == text
        return [Match(by="account_id", how="equal", value=text)] if equal else []
    handle = row["handle"]
    if handle and _handle(handle) == _handle(text):
        return [Match(by="handle", how="equal", value=handle)]
    return []


@dataclass(frozen=True, slots=True)
class _named:  # noqa: N801 - used as a function of a row
    """Match one account against a text without a prefix."""

    text: str
    public_ids: Mapping[str, Sequence[tuple[str, str]]]
    alike: Mapping[str, str]

    def __call__(self, row: Mapping[str, str | None]) -> list[Match]:
        account_id, handle = row["account_id"], row["handle"]
        assert account_id is not None, "every account has an id"
        matches = [
            Match(by=kind, how="equal", value=value) for kind, value in self.public_ids.get(account_id, ())
        ]
        if account_id == self.text:
            matches.append(Match(by="account_id", how="equal", value=account_id))
        if handle and _handle(handle) == _handle(self.text):
            matches.append(Match(by="handle", how="equal", value=handle))
        elif handle and (how := _handle_leads(handle, self.text)):
            matches.append(Match(by="handle", how=how, value=handle))
        matches += [
            Match(by=by, how=self.alike[value], value=value)
            for by in ("name", "legal_name")
            if (value := row[by]) and value in self.alike
        ]
        return matches


def _handle(text: str) -> str:
    return text.strip().removeprefix("@").casefold()


def _handle_leads(handle: str, text: str) -> str | None:
    """Tell whether a handle has the text as a whole part: ``@RT_com`` for ``RT``."""
    spaced = "".join(c if c.isalnum() else " " for c in handle)
    return "leads" if leads_with(spaced, text) else None


def _how_alike(value: str, text: str) -> str | None:
    if not normal_name(text):
        return None
    if normal_name(value) == normal_name(text):
        return "equal"
    if leads_with(value, text):
        return "leads"
    words = set(name_words(text))
    if words <= set(name_words(value)):
        return "holds"
    return "alike" if same_name(value, text) else None


def resolve_subject(engine: Engine, query: str) -> tuple[str, ...]:
    """Return the accounts that a query names, or refuse.

    A party is the accounts whose name, handle or legal entity equals the query and that share a legal
    id, or state one legal entity without a legal id that says otherwise; with them come the accounts
    that share such a legal id and state the same legal entity. A legal id alone names nobody (one tax
    number stands on ninety-six advertisers, others are mistyped): such accounts are left to linking,
    where a crowd weighs what it weighs and a person can object.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.
        query: A bare name, ``account:ID``, ``handle:@X``.

    Returns:
        Account ids, sorted.

    Raises:
        DebarError: DBR-L005, nothing is called so; DBR-L006, more than one party is. Candidates are the
            details.
    """
    candidates = find_accounts(engine, query)
    kind, _, rest = query.strip().partition(":")
    prefixed = kind in ("account", "handle") and bool(rest.strip())
    equal = [
        c for c in candidates if prefixed or any(m.how == "equal" and m.by in RESOLVING for m in c.matches)
    ]
    if not equal:
        raise DebarError(
            "DBR-L005",
            f'no account is called "{query}"',
            hint="name one of these as account:ID or handle:@X" if candidates else "check the spelling",
            exit_code=EXIT_REFUSED,
            details=_listed(candidates),
        )
    if prefixed and kind == "account":
        return (equal[0].account_id,)
    parties = _parties(engine, equal)
    if len(parties) > 1:
        raise DebarError(
            "DBR-L006",
            f'"{query}" is the name of {len(parties)} parties',
            hint="name one of them as account:ID or handle:@X",
            exit_code=EXIT_REFUSED,
            details=_listed(equal),
        )
    return parties[0]


def require_account(engine: Engine, account_id: str) -> None:
    """Refuse an account id that the platform does not have, with what it may have meant.

    Raises:
        DebarError: DBR-L003.
    """
    ((count,),) = engine.rows(
        "SELECT COUNT(*) FROM accounts WHERE account_id = $account", {"account": account_id}
    )
    if not count:
        raise DebarError(
            "DBR-L003",
            f'there is no account "{account_id}"',
            hint='find accounts with: debar accounts PLATFORM "NAME"',
            exit_code=EXIT_REFUSED,
            details=_listed(find_accounts(engine, account_id)),
        )


def _listed(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    more = len(candidates) - CANDIDATES_SHOWN
    shown = tuple(str(candidate) for candidate in candidates[:CANDIDATES_SHOWN])
    return (*shown, f"and {more} more") if more > 0 else shown


def _parties(engine: Engine, equal: Sequence[Candidate]) -> list[tuple[str, ...]]:
    """Group equal candidates into parties, each with its further accounts, ordered by its first id."""
    ids = _legal_ids(engine)
    holders: dict[str, set[str]] = {}
    for account_id, values in ids.items():
        for value in values:
            holders.setdefault(value, set()).add(account_id)
    entity = {
        account_id: normal_name(legal_name) if legal_name else ""
        for account_id, legal_name in engine.rows(
            "SELECT account_id, legal_name FROM accounts WHERE account_id <> 'unattributed'"
        )
    }
    parties: list[set[str]] = []
    for candidate in equal:
        account_id = candidate.account_id
        kin = [p for p in parties if any(_one_party(account_id, other, ids, entity) for other in p)]
        parties = [p for p in parties if p not in kin] + [{account_id}.union(*kin)]
    grown = [_grown(party, ids, holders, entity) for party in parties]
    return sorted(tuple(sorted(party)) for party in _joined(grown))


def _legal_ids(engine: Engine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for account_id, value in engine.rows(
        "SELECT DISTINCT account_id, value_key FROM identifiers WHERE kind = 'legal_id'"
        " AND account_id <> 'unattributed'"
    ):
        found.setdefault(account_id, set()).add(value)
    return found


def _one_party(one: str, other: str, ids: Mapping[str, set[str]], entity: Mapping[str, str]) -> bool:
    """Tell whether two accounts that bear the name are one party: legal ids decide, else the entity."""
    a, b = ids.get(one, set()), ids.get(other, set())
    if a and b:
        return bool(a & b)
    return bool(entity[one]) and entity[one] == entity[other]


def _grown(
    party: set[str], ids: Mapping[str, set[str]], holders: Mapping[str, set[str]], entity: Mapping[str, str]
) -> set[str]:
    """Add the accounts that share a legal id with the party and state its legal entity."""
    entities = {entity[account_id] for account_id in party if entity[account_id]}
    grown, frontier = set(party), set(party)
    while frontier:
        values = set[str]().union(*(ids.get(account_id, set()) for account_id in frontier))
        near = set[str]().union(*(holders[value] for value in values)) - grown
        frontier = {account_id for account_id in near if entity[account_id] in entities}
        grown |= frontier
    return grown


def _joined(parties: Iterable[set[str]]) -> list[set[str]]:
    """Join parties that grew into one another."""
    joined: list[set[str]] = []
    for party in parties:
        kin = [other for other in joined if other & party]
        joined = [other for other in joined if other not in kin] + [party.union(*kin)]
    return joined
