"""The files of public ad archives: by which columns each is recognised, and what they are called.

Law: a shape is a table of intake with typed columns; a file has a shape when it has the columns that are
its sign. Currencies stand in the headers and come and go, so they are found by pattern, never listed.
Source: the publishers' own descriptions of their columns, and files as they were published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from debar.intake.declared import TableDeclaration
from debar.intake.tables import Column, Table, columns_of
from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of file of one archive.

    Args:
        archive: ``google``, ``meta``, ``snapchat``, ``ira``; or one that is recognised and not imported.
        name: Of the file's kind; the engine's table is called after it.
        says: What the file holds, for people.
        columns: Our columns that do not depend on a currency.
        aliases: Our column to the spellings in headers, folded; our own name where there is none.
        sign: Our columns that must all be there.
        amounts: Pattern of a header with the currency as its last group; and our column, with ``{}`` for it.
        thousands: Mark between groups of digits in amounts.
    """

    archive: str
    name: str
    says: str
    columns: tuple[Column, ...]
    sign: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amounts: tuple[tuple[str, str], ...] = ()
    thousands: str | None = None

    def spellings(self, column: str) -> tuple[str, ...]:
        """Return how a column may be written in a header, folded."""
        return self.aliases.get(column, (column,))


def fold_header(name: str) -> str:
    r"""Return a header's one spelling: no byte order mark, single plain spaces, lower case.

    Example:
        >>> fold_header("\\ufeffPage\\u00a0ID")
        'page id'
    """
    return re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip().lower()


_SPEND: Final = (r"spend_([a-z]{3})", "spend_{}")
_SPEND_RANGE: Final = (
    (r"spend_range_min_([a-z]{3})", "low_{}"),
    (r"spend_range_max_([a-z]{3})", "high_{}"),
)


_PROMOTER: Final = {
    f"promoter_{part}": (f"nz_advertiser_declared_{part}", f"advertiser_declared_promoter_{part}")
    for part in ("name", "address")
}


def _google(
    name: str, says: str, columns: str, sign: str, *, amounts: tuple[tuple[str, str], ...] = (_SPEND,)
) -> Shape:
    return Shape(
        archive="google",
        name=f"google_{name}",
        says=f"Google political ads: {says}",
        columns=columns_of(columns),
        sign=tuple(sign.split()),
        aliases=_PROMOTER,
        amounts=amounts,
    )


GOOGLE: Final = (
    _google(
        "creatives",
        "ads, each with a range of spend",
        "ad_id:id*! advertiser_id:id* advertiser_name ad_type regions date_range_start:day"
        " date_range_end:day impressions:count_bounds first_served_timestamp:time last_served_timestamp:time"
        " age_targeting gender_targeting geo_targeting_included geo_targeting_excluded",
        "ad_id advertiser_id date_range_start impressions",
        amounts=_SPEND_RANGE,
    ),
    _google(
        "totals",
        "advertisers, with public ids and spend in all",
        "advertiser_id:id* advertiser_name public_ids_list regions elections total_creatives:count",
        "advertiser_id public_ids_list total_creatives",
    ),
    _google(
        "weeks",
        "advertisers, spend by week",
        "advertiser_id:id* advertiser_name week_start_date:day*!",
        "advertiser_id week_start_date",
    ),
    _google(
        "advertiser_places",
        "advertisers, spend by region",
        "advertiser_id:id* advertiser_name country:country country_subdivision_primary",
        "advertiser_id country country_subdivision_primary",
    ),
    _google(
        "places",
        "spend by region, all advertisers together",
        "country:country country_subdivision_primary country_subdivision_secondary",
        "country country_subdivision_primary country_subdivision_secondary",
    ),
    _google(
        "declared",
        "advertisers, what they declared of themselves",
        "advertiser_id:id* region advertiser_declared_name advertiser_declared_regulatory_id"
        " advertiser_declared_scope promoter_name promoter_address",
        "advertiser_id advertiser_declared_name",
        amounts=(),
    ),
    _google(
        "campaigns",
        "campaigns and their targeting (until 2020)",
        "campaign_id:id*! advertiser_id:id* advertiser_name age_targeting gender_targeting"
        " geo_targeting_included geo_targeting_excluded start_date:day end_date:day ads_list",
        "campaign_id ads_list advertiser_id",
        amounts=(),
    ),
    _google(
        "keywords",
        "top keywords (until December 2019)",
        "election_cycle region elections report_date:day "
        + " ".join(f"keyword_{n} spend_usd_{n}:money" for n in range(1, 7)),
        "election_cycle report_date keyword_1 spend_usd_1",
        amounts=(),
    ),
    _google(
        "updated",
        "day of the bundle",
        "report_data_updated_date:day*",
        "report_data_updated_date",
        amounts=(),
    ),
    Shape(
        archive="google",
        name="google_disclosed",
        says="Google Ads Transparency Center: ads",
        columns=columns_of(
            "creative_id:id*! advertiser_id:id* advertiser_disclosed_name advertiser_legal_name"
            " advertiser_location:country advertiser_verification_status ad_format_type topic"
            " creative_page_url region_stats audience_selection_approach_info"
        ),
        sign=("advertiser_id", "creative_id", "advertiser_legal_name", "region_stats"),
    ),
    Shape(
        archive="google",
        name="google_removed",
        says="Google Ads Transparency Center: removed ads, whose advertisers are no longer named",
        columns=columns_of("region_stats disapproval audience_selection_approach_info"),
        sign=("region_stats", "disapproval"),
    ),
)

_META_AMOUNT: Final = (r"amount spent \(([a-z]{3})\)", "amount")

META: Final = (
    Shape(
        archive="meta",
        name="meta_pages",
        says="Meta Ad Library report: pages and their disclaimers",
        columns=columns_of("page_id:id* page_name disclaimer ads_count:count amount:bounds"),
        aliases={
            "page_id": ("page id", "page_id"),
            "page_name": ("page name", "page_name"),
            "disclaimer": ("disclaimer",),
            "ads_count": ("number of ads in library", "n"),
            "amount": ("amount spent", "amt"),
        },
        sign=("page_id", "page_name", "disclaimer", "amount", "ads_count"),
        amounts=(_META_AMOUNT,),
        thousands=",",
    ),
    Shape(
        archive="meta",
        name="meta_places",
        says="Meta Ad Library report: places",
        columns=columns_of("region amount:bounds"),
        aliases={"region": ("location name",), "amount": ("amount spent",)},
        sign=("region", "amount"),
        amounts=(_META_AMOUNT,),
        thousands=",",
    ),
    Shape(
        archive="meta",
        name="meta_api",
        says="Meta Ad Library API: ads",
        columns=columns_of("id:id*! page_id:id* page_name ad_delivery_start_time ad_snapshot_url"),
        sign=("id", "page_id", "ad_delivery_start_time"),
    ),
)

_PLACES: Final = [
    "regions",
    "electoral_districts",
    "radius_targeting",
    "metros",
    "postal_codes",
    "location_categories",
]

SNAPCHAT: Final = (
    Shape(
        archive="snapchat",
        name="snapchat_ads",
        says="Snapchat political ads",
        columns=columns_of(
            "adid:id*! currency:currency spend:money impressions:count_bounds startdate:time enddate:time"
            " organizationname billingaddress ballot payingadvertisername committeename committeeid"
            " countrycode creativeproperties gender agebracket interests ostype segments language "
            + " ".join(f"{place}_{end}" for place in _PLACES for end in ("included", "excluded"))
        ),
        aliases={
            "currency": ("currency code", "cur"),
            "impressions": ("impressions", "imp"),
            "organizationname": ("organizationname", "org"),
            "billingaddress": ("billingaddress", "addr"),
            "ballot": ("candidateballotinformation", "cand"),
            "payingadvertisername": ("payingadvertisername", "payer"),
            "committeeid": ("committeeidentificationnumber",),
            "countrycode": ("countrycode", "country"),
            **{
                f"{place}_{end}": (f"{place.replace('_', ' ')} ({end})",)
                for place in _PLACES
                for end in ("included", "excluded")
            },
        },
        sign=("adid", "currency", "spend", "organizationname", "payingadvertisername"),
    ),
)

OTHERS: Final = (
    Shape(
        archive="ira",
        name="ira_ads",
        says="Facebook ads of the Internet Research Agency",
        columns=columns_of("bates:id ad_text spend:money currency:currency created:time page_key"),
        sign=("bates", "ad_text", "spend", "currency", "created", "page_key"),
    ),
    Shape(
        archive="x",
        name="x_ads",
        says="X political ads",
        columns=columns_of("screen_name tweet_id impressions spend"),
        aliases={"screen_name": ("screen name",), "tweet_id": ("tweet id",), "spend": ("spend_usd",)},
        sign=("screen_name", "tweet_id", "spend"),
    ),
)

SHAPES: Final = (*GOOGLE, *META, *SNAPCHAT, *OTHERS)


def recognise(header: Sequence[str], shapes: Iterable[Shape] = SHAPES) -> Shape | None:
    """Return the shape of a file by its columns: of several that fit, the one with the longest sign."""
    folded = {fold_header(name) for name in header}
    fitting = [
        shape
        for shape in shapes
        if _found(shape, folded).issuperset(shape.sign) and _has_amounts(shape, folded)
    ]
    return max(fitting, key=lambda shape: len(shape.sign), default=None)


def _has_amounts(shape: Shape, folded: set[str]) -> bool:
    """Tell whether a file whose amounts stand in a column for each currency has any."""
    needs = any("{}" in ours for _, ours in shape.amounts)
    return not needs or any(currency_of(shape, name) for name in folded)


def sign_of(shape: Shape, header: Sequence[str]) -> tuple[str, ...]:
    """Return the file's own columns by which a shape is recognised."""
    by_fold = {fold_header(name): name for name in header}
    found = []
    for column in shape.sign:
        spelt = next((s for s in shape.spellings(column) if s in by_fold), None)
        if spelt is not None:
            found.append(by_fold[spelt])
        found += [by_fold[f] for f in by_fold if spelt is None and currency_of(shape, f) is not None]
    return tuple(found)


def currency_of(shape: Shape, folded: str) -> str | None:
    """Return the currency in a folded header, if it is one with a currency."""
    for pattern, _ in shape.amounts:
        match = re.fullmatch(pattern, folded)
        if match is not None and match[1].upper() in MINOR_DIGITS:
            return match[1].upper()
    return None


def _found(shape: Shape, folded: set[str]) -> set[str]:
    found = {c.name for c in shape.columns if any(s in folded for s in shape.spellings(c.name))}
    for pattern, ours in shape.amounts:
        if "{}" not in ours and any(re.fullmatch(pattern, name) for name in folded):
            found.add(ours)
    return found


def table_of(shape: Shape, header: Sequence[str]) -> tuple[Table, TableDeclaration, tuple[str, ...]]:
    """Return what a file of a shape holds: its table, where the columns are, and its currencies.

    Amounts in a column for each currency become columns such as ``spend_usd``.
    """
    by_fold = {fold_header(name): name for name in reversed(header)}
    columns, places, currencies = list(shape.columns), {}, []
    for column in shape.columns:
        spelt = next((s for s in shape.spellings(column.name) if s in by_fold), None)
        if spelt is not None:
            places[column.name] = by_fold[spelt]
    for folded, name in by_fold.items():
        code = currency_of(shape, folded)
        if code is None:
            continue
        if code not in currencies:
            currencies.append(code)
        ours = next(ours for pattern, ours in shape.amounts if re.fullmatch(pattern, folded))
        made = ours.format(code.lower())
        places[made] = name
        if "{}" in ours:
            columns.append(Column(name=made, form="money"))
    order = [code for code in (currency_of(shape, fold_header(name)) for name in header) if code]
    currencies.sort(key=order.index)
    declared = TableDeclaration(columns=places, thousands=shape.thousands)
    return Table(name=shape.name, columns=tuple(columns)), declared, tuple(currencies)
