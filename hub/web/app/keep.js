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
export const forgetAll = () => ask("readwrite", (store) => store.clear());
