// How a run ended, in one word, and whether that is well.

/** One word on how a run ended: a key of `auto.end`. */
export function endOf(run) {
  if (!run.end) return "running";
  if (run.end === "too-many") return "many";
  return run.end === "done" && run.actions?.some(({ status }) => status === "failed") ? "failed" : run.end;
}

const GOOD = new Set(["done", "running", "restarted"]);
const QUIET = new Set(["conditions", "changed", "off"]);
export const toneOf = (end) => (GOOD.has(end) ? "ok" : QUIET.has(end) ? "" : "bad");
