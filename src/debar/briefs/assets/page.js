// The page itself: seals are shown, facts can be struck, and the address keeps what was struck.

const STATE_WORDS = { ok: "holds", bad: "FAILS", none: "nothing to check", unchecked: "not checked" };
const TICKS = { ok: "✓", bad: "✗", none: "–", unchecked: "?" };
const STANDING_WORDS = { named: "named", in: "linked", ask: "to be asked", out: "left out" };
const MARKS = { USD: "$", GBP: "£", EUR: "€" };

const byId = (id) => document.getElementById(id);

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

const listed = (words) => (words.length < 2 ? words.join("")
  : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`);

/** Round micros half-even to the smallest unit of a currency, as converted amounts are shown. */
function roundedToMinor(micros, digits) {
  const unit = 10n ** BigInt(6 - digits), sign = micros < 0n ? -1n : 1n, size = micros * sign;
  const whole = size / unit, twice = 2n * (size % unit);
  const up = twice > unit || (twice === unit && whole % 2n === 1n);
  return sign * (whole + (up ? 1n : 0n)) * unit;
}

/** An amount for people: grouped digits, the currency's own decimals. */
function shown(text, currency, digitsOf, converted) {
  const exact = microsOf(text), micros = converted ? roundedToMinor(exact, digitsOf[currency] ?? 2) : exact;
  const size = micros < 0n ? -micros : micros;
  const whole = (size / 1000000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = (size % 1000000n).toString().padStart(6, "0").replace(/0+$/, "");
  const decimals = rest.padEnd(digitsOf[currency] ?? 2, "0");
  const number = whole + (decimals ? `.${decimals}` : "");
  const sign = micros < 0n ? "-" : "", mark = MARKS[currency];
  return mark ? `${sign}${mark}${number}` : `${sign}${number} ${currency}`;
}

// ---- seals

function showSeals(results, file) {
  for (const [name, { status, detail, places }] of Object.entries(results)) {
    const row = document.querySelector(`[data-seal="${name}"]`);
    if (!row) continue;
    row.dataset.state = status;
    row.querySelector(".tick").textContent = TICKS[status];
    row.querySelector(".state").textContent = STATE_WORDS[status];
    row.querySelector(".detail").textContent = places.length ? `${detail} Where: ${places.join("; ")}.` : detail;
    const note = document.querySelector(`[data-note="${name}"]`);
    if (note) note.textContent = `${STATE_WORDS[status]}: ${detail}`;
    for (const place of places) {
      const part = place.startsWith("page: ") && file.parts[place.slice(6)];
      if (part && part[0] !== document.head) part[0].classList.add("changed");
    }
  }
  const states = Object.values(results).map((result) => result.status);
  const bad = states.filter((state) => state === "bad").length;
  const unchecked = states.filter((state) => state === "unchecked").length;
  const held = states.filter((state) => state === "ok").length;
  const verdict = byId("verdict") || document.body.insertBefore(make("p", "", "verdict"), document.body.firstChild);
  verdict.replaceChildren();
  const say = (state, word, why) => {
    verdict.dataset.state = state;
    document.documentElement.dataset.verdict = state;
    verdict.append(make("span", word, "word"), " ", make("span", why, "why"));
  };
  if (bad > 0) {
    const places = [...new Set(Object.values(results).flatMap((result) => result.places))];
    const changed = results.page.status === "bad" || results.data.status === "bad";
    say("bad", changed ? "This file was changed." : "This case does not hold.", `Do not rely on it. ${plural(bad, "check")} failed: ${places.slice(0, 6).join("; ")}.`);
  } else if (unchecked > 0) {
    say("part", `${held} of ${states.length} checks hold.`, `${unchecked} could not be made in this browser: ask debar verify.`);
  } else {
    const none = states.length - held;
    say("ok", none ? `${held} checks hold.` : `All ${held} checks hold.`,
      none ? `${none} had nothing to check yet.` : "Nothing was changed since it was made.");
  }
}

// ---- striking facts

function makeStriking(plan, rules) {
  const facts = new Map(plan.evidence.graph.facts.map((fact) => [fact.id, fact]));
  const own = new Set(plan.without || []);
  const name = (account) => rules.names[account] || account;
  const currency = plan.earned.currency || "";
  const money = (text, code = currency) => shown(text, code, rules.minor_digits, code === currency);
  let struck = new Set(), unknown = [];

  const readAddress = () => new URLSearchParams(location.hash.slice(1)).getAll("without");

  function writeAddress() {
    const parts = [...struck].sort(byCodePoint).map((id) => `without=${encodeURIComponent(id)}`);
    const address = `#${parts.join("&")}`;
    if (parts.length === 0 && !location.hash.includes("without=")) return;
    history.replaceState(null, "", parts.length ? address : location.pathname + location.search);
  }

  function toggle(id) {
    if (own.has(id)) return;
    if (struck.has(id)) struck.delete(id); else struck.add(id);
    unknown = [];
    writeAddress();
    render();
  }

  function makeButtons() {
    for (const place of document.querySelectorAll("span.fact[data-fact]")) {
      const button = make("button", undefined, `${place.className} strikable`);
      button.type = "button";
      button.dataset.fact = place.dataset.fact;
      button.append(...place.childNodes, make("span", "strike", "verb"));
      place.replaceWith(button);
    }
    for (const node of document.querySelectorAll("svg [data-fact]")) {
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "0");
      const fact = facts.get(node.dataset.fact);
      node.setAttribute("aria-label", `${fact ? fact.shown : node.dataset.fact}, held by ${fact ? fact.crowd : "?"}: strike`);
    }
    document.addEventListener("click", (event) => {
      const place = event.target.closest("button.fact, svg [data-fact]");
      if (place) toggle(place.dataset.fact);
    });
    document.addEventListener("keydown", (event) => {
      const place = event.target.closest("svg [data-fact]");
      if (place && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        toggle(place.dataset.fact);
      }
    });
    const point = (id) => {
      for (const line of document.querySelectorAll("[data-line]")) {
        line.classList.toggle("lit", id !== null && line.dataset.line === id);
      }
    };
    for (const kind of ["mouseover", "focusin"]) {
      document.addEventListener(kind, (event) => {
        const place = event.target.closest && event.target.closest("[data-fact]");
        point(place ? place.dataset.fact : null);
      });
    }
    byId("restore").addEventListener("click", () => {
      struck = new Set();
      writeAddress();
      render();
      byId("mistakes").querySelector("h2").focus();
    });
  }

  function renderFacts() {
    for (const place of document.querySelectorAll("[data-fact]")) {
      const out = struck.has(place.dataset.fact) || own.has(place.dataset.fact);
      place.classList.toggle("struck", out);
      if (!place.matches("button, svg [data-fact]")) continue;
      place.setAttribute("aria-pressed", String(out));
      if (own.has(place.dataset.fact)) place.setAttribute("aria-disabled", "true");
      const verb = place.querySelector(".verb");
      if (verb) verb.textContent = own.has(place.dataset.fact) ? "left out" : out ? "put back" : "strike";
    }
    for (const line of document.querySelectorAll("[data-line]")) {
      line.classList.toggle("cut", struck.has(line.dataset.line) || own.has(line.dataset.line));
    }
  }

  function renderAccounts(answer, before) {
    const marks = document.querySelectorAll("[data-standing-of]");
    const moved = (account) => answer.after[account] !== before.get(account);
    for (const mark of marks) {
      const account = mark.dataset.standingOf;
      let now = mark.querySelector(".now");
      if (now) now.remove();
      mark.classList.toggle("moved", moved(account));
      if (moved(account)) {
        now = make("span", ` → ${STANDING_WORDS[answer.after[account]]}`, "now");
        mark.append(now);
      }
    }
    for (const place of document.querySelectorAll("[data-account], [data-member], [data-tie]")) {
      const account = place.dataset.account || place.dataset.member || place.dataset.tie;
      place.classList.toggle("leaves", answer.leaves.includes(account));
      place.classList.toggle("joins", answer.joins.includes(account));
    }
  }

  function renderFigures(answer, before) {
    const statuses = Object.values(answer.after), were = [...before.values()];
    const counts = {
      ban: [were, statuses].map((all) => all.filter((status) => BANNED.has(status)).length),
      ask: [were, statuses].map((all) => all.filter((status) => status === "ask").length),
      out: [were, statuses].map((all) => all.filter((status) => status === "out").length),
    };
    const figures = { ...counts };
    if (currency) figures.money = [money(answer.before), money(answer.remaining)];
    for (const [key, [was, is]] of Object.entries(figures)) {
      const place = document.querySelector(`[data-figure="${key}"] .now`);
      if (!place) continue;
      if (place.dataset.first === undefined) place.dataset.first = place.textContent;
      if (struck.size === 0 || String(was) === String(is)) {
        place.replaceChildren(place.dataset.first);
      } else {
        place.replaceChildren(make("del", place.dataset.first), " ", make("ins", String(is)));
      }
    }
  }

  function paragraphs(answer) {
    const leaving = currency ? money(answer.leaving)
      : listed(Object.entries(answer.leaving_by_currency).map(([code, text]) => money(text, code))) || "no money";
    const lines = [];
    const names = (accounts) => listed(accounts.map(name));
    if (answer.leaves.length) {
      lines.push([`${plural(answer.leaves.length, "account")} ${answer.leaves.length === 1 ? "leaves" : "leave"} the ban`,
        `${names(answer.leaves)}.`]);
      lines.push([`${leaving} ${currency || Object.keys(answer.leaving_by_currency).length < 2 ? "leaves" : "leave"}`,
        currency ? `${money(answer.remaining)} of ${money(answer.before)} stays.` : ""]);
    } else {
      lines.push(["Nobody leaves the ban", "Other facts carry it, or it does not rest on this."]);
    }
    if (answer.joins.length) lines.push([`${names(answer.joins)} would join`, currency ? `with ${money(answer.joining)}.` : ""]);
    if (answer.asks.length) lines.push([`${plural(answer.asks.length, "account")} must now be asked about`, `${names(answer.asks)}.`]);
    if (answer.settled.length) lines.push([`${names(answer.settled)}`, "need not be asked about any more."]);
    return lines.map(([strong, rest]) => {
      const line = make("p");
      line.append(make("strong", strong), rest ? ` ${rest}` : "");
      return line;
    });
  }

  function render() {
    const answer = strike(plan, rules, [...struck]);
    const before = new Map([...expand(plan.evidence.graph, plan.evidence.parameters, plan.base.policy, rules, own)]
      .map(([account, { status }]) => [account, status]));
    renderFacts();
    renderAccounts(answer, before);
    renderFigures(answer, before);
    const panel = byId("what-if"), open = struck.size > 0 || unknown.length > 0;
    panel.hidden = !open;
    document.documentElement.classList.toggle("striking", open);
    panel.dataset.answer = JSON.stringify(answer);
    byId("struck-words").textContent = struck.size
      ? `${listed([...struck].sort(byCodePoint).map((id) => facts.get(id).shown))} ${struck.size === 1 ? "is" : "are"} wrong?`
      : "";
    byId("command").textContent = `--without ${[...struck].sort(byCodePoint).map((id) => `'${id}'`).join(" --without ")}`;
    const said = struck.size ? paragraphs(answer) : [];
    if (unknown.length) said.push(make("p", `This brief holds no fact ${listed(unknown)}.`));
    byId("answer").replaceChildren(...said);
  }

  function follow() {
    if (location.hash && !location.hash.includes("without=")) return;
    const asked = readAddress();
    struck = new Set(asked.filter((id) => facts.has(id) && !own.has(id)));
    unknown = asked.filter((id) => !facts.has(id));
    render();
  }

  makeButtons();
  window.addEventListener("hashchange", follow);
  follow();
  return { strike: (ids) => strike(plan, rules, ids) };
}

function makeContents() {
  for (const heading of document.querySelectorAll("main h2")) heading.tabIndex = -1;
  document.addEventListener("click", (event) => {
    const link = event.target.closest('nav a[href^="#"], a.skip');
    if (!link || !location.hash.includes("without=")) return;
    const section = byId(link.hash.slice(1));
    if (!section) return;
    event.preventDefault();
    section.scrollIntoView();
    section.querySelector("h2").focus({ preventScroll: true });
  });
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    document.querySelector("main").before(byId("what-if"));
  });
  window.addEventListener("afterprint", () => document.querySelector("main").after(byId("what-if")));
}

document.addEventListener("DOMContentLoaded", async () => {
  const file = snapshot();
  const results = await runChecks(file);
  showSeals(results, file);
  makeContents();
  try {
    makeStriking(JSON.parse(file.sections.plan), JSON.parse(file.sections.rules));
    document.documentElement.dataset.ready = "yes";
  } catch {
    document.documentElement.dataset.ready = "broken";
  }
});
