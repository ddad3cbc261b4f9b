"""Accounts against a list: what is a hit, how firm it is, and what speaks against it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from authority_lists import entity, sanction, write_lines
from debar.app.opening import PUBLIC_KEY
from debar.authority.names_met import LABELLED, NameIndex
from debar.authority.problems import Findings
from debar.authority.reading.lists import Said, read_lists
from debar.authority.screening import Accounts, screen
from debar.authority.standing import standings_of
from debar.evidence.naming.comparing import NameLevel, compare_names
from debar.evidence.naming.rarity import shipped_rarity
from debar.intake.reading import read_platform
from debar.stores.duckdb_engine import DuckEngine
from real_platforms import google_2025, real_file, real_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.authority.hits import Hit
    from debar.authority.standing import Standing

DAY = date(2026, 1, 1)
ACCOUNTS = """account_id,name,legal_name,handle,country
beta,Beta Media,Betonika GmbH,@betamedia,DE
novosti,Новости 24,АНО «ТВ-Новости»,,RU
twin,Betonika GmbH,,,BR
desk,Desk,,,
other,Harbour Cafe,,@harbour,
rt,RT,,,
komplekt,RT-Komplekt,ООО «РТ-Комплект»,,RU
inform,RT-Inform,,,RU
agency,Some Agency,,,
"""
IDENTIFIERS = """account_id,kind,value
beta,tax_id,DE 811 569 869
twin,tax_id,99 888 777 66
novosti,legal_id,EIN ID 7704552473
desk,email,office@beta.example
desk,domain,beta.example
other,domain,beta.example
agency,address,"Haus 1, 10115 Berlin"
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> DuckEngine:
    """Return a small platform as intake makes it."""
    folder = tmp_path_factory.mktemp("platform")
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "identifiers.csv").write_text(IDENTIFIERS)
    engine = DuckEngine()
    read_platform(engine, folder, key=PUBLIC_KEY)
    return engine


def standings(path: Path, *, on: date = DAY, said: Said | None = None) -> Mapping[str, Standing]:
    """Return who of a list is listed on a day."""
    (one,) = read_lists([path], said or Said())
    return standings_of(one, on, Findings())


def hits(
    engine: DuckEngine, path: Path, *, crowd_cap: int = 200, said: Said | None = None
) -> dict[tuple[str, str], Hit]:
    """Screen, and return the hits by account and entity."""
    (one,) = read_lists([path], said or Said())
    accounts = Accounts(engine=engine, key=PUBLIC_KEY, name="Example Ads", crowd_cap=crowd_cap)
    found = screen(accounts, one, standings_of(one, DAY, Findings()))
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    return {(hit.account.account_id, hit.standing.entity.entity_id): hit for hit in found}


BETA = entity(
    "b",
    "Company",
    name="Betonika GmbH",
    jurisdiction="de",
    vatCode="DE811569869",
    website="https://www.beta.example/contact",
    email="office@beta.example",
    address="Haus 1, 10115 Berlin",
)


def test_identifiers_come_first_then_names(platform: DuckEngine, tmp_path: Path) -> None:
    """A number that is the same identifies; a domain alone points; a namesake elsewhere is a name."""
    found = hits(platform, write_lines(tmp_path / "l.jsonl", BETA, sanction("b")))
    assert {key[0]: hit.grade for key, hit in found.items()} == {
        "beta": "identified",
        "desk": "identified",
        "twin": "name",
        "other": "pointing",
        "agency": "pointing",
    }
    assert next(account for account, _ in found) == "beta"
    assert found["beta", "b"].as_json()["measure"] == "asset freeze"


def test_sensitive_values_are_compared_under_the_platforms_key_and_never_shown(
    platform: DuckEngine, tmp_path: Path
) -> None:
    """The e-mail address of a list is found, and stands nowhere in the hit."""
    hit = hits(platform, write_lines(tmp_path / "l.jsonl", BETA, sanction("b")))["desk", "b"]
    told = str(hit.as_json()["identifiers"]) + str(hit.as_json()["evidence"])
    assert "office@" not in told
    assert "e-mail address email " in told


def test_what_speaks_against_is_said(platform: DuckEngine, tmp_path: Path) -> None:
    """A namesake in another country with another tax number is told apart in words."""
    hit = hits(platform, write_lines(tmp_path / "l.jsonl", BETA, sanction("b")))["twin", "b"]
    assert "another country: BR, and the list says DE" in hit.against
    assert "it states a registration or tax number, and none of the listed ones" in hit.against
    own = hits(platform, write_lines(tmp_path / "l.jsonl", BETA, sanction("b")))["beta", "b"]
    assert own.against == ()
    assert "the country is the same (DE)" in own.evidence


def test_a_value_that_a_crowd_holds_identifies_nobody(platform: DuckEngine, tmp_path: Path) -> None:
    """Beyond the policy's cap a shared value is no sign, and the hit says how many hold it."""
    path = write_lines(
        tmp_path / "l.jsonl", entity("b", "Company", name="X", website="beta.example"), sanction("b")
    )
    hit = hits(platform, path, crowd_cap=1)["other", "b"]
    assert hit.grade == "pointing"
    assert "website beta.example is held by 2 accounts here" in hit.against
    listed = write_lines(tmp_path / "m.jsonl", BETA, sanction("b"))
    assert [hits(platform, listed, crowd_cap=cap)["desk", "b"].grade for cap in (0, 1)] == [
        "pointing",
        "identified",
    ]


def test_a_number_is_found_under_whatever_kind_it_stands(platform: DuckEngine, tmp_path: Path) -> None:
    """A tax number of the list that a platform keeps as a legal id, with words before it, is the same."""
    path = write_lines(
        tmp_path / "l.jsonl",
        entity("n", "LegalEntity", name="Nobody", taxNumber="7704552473 (Tax ID/INN)"),
        sanction("n"),
    )
    hit = hits(platform, path)["novosti", "n"]
    assert hit.grade == "identified"
    assert hit.evidence[0].startswith("tax number 7704552473 is the listed one")


def test_a_name_in_another_script_is_the_same_name(platform: DuckEngine, tmp_path: Path) -> None:
    """Cyrillic and Latin spellings meet; the score is the calibrated one."""
    path = write_lines(
        tmp_path / "l.jsonl", entity("n", "LegalEntity", name="ANO TV-Novosti", country="ru"), sanction("n")
    )
    hit = hits(platform, path)["novosti", "n"]
    assert (hit.grade, hit.as_json()["score"]) == ("name", "0.991")


def test_rt_komplekt_is_not_rt(platform: DuckEngine, tmp_path: Path) -> None:
    """A short name is equal or it is different: neither is swept in for the other."""
    path = write_lines(
        tmp_path / "l.jsonl",
        entity("rt", "Organization", name=["RT", "Russia Today"], country="ru"),
        sanction("rt"),
        entity("k", "Company", name="LLC RT-Komplekt", country="ru"),
        sanction("k"),
    )
    assert set(hits(platform, path)) == {("rt", "rt"), ("komplekt", "k")}


def test_a_short_name_is_said_to_be_short(platform: DuckEngine, tmp_path: Path) -> None:
    """Two letters that are the same are a question, and the hit says why."""
    path = write_lines(
        tmp_path / "l.jsonl", entity("rt", "Organization", name="RT", country="ru"), sanction("rt")
    )
    assert 'a short name: "RT"' in hits(platform, path)["rt", "rt"].against


def test_a_weak_alias_alone_is_nothing(platform: DuckEngine, tmp_path: Path) -> None:
    """A weak alias gives no hit by itself, and corroborates what something else points to."""
    alone = write_lines(
        tmp_path / "1.jsonl", entity("h", "Company", name="Other", weakAlias="Harbour Cafe"), sanction("h")
    )
    assert hits(platform, alone) == {}
    beside = entity("h", "Company", name="Other", weakAlias="Harbour Cafe", website="beta.example")
    found = hits(platform, write_lines(tmp_path / "2.jsonl", beside, sanction("h")))
    assert (found["other", "h"].grade, found["desk", "h"].grade) == ("corroborated", "pointing")


def test_bare_names_are_to_be_checked_by_hand(platform: DuckEngine, tmp_path: Path) -> None:
    """A list that says nothing but names gives a grade of its own, the last."""
    path = tmp_path / "annex.txt"
    path.write_text("RT- Russia Today English\nHarbour Cafe\n")
    found = hits(platform, path, said=Said(programme="833/2014 annex XV"))
    assert {hit.grade for hit in found.values()} == {"names only"}
    assert {account for account, _ in found} == {"rt", "other"}
    assert {hit.standing.measure for hit in found.values()} == {"distribution ban"}


def test_a_user_account_of_an_entity_is_found_by_its_handle(platform: DuckEngine, tmp_path: Path) -> None:
    """A user name on the same service identifies its owner; on another service that is said."""
    lines = [entity("o", "Person", name="Somebody Else", country="us"), sanction("o")]
    here = entity("u", "UserAccount", username="HARBOUR", service="Example Ads", owner="o")
    hit = hits(platform, write_lines(tmp_path / "1.jsonl", *lines, here))["other", "o"]
    assert (hit.grade, hit.against) == ("identified", ())
    there = {**here, "properties": {**here["properties"], "service": ["Chirper"]}}
    hit = hits(platform, write_lines(tmp_path / "2.jsonl", *lines, there))["other", "o"]
    assert hit.against == ("the user name is one on Chirper",)


def test_who_is_owned_by_the_listed_is_compared_too(platform: DuckEngine, tmp_path: Path) -> None:
    """A company that is not listed and half owned by who is, is a hit with the measure derived."""
    path = write_lines(
        tmp_path / "l.jsonl",
        entity("p", "Person", name="Anna Sample"),
        sanction("p"),
        {**BETA, "properties": {**BETA["properties"]}},
        entity("o", "Ownership", owner="p", asset="b", percentage="40-60"),
    )
    hit = hits(platform, path)["beta", "b"]
    assert hit.standing.measure == "ownership-derived"
    (sentence,) = hit.standing.sentences
    assert sentence == (
        "possibly owned by who is listed: Anna Sample holds 40 to 60 % (rule: 50 % or more, together;"
        " EU Best Practices on restrictive measures, ownership and control); chain: Anna Sample > Betonika GmbH"
    )
    assert "that it is owned by who is listed is possible, and not certain" in hit.against


def test_a_listing_counts_on_its_days_only(tmp_path: Path) -> None:
    """Before it begins and after it ends nobody is listed, whatever the topics say."""
    person = entity("a", "Person", name="A", topics=["sanction"])
    path = write_lines(
        tmp_path / "l.jsonl", person, sanction("a", startDate="2022-03-01", endDate="2023-03-01")
    )
    told = [
        set(standings(path, on=date.fromisoformat(day))) for day in ("2022-02-28", "2022-03-01", "2023-03-02")
    ]
    assert told == [set(), {"a"}, set()]


def test_a_holder_of_office_is_told_and_nothing_is_forbidden(tmp_path: Path) -> None:
    """A topic that says who somebody is carries no measure; who is in no way listed is not compared."""
    path = write_lines(
        tmp_path / "l.jsonl",
        entity("p", "Person", name="P", topics=["role.pep"]),
        entity("c", "Company", name="C", topics=["crime.fraud"]),
        entity("n", "Company", name="N"),
    )
    assert {one: standing.measure for one, standing in standings(path).items()} == {
        "p": "no measure",
        "c": "measure unknown",
    }


@pytest.mark.ci
def test_nobody_is_taken_for_a_listed_entity_among_twenty_thousand_advertisers() -> None:
    """No advertiser of a real ad library is taken for one of the 34 European records or the 32 bare names."""
    engine = google_2025().load(DuckEngine())
    for name in ("rt_sputnik_ira_entities.csv", "eu_833_annex_xv_media.csv"):
        (one,) = read_lists([real_file(name)])
        found = screen(Accounts(engine=engine, key=PUBLIC_KEY), one, standings_of(one, DAY, Findings()))
        assert found == ()


def test_the_calibrated_scores_are_those_of_the_labelled_pairs() -> None:
    """What a score is said to be the share of is counted anew on the 826 labelled pairs."""
    counted: dict[NameLevel, list[bool]] = {}
    for row in real_rows("name_pairs.csv"):
        level = compare_names(row["name1"], row["name2"]).level
        counted.setdefault(level, []).append(row["is_match"] == "true")
    assert {level: (sum(counted[level]), len(counted[level])) for level in LABELLED} == LABELLED


def test_names_with_a_word_in_common_are_compared_only_where_they_look_alike() -> None:
    """The index leaves a pair out that one word brings together, and keeps one that is spelt alike."""
    index = NameIndex([("a", "Zhurava Timber"), ("b", "Zhurava Insurance Brokers")], shipped_rarity())
    assert [met.entity_id for met in index.meet("Zhurava Timbers", accounts=1000)] == ["a"]
    assert index.meet("Zhurava Philharmonic Orchestra", accounts=1000) == []
