"""The form of the EU's DSA Transparency Database, against our own checker and the database's schema."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from debar.model.problem import DebarError
from debar.notices.dsa.fields import CATEGORIES, EEA, KEYWORDS, faults
from debar.notices.dsa.form import AccountAtDecision, DsaTerms, calls, dsa_form, terms_of
from debar.notices.issue import Issue, statements_from_plan
from debar.notices.statement import Source, StatementOfReasons

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "schemas"
APPLIED = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
CIVIC = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
TERMS = DsaTerms(category=CIVIC, keywords=("KEYWORD_MISINFORMATION_DISINFORMATION",))
ACCOUNT = AccountAtDecision(registered_on=date(2021, 3, 15))


def reference(name: str) -> Any:
    """Return a file of the reference, or skip."""
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"no {name} beside the project")
    return json.loads(path.read_text(encoding="utf-8"))


def schema_faults(form: Any) -> list[str]:
    """Return what the database's schema says is wrong."""
    validator = Draft202012Validator(reference("dsa-sor.schema.json"), format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(form)]


def today(plan: dict[str, Any]) -> dict[str, Any]:
    """Move the plan of 2017 into the database's time."""
    plan["decision"]["from"] = "2026-11-23T12:00:00Z"
    for row in (*plan["members"], *plan["changes"]):
        for name in ("review_on", "until"):
            if row.get(name):
                row[name] = "2026-12-22"
    return plan


def statement_of(plan: dict[str, Any], account: str, **changes: Any) -> StatementOfReasons:
    values: dict[str, Any] = {"decision_id": "D-1", "applied_at": APPLIED, "informed_at": APPLIED}
    issued = statements_from_plan(plan, Issue(**{**values, "platform_name": "Birdsong", **changes}))
    return next(s for s in issued if s.subject.account_id == account)


def form_of(
    plan: dict[str, Any],
    account: str,
    terms: DsaTerms = TERMS,
    at: AccountAtDecision = ACCOUNT,
    **changes: Any,
) -> dict[str, Any]:
    return dsa_form(statement_of(plan, account, **changes), plan, terms, at)


def refused(
    plan: dict[str, Any],
    account: str,
    terms: DsaTerms = TERMS,
    at: AccountAtDecision = ACCOUNT,
    **changes: Any,
) -> str:
    with pytest.raises(DebarError) as caught:
        form_of(plan, account, terms, at, **changes)
    assert caught.value.code == "DBR-N005"
    return "\n".join(caught.value.details)


def test_a_ban_is_a_partial_termination_without_end(plan: dict[str, Any]) -> None:
    """Advertising ends, the account goes on: no account closed, no payment withheld, no end date."""
    form = form_of(today(plan), "a-rt")
    assert form["decision_provision"] == "DECISION_PROVISION_PARTIAL_TERMINATION"
    assert not [
        n
        for n in form
        if n.startswith(("end_date", "decision_account", "decision_monetary", "decision_visibility"))
    ]
    assert (form["content_date"], form["application_date"]) == ("2021-03-15", "2026-11-23")
    assert (form["automated_detection"], form["automated_decision"]) == (
        "No",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
    )
    assert schema_faults(form) == []


def test_an_interim_suspension_is_a_partial_suspension_with_its_end(plan: dict[str, Any]) -> None:
    """The end of the suspension is the day of its review; the account is not closed either."""
    form = form_of(today(plan), "f-front")
    assert form["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert form["end_date_service_restriction"] == "2026-12-22"
    assert "decision_account" not in form
    assert form["automated_detection"] == "Yes"
    assert schema_faults(form) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_form_fits_the_schema_in_every_language(plan: dict[str, Any], language: str) -> None:
    """All accounts, with and without running ads, from own initiative and from a notification."""
    today(plan)
    for account in ("a-rt", "a-sputnik", "f-front", "f-second"):
        for ads in (0, 12):
            for source in (
                Source(type="own initiative", identity="x"),
                Source(type="notification", identity="ODNI"),
            ):
                at = AccountAtDecision(registered_on=date(2009, 1, 1), running_ads_count=ads)
                form = form_of(plan, account, TERMS, at, language=language, source=source)
                assert schema_faults(form) == []
                assert ("source_identity" in form) == (source.type != "own initiative")
                assert form.get("decision_visibility") == (
                    ["DECISION_VISIBILITY_CONTENT_DISABLED"] if ads else None
                )


def test_a_sanctions_case_names_the_law(plan: dict[str, Any]) -> None:
    """An illegal ground needs its article, and carries nothing of the other ground."""
    today(plan)
    terms = DsaTerms(
        category=CIVIC, ground="illegal", legal_ground="Regulation (EU) No 833/2014, Article 2f, Annex XV"
    )
    form = form_of(plan, "a-rt", terms)
    assert form["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert not [name for name in form if name.startswith("incompatible")]
    assert schema_faults(form) == []
    assert "illegal_content_legal_ground" in refused(plan, "a-rt", DsaTerms(category=CIVIC, ground="illegal"))


def test_the_decision_of_2017_is_refused(plan: dict[str, Any]) -> None:
    """The database takes no decision from before 2020, and the refusal says so."""
    applied = datetime(2017, 10, 26, 12, tzinfo=UTC)
    why = refused(plan, "a-rt", applied_at=applied, informed_at=applied)
    assert why == "application_date: 2017-10-26 is before 2020-01-01, the database's first day"


def test_all_that_is_wrong_is_said_at_once(plan: dict[str, Any]) -> None:
    """Category, registration, rule, territory and source: five faults, five sentences."""
    today(plan)
    plan["decision"].update(territories=["US"], rule={"id": "not stated", "version": "", "url": ""})
    why = refused(
        plan,
        "a-rt",
        DsaTerms(),
        AccountAtDecision(registered_on=None),
        source=Source(type="rumour", identity=None),
    )
    assert [line.partition(":")[0] for line in why.splitlines()] == [
        "content_date", "category", "incompatible_content_ground", "source_type", "territorial_scope",
    ]  # fmt: skip


def test_a_lift_is_refused(plan: dict[str, Any]) -> None:
    """The database knows no reversal; ours stands in our own record."""
    today(plan)["changes"][0]["action"] = "lift"
    assert refused(plan, "a-rt").startswith("a lift: the database takes restrictions only")


def test_facts_that_do_not_fit_are_refused_not_cut(plan: dict[str, Any]) -> None:
    """Five thousand characters fit; more is refused with both numbers, and shorter terms help."""
    today(plan)["decision"]["facts"] = "They bought advertising. " * 300
    why = refused(plan, "a-rt")
    assert re.search(r"decision_facts: has \d,\d{3} characters, and 5,000 fit", why)
    assert re.search(r"incompatible_content_explanation: has 7,\d{3} characters, and 2,000 fit", why)
    form = form_of(
        plan, "a-rt", DsaTerms(category=CIVIC, facts="They bought ads.", explanation="Rule 7 ends it.")
    )
    assert form["decision_facts"].startswith("They bought ads. The decision names")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Write to jane.doe@example.com.", "an e-mail address"),
        ("Call +49 30 1234567.", "a phone number"),
        ("Paid from DE89 3704 0044 0532 0130 00.", "a bank account's number"),
        ("Redfern Stories did it too.", "names an account that the decision does not name"),
    ],
)
def test_personal_data_never_leaves(plan: dict[str, Any], text: str, what: str) -> None:
    """What looks like personal data, or names an account that the decision does not, is refused."""
    today(plan)["decision"]["facts"] = text
    assert what in refused(plan, "a-rt")


def test_nobody_is_named_in_a_form(plan: dict[str, Any]) -> None:
    """No name, handle, id or identifier's value of any account stands in a form."""
    today(plan)
    text = json.dumps([form_of(plan, a) for a in ("a-rt-america", "f-front", "f-second")])
    for secret in (
        "America",
        "Redfern",
        "Harbour",
        "@",
        "f-front",
        "a-rt",
        "1057746595367",
        "3f09a1",
        "fb:77",
    ):
        assert secret not in text
    assert "a page" in text


def test_a_country_outside_of_the_area_is_left_out(plan: dict[str, Any]) -> None:
    """Greece is GR, the United Kingdom is not in the list, EU stands for its members."""
    today(plan)["decision"]["territories"] = ["EL", "GB", "NO"]
    assert form_of(plan, "a-rt")["territorial_scope"] == ["GR", "NO"]
    plan["decision"]["territories"] = ["EU"]
    assert len(form_of(plan, "a-rt")["territorial_scope"]) == 27
    plan["decision"]["territories"] = ["worldwide"]
    assert form_of(plan, "a-rt")["territorial_scope"] == list(EEA)


def test_a_call_holds_a_hundred(plan: dict[str, Any]) -> None:
    """250 forms make three calls, nothing lost; one reference twice is refused."""
    form = form_of(today(plan), "a-rt")
    many = [{**form, "puid": f"debar-{i}"} for i in range(250)]
    bodies = list(calls(many))
    assert [len(body["statements"]) for body in bodies] == [100, 100, 50]
    assert many == [f for body in bodies for f in body["statements"]]
    with pytest.raises(DebarError) as caught:
        list(calls([form, form]))
    assert caught.value.code == "DBR-N005"


@pytest.mark.parametrize(
    "table",
    [
        {"categorie": CIVIC}, {"category": 7}, {"keywords": "KEYWORD_OTHER"}, {"ground": "both"}, {"account_type": "person"},
    ],
)  # fmt: skip
def test_terms_of_another_form_are_refused(table: dict[str, Any]) -> None:
    """DBR-N006: a misspelt field or a value of another kind is never passed over."""
    with pytest.raises(DebarError) as caught:
        terms_of(table)
    assert caught.value.code == "DBR-N006"


def test_later_terms_stand_above_earlier_ones() -> None:
    """A file's terms replace the decision's, field by field."""
    got = terms_of({"category": "A", "keywords": ["KEYWORD_OTHER"]}, {"category": CIVIC})
    assert (got.category, got.keywords) == (CIVIC, ("KEYWORD_OTHER",))


def test_the_values_are_the_databases() -> None:
    """Categories, keywords and countries are those of the database, all of them."""
    enums = reference("dsa-sor.enums.json")
    assert set(enums["enums"]["STATEMENT_CATEGORIES"]) == CATEGORIES
    assert set(enums["enums"]["KEYWORDS"]) == KEYWORDS
    assert sorted(enums["eea"]) == list(EEA)


def test_the_references_own_examples_pass_our_checker() -> None:
    """The two examples of decisions on an advertising account are what debar would send."""
    for name in ("sor-ad-ban.json", "sor-interim-suspension.json"):
        assert faults(reference(f"../samples/{name}")) == ()


MUTATIONS = st.tuples(
    st.sampled_from(
        [
            "puid", "decision_provision", "decision_ground", "category", "category_addition", "category_specification",
            "category_specification_other", "content_type", "content_type_other", "content_date", "application_date",
            "territorial_scope", "decision_facts", "source_type", "source_identity", "automated_detection",
            "automated_decision", "end_date_service_restriction", "incompatible_content_ground",
            "illegal_content_explanation", "decision_ground_reference_url", "account_type", "made_up",
        ]
    ),
    st.sampled_from(
        [
            None, "", " ", "x" * 501, "x" * 5001, "Yes", 7, [], ["KEYWORD_OTHER"], ["AT", "AT"], ["XX"], CIVIC, "2026-02-30", "1999-12-31",
            "2019-12-31", "2039-01-01", "DECISION_PROVISION_TOTAL_SUSPENSION", "SOURCE_TRUSTED_FLAGGER", "ünicode", "https://x.example/a b",
            "DECISION_GROUND_ILLEGAL_CONTENT", [CIVIC], {"a": 1}, ["CONTENT_TYPE_TEXT"], "left out",
        ]
    ),
)  # fmt: skip


@given(st.lists(MUTATIONS, min_size=1, max_size=3), st.booleans())
def test_what_our_checker_lets_through_the_schema_lets_through(
    mutations: list[tuple[str, Any]], interim: bool
) -> None:
    """Whatever is done to a form, our checker never accepts one that the database's schema refuses."""
    form = copy.deepcopy(SEED if not interim else {**SEED, "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
                                                   "end_date_service_restriction": "2026-12-22"})  # fmt: skip
    for name, value in mutations:
        if value == "left out":
            form.pop(name, None)
        else:
            form[name] = value
    if not faults(form):
        assert schema_faults(form) == []


SEED: dict[str, Any] = {
    "puid": "debar-1",
    "decision_provision": "DECISION_PROVISION_PARTIAL_TERMINATION",
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Rule 7",
    "incompatible_content_explanation": "It falls under it.",
    "category": CIVIC,
    "content_type": ["CONTENT_TYPE_OTHER"],
    "content_type_other": "Advertising account",
    "content_date": "2021-03-15",
    "application_date": "2026-11-23",
    "territorial_scope": ["DE"],
    "decision_facts": "They bought advertising.",
    "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
}


def test_the_seed_is_a_form() -> None:
    """What the search above starts from is accepted by both."""
    assert faults(SEED) == ()
    assert schema_faults(SEED) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("end_date_service_restriction", "2026-11-22"), ("made_up", "x"), ("puid", "a b"), ("content_date", "1999-12-31"),
        ("application_date", "2019-12-31"), ("category_addition", [CIVIC]), ("category_specification", ["KEYWORD_OTHER"]),
        ("source_identity", "somebody"), ("illegal_content_explanation", "x"), ("decision_facts", None), ("territorial_scope", []),
        ("decision_ground_reference_url", "ftp://x.example"), ("decision_ground_reference_url", "https://[x"),
        ("end_date_visibility_restriction", "2027-01-01"),
    ],
)  # fmt: skip
def test_each_rule_of_the_checker_bites(name: str, value: Any) -> None:
    """What the database's code leaves unchecked, such as an end before the beginning, is checked too."""
    form = {**SEED, name: value}
    if name == "end_date_service_restriction":
        form["decision_provision"] = "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert any(fault.startswith((name, "category_specification_other")) for fault in faults(form))
