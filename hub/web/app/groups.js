// How a group is, as its members make it now; what is on its way goes before what is told, as on their own pages.

import { pending } from "./commands.js";
import { shownOf } from "./controls/rows.js";
import { device } from "./home.js";
import { valueText } from "./format.js";
import { isReachable } from "./presence.js";
import { isReadable, isWritable, product } from "./specs.js";
import { t } from "./words.js";

const typeOf = (part) => (["bool", "string"].includes(part.format) ? part.format : "number");

/** What can be set of all these products: the parts of the first one, as far as the others take it, too. */
export function sharedParts(products) {
  const [first, ...others] = products;
  if (!first) return [];
  return first.parts.filter(isWritable).map((part) => others.reduce(shared, part)).filter(Boolean);
}

function shared(part, other) {
  const its = part && other.byAddress.get(part.address);
  if (!its || !isWritable(its) || typeOf(its) !== typeOf(part)) return null;
  const range = part.range && its.range
    ? [Math.max(part.range[0], its.range[0]), Math.min(part.range[1], its.range[1]), Math.max(part.range[2] ?? 0, its.range[2] ?? 0)]
    : part.range;
  const values = part.enum && its.enum?.map(({ value }) => value);
  return { ...part, range, enum: values ? part.enum.filter(({ value }) => values.includes(value)) : part.enum };
}

/** Whether something of a product can be set together with these parts. */
export const fits = (parts, spec) => parts.some((part) => shared(part, spec));

/** What members show who do not show the same: from the least to the greatest, or that they differ. */
export const differing = (part, { isMixed, span }) =>
  !isMixed ? "" : span && !part.enum ? t("group.span", { least: valueText(part, span[0]), most: valueText(part, span[1]) }) : t("group.differ");

/** Return {members, parts, main, on, away, shown}: its devices, common parts, switch, and what a part shows. */
export function standing(group) {
  const members = group.members.map((id) => device(id).value).filter(Boolean);
  const products = members.map((one) => product(one).value).filter(Boolean);
  const parts = sharedParts(products);
  const heard = members.filter(isReachable);
  const isSwitch = (part) => isReadable(part) && part.format === "bool" && part.ui?.is_primary;
  const main = parts.find(({ address }) => products.every((spec) => isSwitch(spec.byAddress.get(address)))) ?? null;
  const each = (part) => heard.map((one) => shownOf(one, part, pending(one.id).value));
  return {
    members,
    parts: parts.filter((part) => part !== main),
    main,
    on: main ? each(main).filter(({ value }) => value === true).length : 0,
    heard: heard.length,
    away: members.filter((one) => !isReachable(one)),
    shown: (part) => common(each(part)),
  };
}

function common(each) {
  const known = each.filter(({ value }) => value !== null);
  const isMixed = known.some(({ value }) => value !== known[0].value);
  const going = each.find((one) => one.isPending)?.going;
  const values = known.map(({ value }) => value);
  return {
    value: isMixed ? null : (values[0] ?? null),
    span: isMixed && typeof values[0] === "number" ? [Math.min(...values), Math.max(...values)] : null,
    isMixed,
    isPending: Boolean(going),
    going,
    isOld: known.length > 0 && known.every((one) => one.isOld),
  };
}
