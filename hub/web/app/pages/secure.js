// What plain http lacks, and the way to https: for the door and the settings.

import { html, useState } from "../lib.js";
import { announce } from "../announce.js";
import { Icon } from "../icons.js";
import { goOver, https } from "../session.js";
import { t } from "../words.js";

const ANSWERS_WITHIN_MS = 6_000;

/** Where the app is by https, called as this page was; null where the hub serves none. */
async function place() {
  const { port } = await https();
  return port ? `https://${location.hostname}:${port}` : null;
}

/** Whether this phone takes the hub's certificate: a stream opens then, and else does not. */
function isTrusted(there) {
  return new Promise((done) => {
    const trial = new WebSocket(`${there.replace("https:", "wss:")}/api/v1/stream`);
    const end = (answer) => {
      clearTimeout(timer);
      trial.close();
      done(answer);
    };
    const timer = setTimeout(end, ANSWERS_WITHIN_MS, false);
    trial.onopen = () => end(true);
    trial.onerror = () => end(false);
  });
}

/** `code`: what was typed at the door, which goes along. */
export function Secure({ code }) {
  const [isBusy, busy] = useState(false);
  if (window.isSecureContext) return code === undefined && html`<p class="soft">${t("settings.offline")}</p>`;
  const go = async () => {
    busy(true);
    try {
      const there = await place();
      if (!there) announce(t("secure.none"), "bad");
      else if (await isTrusted(there)) return goOver(there, code?.trim());
      else announce(t("secure.not"), "bad");
    } catch {
      announce(t("link.away"), "bad");
    }
    busy(false);
  };
  return html`<div class="secure">
    <p class="soft">${t("settings.plain")}</p>
    <p class="secure-ways">
      <a class="button quiet" href="/trust"><${Icon} name="lock" size="1.25rem" />${t("secure.how")}</a>
      <button type="button" class="button quiet" disabled=${isBusy} onClick=${go}>${t(isBusy ? "enter.going" : "secure.go")}</button>
    </p></div>`;
}
