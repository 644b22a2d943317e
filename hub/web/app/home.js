// The home as the hub tells it: a signal per device, so that one value draws one tile anew.

import { batch, computed, signal } from "./lib.js";
import { fetchKept, keep, read, write } from "./keep.js";
import { hearReceipt, catchUp } from "./commands.js";
import { ask } from "./session.js";
import { state } from "./link.js";

const KEEP_AFTER_MS = 2_000;
const EVENTS_KEPT = 30;

export const order = signal([]);
export const hub = signal(read("hub", null));
/** Who holds this phone and what they may, as `GET /me` tells it. */
export const me = signal(read("me", null));
export const notices = signal([]);
export const rooms = signal([]);
export const scenes = signal([]);
/** Ids of the devices that this person likes best. */
export const favourites = signal([]);
/** Whether anything is known yet: kept from last time, or told just now. */
export const isKnown = signal(false);

const byId = new Map();
const nothing = signal(null);
const happened = new Map();
let keeping = 0;

/** Say whether the person may do such things: a right of the API, such as `arrange`. */
export const may = (right) => me.value?.rights.includes(right) ?? false;

export const device = (id) => byId.get(id) ?? nothing;
export const devices = computed(() => order.value.map((id) => byId.get(id).value));
export const unread = computed(() => notices.value.filter((notice) => !notice.is_read).length);

/** Events of a device since the app was opened, the latest first. */
export function events(id) {
  if (!happened.has(id)) happened.set(id, signal([]));
  return happened.get(id);
}

/** Show what was known last, before the hub has said a word. */
export async function recall() {
  const kept = await fetchKept("home");
  if (!kept || isKnown.value) return;
  batch(() => {
    replaceAll(kept.devices);
    notices.value = kept.notices;
    rooms.value = kept.rooms ?? [];
    favourites.value = kept.favourites ?? [];
  });
}

export function hear(message) {
  switch (message.type) {
    case "snapshot":
      replaceAll(message.devices);
      rooms.value = message.rooms;
      scenes.value = message.scenes;
      refreshRest();
      break;
    case "room":
      rooms.value = laid(rooms.value, message.room);
      break;
    case "room_removed":
      rooms.value = rooms.value.filter(({ id }) => id !== message.id);
      break;
    case "scene":
      scenes.value = laid(scenes.value, message.scene);
      break;
    case "scene_removed":
      scenes.value = scenes.value.filter(({ id }) => id !== message.id);
      break;
    case "favourites":
      favourites.value = message.devices;
      break;
    case "resumed":
      refreshRest();
      break;
    case "values":
      change(message.device, (known) => ({ twin: { ...known.twin, ...message.values } }));
      break;
    case "presence":
      change(message.device, () => ({ presence: message.presence }));
      break;
    case "device":
      put(message.device);
      break;
    case "removed":
      order.value = order.value.filter((id) => id !== message.device);
      byId.delete(message.device);
      break;
    case "receipt":
    case "accepted":
      hearReceipt(message.receipt);
      break;
    case "event":
      events(message.device).value = [message, ...events(message.device).value].slice(0, EVENTS_KEPT);
      break;
    case "notification":
      putNotice(message.notification);
      break;
    case "notification_removed":
      notices.value = notices.value.filter((notice) => notice.id !== message.id);
      break;
  }
  keepSoon();
}

/** Lay values over those known: what a receipt proves before the device has told all phones. */
export function confirm(id, values) {
  const at = new Date().toISOString();
  const shown = Object.entries(values).map(([address, value]) => [address, { value, at }]);
  change(id, (known) => ({ twin: { ...known.twin, ...Object.fromEntries(shown) } }));
}

function change(id, news) {
  const known = byId.get(id);
  if (known) known.value = { ...known.value, ...news(known.value) };
}

function put(told) {
  const known = byId.get(told.id);
  if (known) {
    known.value = told;
    return;
  }
  byId.set(told.id, signal(told));
  order.value = [...order.value, told.id];
}

function replaceAll(told) {
  const ids = told.map(({ id }) => id);
  for (const one of told) {
    const known = byId.get(one.id);
    if (known) known.value = one;
    else byId.set(one.id, signal(one));
  }
  if (ids.join() !== order.value.join()) order.value = ids;
  for (const id of byId.keys()) if (!ids.includes(id)) byId.delete(id);
  isKnown.value = true;
}

/** A list with one more, or with one that has changed in its place. */
const laid = (known, one) =>
  known.some(({ id }) => id === one.id) ? known.map((old) => (old.id === one.id ? one : old)) : [...known, one];

function putNotice(notice) {
  const others = notices.value.filter(({ id }) => id !== notice.id);
  notices.value = [notice, ...others].sort((a, b) => b.id - a.id);
}

async function refreshRest() {
  catchUp();
  try {
    const [about, person, inbox] = await Promise.all([ask("GET", "/hub"), ask("GET", "/me"), ask("GET", "/notifications")]);
    batch(() => {
      hub.value = about;
      me.value = person;
      notices.value = inbox.notifications;
    });
    write("hub", about);
    write("me", person);
  } catch {
    // the stream has broken again, and asks anew when it is back
  }
}

function keepSoon() {
  keeping ||= setTimeout(() => {
    keeping = 0;
    if (state.value !== "live") return;
    const home = { devices: devices.value, notices: notices.value, rooms: rooms.value, favourites: favourites.value };
    keep("home", home);
  }, KEEP_AFTER_MS);
}
