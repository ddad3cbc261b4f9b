from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

from debar.sample import World, story, write_world
from debar.sample.world import TEST_CARD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.model.rates import Rates

SCALE = 0.05


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(world: World, tmp_path: Path, rates: Rates) -> None:
    """Two runs with one seed write the same bytes into every file."""
    again = write_world(tmp_path / "elsewhere", scale=SCALE, rates=rates)
    assert _digests(again.folder) == _digests(world.folder)
    assert again.labels == world.labels


def test_other_seed_other_world(world: World, tmp_path: Path, rates: Rates) -> None:
    """Another seed changes every table that has identifiers or money, and keeps the story whole."""
    other = write_world(tmp_path, seed=7, scale=SCALE, rates=rates)
    changed = {
        name for name, value in _digests(other.folder).items() if _digests(world.folder)[name] != value
    }
    assert changed >= {"accounts.csv", "identifiers.csv", "billing.csv", "ads.csv", "truth.json"}
    assert set(other.labels) == set(world.labels)
    assert len(other.ids("named")) == len(world.ids("named"))


def test_files_and_columns(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """Every table is there with the columns that the design names."""
    columns = {
        "accounts": "account_id name legal_name handle country currency created_at manager_id declared_agency",
        "identifiers": "account_id kind value role first_seen last_seen source",
        "ads": "ad_id account_id started_at ended_at created_at text landing_url countries targeting impressions"
        " clicks spend currency",
        "billing": "event_id account_id kind service_day amount currency booked_at tax market ad_id"
        " payer_account_id reverses note",
        "contacts": "contact_id account_id at counterpart direction channel by subject offer_amount offer_currency",
        "judgements": "account_a account_b judgement by at reason",
    }
    for table, names in columns.items():
        assert list(rows(table)[0]) == names.split()
        assert len(rows(table)) == world.counts[table]
    for file in ("platform.toml", "truth.json", "authority.json", "denial.txt", "signups/accounts.csv"):
        assert (world.folder / file).is_file()


def test_keys_are_unique_and_references_hold(rows: Callable[[str], list[dict[str, str]]]) -> None:
    """No two rows share a key, and every id that a row names exists."""
    accounts = {row["account_id"] for row in rows("accounts")}
    ads = {row["ad_id"] for row in rows("ads")}
    events = {row["event_id"] for row in rows("billing")}
    assert len(accounts) == len(rows("accounts"))
    assert len(ads) == len(rows("ads"))
    assert len(events) == len(rows("billing"))
    assert {
        row["account_id"] for table in ("identifiers", "ads", "billing") for row in rows(table)
    } <= accounts
    assert {row["ad_id"] for row in rows("billing")} - {""} <= ads
    assert {row["reverses"] for row in rows("billing")} - {""} <= events
    assert {row["payer_account_id"] for row in rows("billing")} - {""} <= accounts
    assert {row["manager_id"] for row in rows("accounts")} - {""} <= accounts
    assert all(row["account_a"] < row["account_b"] for row in rows("judgements"))


def test_account_ids_are_no_numbers(rows: Callable[[str], list[dict[str, str]]]) -> None:
    """No account id can be read as a number, in exponent form neither; ad ids are 64 bits wide."""
    assert all(re.fullmatch(r"18c[0-9a-z]{6}", row["account_id"]) for row in rows("accounts"))
    assert max(int(row["ad_id"]) for row in rows("ads")).bit_length() > 53


def test_no_card_number_in_clear(rows: Callable[[str], list[dict[str, str]]]) -> None:
    """No identifier has 13 to 19 digits that pass the check digit: cards are fingerprints."""
    for row in rows("identifiers"):
        digits = re.sub(r"\D", "", row["value"])
        if row["kind"] == "card":
            assert digits == ""
        if 13 <= len(digits) <= 19 and row["kind"] not in ("legal_id", "ip"):
            assert not _luhn(digits), row["kind"]


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_luhn_of_this_test() -> None:
    """The check digit as written here knows a card number from another number."""
    assert _luhn(TEST_CARD)
    assert not _luhn("4242424242424241")


def test_one_party_answers_to_each_name(rows: Callable[[str], list[dict[str, str]]]) -> None:
    """Exactly one account is called RT and one Sputnik, and nobody else has these handles."""
    for name in story.SUBJECTS:
        found = [
            r
            for r in rows("accounts")
            if name.casefold() in (r["name"].casefold(), r["handle"][1:].casefold())
        ]
        assert [row["name"] for row in found] == [name]


def test_parts(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """The story has its fourteen named, eight linked, four fronts, five of Sputnik, and all bystanders."""
    assert len(world.ids("named")) == 14
    assert len(world.ids("linked")) == 8
    assert len(world.ids("front")) == 4
    assert len(world.ids("sputnik")) == 5
    assert len(world.ids("agency's client")) == 44
    assert len(world.ids("undeclared agency's client")) == 12
    assert len(world.ids("coworking")) == 34
    truth = json.loads((world.folder / "truth.json").read_text(encoding="utf-8"))
    assert set(truth) == {row["account_id"] for row in rows("accounts")}
    owner = truth[world.labels["rt"]]["owner"]
    held = {account for account, told in truth.items() if told["owner"] == owner}
    assert held == {*world.ids("named"), *world.ids("linked"), *world.ids("front")}


def test_registration_is_what_names(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """The named accounts state one registration, and nobody else does."""
    found = {r["account_id"] for r in rows("identifiers") if r["value"] == "OGRN 1057746595367"}
    assert found == set(world.ids("named"))


def test_namesake_shares_nothing(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """RT-Komplekt holds no value that an account of the advertiser holds."""
    held: dict[str, set[tuple[str, str]]] = {}
    for row in rows("identifiers"):
        held.setdefault(row["account_id"], set()).add((row["kind"], row["value"]))
    theirs = set().union(*(held[a] for part in ("named", "linked", "front") for a in world.ids(part)))
    for account in world.ids("namesake"):
        assert not held[account] & theirs


def test_agency_is_shared(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """The agency's card is on its 44 clients, on itself and, for a time, on the Spanish channel."""
    cards: dict[str, set[str]] = {}
    for row in rows("identifiers"):
        if row["kind"] == "card":
            cards.setdefault(row["value"], set()).add(row["account_id"])
    largest = max(cards.values(), key=lambda held: (world.labels["agency"] in held, len(held)))
    assert largest == {*world.ids("agency's client"), world.labels["agency"], world.labels["espanol"]}


def test_contacts(world: World, rows: Callable[[str], list[dict[str, str]]]) -> None:
    """Sales pitched 1.5 million in the window, a government spoke, and nobody ever met Sputnik."""
    found = [r for r in rows("contacts") if r["account_id"] == world.labels["rt"]]
    pitch = [r for r in found if r["offer_amount"] == "1500000.00" and r["counterpart"] == "sales"]
    assert len(pitch) == 2
    assert all(str(story.WINDOW.start) <= r["at"][:10] <= str(story.WINDOW.end) for r in pitch)
    assert [r["counterpart"] for r in found].count("government") == 2
    assert not {r["account_id"] for r in rows("contacts")} & set(world.ids("sputnik"))


def test_scripts(rows: Callable[[str], list[dict[str, str]]]) -> None:
    """Names come in Latin, Cyrillic, Arabic and Han letters and with emoji."""
    names = " ".join(row["name"] for row in rows("accounts"))
    for script in ("[а-я]", "[ا-ي]", "[一-龥]", "[🌀-🫿]", "[a-z]"):
        assert re.search(script, names), script


def test_signups(world: World) -> None:
    """One sign-up of November brings an old card, telephone and domain; the others at most a neighbour's."""
    text = (world.folder / "signups" / "identifiers.csv").read_text(encoding="utf-8")
    old = {
        line.split(",")[2]
        for line in (world.folder / "identifiers.csv").read_text(encoding="utf-8").splitlines()
        if line.startswith(world.labels["rt"])
    }
    back = {x.split(",")[2] for x in text.splitlines() if x.startswith(world.signups["returns"])} & old
    others = {
        x.split(",")[2] for x in text.splitlines()[1:] if not x.startswith(world.signups["returns"])
    } & old
    assert len(back) == 2
    assert others == set()
    assert len(world.signups) == 8
    assert "seen.twice@rt.com" in text


def test_progress_is_told(tmp_path: Path, rates: Rates) -> None:
    """Whoever asks is told what is being written."""
    told: list[str] = []
    write_world(tmp_path, scale=0.01, rates=rates, progress=told.append)
    assert told[0] == "opening the accounts of the story"
    assert told[-1] == "writing the files"


def test_flaws_only_on_request(world: World, tmp_path: Path, rates: Rates) -> None:
    """Flawed rows are appended when asked for, and the sound world before them stays the same."""
    flawed = write_world(tmp_path, scale=SCALE, rates=rates, flaws=True)
    assert (world.flaws, flawed.flaws) == (0, 21)
    for table in ("identifiers", "billing", "ads"):
        sound = (world.folder / f"{table}.csv").read_bytes()
        assert (flawed.folder / f"{table}.csv").read_bytes().startswith(sound)


@pytest.mark.ci
def test_full_size(tmp_path: Path, rates: Rates) -> None:
    """The default world has thousands of accounts and more than a hundred thousand billing rows."""
    counts = write_world(tmp_path, rates=rates).counts
    assert counts["accounts"] > 5_500
    assert counts["identifiers"] > 75_000
    assert counts["billing"] > 100_000
    assert counts["ads"] > 5_000
