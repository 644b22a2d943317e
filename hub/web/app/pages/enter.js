// The door: a code or a token lets this phone in; who was shut out is told why.

import { html, useEffect, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { why } from "../announce.js";
import { Later } from "../later.js";
import { givenCode, lookAt, out, pair, session, useToken } from "../session.js";
import { language } from "../settings.js";
import { t, tOr } from "../words.js";
import { Secure } from "./secure.js";

const WINDOW_CODE = /^\d{4}-?\d{4}$/;

export function Enter() {
  const [given, give] = useState({ code: givenCode.value, person: "" });
  const [trouble, say] = useState("");
  const [isBusy, busy] = useState(false);
  const [look, invite] = useState(null);
  const [isTaken, taken] = useState(false);
  useEffect(() => void (document.title = t("enter.title")));
  useEffect(() => {
    if (!givenCode.value || WINDOW_CODE.test(givenCode.value)) return;
    lookAt(givenCode.value).then(invite, (problem) => say(why(problem)));
  }, [givenCode.value]);
  const isToken = /^ec[oa]_/.test(given.code.trim());
  const go = async (event) => {
    event.preventDefault();
    busy(true);
    say("");
    try {
      const code = given.code.trim();
      await (isToken ? useToken(code) : pair(code, given.person.trim(), phoneName()));
      givenCode.value = "";
    } catch (problem) {
      taken(problem.code === "name-taken");
      say(problem.code === "path-unknown" ? t("enter.none") : why(problem));
      busy(false);
    }
  };
  const isNamed = Boolean(look?.name);
  const isAsked = !isNamed || isTaken;
  return html`<main class="enter" id="main">
    <img src="/app/icon.svg" alt="" width="72" height="72" />
    ${look ? html`<h1 tabindex="-1" dir="auto">${t(look.by ? "enter.invited" : "enter.invited.plain", { by: look.by, home: look.home })}</h1>
        ${isNamed && html`<p dir="auto">${t(look.is_known ? "enter.invited.phone" : "enter.invited.name", { name: look.name })}</p>`}
        <${Later} name="invited" given=${{ look }} isQuiet />`
      : html`<${Why} /><h1 tabindex="-1">${t("enter.title")}</h1><p class="soft">${t("enter.lead")}</p>`}
    <form onSubmit=${go}>
      ${!look && html`<label><span>${t("enter.code")}</span><input type="text" required value=${given.code} autocomplete="one-time-code" autocapitalize="off"
        spellcheck=${false} aria-describedby="trouble" onInput=${(e) => give({ ...given, code: e.target.value })} /></label>`}
      ${given.code && !isToken && isAsked && html`<label><span>${t("enter.person")}</span><input type="text" required maxlength="64" value=${given.person}
        autocomplete="given-name" onInput=${(e) => give({ ...given, person: e.target.value })} /></label>`}
      <p id="trouble" class="trouble" role="alert">${trouble}</p>
      <button class="button main" disabled=${isBusy}>${t(isBusy ? "enter.going" : "enter.go")}</button>
      ${session.value && html`<button type="button" class="button quiet" onClick=${() => (givenCode.value = "")}>${t("enter.stay")}</button>`}
    </form>
    <${Secure} code=${given.code} />
    <button type="button" class="button quiet" lang=${language.value === "en" ? "zh-Hans" : "en"}
      onClick=${() => (language.value = language.value === "en" ? "zh" : "en")}>${language.value === "en" ? "中文" : "English"}</button>
  </main>`;
}

/** Why this phone is out, where the hub has shut it out. */
function Why() {
  if (!out.value) return null;
  const { code, home } = out.value;
  return html`<p class="out" role="status"><${Icon} name="logout" size="1.5rem" />
    <span dir="auto">${tOr(`out.${code.replaceAll("-", ".")}`, t("out.other"), { home })}</span></p>`;
}

const KINDS = [[/iPad/, "iPad"], [/iPhone/, "iPhone"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X/, "Mac"], [/Linux|CrOS/, "Linux"]];

/** What this phone is called until somebody says otherwise. */
function phoneName() {
  const kind = KINDS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1];
  return kind ? t("phone.kind", { kind }) : t("phone.name");
}
