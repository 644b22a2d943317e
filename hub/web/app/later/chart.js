// Draws a line over time: read off by a finger, zoomed by two fingers or the wheel.

import { added } from "../later.js";

const SCRIPT = "/vendor/uplot/uPlot.iife.min.js";
const STYLE = "/vendor/uplot/uPlot.min.css";
const LEAST_SPAN_S = 60;
const ZOOM = 1.2;

let loading = null;

function load() {
  loading ??= Promise.all([
    added("link", { rel: "stylesheet", href: STYLE }),
    added("script", { src: SCRIPT }),
  ]).then(() => window.uPlot);
  return loading;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Draw a chart into `place`; returns {show(data, look), takeAway()}.
 *
 * What `show` is given takes the place of what is drawn, under fingers and mouse: what is zoomed and read off stays.
 *
 * data: {times (seconds), values, least, most (null where a point is one value), gaps: [[from, to]]}
 * look: {symbol, isStepped, format(value), labels(moment), from, to, onRead(index | null),
 *        zoom: {current: [from, to] | null}, kept up to date, so that a chart drawn anew goes on from there}
 */
export async function draw(place, data, look) {
  const now = { data, look };
  const UPlot = await load();
  const [ink, line, band, gap] = ["--ink-soft", "--accent", "--accent-band", "--gap"].map(colour);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${0.8125 * rem}px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const hasBand = data.least !== null;
  const paths = look.isStepped ? UPlot.paths.stepped({ align: 1 }) : UPlot.paths.linear();
  const edge = { stroke: "transparent", paths, points: { show: false } };
  const chart = new UPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      padding: [12, 12, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { size: 10, fill: line } },
      scales: {
        x: { min: look.from, max: look.to, range: (u, least, most) => [least ?? now.look.from, most ?? now.look.to] },
        y: { range: (u, least, most) => room(least, most, look.isStepped) },
      },
      axes: [
        { ...axis, size: 2.2 * rem, space: 5 * rem, values: (u, splits, _, space, step) => splits.map((s) => now.look.labels(s, step)) },
        { ...axis, size: (u, values) => 1.2 * rem + Math.max(2, ...(values ?? []).map((v) => v.length)) * 0.5 * rem,
          splits: look.splits, values: (u, splits, _, space, step) => splits.map((s) => now.look.format(s, step)) },
      ],
      series: [
        {},
        { stroke: line, width: 2, paths, spanGaps: false, points: { show: () => now.data.times.length < 40, size: 5, fill: line } },
        ...(hasBand ? [edge, edge] : []),
      ],
      bands: hasBand ? [{ series: [3, 2], fill: band }] : [],
      hooks: {
        drawClear: [(u) => drawGaps(u, now.data.gaps, gap)],
        setCursor: [(u) => now.look.onRead(u.cursor.idx ?? null)],
      },
    },
    columnsOf(data),
    place,
  );
  const watch = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: place.clientHeight }));
  watch.observe(place);
  const letGo = fingers(chart, now);
  chart.setScale("x", spanOf(look));
  return {
    show: (data, look) => {
      Object.assign(now, { data, look });
      renew(chart, now);
    },
    takeAway: () => {
      watch.disconnect();
      letGo();
      chart.destroy();
    },
  };
}

const columnsOf = ({ times, values, least, most }) => [times, values, ...(least ? [least, most] : [])];

const spanOf = (look) => (look.zoom.current ? within(look, ...look.zoom.current) : { min: look.from, max: look.to });

function renew(chart, { data, look }) {
  const { left, top } = chart.cursor;
  const at = left >= 0 ? chart.posToVal(left, "x") : null;
  chart.batch(() => {
    chart.setData(columnsOf(data));
    chart.setScale("x", spanOf(look));
  });
  if (at !== null) chart.setCursor({ left: chart.valToPos(at, "x"), top });
}

/** A span of time that is neither too short nor beside what there is. */
function within({ from, to }, least, most) {
  const span = Math.min(to - from, Math.max(LEAST_SPAN_S, most - least));
  const min = Math.min(to - span, Math.max(from, least));
  return { min, max: min + span };
}

function room(least, most, isStepped) {
  if (least === null || most === null) return [0, 1];
  if (isStepped) return [least - 0.25, most + 0.25];
  const air = Math.max((most - least) * 0.12, Math.abs(most) * 0.01, 0.05);
  return [least >= 0 ? Math.max(0, least - air) : least - air, most + air];
}

function drawGaps(chart, gaps, fill) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = fill;
  for (const [from, to] of gaps) {
    const left = Math.max(bbox.left, chart.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(to, "x", true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** One finger reads off, two zoom and move; the wheel zooms; a double tap shows all again. */
function fingers(chart, now) {
  const { over } = chart;
  const down = new Map();
  let held = null;
  const spot = (clientX) => chart.posToVal(clientX - over.getBoundingClientRect().left, "x");
  const show = (from, to) => {
    const { look } = now;
    const shown = within(look, from, to);
    const isAll = shown.max - shown.min >= look.to - look.from;
    look.zoom.current = isAll ? null : [shown.min, shown.max];
    chart.setScale("x", shown);
  };
  const around = (middle, factor) => {
    const { min, max } = chart.scales.x;
    show(middle - (middle - min) * factor, middle + (max - middle) * factor);
  };
  const listeners = {
    pointerdown(event) {
      down.set(event.pointerId, event.clientX);
      over.setPointerCapture(event.pointerId);
      if (down.size === 2) held = [...down.values()].map(spot);
    },
    pointermove(event) {
      if (!down.has(event.pointerId)) return;
      down.set(event.pointerId, event.clientX);
      if (down.size === 2 && held) pinch([...down.values()]);
      else if (event.pointerType !== "mouse") {
        const box = over.getBoundingClientRect();
        chart.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
      }
    },
    pointerup(event) {
      down.delete(event.pointerId);
      held = null;
    },
    wheel(event) {
      event.preventDefault();
      around(spot(event.clientX), event.deltaY > 0 ? ZOOM : 1 / ZOOM);
    },
    dblclick: () => show(now.look.from, now.look.to),
  };
  listeners.pointercancel = listeners.pointerup;
  function pinch([a, b]) {
    const box = over.getBoundingClientRect();
    if (Math.abs(a - b) < 16) return;
    const perPixel = (held[1] - held[0]) / (b - a);
    if (perPixel <= 0) return;
    const from = held[0] - (a - box.left) * perPixel;
    show(from, from + perPixel * box.width);
  }
  for (const [name, listen] of Object.entries(listeners)) over.addEventListener(name, listen, { passive: false });
  return () => {
    for (const [name, listen] of Object.entries(listeners)) over.removeEventListener(name, listen);
  };
}
