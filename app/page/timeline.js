// The timeline page: shows what the element "data" holds, and moves it.  Times are milliseconds.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const chart = document.getElementById("chart");
  const whole = document.getElementById("whole");
  const spanText = document.getElementById("span");
  const here = document.getElementById("here");
  const cards = document.getElementById("cards");
  const kMostCards = 60;
  const kMostRows = 60;
  const end = Math.max(1, data.end);
  const shortest = Math.min(end, 500);
  const view = {from: 0, to: end};
  let chosen = -1;

  const pairs = data.pairs.map((p, rank) => ({
    rank, first: p[0], second: p[1], begin: p[2], end: p[3], width: p[4], height: p[5],
    reason: data.reasons[p[6]], tokens: (p[4] / 28) * (p[5] / 28)}));
  const figures = new Map();
  for (const figure of cards.querySelectorAll("figure")) {
    figures.set(Number(figure.dataset.rank), figure);
  }
  const spans = (rows) => rows.map((r) => ({begin: r[0], end: r[1], more: r[2]}));
  const shots = spans(data.shots);
  const activity = spans(data.activity);
  const windows = spans(data.windows);
  const gaps = spans(data.gaps);
  const overlaps = (s) => s.begin < view.to && s.end > view.from;
  const painter = makePainter(
    {chart, whole, data, view, end, pairs, shots, activity, windows, gaps, figures});

  const duration = (ms) => ms < 60000 ? (ms / 1000).toFixed(1) + " s" : clock(ms, 0);

  // --- what is written below the chart ---

  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  const makeFigure = (p) => {
    const figure = element("figure");
    figure.dataset.rank = p.rank;
    figure.dataset.reason = p.reason;
    figure.append(element("div", "no picture", "none"));
    const caption = element("figcaption");
    caption.append(element("time", clock(p.first)), element("br"),
      element("span", `${p.width}x${p.height}, ${p.tokens} token${p.tokens === 1 ? "" : "s"}`),
      element("br"), element("span", `${p.reason}, rank ${p.rank}`));
    figure.append(caption);
    return figure;
  };

  const showCards = () => {
    for (const figure of cards.querySelectorAll("figure.made")) figure.remove();
    for (const figure of figures.values()) figure.hidden = true;
    const visible = pairs.filter((p) => p.second >= view.from && p.first < view.to);
    const shown = visible.slice(0, kMostCards).sort((a, b) => a.first - b.first);
    for (const p of shown) {
      let figure = figures.get(p.rank);
      if (!figure) {
        figure = makeFigure(p);
        figure.classList.add("made");
      }
      figure.hidden = false;
      figure.classList.toggle("chosen", p.rank === chosen);
      cards.append(figure);
    }
    const left = visible.length - shown.length;
    document.getElementById("count").textContent =
      `${visible.length} of ${pairs.length} pairs` +
      (left ? `, the first ${shown.length} in rank are shown; zoom in for the others` : "");
  };

  const showRows = (id, list, name, text) => {
    const rows = document.getElementById(id);
    const visible = list.filter(overlaps);
    rows.replaceChildren();
    for (const s of visible.slice(0, kMostRows)) {
      const row = element("li");
      row.append(element("i", "", name(s)),
        element("time", `${clock(s.begin)} \u2013 ${clock(s.end)}`),
        `, ${duration(s.end - s.begin)}: ${text(s)}`);
      rows.append(row);
    }
    if (visible.length > kMostRows) {
      rows.append(element("li", `and ${visible.length - kMostRows} more; zoom in for them`));
    }
    if (!visible.length) rows.append(element("li", "None here."));
  };

  const nearestPair = (t) => {
    let best = -1;
    for (const p of pairs) {
      const distance = Math.abs((p.first + p.second) / 2 - t);
      if (best < 0 || distance < Math.abs((pairs[best].first + pairs[best].second) / 2 - t)) {
        best = p.rank;
      }
    }
    return best;
  };

  const tell = (t) => {
    const inside = (s) => s.begin <= t && t < s.end;
    const shot = shots.findIndex(inside);
    const moving = activity.find(inside);
    const opened = windows.find(inside);
    const motion = data.motion.values[Math.floor(t / data.motion.step)];
    const bytes = data.bytes.all[Math.floor(t / data.bytes.step)];
    const words = [clock(t)];
    if (shot >= 0) words.push(`shot ${shot + 1}`);
    if (moving) words.push(`activity ${(moving.more / 100).toFixed(2)}`);
    if (motion >= 0) words.push(`motion ${(motion / 100).toFixed(1)} x what begins an activity`);
    if (bytes !== undefined) words.push(`${(bytes / 10).toFixed(1)} kB/s`);
    words.push(opened ? "read closely: " + data.windowTexts[opened.more]
      : "key frames alone were looked at");
    for (const gap of gaps.filter(inside)) words.push("GAP: " + data.gapTexts[gap.more]);
    const near = pairs.find(inside);
    if (near) words.push(`stands for it: the pair at ${clock(near.first)} (rank ${near.rank})`);
    here.textContent = words.join(" \u00b7 ");
  };

  const tellPair = (p) => {
    here.textContent =
      `Pair ${clock(p.first)} \u2013 ${clock(p.second)}: ${p.width}x${p.height}, ` +
      `${p.tokens} tokens, chosen for ${p.reason}, rank ${p.rank} of ${pairs.length}, ` +
      `stands for ${clock(p.begin)} \u2013 ${clock(p.end)}`;
  };

  // --- moving ---

  let drawing = 0;
  let listing = 0;
  const list = () => {
    showCards();
    showRows("windows", windows, (w) => data.windowReasons[w.more],
      (w) => data.windowTexts[w.more]);
    showRows("gaps", gaps, () => "gap", (g) => data.gapTexts[g.more]);
  };
  const draw = () => {
    drawing = 0;
    painter.paint(chosen);
  };
  const redraw = () => {
    chart.dataset.from = Math.round(view.from);
    chart.dataset.to = Math.round(view.to);
    spanText.textContent = `${clock(view.from)} \u2013 ${clock(view.to)}`;
    if (!drawing) drawing = requestAnimationFrame(draw);
    clearTimeout(listing);
    listing = setTimeout(list, 120);
  };

  const show = (from, to) => {
    const length = Math.min(end, Math.max(shortest, to - from));
    const middle = (from + to) / 2;
    view.from = Math.min(Math.max(0, middle - length / 2), end - length);
    view.to = view.from + length;
    redraw();
  };
  // `factor` below 1 comes nearer; the time at share `at` of the width stays where it is.
  const zoom = (factor, at = 0.5) => {
    const length = view.to - view.from;
    const next = Math.min(end, Math.max(shortest, length * factor));
    const fixed = view.from + at * length;
    show(fixed - at * next, fixed + (1 - at) * next);
  };
  const pan = (share) => {
    const by = share * (view.to - view.from);
    show(view.from + by, view.to + by);
  };
  const choose = (rank) => {
    chosen = rank;
    const p = pairs[rank];
    if (p.first < view.from || p.second > view.to) {
      const half = (view.to - view.from) / 2;
      show(p.first - half, p.first + half);
    }
    tellPair(p);
    redraw();
  };

  const actions = {
    "in": () => zoom(0.5), "out": () => zoom(2), "left": () => pan(-0.25),
    "right": () => pan(0.25), "all": () => show(0, end)};
  for (const button of document.querySelectorAll("button[data-do]")) {
    button.addEventListener("click", actions[button.dataset.do]);
  }
  const keys = {"+": "in", "=": "in", "-": "out", "_": "out", "ArrowLeft": "left",
    "ArrowRight": "right", "0": "all", "Escape": "all"};
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });

  const share = (event) => {
    const box = chart.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  chart.addEventListener("wheel", (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const far = event.deltaY > 0 && view.to - view.from >= end;
    // Where nothing can change, the page scrolls.
    if (!sideways && far) return;
    event.preventDefault();
    if (sideways) {
      pan((event.deltaX || event.deltaY) / chart.clientWidth);
    } else {
      // Lines count as pixels; a pinch on a touch pad comes as small steps with ctrl.
      const pixels = event.deltaY * (event.deltaMode ? 30 : 1) * (event.ctrlKey ? 5 : 1);
      zoom(Math.exp(Math.min(300, Math.max(-300, pixels)) * 0.002), share(event));
    }
  }, {passive: false});

  // Fingers and buttons that are down, in pixels of the chart.
  const pointers = new Map();
  let moved = 0;
  const place = (event) => {
    const box = chart.getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  };
  const distance = ([a, b]) => Math.max(20, Math.hypot(a.x - b.x, a.y - b.y));
  chart.addEventListener("pointerdown", (event) => {
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, place(event));
    try { chart.setPointerCapture(event.pointerId); } catch (_) { /* made by a script */ }
  });
  chart.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) {
      tell(view.from + share(event) * (view.to - view.from));
      return;
    }
    const before = [...pointers.values()];
    const by = place(event).x - pointers.get(event.pointerId).x;
    pointers.set(event.pointerId, place(event));
    const after = [...pointers.values()];
    moved += Math.abs(by);
    if (after.length === 1) {
      if (moved > 4) pan(-by / chart.clientWidth);
    } else if (after.length === 2) {
      moved += 5;
      pan(-by / 2 / chart.clientWidth);
      zoom(distance(before) / distance(after), (after[0].x + after[1].x) / 2 / chart.clientWidth);
    }
  });
  // One finger scrolls the page up and down, two never do.
  chart.addEventListener("touchmove", (event) => {
    if (event.touches.length > 1) event.preventDefault();
  }, {passive: false});
  const release = (event) => {
    const wasClick = pointers.size === 1 && moved <= 4 && event.type === "pointerup";
    pointers.delete(event.pointerId);
    if (!wasClick || !pairs.length) return;
    const {x, y} = place(event);
    const rank = painter.pictureAt(x, y);
    const time = view.from + share(event) * (view.to - view.from);
    choose(rank === undefined ? nearestPair(time) : rank);
  };
  chart.addEventListener("pointerup", release);
  chart.addEventListener("pointercancel", release);

  const goTo = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = whole.getBoundingClientRect();
    const middle = (event.clientX - box.left) / box.width * end;
    const half = (view.to - view.from) / 2;
    show(middle - half, middle + half);
  };
  whole.addEventListener("pointerdown", goTo);
  whole.addEventListener("pointermove", goTo);

  cards.addEventListener("click", (event) => {
    const figure = event.target.closest("figure");
    if (figure) choose(Number(figure.dataset.rank));
  });

  new ResizeObserver(redraw).observe(chart);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  for (const picture of cards.querySelectorAll("img")) {
    if (!picture.complete) picture.addEventListener("load", redraw, {once: true});
  }
  document.getElementById("live").hidden = false;
  redraw();
  list();
})();
