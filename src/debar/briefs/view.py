"""What the page says, worked out once in Python: readable without scripts, and on paper.

Law: every sentence and number of the page comes from the plan and what was handed in beside it; the view
decides the words, the template only where they stand.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.briefs.strike import Evidence, amounts_of, evidence_of, strike_in
from debar.model.money import Money, parse_micros, round_to_minor, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.briefs.strike import Strike

STANDING_WORDS: Final = {"named": "named", "in": "linked", "ask": "to be asked", "out": "left out"}

WHY_WORDS: Final = {
    ("out", "agency"): "A declared agency. It serves others; it is never a bridge and never swept in.",
    ("out", "same_hands"): "More likely the same hands, such as an agency's, than the same owner.",
    ("out", "judged"): "A reviewer told it apart.",
    ("out", "weak"): "What it shares is too weak to ask about.",
    ("ask", "judged"): "A reviewer has looked and was not sure, or told it apart from a named account.",
    ("ask", "access_or_plantable"): (
        "What ties it in is only access (a card, a device, an address) or can be planted by an outsider "
        "(a name, a domain, a text). That alone bans nobody: a person must say."
    ),
    ("ask", "one_bridge"): (
        "It is tied in well, but with others by way of one other account alone: were that one somebody "
        "else's (sold, lent, mistaken), they all would be innocent. A person must say."
    ),
    ("ask", "weak"): "Too strong to ignore, too weak to propose: a person must say.",
}

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

HEADING_MAX: Final = 160
"""Longer titles are cut on the page; the decision names every subject in full."""

NAMES_MAX: Final = 8
"""Names in one cell of a table; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One fact: what it is, who holds it, and what hangs on it alone."""

    fact_id: str
    kind: str
    family: str
    shown: str
    crowd: int
    holders: tuple[str, ...]
    own_struck: bool
    alone: Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A linked member and the facts that each, alone, would free it."""

    member: Mapping[str, Any]
    facts: tuple[FactView, ...]
    path_facts: tuple[FactView, ...]
    stake_micros: int


def money_text(amount: str | int, currency: str) -> str:
    """Write an amount for people."""
    micros = amount if isinstance(amount, int) else parse_micros(amount)
    return show(Money(amount_micros=micros, currency=currency), symbol=True)


def percent(probability: str | None) -> str:
    """Write a probability in hundredths, never as certain where it is not.

    Example:
        >>> percent("0.999961"), percent("0.973000"), percent("1.000000"), percent("0.000000")
        ('> 99.9 %', '97.3 %', '100 %', '< 0.1 %')
    """
    millionths = parse_micros(probability or "0")
    if millionths >= 1_000_000:
        return "100 %"
    if millionths > 999_000:
        return "> 99.9 %"
    if millionths < 1_000:
        return "< 0.1 %"
    return f"{millionths // 10_000}.{millionths // 1_000 % 10} %"


def standing_of(member: Mapping[str, Any]) -> str:
    """Return ``named``, ``in``, ``ask`` or ``out``."""
    return "named" if member["basis"] == "named" else str(member["status"])


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun.

    Example:
        >>> count(1, "account"), count(3, "account")
        ('1 account', '3 accounts')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Write a list as a sentence does.

    Example:
        >>> listed(["a", "b", "c"])
        'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def instant(text: str) -> str:
    """Write an instant for people.

    Example:
        >>> instant("2017-10-26T12:00:00Z"), instant("2017-10-26")
        ('26 October 2017, 12:00 UTC', '26 October 2017')
    """
    day = f"{int(text[8:10])} {MONTHS[int(text[5:7]) - 1]} {text[:4]}"
    return f"{day}, {text[11:16]} UTC" if len(text) > 10 else day


class View:
    """Everything that the template asks for.

    Args:
        plan: The plan's document.
        accounts: Account id to its row and identifiers.
    """

    def __init__(self, plan: Mapping[str, Any], accounts: Mapping[str, Mapping[str, Any]]) -> None:
        self.plan = plan
        self.accounts = accounts
        self.evidence: Evidence = evidence_of(plan)
        self.amounts = amounts_of(plan)
        self.currency: str = plan["earned"]["currency"] or ""
        self.stated: bool = plan["earned"].get("basis") == "stated spend"
        self.money_word = "Stated spend" if self.stated else "Earned"
        self.strikes = self.evidence.strikes()
        self.before = self.strikes.statuses
        self.members: dict[str, Mapping[str, Any]] = {m["account_id"]: m for m in plan["members"]}
        self.facts = self._facts()
        self.ties = self._ties()

    words = STANDING_WORDS
    count = staticmethod(count)
    percent = staticmethod(percent)
    standing_of = staticmethod(standing_of)
    instant = staticmethod(instant)

    def name(self, account_id: str) -> str:
        """Return an account's name for people."""
        member = self.members.get(account_id)
        return str((member or {}).get("name") or self.accounts.get(account_id, {}).get("name") or account_id)

    def names(self, account_ids: Iterable[str]) -> str:
        """Return names as a sentence lists them."""
        return listed([self.name(account_id) for account_id in account_ids])

    def some_names(self, account_ids: Sequence[str]) -> str:
        """Return names as a sentence lists them, many of them cut short."""
        if len(account_ids) <= NAMES_MAX:
            return self.names(account_ids)
        shown = ", ".join(self.name(account_id) for account_id in account_ids[: NAMES_MAX - 1])
        return f"{shown} and {len(account_ids) - NAMES_MAX + 1} more"

    def row_words(self, member: Mapping[str, Any]) -> str:
        """Say in a line what an account says of itself."""
        row = self.accounts.get(member["account_id"], {})
        words = [member["handle"], member["legal_name"], row.get("country")]
        if row.get("created_at"):
            words.append(f"since {str(row['created_at'])[:10]}")
        if row.get("declared_agency"):
            words.append("declared agency")
        return " · ".join([*(str(word) for word in words if word), f"id {member['account_id']}"])

    def spared(self) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """Return those left out, by the reason why, the nearest misses first."""
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for member in self.of_standing("out"):
            groups.setdefault(self.why(member), []).append(member)
        order = [words for (status, _), words in WHY_WORDS.items() if status == "out"]
        return sorted(
            groups.items(), key=lambda group: order.index(group[0]) if group[0] in order else len(order)
        )

    def facts_by_consequence(self) -> list[FactView]:
        """Return the facts, those that free somebody first."""
        return sorted(self.facts.values(), key=_weight_of_consequence)

    def of_standing(self, *standings: str) -> list[Mapping[str, Any]]:
        """Return the members of some standings, in the plan's order."""
        return [m for m in self.plan["members"] if standing_of(m) in standings]

    def money(self, micros: int) -> str:
        """Write a converted amount for people: to the currency's smallest unit, rounded half-even."""
        return money_text(round_to_minor(micros, self.currency), self.currency)

    def leaving(self, found: Strike) -> str:
        """Say how much money leaves: converted where the plan converts, else in each currency."""
        if self.currency:
            return self.money(found.leaving_micros)
        amounts = [money_text(amount, code) for code, amount in found.leaving_by_currency.items()]
        return listed(amounts) if amounts else "no money"

    def consequence(self, found: Strike, about: str | None = None) -> str:
        """Say in a sentence what striking does.

        Args:
            found: The answer.
            about: The account that the sentence stands beside; alone, it is called "it".
        """
        said = []
        if found.leaves:
            alone = found.leaves == (about,)
            who = "It" if alone else self.names(found.leaves)
            verb, with_it = ("falls", "with it") if len(found.leaves) == 1 else ("fall", "with them")
            sentence = f"{who} {verb} out of the ban, {self.leaving(found)} {with_it}"
            if set(found.leaves) <= set(found.asks):
                sentence += ", and must then be asked about"
            said.append(sentence)
        if found.joins:
            worth = f", with {self.money(found.joining_micros)}" if self.currency else ""
            said.append(f"{self.names(found.joins)} would join{worth}")
        asks = [
            account for account in found.asks if account not in found.leaves or not said[0].endswith("about")
        ]
        if asks:
            said.append(f"{self.names(asks)} must then be asked about")
        if found.settled:
            said.append(f"{self.names(found.settled)} need not be asked about any more")
        return ". ".join(said) + "." if said else "Nothing changes: other facts carry it."

    def identifiers(self, account_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what an account holds, as it was handed in."""
        rows: Sequence[Mapping[str, Any]] = self.accounts.get(account_id, {}).get("identifiers", ())
        return rows

    def shared_facts(self, account_id: str) -> list[FactView]:
        """Return the facts that an account shares with somebody of the case, rarest first."""
        return [fact for fact in self.facts.values() if account_id in fact.holders]

    def fact(self, fact_id: str) -> FactView | None:
        """Return a fact by its id."""
        return self.facts.get(fact_id)

    def tags(self) -> dict[str, int]:
        """Count the accounts of each standing."""
        return {word: len(self.of_standing(word)) for word in STANDING_WORDS}

    @staticmethod
    def heading(title: str) -> str:
        """Return a title that fits on the first screen."""
        return title if len(title) <= HEADING_MAX else title[: HEADING_MAX - 1].rstrip() + "…"

    def lede(self, *, applied: bool) -> str:
        """Say what was decided, or is only proposed, in one sentence."""
        word = "Barred" if applied else "Proposed, not in force: barred"
        decision = self.plan["decision"]
        where = listed(decision["territories"])
        return (
            f"{word} from creating, buying and running advertising from {instant(decision['from'])}, {where}."
        )

    def tree_sentence(self) -> str:
        """Say how the ban came about in one sentence."""
        counts = self.tags()
        parts = [f"{count(counts['named'], 'account')} {'was' if counts['named'] == 1 else 'were'} named"]
        parts.append(f"{counts['in'] or 'none'} found behind them")
        parts.append(f"{counts['ask'] or 'none'} must be asked about")
        parts.append(f"{counts['out'] or 'none'} looked at and left out")
        return listed(parts) + "."

    def bound_sentence(self) -> str:
        """Say how far the probabilities can be trusted, as the plan says it."""
        sentence = str(self.plan["bound"]["sentence"])
        return sentence[:1].upper() + sentence[1:].rstrip(".") + "."

    def total(self) -> str:
        """Write what was earned from all accounts of the ban."""
        earned = self.plan["earned"]
        if self.currency:
            return money_text(earned["likely"], self.currency)
        amounts = [money_text(b["likely"], code) for code, b in earned["by_currency"].items()]
        return " + ".join(amounts) or "nothing"

    def total_note(self) -> str:
        """Write the bounds of that."""
        as_of = self.plan["earned"].get("as_of")
        known = f", as of {as_of}" if as_of else ""
        if not self.currency:
            return f"nothing is converted{known}"
        low, high = self.bound("low"), self.bound("high")
        return f"low, likely and high agree{known}" if low == high else f"between {low} and {high}{known}"

    def bound(self, name: str) -> str:
        """Write one of the three bounds."""
        return money_text(self.plan["earned"][name], self.currency)

    def also(self, how: str, amount: str) -> str:
        """Write the total in a further currency; ``how`` begins with the currency's code."""
        return money_text(amount, how[:3])

    def earned_of(self, member: Mapping[str, Any]) -> str:
        """Write what one account earned us: converted, or in its own currencies."""
        if self.currency:
            return self.money(self.amounts[member["account_id"]])
        amounts = [money_text(amount, code) for code, amount in member["earned"]["by_currency"].items()]
        return " + ".join(amounts) or "0.00"

    def review_day(self) -> str:
        """Return the first day of review among linked members."""
        days = sorted(m["review_on"] for m in self.plan["members"] if m.get("review_on"))
        return instant(days[0]) if days else "their review"

    def why(self, member: Mapping[str, Any]) -> str:
        """Say why an account is not in the ban."""
        return WHY_WORDS.get((member["status"], member["why"]), str(member["why"]))

    def path_words(self, member: Mapping[str, Any]) -> str:
        """Say by which way an account was reached."""
        if member["basis"] == "named":
            queries = [s["query"] for s in self.plan["subjects"] if member["account_id"] in s["account_ids"]]
            return f"Named as {listed([f'“{q}”' for q in queries])}." if queries else "Named."
        hops = [f"to {self.name(hop['to'])} {self._through(hop)}" for hop in member["path"]]
        if not hops:
            return ""
        return f"From {self.name(member['path'][0]['from'])} {', then '.join(hops)}."

    def _through(self, hop: Mapping[str, Any]) -> str:
        if hop.get("judgement") == "positive":
            return "by a reviewer's word"
        shown = [self.facts[f].shown for f in hop["facts"] if f in self.facts]
        return f"by {listed(shown)}" if shown else "by what they share"

    @staticmethod
    def weight(bits: str) -> str:
        """Write a weight with its sign and one decimal.

        Example:
            >>> View.weight("-1.500"), View.weight("19.500")
            ('−1.5', '+19.5')
        """
        tenths = round(parse_micros(bits) / 100_000)
        sign = "−" if tenths < 0 else "+"
        return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"

    @staticmethod
    def short(micros: int) -> str:
        """Write an amount on an axis.

        Example:
            >>> View.short(40_000_000_000), View.short(2_000_000_000_000)
            ('40k', '2m')
        """
        units = micros // 1_000_000
        for size, letter in ((1_000_000, "m"), (1_000, "k")):
            if units >= size:
                tenths = units * 10 // size
                return f"{tenths // 10}.{tenths % 10}{letter}".replace(".0", "")
        return str(units)

    def leaf(self, leaf: str) -> str:
        """Show a leaf's bytes as text."""
        return base64.b64decode(leaf).decode("utf-8", errors="replace")

    def money_intro(self) -> str:
        """Say what the money section holds."""
        earned = self.plan["earned"]
        known = f", as known on {earned['as_of']}" if earned.get("as_of") else ""
        if self.stated:
            return f"What a public archive states that they spent{known}. It is not what was earned."
        said = f"What the accounts of the ban brought us{known}."
        if earned.get("status") == "projected" and earned.get("final_on"):
            said += f" Projected: card charges can be reversed until {earned['final_on']}."
        return said

    def _facts(self) -> dict[str, FactView]:
        graph = self.evidence.graph
        holders: dict[str, set[str]] = {}
        for pair in graph.pairs:
            for fact_id in pair.shared:
                holders.setdefault(fact_id, set()).update((pair.account_a, pair.account_b))
        order = sorted(holders, key=lambda f: (graph.facts[f].crowd, graph.facts[f].family, f))
        return {
            fact_id: FactView(
                fact_id=fact_id,
                kind=graph.facts[fact_id].kind,
                family=graph.facts[fact_id].family,
                shown=graph.facts[fact_id].shown,
                crowd=graph.facts[fact_id].crowd,
                holders=tuple(sorted(holders[fact_id])),
                own_struck=fact_id in self.evidence.without,
                alone=strike_in(
                    self.plan, self.evidence, [fact_id], strikes=self.strikes, amounts=self.amounts
                ),
            )
            for fact_id in order
        }

    def _ties(self) -> list[Tie]:
        """Return the linked members, those that most deserve a second look first."""
        ties = []
        for member in self.of_standing("in"):
            account_id = member["account_id"]
            alone = [f for f in self.facts.values() if account_id in f.alone.leaves]
            path = [self.facts[f] for hop in member["path"] for f in hop["facts"] if f in self.facts]
            ties.append(
                Tie(
                    member=member,
                    facts=tuple(alone),
                    path_facts=tuple(path),
                    stake_micros=self.amounts[account_id],
                )
            )
        ties.sort(key=lambda t: (not t.facts, -_doubt(t), -t.stake_micros, t.member["account_id"]))
        return ties


def _weight_of_consequence(fact: FactView) -> tuple[int, int, int, str]:
    alone = fact.alone
    kind = 0 if alone.leaves or alone.joins else 1 if alone.asks or alone.settled else 2
    return (kind, -alone.leaving_micros, fact.crowd, fact.fact_id)


def _doubt(tie: Tie) -> int:
    """Money at stake times the chance of innocence."""
    return tie.stake_micros * (1_000_000 - parse_micros(tie.member["p_owner"]))
