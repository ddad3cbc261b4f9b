"""Open a platform: read it into an engine, with the operator's key, policy and reviewers' words.

Law: the same folder, key and register make the same tables.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from debar.app.assuring.frozen_file import read_frozen
from debar.evidence.keying import HashKey
from debar.evidence.parameters import default_parameters
from debar.intake.reading import read_platform
from debar.linking.counting.numbering import number_rows
from debar.linking.creative.evidence import derive_evidence
from debar.linking.fitting.fit import fit_parameters
from debar.linking.handovers import split_accounts
from debar.linking.joint import find_joint_accounts
from debar.linking.links import ensure_counted
from debar.linking.steps import judged_step
from debar.model.problem import DebarError, Place
from debar.register.address import PostgresAddress, home_of, is_there, open_register
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.keys import load_register_secrets
from debar.stores.outside import read_high_availability, read_peers, read_witnesses
from debar.stores.policy import read_policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.cases.referrals import ReferralPolicy
    from debar.evidence.parameters import Parameters
    from debar.intake.reading import Platform
    from debar.model.policy import Policy
    from debar.register.address import RegisterAddress
    from debar.register.drafts import Judgement
    from debar.register.published.witnesses import WitnessPolicy

PUBLIC_KEY = HashKey(
    key_id="public-default", secret=hashlib.sha256(b"debar public default hashing key").digest()
)
"""Where no register is named, values are hashed under this key, which everybody knows: for looking only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The world in which a verb runs.

    Args:
        register: Where the register is, if one is named.
        policy_file: ``debar.toml``, if one is named.
        progress: Is told what is being done, on long work.
        calibration_file: Frozen weights with their calibration, if they are named.
    """

    register: RegisterAddress | None = None
    policy_file: Path | None = None
    progress: Callable[[str], None] | None = None
    calibration_file: Path | None = None

    def say(self, text: str) -> None:
        """Tell the progress."""
        if self.progress is not None:
            self.progress(text)

    def policy(self) -> Policy:
        """Read the operator's policy."""
        return read_policy(self.policy_file)

    def witnesses(self) -> WitnessPolicy:
        """Read which outside witnesses the operator asks for."""
        return read_witnesses(self.policy_file)

    def referrals(self) -> ReferralPolicy:
        """Read which peers the operator exchanges lists with."""
        return read_peers(self.policy_file)

    def hash_key(self) -> HashKey:
        """Return the register's hashing key, or the public default where no register is named."""
        if self.register is None:
            return PUBLIC_KEY
        return load_register_secrets(home_of(self.register)).hash_key

    def register_home(self) -> Path:
        """Return what the files that belong to the register are called after.

        Raises:
            DebarError: DBR-A001, no register is named; DBR-R051, no key file of a database is.
        """
        return home_of(self.register_address())

    def register_address(self) -> RegisterAddress:
        """Return where the register is.

        Raises:
            DebarError: DBR-A001, no register is named.
        """
        if self.register is None:
            raise DebarError(
                "DBR-A001",
                "this needs a register",
                hint="--register FILE or postgresql://..., or the environment variable DEBAR_REGISTER;"
                " make one with debar register init",
            )
        if isinstance(self.register, PostgresAddress) and read_high_availability(self.policy_file):
            return replace(self.register, high_availability=True)
        return self.register


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A platform's tables in an engine.

    Args:
        engine: Holds the normalised tables.
        platform: What was read, and its problems.
        policy: The operator's policy.
        parameters: The frozen weights, if a calibration is named; else the default ones for a platform of
            this size, until :func:`fitted` fits them.
    """

    engine: DuckEngine
    platform: Platform
    policy: Policy
    parameters: Parameters


def open_platform(source: Path, setting: Setting) -> Opened:
    """Read a platform, whole, and add the register's judgements to its own.

    Raises:
        DebarError: DBR-A002, there is nothing at the path; or what intake refuses.
    """
    if not source.exists():
        raise DebarError(
            "DBR-A002",
            "there is no platform here",
            place=Place(file=str(source)),
            hint="a folder of CSV, Parquet or JSON Lines files, or a DuckDB file: see docs/platform.md",
        )
    policy = setting.policy()
    engine = DuckEngine()
    platform = read_platform(
        engine, source, key=setting.hash_key(), families=policy.families, progress=setting.progress
    )
    if setting.register is not None and is_there(setting.register):
        with open_register(setting.register, read_only=True) as register:
            add_judgements(engine, register.judgements())
    parameters = default_parameters(max(1, platform.tables["accounts"]))
    if setting.calibration_file is not None:
        frozen = read_frozen(setting.calibration_file)
        frozen.refuse_elsewhere(platform.key_id, policy)
        parameters = frozen.parameters
    return Opened(engine=engine, platform=platform, policy=policy, parameters=parameters)


def prepare(opened: Opened) -> None:
    """Count a platform's pairs, once: accounts that changed hands split, joint ones found, ads compared."""
    engine = opened.engine
    if not engine.columns("joint_accounts"):
        read_evidence(engine)
        number_rows(engine)  # once, for hand-overs and pairs
        split_accounts(engine)
    ensure_counted(engine, opened.policy)


def read_evidence(engine: DuckEngine) -> None:
    """Find a platform's joint accounts, and what its ads tell of who is behind them."""
    find_joint_accounts(engine)
    derive_evidence(engine)


def fitted(opened: Opened) -> Opened:
    """Return the platform, its pairs counted, with weights fitted to it; a calibration's stay as they are."""
    prepare(opened)
    if opened.parameters.calibration is not None:
        return opened
    return replace(opened, parameters=fit_parameters(opened.engine))


def add_judgements(engine: DuckEngine, judgements: tuple[Judgement, ...]) -> None:
    """Add reviewers' words from the register; of two words on one pair the later counts."""
    if not judgements:
        return
    columns = engine.columns("judgements")
    rows = engine.rows('SELECT account_a, account_b, judgement, "by", "at", reason FROM judgements')
    added = [
        (j.account_a, j.account_b, j.judgement, j.by, j.at.replace(tzinfo=None), j.reason) for j in judgements
    ]
    engine.load("judgements", columns, [*rows, *added])


def renew_judgements(opened: Opened, judgements: tuple[Judgement, ...]) -> None:
    """Add reviewers' words to a platform that is open already, as if it had been opened after them.

    Args:
        opened: The platform; its pairs may have been counted.
        judgements: Those that it was not opened with.
    """
    engine = opened.engine
    add_judgements(engine, judgements)
    if not judgements or not engine.columns("link_counted"):
        return
    engine.run(judged_step())
    uncounted = engine.rows(
        "SELECT 1 FROM link_judged AS j"
        " WHERE NOT EXISTS (SELECT 1 FROM link_pairs AS p WHERE p.a_no = j.a_no AND p.b_no = j.b_no) LIMIT 1"
    )
    if uncounted:  # two who share nothing were judged: their pair has a pattern to be counted
        engine.drop("link_counted")
