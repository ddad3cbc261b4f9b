// Weigh and expand a case graph: the same computation as debar.evidence.weigh and debar.linking.expand,
// in the same order and the same whole numbers, so that both give the same answer for every fact.

const MILLION = 1000000;

/** Compare two strings by code points, as Python sorts them (not by UTF-16 units, not by locale). */
function byCodePoint(left, right) {
  const a = Array.from(left), b = Array.from(right);
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const difference = a[i].codePointAt(0) - b[i].codePointAt(0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Round half to even, as Python's round() does. */
function roundHalfEven(x) {
  const floor = Math.floor(x), rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** p * q // 1_000_000 without ever leaving the whole numbers that a double holds exactly. */
function productOf(p, q) {
  const exact = p * q;
  return (exact - (exact % MILLION)) / MILLION;
}

/** log2 odds of each relation against "unrelated", in thousandths of a bit, as probabilities in millionths. */
function probabilities(scores) {
  const most = Math.max(0, scores.overt, scores.covert, scores.operator);
  const odds = (score) => 2 ** (Math.max(-60000, score - most) / 1000);
  const owner = odds(scores.overt) + odds(scores.covert), operator = odds(scores.operator);
  const total = odds(0) + owner + operator;
  return [roundHalfEven((MILLION * owner) / total), roundHalfEven((MILLION * operator) / total)];
}

/** log2 odds in thousandths of a bit, at most 19,932 either way: debar.evidence.calibration.log_odds. */
function logOdds(probability) {
  const inside = Math.min(Math.max(probability, 1), MILLION - 1);
  return roundHalfEven(1000 * Math.log2(inside / (MILLION - inside)));
}

/** The probability, in millionths, of log2 odds in thousandths of a bit. */
function probabilityOf(millibits) {
  const odds = 2 ** (Math.max(-19932, Math.min(19932, millibits)) / 1000);
  return roundHalfEven((MILLION * odds) / (1 + odds));
}

/** What a pair is corrected from, by name: debar.evidence.calibration.features_of. */
function featuresOf(parts, pOwner, pOperator, operator, carriesABan) {
  const start = logOdds(pOwner), values = { log_odds: start };
  for (const bend of [2000, 6629]) values[`log_odds_above_${bend}`] = Math.max(0, start - bend);
  for (const { family, code, owner } of parts) {
    values[`owner_${family}`] = owner;
    values[`shared_${family}`] = code >= 2 ? 1000 : 0;
  }
  values.operator = operator;
  values.operator_log_odds = logOdds(pOperator);
  values.families_shared = 1000 * parts.filter(({ code }) => code >= 2).length;
  values.families_none = 1000 * parts.filter(({ code }) => code === 1).length;
  values.firm = carriesABan ? 1000 : 0;
  return values;
}

/** What reviewed pairs make of both probabilities: debar.evidence.calibration.Calibration.apply. */
function corrected(calibration, features, pOwner, pOperator) {
  if (!calibration || !calibration.fitted) return [pOwner, pOperator];
  let total = 0;
  for (const { name, coefficient, low, high } of calibration.features) {
    total += coefficient * Math.max(low, Math.min(high, features[name]));
  }
  const added = Math.min(calibration.raise_max, calibration.offset_millibits + Math.floor(total / 1000000));
  const p = probabilityOf(logOdds(pOwner) + added);
  return [p, Math.floor((pOperator * (MILLION - p)) / Math.max(1, MILLION - pOwner))];
}

/** Everything that weighing needs beside the graph; `rules` names families, roles, strong and ban-carrying kinds. */
function makeWeigher(parameters, rules) {
  const carries = new Set(rules.carries_a_ban), strong = new Set(rules.strong);
  const buckets = parameters.crowd_buckets.length + 1, roles = rules.roles.length, grades = 2 * buckets * roles;
  const bucketOf = (crowd) => parameters.crowd_buckets.filter((end) => crowd > end).length;
  const grade = (value) => ((strong.has(value.kind) ? 0 : 1) * buckets + bucketOf(value.crowd)) * roles +
    rules.roles.indexOf(value.role);
  const codeOf = (loudest, kinds) => 2 + grades * (Math.min(kinds, 3) - 1) + loudest;
  const weight = (family, relation, code) => (code ? parameters.weights[family][relation][code - 1] : 0);

  function familyCode(shared, known) {
    if (shared.length === 0) return known ? 1 : 0;
    return codeOf(Math.min(...shared.map(grade)), new Set(shared.map((value) => value.kind)).size);
  }

  const firm = new Map(Object.entries(rules.firm_grades).map(([family, list]) => [family, new Set(list)]));
  const gradeIn = (code, list) => code >= 2 && list.includes((code - 2) % grades);
  const together = (codes) => rules.together.some(([one, ones, other, others]) =>
    gradeIn(codes.get(one), ones) && gradeIn(codes.get(other), others));
  const isFirm = (value) => carries.has(value.kind) && firm.get(value.family).has(grade(value));

  return function weigh(shared, known) {
    const scores = { ...parameters.prior };
    const codes = rules.families.map((family) =>
      [family, familyCode(shared.filter((value) => value.family === family), known.has(family))]);
    for (const [family, code] of codes) {
      for (const relation of rules.relations) scores[relation] += weight(family, relation, code);
    }
    const fits = scores.covert > scores.overt ? "covert" : "overt";
    const carriesABan = shared.some(isFirm) || together(new Map(codes));
    const parts = codes.map(([family, code]) => ({ family, code, owner: weight(family, fits, code) }));
    const [p, q] = probabilities(scores);
    const features = featuresOf(parts, p, q, scores.operator, carriesABan);
    const [pOwner, pOperator] = corrected(parameters.calibration, features, p, q);
    return { pOwner, pOperator, carriesABan };
  };
}

/** The usable hops from each account, in order of the far end; a negative judgement leaves none. */
function hopsOf(graph, facts, weigh, without) {
  const hops = new Map();
  for (const pair of graph.pairs) {
    if (pair.judgement === "negative") continue;
    const shared = Object.keys(pair.shared).filter((id) => !without.has(id))
      .map((id) => ({ ...facts.get(id), role: pair.shared[id] }));
    const weighing = weigh(shared, new Set(pair.known));
    const pOwner = pair.judgement === "positive" ? MILLION : weighing.pOwner;
    for (const [start, end] of [[pair.a, pair.b], [pair.b, pair.a]]) {
      if (!hops.has(start)) hops.set(start, []);
      hops.get(start).push({ start, end, weighing, judgement: pair.judgement, pOwner });
    }
  }
  for (const list of hops.values()) list.sort((x, y) => byCodePoint(x.end, y.end));
  return hops;
}

/** Tell whether a hop may carry a ban; what a reviewer was unsure about never does by itself. */
function isFirm(hop) {
  if (hop.judgement === "positive") return true;
  return hop.weighing.carriesABan && hop.judgement !== "unsure";
}

/** Accounts that a reviewer told apart from a named one, and from no other named one brought back. */
function disputedIn(graph) {
  const named = new Set(graph.named);
  const told = { negative: new Set(), positive: new Set() };
  for (const pair of graph.pairs) {
    if (!(pair.judgement in told)) continue;
    if (!named.has(pair.a) && !named.has(pair.b)) continue;
    for (const end of [pair.a, pair.b]) if (!named.has(end)) told[pair.judgement].add(end);
  }
  return new Set([...told.negative].filter((account) => !told.positive.has(account)));
}

/** Each account that is reached from propose_at on: its best path product, few hops first, nothing through barred ones. */
function bestPaths(graph, hops, policy, barred) {
  const best = new Map(graph.named.map((account) => [account, { p: MILLION, path: [] }]));
  let frontier = new Map(best);
  for (let round = 0; round < policy.hops_max; round += 1) {
    const reached = new Map();
    for (const account of [...frontier.keys()].sort(byCodePoint)) {
      const { p, path } = frontier.get(account);
      if (path.length > 0 && barred.has(account)) continue;
      for (const hop of hops.get(account) || []) {
        if (!isFirm(hop)) continue;
        const product = productOf(p, hop.pOwner);
        const already = best.get(hop.end), now = reached.get(hop.end);
        if (product >= policy.propose_at && product > Math.max(already ? already.p : 0, now ? now.p : 0)) {
          reached.set(hop.end, { p: product, path: [...path, hop] });
        }
      }
    }
    for (const [account, found] of reached) best.set(account, found);
    frontier = reached;
  }
  return best;
}

/** Members that hang on one other member alone, where more than `most` do: debar.linking.expand.hang_on_one. */
function hangOnOne(roots, members, ties, most) {
  const place = new Map([...roots].map((root) => [root, 0])), parent = new Map(), order = [];
  for (const root of [...roots].sort(byCodePoint)) {
    const waiting = [[root, 0]];
    while (waiting.length > 0) {
      const top = waiting[waiting.length - 1], ends = ties.get(top[0]) || [];
      while (top[1] < ends.length && (!members.has(ends[top[1]]) || place.has(ends[top[1]]))) top[1] += 1;
      if (top[1] === ends.length) { waiting.pop(); continue; }
      const end = ends[top[1]];
      order.push(end);
      place.set(end, order.length);
      parent.set(end, top[0]);
      waiting.push([end, 0]);
    }
  }
  const lowest = new Map(place), size = new Map([...place.keys()].map((account) => [account, 1])), behind = new Map();
  for (const account of [...order].reverse()) {
    const start = parent.get(account), met = ties.get(account).filter((end) => place.has(end))
      .reduce((least, end) => Math.min(least, place.get(end)), lowest.get(account));
    lowest.set(start, Math.min(lowest.get(start), met));
    size.set(start, size.get(start) + size.get(account));
    if (place.get(start) === 0 || met < place.get(start)) continue;
    if (!behind.has(start)) behind.set(start, []);
    behind.get(start).push(account);
  }
  const hanging = new Set();
  for (const accounts of behind.values()) {
    if (accounts.reduce((total, account) => total + size.get(account), 0) <= most) continue;
    for (const account of accounts) {
      const first = place.get(account) - 1;
      for (const each of order.slice(first, first + size.get(account))) hanging.add(each);
    }
  }
  return hanging;
}

/** Who hangs on one other member alone; a reviewer's "yes" to a named account is as sure a start as that. */
function hangingIn(graph, members, hops, policy) {
  const ties = new Map(), roots = new Set(graph.named), sure = [...graph.named];
  for (const [start, list] of hops) {
    ties.set(start, list.filter((hop) => hop.pOwner >= policy.propose_at && hop.judgement !== "unsure")
      .map((hop) => hop.end));
  }
  while (sure.length > 0) {
    for (const hop of hops.get(sure.pop()) || []) {
      if (hop.judgement !== "positive" || !members.has(hop.end) || roots.has(hop.end)) continue;
      roots.add(hop.end);
      sure.push(hop.end);
    }
  }
  return hangOnOne(roots, members, ties, policy.behind_one_max);
}

/** For each account that is tied to a member: the best product with one hop more, and that path. */
function tiedTo(proposed, members, hops, policy) {
  const starts = [...members]
    .map((account) => ({ account, ...proposed.get(account) }))
    .filter(({ path }) => path.length < policy.hops_max)
    .sort((one, other) => one.path.length - other.path.length || byCodePoint(one.account, other.account));
  const found = new Map();
  for (const { account, p, path } of starts) {
    for (const hop of hops.get(account) || []) {
      if (members.has(hop.end)) continue;
      const product = productOf(p, hop.pOwner), already = found.get(hop.end);
      if (product > (already ? already.p : 0)) found.set(hop.end, { p: product, path: [...path, hop] });
    }
  }
  return found;
}

/** Where every account of a graph stands, with some facts struck out: account id to its standing. */
function expand(graph, parameters, policy, rules, without) {
  const facts = new Map(graph.facts.map((fact) => [fact.id, fact]));
  const hops = hopsOf(graph, facts, makeWeigher(parameters, rules), without);
  const named = new Set(graph.named), agencies = new Set(graph.agencies);
  const disputed = disputedIn(graph), barred = new Set([...agencies, ...disputed]);
  const proposed = bestPaths(graph, hops, policy, barred);
  const members = new Set([...proposed.keys()].filter((account) => named.has(account) || !barred.has(account)));
  const hanging = hangingIn(graph, members, hops, policy);
  for (const account of hanging) members.delete(account);
  const asked = tiedTo(proposed, members, hops, policy);
  for (const account of hanging) asked.set(account, proposed.get(account));
  const judgedOut = new Set();
  for (const pair of graph.pairs) {
    if (pair.judgement !== "negative") continue;
    if (members.has(pair.a)) judgedOut.add(pair.b);
    if (members.has(pair.b)) judgedOut.add(pair.a);
  }
  const standings = new Map();
  for (const account of graph.accounts) {
    const sameHands = (hops.get(account) || []).filter((hop) => members.has(hop.end))
      .reduce((most, hop) => Math.max(most, hop.weighing.pOperator), 0);
    if (members.has(account)) {
      const { p, path } = proposed.get(account);
      const status = named.has(account) ? "named" : "in";
      standings.set(account, { status, p, path, pOperator: sameHands, why: "" });
      continue;
    }
    const found = asked.get(account) || { p: 0, path: [] };
    const verdict = outside(account, found, policy, { agencies, disputed, judgedOut, hanging, sameHands });
    standings.set(account, { ...verdict, p: found.p, path: found.path, pOperator: sameHands });
  }
  return standings;
}

function outside(account, found, policy, { agencies, disputed, judgedOut, hanging, sameHands }) {
  const worthAsking = found.p >= policy.ask_at;
  if (agencies.has(account)) return { status: "out", why: "agency" };
  if (disputed.has(account)) return { status: worthAsking ? "ask" : "out", why: "judged" };
  if (judgedOut.has(account) && !worthAsking) return { status: "out", why: "judged" };
  if (hanging.has(account)) return { status: "ask", why: "one_bridge" };
  if (found.p >= policy.propose_at) {
    const unsure = found.path.some((hop) => hop.judgement === "unsure");
    return { status: "ask", why: unsure ? "judged" : "access_or_plantable" };
  }
  if (worthAsking) return { status: "ask", why: "weak" };
  return { status: "out", why: sameHands > found.p ? "same_hands" : "weak" };
}

const BANNED = new Set(["named", "in"]);

/** Micros as a BigInt from a decimal string with up to six decimals. */
function microsOf(text) {
  const match = /^([+-]?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new Error(`no amount: ${text}`);
  const micros = BigInt(match[2]) * 1000000n + BigInt((match[3] || "").padEnd(6, "0"));
  return match[1] === "-" ? -micros : micros;
}

/** Micros as a decimal string with six decimals. */
function textOf(micros) {
  const size = micros < 0n ? -micros : micros;
  return `${micros < 0n ? "-" : ""}${size / 1000000n}.${(size % 1000000n).toString().padStart(6, "0")}`;
}

/** What striking some facts does against the plan as it stands: debar.briefs.strike in the browser. */
function strike(plan, rules, facts) {
  const { graph, parameters } = plan.evidence, policy = plan.base.policy;
  const own = new Set(plan.without || []);
  const status = (standings) => new Map([...standings].map(([account, { status: word }]) => [account, word]));
  const before = status(expand(graph, parameters, policy, rules, own));
  const after = status(expand(graph, parameters, policy, rules, new Set([...own, ...facts])));
  const amounts = new Map(plan.members.map((member) =>
    [member.account_id, member.earned.converted ? microsOf(member.earned.converted.amount) : 0n]));
  const accounts = [...before.keys()].sort(byCodePoint);
  const sum = (list) => list.reduce((total, account) => total + amounts.get(account), 0n);
  const was = (account) => BANNED.has(before.get(account)), is = (account) => BANNED.has(after.get(account));
  const leaves = accounts.filter((a) => was(a) && !is(a)), joins = accounts.filter((a) => !was(a) && is(a));
  const first = sum(accounts.filter(was));
  const inEach = new Map();
  for (const member of plan.members.filter((m) => leaves.includes(m.account_id))) {
    for (const [currency, amount] of Object.entries(member.earned.by_currency)) {
      inEach.set(currency, (inEach.get(currency) || 0n) + microsOf(amount));
    }
  }
  return {
    facts: [...facts].filter((id) => !own.has(id)).sort(byCodePoint),
    after: Object.fromEntries(after),
    leaves, joins,
    asks: accounts.filter((a) => before.get(a) !== "ask" && after.get(a) === "ask"),
    settled: accounts.filter((a) => before.get(a) === "ask" && after.get(a) === "out"),
    currency: plan.earned.currency || "",
    leaving_by_currency: Object.fromEntries([...inEach].map(([currency, micros]) => [currency, textOf(micros)])),
    leaving: textOf(sum(leaves)), joining: textOf(sum(joins)),
    before: textOf(first), remaining: textOf(first - sum(leaves) + sum(joins)),
  };
}
