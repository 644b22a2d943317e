// Asks for a token, or takes it from the address (`docs#eco_…`, which no server ever sees), loads
// the document with it and shows that. The token stays in this page's memory.

const form = document.getElementById("ask");
const field = document.getElementById("token");
const trouble = document.getElementById("trouble");

async function show(token) {
  trouble.textContent = "";
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch("openapi.json", { headers });
  const content = await answer.json();
  if (!answer.ok) {
    trouble.textContent = `${content.detail}: ${content.remedy}`;
    field.focus();
    return;
  }
  await import("./rapidoc-min.js");
  const page = document.createElement("rapi-doc");
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const looks = {
    theme: isDark ? "dark" : "light",
    "load-fonts": "false",
    "render-style": "read",
    "regular-font": "system-ui, sans-serif",
    "mono-font": "ui-monospace, monospace",
    "allow-authentication": "false",
    "allow-server-selection": "false",
    "allow-spec-url-load": "false",
    "allow-spec-file-load": "false",
    "show-header": "false",
    "schema-style": "table",
    "fill-request-fields-with-example": "true",
    "api-key-name": "Authorization",
    "api-key-location": "header",
    "api-key-value": `Bearer ${token}`,
    "server-url": location.origin,
  };
  for (const [name, value] of Object.entries(looks)) {
    page.setAttribute(name, value);
  }
  form.replaceWith(page);
  await page.loadSpec(content);
}

function start(token) {
  show(token).catch((error) => {
    trouble.textContent = `The page could not be shown: ${error.message}`;
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start(field.value.trim());
});

const given = location.hash.slice(1);
if (given.startsWith("eco_")) {
  history.replaceState(null, "", location.pathname);
  start(given);
}
