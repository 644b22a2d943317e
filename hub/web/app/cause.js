// Who wanted something, in words.

import { relative } from "./format.js";
import { t } from "./words.js";

/** The token of the machine on which the hub runs: that of its command line. */
const LOCAL = "local";

/** "Ada (her phone), by the scene Evening"; nothing where nobody can say. */
export function byText(by) {
  if (!by) return "";
  const { type, name, phone, through } = by;
  const who = name === null ? t(`by.${type === "person" ? "somebody" : type}.some`) : nameText(type, name, phone);
  return through ? t(`by.via.${through.type}`, { who, name: through.name }) : who;
}

function nameText(type, name, phone) {
  if (type === "person") return phone ? t("by.phone", { name, phone }) : name;
  if (type === "program" && name === LOCAL) return t("by.local");
  return name ? t(`by.${type}`, { name }) : t(`by.${type}.some`);
}

/** "Switched on by Ada, 5 minutes ago", of a value that a command has made so; else nothing. */
export function causeText(part, told) {
  const by = told?.cause?.by;
  if (!by) return "";
  const verb = part.format === "bool" && /^(on|power)$/.test(part.name) ? (told.value ? "on" : "off") : "set";
  return t(`cause.${verb}`, { who: byText(by), age: relative(told.cause.at) });
}

const PAGES = { automation: "automations", scene: "scenes", group: "groups" };

/** Where who wanted something is found: [address, picture, name]; null where there is no such page. */
export function wayTo(by) {
  const { type, id, name } = by?.through?.id ? by.through : (by ?? {});
  if (!id) return null;
  if (type === "person") return [`#/people/${id}`, "person", name];
  return PAGES[type] ? [`#/${PAGES[type]}/${id}`, type, name] : null;
}
