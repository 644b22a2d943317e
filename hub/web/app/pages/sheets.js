// Lists of tiles. In a large home they come in sheets: what nobody is near costs the browser nothing, and its tiles are
// names and links until somebody comes, so that a thousand devices cost no more than those that are looked at.

import { html, useEffect, useRef, useState } from "../lib.js";
import { order } from "../home.js";

/** So many tiles are drawn at once. */
const MANY = 120;
/** Whole rows for each number of columns that a page can have. */
const IN_SHEET = 60;
/** So many tiles of a sheet that has come near are drawn with each frame. */
const EACH_FRAME = 3;
const NEAR = "150% 0px";

const known = new Map();
const near = new Set();
let drawing = 0;

const eye = new IntersectionObserver(look, { rootMargin: NEAR });

function look(seen) {
  for (const { target, isIntersecting, boundingClientRect } of seen) {
    const sheet = known.get(target);
    if (!sheet) continue;
    near.delete(sheet);
    sheet.isFromEnd = boundingClientRect.top < 0;
    if (isIntersecting) near.add(sheet);
  }
  draw();
}

/** Draw tiles of the sheet that has come last, as long as it is near: first those at the edge over which it comes. */
function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    const sheet = [...near].findLast(({ waiting }) => waiting.size > 0);
    if (!sheet) return;
    const tiles = [...sheet.waiting];
    for (const show of sheet.isFromEnd ? tiles.slice(-EACH_FRAME) : tiles.slice(0, EACH_FRAME)) {
      sheet.waiting.delete(show);
      show(true);
    }
    draw();
  });
}

/** Say whether a tile is to be drawn whole; without a sheet it is from the start. */
export function useNear(sheet) {
  const [isNear, setNear] = useState(!sheet);
  useEffect(() => {
    if (isNear) return undefined;
    sheet.waiting.add(setNear);
    draw();
    return () => sheet.waiting.delete(setNear);
  }, [isNear, sheet]);
  return isNear;
}

/** Show a tile for each id: `tile(id, sheet)`. */
export function Sheets({ ids, tile }) {
  if (order.value.length <= MANY) return html`<ul class="tiles">${ids.map((id) => tile(id))}</ul>`;
  const starts = Array.from({ length: Math.ceil(ids.length / IN_SHEET) }, (_, place) => place * IN_SHEET);
  return starts.map((start) => html`<${Sheet} key=${start} ids=${ids.slice(start, start + IN_SHEET)} tile=${tile} />`);
}

function Sheet({ ids, tile }) {
  const list = useRef();
  const [sheet] = useState(() => ({ waiting: new Set(), isFromEnd: false }));
  useEffect(() => {
    const here = list.current;
    known.set(here, sheet);
    eye.observe(here);
    return () => {
      eye.unobserve(here);
      known.delete(here);
      near.delete(sheet);
    };
  }, [sheet]);
  return html`<ul class="tiles sheet" ref=${list}>${ids.map((id) => tile(id, sheet))}</ul>`;
}
