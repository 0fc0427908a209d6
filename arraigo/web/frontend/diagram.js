// The diagram of a procedure version with the way a case has taken.
//
// <div data-diagram data-src="/…/diagram.bpmn" data-done='["step_01"]' data-active='["step_02"]'
//      data-recent='["step_02", "step_01"]' data-legs='[["step_01", "gw_eligible", "step_02"]]' data-plane="DIAGRAM_ID"
//      data-error="Sentence shown when the diagram cannot be loaded" data-label="What the keys do">
// Buttons anywhere on the page: <button data-diagram-zoom="in|out|fit|way">. The first diagram obeys.
// Keys on the diagram: arrows move it, + and - change its size, 0 shows the whole.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const STEP = 1.25;
const READABLE = 0.75;
const SMALLEST = 0.5; // where letters can still be told apart
const MARGIN = 40; // of the diagram, around what is brought into view

function mark(viewer, ids, marker) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  ids.filter((id) => registry.get(id)).forEach((id) => canvas.addMarker(id, marker));
}

// The boxes that stand for a process that was begun: only its own elements are told as done.
function begun(viewer, done) {
  const registry = viewer.get("elementRegistry");
  const processes = done.map((id) => registry.get(id)).filter((each) => each?.type === "bpmn:StartEvent");
  const called = processes.map((start) => start.businessObject.$parent.id);
  return registry.filter((each) => called.includes(each.businessObject.calledElement)).map((each) => each.id);
}

// Whether `source` came to its end: in one of its legs no event on its border broke it off.
function ended(source, legs) {
  const border = (source.attachers || []).map((event) => event.id);
  const its = legs.filter((leg) => leg.includes(source.id));
  return !its.length || its.some((leg) => !border.some((id) => leg.includes(id)));
}

// The lines that were taken: all that leave what is done, of an exclusive gateway the one that its leg went on by. Where
// the leg ends at the gateway, the one to where the case was later or stands, or to a join that still waits for another.
function markLines(viewer, done, active, legs) {
  const been = [...done, ...active];
  const both = ({ source, target }) => legs.some((leg) => leg.includes(source.id) && leg.includes(target.id));
  const endsAt = ({ id, outgoing }) =>
    legs.some((leg) => leg.includes(id) && !outgoing.some(({ target }) => leg.includes(target.id)));
  const goesOn = ({ source, target }) =>
    source.type === "bpmn:ExclusiveGateway"
      ? endsAt(source) && (been.includes(target.id) || target.type === "bpmn:ParallelGateway")
      : done.includes(source.id) && ended(source, legs);
  const lines = viewer.get("elementRegistry").filter((each) => each.waypoints && each.source && each.target);
  mark(viewer, lines.filter((line) => both(line) || goesOn(line)).map((line) => line.id), "is-done");
}

// The steps of `ids` that the diagram draws.
function drawn(viewer, ids) {
  const registry = viewer.get("elementRegistry");
  return ids.map((id) => registry.get(id)).filter((step) => step && step.width);
}

// Brings `steps` into view as large as they fit, at most at their own size; not below `least`.
function frame(viewer, steps, least) {
  if (!steps.length) return false;
  const canvas = viewer.get("canvas");
  const { outer } = canvas.viewbox();
  const left = Math.min(...steps.map((step) => step.x)) - MARGIN;
  const top = Math.min(...steps.map((step) => step.y)) - MARGIN;
  const right = Math.max(...steps.map((step) => step.x + step.width)) + MARGIN;
  const bottom = Math.max(...steps.map((step) => step.y + step.height)) + MARGIN;
  const scale = Math.min(outer.width / (right - left), outer.height / (bottom - top), 1);
  if (scale < least) return false;
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({ x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height });
  return true;
}

// The way taken; where it is too long to be read, the present step and those just before it.
function showWay(viewer, way) {
  const [whole, recent] = [way.whole, way.recent].map((ids) => drawn(viewer, ids));
  return (
    frame(viewer, whole, READABLE) ||
    frame(viewer, recent, SMALLEST) ||
    frame(viewer, recent.slice(0, 2), SMALLEST) ||
    frame(viewer, recent.slice(0, 1), 0)
  );
}

function zoom(viewer, wish, way) {
  const canvas = viewer.get("canvas");
  if (wish === "way") showWay(viewer, way);
  else if (wish === "fit") canvas.zoom("fit-viewport", "auto");
  else if (wish === "in") canvas.zoom(Math.max(canvas.zoom() * STEP, SMALLEST));
  else canvas.zoom(canvas.zoom() / STEP);
}

// The whole, where it can be read or no way was taken; else the way.
function focus(viewer, way) {
  zoom(viewer, "fit", way);
  if (viewer.get("canvas").zoom() < READABLE) showWay(viewer, way);
}

const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const WISHES = { "+": "in", "=": "in", "-": "out", 0: "fit" };
const FAR = 60; // pixels that an arrow moves the diagram

function obeyKeys(host, viewer, way) {
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const wish = WISHES[event.key];
    if (!move && !wish) return;
    if (move) viewer.get("canvas").scroll({ dx: move[0] * FAR, dy: move[1] * FAR });
    else zoom(viewer, wish, way);
    event.preventDefault();
  });
}

// What is too small to be read is brought near by a click.
function approach(viewer) {
  const canvas = viewer.get("canvas");
  viewer.get("eventBus").on("element.click", ({ originalEvent: { offsetX, offsetY } }) => {
    if (canvas.zoom() < SMALLEST) canvas.zoom(READABLE, { x: offsetX, y: offsetY });
  });
}

function listen(viewer, way) {
  document.querySelectorAll("[data-diagram-zoom]").forEach((button) => {
    button.addEventListener("click", () => zoom(viewer, button.dataset.diagramZoom, way));
  });
}

async function show(host) {
  const response = await fetch(host.dataset.src, { headers: { Accept: "application/xml" } });
  if (!response.ok) throw new Error(`${host.dataset.src}: ${response.status}`);
  const viewer = new NavigatedViewer({ container: host });
  await viewer.importXML(await response.text(), host.dataset.plane || undefined);
  const done = JSON.parse(host.dataset.done || "[]");
  mark(viewer, [...done, ...begun(viewer, done)], "is-done");
  const active = JSON.parse(host.dataset.active || "[]");
  mark(viewer, active, "is-active");
  markLines(viewer, done, active, JSON.parse(host.dataset.legs || "[]"));
  const recent = JSON.parse(host.dataset.recent || "[]");
  const way = { whole: [...done, ...active], recent };
  focus(viewer, way);
  obeyKeys(host, viewer, way);
  approach(viewer);
  const drawing = host.querySelector("svg[tabindex]");
  if (drawing && host.dataset.label) drawing.setAttribute("aria-label", host.dataset.label);
  host.dataset.ready = "yes";
  return [viewer, way];
}

async function main() {
  for (const [index, host] of [...document.querySelectorAll("[data-diagram]")].entries()) {
    try {
      const [viewer, way] = await show(host);
      if (index === 0) listen(viewer, way);
    } catch (error) {
      host.textContent = host.dataset.error || "";
      console.error(error);
    }
  }
}

main();
