"""A small platform's files, a register with keys, and the command line over them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from debar.cli.commands import debar

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ACCOUNTS = """account_id,name,legal_name,handle,declared_agency
N1,Northwind,Northwind Broadcasting Ltd,@northwind,
N2,Northwind Sport,Northwind Broadcasting Ltd,@nwsport,
N3,Harbour Clips,,@harbourclips,
B1,Bakery Linden,Linden GmbH,,
B2,Blue Media,Blue Media LLC,,true
"""
IDENTIFIERS = """account_id,kind,value
N1,legal_id,NW-100
N2,legal_id,NW-100
N1,email,desk@northwind.example
N3,email,desk@northwind.example
N1,page,northwind-page
N3,page,northwind-page
N1,card,fp-77aa
N3,card,fp-77aa
N1,card,fp-blue
B1,card,fp-blue
B2,card,fp-blue
B1,email,hallo@linden.example
B1,legal_id,LI-1
"""
DECISION = """ground = "incompatible with the advertising policy"
facts = "It promoted posts aimed at voters."
surfaces = ["all"]
territories = ["worldwide"]
authorities = []
rule = { id = "ads-7", version = "2017-10", url = "https://example.org/ads-7" }
"""
BILLING = """event_id,account_id,kind,service_day,amount,currency
e1,N1,delivered,2016-05-02,1000.00,USD
e2,N2,delivered,2016-05-03,200.00,EUR
e3,N3,delivered,2016-06-01,50.00,USD
e4,N1,refund,2016-05-02,10.00,USD
e5,B1,delivered,2016-05-02,9000000.00,USD
"""


@dataclass(frozen=True)
class Desk:
    """Somebody's folder with a platform, keys and a register."""

    folder: Path

    def run(self, *arguments: str, code: int = 0) -> Result:
        """Run a command in the folder and insist on its exit code."""
        result = CliRunner().invoke(
            debar, [str(a) for a in arguments], env={"DEBAR_REGISTER": str(self.folder / "debar.register")}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with --json and return its document."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def path(self, name: str) -> str:
        """Return a file of the folder."""
        return str(self.folder / name)

    def plan(self, *more: str) -> str:
        """Make a plan by Ana and return its file."""
        out = self.path("plan.json")
        self.run(
            "plan",
            self.path("export"),
            "Northwind Broadcasting Ltd",
            "--key",
            self.path("ana.key"),
            "--out",
            out,
            "--decision",
            self.path("decision.toml"),
            *more,
        )
        return out

    def applied(self) -> str:
        """Plan, approve and apply; return the decision."""
        plan = self.plan()
        self.run("approve", plan, "--key", self.path("ben.key"))
        return str(self.json("apply", plan, "--key", self.path("ana.key"))["decision_id"])


def set_up(folder: Path) -> Desk:
    """Make a small export, three keys, a decision and a register in a folder."""
    export = folder / "export"
    export.mkdir()
    (export / "accounts.csv").write_text(ACCOUNTS)
    (export / "identifiers.csv").write_text(IDENTIFIERS)
    (export / "billing.csv").write_text(BILLING)
    (folder / "decision.toml").write_text(DECISION)
    made = Desk(folder=folder)
    for name in ("ana", "ben", "cem"):
        made.run("key", "new", name, "--out", made.path(f"{name}.key"))
    made.run(
        "register", "init", "--origin", "ads.example.org/debar",
        "--proposer", made.path("ana.key"), "--approver", made.path("ben.key"),
    )  # fmt: skip
    return made
