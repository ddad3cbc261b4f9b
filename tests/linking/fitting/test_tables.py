"""The printed model is the model."""

from __future__ import annotations

import re

from debar.evidence.parameters import ROLES, default_parameters, grade_of, shared_code
from debar.linking.fitting.tables import render_model
from debar.model.identifiers import FAMILIES


def test_every_family_and_relation_is_printed_with_its_weights() -> None:
    """Each weight of one shared kind stands in the text, in bits."""
    parameters = default_parameters(5_000)
    text = render_model(parameters)
    assert list(FAMILIES) == re.findall(r"^(\w+)$", text, re.MULTILINE)
    assert 2 * len(FAMILIES) * len(ROLES) == len(re.findall(r"^    \w+ +overt ", text, re.MULTILINE))
    weight = parameters.weight("legal", "overt", shared_code(grade_of("legal_id", 3, "operator"), 1))
    (row,) = re.findall(
        r"^    operator +overt (.*)$", text.split("\nlegal\n")[1].split("weak kinds")[0], re.MULTILINE
    )
    assert f"{weight / 1000:+.2f}" == row.split()[1]
    assert "uncalibrated" in text
