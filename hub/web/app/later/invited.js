// What somebody is invited to, told at the door before they come in.

import { html } from "../lib.js";
import { t } from "../words.js";
import { dayAndTime, sentence } from "./grants.js";

export default function Invited({ look }) {
  return html`<section class="invited"><b>${t(`role.${look.role}`)}</b>
    ${look.role === "guest" ? html`<ul>${look.grants.map((grant, index) => html`<li key=${index} dir="auto">${sentence(grant, look.places)}</li>`)}</ul>`
      : html`<p class="soft">${t(`role.${look.role}.may`)}</p>`}
    <p class="soft">${t("enter.invite.ends", { when: dayAndTime(look.expires_at) })}</p></section>`;
}
