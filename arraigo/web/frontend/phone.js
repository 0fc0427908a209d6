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

function preview(input, file) {
  const place = input.closest("div, label");
  let shown = place.querySelector("img[data-preview]");
  if (!shown) {
    shown = document.createElement("img");
    shown.dataset.preview = "";
    shown.className = "photo-preview";
    shown.alt = "";
    input.after(shown);
  }
  URL.revokeObjectURL(shown.src);
  shown.src = URL.createObjectURL(file);
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-photo]") || !input.files.length) return;
  let file = input.files[0];
  try {
    file = await small(file);
    const files = new DataTransfer();
    files.items.add(file);
    input.files = files.files;
  } catch {
    // Not a picture that this phone can read.
  }
  if (input.hasAttribute("hx-post")) input.dispatchEvent(new Event("photo-ready", { bubbles: true }));
  else preview(input, file);
});

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

// A photo that could not be sent is shown all the same, and sent as soon as it can be.
const unsent = new Set();
const AGAIN = 15_000;

function send() {
  if (!navigator.onLine) return;
  unsent.forEach((input) => input.isConnected && input.dispatchEvent(new Event("photo-ready", { bubbles: true })));
  unsent.clear();
}

document.addEventListener("htmx:sendError", (event) => {
  const input = event.detail.elt;
  if (!input.matches?.("input[data-photo]") || !input.files.length) return;
  unsent.add(input);
  preview(input, input.files[0]);
  const label = input.closest("label");
  if (offline && !label.querySelector("[data-unsent-note]")) {
    const note = document.createElement("span");
    note.dataset.unsentNote = "";
    note.setAttribute("role", "alert");
    note.textContent = offline.dataset.unsent;
    label.append(note);
  }
});

window.addEventListener("offline", mark);
window.addEventListener("online", () => { mark(); send(); });
setInterval(send, AGAIN);
mark();
