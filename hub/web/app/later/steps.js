// What a scene does: a sentence for each step, and the controls of the product spec to change it.

import { html, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { valueText } from "../format.js";
import { device as deviceOf, nameOf } from "../home.js";
import { isReadable, isWritable, product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Asking, ControlRow } from "../controls/rows.js";

const ALONE = new Set(["on", "power"]);

/** What can be set of a device, as it shows it now. */
export function settable(id) {
  const device = deviceOf(id).value;
  const parts = productOf(device).value?.parts.filter((part) => isWritable(part) && isReadable(part)) ?? [];
  const shown = parts.map((part) => [part.address, device.twin[part.address]?.value ?? null]);
  return Object.fromEntries(shown.filter(([, value]) => value !== null));
}

/** Say what a step does; what is hidden is named without its value. */
export function sentence(step, spec) {
  const titled = (address) => {
    const part = spec?.byAddress.get(address);
    return part ? titleOf(part.title, part.name) : address;
  };
  if (step.action) return titled(step.action) + (step.hidden?.length ? ` ${t("scenes.with.values")}` : "");
  const said = Object.entries(step.properties ?? {}).map(([address, value]) => {
    const part = spec?.byAddress.get(address);
    if (!part) return `${address} ${value}`;
    return part.format === "bool" && ALONE.has(part.name) ? valueText(part, value) : `${titled(address)} ${valueText(part, value)}`;
  });
  const hidden = (step.hidden ?? []).map((address) => t("scenes.hidden", { title: titled(address) }));
  return [...said, ...hidden].join(t("scenes.comma"));
}

/** One step; `onChange` takes what it is from now on, or null for none. */
export function Step({ step, mayArrange, isOpenAtFirst, onChange }) {
  const [isOpen, open] = useState(isOpenAtFirst);
  const device = deviceOf(step.device).value;
  const spec = productOf(device).value;
  const name = nameOf(step.device);
  return html`<li class="step" data-device=${step.device}>
    <div class="step-head">
      <${Icon} name=${device ? deviceIcon(device) : "unreachable"} size="1.375rem" />
      <p class="pick-text"><bdi>${name}</bdi><span class="soft">${device ? sentence(step, spec) || t("scenes.nothing.yet") : t("scenes.missing")}</span></p>
      ${mayArrange && device && spec && html`<button type="button" class="tool" aria-expanded=${isOpen ? "true" : "false"}
        aria-label=${t("scenes.step.change", { name })} onClick=${() => open(!isOpen)}><${Icon} name=${isOpen ? "up" : "edit"} size="1.25rem" /></button>`}
      ${mayArrange && html`<button type="button" class="tool" aria-label=${t("scenes.step.drop", { name })} onClick=${() => onChange(null)}><${Icon} name="close" size="1.25rem" /></button>`}
    </div>
    ${isOpen && device && spec && html`<${Panel} step=${step} spec=${spec} device=${device} onChange=${onChange} />`}
  </li>`;
}

function Panel({ step, spec, device, onChange }) {
  const held = step.properties ?? {};
  const hidden = step.hidden ?? [];
  const isAction = Boolean(step.action);
  const can = spec.parts.filter(isWritable);
  const put = (address, value) =>
    onChange({ device: step.device, properties: { ...held, [address]: value }, hidden: hidden.filter((one) => one !== address) });
  const drop = (address) => {
    const { [address]: _, ...rest } = held;
    const kept = hidden.filter((one) => one !== address);
    onChange(Object.keys(rest).length + kept.length ? { device: step.device, properties: rest, hidden: kept } : null);
  };
  const isIn = (part) => !isAction && (part.address in held || hidden.includes(part.address));
  const others = can.filter((part) => !isIn(part));
  return html`<div class="step-panel">
    ${can.filter(isIn).map((part) => html`<${ControlRow} key=${part.address} part=${part} shown=${{ value: held[part.address] ?? null }}
      tool=${html`<button type="button" class="tool" aria-label=${t("scenes.part.drop", { title: titleOf(part.title, part.name) })} onClick=${() => drop(part.address)}><${Icon} name="close" size="1.125rem" /></button>`}
      onSet=${(value) => put(part.address, value)} />`)}
    ${!isAction && others.length > 0 && html`<${Offer} title=${t("scenes.also")} parts=${others} onPick=${(part) => put(part.address, firstOf(part, device))} />`}
    <${Actions} spec=${spec} chosen=${step.action} onPick=${(part, values) => onChange({ device: step.device, action: part.address, arguments: values })} />
  </div>`;
}

function Offer({ title, parts, onPick }) {
  return html`<div class="pick"><h3>${title}</h3><div class="chips">${parts.map((part) => html`<button type="button" class="chip link" key=${part.address}
    onClick=${() => onPick(part)}><${Icon} name="plus" size="1rem" />${titleOf(part.title, part.name)}</button>`)}</div></div>`;
}

/** Actions that this step may run instead of setting something. */
function Actions({ spec, chosen, onPick }) {
  const actions = spec.parts.filter((part) => part.kind === "action");
  const plain = actions.filter((part) => !part.arguments?.length);
  const asking = actions.filter((part) => part.arguments?.length);
  if (!actions.length) return null;
  return html`<div class="pick"><h3>${t("scenes.instead")}</h3>
    <div class="chips">${plain.map((part) => html`<button type="button" class="chip" key=${part.address} aria-pressed=${part.address === chosen ? "true" : "false"}
      onClick=${() => onPick(part, {})}>${titleOf(part.title, part.name)}</button>`)}</div>
    ${asking.map((part) => html`<div class="row stacked" key=${part.address}><${Asking} part=${part} word=${t("control.set")} onRun=${(values) => onPick(part, values)} /></div>`)}
  </div>`;
}

/** A value to begin with: what is shown now, else the first that is allowed. */
function firstOf(part, device) {
  const now = device.twin[part.address]?.value;
  if (now !== null && now !== undefined) return now;
  if (part.enum) return part.enum[0].value;
  if (part.format === "bool") return false;
  return part.format === "string" ? "" : (part.range?.[0] ?? 0);
}
