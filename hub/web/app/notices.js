// Who tells a notification, and where it leads.

import { automations, device as deviceOf } from "./home.js";

/** {name, icon, to} of the device or the automation that tells it. */
export function sourceOf(notice) {
  if (notice.automation) {
    const name = automations.value.find(({ id }) => id === notice.automation)?.name ?? notice.automation;
    return { name, icon: "automation", to: `#/automations/${encodeURIComponent(notice.automation)}` };
  }
  const name = deviceOf(notice.device).value?.name ?? notice.device;
  return { name, icon: notice.kind === "alarm" ? "bell" : "warn", to: `#/device/${encodeURIComponent(notice.device)}` };
}
