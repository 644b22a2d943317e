// Rows of a device's page: a control with its standing, an action, a reading, an event.

import { html, cx, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { now } from "../clock.js";
import { set, run } from "../commands.js";
import { moment, pieces, relative, valueText, fullMoment } from "../format.js";
import { isReachable } from "../presence.js";
import { isReadable, titleOf } from "../specs.js";
import { pair, t } from "../words.js";
import { useSure } from "../pages/parts.js";
import { kindOf, kindOfValue } from "./kinds.js";
import { INPUTS } from "./inputs.js";

const IN_LINE = new Set(["switch", "stepper", "select"]);
/** A title of more letters takes both columns of actions. */
const LONG_TITLE = 20;
const HEAVY = /restart|reboot|reset|factory|erase|format/;

/** What is shown of a property: {value, at, isOld, standing}; pending goes before reported. */
export function shownOf(device, part, pendings) {
  const told = device.twin[part.address];
  const going = pendings[part.address];
  const isPending = going !== undefined && going.refused === undefined;
  return {
    value: isPending ? going.value : (told?.value ?? null),
    at: told?.at ?? null,
    isOld: !isPending && isOld(device, part, told),
    going,
    isPending,
  };
}

function isOld(device, part, told) {
  if (!told) return false;
  if (!isReachable(device)) return true;
  return part.max_age_s ? now.value - new Date(told.at) > part.max_age_s * 1000 : false;
}

/** One line on how a command stands; nothing where all is well. */
function Standing({ going }) {
  if (!going) return null;
  if (going.refused) {
    return html`<p class="standing bad"><${Icon} name="warn" size="1rem" />${t("command.refused", { why: going.refused })}</p>`;
  }
  if (going.waits) return html`<p class="standing">${t("command.asleep")} · ${relative(going.waits)}</p>`;
  if (going.isSlow) return html`<p class="standing">${t("command.slow")}</p>`;
  return null;
}

function Age({ shown }) {
  if (!shown.isOld || !shown.at) return null;
  return html`<span class="age">${t("value.old", { age: relative(shown.at) })}</span>`;
}

export function Control({ device, part, pendings }) {
  const shown = shownOf(device, part, pendings);
  const title = titleOf(part.title, part.name);
  const isDrawn = isReadable(part) && part.format !== "string";
  return html`<${ControlRow} part=${part} shown=${shown} link=${isDrawn ? historyLink(device, part) : ""}
    note=${html`<${Age} shown=${shown} />`} onSet=${(value) => set(device, { [part.address]: value }, title)} />`;
}

/** A control of its own kind, for whatever it is that it sets: a device, a group, a step of a scene. */
export function ControlRow({ part, shown, link, note, tool, differ, onSet }) {
  const kind = kindOf(part);
  const title = titleOf(part.title, part.name);
  const Input = INPUTS[kind];
  return html`<div
    class=${cx("row", IN_LINE.has(kind) ? "in-line" : "stacked", shown.isOld && "old", shown.isPending && "going")}
    data-address=${part.address}
    data-kind=${kind}
  >
    <div class="row-head">
      <${Icon} name=${part.ui?.icon} fallback="mode" size="1.25rem" />
      ${link ? html`<a class="row-title" href=${link} aria-label=${t("history.open", { title })}>${title}</a>`
        : html`<span class="row-title">${title}</span>`}
      ${note}${tool}
    </div>
    <div class="row-body">
      <${Input} part=${part} value=${shown.value} title=${title} onSet=${onSet} isBusy=${shown.isPending} differ=${differ} />
    </div>
    <${Standing} going=${shown.going} />
  </div>`;
}

export const historyLink = (device, part) =>
  `#/device/${encodeURIComponent(device.id)}/${encodeURIComponent(part.address)}`;

export function Reading({ device, part, pendings }) {
  const shown = shownOf(device, part, pendings);
  const title = titleOf(part.title, part.name);
  const [text, unit] = pieces(part, shown.value);
  return html`<a class=${cx("reading", shown.isOld && "old")} href=${historyLink(device, part)}
      data-address=${part.address} data-kind="sensor">
    <span class="reading-head"><${Icon} name=${part.ui?.icon} fallback="sensor" size="1.125rem" />
      <span class="reading-title">${title}</span></span>
    <span class="reading-value">${shown.value === null
      ? html`<span class="reading-none">${t("value.none")}</span>`
      : html`<span class="reading-number">${text}</span>${unit && html`<span class="reading-unit">${unit}</span>`}`}</span>
    <${Age} shown=${shown} />
  </a>`;
}

export function Action({ device, part, pendings }) {
  const title = titleOf(part.title, part.name);
  const going = pendings[part.address];
  const isPending = going !== undefined && !going.refused;
  const takes = part.arguments ?? [];
  const [isAsked, sure] = useSure();
  const isHeavy = HEAVY.test(part.name) && !takes.length;
  const tap = () => (isHeavy ? sure : (act) => act())(() => run(device, part, {}, title));
  return html`<div class=${cx("row", "action", takes.length && "stacked", title.length > LONG_TITLE && "long")} data-address=${part.address} data-kind="action">
    ${takes.length
      ? html`<${Asking} part=${part} word=${t("control.run")} isBusy=${isPending} onRun=${(values) => run(device, part, values, title)} />`
      : html`<button type="button" class=${cx("button", "action-button", isAsked && "sure", isPending && "busy")} onClick=${tap}>
          <${Icon} name=${part.ui?.icon} fallback="play" size="1.25rem" />
          <span>${isAsked ? t("control.sure") : title}</span>
        </button>`}
    <${Standing} going=${going} />
  </div>`;
}

/** An action that takes arguments: they are chosen here, then something is done with it. */
export function Asking({ part, word, isBusy, onRun }) {
  const title = titleOf(part.title, part.name);
  const takes = part.arguments;
  const [given, give] = useState(() => Object.fromEntries(takes.map((one) => [one.name, firstValue(one)])));
  const isWhole = takes.every((one) => given[one.name] !== null && given[one.name] !== "");
  return html`<div class="row-head"><${Icon} name=${part.ui?.icon} fallback="play" size="1.25rem" />
      <span class="row-title">${title}</span></div>
    <div class="arguments">
      ${takes.map((one) => html`<${Argument} key=${one.name} part=${one} value=${given[one.name]}
        onSet=${(value) => give({ ...given, [one.name]: value })} />`)}
      <button type="button" class=${cx("button", isBusy && "busy")} disabled=${!isWhole}
        aria-label=${pair(word, title)} onClick=${() => onRun(given)}>${word}</button>
    </div>`;
}

function firstValue(part) {
  if (part.enum) return part.enum[0].value;
  if (part.format === "bool") return false;
  return part.range ? part.range[0] : null;
}

function Argument({ part, value, onSet }) {
  const title = titleOf(part.title, part.name);
  const kind = kindOfValue(part);
  const Input = INPUTS[kind];
  if (kind === "text") {
    return html`<label class="typed wide"><input type="text" aria-label=${title} placeholder=${title}
      maxlength=${part.max_length ?? 256} value=${value ?? ""} onInput=${(e) => onSet(e.target.value)} /></label>`;
  }
  return html`<${Input} part=${part} value=${value} title=${title} onSet=${onSet} />`;
}

export function EventRow({ part, last }) {
  const title = titleOf(part.title, part.name);
  const told = last && (part.arguments ?? []).filter((one) => one.name in last.arguments)
    .map((one) => `${titleOf(one.title, one.name)} ${valueText(one, last.arguments[one.name])}`).join(", ");
  return html`<li class=${cx("event", part.severity)} data-address=${part.address} data-kind="event">
    <span class="event-dot" aria-hidden="true"></span>
    <span class="event-title">${title}${told && html`<span class="event-told">${told}</span>`}</span>
    ${last && html`<span class="event-when"><time datetime=${last.at} title=${fullMoment(last.at)}>${moment(last.at)}</time></span>`}
  </li>`;
}
