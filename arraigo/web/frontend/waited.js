// <span data-waited="SECONDS">: how long somebody has been waiting goes on by itself, as the server writes it.
const begun = new WeakMap();

function shown(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

setInterval(() => document.querySelectorAll("[data-waited]").forEach((mark) => {
  if (!begun.has(mark)) begun.set(mark, Date.now());
  mark.textContent = shown(Number(mark.dataset.waited) + (Date.now() - begun.get(mark)) / 1000);
}), 1000);
