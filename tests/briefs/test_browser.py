"""The brief in headless Chromium: it says what Python says, and is red when one byte was changed."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from debar.briefs.build import build_brief, weighing_rules
from debar.briefs.seal import manifest_text
from debar.briefs.strike import strike
from debar.briefs.verify import TITLES, verify_brief
from debar.evidence.calibration import FEATURES, Calibration, log_odds, probability_of
from debar.evidence.parameters import ROLES, default_parameters
from debar.evidence.weigh import probabilities
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND
from debar.model.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from debar.briefs.build import BriefInput

pytestmark = [pytest.mark.browser, pytest.mark.ci]

CODE = "".join(
    files("debar.briefs").joinpath("assets", name).read_text(encoding="utf-8")
    for name in ("expand.js", "check.js")
)

LETTERS = ("a", "Z", "é", "ä", "0", "\uffee", "\U0001f600")
"""Python sorts the last two by code point; UTF-16 units would put them the other way round."""


@dataclass(slots=True)
class Opened:
    """A brief that was opened, and what it did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def state(self) -> str:
        """Return ok, part, bad, or unchecked where the script did not get to its end."""
        return str(
            self.page.evaluate(
                "(document.getElementById('verdict') || {dataset: {}}).dataset.state || 'gone'"
            )
        )

    def settle(self) -> str:
        """Wait until the seals are shown, or until it is clear that they will not be."""
        for _ in range(40):
            if self.page.evaluate("document.documentElement.dataset.verdict || ''"):
                break
            self.page.wait_for_timeout(10)
        return self.state()


def open_file(browser: Browser, path: Path, **context: Any) -> Opened:
    page = browser.new_context(**context).new_page()
    opened = Opened(page)
    page.on("request", lambda request: opened.requests.append(request.url))
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.goto(path.as_uri())
    return opened


@pytest.fixture(scope="module")
def brief_file(brief_html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("brief") / "brief.html"
    path.write_bytes(brief_html.encode())
    return path


@pytest.fixture
def opened(browser: Browser, brief_file: Path) -> Iterator[Opened]:
    found = open_file(browser, brief_file)
    found.settle()
    yield found
    found.page.context.close()


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.add_script_tag(content=CODE)
    yield page
    page.context.close()


def answer(page: Page, facts: tuple[str, ...]) -> dict[str, Any]:
    parts = "&".join(f"without={quote(fact, safe='')}" for fact in facts)
    page.evaluate("hash => { location.hash = hash; }", parts)
    for _ in range(100):
        found: dict[str, Any] = json.loads(page.locator("#what-if").get_attribute("data-answer") or "{}")
        if tuple(found.get("facts", ())) == tuple(sorted(facts)):
            return found
        page.wait_for_timeout(5)
    raise AssertionError(f"the page never answered for {facts}")


def test_an_untouched_file_is_green_and_asks_nothing_of_any_network(opened: Opened, brief_file: Path) -> None:
    """From disk: every check holds, one request (the file itself), nothing in the console."""
    shown = {
        name: opened.page.locator(f'[data-seal="{name}"]').get_attribute("data-state") for name in TITLES
    }

    assert opened.state() == "ok"
    assert shown == dict.fromkeys(TITLES, "ok")
    assert [url for url in opened.requests if not url.startswith("data:")] == [brief_file.as_uri()]
    assert opened.said == []


def test_the_page_and_python_say_the_same_about_every_check(opened: Opened, brief_html: str) -> None:
    """One seal, one sentence: in the browser and from ``debar verify``."""
    for check in verify_brief(brief_html):
        row = opened.page.locator(f'[data-seal="{check.name}"]')
        assert row.get_attribute("data-state") == check.status
        assert row.locator(".detail").text_content() == check.detail


def test_striking_each_fact_gives_what_python_gives(opened: Opened, plan: dict[str, Any]) -> None:
    """For every fact of the case: who leaves, joins, must be asked, and the money, are equal."""
    for fact in plan["evidence"]["graph"]["facts"]:
        assert answer(opened.page, (fact["id"],)) == strike(plan, [fact["id"]]).as_json(), fact["id"]


def test_striking_several_facts_gives_what_python_gives(opened: Opened, plan: dict[str, Any]) -> None:
    """For every pair of facts, and for all of them together, the answers are equal."""
    ids = [fact["id"] for fact in plan["evidence"]["graph"]["facts"]]
    for facts in [*itertools.combinations(ids, 2), tuple(ids)]:
        assert answer(opened.page, facts) == strike(plan, facts).as_json(), facts


def random_graph(chance: random.Random) -> tuple[CaseGraph, Policy]:
    """Make a graph with every kind of fact, role, judgement and crowd, and awkward names."""
    names = [f"{chance.choice(LETTERS)}{i}" for i in range(14)]
    facts = {}
    for i in range(20):
        kind = chance.choice(sorted(FAMILY_OF_KIND))
        fact_id = f"{kind}:{chance.choice(LETTERS)}{i}"
        facts[fact_id] = Fact(
            fact_id=fact_id,
            kind=kind,
            family=FAMILY_OF_KIND[kind],
            shown=fact_id,
            crowd=chance.choice([2, 2, 2, 3, 4, 5, 8, 9, 17, 40]),
        )
    pairs = []
    for a, b in itertools.combinations(sorted(names), 2):
        if chance.random() < 0.4:
            shared = {
                f: chance.choice(ROLES) for f in sorted(chance.sample(sorted(facts), chance.randrange(5)))
            }
            known = {facts[f].family for f in shared} | {f for f in FAMILIES if chance.random() < 0.2}
            word = chance.choice([None] * 9 + ["positive", "negative", "unsure"])
            pairs.append(
                GraphPair(
                    account_a=a,
                    account_b=b,
                    shared=shared,
                    known_to_both=tuple(f for f in FAMILIES if f in known),
                    judgement=word,
                )
            )
    graph = CaseGraph(
        named=tuple(sorted(names)[:3]),
        accounts=tuple(sorted(names)),
        agencies=frozenset(chance.sample(sorted(names)[3:], 2)),
        facts=facts,
        pairs=tuple(pairs),
    )
    return graph, Policy(
        hops_max=chance.choice([1, 2, 3]),
        ask_at=chance.choice([50_000, 300_000]),
        propose_at=chance.choice([500_000, 950_000]),
        behind_one_max=chance.choice([0, 1, 2, 20]),
    )


def random_calibration(chance: random.Random) -> Calibration | None:
    """Make a correction of any size, with clamps that bite; none for one graph in three."""
    if chance.random() < 1 / 3:
        return None
    bounds = [sorted(chance.randrange(-20_000, 20_000) for _ in range(2)) for _ in FEATURES]
    return Calibration(
        fitted=chance.random() < 0.9,
        labels=200,
        offset_millibits=chance.randrange(-4_000, 4_000),
        coefficients=tuple(chance.randrange(-400_000, 400_000) for _ in FEATURES),
        lows=tuple(low for low, _ in bounds),
        highs=tuple(high for _, high in bounds),
    )


def test_expanding_random_graphs_gives_what_python_gives(blank: Page) -> None:
    """Four hundred graphs with every judgement, role, crowd and calibration, and names that UTF-16 sorts otherwise."""
    chance, cases, expected = random.Random(7), [], []
    for _ in range(400):
        graph, policy = random_graph(chance)
        parameters = replace(
            default_parameters(chance.choice([300, 20_000])), calibration=random_calibration(chance)
        )
        without = sorted(chance.sample(sorted(graph.facts), chance.randrange(3)))
        cases.append([graph.as_json(), parameters.as_json(), policy.as_json(), without])
        standings = expand(graph, parameters, policy, without=frozenset(without))
        expected.append(
            [
                [s.account_id, s.status, s.p_owner, s.p_operator, s.why, [[h.start, h.end] for h in s.path]]
                for s in standings
            ]
        )
    got = blank.evaluate(
        "([cases, rules]) => cases.map(([graph, parameters, policy, out]) =>"
        " [...expand(graph, parameters, policy, rules, new Set(out))].map(([a, s]) => [a, s.status, s.p, s.pOperator, s.why, s.path.map(h => [h.start, h.end])]))",
        [cases, weighing_rules()],
    )

    assert expected == got
    words = [f"{left}{right}" for left in LETTERS for right in ("", *LETTERS)]
    assert sorted(words) == blank.evaluate("words => words.sort(byCodePoint)", words)
    statuses = {(row[1], row[4]) for rows in expected for row in rows}
    assert len(statuses) >= 10, "the graphs reach every standing and every reason"


def test_probabilities_are_the_same_to_the_last_millionth(blank: Page) -> None:
    """All 120,001 single odds, and two hundred thousand pairs of odds."""
    chance = random.Random(11)
    pairs = [(owner, -60_000) for owner in range(-60_001, 60_002)]
    pairs += [(chance.randrange(-30_000, 30_000), chance.randrange(-30_000, 30_000)) for _ in range(200_000)]
    expected = [
        list(probabilities({"overt": owner, "covert": -60_000, "operator": operator}))
        for owner, operator in pairs
    ]
    got = blank.evaluate(
        "pairs => pairs.map(([a, b]) => probabilities({ overt: a, covert: -60000, operator: b }))", pairs
    )

    assert [(p, e, g) for p, e, g in zip(pairs, expected, got, strict=True) if e != g] == []
    odds, back = blank.evaluate(
        "() => [Array.from({ length: 1000001 }, (_, p) => logOdds(p)).join(),"
        " Array.from({ length: 50001 }, (_, m) => probabilityOf(m - 25000)).join()]"
    )
    assert odds == ",".join(str(log_odds(p)) for p in range(1_000_001))
    assert back == ",".join(str(probability_of(m)) for m in range(-25_000, 25_001))


def test_digests_and_canonical_forms_are_the_same(blank: Page) -> None:
    """Our own SHA-256 and RFC 8785 form agree with Python's, at every length around a block."""
    import hashlib

    from debar.model.canonical import canonical_json

    texts = ["é" * 70 + "x" * n for n in range(130)] + ["", "abc"]
    documents = [
        {
            "\U0001f600": 1,
            "\uffee": [None, True, -5],
            "a": {"ü\n\u2028\u0007": '"\\/'},
            "10": "x",
            "9": {},
            "": [],
        }
    ]
    digests, forms = blank.evaluate(
        "([texts, documents]) => [texts.map(sha256Hex), documents.map(canonical)]", [texts, documents]
    )

    assert digests == [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert forms == [canonical_json(document).decode() for document in documents]


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_byte_is_red_or_changes_nothing_at_all(
    browser: Browser, brief_html: str, tmp_path: Path, seed: int
) -> None:
    """Seeded bytes across the file: not green, unless the browser makes the very same page of it.

    Such are the case of a tag's letters or a blank inside of a tag. ``debar verify`` finds those too.
    """
    raw, chance, path = brief_html.encode(), random.Random(seed), tmp_path / "brief.html"
    for _ in range(8):
        at, changed = chance.randrange(len(raw)), bytearray(raw)
        changed[at] ^= 1 << chance.randrange(7)
        path.write_bytes(bytes(changed))
        found = open_file(browser, path)
        state = found.settle()
        found.page.context.close()
        assert any(check.status == "bad" for check in verify_brief(bytes(changed)))
        if state == "ok":
            assert tree_of(browser, path) == tree_of(browser, write(tmp_path / "same.html", raw)), (
                f"byte {at} unseen"
            )


def write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def tree_of(browser: Browser, path: Path) -> str:
    """Return the page as the browser holds it, scripts off."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(path.as_uri())
    found = str(page.content())
    page.context.close()
    return found


def targets(html: str) -> list[tuple[str, str, str]]:
    manifest = manifest_text(html) or ""
    return [
        ("a word of the page", "incompatible with", "incompetible with"),
        ("an amount that is shown", "$1,900,000.00", "$1,800,000.00"),
        ("an amount behind the page", '"likely":"1900000.000000"', '"likely":"1900000.000001"'),
        ("a hidden attribute", 'data-member="1001"', 'data-member="1002"'),
        ("the picture", "what they share", "what they shore"),
        ("the plan's digest", '"plan_sha256":"', '"plan_sha256":"0'),
        ("the manifest", manifest[:40], manifest[:40].replace("data", "dota")),
        ("the fingerprint", '<code id="fingerprint">', '<code id="fingerprint">0'),
        ("a colour", "--named: light-dark(#9f1239", "--named: light-dark(#9f1238"),
        ("the script", "const BANNED", "const BANNEd"),
        ("the policy", "default-src 'none'", "default-src 'self'"),
        ("the doctype", "<!DOCTYPE html>", "<!DOCTYPE htm>"),
        ("the end", "</body></html>", "</body></html>!"),
        ("a statement", "Organic use is unchanged.", "Organic use is changed."),
        ("an answer", "we declined it.", "we accepted it."),
        ("a proof", '<pre class="tlog-proof">c2sp', '<pre class="tlog-proof">C2sp'),
    ]


@pytest.mark.parametrize("which", range(16))
def test_a_change_anywhere_that_matters_is_never_green(
    browser: Browser, brief_html: str, tmp_path: Path, which: int
) -> None:
    """Text, data, attributes, pictures, hashes, style, script, policy: none can be changed and stay green."""
    name, old, new = targets(brief_html)[which]
    assert old in brief_html, name
    found = open_file(browser, write(tmp_path / "brief.html", brief_html.replace(old, new, 1).encode()))
    state = found.settle()
    shown = found.page.locator("#verdict").inner_text()
    found.page.context.close()

    assert state in {"bad", "unchecked"}, name
    assert "changed" in shown


def test_the_changed_part_is_marked(browser: Browser, brief_html: str, tmp_path: Path) -> None:
    """Red names the place, and the part itself is outlined and says so."""
    path = write(
        tmp_path / "brief.html", brief_html.replace("Election package", "Election packages", 1).encode()
    )
    found = open_file(browser, path)
    state = found.settle()
    text = found.page.locator("#verdict").inner_text()
    marked = found.page.locator(".changed").evaluate_all("all => all.map(one => one.id)")
    found.page.context.close()

    assert state == "bad"
    assert "page: contacts" in text
    assert marked == ["contacts"]


def test_a_forgery_that_hashes_is_red_where_it_lies(
    browser: Browser, brief_input: BriefInput, self_approved: BriefInput, tmp_path: Path
) -> None:
    """Rebuilt with wrong sums, standings, signatures or proofs, the page is red for that very reason."""
    from dataclasses import replace

    from debar.model.canonical import digest

    plan = json.loads(json.dumps(brief_input.plan))
    next(m for m in plan["members"] if m["account_id"] == "4002")["status"] = "in"
    del plan["plan_sha256"]
    moved = replace(brief_input, plan={**plan, "plan_sha256": digest(plan)})
    money = json.loads(json.dumps(brief_input.money))
    money["years"][0]["earned"] = "0.000000"
    entry = {**brief_input.entries[0], "seq": 3}
    last = brief_input.entries[-1]
    unsaid = {**last, "opened": {**last["opened"], "body": {**last["opened"]["body"], "reason": "none"}}}
    cases = {
        "evidence": moved,
        "sums": replace(brief_input, money=money),
        "record": replace(brief_input, entries=[entry]),
        "hearing": replace(brief_input, entries=[*brief_input.entries[:-1], unsaid]),
        "approvals": self_approved,
    }
    for name, forged in cases.items():
        html = build_brief(forged)
        found = open_file(browser, write(tmp_path / f"{name}.html", html.encode()))
        assert found.settle() == "bad"
        rows = {n: found.page.locator(f'[data-seal="{n}"]').get_attribute("data-state") for n in TITLES}
        found.page.context.close()
        assert rows == {check.name: check.status for check in verify_brief(html)}
        assert rows[name] == "bad"


def test_without_subtle_crypto_signatures_are_said_to_be_unchecked(
    browser: Browser, brief_file: Path
) -> None:
    """A browser without Ed25519 is not red and not green: it says what it could not do."""
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined });")
    page = context.new_page()
    page.goto(brief_file.as_uri())
    found = Opened(page)
    state = found.settle()
    text = page.locator("#verdict").inner_text()
    context.close()

    assert state == "part"
    assert text.startswith("6 of 8 checks hold.")


def test_a_fact_is_struck_from_the_list_the_picture_and_the_keyboard(opened: Opened) -> None:
    """Each way strikes the same fact, everywhere; the address keeps it; it can be put back."""
    page, fact = opened.page, "legal_id:HRB-20417"
    page.locator(f'button.fact[data-fact="{fact}"]').first.click()
    assert "without=legal_id%3AHRB-20417" in page.url
    assert page.locator(f'[data-fact="{fact}"]:not(.struck)').count() == 0
    assert "Northlight Clips" in page.locator("#answer").inner_text()
    assert "$86,022.25 leaves" in page.locator("#answer").inner_text()
    assert "leaves" in (page.locator('g.account[data-account="2001"]').get_attribute("class") or "")
    page.locator(f'g.node[data-fact="{fact}"]').focus()
    page.keyboard.press("Enter")
    assert page.locator("#what-if").is_hidden()
    assert "without" not in page.url
    page.keyboard.press("Space")
    page.locator("#restore").click()
    assert page.locator(".struck").count() == 0


def test_an_address_brings_the_struck_facts_back(browser: Browser, brief_file: Path) -> None:
    """A link to a question opens with its answer; a fact that is not here is named."""
    page = browser.new_context().new_page()
    page.goto(brief_file.as_uri() + "#without=email%3A0be4c91d22aa73f0&without=card%3Anone")
    Opened(page).settle()
    text = page.locator("#answer").inner_text()
    page.context.close()

    assert "Kestrel Views" in text
    assert "This brief holds no fact card:none." in text


def test_all_is_readable_with_scripts_off(browser: Browser, brief_file: Path) -> None:
    """Without scripts the page says that it was not checked, and hides nothing of the case."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(brief_file.as_uri())
    visible = page.locator("body").inner_text()
    buttons = page.locator("button:visible").count()
    page.context.close()

    assert "Not checked." in visible
    assert "Election package: reach on election night" in visible
    assert "falls out of the ban" in visible
    assert buttons == 0


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark"), (768, "light")]
)
def test_nothing_sticks_out_sideways(browser: Browser, brief_file: Path, width: int, scheme: Any) -> None:
    """On a phone, a tablet and a desk the page is as wide as its window, also with facts struck."""
    page = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme).new_page()
    page.goto(brief_file.as_uri() + "#without=app%3Anews.kestrel")
    Opened(page).settle()
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()

    assert wide == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(browser: Browser, brief_file: Path, scheme: Any) -> None:
    """Every colour of text against the papers it stands on: at least 4.5 to 1, in both schemes."""
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(brief_file.as_uri())
    Opened(page).settle()
    colours = page.evaluate(
        """names => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          return Object.fromEntries(names.map(name => {
            document.body.style.color = `var(--${name})`;
            canvas.fillStyle = getComputedStyle(document.body).color;
            canvas.fillRect(0, 0, 1, 1);
            return [name, [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)];
          }));
        }""",
        [
            "paper",
            "raised",
            "wash",
            "bad-wash",
            "ink",
            "soft",
            "accent",
            "named",
            "in",
            "ask",
            "out",
            "ok",
            "bad",
        ],
    )
    page.context.close()

    def light(rgb: list[int]) -> float:
        linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    papers = {"paper": ("ink", "soft", "accent", "named", "in", "ask", "out", "ok", "bad"), "raised": ("ink", "soft", "accent", "ok", "bad"),
              "wash": ("ink", "soft", "accent"), "bad-wash": ("bad",)}  # fmt: skip
    ratios = {
        (text, paper): max(light(colours[text]), light(colours[paper]))
        / min(light(colours[text]), light(colours[paper]))
        for paper, texts in papers.items()
        for text in texts
    }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_it_prints_with_what_was_struck(browser: Browser, brief_file: Path) -> None:
    """On paper the controls are gone, the closed parts are open, and the answer is printed."""
    page = browser.new_context(viewport={"width": 700, "height": 1000}).new_page()
    page.goto(brief_file.as_uri() + "#without=app%3Anews.kestrel")
    Opened(page).settle()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = {
        name: page.locator(name).first.is_visible()
        for name in ("#restore", ".contents", ".verb", "#answer", ".holds")
    }
    length = len(page.pdf(prefer_css_page_size=True))
    page.context.close()

    assert shown == {"#restore": False, ".contents": False, ".verb": False, "#answer": True, ".holds": True}
    assert length > 10_000
