// Small behaviours of plain forms and buttons.

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[data-many]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// The way back through the browser's history shows the form ready again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// <button data-print> prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// <input type="checkbox" data-all="NAME"> ticks every box of that name in its form.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.all;
  if (!name) return;
  event.target.form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)
    .forEach((box) => { box.checked = event.target.checked; });
});

// <… data-groups-of="reason"> shows of its list only the group of the reason chosen; <… data-shown-for="reason"
// data-values="a b"> is there only for those reasons. Without script everything is there, and is checked when sent.
function follow(form) {
  form.querySelectorAll("[data-groups-of]").forEach((holder) => {
    const value = chosen(form, holder.dataset.groupsOf);
    const select = holder.querySelector("select");
    let left = 0;
    select.querySelectorAll("optgroup").forEach((group) => {
      const mine = group.querySelector("option")?.value.startsWith(`${value}:`) ?? false;
      group.hidden = group.disabled = !mine;
      left += mine ? 1 : 0;
    });
    if (select.value && !select.value.startsWith(`${value}:`)) select.value = "";
    holder.hidden = !left;
  });
  form.querySelectorAll("[data-shown-for]").forEach((part) => {
    part.hidden = !part.dataset.values.split(" ").includes(chosen(form, part.dataset.shownFor));
  });
}

function chosen(form, name) {
  const field = form.elements[name];
  return field ? field.value : "";
}

function followAll(root) {
  root.querySelectorAll("form:has([data-groups-of], [data-shown-for])").forEach(follow);
}

document.addEventListener("change", (event) => {
  if (event.target.form?.matches(":has([data-groups-of], [data-shown-for])")) follow(event.target.form);
});
document.addEventListener("htmx:load", (event) => followAll(event.detail.elt.parentElement ?? document));
followAll(document);

// Ticks survive when htmx brings fresh rows.
let ticked = [];
const boxes = (part, state) => [...part.querySelectorAll(`input[type=checkbox][name]${state}`)];
const keepTicks = (event) => {
  const part = event.detail.target;
  if (part?.matches(".list-rows")) ticked = boxes(part, ":checked").map((box) => `${box.name}=${box.value}`);
};
const tickAgain = () => {
  if (!ticked.length) return;
  boxes(document, "").forEach((box) => { if (ticked.includes(`${box.name}=${box.value}`)) box.checked = true; });
  ticked = [];
};
for (const name of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) document.addEventListener(name, keepTicks);
for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) document.addEventListener(name, tickAgain);

// The step is over: what was still asked while it was typed has no place on the next one's page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const asking = event.detail.target?.id === "work" && document.querySelector("#readback");
  if (asking) asking.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: { elt: asking } }));
});
