// The door: a code or a token lets this phone in.

import { html, useEffect, useState } from "../lib.js";
import { Problem, givenCode, pair, useToken } from "../session.js";
import { language } from "../settings.js";
import { t } from "../words.js";
import { Secure } from "./secure.js";

export function Enter() {
  const [given, give] = useState({ code: givenCode, person: "" });
  const [trouble, say] = useState("");
  const [isBusy, busy] = useState(false);
  useEffect(() => void (document.title = t("enter.title")));
  const isToken = /^ec[oa]_/.test(given.code.trim());
  const go = async (event) => {
    event.preventDefault();
    busy(true);
    say("");
    try {
      const code = given.code.trim();
      await (isToken ? useToken(code) : pair(code, given.person.trim(), t("phone.name")));
    } catch (problem) {
      say(inWords(problem));
      busy(false);
    }
  };
  return html`<main class="enter" id="main">
    <img src="/app/icon.svg" alt="" width="72" height="72" />
    <h1 tabindex="-1">${t("enter.title")}</h1>
    <p class="soft">${t("enter.lead")}</p>
    <form onSubmit=${go}>
      <label><span>${t("enter.code")}</span><input type="text" required value=${given.code} autocomplete="one-time-code" autocapitalize="off"
        spellcheck=${false} aria-describedby="trouble" onInput=${(e) => give({ ...given, code: e.target.value })} /></label>
      ${given.code && !isToken && html`<label><span>${t("enter.person")}</span><input type="text" required maxlength="64" value=${given.person}
        autocomplete="given-name" onInput=${(e) => give({ ...given, person: e.target.value })} /></label>`}
      <p id="trouble" class="trouble" role="alert">${trouble}</p>
      <button class="button main" disabled=${isBusy}>${t(isBusy ? "enter.going" : "enter.go")}</button>
    </form>
    <${Secure} code=${given.code} />
    <button type="button" class="button quiet" lang=${language.value === "en" ? "zh-Hans" : "en"}
      onClick=${() => (language.value = language.value === "en" ? "zh" : "en")}>${language.value === "en" ? "中文" : "English"}</button>
  </main>`;
}

function inWords(problem) {
  if (!(problem instanceof Problem) || problem.status === 0) return t("link.away");
  if (problem.code === "path-unknown") return t("enter.none");
  return `${problem.detail}. ${problem.remedy}`;
}
