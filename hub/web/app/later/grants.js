// Grants as sentences: "May control Hall, Mon to Fri 8:00 to 17:00, until Sunday 18:00".

import { hubNow } from "../clock.js";
import { device, rooms } from "../home.js";
import { language } from "../settings.js";
import { product, titleOf } from "../specs.js";
import { t } from "../words.js";
import "./grants.words.js";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const WEEK_DAYS = 6;

const locale = () => (language.value === "zh" ? "zh-CN" : "en-GB");
const list = (names) => new Intl.ListFormat(locale(), { style: "long", type: "conjunction" }).format(names);

/** A name that somebody gave, kept from turning the text around it. */
export const apart = (name) => `\u2068${name}\u2069`;

/** What a day is called: "Mon". */
export function dayName(day, length = "short") {
  const at = new Date(MONDAY + DAYS.indexOf(day) * DAY_MS);
  return new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: "UTC" }).format(at);
}

/** Say what a grant gives, where and when; `places` names rooms and devices that this phone may not know. */
export function sentence(grant, places = {}) {
  const verb = t(`grant.${grant.right}`, { where: whereText(grant, places) });
  const hours = (grant.hours ?? []).map(hoursText);
  return [verb, ...hours, sinceText(grant), untilText(grant)].filter(Boolean).join(t("grant.join"));
}

function whereText(grant, places) {
  const roomName = (id) => places[id] ?? rooms.value.find((room) => room.id === id)?.name;
  const deviceName = (id) => places[id] ?? device(id).value?.name;
  const names = [...(grant.rooms ?? []).map(roomName), ...(grant.devices ?? []).map(deviceName)];
  const told = [...(grant.home ? [t("grant.home")] : []), ...names.map((name) => (name ? apart(name) : t("grant.gone")))];
  const where = told.length ? list(told) : t("grant.nowhere");
  if (!grant.addresses?.length) return where;
  return t("grant.parts", { parts: list(grant.addresses.map((one) => partName(grant, one))), where });
}

function partName(grant, address) {
  for (const id of grant.devices ?? []) {
    const part = product(device(id).value).value?.byAddress.get(address);
    if (part) return titleOf(part.title, part.name);
  }
  return address;
}

function hoursText({ days, begin, end }) {
  return t("grant.hours", { days: daysText(days), begin, end });
}

function daysText(days) {
  if (days.length === DAYS.length) return t("grant.daily");
  const places = days.map((day) => DAYS.indexOf(day)).sort((a, b) => a - b);
  const isRow = places.length > 2 && places.at(-1) - places[0] === places.length - 1;
  if (isRow) return t("grant.days", { first: dayName(DAYS[places[0]]), last: dayName(DAYS[places.at(-1)]) });
  return list(places.map((place) => dayName(DAYS[place])));
}

function sinceText({ since }) {
  return since && Date.parse(since) > hubNow() ? t("grant.since", { when: dayAndTime(since) }) : "";
}

function untilText({ until }) {
  if (!until) return "";
  return t(Date.parse(until) > hubNow() ? "grant.until" : "grant.over", { when: dayAndTime(until) });
}

/** A moment as people say it: "today 18:00", "Sunday 18:00", "3 Dec 18:00". */
export function dayAndTime(moment) {
  const at = new Date(moment);
  const time = new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(at);
  const away = Math.round((dayOf(at) - dayOf(new Date(hubNow()))) / DAY_MS);
  const near = { [-1]: "grant.yesterday", 0: "grant.today", 1: "grant.tomorrow" }[away];
  if (near) return t(near, { time });
  const day = away > 0 && away <= WEEK_DAYS ? { weekday: "long" } : { day: "numeric", month: "short", year: yearIfOther(at) };
  return `${new Intl.DateTimeFormat(locale(), day).format(at)} ${time}`;
}

const dayOf = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
const yearIfOther = (at) => (at.getFullYear() === new Date(hubNow()).getFullYear() ? undefined : "numeric");

/** How the grants of a guest stand: {state: "none" | "now" | "later" | "over" | "closed", at}. */
export function standing(grants) {
  if (!grants.length) return { state: "none" };
  const now = hubNow();
  const left = grants.filter(({ until }) => !until || Date.parse(until) > now);
  if (!left.length) return { state: "over", at: latest(grants.map(({ until }) => until)) };
  const begun = left.filter(({ since }) => !since || Date.parse(since) <= now);
  if (!begun.length) return { state: "later", at: left.map(({ since }) => since).sort()[0] };
  const ends = begun.map(({ until }) => until);
  return { state: begun.some((grant) => !grant.hours.length) ? "now" : "closed", at: ends.includes(null) ? null : latest(ends) };
}

const latest = (moments) => [...moments].sort().at(-1);
