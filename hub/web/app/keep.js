// What the app keeps on the phone: small settings in localStorage, documents in IndexedDB.
// Both may be forbidden or full; then the app works on, and forgets.

export function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // full or forbidden: it holds until the app is closed
  }
}

const AT_ONCE = 20;

let opened;

function shelf() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("ecohub", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opened;
}

async function ask(mode, work) {
  try {
    const store = (await shelf()).transaction("kept", mode).objectStore("kept");
    const request = work(store);
    return await new Promise((done) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => done(undefined);
    });
  } catch {
    return undefined;
  }
}

export const fetchKept = (name) => ask("readonly", (store) => store.get(name));
export const keep = (name, value) => ask("readwrite", (store) => store.put(value, name));

/** The objects that lie in the store, by name: what is the same object is not written again. */
const written = new Map();

export function forgetAll() {
  written.clear();
  return ask("readwrite", (store) => store.clear());
}

const nameOf = (kind, id) => `${kind} ${id}`;
const allOf = (kind) => IDBKeyRange.bound(nameOf(kind, ""), nameOf(kind, "\uffff"));

/** Keep documents of a kind, {id, …}, and no others; a few at a time, so that the page goes on meanwhile. */
export async function keepEach(kind, documents) {
  const named = new Map(documents.map((one) => [nameOf(kind, one.id), one]));
  const changed = [...named].filter(([name, one]) => written.get(name) !== one);
  const gone = [...written.keys()].filter((name) => name.startsWith(nameOf(kind, "")) && !named.has(name));
  for (let first = 0; first < changed.length; first += AT_ONCE) {
    const few = changed.slice(first, first + AT_ONCE);
    for (const [name, one] of few) written.set(name, one);
    await ask("readwrite", (store) => few.map(([name, one]) => store.put(one, name)).at(-1));
  }
  for (const name of gone) {
    written.delete(name);
    await ask("readwrite", (store) => store.delete(name));
  }
}

export async function fetchEach(kind) {
  const documents = (await ask("readonly", (store) => store.getAll(allOf(kind)))) ?? [];
  for (const one of documents) written.set(nameOf(kind, one.id), one);
  return documents;
}

export function forgetEach(kind) {
  for (const name of [...written.keys()]) if (name.startsWith(nameOf(kind, ""))) written.delete(name);
  return ask("readwrite", (store) => store.delete(allOf(kind)));
}
