// What every page loads: htmx and Alpine, both without eval, and the small helpers of this project.
import Alpine from "@alpinejs/csp";
import "./htmx.js";
import "./forms.js";
import "./drafts.js";
import "./waited.js";
import "./keys.js";
import "./whole.js";

window.Alpine = Alpine;

// <div x-data="disclosure"> … @click="toggle" … x-show="open": the CSP build takes names, not expressions.
Alpine.data("disclosure", () => ({
  open: false,
  toggle() { this.open = !this.open; },
  close() { this.open = false; },
}));

Alpine.start();
