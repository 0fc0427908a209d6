// What was typed survives an expired session.
//
// A form marked `data-draft` is kept, under the address of its page, when it is sent. The next page
// decides: the sign-in page (`<form data-login>`) leaves the draft alone; coming back to the form
// fills it in again; any other page means that the server took the form, so the draft goes.
// Passwords, files and hidden fields are never kept. The draft lives in this tab only.

const PREFIX = "draft:";

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type),
  );
}

function keep(form) {
  const values = fields(form).map((field) =>
    ["checkbox", "radio"].includes(field.type) ? field.checked : field.value,
  );
  const names = fields(form).map((field) => field.name);
  sessionStorage.setItem(PREFIX + location.pathname, JSON.stringify({ names, values }));
}

function restore(form, draft) {
  const present = fields(form);
  if (JSON.stringify(present.map((field) => field.name)) !== JSON.stringify(draft.names)) return;
  present.forEach((field, index) => {
    if (["checkbox", "radio"].includes(field.type)) field.checked = draft.values[index];
    else field.value = draft.values[index];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function settle() {
  if (document.querySelector("form[data-login]")) return;
  const key = PREFIX + location.pathname;
  const text = sessionStorage.getItem(key);
  const form = document.querySelector("form[data-draft]");
  const signedInAgain = sessionStorage.getItem("signed-in") === "1";
  if (text && form && signedInAgain) restore(form, JSON.parse(text));
  if (!signedInAgain || (text && form)) {
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX))
      .forEach((name) => sessionStorage.removeItem(name));
  }
  sessionStorage.removeItem("signed-in");
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-login]")) sessionStorage.setItem("signed-in", "1");
  else if (event.target.matches("form[data-draft]")) keep(event.target);
});
settle();
