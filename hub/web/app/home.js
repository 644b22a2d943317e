// The home as the hub tells it: a signal per device, so that one value draws one tile anew.

import { batch, computed, signal } from "./lib.js";
import { hubNow } from "./clock.js";
import { fetchEach, fetchKept, forgetEach, keep, keepEach, read, write } from "./keep.js";
import { abandon, catchUp, hearReceipt } from "./commands.js";
import { ask, session } from "./session.js";
import { state } from "./link.js";
import { t } from "./words.js";

const KEEP_AFTER_MS = 2_000;
const EVENTS_KEPT = 30;
const FRESH_KEPT = 50;
const RUNS_KEPT = 20;
const LEFT_KEPT = 100;

export const order = signal([]);
export const hub = signal(read("hub", null));
/** Who holds this phone and what they may, as `GET /me` tells it. */
export const me = signal(read("me", null));
export const notices = signal([]);
export const floors = signal([]);
export const rooms = signal([]);
export const groups = signal([]);
export const scenes = signal([]);
export const automations = signal([]);
/** What has happened since the app was opened, as the stream tells it; the latest first. */
export const fresh = signal([]);
/** Whether the hub knows the sun: only one that is told where on earth it is. */
export const hasSun = computed(() => hub.value?.has_place ?? false);
/** Ids of the devices that this person likes best. */
export const favourites = signal([]);
/** Whether anything is known yet: kept from last time, or told just now. */
export const isKnown = signal(false);

/** What people arrange, by the name under which the stream tells of one. */
const ARRANGED = { floor: floors, room: rooms, group: groups, scene: scenes, automation: automations };

const byId = new Map();
const happened = new Map();
const ran = new Map();
/** What devices were called that have left: scenes and messages may still speak of them. */
let left = read("left", {});
let keeping = 0;
let isToKeep = false;
let visits = 0;

/** Say whether the person may do such things: a right of the API, such as `arrange`. */
export const may = (right) => me.value?.rights.includes(right) ?? false;

/** Whether the person is here as a guest: of them no phone keeps what they saw. */
export const isGuest = () => me.value?.role === "guest";

/** A device as a signal: null while there is none of that id. */
export function device(id) {
  if (!byId.has(id)) byId.set(id, signal(null));
  return byId.get(id);
}

/** What a device is called, or was when this phone knew it; never its id, which says nothing to people. */
export const nameOf = (id) => device(id).value?.name ?? left[id] ?? t("device.left");

export const devices = computed(() => order.value.map((id) => device(id).value));
export const unread = computed(() => notices.value.filter((notice) => !notice.is_read).length);

/** Whether the person may carry a scene out: all of its devices are theirs to control. */
export const mayRun = ({ devices: ids }) => ids.every((id) => !device(id).value?.controllable);

/** Events of a device since the app was opened, the latest first. */
export function events(id) {
  if (!happened.has(id)) happened.set(id, signal([]));
  return happened.get(id);
}

/** Runs of an automation since the app was opened, the latest first; one that goes on is told anew. */
export function lastRuns(id) {
  if (!ran.has(id)) ran.set(id, signal([]));
  return ran.get(id);
}

/** Show what was known last, as long as the hub has not said a word. */
export async function recall() {
  if (isGuest()) return;
  const [kept, known] = await Promise.all([fetchKept("home"), fetchEach("device")]);
  if (!kept || isKnown.value || !session.value) return;
  const byName = new Map(known.map((one) => [one.id, one]));
  batch(() => {
    replaceAll(kept.devices.map((id) => byName.get(id)).filter(Boolean));
    notices.value = kept.notices;
    favourites.value = kept.favourites ?? [];
    arrange(kept);
  });
}

/** Take in all that is arranged, as a snapshot holds it. */
function arrange(told) {
  for (const [kind, held] of Object.entries(ARRANGED)) held.value = told[`${kind}s`] ?? [];
}

/** Take in that something arranged is new, has changed or is gone. */
function rearrange(message) {
  const kind = message.type.replace(/_removed$/, "");
  const held = ARRANGED[kind];
  if (!held) return;
  const isGone = kind !== message.type;
  held.value = isGone ? held.value.filter(({ id }) => id !== message.id) : laid(held.value, message[kind]);
}

/** Know nothing any more: this phone is out, or somebody else holds it now. */
export function forget() {
  visits += 1;
  batch(() => {
    replaceAll([]);
    isKnown.value = false;
    notices.value = favourites.value = fresh.value = [];
    arrange({});
    me.value = hub.value = null;
  });
  left = {};
  write("left", null);
  happened.clear();
  ran.clear();
}

export function hear(message) {
  switch (message.type) {
    case "snapshot":
      replaceAll(message.devices);
      arrange(message);
      refreshRest();
      break;
    case "activity":
      fresh.value = [message.entry, ...fresh.value].slice(0, FRESH_KEPT);
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
      leave(message.device);
      abandon(message.device);
      break;
    case "receipt":
    case "accepted":
      hearReceipt(message.receipt);
      break;
    case "event":
      events(message.device).value = [message, ...events(message.device).value].slice(0, EVENTS_KEPT);
      break;
    case "automation_run":
      putRun(message.run);
      break;
    case "notification":
      putNotice(message.notification);
      break;
    case "notification_removed":
      notices.value = notices.value.filter((notice) => notice.id !== message.id);
      break;
    default:
      rearrange(message);
  }
  keepSoon();
}

/** Lay values over those known: what a receipt proves before the device has told all phones. */
export function confirm(id, values) {
  const at = new Date(hubNow()).toISOString();
  change(id, ({ twin }) => {
    const news = Object.entries(values).filter(([address, value]) => twin[address]?.value !== value);
    return { twin: { ...twin, ...Object.fromEntries(news.map(([address, value]) => [address, { value, at }])) } };
  });
}

function change(id, news) {
  const known = device(id);
  if (known.value) known.value = { ...known.value, ...news(known.value) };
}

function put(told) {
  const isNew = !device(told.id).value;
  device(told.id).value = told;
  if (isNew) order.value = [...order.value, told.id];
}

function replaceAll(told) {
  const ids = told.map(({ id }) => id);
  const here = new Set(ids);
  for (const one of told) device(one.id).value = one;
  if (ids.join() !== order.value.join()) order.value = ids;
  for (const id of byId.keys()) if (!here.has(id)) leave(id);
  isKnown.value = true;
}

function leave(id) {
  const known = device(id);
  if (!known.value) return;
  left = Object.fromEntries([...Object.entries(left), [id, known.value.name]].slice(-LEFT_KEPT));
  if (!isGuest()) write("left", left);
  known.value = null;
}

/** A list with one more, or with one that has changed in its place. */
const laid = (known, one) =>
  known.some(({ id }) => id === one.id) ? known.map((old) => (old.id === one.id ? one : old)) : [...known, one];

function putRun(run) {
  const held = lastRuns(run.automation);
  const others = held.value.filter(({ id }) => id !== run.id);
  held.value = [run, ...others].sort((a, b) => b.at.localeCompare(a.at)).slice(0, RUNS_KEPT);
}

function putNotice(notice) {
  const others = notices.value.filter(({ id }) => id !== notice.id);
  notices.value = [notice, ...others].sort((a, b) => b.id - a.id);
}

/** Ask who this is once more: rights may have changed though nothing that is seen has. */
export async function refreshMe() {
  const asking = visits;
  const person = await ask("GET", "/me").catch(() => null);
  if (!person || visits !== asking) return;
  me.value = person;
  write("me", person);
}

/** Ask what the hub is once more: no stream tells that it knows its place now, or not any more. */
export async function refreshHub() {
  const asking = visits;
  const about = await ask("GET", "/hub").catch(() => null);
  if (about && visits === asking) takeHub(about);
}

/** Take in what the hub is; where the home stands is kept on no phone. */
function takeHub(about) {
  hub.value = about;
  write("hub", { ...about, place: null });
}

async function refreshRest() {
  catchUp();
  const asking = visits;
  try {
    const [about, person, inbox] = await Promise.all([ask("GET", "/hub"), ask("GET", "/me"), ask("GET", "/notifications")]);
    if (visits !== asking) return;
    batch(() => {
      takeHub(about);
      me.value = person;
      notices.value = inbox.notifications;
    });
    write("me", person);
  } catch {
    // the stream has broken again, and asks anew when it is back
  }
}

function keepSoon() {
  isToKeep = true;
  keeping ||= setTimeout(async () => {
    isToKeep = false;
    if (state.value === "live") await keepAll();
    keeping = 0;
    if (isToKeep) keepSoon();
  }, KEEP_AFTER_MS);
}

/** Keep the home: the devices each for itself, so that one value costs one of them. */
async function keepAll() {
  if (isGuest()) {
    await forgetEach("device");
    return keep("home", null);
  }
  const arranged = Object.entries(ARRANGED).map(([kind, held]) => [`${kind}s`, held.value]);
  const home = { devices: order.value, notices: notices.value, favourites: favourites.value, ...Object.fromEntries(arranged) };
  await keepEach("device", devices.value);
  return keep("home", home);
}
