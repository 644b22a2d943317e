// What happened in the home and who wanted it, day by day, the latest first; new things come in by themselves.

import { html, useEffect, useRef, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { why } from "../announce.js";
import { byText, wayTo } from "../cause.js";
import { hubNow, now } from "../clock.js";
import { device as deviceOf, devices, fresh, isGuest, may, nameOf, order } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { language } from "../settings.js";
import { t } from "../words.js";
import { Back } from "../pages/parts.js";
import { iconOf, whatHappened } from "./happened.js";
import "./activity.words.js";

const PAGE = 50;
const AGAIN_MS = 15_000;
const SETS = {
  changes: ["change", "command"],
  alerts: ["event", "presence"],
  runs: ["run"],
  people: ["pair", "refused", "invite", "grant", "revoke", "role"],
  home: ["join", "unjoin", "setting", "certificate"],
};
const RIGHTS = { people: "people", home: "admit" };

/** `id` and `more` are what it is narrowed to: device/ID, person/ID or kind/NAME. */
export default function Activity({ id, more }) {
  const [only, narrow] = useState({ device: "", person: "", kind: "", ...(id ? { [id]: more } : {}) });
  const { entries, hasMore, problem, earlier } = useEntries(only);
  const people = usePeople();
  useEffect(() => void (document.title = t("place.activity")));
  const put = (news) => narrow({ ...only, ...news });
  const isNarrow = Boolean(only.device || only.person || only.kind);
  return html`<article class="activity">
    <${Back} to=${id === "device" ? `#/device/${encodeURIComponent(more)}` : id === "person" ? `#/people/${more}` : "#/settings"} />
    <header class="page-head"><h1 tabindex="-1">${t("place.activity")}</h1></header>
    <div class="narrowing">
      <${Narrow} name="device" value=${only.device} put=${put} choices=${devices.value.map((one) => [one.id, one.name])} />
      ${people.length > 0 && html`<${Narrow} name="person" value=${only.person} put=${put} choices=${people.map((one) => [one.id, one.name])} />`}
      <${Narrow} name="kind" value=${only.kind} put=${put} choices=${setsShown().map((key) => [key, t(`activity.set.${key}`)])} />
    </div>
    ${problem && html`<p class="standing bad" role="alert">${problem}</p>`}
    ${entries?.length === 0 && html`<p class="empty">${t(isNarrow ? "activity.none.such" : "activity.none")}</p>`}
    ${entries && html`<div class="happenings" aria-label=${t("activity.list")} role="region">
      ${byDay(entries).map(([day, found]) => html`<section class="card" key=${day} aria-label=${dayText(day)}><h2>${dayText(day)}</h2>
        <ul>${found.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}</ul></section>`)}</div>`}
    ${hasMore && html`<${Earlier} onSeen=${earlier} />`}
  </article>`;
}

const setsShown = () => Object.keys(SETS).filter((key) => (RIGHTS[key] ? may(RIGHTS[key]) : key !== "runs" || !isGuest()));

function Narrow({ name, value, put, choices }) {
  return html`<span class="select"><select aria-label=${t(`activity.${name}`)} value=${value} onChange=${(event) => put({ [name]: event.target.value })}>
    <option value="" selected=${!value}>${t(`activity.all.${name}`)}</option>
    ${choices.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}
  </select><${Icon} name="down" size="1.25rem" /></span>`;
}

function usePeople() {
  const [people, tell] = useState([]);
  useEffect(() => {
    ask("GET", "/people").then((found) => tell(found.people), () => {});
  }, [state.value === "live"]);
  return people;
}

/** The entries of a filter: those of the first page, earlier ones as they are asked for, new ones as they come. */
function useEntries(only) {
  const [known, tell] = useState({ entries: null, hasMore: false, problem: "" });
  const key = JSON.stringify(only);
  const current = useRef(key);
  current.current = key;
  const fetchPage = async (before) => {
    try {
      const { entries, more } = await ask("GET", `/activity?${queryOf(only, before)}`);
      if (current.current !== key) return;
      tell((held) => ({ entries: merged(held.entries ?? [], entries), hasMore: before || !held.entries ? more : held.hasMore, problem: "" }));
    } catch (problem) {
      if (current.current === key) tell((held) => ({ ...held, problem: why(problem) }));
    }
  };
  useEffect(() => {
    tell({ entries: null, hasMore: false, problem: "" });
    fetchPage();
    const timer = setInterval(fetchPage, AGAIN_MS);
    return () => clearInterval(timer);
  }, [key, state.value === "live"]);
  const news = fresh.value.filter((entry) => fits(entry, only) && !known.entries?.some(({ id }) => id === entry.id));
  const entries = known.entries && merged(known.entries, news);
  return { ...known, entries, earlier: () => fetchPage(entries.at(-1).id) };
}

function queryOf({ device, person, kind }, before) {
  const query = new URLSearchParams({ limit: PAGE });
  if (device) query.set("device", device);
  if (person) query.set("person", person);
  for (const one of SETS[kind] ?? []) query.append("kind", one);
  if (before) query.set("before", before);
  return query;
}

const fits = (entry, { device, person, kind }) =>
  (!device || entry.device === device) && (!person || entry.by?.id === person || entry.person === person) && (!kind || SETS[kind]?.includes(entry.kind));

function merged(held, found) {
  const byId = new Map([...held, ...found].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}

function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const day = new Date(entry.at).toDateString();
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(entry);
  }
  return [...days];
}

function dayText(day) {
  const today = new Date(now.value);
  if (day === today.toDateString()) return t("activity.today");
  if (day === new Date(hubNow() - 86_400_000).toDateString()) return t("activity.yesterday");
  const options = { weekday: "long", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", options).format(new Date(day));
}

const timeText = (at) => new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));

function Row({ entry }) {
  const device = entry.device ? deviceOf(entry.device).value : null;
  const who = entry.by?.type === "device" ? "" : byText(entry.by);
  const way = wayTo(entry.by);
  const told = html`<${Icon} name=${iconOf(entry) ?? (device ? deviceIcon(device) : "info")} size="1.25rem" />
    <span class="happening-text">${entry.device && html`<b><bdi>${nameOf(entry.device)}</bdi></b>`}
      <span dir="auto">${whatHappened(entry, device)}</span>
      <span class="soft"><time datetime=${entry.at}>${timeText(entry.at)}</time>${who && html` · <bdi>${t("activity.by", { who })}</bdi>`}</span></span>`;
  const isHere = order.value.includes(entry.device);
  return html`<li class="happening" data-kind=${entry.kind}>
    ${isHere ? html`<a class="happening-link" href=${hrefOf(entry)}>${told}</a>` : html`<span class="happening-link">${told}</span>`}
    ${way && html`<a class="tool" href=${way[0]} aria-label=${t("activity.to", { name: way[2] })}><${Icon} name=${way[1]} size="1.25rem" /></a>`}
  </li>`;
}

function hrefOf({ device, address, kind }) {
  const place = `#/device/${encodeURIComponent(device)}`;
  return kind === "change" && address ? `${place}/${encodeURIComponent(address)}` : place;
}

/** Asks for earlier entries as soon as it comes into sight, or is tapped. */
function Earlier({ onSeen }) {
  const place = useRef();
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    const watch = new IntersectionObserver(([one]) => one.isIntersecting && latest.current());
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return html`<p class="earlier"><button type="button" class="button quiet" ref=${place} onClick=${onSeen}>${t("activity.earlier")}</button></p>`;
}
