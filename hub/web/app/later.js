// Pages that are fetched when somebody first goes there: the first page does not wait for them.
// Each is later/NAME.js, whose default export draws it, with its looks in later/NAME.css and its words in later/NAME.words.js.

import { html, useEffect, useState } from "./lib.js";
import { t } from "./words.js";
import { Gone } from "./pages/parts.js";

export const LATER = new Set(["activity", "add", "automations", "edit", "groups", "history", "hub", "people", "rooms", "scenes"]);

const fetched = new Map();

/** Draw the page of that name with what it is given, once it is here; a part of another page comes quietly. */
export function Later({ name, given, isQuiet }) {
  const [page, tell] = useState(() => fetched.get(name));
  useEffect(() => {
    let isOver = false;
    bring(name).then((found) => isOver || tell(() => found), () => isOver || tell(() => Failed));
    return () => (isOver = true);
  }, [name]);
  const known = fetched.get(name) ?? page;
  return known ? html`<${known} ...${given} />` : !isQuiet && html`<p class="empty" role="status">${t("page.coming")}</p>`;
}

async function bring(name) {
  if (!fetched.has(name)) {
    const looks = { rel: "stylesheet", href: `/app/later/${name}.css` };
    const [module] = await Promise.all([import(`./later/${name}.js`), added("link", looks)]);
    fetched.set(name, module.default);
  }
  return fetched.get(name);
}

const Failed = () => html`<${Gone} text=${t("page.failed")} />`;

/** Put a script or a style sheet into the page; resolves when it has come. */
export function added(tag, attributes) {
  return new Promise((done, fail) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.onload = done;
    node.onerror = fail;
    document.head.append(node);
  });
}
