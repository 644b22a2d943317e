// How this phone likes to see things, and how it leaves.

import { html, useEffect } from "../lib.js";
import { Icon } from "../icons.js";
import { leave } from "../session.js";
import { language, measures, temperatureUnit, theme } from "../settings.js";
import { t } from "../words.js";
import { Pick } from "./parts.js";

export function Settings() {
  useEffect(() => void (document.title = t("settings.title")));
  const pick = (held) => (key) => (held.value = key);
  return html`<header class="page-head"><h1 tabindex="-1">${t("settings.title")}</h1></header>
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
      <p class="soft">${t(window.isSecureContext ? "settings.offline" : "settings.plain")}</p>
      <button type="button" class="button quiet danger" onClick=${leave}><${Icon} name="logout" size="1.25rem" />${t("settings.leave")}</button>
      <p class="soft">${t("settings.leave.more")}</p>
    </section>`;
}
