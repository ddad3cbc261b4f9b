"""Authority lists in each of their forms: what is read, and what becomes a problem."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from authority_lists import entity, sanction, write_lines
from debar.authority.dates import read_span
from debar.authority.entities import said_of, shown_span
from debar.authority.problems import CODES, Findings
from debar.authority.reading.follow_the_money import entities_of
from debar.authority.reading.lists import Said, form_of, read_lists
from debar.model.problem import DebarError
from real_platforms import DATA, real_file

if TYPE_CHECKING:
    from pathlib import Path

    from debar.authority.entities import AuthorityList


def read(*paths: Path, said: Said | None = None) -> AuthorityList:
    """Read one list."""
    (found,) = read_lists(paths, said or Said())
    return found


def test_json_lines_become_entities_listings_and_interests(tmp_path: Path) -> None:
    """Every value is kept; a listing carries programme, authority, dates and measure."""
    path = write_lines(
        tmp_path / "list.jsonl",
        entity("b", "Company", name=["Beta GmbH", "Бета"], leiCode="529900T8BM49AURSDO55"),
        sanction("a", listingDate="2022-03", startDate="2022-03-02", sourceUrl="https://example.org/l"),
        entity("own", "Ownership", owner="a", asset="b", percentage="25-50", startDate="2014-11"),
        entity("a", "Person", name="Anna Sample"),
    )
    found = read(path)
    assert found.problem_counts == {}
    assert found.entities["b"].values("name") == ("Beta GmbH", "Бета")
    (listing,) = found.listings["a"]
    assert (listing.authority, listing.listed_on, listing.measure.kind) == (
        "Council of the EU",
        "2022-03",
        "asset freeze",
    )
    (tie,) = found.interests
    assert (tie.schema, tie.source, tie.target, tie.percentage) == ("Ownership", "a", "b", "25-50")


def test_nested_entities_are_entities_of_their_own(tmp_path: Path) -> None:
    """The nested form says the same as the flat one, back links included."""
    flat = read(
        write_lines(
            tmp_path / "flat.jsonl",
            entity("a", "Person", name="Anna Sample"),
            sanction("a"),
            entity("b", "Company", name="Beta GmbH"),
            entity("own", "Ownership", owner="a", asset="b", percentage="60"),
        )
    )
    inner = sanction("a")
    del inner["properties"]["entity"]
    owned = {"id": "own", "schema": "Ownership", "properties": {"percentage": ["60"]}}
    owned["properties"] = {"percentage": ["60"], "asset": [entity("b", "Company", name="Beta GmbH")]}
    outer = entity("a", "Person", name="Anna Sample")
    outer["properties"] |= {"sanctions": [inner], "ownershipOwner": [owned]}
    nested = read(write_lines(tmp_path / "nested.jsonl", outer))
    assert (flat.entities, flat.listings, flat.interests) == (
        nested.entities,
        nested.listings,
        nested.interests,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": "x", "schema": "Person"', "DBR-O010"),
        ("[1, 2]", "DBR-O010"),
        ('{"id": "x", "schema": "Person"}', "DBR-O011"),
        ('{"id": "", "schema": "Person", "properties": {}}', "DBR-O011"),
        ('{"id": "x", "schema": "Person", "properties": {"name": ["X", 7]}}', "DBR-O012"),
        ('{"id": "x", "schema": "Person", "properties": {"name": ["X", null]}}', "DBR-O012"),
        ('{"id": "x", "schema": "Person", "properties": {"name": "X"}}', "DBR-O013"),
        ('{"id": "x", "schema": "Wizard", "properties": {"name": ["X"]}}', "DBR-O014"),
        ('{"id": "a", "schema": "Person", "properties": {"name": ["Another"]}}', "DBR-O015"),
        ('{"id": "o", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["zz"]}}', "DBR-O016"),
        (
            '{"id": "s", "schema": "Sanction", "properties": {"entity": ["a"], "startDate": ["soon"]}}',
            "DBR-O019",
        ),
        ('{"id": "s", "schema": "Sanction", "properties": {"program": ["EU-UKR"]}}', "DBR-O024"),
    ],
)
def test_a_flaw_becomes_a_problem_with_its_place_and_nothing_else_is_lost(
    tmp_path: Path, line: str, code: str
) -> None:
    """Each flaw is counted once under its code; the lines around it are read."""
    path = write_lines(tmp_path / "list.jsonl", entity("a", "Person", name="Anna"), line, sanction("a"))
    found = read(path)
    assert found.problem_counts == {code: 1}
    assert found.problems[0].place.line == 2
    assert found.listings["a"][0].programme_id == "EU-UKR"


def test_numbers_are_kept_as_they_are_written(tmp_path: Path) -> None:
    """DBR-O012: a number counts as its text; null and nothing else is left out."""
    path = write_lines(
        tmp_path / "l.jsonl", {"id": "a", "schema": "Person", "properties": {"name": ["A", 7, None]}}
    )
    assert read(path).entities["a"].values("name") == ("7", "A")


def test_text_that_is_no_utf8_is_read_and_reported(tmp_path: Path) -> None:
    """DBR-O023: the line is kept, read as Windows-1252."""
    path = tmp_path / "list.jsonl"
    path.write_bytes('{"id":"a","schema":"Person","properties":{"name":["Zoë"]}}\n'.encode("cp1252"))
    found = read(path)
    assert (found.entities["a"].first("name"), found.problem_counts) == ("Zoë", {"DBR-O023": 1})


def test_deltas_are_applied_in_order(tmp_path: Path) -> None:
    """ADD adds, MOD replaces whole, DEL deletes; what does not fit is reported."""
    base = write_lines(
        tmp_path / "entities.ftm.json",
        entity("a", "Person", name="Anna", alias="Annie"),
        entity("b", "Person", name="Bela"),
        sanction("a"),
    )
    delta = write_lines(
        tmp_path / "entities.delta.json",
        {"op": "MOD", "entity": entity("a", "Person", name="Anna")},
        {"op": "DEL", "entity": {"id": "b"}},
        {"op": "DEL", "entity": {"id": "nobody"}},
        {"op": "ADD", "entity": entity("c", "Person", name="Cem")},
        {"op": "MERGE", "entity": {"id": "c"}},
        {"op": "DEL", "entity": {}},
    )
    found = read(base, delta)
    assert sorted(found.entities) == ["a", "a-listing", "c"]
    assert found.entities["a"].properties == {"name": ("Anna",)}
    assert found.problem_counts == {"DBR-O011": 1, "DBR-O020": 2}
    assert found.name == "entities.ftm.json + entities.delta.json"
    assert found.sha256 != read(base).sha256


def test_a_delta_without_its_list_is_refused(tmp_path: Path) -> None:
    """DBR-O002: a change of nothing says nothing."""
    delta = write_lines(tmp_path / "d.json", {"op": "DEL", "entity": {"id": "b"}})
    with pytest.raises(DebarError, match="DBR-O002"):
        read(delta)


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    """DBR-O001: an unknown form is not guessed at."""
    path = tmp_path / "list.xml"
    path.write_text("<sanctions/>")
    with pytest.raises(DebarError, match="DBR-O001"):
        read(path)


def test_statements_become_the_entities_that_they_state(tmp_path: Path) -> None:
    """Statement rows of one canonical id make one entity, with the former ids as referents."""
    path = tmp_path / "statements.csv"
    path.write_text(
        "canonical_id,entity_id,prop,prop_type,schema,value,dataset,origin,lang,original_value,external,"
        "first_seen,last_seen,id\n"
        "NK-1,eu-1,id,checksum,LegalEntity,c0ffee,eu_fsf,,,,f,2022,2026,s0\n"
        "NK-1,eu-1,name,name,LegalEntity,Beta,eu_fsf,,,,f,2022,2026,s1\n"
        "NK-1,ru-7,innCode,identifier,Company,7704552473,ru_reg,,,,f,2022,2026,s2\n"
        ",,name,name,Company,Lost,eu_fsf,,,,f,2022,2026,s3\n"
    )
    found = read(path)
    assert found.form == "statements"
    one = found.entities["NK-1"]
    assert (one.schema, one.referents, one.datasets) == ("Company", ("eu-1", "ru-7"), ("eu_fsf", "ru_reg"))
    assert one.properties == {"innCode": ("7704552473",), "name": ("Beta",)}
    assert found.problem_counts == {"DBR-O011": 1}


def test_the_simple_csv_is_read_by_its_header(tmp_path: Path) -> None:
    """Several values in a cell are taken apart as CSV with semicolons; sanctions become listings."""
    path = tmp_path / "targets.simple.csv"
    path.write_text(
        '"id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","phones",'
        '"emails","program_ids","dataset","first_seen","last_seen","last_change"\n'
        '"NK-1","Company","Beta GmbH","Бета;""Beta; Alpha""","","ru;de","Haus 1, Berlin","7704552473",'
        '"UKR - Annex I - active - 2022-03-01 - 2027-01-01","","info@beta.example","EU-UKR","EU","","",""\n'
        '"NK-2","Person","","","","","","","","","","","EU","","",""\n'
        '"NK-3","Person","Cem"\n'
    )
    found = read(path)
    one = found.entities["NK-1"]
    assert one.values("alias") == ("Beta; Alpha", "Бета")
    assert one.values("country") == ("de", "ru")
    (listing,) = found.listings["NK-1"]
    assert (listing.programme, listing.programme_id, listing.measure.kind) == (
        "UKR",
        "EU-UKR",
        "asset freeze",
    )
    assert (listing.listed_on, listing.end) == ("2022-03-01", read_span("2027-01-01"))
    assert found.entities["NK-3"].caption == "Cem"
    assert found.problem_counts == {"DBR-O021": 1, "DBR-O022": 1}


def test_keys_of_programmes_count_where_no_listing_names_them(tmp_path: Path) -> None:
    """An entity with several programme ids is listed under each, whatever its sanctions say in words."""
    path = tmp_path / "targets.simple.csv"
    path.write_text(
        '"id","schema","name","aliases","sanctions","program_ids"\n'
        '"NK-1","Company","Beta","","Two lists - some reason","EU-UKR;GB-RUS"\n'
    )
    kinds = [(one.programme_id, one.measure.kind) for one in read(path).listings["NK-1"]]
    assert kinds == [("", "measure unknown"), ("EU-UKR", "asset freeze"), ("GB-RUS", "asset freeze")]


def test_bare_names_are_read_with_what_stands_above_them(tmp_path: Path) -> None:
    """A text of names may say whose list it is, under what, and since when; a day may follow a name."""
    path = tmp_path / "annex.txt"
    path.write_text(
        "# authority: Council of the European Union\n# programme: EU 833/2014 annex XV\n# listed_on: 2022-03-01\n"
        "# remark\nRT- Russia Today English\nVoice of Europe\t2024-06-25\n\n"
    )
    found = read(path)
    assert found.form == "names"
    assert found.entities["RT- Russia Today English"].values("alias") == ("RT", "Russia Today English")
    told = {
        one: (found.listings[one][0].listed_on, found.listings[one][0].measure.kind) for one in found.listings
    }
    assert told == {
        "RT- Russia Today English": ("2022-03-01", "distribution ban"),
        "Voice of Europe": ("2024-06-25", "distribution ban"),
    }


def test_what_a_list_does_not_say_may_be_said_of_it(tmp_path: Path) -> None:
    """A list that names no programme takes the one that its reader names; one that does keeps its own."""
    path = tmp_path / "names.txt"
    path.write_text("Beta\n")
    told = read(path, said=Said(programme="833/2014 annex XV", listed_on="2022-03-01")).listings["Beta"][0]
    assert (told.measure.kind, told.listed_on) == ("distribution ban", "2022-03-01")
    assert read(path).listings["Beta"][0].measure.kind == "measure unknown"
    own = write_lines(
        tmp_path / "own.jsonl", entity("a", "Person", name="A"), sanction("a", program="EU-UKR")
    )
    assert read(own, said=Said(programme="833/2014 annex XV")).listings["a"][0].measure.kind == "asset freeze"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014", "2014-01-01", "2014-12-31"),
        ("2014-02", "2014-02-01", "2014-02-28"),
        ("2014-12", "2014-12-01", "2014-12-31"),
        ("2014-11-05", "2014-11-05", "2014-11-05"),
        ("2014-11-05T10:00:00", "2014-11-05", "2014-11-05"),
        ("5.11.2014", "2014-11-05", "2014-11-05"),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(text: str, first: str, last: str) -> None:
    """A year is a year and not its first of January."""
    span = read_span(text)
    assert span is not None
    assert (span.first, span.last) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "soon", "2014-13", "31.2.2020", "20140101"])
def test_what_is_no_date_is_none(text: str) -> None:
    """A date that nobody can read is not guessed."""
    assert read_span(text) is None


def test_a_listing_holds_from_its_first_possible_day_to_its_last(tmp_path: Path) -> None:
    """Where a date is not exact, the listing counts as in force."""
    path = write_lines(
        tmp_path / "l.jsonl",
        entity("a", "Person", name="A"),
        sanction("a", startDate="2022", endDate="2023-06"),
    )
    (listing,) = read(path).listings["a"]
    days = ["2021-12-31", "2022-01-01", "2023-06-30", "2023-07-01"]
    assert [listing.holds_on(date.fromisoformat(day)) for day in days] == [False, True, True, False]
    assert listing.end is not None
    assert shown_span(listing.end) == "2023-06"


def test_what_is_said_of_an_entity_changes_with_its_listing_and_not_with_bookkeeping(tmp_path: Path) -> None:
    """The digest that a plan rests on moves when something is said anew, and only then."""
    person = entity("a", "Person", name="A", modifiedAt="2026-01-01")
    before = said_of(read(write_lines(tmp_path / "1.jsonl", person, sanction("a"))), "a")
    again = {**entity("a", "Person", name="A", modifiedAt="2026-02-02"), "last_seen": "2026-02-02T00:00:00"}
    other = [entity("z", "Person", name="Z"), sanction("a"), again]
    assert before == said_of(read(write_lines(tmp_path / "2.jsonl", *other)), "a")
    ended = write_lines(tmp_path / "3.jsonl", person, sanction("a", endDate="2026-01-31"))
    assert before != said_of(read(ended), "a")
    assert said_of(read(ended), "nobody") is None


def test_an_object_from_elsewhere_is_read_as_a_line_is() -> None:
    """A server's answer is an entity, nested ones included."""
    outer = entity("a", "Person", name="A")
    outer["properties"]["sanctions"] = [sanction("a")]
    found = entities_of(json.loads(json.dumps(outer)), "yente", Findings())
    assert [one.entity_id for one in found] == ["a", "a-listing"]


def test_the_sample_of_the_model_is_read_without_a_problem() -> None:
    """Nine entities as the library itself validates them."""
    path = DATA.parent / "reference" / "samples" / "ftm-entities.jsonl"
    if not path.exists():
        pytest.skip("needs ../shared/reference/samples")
    found = read(path)
    assert (len(found.entities), len(found.interests), found.problem_counts) == (9, 2, {})
    assert found.entities["debar-org-1"].caption == "Example Broadcaster"
    assert found.listings["debar-org-1"][0].measure.kind == "distribution ban"


def test_the_european_records_are_read_with_the_measure_of_their_annex() -> None:
    """34 records: asset freezes, export control and the distribution ban are told apart."""
    found = read(real_file("rt_sputnik_ira_entities.csv"))
    kinds = [listing.measure.kind for listings in found.listings.values() for listing in listings]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "asset freeze": 24,
        "trade restriction": 4,
        "distribution ban": 6,
    }
    assert found.problem_counts == {}
    (listing,) = found.listings["32014R0269/I.ENTITIES/325"]
    assert (found.entities[listing.entity_id].caption, listing.listed_on) == (
        "LLC Rostekhkomplekt",
        "2023-12-18",
    )


def test_the_annex_of_bare_names_is_read_and_its_measure_is_what_its_reader_says() -> None:
    """32 names without a programme: the measure is unknown until somebody says which annex this is."""
    path = real_file("eu_833_annex_xv_media.csv")
    assert {one.measure.kind for (one,) in read(path).listings.values()} == {"measure unknown"}
    named = read(path, said=Said(programme="833/2014 annex XV"))
    assert [len(named.listings), {one.measure.kind for (one,) in named.listings.values()}] == [
        32,
        {"distribution ban"},
    ]


def test_published_indicators_are_domains_without_a_name() -> None:
    """The network's domains are values of one entity, which has no name to be compared."""
    found = read(real_file("doppelganger_2022_09.csv"))
    (one,) = found.entities.values()
    assert (found.form, one.values("name")) == ("indicators", ())
    assert len(one.values("website")) > 100


def test_forms_are_recognised_by_their_first_line(tmp_path: Path) -> None:
    """An empty first line does not matter."""
    path = tmp_path / "list.json"
    path.write_text('\n{"id": "a", "schema": "Person", "properties": {"name": ["A"]}}\n')
    assert form_of(path) == "FollowTheMoney"


def test_every_code_of_the_room_is_listed_once() -> None:
    """The codes have no gaps that a reader would stumble over."""
    assert sorted(CODES) == [f"DBR-O{number:03}" for number in range(10, 28)]


def test_an_open_quote_costs_its_own_line_and_no_other(tmp_path: Path) -> None:
    """DBR-O026: everybody behind it is still read; a quoted cell of two lines is one cell."""
    path = tmp_path / "list.csv"
    rows = [
        "name,reason",
        '"Two","a\nb"',
        'Open,"never closed',
        *(f"Name {n},x" for n in range(80)),
        '5" pipe,y',
    ]
    path.write_text("\n".join(rows) + "\n")
    found = read(path)
    names = {one.caption for one in found.entities.values() if one.schema != "Sanction"}
    assert names == {"Two", "Open", '5" pipe', *(f"Name {n}" for n in range(80))}
    assert found.problem_counts == {"DBR-O026": 1}
    assert found.listings["Two"][0].reason == "a\nb"


def test_half_characters_are_replaced_and_reported(tmp_path: Path) -> None:
    """DBR-O012: what no file could hold does not stop the run that would print it; an id with it is none."""
    path = tmp_path / "list.jsonl"
    lines = ['{"id": "a", "schema": "Person", "properties": {"name": ["A\\ud800B"]}}']
    path.write_text("\n".join([*lines, '{"id": "\\udc00", "schema": "Person", "properties": {}}']))
    found = read(path)
    assert found.problem_counts == {"DBR-O011": 1, "DBR-O012": 1}
    assert found.entities["a"].first("name") == "A\ufffdB"


def test_a_tower_of_entities_ends(tmp_path: Path) -> None:
    """DBR-O027: nesting beyond reason is cut off, and told."""
    tower = entity("e0", "Person", name="E")
    for number in range(1, 60):
        tower = {**entity(f"e{number}", "Person"), "properties": {"associates": [tower]}}
    found = read(write_lines(tmp_path / "l.jsonl", tower))
    assert (len(found.entities), found.problem_counts) == (21, {"DBR-O027": 1})
