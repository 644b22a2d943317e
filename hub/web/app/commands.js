// Commands: shown as pending at once, then confirmed by the device or taken back with the reason.

import { signal } from "./lib.js";
import { read, write } from "./keep.js";
import { confirm, nameOf } from "./home.js";
import { say, state } from "./link.js";
import { ask } from "./session.js";
import { announce, ruleText, why as whyNot } from "./announce.js";
import { pair, t, tOr } from "./words.js";

const SLOW_AT_FIRST_MS = 1_500;
const SLOW_AT_LEAST_MS = 400;
const TIMES_KEPT = 20;
const REFUSAL_SHOWN_MS = 12_000;
const OVERTAKEN_MS = 5_000;
const GATHERED_MS = 400;
const NAMED = 3;
const GOOD = new Set(["confirmed", "applied"]);
const BAD = new Set(["rejected", "expired", "failed"]);

const byDevice = new Map();
const sent = new Map();
const times = read("times", {});

/** What is on its way to a device: {address: {value, isSlow, waits} | {refused}} as a signal. */
export function pending(id) {
  if (!byDevice.has(id)) byDevice.set(id, signal({}));
  return byDevice.get(id);
}

/** Set properties of a device. */
export function set(device, values, titles) {
  send({ type: "set", device: device.id, properties: values }, values, titles);
}

/** Run an action; resolves with the final receipt, or null. */
export function run(device, part, values, title) {
  const message = { type: "call", device: device.id, action: part.address };
  if (Object.keys(values).length) message.arguments = values;
  send(message, { [part.address]: null }, title);
}

/** Set properties of all members of a group. Each is pending by itself; those that do not follow are named in one sentence. */
export async function setTogether(group, values) {
  const id = newId();
  const together = { name: group.name, missed: [], timer: 0 };
  const commands = group.members.map((device, place) => begin(`${id}.${place}`, device, values, { together }));
  try {
    const { results } = await ask("PATCH", `/groups/${group.id}/properties`, { id, properties: values, wait_s: 0 });
    results.forEach(({ receipt, problem }, place) => (receipt ? hearReceipt(receipt) : end(commands[place], whyNot(problem))));
  } catch (problem) {
    for (const command of commands) end({ ...command, together: null, title: group.name }, whyNot(problem));
  }
}

function miss({ together, device }) {
  together.missed.push(device);
  clearTimeout(together.timer);
  together.timer = setTimeout(() => {
    announce(t("command.missed", { title: together.name, names: namesOf(together.missed) }), "bad");
  }, GATHERED_MS);
}

/** Whether one of several results is none that somebody wanted. */
export const hasFailed = ({ problem, receipt }) => Boolean(problem) || BAD.has(receipt?.status);

/** Names of devices in a row; of many, only the first ones. */
export function namesOf(ids) {
  const names = ids.slice(0, NAMED).map(nameOf);
  return names.join(t("list.comma")) + (ids.length > NAMED ? ` ${t("list.more", { n: ids.length - NAMED })}` : "");
}

const newId = () => `app-${crypto.getRandomValues(new Uint32Array(3)).join("-")}`;

function begin(id, device, values, more) {
  const command = { id, device, values, beganAt: Date.now(), ...more };
  sent.set(id, command);
  mark(command, { isSlow: false, waits: null });
  command.slow = setTimeout(() => mark(command, { isSlow: true }), patience(command));
  return command;
}

function send(message, values, title) {
  const command = begin(newId(), message.device, values, { title, isAction: message.type === "call" });
  say({ ...message, id: command.id }).catch((problem) => {
    if (problem instanceof Error) return; // the line broke: what became of it is asked later
    end(command, whyNot(problem));
  });
  if (state.value !== "live") end(command, t("command.away"));
}

/** Take what a receipt says of a command of ours. */
export function hearReceipt(receipt) {
  if (receipt.is_final) letGo(receipt);
  const command = sent.get(receipt.id);
  if (!command) return;
  if (!receipt.is_final) {
    if (receipt.expected_at) mark(command, { waits: receipt.expected_at, isSlow: false });
    return;
  }
  if (GOOD.has(receipt.status)) {
    learn(command);
    if (receipt.status === "confirmed") confirm(command.device, command.values);
    end(command, "");
    if (command.isAction) announce(pair(command.title, t("command.done")));
  } else if (receipt.status === "superseded") {
    follow(command, receipt);
  } else {
    end(command, why(receipt));
  }
}

/**
 * Somebody else's command has overtaken this one. What was asked for here stays shown until that one has ended: the value
 * from before both would only flash by.
 */
function follow(command, { reason }) {
  clearTimeout(command.slow);
  command.newer = /^by (.+)$/.exec(reason)?.[1];
  command.slow = setTimeout(() => end(command, ""), OVERTAKEN_MS);
}

function letGo(receipt) {
  for (const command of [...sent.values()].filter(({ newer }) => newer === receipt.id)) {
    if (receipt.status === "superseded") follow(command, receipt);
    else end(command, "");
  }
}

/** Give up what is on its way to a device that has left the home. */
export function abandon(device) {
  for (const command of [...sent.values()]) if (command.device === device) end(command, t("command.left"));
}

/** Ask what became of the commands whose answers were lost with the line. */
export async function catchUp() {
  for (const command of [...sent.values()]) {
    try {
      hearReceipt(await ask("GET", `/commands/${command.id}`));
    } catch (problem) {
      if (problem.status === 404) end(command, t("command.away"));
    }
  }
}

function why(receipt) {
  const { error = "", message } = receipt.items.find((item) => item.error || item.message) ?? {};
  if (error.startsWith("ECO-")) return ruleText(error, message);
  return message || tOr(`receipt.${receipt.reason}`, t(`command.${receipt.status}`));
}

function mark(command, news) {
  if (!sent.has(command.id)) return;
  const held = pending(command.device);
  const next = { ...held.value };
  for (const [address, value] of Object.entries(command.values)) {
    const known = next[address]?.id === command.id ? next[address] : {};
    next[address] = { ...known, id: command.id, value, ...news };
  }
  held.value = next;
}

function end(command, refused) {
  clearTimeout(command.slow);
  if (!sent.delete(command.id)) return;
  const held = pending(command.device);
  const next = { ...held.value };
  for (const address of Object.keys(command.values)) {
    if (next[address]?.id !== command.id) continue;
    if (refused) next[address] = { refused, at: Date.now() };
    else delete next[address];
  }
  held.value = next;
  if (!refused) return;
  if (command.together) miss(command);
  else announce(pair(command.title, t("command.refused", { why: refused })), "bad");
  setTimeout(() => forget(held, refused), REFUSAL_SHOWN_MS);
}

function forget(held, refused) {
  const left = Object.entries(held.value).filter(([, one]) => one.refused !== refused);
  held.value = Object.fromEntries(left);
}

/** How long a property of this device may take before the app says that it is slow. */
function patience(command) {
  const known = times[timesKey(command)];
  if (!known?.length) return SLOW_AT_FIRST_MS;
  const sorted = [...known].sort((a, b) => a - b);
  return Math.max(SLOW_AT_LEAST_MS, 1.5 * sorted[Math.floor(0.95 * (sorted.length - 1))]);
}

function learn(command) {
  const key = timesKey(command);
  times[key] = [...(times[key] ?? []), Date.now() - command.beganAt].slice(-TIMES_KEPT);
  write("times", times);
}

const timesKey = (command) => `${command.device} ${Object.keys(command.values)[0]}`;
