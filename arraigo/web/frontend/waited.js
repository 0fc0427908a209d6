// <span data-waited="SECONDS">: how long somebody has been waiting goes on by itself, as the server writes it.
const begun = new WeakMap();

function shown(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (!hours) return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  if (hours < 24) return `${hours}\u00a0h ${minutes % 60}\u00a0min`;
  return `${Math.floor(hours / 24)}\u00a0d ${hours % 24}\u00a0h`;
}

setInterval(() => document.querySelectorAll("[data-waited]").forEach((mark) => {
  if (!begun.has(mark)) begun.set(mark, Date.now());
  mark.textContent = shown(Number(mark.dataset.waited) + (Date.now() - begun.get(mark)) / 1000);
}), 1000);
