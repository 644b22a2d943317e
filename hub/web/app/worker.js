// Keeps the shell of the app, so that it opens without the hub; what the hub says is never kept here.
// SHELL, with the version and the files, is put before this by the hub.

const KEPT = `shell-${SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers());
});

self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  const path = mode === "navigate" && pathname === "/" ? "/" : pathname;
  if (method === "GET" && origin === location.origin && SHELL.files.includes(path)) {
    event.respondWith(answer(path, event.request));
  }
});

async function keepAll() {
  const shelf = await caches.open(KEPT);
  await shelf.addAll(SHELL.files.map((path) => new Request(path, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(path, request) {
  const shelf = await caches.open(KEPT);
  return (await shelf.match(path)) ?? fetch(request);
}
