// One component per kind of value; each is given {part, value, title, onSet, isBusy} and nothing else; for several devices
// that do not show the same, `value` is null and `differ` says how.

import { html, useEffect, useRef, useState, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { valueText, duration } from "../format.js";
import { titleOf } from "../specs.js";
import { t } from "../words.js";
import { spans } from "./kinds.js";

/** `isMixed` is given for a switch of several devices, which may differ: then a tap switches all of them on. */
export function Switch({ value, title, onSet, isBusy, isMixed }) {
  const isOn = value === true;
  return html`<button
    type="button"
    role=${isMixed === undefined ? "switch" : "checkbox"}
    class=${cx("switch", isBusy && "busy")}
    aria-checked=${isMixed ? "mixed" : isOn ? "true" : "false"}
    aria-label=${title}
    onClick=${() => onSet(!isOn)}
  ><span class="switch-track"><span class="switch-thumb"></span></span></button>`;
}

function Choice({ part, value, title, onSet }) {
  return html`<div class="choice" role="radiogroup" aria-label=${title}>
    ${part.enum.map((one, index) => {
      const isChosen = one.value === value;
      return html`<button
        type="button"
        role="radio"
        class="choice-one"
        key=${one.value}
        aria-checked=${isChosen ? "true" : "false"}
        tabindex=${isChosen || (index === 0 && !part.enum.some((o) => o.value === value)) ? 0 : -1}
        onClick=${() => onSet(one.value)}
        onKeyDown=${(event) => step(event, part.enum, index, onSet)}
      >${titleOf(one.title, one.name)}</button>`;
    })}
  </div>`;
}

function step(event, choices, index, onSet) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const next = (index + by + choices.length) % choices.length;
  event.currentTarget.parentElement.children[next].focus();
  onSet(choices[next].value);
}

function Select({ part, value, title, onSet }) {
  const isKnown = part.enum.some((one) => one.value === value);
  return html`<span class="select">
    <select aria-label=${title} value=${isKnown ? value : ""} onChange=${(e) => onSet(Number(e.target.value))}>
      ${!isKnown && html`<option value="" disabled selected>–</option>`}
      ${part.enum.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>
        ${titleOf(one.title, one.name)}
      </option>`)}
    </select>
    <${Icon} name="down" size="1.25rem" />
  </span>`;
}

/** While a finger is on it, it shows what the finger says; else what the home says. */
function Slider({ part, value, title, onSet, differ }) {
  const [held, hold] = useState(null);
  const [least, most, step] = part.range;
  const shown = held ?? value ?? least;
  const share = most > least ? ((shown - least) / (most - least)) * 100 : 0;
  useEffect(() => hold(null), [value]);
  return html`<div class="slider">
    <input
      type="range"
      min=${least}
      max=${most}
      step=${step || "any"}
      value=${shown}
      aria-label=${title}
      aria-valuetext=${held === null && differ ? differ : valueText(part, shown)}
      style=${{ "--share": `${share}%` }}
      class=${cx(part.unit === "color_kelvin" && "warmth", held === null && differ && "differ")}
      onInput=${(e) => hold(Number(e.target.value))}
      onChange=${(e) => onSet(Number(e.target.value))}
    />
    <output class="slider-value">${held === null && differ ? differ : valueText(part, held ?? value)}</output>
  </div>`;
}

export function Stepper({ part, value, title, onSet, differ }) {
  const [least, most, step] = part.range;
  const by = step || 1;
  const move = (way) => {
    const from = value ?? least;
    const steps = Math.round((from - least) / by) + way;
    onSet(Math.min(most, Math.max(least, Number((least + steps * by).toFixed(6)))));
  };
  return html`<div class="stepper" role="group" aria-label=${title}>
    <button type="button" aria-label=${t("control.less", { title })} disabled=${value <= least} onClick=${() => move(-1)}>
      <${Icon} name="minus" size="1.25rem" />
    </button>
    <output>${differ || valueText(part, value)}</output>
    <button type="button" aria-label=${t("control.more", { title })} disabled=${value >= most} onClick=${() => move(1)}>
      <${Icon} name="plus" size="1.25rem" />
    </button>
  </div>`;
}

const COLOURS = [0xffffff, 0xffb46b, 0xff5a4f, 0xff7ac8, 0xa06bff, 0x4f8dff, 0x3fd0e0, 0x4fd06b];
const css = (colour) => `#${colour.toString(16).padStart(6, "0")}`;

function Colour({ part, value, title, onSet }) {
  const shown = value ?? 0;
  return html`<div class="colours" role="group" aria-label=${title}>
    ${COLOURS.map((colour) => html`<button
      type="button"
      key=${colour}
      class="colour"
      aria-label=${`${title} ${css(colour)}`}
      aria-pressed=${colour === shown ? "true" : "false"}
      style=${{ "--colour": css(colour) }}
      onClick=${() => onSet(colour)}
    ></button>`)}
    <label class="colour other" style=${{ "--colour": css(shown) }}>
      <input type="color" aria-label=${`${title}, ${t("control.other")}`} value=${css(shown)}
        onChange=${(e) => onSet(parseInt(e.target.value.slice(1), 16))} />
      <${Icon} name="color" size="1.125rem" />
    </label>
  </div>`;
}

export function Time({ part, value, title, onSet }) {
  const given = spans(part);
  const isOther = value !== null && value !== undefined && !given.includes(value);
  const shown = isOther ? [...given, value].sort((a, b) => a - b) : given;
  const [least, most, step] = part.range;
  return html`<div class="time">
    <div class="chips" role="group" aria-label=${title}>
      ${shown.map((span) => html`<button type="button" class="chip" key=${span}
        aria-pressed=${span === value ? "true" : "false"} onClick=${() => onSet(span)}
      >${span === 0 ? t("value.off") : duration(span).join("")}</button>`)}
    </div>
    <${Typed}
      title=${`${title}, ${t(most > 3_600 ? "control.minutes" : "control.seconds")}`}
      unit=${t(most > 3_600 ? "span.min" : "span.s")}
      value=${most > 3_600 ? Math.round((value ?? 0) / 60) : value ?? 0}
      least=${most > 3_600 ? Math.ceil(least / 60) : least}
      most=${most > 3_600 ? Math.floor(most / 60) : most}
      step=${most > 3_600 ? Math.max(1, (step || 1) / 60) : step || 1}
      onSet=${(typed) => onSet(most > 3_600 ? typed * 60 : typed)}
    />
  </div>`;
}

function NumberField({ part, value, title, onSet }) {
  const [least, most, step] = part.range ?? [null, null, part.format === "float" ? 0 : 1];
  const text = valueText(part, 0).replace(/^[\d.,\s\u202f]+/, "");
  return html`<${Typed} title=${title} unit=${text} value=${value} least=${least} most=${most}
    step=${step || "any"} onSet=${onSet} />`;
}

/** A number that is typed, and set by Enter or by the button that appears once it differs. */
function Typed({ title, unit, value, least, most, step, onSet }) {
  const [typed, type] = useState(null);
  const field = useRef();
  useEffect(() => type(null), [value]);
  const commit = (event) => {
    event.preventDefault();
    if (typed === null || typed === "" || !field.current.reportValidity()) return;
    onSet(Number(typed));
  };
  return html`<form class="typed" onSubmit=${commit} noValidate>
    <input ref=${field} type="number" inputmode="decimal" aria-label=${title} value=${typed ?? value ?? ""}
      min=${least} max=${most} step=${step} onInput=${(e) => type(e.target.value)} />
    <span class="typed-unit" aria-hidden="true">${unit}</span>
    <button class=${cx("button", typed === null && "unseen")} disabled=${typed === null}>${t("control.set")}</button>
  </form>`;
}

function TextField({ part, value, title, onSet }) {
  const [typed, type] = useState(null);
  useEffect(() => type(null), [value]);
  const isSecret = !part.access?.includes("read") && part.kind === "property";
  const commit = (event) => {
    event.preventDefault();
    if (typed !== null) onSet(typed);
  };
  return html`<form class="typed wide" onSubmit=${commit}>
    <input type="text" aria-label=${title} value=${typed ?? value ?? ""} maxlength=${part.max_length ?? 256}
      placeholder=${isSecret ? t("value.hidden") : ""} autocomplete="off" autocapitalize="off"
      spellcheck=${false} onInput=${(e) => type(e.target.value)} />
    <button class=${cx("button", typed === null && "unseen")} disabled=${typed === null}>${t("control.set")}</button>
  </form>`;
}

export const INPUTS = {
  switch: Switch,
  choice: Choice,
  select: Select,
  slider: Slider,
  stepper: Stepper,
  colour: Colour,
  time: Time,
  number: NumberField,
  text: TextField,
};
