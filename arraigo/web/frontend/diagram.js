// The diagram of a procedure version with the way a case has taken.
//
// <div data-diagram data-src="/…/diagram.bpmn" data-done='["step_01"]' data-active='["step_02"]'
//      data-plane="DIAGRAM_ID" data-error="Sentence shown when the diagram cannot be loaded">
// Buttons anywhere on the page: <button data-diagram-zoom="in|out|fit">. The first diagram obeys.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const STEP = 1.25;
const READABLE = 0.75;
const SURROUNDINGS = 250; // pixels around the present step

function mark(viewer, ids, marker) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  ids.filter((id) => registry.get(id)).forEach((id) => canvas.addMarker(id, marker));
}

function zoom(viewer, wish) {
  const canvas = viewer.get("canvas");
  if (wish === "fit") canvas.zoom("fit-viewport", "auto");
  else canvas.zoom(canvas.zoom() * (wish === "in" ? STEP : 1 / STEP));
}

// The present step in the middle, large enough to read; the whole where there is no present step.
function focus(viewer, active) {
  const canvas = viewer.get("canvas");
  zoom(viewer, "fit");
  const present = active.filter((id) => viewer.get("elementRegistry").get(id));
  if (!present.length || canvas.zoom() > READABLE) return;
  canvas.zoom(READABLE);
  canvas.scrollToElement(present[0], SURROUNDINGS);
}

function listen(viewer) {
  document.querySelectorAll("[data-diagram-zoom]").forEach((button) => {
    button.addEventListener("click", () => zoom(viewer, button.dataset.diagramZoom));
  });
}

async function show(host) {
  const response = await fetch(host.dataset.src, { headers: { Accept: "application/xml" } });
  if (!response.ok) throw new Error(`${host.dataset.src}: ${response.status}`);
  const viewer = new NavigatedViewer({ container: host });
  await viewer.importXML(await response.text(), host.dataset.plane || undefined);
  mark(viewer, JSON.parse(host.dataset.done || "[]"), "is-done");
  const active = JSON.parse(host.dataset.active || "[]");
  mark(viewer, active, "is-active");
  focus(viewer, active);
  host.dataset.ready = "yes";
  return viewer;
}

async function main() {
  for (const [index, host] of [...document.querySelectorAll("[data-diagram]")].entries()) {
    try {
      const viewer = await show(host);
      if (index === 0) listen(viewer);
    } catch (error) {
      host.textContent = host.dataset.error || "";
      console.error(error);
    }
  }
}

main();
