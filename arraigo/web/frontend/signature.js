// A signature drawn with finger, pen or mouse.
//
// <canvas data-signature data-input="ID" data-clear="ID">: the hidden input `data-input` receives a PNG
// data URL and is emptied by the button `data-clear`. A person who cannot draw signs by the refusal
// path of the form (reason and photo), which needs no canvas.
import SignaturePad from "signature_pad";

// The drawing comes back from the input: after a refused form, and where a phone is turned or shows its keyboard.
function fit(canvas, pad, input) {
  if (!canvas.offsetWidth) return; // not shown yet
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
  if (input.value.startsWith("data:image/png")) {
    pad.fromDataURL(input.value, { width: canvas.offsetWidth, height: canvas.offsetHeight });
  }
}

function attach(canvas) {
  const input = document.getElementById(canvas.dataset.input);
  const clear = document.getElementById(canvas.dataset.clear);
  const pad = new SignaturePad(canvas, { backgroundColor: "rgb(255, 255, 255)", penColor: "rgb(20, 20, 60)" });
  fit(canvas, pad, input);
  pad.addEventListener("endStroke", () => { input.value = pad.toDataURL("image/png"); });
  clear.addEventListener("click", () => { pad.clear(); input.value = ""; });
  new ResizeObserver(() => fit(canvas, pad, input)).observe(canvas);
}

document.querySelectorAll("canvas[data-signature]").forEach(attach);
