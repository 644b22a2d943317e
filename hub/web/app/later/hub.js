// The hub itself: whether each part works, and what mends it.

import { html, cx, useEffect, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { fullMoment } from "../format.js";
import { announce, tried } from "../announce.js";
import { hub, may } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { pair, t, tOr } from "../words.js";
import { Back, Pick } from "../pages/parts.js";
import "./health.words.js";
import { Place } from "./place.js";
import "./hub.words.js";

const EVERY_MS = 5_000;

/** What the hub says of a part, by its code; what has no words here is told as the hub puts it. */
const said = ({ code = "", parameters }, fix, otherwise) => tOr(`health.${code.replaceAll("-", "_")}${fix}`, otherwise, parameters);

export default function Hub({ id }) {
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
  const isLed = id === "place";
  const place = about && may("hub") && html`<${Place} key="place" />`;
  return html`<${Back} to=${isLed ? "#/automations" : "#/settings"} /><header class="page-head"><h1 tabindex="-1">${t("hub.title")}</h1></header>
    ${isLed && place}
    ${health ? html`<${Verdict} health=${health} />` : html`<p class="empty">${t(state.value === "away" ? "hub.unknown" : "link.coming")}</p>`}
    ${about && html`<${About} about=${about} />`}
    ${!isLed && place}`;
}

function About({ about }) {
  const facts = [
    ["hub.name", about.name],
    ["hub.address", about.join_at?.join(", ") ?? location.host],
    ["hub.version", about.version],
    ["hub.protocol", about.protocol],
    ["hub.started", fullMoment(about.started_at)],
    ["hub.clock", t(about.is_time_synced ? "hub.clock.set" : "hub.clock.unset")],
    ["hub.devices", devicesText(about.devices)],
    ["hub.streams", about.streams],
    ["hub.open", about.open_commands],
  ];
  const judge = async (mode) => {
    if (!(await tried(ask("PATCH", "/hub", { mode })))) return;
    hub.value = { ...hub.value, mode };
    announce(t("hub.mode.done"));
  };
  return html`<section class="card"><dl>
      ${facts.map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd><bdi>${value}</bdi></dd></div>`)}
    </dl></section>
    ${may("hub") && html`<section class="card"><${Pick} title=${t("hub.mode")} value=${about.mode} onPick=${judge}
      choices=${["strict", "warn"].map((mode) => [mode, t(`hub.mode.${mode}`)])} />
      <p class="soft hub-mode">${t(`hub.mode.${about.mode}.more`)}</p></section>`}`;
}

/** How many devices there are, and how many of them are what. */
function devicesText({ total, by_presence: counts }) {
  const told = Object.entries(counts).filter(([, n]) => n).map(([status, n]) => t("hub.count", { n, status: t(`hub.is.${status}`) }));
  return told.length > 1 ? pair(total, told.join(t("hub.list"))) : (told[0] ?? total);
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
          ${part.detail && html`<span class="soft" dir="auto">${said(part, "", part.detail)}</span>`}
          ${part.remedy && html`<span class="remedy" dir="auto">${said(part, ".fix", part.remedy)}</span>`}</span></li>`)}
    </ul></section>`;
}
