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
CONTACTS = """contact_id,account_id,at,counterpart,direction,channel,by,subject,offer_amount,offer_currency
c1,N1,2016-04-12T10:00:00Z,sales,outgoing,presentation,sol,package for the election,1500000.00,USD
c2,N3,2016-05-12T10:00:00Z,sales,outgoing,call,sid,follow-up,,
c3,B1,2016-05-12T10:00:00Z,sales,outgoing,call,sid,cakes,,
"""
CHAIN_ACCOUNTS = "N4,Cove Films,,@covefilms,\n"
"""An account that hangs on N3 alone: it shares nothing with a named one."""
CHAIN_IDENTIFIERS = """N3,email,bills@cove.example
N4,email,bills@cove.example
N3,page,cove-page
N4,page,cove-page
N3,card,fp-c0fe
N4,card,fp-c0fe
"""
CHAIN_BILLING = """e6,N4,delivered,2016-06-02,7.00,USD
e7,N3,prepay,2016-06-01,30.00,USD
e8,N3,prepay_draw,2016-06-02,10.00,USD
"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody's folder with a platform, keys and a register: a file there, or a database with its key there."""

    folder: Path
    database: str = ""

    def run(self, *arguments: str, code: int = 0) -> Result:
        """Run a command in the folder and insist on its exit code."""
        environment = {"DEBAR_REGISTER": self.database or self.path("debar.register")}
        if self.database:
            environment["DEBAR_REGISTER_KEY"] = self.path("debar.register.key")
        result = CliRunner().invoke(debar, [str(a) for a in arguments], env=environment)
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

    def enrolled(self, name: str, role: str) -> str:
        """Make and enrol a key where there is none yet; return its file."""
        path = self.folder / f"{name}.key"
        if not path.exists():
            self.run("key", "new", name, "--out", str(path))
            self.run("register", "enrol", "--key", str(path), "--role", role, "--by", self.path("ben.key"))
        return str(path)


@dataclass(frozen=True, kw_only=True)
class Decided(Desk):
    """A desk on which the decision is in force; dora hears appeals, eve keeps the files."""

    decision: str

    def change(self, verb: str, *words: str, by: str = "ana", code: int = 0) -> Any:
        """Plan to change the decision; return the plan's document."""
        made = (
            verb,
            self.decision,
            *words,
            "--key",
            self.path(f"{by}.key"),
            "--out",
            self.path("change.json"),
        )
        return self.json(*made, code=code)

    def change_refused(self, verb: str, *words: str, code: int = 1) -> str:
        """Plan a change that must be refused, and return the message."""
        made = (verb, self.decision, *words, "--key", self.path("ana.key"), "--out", self.path("change.json"))
        return self.run(*made, code=code).stderr

    def carry_out(self, by: str = "ana") -> Any:
        """Approve and apply the change; return what was done."""
        self.run("approve", self.path("change.json"), "--key", self.path("ben.key"))
        return self.json("apply", self.path("change.json"), "--key", self.path(f"{by}.key"))

    def lifted(self, *words: str) -> Any:
        """Lift the decision for some accounts, all the way."""
        self.change("lift", *words, "--reason", "the card was resold")
        return self.carry_out()

    def step(self, *words: str, by: str = "eve", code: int = 0) -> Any:
        """Take a step of an appeal and return the document."""
        return self.json("appeal", *words, "--key", self.path(f"{by}.key"), code=code)

    def refused(self, *words: str, by: str = "eve", code: int = 1) -> str:
        """Take a step that must be refused and return the message."""
        return self.run("appeal", *words, "--key", self.path(f"{by}.key"), code=code).stderr

    def link(self, account: str = "N3") -> str:
        """Return the link of an account's holder."""
        return str(self.json("appeal", "link", self.decision, account)["link"])

    def filed(self, account: str = "N3", *more: str) -> str:
        """File by link and return the appeal's id."""
        filing = ("appeal", "file", "--link", self.link(account), "--ground", "We never owned that card.")
        return str(self.json(*filing, *more)["appeal_id"])

    def in_review(self, account: str = "N3") -> str:
        """Bring an appeal to its reviewer, dora."""
        appeal = self.filed(account)
        for step in (("acknowledge", appeal), ("admit", appeal), ("assign", appeal, "--reviewer", "dora")):
            self.step(*step)
        self.step("review", appeal, by="dora")
        return appeal


def set_up(folder: Path, *, database: str = "") -> Desk:
    """Make a small export, three keys, a decision and a register in a folder."""
    export = folder / "export"
    export.mkdir()
    (export / "accounts.csv").write_text(ACCOUNTS)
    (export / "identifiers.csv").write_text(IDENTIFIERS)
    (export / "billing.csv").write_text(BILLING)
    (folder / "decision.toml").write_text(DECISION)
    made = Desk(folder=folder, database=database)
    for name in ("ana", "ben", "cem"):
        made.run("key", "new", name, "--out", made.path(f"{name}.key"))
    made.run(
        "register", "init", "--origin", "ads.example.org/debar",
        "--proposer", made.path("ana.key"), "--approver", made.path("ben.key"),
    )  # fmt: skip
    return made
