// How this phone likes to see things, and how it leaves.

import { html, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { LATER } from "../later.js";
import { may } from "../home.js";
import { signOut } from "../session.js";
import { language, measures, temperatureUnit, theme } from "../settings.js";
import { t } from "../words.js";
import { Pick } from "./parts.js";
import { Secure } from "./secure.js";

/** Pages that are reached from here: name, picture, and the right that they are for. */
const PLACES = [
  ["rooms", "room", "arrange"],
  ["groups", "group", "arrange"],
  ["scenes", "scene", "arrange"],
  ["people", "people", "see"],
  ["add", "add", "admit"],
  ["activity", "history", "see"],
  ["hub", "nav-hub", "see"],
];

export function Settings() {
  useEffect(() => void (document.title = t("settings.title")));
  const pick = (held) => (key) => (held.value = key);
  return html`<header class="page-head"><h1 tabindex="-1">${t("settings.title")}</h1></header>
    <${Places} />
    <section class="card">
      <${Pick} title=${t("settings.language")} value=${language.value} onPick=${pick(language)}
        choices=${[["en", "English"], ["zh", "中文"]]} />
      <${Pick} title=${t("settings.theme")} value=${theme.value} onPick=${pick(theme)}
        choices=${["system", "light", "dark"].map((key) => [key, t(`settings.theme.${key}`)])} />
      <${Pick} title=${t("settings.temperature")} value=${temperatureUnit.value} onPick=${pick(temperatureUnit)}
        choices=${[["celsius", "°C"], ["fahrenheit", "°F"]]} />
      <${Pick} title=${t("settings.measures")} value=${measures.value} onPick=${pick(measures)}
        choices=${["metric", "us"].map((key) => [key, t(`settings.measures.${key}`)])} />
    </section>
    <section class="card"><h2>${t("settings.phone")}</h2>
      <${Secure} />
      <button type="button" class="button quiet danger" onClick=${signOut}><${Icon} name="logout" size="1.25rem" />${t("settings.leave")}</button>
      <p class="soft">${t("settings.leave.more")}</p>
    </section>`;
}

function Places() {
  const shown = PLACES.filter(([name, , right]) => LATER.has(name) && may(right));
  if (!shown.length) return null;
  return html`<nav class="card places" aria-label=${t("settings.places")}><ul>
    ${shown.map(([name, icon]) => html`<li key=${name}><a class="place" href=${`#/${name}`}>
      <${Icon} name=${icon} size="1.5rem" /><span>${t(`place.${name}`)}</span><${Icon} name="forward" size="1.125rem" /></a></li>`)}
  </ul></nav>`;
}
