// A QR code from its rows, dark on light by day and by night: cameras read no other.

import { html } from "../lib.js";

const QUIET = 4;

export function Qr({ rows, title }) {
  const size = rows.length + 2 * QUIET;
  const cells = rows.flatMap((row, y) => [...row].map((cell, x) => (cell === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  return html`<svg class="qr" role="img" aria-label=${title} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges">
    <path class="qr-ground" d=${`M0 0h${size}v${size}h-${size}z`} /><path class="qr-ink" d=${cells.join("")} /></svg>`;
}
