// Starts the app: the door or the house, the page that the address names, and what is around it.

import { Fragment, cx, effect, html, render, useEffect, useRef } from "./lib.js";
import { Icon } from "./icons.js";
import { hush, said } from "./announce.js";
import { relative } from "./format.js";
import { automations, forget, hear, isGuest, isKnown, may, me, order, recall, unread } from "./home.js";
import { LATER, Later } from "./later.js";
import * as link from "./link.js";
import { keepShell, lookForNewer } from "./renew.js";
import { path } from "./route.js";
import { givenCode, session, takeFromAddress } from "./session.js";
import { retry } from "./specs.js";
import { t } from "./words.js";
import { Device } from "./pages/device.js";
import { Enter } from "./pages/enter.js";
import { Home } from "./pages/home.js";
import { Inbox } from "./pages/inbox.js";
import { Gone } from "./pages/parts.js";
import { Settings } from "./pages/settings.js";

const TABS = [
  ["", "nav-home", "nav.home"],
  ["automations", "automation", "nav.automations"],
  ["inbox", "nav-inbox", "nav.inbox"],
  ["settings", "nav-settings", "nav.settings"],
];

/** Pages that are about the guest and the phone, and stay when nothing of the home is open to them. */
const OWN = new Set(["settings", "people"]);

/** Whether nothing is open to a guest: on whatever page that happens, the first one says why. */
const isShut = () => isGuest() && isKnown.value && order.value.length === 0;

function Page({ parts }) {
  const [name, id, address] = parts;
  switch (isShut() && !OWN.has(name) ? "" : name) {
    case "":
      return html`<${Home} />`;
    case "device":
      return address ? html`<${Later} key=${id + address} name="history" given=${{ id, address }} />` : html`<${Device} key=${id} id=${id} />`;
    case "inbox":
      return html`<${Inbox} />`;
    case "settings":
      return html`<${Settings} />`;
    default:
      if (LATER.has(name)) return html`<${Later} key=${parts.join("/")} name=${name} given=${{ id, more: address }} />`;
      return html`<${Gone} text=${t("page.gone")} />`;
  }
}

function App() {
  if (!session.value || givenCode.value) return html`<${Enter} /><${Said} />`;
  return html`<${Fragment}>
    <a class="skip" href="#main" onClick=${skip}>${t("nav.skip")}</a>
    <${Tabs} />
    <div class="stage"><${Away} /><${Main} /></div>
    <${Said} />
  <//>`;
}

function skip(event) {
  event.preventDefault();
  document.querySelector("h1")?.focus();
}

function Main() {
  const parts = path.value;
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else document.querySelector("h1")?.focus({ preventScroll: true });
  }, [parts.join("/")]);
  return html`<main id="main" data-page=${parts[0]}><${Page} parts=${parts} /></main>`;
}

function Tabs() {
  const [current] = path.value;
  return html`<nav class="tabs" aria-label=${t("nav.main")}>
    ${TABS.filter(([name]) => name !== "automations" || hasAutomations()).map(([name, icon, word]) => {
      const isHere = name === homeOf(current);
      return html`<a key=${name} href=${`#/${name}`} class="tab" aria-current=${isHere ? "page" : undefined}>
        <span class="tab-icon"><${Icon} name=${icon} size="1.5rem" />
          ${name === "inbox" && unread.value > 0 && html`<span class="tab-count" aria-label=${t("inbox.unread", { n: unread.value })}>${unread.value > 99 ? "99+" : unread.value}</span>`}
        </span><span class="tab-word">${t(word)}</span></a>`;
    })}
  </nav>`;
}

/** Guests need no tab for what they can neither see nor make. */
const hasAutomations = () => !me.value || may("arrange") || automations.value.length > 0;

/** The tab to which a page belongs. */
function homeOf(page) {
  if (TABS.some(([name]) => name === page)) return page;
  return LATER.has(page) && page !== "edit" ? "settings" : "";
}

/** Said only when the line has been gone for a while: a short break is nobody's business. */
function Away() {
  const isAway = link.state.value === "away";
  return html`<div class=${cx("away-bar", isAway && "shown")} role="status">
    ${isAway && html`<${Icon} name="offline" size="1.25rem" />
      <span>${t("link.away")}${link.since.value && html`<span class="away-since">${t("link.away.since", { age: relative(link.since.value) })}</span>`}</span>
      <button type="button" class="button quiet" onClick=${link.retry}>${t("link.retry")}</button>`}
  </div>`;
}

function Said() {
  const { text, tone, offer } = said.value ?? { text: "", tone: "", offer: null };
  const take = () => {
    hush();
    offer.act();
  };
  return html`<div class=${cx("said", text && "shown", tone)} role="status" aria-live="polite">
    ${text && html`<p><bdi>${text}</bdi>${offer && html`<button type="button" class="said-offer" aria-label=${offer.label} onClick=${take}>${offer.text}</button>`}</p>`}</div>`;
}

async function begin() {
  await takeFromAddress().catch(() => {});
  render(html`<${App} />`, document.getElementById("app"));
  link.start(hear);
  // A phone that has been shut out is told so before it shows what it knew.
  link.firstWord().then(recall);
  import("./later/reasons.words.js").catch(() => {});
  effect(() => {
    if (!session.value) queueMicrotask(forget);
  });
  effect(() => {
    document.documentElement.dataset.link = link.state.value;
    if (link.state.value !== "live") return;
    retry();
    lookForNewer();
  });
  keepShell();
}

begin();
