// Tiles of the first page: one per device, and a wide one per group.

import { html, cx } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { mainSwitch } from "../attention.js";
import { pending, set, setTogether } from "../commands.js";
import { kindOf } from "../controls/kinds.js";
import { INPUTS, Switch } from "../controls/inputs.js";
import { shownOf } from "../controls/rows.js";
import { pieces, valueText } from "../format.js";
import { differing, standing } from "../groups.js";
import { device as deviceOf } from "../home.js";
import { roomName } from "../places.js";
import { isReachable, presenceText } from "../presence.js";
import { isReadable, product as productOf, titleOf } from "../specs.js";
import { pair, t, tn } from "../words.js";
import { useNear } from "./sheets.js";

const FACTS = 2;
const FACT_LENGTH = 40; // more than that is read on the page of the device
const AT_HAND = new Set(["slider", "choice", "stepper"]);

export const link = (id) => `#/device/${encodeURIComponent(id)}`;

export function Tile({ id, isPlaced, sheet }) {
  const isNear = useNear(sheet);
  const device = deviceOf(id).value;
  if (!device) return null;
  return isNear ? whole(device, isPlaced) : named(device);
}

/** A tile that nobody has come near yet. */
function named({ id, name }) {
  return html`<li class="tile far" data-device=${id}><a class="tile-link" href=${link(id)}>
    <span class="tile-icon"></span><span class="tile-name"><bdi>${name}</bdi></span></a></li>`;
}

function whole(device, isPlaced) {
  const { id } = device;
  const product = productOf(device).value;
  const part = mainSwitch(product);
  const shown = part && shownOf(device, part, pending(id).value);
  const isAway = !isReachable(device);
  const isLit = Boolean(shown) && shown.value === true && !isAway;
  const title = part && t("control.toggle", { title: titleOf(part.title), name: device.name });
  const room = isPlaced ? "" : roomName(device.room);
  return html`<li class=${cx("tile", isLit && "lit", isAway && "away", shown?.isPending && "going")} data-device=${id}>
    <a class="tile-link" href=${link(id)}>
      <span class="tile-icon"><${Icon} name=${deviceIcon(device)} size="1.375rem" /></span>
      <span class="tile-name">${room && html`<span class="tile-room"><bdi>${room}</bdi></span>`}<bdi>${device.name}</bdi></span>
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
  part.unit || part.enum ? valueText(part, value) : pair(titleOf(part.title, part.name), valueText(part, value));

function isFact(part, product, device) {
  if (part.kind !== "property" || !isReadable(part)) return false;
  if (part === product.primary) return Boolean(part.enum) || (!part.unit && !mainSwitch(product));
  if (!part.enum && (!part.unit || part.unit === "second" || part.unit === "rgb")) return false;
  const value = device.twin[part.address]?.value;
  return value !== null && value !== undefined && part.name !== "fault";
}

/** A group: its switch, and of what its members share the control that is used most. */
export function GroupTile({ group }) {
  const now = standing(group);
  const { main, on, parts } = now;
  const shown = main && now.shown(main);
  const part = parts.find((one) => AT_HAND.has(kindOf(one)) && isReadable(one));
  return html`<li class=${cx("tile", "wide", on > 0 && "lit", shown?.isPending && "going")} data-group=${group.id}>
    <a class="tile-link" href=${`#/groups/${group.id}`}>
      <span class="tile-icon"><${Icon} name=${group.icon} fallback="group" size="1.375rem" /></span>
      <span class="tile-name"><bdi>${group.name}</bdi></span>
      <span class="tile-state">${groupText(now)}</span>
    </a>
    ${main && html`<div class="tile-control"><${Switch} part=${main} value=${shown.value} isMixed=${shown.isMixed} isBusy=${shown.isPending}
      title=${t("control.toggle", { title: titleOf(main.title), name: group.name })} onSet=${(value) => setTogether(group, { [main.address]: value })} /></div>`}
    ${part && html`<${AtHand} group=${group} part=${part} shown=${now.shown(part)} />`}
  </li>`;
}

function AtHand({ group, part, shown }) {
  const Input = INPUTS[kindOf(part)];
  const title = `${group.name}, ${titleOf(part.title, part.name)}`;
  return html`<div class="tile-more"><${Icon} name=${part.ui?.icon} fallback="mode" size="1.125rem" />
    <${Input} part=${part} value=${shown.value} title=${title} isBusy=${shown.isPending} differ=${differing(part, shown)}
      onSet=${(value) => setTogether(group, { [part.address]: value })} /></div>`;
}

/** On, off, or how many of them; and how many are out of reach. */
export function groupText({ main, on, heard, members, away }) {
  const gone = away.length > 0 ? t("group.away", { n: away.length }) : "";
  if (!main) return [tn("group.members", members.length), gone].filter(Boolean).join(" · ");
  const said = on === 0 ? tn("group.off", heard) : on === heard ? tn("group.on", heard) : t("group.mixed", { n: heard, on });
  return heard ? [said, gone].filter(Boolean).join(" · ") : gone || tn("group.members", 0);
}
