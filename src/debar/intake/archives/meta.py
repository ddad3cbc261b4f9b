"""Meta's Ad Library, its reports and its API's replies, as a platform folder.

Law: an account is a page; a disclaimer is what its payer wrote, so it is an identifier and never an account.
Reports whose days overlap state the same money: one counts, the others stand apart. A token in an address is
removed before anything is stored.
Source: the columns of the reports, and the API's reference.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from debar.intake.archives.countries import country_codes
from debar.intake.archives.meta_api import load_replies
from debar.intake.archives.shapes import META
from debar.intake.archives.sources import open_sources
from debar.intake.archives.workshop import SPEND_COLUMNS, StagedShape, Workshop, stage_shapes
from debar.intake.archives.writing import Folder, ImportedArchive, write_folder
from debar.intake.files import refuse_full
from debar.intake.tables import UNATTRIBUTED
from debar.model.problem import EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from debar.model.ports import Engine

REPORT: Final = "report"
ADS: Final = "ranges of ads"
PLACES: Final = "places"

NO_DISCLAIMER: Final = "these ads ran without a disclaimer"

_TEXT: Final = "CAST(NULL AS VARCHAR)"
_PERIODS: Final = {
    "yesterday": 1,
    "last_7_days": 7,
    "last_30_days": 30,
    "last_90_days": 90,
    "1d": 1,
    "7d": 7,
    "30d": 30,
    "90d": 90,
    "lifelong": 0,
}
"""Words of a period in a file's name, to days; 0 for all days up to the report's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the name of a report says.

    Args:
        name: Of the file.
        country: ISO 3166 code; empty if the name has none.
        first: First day; None if it is not known or everything before counts.
        last: Last day; None if it is not known.
        period: As in the name; empty if it has none.
    """

    name: str
    country: str
    first: date | None
    last: date | None
    period: str

    @property
    def days(self) -> int:
        """How many days it covers; a report without a first day covers more than any other."""
        return 10**6 if self.first is None or self.last is None else (self.last - self.first).days

    def overlaps(self, other: Report) -> bool:
        """Tell whether two reports may state the same money."""
        if self.country and other.country and self.country != other.country:
            return False
        starts = [r.first or date.min for r in (self, other)]
        ends = [r.last or date.max for r in (self, other)]
        return max(starts) <= min(ends)

    def words(self) -> str:
        """Return the report in words."""
        last = self.last.isoformat() if self.last else "an unknown day"
        return " ".join(part for part in (self.period or "report", "to", last, self.country) if part)


def report_of(name: str) -> Report:
    """Read a report's country, period and last day from its name.

    Example:
        >>> report_of("FacebookAdLibraryReport_2021-09-10_DE_last_7_days_advertisers.csv").words()
        'last_7_days to 2021-09-10 DE'
    """
    text = name.replace("\\", "/")
    period = next(
        (word for word in _PERIODS if re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", text.lower())), ""
    )
    days = re.findall(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)", text)
    spelt = re.findall(r"(?<!\d)(\d{1,2})-([A-Z][a-z]+)-(\d{4})(?!\d)", text)
    last = None
    for form, found in (("%Y-%m-%d", days), ("%d-%B-%Y", ["-".join(parts) for parts in spelt])):
        for one in found:
            try:
                last = datetime.strptime(one, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    tokens = re.split(r"[^A-Za-z]+", text)
    country = next((t.upper() for t in reversed(tokens) if len(t) == 2 and t.upper() in country_codes()), "")
    length = _PERIODS.get(period, 0)
    first = last - timedelta(days=length - 1) if last and length else None
    return Report(name=name, country=country, first=first, last=last, period=period)


def import_meta(
    engine: Engine,
    sources: Sequence[Path],
    out: Path,
    *,
    currency: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> ImportedArchive:
    """Write reports of Meta's Ad Library, or replies of its API, as a platform folder.

    Args:
        engine: Where the tables are made; they are removed at the end.
        sources: Reports as CSV or zip, replies of ``ads_archive`` as JSON, or a folder of them.
        out: Folder to write; it must not exist, or be empty.
        currency: Of reports whose header does not say it.
        say: Called with a line now and then.

    Raises:
        DebarError: DBR-I051, the folder is not empty; DBR-I053, a zip is hostile; DBR-I055, a report does not
            say its currency; DBR-I056, nothing here is Meta's.
    """
    refuse_full(out)
    with closing(Workshop(engine=engine, say=say)) as shop, open_sources(sources) as opened:
        staged = stage_shapes(shop, opened, META)
        reports = _load_reports(shop, staged, currency)
        if "meta_api" in staged:
            load_replies(shop, staged["meta_api"])
        folder = Folder(
            archive="meta",
            name="Meta Ad Library",
            accounts=_accounts(staged),
            identifiers=_identifiers(staged),
            ads="SELECT * EXCLUDE (file, record) FROM meta_ads" if "meta_api" in staged else "",
            spend=" UNION ALL ".join(_spend(staged)),
            series=(REPORT, ADS, PLACES, *(r.words() for r in reports)),
        )
        return write_folder(shop, folder, out)


def _load_reports(shop: Workshop, staged: Mapping[str, StagedShape], currency: str | None) -> list[Report]:
    """Make ``meta_reports``: what each report covers, and whether its money counts or stands apart.

    The longest report counts first, then each that shares no day with one that counts.
    """
    rows, reports = [], []
    for shape, name in (("meta_pages", REPORT), ("meta_places", PLACES)):
        if shape not in staged:
            continue
        counted: list[Report] = []
        listed = [report_of(member.name) for member in staged[shape].members]
        for report in sorted(listed, key=lambda r: (-r.days, r.name)):
            codes = staged[shape].currencies[report.name]
            code = codes[0] if codes else currency
            if code is None:
                raise _no_currency(report.name)
            series = name
            other = next((one for one in counted if one.overlaps(report)), None)
            if other is None:
                counted.append(report)
            else:
                series = f"{report.words()}{'' if shape == 'meta_pages' else ', places'}"
                shop.findings.add(
                    "DBR-I054", Place(file=report.name), note=f"It shares days with {other.name}."
                )
            rows.append((report.name, code, report.country or None, report.first, report.last, series))
        reports += listed
    columns = {
        "name": "VARCHAR",
        "currency": "VARCHAR",
        "country": "VARCHAR",
        "from_day": "DATE",
        "to_day": "DATE",
        "series": "VARCHAR",
    }
    shop.load("meta_reports", columns, rows)
    return reports


def _no_currency(name: str) -> DebarError:
    return DebarError(
        "DBR-I055",
        "the report does not say in which currency its amounts are",
        place=Place(file=name),
        hint="if you know it, say --currency USD",
        exit_code=EXIT_USAGE,
    )


def _accounts(staged: Mapping[str, StagedShape]) -> str:
    parts = []
    if "meta_pages" in staged:
        parts.append(
            "SELECT v_page_id AS id, v_page_name AS name, r.currency AS currency, 0 AS rank FROM"
            " checked_meta_pages p JOIN meta_reports r ON r.name = p.file WHERE v_page_id IS NOT NULL"
        )
    if "meta_api" in staged:
        parts.append(
            "SELECT page_id AS id, page_name AS name, currency, 1 AS rank FROM meta_pages_of_ads"
            " WHERE page_id IS NOT NULL"
        )
    if not parts:
        return f"SELECT '{UNATTRIBUTED}' AS account_id, 'nobody is named' AS name"
    return (
        "SELECT id AS account_id, coalesce(min_by(name, rank) FILTER (name IS NOT NULL), id) AS name,"
        f" {_TEXT} AS legal_name, {_TEXT} AS handle, {_TEXT} AS country,"
        " CASE WHEN count(DISTINCT currency) = 1 THEN min(currency) END AS currency,"
        f" {_TEXT} AS manager_id FROM ({' UNION ALL '.join(parts)}) GROUP BY id"
    )


def _identifiers(staged: Mapping[str, StagedShape]) -> str:
    parts = []
    if "meta_pages" in staged:
        for kind, value, role, where in (
            ("page", "v_page_id", "owner", "true"),
            (
                "legal_name",
                "v_disclaimer",
                "payer",
                f"v_disclaimer IS NOT NULL AND lower(v_disclaimer) <> '{NO_DISCLAIMER}'",
            ),
        ):
            parts.append(
                f"SELECT v_page_id AS account_id, '{kind}' AS kind, {value} AS value, '{role}' AS role,"
                f" 'Ad Library report' AS source FROM checked_meta_pages"
                f" WHERE v_page_id IS NOT NULL AND {where}"
            )
    if "meta_api" in staged:
        parts.append("SELECT account_id, kind, value, role, 'Ad Library API' AS source FROM meta_held")
    return " UNION ALL ".join(parts)


def _spend(staged: Mapping[str, StagedShape]) -> list[str]:
    parts = []
    for shape, account, region in (
        ("meta_pages", f"coalesce(v_page_id, '{UNATTRIBUTED}')", _TEXT),
        ("meta_places", f"'{UNATTRIBUTED}'", "v_region"),
    ):
        if shape in staged:
            cells = {
                "account_id": account,
                "currency": "r.currency",
                "low_micros": "v_amount_from",
                "high_micros": "v_amount_to",
                "from_day": "r.from_day",
                "to_day": "r.to_day",
                "market": "r.country",
                "region": region,
                "ad_id": _TEXT,
                "file": "p.file",
                "record": "p.record",
                "series": "r.series",
            }
            chosen = ", ".join(f"{cells[name]} AS {name}" for name in SPEND_COLUMNS)
            parts.append(
                f"SELECT {chosen} FROM checked_{shape} p JOIN meta_reports r ON r.name = p.file"
                " WHERE p.refused IS NULL AND v_amount_from IS NOT NULL"
            )
    if "meta_api" in staged:
        cells = {
            "account_id": "account_id",
            "currency": "currency",
            "low_micros": "spend_low",
            "high_micros": "spend_high",
            "from_day": "CAST(started_at AS DATE)",
            "to_day": "CAST(ended_at AS DATE)",
            "market": "CASE WHEN len(countries) = 1 THEN countries[1] END",
            "region": _TEXT,
            "ad_id": "ad_id",
            "file": "file",
            "record": "record",
            "series": f"'{ADS}'",
        }
        chosen = ", ".join(f"{cells[name]} AS {name}" for name in SPEND_COLUMNS)
        parts.append(f"SELECT {chosen} FROM meta_ads WHERE spend_low IS NOT NULL AND currency IS NOT NULL")
    return parts
