//! What is signed is accepted by the verifier, as a link and with headers.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &[u8])| {
    let (s3, text) = input;
    for incoming in shared::sent(text, s3).into_iter().flatten() {
        let verified = shared::verified(&incoming, s3);
        assert!(verified.is_ok(), "{verified:?}: {incoming:?}");
    }
});
