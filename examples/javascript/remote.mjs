// A small remote control for a terminal; `node remote.mjs` says how.

import { fileStore } from "./files.mjs";
import { Hub, Problem } from "./hub.mjs";

const HOW = `node remote.mjs HUB pair CODE [YOUR-NAME]      such as http://127.0.0.1:8321 pair 1234-5678 Ada
node remote.mjs HUB list
node remote.mjs HUB set DEVICE ADDRESS=VALUE   such as light-0001 light.on=true
node remote.mjs HUB watch                      what happens, until Ctrl-C`;
const DONE = new Set(["confirmed", "applied"]);

const shown = (device) => `${device.id}  ${device.presence.status}  ${device.name}`;

function value(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const commands = {
  async pair(hub, code, person) {
    const { name, role } = await hub.pair(code, "JavaScript remote", person);
    console.log(`paired: ${name} is ${role}`);
  },

  async list(hub) {
    for (const device of (await hub.ask("GET", "/devices")).devices) console.log(shown(device));
  },

  async set(hub, device, assignment) {
    const [address, text] = assignment.split(/=(.*)/s);
    const receipt = await hub.set(device, { [address]: value(text) });
    console.log(`${device} ${assignment}: ${receipt.status} ${receipt.reason}`.trim());
    if (!DONE.has(receipt.status)) process.exitCode = 1;
  },

  async watch(hub) {
    for await (const change of hub.live()) {
      if (change.type === "snapshot") console.log(`${hub.devices.size} devices`);
      else if (change.type === "resumed") console.log(`back, from change ${change.seq} on`);
      else if (change.type === "broken") console.log(`the line is broken: ${change.reason}`);
      else if (change.type === "presence") console.log(shown(hub.devices.get(change.device)));
      else if (change.type === "values")
        for (const [address, told] of Object.entries(change.values)) console.log(`${change.device}  ${address} = ${told.value}`);
    }
  },
};

const [url, name, ...words] = process.argv.slice(2);
if (!commands[name]) {
  console.log(HOW);
  process.exit(2);
}
try {
  const hub = new Hub(url, fileStore("javascript-tokens.json"));
  if (!(await hub.open()) && name !== "pair") throw new Problem(401, { detail: "not paired yet", remedy: HOW });
  await commands[name](hub, ...words);
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  console.error(`${problem.message}${problem.code ? ` (${problem.code})` : ""}\n  ${problem.remedy}`.trim());
  process.exitCode = 1;
}
