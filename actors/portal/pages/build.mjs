// Builds the page into a source file of scada: node build.mjs SOURCES WORK OUT.cpp
// WORK holds node_modules; what is made there besides is `site/`, the files as they are served.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { gzipSync } from "node:zlib";

const [sources, work, out] = process.argv.slice(2).map((each) => path.resolve(each));
const { build } = createRequire(path.join(work, "package.json"))("esbuild");
/** What a phone fetches before it shows the house, compressed. */
const budget = 80 * 1024;

// Beside node_modules, so that whatever resolves imports finds them.
const copied = path.join(work, "src");
fs.rmSync(copied, { recursive: true, force: true });
fs.cpSync(path.join(sources, "src"), copied, { recursive: true });
fs.copyFileSync(path.join(sources, "tsconfig.json"), path.join(work, "tsconfig.json"));

const made = await build({
  absWorkingDir: work,
  entryPoints: ["src/main.tsx", "src/style.css"],
  outdir: "site",
  write: false,
  metafile: true,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["chrome90", "firefox90", "safari15"],
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  loader: { ".svg": "text" },
});

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};
const files = new Map(); // path -> bytes
for (const file of made.outputFiles) files.set("/" + path.relative(path.join(work, "site"), file.path), Buffer.from(file.contents));

const entry = (ending) => [...files.keys()].find((name) => name.startsWith("/assets/") && ending.test(name));
const script = entry(/\/main-[^/]*\.js$/);
const style = entry(/\/style-[^/]*\.css$/);
// What the entry imports at once is fetched with it, not after it.
const outputs = made.metafile.outputs;
const at_once = (name, seen = new Set()) => {
  for (const each of outputs[name].imports)
    if (each.kind === "import-statement" && !seen.has(each.path)) {
      seen.add(each.path);
      at_once(each.path, seen);
    }
  return seen;
};
const chunks = [...at_once("site" + script)].map((name) => name.replace(/^site/, ""));
const page = fs
  .readFileSync(path.join(sources, "src/index.html"), "utf8")
  .replace("STYLE", style)
  .replace("SCRIPT", script)
  .replace("<!-- CHUNKS -->", chunks.map((name) => `<link rel="modulepreload" href="${name}">`).join("\n    "));
files.set("/index.html", Buffer.from(page));
for (const name of ["icon.svg", "site.webmanifest"]) files.set("/" + name, fs.readFileSync(path.join(sources, "src", name)));

const site = path.join(work, "site");
fs.rmSync(site, { recursive: true, force: true });
const rows = [...files.entries()]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, bytes]) => {
    fs.mkdirSync(path.dirname(site + name), { recursive: true });
    fs.writeFileSync(site + name, bytes);
    const gzip = gzipSync(bytes, { level: 9 });
    gzip[9] = 0xff; // the operating system that packed it is nobody's business, and differs
    return {
      name,
      type: types[path.extname(name)],
      etag: createHash("sha256").update(bytes).digest("hex").slice(0, 16),
      gzip,
      immutable: name.startsWith("/assets/"),
      plain: bytes.length,
    };
  });

// Octal, three digits each, so that no digit that follows is taken for part of it.
const literal = (bytes) => {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    let line = "";
    for (const byte of bytes.subarray(at, at + 4096))
      line +=
        byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 && byte !== 63
          ? String.fromCharCode(byte)
          : "\\" + byte.toString(8).padStart(3, "0");
    lines.push(`    "${line}"`);
  }
  return lines.join("\n");
};
const text = `#include "actors/portal/page_files.hpp"

// Made by actors/portal/pages/build.mjs.
namespace hearth {
namespace {

constexpr page_file files[] = {
${rows
  .map(
    (row) =>
      `  {"${row.name}", "${row.type}", "\\"${row.etag}\\"",\n   {\n${literal(row.gzip)},\n    ${row.gzip.length}}, ${row.immutable}},`,
  )
  .join("\n")}
};

}  // namespace

std::span<const page_file> page_files() { return files; }

}  // namespace hearth
`;
fs.mkdirSync(path.dirname(out), { recursive: true });
fs.writeFileSync(out, text);

const first = ["/index.html", script, style, ...chunks];
const size_of = (names) => rows.filter((row) => names.includes(row.name)).reduce((sum, row) => sum + row.gzip.length, 0);
for (const row of rows) console.log(`${String(row.gzip.length).padStart(8)} of ${String(row.plain).padStart(7)} bytes  ${row.name}`);
const sizes = { first: size_of(first), all: size_of(rows.map((row) => row.name)), budget, first_files: first };
fs.writeFileSync(path.join(work, "sizes.json"), JSON.stringify(sizes, null, 1) + "\n");
console.log(`page: ${(sizes.first / 1024).toFixed(1)} KiB for the first page (at most ${budget / 1024}), ${(sizes.all / 1024).toFixed(1)} KiB in all, compressed`);
