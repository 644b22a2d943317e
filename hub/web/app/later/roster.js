// The devices by what seldom changes of them, so that lists of them are not drawn anew with each value that is told.

import { computed } from "../lib.js";
import { steady } from "../glance.js";
import { device, order } from "../home.js";

const faces = new Map();

/** {id, name, room, class, icon, gateway, spec_sha256, presence: {status}} of a device as a signal; null while there is none. */
export function face(id) {
  if (!faces.has(id)) faces.set(id, steady(() => look(device(id).value)));
  return faces.get(id);
}

export const roster = computed(() => order.value.map((id) => face(id).value).filter(Boolean));

function look(told) {
  if (!told) return null;
  const { id, name, room, class: kind, icon, gateway, spec_sha256, presence } = told;
  return { id, name, room, class: kind, icon, gateway, spec_sha256, presence: { status: presence.status } };
}
