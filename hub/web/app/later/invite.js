// An invite put together by tapping; its link, QR and code are shown once.

import { html, useEffect, useRef, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { announce, tried } from "../announce.js";
import { hub } from "../home.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { Back, Pick } from "../pages/parts.js";
import { dayAndTime, sentence } from "./grants.js";
import { Qr } from "./qr.js";
import { EMPTY, RightFields, faultOf } from "./right.js";

const GOOD_S = { hour: 3_600, day: 86_400, week: 604_800 };

/** Invite somebody, or a further phone of `person`. */
export function Invite({ household, person: id }) {
  const [sent, tell] = useState(null);
  const person = household.people?.find((one) => one.id === id);
  const title = person ? t("invite.phone.title", { name: person.name }) : t("invite.title");
  useEffect(() => void (document.title = title), [title]);
  const send = async (offer) => {
    const isDone = await tried(ask("POST", "/invites", offer).then(tell));
    if (isDone) household.again();
  };
  return html`<article class="invite">
    <${Back} to=${person ? `#/people/${person.id}` : "#/people"} />
    <header class="page-head"><h1 tabindex="-1" dir="auto">${title}</h1></header>
    ${sent ? html`<${Sent} sent=${sent} household=${household} onAnother=${() => tell(null)} />`
      : id ? html`<${ForPhone} id=${id} onSend=${send} />` : html`<${ForPerson} onSend=${send} />`}
  </article>`;
}

function Good({ good, choose }) {
  return html`<${Pick} title=${t("invite.good")} value=${good} onPick=${choose} choices=${Object.keys(GOOD_S).map((key) => [key, t(`invite.good.${key}`)])} />`;
}

function ForPhone({ id, onSend }) {
  const [good, choose] = useState("hour");
  return html`<section class="card"><${Good} good=${good} choose=${choose} />
    <button type="button" class="button main-button" onClick=${() => onSend({ person: id, expires_in_s: GOOD_S[good] })}>${t("invite.make")}</button></section>`;
}

function ForPerson({ onSend }) {
  const [role, be] = useState("guest");
  const [name, call] = useState("");
  const [grant, give] = useState(EMPTY);
  const [good, choose] = useState("week");
  const fault = role === "guest" ? faultOf(grant) : "";
  const submit = (event) => {
    event.preventDefault();
    if (fault) return;
    const offer = { role, expires_in_s: GOOD_S[good], grants: role === "guest" ? [grant] : [] };
    onSend(name.trim() ? { ...offer, name: name.trim() } : offer);
  };
  return html`<form onSubmit=${submit}>
    <section class="card"><${Pick} title=${t("invite.as")} value=${role} onPick=${be} choices=${["guest", "member", "owner"].map((key) => [key, t(`role.${key}`)])} />
      <p class="soft beneath">${t(`role.${role}.may`)}</p>
      <label class="field wide"><span>${t("invite.name")}</span><input type="text" maxlength="64" autocomplete="off" value=${name} aria-describedby="name-more"
        onInput=${(event) => call(event.target.value)} /></label><p class="soft" id="name-more">${t("invite.name.more")}</p></section>
    ${role === "guest" && html`<section class="card"><${RightFields} grant=${grant} give=${give} /></section>`}
    <section class="card"><${Good} good=${good} choose=${choose} />
      <p class="summary" role="status" dir="auto">${role === "guest" ? fault || sentence(grant) : ""}</p>
      <button class="button main-button" disabled=${Boolean(fault)}>${t("invite.make")}</button></section>
  </form>`;
}

function Sent({ sent, household, onAnother }) {
  const isTaken = !household.invites.some(({ id }) => id === sent.id);
  const wasSeen = useRef(false);
  wasSeen.current ||= !isTaken;
  if (wasSeen.current && isTaken) {
    return html`<section class="card sent"><p class="verdict ok" role="status"><${Icon} name="check" size="1.5rem" />${t("invite.here")}</p>
      <a class="button quiet" href="#/people">${t("people.title")}</a></section>`;
  }
  return html`<section class="card sent" aria-labelledby="sent-title"><h2 id="sent-title">${t("invite.ready")}</h2>
    <p>${t("invite.ready.how")}</p>
    ${sent.grants.map((grant, index) => html`<p class="soft" key=${index} dir="auto">${sentence(grant)}</p>`)}
    <${Qr} rows=${sent.qr} title=${t("invite.qr")} />
    <p class="sent-code"><span class="soft">${t("invite.code")}</span><b>${sent.code}</b></p>
    <p class="sent-link"><bdi>${sent.link}</bdi></p>
    <${Pass} sent=${sent} />
    <p class="soft">${t("invite.ends", { when: dayAndTime(sent.expires_at) })}. ${t("invite.once")}</p>
    <button type="button" class="button quiet" onClick=${onAnother}>${t("invite.another")}</button>
  </section>`;
}

function Pass({ sent }) {
  const share = async () => {
    try {
      await navigator.share({ title: hub.value?.name, text: t("invite.share.text", { home: hub.value?.name ?? "" }), url: sent.link });
    } catch (problem) {
      if (problem.name !== "AbortError") announce(problem.message, "bad");
    }
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(sent.link);
      announce(t("invite.copied"));
    } catch {
      announce(t("invite.copy.not"), "bad");
    }
  };
  return html`<div class="chips">
    ${navigator.share && html`<button type="button" class="button" onClick=${share}><${Icon} name="send" size="1.25rem" />${t("invite.share")}</button>`}
    <button type="button" class=${navigator.share ? "button quiet" : "button"} onClick=${copy}><${Icon} name="copy" size="1.25rem" />${t("invite.copy")}</button></div>`;
}
