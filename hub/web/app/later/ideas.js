// Starting points from what is in the home, read off classes and standard addresses, never off products.

import { mainSwitch } from "../attention.js";
import { automations, groups, hasSun } from "../home.js";
import { product as productOf } from "../specs.js";
import { t } from "../words.js";
import { DAYS } from "./draft.js";
import { partTitle } from "./fields.js";
import { lacksPlace } from "./place.js";
import { roster } from "./roster.js";

const MOST = 4;
const LIGHTS = new Set(["light"]);
const OPENS = "contact.open";
/** Standard addresses of what tells of bad air, and above which value people clear it. */
const STALE = [["air.pm2_5", 35], ["air.co2", 1_000]];

/** By type: what two occasions, or two things to do, have in common that are alike; the rest of them is taste. */
const ALIKE = { property: ["device", "address"], event: ["device", "event"], sun: ["at"], time: [], set: ["device"], notify: [] };

/** Return [{word, automation}]: what may be built from what is here, and is not there yet. */
export const ideas = () => candidates().filter(isNew).slice(0, MOST);

/** The automation as which an idea begins. */
export const begun = (wanted) => candidates().find(({ word }) => word === wanted)?.automation;

/** Whether it waits for a sun that the hub does not know. */
export const lacksSun = ({ triggers, conditions }) => !hasSun.value && [...triggers, ...conditions].some(({ type }) => type === "sun");

/** Whether no automation does one of its things at all of its occasions, whatever the values. */
function isNew({ automation: { triggers, actions } }) {
  const has = (list, wanted) => list.some((one) => isAlike(one, wanted));
  return !automations.value.some((one) => triggers.every((occasion) => has(one.triggers, occasion)) && actions.some((thing) => has(one.actions.flatMap(byDevice), thing)));
}

/** What is done to a group, as what is done to each of its members. */
function byDevice(action) {
  const group = action.group && groups.value.find(({ id }) => id === action.group);
  return group ? group.members.map((device) => ({ ...action, device })) : [action];
}

const isAlike = (one, wanted) =>
  one.type === wanted.type &&
  ALIKE[wanted.type].every((key) => one[key] === wanted[key]) &&
  Object.entries(wanted.properties ?? {}).every(([address, value]) => one.properties[address] === value);

function candidates() {
  const home = roster.value.map((device) => ({ device, product: productOf(device).value })).filter(({ product }) => product);
  const lights = home.filter(({ device, product }) => LIGHTS.has(device.class) && mainSwitch(product));
  return [...open(home, lights), ...dusk(lights), ...air(home), ...night(lights), ...alarms(home)];
}

const idea = (word, triggers, conditions, actions) => ({ word, automation: { name: t(word), triggers, conditions, actions } });
const turn = ({ device, product }, value) => ({ type: "set", device: device.id, properties: { [mainSwitch(product).address]: value }, hidden: [] });

function open(home, lights) {
  const door = home.find(({ product }) => product.byAddress.has(OPENS));
  const light = lights.find(({ device }) => door && device.room && device.room === door.device.room) ?? lights[0];
  if (!door || !light) return [];
  const opens = { type: "property", device: door.device.id, address: OPENS, is: true, for_s: 0 };
  return [idea("idea.open", [opens], hasSun.value ? [{ type: "sun", is: "down" }] : [], [turn(light, true)])];
}

function dusk(lights) {
  return lights.length && (hasSun.value || lacksPlace()) ? [idea("idea.dusk", [{ type: "sun", at: "sunset", offset_s: 0 }], [], [turn(lights[0], true)])] : [];
}

function night(lights) {
  const at = { type: "time", at: "23:30", days: [...DAYS] };
  return lights.length ? [idea("idea.night", [at], [], lights.map((one) => turn(one, false)))] : [];
}

/** What measures the air and has a switch itself clears it. */
function air(home) {
  for (const [address, above] of STALE) {
    const found = home.find(({ product }) => product.byAddress.has(address) && mainSwitch(product));
    if (found) return [idea("idea.air", [{ type: "property", device: found.device.id, address, above, for_s: 300 }], [], [turn(found, true)])];
  }
  return [];
}

function alarms(home) {
  const found = home.flatMap(({ device, product }) => product.parts.filter(({ kind, severity }) => kind === "event" && severity === "alarm").map((part) => ({ device, part })));
  if (!found.length) return [];
  const { device, part } = found[0];
  const text = t("idea.alarm.text", { device: device.name, title: partTitle(part) });
  return [idea("idea.alarm", [{ type: "event", device: device.id, event: part.address, arguments: {} }], [], [{ type: "notify", text }])];
}
