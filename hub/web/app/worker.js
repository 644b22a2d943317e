// Keeps the shell of the app, so that it opens without the hub; what the hub says is never kept here.
// SHELL, with the version and the files, is put before this by the hub.

const KEPT = `shell-${SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
  routeStraight(event);
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

/** Where a browser can, have it take files from the cache without asking this worker first. */
function routeStraight(event) {
  const pathnames = ["/", "/app/*", "/vendor/*"];
  event.addRoutes?.(pathnames.map((pathname) => ({
    condition: { urlPattern: { pathname, search: "" }, requestMethod: "GET" },
    source: { cacheName: KEPT },
  })));
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
