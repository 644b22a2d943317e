// Looks for QR codes with the phone's camera: by the browser itself, or by a decoder that comes when it is needed.

import { html, useEffect, useRef, useState } from "../lib.js";
import { Icon } from "../icons.js";
import { t } from "../words.js";

const LOOK_EVERY_MS = 200;
const DECODER = "/vendor/qr/decode.js";

/** Browsers give a camera to a page over https alone, and to one from the machine itself. */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** Show what the camera sees; `onText` is told what each QR code says, until it returns true. */
export function Scanner({ onText, onStop }) {
  const screen = useRef();
  const [trouble, say] = useState("");
  useEffect(() => watch(screen.current, onText, say), []);
  return html`<div class="scanner">
    <video ref=${screen} playsinline muted aria-label=${t("add.scan.view")}></video>
    <p class=${trouble ? "standing bad" : "soft"} role="status">${trouble || t("add.scan.hint")}</p>
    <button type="button" class="button quiet" onClick=${onStop}><${Icon} name="close" size="1.25rem" />${t("add.scan.stop")}</button>
  </div>`;
}

/** Run the camera until what is returned is called. */
function watch(screen, onText, say) {
  const held = { isOver: false, stream: null, timer: 0 };
  begin(screen, held, onText).catch((problem) => {
    if (!held.isOver) say(t(WHY[problem.name] ?? "add.scan.failed"));
  });
  return () => {
    held.isOver = true;
    clearTimeout(held.timer);
    held.stream?.getTracks().forEach((track) => track.stop());
  };
}

const WHY = {
  NotAllowedError: "add.scan.refused",
  NotFoundError: "add.scan.none",
  NotReadableError: "add.scan.busy",
};

async function begin(screen, held, onText) {
  const facing = { facingMode: { ideal: "environment" }, width: { ideal: 1280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: facing });
  held.stream = stream;
  if (held.isOver) return stream.getTracks().forEach((track) => track.stop());
  const detector = await makeDetector();
  screen.srcObject = stream;
  await screen.play();
  const look = async () => {
    const seen = held.isOver ? [] : await detector.detect(screen);
    if (held.isOver || seen.some(({ rawValue }) => onText(rawValue))) return;
    held.timer = setTimeout(look, LOOK_EVERY_MS);
  };
  await look();
}

async function makeDetector() {
  const own = await window.BarcodeDetector?.getSupportedFormats();
  const Detector = own?.includes("qr_code") ? window.BarcodeDetector : (await import(DECODER)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
}
