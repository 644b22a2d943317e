// What people are told of even if they did not look just then.

import { html, cx, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { fullMoment, relative } from "../format.js";
import { device as deviceOf, may, notices, unread } from "../home.js";
import { sourceOf } from "../notices.js";
import { ask } from "../session.js";
import { language } from "../settings.js";
import { product as productOf, titleOf } from "../specs.js";
import { t, tOr } from "../words.js";

export function Inbox() {
  useEffect(() => void (document.title = t("inbox.title")));
  return html`<header class="page-head with-tool"><h1 tabindex="-1">${t("inbox.title")}</h1>
    ${unread.value > 0 && may("arrange") && html`<button type="button" class="button quiet" onClick=${() => change("")}>${t("inbox.read.all")}</button>`}</header>
    ${notices.value.length === 0 ? html`<div class="empty-page"><${Icon} name="nav-inbox" size="2.5rem" /><p>${t("inbox.none")}</p>
      <p class="soft">${t("inbox.none.more")}</p></div>`
      : html`<ul class="notices">${notices.value.map((notice) => html`<${Notice} key=${notice.id} notice=${notice} />`)}</ul>`}`;
}

function Notice({ notice }) {
  const { name, icon, to } = sourceOf(notice);
  const event = notice.event && productOf(deviceOf(notice.device).value).value?.byAddress.get(notice.event);
  const text = event ? titleOf(event.title, notice.text) : language.value === "en" ? notice.text : tOr(`notice.${notice.kind}`, notice.text);
  return html`<li class=${cx("notice", !notice.is_read && "new")}>
    <a class="notice-link" href=${to}>
      <${Icon} name=${icon} size="1.25rem" />
      <span class="notice-text"><b><bdi>${name}</bdi>${!notice.is_read && html` <span class="badge">${t("inbox.new")}</span>`}</b>
        <span>${text}</span>
        <time datetime=${notice.at} title=${fullMoment(notice.at)}>${relative(notice.at)}</time></span>
    </a>
    ${may("arrange") && html`<span class="notice-tools">
      ${!notice.is_read && html`<button type="button" class="tool" aria-label=${`${t("inbox.read")}: ${text}`} onClick=${() => change(`/${notice.id}`)}><${Icon} name="check" size="1.25rem" /></button>`}
      <button type="button" class="tool" aria-label=${`${t("inbox.drop")}: ${text}`} onClick=${() => drop(notice.id)}><${Icon} name="trash" size="1.25rem" /></button>
    </span>`}
  </li>`;
}

// The stream tells what has changed, so nothing is changed here.
const change = (which) => tried(ask("PATCH", `/notifications${which}`, { is_read: true }));
const drop = (id) => tried(ask("DELETE", `/notifications/${id}`));
