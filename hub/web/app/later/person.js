// One person: name, role, rights, what they wear, their phones; and how they leave.

import { html, useEffect, useState, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { moment } from "../format.js";
import { devices, may, me } from "../home.js";
import { path } from "../route.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { Back, Gone, useSure } from "../pages/parts.js";
import { sentence } from "./grants.js";
import { Avatar } from "./household.js";
import { Phones } from "./phones.js";
import { EMPTY, Right } from "./right.js";

const ROLES = ["owner", "member", "guest"];
const WORN = new Set(["wearable", "earphones", "scale"]);

const change = (person, news) => ask("PATCH", `/people/${person.id}`, news);

/** `isAlone`: for a guest, who sees nobody else. */
export function Person({ household, id, isAlone }) {
  const person = household.people?.find((one) => one.id === id);
  useEffect(() => void (document.title = person?.name ?? t("people.title")), [person?.name]);
  if (!household.people) return html`<p class="empty" role="status">${household.problem || t("page.coming")}</p>`;
  if (!person) return html`<${Gone} text=${t("people.gone")} />`;
  const isMe = me.value?.person?.id === person.id;
  const given = { household, person, isMe };
  return html`<article class="person">
    <${Back} to=${isAlone ? "#/settings" : "#/people"} />
    <header class="device-head"><${Avatar} name=${person.name} isLarge />
      <div><h1 tabindex="-1"><bdi>${person.name}</bdi></h1>
        <p class="soft">${t(`role.${person.role}`)}${isMe && ` · ${t("people.you")}`} · ${t("people.since", { when: moment(person.created_at) })}</p></div></header>
    ${(isMe || may("people")) && html`<${Name} ...${given} />`}
    ${may("people") && html`<${Role} ...${given} />`}
    ${(isMe || may("people")) && html`<${Rights} ...${given} />`}
    <${Wears} ...${given} />
    ${(isMe || may("people")) && html`<${Phones} ...${given} />`}
    <nav class="card places"><a class="place" href=${`#/activity/person/${person.id}`}><${Icon} name="history" size="1.5rem" />
      <span>${t("place.activity")}</span><${Icon} name="forward" size="1.125rem" /></a></nav>
    ${may("people") && html`<${Remove} ...${given} />`}
  </article>`;
}

function Name({ household, person, isMe }) {
  const [typed, type] = useState(null);
  const isNew = typed?.trim() && typed.trim() !== person.name;
  const commit = async (event) => {
    event.preventDefault();
    if (!isNew) return;
    const name = typed.trim();
    const work = may("people") && !isMe ? change(person, { name }) : ask("PATCH", "/me", { name });
    if (await household.after(tried(work), t("person.name.done"))) type(null);
  };
  return html`<section class="card"><form class="typed wide rename" onSubmit=${commit}>
    <label><span>${t("person.name")}</span>
      <input type="text" value=${typed ?? person.name} maxlength="64" autocomplete="off" onInput=${(e) => type(e.target.value)} /></label>
    <button class=${cx("button", !isNew && "unseen")} disabled=${!isNew}>${t("control.set")}</button>
  </form></section>`;
}

/** Who stops being an owner by their own hand cannot take it back: that is asked twice. */
function Role({ household, person, isMe }) {
  const [wanted, want] = useState(null);
  const pick = (role) => {
    if (role === person.role) return want(null);
    if (isMe && person.role === "owner" && wanted !== role) return want(role);
    want(null);
    household.after(tried(change(person, { role })), t("person.role.done", { name: person.name, role: t(`role.${role}`) }));
  };
  return html`<section class="card" aria-labelledby="role-title"><h2 id="role-title">${t("person.role")}</h2>
    <div class="chips" role="group" aria-labelledby="role-title">
      ${ROLES.map((role) => html`<button type="button" class=${cx("chip", wanted === role && "sure")} key=${role}
        aria-pressed=${role === person.role ? "true" : "false"} onClick=${() => pick(role)}>${t(`role.${role}`)}</button>`)}</div>
    <p class=${cx("soft", "beneath", wanted && "standing bad")} role="status">${t(wanted ? "person.role.sure" : `role.${person.role}.may`)}</p>
  </section>`;
}

function Rights({ household, person, isMe }) {
  const [edited, edit] = useState(null);
  const { grants } = person;
  const isOurs = may("people");
  if (!grants.length && (person.role !== "guest" || !isOurs)) return person.role === "guest" ? html`<section class="card"><p>${t("person.may.none")}</p></section>` : null;
  const keep = async (next) => {
    if (await household.after(tried(change(person, { grants: next })), t("person.may.done"))) edit(null);
  };
  const put = (grant) => keep(edited === grants.length ? [...grants, grant] : grants.map((old, index) => (index === edited ? grant : old)));
  return html`<section class="card rights" aria-labelledby="rights-title"><h2 id="rights-title">${t("person.may")}</h2>
    ${person.role !== "guest" && html`<p class="soft">${t("person.may.more", { role: t(`role.${person.role}`) })}</p>`}
    ${!grants.length && edited === null && html`<p class="soft">${t("person.may.none")}</p>`}
    <ul>${grants.map((grant, index) => html`<li key=${index}>${edited === index
      ? html`<${Right} given=${grant} onKeep=${put} onCancel=${() => edit(null)} />`
      : html`<${Given} grant=${grant} places=${isMe ? me.value.places : {}} isOurs=${isOurs} onEdit=${() => edit(index)} onDrop=${() => keep(grants.filter((one) => one !== grant))} />`}</li>`)}</ul>
    ${isOurs && edited === grants.length && html`<${Right} given=${EMPTY} onKeep=${put} onCancel=${() => edit(null)} />`}
    ${isOurs && edited === null && html`<button type="button" class="button quiet" onClick=${() => edit(grants.length)}>
      <${Icon} name="add" size="1.25rem" />${t("person.may.add")}</button>`}
  </section>`;
}

function Given({ grant, places, isOurs, onEdit, onDrop }) {
  const [isAsked, sure] = useSure();
  const what = sentence(grant, places);
  return html`<div class="right-row"><p dir="auto">${what}</p>
    ${isOurs && html`<span class="notice-tools">
      ${isAsked ? html`<button type="button" class="button quiet danger" onClick=${() => sure(onDrop)}>${t("control.sure")}</button>`
        : html`<button type="button" class="tool" aria-label=${t("person.may.edit", { what })} onClick=${onEdit}><${Icon} name="edit" size="1.25rem" /></button>
          <button type="button" class="tool" aria-label=${t("person.may.drop", { what })} onClick=${() => sure(onDrop)}><${Icon} name="trash" size="1.25rem" /></button>`}</span>`}
  </div>`;
}

/** Bands, earphones and scales: owners say whose they are. */
function Wears({ household, person, isMe }) {
  const isOurs = may("people");
  const found = devices.value.filter((one) => WORN.has(one.class) || person.wears.includes(one.id));
  const shown = isOurs ? found : found.filter(({ id }) => person.wears.includes(id));
  if (!shown.length) return null;
  const title = t(isMe ? "person.wears.own" : "person.wears", { name: person.name });
  const turn = (id) => {
    const wears = person.wears.includes(id) ? person.wears.filter((one) => one !== id) : [...person.wears, id];
    household.after(tried(change(person, { wears })), t("person.wears.done"));
  };
  return html`<section class="card" aria-labelledby="wears-title"><h2 id="wears-title" dir="auto">${title}</h2>
    ${isOurs ? html`<div class="chips" role="group" aria-labelledby="wears-title">
      ${shown.map(({ id, name }) => html`<button type="button" class="chip" key=${id}
        aria-pressed=${person.wears.includes(id) ? "true" : "false"} onClick=${() => turn(id)}><bdi>${name}</bdi></button>`)}</div>`
      : html`<ul class="plain-list">${shown.map(({ id, name }) => html`<li key=${id}><a class="place" href=${`#/device/${encodeURIComponent(id)}`}>
        <${Icon} name="watch" size="1.25rem" /><span><bdi>${name}</bdi></span><${Icon} name="forward" size="1.125rem" /></a></li>`)}</ul>`}
    <p class="soft beneath">${t("person.wears.more")}</p>
  </section>`;
}

function Remove({ household, person }) {
  const [isAsked, sure] = useSure();
  const remove = async () => {
    const isDone = await household.after(tried(ask("DELETE", `/people/${person.id}`)), t("person.remove.done", { name: person.name }));
    if (isDone && path.value[1] === person.id) location.hash = "#/people";
  };
  return html`<section class="card"><button type="button" class="button quiet danger" onClick=${() => sure(remove)}>
      <${Icon} name="trash" size="1.25rem" /><span dir="auto">${isAsked ? t("control.sure") : t("person.remove", { name: person.name })}</span></button>
    <p class="soft">${t("person.remove.more")}</p></section>`;
}
