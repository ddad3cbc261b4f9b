"""The frozen tables that a pair is weighed with.

Law: integers only (thousandths of a bit), so that Python, SQL and a browser add up to the same score.
The default tables are judgements, not fits: whoever uses them must say "uncalibrated".

Three relations stand against "unrelated": one owner who does not hide (``overt``), one owner who varies what
it shows (``covert``), and different owners in the same hands (``operator``). Each family of evidence is one
vote: what is shared in it is reduced to one *code*, and each relation has a weight for each code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from debar.evidence.calibration import Calibration
from debar.model.canonical import digest
from debar.model.identifiers import FAMILIES, is_weak

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.evidence.weigh import Weighing

CROWD_BUCKETS: Final = (2, 4, 8, 16, 32)
"""Upper ends of the crowd buckets; a larger crowd falls into the last, open one."""

ROLES: Final = ("independent", "unclear", "operator", "passed_on")
"""How a shared value behaves elsewhere, from an owner's own to an agency's; ``passed_on`` is a value that
the one account had only after the other had ceased to use it: a resold device, a reassigned number."""

OWNER_RELATIONS: Final = ("overt", "covert")
"""Relations in which two accounts have one owner."""

RELATIONS: Final = (*OWNER_RELATIONS, "operator")
"""Relations that are weighed against "unrelated"."""

GRADES: Final = 2 * (len(CROWD_BUCKETS) + 1) * len(ROLES)
"""Grades of one shared value: strength of its kind, then crowd bucket, then role; 0 speaks loudest."""

KINDS_MAX: Final = 3
"""Shared kinds of one family are counted up to this many."""

CODES: Final = 2 + GRADES * KINDS_MAX
"""Codes of a family: 0 not known to both, 1 nothing shared, else 2 + GRADES x (kinds - 1) + grade."""

OPERATOR_MARGIN: Final = (100, 12, 27)
INDEPENDENT_MARGIN: Final = (200, 70, -15)
"""Cuts .12 and .35 of rho = (agreeing + .45) / (with_data + 1.5) in whole numbers (x, y, z): below or
above the cut as ``x * agreeing + z`` is below or above ``y * with_data``; equality cannot happen."""


def crowd_bucket(crowd: int) -> int:
    """Return the index of the bucket that a crowd of accounts falls into, 0 for a pair.

    Example:
        >>> [crowd_bucket(n) for n in (2, 3, 9, 500)]
        [0, 1, 3, 5]
    """
    return sum(crowd > end for end in CROWD_BUCKETS)


def role_of(agreeing: int, with_data: int) -> str:
    """Name the role of a value for one pair, from the *other* pairs that share it.

    Args:
        agreeing: Other pairs on the value that agree in what an owner states and an agency does not: a
            legal identifier where both state one, else a name or a site
            (:data:`debar.model.identifiers.TELLING_FAMILIES`).
        with_data: Other pairs on the value for which that could be seen.

    Example:
        >>> role_of(1, 36), role_of(0, 0), role_of(2, 3)
        ('operator', 'unclear', 'independent')
    """
    assert 0 <= agreeing <= with_data, "whoever agrees has data"
    times, data_times, plus = OPERATOR_MARGIN
    if times * agreeing + plus < data_times * with_data:
        return "operator"
    times, data_times, plus = INDEPENDENT_MARGIN
    return "independent" if times * agreeing + plus >= data_times * with_data else "unclear"


ONE_OWNERS: Final = (5, 4)
"""A value is one owner's if five times the agreeing pairs are at least four times those with data."""


def role_between(others: tuple[int, int], *ends: tuple[int, int]) -> str:
    """Name the role of a value for one pair, from the other pairs on it: the worse that either account shows.

    Where the value without an account is one owner's (:data:`ONE_OWNERS`), all other pairs tell: the account
    may be that owner's covert one. Else several parties hold it, and only its own pairs tell: a large
    owner among an agency's clients must not vouch for the others.

    Args:
        others: (agreeing, with data) over all other pairs on the value.
        ends: The same over those of them that one of the two accounts is in; one item an account.

    Example:
        >>> role_between((36, 45), (8, 9), (0, 9)), role_between((10, 45), (3, 9), (0, 9))
        ('independent', 'operator')
    """
    roles = []
    for agreeing, with_data in ends:
        rest = (others[0] - agreeing, others[1] - with_data)
        whole = rest[1] > 0 and ONE_OWNERS[0] * rest[0] >= ONE_OWNERS[1] * rest[1]
        roles.append(role_of(*others) if whole else role_of(agreeing, with_data))
    return max(roles, key=ROLES.index)


@lru_cache(maxsize=2**16)
def grade_of(kind: str, crowd: int, role: str) -> int:
    """Return the grade of a shared value: 0 speaks loudest for one owner.

    Example:
        >>> grade_of("card", 2, "independent"), grade_of("ip", 2, "independent")
        (0, 24)
    """
    buckets = len(CROWD_BUCKETS) + 1
    return (is_weak(kind) * buckets + crowd_bucket(crowd)) * len(ROLES) + ROLES.index(role)


def shared_code(grade: int, kinds_count: int) -> int:
    """Return the code of a family from its loudest grade and the number of kinds that are shared."""
    assert 0 <= grade < GRADES, f"grade {grade}"
    assert kinds_count >= 1, "something is shared"
    return 2 + GRADES * (min(kinds_count, KINDS_MAX) - 1) + grade


def read_code(code: int) -> tuple[int, int, int, int]:
    """Read a shared code back: (kinds, weak, crowd bucket, role), counted from 1, 0, 0 and 0."""
    assert 2 <= code < CODES, f"code {code} shares nothing"
    kinds_less_one, grade = divmod(code - 2, GRADES)
    rest, role = divmod(grade, len(ROLES))
    weak, bucket = divmod(rest, len(CROWD_BUCKETS) + 1)
    return kinds_less_one + 1, weak, bucket, role


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Weights in thousandths of a bit, for each relation against "unrelated".

    Args:
        version: Name of the tables: ``default-2``, or ``fitted-2`` where they were fitted to a platform.
        accounts_log2: log2 of the number of accounts, in whole bits (thousandths).
        prior: Relation to its log2 odds against "unrelated" before any evidence.
        weights: Family to relation to the weight of each code but 0, which weighs nothing: entry 0 is that
            of code 1, "nothing shared".
        calibration: What reviewed pairs made of these weights: the last step of every weighing; None where
            nobody reviewed any.
        weighed: What was weighed with these tables already; kept because few of all codes ever occur.
    """

    version: str
    accounts_log2: int
    prior: dict[str, int]
    weights: dict[str, dict[str, tuple[int, ...]]]
    calibration: Calibration | None = None
    weighed: dict[tuple[int, ...], Weighing] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def calibrated(self) -> bool:
        """Tell whether reviewed pairs stand behind the probabilities."""
        return self.calibration is not None and self.calibration.fitted

    @property
    def fitted(self) -> bool:
        """Tell whether the tables were fitted to a platform; the default ones are judgements."""
        return self.version.startswith("fitted")

    def weight(self, family: str, relation: str, code: int) -> int:
        """Return what a family with a code adds to a relation's score."""
        return self.weights[family][relation][code - 1] if code else 0

    def as_json(self) -> dict[str, Any]:
        """Return the parameters as a JSON object, as plans and briefs carry them."""
        document: dict[str, Any] = {
            "version": self.version,
            "calibrated": self.calibrated,
            "accounts_log2": self.accounts_log2,
            "prior": dict(self.prior),
            "weights": {
                family: {relation: list(row) for relation, row in rows.items()}
                for family, rows in self.weights.items()
            },
            "crowd_buckets": list(CROWD_BUCKETS),
        }
        if self.calibration is not None:
            document["calibration"] = self.calibration.as_json()
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Parameters:
        """Read the parameters back from the form of :meth:`as_json`.

        Raises:
            ValueError: The document was made for other codes or another correction than this version
                weighs with.
        """
        if tuple(document.get("crowd_buckets", ())) != CROWD_BUCKETS:
            raise ValueError("the parameters were made for other crowd buckets")
        weights = {
            family: {relation: tuple(row) for relation, row in rows.items()}
            for family, rows in document.get("weights", {}).items()
        }
        shapes = {
            (family, relation, len(row)) for family, rows in weights.items() for relation, row in rows.items()
        }
        if shapes != {(family, relation, CODES - 1) for family in FAMILIES for relation in RELATIONS}:
            raise ValueError("the parameters were made for other families, relations or codes")
        reviewed = document.get("calibration")
        read = cls(
            version=document["version"],
            accounts_log2=document["accounts_log2"],
            prior={relation: int(document["prior"][relation]) for relation in RELATIONS},
            weights=weights,
            calibration=None if reviewed is None else Calibration.from_json(reviewed),
        )
        if read.calibrated is not document["calibrated"]:
            raise ValueError("the parameters say of themselves what their calibration does not")
        return read

    def model_sha256(self) -> str:
        """Return the digest of tables and calibration, without the size of the platform they are used on."""
        document = self.as_json()
        del document["accounts_log2"]
        return digest(document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What somebody who knows ad platforms expects of one relation, before seeing one.

    Args:
        others: Other accounts of the platform to which an account stands in this relation, on average.
        shared: Family to the probability that something of it is shared where both are known; for
            ``unrelated`` in multiples of one in the number of accounts.
        crowds: How what is shared spreads over the crowd buckets.
        roles: How it spreads over the roles.
        kinds: How it spreads over one, two, and more kinds.
        strong: Share of strong kinds.
        name_kinds, name_strong: The same of names, whose kinds are forms of one name and no independent
            votes: an equal name is shared in all of them, one that differs in its legal form in fewer.
    """

    others: float
    shared: tuple[float, ...]
    crowds: tuple[float, ...]
    roles: tuple[float, ...]
    kinds: tuple[float, ...]
    strong: float
    name_kinds: tuple[float, ...]
    name_strong: float

    def shape(self, family: str) -> list[float]:
        """Return the distribution over a family's shared codes, in their order."""
        kinds, strong = (self.name_kinds, self.name_strong) if family == "name" else (self.kinds, self.strong)
        rows = []
        for code in range(2, CODES):
            kinds_count, weak, bucket, role = read_code(code)
            strength = 1 - strong if weak else strong
            rows.append(kinds[kinds_count - 1] * strength * self.crowds[bucket] * self.roles[role])
        return rows


JUDGEMENTS: Final[dict[str, Judgement]] = {
    "unrelated": Judgement(
        others=0,
        shared=(0.5, 6, 8, 40, 2, 3),
        crowds=(0.05, 0.06, 0.09, 0.15, 0.25, 0.4),
        roles=(0.05, 0.3, 0.35, 0.3),
        kinds=(0.961, 0.035, 0.004),
        strong=0.4,
        name_kinds=(0.3, 0.5, 0.2),
        name_strong=0.1,
    ),
    "overt": Judgement(
        others=3,
        shared=(0.75, 0.65, 0.5, 0.6, 0.3, 0.6),
        crowds=(0.35, 0.25, 0.2, 0.1, 0.06, 0.04),
        roles=(0.6, 0.3, 0.08, 0.02),
        kinds=(0.6, 0.25, 0.15),
        strong=0.75,
        name_kinds=(0.3, 0.4, 0.3),
        name_strong=0.7,
    ),
    "covert": Judgement(
        others=1,
        shared=(0.04, 0.05, 0.12, 0.6, 0.1, 0.1),
        crowds=(0.45, 0.3, 0.15, 0.06, 0.03, 0.01),
        roles=(0.15, 0.55, 0.25, 0.05),
        kinds=(0.75, 0.2, 0.05),
        strong=0.85,
        name_kinds=(0.4, 0.4, 0.2),
        name_strong=0.4,
    ),
    "operator": Judgement(
        others=2,
        shared=(0.001, 0.05, 0.1, 0.9, 0.1, 0.005),
        crowds=(0.1, 0.15, 0.2, 0.2, 0.2, 0.15),
        roles=(0.05, 0.25, 0.65, 0.05),
        kinds=(0.5, 0.3, 0.2),
        strong=0.75,
        name_kinds=(0.3, 0.4, 0.3),
        name_strong=0.4,
    ),
}
"""The judgements that the default tables are made of, and that a fit starts from and is held to."""

assert all(len(judgement.shared) == len(FAMILIES) for judgement in JUDGEMENTS.values())


def code_probabilities(relation: str, accounts_count: int) -> dict[str, list[float]]:
    """Return how a relation spreads over the codes 1 and up of each family, where both are known.

    Args:
        relation: A key of :data:`JUDGEMENTS`.
        accounts_count: Accounts on the platform: the larger, the rarer is a coincidence.

    Returns:
        Family to ``CODES - 1`` probabilities that sum to one.
    """
    judgement = JUDGEMENTS[relation]
    scale = 1 / accounts_count if relation == "unrelated" else 1.0
    rows = {}
    for family, shared in zip(FAMILIES, judgement.shared, strict=True):
        share = min(0.5, shared * scale)
        rows[family] = [1 - share, *(share * part for part in judgement.shape(family))]
    return rows


def millibits(ratio: float) -> int:
    """Return log2 of a ratio in whole thousandths of a bit.

    Example:
        >>> millibits(8.0)
        3000
    """
    return round(1000 * math.log2(ratio))


def default_parameters(accounts_count: int) -> Parameters:
    """Return the uncalibrated default tables for a platform of a given size.

    Args:
        accounts_count: Accounts on the platform, at least one; rounded up to a power of two, so that
            a fresh export of the same platform weighs the same.
    """
    assert accounts_count >= 1, "a platform has at least one account"
    bits = max(8, (accounts_count - 1).bit_length())
    count = 1 << bits
    unrelated = code_probabilities("unrelated", count)
    related = {relation: code_probabilities(relation, count) for relation in RELATIONS}
    return Parameters(
        version="default-2",
        accounts_log2=1000 * bits,
        prior={relation: millibits(JUDGEMENTS[relation].others / count) for relation in RELATIONS},
        weights={
            family: {
                relation: tuple(
                    millibits(one / other)
                    for one, other in zip(related[relation][family], unrelated[family], strict=True)
                )
                for relation in RELATIONS
            }
            for family in FAMILIES
        },
    )
