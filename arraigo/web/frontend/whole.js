// Numbers with a hyphen (I100047-1, RET-2026-000120) and telephones stay on one line wherever they are said: browsers
// break after a hyphen, and narrow columns break anywhere. Only what is shown changes, not what is copied.
const NUMBER = /\+\d+[\u00a0 ]\d+|[\p{L}\d]+(?:-[\p{L}\d]+)+/gu;
const LONGEST = 26; // a longer word has to break somewhere
const LEFT_ALONE = "script, style, template, textarea, option, svg, .nowrap";

function whole(node) {
  const parts = [];
  let told = 0;
  for (const { 0: word, index } of node.data.matchAll(NUMBER)) {
    if (word.length > LONGEST || !/\d/.test(word)) continue;
    const mark = document.createElement("span");
    mark.className = "nowrap";
    mark.textContent = word;
    parts.push(node.data.slice(told, index), mark);
    told = index + word.length;
  }
  if (!parts.length) return;
  parts.push(node.data.slice(told));
  // In a row of boxes a text is one box: its parts stay together.
  const boxes = /flex|grid/.test(getComputedStyle(node.parentElement).display);
  const text = boxes ? document.createElement("span") : new DocumentFragment();
  text.append(...parts);
  node.replaceWith(text);
}

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  const texts = document.createTreeWalker(elt, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (/[-+]/.test(texts.currentNode.data)) found.push(texts.currentNode);
  found.filter((node) => !node.parentElement.closest(LEFT_ALONE)).forEach(whole);
});
