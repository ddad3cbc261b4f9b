"""Public sources that the figures of the documentation rest on, and where archives are published.

Law: an address stands here only where it is known; a digest only where the content is fixed. A source without
an address says that it is obtained by hand, and still says what its bytes must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GIB: Final = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A public source.

    Args:
        name: As ``debar fetch`` takes it.
        file: What the file is called.
        says: What it holds.
        licence: Under which licence its publisher gives it.
        url: Where it is published; empty where it must be obtained by hand.
        bytes_max: A larger file is not it.
        sha256: Of its bytes; empty where the content changes.
    """

    name: str
    file: str
    says: str
    licence: str
    url: str = ""
    bytes_max: int = GIB
    sha256: str = ""


def _by_hand(name: str, file: str, says: str, licence: str, *fixed: int | str) -> Source:
    size, sha256 = fixed
    return Source(name=name, file=file, says=says, licence=licence, bytes_max=int(size), sha256=str(sha256))


_LIVE: Final = (
    Source(
        name="google-political-ads",
        file="google-political-ads-transparency-bundle.zip",
        says="Google's political ads bundle, as of today",
        licence="none stated",
        url="https://storage.googleapis.com/political-csv/google-political-ads-transparency-bundle.zip",
        bytes_max=16 * GIB,
    ),
    *(
        Source(
            name=f"snapchat-{year}",
            file=f"{year}/PoliticalAds.zip",
            says=f"Snapchat political ads of {year}",
            licence="none stated",
            url=f"https://storage.googleapis.com/ad-manager-political-ads-dump/political/{year}/PoliticalAds.zip",
        )
        for year in range(2018, 2027)
    ),
)

_FIXED: Final = (
    _by_hand(
        "ira-ads",
        "ira_ads.csv",
        "Facebook ads of the Internet Research Agency, three extractions reconciled",
        "public record; MIT extraction",
        2_774_763,
        "cbfae9ee27e0fec2ad959e7568559b64fc5dbe8b8c33e56c9d5bd918dc67d674",
    ),
    _by_hand(
        "ira-pages",
        "ira_pages.csv",
        "page keys of these ads",
        "public record; MIT extraction",
        34_036,
        "b6b1cea55506c7eb0f5a2d4b2384adb54de64a2251968390b729c441090ef5a4",
    ),
    _by_hand(
        "ira-page-links",
        "ira_page_links.csv",
        "evidence that two page keys are one page or one hand",
        "public record; MIT extraction",
        15_309,
        "1092a67ad7e2e3c7416c213e0f37312dd88f71336f8330afe77c95a772ddda39",
    ),
    _by_hand(
        "google-2025",
        "google_bundle_advertiser_stats_2025.csv",
        "google-political-ads-advertiser-stats.csv of April 2025",
        "none stated",
        2_560_012,
        "d9dd7788642c961bc9e7048d6e8e4c59584e87d28600c05317c69efc270793cc",
    ),
    _by_hand(
        "google-2022-labelled",
        "google_2022_accounts_labelled.csv",
        "who owns which Google advertiser account in 2022, by hand",
        "MIT + Commons Clause",
        694_762,
        "cbd845ef6dc57b0528a519cf277da6de7e684bad4eca8a86c5d7482232dfbacc",
    ),
    _by_hand(
        "google-2022",
        "google_2022_accounts_unlabelled_all.csv",
        "the same accounts without labels",
        "MIT + Commons Clause",
        677_518,
        "29b68363903549524071da9db7607fb2abe9a56473823a70d87d27a1090e34bb",
    ),
    _by_hand(
        "google-2022-pairs",
        "google_2022_pairs.csv",
        "pairs of these accounts, labelled",
        "MIT + Commons Clause",
        230_264,
        "2b96dd026ab8a3071231fcb94d2e7441d8687d9537dc0d494a5826b0c07d87aa",
    ),
    _by_hand(
        "google-old-new-ids",
        "google_old_new_ids.csv",
        "one Google account under an old and a new id",
        "MIT + Commons Clause",
        117_956,
        "2521715ed8998188270dca74ee13589182b0c87bc0c3ed319d85ba8f04665ff5",
    ),
    _by_hand(
        "google-renames",
        "google_renames.csv",
        "Google accounts that were renamed",
        "MIT + Commons Clause",
        9_769,
        "2e95e346483d0eb02fe524cd88288695d7db8edc9ba591900ce4863a4baed04c",
    ),
    _by_hand(
        "facebook-2022-labelled",
        "fb_2022_accounts_labelled.csv",
        "Facebook page and disclaimer accounts of 2022 with sponsors",
        "MIT + Commons Clause",
        893_219,
        "de2fc357b25ecca677455ebf81abf313b30aabaf59412ce4c7bfb883854888d4",
    ),
    _by_hand(
        "facebook-2022",
        "fb_2022_accounts_unlabelled_all.csv",
        "the same accounts without sponsors",
        "MIT + Commons Clause",
        715_166,
        "1afeb352f7d8a6da0c2042b6f0eefc8d3ca2fd7698a1d1b3b5ef58aea2cf3f1a",
    ),
    _by_hand(
        "facebook-renames",
        "fb_page_renames.csv",
        "Facebook pages that were renamed",
        "MIT + Commons Clause",
        101_662,
        "8886ae4f61982783ba8882c6edf4ce116797ca0f9a339621dea4943b87954976",
    ),
    _by_hand(
        "meta-report-2023-06-01",
        "fb_adlibrary_us_7d_2023-06-01.csv",
        "Meta Ad Library report, United States, seven days, shortened columns",
        "none stated",
        407_275,
        "1f7cac775e9864ae86f4985836d6897023b5cf6c2b81023193f0c0a7d6d24e5a",
    ),
    _by_hand(
        "snapchat-2019-2020",
        "snapchat_2019_2020.csv",
        "Snapchat political ads of two years, shortened columns",
        "none stated",
        2_564_205,
        "79f0e84c38c5a19d6b0b119f7715edf09e3e2d5bc6d98ace15f89c90ed3cf280",
    ),
    _by_hand(
        "meta-us-2022",
        "us_sample_features.csv",
        "Meta political ads of 2022, payer hidden",
        "MIT + Commons Clause",
        1_307_485,
        "2ec21d75370140b79630b449d6b23c5176c8d924dd577fd6b564c36ede6c2720",
    ),
    _by_hand(
        "meta-us-2022-candidates",
        "us_candidate_ads_features.csv",
        "Meta ads of candidates of 2022, payer hidden",
        "MIT + Commons Clause",
        8_272_933,
        "d80bf99f5a23bf35ad8a8033beb8a78279a230238460e243fb3d5d7b1c3f13ff",
    ),
    _by_hand(
        "meta-us-2022-owners",
        "us_pages_to_owner_open.csv",
        "which of these pages have which owner",
        "MIT + Commons Clause",
        17_150,
        "657129a047186ff28eecda012d6f9b70f3ab60a3f0ef7270298ab73387da820e",
    ),
    _by_hand(
        "meta-cz-2021",
        "cz_ads_features.csv",
        "Meta ads of the Czech election of 2021",
        "MIT",
        1_105_734,
        "31c01bc39102dabd8bee9bcb9a5be2ef92ebe2f2d529882a60f5052351b5848c",
    ),
    _by_hand(
        "meta-cz-2021-texts",
        "cz_texts.csv",
        "their texts",
        "MIT",
        5_435_504,
        "a3e4da0a162d425bb1c16c2c5d9b859cd7def7ab60c54ccdbf3c69b9095417f9",
    ),
    _by_hand(
        "meta-cz-2021-pages",
        "cz_pages.csv",
        "their pages",
        "MIT",
        1_999,
        "73b04b6b186bf4162b9649f737a1908ae2df328d82962a82e0d1cb9b210ed430",
    ),
    _by_hand(
        "meta-cz-2021-revisions",
        "cz_spend_revisions.csv",
        "how published ranges were later restated",
        "MIT",
        82_415,
        "0a131778d42b9f3e77a4cc1ed266df8dae3e764fd98e7e964c7e967388b1249a",
    ),
    _by_hand(
        "markup-2024",
        "red_first.csv",
        "ads of six pages of one owner",
        "BSD-3 style",
        393_691,
        "d81631d87ae4f34b3052e5c96f6d07ddaa7140532125039300ed79bdd0163986",
    ),
    _by_hand(
        "domains-2014",
        "background_domains.csv",
        "ordinary domains",
        "public domain",
        1_102_530,
        "7547d384a7b85d500b02e73f8d0dd19b0bf209e67d4b911d1b1c8689f85ebe8b",
    ),
    _by_hand(
        "rt-sputnik-ira",
        "rt_sputnik_ira_entities.csv",
        "EU sanctions records of RT, Rossiya Segodnya, the Internet Research Agency and others",
        "CC BY-NC 4.0",
        31_999,
        "8eac1876d8b8b6877febfa781a9c972d0088a154de0a6a98458c30340af08730",
    ),
    _by_hand(
        "eu-833-media",
        "eu_833_annex_xv_media.csv",
        "bare names of banned outlets, Regulation (EU) 833/2014, Annex XV",
        "CC BY-NC 4.0",
        1_062,
        "6d9d670515e286354b48123f76cc1a6a11441be1eaeacc3c6526c07c61009180",
    ),
    _by_hand(
        "doppelganger-2022",
        "doppelganger_2022_09.csv",
        "indicators of the Doppelganger network as Meta published them",
        "MIT",
        51_110,
        "d9b26efa07ab7cea05244ee272fdd1773f2c444ef12ca58250dba76b6fe60215",
    ),
    _by_hand(
        "name-pairs",
        "name_pairs.csv",
        "labelled pairs of names",
        "MIT",
        98_749,
        "cfec1e99b182337f0a9931191e6bae2a7e88694b4c3da0a2ebff3d7e4a9c84e6",
    ),
    _by_hand(
        "transactions-origin",
        "transactions_origin.parquet",
        "bank payments with truth, one side",
        "MIT",
        1_275_720,
        "701e92ec38a58274bbc34622cab0d3d14f9beb8f7f9caeefbc2b4e25b82f889d",
    ),
    _by_hand(
        "transactions-destination",
        "transactions_destination.parquet",
        "bank payments with truth, the other side",
        "MIT",
        1_276_941,
        "e8351803ff79773f0977987483398ef383247e10a1fe2fd751abe7c0e4e41d61",
    ),
    _by_hand(
        "historical-figures",
        "historical_figures_with_errors_50k.parquet",
        "a benchmark of record linkage",
        "MIT",
        1_633_737,
        "b8b748402ff37b15c2d5e8a5b9374abe269b9d297aacb7f4c9498365b7cace43",
    ),
)

SOURCES: Final = {source.name: source for source in (*_LIVE, *_FIXED)}
