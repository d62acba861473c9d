//! The library for JavaScript: `Signer` and `Bucket`, and with the feature `full` forms, inspection and explanations.
//!
//! Every value that comes in is looked at before it is used, for an exception that is thrown through Rust would leave
//! secrets behind in the memory. Errors are JavaScript's `Error` with the library's message.

#![cfg_attr(not(feature = "full"), no_std)]

extern crate alloc;

#[cfg(not(feature = "full"))]
mod bare;
mod bucket;
#[cfg(feature = "full")]
mod explain;
#[cfg(feature = "full")]
mod inspect;
#[cfg(feature = "full")]
mod post;
mod request;
mod signer;
mod value;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[cfg(feature = "full")]
#[wasm_bindgen(typescript_custom_section)]
const FULL_TYPES: &str = include_str!("full.d.ts");
