// The home at a glance: what needs me, the air, and every device with what it does.

import { html, cx, useSignal, useEffect } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { attentions, mainSwitch } from "../attention.js";
import { pending, set } from "../commands.js";
import { shownOf } from "../controls/rows.js";
import { Switch } from "../controls/inputs.js";
import { pieces, relative, valueText } from "../format.js";
import { device as deviceOf, devices, favourites, hub, isKnown, may, notices, rooms } from "../home.js";
import { isReachable, presenceText } from "../presence.js";
import { isReadable, product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Scenes } from "./scenes.js";

const FACTS = 2;
const FACT_LENGTH = 40; // more than that is read on the page of the device
const AIR = ["air.temperature", "air.humidity", "air.pm2_5", "air.co2"];
const ALERTS = 3;

export function Home() {
  const only = useSignal("all");
  useEffect(() => void (document.title = hub.value?.name ?? t("app.title")), [hub.value]);
  const shown = devices.value.map((device) => ({ device, product: productOf(device).value }));
  const needs = shown.flatMap(({ device, product }) => attentions(device, product).map((one) => ({ ...one, device })));
  const sets = filters(shown);
  const ids = (sets.find((one) => one.key === only.value) ?? sets[0]).ids;
  return html`
    <header class="page-head">
      <h1 tabindex="-1"><bdi>${hub.value?.name ?? t("app.title")}</bdi></h1>
      ${isKnown.value && shown.length > 0 && html`<p class="lead">
        ${needs.length ? "" : html`<${Icon} name="check" size="1.125rem" />${t("home.calm")} · `}${t("home.on", { n: sets[1].ids.length })}
      </p>`}
    </header>
    <${Needs} needs=${needs} />
    <${Air} shown=${shown} />
    <${Scenes} />
    ${!isKnown.value ? html`<${Waiting} />` : shown.length === 0 ? html`<${Nobody} />` : html`
      <section aria-labelledby="devices-title">
        <h2 id="devices-title" class="unseen-title">${t("home.devices")}</h2>
        <div class="chips filters" role="group" aria-label=${t("home.devices")}>
          ${sets.filter((one) => one.key === "all" || one.ids.length).map((one) => html`<button type="button" class="chip" key=${one.key}
            aria-pressed=${one.key === only.value ? "true" : "false"} onClick=${() => (only.value = one.key)}>
            <bdi>${one.name ?? t(one.word, { n: one.ids.length })}</bdi></button>`)}
        </div>
        ${ids.length ? html`<ul class="tiles">${ids.map((id) => html`<${Tile} key=${id} id=${id} />`)}</ul>`
          : html`<p class="empty">${t("home.nothing.here")}</p>`}
      </section>`}`;
}

function filters(shown) {
  const idsOf = (keep) => shown.filter(keep).map(({ device }) => device.id);
  return [
    { key: "all", word: "home.all", ids: idsOf(() => true) },
    { key: "on", word: "home.only.on", ids: idsOf(({ device, product }) => isOn(device, product)) },
    { key: "favourites", word: "home.only.favourites", ids: idsOf(({ device }) => favourites.value.includes(device.id)) },
    ...rooms.value.map(({ id, name }) => ({ key: id, name, ids: idsOf(({ device }) => device.room === id) })),
    { key: "sensors", word: "home.only.sensors", ids: idsOf(({ product }) => product && !mainSwitch(product) && !takesOrders(product)) },
    { key: "away", word: "home.only.away", ids: idsOf(({ device }) => !isReachable(device)) },
  ];
}

const takesOrders = ({ primary }) => primary?.kind === "action" || primary?.access?.includes("write");

function isOn(device, product) {
  const part = mainSwitch(product);
  return Boolean(part) && isReachable(device) && device.twin[part.address]?.value === true;
}

function Needs({ needs }) {
  const alerts = notices.value.filter((notice) => !notice.is_read).slice(0, ALERTS);
  if (!needs.length && !alerts.length) return null;
  return html`<section class="needs" aria-labelledby="needs-title">
    <h2 id="needs-title">${t("home.needs")}</h2>
    <ul>
      ${needs.map(({ device, text, icon }) => html`<li key=${device.id + text}>
        <a class="need" href=${link(device.id)}><${Icon} name=${icon} fallback="warn" size="1.25rem" />
          <span class="need-text"><b><bdi>${device.name}</bdi></b><span>${text}</span></span>
          <${Icon} name="forward" size="1.125rem" /></a></li>`)}
      ${alerts.map((notice) => html`<li key=${notice.id}>
        <a class="need" href="#/inbox"><${Icon} name="bell" size="1.25rem" />
          <span class="need-text"><b><bdi>${deviceOf(notice.device).value?.name ?? notice.device}</bdi></b>
            <span>${notice.text} · ${relative(notice.at)}</span></span>
          <${Icon} name="forward" size="1.125rem" /></a></li>`)}
    </ul>
  </section>`;
}

function Air({ shown }) {
  const told = AIR.map((address) => best(shown, address)).filter(Boolean);
  if (told.length < 2) return null;
  return html`<section class="air" aria-label=${t("home.air")}>
    ${told.map(({ device, part, value }) => {
      const [text, unit] = pieces(part, value);
      return html`<a class="air-one" key=${part.address}
          href=${`${link(device.id)}/${encodeURIComponent(part.address)}`}>
        <span class="air-value"><span>${text}</span><span class="air-unit">${unit}</span></span>
        <span class="air-title">${titleOf(part.title)}</span>
        <span class="air-where"><bdi>${device.name}</bdi></span>
      </a>`;
    })}
  </section>`;
}

/** The reading that speaks for the home: of a device that is there for it, reachable, with a value. */
function best(shown, address) {
  const held = shown.filter(({ device, product }) =>
    product?.byAddress.has(address) && isReachable(device) && typeof device.twin[address]?.value === "number");
  const chosen = held.find(({ device }) => device.class === "environment_sensor" && device.presence.status === "online")
    ?? held.find(({ device }) => device.class === "environment_sensor") ?? held[0];
  return chosen && { device: chosen.device, part: chosen.product.byAddress.get(address), value: chosen.device.twin[address].value };
}

const link = (id) => `#/device/${encodeURIComponent(id)}`;

function Tile({ id }) {
  const device = deviceOf(id).value;
  const product = productOf(device).value;
  if (!device) return null;
  const pendings = pending(id).value;
  const part = mainSwitch(product);
  const shown = part && shownOf(device, part, pendings);
  const isLit = Boolean(shown) && shown.value === true && isReachable(device);
  const isAway = !isReachable(device);
  const title = part && t("control.toggle", { title: titleOf(part.title), name: device.name });
  return html`<li class=${cx("tile", isLit && "lit", isAway && "away", shown?.isPending && "going")} data-device=${id}>
    <a class="tile-link" href=${link(id)}>
      <span class="tile-icon"><${Icon} name=${deviceIcon(device)} size="1.375rem" /></span>
      <span class="tile-name"><bdi>${device.name}</bdi></span>
      <span class="tile-state">${stateLine(device, product, shown)}</span>
    </a>
    ${part && !isAway && html`<div class="tile-control"><${Switch} part=${part} value=${shown.value} title=${title}
      isBusy=${shown.isPending} onSet=${(value) => set(device, { [part.address]: value }, device.name)} /></div>`}
    ${!part && !isAway && html`<${TileValue} device=${device} product=${product} />`}
    ${part && shown.going?.refused && html`<p class="tile-refused">${shown.going.refused}</p>`}
  </li>`;
}

function TileValue({ device, product }) {
  const part = product?.primary;
  if (!part || part.kind !== "property" || !part.unit || part.enum) return null;
  const [text, unit] = pieces(part, device.twin[part.address]?.value ?? null);
  return html`<p class="tile-value" aria-hidden="true">${text}<span>${unit}</span></p>`;
}

function stateLine(device, product, shown) {
  if (!isReachable(device) || device.presence.status === "interviewing") return presenceText(device.presence);
  if (shown && shown.value === false) return t("value.off");
  const facts = (product?.parts ?? []).filter((part) => isFact(part, product, device))
    .map((part) => factText(part, device.twin[part.address].value)).filter((text) => text.length <= FACT_LENGTH).slice(0, FACTS);
  if (shown && facts.length === 0) return t(shown.value ? "value.on" : "value.none");
  return facts.join(" · ") || presenceText(device.presence);
}

/** A value that says what it is by itself, or its title with it. */
const factText = (part, value) =>
  part.unit || part.enum ? valueText(part, value) : `${titleOf(part.title, part.name)}: ${valueText(part, value)}`;

function isFact(part, product, device) {
  if (part.kind !== "property" || !isReadable(part)) return false;
  if (part === product.primary) return Boolean(part.enum) || (!part.unit && !mainSwitch(product));
  if (!part.enum && (!part.unit || part.unit === "second" || part.unit === "rgb")) return false;
  const value = device.twin[part.address]?.value;
  return value !== null && value !== undefined && part.name !== "fault";
}

function Waiting() {
  return html`<ul class="tiles" aria-hidden="true">${[0, 1, 2, 3, 4, 5].map((n) => html`<li key=${n} class="tile ghost"></li>`)}</ul>`;
}

function Nobody() {
  return html`<div class="empty-page"><${Icon} name="plug" size="2.5rem" /><p>${t("home.none")}</p>
    ${may("admit") ? html`<p class="soft">${t("home.none.how")}</p><a class="button" href="#/add"><${Icon} name="add" size="1.25rem" />${t("place.add")}</a>` : null}</div>`;
}
