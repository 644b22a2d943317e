// A guest's visit: what they may and until when; where nothing is open to them, why.

import { html, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { now } from "../clock.js";
import { hub, isKnown, me, order, refreshMe } from "../home.js";
import { t } from "../words.js";
import { dayAndTime, sentence, standing } from "./grants.js";
import "./visit.words.js";

/** Rights that open nothing just now change without a word on the stream. */
const AGAIN_MS = 4_000;

export default function Visit() {
  const grants = me.value?.person?.grants ?? [];
  const isEmpty = !order.value.length;
  useEffect(() => {
    if (!isEmpty) return;
    refreshMe();
    const timer = setInterval(refreshMe, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isEmpty]);
  const { state, at } = now.value && standing(grants);
  if (!isKnown.value || !me.value) return null;
  const told = html`<ul>${grants.map((grant, index) => html`<li key=${index} dir="auto">${sentence(grant, me.value.places)}</li>`)}</ul>`;
  if (!isEmpty) {
    return html`<details class="visit"><summary><span>${at && state !== "later" ? t("visit.now.until", { when: dayAndTime(at) }) : t("visit.now")}</span>
      <${Icon} name="down" size="1.25rem" /></summary>${told}</details>`;
  }
  const word = `visit.${state === "now" ? "away" : state}`;
  const more = state === "now" ? "" : t(`${word}.more`, { when: at ? dayAndTime(at) : "", home: hub.value?.name ?? "" });
  return html`<div class="empty-page visit-over" role="status"><${Icon} name=${state === "over" ? "door" : "clock"} size="2.5rem" />
    <h2>${t(word)}</h2><p dir="auto">${more}</p>${grants.length > 0 && state !== "over" && told}</div>`;
}
