// The hub itself: whether each part works, and what mends it.

import { html, cx, useEffect, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { fullMoment } from "../format.js";
import { hub } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { t, tOr } from "../words.js";
import { Back } from "../pages/parts.js";
import "./hub.words.js";

const EVERY_MS = 5_000;

export default function Hub() {
  const [health, tell] = useState(null);
  useEffect(() => void (document.title = t("hub.title")));
  useEffect(() => {
    const look = async () => {
      try {
        const [parts, about] = await Promise.all([ask("GET", "/health"), ask("GET", "/hub")]);
        tell(parts);
        hub.value = about;
      } catch {
        tell(null);
      }
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [state.value]);
  const about = hub.value;
  return html`<${Back} to="#/settings" /><header class="page-head"><h1 tabindex="-1">${t("hub.title")}</h1></header>
    ${health ? html`<${Verdict} health=${health} />` : html`<p class="empty">${t(state.value === "away" ? "hub.unknown" : "link.coming")}</p>`}
    ${about && html`<section class="card"><dl>
      ${[
        ["hub.name", about.name],
        ["hub.version", about.version],
        ["hub.protocol", about.protocol],
        ["hub.started", fullMoment(about.started_at)],
        ["hub.devices", about.devices.total],
        ["hub.streams", about.streams],
        ["hub.open", about.open_commands],
      ].map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd><bdi>${value}</bdi></dd></div>`)}
    </dl></section>`}`;
}

function Verdict({ health }) {
  const isOk = health.status === "ok";
  return html`<section class=${cx("verdict", isOk ? "ok" : "bad")} role="status">
      <${Icon} name=${isOk ? "check" : "warn"} size="1.5rem" /><p>${t(isOk ? "hub.ok" : "hub.degraded")}</p></section>
    <section class="card"><ul class="parts">
      ${health.parts.map((part) => html`<li key=${part.name} class=${part.status === "ok" ? "ok" : "bad"}>
        <${Icon} name=${part.status === "ok" ? "check" : "warn"} size="1.25rem" />
        <span><b>${tOr(`hub.part.${part.name}`, part.name)}</b>
          <span class="part-state">${t(`hub.part.${part.status === "ok" ? "ok" : "degraded"}`)}</span>
          ${part.detail && html`<span class="soft" dir="auto">${part.detail}</span>`}
          ${part.remedy && html`<span class="remedy" dir="auto">${part.remedy}</span>`}</span></li>`)}
    </ul></section>`;
}
