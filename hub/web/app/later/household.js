// What the pages on people know: who is here, which phones are let in, which invites are out.

import { html, useEffect, useState } from "../lib.js";
import { announce, why } from "../announce.js";
import { may, me } from "../home.js";
import { state } from "../link.js";
import { ask } from "../session.js";
import { t } from "../words.js";

/** {people, sessions, invites, problem}, asked anew every `everyMs`; people are null until they are known. */
export function useHousehold(everyMs) {
  const [known, tell] = useState({ people: null, sessions: [], invites: [], problem: "" });
  const [count, again] = useState(0);
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      try {
        const found = await asked();
        if (!isOver) tell({ ...found, problem: "" });
      } catch (problem) {
        if (!isOver) tell((held) => ({ ...held, problem: why(problem) }));
      }
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [count, state.value === "live", me.value?.role]);
  /** Ask anew once something was done, and say that it was. */
  const after = async (done, text) => {
    const isDone = await done;
    if (isDone && text) announce(text);
    again((held) => held + 1);
    return isDone;
  };
  return { ...known, after, again: () => again((held) => held + 1), phonesOf: (id) => known.sessions.filter(({ person }) => person === id) };
}

async function asked() {
  const invites = may("people") ? ask("GET", "/invites") : { invites: [] };
  const found = await Promise.all([ask("GET", "/people"), ask("GET", "/sessions"), invites]);
  return Object.assign({}, ...found);
}

export function phonesText(phones) {
  if (!phones.length) return t("people.phone.none");
  return phones.length === 1 ? t("people.phone") : t("people.phones", { n: phones.length });
}

const first = (name) => [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name.trim())][0]?.segment ?? "";

export function Avatar({ name, isLarge }) {
  return html`<span class=${isLarge ? "avatar large" : "avatar"} aria-hidden="true">${first(name).toLocaleUpperCase()}</span>`;
}
