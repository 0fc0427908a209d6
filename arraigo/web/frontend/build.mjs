// Builds what the browser gets into static/dist (not in git): scripts, styles, fonts and icons.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../..");
const modules = path.join(root, "node_modules");
const dist = path.join(root, "static/dist");

const PDF_FONTS = ["400Regular/Inter_400Regular", "600SemiBold/Inter_600SemiBold", "400Regular_Italic/Inter_400Regular_Italic"];

async function bundle() {
  await build({
    absWorkingDir: here,
    nodePaths: [modules],
    entryPoints: ["app.js", "app.css", "diagram.js", "diagram.css", "phone.js", "signature.js", "charts.js"],
    outdir: dist,
    bundle: true,
    minify: true,
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    format: "iife",
    legalComments: "linked",
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
    logLevel: "warning",
  });
}

async function pdfFonts() {
  for (const name of PDF_FONTS) {
    await cp(path.join(modules, "@expo-google-fonts/inter", `${name}.ttf`), path.join(dist, "fonts", `${path.basename(name)}.ttf`));
  }
}

// <svg class="icon" aria-hidden="true"><use href="…/dist/icons.svg#home"></use></svg>
async function icons() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(path.join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
      + `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  }));
  await writeFile(path.join(dist, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(dist, "fonts"), { recursive: true });
await bundle();
await Promise.all([pdfFonts(), icons()]);
