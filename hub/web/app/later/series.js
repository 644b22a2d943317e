// A history as columns to draw, rows to read, and its least, mean and greatest.

import { fullMoment, stretch, valueText } from "../format.js";
import { chartUnit } from "../units.js";
import { t } from "../words.js";

const ROWS = 50;

export const seconds = (at) => Date.parse(at) / 1000;

/** Whether all that a part says is which of a few things it is, or a text. */
export const isPlain = (part) => Boolean(part.enum) || part.format === "bool" || part.format === "string";

/** Turn an answer into columns for the chart; null when there is nothing to draw. */
export function columns(series, answer, part) {
  const points = (series?.points ?? []).filter((point) => point.value !== null || point.mean !== undefined);
  if (!points.length) return null;
  const value = (point) => (typeof point.value === "boolean" ? Number(point.value) : point.value);
  const isBanded = points.some((point) => point.mean !== undefined) && !isPlain(part);
  const numbers = points.map((point) => (isBanded ? (point.mean ?? value(point)) : value(point)));
  const greatest = Math.max(...points.map((point) => Math.abs(point.max ?? value(point)) || 0));
  const { turn, symbol } = chartUnit(part.unit, greatest);
  const gaps = (series.gaps ?? []).map((gap) => [seconds(gap.from), seconds(gap.to)]);
  const spans = spansOf(points, series.resolution_s, seconds(answer.to));
  const isCoarse = series.resolution_s > 0;
  const text = textOf(part, isCoarse);
  const drawn = { times: [], values: [], least: isBanded ? [] : null, most: isBanded ? [] : null, shown: [], spans: [] };
  points.forEach((point, index) => {
    const at = seconds(point.at);
    add(drawn, at, numbers[index], point, turn, [text(numbers[index], point), spans[index]], isBanded);
    const gap = gaps.find(([from]) => from >= at && from < (points[index + 1] ? seconds(points[index + 1].at) : Infinity));
    if (gap && typeof numbers[index] === "number") {
      hold(drawn, gap[0], isBanded);
      add(drawn, gap[0] + 0.001, null, {}, turn, [null, null], isBanded);
    }
  });
  if (drawn.values.at(-1) !== null) hold(drawn, Math.max(seconds(answer.to), drawn.times.at(-1) + 0.001), isBanded);
  const rows = points.map((point, index) => [point.at, isCoarse ? stretch(spans[index], series.resolution_s) : fullMoment(point.at), text(numbers[index], point)]);
  const held = isPlain(part) ? null : spans.map((span) => known(span, gaps));
  const last = valueText(part, points.at(-1).value ?? numbers.at(-1));
  return { ...drawn, length: series.resolution_s, gaps, symbol, rows: rows.slice(-ROWS).reverse(), stats: held && stats(points, numbers, held, part), last };
}

/** What a point tells: of a stretch of time its mean, or at its end which of a few things it was. */
const textOf = (part, isCoarse) => (number, { value }) =>
  !isPlain(part) ? valueText(part, number) : isCoarse && value !== null ? t("history.last", { value: valueText(part, value) }) : valueText(part, value);

function add(drawn, at, number, point, turn, [text, span], isBanded) {
  drawn.times.push(at);
  drawn.values.push(typeof number === "number" ? turn(number) : null);
  drawn.shown.push(text);
  drawn.spans.push(span);
  if (!isBanded) return;
  drawn.least.push(typeof number === "number" ? turn(point.min ?? number) : null);
  drawn.most.push(typeof number === "number" ? turn(point.max ?? number) : null);
}

/** A value holds until the next one, until a gap, or until now. */
function hold(drawn, until, isBanded) {
  drawn.times.push(until);
  for (const column of [drawn.values, drawn.shown, drawn.spans, ...(isBanded ? [drawn.least, drawn.most] : [])]) column.push(column.at(-1));
}

/** From when to when each point stands: for its stretch, or until the next value. */
function spansOf(points, resolution, to) {
  return points.map((point, index) => {
    const from = seconds(point.at);
    const next = points[index + 1] ? seconds(points[index + 1].at) : to;
    return [from, Math.min(next, resolution ? from + resolution : Infinity)];
  });
}

/** How many seconds of a span are in no gap. */
function known([from, to], gaps) {
  const missing = gaps.map(([start, end]) => Math.max(0, Math.min(to, end) - Math.max(from, start)));
  return Math.max(0, missing.reduce((left, one) => left - one, to - from));
}

/** Least, mean by time and greatest; `held` is for how long each number held. */
function stats(points, numbers, held, part) {
  const least = Math.min(...points.map((point, index) => point.min ?? numbers[index]));
  const most = Math.max(...points.map((point, index) => point.max ?? numbers[index]));
  const whole = held.reduce((sum, one) => sum + one, 0);
  const mean = whole ? numbers.reduce((sum, one, index) => sum + one * held[index], 0) / whole : numbers.at(-1);
  return [["history.least", least], ["history.mean", mean], ["history.most", most]].map(([word, one]) => [word, valueText(part, one)]);
}
