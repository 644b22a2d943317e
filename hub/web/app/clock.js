// The time by the hub's clock: all that the hub tells is dated by it, and a phone's own may be wrong.

import { signal } from "./lib.js";
import { read, write } from "./keep.js";

const TICK_MS = 10_000;
const SMALL_MS = 2_000;

let ahead = read("ahead", 0);

/** What time it is at the hub, in milliseconds. */
export const hubNow = () => Date.now() + ahead;

/** The time of day, anew every 10 s: what shows an age depends on it. */
export const now = signal(hubNow());
const tick = () => (now.value = hubNow());
setInterval(tick, TICK_MS);

/** Take in what time the hub says it is. */
export function setByHub(at) {
  const found = Date.parse(at) - Date.now();
  ahead = Math.abs(found) < SMALL_MS ? 0 : found;
  write("ahead", ahead);
  tick();
}
