"""A donation's life: promised, allocated, paid, corrected, undone; nothing is clawed back."""

from __future__ import annotations

from typing import Any

import pytest

from debar.ledger.pledge import (
    Donation,
    Recipient,
    allocate,
    disburse,
    pledge,
    read_donation,
    reverse,
    reverse_part,
    true_up,
)
from debar.model.money import Money
from debar.model.problem import DebarError

AT = "2017-10-27T09:00:00Z"
RECEIPT = "ab" * 32
PURPOSE = "research into civic engagement and elections"


def usd(amount: str) -> Money:
    """Return dollars."""
    whole, _, cents = amount.partition(".")
    return Money(amount_micros=int(whole) * 10**6 + int(cents or 0) * 10**4, currency="USD")


def recipient(name: str, **changed: Any) -> Recipient:
    """Return a recipient that passes every check."""
    fields = {"purposes": (PURPOSE,), "conflict": "none found", "independence": "findings are its own"}
    return Recipient(name=name, **{**fields, **changed})


A, B, C = recipient("A"), recipient("B"), recipient("C")


def pledged(amount: str = "3762.80") -> Donation:
    """Return a donation, allocated 50, 30, 20."""
    return allocate(pledge("case-1", usd(amount), purpose=PURPOSE, at=AT), [(A, 50), (B, 30), (C, 20)], at=AT)


def paid_a() -> Donation:
    """Return it after A was paid."""
    return disburse(pledged(), "A", 1_881_400_000, at=AT, receipt_sha256=RECEIPT, reason="whole share")


def owed(donation: Donation) -> dict[str, int]:
    """Return what each is owed, in cents."""
    return {one.name: donation.owed_micros(one.name) // 10_000 for one in donation.recipients}


def test_the_worked_pledge() -> None:
    """3,762.80 dollars at 50, 30, 20 are 1,881.40, 1,128.84 and 752.56; after A is paid 1,881.40 are owed."""
    assert owed(pledged()) == {"A": 188_140, "B": 112_884, "C": 75_256}
    after = paid_a()
    assert sum(owed(after).values()) == 188_140
    assert (
        after.pledged_micros,
        after.unallocated_micros,
        after.disbursed_micros,
    ) == (3_762_800_000, 0, 1_881_400_000)


def test_a_pledge_of_nothing_is_a_pledge() -> None:
    """A subject that earned nothing has a pledge of 0.00, with its entry."""
    made = pledge("case-1", usd("0"), purpose=PURPOSE, at=AT)
    assert (made.pledged_micros, len(made.entries)) == (0, 1)


@pytest.mark.parametrize(("amount", "purpose"), [("1", " "), ("-1", PURPOSE)])
def test_a_pledge_needs_a_purpose_and_an_amount(amount: str, purpose: str) -> None:
    """Money without a purpose, or less than none, is not pledged."""
    with pytest.raises(DebarError, match="DBR-B010"):
        pledge("case-1", usd(amount), purpose=purpose, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        recipient("D", purposes=("lobbying",)),
        recipient("D", conflict=" "),
        recipient(""),
        recipient("Unallocated"),
    ],
)
def test_a_recipient_is_checked(wrong: Recipient) -> None:
    """A recipient works for the purpose, has a name, and its conflicts of interest were looked at."""
    with pytest.raises(DebarError, match="DBR-B012"):
        allocate(pledge("c", usd("10"), purpose=PURPOSE, at=AT), [(A, 1), (wrong, 1)], at=AT)


def test_a_recipient_is_named_once() -> None:
    """Two shares for one recipient are refused."""
    with pytest.raises(DebarError, match="DBR-B012"):
        allocate(pledge("c", usd("10"), purpose=PURPOSE, at=AT), [(A, 1), (A, 1)], at=AT)


def test_no_more_is_allocated_than_there_is() -> None:
    """What is already allocated, or below zero, cannot be allocated."""
    for amount in (1, -1):
        with pytest.raises(DebarError, match="DBR-B013"):
            allocate(pledged(), [(A, 1)], at=AT, amount_micros=amount)


def test_shares_are_shares() -> None:
    """Negative weights, or none that is positive, are no shares."""
    for weight in (0, -1):
        with pytest.raises(DebarError, match="DBR-B014"):
            allocate(pledge("c", usd("10"), purpose=PURPOSE, at=AT), [(A, weight)], at=AT)


def test_allocation_may_come_in_parts() -> None:
    """A part may be allocated now and the rest later, also to the same recipient."""
    first = allocate(pledge("c", usd("10"), purpose=PURPOSE, at=AT), [(A, 1)], at=AT, amount_micros=4_000_000)
    both = allocate(first, [(A, 1), (B, 1)], at=AT)
    assert (owed(both), both.unallocated_micros) == ({"A": 700, "B": 300}, 0)


@pytest.mark.parametrize("amount", [0, -1, 1_881_400_001])
def test_nobody_is_paid_more_than_is_owed(amount: int) -> None:
    """A payment is positive and at most what is owed."""
    with pytest.raises(DebarError, match="DBR-B013"):
        disburse(pledged(), "A", amount, at=AT, receipt_sha256=RECEIPT, reason="")


def test_a_stranger_is_not_paid() -> None:
    """Who was allocated nothing is owed nothing."""
    with pytest.raises(DebarError, match="DBR-B013"):
        disburse(pledged(), "Z", 1, at=AT, receipt_sha256=RECEIPT, reason="")


@pytest.mark.parametrize("receipt", ["", "AB" * 32, "ab" * 31])
def test_a_payment_needs_its_receipt(receipt: str) -> None:
    """Without the digest of a receipt no payment is booked."""
    with pytest.raises(DebarError, match="DBR-B015"):
        disburse(pledged(), "A", 1, at=AT, receipt_sha256=receipt, reason="")


def test_a_rise_is_promised_on_top() -> None:
    """Where more is due than was promised, the difference waits to be allocated."""
    more = true_up(paid_a(), usd("3800"), at=AT, reason="late delivery")
    assert (more.pledged_micros, more.unallocated_micros) == (3_800_000_000, 37_200_000)
    assert more.entries[-1].answers == "case-1-donation-1"


def test_a_fall_lowers_what_is_unpaid_only() -> None:
    """The rebate's 54.57 dollars are taken from B and C in proportion; what A got stays A's."""
    less = true_up(paid_a(), usd("3708.23"), at=AT, reason="rebate of January 2018")
    assert owed(less) == {"A": 0, "B": 112_884 - 3274, "C": 75_256 - 2183}
    assert (less.pledged_micros, less.disbursed_micros) == (3_708_230_000, 1_881_400_000)


def test_a_fall_takes_the_unallocated_first() -> None:
    """What nobody was promised in particular goes before what somebody was."""
    half = allocate(pledge("c", usd("10"), purpose=PURPOSE, at=AT), [(A, 1)], at=AT, amount_micros=5_000_000)
    less = true_up(half, usd("6"), at=AT, reason="refund")
    assert (owed(less), less.unallocated_micros) == ({"A": 500}, 1_000_000)


def test_an_excess_that_was_paid_is_a_gift() -> None:
    """Where more was paid than is due, nothing is taken back: the excess is a gift, and stays promised."""
    gift = true_up(paid_a(), usd("1000"), at=AT, reason="appeal")
    assert (gift.pledged_micros, gift.gift_micros(1_000_000_000)) == (1_881_400_000, 881_400_000)
    assert sum(owed(gift).values()) == 0
    assert gift is true_up(gift, usd("1000"), at=AT, reason="again")


def test_a_true_up_to_the_same_changes_nothing() -> None:
    """Twice is once."""
    donation = pledged()
    assert donation is true_up(donation, usd("3762.80"), at=AT, reason="checked")


def test_a_true_up_is_in_the_same_currency() -> None:
    """A donation in dollars is not corrected in pounds, nor to less than nothing."""
    for due in (Money(amount_micros=1, currency="GBP"), Money(amount_micros=-1, currency="USD")):
        with pytest.raises(DebarError, match="DBR-B016"):
            true_up(pledged(), due, at=AT, reason="")


def test_a_reversal_voids_what_is_unpaid() -> None:
    """When the ban is undone nothing is owed any more, what was paid is a gift, and twice is once."""
    undone = reverse(paid_a(), at=AT, reason="appeal upheld")
    assert owed(undone) == {"A": 0, "B": 0, "C": 0}
    assert undone.pledged_micros == undone.disbursed_micros == undone.gift_micros(0)
    assert undone is reverse(undone, at=AT, reason="again")


def test_amounts_below_the_minor_unit_are_not_lost() -> None:
    """A promise of odd micros is divided and undone to the micro."""
    odd = pledge("c", Money(amount_micros=10_000_001, currency="USD"), purpose=PURPOSE, at=AT)
    shared = allocate(odd, [(A, 1), (B, 1)], at=AT)
    undone = reverse(shared, at=AT, reason="appeal upheld")
    assert (shared.owed_micros("A"), shared.owed_micros("B")) == (5_000_001, 5_000_000)
    assert undone.pledged_micros == 0


def test_a_donation_reads_back() -> None:
    """The JSON form holds all of a donation."""
    donation = true_up(paid_a(), usd("3708.23"), at=AT, reason="rebate")
    assert donation == read_donation(donation.as_json())


def test_a_changed_donation_is_refused() -> None:
    """A donation whose sums are not those of its entries, or that is none, is refused."""
    document = pledged().as_json()
    with pytest.raises(DebarError, match="DBR-B017"):
        read_donation({**document, "pledged": "9.000000"})
    with pytest.raises(DebarError, match="DBR-B017"):
        read_donation({})
    document["entries"][0]["lines"][0]["amount"] = "1.000000"
    with pytest.raises(DebarError, match="DBR-B017"):
        read_donation(document)


def test_a_part_that_is_unpaid_is_void_and_nothing_is_lost() -> None:
    """The promise falls by what a reversed account had brought; a larger part than the promise is all of it."""
    donation = pledged()
    less = reverse_part(donation, 1_000_000_000, at=AT, reason="the card was resold")
    assert donation.pledged_micros - 1_000_000_000 == less.pledged_micros
    assert 0 == less.loss_micros
    assert donation.entries[0].entry_id == less.entries[-1].answers
    nothing = reverse_part(donation, 10**15, at=AT, reason="all of them")
    assert (0, 0, 0) == (nothing.pledged_micros, nothing.unallocated_micros, nothing.loss_micros)
    assert nothing is reverse_part(nothing, 5, at=AT, reason="again")
    assert donation is reverse_part(donation, 0, at=AT, reason="it brought nothing")


def test_a_part_that_is_paid_out_is_a_loss_and_recipients_keep_it() -> None:
    """What is unpaid goes first; the rest is booked as a loss; nobody owes anything back."""
    donation = paid_a()
    paid = donation.disbursed_micros
    lost = reverse_part(donation, donation.pledged_micros, at=AT, reason="all of them")
    assert {"A": 0, "B": 0, "C": 0} == owed(lost)
    assert (0, paid, paid) == (lost.pledged_micros, lost.loss_micros, lost.disbursed_micros)
    assert 0 == lost.gift_micros(0), "a loss of ours is no gift beyond what was due"
    assert lost == read_donation(lost.as_json())
    assert lost is reverse(lost, at=AT, reason="nothing is left")
