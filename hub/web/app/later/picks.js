// Picking what a piece speaks of: a device or group, and what that has by its product spec.

import { html } from "../lib.js";
import { mainSwitch } from "../attention.js";
import { groups } from "../home.js";
import { roomsWalked } from "../places.js";
import { isReadable, isWritable, product as productOf } from "../specs.js";
import { t } from "../words.js";
import { Choose, partTitle } from "./fields.js";
import { face, roster } from "./roster.js";

export const PRESENCES = ["online", "unreachable", "asleep", "unstable"];

/** Choose a device, by rooms; `isGroupToo` offers groups before. */
export function Target({ piece, isGroupToo, onPick }) {
  const inRoom = (room) => roster.value.filter((one) => (one.room ?? null) === room).map(({ id, name }) => [`device ${id}`, name]);
  const known = roomsWalked.value.map(({ id }) => id);
  const stray = roster.value.filter(({ room }) => !known.includes(room)).map(({ id, name }) => [`device ${id}`, name]);
  const sets = [
    [t("pick.groups"), isGroupToo ? groups.value.map(({ id, name }) => [`group ${id}`, name]) : []],
    ...roomsWalked.value.map(({ id, name }) => [name, inRoom(id)]),
    [roomsWalked.value.length ? t("pick.noroom") : "", stray],
  ];
  const value = piece.group ? `group ${piece.group}` : piece.device ? `device ${piece.device}` : "";
  const pick = (chosen) => {
    const [kind, id] = chosen.split(" ");
    onPick({ [kind]: id });
  };
  return html`<${Choose} title=${t(isGroupToo ? "pick.target" : "pick.device")} value=${value} sets=${sets} onPick=${pick} />`;
}

/** The product of what a piece speaks of; for a group those parts alone that all members share. */
export function productFor({ device, group }) {
  if (!group) return productOf(face(device ?? "").value).value;
  const members = groups.value.find((one) => one.id === group)?.members ?? [];
  const all = members.map((id) => productOf(face(id).value).value);
  if (!all.length || all.some((one) => !one)) return null;
  const isShared = (part) => isWritable(part) && all.every((one) => one.byAddress.get(part.address)?.format === part.format);
  return { ...all[0], parts: all[0].parts.filter(isShared) };
}

const row = (kind) => (part) => [`${kind} ${part.address}`, partTitle(part)];

/** What a trigger or a condition can look at. */
export function Seen({ piece, product, isTrigger, onPick }) {
  const parts = product?.parts ?? [];
  const isTold = (part) => isReadable(part) || (part.kind === "property" && part.access.includes("notify"));
  const sets = [
    [t("pick.properties"), parts.filter(isTold).map(row("property"))],
    [t("pick.events"), isTrigger ? parts.filter(({ kind }) => kind === "event").map(row("event")) : []],
    [t("pick.reach"), [["presence", t("pick.presence")]]],
  ];
  const value = { property: `property ${piece.address}`, event: `event ${piece.event}`, presence: "presence" }[piece.type] ?? "";
  return html`<${Choose} title=${t("pick.what")} value=${value} sets=${sets} onPick=${onPick} />`;
}

/** What an action can do: set one more property, or call. */
export function Doable({ piece, product, onPick }) {
  const parts = product?.parts ?? [];
  const held = Object.keys(piece.properties ?? {});
  const isMore = piece.type === "set" && held.length > 0;
  const settable = parts.filter((part) => isWritable(part) && !held.includes(part.address));
  const main = mainSwitch(product);
  const ranked = main && settable.includes(main) ? [main, ...settable.filter((part) => part !== main)] : settable;
  const calls = piece.group || isMore ? [] : parts.filter(({ kind }) => kind === "action");
  if (isMore && !ranked.length) return null;
  const sets = [[t("pick.settable"), ranked.map(row("set"))], [t("pick.actions"), calls.map(row("call"))]];
  const value = piece.type === "call" ? `call ${piece.action}` : "";
  return html`<${Choose} title=${t(isMore ? "pick.more" : "pick.what")} value=${value} sets=${sets} onPick=${onPick} />`;
}
