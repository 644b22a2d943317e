// A device that has just come: how it stands, and its name and room.

import { html, useEffect, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { certificateText, tried } from "../announce.js";
import { roomsWalked } from "../places.js";
import { presenceText } from "../presence.js";
import { ask } from "../session.js";
import { product as productOf, titleOf } from "../specs.js";
import { t } from "../words.js";
import { Name } from "./editing.js";
import { Step } from "./progress.js";

const STANDING = { valid: "new.certified", none: "new.uncertified" };

export function Newcomer({ device }) {
  const product = productOf(device).value;
  const isThere = device.presence.status !== "interviewing";
  const certificate = useCertificate(device.id, isThere);
  const [isKept, keep] = useState(false);
  const path = `/devices/${encodeURIComponent(device.id)}`;
  const rename = async (name) => {
    await ask("PATCH", path, { name });
    keep(true);
  };
  const place = (room) => tried(ask("PATCH", path, { room }));
  return html`<section class="card newcomer" aria-labelledby=${`new-${device.id}`} data-newcomer=${device.id}>
    <header class="newcomer-head"><span class="device-icon"><${Icon} name=${deviceIcon(device)} size="2rem" /></span>
      <div><h2 id=${`new-${device.id}`}><bdi>${device.name}</bdi></h2>
        <p class="soft">${product ? titleOf(product.spec.title, device.product) : device.product}</p></div></header>
    <ol class="join-steps" aria-live="polite">
      <${Step} tone="ok" icon="check" title=${t("new.in")} more=${device.id} />
      <${Step} tone=${isThere ? "ok" : "going"} icon=${isThere ? "check" : "info"} title=${presenceText(device.presence)}
        more=${isThere ? "" : t("new.interview")} />
      ${certificate && html`<${Step} tone=${certificate.status === "valid" ? "ok" : ""} icon="shield" title=${t(STANDING[certificate.status] ?? "new.doubtful")} more=${certificateText(certificate)} />`}
    </ol>
    <${Name} value=${device.name} word=${t("new.keep")} onCommit=${rename} />
    ${roomsWalked.value.length > 0 && html`<div class="pick"><h3 id=${`room-${device.id}`}>${t("new.room")}</h3>
      <div class="chips" role="group" aria-labelledby=${`room-${device.id}`}>
        ${roomsWalked.value.map(({ id, name }) => html`<button type="button" class="chip" key=${id} aria-pressed=${device.room === id ? "true" : "false"}
          onClick=${() => place(device.room === id ? null : id)}><bdi>${name}</bdi></button>`)}
      </div></div>`}
    <div class="code-tools"><a class=${isKept ? "button" : "button quiet"} href=${`#/device/${encodeURIComponent(device.id)}`}>${t("new.open")}</a></div>
  </section>`;
}

/** How its product stands, once the hub knows which it is. */
function useCertificate(id, isThere) {
  const [found, tell] = useState(null);
  useEffect(() => {
    if (!isThere) return;
    ask("GET", `/devices/${encodeURIComponent(id)}`).then((view) => tell(view.certificate), () => {});
  }, [id, isThere]);
  return found;
}
