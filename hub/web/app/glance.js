// What the first page has to know of each device, found anew only when that device changes: with a thousand
// devices, a value that is told draws its own tile and nothing else.

import { computed } from "./lib.js";
import { attentions, mainSwitch } from "./attention.js";
import { device, favourites, order } from "./home.js";
import { isReachable } from "./presence.js";
import { product } from "./specs.js";

const AIR = ["air.temperature", "air.humidity", "air.pm2_5", "air.co2"];

const NOBODY = { room: null, isOn: false, isAway: false, isAwake: false, isSensor: false, air: [], isForAir: false, needs: [] };
const glances = new Map();

/** Return what one look at a device tells, as a signal. */
export function glance(id) {
  if (!glances.has(id)) glances.set(id, steady(() => look(device(id).value)));
  return glances.get(id);
}

const only = (holds) => steady(() => order.value.filter((id) => holds(glance(id).value, id)));

/** Ids of devices that are on, that only measure, that are out of reach, that this person likes best. */
export const on = only((seen) => seen.isOn);
export const sensors = only((seen) => seen.isSensor);
export const away = only((seen) => seen.isAway);
export const liked = only((seen, id) => favourites.value.includes(id));

/** Ids of devices by the id of their room; those in none are under "". */
export const byRoom = steady(() => {
  const found = {};
  for (const id of order.value) (found[glance(id).value.room ?? ""] ??= []).push(id);
  return found;
});

/** What needs a person: [{device, text, icon}]. */
export const needs = steady(() => order.value.flatMap((id) => glance(id).value.needs.map((one) => ({ ...one, device: id }))));

/** For each of AIR the device that speaks for the home. */
export const airs = steady(() => AIR.map((address) => {
  const held = order.value.filter((id) => glance(id).value.air.includes(address));
  return { address, device: held.sort((a, b) => claim(b) - claim(a))[0] ?? null };
}));

/** How well a device speaks for the air: one that is there for it, then one that is awake, then one that measures more of it. */
function claim(id) {
  const { isForAir, isAwake, air } = glance(id).value;
  return isForAir * 100 + isAwake * 10 + air.length;
}

function look(told) {
  const spec = product(told).value;
  if (!told) return NOBODY;
  const isHere = isReachable(told);
  const part = mainSwitch(spec);
  return {
    room: told.room,
    isOn: Boolean(part) && isHere && told.twin[part.address]?.value === true,
    isAway: !isHere,
    isAwake: told.presence.status === "online",
    isSensor: Boolean(spec) && !part && !takesOrders(spec),
    air: AIR.filter((address) => isHere && spec?.byAddress.has(address) && typeof told.twin[address]?.value === "number"),
    isForAir: told.class === "environment_sensor",
    needs: attentions(told, spec),
  };
}

const takesOrders = ({ primary }) => primary?.kind === "action" || primary?.access?.includes("write");

/** A computed value that stays the same object for as long as it says the same. */
export function steady(find) {
  let last = null;
  let said = "";
  return computed(() => {
    const next = find();
    const text = JSON.stringify(next);
    if (text !== said) [last, said] = [next, text];
    return last;
  });
}
