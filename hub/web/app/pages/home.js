// The home at a glance: what needs somebody, the air, scenes, and every device at its place.

import { html, signal, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { pieces, relative } from "../format.js";
import { airs, away, byRoom, glance, liked, needs, on, sensors } from "../glance.js";
import { device as deviceOf, groups, hub, isGuest, isKnown, may, notices, order, rooms, unread } from "../home.js";
import { LATER, Later } from "../later.js";
import { sourceOf, textOf } from "../notices.js";
import { byFloor, roomsWalked } from "../places.js";
import { product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Scenes } from "./scenes.js";
import { Sheets } from "./sheets.js";
import { GroupTile, Tile, link } from "./tiles.js";

const ALERTS = 3;
const NEEDS = 4;
/** So many devices are found without headings. */
const FEW = 8;

/** Which of the devices are shown; it stays while one looks at a device and comes back. */
const only = signal("all");

export function Home() {
  useEffect(() => void (document.title = hub.value?.name ?? t("app.title")), [hub.value]);
  return html`<${Head} />${isGuest() && html`<${Later} name="visit" given=${{}} isQuiet />`}<${Needs} /><${Air} /><${Scenes} /><${Devices} />`;
}

function Head() {
  return html`<header class="page-head with-tool">
    <div><h1 tabindex="-1"><bdi>${hub.value?.name ?? t("app.title")}</bdi></h1>
    ${isKnown.value && order.value.length > 0 && html`<p class="lead">
      ${needs.value.length || unread.value ? "" : html`<${Icon} name="check" size="1.125rem" />${t("home.calm")} · `}${t("home.on", { n: on.value.length })}</p>`}</div>
    ${may("admit") && LATER.has("add") && html`<a class="tool add" href="#/add" aria-label=${t("place.add")}><${Icon} name="add" /></a>`}
  </header>`;
}

function Needs() {
  const alerts = notices.value.filter((notice) => !notice.is_read).slice(0, ALERTS);
  const all = [...needs.value.map((one) => html`<${Need} key=${one.device + one.text} ...${one} />`),
    ...alerts.map((notice) => html`<${Alert} key=${notice.id} notice=${notice} />`)];
  if (!all.length) return null;
  const rest = all.slice(NEEDS);
  return html`<section class="needs" aria-labelledby="needs-title">
    <h2 id="needs-title">${t("home.needs")}</h2>
    <ul>${all.slice(0, NEEDS)}</ul>
    ${rest.length > 0 && html`<details><summary>${t("home.needs.more", { n: rest.length })}<${Icon} name="down" size="1.25rem" /></summary><ul>${rest}</ul></details>`}
  </section>`;
}

function Need({ device, text, icon }) {
  return html`<li><a class="need" href=${link(device)}><${Icon} name=${icon} fallback="warn" size="1.25rem" />
    <span class="need-text"><b><bdi>${deviceOf(device).value?.name}</bdi></b><span>${text}</span></span>
    <${Icon} name="forward" size="1.125rem" /></a></li>`;
}

function Alert({ notice }) {
  return html`<li><a class="need" href="#/inbox"><${Icon} name=${sourceOf(notice).icon} size="1.25rem" />
    <span class="need-text"><b><bdi>${sourceOf(notice).name}</bdi></b>
      <span>${textOf(notice)} · ${relative(notice.at)}</span></span>
    <${Icon} name="forward" size="1.125rem" /></a></li>`;
}

function Air() {
  const told = airs.value.filter(({ device }) => device);
  if (told.length < 2) return null;
  return html`<section class="air" aria-label=${t("home.air")}>${told.map((one) => html`<${AirOne} key=${one.address} ...${one} />`)}</section>`;
}

function AirOne({ device: id, address }) {
  const device = deviceOf(id).value;
  const part = productOf(device).value?.byAddress.get(address);
  if (!part) return null;
  const [text, unit] = pieces(part, device.twin[address]?.value ?? null);
  return html`<a class="air-one" href=${`${link(id)}/${encodeURIComponent(address)}`}>
    <span class="air-value"><span>${text}</span><span class="air-unit">${unit}</span></span>
    <span class="air-title">${titleOf(part.title)}</span>
    <span class="air-where"><bdi>${device.name}</bdi></span>
  </a>`;
}

function Devices() {
  if (!isKnown.value) return html`<${Waiting} />`;
  if (order.value.length === 0) return isGuest() ? null : html`<${Nobody} />`;
  const sets = filters();
  const chosen = sets.find((one) => one.key === only.value && one.isThere) ?? sets[0];
  const isSorted = chosen.key === "all" && rooms.value.length > 0 && order.value.length > FEW;
  return html`<section aria-labelledby="devices-title">
    <h2 id="devices-title" class="unseen-title">${t("home.devices")}</h2>
    <div class="chips filters" role="group" aria-label=${t("home.devices")}>
      ${sets.filter((one) => one.isThere).map((one) => html`<button type="button" class="chip" key=${one.key}
        aria-pressed=${one === chosen ? "true" : "false"} onClick=${() => (only.value = one.key)}>
        <bdi>${one.name ?? t(one.word, { n: one.ids.length })}</bdi></button>`)}
    </div>
    ${isSorted ? html`<${ByRoom} />`
      : html`<${Tiles} ids=${chosen.ids} groups=${chosen.groups} isPlaced=${chosen.isRoom} />${chosen.key === "all" && html`<${NoRooms} />`}`}
  </section>`;
}

function filters() {
  const set = (key, ids, more) => ({ key, ids, word: `home.only.${key}`, isThere: ids.length > 0, ...more });
  return [
    set("all", order.value, { isThere: true, groups: groups.value }),
    set("on", on.value, { isThere: on.value.length > 0 || only.value === "on" }),
    set("favourites", liked.value),
    ...roomsWalked.value.map((room) => {
      const within = groups.value.filter((group) => group.room === room.id);
      const ids = byRoom.value[room.id] ?? [];
      return set(room.id, ids, { name: room.name, groups: within, isRoom: true, isThere: ids.length + within.length > 0 });
    }),
    set("sensors", sensors.value),
    set("away", away.value),
  ];
}

function Tiles({ ids, groups: shown = [], isPlaced = false }) {
  if (!ids.length && !shown.length) return html`<p class="empty">${t("home.nothing.here")}</p>`;
  return html`
    ${shown.length > 0 && html`<ul class="tiles groups">${shown.map((group) => html`<${GroupTile} key=${group.id} group=${group} />`)}</ul>`}
    ${ids.length > 0 && html`<${Sheets} ids=${ids} tile=${(id, sheet) => html`<${Tile} key=${id} id=${id} isPlaced=${isPlaced} sheet=${sheet} />`} />`}`;
}

/** Each device once: what somebody likes best goes first, the rest is where it stands. */
function ByRoom() {
  const best = new Set(liked.value);
  const rest = (id) => (byRoom.value[id] ?? []).filter((one) => !best.has(one));
  const known = new Set(rooms.value.map(({ id }) => id));
  const loose = groups.value.filter(({ room }) => !known.has(room));
  return html`
    ${best.size > 0 && html`<${Section} title=${t("home.favourites")} ids=${liked.value} isPlaced=${false} />`}
    ${loose.length > 0 && html`<${Section} title=${t("home.groups")} to=${LATER.has("groups") && may("arrange") && "#/groups"} ids=${[]} groups=${loose} />`}
    ${byFloor.value.map(({ floor, rooms: within }) => within.map((room, place) => html`<${Section} key=${room.id} floor=${place === 0 && floor?.name}
      icon=${room.icon || "room"} title=${room.name} to=${`#/rooms/${room.id}`} ids=${rest(room.id)} groups=${groups.value.filter((one) => one.room === room.id)} />`))}
    ${rest("").length > 0 && html`<${Section} title=${t("home.elsewhere")} ids=${rest("")} />`}`;
}

function Section({ floor, icon, title, to, ids, groups: within = [], isPlaced = true }) {
  if (!ids.length && !within.length) return null;
  const lit = ids.filter((id) => glance(id).value.isOn).length;
  const said = html`${icon && html`<${Icon} name=${icon} size="1.25rem" />`}<bdi>${title}</bdi>${lit > 0 && html`<span class="soft">${t("home.on", { n: lit })}</span>`}`;
  return html`<section class="place-section" aria-label=${title}>
    ${floor && html`<p class="floor-title"><bdi>${floor}</bdi></p>`}
    <h3>${to ? html`<a href=${to}>${said}<${Icon} name="forward" size="1.125rem" /></a>` : html`<span>${said}</span>`}</h3>
    <${Tiles} ids=${ids} groups=${within} isPlaced=${isPlaced} />
  </section>`;
}

/** What to do next in a home that nobody has sorted yet. */
function NoRooms() {
  if (rooms.value.length > 0 || order.value.length <= FEW || !may("arrange")) return null;
  return html`<p class="card hint"><span>${t("home.no.rooms")}</span><a class="button quiet" href="#/rooms/new">${t("home.first.room")}</a></p>`;
}

function Waiting() {
  return html`<ul class="tiles" aria-hidden="true">${[0, 1, 2, 3, 4, 5].map((n) => html`<li key=${n} class="tile ghost"></li>`)}</ul>`;
}

function Nobody() {
  return html`<div class="empty-page"><${Icon} name="plug" size="2.5rem" /><p>${t("home.none")}</p>
    ${may("admit")
      ? html`<p class="soft">${t("home.none.how")}</p><a class="button" href="#/add"><${Icon} name="add" size="1.25rem" />${t("place.add")}</a>`
      : html`<p class="soft">${t("home.none.ask")}</p>`}</div>`;
}
