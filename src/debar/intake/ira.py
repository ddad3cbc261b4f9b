"""The Internet Research Agency's Facebook ads, as a platform folder.

Law: every figure keeps its source: the file's digest and the record. "None" (no figure) and 0.00 (a
figure) stay apart; what names no page goes to ``unattributed``; dates that contradict each other are
kept as they are.
Source: the ads that the House Permanent Select Committee on Intelligence released in May 2018, in a
table that reconciles three readings of the same PDF files.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from debar.intake.files import refuse_full
from debar.intake.tables import UNATTRIBUTED
from debar.model.canonical import file_sha256
from debar.model.money import format_micros, parse_micros
from debar.model.problem import EXIT_PROBLEMS, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

ADS_FILE: Final = "ira_ads.csv"
PAGES_FILE: Final = "ira_pages.csv"
LINKS_FILE: Final = "ira_page_links.csv"

_NEEDED = ("bates", "ad_text", "impressions", "clicks", "spend", "currency", "created", "ended", "page_key")
_COUNTRIES: Final = {
    "United States": "US",
    "United Kingdom": "GB",
    "Canada": "CA",
    "Germany": "DE",
    "France": "FR",
    "Netherlands": "NL",
    "Russia": "RU",
    "Australia": "AU",
    "Ireland": "IE",
    "Italy": "IT",
    "Spain": "ES",
    "Mexico": "MX",
}
"""Countries that the targeting names, to ISO 3166 codes; places inside them are left alone."""

_ID_TAIL = re.compile(r"[-_]?\d[\dlIoO ]{6,}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import wrote.

    Args:
        folder: The platform folder.
        sources: File name to SHA-256 of what was read.
        accounts: Page keys that became accounts.
        ads: Ads, each once.
        spend_micros: Currency to the sum of stated spend.
        spend_ads: Currency to the number of ads with a stated spend in it.
        stated_none: Ads whose spend reads "None".
        stated_zero: Ads whose spend reads 0.00, without a currency.
        unattributed_ads: Ads that name no page.
        notes: Ads with more than one reading, as (ad id, note).
    """

    folder: Path
    sources: Mapping[str, str]
    accounts: int
    ads: int
    spend_micros: Mapping[str, int]
    spend_ads: Mapping[str, int]
    stated_none: int
    stated_zero: int
    unattributed_ads: int
    notes: tuple[tuple[str, str], ...]


def import_ira(source: Path, out: Path) -> Imported:
    """Write the Internet Research Agency's ads as a platform folder.

    Args:
        source: ``ira_ads.csv``, or the folder that holds it (and, if there, ``ira_pages.csv`` and
            ``ira_page_links.csv``).
        out: Folder to write; it must not exist, or be empty.

    Returns:
        What was written. The folder has accounts, ads, identifiers and spend, ``platform.toml``, and
        ``provenance.csv`` with the ads whose readings differ.

    Raises:
        DebarError: DBR-I050, the source is not these ads; DBR-I051, the folder is not empty.
    """
    path = source / ADS_FILE if source.is_dir() else source
    rows = _read(path, _NEEDED)
    pages = _read_beside(path, PAGES_FILE)
    links = _read_beside(path, LINKS_FILE)
    refuse_full(out)
    out.mkdir(parents=True, exist_ok=True)
    sha256 = file_sha256(path)
    _write(
        out / "accounts.csv",
        ("account_id", "name", "handle", "currency", "created_at"),
        _accounts(rows, pages),
    )
    _write(out / "ads.csv", _AD_COLUMNS, (_ad(row) for row in rows))
    _write(out / "spend.csv", _SPEND_COLUMNS, _spend(rows, sha256))
    _write(
        out / "identifiers.csv", ("account_id", "kind", "value", "role", "source"), _identifiers(rows, links)
    )
    notes = tuple((row["bates"], _note(row)) for row in rows if _note(row))
    _write(
        out / "provenance.csv",
        ("ad_id", "file", "file_sha256", "row", "note"),
        (
            (row["bates"], path.name, sha256, number, _note(row))
            for number, row in enumerate(rows, start=1)
            if _note(row)
        ),
    )
    (out / "platform.toml").write_text(_PLATFORM, encoding="utf-8")
    return _imported(out, path, sha256, rows, notes)


_PLATFORM: Final = """\
# Facebook ads of the Internet Research Agency, 2015 to 2017: a public record, written by `debar import ira`.
name = "Internet Research Agency ads"

# An ad's account is the page (or site) it led to; the public record does not name the paying accounts.
# Spend is what the record states for each ad, with the file's digest and the record it stands in.
# provenance.csv lists the ads whose readings differ; debar does not read it.
"""


def _read(path: Path, needed: Sequence[str] = ()) -> list[dict[str, str]]:
    if not path.is_file():
        raise _not_these(path, f"there is no {path.name}")
    csv.field_size_limit(2**31 - 1)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error):
        raise _not_these(path, "it is not a CSV file in UTF-8") from None
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing or (needed and not rows):
        raise _not_these(path, f"it has no column {', '.join(missing)}" if missing else "it has no rows")
    return [{name: value or "" for name, value in row.items() if name is not None} for row in rows]


def _read_beside(path: Path, name: str) -> list[dict[str, str]]:
    beside = path.with_name(name)
    return _read(beside) if beside.is_file() else []


def _not_these(path: Path, why: str) -> DebarError:
    return DebarError(
        "DBR-I050",
        f"these are not the Internet Research Agency's ads: {why}",
        place=Place(file=path.name),
        hint=f"hand over {ADS_FILE} or the folder that holds it",
        exit_code=EXIT_PROBLEMS if path.is_file() else EXIT_USAGE,
    )


def _accounts(
    rows: Iterable[Mapping[str, str]], pages: Iterable[Mapping[str, str]]
) -> list[tuple[str, str, str, str, str]]:
    """Return one account a page key: its name from the commonest address, its first ad's time."""
    examples = {page["page_key"]: page.get("ex", "") for page in pages if page.get("page_key")}
    seen: dict[str, Counter[str]] = {}
    first: dict[str, str] = {}
    currencies: dict[str, Counter[str]] = {}
    for row in rows:
        page = row["page_key"]
        if not page:
            continue
        seen.setdefault(page, Counter())[row.get("landing_page_raw", "")] += 1
        currencies.setdefault(page, Counter())
        if row["currency"]:
            currencies[page][row["currency"]] += 1
        created = _utc(row["created"])
        if created and created < first.get(page, "9999"):
            first[page] = created
    made = []
    for page in sorted(seen):
        address = examples.get(page) or seen[page].most_common(1)[0][0]
        currency = currencies[page].most_common(1)[0][0] if currencies[page] else ""
        made.append((page, _name(page, address), _handle(page, address), currency, first.get(page, "")))
    return made


def _name(page: str, address: str) -> str:
    """Name a page for people, from its address: ``Black-Matters-15796...`` reads "Black Matters"."""
    part = _page_part(address)
    words = " ".join(re.split(r"[-_ ]+", _ID_TAIL.sub("", part))).strip()
    kind = page.partition(":")[0]
    if kind in ("fb", "fbid", "instagram.com") and any(c.isalpha() for c in words):
        return words
    if kind == "event":
        return f"event {page.partition(':')[2]}"
    return page.partition(":")[2] or page


def _handle(page: str, address: str) -> str:
    part = _page_part(address)
    if page.startswith(("fb:", "instagram.com:")) and re.fullmatch(r"[\w.]+", part):
        return "@" + part
    return ""


def _page_part(address: str) -> str:
    path = mend_address(address).partition("?")[0].partition("://")[2].partition("/")[2]
    return unquote(path.strip("/").partition("/")[0])


def mend_address(raw: str) -> str:
    """Undo what reading from a picture does to web addresses: ``https:Hsite`` and blanks inside.

    Example:
        >>> mend_address("https:Hinstagram.com/veterans_us/")
        'https://instagram.com/veterans_us/'
    """
    text = re.sub(r"\s+", "", raw)
    text = re.sub(r"^(https?):?(?://|H|/)(?=\w)", r"\1://", text)
    return text if re.match(r"https?://[^/]+\.[a-zA-Z]", text) else ""


_ACCOUNT_COLUMNS: Final = ("account_id", "name", "handle", "currency", "created_at")
_IDENTIFIER_COLUMNS: Final = ("account_id", "kind", "value", "role", "source")
_AD_COLUMNS: Final = (
    "ad_id", "account_id", "created_at", "started_at", "ended_at", "text", "landing_url", "countries",
    "targeting", "impressions", "clicks", "spend", "currency",
)  # fmt: skip


def _ad(row: Mapping[str, str]) -> tuple[str, ...]:
    created = _utc(row["created"])
    targeting = row.get("targeting_raw", "")
    places = " ".join(line for line in targeting.split("\n") if "Location" in line)
    countries = [code for name, code in _COUNTRIES.items() if name in places]
    return (
        row["bates"],
        row["page_key"] or UNATTRIBUTED,
        created,
        created,
        _utc(row["ended"]),
        row["ad_text"],
        mend_address(row.get("landing_page_raw", "")),
        ";".join(countries),
        targeting,
        row["impressions"].removesuffix(".0"),
        row["clicks"].removesuffix(".0"),
        _amount(row["spend"]),
        row["currency"],
    )


_SPEND_COLUMNS: Final = (
    "account_id",
    "currency",
    "low",
    "high",
    "from",
    "to",
    "market",
    "ad_id",
    "file_sha256",
    "row",
)


def _spend(rows: Iterable[Mapping[str, str]], sha256: str) -> Iterable[tuple[Any, ...]]:
    """Yield one row an ad with a stated spend and currency; the market is known where there is one only."""
    for number, row in enumerate(rows, start=1):
        if not row["currency"] or not row["spend"]:
            continue
        amount = _amount(row["spend"])
        first, last = _utc(row["created"])[:10], _utc(row["ended"])[:10]
        countries = _ad(row)[7]
        yield (
            row["page_key"] or UNATTRIBUTED,
            row["currency"],
            amount,
            amount,
            first,
            last if last >= first else "",
            countries if len(countries) == 2 else "",
            row["bates"],
            sha256,
            number,
        )


def _identifiers(
    rows: Iterable[Mapping[str, str]], links: Iterable[Mapping[str, str]]
) -> list[tuple[str, str, str, str, str]]:
    """Return each page as an identifier, and the audiences that two pages' ads both name."""
    pages = sorted({row["page_key"] for row in rows if row["page_key"]})
    made = [(page, "page", page, "owner", ADS_FILE) for page in pages]
    known = set(pages)
    audiences = set()
    for link in links:
        for page in (link.get("page_a", ""), link.get("page_b", "")):
            if link.get("shared_audience") and page in known:
                for audience in re.split(r"[;|,]", link["shared_audience"]):
                    audiences.add((page, "audience", audience.strip(), "", LINKS_FILE))
    return made + sorted(row for row in audiences if row[2])


def _amount(text: str) -> str:
    """Return an amount with six decimals, or nothing for none; ``0.0`` stays an amount."""
    return format_micros(parse_micros(text)) if text else ""


def _utc(text: str) -> str:
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _note(row: Mapping[str, str]) -> str:
    """Say in words where the readings of an ad differ."""
    issues, stated, source = row.get("issues", ""), row.get("spend_stated", ""), row.get("source_spend", "")
    parts = []
    if issues:
        parts.append(f"readings: {issues}")
    if source not in ("", "txt"):
        parts.append(
            f'spend {row["spend"]} {row["currency"]} taken from {source}, the text layer reads "{stated}"'
        )
    return "; ".join(parts)


def _imported(
    out: Path,
    path: Path,
    sha256: str,
    rows: Sequence[Mapping[str, str]],
    notes: tuple[tuple[str, str], ...],
) -> Imported:
    spend: dict[str, int] = {}
    ads: Counter[str] = Counter()
    for row in rows:
        if row["currency"] and row["spend"]:
            spend[row["currency"]] = spend.get(row["currency"], 0) + parse_micros(row["spend"])
            ads[row["currency"]] += 1
    others = {
        name: file_sha256(path.with_name(name))
        for name in (PAGES_FILE, LINKS_FILE)
        if path.with_name(name).is_file()
    }
    return Imported(
        folder=out,
        sources={path.name: sha256, **others},
        accounts=len({row["page_key"] for row in rows} - {""}),
        ads=len(rows),
        spend_micros=spend,
        spend_ads=dict(ads),
        stated_none=sum(row.get("spend_stated") == "None" for row in rows),
        stated_zero=sum(row.get("spend_stated") == "0.00" for row in rows),
        unattributed_ads=sum(not row["page_key"] for row in rows),
        notes=notes,
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
