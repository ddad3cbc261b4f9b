"""Block lists for partners that filter on their side: ``badv`` and ``bapp``.

Law: a hint, and labelled one. Partners may ignore it, cap it and apply it a day later; the filter on the
response is what keeps an ad out.
Source: OpenRTB 2.6, BidRequest.badv and BidRequest.bapp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from debar.register.debarments import Debarment

LABEL: Final = "hint: a partner may ignore, cut or delay this list; check the bids that come back"

PARTNER_CAPS: Final = {"magnite": 50, "google-ad-manager": 25_000}
"""How many advertiser domains partners take: 50 on the server side of the former Rubicon (Prebid's
documentation), 25,000 in one protection of Google Ad Manager (its help pages)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Lists for one partner.

    Args:
        badv: Advertisers' domains.
        bapp: Apps' bundles.
        left_out: How many of each the cap left out.
        revision: The register's, at which they stood.
    """

    badv: tuple[str, ...]
    bapp: tuple[str, ...]
    left_out: dict[str, int]
    revision: int

    def as_json(self) -> dict[str, Any]:
        """Return the lists with their label."""
        return {
            "hint": LABEL, "revision": self.revision, "badv": list(self.badv), "bapp": list(self.bapp),
            "left_out": self.left_out,
        }  # fmt: skip


def hint_for(
    standing: Iterable[Debarment], *, revision: int, cap: int, territory: str | None = None, now: datetime
) -> Hint:
    """Return what a partner is asked not to bid with: the newest decisions first, up to its cap.

    Args:
        standing: What stands.
        revision: At which.
        cap: How many of each list it takes.
        territory: Its country; None for any, and then decisions that are limited to some are in.
        now: The present instant, aware.
    """
    newest: dict[tuple[str, str], int] = {}
    for one in standing:
        if one.covers("serve", surface=None, territory=territory, now=now):
            key = (one.key_kind, one.key_value)
            newest[key] = max(newest.get(key, 0), one.entry_seq)
    order = sorted(newest, key=lambda key: (-newest[key], key))
    domains, bundles = (
        tuple(value for kind, value in order if kind == wanted) for wanted in ("domain", "bundle")
    )
    return Hint(
        badv=domains[:cap],
        bapp=bundles[:cap],
        left_out={"badv": max(0, len(domains) - cap), "bapp": max(0, len(bundles) - cap)},
        revision=revision,
    )
