// What a property was: a chart to read off and to zoom, its least, mean and greatest, and a table.

import { html, useEffect, useMemo, useRef, useState, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { why } from "../announce.js";
import { hubNow } from "../clock.js";
import { draw } from "./chart.js";
import { duration, fullMoment, moment, number, valueText } from "../format.js";
import { device as deviceOf, isKnown } from "../home.js";
import { language, theme } from "../settings.js";
import { ask } from "../session.js";
import { product as productOf, titleOf } from "../specs.js";
import { chartUnit } from "../units.js";
import { t } from "../words.js";
import { Back, Cause, Gone } from "../pages/parts.js";
import "./history.words.js";

const SPANS = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 };
const POINTS = 400;
const AGAIN_MS = 30_000;
const ROWS = 50;

export default function History({ id, address }) {
  const device = deviceOf(id).value;
  const product = productOf(device).value;
  const part = product?.byAddress.get(address);
  const title = part ? titleOf(part.title, part.name) : address;
  const [span, choose] = useState("hour");
  const zoom = useRef(null);
  const [answer, trouble] = useAnswer(id, address, span);
  const look = (key) => {
    zoom.current = null;
    choose(key);
  };
  useEffect(() => void (document.title = title), [title]);
  if (!device || (product && !part)) return isKnown.value ? html`<${Gone} text=${t("page.gone")} />` : null;
  return html`<article class="history">
    <${Back} to=${`#/device/${encodeURIComponent(id)}`} />
    <header class="page-head"><p class="over"><bdi>${device.name}</bdi></p><h1 tabindex="-1">${title}</h1>
      ${part && html`<p class="now-value">${valueText(part, device.twin[address]?.value ?? null)}</p>
        <${Cause} device=${device} part=${part} />`}</header>
    <div class="chips" role="group" aria-label=${t("history.title")}>
      ${Object.keys(SPANS).map((key) => html`<button type="button" class="chip" key=${key}
        aria-pressed=${key === span ? "true" : "false"} onClick=${() => look(key)}>${t(`history.${key}`)}</button>`)}
    </div>
    ${trouble && html`<p class="standing bad">${t("history.retry", { why: trouble })}</p>`}
    ${part && answer && html`<${Series} part=${part} answer=${answer} title=${title} zoom=${zoom} />`}
  </article>`;
}

function useAnswer(id, address, span) {
  const [state, tell] = useState([null, ""]);
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      const from = new Date(hubNow() - SPANS[span] * 1000).toISOString();
      const query = new URLSearchParams({ address, from, points: POINTS });
      try {
        const answer = await ask("GET", `/devices/${encodeURIComponent(id)}/history?${query}`);
        if (!isOver) tell([answer, ""]);
      } catch (problem) {
        if (!isOver) tell(([known]) => [known, why(problem)]);
      }
    };
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [id, address, span]);
  return state;
}

const seconds = (at) => Date.parse(at) / 1000;

function Series({ part, answer, title, zoom }) {
  const series = answer.series[0];
  const isNumber = !part.enum && part.format !== "bool" && part.format !== "string";
  const known = useMemo(() => columns(series, answer, part), [answer, part, language.value]);
  const [read, onRead] = useState(null);
  const place = useRef();
  const isText = part.format === "string";
  useEffect(() => {
    if (!known || isText) return;
    let takeAway = null;
    let isOver = false;
    draw(place.current, known, lookOf(part, known, answer, { onRead, zoom })).then((done) => {
      if (isOver) done();
      else takeAway = done;
    });
    return () => {
      isOver = true;
      takeAway?.();
    };
  }, [known, theme.value]);
  if (!known) return html`<p class="empty">${t("history.none")}</p>`;
  const label = known.stats && t("history.chart", { title, least: known.stats[0][1], most: known.stats[2][1], value: known.last });
  return html`
    ${!isText && html`<div class="card chart-card">
      <p class="read-off" aria-hidden="true">${read !== null && known.shown[read] !== undefined && known.shown[read] !== null
        ? html`<b>${known.shown[read]}</b> <span>${moment(known.times[read] * 1000)}</span>` : html`<span>${t("history.hint")}</span>`}</p>
      <div class=${cx("chart", !isNumber && "low")} ref=${place} role="img" aria-label=${label || title}></div>
    </div>`}
    ${known.stats && html`<dl class="stats">${known.stats.map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd>${value}</dd></div>`)}</dl>`}
    <details class="card"><summary><h2>${t("history.table")}</h2><${Icon} name="down" size="1.25rem" /></summary>
      <table><thead><tr><th scope="col">${t("history.when")}</th><th scope="col">${title}</th></tr></thead>
        <tbody>${known.rows.map(([at, text]) => html`<tr key=${at}><td>${fullMoment(at)}</td><td>${text}</td></tr>`)}</tbody></table>
    </details>`;
}

/** Turn an answer into columns for the chart; null when there is nothing to draw. */
function columns(series, answer, part) {
  const points = (series?.points ?? []).filter((point) => point.value !== null || point.mean !== undefined);
  if (!points.length) return null;
  const value = (point) => (typeof point.value === "boolean" ? Number(point.value) : point.value);
  const isBanded = points.some((point) => point.mean !== undefined) && !part.enum && typeof points.at(-1).value === "number";
  const numbers = points.map((point) => (isBanded ? (point.mean ?? value(point)) : value(point)));
  const greatest = Math.max(...points.map((point) => Math.abs(point.max ?? value(point)) || 0));
  const { turn, symbol } = chartUnit(part.unit, greatest);
  const gaps = (series.gaps ?? []).map((gap) => [seconds(gap.from), seconds(gap.to)]);
  const drawn = { times: [], values: [], least: isBanded ? [] : null, most: isBanded ? [] : null, shown: [] };
  points.forEach((point, index) => {
    const at = seconds(point.at);
    add(drawn, at, numbers[index], point, turn, valueText(part, isBanded ? numbers[index] : point.value), isBanded);
    const gap = gaps.find(([from]) => from >= at && from < (points[index + 1] ? seconds(points[index + 1].at) : Infinity));
    if (gap && typeof numbers[index] === "number") {
      hold(drawn, gap[0], isBanded);
      add(drawn, gap[0] + 0.001, null, {}, turn, null, isBanded);
    }
  });
  if (drawn.values.at(-1) !== null) hold(drawn, Math.max(seconds(answer.to), drawn.times.at(-1) + 0.001), isBanded);
  const rows = points.slice(-ROWS).reverse().map((point) => [point.at, valueText(part, point.value ?? point.mean)]);
  const isPlain = part.enum || part.format === "bool" || part.format === "string";
  return { ...drawn, gaps, symbol, rows, stats: isPlain ? null : stats(points, numbers, part), last: rows[0][1] };
}

function add(drawn, at, number, point, turn, text, isBanded) {
  drawn.times.push(at);
  drawn.values.push(typeof number === "number" ? turn(number) : null);
  drawn.shown.push(text);
  if (!isBanded) return;
  drawn.least.push(typeof number === "number" ? turn(point.min ?? number) : null);
  drawn.most.push(typeof number === "number" ? turn(point.max ?? number) : null);
}

/** A value holds until the next one, until a gap, or until now. */
function hold(drawn, until, isBanded) {
  drawn.times.push(until);
  for (const column of [drawn.values, drawn.shown, ...(isBanded ? [drawn.least, drawn.most] : [])]) column.push(column.at(-1));
}

function stats(points, numbers, part) {
  const least = Math.min(...points.map((point, index) => point.min ?? numbers[index]));
  const most = Math.max(...points.map((point, index) => point.max ?? numbers[index]));
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return [["history.least", least], ["history.mean", mean], ["history.most", most]].map(([word, one]) => [word, valueText(part, one)]);
}

function lookOf(part, known, answer, told) {
  const isStepped = Boolean(part.enum) || part.format === "bool";
  const levels = isStepped ? (part.enum?.map((one) => one.value) ?? [0, 1]) : null;
  return {
    from: seconds(answer.from),
    to: seconds(answer.to),
    isStepped,
    ...told,
    splits: levels ? () => levels : undefined,
    format: (value, step) => (levels ? level(part, value) : axisText(part, value, step, known.symbol)),
    labels: (at, step) => axisMoment(at, step),
  };
}

function level(part, value) {
  return valueText(part, part.enum ? value : value === 1);
}

function axisText(part, value, step, symbol) {
  if (part.unit === "second") return duration(value).join("");
  const digits = Math.min(3, (String(step).split(".")[1] ?? "").length);
  return `${number(value, digits)}${symbol === "%" || symbol === "°C" || symbol === "°F" ? symbol[0] : ""}`;
}

function axisMoment(at, step) {
  const when = new Date(at * 1000);
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  const options = step >= 86_400 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" };
  return when.toLocaleString(locale, options);
}
