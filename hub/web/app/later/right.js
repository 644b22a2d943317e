// A grant put together by tapping: what, where, for how long, at which hours.

import { html, useId, useState } from "../lib.js";
import { hubNow } from "../clock.js";
import { device as deviceOf, devices, rooms } from "../home.js";
import { product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Pick } from "../pages/parts.js";
import { DAYS, dayName, sentence } from "./grants.js";

export const EMPTY = { right: "control", home: false, rooms: [], devices: [], addresses: [], hours: [], since: null, until: null };
const USUAL_HOURS = { days: DAYS.slice(0, 5), begin: "08:00", end: "17:00" };
const HOUR_MS = 3_600_000;

export const isWhole = ({ home, rooms: inRooms, devices: ofDevices }) => home || inRooms.length + ofDevices.length > 0;

/** Why a grant cannot be kept, in words; nothing where it can. */
export function faultOf(grant) {
  if (!isWhole(grant)) return t("right.nowhere");
  return grant.since && grant.until && grant.since >= grant.until ? t("right.backwards") : "";
}

/** A grant that is changed, and kept or left as it was. */
export function Right({ given, onKeep, onCancel }) {
  const [grant, give] = useState(given);
  const fault = faultOf(grant);
  return html`<form class="right-form" onSubmit=${(event) => {
      event.preventDefault();
      if (!fault) onKeep(grant);
    }}>
    <${RightFields} grant=${grant} give=${give} />
    <p class="soft summary" role="status">${fault || sentence(grant)}</p>
    <div class="chips"><button class="button" disabled=${Boolean(fault)}>${t("right.save")}</button>
      <button type="button" class="button quiet" onClick=${onCancel}>${t("right.cancel")}</button></div>
  </form>`;
}

export function RightFields({ grant, give }) {
  const put = (news) => give({ ...grant, ...news });
  return html`<${Pick} title=${t("right.what")} value=${grant.right} onPick=${(right) => put({ right })}
      choices=${["see", "control"].map((key) => [key, t(`right.${key}`)])} />
    <${Where} grant=${grant} put=${put} />
    <${HowLong} grant=${grant} put=${put} />
    <${Hours} grant=${grant} put=${put} />`;
}

const turned = (list, one) => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one]);

function Chips({ title, shown, chosen, onTurn }) {
  const id = useId();
  if (!shown.length) return null;
  return html`<div class="pick"><h3 id=${id} dir="auto">${title}</h3><div class="chips" role="group" aria-labelledby=${id}>
    ${shown.map(({ id: key, name }) => html`<button type="button" class="chip" key=${key} aria-pressed=${chosen.includes(key) ? "true" : "false"}
      onClick=${() => onTurn(key)}><bdi>${name}</bdi></button>`)}</div></div>`;
}

function Where({ grant, put }) {
  const turn = (news) => put({ home: false, addresses: [], ...news });
  return html`<${Chips} title=${t("right.where")} shown=${[{ id: "home", name: t("right.home") }]} chosen=${grant.home ? ["home"] : []}
      onTurn=${() => put({ ...EMPTY, ...keptOf(grant), home: !grant.home })} />
    <${Chips} title=${t("right.rooms")} shown=${rooms.value} chosen=${grant.rooms} onTurn=${(id) => turn({ rooms: turned(grant.rooms, id) })} />
    <${Chips} title=${t("right.devices")} shown=${devices.value} chosen=${grant.devices} onTurn=${(id) => turn({ devices: turned(grant.devices, id) })} />
    <${Parts} grant=${grant} put=${put} />`;
}

const keptOf = ({ right, hours, since, until }) => ({ right, hours, since, until });

/** Of one device alone: single properties and actions. */
function Parts({ grant, put }) {
  const [only] = grant.devices;
  const device = deviceOf(only ?? "").value;
  const product = productOf(device).value;
  if (grant.devices.length !== 1 || grant.rooms.length || !product) return null;
  const isOffered = (part) => (grant.right === "see" ? part.kind !== "action" : true);
  const shown = product.parts.filter(isOffered).map((part) => ({ id: part.address, name: titleOf(part.title, part.name) }));
  return html`<details class="right-parts" open=${grant.addresses.length > 0}>
    <summary><span dir="auto">${t("right.parts", { name: device.name })}</span></summary>
    <${Chips} title=${t("right.parts", { name: device.name })} shown=${shown} chosen=${grant.addresses} onTurn=${(id) => put({ addresses: turned(grant.addresses, id) })} />
  </details>`;
}

const dayFrom = (days, ...time) => {
  const at = new Date(hubNow());
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days, ...time).toISOString();
};
const endOfDay = (days) => dayFrom(days, 23, 59);
const SPANS = {
  always: () => ({ since: null, until: null }),
  hour: () => ({ since: null, until: new Date(hubNow() + HOUR_MS).toISOString() }),
  today: () => ({ since: null, until: endOfDay(0) }),
  weekend: () => {
    const day = (new Date(hubNow()).getDay() + 6) % 7;
    return { since: day < 5 ? dayFrom(5 - day) : null, until: endOfDay(6 - day) };
  },
  date: () => ({ since: null, until: endOfDay(7) }),
};

function HowLong({ grant, put }) {
  const [span, choose] = useState(grant.until || grant.since ? "date" : "always");
  const pick = (key) => {
    choose(key);
    put(SPANS[key]());
  };
  return html`<${Pick} title=${t("right.until")} value=${span} onPick=${pick} choices=${Object.keys(SPANS).map((key) => [key, t(`right.until.${key}`)])} />
    ${span === "date" && html`<div class="right-times">
      <${Moment} title=${t("right.from")} at=${grant.since} onSet=${(since) => put({ since })} />
      <${Moment} title=${t("right.to")} at=${grant.until} onSet=${(until) => put({ until })} /></div>`}`;
}

const two = (number) => String(number).padStart(2, "0");
const localText = (at) => {
  const when = new Date(at);
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}T${two(when.getHours())}:${two(when.getMinutes())}`;
};

function Moment({ title, at, onSet }) {
  return html`<label class="field"><span>${title}</span><input type="datetime-local" value=${at ? localText(at) : ""}
    onInput=${(event) => onSet(event.target.value ? new Date(event.target.value).toISOString() : null)} /></label>`;
}

function Hours({ grant, put }) {
  const has = grant.hours.length > 0;
  const change = (index, news) => put({ hours: grant.hours.map((one, at) => (at === index ? { ...one, ...news } : one)) });
  return html`<${Pick} title=${t("right.hours")} value=${has ? "some" : "any"} onPick=${(key) => put({ hours: key === "some" ? (has ? grant.hours : [USUAL_HOURS]) : [] })}
      choices=${["any", "some"].map((key) => [key, t(`right.hours.${key}`)])} />
    ${grant.hours.map((one, index) => html`<div class="right-hours" key=${index}>
      <div class="chips" role="group" aria-label=${t("right.days")}>${DAYS.map((day) => html`<button type="button" class="chip day" key=${day}
        aria-pressed=${one.days.includes(day) ? "true" : "false"} aria-label=${dayName(day, "long")}
        onClick=${() => one.days.join() !== day && change(index, { days: DAYS.filter((other) => turned(one.days, day).includes(other)) })}>${dayName(day)}</button>`)}</div>
      <div class="right-times"><${Time} title=${t("right.begin")} at=${one.begin} onSet=${(begin) => change(index, { begin })} />
        <${Time} title=${t("right.end")} at=${one.end} onSet=${(end) => change(index, { end })} /></div></div>`)}`;
}

function Time({ title, at, onSet }) {
  return html`<label class="field"><span>${title}</span><input type="time" required value=${at}
    onInput=${(event) => event.target.value && onSet(event.target.value)} /></label>`;
}
