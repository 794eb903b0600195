// build.mjs OUT — bundles src/ into OUT: index.html, app.js, app.css, THIRD-PARTY.txt. Same sources, same bytes.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");
process.chdir(here); // paths in the metafile, and so the order of THIRD-PARTY.txt, must not depend on the caller

await mkdir(out, { recursive: true });
const { metafile } = await build({
  entryPoints: { app: "src/app.tsx" }, outdir: out, bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8",
  jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' }, legalComments: "none", metafile: true, logLevel: "warning",
});
await copyFile("src/index.html", join(out, "index.html"));
await writeFile(join(out, "THIRD-PARTY.txt"), await notices(metafile));

// notices lists the licence of every package of which esbuild kept at least one byte.
async function notices(metafile) {
  const kept = new Set();
  for (const output of Object.values(metafile.outputs))
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const at = input.lastIndexOf("node_modules/");
      if (at < 0 || !bytesInOutput) continue;
      const parts = input.slice(at).split("/");
      kept.add(input.slice(0, at) + parts.slice(0, parts[1].startsWith("@") ? 3 : 2).join("/"));
    }
  const notes = [];
  for (const folder of kept) {
    const { name, version, license, author } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((f) => /^licen[cs]e/i.test(f));
    const by = typeof author === "string" ? author : author?.name ?? "its authors";
    if (!file && license !== "MIT") throw new Error(`${name} ${version} (${license}) ships no licence text: add it to licenses/`);
    const text = file ? await readFile(join(folder, file), "utf8")
      : (await readFile("licenses/mit.txt", "utf8")).replace("<copyright holders>", by);
    notes.push({ title: `${name} ${version} (${license})`, text });
  }
  // slack-blocks-to-jsx ships its Markdown parser compiled in, so no package of that name is in node_modules.
  notes.push({ title: "@yozora/* (MIT), compiled into slack-blocks-to-jsx", text: await readFile("licenses/yozora.txt", "utf8") });
  notes.sort((a, b) => (a.title < b.title ? -1 : 1));
  const line = "-".repeat(78);
  return "app.js and app.css contain code of the following packages.\n" +
    notes.map(({ title, text }) => `\n${line}\n${title}\n${line}\n${text.replace(/\r\n/g, "\n").trim()}\n`).join("");
}
