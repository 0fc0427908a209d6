// The keyboard: one key each for the box above, the pages and what a page offers; `?` lists them.

const TYPING = "input, textarea, select, [contenteditable]";
let waiting = false; // `g` was pressed: the next letter names a page

function go(element) {
  if (!element) return false;
  if (element.matches(TYPING)) { element.focus(); element.select?.(); } else element.click();
  return true;
}

// Links and buttons that carry data-key="x" answer to that letter; entries of the side bar to g and theirs.
function obey(key) {
  if (waiting) { waiting = false; return go(document.querySelector(`[data-go="${CSS.escape(key)}"]`)); }
  if (key === "g") { waiting = true; setTimeout(() => { waiting = false; }, 1500); return true; }
  if (key === "/") return go(document.querySelector("#search-box"));
  if (key === "?") { document.querySelector("#keys")?.showModal(); return true; }
  return go(document.querySelector(`main [data-key="${CSS.escape(key)}"]`));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.key.length !== 1) return;
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  if (obey(event.key)) event.preventDefault();
});

// Rows of a list: j and k walk through their links.
document.addEventListener("keydown", (event) => {
  if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  const links = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
  const place = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.max(0, Math.min(links.length - 1, place + (event.key === "j" ? 1 : -1)))]?.focus();
});

// Hits below the search box: arrows walk, Escape closes.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-search]");
  if (!box || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
  const input = box.querySelector("input");
  const hits = [...box.querySelectorAll("a.hit")];
  if (event.key === "Escape") { close(box); input.focus(); return; }
  const place = hits.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (place < 0 ? input : hits[Math.min(place, hits.length - 1)])?.focus();
  if (hits.length) event.preventDefault();
});

function close(box) { box.querySelector("#search-hits").replaceChildren(); }

document.addEventListener("click", (event) => {
  document.querySelectorAll("[data-search]").forEach((box) => { if (!box.contains(event.target)) close(box); });
});

// What a small question mark or a menu above opened closes on Escape and on a click elsewhere.
const opened = () => document.querySelectorAll("details.source[open], details[data-menu][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  opened().forEach((each) => {
    each.open = false;
    if (each.contains(document.activeElement)) each.querySelector("summary").focus();
  });
});
document.addEventListener("click", (event) => {
  opened().forEach((each) => { if (!each.contains(event.target)) each.open = false; });
});

// <dialog id="x"> is opened by <button data-dialog="x">, closed by its own form (method=dialog) or Escape.
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-dialog]")?.dataset.dialog;
  if (name) document.getElementById(name)?.showModal();
});
