// Product specs: asked for once, since a spec's name is the hash of what it says.

import { computed, signal } from "./lib.js";
import { fetchKept, keep } from "./keep.js";
import { language } from "./settings.js";
import { ask } from "./session.js";

const known = new Map();

/** The product of a device as a signal: {spec, parts, byAddress}, or null until it is there.
 *
 * It holds what the person sees; what they may not set can only be read, what they may not run is left out. */
export function product(device) {
  const sha = device?.spec_sha256;
  if (!sha) return NONE;
  if (!known.has(sha)) {
    if (device.presence.status === "interviewing") return NONE; // the hub itself is still asking for it
    known.set(sha, signal(null));
    fetchSpec(sha, device.id);
  }
  return device.visible || device.controllable ? narrowed(sha, device) : known.get(sha);
}

const narrow = new Map();

function narrowed(sha, { visible, controllable }) {
  const key = `${sha} ${visible} ${controllable}`;
  if (!narrow.has(key)) {
    const whole = known.get(sha);
    narrow.set(key, computed(() => whole.value && granted(whole.value, visible, controllable)));
  }
  return narrow.get(key);
}

function granted({ spec, parts }, visible, controllable) {
  const isSeen = (part) => !visible || visible.includes(part.address);
  const isOurs = (part) => !controllable || controllable.includes(part.address);
  const left = parts.filter(isSeen).map((part) => {
    if (isOurs(part) || part.kind === "event") return part;
    const access = part.access?.filter((one) => one !== "write");
    return access?.length ? { ...part, access } : null;
  });
  return inOrder(spec, left.filter(Boolean));
}

const NONE = signal(null);

/** Ask again for those that could not be had. */
export function retry() {
  narrow.clear();
  for (const [sha, held] of known) if (!held.value && !held.isAsked) known.delete(sha);
}

async function fetchSpec(sha, id) {
  const held = known.get(sha);
  held.isAsked = true;
  try {
    const kept = await fetchKept(`spec ${sha}`);
    const spec = kept ?? (await ask("GET", `/devices/${encodeURIComponent(id)}/spec`));
    if (!kept) keep(`spec ${sha}`, spec);
    held.value = outline(spec);
  } catch {
    held.isAsked = false;
  }
}

/** Lay a spec out flat: each part with its address, kind and service, in order of rank. */
function outline(spec) {
  const parts = [];
  for (const service of spec.services ?? []) {
    const place = (kind) => (part) => {
      const address = `${service.name}.${part.name}`;
      parts.push({ ...part, kind, address, service, rank: part.ui?.rank ?? 500 });
    };
    service.properties?.forEach(place("property"));
    service.actions?.forEach(place("action"));
    service.events?.forEach(place("event"));
  }
  const ranked = parts
    .map((part, index) => ({ part, index }))
    .sort((a, b) => a.part.rank - b.part.rank || a.index - b.index)
    .map(({ part }) => part);
  return inOrder(spec, ranked);
}

function inOrder(spec, parts) {
  const byAddress = new Map(parts.map((part) => [part.address, part]));
  return { spec, parts, byAddress, primary: parts.find((part) => part.ui?.is_primary) };
}

export const isReadable = (part) => part.kind === "property" && part.access.includes("read");
export const isWritable = (part) => part.kind === "property" && part.access.includes("write");

/** The text of a title in the reader's language, else in English, else in any. */
export function titleOf(titles, otherwise = "") {
  if (!titles) return otherwise;
  const wanted = language.value;
  const near = Object.keys(titles).find((tag) => tag.split("-")[0] === wanted);
  return titles[wanted] ?? titles[near] ?? titles.en ?? Object.values(titles)[0] ?? otherwise;
}
