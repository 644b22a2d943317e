// What an automation would have done on the last days, by what was recorded; nothing is sent.

import { html, cx, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { duration } from "../format.js";
import { ask } from "../session.js";
import { t, tOr } from "../words.js";
import { bodyOf, flawText, flawsOf, missing } from "./draft.js";
import { Run } from "./runs.js";
import { conditionText, sentence, triggerText } from "./sentence.js";

const DAY_MS = 86_400_000;
const SHOWN = 20;
const NAMELESS = "?";

export function Trial({ draft, onFlaws }) {
  const [answer, tell] = useState(null);
  const [isBusy, busy] = useState(false);
  const told = sentence(draft);
  const tryIt = async (days) => {
    const { name: _, ...lacking } = missing(draft);
    if (Object.keys(lacking).length) return onFlaws(lacking);
    busy(true);
    const until = Date.now();
    const span = { from: new Date(until - days * DAY_MS).toISOString(), until: new Date(until).toISOString() };
    try {
      const automation = bodyOf({ ...draft, name: draft.name.trim() || NAMELESS });
      tell({ ...(await ask("POST", "/automations/try", { automation, ...span })), told });
    } catch (problem) {
      onFlaws(problem.status ? flawsOf(problem) : { "": t("link.away") });
    } finally {
      busy(false);
    }
  };
  const choice = (days, word) => html`<button type="button" class=${cx("chip", isBusy && "busy")} disabled=${isBusy} onClick=${() => tryIt(days)}>
    <${Icon} name="try" size="1.125rem" />${t(word)}</button>`;
  return html`<section class="card trial" aria-labelledby="try-title">
    <h2 id="try-title">${t("try.title")}</h2>
    <p class="soft">${t("try.lead")}</p>
    <div class="chips">${choice(1, "try.day")}${choice(7, "try.week")}</div>
    <div role="status">${isBusy ? html`<p class="soft">${t("try.going")}</p>` : answer?.told === told && html`<${Answer} answer=${answer} draft=${draft} />`}</div>
  </section>`;
}

function Answer({ answer, draft }) {
  const { runs, more, problem, unknown } = answer;
  const ran = runs.filter(({ end }) => end !== "conditions").length;
  const stopped = runs.length - ran;
  const times = more ? "try.many" : ran === 0 ? "try.never" : ran === 1 ? "try.once" : "try.times";
  const latest = [...runs].reverse().slice(0, SHOWN);
  return html`<p class="trial-times"><b>${t(times, { n: ran })}</b>${stopped > 0 && html` <span class="soft">${t("try.stopped", { n: stopped })}</span>`}</p>
    ${problem && html`<p class="standing bad"><${Icon} name="warn" size="1rem" /><span dir="auto">${t("try.off", { why: flawText(problem) })}</span></p>`}
    ${unknown.length > 0 && html`<p class="soft">${t("try.unknown")}</p>
      <ul class="unknown">${unknown.map((one) => html`<li class="soft" key=${one.path + one.code}><bdi>${textAt(draft, one.path)}</bdi>: <span dir="auto">${unknownText(one)}</span></li>`)}</ul>`}
    ${latest.length > 0 && html`<ul class="run-list">${latest.map((run) => html`<${Run} key=${run.id} run=${run} automation=${draft} />`)}</ul>`}`;
}

function unknownText({ code, detail, span_s: span = 0 }) {
  const name = code.replaceAll("-", "_");
  return tOr(`try.unknown.${name}`, tOr(`problem.${name}`, detail), { span: duration(span)[0] });
}

/** What stands at a path such as `conditions.0.of.1`. */
function textAt(draft, path) {
  const piece = path.split(".").reduce((held, step) => held?.[step], draft);
  if (!piece) return path;
  return path.startsWith("triggers") ? triggerText(piece) : conditionText(piece);
}
