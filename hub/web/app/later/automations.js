// What runs by itself: the list, one automation with all it did, and the way to build one.

import { html, cx, useEffect, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { announce, tried } from "../announce.js";
import { Switch } from "../controls/inputs.js";
import { moment, relative } from "../format.js";
import { automations, isKnown, lastRuns, may, refreshHub } from "../home.js";
import { ask } from "../session.js";
import { pair, t } from "../words.js";
import { Back, Gone, useSure } from "../pages/parts.js";
import { Builder } from "./builder.js";
import { flawText, keepDraft, keptDrafts } from "./draft.js";
import { begun, ideas, lacksSun } from "./ideas.js";
import { endOf, toneOf } from "./ends.js";
import { PlaceLink } from "./place.js";
import { Runs } from "./runs.js";
import { sentence } from "./sentence.js";
import "./automations.words.js";

const NAME_LENGTH = 64;

export default function Automations({ id, more }) {
  const automation = automations.value.find((one) => one.id === id);
  useEffect(() => void (document.title = automation?.name ?? t("auto.title")), [automation?.name]);
  useEffect(() => void refreshHub(), []);
  if (!id) return html`<${List} />`;
  const isWritten = id === "new" || more === "edit";
  if (isWritten && !may("arrange")) return html`<${Gone} text=${t("auto.not.yours")} />`;
  if (id === "new") return html`<${Builder} name=${["new", more].filter(Boolean).join("/")} automation=${beginning(more)} />`;
  if (!automation) return isKnown.value ? html`<${Gone} text=${t("auto.gone")} />` : null;
  return isWritten ? html`<${Builder} key=${id} id=${id} name=${id} automation=${automation} />` : html`<${One} key=${id} automation=${automation} />`;
}

/** What a new one begins as: a copy of another, an idea, or nothing. */
function beginning(from) {
  const other = automations.value.find(({ id }) => id === from);
  if (other) return { ...other, name: t("auto.copy.name", { name: other.name }).slice(0, NAME_LENGTH) };
  return begun(from);
}

function List() {
  const list = automations.value;
  const isMine = may("arrange");
  return html`<header class="page-head with-tool"><h1 tabindex="-1">${t("auto.title")}</h1>
      ${isMine && html`<a class="button" href="#/automations/new" aria-label=${t("auto.new")}><${Icon} name="add" size="1.25rem" />${t("auto.add")}</a>`}</header>
    ${isMine && html`<${Unfinished} />`}
    ${list.length > 0 ? html`<ul class="autos">${list.map((one) => html`<${Row} key=${one.id} automation=${one} />`)}</ul>`
      : html`<div class="empty-page small"><${Icon} name="automation" size="2.5rem" /><p>${t(isMine ? "auto.none" : "auto.none.guest")}</p>
        ${isMine && html`<p class="soft">${t("auto.none.more")}</p>`}</div>`}
    ${isMine && html`<${Ideas} />`}`;
}

/** What was begun on this phone and not saved. */
function Unfinished() {
  const [drafts, tell] = useState(keptDrafts);
  const known = Object.entries(drafts).filter(([name]) => isNew(name) || automations.value.some(({ id }) => id === name));
  if (!known.length) return null;
  const drop = (name) => {
    keepDraft(name, null);
    tell(keptDrafts());
  };
  return html`<ul class="unfinished" aria-label=${t("auto.unfinished")}>${known.map(([name, draft]) => html`<li class="unfinished-one" key=${name}>
    <a href=${isNew(name) ? `#/automations/${name}` : link(name, "edit")}><${Icon} name="edit" size="1.25rem" />
      <span><b>${t("auto.unfinished")}</b>${draft.name || sentence(draft)}</span></a>
    <button type="button" class="tool" aria-label=${pair(t("auto.discard"), draft.name)} onClick=${() => drop(name)}><${Icon} name="close" size="1.25rem" /></button></li>`)}</ul>`;
}

const isNew = (name) => name.split("/")[0] === "new";

const link = (id, ...more) => `#/automations/${[id, ...more].map(encodeURIComponent).join("/")}`;

function Row({ automation }) {
  const { id, name, icon, is_enabled: isEnabled } = automation;
  return html`<li class=${cx("auto", !isEnabled && "off")} data-automation=${id}>
    <a class="auto-link" href=${link(id)}>
      <span class="auto-icon"><${Icon} name=${icon || "automation"} fallback="automation" size="1.5rem" /></span>
      <span class="auto-text"><b><bdi>${name}</bdi></b><span class="auto-says">${sentence(automation)}</span><${Standing} automation=${automation} /></span>
    </a>
    ${may("arrange") && html`<${Toggle} automation=${automation} />`}
  </li>`;
}

function Toggle({ automation }) {
  const { id, name, is_enabled: isEnabled } = automation;
  const turn = (is_enabled) => tried(ask("PATCH", `/automations/${encodeURIComponent(id)}`, { is_enabled }));
  return html`<${Switch} value=${isEnabled} title=${t("auto.enabled", { name })} onSet=${turn} />`;
}

/** How it stands: what is wrong, when it runs next, how it last went. */
function Standing({ automation }) {
  const { problem, is_enabled: isEnabled, next_at: next } = automation;
  const run = lastRuns(automation.id).value[0] ?? automation.last_run;
  const end = run && endOf(run);
  return html`<span class="auto-standing">
    ${problem && html`<span class="standing bad"><${Icon} name="warn" size="1rem" /><span dir="auto">${flawText(problem)}</span></span>`}
    ${!isEnabled && !problem && html`<span class="standing">${t("auto.off")}</span>`}
    ${isEnabled && next && html`<span class="standing"><${Icon} name="clock" size="1rem" />${t("auto.next", { when: moment(next) })}</span>`}
    ${run && !(problem && toneOf(end) === "bad") && html`<span class=${cx("standing", toneOf(end))}><${Icon} name="history" size="1rem" />${t("auto.last", { end: t(`auto.end.${end}`), when: relative(run.at) })}</span>`}
  </span>`;
}

function Ideas() {
  const found = ideas();
  if (!found.length) return null;
  return html`<section class="ideas" aria-labelledby="ideas-title"><h2 id="ideas-title">${t("auto.ideas")}</h2>
    <ul class="idea-list">${found.map(({ word, automation }) => html`<li key=${word}><a class="idea" href=${lacksSun(automation) ? "#/hub/place" : link("new", word)}>
      <${Icon} name=${lacksSun(automation) ? "locate" : "add"} size="1.25rem" /><span><b>${t(word)}</b>
        <span class="soft">${lacksSun(automation) ? t("place.first") : sentence(automation)}</span></span></a></li>`)}</ul>
  </section>`;
}

function One({ automation }) {
  const { id, name, icon } = automation;
  const path = `/automations/${encodeURIComponent(id)}`;
  const run = async () => {
    if (await tried(ask("POST", `${path}/run`))) announce(t("auto.run.done", { name }));
  };
  const drop = async () => {
    if (!(await tried(ask("DELETE", path)))) return;
    announce(t("auto.dropped", { name }));
    location.hash = "#/automations";
  };
  return html`<article class="one-auto">
    <${Back} to="#/automations" />
    <header class="device-head"><span class="device-icon"><${Icon} name=${icon || "automation"} fallback="automation" size="2rem" /></span>
      <div><h1 tabindex="-1"><bdi>${name}</bdi></h1></div>${may("arrange") && html`<${Toggle} automation=${automation} />`}</header>
    <p class="reads">${sentence(automation)}</p>
    <${Standing} automation=${automation} />
    <div class="auto-tools">
      ${lacksSun(automation) && html`<${PlaceLink} />`}
      ${may("control") && html`<button type="button" class="button" onClick=${run}><${Icon} name="play" size="1.25rem" />${t("auto.run")}</button>`}
      ${may("arrange") && html`
        <a class="button quiet" href=${link(id, "edit")}><${Icon} name="edit" size="1.25rem" />${t("auto.edit")}</a>
        <a class="button quiet" href=${link("new", id)}><${Icon} name="add" size="1.25rem" />${t("auto.copy")}</a>
        <${Drop} onDrop=${drop} />`}
    </div>
    <${Runs} automation=${automation} />
  </article>`;
}

function Drop({ onDrop }) {
  const [isAsked, sure] = useSure();
  return html`<button type="button" class=${cx("button", "quiet", "danger", isAsked && "sure")} onClick=${() => sure(onDrop)}>
    <${Icon} name="trash" size="1.25rem" />${t(isAsked ? "control.sure" : "auto.drop")}</button>`;
}
