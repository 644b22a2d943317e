// Groups: which there are, one of them with all that its members share, and who is in it.

import { html, cx, useEffect, useState } from "../lib.js";
import { tried } from "../announce.js";
import { pending, setTogether } from "../commands.js";
import { valueText } from "../format.js";
import { differing, fits, sharedParts, standing } from "../groups.js";
import { device as deviceOf, groups, isKnown, may, nameOf } from "../home.js";
import { roomName } from "../places.js";
import { isReachable, presenceText } from "../presence.js";
import { isReadable, product as productOf, titleOf } from "../specs.js";
import { ask } from "../session.js";
import { t, tOr } from "../words.js";
import { Icon, deviceIcon } from "../icons.js";
import { kindOf } from "../controls/kinds.js";
import { ControlRow } from "../controls/rows.js";
import { Switch } from "../controls/inputs.js";
import { Back, Gone } from "../pages/parts.js";
import { groupText } from "../pages/tiles.js";
import { BackTo, DevicePick, Heading, IconPick, Making, Name, Place, Remove, RoomPick, go } from "./editing.js";
import "./groups.words.js";

const ICONS = ["group", "light", "desk", "fan", "heater", "smart-plug", "air-purifier", "humidifier", "television", "power", "star", "heart"];
/** Controls that say by themselves how members differ. */
const SAYS_SO = new Set(["slider", "stepper"]);
const SETTLES_MS = 300;

export default function Groups({ id }) {
  const group = groups.value.find((one) => one.id === id);
  useEffect(() => void (document.title = group?.name ?? t("place.groups")), [group?.name]);
  if (!id) return html`<${List} />`;
  if (id === "new") return html`<${NewGroup} />`;
  if (!group) return isKnown.value ? html`<${Gone} text=${t("groups.gone")} />` : null;
  return html`<${GroupPage} group=${group} />`;
}

function List() {
  const mayArrange = may("arrange");
  return html`<div class="arranging">
    <${Back} to="#/settings" />
    <header class="page-head with-tool"><h1 tabindex="-1">${t("place.groups")}</h1>
      ${mayArrange && groups.value.length > 0 && html`<a class="button" href="#/groups/new">${t("groups.add")}</a>`}</header>
    ${groups.value.length
      ? html`<ul class="card places">${groups.value.map((group) => html`<${Line} key=${group.id} group=${group} />`)}</ul>`
      : html`<div class="empty-page low"><${Icon} name="group" size="2.5rem" /><p>${t("groups.none")}</p><p class="soft">${t("groups.none.how")}</p>
          ${mayArrange && html`<a class="button" href="#/groups/new">${t("groups.add")}</a>`}</div>`}
  </div>`;
}

const Line = ({ group }) =>
  html`<${Place} to=${`#/groups/${group.id}`} icon=${group.icon || "group"} name=${group.name} text=${groupText(standing(group))} />`;

/** Say of a device whether it can be told things together with those that are in. */
function noteFor(ids) {
  const parts = sharedParts(ids.map((id) => productOf(deviceOf(id).value).value).filter(Boolean));
  return (device) => {
    const spec = productOf(device).value;
    const where = isReachable(device) ? roomName(device.room) : presenceText(device.presence);
    if (ids.includes(device.id) || !spec) return { text: where, isBarred: false };
    if (!sharedParts([spec]).length) return { text: t("groups.nothing"), isBarred: true };
    const isBarred = ids.length > 0 && !fits(parts, spec);
    return { text: isBarred ? t("groups.unlike") : where, isBarred };
  };
}

const toggled = (ids, id, isIn) => (isIn ? [...ids, id] : ids.filter((one) => one !== id));

function NewGroup() {
  const [given, give] = useState({ icon: "", members: [] });
  const make = async (name) => go(`#/groups/${(await ask("POST", "/groups", { name, ...given })).id}`);
  return html`<div class="arranging"><${Back} to="#/groups" />
    <header class="page-head"><h1 tabindex="-1">${t("groups.add")}</h1></header>
    <${Making} label=${t("groups.name")} word=${t("groups.make")} isWhole=${given.members.length > 0} onMake=${make}>
      <${IconPick} names=${ICONS} value=${given.icon} onPick=${(icon) => give({ ...given, icon })} />
      <div class="pick"><h3>${t("groups.members")}</h3>
        <${DevicePick} label=${t("groups.members")} chosen=${new Set(given.members)} note=${noteFor(given.members)}
          onToggle=${(id, isIn) => give({ ...given, members: toggled(given.members, id, isIn) })} /></div>
    <//></div>`;
}

function GroupPage({ group }) {
  const path = `/groups/${group.id}`;
  const now = standing(group);
  const change = (news) => ask("PATCH", path, news);
  return html`<div class="arranging" data-group=${group.id}>
    <${BackTo} list="#/groups" />
    <${Heading} icon=${group.icon || "group"} name=${group.name}><p class="soft" role="status">${groupText(now)}</p><//>
    ${now.main && html`<${Main} group=${group} now=${now} />`}
    <${Lagging} group=${group} now=${now} />
    ${now.parts.length > 0 && html`<section class="card" aria-labelledby="shared-title"><h2 id="shared-title">${t("device.controls")}</h2>
      ${now.parts.map((part) => html`<${Shared} key=${part.address} group=${group} part=${part} shown=${now.shown(part)} />`)}</section>`}
    ${!now.main && !now.parts.length && html`<p class="empty">${t("groups.dumb")}</p>`}
    ${may("arrange") ? html`<${Members} group=${group} change=${change} />`
      : html`<ul class="card places">${now.members.map((device) => html`<${Place} key=${device.id} to=${`#/device/${encodeURIComponent(device.id)}`}
          icon=${deviceIcon(device)} name=${device.name} text=${presenceText(device.presence)} />`)}</ul>`}
    ${may("arrange") && html`<section class="card" aria-label=${group.name}>
        <${Name} value=${group.name} onCommit=${(name) => change({ name })} />
        <${RoomPick} value=${group.room} title=${t("groups.room")} none=${t("groups.room.none")} onPick=${(room) => tried(change({ room }))} />
        <${IconPick} names=${ICONS} value=${group.icon} onPick=${(icon) => tried(change({ icon }))} />
      </section>
      <${Remove} word=${t("groups.remove")} means=${t("groups.remove.means")} onDo=${() => tried(ask("DELETE", path).then(() => go("#/groups")))} />`}
  </div>`;
}

function Main({ group, now }) {
  const { main, on } = now;
  const shown = now.shown(main);
  const title = titleOf(main.title, main.name);
  return html`<section class=${cx("hero", on > 0 && "lit", shown.isOld && "old", shown.isPending && "going")} data-address=${main.address}>
    <div class="hero-text"><p class="hero-title">${title}</p>
      <p class="hero-value">${shown.isMixed ? t("group.mixed", { n: now.heard, on }) : shown.value === null ? t("value.none") : valueText(main, shown.value)}</p></div>
    <${Switch} value=${shown.value} isMixed=${shown.isMixed} isBusy=${shown.isPending} title=${t("control.toggle", { title, name: group.name })}
      onSet=${(value) => setTogether(group, { [main.address]: value })} />
  </section>`;
}

function Shared({ group, part, shown }) {
  const said = differing(part, shown);
  return html`<${ControlRow} part=${part} shown=${shown} differ=${said} note=${said && !SAYS_SO.has(kindOf(part)) && html`<span class="age">${said}</span>`}
    onSet=${(value) => setTogether(group, { [part.address]: value })} />`;
}

/** Members that do not show what they were told, as the hub knows it of everybody's commands. */
function Lagging({ group, now }) {
  const [told, tell] = useState([]);
  const shared = [now.main, ...now.parts].filter((part) => part && isReadable(part));
  const key = JSON.stringify(now.members.map((one) => [one.id, shared.map((part) => one.twin[part.address]?.value), pending(one.id).value]));
  useEffect(() => {
    // All groups are asked for: this one may be gone by the time that the hub is asked.
    const look = () => ask("GET", "/groups").then((told) => tell(told.groups.find(({ id }) => id === group.id)?.lagging ?? []), () => {});
    const timer = setTimeout(look, SETTLES_MS);
    return () => clearTimeout(timer);
  }, [group, key]);
  if (!told.length) return null;
  return html`<section class="needs" aria-labelledby="lagging-title"><h2 id="lagging-title">${t("groups.lagging")}</h2>
    <ul>${told.map((one) => html`<${Lag} key=${one.device + one.address} lag=${one} part=${shared.find(({ address }) => address === one.address)} />`)}</ul></section>`;
}

function Lag({ lag, part }) {
  const name = nameOf(lag.device);
  const why = tOr(`lag.${lag.reason}`, lag.reason.replaceAll("_", " "));
  const given = part && { title: titleOf(part.title, part.name), wanted: valueText(part, lag.wanted), value: valueText(part, lag.value) };
  return html`<li><a class="need" href=${`#/device/${encodeURIComponent(lag.device)}`}><${Icon} name="warn" size="1.25rem" />
    <span class="need-text"><b><bdi>${name}</bdi></b><span>${given ? t("groups.lag", given) : lag.address} · ${why}</span></span>
    <${Icon} name="forward" size="1.125rem" /></a></li>`;
}

function Members({ group, change }) {
  const ids = group.members;
  const note = noteFor(ids);
  const last = ids.length === 1 ? ids[0] : "";
  return html`<section class="card" aria-labelledby="members-title"><h2 id="members-title">${t("groups.members")}</h2>
    <${DevicePick} label=${t("groups.members")} chosen=${new Set(ids)}
      note=${(device) => (device.id === last ? { text: t("groups.last"), isBarred: true } : note(device))}
      onToggle=${(id, isIn) => tried(change({ members: toggled(ids, id, isIn) }))} /></section>`;
}
