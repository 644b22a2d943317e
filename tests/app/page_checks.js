// What every page of the app is held to, as one object to ask in the page: each check returns what is wrong, in words.

(() => {
  const TOUCH_PX = 44;
  const TARGETS = "a[href], button, input, select, textarea, summary, [role=switch], [role=button], [role=tab], [tabindex='0']";
  const SHORT_WORD = /(?<![\p{L}\p{N}._-])[A-Za-z]{2,9}(?![\p{L}\p{N}_-])/gu;
  const SEEN = { visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: false };

  const named = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const all = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility(SEEN));
  const targets = () => all(TARGETS).filter((one) => !one.closest(".skip") && (one.getBoundingClientRect().width > 1 || one.closest("label")));

  function beside() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return all("body *").filter((one) => one.getBoundingClientRect().right > width + 0.5).map((one) => `beside the page: ${named(one)}`);
  }

  function small() {
    return targets()
      .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
      .filter(([, box]) => box.width < TOUCH_PX - 0.5 || box.height < TOUCH_PX - 0.5)
      .map(([one, box]) => `${box.width.toFixed()}x${box.height.toFixed()}: ${named(one)}`);
  }

  /** Texts of which a part lies outside of what cuts it off: the window, or a box that hides what does not fit. */
  function clipped() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement;
      if (!node.data.trim() || !holder.checkVisibility(SEEN) || holder.closest(".unseen-title, .skip, option, noscript, script")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const cut = [...range.getClientRects()].some((box) => box.width > 0.5 && isCut(box, holder));
      if (cut) found.push(`cut off: "${node.data.trim().slice(0, 40)}" in ${named(holder)}`);
    }
    return found;
  }

  /** Short words that do not fit into their line, and go on in the next: their room is too narrow. */
  function torn() {
    const found = [];
    const range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.checkVisibility(SEEN) || node.parentElement.closest(".unseen-title, .skip, option, noscript, script")) continue;
      for (const { index, 0: word } of node.data.matchAll(SHORT_WORD)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (tops.size > 1) found.push(`torn: "${word}" in ${named(node.parentElement)}`);
      }
    }
    return found;
  }

  function isCut(box, holder) {
    for (let around = holder; around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return false;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = around.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top > edge.bottom - 2 || box.bottom < edge.top + 2) return true;
    }
    return box.left < -1 || box.right > document.documentElement.clientWidth + 1;
  }

  function frame(language) {
    const found = [];
    const h1 = all("h1");
    if (h1.length !== 1) found.push(`${h1.length} headings of the first level`);
    if (!document.title.trim()) found.push("the document has no title");
    if (document.documentElement.lang !== language) found.push(`lang is ${document.documentElement.lang}`);
    if (/\b(undefined|null|NaN|\[object)\b/.test(document.body.innerText)) found.push(`a hole in the text: ${document.body.innerText}`);
    return found;
  }

  /** What still moves although the reader wants no motion; a switch and a button are on their way meanwhile. */
  function motion() {
    const going = [...document.querySelectorAll(".switch:not(.busy), .button:not(.busy)")].slice(0, 2);
    going.forEach((one) => one.classList.add("busy"));
    const found = moving();
    going.forEach((one) => one.classList.remove("busy"));
    return found;
  }

  function moving() {
    const run = document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1);
    const slow = all("body *").filter((one) => {
      const style = getComputedStyle(one);
      const spans = [style.transitionDuration, style.animationName === "none" ? "0s" : style.animationDuration];
      return spans.join().split(",").some((span) => parseFloat(span) > 0.001);
    });
    return [...run.map((one) => named(one.effect.target)), ...slow.map(named)].map((one) => `moves: ${one}`);
  }

  async function atOnce(language, hasAxe) {
    await drawn();
    return [beside(), small(), clipped(), frame(language), motion(), hasAxe ? await axeFinds() : []].flat();
  }

  async function atLargeText() {
    document.documentElement.style.fontSize = "200%";
    await drawn();
    const found = [beside(), clipped(), torn()].flat().map((one) => `at 200 % text: ${one}`);
    document.documentElement.style.fontSize = "";
    return found;
  }

  async function axeFinds() {
    // Large text as well has to stand out as much as other text.
    axe.configure({ checks: [{ id: "color-contrast", options: { contrastRatio: { normal: { expected: 4.5 }, large: { expected: 4.5 } } } }] });
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 110)} ${node.any[0]?.message ?? ""}`));
  }

  /** All that Tab should lead to, numbered; of a group of radios, the one that Tab leads to. */
  function stops() {
    const found = all("a[href], button, input, select, textarea, summary, [tabindex]").filter((one) => one.tabIndex >= 0 && !one.disabled);
    found.forEach((one, index) => (one.dataset.stop = index));
    return found.map(named);
  }

  /** Wait until a change of size has been drawn, by what watches sizes as well. */
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));

  const stop = () => Number(document.activeElement?.dataset.stop ?? -1);

  window.pageChecks = { atOnce, atLargeText, stops, stop };
})();
