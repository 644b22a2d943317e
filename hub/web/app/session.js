// Who this phone is to the hub: its token, how it came by it, and requests that carry it.

import { signal } from "./lib.js";
import { forgetAll, read, write } from "./keep.js";

const API = "/api/v1";
const EARLY_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;

/** A problem as the hub tells it: code, path, detail, remedy; status 0 when no hub answered. */
class Problem extends Error {
  constructor(status, told) {
    super(told.detail ?? "");
    this.status = status;
    this.code = told.code ?? "";
    this.path = told.path ?? "";
    this.detail = told.detail ?? "";
    this.remedy = told.remedy ?? "";
    this.path = told.path ?? "";
    this.errors = told.errors ?? [];
  }
}

/** {access, refresh, refreshId, expiresAt} of this phone; a token of a program has no refresh. */
export const session = signal(read("session", null));

let refreshing = null;

function hold(next) {
  session.value = next;
  write("session", next);
}

/** Why this phone is out, {code, home}, for the door; null where it left by itself. */
export const out = signal(read("out", null));

const KEPT = ["me", "hub", "heard", "times", "drafts"];

/** Forget the home; `code` is the problem for which the hub has shut this phone out. */
export function leave(code = "") {
  const home = read("hub", null)?.name ?? "";
  tellOut(code ? { code, home } : null);
  hold(null);
  for (const name of KEPT) write(name, null);
  forgetAll();
}

function tellOut(why) {
  out.value = why;
  write("out", why);
}

/** Leave for good: the hub forgets this phone as well. */
export async function signOut() {
  const id = read("me", null)?.session;
  const held = session.value?.refresh && (await token().catch(() => null));
  leave();
  if (held && id) await send("DELETE", `/sessions/${id}`, undefined, held).catch(() => {});
}

/** A code that the address brought along, for the door. */
export const givenCode = signal("");

/** Take what the address has behind its `#`, which no server ever sees: `#eco_…`, `#pair=CODE` or `#move=…`. */
export async function takeFromAddress() {
  const given = /^#(?:(?:token=)?(ec[oa]_[\w-]{20,120})|pair=([\w-]{4,64})|move=(ecr_[\w.-]{20,120}))$/.exec(location.hash);
  if (!given) return;
  history.replaceState(null, "", location.pathname);
  if (given[1]) await useToken(given[1]);
  else if (given[2]) givenCode.value = given[2];
  else hold({ access: "", refresh: given[3], refreshId: newRefreshId(), expiresAt: 0 });
}

/** Go on at another address of the hub, with what this phone is here by; here it is forgotten. */
export function goOver(there, code) {
  const held = session.value;
  let along = held?.refresh ? `#move=${held.refresh}` : held ? `#${held.access}` : "";
  if (code) along = /^ec[oa]_/.test(code) ? `#${code}` : `#pair=${encodeURIComponent(code)}`;
  if (held) leave();
  location.href = `${there}/${along}`;
}

/** How the hub is reached by https. */
export const https = () => send("GET", "/https", undefined, null);

/** Use a token that somebody has; throws a Problem when the hub does not take it. */
export async function useToken(token) {
  await send("GET", "/me", undefined, token);
  tellOut(null);
  hold({ access: token, refresh: null, expiresAt: null });
}

/** Pair this phone by a code that the hub or a person has shown. */
export async function pair(code, person, device) {
  const answer = await send("POST", "/pair", person ? { code, person, device } : { code, device }, null);
  if (session.value) await signOut();
  tellOut(null);
  take(answer);
}

/** Ask what an invite is for. */
export const lookAt = (code) => send("POST", "/pair/look", { code }, null);

function take(answer) {
  const expiresAt = Date.now() + answer.expires_s * 1000;
  hold({ access: answer.access, refresh: answer.refresh, refreshId: newRefreshId(), expiresAt });
}

/** Kept with the token, so that an answer that gets lost is given once more. */
const newRefreshId = () => `refresh-${crypto.getRandomValues(new Uint32Array(3)).join("-")}`;

async function refresh(old) {
  try {
    const { refresh: spent, refreshId: id } = old;
    take(await send("POST", "/sessions/refresh", { refresh: spent, id }, null));
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) leave(problem.code);
    throw problem;
  }
}

/** Return a token that is good for a while yet; of two who need a new one, one fetches it. */
export async function token() {
  const held = session.value;
  if (!held) throw new Problem(401, { code: "no-session" });
  if (!held.refresh || Date.now() < held.expiresAt - EARLY_MS) return held.access;
  return renewed();
}

/** Return a token that is newer than the one that was refused; without one the phone is out. */
export async function renewed() {
  const held = session.value;
  if (!held?.refresh) {
    leave("token-wrong");
    throw new Problem(401, { code: "token-wrong" });
  }
  refreshing ??= refresh(held).finally(() => (refreshing = null));
  await refreshing;
  return session.value.access;
}

/** Ask the API; returns the JSON, or throws a Problem. */
export async function ask(method, path, body) {
  try {
    return await send(method, path, body, await token());
  } catch (problem) {
    if (problem.status !== 401 || !session.value?.refresh) throw problem;
    return send(method, path, body, await renewed());
  }
}

async function send(method, path, body, bearer) {
  const headers = {};
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(API + path, { method, headers, body: text, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    throw new Problem(0, { code: "no-answer" });
  }
  const content = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, content ?? {});
  return content;
}
