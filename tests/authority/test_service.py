"""A matching service: what it is asked, what it says, and what of it is believed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from authority_lists import entity, sanction
from debar.authority.hits import Account
from debar.authority.problems import Findings
from debar.authority.service import answers_of, queries_of
from debar.model.problem import DebarError
from debar.stores.yente import Yente
from desks import Desk, set_up
from outsiders import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

NORTHWIND = entity(
    "NK-1", "Company", name="Northwind Broadcasting", registrationNumber="NW-100", country="ru"
)
STRANGER = entity("NK-2", "Company", name="Quite Another Name", topics=["sanction"], country="ru")


def account(number: int, **values: str) -> Account:
    """Make an account."""
    made = {"name": f"Name {number}", "legal_name": "", "handle": "", "country": "DE", **values}
    return Account(account_id=f"a{number}", **made)


class Asked(BaseHTTPRequestHandler):
    """Answers as the protocol says: two entities for Northwind, an error for nobody's dataset."""

    bodies: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Match."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/match/default" or self.headers["Content-Type"] != "application/json":
            self._answer(404, {"detail": "No such dataset"})
            return
        self.bodies.append(body)
        responses = {}
        for name, query in body["queries"].items():
            results = []
            if "Northwind Broadcasting Ltd" in query["properties"]["name"]:
                for one, score, match in (
                    (NORTHWIND, 0.93, True),
                    (STRANGER, 0.81, True),
                    (STRANGER, 0.2, False),
                ):
                    explained = {"name_match": {"score": score, "detail": "", "query": "", "candidate": ""}}
                    results.append({**one, "score": score, "match": match, "explanations": explained})
            status = 500 if name == "B1" else 200
            responses[name] = {"status": status, "query": query, "results": results}
        self._answer(200, {"responses": responses, "limit": 5})

    def do_GET(self) -> None:
        """Give an entity with its listings."""
        one = {"/entities/NK-1?nested=true": NORTHWIND, "/entities/NK-2?nested=true": STRANGER}.get(self.path)
        if one is None:
            self._answer(404, {"detail": "No such entity"})
            return
        nested = {**one["properties"], "sanctions": [sanction(one["id"])]}
        self._answer(200, {**one, "properties": nested})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def service() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run the service; yield its address and what it is asked."""
    bodies: list[dict[str, Any]] = []
    with serving(type("Served", (Asked,), {"bodies": bodies})) as address:
        yield address, bodies


def test_a_call_holds_at_most_a_hundred_queries_each_under_its_own_id() -> None:
    """No two queries share an id, and no query holds anything sensitive."""
    calls = list(
        queries_of((account(n) for n in range(205)), {"a7": [("legal_id", "HRB1"), ("email", "0" * 64)]})
    )
    assert [len(call["queries"]) for call in calls] == [100, 100, 5]
    assert all(name == query["id"] for call in calls for name, query in call["queries"].items())
    assert calls[0]["queries"]["a7"]["properties"] == {
        "name": ["Name 7"],
        "country": ["de"],
        "registrationNumber": ["HRB1"],
    }


def test_an_account_without_a_name_is_not_asked_about() -> None:
    """There is nothing to match."""
    assert list(queries_of([account(1, name="")], {})) == []


@pytest.mark.parametrize(
    "response", [{"status": 500, "results": []}, {"status": 200}, {"status": 200, "results": [7]}, "broken"]
)
def test_a_query_without_an_answer_is_a_problem(response: object) -> None:
    """DBR-O025: an account that was not compared is not taken for one without a hit."""
    findings = Findings()
    assert list(answers_of({"responses": {"a1": response}}, "service", findings)) == []
    assert findings.counts == {"DBR-O025": 1}


@pytest.mark.parametrize(("path", "why"), [("/match/nobodys", "No such dataset"), ("/x/y", "status 404")])
def test_a_server_of_another_kind_is_refused_with_what_it_says(path: str, why: str) -> None:
    """DBR-S062: an answer of another form is no answer."""
    with service() as (address, _), pytest.raises(DebarError, match="DBR-S062") as error:
        Yente(address + path).match({"queries": {}})
    assert why in str(error.value)


def test_an_address_that_is_none_is_refused() -> None:
    """DBR-S062: only the web is spoken."""
    with pytest.raises(DebarError, match="DBR-S062"):
        Yente("ftp://example.org")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk with a platform and a register."""
    return set_up(tmp_path_factory.mktemp("desk"))


def test_a_service_is_asked_and_its_answers_are_judged_as_a_lists(desk: Desk) -> None:
    """Our own comparison grades the hits; where it does not agree, the service's word stands as the service's."""
    with service() as (address, bodies):
        result = desk.run("screen", desk.path("export"), "--yente", address, "--json")
    document = json.loads(result.output)
    told = {
        (hit["account_id"], hit["entity"]): (hit["grade"], hit["outside_score"]) for hit in document["hits"]
    }
    assert told == {
        ("N1", "NK-1"): ("corroborated", "0.930"),
        ("N2", "NK-1"): ("corroborated", "0.930"),
        ("N1", "NK-2"): ("service", "0.810"),
        ("N2", "NK-2"): ("service", "0.810"),
    }
    stranger = next(hit for hit in document["hits"] if hit["entity"] == "NK-2")
    assert stranger["evidence"] == [
        "the service scores it 0.810 (name_match 0.81); debar's own comparison does not find it"
    ]
    assert stranger["measure"] == "asset freeze"
    assert [problem["code"] for problem in document["problems"]] == ["DBR-O025"]
    assert "desk@northwind" not in json.dumps(bodies)
    assert len(bodies) == 1
