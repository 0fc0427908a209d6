// What only the technician's phone needs: the countdown that runs, photos made small before they are sent, and a
// page that stays where it is while there is no signal.
import { isOutOfService } from "./service.js";

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
  files.filter((file) => !isStuck(file)).reverse().forEach((file) => {
    const shown = document.createElement("img");
    shown.dataset.preview = "";
    shown.className = "photo-preview";
    shown.alt = "";
    shown.src = URL.createObjectURL(file);
    input.after(shown);
  });
  if (input.hasAttribute("hx-post")) offer(input.closest("fieldset"), files.filter(isStuck));
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
// one that could not be sent. One that the server failed with goes behind the others.
const waiting = new Map(); // id of the photos' fieldset → its files, the next one first
const going = new Map(); // id of the fieldset → its file that is on its way
const unsent = new Set(); // the fieldsets whose first file could not be sent
const refused = new Set(); // the fieldsets that say what is wrong with a photo, until the next turn
const failures = new WeakMap(); // file → how often the server failed with it
const OFTEN = 3; // then the technician is asked; it goes on being sent
const AGAIN = 15_000;

function isStuck(file) {
  return (failures.get(file) ?? 0) >= OFTEN;
}

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
  going.set(id, files[0]);
  input.dispatchEvent(new Event("photo-ready", { bubbles: true }));
}

// The photo waits no more: the server has it or refused it, or the technician took it off.
function leave(id, file) {
  waiting.set(id, (waiting.get(id) ?? []).filter((each) => each !== file));
}

// <template id="stuck-photo">: one photo that the server failed with OFTEN times, to be tried again or taken off.
function offer(part, files) {
  const boxes = [...part.querySelectorAll(".photo-stuck")];
  boxes.filter((box) => !files.includes(box.file)).forEach((box) => box.remove());
  files.filter((file) => !boxes.some((box) => box.file === file)).forEach((file) => {
    const box = document.querySelector("#stuck-photo").content.firstElementChild.cloneNode(true);
    box.file = file;
    box.querySelector("img").src = URL.createObjectURL(file);
    part.append(box);
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".photo-stuck button");
  if (!button) return;
  const { file } = button.closest(".photo-stuck"), part = button.closest("fieldset");
  const input = part.querySelector("input[data-photo]");
  leave(part.id, file);
  if ("again" in button.dataset) {
    failures.delete(file);
    waiting.get(part.id).unshift(file);
  } else if (input.files[0] === file) input.value = "";
  if (!waiting.get(part.id).length) unsent.delete(part.id);
  show(input, waiting.get(part.id));
  note(input);
  send(part.id);
  input.focus({ preventScroll: true }); // the button is gone
});

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
  leave(part.id, going.get(part.id));
  signedOut.hidden = true;
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
  if (isOutOfService(status) && elt.matches("button")) offline.hidden = false;
  if (status >= 500) later(elt, !isOutOfService(status));
  else (status === 408 || status === 429 ? later : never)(elt);
}, true);

function later(input, failed = false) {
  if (!input.matches?.("input[data-photo]") || !input.isConnected) return;
  const { id } = input.closest("fieldset"), file = going.get(id);
  unsent.add(id);
  if (failed && waiting.get(id).includes(file)) {
    failures.set(file, (failures.get(file) ?? 0) + 1);
    leave(id, file);
    waiting.get(id).push(file);
  }
  show(input, waiting.get(id));
  note(input);
}

function never(input) {
  if (!input.matches?.("input[data-photo]") || !input.isConnected) return;
  const part = input.closest("fieldset"), told = document.createElement("div");
  unsent.delete(part.id);
  leave(part.id, going.get(part.id));
  part.querySelectorAll("[data-unsent-note], .invalid-feedback").forEach((old) => old.remove());
  told.className = "invalid-feedback d-block";
  told.setAttribute("role", "alert");
  told.textContent = offline.dataset.refused;
  part.append(told);
  hold(part.id);
}

function note(input) {
  const label = input.closest("label"), old = label.querySelector("[data-unsent-note]");
  if ((waiting.get(input.closest("fieldset").id) ?? []).every(isStuck)) old?.remove();
  else if (offline && !old) {
    const told = document.createElement("span");
    told.dataset.unsentNote = "";
    told.setAttribute("role", "alert");
    told.textContent = offline.dataset.unsent;
    label.append(told);
  }
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

// A form takes one photo of each kind along: while more of them wait it stays, and while the server fails with one.
window.addEventListener("submit", (event) => {
  const [id] = [...waiting].filter(([, files]) => files.length > 1 || files.some((file) => failures.has(file))).flat();
  const input = id && event.target.querySelector(`#${id} input[data-photo]`);
  if (!input) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  note(input);
  input.closest("fieldset").scrollIntoView({ block: "center" });
  send(id);
}, true);

// A phone that takes itself for connected may have no signal, and a session ends: a form leaves once the server has
// said that somebody is signed in, and else stays with all that is in it, a drawn signature too.
const signedOut = document.querySelector("[data-signed-out]");
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
    const said = await fetch(signedOut.dataset.signedOut, {
      method: "HEAD", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    });
    if (said.status >= 500) throw new Error("The server cannot take the form now");
    signedOut.hidden = said.type !== "opaqueredirect";
    mark();
    if (signedOut.hidden) {
      answered = form;
      freshen();
      form.requestSubmit(event.submitter);
    }
  } catch {
    offline.hidden = false;
  }
  answered = null;
  delete form.dataset.asking;
}

// Whoever signs in anew, in another tab, gets a new proof of origin: this page's forms take it over.
function freshen() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token; });
}

window.addEventListener("htmx:configRequest", freshen, true);

// The page does not go to the sign-in: photos that wait and a drawn signature would be lost.
window.addEventListener("htmx:beforeOnLoad", (event) => {
  const leads = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!leads?.startsWith(signedOut.querySelector("a").pathname)) return;
  event.preventDefault();
  signedOut.hidden = false;
  later(event.detail.elt);
}, true);

window.addEventListener("submit", ask, true);
window.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (link && link.protocol.startsWith("http")) stay(event);
}, true);

window.addEventListener("offline", mark);
window.addEventListener("online", () => { mark(); sendAll(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
setInterval(sendAll, AGAIN);
mark();
