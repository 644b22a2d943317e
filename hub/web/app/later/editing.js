// What the pages that arrange the home share: a name, a picture, devices that are tapped, a last question.

import { html, cx, useEffect, useId, useMemo, useRef, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { announce, why } from "../announce.js";
import { device as deviceOf, order } from "../home.js";
import { glance } from "../glance.js";
import { roomName, roomsWalked } from "../places.js";
import { isFromHome } from "../route.js";
import { pair, t } from "../words.js";
import { added } from "../later.js";
import { Back, useSure } from "../pages/parts.js";
import "./editing.words.js";

await added("link", { rel: "stylesheet", href: "/app/later/editing.css" });

const SEARCH_FROM = 12;
const REMOVE_WITHIN_MS = 10_000;

/** Keeps what is typed until it is taken: {typed, trouble, type, commit}. */
function useTyped(first, onCommit) {
  const [state, tell] = useState({ typed: first, trouble: "", isBusy: false });
  const commit = async (event) => {
    event.preventDefault();
    tell({ ...state, trouble: "", isBusy: true });
    try {
      await onCommit(state.typed.trim());
      tell({ typed: first, trouble: "", isBusy: false });
    } catch (problem) {
      tell({ typed: state.typed, trouble: why(problem), isBusy: false });
    }
  };
  return { ...state, type: (typed) => tell({ ...state, typed, trouble: "" }), commit };
}

function NameInput({ id, value, trouble, label, onInput }) {
  return html`<label class="field" for=${id}><span>${label}</span>
      <input id=${id} type="text" value=${value} autocomplete="off" aria-describedby=${`${id}-trouble`} aria-invalid=${trouble ? "true" : "false"}
        onInput=${(event) => onInput(event.target.value)} /></label>
    <p class="trouble" id=${`${id}-trouble`} role="alert">${trouble}</p>`;
}

/** The name of something that is there: changed by Enter, or by the button, called `word`, that comes once it differs. */
export function Name({ value, word = t("control.set"), onCommit }) {
  const id = useId();
  const { typed, trouble, isBusy, type, commit } = useTyped(null, async (name) => {
    await onCommit(name);
    announce(t("device.name.done"));
  });
  const isOther = typed !== null && typed.trim() && typed !== value;
  return html`<form class="naming" onSubmit=${commit}>
    <${NameInput} id=${id} value=${typed ?? value} trouble=${trouble} label=${t("device.name")} onInput=${type} />
    <button class=${cx("button", !isOther && "unseen")} disabled=${!isOther || isBusy}>${word}</button>
  </form>`;
}

/** A form for something new: its name, what stands between, and the button that makes it. */
export function Making({ label, word, isWhole = true, onMake, children }) {
  const id = useId();
  const { typed, trouble, isBusy, type, commit } = useTyped("", onMake);
  return html`<form class="card making" onSubmit=${commit}>
    <${NameInput} id=${id} value=${typed} trouble=${trouble} label=${label} onInput=${type} />
    ${children}
    <button class="button main" disabled=${!typed.trim() || !isWhole || isBusy}>${word}</button>
  </form>`;
}

/** One picture of several; the first one stands for none that was chosen. */
export function IconPick({ names, value, onPick }) {
  const chosen = names.includes(value) ? value : value || names[0];
  const shown = names.includes(chosen) ? names : [...names, chosen];
  return html`<div class="pick"><h3>${t("edit.icon")}</h3>
    <div class="icon-pick" role="group" aria-label=${t("edit.icon")}>
      ${shown.map((name) => html`<button type="button" key=${name} aria-pressed=${name === chosen ? "true" : "false"}
        aria-label=${t(`icon.${name.replaceAll("-", "_")}`)} onClick=${() => onPick(name === names[0] ? "" : name)}><${Icon} name=${name} /></button>`)}
    </div></div>`;
}

/** A room out of those that are there, or none. */
export function RoomPick({ value, title, none, onPick }) {
  const id = useId();
  return html`<div class="pick"><h3><label for=${id}>${title}</label></h3>
    <span class="select"><select id=${id} value=${value ?? ""} onChange=${(event) => onPick(event.target.value || null)}>
      <option value="" selected=${!value}>${none}</option>
      ${roomsWalked.value.map((room) => html`<option key=${room.id} value=${room.id} selected=${room.id === value}>${room.name}</option>`)}
    </select><${Icon} name="down" size="1.25rem" /></span></div>`;
}

/**
 * Devices that are tapped in and out. Those that are in stand first when the page opens, then those in no room;
 * none moves while one taps. `note(device)` is {text, isBarred} for what a line says, and for one that cannot be taken.
 */
export function DevicePick({ label, chosen, note, onToggle }) {
  const [wanted, want] = useState("");
  const opened = useMemo(() => [...order.value].sort((a, b) => place(chosen, a) - place(chosen, b)), []);
  const known = new Set(opened);
  const here = new Set(order.value);
  const ids = [...opened.filter((id) => here.has(id)), ...order.value.filter((id) => !known.has(id))];
  const shown = ids.filter((id) => isMeant(deviceOf(id).value, wanted.trim().toLocaleLowerCase()));
  return html`<div class="device-pick">
    ${ids.length > SEARCH_FROM && html`<label class="field"><span>${t("edit.search")}</span>
      <input type="search" value=${wanted} autocomplete="off" onInput=${(event) => want(event.target.value)} /></label>`}
    <ul aria-label=${label}>${shown.map((id) => html`<${PickLine} key=${id} id=${id} isIn=${chosen.has(id)} note=${note} onToggle=${onToggle} />`)}</ul>
    ${ids.length === 0 ? html`<p class="soft">${t("home.none")}</p>` : shown.length === 0 && html`<p class="soft">${t("edit.search.none")}</p>`}
  </div>`;
}

const place = (chosen, id) => (chosen.has(id) ? 0 : glance(id).value.room ? 2 : 1);

const isMeant = (device, wanted) =>
  !wanted || [device.name, device.id, roomName(device.room)].some((text) => text.toLocaleLowerCase().includes(wanted));

function PickLine({ id, isIn, note, onToggle }) {
  const device = deviceOf(id).value;
  if (!device) return null;
  const { text, isBarred } = note(device);
  const tap = () => (isBarred ? announce(pair(device.name, text)) : onToggle(id, !isIn));
  return html`<li><button type="button" role="checkbox" class="pick-line" data-device=${id} aria-checked=${isIn ? "true" : "false"}
      aria-disabled=${isBarred ? "true" : undefined} onClick=${tap}>
    <${Icon} name=${deviceIcon(device)} size="1.375rem" />
    <span class="pick-text"><bdi>${device.name}</bdi>${text && html`<span class="soft"><bdi>${text}</bdi></span>`}</span>
    <span class="pick-mark"><${Icon} name=${isIn ? "check" : "plus"} size="1.125rem" /></span>
  </button></li>`;
}

/** Removing something asks once more, and says what it means. */
export function Remove({ word, means, onDo }) {
  const [isAsked, sure] = useSure(REMOVE_WITHIN_MS);
  const here = useRef();
  useEffect(() => void (isAsked && here.current.scrollIntoView({ block: "nearest" })), [isAsked]);
  return html`<section class="removing" ref=${here}>
    <button type="button" class=${cx("button", "quiet", "danger", isAsked && "sure")} onClick=${() => sure(onDo)}>
      <${Icon} name="trash" size="1.25rem" />${isAsked ? t("control.sure") : word}</button>
    <p class="soft" role="status">${isAsked && means}</p>
  </section>`;
}

/** What stands at the top of a page of something arranged. */
export function Heading({ icon, name, over, children }) {
  return html`<header class="device-head">
    <span class="device-icon"><${Icon} name=${icon} size="2rem" /></span>
    <div>${over && html`<p class="over"><bdi>${over}</bdi></p>`}<h1 tabindex="-1"><bdi>${name}</bdi></h1>${children}</div>
  </header>`;
}

/** A line of a list that leads on. */
export function Place({ to, icon, name, text }) {
  return html`<li><a class="place" href=${to}><${Icon} name=${icon} size="1.5rem" />
    <span><bdi>${name}</bdi>${text && html`<span class="soft">${text}</span>`}</span><${Icon} name="forward" size="1.125rem" /></a></li>`;
}

/** The way back: to the first page for who came from there, else to the list. */
export function BackTo({ list }) {
  const [to] = useState(() => (isFromHome() ? "#/" : list));
  return html`<${Back} to=${to} />`;
}

export const go = (to) => (location.hash = to);
