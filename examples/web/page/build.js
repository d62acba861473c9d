// Puts the page into one file: style, script and module inside, and a policy that names both by their hash and permits
// nothing else. node page/build.js writes pkg/page/s3-links.html.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const module = readFileSync(new URL("../pkg/full/s3_sigv4_bg.wasm", import.meta.url)).toString("base64");
const [folder] = readdirSync(new URL("../pkg/full/snippets", import.meta.url));
const boundary = read(`../pkg/full/snippets/${folder}/src/boundary.js`);
// What the library's script imports from beside it stands in the same file.
const names = [...boundary.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
const library = `${boundary}
${read("../pkg/full/s3_sigv4.js")
  .replace(/^import \{.*$/gm, "")
  .replace(/^import \* as (\w+) .*$/gm, (_, name) => `const ${name} = { ${names} };`)}`;
if (/^import /m.test(library)) throw new Error("the page would load another file");
const script = `\n${library}\nconst MODULE = "${module}";\n${read("page.js")}`;
const style = `\n${read("page.css")}`;
if (/<\/(script|style)/i.test(script + style)) throw new Error("the script would end early");

// `default-src 'none'` forbids every connection; what has no default is named.
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

const page = read("index.html")
  .replace("POLICY", () => policy)
  .replace("STYLE", () => `<style>${style}</style>`)
  .replace("SCRIPT", () => `<script type="module">${script}</script>`);
mkdirSync(new URL("../pkg/page", import.meta.url), { recursive: true });
writeFileSync(new URL("../pkg/page/s3-links.html", import.meta.url), page);
