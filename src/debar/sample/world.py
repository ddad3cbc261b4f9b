"""Write the world of October 2017: a platform's export, its truth, and what else the story needs.

Law: the same seed and scale give the same bytes; the product reads everything here except ``truth.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.sample import background, bystanders, cast, planted, story, trade
from debar.sample.sheet import (
    ACCOUNT_COLUMNS,
    AD_COLUMNS,
    BILLING_COLUMNS,
    CONTACT_COLUMNS,
    IDENTIFIER_COLUMNS,
    JUDGEMENT_COLUMNS,
    Account,
    Sheet,
    account_rows,
    write_csv,
)
from debar.sample.signups import write_signups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.model.rates import Rates


TEST_CARD: Final = "4242424242424242"
"""A card number that payment providers publish for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was written, and who is who in it.

    Args:
        folder: The platform's folder.
        seed: The seed it was made from.
        counts: Table to its number of rows.
        labels: How the story calls an account, to its id (``rt``, ``agency``, ``komplekt`` ...).
        parts: Account id to the part it plays, for the accounts of the story and its bystanders.
        signups: The same labels for the sign-ups; ``returns`` is the one that comes back.
        flaws: How many flawed rows were planted.
    """

    folder: Path
    seed: int
    counts: Mapping[str, int]
    labels: Mapping[str, str]
    parts: Mapping[str, str]
    signups: Mapping[str, str]
    flaws: int

    def ids(self, part: str) -> tuple[str, ...]:
        """Return the account ids that play a part: ``named``, ``linked``, ``front``, ``sputnik`` ..."""
        return tuple(sorted(account for account, played in self.parts.items() if played == part))


def write_world(
    folder: Path,
    *,
    seed: int = 2017,
    scale: float = 1.0,
    rates: Rates,
    progress: Callable[[str], None] | None = None,
    flaws: bool = False,
) -> World:
    """Write the world into a folder.

    Args:
        folder: Made if it does not exist; files of the same names are replaced.
        seed: Any number from 0.
        scale: Size of the background; the story itself is always whole. One gives about 6,000 accounts.
        rates: Published exchange rates from 2011 to 2017: the total is planted with them.
        progress: Called with a sentence now and then.
        flaws: Whether to append some twenty flawed rows.

    Returns:
        Who is who.
    """
    say = progress or (lambda _: None)
    sheet = Sheet(seed=seed)
    say("opening the accounts of the story")
    labels = cast.enter(sheet)
    labels |= bystanders.gather(sheet)
    played = dict.fromkeys(sheet.accounts)
    say("opening the accounts of everybody else")
    owners = background.populate(sheet, seed, scale)
    background.crowd(sheet, seed, owners, scale)
    say("planting the public totals")
    planted.plant(sheet, labels, rates)
    trade.trade(sheet, seed, progress=say)
    story.meet(sheet, labels)
    story.judge(sheet, labels)
    flawed = _plant_flaws(sheet, labels["digest"].account_id) if flaws else 0
    say("writing the files")
    counts = _write_tables(folder, sheet)
    _write_papers(folder, sheet)
    return World(
        folder=folder,
        seed=seed,
        counts=counts,
        labels={label: account.account_id for label, account in labels.items()},
        parts={account_id: sheet.accounts[account_id].part for account_id in played},
        signups=write_signups(folder / "signups", seed),
        flaws=flawed,
    )


def _write_tables(folder: Path, sheet: Sheet) -> dict[str, int]:
    """Write the tables; return how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    accounts = account_rows(sorted(sheet.accounts.values(), key=lambda account: account.account_id))
    counts = {}
    for name, columns, rows in (
        ("accounts", ACCOUNT_COLUMNS, accounts),
        ("identifiers", IDENTIFIER_COLUMNS, sheet.identifiers),
        ("ads", AD_COLUMNS, sheet.ads),
        ("billing", BILLING_COLUMNS, sheet.billing),
        ("contacts", CONTACT_COLUMNS, sheet.contacts),
        ("judgements", JUDGEMENT_COLUMNS, sheet.judgements),
    ):
        write_csv(folder / f"{name}.csv", columns, rows)
        counts[name] = len(rows)
    return counts


def _write_papers(folder: Path, sheet: Sheet) -> None:
    """Write what stands beside the tables: the declaration, the truth, the authority, the denial."""
    platform = f'# {story.NOTICE}\nname = "sample platform, October 2017"\n'
    (folder / "platform.toml").write_bytes(platform.encode())
    (folder / "truth.json").write_bytes(_json({a.account_id: _truth(a) for a in sheet.accounts.values()}))
    (folder / "authority.json").write_bytes(_json(story.AUTHORITY))
    (folder / "denial.txt").write_bytes(story.DENIAL.encode())


def _truth(account: Account) -> dict[str, str]:
    return {"owner": account.owner, "part": account.part}


def _json(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _plant_flaws(sheet: Sheet, account_id: str) -> int:
    """Append flawed identifiers, ads and billing rows.

    Args:
        sheet: Where the rows go.
        account_id: The account that most of them name.

    Returns:
        How many flawed rows were added.
    """
    before = len(sheet.identifiers) + len(sheet.ads) + len(sheet.billing)
    for number, (kind, service_day, amount, currency) in enumerate(
        (
            ("delivered", "2016-03-01", "1,234.50", "USD"),
            ("delivered", "2016-03-02", "1.234,50", "USD"),
            ("delivered", "2016-03-03", "None", "USD"),
            ("delivered", "2016-03-04", "≤100", "USD"),
            ("delivered", "2016-03-05", "NaN", "USD"),
            ("delivered", "2016-03-06", "1e400", "USD"),
            ("delivered", "2016-03-07", "12.00", "QQQ"),
            ("gift", "2016-03-08", "12.00", "USD"),
            ("delivered", "1969-12-31", "12.00", "USD"),
            ("delivered", "2101-01-01", "12.00", "USD"),
            ("delivered", "31.02.2016", "12.00", "USD"),
            ("refund", "2016-03-09", "-12.00", "USD"),
        )
    ):
        sheet.billing.append(
            (f"flaw{number:02d}", account_id, kind, service_day, amount, currency, "", "", "", "", "", "", "")
        )
    first = sheet.billing[0]
    sheet.billing.append((*first[:4], "99.99", *first[5:]))
    for kind, value in (
        ("card", TEST_CARD),
        ("email", "not an address"),
        ("phone", "n/a"),
        ("ip", "300.1.1.1"),
        ("ip", "10.0.0.8"),
    ):
        sheet.identifiers.append((account_id, kind, value, "owner", "2016-01-01", "2016-02-01", ""))
    sheet.identifiers.append(("nobody", "email", "a.stranger@lost.example", "owner", "", "", ""))
    sheet.identifiers.append(
        (account_id, "device", "dev-flawedflawed", "owner", "2016-02-01", "2016-01-01", "")
    )
    sheet.ads.append(
        (
            "flaw-ad", account_id, "2016-05-02T10:00:00Z", "2016-05-01T10:00:00Z", "2016-05-02 09:00",
            "ends before it begins", "https://", "", "", "-5", "", "12.00", "USD",
        )
    )  # fmt: skip
    return len(sheet.identifiers) + len(sheet.ads) + len(sheet.billing) - before
