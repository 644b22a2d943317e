// Before the first paint: the theme and the language that this phone has chosen, so that neither flashes.
// settings.js takes over from here.

(() => {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem("settings"));
  } catch {
    return; // forbidden, or not ours: as the phone likes it
  }
  const root = document.documentElement;
  if (kept?.theme === "dark" || kept?.theme === "light") root.dataset.theme = kept.theme;
  if (kept?.language === "zh") root.lang = "zh-Hans";
})();
