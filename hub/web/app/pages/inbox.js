// What people are told of even if they did not look just then; who has read what is everybody's own.

import { html, cx, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { pending } from "../commands.js";
import { Action } from "../controls/rows.js";
import { fullMoment, relative } from "../format.js";
import { device as deviceOf, may, notices, unread } from "../home.js";
import { resetOf, sourceOf, textOf } from "../notices.js";
import { ask } from "../session.js";
import { pair, t } from "../words.js";

export function Inbox() {
  useEffect(() => void (document.title = t("inbox.title")));
  return html`<header class="page-head with-tool"><h1 tabindex="-1">${t("inbox.title")}</h1>
    ${unread.value > 0 && html`<button type="button" class="button quiet" onClick=${() => mark("", true)}>${t("inbox.read.all")}</button>`}</header>
    ${notices.value.length === 0 ? html`<div class="empty-page"><${Icon} name="nav-inbox" size="2.5rem" /><p>${t("inbox.none")}</p>
      <p class="soft">${t("inbox.none.more")}</p></div>`
      : html`<ul class="notices">${notices.value.map((notice) => html`<${Notice} key=${notice.id} notice=${notice} />`)}</ul>`}`;
}

function Notice({ notice }) {
  const { id, is_read: isRead } = notice;
  const text = textOf(notice);
  const { name, icon, to } = sourceOf(notice);
  const reset = resetOf(notice);
  const word = isRead ? "inbox.unread.again" : "inbox.read";
  const told = html`<${Icon} name=${icon} size="1.25rem" />
    <span class="notice-text"><b><bdi>${name}</bdi>${!isRead && html` <span class="badge">${t("inbox.new")}</span>`}</b>
      <span dir="auto">${text}</span>
      <time datetime=${notice.at} title=${fullMoment(notice.at)}>${relative(notice.at)}</time></span>`;
  return html`<li class=${cx("notice", !isRead && "new")} data-kind=${notice.kind}>
    ${to ? html`<a class="notice-link" href=${to} onClick=${() => isRead || mark(`/${id}`, true)}>${told}</a>` : html`<div class="notice-link">${told}</div>`}
    <span class="notice-tools">
      <button type="button" class="tool" aria-label=${pair(t(word), text)} onClick=${() => mark(`/${id}`, !isRead)}><${Icon} name=${isRead ? "message" : "check"} size="1.25rem" /></button>
      ${may("arrange") && html`<button type="button" class="tool" aria-label=${pair(t("inbox.drop"), text)} onClick=${() => drop(id)}><${Icon} name="trash" size="1.25rem" /></button>`}
    </span>
    ${reset && html`<div class="notice-more"><${Action} device=${deviceOf(notice.device).value} part=${reset} pendings=${pending(notice.device).value} /></div>`}
  </li>`;
}

// The stream tells what has changed, so nothing is changed here.
const mark = (which, isRead) => tried(ask("PATCH", `/notifications${which}`, { is_read: isRead }));
const drop = (id) => tried(ask("DELETE", `/notifications/${id}`));
