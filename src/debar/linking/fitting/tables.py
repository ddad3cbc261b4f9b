"""The model as tables that a person can read and a statistician can check.

Law: these are the weights that are used, all of them, in bits; nothing is rounded but the print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import CROWD_BUCKETS, RELATIONS, ROLES, shared_code
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.evidence.parameters import Parameters

CROWDS: Final = ("2", "3-4", "5-8", "9-16", "17-32", "33+")
"""What the crowd buckets are called."""

STRENGTHS: Final = ("strong kinds", "weak kinds")


def render_model(parameters: Parameters) -> str:
    """Write the tables of a model as text.

    For each family: what "nothing shared" weighs, then the weight of one shared kind by crowd and role, then
    what a second and a third kind add where the first is a pair's own; a row a relation. Codes with more
    kinds in other crowds stand in the JSON form (:meth:`debar.evidence.parameters.Parameters.as_json`).
    """
    word = "calibrated" if parameters.calibrated else "uncalibrated"
    lines = [
        f"model {parameters.version} ({word}): log2 odds against unrelated, in bits",
        "before any evidence: "
        + ", ".join(f"{name} {parameters.prior[name] / 1000:+.2f}" for name in RELATIONS),
    ]
    for family in FAMILIES:
        lines += ["", family, *_family(family, parameters)]
    return "\n".join(lines)


def _family(family: str, parameters: Parameters) -> Iterator[str]:
    none = ", ".join(f"{name} {parameters.weight(family, name, 1) / 1000:+.2f}" for name in RELATIONS)
    yield f"  nothing shared: {none}"
    for weak, strength in enumerate(STRENGTHS):
        yield f"  {strength:<24}" + "".join(f"{crowd:>9}" for crowd in CROWDS)
        for role in ROLES:
            for name in RELATIONS:
                cells = (
                    parameters.weight(family, name, shared_code(_grade(weak, bucket, role), 1))
                    for bucket in range(len(CROWD_BUCKETS) + 1)
                )
                yield f"    {role:<12}{name:<10}" + "".join(f"{cell / 1000:+9.2f}" for cell in cells)
    more = (
        f"{name} {_more(family, name, 2, parameters):+.2f} and {_more(family, name, 3, parameters):+.2f}"
        for name in RELATIONS
    )
    yield f"  a second and a third kind: {', '.join(more)}"


def _grade(weak: int, bucket: int, role: str) -> int:
    return (weak * (len(CROWD_BUCKETS) + 1) + bucket) * len(ROLES) + ROLES.index(role)


def _more(family: str, relation: str, kinds: int, parameters: Parameters) -> float:
    one = parameters.weight(family, relation, shared_code(0, 1))
    return (parameters.weight(family, relation, shared_code(0, kinds)) - one) / 1000
