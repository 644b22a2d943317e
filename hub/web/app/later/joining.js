// The joining window as the hub tells it, and who has come since this page was opened.

import { useEffect, useRef, useState } from "../lib.js";
import { hubNow } from "../clock.js";
import { isKnown } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { roster } from "./roster.js";

const WINDOW = "/join/window";
const OPEN_S = 300;
const LOOK_EVERY_MS = 1_000;
const HEAR_EVERY_MS = 3_000;

/** What the network tells of itself, asked anew every few seconds; null until it has answered. */
export function useNearby() {
  const [report, tell] = useState(null);
  useEvery(HEAR_EVERY_MS, async () => tell(await ask("GET", "/discovery")));
  return report;
}

/**
 * {view, endsAt, isWatched, ended, open(code, replaces), close()} of the window.
 *
 * view: as the API tells it, null until then. endsAt: when it closes, by this phone's clock.
 * isWatched: whether it has been open since the page is. ended: "", or how the window that was open here came to its end: late, guessed, shut.
 */
export function useWindow() {
  const [view, tell] = useState(null);
  const [ended, say] = useState("");
  const held = useRef({ endsAt: 0, isWatched: false, wasOpen: false, isShut: false }).current;
  const take = (told) => {
    if (told.is_open && !held.wasOpen) {
      held.endsAt ||= Date.now() + Math.max(0, Date.parse(told.closes_at) - hubNow());
      Object.assign(held, { wasOpen: true, isWatched: true, isShut: false });
      say("");
    } else if (!told.is_open && !told.joining && held.wasOpen) {
      say(howEnded(told, held));
      Object.assign(held, { wasOpen: false, endsAt: 0 });
    }
    tell(told);
  };
  useEvery(LOOK_EVERY_MS, async () => take(await ask("GET", WINDOW)));
  const open = async (code, replaces) => {
    const body = { code, duration_s: OPEN_S, ...(replaces && { replaces }) };
    const told = await ask("POST", WINDOW, body);
    Object.assign(held, { wasOpen: false, endsAt: Date.now() + OPEN_S * 1000 });
    take(told);
  };
  const close = async () => {
    held.isShut = true;
    take(await ask("DELETE", WINDOW));
  };
  return { view, endsAt: held.endsAt, isWatched: held.isWatched, ended, open, close };
}

function howEnded(told, held) {
  if (told.attempts.some(({ step }) => step === "joined")) return "";
  if (held.isShut) return "shut";
  return Date.now() < held.endsAt - LOOK_EVERY_MS ? "guessed" : "late";
}

/** Ids of the devices that have come while this page was open, those included that came back. */
export function useNewcomers(view, isWatched) {
  const before = useRef(null);
  const list = roster.value;
  if (isKnown.value) before.current ??= new Set(list.map(({ id }) => id));
  if (!before.current) return [];
  const back = isWatched ? (view?.attempts ?? []).filter(({ step }) => step === "joined").map(({ device }) => device) : [];
  const fresh = list.filter(({ id }) => !before.current.has(id)).map(({ id }) => id);
  return [...new Set([...fresh, ...back])].filter((id) => list.some((one) => one.id === id));
}

/** Ask at once and then again and again, while the hub is there. */
function useEvery(wait, look) {
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const turn = async () => {
      await look().catch(() => {}); // the bar at the top says that the hub does not answer
      if (!isOver) timer = setTimeout(turn, wait);
    };
    turn();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [state.value]);
}
