// The seals: the same checks as debar.briefs.verify, over what the browser made of the file.

// ---- bytes and digests

const utf8 = (text) => new TextEncoder().encode(text);
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** SHA-256 (FIPS 180-4), kept here because a file opened from disk may have no WebCrypto. */
const sha256 = (() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p !== 0)) primes.push(n);
  // The first 32 bits of the fraction of a root, by whole numbers, so that no rounding can enter.
  const rootBits = (prime, power) => {
    const scaled = BigInt(prime) << BigInt(32 * power);
    let low = 0n, high = 1n << 40n;
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (middle ** BigInt(power) <= scaled) low = middle; else high = middle;
    }
    return Number(low & 0xffffffffn);
  };
  const constants = primes.map((prime) => rootBits(prime, 3));
  const start = primes.slice(0, 8).map((prime) => rootBits(prime, 2));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  return function digest(message) {
    const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
    padded.set(message);
    padded[message.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
    view.setUint32(padded.length - 4, (message.length << 3) >>> 0);
    const state = Uint32Array.from(start), w = new Uint32Array(64);
    for (let offset = 0; offset < padded.length; offset += 64) {
      for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(offset + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25), choice = (e & f) ^ (~e & g);
        const t1 = (h + s1 + choice + constants[i] + w[i]) | 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22), majority = (a & b) ^ (a & c) ^ (b & c);
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + s0 + majority) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
    }
    const out = new Uint8Array(32), words = new DataView(out.buffer);
    state.forEach((word, i) => words.setUint32(4 * i, word));
    return out;
  };
})();

const sha256Hex = (text) => hexOf(sha256(utf8(text)));

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) { bytes.set(part, at); at += part.length; }
  return bytes;
}

function base64Bytes(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Error("no base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** A key, hash or signature written in hexadecimal or base64. */
function keyBytes(text) {
  if (!/^(?:[0-9a-f]{64}){1,2}$/.test(text)) return base64Bytes(text);
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** RFC 8785 for what our documents hold: strings, whole numbers, booleans, null, lists, objects. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("a number that is not whole");
  return JSON.stringify(value);
}

const digestOf = (document_) => sha256Hex(canonical(document_));
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

// ---- the page, written out as debar.briefs.seal writes it

const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

function writtenText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function written(node, emptied) {
  if (node.nodeType === Node.TEXT_NODE) return writtenText(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return "(a comment, which no brief has)";
  let out = `<${node.localName}`;
  for (const { name, value } of node.attributes) out += ` ${name}="${writtenText(value).replaceAll('"', "&quot;")}"`;
  out += ">";
  if (VOID.has(node.localName)) return out;
  if (!emptied.has(node)) {
    const raw = node.localName === "script" || node.localName === "style";
    for (const child of node.childNodes) out += raw ? child.data : written(child, emptied);
  }
  return `${out}</${node.localName}>`;
}

/** What the file held when it had just been read, before this script touched anything. */
function snapshot() {
  const manifest = document.getElementById("manifest"), shown = document.getElementById("fingerprint");
  const emptied = new Set([manifest, shown]);
  const sections = {};
  for (const element of document.querySelectorAll('script[type="application/json"]')) {
    if (element.id.startsWith("data-")) sections[element.id.slice(5)] = element.textContent;
  }
  const parts = {};
  for (const element of document.querySelectorAll("[data-part]")) {
    parts[element.getAttribute("data-part")] = [element, sha256Hex(written(element, emptied))];
  }
  const standard = document.compatMode === "CSS1Compat" && document.childNodes.length === 2
    && document.characterSet === "UTF-8";
  const page = written(document.documentElement, emptied);
  return {
    manifest: manifest && manifest.textContent, fingerprint: shown && shown.textContent,
    sections, parts, standard, page: sha256Hex(page),
  };
}

// ---- the checks

class Wrong extends Error {
  constructor(detail, places) { super(detail); this.places = places; }
}

const grouped = (sha) => sha.match(/.{8}/g).join(" ");
const plural = (n, word) => `${n} ${n === 1 ? word : `${word}s`}`;

function manifestOf(file) {
  if (!file.manifest || grouped(sha256Hex(file.manifest)) !== file.fingerprint) {
    throw new Wrong("The manifest does not have the fingerprint that is shown.", ["manifest"]);
  }
  return JSON.parse(file.manifest);
}

function sectionOf(file, name) {
  try {
    return JSON.parse(file.sections[name]);
  } catch {
    throw new Wrong(`The section “${name}” cannot be read.`, [`data: ${name}`]);
  }
}

function checkPage(file) {
  const manifest = manifestOf(file);
  if (!file.standard) throw new Wrong("The file does not begin as a brief does.", ["first line"]);
  if (file.page !== manifest.page) {
    const changed = Object.entries(manifest.parts)
      .filter(([name, sha]) => !file.parts[name] || file.parts[name][1] !== sha).map(([name]) => `page: ${name}`);
    throw new Wrong("The page was changed after it was made.", changed.length ? changed : ["outside of the sections"]);
  }
  return `${Object.keys(manifest.parts).length} parts, SHA-256 of each and of all together.`;
}

function checkData(file) {
  const { data } = manifestOf(file), names = Object.keys(data);
  const changed = names.filter((name) => sha256Hex(file.sections[name] || "") !== data[name]);
  if (changed.length) {
    throw new Wrong("The data was changed after the brief was made.", changed.map((name) => `data: ${name}`));
  }
  return `${names.length} sections, each as its SHA-256 in the manifest.`;
}

function checkPlan(file) {
  const plan = sectionOf(file, "plan");
  if (digestOf(without(plan, "plan_sha256")) !== plan.plan_sha256) {
    throw new Wrong("The plan does not hash to its plan_sha256.", ["data: plan"]);
  }
  const { base } = plan;
  const carried = {
    model_sha256: without(plan.evidence.parameters, "accounts_log2"),
    policy_sha256: base.policy, read_set_sha256: base.read_set,
  };
  for (const [name, document_] of Object.entries(carried)) {
    if (document_ !== undefined && document_ !== null && digestOf(document_) !== base[name]) {
      throw new Wrong(`The plan's ${name} is not that of what it carries.`, [`data: plan, base.${name}`]);
    }
  }
  return `SHA-256 of its RFC 8785 form is ${plan.plan_sha256.slice(0, 16)}…, and its weights and thresholds are its own.`;
}

function checkEvidence(file) {
  const plan = sectionOf(file, "plan"), rules = sectionOf(file, "rules");
  const { graph, parameters } = plan.evidence;
  const standings = expand(graph, parameters, plan.base.policy, rules, new Set(plan.without || []));
  const members = new Map(plan.members.map((member) => [member.account_id, member]));
  const differ = [];
  for (const [account, { status, p }] of standings) {
    const member = members.get(account);
    members.delete(account);
    const [basis, word] = status === "named" ? ["named", "in"] : ["linked", status];
    if (!member || member.basis !== basis || member.status !== word || member.p_owner !== textOf(BigInt(p))) {
      differ.push(account);
    }
  }
  differ.push(...members.keys());
  if (differ.length) {
    throw new Wrong("Weighing the evidence again gives other standings.", differ.map((a) => `member ${a}`));
  }
  return `${standings.size} standings computed again from ${graph.facts.length} facts, all as the plan says.`;
}

function sumsOf(plan, money, rules) {
  const found = [], inPlan = new Set(["named", "confirmed", "likely"]);
  const check = (where, right) => found.push([where, right]);
  const add = (totals, key, text) => totals.set(key, (totals.get(key) || 0n) + microsOf(text));
  const banned = plan.members.filter((member) => member.status === "in");
  const { earned } = plan, totals = new Map();
  for (const member of banned) {
    for (const [code, amount] of Object.entries(member.earned.by_currency)) add(totals, code, amount);
  }
  for (const code of [...new Set([...totals.keys(), ...Object.keys(earned.by_currency)])].sort()) {
    const stated = earned.by_currency[code] ? microsOf(earned.by_currency[code].likely) : 0n;
    check(`members in ${code}`, (totals.get(code) || 0n) === stated);
  }
  const rising = (b) => microsOf(b.low) <= microsOf(b.likely) && microsOf(b.likely) <= microsOf(b.high);
  for (const code of Object.keys(earned.by_currency).sort()) check(`bounds in ${code}`, rising(earned.by_currency[code]));
  if (earned.currency) {
    const total = banned.reduce((sum, member) => sum + microsOf(member.earned.converted.amount), 0n);
    const off = total - microsOf(earned.likely), size = off < 0n ? -off : off;
    check("members converted", size <= 10n ** BigInt(6 - rules.minor_digits[earned.currency]) / 2n + BigInt(banned.length));
    check("bounds converted", rising(earned));
  }
  const byAccount = new Map();
  for (const account of money.accounts || []) {
    if (inPlan.has(account.standing)) for (const w of account.waterfalls) add(byAccount, w.currency, w.earned);
  }
  const sum = (list) => list.reduce((all, one) => all + one, 0n);
  for (const { currency, lines, earned: net, gross, to_kept: kept } of money.waterfalls || []) {
    const amounts = lines.map((line) => microsOf(line.amount));
    check(`waterfall in ${currency}`, sum(amounts) === microsOf(net));
    check(`gross in ${currency}`, sum(amounts.filter((amount) => amount > 0n)) === microsOf(gross));
    if (money.accounts) check(`accounts in ${currency}`, (byAccount.get(currency) || 0n) === microsOf(net));
    if (kept) {
      const own = microsOf(kept.cash) + microsOf(kept.chargeback_fee) - microsOf(kept.prepaid) - microsOf(kept.tax);
      check(`kept in ${currency}`, own === microsOf(kept.kept));
    }
  }
  for (const name of ["years", "markets"].filter((key) => money[key])) {
    const shares = new Map();
    for (const share of money[name]) add(shares, share.currency, share.earned);
    for (const { currency, earned: net, gross } of money.waterfalls || []) {
      check(`${name} in ${currency}`, (shares.get(currency) || 0n) === microsOf(money.revenue_basis === "gross" ? gross : net));
    }
  }
  if (money.totals && earned.currency) {
    check("the plan's total and the ledger's",
      ["low", "likely", "high"].every((bound) => microsOf(money.totals[bound]) === microsOf(earned[bound])));
  }
  return found;
}

function checkSums(file) {
  const found = sumsOf(sectionOf(file, "plan"), sectionOf(file, "money"), sectionOf(file, "rules"));
  const wrong = found.filter(([, right]) => !right).map(([where]) => where);
  if (wrong.length) throw new Wrong("What is stated does not add up.", wrong);
  return `${found.length} sums, in whole millionths.`;
}

class Unchecked extends Error {}

/** Verify Ed25519 with the browser's own WebCrypto, where it has it. */
async function ed25519(publicKey, message, signature) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    if (publicKey.length !== 32) return false;
    throw new Unchecked("This browser has no Ed25519. Check it with debar verify.");
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

async function checkApprovals(file) {
  const { approvals, keys } = sectionOf(file, "record"), plan = sectionOf(file, "plan");
  if (approvals.length === 0) return null;
  const expected = `debar approval v1\n${plan.plan_sha256}\n`;
  const enrolled = new Set(keys.filter((key) => typeof key === "object").map((key) => hexOf(keyBytes(key.public_key))));
  const wrong = [], strangers = [];
  for (const { by, public_key: publicKey, signature, message } of approvals) {
    const fits = (message === undefined || message === expected)
      && await ed25519(keyBytes(publicKey), utf8(expected), keyBytes(signature));
    if (!fits) wrong.push(`approval by ${by}`);
    if (!enrolled.has(hexOf(keyBytes(publicKey)))) strangers.push(`approval by ${by}`);
  }
  if (wrong.length) throw new Wrong("A signature does not fit this plan.", wrong);
  if (strangers.length) throw new Wrong("A key that signed is not among the enrolled ones.", strangers);
  if (plan.proposer_key && approvals.some((a) => same(keyBytes(a.public_key), keyBytes(plan.proposer_key)))) {
    throw new Wrong("The proposer approved their own plan.", ["approvals"]);
  }
  return `${approvals.length} Ed25519 ${approvals.length === 1 ? "signature" : "signatures"} over plan_sha256.`;
}

/** Whether the path leads from a leaf's hash, at its place, to the root (RFC 9162, 2.1.3.2). */
function included(leaf, path, index, size, root) {
  if (!(index >= 0 && index < size) || [leaf, root, ...path].some((hash) => hash.length !== 32)) return false;
  const node = (left, right) => sha256(joined([1], left, right));
  let place = index, last = size - 1, current = leaf;
  const half = (n) => Math.floor(n / 2);
  for (const sibling of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      current = node(sibling, current);
      while (place !== 0 && place % 2 === 0) { place = half(place); last = half(last); }
    } else {
      current = node(current, sibling);
    }
    place = half(place); last = half(last);
  }
  return last === 0 && same(current, root);
}

/** Read a signed checkpoint and believe it only where the log's own key signed it (C2SP signed-note). */
async function openCheckpoint(text, keys) {
  const border = text.lastIndexOf("\n\n");
  const body = text.slice(0, border + 1), lines = body.split("\n");
  const known = new Map();
  for (const key of keys.filter((one) => typeof one === "string")) {
    const [name, id] = key.split("+", 2), typed = base64Bytes(key.slice(name.length + id.length + 2));
    const found = hexOf(sha256(joined(utf8(name), [10], typed))).slice(0, 8);
    if (found !== id) throw new Wrong("A verifier key is malformed.", ["checkpoint"]);
    if (typed[0] === 1 && name === lines[0]) known.set(`${name}+${id}`, typed.slice(1));
  }
  let verified = 0;
  for (const line of text.slice(border + 2).trimEnd().split("\n")) {
    const match = /^\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    if (border < 0 || !match) throw new Wrong("The checkpoint is malformed.", ["checkpoint"]);
    const raw = base64Bytes(match[2]), key = known.get(`${match[1]}+${hexOf(raw.slice(0, 4))}`);
    if (!key) continue;
    if (!await ed25519(key, utf8(body), raw.slice(4))) {
      throw new Wrong("The register's signature does not fit the checkpoint.", ["checkpoint"]);
    }
    verified += 1;
  }
  if (verified === 0) throw new Wrong("The checkpoint is not signed by the register's key.", ["checkpoint"]);
  return { size: Number(lines[1]), root: base64Bytes(lines[2]) };
}

async function checkRecord(file) {
  const { checkpoint, entries, keys } = sectionOf(file, "record");
  if (!checkpoint) return null;
  const lines = checkpoint.split("\n");
  const stated = { size: Number(lines[1]), root: base64Bytes(lines[2]) };
  const wrong = entries.filter(({ seq, type, at, leaf, proof }) => {
    const bytes = base64Bytes(leaf), content = JSON.parse(new TextDecoder().decode(bytes));
    return content.type !== type || content.at !== at
      || !included(sha256(joined([0], bytes)), proof.map(keyBytes), seq, stated.size, stated.root);
  });
  if (wrong.length) {
    throw new Wrong("An entry is not in the register as shown.", wrong.map(({ seq }) => `entry ${seq}`));
  }
  const plans = entries.filter(({ type }) => type === "plan").map((entry) => leafOf(entry).plan_sha256);
  if (plans.length && !plans.includes(sectionOf(file, "plan").plan_sha256)) {
    throw new Wrong("The register holds another plan than this file.", ["data: plan"]);
  }
  const { size } = await openCheckpoint(checkpoint, keys);
  return `${entries.length} entries proven in a signed tree of ${size}.`;
}

const HEARD = new Set(["denial", "appeal", "outcome", "lift", "vary"]);
const leafOf = ({ leaf }) => JSON.parse(new TextDecoder().decode(base64Bytes(leaf)));

/** Whether each body that is shown is the one that the register's leaf commits to. */
function checkHearing(file) {
  const heard = sectionOf(file, "record").entries.filter(({ type }) => HEARD.has(type));
  if (heard.length === 0) return null;
  const opened = heard.filter((entry) => entry.opened);
  const wrong = opened.filter((entry) => {
    const { salt, body } = entry.opened;
    return leafOf(entry).body !== hexOf(sha256(joined(keyBytes(salt), utf8(canonical(body)))));
  });
  if (wrong.length) {
    throw new Wrong("What is shown of an entry is not what was recorded.", wrong.map(({ seq }) => `entry ${seq}`));
  }
  const erased = opened.length < heard.length ? `; of ${heard.length - opened.length} the words were erased` : "";
  return `Answers, steps and reversals: ${opened.length}, each as the register commits to it${erased}.`;
}

const CHECKS = {
  page: checkPage, data: checkData, plan: checkPlan, evidence: checkEvidence,
  sums: checkSums, approvals: checkApprovals, record: checkRecord, hearing: checkHearing,
};

const NOTHING = {
  approvals: "Nobody has approved this plan yet.",
  record: "Nothing of it stands in a register yet.",
  hearing: "Nobody has answered or appealed, and nothing was undone.",
};

/** Run every check: name to status (ok, bad, none, unchecked), detail and places. */
async function runChecks(file) {
  const results = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      const detail = await check(file);
      results[name] = detail === null
        ? { status: "none", detail: NOTHING[name], places: [] } : { status: "ok", detail, places: [] };
    } catch (error) {
      if (error instanceof Unchecked) {
        results[name] = { status: "unchecked", detail: error.message, places: [] };
      } else {
        results[name] = error instanceof Wrong
          ? { status: "bad", detail: error.message, places: error.places }
          : { status: "bad", detail: "What is needed for this check cannot be read.", places: [name] };
      }
    }
  }
  return results;
}
