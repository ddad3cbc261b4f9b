// The network on a canvas: pan, zoom, choose; nodes and rows choose one another. Everything that it shows is in
// the table too, and without this script the picture that the server drew stands in its place.
"use strict";
(() => {
  const room = () => document.getElementById("network");
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // A custom property may hold light-dark(): only a colour in use is resolved.
  const probe = document.createElement("span");
  const resolved = (name) => {
    probe.className = `colour-${name}`;
    return getComputedStyle(probe).color;
  };

  const sheet = () => {
    const c = (name) => resolved(name);
    const [ink, surface, stop, ask, free, linked, fact, tie] = ["ink", "surface", "stop", "ask", "free", "linked", "fact", "tie"].map(c);
    return [
      { selector: "node", style: { label: "data(label)", "font-size": 11, "font-family": style("--face") || "Inter, system-ui, sans-serif", color: ink, "text-valign": "bottom", "text-margin-y": 3, "text-wrap": "wrap", "line-height": 1.25, "text-outline-color": surface, "text-outline-width": 2, "min-zoomed-font-size": 5, width: "data(size)", height: "data(size)", "border-width": 0, "background-color": fact, "overlay-opacity": 0 } },
      { selector: ".named", style: { "background-color": stop, "border-width": 2, "border-color": surface, "outline-width": 2, "outline-color": stop } },
      { selector: ".in", style: { "background-color": linked } },
      { selector: ".ask", style: { "background-color": surface, "border-width": 2.5, "border-color": ask } },
      { selector: ".out", style: { "background-color": surface, "border-width": 2, "border-color": free } },
      { selector: ".fact", style: { shape: "diamond" } },
      { selector: ".many", style: { "background-color": surface, "border-width": 1, "border-style": "dashed", "border-color": fact } },
      { selector: "edge", style: { width: "data(width)", "line-color": tie, "curve-style": "haystack", "overlay-opacity": 0 } },
      { selector: "edge.many", style: { "line-style": "dashed", "line-dash-pattern": [3, 4], width: 0.8, opacity: 0.7 } },
      { selector: ".faint", style: { opacity: 0.18 } },
      { selector: "node.chosen", style: { "border-width": 4, "border-color": c("accent"), "border-style": "solid", "z-index": 9 } },
    ];
  };

  let graph = null;
  let data = null;

  const words = { named: "named", in: "in the plan", ask: "undecided", out: "left out", fact: "shared fact", "fact many": "fact shared by many" };

  const nodeOfAccount = (account) => graph && graph.nodes().filter((node) => node.data("accounts").includes(account))[0];

  const say = (text) => {
    const place = document.getElementById("picked");
    if (place) place.textContent = text;
  };

  const choose = (node) => {
    graph.elements().removeClass("chosen faint");
    document.querySelectorAll(".picked-row").forEach((row) => row.classList.remove("picked-row"));
    if (!node) return say("");
    node.addClass("chosen");
    graph.elements().not(node.closedNeighborhood()).addClass("faint");
    const near = node.neighborhood("node").map((other) => other.data("label").replace("\n", " "));
    say(`${node.data("label").replace("\n", " ")}: ${words[node.data("standing")]}, beside ${near.length} of the picture. Enter opens it.`);
    const row = rowOf(node);
    if (row) row.classList.add("picked-row");
  };

  const rowOf = (node) => {
    const account = node.data("accounts")[0];
    return account && [...document.querySelectorAll("tbody[data-account]")].find((row) => row.dataset.account === account);
  };

  const open = (node) => {
    const at = room().dataset.at;
    const fact = node.data("facts")[0];
    if (fact) return fact.startsWith("judgement:") ? undefined : location.assign(`${at}/fact?fact=${encodeURIComponent(fact)}`);
    const row = rowOf(node);
    if (!row) return location.assign(`${at}?show=all#table`);
    row.scrollIntoView({ block: "center" });
    row.focus();
  };

  // The neighbour that lies nearest to the direction of an arrow.
  const towards = (node, key) => {
    const wish = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    const from = node.position();
    let best = null;
    let most = 0.2;
    node.neighborhood("node").forEach((other) => {
      const to = other.position();
      const [x, y] = [to.x - from.x, to.y - from.y];
      const length = Math.hypot(x, y) || 1;
      const along = (x * wish[0] + y * wish[1]) / length;
      if (along > most) [best, most] = [other, along];
    });
    return best;
  };

  const pressed = (event) => {
    const chosen = graph.nodes(".chosen")[0];
    if (event.key.startsWith("Arrow")) {
      const next = chosen ? towards(chosen, event.key) : graph.nodes(".named")[0] || graph.nodes()[0];
      if (next) {
        choose(next);
        const at = next.renderedPosition();
        const size = room();
        if (at.x < 40 || at.y < 40 || at.x > size.clientWidth - 40 || at.y > size.clientHeight - 40) graph.center(next);
      }
    } else if (event.key === "Enter" && chosen) open(chosen);
    else if (event.key === "Escape") choose(null);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") graph.fit(undefined, 12);
    else return;
    event.preventDefault();
  };

  const zoom = (factor) => {
    const size = room();
    graph.zoom({ level: graph.zoom() * factor, renderedPosition: { x: size.clientWidth / 2, y: size.clientHeight / 2 } });
  };

  const mount = () => {
    const place = room();
    if (!place || typeof cytoscape === "undefined" || place.dataset.live) return;
    data = JSON.parse(place.dataset.graph);
    place.dataset.live = "yes";
    place.append(probe);
    place.classList.add("live");
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${place.querySelector("svg").getAttribute("aria-label")} Arrow keys go from neighbour to neighbour, Enter opens what is chosen, plus and minus zoom, 0 shows all.`);
    place.append(canvas);
    graph = cytoscape({
      container: canvas,
      layout: { name: "preset" },
      style: sheet(),
      minZoom: 0.1,
      maxZoom: 4,
      autoungrabify: true,
      boxSelectionEnabled: false,
      elements: {
        nodes: data.nodes.map((n) => ({ data: { id: n.id, label: n.label, size: 2 * n.r, accounts: n.accounts, facts: n.facts, standing: n.standing }, position: { x: n.x, y: n.y }, classes: n.standing })),
        edges: data.edges.map(([a, f, width, many], i) => ({ data: { id: `e${i}`, source: a, target: f, width: width * 0.7 }, classes: many ? "many" : "" })),
      },
    });
    graph.fit(undefined, 12);
    graph.on("tap", (event) => choose(event.target === graph ? null : event.target.isNode() ? event.target : null));
    graph.on("dbltap", "node", (event) => open(event.target));
    canvas.addEventListener("keydown", pressed);
    place.dataset.ready = "yes";
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-row]");
    const row = link && document.getElementById(link.dataset.row);
    const entry = event.target.closest("[data-account]");
    if (graph && entry && !event.target.closest("a, button, input, summary")) {
      const node = nodeOfAccount(entry.dataset.account);
      if (node) choose(node);
    }
    if (!row) return;
    event.preventDefault();
    row.scrollIntoView({ block: "center" });
    row.focus();
  });

  // After a decision: the page was swapped; the picture is drawn again as it now stands.
  document.addEventListener("debar:decided", () => mount());
  document.addEventListener("htmx:afterSwap", () => mount());
  document.addEventListener("htmx:after:swap", () => mount());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph && graph.style(sheet()));
  if (document.readyState === "complete") mount();
  else addEventListener("load", mount);
})();
