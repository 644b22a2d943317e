// Tiles of a large home that nobody has come near yet: a name and a link until then, so that a thousand
// devices cost no more than those that are looked at.

import { html, useEffect, useRef, useState } from "../lib.js";
import { device as deviceOf, order } from "../home.js";

/** So many tiles are drawn at once. */
const MANY = 120;
/** So many that have come near are drawn with each frame, the latest first. */
const EACH_FRAME = 3;
const NEAR = "150% 0px";
const IN_ROW = 8;

const come = new Map();
const groupOf = new Map();
let filling = new Set();
let near = [];
let drawing = 0;

const eye = new IntersectionObserver(take, { rootMargin: NEAR });

function take(seen) {
  for (const { target, isIntersecting } of seen) if (isIntersecting) near.push(...(groupOf.get(target) ?? []));
  draw();
}

/** Wait for somebody to come near: of some tiles in a row the first is watched, and speaks for all. */
function wait(tile, whenNear) {
  if (filling.size >= IN_ROW) filling = new Set();
  if (!filling.size) eye.observe(tile);
  come.set(tile, whenNear);
  groupOf.set(tile, filling.add(tile));
}

function leave(tile) {
  const group = groupOf.get(tile);
  const [first] = group;
  group.delete(tile);
  groupOf.delete(tile);
  come.delete(tile);
  eye.unobserve(tile);
  const [next] = group;
  if (first === tile && next) eye.observe(next);
}

function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    for (const tile of near.splice(-EACH_FRAME)) come.get(tile)?.();
    if (near.length) draw();
  });
}

/** Show `whole` once the tile is near; in a home that is not large at once. */
export function Near({ id, link, whole }) {
  const [isNear, setNear] = useState(order.peek().length <= MANY);
  const tile = useRef();
  useEffect(() => {
    const here = tile.current;
    if (!here) return undefined;
    wait(here, () => setNear(true));
    return () => leave(here);
  }, [isNear]);
  if (isNear) return whole();
  return html`<li class="tile far" data-device=${id} ref=${tile}><a class="tile-link" href=${link}>
    <span class="tile-icon"></span><span class="tile-name"><bdi>${deviceOf(id).value?.name}</bdi></span></a></li>`;
}
