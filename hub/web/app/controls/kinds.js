// Which control a part of a product gets. Ranks and shapes, hides nothing.

import { isWritable } from "../specs.js";

const FEW_CHOICES = 4;
const FEW_STEPS = 12;
const MANY_STEPS = 1_000;
const LONG_S = 900;
const LEAST_PRESETS = 3;

/** Kinds: switch, choice, select, colour, time, stepper, slider, number, text, action, sensor, event. */
export function kindOf(part) {
  if (part.kind === "action") return "action";
  if (part.kind === "event") return "event";
  return isWritable(part) ? kindOfValue(part) : "sensor";
}

/** The control for a value that can be given, a property's or an argument's. */
export function kindOfValue(part) {
  if (part.format === "bool") return "switch";
  if (part.enum) return isShortChoice(part) ? "choice" : "select";
  if (part.format === "string") return "text";
  if (part.unit === "rgb") return "colour";
  if (!part.range) return "number";
  return kindOfRange(part);
}

function kindOfRange(part) {
  const [least, most, step] = part.range;
  if (part.unit === "second" && most >= LONG_S) return "time";
  if (!step) return "slider";
  const steps = (most - least) / step;
  if (steps <= FEW_STEPS && part.unit !== "percent") return "stepper";
  if (part.unit === "celsius" || part.unit === "fahrenheit") return "stepper";
  return steps <= MANY_STEPS ? "slider" : "number";
}

function isShortChoice(part) {
  return part.enum.length <= FEW_CHOICES;
}

const SPANS_S = [0, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800];

/** Spans of time that one tap gives: those that the range allows. */
export function spans(part) {
  const [least, most, step] = part.range;
  const allowed = SPANS_S.filter((s) => s >= least && s <= most && (!step || (s - least) % step === 0));
  const long = allowed.filter((s) => s === 0 || s >= most / 96);
  return (long.length >= LEAST_PRESETS ? long : allowed).slice(0, 7);
}
