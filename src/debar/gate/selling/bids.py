"""A filter for OpenRTB 2.6 bid responses: bids of who is debarred are removed, the rest stays byte for byte.

Law: a bid passes only if its response could be read whole and unambiguously and every key that it names may
advertise. What the response says is what is checked: advertiser domains with the domains above them, the
app's bundle, creative, campaign and seat.
Source: OpenRTB 2.6 (Bid, SeatBid, BidResponse); AdCOM 1.0, loss reason codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from debar.gate.selling.spans import (
    Members,
    array_spans,
    object_spans,
    read_json,
    refuse_response,
    spliced,
)
from debar.model.typed_keys import parent_domains, typed_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.gate.answer import Answer
    from debar.gate.judging import Checker
    from debar.model.typed_keys import TypedKey

LOSS_CODES: Final = {"domain": 205, "bundle": 206, "creative": 202, "seat": 104}
"""AdCOM's loss reason for a key that denies: advertiser or app excluded, creative or seat blocked."""

LOSS_OTHER: Final = 200
LOSS_UNKNOWN: Final = 6
LOSS_NO_ANSWER: Final = 1
_DOMAINS_MAX: Final = 32
"""More advertiser domains in one bid are taken for nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A bid that was taken out.

    Args:
        seat: Its seat; None where the response names none.
        bid_id: Its id as the bidder gave it; empty where it is no text.
        impression_id: The impression that it was for; empty where it is no text.
        loss_code: AdCOM's loss reason, for the bidder's ``lurl``.
        kind: The kind of key that denied; None where none did.
        reason: In a sentence, for the operator.
        answer: The gate's answer; None where it was not asked.
    """

    seat: str | None
    bid_id: str
    impression_id: str
    loss_code: int
    kind: str | None
    reason: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredBids:
    """A response after the filter.

    Args:
        body: The response; the very bytes that came in where nothing was removed.
        bid_count: How many bids are left; where none is, answer HTTP 204.
        removed: What was taken out, in order.
    """

    body: bytes
    bid_count: int
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BidFilter:
    """Filters the responses of one bidder.

    Args:
        gate: What is asked.
        unknown_advertiser: What to do with a bid without a usable ``adomain``: ``deny`` or ``allow``.
        bidder: Put before seat, campaign and creative ids, as ``bidder:id``, where these are the bidder's own
            and another bidder might use the same.
    """

    gate: Checker
    unknown_advertiser: Literal["deny", "allow"] = "deny"
    bidder: str | None = None

    def filtered(
        self,
        body: bytes,
        *,
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime,
    ) -> FilteredBids:
        """Return a bid response without the bids of who is debarred.

        Args:
            body: The response as it came, JSON in UTF-8.
            surface: Where the ad would be shown.
            territory: The country in which it would be shown.
            at_least: The revision that the gate must know.
            now: The present instant, aware.

        Raises:
            DebarError: It cannot be read whole and unambiguously: drop it all.
        """
        text, response = read_json(body)
        asked = {"surface": surface, "territory": territory, "at_least": at_least, "now": now}
        removed: list[Removed] = []
        kept_count, seats = 0, response.array("seatbid")
        kept_seats: list[str] = []
        for span in array_spans(text, seats):
            seat_bid = object_spans(text, span)
            kept, bad = self._seat(text, seat_bid, asked)
            removed += bad
            kept_count += len(kept)
            if kept or not bad:
                kept_seats.append(
                    spliced(text, span, seat_bid.array("bid"), kept) if bad else span.text(text)
                )
        if not removed:
            return FilteredBids(body=body, bid_count=kept_count, removed=())
        made = spliced(text, response.span, seats, kept_seats)
        return FilteredBids(body=made.encode(), bid_count=kept_count, removed=tuple(removed))

    def _seat(
        self, text: str, seat_bid: Members, asked: Mapping[str, Any]
    ) -> tuple[list[str], list[Removed]]:
        """Return the bids of a seat that stay, as they are written, and those that do not."""
        try:
            seat = _id(seat_bid.value("seat"))
        except TypeError:
            raise refuse_response("a seat is no text") from None
        kept: list[tuple[str, Members]] = []
        bad: list[Removed] = []
        for span in array_spans(text, seat_bid.array("bid")):
            bid = object_spans(text, span)
            out = self._judged(bid, seat, asked)
            if out is None:
                kept.append((span.text(text), bid))
            else:
                bad.append(out)
        if bad and seat_bid.value("group") == 1:  # they are won or lost together
            bad += [
                _removed(bid, seat, code=LOSS_OTHER, reason="another bid of its group was removed")
                for _, bid in kept
            ]
            kept = []
        return [written for written, _ in kept], bad

    def _judged(self, bid: Members, seat: str | None, asked: Mapping[str, Any]) -> Removed | None:
        """Return the bid as removed, or None if it stays."""
        try:
            keys, named = self._keys(bid, seat)
        except (ValueError, TypeError) as error:
            return _removed(bid, seat, code=LOSS_UNKNOWN, reason=f"what it names cannot be checked: {error}")
        if not named and self.unknown_advertiser == "deny":
            return _removed(bid, seat, code=LOSS_UNKNOWN, reason="it names no advertiser domain")
        if not keys:
            return None
        answer = self.gate.check_keys(keys, action="serve", **asked)
        if answer.allowed:
            return None
        kind = self._denying(keys, asked) if answer.verdict == "debarred" else None
        code = LOSS_NO_ANSWER if answer.verdict != "debarred" else LOSS_CODES.get(kind or "", LOSS_OTHER)
        return _removed(bid, seat, code=code, reason=answer.reason, kind=kind, answer=answer)

    def _keys(self, bid: Members, seat: str | None) -> tuple[list[TypedKey], bool]:
        """Return a bid's keys, and whether it names its advertiser's domain.

        Raises:
            TypeError: An id is of a wrong type.
            ValueError: A key cannot be one, or there are too many domains.
        """
        keys: list[TypedKey] = []
        domains = bid.value("adomain")
        named = [domains] if isinstance(domains, str) else domains or []
        if not isinstance(named, list) or len(named) > _DOMAINS_MAX:
            raise ValueError("adomain is no list of domains")
        for name in named:
            if self.unknown_advertiser == "allow" and not _is_host(name):
                continue
            keys += [("domain", above) for above in parent_domains(typed_key("domain", name)[1])]
        prefix = "" if self.bidder is None else f"{self.bidder}:"
        for kind, field, before in (
            ("bundle", "bundle", ""), ("creative", "crid", prefix), ("campaign", "cid", prefix),
        ):  # fmt: skip
            value = _id(bid.value(field))
            if value is not None:
                keys.append(typed_key(kind, before + value))
        if seat is not None:
            keys.append(typed_key("seat", prefix + seat))
        return keys, any(kind == "domain" for kind, _ in keys)

    def _denying(self, keys: Sequence[TypedKey], asked: Mapping[str, Any]) -> str | None:
        """Return the kind of the first key that denies by itself."""
        return next(
            (key[0] for key in keys if not self.gate.check_keys([key], action="serve", **asked).allowed), None
        )


def _removed(
    bid: Members,
    seat: str | None,
    *,
    code: int,
    reason: str,
    kind: str | None = None,
    answer: Answer | None = None,
) -> Removed:
    names = [bid.value(name) for name in ("id", "impid")]
    bid_id, impression_id = (name if isinstance(name, str) else "" for name in names)
    return Removed(
        seat=seat, bid_id=bid_id, impression_id=impression_id, loss_code=code, kind=kind, reason=reason,
        answer=answer,
    )  # fmt: skip


def _id(value: object) -> str | None:
    """Return an id as a text; None where there is none.

    Raises:
        TypeError: It is neither a text nor a whole number.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("an id is no text")
    return str(value)


def _is_host(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(typed_key("domain", name))
    except ValueError:
        return False
