"""November 2017: new accounts sign up, and one of them has been here before.

Law: a folder of its own, of the same form as a platform's; nothing of it is in the platform's export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.sample.background import equip, make_owner, open_account
from debar.sample.cast import hold_words, value_of
from debar.sample.draws import Draws
from debar.sample.places import BY_CODE
from debar.sample.sheet import (
    ACCOUNT_COLUMNS,
    IDENTIFIER_COLUMNS,
    Account,
    Sheet,
    account_rows,
    day,
    iso,
    write_csv,
)

if TYPE_CHECKING:
    from pathlib import Path

_INNOCENTS: Final = (
    ("hall", "coworking", "Tempelhof Typefaces", "DE", "address.coworking ip.coworking"),
    ("agency client", "agency's client", "Mercado Jacaranda", "MX", "card.agency"),
    ("namesake", "namesake", "RT-Komplekt Ural", "RU", "legal_id.komplekt"),
    ("household", "household", "Соседи Книжный клуб", "RU", "ip.home"),
    ("plain", "advertiser", "", "US", ""),
    ("plain 2", "advertiser", "", "GB", ""),
    ("plain 3", "advertiser", "", "BR", ""),
)
"""Label, part, name, country, and what they share with somebody near the advertiser."""


def write_signups(folder: Path, seed: int) -> dict[str, str]:
    """Write the sign-ups of November 2017.

    Args:
        folder: Where ``accounts.csv``, ``identifiers.csv`` and ``platform.toml`` go.
        seed: The world's seed.

    Returns:
        Label to account id; ``returns`` is the one that comes back.
    """
    sheet = Sheet(seed=seed, prefix="18f", ids_given=900_000, phones_given=60_000)
    draws = Draws(seed, "sign-ups")
    found = {"returns": _returns(sheet).account_id}
    for label, part, name, country, words in _INNOCENTS:
        owner = make_owner(sheet, draws, country=BY_CODE[country], name=name)
        account = open_account(sheet, draws, owner, part=part)
        account.created = day("2017-11-02") + draws.below(20)
        equip(sheet, draws, account, owner, everything=True)
        hold_words(sheet, account, words)
        found[label] = account.account_id
    rows = [_of_november(row, sheet) for row in sheet.identifiers]
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "accounts.csv", ACCOUNT_COLUMNS, account_rows(sheet.accounts.values()))
    write_csv(folder / "identifiers.csv", IDENTIFIER_COLUMNS, rows)
    (folder / "platform.toml").write_bytes(b'name = "sign-ups of November 2017"\n')
    return found


def _returns(sheet: Sheet) -> Account:
    """Open the account that comes back: an old card, a mailbox at the old domain, a verified telephone."""
    account = sheet.add(
        Account(
            account_id=sheet.new_id(),
            name="Seen Twice Video",
            legal_name="",
            handle="@seentwicevideo",
            country="US",
            currency="USD",
            created=day("2017-11-14"),
            owner="ANO TV-Novosti",
            part="returns",
        )
    )
    hold_words(
        sheet, account, "card.hq11 phone.hq domain.seentwice device.seentwice ip.seentwice page.seentwice"
    )
    mailbox = value_of(sheet, "email.ads").replace("adbuying.desk", "seen.twice")
    sheet.hold(account, "email", mailbox, source="verified")
    return account


def _of_november(row: tuple[str, ...], sheet: Sheet) -> tuple[str, ...]:
    """Date a row by its account's first day: a sign-up has no past."""
    seen = iso(sheet.accounts[row[0]].created)
    return (*row[:4], seen, seen, row[6])
