// An automation while it is written: kept on the phone, made ready to send, and what is missing of it.

import { why } from "../announce.js";
import { read, write } from "../keep.js";
import { language } from "../settings.js";
import { t, tOr } from "../words.js";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const KEPT = "drafts";
const SECTIONS = ["triggers", "conditions", "actions"];

let keys = 0;

/** Give each piece a key of its own, so that it keeps its place on the page while others move. */
const keyed = (piece) => ({ ...piece, key: `piece-${Date.now()}-${++keys}`, ...(piece.of && { of: piece.of.map(keyed) }) });

export const newPiece = keyed;

const EMPTY = { name: "", icon: "", is_enabled: true, mode: "single", triggers: [], conditions: [], actions: [] };

/** A draft of an automation that is there, of an idea, or of nothing. */
export function draftOf(automation = {}) {
  const told = Object.fromEntries(Object.keys(EMPTY).map((key) => [key, automation[key] ?? EMPTY[key]]));
  return Object.assign(told, ...SECTIONS.map((section) => ({ [section]: told[section].map(keyed) })));
}

/** All that was written and not saved: {"new/...": draft} and by the ids of automations. */
export const keptDrafts = () => read(KEPT, {});

export const keptDraft = (id) => keptDrafts()[id] ?? null;

export function keepDraft(id, draft) {
  const { [id]: _, ...others } = keptDrafts();
  const next = draft ? { ...others, [id]: draft } : others;
  write(KEPT, Object.keys(next).length ? next : null);
}

/** What is known to be wrong with an automation that is there. */
export const flawsKnown = ({ problem } = {}) => (problem ? flawsOf(problem) : {});

/** A draft as the API takes it: without keys, and without what says nothing. */
export function bodyOf(draft) {
  const plain = ({ key, ...piece }) => {
    const told = Object.entries(piece).filter(([, value]) => value !== null && value !== undefined);
    return { ...Object.fromEntries(told), ...(piece.of && { of: piece.of.map(plain) }) };
  };
  return { ...draft, name: draft.name.trim(), ...Object.assign({}, ...SECTIONS.map((section) => ({ [section]: draft[section].map(plain) }))) };
}

/** What is missing, by place: {"triggers.0": text}; empty where it can be sent. */
export function missing(draft) {
  const found = {};
  const look = (path, piece, check) => {
    const word = check(piece);
    if (word) found[path] = t(word);
    piece.of?.forEach((one, place) => look(`${path}.of.${place}`, one, check));
  };
  draft.triggers.forEach((piece, place) => look(`triggers.${place}`, piece, lacks));
  draft.conditions.forEach((piece, place) => look(`conditions.${place}`, piece, lacks));
  draft.actions.forEach((piece, place) => look(`actions.${place}`, piece, lacksToDo));
  if (!draft.actions.length) found.actions = t("auto.then.none");
  if (!draft.name.trim()) found.name = t("auto.name.needed");
  return found;
}

function lacks(piece) {
  switch (piece.type) {
    case "time":
      if (piece.at === "" || piece.from === "" || piece.until === "") return "flaw.time";
      return piece.days.length ? "" : "flaw.days";
    case "sun":
      return "";
    case "any":
    case "none":
      return piece.of.length ? "" : "flaw.of";
    default:
      if (!piece.device) return "flaw.device";
      if (piece.type === "pick") return "flaw.part";
      return [piece.is, piece.above, piece.below].some((value) => value === "") ? "flaw.value" : "";
  }
}

function lacksToDo(piece) {
  switch (piece.type) {
    case "scene":
      return piece.scene ? "" : "flaw.scene";
    case "wait":
      return piece.for_s > 0 ? "" : "flaw.value";
    case "notify":
      return piece.text.trim() ? "" : "flaw.text";
    default:
      if (!piece.device && !piece.group) return "flaw.device";
      if (piece.type === "pick") return "flaw.part";
      return lacksValue({ ...piece.properties, ...piece.arguments }) ? "flaw.value" : "";
  }
}

const lacksValue = (values) => Object.values(values).some((value) => value === "" || value === null);

/** What is wrong and what mends it: in the reader's language where there are words for it, else as the hub tells it. */
export function flawText({ code = "", detail, remedy }) {
  const key = `halt.${code.replaceAll("-", "_")}`;
  const told = language.value === "en" ? [detail, remedy].filter(Boolean).join(". ") : why({ code, detail });
  return tOr(key, told);
}

/** What the hub says is wrong, by place; what has no place on the page stands under "". */
export function flawsOf(problem) {
  const told = problem.errors?.length ? problem.errors : [problem];
  const found = {};
  for (const flaw of told) {
    const place = /^(?:triggers|actions)\.\d+|^conditions\.\d+(?:\.of\.\d+)*|^name|^actions/.exec(flaw.path ?? "")?.[0] ?? "";
    const text = flawText(flaw);
    found[place] = found[place] ? `${found[place]} ${text}` : text;
  }
  return found;
}
