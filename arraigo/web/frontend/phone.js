// What only the technician's phone needs: the countdown that runs, photos made small before they are sent, and a
// page that stays where it is while there is no signal.

const MINUTE = 60_000;
const LONGEST = 1600; // pixels of a photo's longer side, as the server keeps it
const QUALITY = 0.82;

// <… data-due="ISO" data-in="en %s" data-late="%s de atraso">; with data-stands the clock stands still.
// The page says what time it is on the server: a phone's clock may be wrong, and a demo's is moved.
const ahead = Date.parse(document.body.dataset.now) - Date.now();

function span(minutes) {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function tick() {
  document.querySelectorAll("[data-due][data-in]:not([data-stands])").forEach((host) => {
    const left = Date.parse(host.dataset.due) - Date.now() - ahead;
    const words = left < 0 ? host.dataset.late : host.dataset.in;
    host.textContent = words.replace("%s", span(Math.floor(Math.abs(left) / MINUTE)));
    const band = host.closest("[data-band]");
    if (band) band.classList.toggle("tone-danger", left < 0);
  });
}

if (!Number.isNaN(ahead)) setInterval(tick, MINUTE / 4);

// <input type="file" data-photo>: the photo is made small on the phone, shown, and, where htmx waits
// for it, sent. What cannot be read goes as it is: the server says what is wrong with it.
async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

function give(input, file) {
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
}

// The photos that were chosen and that the server does not have yet.
function show(input, files) {
  const place = input.closest("div, label");
  place.querySelectorAll("img[data-preview]").forEach((shown) => {
    URL.revokeObjectURL(shown.src);
    shown.remove();
  });
  [...files].reverse().forEach((file) => {
    const shown = document.createElement("img");
    shown.dataset.preview = "";
    shown.className = "photo-preview";
    shown.alt = "";
    shown.src = URL.createObjectURL(file);
    input.after(shown);
  });
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-photo]") || !input.files.length) return;
  let file = input.files[0];
  try {
    file = await small(file);
    give(input, file);
  } catch {
    // Not a picture that this phone can read.
  }
  if (input.hasAttribute("hx-post")) keep(input.closest("fieldset").id, file);
  else show(input, [file]);
});

// Photos go one after the other, each once the server has the one before: what is taken meanwhile waits, and so does
// one that could not be sent.
const waiting = new Map(); // id of the photos' fieldset → its files, the one on its way first
const unsent = new Set(); // the fieldsets whose first file could not be sent
const refused = new Set(); // the fieldsets that say what is wrong with a photo, until the next turn
const AGAIN = 15_000;

function keep(id, file) {
  waiting.set(id, [...(waiting.get(id) ?? []), file]);
  send(id);
}

function send(id) {
  const files = waiting.get(id), input = document.querySelector(`#${id} input[data-photo]`);
  if (!files.length || !input) return;
  show(input, files.slice(unsent.has(id) ? 0 : 1));
  if (!navigator.onLine && unsent.has(id) || input.closest(".htmx-request")) return;
  give(input, files[0]);
  input.dispatchEvent(new Event("photo-ready", { bubbles: true }));
}

// What is wrong with one photo can be read for a whole turn before the next one's answer takes its place. The next one
// lies in the input meanwhile: a form that leaves takes it along.
function hold(id) {
  const files = waiting.get(id), input = document.querySelector(`#${id} input[data-photo]`);
  refused.add(id);
  show(input, files);
  if (files.length) give(input, files[0]);
  else input.value = "";
}

function sendAll() {
  [...waiting.keys()].filter((id) => !refused.delete(id)).forEach(send);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target: part, shouldSwap, requestConfig } = event.detail;
  if (!shouldSwap || !requestConfig.elt.matches("input[data-photo]")) return;
  unsent.delete(part.id);
  waiting.get(part.id)?.shift();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  if (waiting.has(part?.id)) (part.querySelector(".invalid-feedback") ? hold : send)(part.id);
});
document.addEventListener("htmx:sendError", (event) => later(event.detail.elt));
// Loading the page anew would lose the photos that wait. What a restart or a hurry answers is asked again; another
// answer without a part to show is the last one.
window.addEventListener("htmx:responseError", (event) => {
  const { elt, xhr: { status } } = event.detail;
  if ([...waiting.values()].some((files) => files.length)) event.preventDefault();
  (status >= 500 || status === 408 || status === 429 ? later : never)(elt);
}, true);

function later(input) {
  if (!input.matches?.("input[data-photo]") || !input.isConnected) return;
  const { id } = input.closest("fieldset");
  unsent.add(id);
  show(input, waiting.get(id));
  note(input);
}

function never(input) {
  if (!input.matches?.("input[data-photo]") || !input.isConnected) return;
  const part = input.closest("fieldset"), told = document.createElement("div");
  unsent.delete(part.id);
  waiting.get(part.id).shift();
  part.querySelectorAll("[data-unsent-note], .invalid-feedback").forEach((old) => old.remove());
  told.className = "invalid-feedback d-block";
  told.setAttribute("role", "alert");
  told.textContent = offline.dataset.refused;
  part.append(told);
  hold(part.id);
}

function note(input) {
  const label = input.closest("label");
  if (!offline || label.querySelector("[data-unsent-note]")) return;
  const told = document.createElement("span");
  told.dataset.unsentNote = "";
  told.setAttribute("role", "alert");
  told.textContent = offline.dataset.unsent;
  label.append(told);
}

// <p data-offline data-unsent="…" hidden>: without signal no button and no link leaves the page for the browser's own
// error; what was typed stays, and the page says so.
const offline = document.querySelector("[data-offline]");

function mark() {
  if (offline) offline.hidden = navigator.onLine;
}

function stay(event) {
  if (navigator.onLine || !offline) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  mark();
}

window.addEventListener("submit", stay, true);

// A form takes one photo of each kind along: while more of them wait it stays.
window.addEventListener("submit", (event) => {
  const [id] = [...waiting.keys()].filter((each) => waiting.get(each).length > 1);
  const input = id && event.target.querySelector(`#${id} input[data-photo]`);
  if (!input) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  note(input);
  input.closest("fieldset").scrollIntoView({ block: "center" });
  send(id);
}, true);

// A phone that takes itself for connected may have no signal: a form leaves once the server has answered a short
// question, and else stays with all that is in it, a drawn signature too.
const own = document.currentScript.src;
const PATIENCE = 8_000;
let answered = null;

async function ask(event) {
  const form = event.target;
  if (event.defaultPrevented || !offline || form.method !== "post" || form === answered) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.asking) return;
  form.dataset.asking = "yes";
  try {
    await fetch(own, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    answered = form;
    mark();
    form.requestSubmit(event.submitter);
  } catch {
    offline.hidden = false;
  }
  answered = null;
  delete form.dataset.asking;
}

window.addEventListener("submit", ask, true);
window.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (link && link.protocol.startsWith("http")) stay(event);
}, true);

window.addEventListener("offline", mark);
window.addEventListener("online", () => { mark(); sendAll(); });
setInterval(sendAll, AGAIN);
mark();
