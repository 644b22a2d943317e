// The editor of one piece: of what sets an automation off, of a condition, of what is done.

import { html } from "../lib.js";
import { Icon } from "../icons.js";
import { valueText } from "../format.js";
import { device as deviceOf, scenes } from "../home.js";
import { titleOf } from "../specs.js";
import { pair, t } from "../words.js";
import { Chips, Choose, Clock, Days, NumberIn, SpanIn, TextIn, ValueIn, firstValue, partTitle } from "./fields.js";
import { Doable, PRESENCES, Seen, Target, productFor } from "./picks.js";

/** Each editor is given {piece, onSet(piece)}; `isTrigger` tells what comes to be from what is. */
export function LookEditor({ piece, isTrigger, onSet }) {
  switch (piece.type) {
    case "time":
      return html`<${TimeEditor} piece=${piece} isTrigger=${isTrigger} onSet=${onSet} />`;
    case "sun":
      return isTrigger ? html`<${SunEditor} piece=${piece} onSet=${onSet} />`
        : html`<${Chips} title=${t("pick.sun")} value=${piece.is} choices=${[["up", t("pick.up")], ["down", t("pick.down")]]} onPick=${(is) => onSet({ ...piece, is })} />`;
    default:
      return html`<${DeviceEditor} piece=${piece} isTrigger=${isTrigger} onSet=${onSet} />`;
  }
}

function TimeEditor({ piece, isTrigger, onSet }) {
  const change = (news) => onSet({ ...piece, ...news });
  return html`<div class="ask-row">${isTrigger
    ? html`<${Clock} title=${t("pick.at")} value=${piece.at} onSet=${(at) => change({ at })} />`
    : html`<${Clock} title=${t("pick.from")} value=${piece.from} onSet=${(from) => change({ from })} />
      <${Clock} title=${t("pick.until")} value=${piece.until} onSet=${(until) => change({ until })} />`}</div>
    <${Days} days=${piece.days} onSet=${(days) => change({ days })} />`;
}

const MINUTE = 60;

function SunEditor({ piece, onSet }) {
  const change = (news) => onSet({ ...piece, ...news });
  const { offset_s: offset } = piece;
  const way = offset < 0 ? "before" : offset > 0 ? "after" : "exactly";
  const size = Math.abs(offset) || 30 * MINUTE;
  const turned = { before: -size, exactly: 0, after: size };
  return html`<${Chips} title=${t("pick.sun")} value=${piece.at} choices=${[["sunrise", t("pick.sunrise")], ["sunset", t("pick.sunset")]]} onPick=${(at) => change({ at })} />
    <${Chips} title=${t("pick.offset")} value=${way} onPick=${(key) => change({ offset_s: turned[key] })}
      choices=${[["before", t("pick.before", { span: "" }).trim()], ["exactly", t("pick.exactly")], ["after", t("pick.after", { span: "" }).trim()]]} />
    ${offset !== 0 && html`<${SpanIn} title=${t("pick.offset")} value=${size} onSet=${(span) => change({ offset_s: Math.sign(offset) * (span || MINUTE) })} />`}`;
}

function DeviceEditor({ piece, isTrigger, onSet }) {
  const product = productFor(piece);
  const { key, device } = piece;
  const look = (chosen) => {
    const [type, address] = chosen.split(" ");
    if (type === "presence") return onSet({ key, type, device, is: "unreachable", ...(isTrigger && { for_s: 0 }) });
    if (type === "event") return onSet({ key, type, device, event: address, arguments: {} });
    onSet({ key, type, device, address, ...firstClaim(product.byAddress.get(address), deviceOf(device).value), ...(isTrigger && { for_s: 0 }) });
  };
  const part = piece.type === "property" && product?.byAddress.get(piece.address);
  const canHold = isTrigger && (piece.type === "presence" || (piece.type === "property" && howOf(piece) !== "change"));
  return html`<${Target} piece=${piece} onPick=${(target) => onSet({ key, type: "pick", ...target })} />
    ${device && html`<${Seen} piece=${piece} product=${product} isTrigger=${isTrigger} onPick=${look} />`}
    ${device && !product && html`<p class="soft">${t("pick.waits")}</p>`}
    ${part && html`<${Claim} piece=${piece} part=${part} isTrigger=${isTrigger} onSet=${onSet} />`}
    ${piece.type === "event" && html`<${Arguments} piece=${piece} part=${product?.byAddress.get(piece.event)} onSet=${onSet} />`}
    ${piece.type === "presence" && html`<${Chips} title=${t(isTrigger ? "pick.becomes" : "pick.is")} value=${piece.is}
      choices=${PRESENCES.map((one) => [one, t(`say.if.${one}`, { device: "" }).trim()])} onPick=${(is) => onSet({ ...piece, is })} />`}
    ${canHold && html`<${SpanIn} title=${t("pick.for")} value=${piece.for_s} none=${t("pick.for.none")} onSet=${(for_s) => onSet({ ...piece, for_s })} />`}`;
}

const isNumber = (part) => !part.enum && part.format !== "bool" && part.format !== "string" && part.unit !== "rgb";

/** What is compared first: a number with its middle, anything else with what it shows now. */
function firstClaim(part, device) {
  const shown = device?.twin[part.address]?.value ?? null;
  if (!isNumber(part)) return { is: part.format === "bool" ? true : firstValue(part, shown) };
  return { above: shown ?? (part.range ? middle(part.range) : "") };
}

const middle = ([least, most, step]) => (step ? least + Math.round((most - least) / 2 / step) * step : (least + most) / 2);

function howOf({ is, above, below }) {
  const has = (value) => value !== null && value !== undefined;
  if (has(is)) return "is";
  if (has(above) && has(below)) return "between";
  if (has(above)) return "above";
  return has(below) ? "below" : "change";
}

/** How a property is compared, and with what. */
function Claim({ piece, part, isTrigger, onSet }) {
  const how = howOf(piece);
  const { is: _is, above, below, ...rest } = piece;
  const shown = deviceOf(piece.device).value?.twin[part.address]?.value ?? null;
  const known = [above, below, shown].find((value) => typeof value === "number") ?? (part.range ? middle(part.range) : "");
  const turn = {
    is: () => ({ ...rest, is: firstValue(part, shown) }),
    above: () => ({ ...rest, above: known }),
    below: () => ({ ...rest, below: known }),
    between: () => ({ ...rest, above: above ?? part.range?.[0] ?? "", below: below ?? part.range?.[1] ?? "" }),
    change: () => ({ ...rest, for_s: 0 }),
  };
  const words = isNumber(part) ? ["above", "below", "between"] : ["is"];
  const choices = [...words, ...(isTrigger ? ["change"] : [])].map((key) => [key, t(key === "is" && isTrigger ? "pick.becomes" : `pick.${key}`)]);
  const now = shown === null ? "" : t("pick.now", { value: valueText(part, shown) });
  const bound = (name, title) => html`<${NumberIn} key=${name} part=${part} title=${title} value=${piece[name]} onSet=${(value) => onSet({ ...piece, [name]: value })} />`;
  return html`${choices.length > 1 && html`<${Chips} title=${t("pick.compare")} value=${how} choices=${choices} onPick=${(key) => onSet(turn[key]())} />`}
    ${how === "is" && html`<${ValueIn} part=${part} title=${partTitle(part)} value=${piece.is} onSet=${(is) => onSet({ ...piece, is })} />`}
    ${(how === "above" || how === "below") && bound(how, t("pick.value"))}
    ${how === "between" && html`<div class="ask-row">${bound("above", t("pick.least"))}${bound("below", t("pick.most"))}</div>`}
    ${now && how !== "is" && html`<p class="soft">${now}</p>`}`;
}

/** Arguments of an event that have to be so; what is left out may be anything. */
function Arguments({ piece, part, onSet }) {
  const given = piece.arguments ?? {};
  const without = (name) => Object.fromEntries(Object.entries(given).filter(([key]) => key !== name));
  return (part?.arguments ?? []).map((one) => {
    const title = t("pick.argument", { title: partTitle(one) });
    const isAsked = one.name in given;
    return html`<div class="argument" key=${one.name}>
      <${Chips} title=${title} value=${isAsked ? "is" : "any"} choices=${[["any", t("pick.argument.any")], ["is", "…"]]}
        onPick=${(key) => onSet({ ...piece, arguments: key === "is" ? { ...given, [one.name]: firstValue(one, null) } : without(one.name) })} />
      ${isAsked && html`<${ValueIn} part=${one} title=${partTitle(one)} value=${given[one.name]}
        onSet=${(value) => onSet({ ...piece, arguments: { ...given, [one.name]: value } })} />`}
    </div>`;
  });
}

export function DoEditor({ piece, onSet }) {
  switch (piece.type) {
    case "scene":
      if (!scenes.value.length) return html`<p class="soft">${t("pick.scene.none")}</p>`;
      return html`<${Choose} title=${t("pick.scene")} value=${piece.scene} sets=${[["", scenes.value.map(({ id, name }) => [id, name])]]}
        onPick=${(scene) => onSet({ ...piece, scene })} />`;
    case "wait":
      return html`<${SpanIn} title=${t("pick.wait")} value=${piece.for_s} onSet=${(for_s) => onSet({ ...piece, for_s })} />`;
    case "notify":
      return html`<${TextIn} title=${t("pick.text")} value=${piece.text} onSet=${(text) => onSet({ ...piece, text })} />`;
    default:
      return html`<${OrderEditor} piece=${piece} onSet=${onSet} />`;
  }
}

function OrderEditor({ piece, onSet }) {
  const product = productFor(piece);
  const { key, device, group } = piece;
  const target = group ? { group } : { device };
  const shown = (address) => deviceOf(device ?? "").value?.twin[address]?.value ?? null;
  const pick = (chosen) => {
    const [type, address] = chosen.split(" ");
    const part = product.byAddress.get(address);
    if (type === "set") {
      const value = part.format === "bool" ? true : firstValue(part, shown(address));
      return onSet({ key, type, ...target, properties: { ...piece.properties, [address]: value }, hidden: piece.hidden ?? [] });
    }
    const values = Object.fromEntries((part.arguments ?? []).map((one) => [one.name, firstValue(one, null)]));
    onSet({ key, type, device, action: address, arguments: values, hidden: [] });
  };
  const part = piece.type === "call" && product?.byAddress.get(piece.action);
  return html`<${Target} piece=${piece} isGroupToo onPick=${(next) => onSet({ key, type: "pick", ...next })} />
    ${(device || group) && !product && html`<p class="soft">${t("pick.waits")}</p>`}
    ${piece.type === "set" && html`<${Settings} piece=${piece} product=${product} onSet=${onSet} />`}
    ${part && (part.arguments ?? []).map((one) => html`<${ArgumentIn} key=${one.name} piece=${piece} one=${one} onSet=${onSet} />`)}
    ${product && html`<${Doable} piece=${piece} product=${product} onPick=${pick} />`}`;
}

/** The properties that one action sets together. */
function Settings({ piece, product, onSet }) {
  const without = (address) => ({
    ...piece,
    properties: Object.fromEntries(Object.entries(piece.properties).filter(([one]) => one !== address)),
    hidden: (piece.hidden ?? []).filter((one) => one !== address),
  });
  const isOne = Object.keys(piece.properties).length + (piece.hidden ?? []).length === 1;
  const drop = (address) => onSet(isOne ? { key: piece.key, type: "pick", ...(piece.group ? { group: piece.group } : { device: piece.device }) } : without(address));
  const row = (address, inner) => {
    const part = product?.byAddress.get(address);
    const title = part ? partTitle(part) : address;
    return html`<div class="setting" key=${address}>${inner(part, title)}
      <button type="button" class="tool" aria-label=${t("auto.piece.drop", { text: title })} onClick=${() => drop(address)}><${Icon} name="close" size="1.125rem" /></button></div>`;
  };
  return html`${Object.entries(piece.properties).map(([address, value]) => row(address, (part, title) => (part
    ? html`<${ValueIn} part=${part} title=${title} value=${value} onSet=${(next) => onSet({ ...piece, properties: { ...piece.properties, [address]: next } })} />`
    : html`<span class="ask">${pair(title, String(value))}</span>`)))}
    ${(piece.hidden ?? []).map((address) => row(address, (part, title) => html`<span class="ask">${pair(title, t("say.hidden"))}</span>`))}`;
}

function ArgumentIn({ piece, one, onSet }) {
  const hidden = piece.hidden ?? [];
  const title = titleOf(one.title, one.name);
  const change = (value) => onSet({ ...piece, arguments: { ...piece.arguments, [one.name]: value }, hidden: hidden.filter((name) => name !== one.name) });
  if (hidden.includes(one.name) && !(one.name in piece.arguments)) {
    return html`<div class="setting"><span class="ask">${pair(title, t("say.hidden"))}</span>
      <button type="button" class="tool" aria-label=${t("auto.piece.edit", { text: title })} onClick=${() => change("")}><${Icon} name="edit" size="1.125rem" /></button></div>`;
  }
  return html`<${ValueIn} part=${one} title=${title} value=${piece.arguments[one.name]} onSet=${change} />`;
}
