// How far a join has come: the window, who has called, and what became of it.

import { html, cx } from "../lib.js";
import { Icon } from "../icons.js";
import { tried } from "../announce.js";
import { useNow } from "./clock.js";
import { t } from "../words.js";

export function Progress({ joining, wanted }) {
  const { view, ended } = joining;
  const now = useNow(view?.is_open);
  const attempts = joining.isWatched ? view.attempts : [];
  const left = Math.max(0, Math.round((joining.endsAt - now) / 1000));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const shut = () => tried(joining.close());
  return html`<section class="card join-card" aria-labelledby="join-title">
    <h2 id="join-title">${t("join.title")}</h2>
    <ol class="join-steps" aria-live="polite" aria-relevant="additions text">
      ${ended
        ? html`<${Step} tone=${ended === "shut" ? "" : "bad"} icon=${ended === "shut" ? "info" : "warn"} title=${t(`join.ended.${ended}`)} more=${t(`join.ended.${ended}.more`)} />`
        : html`<${Step} tone="ok" icon="check" title=${t("join.open")} more=${view?.is_open ? t("join.guesses", { n: view.guesses_left }) : ""} />`}
      ${attempts.map((one) => html`<${Called} key=${one.device} attempt=${one} />`)}
      ${!ended && view?.is_open && !attempts.some(({ step }) => step === "called") && html`<${Step} tone="going" icon="wifi"
        title=${wanted ? t("join.waits.for", { device: wanted }) : t("join.waits")} more=${t("join.waits.more")} />`}
    </ol>
    ${view?.is_open && html`<div class="join-foot"><span role="timer" aria-label=${t("join.left")}>${time}</span>
      <button type="button" class="button quiet" onClick=${shut}>${t("join.cancel")}</button></div>`}
  </section>`;
}

const LOOKS = { called: ["going", "send"], wrong_code: ["bad", "warn"], refused: ["bad", "not"], joined: ["ok", "check"] };

function Called({ attempt }) {
  const { step, device, product, vendor, detail, remedy } = attempt;
  const [tone, icon] = LOOKS[step];
  const more = step === "wrong_code" ? t("join.wrong.more") : [detail, remedy].filter(Boolean).join(". ") || [product, vendor].join(", ");
  const word = { called: "join.called", wrong_code: "join.wrong", refused: "join.refused", joined: "join.joined" }[step];
  return html`<${Step} tone=${tone} icon=${icon} title=${t(word, { device })} more=${more} />`;
}

export function Step({ tone, icon, title, more }) {
  return html`<li class=${cx("join-step", tone)}><span class="join-mark"><${Icon} name=${icon} size="1.125rem" /></span>
    <span class="join-text"><b dir="auto">${title}</b>${more && html`<span class="soft" dir="auto">${more}</span>`}</span></li>`;
}
