// Scenes on the first page: one tap carries one out, another takes it back.

import { html, useSignal } from "../lib.js";
import { Icon } from "../icons.js";
import { announce } from "../announce.js";
import { scenes } from "../home.js";
import { ask } from "../session.js";
import { t } from "../words.js";

const WAIT_S = 5;
const BAD = new Set(["rejected", "expired", "failed"]);

export function Scenes() {
  const last = useSignal(null);
  if (!scenes.value.length) return null;
  const carryOut = async (path, name) => {
    try {
      const { results, undo } = await ask("POST", path, { wait_s: WAIT_S });
      const missed = results.filter((one) => one.problem || BAD.has(one.receipt?.status)).length;
      last.value = undo && { undo, name };
      announce(`${name}: ${missed ? t("scene.missed", { n: missed }) : t("command.done")}`, missed ? "bad" : "");
    } catch (problem) {
      announce(`${name}: ${problem.detail || t("link.away")}`, "bad");
    }
  };
  return html`<section class="scenes" aria-label=${t("scene.title")}>
    <div class="chips filters">
      ${scenes.value.map(({ id, name }) => html`<button type="button" class="chip" key=${id}
        onClick=${() => carryOut(`/scenes/${encodeURIComponent(id)}/activate`, name)}>
        <${Icon} name="play" size="1rem" /> <bdi>${name}</bdi></button>`)}
      ${last.value && html`<button type="button" class="chip"
        onClick=${() => carryOut(`/undo/${encodeURIComponent(last.value.undo)}`, t("scene.undo", { name: last.value.name }))}>
        <${Icon} name="restart" size="1rem" /> <bdi>${t("scene.undo", { name: last.value.name })}</bdi></button>`}
    </div>
  </section>`;
}
