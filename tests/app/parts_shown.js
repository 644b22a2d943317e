// What the page of a device shows of each part, by address: its kind, what stands in its control, and what it says.

() => {
  const inputs = (one, type) => [...one.querySelectorAll(`input[type=${type}]`)].map(({ value, min, max, maxLength }) => ({ value, min, max, maxLength }));
  const look = (one) => ({
    address: one.dataset.address,
    kind: one.dataset.kind,
    text: one.innerText,
    switches: [...one.querySelectorAll("[role=switch]")].map((it) => it.ariaChecked === "true"),
    radios: [...one.querySelectorAll("[role=radio]")].map((it) => [it.textContent, it.ariaChecked === "true"]),
    options: [...one.querySelectorAll("option:not([disabled])")].map((it) => [it.textContent.trim(), it.selected]),
    ranges: inputs(one, "range"),
    numbers: inputs(one, "number"),
    texts: inputs(one, "text"),
    colours: inputs(one, "color"),
    outputs: [...one.querySelectorAll("output")].map((it) => it.textContent),
    buttons: [...one.querySelectorAll("button")].map((it) => it.ariaLabel || it.textContent),
  });
  return [...document.querySelectorAll("[data-address]")].map(look);
}
