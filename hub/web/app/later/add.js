// A device comes to the home: what is near, its setup code, how far it has come, and its name.

import { html, cx, useEffect, useRef, useState } from "../lib.js";
import { Icon, classIcon } from "../icons.js";
import { announce, why } from "../announce.js";
import { pending } from "../commands.js";
import { Action } from "../controls/rows.js";
import { device as deviceOf, hub, may } from "../home.js";
import { ask } from "../session.js";
import { product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Back, Gone } from "../pages/parts.js";
import { Scanner, hasCamera } from "./camera.js";
import { readLabel } from "./label.js";
import { useNearby, useNewcomers, useWindow } from "./joining.js";
import { Newcomer } from "./newcomer.js";
import { Progress } from "./progress.js";
import { roster } from "./roster.js";
import "./add.words.js";

const PAIRS = "gateway.pair";
const NOTHING = { code: "", device: "", replaces: "" };

export default function Add() {
  useEffect(() => void (document.title = t("place.add")));
  return may("admit") ? html`<${Adding} />` : html`<${Gone} text=${t("add.not.yours")} />`;
}

function Adding() {
  const joining = useWindow();
  const newcomers = useNewcomers(joining.view, joining.isWatched);
  const [given, give] = useState(NOTHING);
  const [trouble, say] = useState("");
  const used = useRef("");
  useEffect(() => {
    if (!newcomers.length) return;
    // Whoever is typing the next code meanwhile keeps it.
    give((given) => (readLabel(given.code)?.code === used.current ? NOTHING : given));
  }, [newcomers.length]);
  const isOpen = Boolean(joining.view?.is_open || joining.view?.joining);
  const wrong = joining.isWatched ? joining.view.attempts.findLast(({ step }) => step === "wrong_code") : null;
  const open = async (wanted) => {
    say("");
    used.current = wanted.code;
    try {
      await joining.open(wanted.code, wanted.replaces);
    } catch (problem) {
      say(why(problem));
    }
  };
  return html`<article class="adding">
    <${Back} to="#/settings" />
    <header class="page-head"><h1 tabindex="-1">${t("place.add")}</h1>
      <p class="lead">${t("add.lead")}</p></header>
    ${newcomers.map((id) => html`<${Newcomer} key=${id} device=${deviceOf(id).value} />`)}
    ${(isOpen || joining.ended) && html`<${Progress} joining=${joining} wanted=${given.device} />`}
    ${isOpen && !wrong ? null : html`
      ${!isOpen && html`<${Nearby} chosen=${given.device} onChoose=${(device) => give({ ...given, device })} />`}
      <${Code} given=${given} give=${give} trouble=${trouble} isAgain=${isOpen} onOpen=${open} />`}
    ${!isOpen && html`<${Gateways} /><${Lost} />`}
  </article>`;
}

function Nearby({ chosen, onChoose }) {
  const report = useNearby();
  const seen = (report?.seen ?? []).filter(({ kind }) => kind === "device");
  const isHome = ({ device }) => roster.value.some(({ id }) => id === device);
  const ranked = [...seen].sort((a, b) => rank(a, isHome) - rank(b, isHome) || a.device.localeCompare(b.device));
  return html`<section class="card" aria-labelledby="near-title">
    <h2 id="near-title">${t("add.near")}</h2>
    ${report && report.status !== "ready" && html`<p class="standing bad"><${Icon} name="warn" size="1rem" />
      <span>${t("add.near.deaf")} <span dir="auto">${report.detail}</span> <span dir="auto">${report.remedy}</span></span></p>`}
    ${ranked.length ? html`<ul class="near">${ranked.map((one) => html`<${Heard} key=${one.device + one.interface} heard=${one}
        isHome=${isHome(one)} isChosen=${one.device === chosen} onChoose=${() => onChoose(one.device === chosen ? "" : one.device)} />`)}</ul>`
      : html`<p class="soft near-none" role="status">${t(report ? "add.near.none" : "add.near.asking")}</p>`}
  </section>`;
}

const rank = (heard, isHome) => (isHome(heard) ? 2 : heard.txt.join === "yes" ? 0 : 1);

function Heard({ heard, isHome, isChosen, onChoose }) {
  const standing = heard.problem || t(isHome ? "add.near.home" : heard.txt.join === "yes" ? "add.near.waits" : "add.near.not");
  return html`<li><button type="button" class=${cx("near-one", isChosen && "chosen")} aria-pressed=${isChosen ? "true" : "false"} onClick=${onChoose}>
    <span class="near-icon"><${Icon} name=${classIcon(heard.txt.class)} size="1.5rem" /></span>
    <span class="near-text"><b><bdi>${heard.txt.product || heard.device}</bdi></b>
      <span class="soft"><bdi>${heard.device}</bdi> · ${standing}</span></span>
    ${isChosen && html`<${Icon} name="check" size="1.25rem" />`}
  </button></li>`;
}

/** The setup code: read by the camera, or typed. */
function Code({ given, give, trouble, isAgain, onOpen }) {
  const [isScanning, scan] = useState(false);
  const [wrong, say] = useState("");
  const field = useRef();
  useEffect(() => {
    if (given.device) field.current?.focus();
  }, [given.device]);
  const take = (text) => {
    const label = readLabel(text);
    if (!label) {
      announce(t("add.scan.other"), "bad");
      return false;
    }
    const wanted = { ...given, code: label.code, device: label.device || given.device };
    scan(false);
    give(wanted);
    announce(t("add.scan.done", { code: label.code }));
    onOpen(wanted);
    return true;
  };
  const submit = (event) => {
    event.preventDefault();
    const label = readLabel(given.code);
    say(label ? "" : t("add.code.form"));
    if (label) onOpen({ ...given, code: label.code });
    else field.current.focus();
  };
  return html`<section class="card code-card" aria-labelledby="code-title">
    <h2 id="code-title">${given.device ? t("add.code.of", { device: given.device }) : t("add.code")}</h2>
    ${isScanning && html`<${Scanner} onText=${take} onStop=${() => scan(false)} />`}
    <form class="code-form" onSubmit=${submit} noValidate>
      <label class="code-field"><span class="soft">${t("add.code.where")}</span>
        <input ref=${field} type="text" inputmode="numeric" autocomplete="off" spellcheck=${false} maxlength="96" placeholder="1234-5678"
          value=${given.code} aria-describedby="code-trouble" aria-invalid=${wrong || trouble ? "true" : undefined}
          onInput=${(event) => give({ ...given, code: event.target.value })} /></label>
      <p id="code-trouble" class="trouble" role="alert">${wrong || trouble}</p>
      <div class="code-tools">
        <button class="button">${t(isAgain ? "add.again" : "add.open")}</button>
        ${!isScanning && hasCamera() && html`<button type="button" class="button quiet" onClick=${() => scan(true)}>
          <${Icon} name="qr" size="1.25rem" />${t("add.scan")}</button>`}
      </div>
      <${Replaces} given=${given} give=${give} />
    </form>
    ${!hasCamera() && html`<p class="soft no-camera"><${Icon} name="camera" size="1.25rem" /><span>${t("add.plain")} <a class="link" href="/trust">${t("add.plain.how")}</a></span></p>`}
  </section>`;
}

function Replaces({ given, give }) {
  const known = roster.value.filter(({ gateway }) => !gateway);
  if (!known.length) return null;
  return html`<details class="replaces" open=${Boolean(given.replaces)}><summary>${t("add.replaces")}<${Icon} name="down" size="1.25rem" /></summary>
    <p class="soft">${t("add.replaces.more")}</p>
    <span class="select"><select aria-label=${t("add.replaces")} value=${given.replaces} onChange=${(event) => give({ ...given, replaces: event.target.value })}>
      <option value="">${t("add.replaces.none")}</option>
      ${known.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === given.replaces}>${name}</option>`)}
    </select><${Icon} name="down" size="1.25rem" /></span>
  </details>`;
}

/** Devices that speak for others bring those by an action of their own. */
function Gateways() {
  const shown = roster.value
    .map((one) => ({ one, part: productOf(one).value?.byAddress.get(PAIRS) }))
    .filter(({ part }) => part);
  if (!shown.length) return null;
  return html`<section class="card" aria-labelledby="gateways-title">
    <h2 id="gateways-title">${t("add.behind")}</h2>
    <p class="soft">${t("add.behind.how")}</p>
    ${shown.map(({ one, part }) => html`<div class="gateway-one" key=${one.id}><h3><bdi>${one.name}</bdi> · ${titleOf(part.title, part.name)}</h3>
      <${Action} device=${one} part=${part} pendings=${pending(one.id).value} /></div>`)}
  </section>`;
}

/** For where multicast does not pass: the device is told the hub's address. */
function Lost() {
  const places = hub.value?.join_at ?? [];
  return html`<details class="card"><summary><h2>${t("add.lost")}</h2><${Icon} name="down" size="1.25rem" /></summary>
    <p>${t("add.lost.how")}</p>
    <dl><div><dt>${t("add.lost.address")}</dt><dd><bdi>${(places.length ? places : [location.host]).join(", ")}</bdi></dd></div></dl>
  </details>`;
}
