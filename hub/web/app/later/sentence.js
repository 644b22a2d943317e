// Automations in words: each piece, and the whole as one sentence, in the reader's language.

import { mainSwitch } from "../attention.js";
import { duration, valueText } from "../format.js";
import { groups, scenes } from "../home.js";
import { isWritable, product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { DAYS } from "./draft.js";
import { face } from "./roster.js";

const GAP = "…";
const WEEK = DAYS.join();
const WORKING = DAYS.slice(0, 5).join();
const WEEKEND = DAYS.slice(5).join();

/** A name that stays in its place, whichever way it is written. */
const apart = (name) => `\u2068${name}\u2069`;

export const span = (seconds) => duration(seconds).filter(Boolean).join("\u202f");

export function deviceName(id) {
  if (!id) return GAP;
  const found = face(id).value;
  return found ? apart(found.name) : t("say.gone");
}

const nameIn = (list, id) => (id ? apart(list.find((one) => one.id === id)?.name ?? t("say.gone")) : GAP);

/** The part of a device or of a group's first member that an address names, or null. */
export function partOf({ device, group }, address) {
  const id = device ?? groups.value.find((one) => one.id === group)?.members[0];
  return productOf(face(id ?? "").value).value?.byAddress.get(address) ?? null;
}

const isMain = ({ device, group }, part) => {
  const id = device ?? groups.value.find((one) => one.id === group)?.members[0];
  return part !== null && mainSwitch(productOf(face(id ?? "").value).value) === part;
};

/** What is common to all that is said of a property. */
function given(piece, part) {
  const title = part ? titleOf(part.title, part.name) : piece.address || GAP;
  return { device: deviceName(piece.device), title };
}

/** A value as it stands in a sentence: words are quoted, numbers are not. */
function shown(part, value) {
  if (!part) return String(value);
  const text = valueText(part, value);
  return part.enum || part.format === "string" ? t("say.quoted", { value: text }) : text;
}

/** What is said of a bool: of the switch of a device, of another that can be set, of one that is only shown. */
function boolWord(piece, part, value) {
  if (isMain(piece, part)) return value ? "on" : "off";
  if (part && isWritable(part)) return value ? "part.on" : "part.off";
  return value ? "true" : "false";
}

function claimText(piece, words) {
  const part = partOf(piece, piece.address);
  const told = given(piece, part);
  const { is, above, below } = piece;
  if (!piece.address) return `${told.device} ${GAP}`;
  if (is !== null && is !== undefined) {
    if (typeof is === "boolean") return t(`${words.bool}.${boolWord(piece, part, is)}`, told);
    return t(words.is, { ...told, value: is === "" ? GAP : shown(part, is) });
  }
  if (hasNumber(above) && hasNumber(below)) return t(words.between, { ...told, least: shown(part, above), most: shown(part, below) });
  if (hasNumber(above)) return t(words.above, { ...told, value: shown(part, above) });
  if (hasNumber(below)) return t(words.below, { ...told, value: shown(part, below) });
  return t(words.change, told);
}

const hasNumber = (value) => value !== null && value !== undefined;

const COMES = { bool: "say", is: "say.becomes", above: "say.rises", below: "say.falls", between: "say.enters", change: "say.changes" };
const IS = { bool: "say.if", is: "say.if.is", above: "say.if.above", below: "say.if.below", between: "say.if.between", change: "say.changes" };

export function triggerText(piece) {
  const device = deviceName(piece.device);
  const held = (text) => (piece.for_s ? t("say.for", { text, span: span(piece.for_s) }) : text);
  switch (piece.type) {
    case "property":
      return held(claimText(piece, COMES));
    case "event":
      return eventText(piece, device);
    case "presence":
      return held(t(`say.presence.${piece.is}`, { device }));
    case "time":
      return timeText("say.at", piece, { at: piece.at || GAP });
    case "sun":
      return sunText(piece);
    default:
      return unfinished(piece);
  }
}

function eventText(piece, device) {
  const part = partOf(piece, piece.event);
  const title = part ? titleOf(part.title, part.name) : piece.event;
  const told = argumentText(part, piece.arguments ?? {});
  return t(told ? "say.event.with" : "say.event", { device, title, given: told });
}

export function argumentText(part, values, hidden = []) {
  const one = (name) => part?.arguments?.find((each) => each.name === name);
  const title = (name) => (one(name) ? titleOf(one(name).title, name) : name);
  const told = Object.entries(values).map(([name, value]) => `${title(name)} ${shown(one(name), value)}`);
  return [...told, ...hidden.map((name) => `${title(name)} ${t("say.hidden")}`)].join(t("say.list"));
}

function sunText({ at, offset_s: offset }) {
  if (!offset) return t(`say.${at}`);
  return t(`say.${at}.${offset < 0 ? "before" : "after"}`, { span: span(Math.abs(offset)) });
}

export function daysText(days) {
  const sorted = DAYS.filter((day) => days.includes(day)).join();
  if (sorted === WORKING) return t("say.weekdays");
  if (sorted === WEEKEND) return t("say.weekend");
  return sorted ? sorted.split(",").map((day) => t(`say.${day}`)).join(t("say.list")) : GAP;
}

function timeText(word, piece, told) {
  const days = piece.days ?? DAYS;
  const isDaily = DAYS.filter((day) => days.includes(day)).join() === WEEK;
  return isDaily ? t(word, told) : t(`${word}.days`, { ...told, days: daysText(days) });
}

export function conditionText(piece) {
  switch (piece.type) {
    case "property":
      return claimText(piece, IS);
    case "presence":
      return t(`say.if.${piece.is}`, { device: deviceName(piece.device) });
    case "time":
      return timeText("say.if.time", piece, { from: piece.from || GAP, until: piece.until || GAP });
    case "sun":
      return t(`say.if.${piece.is}`);
    case "any":
    case "none":
      return t(`say.if.${piece.type}`, { of: piece.of.map(conditionText).join(t("say.list")) || GAP });
    default:
      return unfinished(piece);
  }
}

export function actionText(piece) {
  switch (piece.type) {
    case "set":
      return setText(piece);
    case "call":
      return callText(piece);
    case "scene":
      return t("say.do.scene", { scene: nameIn(scenes.value, piece.scene) });
    case "wait":
      return t("say.do.wait", { span: piece.for_s ? span(piece.for_s) : GAP });
    case "notify":
      return t("say.do.notify", { text: piece.text ? apart(piece.text) : GAP });
    default:
      return unfinished(piece);
  }
}

/** A device of which nobody has said yet what. */
const unfinished = (piece) => (piece.device || piece.group ? `${targetName(piece)} ${GAP}` : GAP);

const targetName = ({ device, group }) => (group ? nameIn(groups.value, group) : deviceName(device));

function setText(piece) {
  const device = targetName(piece);
  const told = Object.entries(piece.properties).map(([address, value]) => {
    const part = partOf(piece, address);
    const title = part ? titleOf(part.title, part.name) : address;
    if (typeof value === "boolean" && part) return t(`say.do.${boolWord(piece, part, value)}`, { device, title });
    return t("say.do.set", { device, title, value: shown(part, value) });
  });
  const kept = (piece.hidden ?? []).map((address) => {
    const part = partOf(piece, address);
    return t("say.do.set", { device, title: part ? titleOf(part.title, part.name) : address, value: t("say.hidden") });
  });
  return [...told, ...kept].join(t("say.and")) || `${device} ${GAP}`;
}

function callText(piece) {
  const part = partOf(piece, piece.action);
  const title = part ? titleOf(part.title, part.name) : piece.action;
  const told = argumentText(part, piece.arguments ?? {}, piece.hidden);
  return t(told ? "say.do.call.with" : "say.do.call", { device: deviceName(piece.device), title, given: told });
}

/** The whole automation as one sentence. */
export function sentence({ triggers, conditions, actions }) {
  const told = {
    when: triggers.map(triggerText).join(t("say.or")),
    if: conditions.map(conditionText).join(t("say.and")),
    then: actions.map(actionText).join(t("say.then")) || GAP,
  };
  const frame = triggers.length ? "say.frame" : "say.frame.hand";
  return t(conditions.length ? `${frame}.if` : frame, told).replace(/…[.。]$/, GAP).replace(/([.!?。！？]\u2069?”)[.。]$/, "$1");
}
