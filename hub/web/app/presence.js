// Whether a device can be reached, in words.

import { now } from "./clock.js";
import { relative, moment } from "./format.js";
import { t, tOr } from "./words.js";

const REACHABLE = new Set(["online", "asleep"]);

export const isReachable = (device) => REACHABLE.has(device.presence.status);

export function presenceText(presence) {
  const { status, next_wake_at: wakes } = presence;
  if (status === "asleep") {
    const isAhead = wakes && new Date(wakes) > now.value;
    return isAhead ? t("presence.asleep", { when: relative(wakes) }) : t("presence.asleep.plain");
  }
  return t(`presence.${status}`, { when: moment(presence.since) });
}

/** Why a device cannot be reached; nothing where it can. */
export function reasonText({ status, reason }) {
  if (!["unreachable", "unstable", "quarantined"].includes(status)) return "";
  return tOr(`reason.${reason}`, reason.replaceAll("_", " "));
}
