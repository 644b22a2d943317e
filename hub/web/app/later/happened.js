// One thing that happened, in words and with a picture.

import { automations } from "../home.js";
import { valueText } from "../format.js";
import { presenceText, reasonText } from "../presence.js";
import { product as productOf, titleOf } from "../specs.js";
import { knows, t, tOr } from "../words.js";
import "./automations.words.js";
import "./audit.words.js";
import { apart, sentence } from "./grants.js";

const ICONS = {
  event: "bell",
  run: "automation",
  pair: "phone",
  refused: "warn",
  invite: "person-add",
  grant: "key",
  revoke: "logout",
  role: "person",
  join: "add",
  unjoin: "trash",
  setting: "nav-settings",
  certificate: "shield",
};

/** A picture by kind; undefined for what is shown with its device's. */
export const iconOf = ({ kind, status }) => (kind === "presence" ? (status === "online" ? "connected" : "unreachable") : ICONS[kind]);

export function whatHappened(entry, device) {
  switch (entry.kind) {
    case "change":
      return changed(entry, device);
    case "command":
      return t("activity.asked", { title: titles(entry, device), outcome: outcome(entry) });
    case "event":
      return titles(entry, device);
    case "presence":
      return presence(entry);
    case "run":
      return ran(entry);
    default:
      return audited(entry, device);
  }
}

function audited(entry, device) {
  const key = `audit.${entry.code?.replaceAll("-", "_")}`;
  return knows(key) ? t(key, given(entry, device)) : auditedBefore(entry, device);
}

/** What fills the gaps of audit's words; names that somebody gave are kept from turning the text around. */
function given({ parameters: { role, was, mode, product, ...named } = {}, grant, places }, device) {
  const names = Object.entries(named).map(([name, value]) => [name, apart(value)]);
  return {
    ...Object.fromEntries(names),
    role: role && t(`role.${role}`),
    was: was && t(`role.${was}`),
    mode: mode && t(`audit.mode.${mode}`),
    product: product && titleOf(productOf(device).value?.spec.title, product),
    grant: grant && sentence(grant, places),
  };
}

/** What audit tells of an entry without a code: one that an earlier hub has written. */
function auditedBefore(entry, device) {
  const title = t(entry.kind === "revoke" && entry.status ? "activity.withdrawn" : `activity.${entry.kind}`);
  const value = about(entry, device);
  return value ? t("activity.became", { title, value }) : title;
}

function about({ kind, text = "", status = "" }, device) {
  if (kind === "join") return titleOf(productOf(device).value?.spec.title, text);
  if (kind === "setting" || kind === "refused") return tOr(`activity.${kind}.${text.replaceAll(/\W+/g, "_")}`, text);
  if (kind === "role") return text.split(" -> ").map((role) => tOr(`role.${role}`, role)).join(" → ");
  return [text, status && t(`role.${status}`)].filter(Boolean).join(t("list.comma"));
}

const partOf = (device, address) => productOf(device).value?.byAddress.get(address);

function titles(entry, device) {
  const addresses = entry.addresses ?? (entry.address ? [entry.address] : []);
  const names = addresses.map((address) => {
    const part = partOf(device, address);
    return part ? titleOf(part.title, part.name) : t("activity.part");
  });
  return [...new Set(names)].join(t("list.comma"));
}

function changed(entry, device) {
  const part = partOf(device, entry.address);
  const text = (value) => (part ? valueText(part, value) : String(value));
  const given = { title: titles(entry, device), value: text(entry.value), was: text(entry.was) };
  return t(entry.was === null || entry.was === undefined ? "activity.became" : "activity.change", given);
}

function outcome({ status, text }) {
  if (status === "applied" || status === "confirmed") return t("command.done");
  return tOr(`receipt.${text}`, t(`command.${status}`));
}

function presence({ status, text, at }) {
  if (status === "online") return t("activity.back");
  const state = presenceText({ status, since: at });
  const reason = reasonText({ status, reason: text ?? "" });
  return reason ? t("activity.lost", { state, why: reason }) : state;
}

function ran({ automation, by, status, text }) {
  const name = automations.value.find(({ id }) => id === automation)?.name ?? by?.through?.name ?? by?.name ?? t("activity.gone");
  const end = status === "done" ? "" : tOr(`auto.end.${status?.replace("too-many", "many")}`, text);
  return end ? t("activity.lost", { state: t("activity.ran", { name }), why: end }) : t("activity.ran", { name });
}
