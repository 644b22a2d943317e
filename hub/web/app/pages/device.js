// One device, drawn from its product spec: each part has a place here, in order of rank.

import { html, useEffect, useState, cx } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { mainSwitch } from "../attention.js";
import { certificateText, ruleText, tried } from "../announce.js";
import { pending, set } from "../commands.js";
import { Action, Control, EventRow, Reading, shownOf, historyLink } from "../controls/rows.js";
import { Switch } from "../controls/inputs.js";
import { pieces, fullMoment, relative } from "../format.js";
import { device as deviceOf, events, favourites, isKnown, may } from "../home.js";
import { state } from "../link.js";
import { isReachable, presenceText, reasonText } from "../presence.js";
import { ask } from "../session.js";
import { isWritable, product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Back, Cause, Gone } from "./parts.js";

export function Device({ id }) {
  const device = deviceOf(id).value;
  const product = productOf(device).value;
  useEffect(() => void (document.title = device?.name ?? "ecohub"), [device?.name]);
  if (!device) return isKnown.value ? html`<${Gone} text=${t("device.gone")} />` : null;
  return html`<article class=${cx("device", !isReachable(device) && "away")} data-product=${device.product}>
    <${Back} to="#/" />
    <header class="device-head">
      <span class="device-icon"><${Icon} name=${deviceIcon(device)} size="2rem" /></span>
      <div><h1 tabindex="-1"><bdi>${device.name}</bdi></h1><${Presence} presence=${device.presence} /></div>
      <${Tools} id=${id} name=${device.name} />
    </header>
    ${product ? html`<${Parts} key=${id} device=${device} product=${product} />`
      : html`<p class="empty">${t(device.spec_sha256 ? "link.coming" : "device.spec.waits")}</p>`}
    <nav class="card places"><a class="place" href=${`#/activity/device/${encodeURIComponent(id)}`} aria-label=${t("device.activity", { name: device.name })}>
      <${Icon} name="history" size="1.5rem" /><span>${t("place.activity")}</span><${Icon} name="forward" size="1.125rem" /></a></nav>
    <${About} key=${id} device=${device} product=${product} />
  </article>`;
}

/** A star for who likes it, and the way to its name, room and picture. */
function Tools({ id, name }) {
  const isLiked = favourites.value.includes(id);
  const like = () => tried(ask("PATCH", `/devices/${encodeURIComponent(id)}`, { is_favourite: !isLiked }));
  return html`<div class="head-tools">
    <button type="button" class="tool star" aria-pressed=${isLiked ? "true" : "false"} aria-label=${t("device.like", { name })} onClick=${like}><${Icon} name="star" /></button>
    ${may("arrange") && html`<a class="tool" href=${`#/edit/${encodeURIComponent(id)}`} aria-label=${t("device.edit", { name })}><${Icon} name="edit" size="1.375rem" /></a>`}
  </div>`;
}

function Presence({ presence }) {
  const reason = reasonText(presence);
  return html`<p class=${cx("presence", presence.status)}>
    <span class="presence-dot" aria-hidden="true"></span>${presenceText(presence)}${reason && ` – ${reason}`}</p>`;
}

/** Events of a device, the latest first: of those before the app was opened, what the home keeps of them. */
function useEvents(id, hasSome) {
  const [before, tell] = useState([]);
  const isAsked = hasSome && state.value === "live";
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    const query = new URLSearchParams({ device: id, kind: "event" });
    ask("GET", `/activity?${query}`).then(
      ({ entries }) => isOver || tell(entries.map(({ address, at }) => ({ event: address, at, arguments: {} }))),
      () => {},
    );
    return () => (isOver = true);
  }, [id, isAsked]);
  return [...events(id).value, ...before].sort((one, other) => other.at.localeCompare(one.at));
}

function Parts({ device, product }) {
  const pendings = pending(device.id).value;
  const told = useEvents(device.id, product.parts.some((part) => part.kind === "event"));
  const main = mainSwitch(product);
  const hero = main ?? heroOf(product);
  const rest = product.parts.filter((part) => part !== hero);
  const controls = rest.filter(isWritable);
  const actions = rest.filter((part) => part.kind === "action");
  const readings = rest.filter((part) => part.kind === "property" && !isWritable(part));
  const kinds = rest.filter((part) => part.kind === "event");
  if (!product.parts.length) return html`<p class="empty">${t("device.nothing")}</p>`;
  const isOrders = product.primary?.kind === "action";
  const orders = actions.length > 0 && html`<section class="card" aria-labelledby="actions-title">
    <h2 id="actions-title">${t("device.actions")}</h2>
    <div class="actions">${actions.map((part) => html`<${Action} key=${part.address} device=${device} part=${part} pendings=${pendings} />`)}</div>
  </section>`;
  return html`
    ${hero && html`<${Hero} device=${device} part=${hero} pendings=${pendings} />`}
    <div class="columns">
      <div class="column">
        ${isOrders && orders}
        ${controls.length > 0 && html`<section class="card" aria-labelledby="controls-title">
          <h2 id="controls-title">${t("device.controls")}</h2>
          ${controls.map((part) => html`<${Control} key=${part.address} device=${device} part=${part} pendings=${pendings} />`)}
        </section>`}
        ${!isOrders && orders}
      </div>
      <div class="column">
        ${readings.length > 0 && html`<section class="card" aria-labelledby="readings-title">
          <h2 id="readings-title">${t("device.readings")}</h2>
          <div class="readings">${readings.map((part) => html`<${Reading} key=${part.address} device=${device} part=${part} pendings=${pendings} />`)}</div>
        </section>`}
        ${kinds.length > 0 && html`<section class="card" aria-labelledby="events-title">
          <h2 id="events-title">${t("device.events")}</h2>
          <ul class="events">${kinds.map((part) => html`<${EventRow} key=${part.address} part=${part}
            last=${told.find((one) => one.event === part.address)} />`)}</ul>
        </section>`}
      </div>
    </div>`;
}

/** What stands first on the page of a device that has no switch: its primary reading. */
function heroOf({ primary }) {
  return primary && primary.kind === "property" && !isWritable(primary) ? primary : null;
}

function Hero({ device, part, pendings }) {
  const shown = shownOf(device, part, pendings);
  const title = titleOf(part.title, part.name);
  const [text, unit] = pieces(part, shown.value);
  const isSwitch = isWritable(part);
  return html`<section class=${cx("hero", isSwitch && shown.value === true && "lit", shown.isOld && "old", shown.isPending && "going")}
      data-address=${part.address} data-kind=${isSwitch ? "switch" : "sensor"}>
    <div class="hero-text">
      <a class="hero-title" href=${historyLink(device, part)} aria-label=${t("history.open", { title })}>${title}</a>
      <p class="hero-value">${text}<span>${unit}</span></p>
      <${Cause} device=${device} part=${part} isHidden=${shown.isPending} />
      ${shown.isOld && shown.at && html`<p class="age">${t("value.old", { age: relative(shown.at) })}</p>`}
      ${shown.going?.refused && html`<p class="standing bad">${t("command.refused", { why: shown.going.refused })}</p>`}
      ${shown.going?.isSlow && html`<p class="standing">${t("command.slow")}</p>`}
      ${shown.going?.waits && html`<p class="standing">${t("command.asleep")}</p>`}
    </div>
    ${isSwitch && html`<${Switch} part=${part} value=${shown.value} title=${title} isBusy=${shown.isPending}
      onSet=${(value) => set(device, { [part.address]: value }, title)} />`}
  </section>`;
}

function About({ device, product }) {
  const [view, show] = useState(null);
  const [isOpen, open] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    ask("GET", `/devices/${encodeURIComponent(device.id)}`).then(show, () => {});
  }, [isOpen, device.id]);
  const facts = [
    ["device.maker", device.vendor],
    ["device.product", product ? t("list.aside", { text: titleOf(product.spec.title), more: device.product }) : device.product],
    ["device.serial", view?.identity.serial],
    ["device.firmware", view?.identity.firmware],
    ["device.joined", view && fullMoment(view.identity.joined_at)],
    ["device.gateway", device.gateway],
    ["device.certificate", view && certificateText(view.certificate)],
    ["device.id", device.id],
  ];
  return html`<details class="card about" onToggle=${(event) => open(event.currentTarget.open)}>
    <summary><h2>${t("device.about")}</h2><${Icon} name="down" size="1.25rem" /></summary>
    <dl>${facts.filter(([, value]) => value).map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
    ${view?.violations.length > 0 && html`<h3>${t("device.rules")}</h3>
      <ul class="rules">${view.violations.map((one) => html`<li key=${one.rule + one.path}><b>${one.rule}</b> ${ruleText(one.rule, one.text)} (${one.count})</li>`)}</ul>`}
  </details>`;
}
