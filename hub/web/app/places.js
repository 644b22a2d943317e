// Rooms in the order in which one walks through a home.

import { computed } from "./lib.js";
import { floors, rooms } from "./home.js";

/** The ground floor first, then up, then down. */
const walked = (a, b) => (a.level < 0) - (b.level < 0) || Math.abs(a.level) - Math.abs(b.level);

export const floorsWalked = computed(() => [...floors.value].sort(walked));

/** [{floor, rooms}]: those on no floor come last, under null; a floor without rooms is there, too. */
export const byFloor = computed(() => {
  const known = new Set(floors.value.map(({ id }) => id));
  const on = (floor) => rooms.value.filter((room) => room.floor === floor.id);
  const off = rooms.value.filter((room) => !known.has(room.floor));
  return [...floorsWalked.value.map((floor) => ({ floor, rooms: on(floor) })), ...(off.length ? [{ floor: null, rooms: off }] : [])];
});

export const roomsWalked = computed(() => byFloor.value.flatMap((one) => one.rooms));

export const roomName = (id) => rooms.value.find((room) => room.id === id)?.name ?? "";
