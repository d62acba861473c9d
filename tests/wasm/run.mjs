// Runs the vector suite: node run.mjs FILE.wasm [argument…]. A WASI program says itself how its tests went; of the
// library for wasm32-unknown-unknown the exports are called.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [path, ...rest] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(path));
if (WebAssembly.Module.imports(module).length > 0) {
  const wasi = new WASI({ version: "preview1", args: [path, ...rest] });
  process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
} else {
  const { run, failure, failure_length, memory } = new WebAssembly.Instance(module).exports;
  try {
    console.log(`${run()} stages compared, and they are the same`);
  } catch (trap) {
    const message = Buffer.from(memory.buffer, failure(), failure_length()).toString();
    console.error(message || trap);
    process.exitCode = 1;
  }
}
