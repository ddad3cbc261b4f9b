"""Replies of Meta's Ad Library API, ad by ad.

Law: what an ad does not say stays empty; a bound that is not there is open; no address is kept, since it may
carry an access token. The same ad in two replies counts once, as the later file has it. An ad with a
disclaimer ("bylines") was declared political, one without was not; in a file in which no ad has one the
field was not asked for, and nothing is known.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from debar.intake.archives.countries import country_codes, country_names
from debar.intake.archives.headers import documents
from debar.intake.archives.workshop import ArchiveFile
from debar.intake.tables import UNATTRIBUTED
from debar.model.currencies import MINOR_DIGITS
from debar.model.money import parse_micros
from debar.model.problem import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.intake.archives.workshop import StagedShape, Workshop

BATCH: Final = 20_000

_ADS: Final = {
    "ad_id": "VARCHAR", "account_id": "VARCHAR", "started_at": "TIMESTAMP", "ended_at": "TIMESTAMP",
    "created_at": "TIMESTAMP", "text": "VARCHAR", "landing_url": "VARCHAR", "countries": "VARCHAR[]",
    "targeting": "VARCHAR", "impressions_low": "BIGINT", "impressions_high": "BIGINT",
    "spend_low": "BIGINT", "spend_high": "BIGINT", "declared_political": "BOOLEAN", "currency": "VARCHAR",
    "file": "VARCHAR", "record": "BIGINT",
}  # fmt: skip
_PAGES: Final = {"page_id": "VARCHAR", "page_name": "VARCHAR", "currency": "VARCHAR"}
_HELD: Final = {"account_id": "VARCHAR", "kind": "VARCHAR", "value": "VARCHAR", "role": "VARCHAR"}
_COUNT = re.compile(r"\d{1,18}")


def load_replies(shop: Workshop, staged: StagedShape) -> None:
    """Make ``meta_ads``, ``meta_pages_of_ads`` and ``meta_held`` of the replies' ads."""
    shop.load("meta_ads_read", _ADS, [])
    shop.load("meta_pages_of_ads", _PAGES, [])
    shop.load("meta_held", _HELD, [])
    for member in staged.members:
        shop.say(f"reading {member.name}")
        count = 0
        ads: list[tuple[Any, ...]] = []
        pages: set[tuple[str | None, str | None, str | None]] = set()
        held: set[tuple[str, str, str, str]] = set()
        for count, ad in enumerate(documents(member.path, name=member.name), start=1):
            place = Place(file=member.name, record=count)
            if not _text(ad.get("id")):
                shop.findings.add("DBR-I026", place, note="The ad has no id.")
                continue
            row = _ad(shop, ad, place)
            ads.append((*row, member.name, count))
            pages.add((_text(ad.get("page_id")), _text(ad.get("page_name")), row[-1]))
            held.update(_held(ad))
            if len(ads) >= BATCH:
                shop.engine.append("meta_ads_read", ads)
                ads.clear()
        shop.engine.append("meta_ads_read", ads)
        shop.engine.append("meta_pages_of_ads", sorted(pages, key=str))
        shop.engine.append("meta_held", sorted(held))
        shop.files.append(
            ArchiveFile(
                name=member.name,
                says=staged.shape.says,
                sha256=member.sha256,
                bytes_count=member.bytes_count,
                rows=count,
            )
        )
    shop.run(
        "meta_ads",
        "SELECT * EXCLUDE (place) REPLACE (CASE WHEN file IN (SELECT file FROM meta_ads_read"
        " WHERE declared_political) THEN declared_political END AS declared_political)"
        " FROM (SELECT *, row_number() OVER (PARTITION BY ad_id"
        " ORDER BY file DESC, record DESC) AS place FROM meta_ads_read) WHERE place = 1",
    )
    ((dropped,),) = shop.engine.rows(
        "SELECT (SELECT count(*) FROM meta_ads_read) - (SELECT count(*) FROM meta_ads)"
    )
    if dropped:
        shop.notes.append(f"{dropped:,} ads came again in a later reply; the latest counts")


def _ad(shop: Workshop, ad: dict[str, Any], place: Place) -> tuple[Any, ...]:
    currency = _text(ad.get("currency"))
    if currency is not None and currency.upper() not in MINOR_DIGITS:
        shop.findings.add("DBR-I018", place, note=f'It says "{currency[:20]}".')
        currency = None
    low, high = _bounds(shop, ad.get("spend"), place, money=True)
    seen_low, seen_high = _bounds(shop, ad.get("impressions"), place, money=False)
    return (
        _text(ad.get("id")),
        _text(ad.get("page_id")) or UNATTRIBUTED,
        _moment(shop, ad.get("ad_delivery_start_time"), place),
        _moment(shop, ad.get("ad_delivery_stop_time"), place),
        _moment(shop, ad.get("ad_creation_time"), place),
        "\n".join(dict.fromkeys(_texts(ad.get("ad_creative_bodies")))) or None,
        _landing(ad),
        _countries(ad) or None,
        _targeting(ad),
        seen_low,
        seen_high,
        low,
        high,
        bool(_texts(ad.get("bylines"))),
        currency.upper() if currency else None,
    )


def _text(value: object) -> str | None:
    return str(value).strip() or None if isinstance(value, (str, int)) else None


def _texts(value: object) -> list[str]:
    """Return the texts of a field that is one text or a list of them."""
    listed = value if isinstance(value, list) else [value]
    return [text for one in listed if (text := _text(one)) is not None]


def _bounds(shop: Workshop, value: object, place: Place, *, money: bool) -> tuple[int | None, int | None]:
    if not isinstance(value, dict):
        return None, None
    ends = []
    for key in ("lower_bound", "upper_bound"):
        text = _text(value.get(key))
        try:
            ends.append(None if text is None else parse_micros(text) if money else _count(text))
        except ValueError:
            code = "DBR-I014" if money else "DBR-I037"
            shop.findings.add(code, place, note=f'{key} reads "{(text or "")[:40]}".')
            ends.append(None)
    low, high = ends
    return (0 if low is None and high is not None else low), high


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _moment(shop: Workshop, value: object, place: Place) -> datetime | None:
    text = _text(value)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        shop.findings.add("DBR-I023", place, note=f'It reads "{text[:40]}".')
        return None
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _landing(ad: dict[str, Any]) -> str | None:
    """Return where an ad leads: its caption is the site's name, if it is one at all."""
    for caption in _texts(ad.get("ad_creative_link_captions")):
        host = caption.lower().removeprefix("https://").removeprefix("http://")
        if re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}(/\S*)?", host):
            return f"https://{host}"
    return None


def _countries(ad: dict[str, Any]) -> list[str]:
    reached = [part for part in ad.get("age_country_gender_reach_breakdown") or [] if isinstance(part, dict)]
    found = [code for part in reached if (code := str(part.get("country", "")).upper()) in country_codes()]
    for part in ad.get("target_locations") or []:
        is_country = isinstance(part, dict) and str(part.get("type", "")).upper().startswith("COUNTR")
        if is_country and not part.get("excluded"):
            known = country_names().get(str(part.get("name", "")).lower())
            found += [known] if known else []
    return list(dict.fromkeys(found))


_TARGETED: Final = ("target_ages", "target_gender", "target_locations", "languages", "publisher_platforms",
                    "demographic_distribution", "delivery_by_region")  # fmt: skip


def _targeting(ad: dict[str, Any]) -> str | None:
    said = {key: ad[key] for key in _TARGETED if ad.get(key) not in (None, [], "")}
    return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


def _held(ad: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (account, kind, value, role): the page, who paid, and whom it served."""
    page = _text(ad.get("page_id"))
    if page is None:
        return
    yield page, "page", page, "owner"
    for line in _texts(ad.get("bylines")):
        yield page, "legal_name", line, "payer"
    for pair in ad.get("beneficiary_payers") or []:
        if isinstance(pair, dict):
            for role in ("payer", "beneficiary"):
                name = _text(pair.get(role))
                if name is not None:
                    yield page, "legal_name", name, role
