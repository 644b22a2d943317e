// The stream from the hub: opens it, says who is there, goes on where it stopped, comes back.

import { batch, effect, signal } from "./lib.js";
import { hubNow, setByHub } from "./clock.js";
import { read, write } from "./keep.js";
import { renewed, session, token } from "./session.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 12_000;
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 6_000;
const OPEN_WITHIN_MS = 10_000;
const DOUBT_AFTER_MS = 2_500;
const QUIET_FOR_MS = 1_500;
const FIRST_WORD_MS = 300;
const REFUSED = 4401;

/** live, coming (short breaks are not worth a word), or away; `since` is when it last was live. */
export const state = signal("coming");
export const since = signal(read("heard", null));

let socket = null;
let wait = FIRST_WAIT_MS;
let timer = 0;
let pinging = 0;
let opening = 0;
let quiet = 0;
let refs = 0;
let place = null;
let listener = () => {};
let tellFirst = () => {};
const asked = new Map();

/** Listen to all that the hub says, for as long as there is a session. */
export function start(take) {
  listener = take;
  effect(() => {
    if (session.value) reopen();
    else close();
  });
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") probe();
  });
}

/**
 * Say something that is answered; rejects when the line breaks before the answer is there.
 * When no answer comes, the line is tried: a socket that stalls looks open for minutes.
 */
export function say(message) {
  return new Promise((done, fail) => {
    if (state.value !== "live") return fail(new Error("away"));
    const ref = ++refs;
    asked.set(ref, { done, fail, doubt: setTimeout(probe, DOUBT_AFTER_MS) });
    socket.send(JSON.stringify({ ...message, ref }));
  });
}

/** Resolve once the hub has said who may come in, has not been reached, or takes long to say so. */
export const firstWord = () =>
  new Promise((done) => {
    tellFirst = done;
    setTimeout(done, FIRST_WORD_MS);
  });

/** Try at once to reach the hub, whatever an older try waits for. */
export function retry() {
  if (state.value === "live") return probe();
  const stale = socket;
  socket = null;
  stale?.close();
  reopen();
}

function reopen() {
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  clearTimeout(timer);
  open();
}

function open() {
  if (!session.peek()) return;
  worry();
  const address = new URL("/api/v1/stream", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(address);
  socket = opened;
  clearTimeout(opening);
  opening = setTimeout(() => drop(opened), OPEN_WITHIN_MS);
  opened.onmessage = (event) => socket === opened && hear(JSON.parse(event.data));
  opened.onclose = (event) => socket === opened && lost(event.code);
}

async function hear(message) {
  if (message.type === "hello") {
    setByHub(message.now);
    const resume = place?.stream === message.stream ? place : undefined;
    const opened = socket;
    try {
      const auth = { type: "auth", token: await token() };
      opened.send(JSON.stringify(resume ? { ...auth, resume } : auth));
    } catch {
      opened.close();
    }
    return;
  }
  if (message.type === "pong") {
    clearTimeout(pinging);
    setByHub(message.now);
  }
  if (message.type === "snapshot") place = { stream: message.stream, seq: message.seq };
  else if (message.seq !== undefined && place) place.seq = message.seq;
  batch(() => listener(message));
  if (message.type === "snapshot" || message.type === "resumed") live();
  settle(message);
}

function settle(message) {
  const waiting = asked.get(message.ref);
  if (!waiting) return;
  asked.delete(message.ref);
  clearTimeout(waiting.doubt);
  if (message.type === "problem") waiting.fail(message.problem);
  else waiting.done(message);
}

function live() {
  clearTimeout(opening);
  wait = FIRST_WAIT_MS;
  clearTimeout(quiet);
  quiet = 0;
  state.value = "live";
  heard();
}

function heard() {
  since.value = hubNow();
  write("heard", since.value);
}

function lost(code) {
  socket = null;
  clearTimeout(pinging);
  clearTimeout(opening);
  for (const { fail, doubt } of asked.values()) {
    clearTimeout(doubt);
    fail(new Error("away"));
  }
  asked.clear();
  if (state.value === "live") {
    heard();
    state.value = "coming";
  }
  worry();
  if (code === REFUSED) renewed().then(reopen, () => {});
  else tellFirst();
  clearTimeout(timer);
  timer = setTimeout(open, wait * (0.5 + Math.random()));
  wait = Math.min(LONGEST_WAIT_MS, wait * 1.8);
}

/** Say that the hub is away if it does not answer within a while, however often it is tried. */
function worry() {
  quiet ||= setTimeout(() => state.value === "coming" && (state.value = "away"), QUIET_FOR_MS);
}

function close() {
  const closing = socket;
  socket = null;
  place = null;
  clearTimeout(timer);
  clearTimeout(opening);
  clearTimeout(quiet);
  quiet = 0;
  closing?.close();
  state.value = "coming";
}

function probe() {
  if (state.value !== "live") return reopen();
  socket.send(JSON.stringify({ type: "ping" }));
  clearTimeout(pinging);
  const asking = socket;
  pinging = setTimeout(() => drop(asking), PONG_WITHIN_MS);
}

/** Give up a socket that says nothing; it may take minutes to close by itself. */
function drop(stalled) {
  stalled.close();
  if (socket === stalled) lost(0);
}

setInterval(() => {
  if (state.value === "live" && document.visibilityState === "visible") {
    heard();
    probe();
  }
}, PING_EVERY_MS);
