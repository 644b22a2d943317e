// What needs a person: devices out of reach, faults, what is nearly used up.

import { isReadable, titleOf } from "./specs.js";
import { valueText } from "./format.js";
import { t } from "./words.js";

const AWAY = new Set(["unreachable", "unstable", "quarantined"]);
const LOW = [
  [/(^|[._])battery(\.level)?$/, 15],
  [/(^|\.)life$/, 10],
  [/^tank\.level$/, 10],
];

/** Return [{text, icon}] of one device. */
export function attentions(device, product) {
  const found = [];
  if (AWAY.has(device.presence.status)) {
    const icon = device.presence.status === "unreachable" ? "unreachable" : "warn";
    found.push({ text: t(`attention.${device.presence.status}`), icon });
  }
  for (const part of product?.parts ?? []) {
    if (!isReadable(part)) continue;
    const value = device.twin[part.address]?.value;
    const given = { title: titleOf(part.title, part.name), value: valueText(part, value) };
    if (isFault(part, value)) found.push({ text: t("attention.fault", given), icon: "warn" });
    else if (isLow(part, value)) found.push({ text: t("attention.low", given), icon: part.ui?.icon ?? "warn" });
  }
  return found;
}

const isFault = (part, value) =>
  part.name === "fault" && part.enum && value !== null && value !== undefined && value !== part.enum[0].value;

const isLow = (part, value) =>
  part.unit === "percent" &&
  typeof value === "number" &&
  LOW.some(([pattern, limit]) => pattern.test(part.address) && value <= limit);

/** The switch of a device that says whether it is on, or null. */
export function mainSwitch(product) {
  const isSwitch = (part) => part.format === "bool" && part.access?.includes("write") && isReadable(part);
  const { primary, parts } = product ?? { parts: [] };
  if (primary && primary.kind === "property" && isSwitch(primary)) return primary;
  if (primary && primary.kind === "property" && !primary.access.includes("write")) return null;
  return parts.find((part) => part.kind === "property" && isSwitch(part) && /^(on|power)$/.test(part.name)) ?? null;
}
