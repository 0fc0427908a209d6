// htmx as this project uses it: no eval, no style of its own, and answers that carry an error are shown.
import htmx from "htmx.org";

window.htmx = htmx;
htmx.config.allowEval = false;
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

// The next step stands where the last one stood: whoever reads with the ears or the keyboard begins at its title.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "work" || event.detail.elt?.id === "work") {
    (document.querySelector("#work .alert[data-focus]") ?? document.querySelector("#work [data-focus]"))?.focus({ preventScroll: true });
  }
});

// What could not be answered at all is told as the server tells it on the plain path.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb === "post") window.location.reload();
});
