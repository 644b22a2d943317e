// Traces: what set an automation off, what each condition saw, what became of each action, and why it ended.

import { html, cx, useEffect, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { announce } from "../announce.js";
import { byText } from "../cause.js";
import { fullMoment, moment, valueText } from "../format.js";
import { automations, lastRuns } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { t, tOr } from "../words.js";
import { endOf, toneOf } from "./ends.js";
import { actionText, argumentText, conditionText, deviceName, partOf, span, triggerText } from "./sentence.js";

const FAILED = new Set(["rejected", "expired", "failed", "refused"]);

/** The last runs of an automation, those that the stream tells of first. */
function useRuns(id) {
  const [known, tell] = useState(null);
  useEffect(() => {
    let isOver = false;
    ask("GET", `/automations/${encodeURIComponent(id)}/runs`).then(
      ({ runs }) => isOver || tell(runs),
      (problem) => isOver || !problem.status || announce(problem.detail, "bad"),
    );
    return () => (isOver = true);
  }, [id, state.value]);
  const fresh = lastRuns(id).value;
  const seen = new Set(fresh.map((run) => run.id));
  return known && [...fresh, ...known.filter((run) => !seen.has(run.id))].sort((a, b) => b.at.localeCompare(a.at));
}

export function Runs({ automation }) {
  const runs = useRuns(automation.id);
  return html`<section class="card runs" aria-labelledby="runs-title">
    <h2 id="runs-title">${t("runs.title")}</h2>
    ${!runs ? html`<p class="soft" role="status">${t("page.coming")}</p>`
      : runs.length ? html`<ul class="run-list" aria-live="polite">${runs.map((run) => html`<${Run} key=${run.id} run=${run} automation=${automation} />`)}</ul>`
        : html`<p class="soft">${t("runs.none")}</p>`}
  </section>`;
}

export function Run({ run, automation }) {
  const end = endOf(run);
  const fired = firedText(run.trigger, automation);
  return html`<li><details class=${cx("run", toneOf(end))}><summary>
      <span class="join-mark"><${Icon} name=${MARKS[toneOf(end)]} size="1.125rem" /></span>
      <span class="run-head"><b>${t(`auto.end.${end}`)}</b>
        <span class="soft"><time datetime=${run.at} title=${fullMoment(run.at)}>${moment(run.at)}</time> · ${fired}</span></span>
      <${Icon} name="down" size="1.25rem" /></summary>
    <ol class="trace">
      <${Line} icon="play" title=${fired} more=${[changeText(run.trigger), run.trigger.automation && t("runs.chain", { name: nameOf(run.trigger.automation) }),
        run.late_s >= 1 && t("runs.late", { span: span(run.late_s) }), run.ignored > 0 && t("runs.ignored", { n: run.ignored })]} />
      ${run.conditions.map((seen) => html`<${Condition} key=${seen.path} seen=${seen} automation=${automation} />`)}
      ${run.actions.map((done) => html`<${Done} key=${done.place} done=${done} automation=${automation} />`)}
      ${run.end && run.end !== "done" && html`<${Line} icon="stop" tone=${toneOf(end)} title=${t(`auto.end.${end}`)} more=${[run.detail]} />`}
    </ol></details></li>`;
}

const MARKS = { ok: "check", bad: "warn", "": "minus" };
const nameOf = (id) => automations.value.find((one) => one.id === id)?.name ?? t("say.gone");

function Line({ icon, tone, isInner, title, more }) {
  const told = (more ?? []).filter(Boolean).join(" · ");
  return html`<li class=${cx("trace-line", tone, isInner && "inner")}><${Icon} name=${icon} size="1.125rem" /><span><span dir="auto">${title}</span>${told && html`<span class="soft" dir="auto">${told}</span>`}</span></li>`;
}

function firedText(fired, automation) {
  if (fired.type === "person") return fired.by ? t("runs.by", { who: byText(fired.by) }) : t("runs.hand");
  const piece = automation.triggers[fired.place];
  const text = piece ? triggerText(piece) : deviceName(fired.device);
  if (fired.type === "event") {
    const told = argumentText(partOf(fired, fired.address), fired.arguments);
    return told ? t("list.aside", { text, more: told }) : text;
  }
  return text;
}

function changeText(fired) {
  if (fired.type !== "property" || fired.value === null) return "";
  const part = partOf(fired, fired.address);
  const shown = (value) => (part ? valueText(part, value) : String(value ?? "–"));
  return t("runs.fired", { was: shown(fired.was), value: shown(fired.value) });
}

/** The condition at a path such as `2.of.1`. */
const at = (conditions, path) => path.split(".").reduce((held, step) => held?.[step], conditions);

function Condition({ seen, automation }) {
  const piece = at(automation.conditions, seen.path);
  const text = piece ? conditionText(piece) : seen.path;
  const part = piece?.type === "property" ? partOf(piece, piece.address) : null;
  const isShown = piece?.type === "property" || piece?.type === "presence";
  const value = part && seen.value !== null ? valueText(part, seen.value) : seen.value;
  const more = !isShown ? "" : seen.value === null ? t("runs.unseen") : piece.type === "presence" ? tOr(`runs.was.${value}`, value) : t("runs.seen", { value });
  const isInner = seen.path.includes(".of.");
  return html`<${Line} isInner=${isInner} icon=${seen.holds ? "check" : isInner ? "minus" : "not"} tone=${isInner ? "" : seen.holds ? "ok" : "bad"} title=${t(seen.holds ? "runs.held" : "runs.held.not", { text })} more=${[more]} />`;
}

function Done({ done, automation }) {
  const piece = automation.actions[done.place];
  const orders = done.results.filter((one) => done.results.length > 1 || FAILED.has(one.status)).map((one) => t("runs.order", {
    device: deviceName(one.device), status: [tOr(`command.${one.status}`, one.status), one.reason].filter(Boolean).join(", "),
  }));
  const tone = { done: "ok", waiting: "", failed: "bad" }[done.status];
  const icon = { done: "check", waiting: "timer", failed: "warn" }[done.status];
  const until = done.status === "waiting" && done.until && t("runs.until", { when: moment(done.until) });
  return html`<${Line} icon=${icon} tone=${tone} title=${piece ? actionText(piece) : done.type} more=${[t(`runs.${done.status}`), until, done.type !== "notify" && done.detail, ...orders]} />`;
}
