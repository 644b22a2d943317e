// Which page the address names: the parts behind `#/`, and where each page had been scrolled to.

import { signal } from "./lib.js";

/** What follows `#/`; anything else behind a `#`, such as a token, leads to the first page. */
const read = () => (/^#\/(.*)$/.exec(location.hash)?.[1] ?? "").split("/").map(safeDecode);

function safeDecode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const path = signal(read());

const scrolled = new Map();
let current = location.hash;
let before = "";
let isFollowed = false;

// A link that is followed leads to the top of its page, the way back to where one was.
addEventListener("click", (event) => (isFollowed = Boolean(event.target.closest?.("a[href^='#/']"))), true);
addEventListener("scroll", () => scrolled.set(current, scrollY), { passive: true });

addEventListener("hashchange", () => {
  const kept = isFollowed ? 0 : scrolled.get(location.hash);
  [before, current] = [current, location.hash];
  isFollowed = false;
  path.value = read();
  requestAnimationFrame(() => scrollTo(0, kept ?? 0));
});

/** Whether one has come to this page from the first one, and wants to go back there. */
export const isFromHome = () => ["", "#/"].includes(before);
