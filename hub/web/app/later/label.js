// What the label of a device says: its setup code as people type it, or as its QR code holds it.

const TYPED = /^\s*(\d{4})[ \u00a0-]?(\d{4})\s*$/;
const LABEL = /^ECO:(\d{4})(\d{4})(?:\/([A-Z0-9][A-Z0-9-]{6,62}[A-Z0-9])(?:\/.*)?)?$/i;

/** Return {code: "1234-5678", device: an id or ""}, or null where the text is neither. */
export function readLabel(text) {
  const found = TYPED.exec(text) ?? LABEL.exec(text.trim());
  return found && { code: `${found[1]}-${found[2]}`, device: (found[3] ?? "").toLowerCase() };
}
