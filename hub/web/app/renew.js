// Newer versions of the app: the worker fetches one as a whole while this one runs, and the next page is of it.

let registration = null;
let isControlled = false;
let isNewer = false;

/** Have the worker keep the shell, and notice when it has another one. */
export async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  isControlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isNewer = isControlled;
    isControlled = true;
  });
  addEventListener("hashchange", () => isNewer && location.reload());
  registration = await navigator.serviceWorker.register("/worker.js").catch(() => null);
}

/** Ask whether the hub has a newer one: it may, when it has been away. */
export const lookForNewer = () => void registration?.update().catch(() => {});
