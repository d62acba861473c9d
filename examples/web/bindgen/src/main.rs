//! Writes the JavaScript around a library for wasm32-unknown-unknown: what wasm-bindgen's own program does, without the
//! crates of its test runner. Its version is the library's, in the same Cargo.lock.
//!
//! ```sh
//! bindgen LIBRARY.wasm FOLDER
//! ```

use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [library, folder] = &arguments[..] else { anyhow::bail!("usage: bindgen LIBRARY FOLDER") };
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?;
    bindgen.input_path(library).out_name("s3_sigv4").typescript(true).omit_default_module_path(false);
    let mut output = bindgen.remove_name_section(true).remove_producers_section(true).generate_output()?;
    // What only linkers read.
    output.wasm_mut().customs.remove_raw("target_features");
    output.emit(folder)
}
