from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debar.linking.lookup import find_accounts, resolve_subject
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World


@cache
def platform() -> DuckEngine:
    """Return a platform on which many things are called RT."""
    world = World()

    def add(account_id: str, name: str, legal_name: str | None, handle: str | None, **held: Any) -> None:
        world.account(account_id, about={"name": name, "legal_name": legal_name, "handle": handle}, **held)

    add("1", "RT", "ANO TV-Novosti", "@RT_com", legal_id="1057746595367", domain="rt.com")
    add("2", "RT America", "ANO «TV-Novosti»", "@RT_America", legal_id="1057746595367")
    add("3", "Actualidad RT", "TV-Novosti", "@ActualidadRT", legal_id="1057746595367")
    add("4", "RT-Komplekt", "OOO RT-Komplekt", "@rtkomplekt", legal_id="77")
    add("5", "RT Inform", "RT Inform LLC", None, legal_id="78")
    add("6", "RTL", "RTL Group SA", "@rtl", legal_id="79")
    add("7", "Спутник", "Россия сегодня", "@SputnikInt", legal_id="80", domain="sputniknews.com")
    add("8", "Mistyped Shop", "Shop Ltd", None, legal_id="1057746595367")
    add("9", "Blank Shop", None, None, legal_id="1057746595367")
    add("10", "Acme", "Acme Inc.", None, legal_id="90")
    add("11", "Acme", "Acme Ltd", None, legal_id="91")
    add("12", "Lone Star", None, "@acme_fan")
    return world.load(DuckEngine(threads=1))


@pytest.fixture(scope="module")
def engine() -> DuckEngine:
    """Return that platform."""
    return platform()


def test_a_bare_name_is_the_party_that_bears_it(engine: DuckEngine) -> None:
    """RT is its own accounts by legal entity; not RT-Komplekt, nor a stranger under a mistyped id."""
    for query in ("RT", "rt", "@RT_com", "TV-Novosti", "ANO TV-Novosti", "handle:@rt_america"):
        assert resolve_subject(engine, query) == ("1", "2", "3")


def test_a_name_in_another_script_is_the_same_name(engine: DuckEngine) -> None:
    """Sputnik and Спутник are one word."""
    assert resolve_subject(engine, "Sputnik") == resolve_subject(engine, "Спутник") == ("7",)


def test_an_account_id_is_that_account_alone(engine: DuckEngine) -> None:
    """Who names an account by its id names nothing else."""
    assert resolve_subject(engine, "account:1") == ("1",)
    assert resolve_subject(engine, "account:4") == ("4",)


def test_two_parties_of_one_name_are_refused(engine: DuckEngine) -> None:
    """DBR-L006 lists both; the caller chooses by id."""
    with pytest.raises(DebarError, match="2 parties") as caught:
        resolve_subject(engine, "Acme")
    assert (caught.value.code, caught.value.exit_code) == ("DBR-L006", EXIT_REFUSED)
    assert sorted(d.split()[0] for d in caught.value.details) == ["account:10", "account:11"]


@pytest.mark.parametrize("query", ["Komplekt", "RTK", "Sputnic", "account:99", "handle:@nobody", "", "@"])
def test_what_nobody_is_called_is_refused_with_candidates(engine: DuckEngine, query: str) -> None:
    """DBR-L005: likeness and a part of a name list candidates, and name nobody."""
    with pytest.raises(DebarError) as caught:
        resolve_subject(engine, query)
    assert (caught.value.code, caught.value.exit_code) == ("DBR-L005", EXIT_REFUSED)


def test_candidates_say_why_they_were_found(engine: DuckEngine) -> None:
    """Equal first; a name that leads with RT is a candidate; RTL is not even that."""
    found = {c.account_id: [(m.by, m.how) for m in c.matches] for c in find_accounts(engine, "RT")}
    assert found == {
        "1": [("name", "equal"), ("handle", "leads")],
        "2": [("handle", "leads"), ("name", "leads")],
        "3": [("name", "holds")],
        "4": [("name", "leads"), ("legal_name", "leads")],
        "5": [("name", "leads"), ("legal_name", "leads")],
    }


@pytest.mark.parametrize(
    ("query", "expected", "by"),
    [
        ("rt.com", "1", "domain"),
        ("https://www.rt.com/", "1", "domain"),
        ("105-774-659-5367", "1", "legal_id"),
        ("12", "12", "account_id"),
        ("@acme_FAN", "12", "handle"),
        ("Sputnik Int", "", ""),
    ],
)
def test_ids_domains_and_handles_are_found(engine: DuckEngine, query: str, expected: str, by: str) -> None:
    """An id, a domain, a legal id or a handle finds its account, whatever its punctuation."""
    found = find_accounts(engine, query)
    assert (expected, by) == ((found[0].account_id, found[0].matches[0].by) if found else ("", ""))


def test_a_candidate_reads_as_one_line(engine: DuckEngine) -> None:
    """What a person sees in an error or a list can be typed back."""
    (first, *_) = find_accounts(engine, "Komplekt")
    assert (
        str(first)
        == "account:4  RT-Komplekt · @rtkomplekt · OOO RT-Komplekt  (name has its words, legal name has its words)"
    )


def in_every_row(engine: DuckEngine, query: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Find accounts the slow and obvious way: each row by itself."""
    alone = DuckEngine(threads=1)
    columns = engine.columns("accounts")
    found = []
    for row in engine.rows("SELECT * FROM accounts ORDER BY account_id"):
        alone.load("accounts", columns, [row])
        alone.load(
            "identifiers",
            engine.columns("identifiers"),
            engine.rows("SELECT * FROM identifiers WHERE account_id = $id", {"id": row[0]}),
        )
        found += [
            (c.account_id, [(m.by, m.how, m.value) for m in c.matches]) for c in find_accounts(alone, query)
        ]
    return found


words = st.lists(
    st.sampled_from(
        ["RT", "rt", "Acme", "TV-Novosti", "Спутник", "Komplekt", "America", "Ltd", "@acme_fan", "79"]
    ),
    min_size=1,
    max_size=3,
).map(" ".join)


@settings(max_examples=6, deadline=None)
@given(words)
def test_a_platform_answers_as_each_of_its_accounts_does(query: str) -> None:
    """Reading each distinct name once, and asking the database who bears it, loses and adds nobody."""
    engine = platform()
    found = [
        (c.account_id, [(m.by, m.how, m.value) for m in c.matches]) for c in find_accounts(engine, query)
    ]
    assert in_every_row(engine, query) == sorted(found, key=lambda one: one[0])
