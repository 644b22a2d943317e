// Who lives here and who visits, with their phones and rights, and the invites that are out.

import { html, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { isGuest, may, me } from "../home.js";
import { relative } from "../format.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { Back, Gone, useSure } from "../pages/parts.js";
import { dayAndTime, sentence } from "./grants.js";
import { Avatar, phonesText, useHousehold } from "./household.js";
import { Invite } from "./invite.js";
import { Person } from "./person.js";
import "./people.words.js";

const AGAIN_MS = 15_000;
/** While a code is shown, who shows it waits for somebody to come. */
const OFTEN_MS = 2_000;

export default function People({ id, more }) {
  const household = useHousehold(id === "invite" ? OFTEN_MS : AGAIN_MS);
  if (id === "invite") return may("people") ? html`<${Invite} household=${household} person=${more} />` : html`<${Gone} text=${t("invite.not.yours")} />`;
  const own = isGuest() ? me.value.person?.id : null;
  if (id || own) return html`<${Person} key=${id ?? own} household=${household} id=${id || own} isAlone=${!id} />`;
  return html`<${Everybody} household=${household} />`;
}

function Everybody({ household }) {
  useEffect(() => void (document.title = t("people.title")));
  const { people, invites, problem } = household;
  return html`<article class="people">
    <${Back} to="#/settings" />
    <header class="page-head with-tool"><h1 tabindex="-1">${t("people.title")}</h1>
      ${may("people") && html`<a class="button" href="#/people/invite"><${Icon} name="person-add" size="1.25rem" />${t("people.invite")}</a>`}</header>
    ${problem && html`<p class="standing bad" role="alert">${problem}</p>`}
    ${people?.length === 0 && html`<p class="empty">${t("people.none")}</p>`}
    ${people?.length > 0 && html`<ul class="card persons" aria-label=${t("people.here")}>
      ${people.map((person) => html`<${Row} key=${person.id} person=${person} household=${household} />`)}</ul>`}
    ${invites.length > 0 && html`<section class="open-invites" aria-labelledby="invites-title"><h2 id="invites-title">${t("invite.open")}</h2>
      <ul>${invites.map((invite) => html`<${Open} key=${invite.id} invite=${invite} household=${household} />`)}</ul></section>`}
  </article>`;
}

function Row({ person, household }) {
  const isMe = person.id === me.value?.person?.id;
  const phones = household.phonesOf(person.id);
  const seen = phones.map((one) => one.seen_at).sort().at(-1);
  const facts = [t(`role.${person.role}`)];
  if (isMe || may("people")) facts.push(phonesText(phones));
  if (seen) facts.push(t("people.seen", { age: relative(seen) }));
  return html`<li><a class="person-row" href=${`#/people/${person.id}`}>
    <${Avatar} name=${person.name} />
    <span class="person-text"><b><bdi>${person.name}</bdi>${isMe && html` <span class="badge">${t("people.you")}</span>`}</b>
      <span class="soft">${facts.join(" · ")}</span></span>
    <${Icon} name="forward" size="1.125rem" /></a></li>`;
}

function Open({ invite, household }) {
  const [isAsked, sure] = useSure();
  const person = household.people?.find(({ id }) => id === invite.person);
  const name = person ? t("invite.open.phone", { name: person.name }) : (invite.name ?? t("invite.anybody"));
  const withdraw = () => household.after(tried(ask("DELETE", `/invites/${invite.id}`)), t("invite.withdrawn"));
  return html`<li class="card open-invite">
    <p><b><bdi>${name}</bdi></b> <span class="soft">${t(`role.${invite.role}`)}</span></p>
    ${invite.grants.map((grant, index) => html`<p class="soft" key=${index} dir="auto">${sentence(grant)}</p>`)}
    <div class="open-foot"><span class="soft">${t("invite.ends", { when: dayAndTime(invite.expires_at) })}</span>
      <button type="button" class="button quiet danger" aria-label=${isAsked ? undefined : t("invite.withdraw.of", { name })}
        onClick=${() => sure(withdraw)}>${t(isAsked ? "control.sure" : "invite.withdraw")}</button></div>
  </li>`;
}
