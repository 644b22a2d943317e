// Rooms and floors: which there are, what is in each, and how that is changed by tapping.

import { html, useEffect, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { tried } from "../announce.js";
import { byRoom, glance } from "../glance.js";
import { device as deviceOf, floors, groups, isKnown, may, nameOf, rooms, scenes } from "../home.js";
import { byFloor, floorsWalked, roomName } from "../places.js";
import { ask } from "../session.js";
import { t, tn } from "../words.js";
import { Stepper } from "../controls/inputs.js";
import { Back, Gone, Pick } from "../pages/parts.js";
import { BackTo, DevicePick, Heading, IconPick, Making, Name, Place, Remove, RoomPick, go } from "./editing.js";
import "./rooms.words.js";

const ICONS = ["room", "sofa", "kitchen", "coffee", "bed", "child", "bath", "desk", "stairs", "door", "garage", "garden"];
const LEVEL = { range: [-20, 200, 1], format: "int", access: [] };

export default function Rooms({ id }) {
  useEffect(() => void (document.title = t("place.rooms")));
  const held = id?.startsWith("floor-") ? floors : rooms;
  const one = held.value.find((known) => known.id === id);
  if (!id) return html`<${List} />`;
  if (id === "new") return html`<${NewRoom} />`;
  if (id === "new-floor") return html`<${NewFloor} />`;
  if (!one) return isKnown.value ? html`<${Gone} text=${t("rooms.gone")} />` : null;
  return held === floors ? html`<${FloorPage} floor=${one} />` : html`<${RoomPage} room=${one} />`;
}

const inRoom = (id) => byRoom.value[id] ?? [];

function counts(ids) {
  const on = ids.filter((id) => glance(id).value.isOn).length;
  if (!ids.length) return t("rooms.empty");
  return tn(on ? "rooms.counts.on" : "rooms.counts", ids.length, { on });
}

function List() {
  const mayArrange = may("arrange");
  const nowhere = inRoom("");
  return html`<div class="arranging">
    <${Back} to="#/settings" />
    <header class="page-head with-tool"><h1 tabindex="-1">${t("place.rooms")}</h1>
      ${mayArrange && rooms.value.length > 0 && html`<a class="button" href="#/rooms/new">${t("rooms.add")}</a>`}</header>
    ${rooms.value.length === 0 && html`<${NoRooms} mayArrange=${mayArrange} />`}
    ${byFloor.value.map(({ floor, rooms: within }) => html`<section key=${floor?.id ?? ""} aria-label=${floor?.name ?? t("rooms.no.floor")}>
      <${FloorTitle} floor=${floor} isAlone=${floors.value.length === 0} mayArrange=${mayArrange} />
      ${within.length ? html`<ul class="card places">${within.map((room) => html`<${Place} key=${room.id} to=${`#/rooms/${room.id}`}
        icon=${room.icon || "room"} name=${room.name} text=${counts(inRoom(room.id))} />`)}</ul>`
        : html`<p class="soft">${t("rooms.floor.empty")}</p>`}
    </section>`)}
    ${rooms.value.length > 0 && nowhere.length > 0 && html`<p class="soft">${tn("rooms.nowhere", nowhere.length)}</p>`}
    ${mayArrange && rooms.value.length + floors.value.length > 0 && html`<p class="tools"><a class="button quiet" href="#/rooms/new-floor">${t("rooms.floor.add")}</a></p>`}
  </div>`;
}

function NoRooms({ mayArrange }) {
  return html`<div class="empty-page low"><${Icon} name="room" size="2.5rem" /><p>${t("rooms.none")}</p><p class="soft">${t("rooms.none.how")}</p>
    ${mayArrange && html`<a class="button" href="#/rooms/new">${t("rooms.add")}</a>`}</div>`;
}

function FloorTitle({ floor, isAlone, mayArrange }) {
  if (!floor) return isAlone ? null : html`<h2 class="places-title">${t("rooms.no.floor")}</h2>`;
  return html`<h2 class="places-title"><bdi>${floor.name}</bdi>
    ${mayArrange && html`<a class="tool" href=${`#/rooms/${floor.id}`} aria-label=${t("rooms.floor.change", { name: floor.name })}><${Icon} name="edit" size="1.25rem" /></a>`}</h2>`;
}

function NewRoom() {
  const [given, give] = useState({ icon: "", floor: null });
  const make = async (name) => go(`#/rooms/${(await ask("POST", "/rooms", { name, ...given })).id}`);
  return html`<div class="arranging"><${Back} to="#/rooms" />
    <header class="page-head"><h1 tabindex="-1">${t("rooms.add")}</h1></header>
    <${Making} label=${t("rooms.name")} word=${t("rooms.make")} onMake=${make}>
      <${IconPick} names=${ICONS} value=${given.icon} onPick=${(icon) => give({ ...given, icon })} />
      <${FloorPick} value=${given.floor} onPick=${(floor) => give({ ...given, floor })} />
    <//></div>`;
}

function NewFloor() {
  const [level, setLevel] = useState(floors.value.length);
  const make = async (name) => go(`#/rooms/${(await ask("POST", "/floors", { name, level })).id}`);
  return html`<div class="arranging"><${Back} to="#/rooms" />
    <header class="page-head"><h1 tabindex="-1">${t("rooms.floor.add")}</h1></header>
    <${Making} label=${t("rooms.floor.name")} word=${t("rooms.floor.make")} onMake=${make}>
      <${LevelPick} value=${level} onPick=${setLevel} />
    <//></div>`;
}

function FloorPick({ value, onPick }) {
  if (!floors.value.length) return null;
  const choices = [...floorsWalked.value.map(({ id, name }) => [id, name]), ["", t("rooms.no.floor")]];
  return html`<${Pick} title=${t("rooms.floor")} value=${value ?? ""} choices=${choices} onPick=${(id) => onPick(id || null)} />`;
}

function LevelPick({ value, onPick }) {
  return html`<div class="pick"><h3>${t("rooms.level")}</h3>
    <${Stepper} part=${LEVEL} value=${value} title=${t("rooms.level")} onSet=${onPick} /><p class="soft">${t("rooms.level.how")}</p></div>`;
}

function RoomPage({ room }) {
  const path = `/rooms/${room.id}`;
  const within = inRoom(room.id);
  const change = (news) => ask("PATCH", path, news);
  return html`<div class="arranging">
    <${BackTo} list="#/rooms" />
    <${Heading} icon=${room.icon || "room"} name=${room.name} over=${floors.value.find(({ id }) => id === room.floor)?.name}>
      <p class="soft">${counts(within)}</p><//>
    ${may("arrange") && html`<section class="card" aria-label=${room.name}>
      <${Name} value=${room.name} onCommit=${(name) => change({ name })} />
      <${IconPick} names=${ICONS} value=${room.icon} onPick=${(icon) => tried(change({ icon }))} />
      <${FloorPick} value=${room.floor} onPick=${(floor) => tried(change({ floor }))} />
    </section>`}
    ${may("arrange") ? html`<section class="card" aria-labelledby="within-title"><h2 id="within-title">${t("rooms.devices")}</h2>
      <${DevicePick} label=${t("rooms.devices")} chosen=${new Set(within)} note=${(device) => ({ text: whereElse(device, room) })}
        onToggle=${(id, isIn) => tried(put(id, isIn ? room.id : null))} /></section>`
      : html`<ul class="card places">${within.map((id) => html`<${Guest} key=${id} id=${id} />`)}</ul>`}
    <${AlsoHere} room=${room} />
    ${may("arrange") && html`<${RemoveFull} path=${path} word=${t("rooms.remove")} means=${t("rooms.remove.means")} within=${heldBy(room, within)} />`}
  </div>`;
}

const put = (id, room) => ask("PATCH", `/devices/${encodeURIComponent(id)}`, { room });

const whereElse = (device, room) => (device.room && device.room !== room.id ? t("rooms.else", { name: roomName(device.room) }) : "");

function Guest({ id }) {
  const device = deviceOf(id).value;
  return device && html`<${Place} to=${`#/device/${encodeURIComponent(id)}`} icon=${deviceIcon(device)} name=${device.name} />`;
}

/** Groups and scenes that are shown in this room. */
function AlsoHere({ room }) {
  const here = [["groups", "group", groups], ["scenes", "scene", scenes]].flatMap(([page, icon, held]) =>
    held.value.filter((one) => one.room === room.id).map((one) => ({ ...one, page, fallback: icon })));
  if (!here.length) return null;
  return html`<ul class="card places">${here.map((one) => html`<${Place} key=${one.id} to=${`#/${one.page}/${one.id}`}
    icon=${one.icon || one.fallback} name=${one.name} text=${t(`place.${one.page}`)} />`)}</ul>`;
}

/** All that hinders a room from being removed: [{path, name, to}] with the address of each. */
const heldBy = (room, ids) => [
  ...ids.map((id) => ({ path: `/devices/${encodeURIComponent(id)}`, name: nameOf(id), to: `#/device/${encodeURIComponent(id)}` })),
  ...groups.value.filter((one) => one.room === room.id).map(({ id, name }) => ({ path: `/groups/${id}`, name, to: `#/groups/${id}` })),
  ...scenes.value.filter((one) => one.room === room.id).map(({ id, name }) => ({ path: `/scenes/${id}`, name, to: `#/scenes/${id}` })),
];

function FloorPage({ floor }) {
  const path = `/floors/${floor.id}`;
  const within = rooms.value.filter((room) => room.floor === floor.id);
  if (!may("arrange")) return html`<${Gone} text=${floor.name} />`;
  const change = (news) => ask("PATCH", path, news);
  return html`<div class="arranging">
    <${Back} to="#/rooms" />
    <${Heading} icon="floor" name=${floor.name}><p class="soft">${tn("rooms.floor.counts", within.length)}</p><//>
    <section class="card" aria-label=${floor.name}>
      <${Name} value=${floor.name} onCommit=${(name) => change({ name })} />
      <${LevelPick} value=${floor.level} onPick=${(level) => tried(change({ level }))} />
    </section>
    <section class="card" aria-labelledby="within-title"><h2 id="within-title">${t("rooms.on.floor")}</h2>
      <div class="chips" role="group" aria-labelledby="within-title">${rooms.value.map((room) => html`<button type="button" class="chip" key=${room.id}
        aria-pressed=${room.floor === floor.id ? "true" : "false"}
        onClick=${() => tried(ask("PATCH", `/rooms/${room.id}`, { floor: room.floor === floor.id ? null : floor.id }))}><bdi>${room.name}</bdi></button>`)}</div>
      ${rooms.value.length === 0 && html`<p class="soft">${t("rooms.none")}</p>`}
    </section>
    <${RemoveFull} path=${path} word=${t("rooms.floor.remove")} means=${t("rooms.floor.remove.means")} field="floor"
      within=${within.map((room) => ({ path: `/rooms/${room.id}`, name: room.name, to: `#/rooms/${room.id}` }))} />
  </div>`;
}

/** Remove a room or floor; where something is still in it, say what, and move it elsewhere first. */
function RemoveFull({ path, word, means, within, field = "room" }) {
  const [isFull, full] = useState(false);
  const [target, aim] = useState(null);
  const leave = async () => {
    await ask("DELETE", path);
    go("#/rooms");
  };
  // What is in it is known here; somebody may put something in just now, and then the hub refuses.
  const remove = () => (within.length ? full(true) : tried(leave()));
  const moveAll = () => tried((async () => {
    for (const one of within) await ask("PATCH", one.path, { [field]: target });
    await leave();
  })());
  if (!isFull || !within.length) return html`<${Remove} word=${word} means=${means} onDo=${remove} />`;
  return html`<section class="card moving" role="alert">
    <h2>${tn(`rooms.full.${field}`, within.length)}</h2>
    <ul>${within.map((one) => html`<li key=${one.path}><a class="chip link" href=${one.to}><bdi>${one.name}</bdi></a></li>`)}</ul>
    ${field === "room"
      ? html`<${RoomPick} value=${target} title=${t("rooms.full.move")} none=${t("rooms.full.none")} onPick=${aim} />`
      : html`<${FloorPick} value=${target} onPick=${aim} />`}
    <p class="tools"><button type="button" class="button quiet danger" onClick=${moveAll}>${t("rooms.full.do")}</button></p>
  </section>`;
}
