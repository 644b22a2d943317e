// How a device is called and shown, where it is, and how it leaves the home.

import { html, useEffect } from "../lib.js";
import { Icon, classIcon, deviceIcon } from "../icons.js";
import { announce, tried } from "../announce.js";
import { device as deviceOf, devices, favourites, groups, isKnown, may, rooms } from "../home.js";
import { presenceText } from "../presence.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { Switch } from "../controls/inputs.js";
import { Back, Gone } from "../pages/parts.js";
import { Heading, IconPick, Name, Remove, RoomPick, go } from "./editing.js";
import "./edit.words.js";

const ICONS = ["light", "desk", "fan", "heater", "smart-plug", "air-purifier", "humidifier", "air-conditioner", "television",
  "robot-cleaner", "router", "environment-sensor", "contact-sensor", "watch", "coffee", "kitchen", "bed", "sofa", "star", "heart"];

export default function Edit({ id }) {
  const device = deviceOf(id).value;
  useEffect(() => void (document.title = device?.name ?? "ecohub"), [device?.name]);
  if (!device) return isKnown.value ? html`<${Gone} text=${t("device.gone")} />` : null;
  const path = `/devices/${encodeURIComponent(id)}`;
  const change = (news) => ask("PATCH", path, news);
  return html`<div class="arranging">
    <${Back} to=${`#/device/${encodeURIComponent(id)}`} />
    <${Heading} icon=${deviceIcon(device)} name=${device.name}><p class="soft">${presenceText(device.presence)}</p><//>
    <section class="card" aria-label=${device.name}>
      ${may("arrange") && html`<${Name} value=${device.name} onCommit=${(name) => change({ name })} />`}
      <${Favourite} id=${id} onSet=${(is_favourite) => tried(change({ is_favourite }))} />
      ${may("arrange") && html`
        ${rooms.value.length > 0
          ? html`<${RoomPick} value=${device.room} title=${t("edit.room")} none=${t("edit.room.none")} onPick=${(room) => tried(change({ room }))} />`
          : html`<p class="pick"><a class="button quiet" href="#/rooms/new">${t("edit.room.first")}</a></p>`}
        <${IconPick} names=${[classIcon(device.class), ...ICONS.filter((name) => name !== classIcon(device.class))]} value=${device.icon}
          onPick=${(icon) => tried(change({ icon }))} />`}
    </section>
    ${may("arrange") && html`<${Groups} device=${device} />`}
    ${may("admit") && html`<${Unjoin} device=${device} path=${path} />`}
  </div>`;
}

function Favourite({ id, onSet }) {
  const title = t("edit.favourite");
  return html`<div class="row in-line"><div class="row-head"><${Icon} name="star" size="1.25rem" /><span class="row-title">${title}</span></div>
    <div class="row-body"><${Switch} value=${favourites.value.includes(id)} title=${title} onSet=${onSet} /></div></div>`;
}

function Groups({ device }) {
  const within = groups.value.filter((group) => group.members.includes(device.id));
  if (!within.length) return null;
  return html`<section class="card" aria-labelledby="groups-title"><h2 id="groups-title">${t("edit.groups")}</h2>
    <div class="chips">${within.map((group) => html`<a class="chip link" key=${group.id} href=${`#/groups/${group.id}`}><bdi>${group.name}</bdi></a>`)}</div>
  </section>`;
}

function Unjoin({ device, path }) {
  const children = devices.value.filter(({ gateway }) => gateway === device.id).length;
  const means = t("edit.unjoin.means") + (children ? ` ${t("edit.unjoin.children", { n: children })}` : "");
  const unjoin = () => tried((async () => {
    await ask("DELETE", path);
    announce(t("edit.unjoin.done", { name: device.name }));
    go("#/");
  })());
  return html`<${Remove} word=${t("edit.unjoin")} means=${means} onDo=${unjoin} />`;
}
