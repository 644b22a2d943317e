// How this phone likes to see things: language, theme, units.

import { effect, signal } from "./lib.js";
import { read, write } from "./keep.js";

const LANGUAGES = ["en", "zh"];

function ownLanguage() {
  const wanted = navigator.languages ?? [navigator.language];
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => LANGUAGES.includes(tag)) ?? "en";
}

const kept = read("settings", {});

export const language = signal(LANGUAGES.includes(kept.language) ? kept.language : ownLanguage());
export const theme = signal(kept.theme ?? "system");
export const temperatureUnit = signal(kept.temperatureUnit ?? "celsius");
export const measures = signal(kept.measures ?? "metric");

effect(() => {
  write("settings", {
    language: language.value,
    theme: theme.value,
    temperatureUnit: temperatureUnit.value,
    measures: measures.value,
  });
  const root = document.documentElement;
  root.lang = language.value === "zh" ? "zh-Hans" : "en";
  if (theme.value === "system") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
});
