// What is said once, in passing: seen at the foot of the page, and read aloud by a screen reader.

import { signal } from "./lib.js";
import { language } from "./settings.js";
import { t, tOr } from "./words.js";

const SHOWN_MS = 5_000;
const OFFERED_MS = 12_000;

export const said = signal(null);

let timer = 0;

/** Say something; `offer` is {text, label, act}: what can be done about it while it is shown. */
export function announce(text, tone = "", offer = null) {
  clearTimeout(timer);
  said.value = { text, tone, offer };
  timer = setTimeout(hush, offer ? OFFERED_MS : SHOWN_MS);
}

export function hush() {
  clearTimeout(timer);
  said.value = null;
}

/** Why a request failed: in the reader's language where there are words for it, else as the hub tells it. */
export function why({ code = "", path = "", detail }) {
  if (code.startsWith("ECO-")) return ruleText(code, detail);
  const key = `problem.${code.replaceAll("-", "_")}`;
  return tOr(`${key}.${path}`, tOr(key, detail || t("link.away")));
}

/** A rule of the protocol that was broken: in English the hub says more exactly what is wrong. */
export function ruleText(rule, detail) {
  const key = `rule.${rule.split("-")[1].toLowerCase()}`;
  return detail && language.value === "en" ? detail : tOr(key, detail || rule);
}

/** Do something that may fail; returns whether it was done, and says why where it was not. */
export async function tried(work) {
  try {
    await work;
    return true;
  } catch (problem) {
    announce(why(problem), "bad");
    return false;
  }
}

/** How a device stands by its certificate; why one is not believed is told as the hub puts it. */
export const certificateText = ({ status, why: told, not_after: until, firmware_certified: firmware, firmware_running: running, hardware_certified: hardware, hardware_running: own }) =>
  tOr(`certificate.${status}`, told, { until, firmware, running, hardware, own });
