"""A plan as text: who, why, who not, what it costs, what happens next.

Law: everybody whom the plan touches stands in it by name, and everybody who was left out stands there with
the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.model.money import Money, parse_micros, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.plans.plan import Plan

WHY_OUT = {
    "agency": "declared agency: never a bridge, never swept in",
    "same_hands": "same hands at most, as with an agency or a freelancer; not the same owner",
    "weak": "too little is shared",
    "judged": "a reviewer said: not the same owner",
    "access_or_plantable": "only access evidence, or what an outsider can plant",
    "one_bridge": "hangs, with others, on one other account alone",
}
OUT_SHOWN = 12


def plan_text(plan: Plan) -> str:
    """Return the whole text."""
    document = plan.document
    lines = [
        f"{document['plan_id']}   proposed by {document['proposed_by']}, {document['proposed_at']}",
        f"plan_sha256 {plan.sha256}",
        "",
    ]
    lines += _subjects(document)
    lines += _members(document)
    lines += _left_out(document)
    lines += ["", *money_lines(document["earned"])]
    lines += _decision(document)
    return "\n".join(lines)


def amount(text: str, currency: str) -> str:
    """Write a decimal string for people, with the currency's symbol, rounded to nothing."""
    return show(Money(amount_micros=parse_micros(text), currency=currency), symbol=True)


def _subjects(document: Mapping[str, Any]) -> list[str]:
    return [f'"{s["query"]}" names {len(s["account_ids"])} accounts' for s in document["subjects"]]


def label(member: Mapping[str, Any]) -> str:
    """Name an account: name, handle, id."""
    handle = f" {member['handle']}" if member["handle"] else ""
    return f"{member['name']}{handle} ({member['account_id']})"


def _members(document: Mapping[str, Any]) -> list[str]:
    lines = []
    currency = document["earned"]["currency"]
    for basis, title in (("named", "Named: a ban"), ("linked", "Linked: an interim suspension")):
        chosen = [m for m in document["members"] if m["basis"] == basis and m["status"] == "in"]
        lines += ["", f"{title} ({len(chosen)})"]
        for member in chosen:
            money = amount(member["earned"]["converted"]["amount"], currency) if currency else ""
            lines.append(f"  {label(member)}   {document['earned']['basis']} {money}")
            if basis == "linked":
                word = "calibrated" if member["calibrated"] else "uncalibrated"
                lines.append(
                    f"      p(same owner) {member['p_owner']}, {word}; review on {member['review_on']}"
                )
                lines += reason_lines(member, shown=3)
    asked = [m for m in document["members"] if m["status"] == "ask"]
    lines += ["", f"To be asked about; nothing happens to them ({len(asked)})"]
    for member in asked:
        lines.append(
            f"  {label(member)}   p {member['p_owner']}: {WHY_OUT.get(member['why'], member['why'])}"
        )
        lines += reason_lines(member, shown=2)
    return lines


def reason_lines(member: Mapping[str, Any], *, shown: int) -> list[str]:
    """Tell the strongest reasons that link an account, then what speaks for it."""
    for_link = [r for r in member["reasons"] if not r["weight"].startswith("-")]
    against = [r for r in member["reasons"] if r["weight"].startswith("-")]
    lines = [f"      + {reason['sentence']}" for reason in for_link[:shown]]
    return lines + [f"      - {reason['sentence']}" for reason in (*member["speaks_for"][:2], *against[:1])]


def _left_out(document: Mapping[str, Any]) -> list[str]:
    out = [m for m in document["members"] if m["status"] == "out"]
    lines = ["", f"Left out, though something is shared ({len(out)})"]
    lines += [f"  {label(m)}: {WHY_OUT.get(m['why'], m['why'])}" for m in out[:OUT_SHOWN]]
    if len(out) > OUT_SHOWN:
        groups: dict[str, int] = {}
        for member in out[OUT_SHOWN:]:
            groups[member["why"]] = groups.get(member["why"], 0) + 1
        rest = "; ".join(f"{count} {WHY_OUT.get(why, why)}" for why, count in sorted(groups.items()))
        lines.append(f"  and {len(out) - OUT_SHOWN} more: {rest}")
    return lines


def money_lines(block: Mapping[str, Any]) -> list[str]:
    """Tell the plan's money: three bounds, and the total said in other ways."""
    currency = block["currency"]
    if not currency:
        why = block.get("unconverted", "no currency was asked for")
        return [
            f"Earned, not converted: {why}",
            *(f"  {code}  {amount(bounds['likely'], code)}" for code, bounds in block["by_currency"].items()),
        ]
    if block["basis"] == "stated spend":
        return [
            "Stated spend, as the archive says; it is not what a platform earned",
            *(
                f"  {code}  {amount(bounds['likely'], code)} by all accounts of the plan"
                for code, bounds in block["by_currency"].items()
            ),
        ]
    as_of = block["as_of"] or "now"
    lines = [f"Earned, as known on {as_of}, each amount at its service day's rate ({block['status']})"]
    for bound, words in (
        ("low", "named and confirmed accounts"),
        ("likely", "all accounts of the plan: what is pledged"),
        ("high", "the undecided ones too"),
    ):
        lines.append(f"  {bound:<7} {amount(block[bound], currency):>18}   {words}")
    for name, text in block["also"].items():
        lines.append(f"  {name}: {amount(text, name.split(' ', 1)[0])}")
    return lines


def _decision(document: Mapping[str, Any]) -> list[str]:
    decision = document["decision"]
    rule = decision["rule"]
    lines = ["", f"Ground: {decision['ground']} (rule {rule['id']}, version {rule['version']})"]
    lines += [f"Authority: {a['name']}, {a['date']}" for a in decision["authorities"]] or ["Authority: none"]
    lines += _list("Alternatives considered", document["alternatives_considered"])
    lines += _list("Consequences expected", document["expected_consequences"])
    lines.append(f"Bound: {document['bound']['sentence']}")
    if "audit" in document["evidence"]:
        lines.append(f"Audit: {document['evidence']['audit']}")
    if document["without"]:
        lines.append(f"Without: {', '.join(document['without'])}")
    count = len(document["changes"])
    lines += ["", f"Applying it debars {count} accounts from advertising. Organic use is unchanged."]
    return lines


def _list(title: str, sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return [f"{title}: none stated"]
    return [f"{title}:", *(f"  - {sentence}" for sentence in sentences)]
