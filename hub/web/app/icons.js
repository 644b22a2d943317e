// Pictures, drawn from vendored outlines; a name that is not known falls back to the class's.

import { NAMES, SHAPES } from "/vendor/lucide/icons.js";
import { h } from "./lib.js";

export function Icon({ name, fallback = "device", size = "1.5rem" }) {
  const shapes = SHAPES[NAMES[name] ?? NAMES[fallback] ?? NAMES.device];
  return h(
    "svg",
    { class: "icon", width: size, height: size, viewBox: "0 0 24 24", "aria-hidden": "true" },
    shapes.map(([tag, attributes]) => h(tag, attributes)),
  );
}

const CLASSES = {
  contact_sensor: "contact-sensor",
  wearable: "watch",
  smart_plug: "plug",
};

export const classIcon = (kind) => CLASSES[kind] ?? (kind ?? "device").replaceAll("_", "-");

/** The picture that somebody has chosen for a device, else that of its kind. */
export const deviceIcon = (device) => device.icon || classIcon(device.class);
