// Where the home is, so that the hub knows its sun: an owner types it, or lets the phone say it.

import { html, cx, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { announce, tried } from "../announce.js";
import { hub, may } from "../home.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { useSure } from "../pages/parts.js";
import "./editing.js";
import "./place.words.js";

/** How far each number goes, in degrees. */
const ENDS = { latitude: 90, longitude: 180 };
const AXES = Object.keys(ENDS);
/** A phone tells the hub a kilometre, which is a few seconds of sunset, and not the house. */
const DECIMALS = 2;
const FOUND_WITHIN_MS = 20_000;
const REFUSED = 1;

/** Whether the hub does not know the sun, and the person can mend that. */
export const lacksPlace = () => hub.value?.has_place === false && may("hub");

/** The way to where the place is told, for whoever can tell it. */
export const PlaceLink = () =>
  lacksPlace() && html`<a class="button quiet" href="#/hub/place"><${Icon} name="locate" size="1.25rem" />${t("place.link")}</a>`;

export function Place() {
  const known = hub.value.place;
  const [typed, type] = useState({});
  const [flaws, tell] = useState({});
  const shown = { ...known, ...typed };
  const save = async (event) => {
    event.preventDefault();
    const wrong = AXES.filter((axis) => !isWithin(shown[axis], ENDS[axis]));
    tell(Object.fromEntries(wrong.map((axis) => [axis, t("place.flaw", { most: ENDS[axis] })])));
    if (wrong.length) return event.currentTarget.elements[wrong[0]].focus();
    const body = Object.fromEntries(AXES.map((axis) => [axis, Number(shown[axis])]));
    if (!(await tried(ask("PUT", "/hub/place", body).then((about) => (hub.value = about))))) return;
    type({});
    announce(t("place.saved"));
  };
  const forget = async () => {
    if (!(await tried(ask("DELETE", "/hub/place")))) return;
    hub.value = { ...hub.value, has_place: false, place: null };
    type({});
    announce(t("place.forgotten"));
  };
  const paste = (event) => {
    const pair = pairIn(event.clipboardData.getData("text"));
    if (!pair) return;
    event.preventDefault();
    type(pair);
  };
  return html`<section class="card home-place" aria-labelledby="place-title"><h2 id="place-title">${t("place.title")}</h2>
    <p class="soft">${t(known ? "place.known" : "place.none")}</p>
    <form noValidate onSubmit=${save}>
      <div class="place-axes">${AXES.map((axis) => html`<label class="field" key=${axis}><span>${t(`place.${axis}`)}</span>
        <input type="number" step="any" name=${axis} autocomplete="off" value=${shown[axis] ?? ""} aria-invalid=${flaws[axis] ? "true" : undefined}
          onInput=${(event) => type({ ...typed, [axis]: event.target.value })} onPaste=${paste} />
        <span class="trouble" role="alert">${flaws[axis]}</span></label>`)}</div>
      <p class="soft">${t("place.hint")}</p>
      <div class="place-tools">
        <button type="submit" class="button"><${Icon} name="check" size="1.25rem" />${t("place.save")}</button>
        <${Locate} onFound=${type} />
        ${known && html`<${Forget} onForget=${forget} />`}
      </div>
    </form></section>`;
}

const isWithin = (text, most) => text !== undefined && text !== "" && Math.abs(Number(text)) <= most;

/** Both numbers, as a map has them: "52.52, 13.40". */
function pairIn(text) {
  const found = /^\s*(-?\d+(?:\.\d+)?)°?\s*[,; ]\s*(-?\d+(?:\.\d+)?)°?\s*$/.exec(text);
  return found && { latitude: found[1], longitude: found[2] };
}

/** Has the phone say where it is: browsers let only a page by https ask. */
function Locate({ onFound }) {
  const [isBusy, busy] = useState(false);
  if (!window.isSecureContext) {
    return html`<p class="soft">${t("place.plain")}</p>
      <a class="button quiet" href="/trust"><${Icon} name="lock" size="1.25rem" />${t("secure.how")}</a>`;
  }
  const find = () => {
    busy(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        busy(false);
        onFound(Object.fromEntries(AXES.map((axis) => [axis, coords[axis].toFixed(DECIMALS)])));
        announce(t("place.found"));
      },
      ({ code }) => {
        busy(false);
        announce(t(code === REFUSED ? "place.refused" : "place.lost"), "bad");
      },
      { timeout: FOUND_WITHIN_MS, maximumAge: Infinity },
    );
  };
  return html`<button type="button" class=${cx("button", "quiet", isBusy && "busy")} disabled=${isBusy} onClick=${find}>
    <${Icon} name="locate" size="1.25rem" />${t(isBusy ? "place.looking" : "place.locate")}</button>`;
}

function Forget({ onForget }) {
  const [isAsked, sure] = useSure();
  return html`<button type="button" class="button quiet danger" onClick=${() => sure(onForget)}>
    <${Icon} name="trash" size="1.25rem" />${t(isAsked ? "control.sure" : "place.forget")}</button>`;
}
