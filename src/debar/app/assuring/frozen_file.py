"""The file of a calibration: the weights that reviewers checked, frozen with what they found.

Law: a calibration never leaves the weights that it was fitted on, so that a fresh export of the same platform
is weighed, and stays calibrated, as before. What was made for other evidence is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.evidence.parameters import Parameters
from debar.model.problem import EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.model.policy import Policy

VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Weights with their calibration, and what makes them mean something.

    Args:
        parameters: The weights; their calibration is set.
        key_id: The key that the platform's values were hashed with: another key is another platform.
        families: Kinds that the operator had added, to their family.
        crowd_cap: Above it a value was no evidence.
    """

    parameters: Parameters
    key_id: str
    families: Mapping[str, str]
    crowd_cap: int

    def text(self) -> str:
        """Write the file."""
        document = {
            "version": VERSION,
            "key_id": self.key_id,
            "families": dict(self.families),
            "crowd_cap": self.crowd_cap,
            "parameters": self.parameters.as_json(),
        }
        return json.dumps(document, ensure_ascii=False) + "\n"

    def refuse_elsewhere(self, key_id: str, policy: Policy) -> None:
        """Refuse to weigh a platform that these weights were not made for.

        Raises:
            DebarError: DBR-A091, it differs in the key, the families or the crowd cap.
        """
        differs = [
            f"{name}: {before} then, {now} now"
            for name, before, now in (
                ("key", self.key_id, key_id),
                ("families", dict(self.families), dict(policy.families)),
                ("crowd_cap", self.crowd_cap, policy.crowd_cap),
            )
            if before != now
        ]
        if differs:
            raise DebarError(
                "DBR-A091",
                "the calibration was made for other evidence",
                details=tuple(differs),
                hint="run debar links --labels again: the reviewed pairs stay good",
                exit_code=EXIT_REFUSED,
            )


def read_frozen(path: Path) -> Frozen:
    """Read the file.

    Raises:
        DebarError: DBR-A091, it is none.
    """
    try:
        return _frozen(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DebarError(
            "DBR-A091",
            f"this is no calibration: {error.__class__.__name__}",
            place=Place(file=path.name),
            hint="debar links PLATFORM --labels FILE --freeze calibration.json writes one",
        ) from None


def _frozen(document: Any) -> Frozen:  # noqa: ANN401 - what a file holds
    if document["version"] != VERSION or "calibration" not in document["parameters"]:
        raise ValueError("no calibration of this version")
    return Frozen(
        parameters=Parameters.from_json(document["parameters"]),
        key_id=str(document["key_id"]),
        families={str(kind): str(family) for kind, family in document["families"].items()},
        crowd_cap=int(document["crowd_cap"]),
    )
