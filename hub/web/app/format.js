// Values, ages and times as people read them.

import { now } from "./clock.js";
import { language } from "./settings.js";
import { titleOf } from "./specs.js";
import { convert } from "./units.js";
import { t } from "./words.js";

const NARROW = "\u202f";

const locale = () => (language.value === "zh" ? "zh-CN" : "en-GB");

const made = new Map();
function intl(Kind, options) {
  const key = `${Kind.name} ${locale()} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}

export function number(value, digits) {
  const options = { maximumFractionDigits: digits, minimumFractionDigits: digits };
  return intl(Intl.NumberFormat, { ...options, useGrouping: Math.abs(value) >= 10_000 }).format(value);
}

/** Decimals that a step needs: 0.1 has one, 0 any (two are shown). */
function digitsOf(part) {
  if (part.format !== "float") return 0;
  const step = part.range?.[2];
  if (!step) return 2;
  return Math.min(3, (String(step).split(".")[1] ?? "").length);
}

/** A span of seconds in its two largest units. */
export function duration(seconds) {
  if (seconds < 60) return [number(seconds, seconds % 1 ? 1 : 0), t("span.s")];
  const [d, h, m, s] = [86_400, 3_600, 60, 1].map((size, index, sizes) =>
    Math.floor((index ? seconds % sizes[index - 1] : seconds) / size),
  );
  const pairs = [[d, "d"], [h, "h"], [m, "min"], [s, "s"]];
  const first = pairs.findIndex(([count]) => count > 0);
  const told = pairs.slice(first, first + 2).filter(([count]) => count > 0);
  const text = told.map(([count, unit]) => `${count}${NARROW}${t(`span.${unit}`)}`).join(" ");
  return [text, ""];
}

/** A value as [text, unit]; the two are drawn in different sizes. */
export function pieces(part, value) {
  if (value === null || value === undefined) return ["–", ""];
  const choice = part.enum?.find((one) => one.value === value);
  if (choice) return [titleOf(choice.title, choice.name), ""];
  if (typeof value === "boolean") return [boolText(part, value), ""];
  if (typeof value === "string") return [value || "–", ""];
  if (part.unit === "rgb") return [`#${value.toString(16).padStart(6, "0")}`, ""];
  if (part.unit === "second") return duration(value);
  const { number: shown, symbol, digits } = convert(value, part.unit);
  return [number(shown, digits ?? digitsOf(part)), symbol];
}

function boolText(part, value) {
  if (part.access && part.access.includes("write")) return t(value ? "value.on" : "value.off");
  if (part.name === "on" || part.name === "power") return t(value ? "value.on" : "value.off");
  return t(value ? "value.yes" : "value.no");
}

export function valueText(part, value) {
  const [text, unit] = pieces(part, value);
  return unit ? `${text}${unit === "%" || unit === "°" ? "" : NARROW}${unit}` : text;
}

const SIZES = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/** How long ago, or in how long, something is. */
export function relative(moment) {
  const seconds = (new Date(moment).getTime() - now.value) / 1000;
  if (seconds > -30 && seconds < 15) return t("age.now");
  const [unit, size] = SIZES.find(([, each]) => Math.abs(seconds) >= each) ?? SIZES[3];
  return intl(Intl.RelativeTimeFormat, { numeric: "always" }).format(Math.round(seconds / size), unit);
}

/** A moment: the time today, else with its day. */
export function moment(at) {
  const when = new Date(at);
  const isToday = when.toDateString() === new Date(now.value).toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  const options = isToday ? time : { ...time, day: "numeric", month: "short" };
  return intl(Intl.DateTimeFormat, options).format(when);
}

export const fullMoment = (at) =>
  intl(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));

/** A stretch of time, [from, to] in seconds, among others so many seconds long: its day, and from when to when. */
export function stretch([from, to], length) {
  const fine = length < 60 ? { second: "2-digit" } : {};
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...fine };
  return intl(Intl.DateTimeFormat, options).formatRange(from * 1000, to * 1000);
}
