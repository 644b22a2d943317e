// What is said once, in passing: seen at the foot of the page, and read aloud by a screen reader.

import { signal } from "./lib.js";

const SHOWN_MS = 5_000;

export const said = signal(null);

let timer = 0;

export function announce(text, tone = "") {
  clearTimeout(timer);
  said.value = { text, tone };
  timer = setTimeout(() => (said.value = null), SHOWN_MS);
}
