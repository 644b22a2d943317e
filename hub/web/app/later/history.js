// What a property was: a chart to read off and to zoom, its least, mean and greatest, and a table.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { why } from "../announce.js";
import { hubNow } from "../clock.js";
import { draw } from "./chart.js";
import { columns, isPlain, seconds } from "./series.js";
import { duration, moment, number, stretch, valueText } from "../format.js";
import { device as deviceOf, isKnown } from "../home.js";
import { state } from "../link.js";
import { language, theme } from "../settings.js";
import { ask } from "../session.js";
import { product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Back, Cause, Gone } from "../pages/parts.js";
import "./history.words.js";

const SPANS = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 };
const POINTS = 400;
const AGAIN_MS = 30_000;

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
  const [known, tell] = useState([null, ""]);
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      const from = new Date(hubNow() - SPANS[span] * 1000).toISOString();
      const query = new URLSearchParams({ address, from, points: POINTS });
      try {
        const answer = await ask("GET", `/devices/${encodeURIComponent(id)}/history?${query}`);
        if (!isOver) tell([answer, ""]);
      } catch (problem) {
        if (!isOver) tell(([answer]) => [answer, why(problem)]);
      }
    };
    const letGo = state.subscribe((now) => void (now === "live" && look()));
    if (state.peek() !== "live") look();
    const timer = setInterval(look, AGAIN_MS);
    return () => {
      isOver = true;
      letGo();
      clearInterval(timer);
    };
  }, [id, address, span]);
  return known;
}

function Series({ part, answer, title, zoom }) {
  const series = answer.series[0];
  const known = useMemo(() => columns(series, answer, part), [answer, part, language.value]);
  const [read, onRead] = useState(null);
  const place = useRef();
  const isText = part.format === "string";
  useChart(place, known && !isText ? [known, lookOf(part, known, answer, { onRead, zoom })] : null, part);
  if (!known) return html`<p class="empty">${t("history.none")}</p>`;
  const label = known.stats && t("history.chart", { title, least: known.stats[0][1], most: known.stats[2][1], value: known.last });
  return html`
    ${!isText && html`<div class="card chart-card">
      <p class="read-off" aria-hidden="true">${read !== null && known.shown[read] !== undefined && known.shown[read] !== null
        ? html`<b>${known.shown[read]}</b> <span>${known.length ? stretch(known.spans[read], known.length) : moment(known.times[read] * 1000)}</span>` : html`<span>${t("history.hint")}</span>`}</p>
      <div class=${cx("chart", isPlain(part) && "low")} ref=${place} data-to=${answer.to} role="img" aria-label=${label || title}></div>
    </div>`}
    ${known.stats && html`<dl class="stats">${known.stats.map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd>${value}</dd></div>`)}</dl>`}
    <details class="card"><summary><h2>${t("history.table")}</h2><${Icon} name="down" size="1.25rem" /></summary>
      <table><thead><tr><th scope="col">${t("history.when")}</th><th scope="col">${title}</th></tr></thead>
        <tbody>${known.rows.map(([at, when, text]) => html`<tr key=${at}><td>${when}</td><td>${text}</td></tr>`)}</tbody></table>
    </details>`;
}

/** Draw what is given, [data, look], and what comes later into the same chart. */
function useChart(place, given, part) {
  const newest = useRef();
  const chart = useRef(null);
  newest.current = given;
  useEffect(() => {
    if (!given) return;
    let isOver = false;
    draw(place.current, ...given).then((drawn) => {
      if (isOver) return drawn.takeAway();
      chart.current = drawn;
      if (newest.current !== given) drawn.show(...newest.current);
    });
    return () => {
      isOver = true;
      chart.current?.takeAway();
      chart.current = null;
    };
  }, [part, given === null, given?.[0].least === null, theme.value, language.value]);
  useLayoutEffect(() => {
    if (given) chart.current?.show(...given);
  }, [given?.[0]]);
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
