// Who tells a notification, what of, and where it leads.

import { valueText } from "./format.js";
import { automations, device as deviceOf, nameOf } from "./home.js";
import { language } from "./settings.js";
import { product as productOf, titleOf } from "./specs.js";
import { t, tOr } from "./words.js";

const ICONS = {
  alarm: "bell",
  battery: "low-current",
  worn: "filter",
  empty: "tank",
  away: "unreachable",
  released: "check",
  certificate: "shield",
};

/** {name, icon, to} of the device or the automation that tells it; what is gone has its name of then, and leads nowhere. */
export function sourceOf(notice) {
  if (notice.automation) {
    const known = automations.value.find(({ id }) => id === notice.automation);
    const name = known?.name ?? notice.name ?? t("notice.gone");
    return { name, icon: "automation", to: known && `#/automations/${encodeURIComponent(known.id)}` };
  }
  const known = deviceOf(notice.device).value;
  const name = known?.name ?? notice.name ?? nameOf(notice.device);
  return { name, icon: ICONS[notice.kind] ?? "warn", to: known && `#/device/${encodeURIComponent(known.id)}` };
}

/** What it says, in the reader's language where there are words for it. */
export function textOf(notice) {
  const device = deviceOf(notice.device).value;
  const parts = productOf(device).value?.byAddress;
  const event = notice.event && parts?.get(notice.event);
  if (event) return titleOf(event.title, notice.text);
  const part = notice.address && parts?.get(notice.address);
  const value = part && valueText(part, device.twin[notice.address]?.value ?? null);
  if (part) return tOr(`notice.${notice.kind}`, notice.text, { title: titleOf(part.title, part.name), value });
  if (notice.code) return tOr(`notice.off.${notice.code.replaceAll("-", "_")}`, notice.text, { name: sourceOf(notice).name });
  if (notice.automation || (language.value === "en" && notice.kind !== "away")) return notice.text;
  return tOr(`notice.${notice.kind}`, notice.text);
}

/** The action that sets back what has run down, such as `filter.reset` of `filter.life`; null where there is none. */
export function resetOf(notice) {
  const parts = productOf(deviceOf(notice.device).value).value?.byAddress;
  const part = notice.address && parts?.get(`${notice.address.split(".")[0]}.reset`);
  return part?.kind === "action" ? part : null;
}
