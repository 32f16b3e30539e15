// Draws the timeline page: the chart and the strip of the whole video.  Times are milliseconds.
"use strict";

const clock = (ms, digits = 3) => {
  const pad = (n, width) => String(n).padStart(width, "0");
  const rounded = Math.round(ms);
  const text = [Math.floor(rounded / 3600000), Math.floor(rounded / 60000) % 60,
    Math.floor(rounded / 1000) % 60].map((n) => pad(n, 2)).join(":");
  return digits ? text + "." + pad(rounded % 1000, 3).slice(0, digits) : text;
};

// `timeline`: what there is to show, with its view, whose ends others move.
const makePainter = (timeline) => {
  const {chart, whole, data, view, end, pairs, shots, activity, windows, gaps, figures} = timeline;
  let chosen = -1;
  let placedPictures = [];
  const mostTokens = pairs.reduce((most, p) => Math.max(most, p.tokens), 1);
  const overlaps = (s) => s.begin < view.to && s.end > view.from;

  // Names of the style sheet's colours, which follow light and dark; read once a drawing.
  let palette = new Map();
  const color = (name) => {
    if (!palette.has(name)) {
      const style = getComputedStyle(document.documentElement);
      palette.set(name, style.getPropertyValue("--" + name).trim());
    }
    return palette.get(name);
  };

  const kLanes = [
    {name: "axis", height: 18}, {name: "pictures", height: 60}, {name: "pairs", height: 40},
    {name: "activity", height: 70}, {name: "packets", height: 56}, {name: "shots", height: 20},
    {name: "windows", height: 20}];
  const kSpace = 15;
  const laneSum = kLanes.reduce((sum, lane) => sum + lane.height + kSpace, 0);

  const prepare = (canvas) => {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    return {pen, width, height, x: (t) => (t - view.from) / (view.to - view.from) * width};
  };

  const hatching = (pen, ink) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const hatch = tile.getContext("2d");
    hatch.strokeStyle = ink;
    hatch.lineWidth = 1.5;
    for (const at of [-8, 0, 8]) {
      hatch.moveTo(at - 1, 9);
      hatch.lineTo(at + 9, -1);
    }
    hatch.stroke();
    return pen.createPattern(tile, "repeat");
  };

  const drawAxis = ({pen, width, x}, lane, height) => {
    const steps = [50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5,
      36e5, 72e5, 144e5, 216e5, 432e5, 864e5];
    const wanted = (view.to - view.from) / width * 84;
    const step = steps.find((s) => s >= wanted) || Math.ceil(wanted / 864e5) * 864e5;
    pen.fillStyle = color("dim");
    pen.strokeStyle = color("line");
    pen.font = "11px system-ui, sans-serif";
    for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
      const at = Math.round(x(t)) + 0.5;
      pen.beginPath();
      pen.moveTo(at, lane.top);
      pen.lineTo(at, height);
      pen.stroke();
      const text = clock(t, step < 1000 ? 2 : 0);
      if (at + 3 + pen.measureText(text).width < width) pen.fillText(text, at + 3, lane.top + 11);
    }
  };

  // The largest of `values` in each pixel column, as bars over the lane's floor.
  const drawSeries = ({pen, width}, lane, values, step, level, ink) => {
    pen.fillStyle = ink;
    const time = (column) => view.from + column / width * (view.to - view.from);
    for (let column = 0; column < width; ++column) {
      const first = Math.max(0, Math.floor(time(column) / step));
      const last = Math.min(values.length - 1, Math.floor(time(column + 1) / step));
      let most = -1;
      for (let i = first; i <= last; ++i) most = Math.max(most, values[i]);
      if (most < 0) continue;
      const tall = Math.max(1, level(most) * lane.height);
      pen.fillRect(column, lane.top + lane.height - tall, 1, tall);
    }
  };

  const drawSpans = ({pen, x}, lane, list, ink) => {
    for (const s of list) {
      if (!overlaps(s)) continue;
      const left = Math.max(-2, x(s.begin));
      pen.fillStyle = ink(s);
      pen.fillRect(left, lane.top, Math.max(1.5, x(s.end) - left), lane.height);
    }
  };

  const mostMotion = Math.max(1.5, data.motion.values.reduce((a, b) => Math.max(a, b), 0) / 100);
  const motionLevel = (v) => Math.log2(1 + v / 100) / Math.log2(1 + mostMotion);
  const mostBytes = Math.max(1, data.bytes.all.reduce((a, b) => Math.max(a, b), 0));
  const bytesLevel = (v) => Math.sqrt(v / mostBytes);

  const drawActivity = (area, lane) => {
    area.pen.globalAlpha = 0.22;
    drawSpans(area, lane, activity, () => color("activity"));
    area.pen.globalAlpha = 1;
    drawSeries(area, lane, data.motion.values, data.motion.step, motionLevel, color("activity"));
    const threshold = lane.top + lane.height * (1 - motionLevel(100));
    area.pen.strokeStyle = color("ink");
    area.pen.setLineDash([4, 4]);
    area.pen.beginPath();
    area.pen.moveTo(0, threshold);
    area.pen.lineTo(area.width, threshold);
    area.pen.stroke();
    area.pen.setLineDash([]);
  };

  const drawShots = (area, lane) => {
    const {pen, x} = area;
    pen.font = "11px system-ui, sans-serif";
    shots.forEach((s, i) => {
      if (!overlaps(s)) return;
      const left = Math.max(0, x(s.begin));
      const right = Math.min(area.width, x(s.end));
      pen.globalAlpha = i % 2 ? 0.45 : 0.8;
      pen.fillStyle = color("shot");
      pen.fillRect(left, lane.top, Math.max(1, right - left - 1), lane.height);
      pen.globalAlpha = 1;
      pen.fillStyle = color("ink");
      const text = String(i + 1);
      if (right - left > pen.measureText(text).width + 8) {
        pen.fillText(text, left + 4, lane.top + 14);
      }
    });
  };

  const pairX = (area, p) => area.x((p.first + p.second) / 2);

  const drawPairs = (area, lane) => {
    const {pen, x, width} = area;
    // The first in rank are drawn last: they lie on top.
    for (let i = pairs.length - 1; i >= 0; --i) {
      const p = pairs[i];
      const at = pairX(area, p);
      if (at < -4 || at > width + 4) continue;
      const tall = 6 + (lane.height - 10) * Math.sqrt(Math.min(1, p.tokens / mostTokens));
      const wide = Math.max(2, x(p.second) - x(p.first));
      pen.fillStyle = color(p.reason);
      pen.fillRect(at - wide / 2, lane.top + lane.height - 3 - tall, wide, tall);
      pen.fillRect(x(p.begin) + 0.5, lane.top + lane.height - 2,
        Math.max(0.5, x(p.end) - x(p.begin) - 1), 2);
    }
  };

  const pictureOf = (rank) => {
    const figure = figures.get(rank);
    const picture = figure && figure.querySelector("img");
    return picture && picture.complete && picture.naturalWidth ? picture : null;
  };

  // As many pictures as have room, the first in rank before others.
  const drawPictures = (area, lane, pairsLane) => {
    const {pen, width} = area;
    placedPictures = [];
    for (const p of pairs) {
      const at = pairX(area, p);
      const picture = at < 0 || at > width ? null : pictureOf(p.rank);
      if (!picture) continue;
      const shape = picture.naturalWidth / picture.naturalHeight;
      // Three have room on a phone.
      const wide = Math.min(width / 3.2, lane.height * shape);
      const bottom = lane.top + lane.height;
      const top = bottom - wide / shape;
      const isFree = (left) => left >= 0 && left + wide <= width &&
        !placedPictures.some((o) => left < o.left + o.wide + 4 && o.left < left + wide + 4);
      // Over its pair, or a little beside it where there is room.
      const left = [0.5, 0.25, 0.75, 0, 1].map((by) => at - by * wide).find(isFree);
      if (left === undefined) continue;
      placedPictures.push({left, wide, rank: p.rank, top, bottom});
      pen.drawImage(picture, left, top, wide, bottom - top);
      pen.strokeStyle = color(p.reason);
      pen.lineWidth = p.rank === chosen ? 4 : 2;
      pen.strokeRect(left + 1, top + 1, wide - 2, bottom - top - 2);
      pen.beginPath();
      pen.moveTo(at, bottom);
      pen.lineTo(at, pairsLane.top + pairsLane.height);
      pen.lineWidth = 1;
      pen.stroke();
      pen.font = "10px system-ui, sans-serif";
      const text = clock(p.first, wide > 90 ? 3 : 0);
      pen.fillStyle = "#000a";
      pen.fillRect(left + 2, bottom - 16, pen.measureText(text).width + 6, 14);
      pen.fillStyle = "#fff";
      pen.fillText(text, left + 5, bottom - 5);
    }
  };

  const drawGaps = ({pen, x, height}, top) => {
    const hatch = hatching(pen, color("gap"));
    for (const gap of gaps) {
      if (!overlaps(gap)) continue;
      const left = Math.max(-2, x(gap.begin));
      pen.fillStyle = hatch;
      pen.globalAlpha = 0.75;
      pen.fillRect(left, top, Math.max(3, x(gap.end) - left), height - top);
      pen.globalAlpha = 1;
    }
  };

  const drawLabels = ({pen}, lanes) => {
    const words = {pairs: "pairs", activity: "activity", packets: "packets", shots: "shots",
      windows: "read closely"};
    pen.font = "600 11px system-ui, sans-serif";
    for (const lane of lanes) {
      const text = words[lane.name];
      if (!text) continue;
      pen.fillStyle = color("dim");
      pen.fillText(text, 0, lane.top - 3);
    }
  };

  const drawChart = () => {
    const area = prepare(chart);
    const spare = Math.max(0, area.height - laneSum);
    let top = 0;
    const lanes = kLanes.map((lane) => {
      const height = lane.height + (lane.name === "pictures" ? spare : 0);
      const placed = {name: lane.name, top, height};
      top += height + kSpace;
      return placed;
    });
    const at = Object.fromEntries(lanes.map((lane) => [lane.name, lane]));
    drawAxis(area, at.axis, area.height);
    drawGaps(area, at.pairs.top);
    drawPairs(area, at.pairs);
    drawActivity(area, at.activity);
    area.pen.globalAlpha = 0.55;
    drawSeries(area, at.packets, data.bytes.all, data.bytes.step, bytesLevel, color("dim"));
    area.pen.globalAlpha = 1;
    drawSeries(area, at.packets, data.bytes.key, data.bytes.step, bytesLevel, color("key"));
    drawShots(area, at.shots);
    drawSpans(area, at.windows, windows, (w) => color(data.windowReasons[w.more]));
    drawPictures(area, at.pictures, at.pairs);
    drawLabels(area, lanes);
    if (chosen >= 0) {
      area.pen.strokeStyle = color("ink");
      area.pen.strokeRect(pairX(area, pairs[chosen]) - 4, at.pairs.top - 2, 8, at.pairs.height + 4);
    }
  };

  const drawWhole = () => {
    const {pen, width, height} = prepare(whole);
    const x = (t) => t / end * width;
    pen.fillStyle = color("soft");
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = color("activity");
    const mark = (s, least, top) => pen.fillRect(
      x(s.begin), top, Math.max(least, x(s.end) - x(s.begin)), height - 2 * top);
    for (const a of activity) mark(a, 1, 6);
    pen.fillStyle = hatching(pen, color("gap"));
    for (const gap of gaps) mark(gap, 2, 0);
    pen.strokeStyle = color("ink");
    pen.lineWidth = 2;
    pen.strokeRect(Math.max(1, x(view.from)), 1,
      Math.max(4, Math.min(width - 1, x(view.to)) - Math.max(1, x(view.from))), height - 2);
  };

  return {
    // `rank`: of the pair that is marked; -1: none.
    paint: (rank) => {
      chosen = rank;
      palette = new Map();
      drawChart();
      drawWhole();
    },
    // Rank of the picture at a place of the chart, in pixels; undefined: there is none.
    pictureAt: (x, y) => {
      const found = placedPictures.find(
        (p) => x >= p.left && x <= p.left + p.wide && y >= p.top && y <= p.bottom);
      return found && found.rank;
    }};
};
