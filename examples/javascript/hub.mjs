// A client of one hub in plain JavaScript: fetch and WebSocket, no packages. For browsers, and Node 18 or newer.
// Browsers and Node 22 bring WebSocket along; for older Nodes there is websocket.mjs.

const Socket = globalThis.WebSocket ?? (await import("./websocket.mjs")).WebSocket;
const chance = globalThis.crypto ?? (await import("node:crypto")).webcrypto;

const EARLY_MS = 60_000;
const ANSWER_WITHIN_MS = 10_000;
const WAIT_S = 20;
const AGAIN_AFTER_MS = 400;
const LONGEST_PAUSE_MS = 12_000;
const QUIET_MS = 15_000;
const TOKEN_REFUSED = 4401;
const OPEN = 1;
const TABLES = { floor: "floors", room: "rooms", group: "groups", scene: "scenes", automation: "automations" };

// Not randomUUID: browsers have that on https alone.
const newId = () => `js-${Array.from(chance.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

const mayPass = (problem) => problem.status === 0 || problem.status >= 500 || problem.retryAfterS !== undefined;

/** Keeps tokens in a browser; files.mjs keeps them in a file. */
export const browserStore = (name) => ({
  load: async () => JSON.parse(localStorage.getItem(name)),
  save: async (held) => (held ? localStorage.setItem(name, JSON.stringify(held)) : localStorage.removeItem(name)),
});

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** What the hub says no with: status, code, detail, remedy; status 0 when no hub answers. */
export class Problem extends Error {
  constructor(status, told, retryAfterS) {
    super(told.detail ?? `the hub answers ${status}`);
    Object.assign(this, { status, code: told.code ?? "", remedy: told.remedy ?? "", path: told.path ?? "", retryAfterS });
  }
}

export class Hub {
  #held = null;
  #renewing = null;

  /**
   * @param store Where the tokens are kept between two runs: `load` and `save`.
   * @param quietMs After so long without a word the hub is asked for one; after twice that the line is given up.
   */
  constructor(url, store, quietMs = QUIET_MS) {
    this.url = new URL(url).origin;
    this.store = store;
    this.quietMs = quietMs;
    this.devices = new Map();
    for (const table of Object.values(TABLES)) this[table] = new Map();
  }

  /** Take the tokens of the last run; says whether there are any. */
  async open() {
    this.#held = await this.store.load();
    return this.#held !== null;
  }

  /** Come to the home with a code that the hub or a person has shown. */
  async pair(code, device, person) {
    const given = await this.#send("POST", "/pair", { code, device, person });
    await this.#hold(given);
    return given.person;
  }

  /** Ask the API; returns the JSON or throws a Problem. */
  async ask(method, path, body) {
    const token = await this.#token();
    try {
      return await this.#send(method, path, body, token);
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      return this.#send(method, path, body, await this.#renewed(token));
    }
  }

  /** Set properties and return the final receipt. The id makes all repeats one command. */
  async set(device, properties, withinMs = 30_000) {
    const until = Date.now() + withinMs;
    const path = `/devices/${encodeURIComponent(device)}/properties`;
    const body = { id: newId(), properties };
    for (let pauseMs = AGAIN_AFTER_MS; ; pauseMs *= 2) {
      try {
        const waitS = Math.max(0, Math.min(WAIT_S, (until - Date.now()) / 1000));
        const receipt = await this.ask("PATCH", path, { ...body, wait_s: waitS });
        if (receipt.is_final || Date.now() >= until) return receipt;
      } catch (problem) {
        const isOver = Date.now() + pauseMs >= until;
        if (isOver || (problem.status !== 0 && problem.retryAfterS === undefined)) throw problem;
        await pause((problem.retryAfterS ?? 0) * 1000 || pauseMs);
      }
    }
  }

  /**
   * Yield every change from a snapshot on, for ever. `devices`, `floors`, `rooms`, `groups`, `scenes` and
   * `automations`, by id, are kept true meanwhile. After a `broken` comes `resumed`, and what was missed, or
   * a `snapshot`. Throws a Problem when the hub lets us in no more.
   * `only` is what of the home is to be told, such as { rooms: ["room-7f3a91c2"], addresses: ["light.on"] }.
   */
  async *live(only) {
    let place;
    for (let pauseMs = 0; ; pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(AGAIN_AFTER_MS, pauseMs * 1.8))) {
      await pause(pauseMs * (0.5 + Math.random()));
      try {
        const token = await this.#token();
        let isLive = false;
        const lost = yield* this.#stream({ token, resume: place, only }, (change) => {
          if (change.type === "snapshot") place = { stream: change.stream, seq: change.seq };
          else if (change.seq !== undefined) place = { ...place, seq: change.seq };
          if (change.type === "snapshot" || change.type === "resumed") [isLive, pauseMs] = [true, 0];
          this.#lay(change);
        });
        if (isLive) yield { type: "broken", reason: lost.reason || `code ${lost.code}` };
        if (lost.code === TOKEN_REFUSED) await this.#renewed(token);
      } catch (problem) {
        if (!mayPass(problem)) throw problem;
        await pause((problem.retryAfterS ?? 0) * 1000);
      }
    }
  }

  /** Yield what one connection tells, and return why it ended. */
  async *#stream(wanted, take) {
    let wake = () => {};
    let end = null;
    let quiet = 0;
    const heard = [];
    const socket = new Socket(`${this.url.replace(/^http/, "ws")}/api/v1/stream`);
    socket.onmessage = ({ data }) => {
      quiet = 0;
      wake(heard.push(JSON.parse(data)));
    };
    socket.onclose = (event) => wake((end ??= event));
    const watch = setInterval(() => {
      quiet += 1;
      if (quiet >= 2) wake((end ??= { code: 1006, reason: "the hub has gone silent" }));
      else if (socket.readyState === OPEN) socket.send(JSON.stringify({ type: "ping" }));
    }, this.quietMs);
    try {
      for (;;) {
        while (!heard.length && !end) await new Promise((done) => (wake = done));
        if (!heard.length) return end;
        const change = heard.shift();
        if (change.type === "problem") throw new Problem(change.problem.status, change.problem);
        if (change.type === "hello") socket.send(JSON.stringify({ type: "auth", ...wanted }));
        if (change.type === "hello" || change.type === "pong") continue;
        take(change);
        yield change;
      }
    } finally {
      clearInterval(watch);
      socket.close();
    }
  }

  #lay(change) {
    const known = this.devices.get(change.device);
    const kind = change.type.replace(/_removed$/, "");
    if (change.type === "snapshot")
      for (const table of ["devices", ...Object.values(TABLES)]) this[table] = new Map(change[table].map((one) => [one.id, one]));
    else if (change.type === "device") this.devices.set(change.device.id, change.device);
    else if (change.type === "removed") this.devices.delete(change.device);
    else if (change.type === "values" && known) Object.assign(known.twin, change.values);
    else if (change.type === "presence" && known) known.presence = change.presence;
    else if (TABLES[kind] && kind === change.type) this[TABLES[kind]].set(change[kind].id, change[kind]);
    else if (TABLES[kind]) this[TABLES[kind]].delete(change.id);
  }

  async #token() {
    if (!this.#held) throw new Problem(401, { code: "no-session", detail: "pair first" });
    return Date.now() < this.#held.expiresAt - EARLY_MS ? this.#held.access : this.#renewed(this.#held.access);
  }

  /** Return a token other than the one refused; of many who need one, one fetches it. */
  async #renewed(refused) {
    if (this.#held && this.#held.access !== refused) return this.#held.access;
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    await this.#renewing;
    return this.#held.access;
  }

  async #renew() {
    try {
      // The id is kept with the token: should the answer get lost, the same request gets it again.
      const { refresh, refreshId: id } = this.#held ?? {};
      await this.#hold(await this.#send("POST", "/sessions/refresh", { refresh, id }));
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) await this.#hold(null);
      throw problem;
    }
  }

  async #hold(given) {
    this.#held = given && {
      access: given.access,
      refresh: given.refresh,
      refreshId: newId(),
      expiresAt: Date.now() + given.expires_s * 1000,
    };
    await this.store.save(this.#held);
  }

  async #send(method, path, body, token) {
    const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS + (body?.wait_s ?? 0) * 1000);
    let answer, content;
    try {
      answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), signal });
      content = answer.status === 204 ? null : await answer.json();
    } catch (error) {
      throw new Problem(0, { code: "no-answer", detail: `no hub answers at ${this.url}: ${error.cause?.message ?? error.message}` });
    }
    const retryAfter = answer.headers.get("Retry-After");
    if (!answer.ok) throw new Problem(answer.status, content, retryAfter ? Number(retryAfter) : undefined);
    return content;
  }
}
