// Scenes: which there are, one of them with what it does, and how one is taken from the home as it is now.

import { html, useEffect, useRef, useState } from "../lib.js";
import { Icon, deviceIcon } from "../icons.js";
import { announce, tried, why } from "../announce.js";
import { hasFailed } from "../commands.js";
import { byRoom } from "../glance.js";
import { device as deviceOf, isKnown, may, nameOf, scenes } from "../home.js";
import { isReachable, presenceText } from "../presence.js";
import { roomName, roomsWalked } from "../places.js";
import { ask } from "../session.js";
import { product as productOf } from "../specs.js";
import { t, tn } from "../words.js";
import { Back, Gone } from "../pages/parts.js";
import { activate, going } from "../pages/scenes.js";
import { BackTo, DevicePick, Heading, IconPick, Making, Name, Remove, RoomPick, go } from "./editing.js";
import { Step, settable } from "./steps.js";
import "./scenes.words.js";

const ICONS = ["scene", "sunrise", "sunset", "moon", "bed", "film", "title", "party", "coffee", "leave", "room", "light", "power", "shield", "star", "heart"];

export default function Scenes({ id }) {
  const scene = scenes.value.find((one) => one.id === id);
  useEffect(() => void (document.title = scene?.name ?? t("place.scenes")), [scene?.name]);
  if (!id) return html`<${List} />`;
  if (id === "new") return html`<${NewScene} />`;
  if (!scene) return isKnown.value ? html`<${Gone} text=${t("scenes.gone")} />` : null;
  return html`<${ScenePage} key=${id} scene=${scene} />`;
}

function List() {
  const mayArrange = may("arrange");
  return html`<div class="arranging">
    <${BackTo} list="#/settings" />
    <header class="page-head with-tool"><h1 tabindex="-1">${t("place.scenes")}</h1>
      ${mayArrange && scenes.value.length > 0 && html`<a class="button" href="#/scenes/new">${t("scenes.add")}</a>`}</header>
    ${scenes.value.length
      ? html`<ul class="card places">${scenes.value.map((scene) => html`<${Line} key=${scene.id} scene=${scene} />`)}</ul>`
      : html`<div class="empty-page low"><${Icon} name="scene" size="2.5rem" /><p>${t("scenes.none")}</p><p class="soft">${t("scenes.none.how")}</p>
          ${mayArrange && html`<a class="button" href="#/scenes/new">${t("scenes.add")}</a>`}</div>`}
  </div>`;
}

function Line({ scene }) {
  return html`<li class="scene-line"><a class="place" href=${`#/scenes/${scene.id}`}><${Icon} name=${scene.icon} fallback="scene" size="1.5rem" />
      <span><bdi>${scene.name}</bdi><span class="soft">${tn("group.members", scene.devices.length)}</span></span></a>
    <button type="button" class="tool" disabled=${going.value.includes(scene.id)} aria-label=${t("scenes.run", { name: scene.name })} onClick=${() => activate(scene)}><${Icon} name="play" size="1.375rem" /></button></li>`;
}

/** Only what can be brought back to how it is now can be taken. */
function note(device) {
  const where = isReachable(device) ? roomName(device.room) : presenceText(device.presence);
  const isBarred = productOf(device).value !== null && !Object.keys(settable(device.id)).length;
  return { text: isBarred ? t("scenes.nothing") : where, isBarred };
}

function NewScene() {
  const [given, give] = useState({ icon: "", capture: [] });
  const make = async (name) => go(`#/scenes/${(await ask("POST", "/scenes", { name, ...given })).id}`);
  const chosen = new Set(given.capture);
  const toggle = (id, isIn) => give({ ...given, capture: isIn ? [...given.capture, id] : given.capture.filter((one) => one !== id) });
  return html`<div class="arranging"><${BackTo} list="#/scenes" />
    <header class="page-head"><h1 tabindex="-1">${t("scenes.add")}</h1><p class="lead">${t("scenes.add.how")}</p></header>
    <${Making} label=${t("scenes.name")} word=${t("scenes.make")} isWhole=${given.capture.length > 0} onMake=${make}>
      <${IconPick} names=${ICONS} value=${given.icon} onPick=${(icon) => give({ ...given, icon })} />
      <div class="pick"><h3>${t("scenes.devices")}</h3>
        <${WholeRooms} chosen=${chosen} onPick=${(capture) => give({ ...given, capture })} />
        <${DevicePick} label=${t("scenes.devices")} chosen=${chosen} note=${note} onToggle=${toggle} /></div>
    <//></div>`;
}

function WholeRooms({ chosen, onPick }) {
  const shown = roomsWalked.value.map((room) => ({ room, ids: (byRoom.value[room.id] ?? []).filter((id) => !note(deviceOf(id).value).isBarred) }))
    .filter(({ ids }) => ids.length);
  if (!shown.length) return null;
  return html`<div class="chips whole-rooms" role="group" aria-label=${t("scenes.rooms")}>${shown.map(({ room, ids }) => {
    const isIn = ids.every((id) => chosen.has(id));
    const next = isIn ? [...chosen].filter((id) => !ids.includes(id)) : [...new Set([...chosen, ...ids])];
    return html`<button type="button" class="chip" key=${room.id} aria-pressed=${isIn ? "true" : "false"} onClick=${() => onPick(next)}><bdi>${room.name}</bdi></button>`;
  })}</div>`;
}

/** What a scene does, as the hub has it: [steps or null, a function that changes them]. What is tapped last counts. */
function useSteps(scene) {
  const [steps, show] = useState(null);
  const asked = useRef({ count: 0, echoes: 0, line: Promise.resolve() });
  const path = `/scenes/${scene.id}`;
  const latest = async (request) => {
    const mine = ++asked.current.count;
    const told = await request();
    if (mine === asked.current.count) show(told.steps);
  };
  const look = () => latest(() => ask("GET", path));
  useEffect(() => {
    // The stream tells of our own changes, too: what came of those is in their answers.
    if (asked.current.echoes > 0) asked.current.echoes -= 1;
    else tried(look());
  }, [scene]);
  const change = (next) => {
    show(next);
    asked.current.count += 1;
    asked.current.line = asked.current.line.then(async () => {
      asked.current.echoes += 1;
      if (await tried(latest(() => ask("PATCH", path, { steps: next })))) return;
      asked.current.echoes -= 1;
      await tried(look());
    });
  };
  return [steps, change];
}

function ScenePage({ scene }) {
  const path = `/scenes/${scene.id}`;
  const mayArrange = may("arrange");
  const [steps, keep] = useSteps(scene);
  const [done, tell] = useState(null);
  const change = (news) => ask("PATCH", path, news);
  return html`<div class="arranging" data-scene=${scene.id}>
    <${BackTo} list="#/scenes" />
    <${Heading} icon=${scene.icon || "scene"} name=${scene.name}><p class="soft">${tn("group.members", scene.devices.length)}</p><//>
    ${may("control") && html`<button type="button" class="button run-scene" disabled=${going.value.includes(scene.id)} onClick=${async () => tell(await activate(scene))}>
      <${Icon} name="play" size="1.25rem" />${t("scenes.run.now")}</button>`}
    ${done && html`<${Outcome} done=${done} />`}
    ${steps ? html`<${Steps} steps=${steps} mayArrange=${mayArrange} onChange=${keep} />` : html`<p class="empty" role="status">${t("page.coming")}</p>`}
    ${mayArrange && html`<section class="card" aria-label=${scene.name}>
        <${Name} value=${scene.name} onCommit=${(name) => change({ name })} />
        <${RoomPick} value=${scene.room} title=${t("scenes.room")} none=${t("scenes.room.none")} onPick=${(room) => tried(change({ room }))} />
        <${IconPick} names=${ICONS} value=${scene.icon} onPick=${(icon) => tried(change({ icon }))} />
      </section>
      <${Remove} word=${t("scenes.remove")} means=${t("scenes.remove.means")} onDo=${() => tried(ask("DELETE", path).then(() => go("#/scenes")))} />`}
  </div>`;
}

/** What became of each step. */
function Outcome({ done }) {
  return html`<section class="card" aria-labelledby="outcome-title"><h2 id="outcome-title">${t("scenes.outcome")}</h2>
    <ul class="outcome">${done.results.map((one, place) => {
      const status = one.receipt?.status;
      const isBad = hasFailed(one);
      const told = one.problem ? why(one.problem) : isBad ? t(`command.${status}`) : one.receipt.is_final ? t("command.done") : t("command.waiting");
      return html`<li key=${place} class=${isBad ? "bad" : "ok"}><${Icon} name=${isBad ? "warn" : "check"} size="1.125rem" />
        <span><bdi>${nameOf(one.device)}</bdi> <span class="soft">${told}</span></span></li>`;
    })}</ul>
    ${done.not_undone.length > 0 && html`<p class="soft">${t("scenes.not.undone", { n: done.not_undone.length })}</p>`}
  </section>`;
}

function Steps({ steps, mayArrange, onChange }) {
  const [fresh, freshen] = useState(null);
  const put = (place, step) => {
    const next = step ? steps.map((old, at) => (at === place ? step : old)) : steps.filter((_, at) => at !== place);
    if (next.length) onChange(next);
    else announce(t("scenes.last"));
  };
  return html`<section class="card" aria-labelledby="steps-title">
    <h2 id="steps-title">${t("scenes.steps")}</h2>
    <ul class="steps">
      ${steps.map((step, place) => html`<${Step} key=${`${step.device} ${place}`} step=${step} mayArrange=${mayArrange} onChange=${(next) => put(place, next)} />`)}
      ${fresh && html`<${Step} key=${`fresh ${fresh}`} step=${{ device: fresh }} mayArrange isOpenAtFirst
        onChange=${(step) => {
          freshen(null);
          if (step) onChange([...steps, step]);
        }} />`}
    </ul>
    ${mayArrange && html`<p class="tools"><button type="button" class="button quiet" onClick=${() => onChange(steps.map(asNow))}>${t("scenes.anew")}</button></p>
      <${AddDevice} taken=${new Set(steps.map((step) => step.device))} onPick=${(id) => {
        const properties = settable(id);
        if (Object.keys(properties).length) onChange([...steps, { device: id, properties }]);
        else freshen(id);
      }} />`}
  </section>`;
}

/** A step with what its device shows now; what cannot be read stays. */
function asNow(step) {
  if (step.action || !deviceOf(step.device).value) return step;
  const now = settable(step.device);
  const properties = Object.fromEntries(Object.entries(step.properties).map(([address, value]) => [address, now[address] ?? value]));
  return { ...step, properties };
}

function AddDevice({ taken, onPick }) {
  const [isOpen, open] = useState(false);
  const label = t("scenes.device.add");
  const doesNothing = (device) => productOf(device).value?.parts.every((part) => part.kind !== "action" && !part.access?.includes("write")) ?? true;
  return html`<details class="add-device" open=${isOpen} onToggle=${(event) => open(event.currentTarget.open)}>
    <summary>${label}<${Icon} name="down" size="1.25rem" /></summary>
    ${isOpen && html`<${DevicePick} label=${label} chosen=${taken}
      note=${(device) => (taken.has(device.id) ? { text: t("scenes.in"), isBarred: true } : { text: doesNothing(device) ? t("scenes.nothing") : roomName(device.room), isBarred: doesNothing(device) })}
      onToggle=${(id) => onPick(id)} />`}
  </details>`;
}
