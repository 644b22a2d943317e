// The phones of a person: when each was seen, which is this one; each can be signed out, or all.

import { html, useState, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { moment, relative } from "../format.js";
import { may } from "../home.js";
import { ask, signOut } from "../session.js";
import { pair, t } from "../words.js";
import { useSure } from "../pages/parts.js";

const end = ({ id }) => ask("DELETE", `/sessions/${id}`);

export function Phones({ household, person, isMe }) {
  const phones = household.phonesOf(person.id);
  const others = phones.filter((one) => !one.is_mine);
  const [isAsked, sure] = useSure();
  const endAll = () => household.after(tried(Promise.all(others.map(end))), t("person.phone.ended", { name: person.name }));
  const hasThis = others.length < phones.length;
  const word = isAsked ? (others.length > 1 ? "person.phone.sure" : "person.phone.sure.one") : hasThis ? "person.phone.others" : "person.phone.all";
  return html`<section class="card phones" aria-labelledby="phones-title"><h2 id="phones-title">${t("person.phones")}</h2>
    ${!phones.length && html`<p class="soft">${t("person.phones.none")}</p>`}
    <ul>${phones.map((one) => html`<${One} key=${one.id} phone=${one} household=${household} isMe=${isMe} />`)}</ul>
    <div class="chips">
      ${may("people") && html`<a class="button quiet" href=${`#/people/invite/${person.id}`}><${Icon} name="phone" size="1.25rem" />${t("person.phone.add")}</a>`}
      ${others.length > (hasThis ? 0 : 1) && html`<button type="button" class="button quiet danger" onClick=${() => sure(endAll)}>
        <${Icon} name="logout" size="1.25rem" />${t(word, { n: others.length })}</button>`}
    </div>
  </section>`;
}

function One({ phone, household }) {
  const [isAsked, sure] = useSure();
  const [typed, type] = useState(null);
  const name = phone.device;
  const leave = () => (phone.is_mine ? signOut() : household.after(tried(end(phone)), t("person.phone.ended", { name })));
  const rename = async (event) => {
    event.preventDefault();
    const device = typed.trim();
    if (!device || device === name) return type(null);
    if (await household.after(tried(ask("PATCH", `/sessions/${phone.id}`, { device })), t("person.name.done"))) type(null);
  };
  return html`<li class=${cx("phone-row", phone.is_mine && "this")}>
    <${Icon} name="phone" size="1.5rem" />
    ${typed === null
      ? html`<span class="person-text"><b><bdi>${name}</bdi>${phone.is_mine && html` <span class="badge">${t("person.phone.this")}</span>`}</b>
        <span class="soft">${t("person.phone.seen", { age: relative(phone.seen_at) })} · ${t("person.phone.since", { when: moment(phone.created_at) })}</span></span>
        <span class="notice-tools">${!isAsked && html`<button type="button" class="tool" aria-label=${pair(t("person.phone.name"), name)} onClick=${() => type(name)}>
          <${Icon} name="edit" size="1.25rem" /></button>`}
          ${isAsked ? html`<button type="button" class="button quiet danger" onClick=${() => sure(leave)}>${t("control.sure")}</button>`
            : html`<button type="button" class="tool" aria-label=${t("person.phone.end", { name })} onClick=${() => sure(leave)}><${Icon} name="logout" size="1.25rem" /></button>`}</span>`
      : html`<form class="typed wide" onSubmit=${rename}><label><span class="unseen-title">${t("person.phone.name")}</span>
        <input type="text" value=${typed} maxlength="64" autocomplete="off" onInput=${(e) => type(e.target.value)} /></label>
        <button class="button">${t("control.set")}</button></form>`}
  </li>`;
}
