// What several pages share.

import { html, useEffect, useId, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { causeText } from "../cause.js";
import { t } from "../words.js";

const SURE_FOR_MS = 4_000;

export function Back({ to }) {
  return html`<a class="back" href=${to}><${Icon} name="back" size="1.5rem" /><span>${t("nav.back")}</span></a>`;
}

export function Gone({ text }) {
  useEffect(() => void (document.title = text));
  return html`<${Back} to="#/" /><div class="empty-page"><h1 tabindex="-1">${text}</h1></div>`;
}

/** Who has made a value what it is, and the way to what happened before. */
export function Cause({ device, part, isHidden }) {
  const text = isHidden ? "" : causeText(part, device.twin[part.address]);
  return text && html`<p class="cause"><a href=${`#/activity/device/${encodeURIComponent(device.id)}`}><bdi>${text}</bdi></a></p>`;
}

/** One of several ways to see things. */
export function Pick({ title, value, choices, onPick }) {
  const id = useId();
  return html`<div class="pick"><h3 id=${id}>${title}</h3>
    <div class="chips" role="group" aria-labelledby=${id}>
      ${choices.map(([key, text]) => html`<button type="button" class="chip" key=${key} lang=${key === "zh" ? "zh-Hans" : undefined}
        aria-pressed=${key === value ? "true" : "false"} onClick=${() => onPick(key)}>${text}</button>`)}
    </div></div>`;
}

/** For what cannot be taken back: [whether it was asked once, a function that acts at the second time]. */
export function useSure(forMs = SURE_FOR_MS) {
  const [isAsked, asked] = useState(false);
  useEffect(() => {
    if (!isAsked) return;
    const timer = setTimeout(() => asked(false), forMs);
    return () => clearTimeout(timer);
  }, [isAsked]);
  const sure = (act) => {
    asked(!isAsked);
    if (isAsked) act();
  };
  return [isAsked, sure];
}
