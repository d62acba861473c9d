//! What is signed is accepted by the verifier, as a link and with headers.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use shared::Sent;

fuzz_target!(|input: (bool, &[u8])| {
    let (s3, text) = input;
    let sent = Sent::of(text, s3);
    for incoming in &sent.both {
        let verified = sent.verified(incoming);
        assert!(verified.is_ok(), "{verified:?}: {incoming:?}");
    }
});
