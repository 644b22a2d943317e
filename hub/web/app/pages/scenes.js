// Scenes on the first page: one tap carries one out, and another takes it back.

import { html, cx, signal } from "../lib.js";
import { Icon } from "../icons.js";
import { announce, why } from "../announce.js";
import { hasFailed, namesOf } from "../commands.js";
import { LATER } from "../later.js";
import { may, mayRun, scenes } from "../home.js";
import { ask } from "../session.js";
import { pair, t } from "../words.js";

const WAIT_S = 5;

/** Ids of scenes that are being carried out. */
export const going = signal([]);

/** Carry out a scene; returns what became of it, or null. How it went is said, with the way back. */
export async function activate(scene) {
  going.value = [...going.value, scene.id];
  const answer = await carryOut(`/scenes/${scene.id}/activate`, scene.name);
  going.value = going.value.filter((id) => id !== scene.id);
  return answer;
}

async function carryOut(path, name) {
  try {
    const answer = await ask("POST", path, { wait_s: WAIT_S });
    const missed = answer.results.filter(hasFailed).map((one) => one.device);
    const back = t("scene.undo", { name });
    const offer = answer.undo && { text: t("scene.undo.short"), label: back, act: () => carryOut(`/undo/${answer.undo}`, back) };
    announce(missed.length ? t("command.missed", { title: name, names: namesOf(missed) }) : pair(name, t("command.done")), missed.length ? "bad" : "", offer);
    return answer;
  } catch (problem) {
    announce(pair(name, why(problem)), "bad");
    return null;
  }
}

export function Scenes() {
  const isOffered = may("arrange") && LATER.has("scenes");
  const shown = scenes.value.filter(mayRun);
  if (!shown.length) return null;
  return html`<section class="scenes" aria-label=${t("scene.title")}>
    <div class="chips shortcuts">
      ${shown.map((scene) => html`<button type="button" class=${cx("chip", "link", going.value.includes(scene.id) && "busy")} key=${scene.id} onClick=${() => activate(scene)}>
        <${Icon} name=${scene.icon} fallback="scene" size="1.125rem" /> <bdi>${scene.name}</bdi></button>`)}
      ${isOffered && html`<a class="chip link" href="#/scenes" aria-label=${t("scene.all")}><${Icon} name="more" size="1.125rem" /></a>`}
    </div>
  </section>`;
}
