// Fields of the builder: what is typed counts at once, so that nothing waits for a button.

import { html, cx, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { INPUTS } from "../controls/inputs.js";
import { kindOfValue } from "../controls/kinds.js";
import { valueText } from "../format.js";
import { titleOf } from "../specs.js";
import { chartUnit } from "../units.js";
import { t } from "../words.js";
import { DAYS } from "./draft.js";
import { span } from "./sentence.js";

function Field({ title, children }) {
  return html`<label class="ask"><span>${title}</span>${children}</label>`;
}

/** One of a list of groups of choices: [[title, [[key, text]]]]. */
export function Choose({ title, value, sets, onPick }) {
  const filled = sets.filter(([, choices]) => choices.length);
  const isKnown = filled.some(([, choices]) => choices.some(([key]) => key === value));
  const option = ([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`;
  return html`<${Field} title=${title}><span class="select"><select value=${isKnown ? value : ""} onChange=${(event) => onPick(event.target.value)}>
    <option value="" disabled selected=${!isKnown}>${t("pick.choose")}</option>
    ${filled.map(([word, choices]) => (word ? html`<optgroup key=${word} label=${word}>${choices.map(option)}</optgroup>` : choices.map(option)))}
  </select><${Icon} name="down" size="1.25rem" /></span><//>`;
}

export function Chips({ title, value, choices, onPick }) {
  return html`<div class="ask" role="group" aria-label=${title}><span aria-hidden="true">${title}</span><div class="chips">
    ${choices.map(([key, text]) => html`<button type="button" class="chip" key=${key} aria-pressed=${key === value ? "true" : "false"}
      onClick=${() => onPick(key)}>${text}</button>`)}
  </div></div>`;
}

export function Days({ days, onSet }) {
  const toggled = (day) => DAYS.filter((one) => (one === day ? !days.includes(one) : days.includes(one)));
  return html`<div class="ask" role="group" aria-label=${t("pick.days")}><span aria-hidden="true">${t("pick.days")}</span><div class="chips days">
    ${DAYS.map((day) => html`<button type="button" class="chip" key=${day} aria-pressed=${days.includes(day) ? "true" : "false"}
      onClick=${() => onSet(toggled(day))}>${t(`say.${day}`)}</button>`)}
  </div></div>`;
}

export function Clock({ title, value, onSet }) {
  return html`<${Field} title=${title}><input type="time" required value=${value} onInput=${(event) => onSet(event.target.value)} /><//>`;
}

/** A number of the device's unit, typed in the reader's. */
export function NumberIn({ part, title, value, onSet }) {
  const { turn, symbol } = chartUnit(part.unit, 0);
  const [zero, one] = [turn(0), turn(1)];
  const back = (shown) => tidy((shown - zero) / (one - zero), part);
  const [typed, type] = useState(null);
  const read = (text) => {
    type(text);
    onSet(text === "" ? "" : back(Number(text)));
  };
  const shown = value === "" || value === null || value === undefined ? "" : Number(turn(value).toFixed(3));
  return html`<${Field} title=${title}><span class="number-in"><input type="number" inputmode="decimal" step="any" value=${typed ?? shown}
    onInput=${(event) => read(event.target.value)} onBlur=${() => type(null)} />
    ${symbol && html`<span class="typed-unit" aria-hidden="true">${symbol}</span>`}</span><//>`;
}

const tidy = (number, part) => (part.format === "float" ? Number(number.toFixed(4)) : Math.round(number));

const SPANS_S = [60, 300, 600, 1_800, 3_600];

/** A span of time: taps for usual ones, minutes to type. */
export function SpanIn({ title, value, none, onSet }) {
  const choices = none ? [0, ...SPANS_S] : SPANS_S;
  const [typed, type] = useState(null);
  const read = (text) => {
    type(text);
    onSet(text === "" ? 0 : Math.round(Number(text) * 60));
  };
  return html`<div class="ask" role="group" aria-label=${title}><span aria-hidden="true">${title}</span>
    <div class="chips">
      ${choices.map((one) => html`<button type="button" class="chip" key=${one} aria-pressed=${one === (value || 0) ? "true" : "false"}
        onClick=${() => onSet(one)}>${one ? span(one) : none}</button>`)}
      <span class="number-in"><input type="number" inputmode="decimal" min="0" step="any" aria-label=${`${title}, ${t("control.minutes")}`}
        value=${typed ?? (value ? Number((value / 60).toFixed(2)) : "")} onInput=${(event) => read(event.target.value)} onBlur=${() => type(null)} />
        <span class="typed-unit" aria-hidden="true">min</span></span>
    </div></div>`;
}

export function TextIn({ title, value, most = 200, onSet }) {
  return html`<${Field} title=${title}><input type="text" maxlength=${most} autocomplete="off" value=${value}
    onInput=${(event) => onSet(event.target.value)} /><//>`;
}

/** A value with the control that it has on the page of its device. */
export function ValueIn({ part, title, value, onSet }) {
  const kind = kindOfValue(part);
  if (kind === "text") return html`<${TextIn} title=${title} value=${value ?? ""} most=${part.max_length ?? 256} onSet=${onSet} />`;
  if (kind === "number") return html`<${NumberIn} part=${part} title=${title} value=${value} onSet=${onSet} />`;
  if (kind === "time") return html`<${SpanIn} title=${title} value=${value} onSet=${onSet} />`;
  const isInLine = kind === "switch" || kind === "stepper";
  return html`<div class=${cx("ask", isInLine && "in-line")}><span aria-hidden="true">${title}${kind === "switch" && html`<b>${valueText(part, value)}</b>`}</span>
    <${INPUTS[kind]} part=${part} value=${value} title=${title} onSet=${onSet} /></div>`;
}

/** What a value is before anybody has given one. */
export function firstValue(part, shown) {
  if (shown !== null && shown !== undefined) return shown;
  if (part.enum) return part.enum[0].value;
  if (part.format === "bool") return true;
  return part.range ? part.range[0] : "";
}

export const partTitle = (part) => titleOf(part.title, part.name);
