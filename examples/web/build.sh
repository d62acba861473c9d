#!/usr/bin/env bash
# Builds pkg/signer (links and signed requests), pkg/full (everything) and pkg/page. RUSTC may name a compiler that has
# wasm32-unknown-unknown; otherwise it is rustup's: rustup target add wasm32-unknown-unknown.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/target}

# By the machine's own compiler, which may be another.
env -u RUSTC cargo build --quiet --locked --release -p bindgen --target-dir "$target/bindgen"
bindgen=$target/bindgen/release/bindgen
built=$target/wasm32-unknown-unknown/release/s3_sigv4_web.wasm
rm -rf pkg
export RUSTC_WRAPPER=$PWD/simd-for-sha2

cargo build --quiet --locked --release --lib --target wasm32-unknown-unknown --target-dir "$target"
"$bindgen" "$built" pkg/signer
cargo build --quiet --locked --profile fast --lib --target wasm32-unknown-unknown --target-dir "$target" --features full
"$bindgen" "${built/release/fast}" pkg/full

# The types have the comments, and nobody reads them here, nor the indentation and the empty lines. Nothing is deprecated.
sed -i '/^ *\/\*\*.*\*\/$/d; /^ *\/\*\*/,/\*\//d; /^ *\/\//d; s/^ *//; /^$/d; /^console.warn(.using deprecated/d' pkg/*/s3_sigv4.js pkg/*/snippets/*/src/*.js

node page/build.js
