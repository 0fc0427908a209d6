// <form data-draft>: what is typed is kept on the server a moment after the typing stops, for the page of the form's
// path, or for the one that the attribute names (where the address's query makes it another form).
const WAIT = 1200;
const timers = new WeakMap();
const waiting = new Set();

function keep(form) {
  const typed = new FormData(form);
  const body = new URLSearchParams();
  typed.forEach((value, name) => { if (typeof value === "string" && !value.startsWith("data:")) body.append(name, value); });
  body.set("page", form.dataset.draft || new URL(form.getAttribute("action") || window.location.pathname, window.location.href).pathname);
  const later = () => waiting.add(form);
  fetch("/drafts/", { method: "POST", body, credentials: "same-origin", keepalive: true, redirect: "manual" })
    .then(({ status }) => status < 500 || later(), later);
}

// A form whose place was taken by the next step's is not kept any more.
function keepWaiting() {
  [...waiting].filter((form) => form.isConnected).forEach(keep);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => { waiting.delete(form); keep(form); }, WAIT));
  waiting.add(form);
});

// What could not be kept without signal is kept once there is one.
window.addEventListener("online", () => {
  keepWaiting();
  waiting.clear();
});

// A page that is left in the middle of the typing keeps it at once.
window.addEventListener("pagehide", keepWaiting);

// Once it is sent there is nothing to keep any more; another form's button first keeps what is typed beside it.
document.addEventListener("submit", (event) => {
  clearTimeout(timers.get(event.target));
  waiting.delete(event.target);
  keepWaiting();
}, true);
