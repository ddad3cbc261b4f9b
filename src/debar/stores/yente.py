"""A matching service that speaks yente's protocol, over HTTP.

Law: its answers are data and nothing else; an answer of another form is refused with what it said.
Source: yente 5, ``POST /match/{dataset}``, ``GET /entities/{id}?nested=true``.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.stores.web import get, is_web, post

DATASET: Final = "default"


class Yente:
    """A service at an address.

    Args:
        address: Such as ``http://127.0.0.1:8000``; with ``/match/NAME`` behind it the dataset of that name
            is asked, without it the one called ``default``.
    """

    def __init__(self, address: str) -> None:
        base, found, dataset = address.rstrip("/").partition("/match/")
        self._base = base
        self._dataset = dataset if found else DATASET
        if not is_web(base):
            raise _unfit(address, "it is no address of the web")

    def match(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send queries, at most a hundred; return the answer.

        Raises:
            DebarError: DBR-S060, it cannot be reached; DBR-S062, it answers with something else.
        """
        address = f"{self._base}/match/{quote(self._dataset, safe='')}"
        return _object(address, post(address, json.dumps(body).encode(), content_type="application/json"))

    def entity(self, entity_id: str) -> dict[str, Any]:
        """Return an entity with what is tied to it, such as its listings.

        Raises:
            DebarError: As :meth:`match`.
        """
        address = f"{self._base}/entities/{quote(entity_id, safe='')}?nested=true"
        return _object(address, get(address))


def _object(address: str, answer: tuple[int, bytes]) -> dict[str, Any]:
    status, body = answer
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if status == 200 and isinstance(document, dict):
        return document
    detail = document.get("detail") if isinstance(document, dict) else None
    raise _unfit(address, f"status {status}" + (f": {detail}" if detail else ", and no JSON object"))


def _unfit(address: str, why: str) -> DebarError:
    return DebarError(
        "DBR-S062",
        "the matching service does not answer as yente does",
        place=Place(file=address),
        details=(why,),
        hint="http://HOST:PORT of a yente service, or that with /match/DATASET behind it",
        exit_code=EXIT_REFUSED,
    )
