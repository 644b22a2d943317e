// An automation is built: when, if and then, piece by piece, and read as a sentence meanwhile.

import { html, cx, useEffect, useRef, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { announce } from "../announce.js";
import { hasSun, refreshHub } from "../home.js";
import { ask } from "../session.js";
import { t } from "../words.js";
import { Back } from "../pages/parts.js";
import { DAYS, bodyOf, draftOf, flawsKnown, flawsOf, keepDraft, keptDraft, missing, newPiece } from "./draft.js";
import { IconPick } from "./editing.js";
import { Chips, TextIn } from "./fields.js";
import { DoEditor, LookEditor } from "./pieces.js";
import { PlaceLink, lacksPlace } from "./place.js";
import { face } from "./roster.js";
import { actionText, conditionText, sentence, triggerText } from "./sentence.js";
import { Trial } from "./trial.js";

const PIECES = {
  triggers: {
    device: () => ({ type: "pick" }),
    time: () => ({ type: "time", at: "", days: [...DAYS] }),
    sun: () => ({ type: "sun", at: "sunset", offset_s: 0 }),
  },
  conditions: {
    device: () => ({ type: "pick" }),
    time: () => ({ type: "time", from: "", until: "", days: [...DAYS] }),
    sun: () => ({ type: "sun", is: "down" }),
    several: () => ({ type: "any", of: [] }),
  },
  actions: {
    device: () => ({ type: "pick" }),
    scene: () => ({ type: "scene", scene: "" }),
    wait: () => ({ type: "wait", for_s: 300 }),
    notify: () => ({ type: "notify", text: "" }),
  },
};

const ICONS = { device: "device", time: "clock", sun: "sunrise", several: "or", scene: "scene", wait: "timer", notify: "message" };

const PICTURES = ["automation", "light", "sunset", "sunrise", "moon", "door", "leave", "shield", "air-purifier", "fan", "heater", "humidifier"];

/** `id` is that of the automation that is changed, none for a new one; `name` that under which the draft is kept. */
export function Builder({ id, name, automation }) {
  const [draft, set] = useState(() => keptDraft(name) ?? draftOf(automation));
  const [flaws, tell] = useState(() => (id ? flawsKnown(automation) : {}));
  const [open, show] = useState("");
  const [isBusy, busy] = useState(false);
  const change = (news) => {
    const next = { ...draft, ...news };
    set(next);
    keepDraft(name, next);
  };
  const discard = () => {
    keepDraft(name, null);
    location.hash = id ? `#/automations/${id}` : "#/automations";
  };
  const refuse = (found) => {
    tell(found);
    const first = Object.keys(found).find((path) => path.includes("."));
    if (first) show(keyAt(draft, first) ?? "");
    announce(found[""] ?? Object.values(found)[0], "bad");
  };
  const save = async () => {
    const lacking = missing(draft);
    if (Object.keys(lacking).length) return refuse(lacking);
    busy(true);
    try {
      const body = bodyOf(draft);
      const { id: made } = await ask(id ? "PATCH" : "POST", id ? `/automations/${id}` : "/automations", body);
      keepDraft(name, null);
      announce(t("auto.saved", { name: body.name }));
      location.hash = `#/automations/${made}`;
    } catch (problem) {
      if (problem.code === "location-missing") refreshHub();
      refuse(problem.status ? flawsOf(problem) : { "": t("link.away") });
      busy(false);
    }
  };
  const section = { draft, change, flaws, open, show };
  return html`<article class="building">
    <${Back} to=${id ? `#/automations/${id}` : "#/automations"} />
    <header class="page-head"><h1 tabindex="-1">${t(id ? "auto.edit" : "auto.new")}</h1></header>
    <p class="reads" aria-live="polite" tabindex="0"><span class="unseen-title">${t("auto.reads")}: </span>${sentence(draft)}</p>
    <${Section} ...${section} name="triggers" word="auto.when" text=${triggerText} more=${draft.triggers.length > 1 && "auto.when.any"} none="auto.when.none" />
    <${Section} ...${section} name="conditions" word="auto.if" text=${conditionText} more=${draft.conditions.length > 1 && "auto.if.all"} none="auto.if.none" />
    <${Section} ...${section} name="actions" word="auto.then" text=${actionText} more=${draft.actions.length > 1 && "auto.then.order"} none="auto.then.none" />
    <section class="card">
      <${TextIn} title=${t("auto.name")} most="64" value=${draft.name} onSet=${(text) => change({ name: text })} />
      ${flaws.name && html`<p class="trouble" role="alert">${flaws.name}</p>`}
      <${IconPick} names=${PICTURES} value=${draft.icon} onPick=${(icon) => change({ icon })} />
      <details class="how"><summary>${t("auto.more")}<${Icon} name="down" size="1.25rem" /></summary>
        <${Chips} title=${t("auto.mode")} value=${draft.mode} onPick=${(mode) => change({ mode })}
          choices=${["single", "restart", "queued"].map((key) => [key, t(`auto.mode.${key}`)])} />
      </details>
    </section>
    <${Trial} draft=${draft} onFlaws=${refuse} />
    <p class="trouble" role="alert">${flaws[""]}</p>
    <div class="building-foot">
      <button type="button" class=${cx("button", isBusy && "busy")} disabled=${isBusy} onClick=${save}><${Icon} name="check" size="1.25rem" />${t("auto.save")}</button>
      <button type="button" class="button quiet" onClick=${discard}>${t("auto.discard")}</button>
      <p class="soft">${t("auto.kept")}</p>
    </div>
  </article>`;
}

/** The key of the piece at a path such as `conditions.0.of.1`. */
function keyAt(draft, path) {
  const found = path.split(".").reduce((held, step) => held?.[step], draft);
  return found?.key;
}

function Section({ draft, change, flaws, open, show, name, word, text, more, none }) {
  const pieces = draft[name];
  const set = (next) => change({ [name]: next });
  return html`<section class=${cx("card", "building-part", `part-${name}`)} aria-labelledby=${`title-${name}`}>
    <h2 id=${`title-${name}`}>${t(word)}${more && html` <span class="soft">${t(more)}</span>`}</h2>
    ${!pieces.length && html`<p class=${flaws[name] ? "trouble" : "soft"} role=${flaws[name] ? "alert" : undefined}>${flaws[name] ?? t(none)}</p>`}
    <${Pieces} pieces=${pieces} name=${name} path=${name} text=${text} flaws=${flaws} open=${open} show=${show} onSet=${set} />
    <${Adding} kinds=${PIECES[name]} word=${word} onAdd=${(piece) => {
      set([...pieces, piece]);
      show(piece.key);
    }} />
  </section>`;
}

function Pieces({ pieces, name, path, text, flaws, open, show, onSet }) {
  const isOrdered = name === "actions";
  const put = (place, piece) => onSet(pieces.map((one, at) => (at === place ? piece : one)));
  const move = (place, by) => {
    const next = [...pieces];
    [next[place], next[place + by]] = [next[place + by], next[place]];
    onSet(next);
  };
  if (!pieces.length) return null;
  return html`<ol class="pieces">${pieces.map((piece, place) => html`<${Piece} key=${piece.key} piece=${piece} name=${name} text=${text(piece)}
    path=${`${path}.${place}`} flaws=${flaws} open=${open} show=${show} onSet=${(next) => put(place, next)}
    onDrop=${() => onSet(pieces.filter((_, at) => at !== place))}
    onUp=${isOrdered && place > 0 && (() => move(place, -1))} onDown=${isOrdered && place < pieces.length - 1 && (() => move(place, 1))} />`)}</ol>`;
}

function Piece({ piece, name, text, path, flaws, open, show, onSet, onDrop, onUp, onDown }) {
  const isOpen = holds(piece, open);
  const flaw = flaws[path];
  const body = useRef();
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen && !wasOpen.current) body.current?.querySelector("select, input, button")?.focus({ preventScroll: true });
    wasOpen.current = isOpen;
  }, [isOpen]);
  const tool = (word, icon, act) => act && html`<button type="button" class="tool" aria-label=${t(word, { text })} onClick=${act}><${Icon} name=${icon} size="1.25rem" /></button>`;
  return html`<li class=${cx("piece", isOpen && "open", flaw && "wrong")} data-path=${path}>
    <div class="piece-head">
      <button type="button" class="piece-text" aria-expanded=${isOpen ? "true" : "false"} aria-label=${t("auto.piece.edit", { text })} onClick=${() => show(isOpen ? "" : piece.key)}>
        <${PieceIcon} piece=${piece} /><span>${text}</span></button>
      ${tool("auto.piece.up", "up", onUp)}${tool("auto.piece.down", "down", onDown)}${tool("auto.piece.drop", "close", onDrop)}
    </div>
    ${flaw && html`<p class="trouble" role="alert">${flaw}</p>`}
    ${piece.type === "sun" && html`<${PlaceLink} />`}
    ${isOpen && html`<div class="piece-body" ref=${body}>
      ${piece.of ? html`<${Several} piece=${piece} path=${path} flaws=${flaws} open=${open} show=${show} onSet=${onSet} />`
        : name === "actions" ? html`<${DoEditor} piece=${piece} onSet=${onSet} />`
          : html`<${LookEditor} piece=${piece} isTrigger=${name === "triggers"} onSet=${onSet} />`}
    </div>`}
  </li>`;
}

const holds = (piece, key) => Boolean(key) && (piece.key === key || (piece.of ?? []).some((one) => holds(one, key)));

function PieceIcon({ piece }) {
  const named = { time: "clock", sun: piece.at === "sunrise" ? "sunrise" : "sunset", any: "or", none: "not", scene: "scene", wait: "timer", notify: "message" }[piece.type];
  const device = face(piece.device ?? "").value;
  const kind = piece.group ? "group" : device ? deviceIcon(device) : "device";
  return html`<span class="piece-icon"><${Icon} name=${named ?? kind} size="1.25rem" /></span>`;
}

/** Conditions within one: any of them, or none. */
function Several({ piece, path, flaws, open, show, onSet }) {
  const inner = { ...PIECES.conditions };
  if (path.split(".of.").length > 1) delete inner.several;
  return html`<${Chips} title=${t("pick.several")} value=${piece.type} choices=${[["any", t("pick.any")], ["none", t("pick.nothing")]]} onPick=${(type) => onSet({ ...piece, type })} />
    <${Pieces} pieces=${piece.of} name="conditions" path=${`${path}.of`} text=${conditionText} flaws=${flaws} open=${open} show=${(key) => show(key || piece.key)}
      onSet=${(of) => onSet({ ...piece, of })} />
    <${Adding} kinds=${inner} word="auto.if" onAdd=${(one) => {
      onSet({ ...piece, of: [...piece.of, one] });
      show(one.key);
    }} />`;
}

function Adding({ kinds, word, onAdd }) {
  const known = Object.entries(kinds).filter(([kind]) => kind !== "sun" || hasSun.value);
  return html`<div class="chips adding-pieces" role="group" aria-label=${t("auto.add.to", { section: t(word) })}>
    ${known.map(([kind, make]) => html`<button type="button" class="chip add-chip" key=${kind} onClick=${() => onAdd(newPiece(make()))}>
      <${Icon} name="add" size="1rem" /><${Icon} name=${ICONS[kind]} size="1.125rem" />${t(`auto.add.${kind}`)}</button>`)}
    ${"sun" in kinds && lacksPlace() && html`<a class="chip link add-chip" href="#/hub/place">
      <${Icon} name="locate" size="1rem" /><${Icon} name=${ICONS.sun} size="1.125rem" />${t("auto.add.sun.first")}</a>`}
  </div>`;
}
