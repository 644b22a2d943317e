(() => {
  const rules = [...document.querySelectorAll(".rule")];
  const buttons = [...document.querySelectorAll("[data-verdict]")];
  const search = document.querySelector("#search");
  const told = document.querySelector("#told");
  const chosen = new Set();
  const words = (rule) => [...rule.querySelectorAll(":scope > summary, .why, .seen")].map((part) => part.textContent);
  const texts = new Map(rules.map((rule) => [rule, words(rule).join(" ").toLowerCase()]));
  const show = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const rule of rules) {
      const fits = (chosen.size === 0 || chosen.has(rule.dataset.is)) && wanted.every((word) => texts.get(rule).includes(word));
      rule.classList.toggle("hidden", !fits);
      count += fits ? 1 : 0;
    }
    told.textContent = `${count} of ${rules.length} rules`;
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const verdict = button.dataset.verdict;
      const isOn = !chosen.delete(verdict);
      if (isOn) chosen.add(verdict);
      button.setAttribute("aria-pressed", String(isOn));
      show();
    });
  }
  search.addEventListener("input", show);
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.classList.remove("hidden");
    for (let box = target; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    target.querySelector("details")?.setAttribute("open", "");
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  document.querySelector(".bar").classList.remove("hidden");
  show();
  open();
})();
