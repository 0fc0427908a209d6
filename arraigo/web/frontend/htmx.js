// htmx as this project uses it: no eval, no style of its own, and answers that carry an error are shown.
import htmx from "htmx.org";
import { isOutOfService } from "./service.js";

window.htmx = htmx;
htmx.config.allowEval = false;
// A part is ready in the moment it stands there: htmx's 20 ms would let a quick click go the plain way, as a whole page.
htmx.config.defaultSettleDelay = 0;
htmx.config.includeIndicatorStyles = false;
// Carrying an old element's style over to the new one with its id would be an inline style (a resized text field).
htmx.config.attributesToSettle = ["class", "width", "height"];
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
// The way back asks the server anew: no step that is done is shown as if it were open, and nothing of a customer is
// kept in the browser.
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  // A refused form comes back with its sentences and with what was typed.
  { code: "400", swap: true },
  { code: "409", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

// Whoever reads with the ears or the keyboard begins at what the page is about, a step or a form: at its errors, else at
// its title; also where the next step is put in the place of the last one.
function begin() {
  const errors = document.querySelector("main .alert[data-focus]");
  if (errors) errors.focus();
  else document.querySelector("main [data-focus]")?.focus({ preventScroll: true });
}
begin();

// Another part that was replaced keeps the focus that was in it, also where the button is gone that had it.
let held = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  held = part.contains(document.activeElement) ? part.id : "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  if (part?.id === "work") begin();
  else if (held && part?.id === held && document.activeElement === document.body) {
    const place = part.querySelector("[tabindex]") ?? part;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
});

// What nobody answers, or only that it is out of service, is said below its form, which stays as it was typed.
function unsent({ detail: { elt: form } }) {
  const note = document.querySelector("#unsent");
  if (!note || !form.matches("form[method=post]")) return;
  form.append(note.content.cloneNode(true));
  form.lastElementChild.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:sendError", unsent);

// What else could not be answered at all is told as the server tells it on the plain path.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb !== "post" || event.defaultPrevented) return;
  if (isOutOfService(event.detail.xhr.status)) unsent(event);
  else window.location.reload();
});
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.querySelector(":scope > .unsent")?.remove());
